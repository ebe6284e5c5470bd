package projections_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

const (
	team         = domain.AudienceTeam
	organisation = domain.AudienceOrganisation
	public       = domain.AudiencePublic
)

// said is something that a person said on a day, in order of recording.
type said struct {
	day     int
	payload domain.Payload
}

func agreed(day int, a domain.Audience, version string) said {
	return said{day, &domain.ConsentGranted{Audience: a, TextVersion: version}}
}

func tookBack(day int, a domain.Audience) said {
	return said{day, &domain.ConsentWithdrawn{Audience: a}}
}

func consentsAfter(t *testing.T, given ...said) *projections.Consents {
	t.Helper()
	h := &history{t: t}
	for i, s := range given {
		h.add(fmt.Sprint("said ", i), domain.PersonStream(named("ann")), s.day, s.payload)
	}
	c := projections.NewConsents()
	if err := c.Apply(h.events); err != nil {
		t.Fatal(err)
	}
	return c
}

// Given what somebody said, in order of recording, then before whom they may be named under v1, in something that is
// published as of a day.
func TestWhoMayBeNamed(t *testing.T) {
	none := []domain.Audience{}
	upTo := func(a domain.Audience) []domain.Audience {
		var narrower []domain.Audience
		for _, audience := range projections.Audiences() {
			narrower = append(narrower, audience)
			if audience == a {
				break
			}
		}
		return narrower
	}
	for _, c := range []struct {
		name  string
		given []said
		day   int
		want  []domain.Audience
	}{
		{"nothing said", nil, 9, none},
		{"a consent for the public covers all", []said{agreed(1, public, "v1")}, 1, upTo(public)},
		{"one for the organisation covers the team", []said{agreed(1, organisation, "v1")}, 1, upTo(organisation)},
		{"one for the team covers nobody else", []said{agreed(1, team, "v1")}, 1, upTo(team)},
		{"before it was given", []said{agreed(5, public, "v1")}, 4, none},
		{"to another text", []said{agreed(1, public, "v2")}, 9, none},
		{"to both texts, one for fewer", []said{agreed(1, team, "v1"), agreed(2, public, "v2")}, 9, upTo(team)},
		{"taken back, of every text", []said{agreed(1, public, "v1"), agreed(1, public, "v2"), tookBack(2, team)}, 9, none},
		{"the wider one taken back",
			[]said{agreed(1, team, "v1"), agreed(1, public, "v1"), tookBack(2, organisation)}, 9, upTo(team)},
		{"what is taken back does not go on for fewer", []said{agreed(1, public, "v1"), tookBack(2, public)}, 9, none},
		{"given again",
			[]said{agreed(1, public, "v1"), tookBack(2, team), agreed(3, organisation, "v1")}, 9, upTo(organisation)},
		{"given again under a new text only",
			[]said{agreed(1, public, "v1"), tookBack(2, team), agreed(3, public, "v2")}, 9, none},

		{"published before the withdrawal, written after it", []said{agreed(1, public, "v1"), tookBack(5, team)}, 3, none},
		{"a withdrawal recorded late", []said{agreed(3, public, "v1"), tookBack(2, team)}, 9, none},
		{"a consent recorded late, of before the withdrawal", []said{tookBack(5, team), agreed(3, public, "v1")}, 9, none},
		{"a consent recorded late, of after the withdrawal",
			[]said{tookBack(3, team), agreed(5, public, "v1")}, 9, upTo(public)},
		{"a withdrawal that is announced", []said{agreed(1, public, "v1"), tookBack(20, public)}, 9, none},
		{"a consent that is announced", []said{agreed(20, public, "v1")}, 9, none},
		{"both at one time, in this order", []said{agreed(3, public, "v1"), tookBack(3, team)}, 3, none},
		{"both at one time, in that order", []said{tookBack(3, team), agreed(3, public, "v1")}, 3, upTo(public)},

		{"a consent voided",
			[]said{agreed(1, public, "v1"), {2, &domain.EventVoided{EventID: named("said 0"), Reason: "r"}}}, 9, none},
		{"a withdrawal voided", []said{agreed(1, public, "v1"), tookBack(2, team),
			{3, &domain.EventVoided{EventID: named("said 1"), Reason: "r"}}}, 9, upTo(public)},
		{"erased", []said{agreed(1, public, "v1"), {5, &domain.PersonErased{}}}, 9, none},
		{"before the erasure", []said{agreed(1, public, "v1"), {5, &domain.PersonErased{}}}, 3, none},
		{"an erasure cannot be voided", []said{agreed(1, public, "v1"), {5, &domain.PersonErased{}},
			{6, &domain.EventVoided{EventID: named("said 1"), Reason: "r"}}}, 9, none},
	} {
		consents := consentsAfter(t, c.given...)
		may := []domain.Audience{}
		for _, audience := range projections.Audiences() {
			if consents.MayName(named("ann"), audience, "v1", feedbackDay(c.day)) {
				may = append(may, audience)
			}
			if consents.MayName(named("bob"), audience, "v1", feedbackDay(c.day)) {
				t.Errorf("%s: somebody else may be named before %s", c.name, audience)
			}
		}
		if fmt.Sprint(may) != fmt.Sprint(c.want) {
			t.Errorf("%s: may be named before %v, want %v", c.name, may, c.want)
		}
	}
}

// The decider, which judges what a person says, and the read model, which judges whom others may name, agree on what is
// in force, as long as things are recorded in the order in which they happen.
func TestDeciderAndReadModelAgreeOnConsents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		decider := domain.PersonDecider(named("ann"))
		state, consents := decider.Initial, projections.NewConsents()
		var ids []int
		for n := range rapid.IntRange(1, 15).Draw(t, "events") {
			audience := rapid.SampledFrom(projections.Audiences()).Draw(t, "audience")
			var payload domain.Payload = &domain.ConsentGranted{Audience: audience, TextVersion: "v1"}
			switch rapid.IntRange(0, 3).Draw(t, "what") {
			case 1:
				payload = &domain.ConsentWithdrawn{Audience: audience}
			case 2:
				if len(ids) > 0 {
					voided := rapid.SampledFrom(ids).Draw(t, "voided")
					payload = &domain.EventVoided{EventID: named(fmt.Sprint(voided)), Reason: "r"}
				}
			}
			if _, void := payload.(*domain.EventVoided); !void {
				ids = append(ids, n)
			}
			at := time.Date(2024, 1, 1+n, 0, 0, 0, 0, time.UTC)
			event := domain.Event{ID: named(fmt.Sprint(n)), Payload: payload, Meta: domain.Metadata{OccurredAt: at}}
			state = decider.Evolve(state, event)
			encoded, err := eventstore.Encode(event)
			if err != nil {
				t.Fatal(err)
			}
			if err := consents.Apply([]eventstore.RecordedEvent{{ID: encoded.ID, Stream: domain.PersonStream(named("ann")),
				Type: encoded.Type, Meta: encoded.Meta, Data: encoded.Data}}); err != nil {
				t.Fatal(err)
			}
			for _, audience := range projections.Audiences() {
				if got, want := consents.Current(named("ann"), audience, "v1", at), state.Consents(audience); got != want {
					t.Fatalf("after event %d (%T): consent for %s is %v, and %v to the decider", n, payload, audience, got, want)
				}
			}
		}
	})
}

package projections_test

import (
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// TestLosesAgreesWithVoiding compares what would lose a tier with what happens when each event of the whole log is
// voided, one at a time.
func TestLosesAgreesWithVoiding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { losesAgrees(t, naive.History(t)) })
}

func losesAgrees(t *rapid.T, history []naive.Event) {
	events := record(history)
	plan := compileIn(t, naive.Document(t))
	const program = "alpha"
	facts := foldIn(t, events)
	asOf, _ := facts.Newest()
	if rapid.Bool().Draw(t, "as of") {
		asOf = events[rapid.IntRange(0, len(events)-1).Draw(t, "as of event")].Meta.OccurredAt.
			AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "days later"))
	}
	tierIn := func(f *projections.Facts, person uuid.UUID) string {
		for _, m := range projections.NewStandings(f, nil, program, plan, asOf, 1).Mentors {
			if m.Person == person {
				return m.Tier
			}
		}
		return ""
	}
	rank := map[string]int{"": criteria.NoTier}
	for i, tier := range plan.Doc.Tiers {
		rank[tier.ID] = i
	}
	voided := map[uuid.UUID]*projections.Facts{}
	for _, e := range events {
		voided[e.ID] = foldIn(t, append(events[:len(events):len(events)], voidOf(t, e, len(events))))
	}
	for _, standing := range projections.NewStandings(facts, nil, program, plan, asOf, 1).Mentors {
		got, err := projections.Loses(facts, nil, program, standing.Person, plan, asOf)
		if err != nil {
			t.Fatal(err)
		}
		if got.Tier != standing.Tier {
			t.Fatalf("tier %q, want %q", got.Tier, standing.Tier)
		}
		losses := map[uuid.UUID]string{}
		for _, l := range got.Events {
			losses[l.Event] = l.TierAfter
		}
		for _, e := range events {
			want := tierIn(voided[e.ID], standing.Person)
			after, loses := losses[e.ID]
			if lost := rank[want] < rank[standing.Tier]; lost != loses || lost && after != want {
				t.Fatalf("without %s %s at %s, %s would hold %q after %q; told %t, %q", e.Type, e.ID, e.Meta.OccurredAt,
					standing.Person, want, standing.Tier, loses, after)
			}
		}
	}
}

// voidOf is the event that voids e, as the next of a log.
func voidOf(t require, e eventstore.RecordedEvent, events int) eventstore.RecordedEvent {
	data, err := json.Marshal(&domain.EventVoided{EventID: e.ID, Reason: "on-trial"})
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.RecordedEvent{
		ID: uuid.NewSHA1(e.ID, []byte("void")), Type: domain.TypeEventVoided, Stream: e.Stream, Data: data,
		Position: eventstore.NewPosition(1, uint64(events+1), 0),
		Meta: domain.Metadata{
			OccurredAt: time.Date(2021, 2, 1, 0, 0, 0, 0, time.UTC), Schema: domain.SchemaOf(domain.TypeEventVoided),
		},
	}
}

func foldIn(t require, events []eventstore.RecordedEvent) *projections.Facts {
	f := projections.NewFacts()
	if _, err := f.Apply(events); err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLosesByAnotherMentor covers a tier that would be lost by what another mentor did: without their session, the
// promotion is not split, and one mentee makes up too much of the whole.
func TestLosesByAnotherMentor(t *testing.T) {
	h := &history{t: t}
	ann, eve := domain.MentorshipStream(named("ann with bob")), domain.MentorshipStream(named("eve with bob"))
	cas := domain.MentorshipStream(named("ann with cas"))
	h.add("start", ann, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")})
	h.add("other start", eve, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("eve"), Mentee: named("bob")})
	h.add("third start", cas, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("cas")})
	h.add("s1", ann, 1, &domain.SessionHeld{})
	h.add("s2", cas, 60, &domain.SessionHeld{})
	h.add("s3", eve, 60, &domain.SessionHeld{})
	h.add("s4", ann, 60, &domain.SessionHeld{})
	h.add("s5", ann, 61, &domain.SessionHeld{})
	h.add("p1", domain.PersonStream(named("bob")), 70, &domain.PromotionRecorded{Levels: 1})
	h.add("p2", domain.PersonStream(named("cas")), 70, &domain.ProjectCompleted{Project: "p"})
	plan := compile(t, []byte(`
apiVersion: laurel/v1
kind: Criteria
program: alpha
title: Test
measures:
  outcome: {sum: points, of: {PromotionRecorded: 20, ProjectCompleted: 10}, credit: {within: 30d, split: true}}
  one: {share: mentee, in: outcome}
score: outcome
tiers: [{id: first, when: outcome >= 1}, {id: broad, when: outcome >= 20 && one <= 0.5}]
`))
	f := fold(t, h.events)
	newest, _ := f.Newest()
	r, err := projections.Loses(f, nil, "alpha", named("ann"), plan, newest)
	if err != nil {
		t.Fatal(err)
	}
	got := map[uuid.UUID]string{}
	for _, l := range r.Events {
		got[l.Event] = l.TierAfter
		if len(l.Clauses) == 0 {
			t.Errorf("without %s no clause fails", l.Event)
		}
	}
	want := map[uuid.UUID]string{
		named("start"): "first", named("other start"): "first", named("third start"): "first", named("s2"): "first",
		named("s3"): "first", named("p1"): "first", named("p2"): "first",
	}
	if r.Tier != "broad" || !maps.Equal(got, want) {
		t.Errorf("tier %s\n got %v\nwant %v", r.Tier, got, want)
	}
	if other := r.Events[1]; other.Event == named("other start") && other.Mentor != named("eve") {
		t.Errorf("the other mentor's event is of %s", other.Mentor)
	}
}

package projections_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// keenly are thresholds so low that random histories are full of flags.
func keenly() projections.FlagThresholds {
	keen := projections.DefaultFlagThresholds()
	keen.RingsMax, keen.EvidenceMax = 10_000, 10_000
	keen.BurstSessionsMin, keen.BurstTimesUsual = 2, 1
	keen.BurstSpan, keen.EdgeWithin = 30*24*time.Hour, 60*24*time.Hour
	keen.RatingsMin, keen.RatedMin = 1, 1
	keen.LossMin, keen.PartMin = 100, 50
	return keen
}

// asOfIn draws a time at or after some event of a history.
func asOfIn(t *rapid.T, events []eventstore.RecordedEvent) time.Time {
	return rapid.SampledFrom(events).Draw(t, "as of event").Meta.OccurredAt.
		AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "days later"))
}

// TestFlagsRestOnEvents holds every flag to the log: its events are there, happened by then, do not come from another
// program, and were not voided.
func TestFlagsRestOnEvents(t *testing.T) {
	kinds := map[projections.FlagKind]int{}
	rapid.Check(t, func(t *rapid.T) {
		events := record(naive.LongHistory(t))
		plan := compileIn(t, naive.Document(t))
		asOf := asOfIn(t, events)
		byID := map[uuid.UUID]eventstore.RecordedEvent{}
		voided := map[string]bool{}
		for _, e := range events {
			byID[e.ID] = e
			if e.Type == domain.TypeEventVoided {
				voided[e.Stream+" "+eventOf(t, e).(*domain.EventVoided).EventID.String()] = true
			}
		}
		opt := projections.FlagOptions{Thresholds: keenly(), Workers: 1}
		all := projections.FindFlags(foldIn(t, events), nil, "alpha", plan, asOf, opt)
		for _, g := range all.Flags {
			kinds[g.Kind]++
			if g.EvidenceTotal != len(g.Evidence) || len(g.Evidence) == 0 {
				t.Fatalf("%s of %d events lists %d", g.Kind, g.EvidenceTotal, len(g.Evidence))
			}
			since, at := g.At, g.Since
			for i, id := range g.Evidence {
				e, there := byID[id]
				switch {
				case !there:
					t.Fatalf("%s: %s is not in the log", g.Kind, id)
				case voided[e.Stream+" "+id.String()]:
					t.Fatalf("%s: %s is voided", g.Kind, id)
				case e.Meta.OccurredAt.After(asOf):
					t.Fatalf("%s: %s is after %s", g.Kind, id, asOf)
				case slices.Contains(g.Evidence[:i], id):
					t.Fatalf("%s: %s is listed twice", g.Kind, id)
				}
				if e.Meta.OccurredAt.Before(since) {
					since = e.Meta.OccurredAt
				}
				if e.Meta.OccurredAt.After(at) {
					at = e.Meta.OccurredAt
				}
			}
			if !since.Equal(g.Since) || !at.Equal(g.At) {
				t.Fatalf("%s: from %s to %s, but told %s to %s", g.Kind, since, at, g.Since, g.At)
			}
		}
		for _, who := range []string{"ann", "dee"} { // asked about one person, the same flags come out
			opt.Person = uuid.MustParse(naive.Person(who))
			one := projections.FindFlags(foldIn(t, events), nil, "alpha", plan, asOf, opt)
			want := slices.DeleteFunc(slices.Clone(all.Flags), func(g projections.Flag) bool {
				return !g.Concerns(opt.Person)
			})
			if got, want := flagsJSON(t, one.Flags), flagsJSON(t, want); got != want {
				t.Fatalf("of %s\n got %s\nwant %s", who, got, want)
			}
		}
	})
	t.Log("flags by kind: ", kinds)
}

func eventOf(t require, e eventstore.RecordedEvent) domain.Payload {
	event, err := eventstore.Decode(e)
	if err != nil {
		t.Fatal(err)
	}
	return event.Payload
}

func flagsJSON(t require, flags []projections.Flag) string {
	text, err := json.Marshal(flags)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "},{", "},\n{")
}

// TestFlagsOfTheWeb compares reciprocal pairs and rings with all that there are, tried one by one.
func TestFlagsOfTheWeb(t *testing.T) {
	plan := compile(t, []byte("apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\ntitle: Test\n"+anySession))
	rings := map[int]int{}
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 1))
		events := websHistory(t, random)
		asOf := events[random.IntN(len(events))].Meta.OccurredAt.AddDate(0, 0, random.IntN(800))
		keen := keenly()
		keen.EachWayMin = 1 + random.IntN(4)/3
		keen.RingWithin = time.Duration(1+random.IntN(1500)) * 24 * time.Hour
		found := projections.FindFlags(fold(t, events), nil, "alpha", plan, asOf, projections.FlagOptions{
			Thresholds: keen, Kinds: []projections.FlagKind{projections.FlagReciprocal, projections.FlagRing},
		})
		ever := sessionsBetween(t, events, time.Time{}, asOf)
		want := map[string][]string{}
		for pair, there := range ever {
			back := ever[[2]string{pair[1], pair[0]}]
			if pair[0] < pair[1] && min(len(there), len(back)) >= keen.EachWayMin {
				want[fmt.Sprint(projections.FlagReciprocal, pair)] = sorted(slices.Concat(there, back))
			}
		}
		lately := sessionsBetween(t, events, asOf.Add(-keen.RingWithin), asOf)
		for _, ring := range allRings(lately, keen.EachWayMin, keen.RingLengthMax) {
			var sessions []string
			for i, from := range ring {
				sessions = append(sessions, lately[[2]string{from, ring[(i+1)%len(ring)]}]...)
			}
			want[fmt.Sprint(projections.FlagRing, ring)] = sorted(sessions)
			rings[len(ring)]++
		}
		if got := evidenceByFlag(t, found.Flags); !maps.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("seed %d\n got %v\nwant %v", seed, got, want)
		}
	}
	for length := 3; length <= 5; length++ {
		if rings[length] < 10 {
			t.Errorf("only %d rings of %d", rings[length], length)
		}
	}
}

// evidenceByFlag returns the evidence of each flag by its kind and people.
func evidenceByFlag(t require, flags []projections.Flag) map[string][]string {
	found := map[string][]string{}
	for _, g := range flags {
		var people, events []string
		for _, p := range g.People {
			people = append(people, p.Person.String())
		}
		for _, id := range g.Evidence {
			events = append(events, id.String())
		}
		key := fmt.Sprint(g.Kind, people)
		if found[key] != nil {
			t.Fatalf("%s is told twice", key)
		}
		found[key] = sorted(events)
	}
	return found
}

func sorted(texts []string) []string {
	slices.Sort(texts)
	return texts
}

// websHistory draws sessions of six people: rings first, and then anybody with anybody, here and there voided.
func websHistory(t require, random *rand.Rand) []eventstore.RecordedEvent {
	w := websBuilder{t: t, random: random, rooms: map[string]bool{}}
	w.session("ann", "bob")
	for range random.IntN(4) {
		ring := random.Perm(len(flagPeople))[:3+random.IntN(4)]
		for i, from := range ring {
			w.session(flagPeople[from], flagPeople[ring[(i+1)%len(ring)]])
		}
	}
	for range random.IntN(8) {
		if from, to := random.IntN(len(flagPeople)), random.IntN(len(flagPeople)); from != to {
			w.session(flagPeople[from], flagPeople[to])
		}
	}
	return w.events
}

type websBuilder struct {
	t      require
	random *rand.Rand
	events []eventstore.RecordedEvent
	rooms  map[string]bool
}

func (w *websBuilder) add(stream string, day int, payload domain.Payload) uuid.UUID {
	data, err := json.Marshal(payload)
	if err != nil {
		w.t.Fatal(err)
	}
	id := named(fmt.Sprint("event ", len(w.events)))
	w.events = append(w.events, eventstore.RecordedEvent{
		ID: id, Type: payload.EventType(), Stream: stream, Data: data,
		Position: eventstore.NewPosition(1, uint64(len(w.events)+1), 0),
		Meta: domain.Metadata{
			OccurredAt: time.Date(2020, 1, 1+day, 0, 0, 0, 0, time.UTC), Schema: domain.SchemaOf(payload.EventType()),
		},
	})
	return id
}

// session adds one to three sessions in one of two mentorships of a pair, which may be of another program, and now
// and then a void of the last.
func (w *websBuilder) session(from, to string) {
	program := domain.Slug("alpha")
	if w.random.IntN(8) == 0 {
		program = "beta"
	}
	stream := domain.MentorshipStream(named(from + to + string(program)))
	day := w.random.IntN(1000)
	if !w.rooms[stream] {
		w.rooms[stream] = true
		w.add(stream, day, &domain.MentorshipStarted{Program: program, Mentor: named(from), Mentee: named(to)})
	}
	var last uuid.UUID
	for range w.random.IntN(5)/2 + 1 {
		last = w.add(stream, day+w.random.IntN(100), &domain.SessionHeld{})
	}
	if w.random.IntN(16) == 0 {
		w.add(stream, day+100, &domain.EventVoided{EventID: last, Reason: "not-held"})
	}
}

// sessionsBetween returns the sessions in alpha that one person held with another from a time to another one.
func sessionsBetween(t require, events []eventstore.RecordedEvent, from, to time.Time) map[[2]string][]string {
	voided := map[string]bool{}
	for _, e := range events {
		if e.Type == domain.TypeEventVoided {
			voided[e.Stream+eventOf(t, e).(*domain.EventVoided).EventID.String()] = true
		}
	}
	started := map[string]*domain.MentorshipStarted{}
	for _, e := range events {
		if e.Type == domain.TypeMentorshipStarted && !voided[e.Stream+e.ID.String()] && !e.Meta.OccurredAt.After(to) {
			started[e.Stream] = eventOf(t, e).(*domain.MentorshipStarted)
		}
	}
	sessions := map[[2]string][]string{}
	for _, e := range events {
		m := started[e.Stream]
		if e.Type == domain.TypeSessionHeld && !voided[e.Stream+e.ID.String()] && m != nil && m.Program == "alpha" &&
			!e.Meta.OccurredAt.Before(from) && !e.Meta.OccurredAt.After(to) {
			pair := [2]string{m.Mentor.String(), m.Mentee.String()}
			sessions[pair] = append(sessions[pair], e.ID.String())
		}
	}
	return sessions
}

// allRings tries every row of people, and returns the rings among whom nobody mentors another one but the next.
func allRings(sessions map[[2]string][]string, least, lengthMax int) (rings [][]string) {
	everybody := map[string]bool{}
	for p := range sessions {
		everybody[p[0]], everybody[p[1]] = true, true
	}
	var try func(row []string)
	try = func(row []string) {
		if len(row) >= 3 && isRing(row, sessions, least) {
			rings = append(rings, slices.Clone(row))
		}
		for p := range everybody {
			if len(row) < lengthMax && !slices.Contains(row, p) && (len(row) == 0 || p > row[0]) {
				try(append(row[:len(row):len(row)], p))
			}
		}
	}
	try(nil)
	return rings
}

func isRing(row []string, sessions map[[2]string][]string, least int) bool {
	for i, from := range row {
		for j, to := range row {
			mentors := i != j && len(sessions[[2]string{from, to}]) >= least
			if next := j == (i+1)%len(row); mentors != next {
				return false
			}
		}
	}
	return true
}

// TestFlagsInAnyOrder mixes the streams of a log anew, each in its own order, and asks with any number of workers. Of
// what happened at one instant, criteria take first what was recorded first: so nothing does.
func TestFlagsInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := record(naive.LongHistory(t))
		for i := range events {
			at := &events[i].Meta.OccurredAt
			*at = at.Truncate(time.Microsecond).Add(time.Duration(i))
		}
		plan := compileIn(t, naive.Document(t))
		asOf := asOfIn(t, events)
		find := func(events []eventstore.RecordedEvent, workers int) string {
			found := projections.FindFlags(foldIn(t, events), nil, "alpha", plan, asOf, projections.FlagOptions{
				Thresholds: keenly(), Workers: workers,
			})
			return flagsJSON(t, found.Flags)
		}
		want := find(events, 1)
		if got := find(events, 3); got != want {
			t.Fatalf("with three workers\n got %s\nwant %s", got, want)
		}
		if got := find(mixed(t, events), 1); got != want {
			t.Fatalf("in another order\n got %s\nwant %s", got, want)
		}
	})
}

// mixed draws an order of a log's events in which each stream keeps its own.
func mixed(t *rapid.T, events []eventstore.RecordedEvent) []eventstore.RecordedEvent {
	var streams []string
	left := map[string][]eventstore.RecordedEvent{}
	for _, e := range events {
		if left[e.Stream] == nil {
			streams = append(streams, e.Stream)
		}
		left[e.Stream] = append(left[e.Stream], e)
	}
	var mix []eventstore.RecordedEvent
	for len(streams) > 0 {
		i := rapid.IntRange(0, len(streams)-1).Draw(t, "stream")
		n := min(rapid.IntRange(1, 10).Draw(t, "events"), len(left[streams[i]]))
		for _, e := range left[streams[i]][:n] {
			e.Position = eventstore.NewPosition(1, uint64(len(mix)+1), 0)
			mix = append(mix, e)
		}
		if left[streams[i]] = left[streams[i]][n:]; len(left[streams[i]]) == 0 {
			streams = slices.Delete(streams, i, i+1)
		}
	}
	return mix
}

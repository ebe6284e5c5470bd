package projections_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// standingsJSON is the array of mentors as the command line prints it.
func standingsJSON(s *projections.Standings) []byte {
	b := []byte("[")
	for i := range s.Mentors {
		if i > 0 {
			b = append(b, ',')
		}
		b = s.Mentors[i].AppendJSON(b)
	}
	return append(b, ']')
}

// require is what both *testing.T and *rapid.T offer.
type require interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func compileIn(t require, text string) *criteria.Plan {
	doc, diagnostics := criteria.Parse("criteria.yaml", []byte(text))
	if diagnostics.HasErrors() {
		t.Fatalf("criteria:\n%s\n%v", text, diagnostics)
	}
	checked, diagnostics := criteria.CheckExpressions(doc)
	if diagnostics.HasErrors() {
		t.Fatalf("criteria:\n%s\n%v", text, diagnostics)
	}
	plan, err := criteria.Compile(checked)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// programs returns the programs of the mentorships of a history, and one that has none.
var programs = []string{"alpha", "beta"}

// TestEngineAgreesWithOracle compares the engine, byte by byte, with the plain computation from the text of the design,
// over random histories under random criteria, at random times and positions.
func TestEngineAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agree(t, naive.History(t)) })
}

// TestEngineAgreesOnLongHistories does so where measures get far from their thresholds and back.
func TestEngineAgreesOnLongHistories(t *testing.T) {
	if testing.Short() {
		t.Skip("long histories were not compared with the oracle: -short")
	}
	rapid.Check(t, func(t *rapid.T) { agree(t, naive.LongHistory(t)) })
}

func agree(t *rapid.T, events []naive.Event) {
	text := naive.Document(t)
	plan := compileIn(t, text)
	limit := rapid.IntRange(0, len(events)).Draw(t, "limit")
	opt := naive.Options{Limit: limit}
	if limit == 0 {
		limit = len(events)
	}
	if rapid.Bool().Draw(t, "as of") && len(events) > 0 {
		at := events[rapid.IntRange(0, len(events)-1).Draw(t, "as of event")].OccurredAt
		at = at.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "days later")) * 24 * time.Hour)
		opt.AsOf = &at
	}
	facts := projections.NewFacts()
	if _, err := facts.Apply(record(events)[:limit]); err != nil {
		t.Fatal(err)
	}
	people := projections.NewPeople()
	if err := people.Apply(record(events)[:limit]); err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		want, err := naive.Replay(events, program, []byte(text), opt)
		if err != nil {
			t.Fatal(err)
		}
		s := projections.NewStandings(facts, people, program, plan, asOfOr(facts, opt.AsOf), 2)
		if s.Events != want.Events {
			t.Fatalf("%s: %d events, want %d", program, s.Events, want.Events)
		}
		if got := standingsJSON(s); !bytes.Equal(got, want.MentorsJSON()) {
			t.Fatalf("%s under\n%s\n got %s\nwant %s", program, text, got, want.MentorsJSON())
		}
	}
}

// TestReplayIsLiveIsResumed holds every way to compute standings to the same bytes: a replay of the whole log, the live
// standings after each event, a fold resumed at every position, each mentor alone, and any number of workers.
func TestReplayIsLiveIsResumed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := record(naive.History(t))
		plan := compileIn(t, naive.Document(t))
		const program = "alpha"
		replay := func(n, workers int) []byte {
			f := projections.NewFacts()
			if _, err := f.Apply(events[:n]); err != nil {
				t.Fatal(err)
			}
			newest, _ := f.Newest()
			return standingsJSON(projections.NewStandings(f, nil, program, plan, newest, workers))
		}

		facts := projections.NewFacts()
		live := projections.NewLive(facts, program, plan, time.Time{}, 1)
		past := projections.NewLive(facts, program, plan, events[len(events)/2].Meta.OccurredAt, 1)
		for n := 1; n <= len(events); n++ {
			touched, err := facts.Apply(events[n-1 : n])
			if err != nil {
				t.Fatal(err)
			}
			live.Touch(touched)
			past.Touch(touched)
			newest, _ := facts.Newest()
			live.Advance(newest)
			if rapid.Bool().Draw(t, "look at the past") {
				past.Advance(past.AsOf())
				wantLive(t, "the past", past, projections.NewStandings(facts, nil, program, plan, past.AsOf(), 1))
			}
			if got, want := standingsJSON(live.Standings(nil)), replay(n, 1); !bytes.Equal(got, want) {
				t.Fatalf("live after %d events:\n got %s\nwant %s", n, got, want)
			}
			wantLive(t, "the present", live, live.Standings(nil))
		}
		wantLater(t, facts, plan, program, events)

		whole := replay(len(events), 1)
		for cut := 0; cut <= len(events); cut++ {
			f := projections.NewFacts()
			for _, part := range [][]eventstore.RecordedEvent{events[:cut], events[cut:]} {
				if _, err := f.Apply(part); err != nil {
					t.Fatal(err)
				}
			}
			newest, _ := f.Newest()
			if got := standingsJSON(projections.NewStandings(f, nil, program, plan, newest, 1)); !bytes.Equal(got, whole) {
				t.Fatalf("resumed at %d:\n got %s\nwant %s", cut, got, whole)
			}
		}
		for _, workers := range []int{0, 2, 3, 8} {
			if got := replay(len(events), workers); !bytes.Equal(got, whole) {
				t.Fatalf("with %d workers:\n got %s\nwant %s", workers, got, whole)
			}
		}

		f := projections.NewFacts()
		if _, err := f.Apply(events); err != nil {
			t.Fatal(err)
		}
		newest, _ := f.Newest()
		all := projections.Replay(f, program, plan, newest, 1)
		for _, i := range rand.Perm(len(all.Mentors)) {
			one := projections.EvaluateOne(f, all.Mentors[i], plan, newest)
			if one.Tier != all.Of[i].Tier || one.Score != all.Of[i].Score ||
				!slices.Equal(one.Measures, all.Of[i].Measures) || !slices.Equal(one.Transitions, all.Of[i].Transitions) {
				t.Fatalf("mentor %d alone:\n got %+v\nwant %+v", i, one, all.Of[i])
			}
		}
	})
}

// wantLive holds live standings, whole, in parts, one by one and in numbers, to those of a replay.
func wantLive(t *rapid.T, what string, live *projections.Live, want *projections.Standings) {
	if got, want := standingsJSON(live.Standings(nil)), standingsJSON(want); !bytes.Equal(got, want) {
		t.Fatalf("%s:\n got %s\nwant %s", what, got, want)
	}
	var paged projections.Standings
	for from := 0; from < live.Len(); from += 2 {
		paged.Mentors = append(paged.Mentors, live.Page(nil, from, 2)...)
	}
	if got, want := standingsJSON(&paged), standingsJSON(want); !bytes.Equal(got, want) {
		t.Fatalf("%s, page by page:\n got %s\nwant %s", what, got, want)
	}
	counts, place := map[string]int{}, 0
	for id, timeline := range live.Ranked() {
		at, row, ok := live.Place(nil, id)
		if !ok || at != place || row.Person != want.Mentors[place].Person || row.Score != timeline.Score {
			t.Fatalf("%s: place %d, %v of %v, want %d", what, at, ok, row, place)
		}
		counts[row.Tier]++
		place++
	}
	tiers := live.Plan().Doc.Tiers
	for i := range tiers {
		if live.Count(i) != counts[tiers[i].ID] {
			t.Fatalf("%s: %d hold %s, want %d", what, live.Count(i), tiers[i].ID, counts[tiers[i].ID])
		}
	}
	if live.Count(criteria.NoTier) != counts[""] || place != len(want.Mentors) {
		t.Fatalf("%s: %d without a tier of %d, want %d of %d", what, live.Count(criteria.NoTier), place, counts[""],
			len(want.Mentors))
	}
}

// wantLater moves live standings through the whole of a history that is known already, at random steps: what is still
// to come at a time must wake whom it concerns.
func wantLater(t *rapid.T, facts *projections.Facts, plan *criteria.Plan, program string,
	events []eventstore.RecordedEvent) {
	at := events[0].Meta.OccurredAt
	for i := range events {
		if events[i].Meta.OccurredAt.Before(at) {
			at = events[i].Meta.OccurredAt
		}
	}
	live := projections.NewLive(facts, program, plan, at, 1)
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		at = at.Add(time.Duration(rapid.Int64Range(0, 90*24*60).Draw(t, "minutes")) * time.Minute)
		live.Advance(at)
		wantLive(t, at.String(), live, projections.NewStandings(facts, nil, program, plan, at, 1))
	}
}

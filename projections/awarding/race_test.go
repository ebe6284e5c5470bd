package awarding_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"laurel/adapters/bbolt"
	"laurel/adapters/synthetic"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/internal/naive"
)

// raceCriteria has tiers that many reach, and some lose again.
const raceCriteria = `apiVersion: laurel/v1
kind: Criteria
program: ` + naive.CaseProgram + `
measures:
  recent: {count: events, of: SessionHeld, window: 90d}
  all: {count: events, of: [SessionHeld, GoalMet]}
score: all
tiers:
  - {id: bronze, when: all >= 3}
  - {id: silver, when: recent >= 4}
  - {id: gold, when: recent >= 10, review: true}
policy: {lost: %s}
`

// busy activates criteria in a store: one document, and another one three years later.
func busy(t testing.TB, store eventstore.Store) {
	t.Helper()
	for year, lost := range map[int]string{2017: "{grace: 30d}", 2020: "revoke"} {
		doc, findings := criteria.Parse("criteria.yaml", fmt.Appendf(nil, raceCriteria, lost))
		if err := findings.Err(); err != nil {
			t.Fatal(err)
		}
		at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		e, err := eventstore.Encode(domain.Event{ID: claimTestID(year), Meta: domain.Metadata{OccurredAt: at, Schema: 1},
			Payload: &domain.CriteriaActivated{Hash: doc.Hash(), EffectiveAt: at, Document: string(doc.Canonical())}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Append(context.Background(), eventstore.StreamAppend{Expected: eventstore.Any,
			Stream: domain.CriteriaStream(naive.CaseProgram), Events: []eventstore.NewEvent{e}}); err != nil {
			t.Fatal(err)
		}
	}
}

// invent returns a generated history.
func invent(t testing.TB, events, mentors int) iter.Seq2[eventstore.IngestItem, error] {
	t.Helper()
	g, err := synthetic.New(synthetic.Options{Events: events, Mentors: mentors, Seed: 7,
		Programs: []domain.Slug{naive.CaseProgram}})
	if err != nil {
		t.Fatal(err)
	}
	return g.Items()
}

// TestRunsAtOnce has several processes decide about the same awards, with the history growing meanwhile.
func TestRunsAtOnce(t *testing.T) {
	end := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const events, mentors = 3000, 40
	for name, open := range map[string]func(t *testing.T) eventstore.Store{
		"memory": func(*testing.T) eventstore.Store { return eventstore.NewMemory() },
		"bbolt": func(t *testing.T) eventstore.Store {
			store, err := bbolt.Open(t.TempDir(), bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			return store
		},
	} {
		for _, runners := range []int{2, 4} {
			t.Run(fmt.Sprint(name, " ", runners), func(t *testing.T) {
				growing, whole := open(t), open(t)
				busy(t, growing)
				busy(t, whole)
				done := make(chan struct{})
				var group sync.WaitGroup
				for range runners {
					group.Go(func() {
						for {
							if _, err := awarding.Run(t.Context(), growing, naive.CaseProgram, awarding.Options{AsOf: end}); err != nil {
								t.Error(err)
								return
							}
							select {
							case <-done:
								return
							default:
							}
						}
					})
				}
				_, err := eventstore.Ingest(t.Context(), growing, invent(t, events, mentors), eventstore.IngestOptions{})
				close(done)
				group.Wait()
				if err != nil {
					t.Fatal(err)
				}
				last := awarding.Options{AsOf: end}
				if _, err := awarding.Run(t.Context(), growing, naive.CaseProgram, last); err != nil {
					t.Fatal(err)
				}
				if _, err := eventstore.Ingest(t.Context(), whole, invent(t, events, mentors), eventstore.IngestOptions{}); err != nil {
					t.Fatal(err)
				}
				if _, err := awarding.Run(t.Context(), whole, naive.CaseProgram, last); err != nil {
					t.Fatal(err)
				}
				if open, want := openAwards(t, growing), openAwards(t, whole); len(want) == 0 {
					t.Fatal("nobody has an award")
				} else {
					sameLines(t, "awards that stand", open, want)
				}
				if again, err := awarding.Run(t.Context(), growing, naive.CaseProgram, last); err != nil || again.Total() > 0 {
					t.Fatalf("again: %d decisions, %v", again.Total(), err)
				}
			})
		}
	}
}

// TestRunsAtOnceOverAWholeHistory has them race over the same backlog: what they record is what one alone would.
func TestRunsAtOnceOverAWholeHistory(t *testing.T) {
	end := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	registers := map[int][]string{}
	for _, runners := range []int{1, 2, 4} {
		store := eventstore.NewMemory()
		busy(t, store)
		if _, err := eventstore.Ingest(t.Context(), store, invent(t, 3000, 40), eventstore.IngestOptions{}); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range runners {
			group.Go(func() {
				if _, err := awarding.Run(t.Context(), store, naive.CaseProgram, awarding.Options{AsOf: end}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		given, err := projections.ReadRegister(t.Context(), store, nil)
		if err != nil {
			t.Fatal(err)
		}
		registers[runners] = registerLines(given, time.Time{})
		sameLines(t, fmt.Sprint(runners, " at once"), registers[runners], registers[1])
	}
}

// openAwards lists the awards that stand: who and which tier. What was granted on a part of the history may have been
// earned at another time than under all of it.
func openAwards(t *testing.T, store eventstore.Store) []string {
	t.Helper()
	given, err := projections.ReadRegister(t.Context(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var lines []string
	for _, a := range given.All(naive.CaseProgram) {
		key := fmt.Sprint(a.First.Person, " ", a.First.Tier)
		if !a.Status.Open() {
			continue
		}
		if seen[key] {
			t.Fatalf("two open awards: %s", key)
		}
		seen[key] = true
		lines = append(lines, key)
	}
	slices.Sort(lines)
	return lines
}

// BenchmarkAwards compares a pass over a history that nobody was awarded for with reading and replaying it.
func BenchmarkAwards(b *testing.B) {
	events, mentors := 200_000, 4000
	if testing.Short() {
		events, mentors = 20_000, 400
	}
	var reading, passing time.Duration
	for b.Loop() {
		b.StopTimer()
		store := eventstore.NewMemory()
		busy(b, store)
		if _, err := eventstore.Ingest(b.Context(), store, invent(b, events, mentors), eventstore.IngestOptions{}); err != nil {
			b.Fatal(err)
		}
		plan, err := criteria.Load("criteria.yaml", fmt.Appendf(nil, raceCriteria, "revoke"))
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		facts, err := projections.Build(b.Context(), store, projections.BuildOptions{})
		if err != nil {
			b.Fatal(err)
		}
		newest, _ := facts.Newest()
		projections.Replay(facts, naive.CaseProgram, plan, newest, 0)
		reading += time.Since(start)
		b.StartTimer()
		start = time.Now()
		report, err := awarding.Run(b.Context(), store, naive.CaseProgram, awarding.Options{})
		if err != nil {
			b.Fatal(err)
		}
		passing += time.Since(start)
		b.ReportMetric(float64(report.Total()), "decisions")
	}
	b.ReportMetric(passing.Seconds()/reading.Seconds(), "pass/replay")
}

package serving_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/adapters/synthetic"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/serving"
)

// benchProgram and benchCriteria are what benchmarks look at.
const benchProgram = "bench"

const benchCriteria = `apiVersion: laurel/v1
kind: Criteria
program: bench
measures:
  effort: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: week, max: 1}, {per: mentor, every: month, max: 8}], window: 730d}
  outcome:
    sum: points
    of: {GoalMet: 3, PromotionRecorded: 20}
    credit: {within: 540d, split: true}
    decay: [{after: 365d, keep: 0.6}, {after: 730d, keep: 0.3}]
  active_months: {count: months, of: SessionHeld, window: 365d}
  streak: {streak: month, of: SessionHeld, grace: 1}
  mentees: {count: mentees, of: SessionHeld}
  dependence: {share: mentee, in: outcome}
score: effort + outcome
tiers:
  - {id: participant, name: Participant, when: effort >= 1, keep: forever}
  - {id: rising-star, name: Rising Star, when: active_months >= 4 && mentees >= 2, keep: 180d}
  - {id: champion, name: Champion, when: score >= 60 && mentees >= 3 && dependence <= 0.6}
policy: {gained: award, lost: grandfather}
`

// benchStore makes a log with criteria in force: kept between runs in the directory that LAUREL_BENCH_LOG names.
func benchStore(b *testing.B, events, mentors int) eventstore.Store {
	b.Helper()
	dir, kept := os.Getenv("LAUREL_BENCH_LOG"), false
	if dir == "" {
		dir = b.TempDir()
	} else if _, err := os.Stat(dir); err == nil {
		kept = true
	}
	store, err := bbolt.Open(dir, bbolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	if kept {
		return store
	}
	generator, err := synthetic.New(synthetic.Options{Events: events, Mentors: mentors, Seed: 1,
		Programs: []domain.Slug{benchProgram}})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := eventstore.Ingest(b.Context(), store, generator.Items(), eventstore.IngestOptions{}); err != nil {
		b.Fatal(err)
	}
	doc, findings := criteria.Parse("bench.yaml", []byte(benchCriteria))
	if err := findings.Err(); err != nil {
		b.Fatal(err)
	}
	appendTo(b, store, domain.CriteriaStream(benchProgram), domain.OccurredMin,
		&domain.CriteriaActivated{Hash: doc.Hash(), EffectiveAt: domain.OccurredMin, Document: string(doc.Canonical())})
	return store
}

func appendTo(t fataler, store eventstore.Store, stream string, at time.Time, payload domain.Payload) eventstore.Position {
	t.Helper()
	e, err := eventstore.Encode(domain.Event{ID: uuid.New(), Meta: domain.Metadata{OccurredAt: at}, Payload: payload})
	if err != nil {
		t.Fatal(err)
	}
	result, err := store.Append(context.Background(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{e}})
	return must(t, result, err).Position
}

func heapMiB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

// BenchmarkEngine measures an engine over a million events of 20,000 mentors.
func BenchmarkEngine(b *testing.B) {
	store := benchStore(b, 1_000_000, 20_000)
	before := heapMiB()
	start := time.Now()
	e, err := serving.Open(b.Context(), store, serving.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	fmt.Printf("open: %v, %.0f MiB\n", time.Since(start), heapMiB()-before)
	v, err := e.Look(b.Context(), serving.At{})
	if err != nil {
		b.Fatal(err)
	}
	rooms := v.Rooms.Find(projections.RoomQuery{}, v.AsOf)
	asOf := v.AsOf
	v.Close()
	write := func(i int) eventstore.Position {
		return appendTo(b, store, domain.MentorshipStream(rooms[i*7919%len(rooms)].Room), asOf.Add(time.Duration(i)*time.Second),
			&domain.SessionHeld{Channel: "call", Minutes: 30})
	}
	if err := e.Wait(b.Context(), write(0)); err != nil {
		b.Fatal(err)
	}
	fmt.Printf("first append: %v, %.0f MiB\n", time.Since(start), heapMiB()-before)
	n := 1
	b.Run("append and wait", func(b *testing.B) {
		var took []time.Duration
		for b.Loop() {
			p := write(n)
			n++
			appended := time.Now()
			if err := e.Wait(b.Context(), p); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(appended))
		}
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-wait-µs")
	})
	looking := func(name string, at serving.At, do func(v *serving.View) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v, err := e.Look(b.Context(), at)
				if err != nil {
					b.Fatal(err)
				}
				if err := do(v); err != nil {
					b.Fatal(err)
				}
				v.Close()
			}
		})
	}
	looking("look", serving.At{}, func(*serving.View) error { return nil })
	looking("look, top 50", serving.At{}, func(v *serving.View) error {
		_, err := v.Page(serving.PageQuery{Limit: 50})
		return err
	})
	tier := "champion"
	looking("look, top 50 champions", serving.At{}, func(v *serving.View) error {
		_, err := v.Page(serving.PageQuery{Tier: &tier, Limit: 50})
		return err
	})
	looking("look, one person", serving.At{}, func(v *serving.View) error {
		_, _, err := v.Of(rooms[0].Mentor)
		return err
	})
	looking("look, top 50 of 2020", serving.At{AsOf: asOf.AddDate(-3, 0, 0)}, func(v *serving.View) error {
		_, err := v.Page(serving.PageQuery{Limit: 50})
		return err
	})
	after := func(name string, do func(v *serving.View) error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				p := write(n)
				n++
				if err := e.Wait(b.Context(), p); err != nil {
					b.Fatal(err)
				}
				v, err := e.Look(b.Context(), serving.At{})
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := do(v); err != nil {
					b.Fatal(err)
				}
				v.Close()
			}
		})
	}
	after("all standings", func(v *serving.View) error { _, err := v.Standings(); return err })
	after("tier months", func(v *serving.View) error { _, err := v.TierMonths(); return err })
	after("relationships", func(v *serving.View) error {
		v.Rooms.Relationships(nil, projections.RoomQuery{Program: benchProgram}, v.AsOf)
		return nil
	})
	after("replay", func(v *serving.View) error {
		projections.Replay(v.Facts, v.Program, v.Criteria.Plan, v.AsOf, 0)
		return nil
	})
	b.Run("as known at", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			position := eventstore.NewPosition(v.Position.Log(), 0, uint64(900_000+i)).String()
			v, err := e.Look(b.Context(), serving.At{Position: position})
			if err != nil {
				b.Fatal(fmt.Errorf("at %s: %w", position, err))
			}
			v.Close()
		}
	})
}

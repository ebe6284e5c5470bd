package serving_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/serving"
)

// What a second of BenchmarkLoad asks of an engine.
const (
	loadReads   = 1000
	loadAppends = 200
	loadStreams = 200
)

// BenchmarkLoad has 1,000 reads and 200 appends a second beside 200 listeners, over a million events of 20,000 mentors,
// and reports how long reads take from when they were due, and appended events until they can be seen.
func BenchmarkLoad(b *testing.B) {
	store := benchStore(b, 1_000_000, 20_000)
	e, err := serving.Open(b.Context(), store, serving.Options{Awards: true})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	v, err := e.Look(b.Context(), serving.At{})
	if err != nil {
		b.Fatal(err)
	}
	rooms, asOf := v.Rooms.Find(projections.RoomQuery{}, v.AsOf), v.AsOf
	v.Close()
	settle(b, e)
	for _, previews := range []bool{false, true} {
		name := "reads"
		if previews {
			name = "reads beside previews"
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				load(b, e, store, rooms, asOf, previews)
			}
		})
	}
}

// settle waits until the award process has nothing more to do.
func settle(b *testing.B, e *serving.Engine) {
	for range 600 {
		if a := e.Freshness().Awards; !a.At.IsZero() && len(a.Decided) == 0 && a.Left == 0 {
			return
		}
		time.Sleep(time.Second)
	}
	b.Fatalf("awards are still decided: %+v", e.Freshness())
}

// load is ten seconds of it.
func load(b *testing.B, e *serving.Engine, store eventstore.Store, rooms []projections.RoomRef, asOf time.Time, previews bool) {
	const span = 10 * time.Second
	ctx := b.Context()
	stop := make(chan struct{})
	var listeners, group sync.WaitGroup
	for range loadStreams {
		listeners.Go(func() {
			seen, next := e.Changed(0)
			for {
				select {
				case <-next:
					seen, next = e.Changed(seen.Version)
				case <-stop:
					return
				}
			}
		})
	}
	if previews {
		listeners.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				v, err := e.Look(ctx, serving.At{})
				if err != nil {
					b.Error(err)
					return
				}
				projections.Compare(v.Facts, v.People, v.Program, v.Criteria.Plan, v.Criteria.Plan, v.AsOf, 1)
				v.Close()
				time.Sleep(200 * time.Millisecond)
			}
		})
	}
	start := time.Now()
	// every runs something so many times a second on a few goroutines, and returns how long each took.
	every := func(perSecond, goroutines int, do func(random *rand.Rand) error) *[]time.Duration {
		var mu sync.Mutex
		var took []time.Duration
		for g := range goroutines {
			random := rand.New(rand.NewPCG(uint64(g), uint64(perSecond)))
			group.Go(func() {
				for n := g; ; n += goroutines {
					due := start.Add(time.Duration(n) * time.Second / time.Duration(perSecond))
					if due.Sub(start) > span {
						return
					}
					time.Sleep(time.Until(due))
					if err := do(random); err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					took = append(took, time.Since(due))
					mu.Unlock()
				}
			})
		}
		return &took
	}
	reads := every(loadReads, 32, func(random *rand.Rand) error {
		v, err := e.Look(ctx, serving.At{})
		if err != nil {
			return err
		}
		defer v.Close()
		who := rooms[random.IntN(len(rooms))].Mentor
		switch random.IntN(4) {
		case 0:
			_, err = v.Page(serving.PageQuery{From: random.IntN(400) * 50, Limit: 50})
		case 1:
			_, err = projections.Explain(v.Facts, v.People, v.Program, who, v.Criteria.Plan, v.AsOf)
		case 2:
			_, err = v.Tiers()
		default:
			_, _, err = v.Of(who)
		}
		return err
	})
	began := time.Now()
	visible := every(loadAppends, 16, func(random *rand.Rand) error {
		p := appendTo(b, store, domain.MentorshipStream(rooms[random.IntN(len(rooms))].Room),
			asOf.Add(time.Since(began)), &domain.SessionHeld{Channel: "call", Minutes: 30})
		return e.Wait(ctx, p)
	})
	group.Wait()
	close(stop)
	listeners.Wait()
	for name, took := range map[string]*[]time.Duration{"read": reads, "visible": visible} {
		slices.Sort(*took)
		at := func(percent int) float64 {
			return float64((*took)[len(*took)*percent/100].Microseconds()) / 1000
		}
		b.ReportMetric(at(50), name+"-p50-ms")
		b.ReportMetric(at(99), name+"-p99-ms")
	}
}

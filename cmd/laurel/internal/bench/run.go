package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/adapters/synthetic"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Options say how much to measure.
type Options struct {
	Events, Mentors int           // of the history in memory
	Seed            uint64        // of the history
	LogEvents       int           // of the history on disk; min(Events, 2,000,000) if 0
	Dir             string        // where the log on disk goes; the system's temporary directory if ""
	Rounds          int           // how often a replay is repeated; the quickest counts; 5 if 0
	AppendTime      time.Duration // how long each append rate is measured; 2 s if 0

	Stage func(name string, done, total int64) // progress of the stage at hand; total 0 is unknown
}

// Report is what was measured. Rates are per second of wall time.
type Report struct {
	Go        string  `json:"go"`
	Platform  string  `json:"platform"`
	Cores     int     `json:"cores"`
	Events    int     `json:"events"`
	Mentors   int     `json:"mentors"`
	Facts     int     `json:"facts"`
	FactBytes float64 `json:"fact_bytes"` // resident, everything that the facts hold included

	Sample Replay `json:"replay_sample"` // the sample criteria, with the whole timeline
	Heavy  Replay `json:"replay_heavy"`  // windows, decay, streaks and caps all in use

	Retune Retune `json:"retune"`

	LogEvents      int     `json:"log_events"`
	GeneratedRate  float64 `json:"generate_events_per_second"` // decided, encoded and appended to the embedded log
	LogBytes       int64   `json:"log_bytes"`
	RebuildRate    float64 `json:"rebuild_events_per_second"` // from the embedded log to facts
	AppendsByOne   float64 `json:"appends_per_second_1_writer"`
	AppendsBy64    float64 `json:"appends_per_second_64_writers"`
	AppendsGrouped float64 `json:"appends_64_to_1"`

	Awards Awards `json:"awards"` // over the same log
}

// Replay is a replay of all mentors.
type Replay struct {
	FactsRate     float64 `json:"facts_per_second"`
	Seconds       float64 `json:"seconds"`
	Transitions   int     `json:"transitions"`
	AllocsPerFact float64 `json:"allocs_per_fact"`
	ByHandRate    float64 `json:"by_hand_facts_per_second,omitempty"`
	ByHandRatio   float64 `json:"time_to_by_hand,omitempty"` // how many times the time of the loop by hand
}

// writersMany is the number of concurrent writers that is measured against one.
const writersMany = 64

// Run measures everything, one after the other.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.LogEvents == 0 {
		o.LogEvents = min(o.Events, 2_000_000)
	}
	if o.Rounds == 0 {
		o.Rounds = 5
	}
	if o.AppendTime == 0 {
		o.AppendTime = 2 * time.Second
	}
	if o.Stage == nil {
		o.Stage = func(string, int64, int64) {}
	}
	r := &Report{
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Cores: runtime.GOMAXPROCS(0),
		Events: o.Events, Mentors: o.Mentors, LogEvents: o.LogEvents,
	}
	for _, stage := range []func(context.Context, Options, *Report) error{inMemory, onDisk, appends} {
		if err := stage(ctx, o, r); err != nil {
			return nil, fmt.Errorf("bench: %w", err)
		}
	}
	return r, nil
}

// inMemory measures facts, replays and previews of other criteria.
func inMemory(ctx context.Context, o Options, r *Report) error {
	before := resident()
	f, err := generateFacts(ctx, o.Events, o.Mentors, o.Seed, func(done int) {
		o.Stage("generate in memory", int64(done), int64(o.Events))
	})
	if err != nil {
		return err
	}
	mentors := f.MentorsOf(program)
	for _, id := range mentors {
		r.Facts += len(f.Mentor(id).Facts)
	}
	r.FactBytes = float64(resident()-before) / float64(r.Facts)
	sample, err := compile("sample.yaml", sampleText)
	if err != nil {
		return err
	}
	heavy, err := compile("heavy.yaml", heavyText)
	if err != nil {
		return err
	}
	asOf, _ := f.Newest()
	if err := sameTimelines(projections.Replay(f, program, sample, asOf, 0).Of, replayByHand(f, mentors, asOf, r.Cores)); err != nil {
		return fmt.Errorf("the loop by hand does not agree with the engine: %w", err)
	}
	byHand := time.Duration(1<<63 - 1)
	for round := range o.Rounds {
		o.Stage("replay", int64(round), int64(o.Rounds))
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.Sample.measure(f, sample, asOf, r.Facts)
		r.Heavy.measure(f, heavy, asOf, r.Facts)
		runtime.GC()
		start := time.Now()
		replayByHand(f, mentors, asOf, r.Cores)
		byHand = min(byHand, time.Since(start))
	}
	r.Sample.ByHandRate = float64(r.Facts) / byHand.Seconds()
	r.Sample.ByHandRatio = r.Sample.Seconds / byHand.Seconds()
	return r.Retune.measure(ctx, o, f)
}

func (r *Replay) measure(f *projections.Facts, plan *criteria.Plan, asOf time.Time, facts int) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	all := projections.Replay(f, program, plan, asOf, 0)
	seconds := time.Since(start).Seconds()
	runtime.ReadMemStats(&after)
	r.Transitions = 0
	for i := range all.Of {
		r.Transitions += len(all.Of[i].Transitions)
	}
	if r.Seconds == 0 || seconds < r.Seconds {
		r.Seconds, r.FactsRate = seconds, float64(facts)/seconds
		r.AllocsPerFact = float64(after.Mallocs-before.Mallocs) / float64(facts)
	}
}

// resident returns the bytes of live objects.
func resident() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// onDisk measures generation into an embedded log and the rebuild of facts from it.
func onDisk(ctx context.Context, o Options, r *Report) error {
	return withStore(o.Dir, func(store *bbolt.Store, dir string) error {
		mentors := max(1, int(int64(o.Mentors)*int64(o.LogEvents)/int64(max(1, o.Events))))
		generator, err := synthetic.New(generatorOptions(o.LogEvents, mentors, o.Seed))
		if err != nil {
			return err
		}
		start := time.Now()
		if _, err := eventstore.Ingest(ctx, store, generator.Items(), eventstore.IngestOptions{
			Progress: func(p eventstore.IngestReport) {
				o.Stage("generate into a log", int64(p.Items), int64(o.LogEvents))
			},
		}); err != nil {
			return err
		}
		r.GeneratedRate = float64(o.LogEvents) / time.Since(start).Seconds()
		if info, err := os.Stat(filepath.Join(dir, bbolt.FileName)); err == nil {
			r.LogBytes = info.Size()
		}
		for range 3 { // the quickest of three: the first one reads a file that was just written
			runtime.GC()
			start = time.Now()
			f, err := projections.Build(ctx, store, projections.BuildOptions{
				Progress: func(events int) { o.Stage("rebuild facts", int64(events), int64(o.LogEvents)) },
			})
			if err != nil {
				return err
			}
			r.RebuildRate = max(r.RebuildRate, float64(f.Events())/time.Since(start).Seconds())
		}
		return r.Awards.measure(ctx, o, store)
	})
}

// appends measures single appends by one writer and by many, each acknowledged after it is on disk.
func appends(ctx context.Context, o Options, r *Report) error {
	return withStore(o.Dir, func(store *bbolt.Store, _ string) error {
		var err error
		o.Stage("append, 1 writer", 0, 0)
		if r.AppendsByOne, err = appendRate(ctx, store, 1, o.AppendTime); err != nil {
			return err
		}
		o.Stage(fmt.Sprintf("append, %d writers", writersMany), 0, 0)
		if r.AppendsBy64, err = appendRate(ctx, store, writersMany, o.AppendTime); err != nil {
			return err
		}
		r.AppendsGrouped = r.AppendsBy64 / r.AppendsByOne
		return nil
	})
}

// appendRate has each writer continue a mentorship of its own, one session after the other.
func appendRate(ctx context.Context, store eventstore.Store, writers int, span time.Duration) (float64, error) {
	end := time.Now().Add(span)
	counts, errs := make([]int, writers), make([]error, writers)
	data := slices.Repeat([]byte(" "), 160)
	copy(data, `{"channel":"call","minutes":45}`)
	start := time.Now()
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			stream, expected := domain.MentorshipStream(uuid.New()), eventstore.NoStream
			for time.Now().Before(end) && ctx.Err() == nil {
				result, err := store.Append(ctx, eventstore.StreamAppend{
					Stream: stream, Expected: expected,
					Events: []eventstore.NewEvent{{
						ID: uuid.New(), Type: domain.TypeSessionHeld, Data: data,
						Meta: domain.Metadata{OccurredAt: start, Source: "bench", Schema: 1},
					}},
				})
				if err != nil {
					errs[w] = err
					return
				}
				expected = eventstore.Exact(result.Revision)
				counts[w]++
			}
		})
	}
	group.Wait()
	total := 0
	for w := range writers {
		if errs[w] != nil {
			return 0, errs[w]
		}
		total += counts[w]
	}
	return float64(total) / time.Since(start).Seconds(), ctx.Err()
}

// withStore runs with an empty embedded store and removes it afterwards.
func withStore(parent string, use func(store *bbolt.Store, dir string) error) (err error) {
	dir, err := os.MkdirTemp(parent, "laurel-bench-")
	if err != nil {
		return err
	}
	defer func() { err = cmpErr(err, os.RemoveAll(dir)) }()
	store, err := bbolt.Open(dir, bbolt.Options{})
	if err != nil {
		return err
	}
	defer func() { err = cmpErr(err, store.Close()) }()
	return use(store, dir)
}

func cmpErr(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

package bench

import (
	"context"
	"runtime"
	"time"

	"laurel/adapters/bbolt"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// Awards is a pass of the award process over a log for which nobody was awarded anything, in seconds.
type Awards struct {
	Replay    float64 `json:"replay_seconds"` // reading the log and evaluating everybody
	Pass      float64 `json:"pass_seconds"`   // from reading to the last award on disk
	Append    float64 `json:"append_seconds"` // recording the same decisions alone
	Decisions int     `json:"decisions"`
	Ratio     float64 `json:"pass_to_replay"` // the pass without the appends, to the replay
}

// awardBatch is the number of streams that are appended to at once.
const awardBatch = 2048

// measure makes a pass over a log in which nothing was decided.
func (a *Awards) measure(ctx context.Context, o Options, store eventstore.Store) error {
	plan, err := compile("sample.yaml", sampleText)
	if err != nil {
		return err
	}
	if err := putInForce(ctx, store, program); err != nil {
		return err
	}
	o.Stage("award", 0, 0)
	runtime.GC()
	start := time.Now()
	facts, err := projections.Build(ctx, store, projections.BuildOptions{})
	if err != nil {
		return err
	}
	newest, _ := facts.Newest()
	projections.Replay(facts, program, plan, newest, 0)
	a.Replay = time.Since(start).Seconds()

	facts = nil
	runtime.GC()
	start = time.Now()
	report, err := awarding.Run(ctx, store, program, awarding.Options{})
	if err != nil {
		return err
	}
	a.Pass, a.Decisions = time.Since(start).Seconds(), report.Total()
	if err := withStore(o.Dir, func(other *bbolt.Store, _ string) error { return a.appends(ctx, store, other) }); err != nil {
		return err
	}
	a.Ratio = (a.Pass - a.Append) / a.Replay
	return nil
}

// appends copies the decisions to another store.
func (a *Awards) appends(ctx context.Context, from, to eventstore.Store) error {
	var streams []eventstore.StreamAppend
	places := map[string]int{}
	filter := eventstore.Filter{Categories: []string{domain.CategoryAward}}
	for e, err := range from.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return err
		}
		at, known := places[e.Stream]
		if !known {
			at = len(streams)
			places[e.Stream] = at
			streams = append(streams, eventstore.StreamAppend{Stream: e.Stream, Expected: eventstore.NoStream})
		}
		streams[at].Events = append(streams[at].Events, eventstore.NewEvent{ID: e.ID, Type: e.Type, Meta: e.Meta, Data: e.Data})
	}
	start := time.Now()
	for len(streams) > 0 {
		n := min(awardBatch, len(streams))
		if _, err := to.AppendBatch(ctx, streams[:n]); err != nil {
			return err
		}
		streams = streams[n:]
	}
	a.Append = time.Since(start).Seconds()
	return nil
}

package serving

import (
	"context"
	"fmt"
	"sync"
	"time"

	"laurel/eventstore"
)

// Summary is something that was computed from a whole view. It stays.
type Summary struct {
	Value    any
	Program  string
	AsOf     time.Time
	Position eventstore.Position // that it was computed at
	Version  uint64
	Criteria *Criteria

	computed time.Time // when it was begun
	took     time.Duration
}

const (
	// summaryShare is for how long a summary is good while the log grows quickly, as a multiple of what computing it took:
	// it never takes more than this part of a core.
	summaryShare = 10
	summaryMax   = 30 * time.Second
	summariesMax = 64
)

// summaries keeps what was computed. Engine.mu does not guard it.
type summaries struct {
	mu    sync.Mutex
	byKey map[summaryKey]*summaryState
	clock uint64
}

// summaryKey names a summary.
type summaryKey struct {
	key string
	at  At
}

// summaryState is the latest of a summary, and the one that is being computed.
type summaryState struct {
	latest  *Summary
	running *summaryRun // nil while none is being computed
	used    uint64
}

type summaryRun struct {
	done    chan struct{}
	summary *Summary
	err     error
}

// Summary returns what compute makes of a view, for answers that take long; key says what it computes. However many ask
// at the same time, it is computed once, and once for each version. Only while the log grows quickly, what was computed
// shortly before is returned, with the position that it was computed at, for up to twenty times as long as computing
// took: who records something in a quiet log sees it.
//
// compute must keep nothing of the view but what is documented to stay. Summary fails with what Look or compute fails
// with.
func (e *Engine) Summary(ctx context.Context, at At, key string, compute func(*View) (any, error)) (*Summary, error) {
	at.AsOf = at.AsOf.UTC().Round(0) // equal times are one key
	within := e.summaries.interval(summaryKey{key, at})
	e.mu.Lock()
	version, busy := e.changes.version, e.changes.busy(time.Now(), within)
	e.mu.Unlock()
	for {
		s := &e.summaries
		s.mu.Lock()
		state := s.find(summaryKey{key, at})
		latest, run := state.latest, state.running
		good := latest != nil && (latest.Version >= version || latest.Version == 0)
		if latest != nil && busy {
			interval := latest.interval()
			age := time.Since(latest.computed)
			good = good || age <= 2*interval
			if age <= interval {
				version = 0 // it is good for a while yet
			}
		}
		if run == nil && (latest == nil || latest.Version != 0 && latest.Version < version) {
			run = &summaryRun{done: make(chan struct{})}
			if !e.run(func() { e.summarize(state, run, at, compute) }) {
				s.mu.Unlock()
				return nil, ErrClosed
			}
			state.running = run
		}
		s.mu.Unlock()
		if good {
			return latest, nil
		}
		select {
		case <-run.done:
			if run.err != nil || busy || run.summary.Version == 0 || run.summary.Version >= version {
				return run.summary, run.err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// interval is for how long a summary is good while the log grows quickly.
func (s *Summary) interval() time.Duration { return min(summaryShare*s.took, summaryMax) }

// interval is that of the latest summary of a key; 0 where there is none.
func (s *summaries) interval(key summaryKey) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if latest := s.find(key).latest; latest != nil {
		return latest.interval()
	}
	return 0
}

// summarize computes a summary.
func (e *Engine) summarize(state *summaryState, run *summaryRun, at At, compute func(*View) (any, error)) {
	run.summary, run.err = e.compute(at, compute)
	s := &e.summaries
	s.mu.Lock()
	defer s.mu.Unlock()
	state.running = nil
	if run.err == nil {
		state.latest = run.summary
	}
	close(run.done)
}

func (e *Engine) compute(at At, compute func(*View) (any, error)) (summary *Summary, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("compute a summary: %v", r)
		}
	}()
	began := time.Now()
	v, err := e.Look(e.ctx, at)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	value, err := compute(v)
	if err != nil {
		return nil, err
	}
	return &Summary{Value: value, Program: v.Program, AsOf: v.AsOf, Position: v.Position, Version: v.Version,
		Criteria: v.Criteria, computed: began, took: time.Since(began)}, nil
}

// forget drops everything: somebody was erased, whom what was computed may still name.
func (s *summaries) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.byKey)
}

// find returns the state of a summary, forgetting the one asked for longest ago where there are too many. It is called
// with summaries.mu.
func (s *summaries) find(key summaryKey) *summaryState {
	s.clock++
	state := s.byKey[key]
	if state == nil {
		state = &summaryState{used: s.clock}
		if s.byKey == nil {
			s.byKey = map[summaryKey]*summaryState{}
		}
		s.byKey[key] = state
		for len(s.byKey) > summariesMax {
			var oldest *summaryKey
			for k, other := range s.byKey {
				if oldest == nil || other.used < s.byKey[*oldest].used {
					oldest = &k
				}
			}
			delete(s.byKey, *oldest)
		}
	}
	state.used = s.clock
	return state
}

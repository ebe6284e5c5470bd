package serving

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"laurel/eventstore"
)

// ErrClosed is what a closed engine answers with.
var ErrClosed = errors.New("the engine is closed")

// Options say how an engine goes about it. The zero value is right for most, but for Now.
type Options struct {
	Now     func() time.Time // the clock; time.Now if nil
	Workers int              // goroutines that evaluate; 0 for one a core

	// Documents are criteria that may be looked at by name without being in the log, such as a sample.
	Documents map[string][]byte

	Awards  bool                     // run the award process continuously
	Failed  func(error)              // if not nil, told of failures that are tried again
	Reading func(events int)         // if not nil, called while Open reads the log
	Awarded func(AwardReport, error) // if not nil, told of each pass of the award process, and why it failed

	PastStatesMax int   // how many states of the past are kept; 4 if 0
	PastBytesMax  int64 // and how much memory they may take, by estimate; 1 GiB if 0
}

// Bounds of what an engine does at once.
const (
	pendingMax   = 8192                  // events received and not applied: then the subscription waits
	batchMax     = 1024                  // events applied at once
	publishEvery = 10 * time.Millisecond // the least time between two versions
	clockEvery   = 15 * time.Second      // how often time alone makes a version, where events are dated in the future
	retryFirst   = 100 * time.Millisecond
	retryMax     = 30 * time.Second
)

// Engine is one process's live, consistent view of a log. It is safe for concurrent use.
type Engine struct {
	store eventstore.Store
	o     Options
	plans *plans
	past  *past

	ctx   context.Context // ends with the engine
	stop  context.CancelFunc
	group sync.WaitGroup

	summaries summaries

	mu       sync.Mutex
	closed   bool
	replicas replicas
	pending  []eventstore.RecordedEvent // received and not applied
	changes  changes
	noted    noted // what the award process has not taken over yet
	health   health

	arrived chan struct{} // signals that something is pending
	taken   chan struct{} // signals that there is room for more
	freed   chan struct{} // signals that a replica lost its last reader
}

// Open reads the log of a store and follows it until the engine is closed. The store has to outlive the engine.
func Open(ctx context.Context, store eventstore.Store, o Options) (*Engine, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	plans, err := newPlans(o.Documents)
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	head, err := store.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	e := &Engine{store: store, o: o, plans: plans, past: newPast(o), arrived: signal(), taken: signal(), freed: signal()}
	s, err := e.readState(ctx, head, o.Reading)
	if err != nil {
		return nil, fmt.Errorf("open the engine: %w", err)
	}
	s.version, s.asOf = 1, s.newestUntil(o.Now())
	s.warm(plans)
	e.ctx, e.stop = context.WithCancel(context.Background())
	e.replicas.current = &replica{state: s}
	e.changes.next = make(chan struct{})
	e.changes.version = s.version
	e.health.caughtUp = o.Now()
	e.mu.Lock()
	e.grow() // so that the first event need not wait for it
	e.mu.Unlock()
	e.group.Go(func() { e.follow(head) })
	e.group.Go(e.applyAll)
	if o.Awards {
		e.group.Go(e.awardAll)
	}
	return e, nil
}

// Close ends the engine, and returns after everything that it runs has ended. Views that are open stay readable; nothing
// new is answered.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stop()
	e.group.Wait()
	return nil
}

// run runs something that Close waits for. It reports false when the engine is closed.
func (e *Engine) run(do func()) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	e.group.Go(do)
	return true
}

// Store returns the store whose log the engine follows.
func (e *Engine) Store() eventstore.Store { return e.store }

// Wait returns once everything up to a position is applied: who has written something sees it then.
func (e *Engine) Wait(ctx context.Context, p eventstore.Position) error {
	for {
		e.mu.Lock()
		applied, next := e.replicas.current.state.position, e.changes.next
		e.mu.Unlock()
		if e.store.ComparePositions(applied, p) >= 0 {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return fmt.Errorf("wait for position %s: %w", p, ctx.Err())
		case <-e.ctx.Done():
			return ErrClosed
		}
	}
}

// follow receives what is recorded after a position, and again after a failure, until the engine ends.
func (e *Engine) follow(after eventstore.Position) {
	delay := retryFirst
	for {
		err := errors.New("the subscription ended")
		for m, failed := range e.store.Subscribe(e.ctx, after, eventstore.Filter{}) {
			if failed != nil {
				err = failed
				break
			}
			after, delay = m.Position, retryFirst
			switch m.Kind {
			case eventstore.MessageEvent:
				if !e.receive(m.Event) {
					return
				}
			case eventstore.MessageCaughtUp:
				e.following()
			}
		}
		if e.ctx.Err() != nil {
			return
		}
		e.failed(&e.health.followErr, fmt.Errorf("follow the log after %s: %w", after, err))
		if !e.sleep(&delay) {
			return
		}
	}
}

// receive takes an event in, once there is room. It reports false when the engine ends first.
func (e *Engine) receive(event eventstore.RecordedEvent) bool {
	for {
		e.mu.Lock()
		if len(e.pending) < pendingMax {
			e.pending = append(e.pending, event)
			e.mu.Unlock()
			raise(e.arrived)
			return true
		}
		e.mu.Unlock()
		select {
		case <-e.taken:
		case <-e.ctx.Done():
			return false
		}
	}
}

// applyAll applies what is received until the engine ends. What cannot be applied is tried again, one event after the
// other, so that everything before the one at fault is.
func (e *Engine) applyAll() {
	delay, one := retryFirst, false
	for {
		n := batchMax
		if one {
			n = 1
		}
		events, ok := e.await(n)
		if !ok {
			return
		}
		err := e.publish(events)
		if e.ctx.Err() != nil {
			return
		}
		if err != nil {
			one = true
			e.failed(&e.health.applyErr, err)
			if !e.sleep(&delay) {
				return
			}
			continue
		}
		delay = retryFirst
		if left := e.applied(len(events)); left == 0 {
			one = false
		}
		if !e.pause(publishEvery) {
			return
		}
	}
}

// await returns the first of what is pending, at most n events, once there are any; none where it is time for a version
// that only takes the clock on. It reports false when the engine ends.
func (e *Engine) await(n int) ([]eventstore.RecordedEvent, bool) {
	for {
		e.mu.Lock()
		events := e.pending[:min(n, len(e.pending))]
		s := e.replicas.current.state
		e.mu.Unlock()
		if len(events) > 0 {
			return events, true
		}
		var tick <-chan time.Time
		if newest, ok := s.Facts.Newest(); ok && newest.After(s.asOf) {
			tick = time.After(clockEvery)
		}
		select {
		case <-e.arrived:
		case <-tick:
			return nil, true
		case <-e.ctx.Done():
			return nil, false
		}
	}
}

// applied drops the first n pending events, and returns how many are left.
func (e *Engine) applied(n int) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	left := copy(e.pending, e.pending[n:])
	clear(e.pending[left:])
	e.pending = e.pending[:left]
	raise(e.taken)
	return left
}

// sleep waits for a delay and doubles it up to a bound. It reports false when the engine ends first.
func (e *Engine) sleep(delay *time.Duration) bool {
	d := *delay
	*delay = min(2*d, retryMax)
	return e.pause(d)
}

func (e *Engine) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-e.ctx.Done():
		return false
	}
}

// signal is a channel that remembers one signal.
func signal() chan struct{} { return make(chan struct{}, 1) }

func raise(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

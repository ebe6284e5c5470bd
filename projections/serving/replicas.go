package serving

import (
	"context"
	"fmt"
	"time"

	"laurel/eventstore"
)

// replicas are two copies of the state. Readers read the current one, which does not change; the writer brings the spare
// up to date and makes it current. Then it waits for the last readers of the other one before it changes that.
//
// So no reader ever waits for the writer, however long others read, and each sees one position throughout. What it costs
// is twice the memory, and that each event is applied twice. Engine.mu guards everything but the states.
type replicas struct {
	current   *replica
	spare     *replica // one version behind, or as current; nil while there is none
	last      batch    // what took the spare's version to the current one
	abandoned int      // spares that were given up because somebody still reads them
}

type replica struct {
	state     *state
	readers   int
	abandoned bool
}

const (
	patienceMax  = 2 * time.Second // how long readers of the spare are waited for before it is given up
	abandonedMax = 2               // how many are given up at once: then they are waited for
)

// acquire returns the current state for a reader, who calls release once.
func (e *Engine) acquire() (s *state, release func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.replicas.current
	r.readers++
	return r.state, func() { e.release(r) }
}

func (e *Engine) release(r *replica) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r.readers--
	if r.readers > 0 {
		return
	}
	if r.abandoned {
		e.replicas.abandoned--
	}
	raise(e.freed)
}

// prepare reads the spare, so that the first event need not wait for it.
func (e *Engine) prepare() error {
	_, err := e.spare()
	return err
}

// publish makes a version of what was received.
func (e *Engine) publish(events []eventstore.RecordedEvent) error {
	r, err := e.spare()
	if err != nil {
		return err
	}
	e.mu.Lock()
	current, last := e.replicas.current.state, e.replicas.last
	e.mu.Unlock()
	discard := func(err error) error {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.replicas.spare = nil
		return fmt.Errorf("apply the log after %s: %w", current.position, err)
	}
	if r.state.version < current.version {
		if _, err := r.state.apply(last); err != nil {
			return discard(err)
		}
	}
	// The models keep what they need of the events, and the other replica will need the whole.
	b := batch{events: append([]eventstore.RecordedEvent(nil), events...), asOf: current.asOf}
	touched, err := r.state.apply(b)
	if err != nil {
		return discard(err)
	}
	if asOf := r.state.newestUntil(e.o.Now()); asOf.After(b.asOf) {
		b.asOf, r.state.asOf = asOf, asOf
	}
	r.state.warm(e.plans)
	change := changeOf(r.state, b, touched)
	var noted *noted
	if e.o.Awards {
		noted = notedOf(r.state, b, touched)
	}

	e.mu.Lock()
	defer e.mu.Unlock()
	e.replicas.current, e.replicas.spare, e.replicas.last = r, e.replicas.current, b
	e.changes.add(change)
	if e.o.Awards {
		e.noted.include(noted)
	}
	e.health.applyErr = nil
	return nil
}

// spare returns the spare once it has no readers. One whose readers stay too long is given up to them, and another is
// read from the log.
func (e *Engine) spare() (*replica, error) {
	var patience <-chan time.Time
	for {
		e.mu.Lock()
		r, current := e.replicas.spare, e.replicas.current.state
		if r != nil && r.readers == 0 {
			e.mu.Unlock()
			return r, nil
		}
		e.mu.Unlock()
		if r == nil {
			return e.another(current)
		}
		if patience == nil {
			patience = time.After(patienceMax)
		}
		select {
		case <-e.freed:
		case <-patience:
			e.abandon()
			patience = nil
		case <-e.ctx.Done():
			return nil, e.ctx.Err()
		}
	}
}

// abandon gives the spare up to its readers.
func (e *Engine) abandon() {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.replicas.spare
	if r == nil || r.readers == 0 || e.replicas.abandoned == abandonedMax {
		return
	}
	r.abandoned = true
	e.replicas.abandoned++
	e.replicas.spare = nil
}

// another reads a spare that is as the current state.
func (e *Engine) another(current *state) (*replica, error) {
	s, err := readState(e.ctx, e.store, current.position, nil)
	if err != nil {
		return nil, err
	}
	s.version, s.asOf = current.version, current.asOf
	s.warm(e.plans)
	r := &replica{state: s}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.replicas.spare = r
	return r, nil
}

// stateAt returns the state at a position, for a reader who calls release once; of the present for "".
func (e *Engine) stateAt(ctx context.Context, position string) (s *state, release func(), err error) {
	if e.ctx.Err() != nil {
		return nil, nil, ErrClosed
	}
	if position == "" {
		s, release = e.acquire()
		return s, release, nil
	}
	p, err := e.store.ParsePosition(position)
	if err != nil {
		return nil, nil, err
	}
	if err := e.Wait(ctx, p); err != nil {
		return nil, nil, err
	}
	s, release = e.acquire()
	if s.position == p {
		return s, release, nil
	}
	release()
	s, err = e.past.at(ctx, e, p)
	return s, func() {}, err
}

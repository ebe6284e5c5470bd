package serving

import (
	"context"
	"fmt"
	"slices"
	"time"

	"laurel/domain"
	"laurel/eventstore"
)

// replicas are copies of the state. Readers read the current one, which does not change; the writer brings a spare that
// nobody reads up to date and makes it current.
//
// So no reader ever waits for the writer, however long others read, and each sees one position throughout. What it costs
// is the memory, and that each event is applied to each. Two replicas are enough where everybody reads quickly; a third
// is read from the log the first time that the writer has to wait for a reader. Engine.mu guards everything but the
// states.
type replicas struct {
	current   *replica
	spares    []*replica // those that are being read from the log included
	recent    []batch    // oldest first: the latest made the current version; as many as the spare furthest behind lacks
	failed    error      // why the last spare could not be read from the log, until the writer was told
	abandoned int        // spares that were given up because somebody still reads them
}

// replica is one of them.
type replica struct {
	state     *state
	readers   int // 1 of a spare that is being read from the log
	growing   bool
	abandoned bool
}

const (
	replicasMax  = 3
	growAfter    = 250 * time.Millisecond // how long the writer waits for readers before there are more replicas
	patienceMax  = 5 * time.Second        // how long it waits before a replica is given up to its readers
	abandonedMax = 2                      // how many are given up at once: then they are waited for
	behindMax    = 1 << 16                // events that a spare in use may be behind before it is given up
	behindIdle   = 1 << 10                // events that one nobody uses may be behind before it takes them in
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

// publish makes a version of what was received.
func (e *Engine) publish(events []eventstore.RecordedEvent) error {
	r, err := e.idle()
	if err != nil {
		return err
	}
	if err := e.catchUp(r); err != nil {
		return err
	}
	// The models keep what they need of the events, and the other replicas will need the whole.
	b := batch{events: slices.Clone(events), asOf: r.state.asOf}
	touched, err := r.state.apply(b)
	if err != nil {
		return e.discard(r, err)
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
	if slices.ContainsFunc(b.events, erases) {
		e.past.forget() // before anybody is told that it was applied
		e.summaries.forget()
	}

	e.mu.Lock()
	rs := &e.replicas
	rs.spares[slices.Index(rs.spares, r)] = rs.current
	rs.current = r
	rs.recent = append(rs.recent, b)
	e.changes.add(change)
	if e.o.Awards {
		e.noted.include(noted)
	}
	e.health.applyErr = nil
	e.mu.Unlock()
	return e.trim()
}

func erases(e eventstore.RecordedEvent) bool { return e.Type == domain.TypePersonErased }

// idle returns a spare that nobody reads, the one least behind, once there is one.
func (e *Engine) idle() (*replica, error) {
	var waited time.Duration
	for {
		e.mu.Lock()
		rs := &e.replicas
		var found *replica
		for _, r := range rs.spares {
			if r.readers == 0 && (found == nil || r.state.version > found.state.version) {
				found = r
			}
		}
		failed := rs.failed
		rs.failed = nil
		switch {
		case found != nil || failed != nil:
			e.mu.Unlock()
			return found, failed
		case len(rs.spares) == 0, waited >= growAfter && len(rs.spares)+1 < replicasMax:
			e.grow()
		case waited >= patienceMax:
			if r := rs.furthest(false); r != nil && rs.abandoned < abandonedMax {
				rs.abandon(r)
				e.grow()
				waited = 0
			}
		}
		e.mu.Unlock()
		select {
		case <-e.freed:
		case <-time.After(growAfter):
			waited += growAfter
		case <-e.ctx.Done():
			return nil, e.ctx.Err()
		}
	}
}

// grow begins to read another spare from the log, as the current state is. It is called with Engine.mu.
func (e *Engine) grow() {
	current := e.replicas.current.state
	as := &state{version: current.version, position: current.position, asOf: current.asOf}
	r := &replica{state: as, readers: 1, growing: true}
	e.replicas.spares = append(e.replicas.spares, r)
	e.group.Go(func() {
		s, err := e.readState(e.ctx, as.position, nil)
		if err == nil {
			s.version, s.asOf = as.version, as.asOf
			s.warm(e.plans)
		}
		e.mu.Lock()
		r.growing = false
		if err == nil {
			r.state = s
		} else {
			e.replicas.remove(r)
			e.replicas.failed = fmt.Errorf("read the log up to %s: %w", as.position, err)
		}
		e.mu.Unlock()
		e.release(r)
	})
}

func (rs *replicas) remove(r *replica) {
	rs.spares = slices.DeleteFunc(rs.spares, func(other *replica) bool { return other == r })
}

// abandon gives a spare that somebody reads up to them.
func (rs *replicas) abandon(r *replica) {
	r.abandoned = true
	rs.abandoned++
	rs.remove(r)
}

// furthest is the spare that is furthest behind, nil when there is none; one that is being read from the log may be left
// out.
func (rs *replicas) furthest(growing bool) *replica {
	var found *replica
	for _, r := range rs.spares {
		if (growing || !r.growing) && (found == nil || r.state.version < found.state.version) {
			found = r
		}
	}
	return found
}

// catchUp takes a spare that nobody reads to the current version.
func (e *Engine) catchUp(r *replica) error {
	e.mu.Lock()
	rs := &e.replicas
	behind := int(rs.current.state.version - r.state.version)
	lacks := slices.Clone(rs.recent[len(rs.recent)-behind:])
	e.mu.Unlock()
	for _, b := range lacks {
		if _, err := r.state.apply(b); err != nil {
			return e.discard(r, err)
		}
	}
	return nil
}

// discard drops a spare that could not take in what comes after its position, and returns why.
func (e *Engine) discard(r *replica, err error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.replicas.remove(r)
	return fmt.Errorf("apply the log after %s: %w", e.replicas.current.state.position, err)
}

// trim forgets what every replica has taken in. One that is too far behind takes it in now, or is given up to those who
// read it.
func (e *Engine) trim() error {
	for {
		e.mu.Lock()
		rs := &e.replicas
		r, lacks := rs.furthest(true), 0
		if r != nil {
			lacks = int(rs.current.state.version - r.state.version)
		}
		rs.recent = slices.Delete(rs.recent, 0, len(rs.recent)-lacks)
		events := 0
		for _, b := range rs.recent {
			events += len(b.events)
		}
		busy := r != nil && r.readers > 0
		over := lacks > 1 && (busy && events > behindMax || !busy && events > behindIdle)
		if over && busy {
			rs.abandon(r)
		}
		e.mu.Unlock()
		if !over {
			return nil
		}
		if !busy {
			if err := e.catchUp(r); err != nil {
				return err
			}
		}
	}
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

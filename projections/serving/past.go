package serving

import (
	"context"
	"errors"
	"sync"

	"laurel/eventstore"
)

// past keeps states of earlier positions. Each is read from the log once, even when many ask for it at the same time,
// for as long as one of them still waits; those asked for longest ago leave first.
type past struct {
	statesMax int
	bytesMax  int64

	mu     sync.Mutex
	states map[eventstore.Position]*pastState
	clock  uint64
}

// pastState is a state of the past, or one that is being read.
type pastState struct {
	ready   chan struct{} // closed once it is read, or has failed
	state   *state
	err     error
	bytes   int64
	used    uint64
	waiting int // who still wants it, while it is being read
	cancel  context.CancelFunc
}

// Bounds of what is kept of the past where the options leave them open, and what an event of a state is taken to need.
const (
	pastStatesMax = 4
	pastBytesMax  = 1 << 30
	eventBytes    = 256
)

func newPast(o Options) *past {
	p := &past{statesMax: o.PastStatesMax, bytesMax: o.PastBytesMax, states: map[eventstore.Position]*pastState{}}
	if p.statesMax <= 0 {
		p.statesMax = pastStatesMax
	}
	if p.bytesMax <= 0 {
		p.bytesMax = pastBytesMax
	}
	return p
}

// at returns the state as it was known at a position.
func (p *past) at(ctx context.Context, e *Engine, position eventstore.Position) (*state, error) {
	for {
		s := p.find(e, position)
		if s == nil {
			return nil, ErrClosed
		}
		select {
		case <-s.ready:
		case <-ctx.Done():
		case <-e.ctx.Done():
		}
		p.leave(s)
		select {
		case <-s.ready:
		default:
			if e.ctx.Err() != nil {
				return nil, ErrClosed
			}
			return nil, ctx.Err()
		}
		if s.err == errGivenUp && ctx.Err() == nil {
			continue // the others gave up just when we came
		}
		return s.state, s.err
	}
}

// errGivenUp is what reading fails with that nobody waits for any more.
var errGivenUp = errors.New("nobody waits for this state of the past")

// forget drops all states: somebody was erased, whom they would still name.
func (p *past) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.states)
}

// find returns the state of a position, and begins to read it where it is not there; nil once the engine is closed.
func (p *past) find(e *Engine, position eventstore.Position) *pastState {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock++
	s := p.states[position]
	if s == nil {
		s = &pastState{ready: make(chan struct{})}
		ctx, cancel := context.WithCancel(e.ctx)
		s.cancel = cancel
		if !e.run(func() { p.read(ctx, e, position, s) }) {
			cancel()
			return nil
		}
		p.states[position] = s
	}
	s.waiting++
	s.used = p.clock
	return s
}

// leave notes that somebody no longer waits. Reading that nobody waits for ends.
func (p *past) leave(s *pastState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.waiting--; s.waiting == 0 {
		s.cancel()
	}
}

func (p *past) read(ctx context.Context, e *Engine, position eventstore.Position, s *pastState) {
	read, err := e.readState(ctx, position, nil)
	if err == nil {
		read.asOf = read.newestUntil(e.o.Now())
	} else if ctx.Err() != nil {
		err = errGivenUp
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.state, s.err = read, err
	if err != nil {
		if p.states[position] == s {
			delete(p.states, position)
		}
	} else {
		s.bytes = int64(read.Facts.Events()) * eventBytes
		p.evict(s)
	}
	close(s.ready)
}

// evict drops what was asked for longest ago until the bounds are kept, but not the one that was just read.
func (p *past) evict(newest *pastState) {
	for {
		count, bytes := 0, int64(0)
		var oldest *eventstore.Position
		for at, s := range p.states {
			if s.state == nil {
				continue
			}
			count, bytes = count+1, bytes+s.bytes
			if s != newest && (oldest == nil || s.used < p.states[*oldest].used) {
				oldest = &at
			}
		}
		if oldest == nil || count <= p.statesMax && bytes <= p.bytesMax {
			return
		}
		delete(p.states, *oldest)
	}
}

package projections

import (
	"context"
	"runtime"
	"sync"

	"laurel/eventstore"
)

// BuildOptions say how far to fold a log and who else reads it on the way.
type BuildOptions struct {
	UpTo     eventstore.Position // the last event to take; zero: everything recorded so far
	People   *People             // if not nil, it reads along, and forgets whoever was erased after UpTo
	Progress func(events int)    // if not nil, called now and then with the number of events folded so far
}

// Build folds the log of a store into facts.
//
// Reading, decoding and folding overlap: one goroutine reads chunks, others parse and decode them, and the caller's
// folds the decoded ones in log order.
func Build(ctx context.Context, store eventstore.Store, opt BuildOptions) (*Facts, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := NewFacts()
	f.touched = nil
	work, order := make(chan *chunk), make(chan *chunk, chunksAhead())
	free := make(chan []Input, chunksAhead())
	var group sync.WaitGroup
	defer group.Wait() // order is drained by then, and work is closed after it
	group.Go(func() {
		defer close(work)
		defer close(order)
		readChunks(ctx, store, opt.UpTo, work, order)
	})
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			d := newDecoder()
			for c := range work {
				c.decode(d, free, opt.People != nil)
			}
		})
	}
	var w warmer
	var failed error
	for c := range order {
		<-c.done
		if failed == nil {
			failed = f.foldChunk(&w, c, opt)
		}
		if failed != nil {
			cancel() // and drain, so that every goroutine ends before Build returns
		}
		select {
		case free <- c.inputs[:0]:
		default:
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	if failed == nil && opt.People != nil && !opt.UpTo.IsZero() {
		failed = opt.People.ForgetSince(ctx, store, opt.UpTo)
	}
	if failed != nil {
		return nil, failed
	}
	f.settle()
	f.compact()
	return f, nil
}

// chunksAhead is how many chunks may be under way.
func chunksAhead() int { return 2 * runtime.GOMAXPROCS(0) }

// chunk is a run of recorded events on its way to being folded. done is closed once inputs are there.
type chunk struct {
	events  eventstore.RawChunk
	inputs  []Input
	persons []personChange
	err     error
	done    chan struct{}
}

func readChunks(ctx context.Context, store eventstore.Store, upTo eventstore.Position, work, order chan<- *chunk) {
	for events, err := range eventstore.ReadRaw(ctx, store, eventstore.Position{}, upTo) {
		c := &chunk{events: events, err: err, done: make(chan struct{})}
		order <- c // the folder drains it whatever happens
		work <- c
		if err != nil || ctx.Err() != nil {
			return
		}
	}
}

// decode makes inputs of the events, up to one that cannot be decoded.
func (c *chunk) decode(d *decoder, free <-chan []Input, people bool) {
	defer close(c.done)
	if c.err != nil {
		return
	}
	select {
	case c.inputs = <-free:
	default:
		c.inputs = make([]Input, 0, 2048)
	}
	c.err = c.events.Each(func(e *eventstore.RecordedEvent) error {
		n := len(c.inputs)
		if n == cap(c.inputs) {
			c.inputs = append(c.inputs, Input{})
		}
		c.inputs = c.inputs[:n+1]
		if err := d.decode(e, &c.inputs[n]); err != nil {
			c.inputs = c.inputs[:n]
			return err
		}
		if !people {
			return nil
		}
		change, found, err := personChangeOf(e)
		if found {
			c.persons = append(c.persons, change)
		}
		return err
	})
}

func (f *Facts) foldChunk(w *warmer, c *chunk, opt BuildOptions) error {
	if err := f.foldWarm(w, c.inputs); err != nil {
		return err
	}
	if c.err != nil {
		return c.err
	}
	for i := range c.persons {
		opt.People.change(&c.persons[i])
	}
	if opt.Progress != nil {
		opt.Progress(f.Events())
	}
	return nil
}

// Builder folds many inputs into facts at once: what is late is sorted in, and outcomes credited, only at the end.
type Builder struct{ facts *Facts }

// NewBuilder starts with an empty log.
func NewBuilder() *Builder {
	b := &Builder{facts: NewFacts()}
	b.facts.touched = nil
	return b
}

// Fold takes inputs that follow, in log order, those before.
func (b *Builder) Fold(inputs []Input) error { return b.facts.foldAll(inputs) }

// Finish returns the facts. The builder is of no use afterwards.
func (b *Builder) Finish() *Facts {
	b.facts.settle()
	b.facts.compact()
	return b.facts
}

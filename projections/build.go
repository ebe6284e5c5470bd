package projections

import (
	"context"
	"runtime"

	"laurel/eventstore"
)

// BuildOptions say how far to fold a log and who else reads it on the way.
type BuildOptions struct {
	UpTo     eventstore.Position // the last event to take; zero: everything recorded so far
	People   *People             // if not nil, it reads along
	Progress func(events int)    // if not nil, called now and then with the number of events folded so far
}

// Build folds the log of a store into facts.
//
// Reading, decoding and folding overlap: one goroutine reads chunks, others decode them, and the caller's folds the
// decoded ones in log order.
func Build(ctx context.Context, store eventstore.Store, opt BuildOptions) (*Facts, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := NewFacts()
	var w warmer
	work, order := make(chan *chunk), make(chan *chunk, 2*runtime.GOMAXPROCS(0))
	go func() {
		defer close(work)
		defer close(order)
		readChunks(ctx, store, opt.UpTo, work, order)
	}()
	for range runtime.GOMAXPROCS(0) {
		go func() {
			d := newDecoder()
			for c := range work {
				c.decode(d)
			}
		}()
	}
	var failed error
	for c := range order {
		<-c.done
		if failed == nil {
			failed = f.foldChunk(&w, c, opt)
		}
		if failed != nil {
			cancel() // and drain, so that every goroutine ends before Build returns
		}
	}
	if failed == nil {
		failed = ctx.Err()
	}
	if failed != nil {
		return nil, failed
	}
	f.settle()
	f.compact()
	return f, nil
}

// chunk is a run of recorded events on its way to being folded. done is closed once inputs are there.
type chunk struct {
	events []eventstore.RecordedEvent
	inputs []Input
	err    error
	done   chan struct{}
}

func readChunks(ctx context.Context, store eventstore.Store, upTo eventstore.Position, work, order chan<- *chunk) {
	for events, err := range eventstore.ReadChunks(ctx, store, eventstore.Position{}, eventstore.Filter{}) {
		last := false
		if !upTo.IsZero() {
			for i := range events {
				if store.ComparePositions(events[i].Position, upTo) > 0 {
					events, last = events[:i], true
					break
				}
			}
		}
		c := &chunk{events: events, err: err, done: make(chan struct{})}
		order <- c // the folder drains it whatever happens
		work <- c
		if err != nil || last || ctx.Err() != nil {
			return
		}
	}
}

func (c *chunk) decode(d *decoder) {
	defer close(c.done)
	if c.err != nil {
		return
	}
	c.inputs = make([]Input, len(c.events))
	for i := range c.events {
		if c.err = d.decode(&c.events[i], &c.inputs[i]); c.err != nil {
			c.inputs = c.inputs[:i]
			return
		}
	}
}

func (f *Facts) foldChunk(w *warmer, c *chunk, opt BuildOptions) error {
	if err := f.foldWarm(w, c.inputs); err != nil {
		return err
	}
	if c.err != nil {
		return c.err
	}
	if opt.People != nil {
		if err := opt.People.Apply(c.events); err != nil {
			return err
		}
	}
	if opt.Progress != nil {
		opt.Progress(f.Events())
	}
	return nil
}

// Builder folds many inputs into facts at once: what is late is sorted in, and outcomes credited, only at the end.
type Builder struct{ facts *Facts }

// NewBuilder starts with an empty log.
func NewBuilder() *Builder { return &Builder{facts: NewFacts()} }

// Fold takes inputs that follow, in log order, those before.
func (b *Builder) Fold(inputs []Input) error { return b.facts.foldAll(inputs) }

// Finish returns the facts. The builder is of no use afterwards.
func (b *Builder) Finish() *Facts {
	b.facts.settle()
	b.facts.compact()
	return b.facts
}

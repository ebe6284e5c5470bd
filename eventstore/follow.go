package eventstore

import (
	"context"
	"iter"
)

// CheckpointEventsMax bounds how many events a subscription leaves out before it delivers a checkpoint.
const CheckpointEventsMax = 1000

// Chunk is what one bounded read of the log found.
type Chunk struct {
	Events []RecordedEvent // those that pass the filter
	Last   Position        // of the newest event looked at, whether it passed or not; zero when there was none
	AtHead bool            // whether nothing was recorded after Last when the log was read
}

// Source is a log as Follow needs it.
type Source struct {
	// ReadChunk looks at no more than CheckpointEventsMax events after a position.
	ReadChunk func(ctx context.Context, after Position) (Chunk, error)
	Changed   func() <-chan struct{} // Notifier.Changed
	Closed    <-chan struct{}        // closed with the store
}

// Follow implements Store.Subscribe on bounded reads. The subscriber pulls: nothing runs, and nothing is held open in
// the store, while it works on a message or after it stops, so that a slow one costs only its own time.
func Follow(ctx context.Context, after Position, source Source) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		f := follower{source: source, at: after, yield: yield}
		for {
			changed := source.Changed()
			more, err := f.catchUp(ctx)
			if err != nil {
				yield(Message{Position: f.at}, err)
			}
			if err != nil || !more {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
			case <-source.Closed:
				yield(Message{Position: f.at}, ErrClosed)
				return
			}
		}
	}
}

type follower struct {
	source   Source
	at       Position // everything up to here was delivered or left out
	caughtUp bool     // whether the subscriber was told so since the last thing that was new
	yield    func(Message, error) bool
}

// catchUp delivers up to the head; more is false when the subscriber has had enough.
func (f *follower) catchUp(ctx context.Context) (more bool, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		chunk, err := f.source.ReadChunk(ctx, f.at)
		if err != nil {
			return false, err
		}
		for i := range chunk.Events {
			if err := ctx.Err(); err != nil {
				return false, err
			}
			e := &chunk.Events[i]
			f.at, f.caughtUp = e.Position, false
			if !f.yield(Message{Kind: MessageEvent, Event: *e, Position: e.Position}, nil) {
				return false, nil
			}
		}
		leftOut := !chunk.Last.IsZero() && chunk.Last != f.at
		if leftOut {
			f.at, f.caughtUp = chunk.Last, false
		}
		switch {
		case !chunk.AtHead && leftOut:
			if !f.yield(Message{Kind: MessageCheckpoint, Position: f.at}, nil) {
				return false, nil
			}
		case chunk.AtHead && !f.caughtUp:
			f.caughtUp = true
			if !f.yield(Message{Kind: MessageCaughtUp, Position: f.at}, nil) {
				return false, nil
			}
			return true, nil
		case chunk.AtHead:
			return true, nil
		}
	}
}

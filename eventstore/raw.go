package eventstore

import (
	"context"
	"iter"
)

// RawReader is a store that can leave the parsing of events to others: for a rebuild from the whole log, one goroutine
// reads chunks and several parse them.
type RawReader interface {
	// ReadRaw reads the events after a position up to another one, included; the zero Position is the head.
	ReadRaw(ctx context.Context, after, until Position) iter.Seq2[RawChunk, error]
}

// RawChunk is a run of events, some goroutine's to parse.
type RawChunk interface {
	// Each calls f with the events in turn, until it returns an error. It may be called once. An event, with all that it
	// refers to, is valid during its call only.
	Each(f func(*RecordedEvent) error) error
}

// ReadRaw reads the log as RawReader does, from any store.
func ReadRaw(ctx context.Context, s Store, after, until Position) iter.Seq2[RawChunk, error] {
	if reader, ok := s.(RawReader); ok {
		return reader.ReadRaw(ctx, after, until)
	}
	chunks := ReadChunks(ctx, s, after, Filter{})
	return func(yield func(RawChunk, error) bool) {
		for events, err := range chunks {
			if err != nil {
				yield(nil, err)
				return
			}
			n := len(events)
			for n > 0 && !until.IsZero() && s.ComparePositions(events[n-1].Position, until) > 0 {
				n--
			}
			if n > 0 && !yield(parsedChunk(events[:n]), nil) || n < len(events) {
				return
			}
		}
	}
}

// parsedChunk is a RawChunk of events that were parsed already.
type parsedChunk []RecordedEvent

func (c parsedChunk) Each(f func(*RecordedEvent) error) error {
	for i := range c {
		if err := f(&c[i]); err != nil {
			return err
		}
	}
	return nil
}

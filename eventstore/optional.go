package eventstore

import (
	"context"
	"iter"
)

// ChunkReader is a store that can hand out events many at a time, which is what a rebuild from the whole log wants: a
// chunk can go to another goroutine as it is.
type ChunkReader interface {
	// ReadChunks is ReadAll in chunks, none of them empty. A chunk is the receiver's to keep, not to change.
	ReadChunks(ctx context.Context, after Position, filter Filter) iter.Seq2[[]RecordedEvent, error]
}

// ReadChunks reads the log in chunks, from any store.
func ReadChunks(ctx context.Context, s Store, after Position, filter Filter) iter.Seq2[[]RecordedEvent, error] {
	if reader, ok := s.(ChunkReader); ok {
		return reader.ReadChunks(ctx, after, filter)
	}
	events := s.ReadAll(ctx, after, filter)
	return func(yield func([]RecordedEvent, error) bool) {
		const chunkEventsMax = 1024
		var chunk []RecordedEvent
		for e, err := range events {
			if err != nil {
				if len(chunk) == 0 || yield(chunk, nil) {
					yield(nil, err)
				}
				return
			}
			chunk = append(chunk, e)
			if len(chunk) == chunkEventsMax {
				if !yield(chunk, nil) {
					return
				}
				chunk = nil
			}
		}
		if len(chunk) > 0 {
			yield(chunk, nil)
		}
	}
}

// EventsOf turns chunks into single events.
func EventsOf(chunks iter.Seq2[[]RecordedEvent, error]) iter.Seq2[RecordedEvent, error] {
	return func(yield func(RecordedEvent, error) bool) {
		for chunk, err := range chunks {
			if err != nil {
				yield(RecordedEvent{}, err)
				return
			}
			for i := range chunk {
				if !yield(chunk[i], nil) {
					return
				}
			}
		}
	}
}

// ChainHead is the newest value of a log's hash chain. Each value is the sha256 of the one before it and the record
// of the event, so that whoever kept a copy of a value can tell whether anything up to its position was changed.
type ChainHead struct {
	Position Position
	Hash     [32]byte
}

// VerifyReport tells what a verification walked.
type VerifyReport struct {
	Events  uint64
	Streams uint64
	Bytes   int64
	Chain   ChainHead
}

// Verifier is a store that can check itself.
type Verifier interface {
	// Verify walks everything and fails with a *CorruptError that names the first damaged record. Progress, which may be
	// nil, is called now and then with the events walked and the events in all.
	Verify(ctx context.Context, progress func(done, total uint64)) (VerifyReport, error)

	// Chain returns the head of the hash chain.
	Chain(ctx context.Context) (ChainHead, error)
}

// Backuper is a store that can be copied to a file while it is in use.
type Backuper interface {
	// Backup writes a consistent copy to a new file, durable before it appears under that name. It fails with
	// *InvalidError if the file exists.
	Backup(ctx context.Context, path string) error
}

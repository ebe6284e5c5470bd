package eventstore

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Memory is the reference store: a slice and a lock. It keeps nothing when the process ends.
type Memory struct {
	tag   uint32
	clock func() time.Time
	moved Notifier

	mu      sync.RWMutex
	log     []RecordedEvent // grows at its end only, so that a part of it once taken stays valid without the lock
	streams map[string]memoryStream
	closed  chan struct{}
}

// memoryStream finds the events of a stream in the log.
type memoryStream struct {
	at  []int // indexes into the log, by revision
	ids map[uuid.UUID]Revision
}

var _ ChunkReader = (*Memory)(nil)

// MemoryOption changes how a Memory behaves.
type MemoryOption func(*Memory)

// MemoryClock sets the clock that recorded times come from; time.Now without it.
func MemoryClock(clock func() time.Time) MemoryOption { return func(m *Memory) { m.clock = clock } }

// MemoryTag sets the tag of the log's positions, not 0; a random one without it.
func MemoryTag(tag uint32) MemoryOption { return func(m *Memory) { m.tag = tag } }

// NewMemory returns an empty store.
func NewMemory(options ...MemoryOption) *Memory {
	m := &Memory{
		tag:     1 + rand.Uint32N(1<<32-1),
		clock:   time.Now,
		streams: make(map[string]memoryStream),
		closed:  make(chan struct{}),
	}
	for _, option := range options {
		option(m)
	}
	return m
}

// Append implements Store.
func (m *Memory) Append(ctx context.Context, a StreamAppend) (AppendResult, error) {
	if err := ctx.Err(); err != nil {
		return AppendResult{}, err
	}
	if err := a.Validate(m.Capabilities()); err != nil {
		return AppendResult{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isClosed() {
		return AppendResult{}, ErrClosed
	}
	stream := m.streams[a.Stream]
	state := StreamState{Held: m.held(a, stream)}
	if n := len(stream.at); n > 0 {
		state.Exists, state.Newest = true, Revision(n-1)
	}
	first, retry, err := a.Resolve(state)
	if err != nil {
		return AppendResult{}, err
	}
	if retry {
		last := first + Revision(len(a.Events)-1)
		return AppendResult{Revision: last, Position: m.log[stream.at[last]].Position}, nil
	}
	return m.record(a), nil
}

// held looks for the append's events in its stream.
func (m *Memory) held(a StreamAppend, stream memoryStream) map[int]Held {
	held := make(map[int]Held)
	for i := range a.Events {
		e := &a.Events[i]
		if r, found := stream.ids[e.ID]; found {
			recorded := &m.log[stream.at[r]]
			held[i] = Held{Revision: r, Same: e.Type == recorded.Type && bytes.Equal(e.Data, recorded.Data)}
		}
	}
	return held
}

func (m *Memory) record(a StreamAppend) AppendResult {
	now := m.clock().UTC().Round(0)
	if n := len(m.log); n > 0 && now.Before(m.log[n-1].RecordedAt) {
		now = m.log[n-1].RecordedAt // recorded times never go back, even if the clock does
	}
	stream, found := m.streams[a.Stream]
	if !found {
		stream.ids = make(map[uuid.UUID]Revision)
	}
	name := strings.Clone(a.Stream)
	var result AppendResult
	for _, e := range a.Events {
		e.Meta.OccurredAt = e.Meta.OccurredAt.UTC().Round(0)
		result = AppendResult{Revision: Revision(len(stream.at)), Position: m.position(len(m.log) + 1)}
		stream.at = append(stream.at, len(m.log))
		stream.ids[e.ID] = result.Revision
		m.log = append(m.log, RecordedEvent{
			ID: e.ID, Type: e.Type, Stream: name, Revision: result.Revision, Position: result.Position,
			RecordedAt: now, Meta: e.Meta, Data: bytes.Clone(e.Data),
		})
	}
	m.streams[name] = stream
	m.moved.Notify()
	return result
}

// position is that of the n-th event, counted from 1.
func (m *Memory) position(n int) Position {
	if n == 0 {
		return Position{}
	}
	return NewPosition(m.tag, 0, uint64(n))
}

func (m *Memory) isClosed() bool {
	select {
	case <-m.closed:
		return true
	default:
		return false
	}
}

// AppendBatch implements Store.
func (m *Memory) AppendBatch(ctx context.Context, appends []StreamAppend) ([]AppendResult, error) {
	results := make([]AppendResult, 0, len(appends))
	for _, a := range appends {
		result, err := m.Append(ctx, a)
		if err != nil {
			return results, err
		}
		results = append(results, result)
	}
	return results, nil
}

// snapshot returns everything recorded so far.
func (m *Memory) snapshot() ([]RecordedEvent, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.isClosed() {
		return nil, ErrClosed
	}
	return m.log[:len(m.log):len(m.log)], nil
}

// after returns everything recorded after a position.
func (m *Memory) after(p Position) ([]RecordedEvent, error) {
	log, err := m.snapshot()
	if err != nil {
		return nil, err
	}
	if err := CheckPosition(p, m.tag, m.position(len(log))); err != nil {
		return nil, err
	}
	return log[p.Minor():], nil
}

// ReadStream implements Store.
func (m *Memory) ReadStream(ctx context.Context, stream string, from Revision, dir Direction,
) iter.Seq2[RecordedEvent, error] {
	return func(yield func(RecordedEvent, error) bool) {
		if err := ValidateStream(stream); err != nil {
			yield(RecordedEvent{}, err)
			return
		}
		m.mu.RLock()
		revisions, log, closed := m.streams[stream].at, m.log, m.isClosed()
		m.mu.RUnlock()
		if closed {
			yield(RecordedEvent{}, ErrClosed)
			return
		}
		if len(revisions) == 0 {
			yield(RecordedEvent{}, &StreamNotFoundError{Stream: stream})
			return
		}
		if dir == Backward {
			revisions = slices.Clone(revisions[:min(uint64(from), uint64(len(revisions)-1))+1])
			slices.Reverse(revisions)
		} else {
			revisions = revisions[min(uint64(from), uint64(len(revisions))):]
		}
		for _, at := range revisions {
			if err := ctx.Err(); err != nil {
				yield(RecordedEvent{}, err)
				return
			}
			if !yield(log[at], nil) {
				return
			}
		}
	}
}

// ReadAll implements Store.
func (m *Memory) ReadAll(ctx context.Context, after Position, filter Filter) iter.Seq2[RecordedEvent, error] {
	return EventsOf(m.ReadChunks(ctx, after, filter))
}

// ReadChunks implements ChunkReader. Chunks without a filter are parts of the log itself, not copies.
func (m *Memory) ReadChunks(ctx context.Context, after Position, filter Filter) iter.Seq2[[]RecordedEvent, error] {
	log, err := m.after(after)
	return func(yield func([]RecordedEvent, error) bool) {
		if err != nil {
			yield(nil, err)
			return
		}
		for part := range slices.Chunk(log, CheckpointEventsMax) {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if chunk := selected(part, filter); len(chunk) > 0 && !yield(chunk, nil) {
				return
			}
		}
	}
}

// selected returns the events that pass the filter.
func selected(events []RecordedEvent, filter Filter) []RecordedEvent {
	if filter.MatchesAll() {
		return events
	}
	var passed []RecordedEvent
	for _, e := range events {
		if filter.Match(e.Stream, e.Type) {
			passed = append(passed, e)
		}
	}
	return passed
}

// Subscribe implements Store.
func (m *Memory) Subscribe(ctx context.Context, after Position, filter Filter) iter.Seq2[Message, error] {
	return Follow(ctx, after, Source{
		ReadChunk: func(_ context.Context, after Position) (Chunk, error) {
			log, err := m.after(after)
			if err != nil {
				return Chunk{}, err
			}
			part := log[:min(len(log), CheckpointEventsMax)]
			chunk := Chunk{Events: selected(part, filter), AtHead: len(part) == len(log)}
			if len(part) > 0 {
				chunk.Last = part[len(part)-1].Position
			}
			return chunk, nil
		},
		Changed: m.moved.Changed,
		Closed:  m.closed,
	})
}

// Head implements Store.
func (m *Memory) Head(context.Context) (Position, error) {
	log, err := m.snapshot()
	return m.position(len(log)), err
}

// ParsePosition implements Store.
func (m *Memory) ParsePosition(text string) (Position, error) {
	log, err := m.snapshot()
	if err != nil {
		return Position{}, err
	}
	return ParsePositionOf(text, m.tag, m.position(len(log)))
}

// ComparePositions implements Store.
func (m *Memory) ComparePositions(a, b Position) int { return ComparePositions(a, b) }

// Capabilities implements Store.
func (m *Memory) Capabilities() Capabilities {
	return Capabilities{ComparesPayloads: true, AppendEventsMax: 20_000, AppendBytesMax: 16 << 20}
}

// Close implements Store.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.isClosed() {
		close(m.closed)
	}
	return nil
}

package bbolt

import (
	"context"
	"iter"
	"sync"

	"laurel/eventstore"
)

const (
	rawEventsMax   = 2048
	rawBuffersFree = 16
)

// ReadRaw implements eventstore.RawReader. Records are read and checked against their checksums here, and parsed where
// the chunks go.
func (s *Store) ReadRaw(ctx context.Context, after, until eventstore.Position,
) iter.Seq2[eventstore.RawChunk, error] {
	head, err := s.check(after)
	if err == nil && !until.IsZero() {
		err = eventstore.CheckPosition(until, s.tag, s.position(head))
		head = min(head, until.Minor())
	}
	return func(yield func(eventstore.RawChunk, error) bool) {
		if err != nil {
			yield(nil, err)
			return
		}
		l := logReader{store: s, filter: filter{all: true}}
		free := &buffers{}
		for at := after.Minor(); at < head; {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			l.raw = free.take()
			c, last, err := l.chunk(at, head, rawEventsMax)
			if len(c.places) > 0 && !yield(&rawChunk{c, free}, nil) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			at = last
		}
	}
}

// rawChunk is a chunk to be parsed, once.
type rawChunk struct {
	chunk
	free *buffers
}

// Each implements eventstore.RawChunk.
func (c *rawChunk) Each(f func(*eventstore.RecordedEvent) error) error {
	var e eventstore.RecordedEvent
	var r record
	from := uint32(0)
	for _, p := range c.places {
		b := c.raw[from:p.end:p.end]
		if err := parseRecord(b, &r); err != nil {
			return c.store.damaged(p.place, nil, err)
		}
		r.event(b, nil, c.store.position(p.place), &e)
		if err := f(&e); err != nil {
			return err
		}
		from = p.end
	}
	c.free.give(c.raw)
	c.raw, c.places = nil, nil
	return nil
}

// buffers are those of chunks that were parsed, to be used again.
type buffers struct {
	lock sync.Mutex
	free [][]byte
}

func (b *buffers) take() []byte {
	b.lock.Lock()
	defer b.lock.Unlock()
	if len(b.free) == 0 {
		return nil
	}
	last := len(b.free) - 1
	taken := b.free[last]
	b.free = b.free[:last]
	return taken[:0]
}

func (b *buffers) give(buffer []byte) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if len(b.free) < rawBuffersFree {
		b.free = append(b.free, buffer)
	}
}

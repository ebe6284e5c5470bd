package bbolt

import (
	"slices"

	"laurel/eventstore"
)

const (
	// Fingerprints of up to this many events are quicker searched one by one than hashed.
	printListMax = 1024

	// printsMax bounds the fingerprints remembered, of which each takes 4 bytes, or some 20 in a long stream.
	printsMax = 4 << 20
)

// printCache remembers the id fingerprints of the streams that are being appended to, so that an append need not scan
// the index of its whole stream to find that its ids are new. Streams without a finished part are not worth it: their
// whole index is at hand.
type printCache struct {
	streams map[uint64]*prints // by stream number
	size    int
}

// prints are the fingerprints of one stream: a list while it is short, then a set.
type prints struct {
	list []uint32
	set  map[uint32]struct{}
}

func newPrintCache() *printCache { return &printCache{streams: make(map[uint64]*prints)} }

// add remembers one more event.
func (p *prints) add(print uint32) {
	if p.set != nil {
		p.set[print] = struct{}{}
		return
	}
	if p.list = append(p.list, print); len(p.list) <= printListMax {
		return
	}
	p.set = make(map[uint32]struct{}, 2*printListMax)
	for _, print := range p.list {
		p.set[print] = struct{}{}
	}
	p.list = nil
}

func (p *prints) holds(print uint32) bool {
	if p.set != nil {
		_, found := p.set[print]
		return found
	}
	return slices.Contains(p.list, print)
}

// holdsAny tells whether the stream may hold any of the events; known is false when the cache does not know.
func (c *printCache) holdsAny(s *stream, events []eventstore.NewEvent) (known, any bool) {
	p, known := c.streams[s.number]
	if !known {
		return false, false
	}
	for i := range events {
		if p.holds(fingerprint(events[i].ID)) {
			return true, true
		}
	}
	return true, false
}

// add remembers one more event of a stream, if the cache has the others.
func (c *printCache) add(number uint64, print uint32) {
	if p, found := c.streams[number]; found {
		p.add(print)
		c.size++
	}
}

// fill begins to remember a stream that is about to be scanned whole; it returns nil if it need not be.
func (c *printCache) fill(s *stream) *prints {
	if _, known := c.streams[s.number]; known || s.events < partEntries || s.events > printsMax {
		return nil
	}
	if c.size+int(s.events) > printsMax {
		*c = *newPrintCache()
	}
	p := &prints{}
	if s.events <= printListMax {
		p.list = make([]uint32, 0, s.events+partEntries)
	}
	c.streams[s.number] = p
	c.size += int(s.events)
	return p
}

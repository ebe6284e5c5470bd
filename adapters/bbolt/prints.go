package bbolt

import "laurel/eventstore"

const (
	// A stream shorter than this is quicker scanned than remembered.
	printStreamMin = 4 * partEntries

	// printsMax bounds the fingerprints remembered, which take some 20 bytes each.
	printsMax = 2 << 20
)

// printCache remembers the id fingerprints of the long streams that are being appended to, so that an append need not
// scan the index of its whole stream to find that its ids are new.
type printCache struct {
	streams map[uint64]map[uint32]struct{} // by stream number
	size    int
}

func newPrintCache() *printCache {
	return &printCache{streams: make(map[uint64]map[uint32]struct{})}
}

// holdsAny tells whether the stream may hold any of the events; known is false when the cache does not know.
func (c *printCache) holdsAny(s *stream, events []eventstore.NewEvent) (known, any bool) {
	prints, known := c.streams[s.number]
	if !known {
		return false, false
	}
	for i := range events {
		if _, found := prints[fingerprint(events[i].ID)]; found {
			return true, true
		}
	}
	return true, false
}

// add remembers one more event of a stream, if the cache has the others.
func (c *printCache) add(number uint64, print uint32) {
	if prints, found := c.streams[number]; found {
		prints[print] = struct{}{}
		c.size++
	}
}

// printFill takes the fingerprints of a stream in while it is being scanned; it may be there to take none.
type printFill struct{ prints map[uint32]struct{} }

func (f printFill) put(print uint32) {
	if f.prints != nil {
		f.prints[print] = struct{}{}
	}
}

// fill begins to remember a stream that is about to be scanned whole.
func (c *printCache) fill(s *stream) printFill {
	if _, known := c.streams[s.number]; known || s.events < printStreamMin || s.events > printsMax {
		return printFill{}
	}
	if c.size+int(s.events) > printsMax {
		*c = *newPrintCache()
	}
	prints := make(map[uint32]struct{}, 2*s.events)
	c.streams[s.number] = prints
	c.size += int(s.events)
	return printFill{prints}
}

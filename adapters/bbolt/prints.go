package bbolt

import (
	"hash/maphash"
	"slices"

	"laurel/eventstore"
)

// printListMax is up to how many fingerprints are quicker searched one by one than hashed.
const printListMax = 1024

// prints are the id fingerprints of one stream: a list while it is short, then a set. With them, an append need not
// scan the index of a long stream to find that its ids are new.
type prints struct {
	list []uint32
	set  map[uint32]struct{}
}

// newPrints makes room for the fingerprints of a stream that is about to be scanned.
func newPrints(events uint64) *prints {
	if events <= printListMax {
		return &prints{list: make([]uint32, 0, events+partEntries)}
	}
	return &prints{set: make(map[uint32]struct{}, events+events/2)}
}

func (p *prints) add(print uint32) {
	if p.set != nil {
		p.set[print] = struct{}{}
		return
	}
	if p.list = append(p.list, print); len(p.list) <= printListMax {
		return
	}
	p.set = make(map[uint32]struct{}, 4*printListMax)
	for _, print := range p.list {
		p.set[print] = struct{}{}
	}
	p.list = nil
}

// holdAny tells whether the stream may hold any of the events.
func (p *prints) holdAny(events []eventstore.NewEvent) bool {
	for i := range events {
		print := fingerprint(events[i].ID)
		if p.set != nil {
			if _, found := p.set[print]; found {
				return true
			}
		} else if slices.Contains(p.list, print) {
			return true
		}
	}
	return false
}

// bytes estimates the memory taken.
func (p *prints) bytes() int {
	if p == nil {
		return 0
	}
	return 4*cap(p.list) + 16*len(p.set)
}

// streamCacheBytesMax bounds the memory of a stream cache.
const streamCacheBytesMax = 96 << 20

// streamCache holds the streams that are being appended to, as the commits so far left them.
type streamCache struct {
	streams map[string]*stream
	bytes   int // estimate
	known   *knownNames
}

func newStreamCache() *streamCache { return &streamCache{streams: make(map[string]*stream)} }

func (c *streamCache) add(s *stream) {
	const fixed = 200 // the stream, and its place in the map
	c.streams[s.name] = s
	c.bytes += fixed + len(s.name) + partBytes
}

// knownNames holds a hash of the name of every stream of a log that began empty, so that a stream that is new need not
// be looked for in a bucket whose pages are all over the file.
type knownNames struct {
	seed   maphash.Seed
	hashes map[uint64]struct{}
}

// knownNamesMax bounds what is remembered, at about 20 bytes a name.
const knownNamesMax = 4 << 20

func newKnownNames() *knownNames {
	return &knownNames{seed: maphash.MakeSeed(), hashes: make(map[uint64]struct{})}
}

// add reports whether the name is new for certain. It has to be called for every name.
func (k *knownNames) add(name string) bool {
	h := maphash.String(k.seed, name)
	if _, found := k.hashes[h]; found {
		return false
	}
	k.hashes[h] = struct{}{}
	return true
}

// trim lets go of half of what the cache holds when it is full; any half will do. No group may be under way.
func (c *streamCache) trim() {
	if c.known != nil && len(c.known.hashes) > knownNamesMax {
		c.known = nil
	}
	if c.bytes <= streamCacheBytesMax {
		return
	}
	kept := newStreamCache()
	for _, s := range c.streams {
		if kept.bytes < streamCacheBytesMax/2 {
			kept.add(s)
			kept.bytes += s.prints.bytes()
		}
	}
	kept.known = c.known
	*c = *kept
}

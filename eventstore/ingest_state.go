package eventstore

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/google/uuid"

	"laurel/domain"
)

// ingestState is what Ingest knows of one stream, counting what is not appended yet.
type ingestState struct {
	decider domain.Decider[domain.State]
	state   domain.State
	exists  bool
	newest  Revision // when it exists
	dirty   bool     // holds what only a dry run knows
	read    bool     // some of it was read from the store

	// unfolded says that state lacks what was read: taking a source again needs ids and contents only.
	unfolded bool

	// events are the ids and hashed contents of the stream's events, in order. A source that is taken again comes by
	// in the same order, so that looking where the last one was found mostly suffices; index is made when it does not.
	events []seenEvent
	cursor int
	index  map[uuid.UUID]int
}

type seenEvent struct {
	id   uuid.UUID
	hash uint64
}

var contentSeed = maphash.MakeSeed()

func contentHash(e *NewEvent) uint64 {
	var h maphash.Hash
	h.SetSeed(contentSeed)
	h.WriteString(string(e.Type))
	h.WriteByte(0)
	h.Write(e.Data)
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(e.Meta.OccurredAt.UnixNano())))
	return h.Sum64()
}

func (s *ingestState) remember(e *NewEvent) {
	if s.index != nil {
		s.index[e.ID] = len(s.events)
	}
	s.events = append(s.events, seenEvent{e.ID, contentHash(e)})
}

// recall tells whether the stream has an event with this id, and whether its content is the same.
func (s *ingestState) recall(e *NewEvent) (same, found bool) {
	i, found := s.find(e.ID)
	if !found {
		return false, false
	}
	s.cursor = i + 1
	return s.events[i].hash == contentHash(e), true
}

func (s *ingestState) find(id uuid.UUID) (int, bool) {
	if s.cursor < len(s.events) && s.events[s.cursor].id == id {
		return s.cursor, true
	}
	const scanMax = 16
	if s.index == nil && len(s.events) <= scanMax {
		for i := range s.events {
			if s.events[i].id == id {
				return i, true
			}
		}
		return 0, false
	}
	if s.index == nil {
		s.index = make(map[uuid.UUID]int, len(s.events))
		for i := range s.events {
			s.index[s.events[i].id] = i
		}
	}
	i, found := s.index[id]
	return i, found
}

// stateCache keeps the states of streams used lately: two generations, of which the older one is dropped when the
// younger is full. A stream that is used moves to the younger.
//
// In a log that was empty at first it also knows which streams were dropped, by a hash of 8 bytes each, so that a
// stream that cannot exist is not looked for.
type stateCache struct {
	fresh      bool // the log was empty, and nobody else writes to it
	dropped    map[uint64]struct{}
	young, old map[string]*ingestState
	weight     int // of young: streams, and events by eventsPerWeight
	weightMax  int
	events     int // in young since it began
	batches    int // since young began
	keepDirty  bool
}

// eventsPerWeight is how many events take about as much memory as a stream's state.
const eventsPerWeight = 8

func newStateCache(statesMax int, keepDirty, fresh bool) stateCache {
	return stateCache{
		young: map[string]*ingestState{}, weightMax: max(statesMax/2, 1), keepDirty: keepDirty, fresh: fresh,
		dropped: map[uint64]struct{}{},
	}
}

// mayExist tells whether a stream that is not in the cache has to be looked for.
func (c *stateCache) mayExist(stream string) bool {
	if !c.fresh {
		return true
	}
	_, dropped := c.dropped[maphash.String(contentSeed, stream)]
	return dropped
}

func (c *stateCache) get(stream string) *ingestState {
	if s := c.young[stream]; s != nil {
		return s
	}
	s := c.old[stream]
	if s != nil {
		delete(c.old, stream)
		c.put(stream, s)
	}
	return s
}

func (c *stateCache) put(stream string, s *ingestState) {
	c.young[stream] = s
	c.weight++
	c.grew(len(s.events))
}

func (c *stateCache) forget(stream string) {
	delete(c.young, stream)
	delete(c.old, stream)
}

func (c *stateCache) grew(events int) { c.events += events }

// clear forgets everything: somebody else wrote to the log.
func (c *stateCache) clear() {
	c.young, c.old = map[string]*ingestState{}, nil
	c.weight, c.events, c.batches = 0, 0, 0
	c.fresh, c.dropped = false, nil
}

// endBatch is called when a batch goes off to be appended. A generation lives for two batches at least, so that no
// stream with events still under way is dropped.
func (c *stateCache) endBatch() {
	c.batches++
	if c.batches < 3 || c.weight+c.events/eventsPerWeight < c.weightMax {
		return
	}
	old := c.old
	c.old, c.young = c.young, make(map[string]*ingestState, len(c.young))
	c.weight, c.events, c.batches = 0, 0, 0
	for stream, s := range old {
		switch {
		case c.keepDirty && s.dirty:
			c.put(stream, s)
		case c.fresh && s.exists:
			c.dropped[maphash.String(contentSeed, stream)] = struct{}{}
		}
	}
}

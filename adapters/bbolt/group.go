package bbolt

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"slices"
	"strings"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"laurel/eventstore"
)

// errNothingToWrite rolls back a group in which no append recorded anything.
var errNothingToWrite = errors.New("nothing to write")

// arenaBytes is how much memory records of a commit are cut from at a time.
const arenaBytes = 1 << 20

// group is one commit in the making. An append that fails its expectation records nothing and leaves the others of
// the group alone; anything else that goes wrong fails the whole group.
type group struct {
	writer        *writer
	log           *bbolt.Bucket
	names         *bbolt.Bucket
	streams       *bbolt.Bucket
	index         *bbolt.Bucket
	stateBucket   *bbolt.Bucket
	state         state // as it will be
	changed       []*stream
	created       []*stream // of those, the ones that are new
	recordedAt    int64
	events, bytes int
	hash          hash.Hash
	arena         []byte // a value must stay as it is until the commit; keys need not
	block         int    // where in the arena the block begins that is being filled
	blockPlace    uint64 // of the first record of that block; 0 when there is none
	key           [8]byte
	err           error // fails the group
}

func newGroup(w *writer, tx *bbolt.Tx) *group {
	g := &group{
		writer: w, log: tx.Bucket(bucketLog), names: tx.Bucket(bucketNames), streams: tx.Bucket(bucketStreams),
		index: tx.Bucket(bucketIndex), stateBucket: tx.Bucket(bucketState), state: w.state, hash: sha256.New(),
		arena: w.arena[:0],
	}
	// Blocks arrive in the order of their keys, so that pages can be filled to the brim.
	g.log.FillPercent = 1
	// Recorded times never go back, even if the clock does.
	g.recordedAt = max(w.store.clock().UnixNano(), w.state.recordedAt)
	return g
}

func (g *group) full() bool {
	return g.err != nil || g.events >= groupEventsMax || g.bytes >= groupBytesMax
}

// perform does what is left of a request, as far as it fits.
func (g *group) perform(r *request) {
	for !g.full() && r.err == nil && len(r.results) < len(r.appends) {
		if r.err = r.ctx.Err(); r.err != nil {
			return
		}
		result, err := g.append(&r.appends[len(r.results)])
		if g.err != nil {
			return
		}
		if err != nil {
			r.err = err
			return
		}
		r.results = append(r.results, result)
	}
}

// append performs one append. An error is that append's alone; one that fails the group is left in g.err.
func (g *group) append(a *eventstore.StreamAppend) (eventstore.AppendResult, error) {
	s, err := g.stream(a.Stream)
	if err != nil {
		g.err = err
		return eventstore.AppendResult{}, nil
	}
	var now eventstore.StreamState
	if s.events > 0 {
		now.Exists, now.Newest = true, eventstore.Revision(s.events-1)
		if now.Held, err = g.held(s, a); err != nil {
			g.err = err
			return eventstore.AppendResult{}, nil
		}
	}
	first, retry, err := a.Resolve(now)
	if err != nil {
		return eventstore.AppendResult{}, err
	}
	if retry {
		last := first + eventstore.Revision(len(a.Events)-1)
		place, err := g.place(s, uint64(last))
		g.err = err
		return eventstore.AppendResult{Revision: last, Position: g.writer.store.position(place)}, nil
	}
	for i := range a.Events {
		if g.err = g.record(s, a, &a.Events[i]); g.err != nil {
			return eventstore.AppendResult{}, nil
		}
	}
	return eventstore.AppendResult{
		Revision: eventstore.Revision(s.events - 1),
		Position: g.writer.store.position(g.state.head),
	}, nil
}

// stream returns a stream as the appends before left it; one without events is new.
func (g *group) stream(name string) (*stream, error) {
	if s, found := g.writer.cache.streams[name]; found {
		return s, nil
	}
	var s stream
	if known := g.writer.cache.known; known == nil || !known.add(name) {
		var err error
		if s, err = findStream(g.names, g.streams, name); err != nil {
			return nil, err
		}
	}
	s.name = strings.Clone(name)
	s.tail = append([]byte(nil), s.tail...)
	g.writer.cache.add(&s)
	return &s, nil
}

// record writes one event to the log and to the index of its stream.
func (g *group) record(s *stream, a *eventstore.StreamAppend, e *eventstore.NewEvent) error {
	if s.number == 0 {
		g.state.streams++
		s.number = g.state.streams
		g.created = append(g.created, s)
	}
	if g.state.head == placeMax {
		return errors.New("the log is full: it has as many events as it can number")
	}
	g.state.head++
	b, err := g.encode(a.Stream, e, s.events)
	if err != nil {
		return err
	}
	g.link(b)
	g.state.recordedAt = g.recordedAt
	g.events++
	g.bytes += len(b)
	return g.indexEvent(s, e.ID)
}

// numbered is the key of a place or stream, until the next call.
func (g *group) numbered(n uint64) []byte {
	binary.BigEndian.PutUint64(g.key[:], n)
	return g.key[:]
}

// room makes room for so many bytes at the end of the arena.
func (g *group) room(bytes int) {
	if cap(g.arena)-len(g.arena) < bytes {
		g.arena = make([]byte, 0, max(arenaBytes, bytes))
		g.writer.arena = g.arena
	}
}

// encode adds a record to the block.
func (g *group) encode(stream string, e *eventstore.NewEvent, revision uint64) ([]byte, error) {
	bytes := recordBytes(e, stream)
	if g.blockPlace != 0 && len(g.arena)-g.block+bytes > blockBytesMax {
		if err := g.endBlock(); err != nil {
			return nil, err
		}
	}
	if g.blockPlace == 0 {
		g.room(max(bytes, blockBytesMax))
		g.block, g.blockPlace = len(g.arena), g.state.head
	}
	from := len(g.arena)
	g.arena = appendRecord(g.arena, e, stream, revision, g.recordedAt)
	b := g.arena[from:len(g.arena):len(g.arena)]
	sealRecord(b, g.state.head)
	return b, nil
}

// endBlock puts the block that is being filled, if there is one, into the log.
func (g *group) endBlock() error {
	if g.blockPlace == 0 {
		return nil
	}
	place := g.blockPlace
	g.blockPlace = 0
	return g.log.Put(g.numbered(place), g.arena[g.block:len(g.arena):len(g.arena)])
}

// link takes a record into the hash chain.
func (g *group) link(record []byte) {
	g.hash.Reset()
	g.hash.Write(g.state.chain[:])
	g.hash.Write(record)
	g.hash.Sum(g.state.chain[:0])
}

func (g *group) indexEvent(s *stream, id uuid.UUID) error {
	print := fingerprint(id)
	if s.prints != nil {
		s.prints.add(print)
		g.writer.cache.bytes += 4
	}
	s.tail = appendEntry(s.tail, g.state.head, print)
	s.events++
	if !s.changed {
		s.changed = true
		g.changed = append(g.changed, s)
	}
	if len(s.tail) < partBytes {
		return nil
	}
	key := partKey(s.number, uint32(s.events/partEntries-1))
	value := sealValue(key, append(make([]byte, 4, 4+partBytes), s.tail...))
	s.tail = s.tail[:0]
	return g.index.Put(key, value)
}

// held looks for the events of an append in its stream.
func (g *group) held(s *stream, a *eventstore.StreamAppend) (map[int]eventstore.Held, error) {
	if s.prints != nil && !s.prints.holdAny(a.Events) {
		return nil, nil
	}
	w := newWanted(a.Events)
	var held map[int]eventstore.Held
	var seen *prints
	if s.prints == nil && s.events >= partEntries {
		seen = newPrints(s.events)
	}
	err := g.entries(s, func(revision, place uint64, print uint32) error {
		if seen != nil {
			seen.add(print)
		}
		for _, i := range w.indexes(print) {
			same, found, err := g.compare(a, i, revision, place)
			if err != nil {
				return err
			}
			if found {
				if held == nil {
					held = make(map[int]eventstore.Held)
				}
				held[i] = eventstore.Held{Revision: eventstore.Revision(revision), Same: same}
			}
		}
		return nil
	})
	if err == nil && seen != nil {
		s.prints = seen
		g.writer.cache.bytes += seen.bytes()
	}
	return held, err
}

// wanted finds the events of an append by their fingerprint. For a single event, which is the usual append, it needs no
// map.
type wanted struct {
	only    uint32
	byPrint map[uint32][]int
}

var firstEvent = []int{0}

func newWanted(events []eventstore.NewEvent) wanted {
	if len(events) == 1 {
		return wanted{only: fingerprint(events[0].ID)}
	}
	w := wanted{byPrint: make(map[uint32][]int, len(events))}
	for i := range events {
		print := fingerprint(events[i].ID)
		w.byPrint[print] = append(w.byPrint[print], i)
	}
	return w
}

func (w *wanted) indexes(print uint32) []int {
	if w.byPrint != nil {
		return w.byPrint[print]
	}
	if print == w.only {
		return firstEvent
	}
	return nil
}

// compare tells whether the event at a place has the id of the append's i-th, and if so, the same type and data.
func (g *group) compare(a *eventstore.StreamAppend, i int, revision, place uint64) (same, found bool, err error) {
	if err := g.endBlock(); err != nil { // it may be in there
		return false, false, err
	}
	c := blockCursor{Cursor: g.log.Cursor(), store: g.writer.store}
	if err := c.seek(place); err != nil {
		return false, false, err
	}
	b, err := c.next()
	if err != nil {
		return false, false, err
	}
	var r record
	if err := parseRecord(b, &r); err != nil {
		return false, false, g.writer.store.damaged(place, b, err)
	}
	if r.revision != revision || string(r.text(b, textStream)) != a.Stream {
		return false, false, g.writer.store.damaged(place, b, errRecordElsewhere)
	}
	e := &a.Events[i]
	if r.id != e.ID {
		return false, false, nil
	}
	return string(r.text(b, textType)) == string(e.Type) && bytes.Equal(b[r.data:], e.Data), true, nil
}

// entries calls f for every event of a stream.
func (g *group) entries(s *stream, f func(revision, place uint64, print uint32) error) error {
	for part := range uint32(s.events / partEntries) {
		entries, err := readPart(g.index, s.number, part)
		if err != nil {
			return err
		}
		for i := range partEntries {
			place, print := entry(entries, i)
			if err := f(uint64(part)*partEntries+uint64(i), place, print); err != nil {
				return err
			}
		}
	}
	for i := range len(s.tail) / entryBytes {
		place, print := entry(s.tail, i)
		if err := f(s.events/partEntries*partEntries+uint64(i), place, print); err != nil {
			return err
		}
	}
	return nil
}

// place returns the place of a revision of a stream.
func (g *group) place(s *stream, revision uint64) (uint64, error) {
	return placeOf(g.index, s, revision)
}

// finish writes what the group changed beside the log.
func (g *group) finish() error {
	if g.err != nil {
		return g.err
	}
	if g.events == 0 {
		return errNothingToWrite
	}
	if err := g.endBlock(); err != nil {
		return err
	}
	// In the order of their keys, neighbours share pages, and a page takes new keys at its end. Until the commit, the
	// cache knows the new names.
	slices.SortFunc(g.created, func(a, b *stream) int { return strings.Compare(a.name, b.name) })
	for _, s := range g.created {
		key := []byte(s.name)
		if err := g.names.Put(key, encodeNumber(key, s.number)); err != nil {
			return err
		}
	}
	slices.SortFunc(g.changed, func(a, b *stream) int { return cmp.Compare(a.number, b.number) })
	for _, s := range g.changed {
		s.changed = false
		g.room(s.encodedBytes())
		from := len(g.arena)
		g.arena = s.encode(g.arena, g.numbered(s.number))
		if err := g.streams.Put(g.numbered(s.number), g.arena[from:len(g.arena):len(g.arena)]); err != nil {
			return err
		}
	}
	return g.stateBucket.Put(keyState, g.state.encode())
}

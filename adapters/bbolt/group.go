package bbolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"slices"

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
	writer              *writer
	log, streams, index *bbolt.Bucket
	stateBucket         *bbolt.Bucket
	state               state // as it will be
	touched             map[string]*stream
	recordedAt          int64
	events, bytes       int
	hash                hash.Hash
	arena               []byte
	err                 error // fails the group
}

func newGroup(w *writer, tx *bbolt.Tx) *group {
	g := &group{
		writer: w, log: tx.Bucket(bucketLog), streams: tx.Bucket(bucketStreams), index: tx.Bucket(bucketIndex),
		stateBucket: tx.Bucket(bucketState), state: w.state, touched: make(map[string]*stream), hash: sha256.New(),
	}
	// Records arrive in the order of their keys, so that pages can be filled to the brim.
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
	if s, found := g.touched[name]; found {
		return s, nil
	}
	key := []byte(name)
	s := &stream{}
	if value := g.streams.Get(key); value != nil {
		var err error
		if *s, err = decodeStream(key, value); err != nil {
			return nil, damagedStream(name, err)
		}
		s.tail = append(make([]byte, 0, min(partBytes, len(s.tail)+8*entryBytes)), s.tail...)
	}
	g.touched[name] = s
	return s, nil
}

// record writes one event to the log and to the index of its stream.
func (g *group) record(s *stream, a *eventstore.StreamAppend, e *eventstore.NewEvent) error {
	if s.number == 0 {
		g.state.streams++
		s.number = g.state.streams
	}
	g.state.head++
	b := g.encode(a.Stream, e, s.events)
	g.state.chain = g.link(b)
	if err := g.log.Put(placeKey(g.state.head), b); err != nil {
		return err
	}
	g.state.recordedAt = g.recordedAt
	g.events++
	g.bytes += len(b)
	return g.indexEvent(s, e.ID)
}

func (g *group) encode(stream string, e *eventstore.NewEvent, revision uint64) []byte {
	if need := recordBytes(e, stream); cap(g.arena)-len(g.arena) < need {
		g.arena = make([]byte, 0, max(arenaBytes, need))
	}
	from := len(g.arena)
	g.arena = appendRecord(g.arena, e, stream, revision, g.recordedAt)
	b := g.arena[from:len(g.arena):len(g.arena)]
	sealRecord(b, g.state.head)
	return b
}

// link returns the next value of the hash chain.
func (g *group) link(record []byte) (next [32]byte) {
	g.hash.Reset()
	g.hash.Write(g.state.chain[:])
	g.hash.Write(record)
	g.hash.Sum(next[:0])
	return next
}

func (g *group) indexEvent(s *stream, id uuid.UUID) error {
	print := fingerprint(id)
	g.writer.prints.add(s.number, print)
	s.tail = appendEntry(s.tail, g.state.head, print)
	s.events++
	s.changed = true
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
	if known, any := g.writer.prints.holdsAny(s, a.Events); known && !any {
		return nil, nil
	}
	w := newWanted(a.Events)
	var held map[int]eventstore.Held
	remembered := g.writer.prints.fill(s)
	err := g.entries(s, func(revision, place uint64, print uint32) error {
		if remembered != nil {
			remembered.add(print)
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
	b := g.log.Get(placeKey(place))
	if b == nil {
		return false, false, g.writer.store.damaged(place, nil, errRecordMissing)
	}
	var r record
	if err := openRecord(b, place, &r); err != nil {
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
	names := make([]string, 0, len(g.touched))
	for name := range g.touched {
		names = append(names, name)
	}
	slices.Sort(names) // neighbours share pages
	for _, name := range names {
		s := g.touched[name]
		if !s.changed {
			continue // only looked at
		}
		key := []byte(name)
		if err := g.streams.Put(key, s.encode(key)); err != nil {
			return err
		}
	}
	return g.stateBucket.Put(keyState, g.state.encode())
}

func placeKey(place uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 0, 8), place) }

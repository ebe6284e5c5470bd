package bbolt

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"unsafe"

	"go.etcd.io/bbolt"

	"laurel/domain"
	"laurel/eventstore"
)

const (
	// A chunk of the log is read in one transaction and copied, so that no transaction is open while the caller works.
	// The first chunk of a read is small, for the caller who wants but a few events; none is larger than the caches near
	// a processor.
	chunkEventsFirst = 64
	chunkEventsMax   = 1024
	chunkBytesMax    = 1 << 20
)

var (
	errRecordMissing   = errors.New("the record is missing")
	errRecordElsewhere = errors.New("the record belongs to another place of the stream or to another stream")
)

// damaged makes the error for a record; value is its bytes in the mapped file, if it has any.
func (s *Store) damaged(place uint64, value []byte, err error) error {
	return &eventstore.CorruptError{
		Path: s.path, Position: s.position(place), Offset: s.offset(value), Reason: err.Error(),
	}
}

// offset is that of a value in the file, -1 for one that is not in the mapped file.
func (s *Store) offset(value []byte) int64 {
	if len(value) == 0 {
		return -1
	}
	offset := int64(uintptr(unsafe.Pointer(unsafe.SliceData(value)))) - int64(s.db.Info().Data)
	if offset < 0 || offset > 1<<46 {
		return -1 // a value of the transaction, not yet in the file
	}
	return offset
}

func damagedStream(name string, err error) error {
	return &eventstore.CorruptError{Offset: -1, Reason: fmt.Sprintf("index of stream %q", name), Err: err}
}

// findStream returns a stream; one that does not exist has number 0. Its tail is valid in the transaction.
func findStream(names, streams *bbolt.Bucket, name string) (stream, error) {
	key := []byte(name)
	value := names.Get(key)
	if value == nil {
		return stream{}, nil
	}
	number, err := decodeNumber(key, value)
	if err != nil {
		return stream{}, damagedStream(name, err)
	}
	s, err := decodeStream(number, streams.Get(numberKey(number)))
	if err != nil {
		return stream{}, damagedStream(name, err)
	}
	return s, nil
}

// readPart returns the entries of a finished part of a stream's index.
func readPart(index *bbolt.Bucket, number uint64, part uint32) ([]byte, error) {
	key := partKey(number, part)
	value := index.Get(key)
	entries, err := openValue(key, value)
	if err == nil && len(entries) != partBytes {
		err = errValue
	}
	if err != nil {
		return nil, &eventstore.CorruptError{Offset: -1, Err: err,
			Reason: fmt.Sprintf("part %d of the index of stream number %d", part, number)}
	}
	return entries, nil
}

// placeOf returns the place of a revision that the stream has.
func placeOf(index *bbolt.Bucket, s *stream, revision uint64) (uint64, error) {
	entries := s.tail
	if part := revision / partEntries; part < s.events/partEntries {
		var err error
		if entries, err = readPart(index, s.number, uint32(part)); err != nil {
			return 0, err
		}
	}
	place, _ := entry(entries, int(revision%partEntries))
	return place, nil
}

// chunk collects records in a transaction, copied one after the other into one buffer, and turns them into events after
// it.
type chunk struct {
	store  *Store
	raw    []byte
	places []chunkPlace
}

// chunkPlace is where a record of a chunk ends; it begins where the one before ends.
type chunkPlace struct {
	place uint64
	end   uint32
}

// fits tells whether there is room for a record; there is always for a first one.
func (c *chunk) fits(record []byte) bool {
	return len(c.places) == 0 || len(c.raw)+len(record) <= chunkBytesMax
}

func (c *chunk) add(place uint64, record []byte) {
	if c.raw == nil { // the first record is taken for a typical one
		c.raw = make([]byte, 0, max(len(record), min(chunkBytesMax, len(record)*cap(c.places)*17/16)))
	}
	c.raw = append(c.raw, record...)
	c.places = append(c.places, chunkPlace{place, uint32(len(c.raw))})
}

// events parses the records. The events refer to the buffer, which nobody changes any more.
func (c *chunk) events(names *interner) ([]eventstore.RecordedEvent, error) {
	if len(c.places) == 0 {
		return nil, nil
	}
	events := make([]eventstore.RecordedEvent, len(c.places))
	from := uint32(0)
	var r record
	for i, p := range c.places {
		b := c.raw[from:p.end:p.end]
		if err := parseRecord(b, &r); err != nil {
			return events[:i], c.store.damaged(p.place, nil, err)
		}
		r.event(b, names, c.store.position(p.place), &events[i])
		from = p.end
	}
	return events, nil
}

// logReader reads the log on from a place, chunk by chunk.
type logReader struct {
	store  *Store
	filter filter
	names  interner
	raw    []byte // for the next chunk, if not nil
}

// read looks at up to scanMax events after a place and up to a last one, and returns those that pass the filter, and
// the place of the last one looked at.
func (l *logReader) read(after, until uint64, scanMax int) ([]eventstore.RecordedEvent, uint64, error) {
	c, place, err := l.chunk(after, until, scanMax)
	// What was read before a damaged record is good.
	events, parseErr := c.events(&l.names)
	if parseErr != nil {
		err = parseErr
	}
	return events, place, err
}

// chunk is read, less the parsing.
func (l *logReader) chunk(after, until uint64, scanMax int) (chunk, uint64, error) {
	c := chunk{store: l.store, raw: l.raw, places: make([]chunkPlace, 0, min(uint64(scanMax), until-after))}
	place := after
	err := l.store.view(func(tx *bbolt.Tx) error {
		if place == until {
			return nil
		}
		cursor := blockCursor{Cursor: tx.Bucket(bucketLog).Cursor(), store: l.store}
		if err := cursor.seek(after + 1); err != nil {
			return err
		}
		var r record
		for scanned := 0; place < until && scanned < scanMax; scanned++ {
			b, err := cursor.next()
			if err != nil {
				return err
			}
			if !c.fits(b) {
				return nil
			}
			if !l.filter.all {
				if err := parseRecord(b, &r); err != nil {
					return l.store.damaged(place+1, b, err)
				}
			}
			place++
			if l.filter.all || l.filter.match(&r, b) {
				c.add(place, b)
			}
		}
		return nil
	})
	return c, place, err
}

// filter is an eventstore.Filter made quick for records.
type filter struct {
	all        bool
	categories map[string]bool // nil for any
	types      map[domain.EventType]bool
}

func newFilter(f eventstore.Filter) filter {
	made := filter{all: f.MatchesAll()}
	if len(f.Categories) > 0 {
		made.categories = make(map[string]bool, len(f.Categories))
		for _, category := range f.Categories {
			made.categories[category] = true
		}
	}
	if len(f.Types) > 0 {
		made.types = make(map[domain.EventType]bool, len(f.Types))
		for _, t := range f.Types {
			made.types[t] = true
		}
	}
	return made
}

func (f *filter) match(r *record, value []byte) bool {
	if f.types != nil && !f.types[domain.EventType(r.text(value, textType))] {
		return false
	}
	return f.categories == nil || f.categories[eventstore.Category(string(r.text(value, textStream)))]
}

// check refuses a position that is not of this log, and everything on a closed one.
func (s *Store) check(after eventstore.Position) (head uint64, err error) {
	if s.isClosed() {
		return 0, eventstore.ErrClosed
	}
	head = s.head.Load()
	return head, eventstore.CheckPosition(after, s.tag, s.position(head))
}

// ReadAll implements eventstore.Store.
func (s *Store) ReadAll(ctx context.Context, after eventstore.Position, f eventstore.Filter,
) iter.Seq2[eventstore.RecordedEvent, error] {
	return eventstore.EventsOf(s.ReadChunks(ctx, after, f))
}

// ReadChunks implements eventstore.ChunkReader.
func (s *Store) ReadChunks(ctx context.Context, after eventstore.Position, f eventstore.Filter,
) iter.Seq2[[]eventstore.RecordedEvent, error] {
	head, err := s.check(after)
	return func(yield func([]eventstore.RecordedEvent, error) bool) {
		if err != nil {
			yield(nil, err)
			return
		}
		l := logReader{store: s, filter: newFilter(f)}
		scanMax := chunkEventsFirst
		for at := after.Minor(); at < head; {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			events, last, err := l.read(at, head, scanMax)
			if len(events) > 0 && !yield(events, nil) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			at = last
			scanMax = min(scanMax*4, chunkEventsMax)
		}
	}
}

// Subscribe implements eventstore.Store.
func (s *Store) Subscribe(ctx context.Context, after eventstore.Position, f eventstore.Filter,
) iter.Seq2[eventstore.Message, error] {
	return func(yield func(eventstore.Message, error) bool) {
		l := logReader{store: s, filter: newFilter(f)}
		eventstore.Follow(ctx, after, eventstore.Source{
			ReadChunk: func(_ context.Context, after eventstore.Position) (eventstore.Chunk, error) {
				head, err := s.check(after)
				if err != nil {
					return eventstore.Chunk{}, err
				}
				events, last, err := l.read(after.Minor(), head, eventstore.CheckpointEventsMax)
				chunk := eventstore.Chunk{Events: events, AtHead: last == head && err == nil}
				if last > after.Minor() {
					chunk.Last = s.position(last)
				} else if err != nil {
					return eventstore.Chunk{}, err
				}
				return chunk, nil // an error comes back at the next read, after what was good
			},
			Changed: s.moved.Changed,
			Closed:  s.closed,
		})(yield)
	}
}

// ReadStream implements eventstore.Store.
func (s *Store) ReadStream(ctx context.Context, name string, from eventstore.Revision, dir eventstore.Direction,
) iter.Seq2[eventstore.RecordedEvent, error] {
	return func(yield func(eventstore.RecordedEvent, error) bool) {
		fail := func(err error) { yield(eventstore.RecordedEvent{}, err) }
		if err := eventstore.ValidateStream(name); err != nil {
			fail(err)
			return
		}
		if s.isClosed() {
			fail(eventstore.ErrClosed)
			return
		}
		r := streamReader{store: s, name: name, next: uint64(from), backward: dir == eventstore.Backward}
		for !r.done {
			if err := ctx.Err(); err != nil {
				fail(err)
				return
			}
			events, err := r.read()
			for i := range events {
				if i > 0 {
					if err := ctx.Err(); err != nil {
						fail(err)
						return
					}
				}
				if !yield(events[i], nil) {
					return
				}
			}
			if err != nil {
				fail(err)
				return
			}
		}
	}
}

// streamReader reads a stream chunk by chunk.
type streamReader struct {
	store    *Store
	name     string
	next     uint64 // the revision to read next
	backward bool
	begun    bool
	end      uint64 // how many events the stream had when the read began
	done     bool
	names    interner
}

func (r *streamReader) read() ([]eventstore.RecordedEvent, error) {
	c := chunk{store: r.store}
	head := r.store.head.Load()
	err := r.store.view(func(tx *bbolt.Tx) error {
		s, err := findStream(tx.Bucket(bucketNames), tx.Bucket(bucketStreams), r.name)
		if err != nil {
			return err
		}
		index := tx.Bucket(bucketIndex)
		log := blockCursor{Cursor: tx.Bucket(bucketLog).Cursor(), store: r.store}
		if !r.begun {
			if r.end, err = eventsUpTo(index, &s, head); err != nil {
				return err
			}
			if r.end == 0 {
				return &eventstore.StreamNotFoundError{Stream: r.name}
			}
			if r.begun = true; r.backward {
				r.next = min(r.next, r.end-1)
			}
		}
		c.places = make([]chunkPlace, 0, r.expected())
		for r.done = r.next >= r.end; !r.done && len(c.places) < chunkEventsMax; r.step() {
			if collected, err := r.collect(&c, &s, &log, index); err != nil || !collected {
				return err
			}
		}
		return nil
	})
	events, parseErr := c.events(&r.names)
	if parseErr != nil {
		err = parseErr
	}
	return events, err
}

// eventsUpTo counts the events of a stream up to a place in the log. Usually that is all of them: the others are in
// the file but not yet acknowledged, and nobody may build on them.
func eventsUpTo(index *bbolt.Bucket, s *stream, head uint64) (uint64, error) {
	for events := s.events; events > 0; events-- {
		place, err := placeOf(index, s, events-1)
		if err != nil || place <= head {
			return events, err
		}
	}
	return 0, nil
}

// expected bounds the events of the next chunk.
func (r *streamReader) expected() uint64 {
	switch {
	case r.backward:
		return min(r.next+1, chunkEventsMax)
	case r.next >= r.end:
		return 0
	}
	return min(r.end-r.next, chunkEventsMax)
}

func (r *streamReader) step() {
	if r.backward {
		r.done = r.next == 0
		r.next--
		return
	}
	r.next++
	r.done = r.next == r.end
}

// collect adds the next event to a chunk, if it fits.
func (r *streamReader) collect(c *chunk, s *stream, log *blockCursor, index *bbolt.Bucket,
) (collected bool, err error) {
	place, err := placeOf(index, s, r.next)
	if err != nil {
		return false, err
	}
	if err := log.seek(place); err != nil {
		return false, err
	}
	value, err := log.next()
	if err != nil {
		return false, err
	}
	var rec record
	if err := parseRecord(value, &rec); err != nil {
		return false, r.store.damaged(place, value, err)
	}
	if rec.revision != r.next || string(rec.text(value, textStream)) != r.name {
		return false, r.store.damaged(place, value, errRecordElsewhere)
	}
	if !c.fits(value) {
		return false, nil
	}
	c.add(place, value)
	return true, nil
}

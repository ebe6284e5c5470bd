package bbolt

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"laurel/eventstore"
)

// Chain implements eventstore.Verifier.
func (s *Store) Chain(context.Context) (eventstore.ChainHead, error) {
	if s.isClosed() {
		return eventstore.ChainHead{}, eventstore.ErrClosed
	}
	var now state
	err := s.view(func(tx *bbolt.Tx) (err error) {
		now, err = readState(tx)
		return err
	})
	return eventstore.ChainHead{Position: s.position(now.head), Hash: now.chain}, err
}

// Verify implements eventstore.Verifier. It reads the file, not the mapping, and checks that
//
//   - every page is reachable once, or free, and keys are in order,
//   - records are contiguous, match their checksums, count the revisions of their streams, and chain to the hash that
//     the newest commit stored,
//   - the index of every stream lists exactly its records.
//
// Appends go on meanwhile, unless the file outgrows its mapping; progress must not append.
func (s *Store) Verify(ctx context.Context, progress func(done, total uint64)) (eventstore.VerifyReport, error) {
	if s.isClosed() {
		return eventstore.VerifyReport{}, eventstore.ErrClosed
	}
	var report eventstore.VerifyReport
	f, err := os.Open(s.path)
	if err != nil {
		return report, s.translate("verify event log "+s.path, err)
	}
	defer f.Close()
	for attempt := 1; ; attempt++ {
		begun, err := s.verify(ctx, f, progress, &report)
		if begun || err == nil || attempt == metaAttemptsMax {
			return report, err
		}
	}
}

// metaAttemptsMax bounds how often a verification looks for the meta page of its commit, while others write to both.
const metaAttemptsMax = 20

// verify walks the newest commit; begun is false when its meta page could not be read.
func (s *Store) verify(ctx context.Context, f *os.File, progress func(done, total uint64),
	report *eventstore.VerifyReport) (begun bool, err error) {
	// The transaction keeps the pages of its commit from being used again.
	err = s.view(func(tx *bbolt.Tx) error {
		m, err := metaOf(f, uint64(tx.ID()))
		if err != nil {
			return err
		}
		begun = true
		info, err := f.Stat()
		if err != nil {
			return err
		}
		p, err := newPages(f, info.Size(), m)
		if err != nil {
			return err
		}
		v := verification{ctx: ctx, pages: p, progress: progress, report: report}
		return v.run()
	})
	return begun, err
}

// metaOf finds the meta page of a commit. The newest commit is written over the one before the last.
func metaOf(f *os.File, txid uint64) (meta, error) {
	newest, before, err := readMetas(f)
	switch {
	case err != nil:
		return meta{}, err
	case newest.txid == txid:
		return newest, nil
	case before.txid == txid:
		return before, nil
	}
	return meta{}, &eventstore.UnavailableError{Action: "verify the event log",
		Remedy: "try again", Err: errors.New("it is written to faster than it can be read")}
}

// verification is one walk over everything.
type verification struct {
	ctx      context.Context
	pages    *pages
	progress func(done, total uint64)
	report   *eventstore.VerifyReport

	state   state
	head    uint64
	chain   [32]byte
	last    int64 // recorded_at of the record before
	streams map[string]*verifiedStream
	numbers map[uint64]*verifiedStream // the same, by number
}

// verifiedStream is what was found of a stream.
type verifiedStream struct {
	name     string
	recorded entryList // what the log holds
	indexed  entryList // what the index lists
	complete bool      // whether the unfinished part of the index is in indexed
}

// entryList stands for a list of index entries.
type entryList struct {
	events uint64
	digest uint64
}

func (v *entryList) add(place uint64, print uint32) {
	// FNV-1a over words, which is enough to tell lists apart that nobody chose.
	const prime = 1099511628211
	v.digest = (v.digest^place)*prime ^ uint64(print)
	v.digest *= prime
	v.events++
}

const progressEvents = 1 << 16

func (v *verification) run() error {
	buckets, err := v.pages.buckets(bucketsAll...)
	if err != nil {
		return err
	}
	if v.state, err = v.pages.readState(buckets); err != nil {
		return err
	}
	v.streams, v.numbers = make(map[string]*verifiedStream), make(map[uint64]*verifiedStream)
	log := tree{pages: v.pages, leaf: v.block, where: v.where}
	if err := log.walkBucket(buckets[string(bucketLog)]); err != nil {
		return err
	}
	if err := v.checkState(); err != nil {
		return err
	}
	names := tree{pages: v.pages, leaf: v.name}
	if err := names.walkBucket(buckets[string(bucketNames)]); err != nil {
		return err
	}
	index := tree{pages: v.pages, leaf: v.part}
	if err := index.walkBucket(buckets[string(bucketIndex)]); err != nil {
		return err
	}
	streams := tree{pages: v.pages, leaf: v.stream}
	if err := streams.walkBucket(buckets[string(bucketStreams)]); err != nil {
		return err
	}
	for name, s := range v.streams {
		if !s.complete {
			return damage(-1, "stream %q is not in the index", name)
		}
	}
	if err := v.pages.readFreelist(); err != nil {
		return err
	}
	if err := v.pages.checkFree(true); err != nil {
		return err
	}
	if v.progress != nil {
		v.progress(v.head, v.head)
	}
	v.report.Events, v.report.Streams = v.head, uint64(len(v.streams))
	v.report.Bytes = v.pages.offset(v.pages.high)
	v.report.Chain = eventstore.ChainHead{Position: v.position(v.head), Hash: v.chain}
	return nil
}

func (v *verification) position(place uint64) eventstore.Position {
	if place == 0 {
		return eventstore.Position{}
	}
	return eventstore.NewPosition(v.state.tag, 0, place)
}

// where is the first event that damage keeps from being read: walking in order, the next one.
func (v *verification) where([]byte) eventstore.Position { return v.position(v.head + 1) }

// block checks the records of one block.
func (v *verification) block(e element) error {
	bad := func(err error) error {
		return &eventstore.CorruptError{Position: v.position(v.head + 1), Offset: e.valueOffset, Reason: err.Error()}
	}
	if len(e.key) != 8 || binary.BigEndian.Uint64(e.key) != v.head+1 || len(e.value) == 0 {
		return bad(errRecordMissing)
	}
	for rest := e.value; len(rest) > 0; {
		b, after, err := nextRecord(rest)
		if err != nil {
			return bad(err)
		}
		if err := v.record(b, e.valueOffset); err != nil {
			return err
		}
		e.valueOffset += int64(len(b))
		rest = after
	}
	return nil
}

// record checks one record, at an offset of the file.
func (v *verification) record(b []byte, offset int64) error {
	if v.head%progressEvents == 0 {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if v.progress != nil {
			v.progress(v.head, v.state.head)
		}
	}
	place := v.head + 1
	bad := func(err error) error {
		return &eventstore.CorruptError{Position: v.position(place), Offset: offset, Reason: err.Error()}
	}
	var r record
	if err := openRecord(b, place, &r); err != nil {
		return bad(err)
	}
	name := r.text(b, textStream)
	s, found := v.streams[string(name)]
	if !found {
		s = &verifiedStream{name: string(name)}
		v.streams[s.name] = s
	}
	switch {
	case r.revision != s.recorded.events:
		return bad(fmt.Errorf("it is revision %d of its stream, and the one before is followed by %d", r.revision,
			s.recorded.events))
	case r.recordedAt < v.last:
		return bad(errors.New("it was recorded before the one before it"))
	}
	s.recorded.add(place, fingerprint(r.id))
	v.head, v.last = place, r.recordedAt
	hash := sha256.New()
	hash.Write(v.chain[:])
	hash.Write(b)
	hash.Sum(v.chain[:0])
	return nil
}

// checkState compares what the log holds with what the newest commit said it holds.
func (v *verification) checkState() error {
	switch {
	case v.head != v.state.head:
		return &eventstore.CorruptError{Position: v.position(min(v.head, v.state.head) + 1), Offset: -1,
			Reason: fmt.Sprintf("it has %d events, and should have %d", v.head, v.state.head)}
	case uint64(len(v.streams)) != v.state.streams:
		return damage(-1, "it has %d streams, and should have %d", len(v.streams), v.state.streams)
	case v.chain != v.state.chain:
		return damage(-1, "its records do not chain to the stored hash: some were changed, checksum and all")
	}
	return nil
}

func (v *verification) name(e element) error {
	number, err := nameOf(e)
	if err != nil {
		return err
	}
	s, found := v.streams[string(e.key)]
	if !found {
		return damage(e.valueOffset, "stream %q is in the index, but not in the log", e.key)
	}
	if other, taken := v.numbers[number]; taken {
		return damage(e.valueOffset, "stream %q has the number, %d, of stream %q", e.key, number, other.name)
	}
	v.numbers[number] = s
	return nil
}

func (v *verification) part(e element) error {
	if len(e.key) != 12 {
		return damage(e.valueOffset, "a part of the index has no proper key")
	}
	number, part := binary.BigEndian.Uint64(e.key), binary.BigEndian.Uint32(e.key[8:])
	entries, err := openValue(e.key, e.value)
	if err != nil || len(entries) != partBytes {
		return damage(e.valueOffset, "part %d of the index of stream number %d does not match its checksum", part, number)
	}
	s, found := v.numbers[number]
	if !found {
		return damage(e.valueOffset, "the index has a stream number %d, which has no name", number)
	}
	if uint64(part)*partEntries != s.indexed.events {
		return damage(e.valueOffset, "part %d of the index of stream %q follows part %d", part, s.name,
			s.indexed.events/partEntries)
	}
	s.indexed.addAll(entries)
	return nil
}

func (v *entryList) addAll(entries []byte) {
	for i := range len(entries) / entryBytes {
		v.add(entry(entries, i))
	}
}

func (v *verification) stream(e element) error {
	if len(e.key) != 8 {
		return damage(e.valueOffset, "a stream has no proper number")
	}
	number := binary.BigEndian.Uint64(e.key)
	s, found := v.numbers[number]
	if !found {
		return damage(e.valueOffset, "the index has a stream number %d, which has no name", number)
	}
	stored, err := decodeStream(number, e.value)
	if err != nil {
		return damage(e.valueOffset, "index of stream %q: %v", s.name, err)
	}
	s.complete = true
	s.indexed.addAll(stored.tail)
	if s.indexed != s.recorded || stored.events != s.recorded.events {
		return damage(e.valueOffset, "the index of stream %q does not list its events", s.name)
	}
	return nil
}

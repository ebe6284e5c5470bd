package bbolt

import (
	"encoding/binary"
	"errors"
	"os"

	"laurel/eventstore"
)

// checkFile looks over everything that leads to the records of a file, which is little beside the records: its meta
// pages, its length, its list of free pages, the branches of its trees, and the names of its streams, for with a name
// lost its stream would seem not to exist. After that, bbolt finds its way; the records and the finished parts of the
// index carry checksums of their own, which each read checks, and one that is not found is known to be missing.
func checkFile(f *os.File) error {
	newest, _, err := readMetas(f)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	p, err := newPages(f, info.Size(), newest)
	if err != nil {
		return err
	}
	if err := p.readFreelist(); err != nil {
		return err
	}
	buckets, err := p.buckets(bucketsAll...)
	if err != nil {
		return err
	}
	now, err := p.readState(buckets)
	if err != nil {
		return err
	}
	names := uint64(0)
	for name, b := range buckets {
		t := tree{pages: p}
		switch name {
		case string(bucketLog):
			t.where = now.wherePlace
		case string(bucketNames):
			t.leaf = func(e element) error {
				names++
				_, err := nameOf(e)
				return err
			}
		}
		if err := t.walkBucket(b); err != nil {
			return err
		}
	}
	if names != now.streams {
		return damage(-1, "it has %d streams, and should have %d", names, now.streams)
	}
	return p.checkFree(false)
}

// nameOf returns the number of the stream that an element names.
func nameOf(e element) (uint64, error) {
	number, err := decodeNumber(e.key, e.value)
	if err != nil {
		return 0, damage(e.valueOffset, "name of stream %q: %v", e.key, err)
	}
	return number, nil
}

// readState finds the state of the log, without marking its pages.
func (p *pages) readState(buckets map[string]bucket) (state, error) {
	b := buckets[string(bucketState)]
	if b.root != 0 {
		return state{}, damage(p.offset(b.root), "the state of the log is not where it belongs")
	}
	var now state
	found := false
	t := tree{pages: p, leaf: func(e element) (err error) {
		if string(e.key) != string(keyState) {
			return damage(e.valueOffset, "the bucket of the log's state holds something else")
		}
		found = true
		if now, err = decodeState(e.value); err != nil {
			return &eventstore.CorruptError{Offset: e.valueOffset, Reason: "state of the log", Err: err}
		}
		return nil
	}}
	if err := t.walkBucket(b); err != nil {
		return state{}, err
	}
	if !found {
		return state{}, damage(b.offset, "the state of the log is missing")
	}
	return now, nil
}

// wherePlace is the position of the record with a key of the log.
func (s *state) wherePlace(key []byte) eventstore.Position {
	if len(key) != 8 {
		return eventstore.Position{}
	}
	return eventstore.NewPosition(s.tag, 0, binary.BigEndian.Uint64(key))
}

// asCorrupt is errors.As for the error that this package uses most.
func asCorrupt(err error) (*eventstore.CorruptError, bool) {
	var corrupt *eventstore.CorruptError
	return corrupt, errors.As(err, &corrupt)
}

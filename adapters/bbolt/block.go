package bbolt

import (
	"encoding/binary"

	"go.etcd.io/bbolt"
)

// The log bucket keeps records in blocks: the records of one commit, one after the other, up to so many bytes together,
// under the place of the first. What a key costs bbolt, in writing and in reading, is then spread over many records.
// Two full blocks and what bbolt puts around them fill eight pages of 4 KiB.
const blockBytesMax = 16<<10 - 32

// nextRecord takes the first record off a block, as far as the length that it states can be believed.
func nextRecord(block []byte) (record, rest []byte, err error) {
	if len(block) < recordHeaderBytes {
		return block, nil, errRecordShort
	}
	n := binary.BigEndian.Uint32(block[4:])
	if n < recordHeaderBytes || uint64(n) > uint64(len(block)) {
		return block, nil, errRecordShort
	}
	return block[:n:n], block[n:], nil
}

// blockCursor goes through the records of a log in the order of their places.
type blockCursor struct {
	*bbolt.Cursor
	store *Store
	rest  []byte // of the block, from the next record on
	place uint64 // of the next record
}

// seek makes the record at a place the next one.
func (c *blockCursor) seek(place uint64) error {
	at := placeKey(place)
	key, block := c.Seek(at)
	if key == nil {
		key, block = c.Last()
	} else if string(key) > string(at) {
		key, block = c.Prev()
	}
	if len(key) != 8 {
		return c.store.damaged(place, nil, errRecordMissing)
	}
	c.rest, c.place = block, binary.BigEndian.Uint64(key)
	for c.place < place {
		if len(c.rest) == 0 {
			return c.store.damaged(place, nil, errRecordMissing)
		}
		_, rest, err := nextRecord(c.rest)
		if err != nil {
			return c.store.damaged(c.place, c.rest, err)
		}
		c.rest, c.place = rest, c.place+1
	}
	if c.place != place {
		return c.store.damaged(place, nil, errRecordMissing)
	}
	return nil
}

// next returns the next record, of which only the length and the checksum are known to be right.
func (c *blockCursor) next() ([]byte, error) {
	if len(c.rest) == 0 {
		key, block := c.Next()
		if len(key) != 8 || binary.BigEndian.Uint64(key) != c.place {
			return nil, c.store.damaged(c.place, key, errRecordMissing)
		}
		if c.rest = block; len(block) == 0 {
			return nil, c.store.damaged(c.place, key, errRecordMissing)
		}
	}
	record, rest, err := nextRecord(c.rest)
	if err == nil && !soundRecord(record, c.place) {
		err = errRecordChecksum
	}
	if err != nil {
		return nil, c.store.damaged(c.place, c.rest, err)
	}
	c.rest, c.place = rest, c.place+1
	return record, nil
}

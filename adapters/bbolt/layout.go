package bbolt

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"github.com/google/uuid"
)

// The buckets, and the one key of the state bucket.
var (
	bucketLog     = []byte("log")     // place of a first record, 8 bytes big-endian -> block of records
	bucketNames   = []byte("names")   // name of a stream -> its number
	bucketStreams = []byte("streams") // number of a stream, 8 -> stream
	bucketIndex   = []byte("index")   // number of a stream 8, number of a part 4 -> part
	bucketState   = []byte("state")   // "state" -> state
	keyState      = []byte("state")

	bucketsAll = [][]byte{bucketLog, bucketNames, bucketStreams, bucketIndex, bucketState}
)

// Every event has an entry in the index of its stream: its place in the log, and a fingerprint of its id, by which an
// append finds out whether the stream may hold its events already. Entries are kept in parts of partEntries; the last,
// unfinished part is kept with the stream itself, so that most appends change one key of the index. Streams are kept by
// number, not by name: numbers are given out in turn, so that streams which are active at the same time share pages.
const (
	entryBytes  = 8
	partEntries = 32
	partBytes   = partEntries * entryBytes

	fingerprintBits = 24
	placeMax        = 1<<(64-fingerprintBits) - 1
)

// fingerprint is the part of an id that the index holds.
func fingerprint(id uuid.UUID) uint32 {
	return (binary.BigEndian.Uint32(id[:]) ^ binary.BigEndian.Uint32(id[12:])) & (1<<fingerprintBits - 1)
}

func appendEntry(entries []byte, place uint64, print uint32) []byte {
	return binary.BigEndian.AppendUint64(entries, place<<fingerprintBits|uint64(print))
}

// entry returns the i-th of packed entries.
func entry(entries []byte, i int) (place uint64, print uint32) {
	e := binary.BigEndian.Uint64(entries[i*entryBytes:])
	return e >> fingerprintBits, uint32(e & (1<<fingerprintBits - 1))
}

var errValue = errors.New("the value does not match its checksum")

// sealValue puts the checksum of key and body before body, which begins with 4 free bytes.
func sealValue(key, body []byte) []byte {
	binary.BigEndian.PutUint32(body, crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, body[4:]))
	return body
}

// openValue checks a value and returns what follows its checksum.
func openValue(key, value []byte) ([]byte, error) {
	if len(value) < 4 ||
		binary.BigEndian.Uint32(value) != crc32.Update(crc32.Update(0, castagnoli, key), castagnoli, value[4:]) {
		return nil, errValue
	}
	return value[4:], nil
}

// encodeNumber makes the value of a name: checksum 4 | number 8.
func encodeNumber(name []byte, number uint64) []byte {
	return sealValue(name, binary.BigEndian.AppendUint64(make([]byte, 4, 12), number))
}

func decodeNumber(name, value []byte) (uint64, error) {
	b, err := openValue(name, value)
	if err != nil || len(b) != 8 {
		return 0, errValue
	}
	return binary.BigEndian.Uint64(b), nil
}

// stream is what the log knows of a stream. It is stored as checksum 4 | events 8 | entries of the unfinished part.
type stream struct {
	number uint64
	events uint64 // its newest revision is one less
	tail   []byte

	// For the writer only; not stored.
	name    string
	prints  *prints // of all events; nil when not known, or when tail has all
	changed bool    // whether the group has added to it
}

func (s *stream) encodedBytes() int { return 4 + 8 + len(s.tail) }

// encode appends the value of the stream to b.
func (s *stream) encode(b, key []byte) []byte {
	from := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint64(b, s.events)
	b = append(b, s.tail...)
	sealValue(key, b[from:])
	return b
}

// decodeStream leaves tail a part of value.
func decodeStream(number uint64, value []byte) (stream, error) {
	b, err := openValue(numberKey(number), value)
	if err != nil {
		return stream{}, err
	}
	if len(b) < 8 {
		return stream{}, errValue
	}
	s := stream{number: number, events: binary.BigEndian.Uint64(b), tail: b[8:]}
	if s.events == 0 || uint64(len(s.tail)) != s.events%partEntries*entryBytes {
		return stream{}, errValue
	}
	return s, nil
}

// placeKey and numberKey are the keys of records and streams.
func placeKey(place uint64) []byte   { return binary.BigEndian.AppendUint64(make([]byte, 0, 8), place) }
func numberKey(number uint64) []byte { return placeKey(number) }

func partKey(number uint64, part uint32) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(make([]byte, 0, 12), number), part)
}

// stateFormat is the version of the layout as a whole.
const stateFormat = 2

// state is what the log is at the end of a commit: checksum 4 | format 1 | tag 4 | log id 16 | head 8 | streams 8
// | recorded_at 8 | chain 32.
type state struct {
	tag        uint32    // of positions
	log        uuid.UUID // of this log, for ever
	head       uint64    // place of the newest event, 0 when there is none
	streams    uint64    // how many there are; numbers run from 1
	recordedAt int64     // of the newest event
	chain      [32]byte  // the hash chain's value at head
}

const stateBytes = 4 + 1 + 4 + 16 + 8 + 8 + 8 + 32

func (s *state) encode() []byte {
	b := make([]byte, 4, stateBytes)
	b = append(b, stateFormat)
	b = binary.BigEndian.AppendUint32(b, s.tag)
	b = append(b, s.log[:]...)
	b = binary.BigEndian.AppendUint64(b, s.head)
	b = binary.BigEndian.AppendUint64(b, s.streams)
	b = binary.BigEndian.AppendUint64(b, uint64(s.recordedAt))
	return sealValue(keyState, append(b, s.chain[:]...))
}

func decodeState(value []byte) (state, error) {
	b, err := openValue(keyState, value)
	if err != nil {
		return state{}, err
	}
	if len(value) != stateBytes || b[0] != stateFormat {
		return state{}, errors.New("the log has another format: a newer version may have written it")
	}
	s := state{
		tag:        binary.BigEndian.Uint32(b[1:]),
		head:       binary.BigEndian.Uint64(b[21:]),
		streams:    binary.BigEndian.Uint64(b[29:]),
		recordedAt: int64(binary.BigEndian.Uint64(b[37:])),
	}
	copy(s.log[:], b[5:])
	copy(s.chain[:], b[45:])
	return s, nil
}

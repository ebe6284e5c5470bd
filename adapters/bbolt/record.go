package bbolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"time"
	"unsafe"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// A record is one event in the log bucket:
//
//	crc32c 4 | bytes of the record 4 | format 1 | recorded_at 8 | occurred_at 8 | id 16 | revision, schema (uvarint)
//	| type, stream, actor, source, correlation id, causation id (each uvarint length and bytes) | data (the rest)
//
// Numbers are big-endian, times nanoseconds since 1970. The checksum covers everything after itself, and begins with
// the record's place in the log, so that a record that is moved is as damaged as one that is changed.
const (
	recordFormat      = 1
	recordHeaderBytes = 4 + 4 + 1 + 8 + 8 + 16
	recordTexts       = 6
)

// The texts of a record, in order.
const (
	textType = iota
	textStream
	textActor
	textSource
	textCorrelation
	textCausation
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// span is a part of a record.
type span struct{ from, to uint32 }

// record is a parsed record: its numbers, and where its texts and data are in the bytes it was parsed from.
type record struct {
	recordedAt int64
	occurredAt int64
	id         uuid.UUID
	revision   uint64
	schema     uint64
	texts      [recordTexts]span
	data       int // where the data begins
}

var (
	errRecordShort    = errors.New("the record ends too early")
	errRecordChecksum = errors.New("the record does not match its checksum")
	errRecordNumber   = errors.New("the record has a number out of range")
)

// appendRecord appends the encoded record of an event to buf. The checksum is left for sealRecord.
func appendRecord(buf []byte, e *eventstore.NewEvent, stream string, revision uint64, recordedAt int64) []byte {
	from := len(buf)
	buf = append(buf, 0, 0, 0, 0, 0, 0, 0, 0, recordFormat)
	buf = binary.BigEndian.AppendUint64(buf, uint64(recordedAt))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Meta.OccurredAt.UnixNano()))
	buf = append(buf, e.ID[:]...)
	buf = binary.AppendUvarint(buf, revision)
	buf = binary.AppendUvarint(buf, uint64(e.Meta.Schema))
	buf = appendText(buf, string(e.Type))
	buf = appendText(buf, stream)
	buf = appendText(buf, e.Meta.Actor)
	buf = appendText(buf, e.Meta.Source)
	buf = appendText(buf, e.Meta.CorrelationID)
	buf = appendText(buf, e.Meta.CausationID)
	buf = append(buf, e.Data...)
	binary.BigEndian.PutUint32(buf[from+4:], uint32(len(buf)-from))
	return buf
}

func appendText(buf []byte, text string) []byte {
	buf = binary.AppendUvarint(buf, uint64(len(text)))
	return append(buf, text...)
}

// recordBytes bounds the length of an encoded record from above.
func recordBytes(e *eventstore.NewEvent, stream string) int {
	return recordHeaderBytes + (2+recordTexts)*binary.MaxVarintLen64 + len(e.Type) + len(stream) + len(e.Meta.Actor) +
		len(e.Meta.Source) + len(e.Meta.CorrelationID) + len(e.Meta.CausationID) + len(e.Data)
}

// checksumAt covers a place in the log and the bytes of a record after its checksum.
func checksumAt(place uint64, body []byte) uint32 {
	return crc32.Update(uint32(place^place>>32), castagnoli, body)
}

// sealRecord writes the checksum of a record at its place in the log.
func sealRecord(b []byte, place uint64) {
	binary.BigEndian.PutUint32(b, checksumAt(place, b[4:]))
}

// openRecord checks a record against its checksum and parses it.
func openRecord(b []byte, place uint64, r *record) error {
	if len(b) < recordHeaderBytes {
		return errRecordShort
	}
	if !soundRecord(b, place) {
		return errRecordChecksum
	}
	return parseRecord(b, r)
}

// soundRecord tells whether a record, which has a header, matches its checksum.
func soundRecord(b []byte, place uint64) bool {
	return binary.BigEndian.Uint32(b) == checksumAt(place, b[4:])
}

// parseRecord parses a record whatever its checksum.
func parseRecord(b []byte, r *record) error {
	if len(b) < recordHeaderBytes || uint64(len(b)) != uint64(binary.BigEndian.Uint32(b[4:])) {
		return errRecordShort
	}
	if b[8] != recordFormat {
		return fmt.Errorf("the record has format %d, want %d: a newer version may have written it", b[8], recordFormat)
	}
	r.recordedAt = int64(binary.BigEndian.Uint64(b[9:]))
	r.occurredAt = int64(binary.BigEndian.Uint64(b[17:]))
	copy(r.id[:], b[25:])
	at := recordHeaderBytes
	number := func() (uint64, bool) {
		if at < len(b) && b[at] < 0x80 { // nearly always one byte
			at++
			return uint64(b[at-1]), true
		}
		v, n := binary.Uvarint(b[at:])
		at += max(n, 0)
		return v, n > 0
	}
	var ok bool
	if r.revision, ok = number(); !ok {
		return errRecordShort
	}
	if r.schema, ok = number(); !ok {
		return errRecordShort
	}
	if r.schema > eventstore.SchemaMax {
		return errRecordNumber
	}
	for i := range r.texts {
		n, ok := number()
		if !ok || n > uint64(len(b)-at) {
			return errRecordShort
		}
		r.texts[i] = span{uint32(at), uint32(at) + uint32(n)}
		at += int(n)
	}
	r.data = at
	return nil
}

func (r *record) text(b []byte, i int) []byte { return b[r.texts[i].from:r.texts[i].to] }

// event turns the record at b into an event that refers to b, which must not change any more. The texts that repeat all
// over a log are shared through names.
func (r *record) event(b []byte, names *interner, position eventstore.Position, e *eventstore.RecordedEvent) {
	text := unsafe.String(unsafe.SliceData(b), len(b))
	own := func(i int) string { return text[r.texts[i].from:r.texts[i].to] }
	*e = eventstore.RecordedEvent{
		ID:         r.id,
		Type:       domain.EventType(names.share(0, own(textType))),
		Stream:     own(textStream),
		Revision:   eventstore.Revision(r.revision),
		Position:   position,
		RecordedAt: time.Unix(0, r.recordedAt).UTC(),
		Meta: domain.Metadata{
			OccurredAt:    time.Unix(0, r.occurredAt).UTC(),
			Actor:         names.share(1, own(textActor)),
			Source:        names.share(2, own(textSource)),
			CorrelationID: own(textCorrelation),
			CausationID:   own(textCausation),
			Schema:        int(r.schema),
		},
		Data: b[r.data:len(b):len(b)],
	}
}

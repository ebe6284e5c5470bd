package bbolt

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// decoded turns a record into what was appended, with its stream, revision and recorded time.
func decoded(b []byte, r *record) (e eventstore.NewEvent, stream string, revision uint64, recordedAt int64) {
	var event eventstore.RecordedEvent
	r.event(b, &interner{}, eventstore.Position{}, &event)
	e = eventstore.NewEvent{ID: event.ID, Type: event.Type, Meta: event.Meta, Data: event.Data}
	return e, event.Stream, uint64(event.Revision), event.RecordedAt.UnixNano()
}

func FuzzRecord(f *testing.F) {
	full := eventstore.NewEvent{
		ID: uuid.MustParse("01234567-89ab-4def-8123-456789abcdef"), Type: domain.TypeGoalMet,
		Meta: domain.Metadata{OccurredAt: time.Unix(1, 2), Actor: "a", Source: "sß", CorrelationID: "c", CausationID: "d",
			Schema: 300},
		Data: []byte(`{"goal":"x"}`),
	}
	f.Add(appendRecord(nil, &full, "mentorship-1", 1<<40, 99))
	empty := eventstore.NewEvent{Meta: domain.Metadata{OccurredAt: domain.OccurredMin}}
	f.Add(appendRecord(nil, &empty, "", 0, -1))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, second record
		if err := parseRecord(b, &first); err != nil {
			return
		}
		event, stream, revision, recordedAt := decoded(b, &first)
		again := appendRecord(nil, &event, stream, revision, recordedAt)
		if len(again) > recordBytes(&event, stream) {
			t.Fatalf("%d bytes, bounded by %d", len(again), recordBytes(&event, stream))
		}
		if err := parseRecord(again, &second); err != nil {
			t.Fatalf("what was decoded does not decode again: %v", err)
		}
		event2, stream2, revision2, recordedAt2 := decoded(again, &second)
		if event.ID != event2.ID || event.Type != event2.Type || event.Meta != event2.Meta ||
			!bytes.Equal(event.Data, event2.Data) || stream != stream2 || revision != revision2 || recordedAt != recordedAt2 {
			t.Fatalf("got %+v in %q, want %+v in %q", event2, stream2, event, stream)
		}
		sealRecord(again, 7)
		if err := openRecord(again, 7, &second); err != nil {
			t.Fatalf("a sealed record: %v", err)
		}
		if openRecord(again, 8, &second) == nil {
			t.Fatal("a record opens at another place")
		}
	})
}

package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC)

// id is the n-th event id: well spread, and the same in every run.
func id(n int) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, binary.BigEndian.AppendUint64(nil, uint64(n)))
}

// event makes the n-th event.
func event(n int) eventstore.NewEvent {
	return eventstore.NewEvent{
		ID:   id(n),
		Type: domain.TypeSessionHeld,
		Meta: domain.Metadata{OccurredAt: epoch.Add(time.Duration(n)), Actor: "tester", Source: "storetest",
			CorrelationID: fmt.Sprint("correlation ", n), CausationID: fmt.Sprint("causation ", n), Schema: 1},
		Data: fmt.Appendf(nil, `{"n":%d}`, n),
	}
}

// typed is event with another type.
func typed(n int, t domain.EventType) eventstore.NewEvent {
	e := event(n)
	e.Type = t
	return e
}

// events makes n events, numbered from a number on.
func events(from, n int) []eventstore.NewEvent {
	made := make([]eventstore.NewEvent, n)
	for i := range made {
		made[i] = event(from + i)
	}
	return made
}

var padding = strings.Repeat("x", 200)

// sized is event with data of 200 bytes.
func sized(n int) eventstore.NewEvent {
	e := event(n)
	head := fmt.Sprintf(`{"n":%d,"pad":"`, n)
	e.Data = []byte(head + padding[:200-len(head)-2] + `"}`)
	return e
}

func procs() int { return runtime.GOMAXPROCS(0) }

func mustAppend(t testing.TB, s eventstore.Store, stream string, expected eventstore.Expected,
	events ...eventstore.NewEvent) eventstore.AppendResult {
	t.Helper()
	result, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: stream, Expected: expected, Events: events})
	if err != nil {
		t.Fatalf("append to %q expecting %s: %v", stream, expected, err)
	}
	return result
}

// failAppend appends, wants an error of this type, and wants that nothing was recorded.
func failAppend[E error](t testing.TB, s eventstore.Store, stream string, expected eventstore.Expected,
	events ...eventstore.NewEvent) E {
	t.Helper()
	before := head(t, s)
	_, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: stream, Expected: expected, Events: events})
	var want E
	if !errors.As(err, &want) {
		t.Fatalf("append to %q expecting %s: got error %v, want %T", stream, expected, err, want)
	}
	if after := head(t, s); after != before {
		t.Fatalf("append to %q failed, but moved the head from %s to %s", stream, before, after)
	}
	return want
}

func head(t testing.TB, s eventstore.Store) eventstore.Position {
	t.Helper()
	p, err := s.Head(t.Context())
	if err != nil {
		t.Fatalf("head: %v", err)
	}
	return p
}

func readStream(t testing.TB, s eventstore.Store, stream string, from eventstore.Revision,
	dir eventstore.Direction) []eventstore.RecordedEvent {
	t.Helper()
	var read []eventstore.RecordedEvent
	for e, err := range s.ReadStream(t.Context(), stream, from, dir) {
		if err != nil {
			t.Fatalf("read stream %q: %v", stream, err)
		}
		read = append(read, e)
	}
	return read
}

func readAll(t testing.TB, s eventstore.Store, after eventstore.Position,
	filter eventstore.Filter) []eventstore.RecordedEvent {
	t.Helper()
	var read []eventstore.RecordedEvent
	for e, err := range s.ReadAll(t.Context(), after, filter) {
		if err != nil {
			t.Fatalf("read all after %s: %v", after, err)
		}
		read = append(read, e)
	}
	return read
}

// readError reads a whole sequence and returns the error that ended it.
func readError[T any](seq func(func(T, error) bool)) error {
	var last error
	seq(func(_ T, err error) bool { last = err; return err == nil })
	return last
}

// same reports a difference between an event as appended and as recorded.
func same(e eventstore.NewEvent, r eventstore.RecordedEvent) error {
	want := e.Meta
	want.OccurredAt = want.OccurredAt.UTC().Round(0)
	got := r.Meta
	if e.ID != r.ID || e.Type != r.Type || string(e.Data) != string(r.Data) || got != want {
		return fmt.Errorf("recorded %s %s %q %+v, want %s %s %q %+v", r.ID, r.Type, r.Data, got, e.ID, e.Type, e.Data, want)
	}
	return nil
}

func isCancelled(err error) bool { return errors.Is(err, context.Canceled) }

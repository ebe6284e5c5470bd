package storetest

import (
	"errors"
	"testing"

	"laurel/eventstore"
)

// testClosed wants everything on a closed store to fail in the same way, and closing again to be harmless.
func testClosed(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, event(1))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, start := t.Context(), eventstore.Position{}
	_, appendErr := s.Append(ctx, eventstore.StreamAppend{Stream: stream, Events: events(2, 1)})
	_, batchErr := s.AppendBatch(ctx, []eventstore.StreamAppend{{Stream: stream, Events: events(2, 1)}})
	_, headErr := s.Head(ctx)
	for what, err := range map[string]error{
		"append":      appendErr,
		"batch":       batchErr,
		"head":        headErr,
		"read stream": readError(s.ReadStream(ctx, stream, 0, eventstore.Forward)),
		"read all":    readError(s.ReadAll(ctx, start, eventstore.Filter{})),
		"subscribe":   readError(s.Subscribe(ctx, start, eventstore.Filter{})),
	} {
		if !errors.Is(err, eventstore.ErrClosed) {
			t.Errorf("%s: got error %v, want %v", what, err, eventstore.ErrClosed)
		}
	}
}

// testReopen wants everything to be as before after the store is opened again.
func testReopen(t *testing.T, s eventstore.Store, o Options) {
	mixed(t, s)
	before, newest := readAll(t, s, eventstore.Position{}, eventstore.Filter{}), head(t, s)
	retried := mustAppend(t, s, stream, eventstore.NoStream, events(5000, 3)...)
	s = o.Reopen(t, s)
	after := readAll(t, s, eventstore.Position{}, eventstore.Filter{})
	equalEvents(t, "the log", after[:len(after)-3], before)
	if p, err := s.ParsePosition(newest.String()); err != nil || p != newest {
		t.Fatalf("position %s came back as %s: %v", newest, p, err)
	}
	if again := mustAppend(t, s, stream, eventstore.NoStream, events(5000, 3)...); again != retried {
		t.Fatalf("retry got %+v, want %+v", again, retried)
	}
	mustAppend(t, s, stream, eventstore.Exact(2), event(6000))
	checkOrder(t, s, readAll(t, s, eventstore.Position{}, eventstore.Filter{}))
}

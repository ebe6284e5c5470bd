package storetest

import (
	"testing"

	"laurel/domain"
	"laurel/eventstore"
)

var idempotenceCases = []testCase{
	{"a retry gets the original result, also after later events", testRetry},
	{"a retry meets another expectation than the original did", testRetryOtherExpectation},
	{"the same id with another payload is an error", testOtherPayload},
	{"metadata does not make another event", func(t *testing.T, s eventstore.Store) {
		first := mustAppend(t, s, stream, eventstore.NoStream, event(1))
		e := event(1)
		e.Meta.Actor, e.Meta.OccurredAt = "another", epoch.AddDate(1, 0, 0)
		if again := mustAppend(t, s, stream, eventstore.NoStream, e); again != first {
			t.Fatalf("got %+v, want %+v", again, first)
		}
	}},
	{"reordered ids are no retry", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, stream, eventstore.NoStream, event(1), event(2), event(3))
		notARetry(t, s, eventstore.NoStream, event(2), event(1), event(3))
		notARetry(t, s, eventstore.NoStream, event(3), event(2), event(1))
		notARetry(t, s, eventstore.NoStream, event(1), event(3)) // not contiguous
	}},
	{"a prefix and then new ids is no retry", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, stream, eventstore.NoStream, event(1), event(2))
		notARetry(t, s, eventstore.NoStream, event(1), event(2), event(3))
		notARetry(t, s, eventstore.NoStream, event(1), event(3))
		notARetry(t, s, eventstore.NoStream, event(3), event(1))
	}},
	{"new ids where the expectation is met, but one id is taken", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, stream, eventstore.NoStream, event(1), event(2))
		reused := failAppend[*eventstore.IDReusedError](t, s, stream, eventstore.Exact(1), event(3), event(2))
		if reused.Revision != 1 || reused.ID != id(2).String() || reused.Stream != stream {
			t.Fatalf("got %+v", *reused)
		}
	}},
	{"a part of an earlier append, whole and in order", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, stream, eventstore.NoStream, events(1, 5)...)
		if got := mustAppend(t, s, stream, eventstore.Exact(1), event(3), event(4)); got.Revision != 3 {
			t.Fatalf("got %+v", got)
		}
		if got := mustAppend(t, s, stream, eventstore.Any, event(2)); got.Revision != 1 {
			t.Fatalf("got %+v", got)
		}
	}},
	{"the same id in two streams is legal", func(t *testing.T, s eventstore.Store) {
		first := mustAppend(t, s, "person-a", eventstore.NoStream, event(1))
		second := mustAppend(t, s, "person-b", eventstore.NoStream, event(1))
		if first.Position == second.Position {
			t.Fatal("both appends have one position")
		}
		other := event(1)
		other.Data = []byte(`{"other":true}`)
		mustAppend(t, s, "person-c", eventstore.NoStream, other)
		if n := len(readAll(t, s, eventstore.Position{}, eventstore.Filter{})); n != 3 {
			t.Fatalf("%d events recorded, want 3", n)
		}
	}},
	{"a retry deep in a long stream", testRetryLong},
}

func testRetry(t *testing.T, s eventstore.Store) {
	type original struct {
		expected eventstore.Expected
		events   []eventstore.NewEvent
		result   eventstore.AppendResult
	}
	var originals []original
	retryAll := func() {
		t.Helper()
		before := head(t, s)
		for i, o := range originals {
			if got := mustAppend(t, s, stream, o.expected, o.events...); got != o.result {
				t.Fatalf("retry of append %d (%s): got %+v, want %+v", i, o.expected, got, o.result)
			}
		}
		if after := head(t, s); after != before {
			t.Fatalf("retries moved the head from %s to %s", before, after)
		}
	}
	for i, expected := range []eventstore.Expected{eventstore.NoStream, eventstore.Exact(2), eventstore.StreamExists,
		eventstore.Any, eventstore.Exact(11)} {
		batch := events(i*10, 3)
		originals = append(originals, original{expected, batch, mustAppend(t, s, stream, expected, batch...)})
		retryAll()
		mustAppend(t, s, "person-between", eventstore.Any, event(1000+i))
		retryAll()
	}
}

func testRetryOtherExpectation(t *testing.T, s eventstore.Store) {
	first := mustAppend(t, s, stream, eventstore.Any, events(1, 2)...)
	second := mustAppend(t, s, stream, eventstore.Any, events(3, 2)...)
	for _, c := range []struct {
		expected eventstore.Expected
		from     int
		want     eventstore.AppendResult
	}{
		{eventstore.NoStream, 1, first}, {eventstore.StreamExists, 1, first}, {eventstore.Any, 1, first},
		{eventstore.Exact(1), 3, second}, {eventstore.StreamExists, 3, second}, {eventstore.Any, 3, second},
	} {
		if got := mustAppend(t, s, stream, c.expected, events(c.from, 2)...); got != c.want {
			t.Fatalf("%s: got %+v, want %+v", c.expected, got, c.want)
		}
	}
	for _, c := range []struct {
		expected eventstore.Expected
		from     int
	}{{eventstore.Exact(0), 1}, {eventstore.Exact(1), 1}, {eventstore.NoStream, 3}, {eventstore.Exact(0), 3},
		{eventstore.Exact(2), 3}} {
		conflict := failAppend[*eventstore.ConflictError](t, s, stream, c.expected, events(c.from, 2)...)
		if conflict.Actual != 3 {
			t.Fatalf("%s: got %+v", c.expected, *conflict)
		}
	}
}

func testOtherPayload(t *testing.T, s eventstore.Store) {
	if !s.Capabilities().ComparesPayloads {
		t.Skip("this backend declares that it does not compare payloads")
	}
	mustAppend(t, s, stream, eventstore.NoStream, events(1, 3)...)
	otherData, otherType, noData := event(2), typed(2, domain.TypeGoalMet), event(2)
	otherData.Data = []byte(`{"n":2 }`)
	noData.Data = nil
	for _, e := range []eventstore.NewEvent{otherData, otherType, noData} {
		for _, expected := range []eventstore.Expected{eventstore.Any, eventstore.NoStream, eventstore.StreamExists,
			eventstore.Exact(0), eventstore.Exact(2), eventstore.Exact(99)} {
			for _, batch := range [][]eventstore.NewEvent{{e}, {event(1), e, event(3)}, {e, event(50)}, {event(50), e}} {
				reused := failAppend[*eventstore.IDReusedError](t, s, stream, expected, batch...)
				if reused.Revision != 1 || reused.ID != e.ID.String() {
					t.Fatalf("%s: got %+v", expected, *reused)
				}
			}
		}
	}
}

// notARetry wants that events of which some are there already fail under an expectation that is not met as a conflict
// with the actual revision, and under one that is as a reuse of an id.
func notARetry(t *testing.T, s eventstore.Store, original eventstore.Expected, events ...eventstore.NewEvent) {
	t.Helper()
	recorded := readStream(t, s, stream, eventstore.RevisionEnd, eventstore.Backward)
	conflict := failAppend[*eventstore.ConflictError](t, s, stream, original, events...)
	if conflict.Actual != recorded[0].Revision {
		t.Fatalf("got %+v, want revision %d", *conflict, recorded[0].Revision)
	}
	failAppend[*eventstore.IDReusedError](t, s, stream, eventstore.Any, events...)
	failAppend[*eventstore.IDReusedError](t, s, stream, eventstore.StreamExists, events...)
}

func testRetryLong(t *testing.T, s eventstore.Store) {
	const batches, size = 30, 50
	var results []eventstore.AppendResult
	for i := range batches {
		results = append(results, mustAppend(t, s, stream, eventstore.Any, events(i*size, size)...))
	}
	for i := range batches {
		if got := mustAppend(t, s, stream, eventstore.Any, events(i*size, size)...); got != results[i] {
			t.Fatalf("retry of append %d: got %+v, want %+v", i, got, results[i])
		}
		last := i*size + size - 1
		if got := mustAppend(t, s, stream, eventstore.Any, event(last)); got != results[i] {
			t.Fatalf("retry of event %d: got %+v, want %+v", last, got, results[i])
		}
	}
	failAppend[*eventstore.IDReusedError](t, s, stream, eventstore.Any, event(batches*size), event(700))
}

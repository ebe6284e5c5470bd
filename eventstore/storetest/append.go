package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

const stream = "mentorship-0b6f9f0e"

var appendCases = []testCase{
	{"expectations", testExpectations},
	{"a conflict carries the actual revision and does not name a missing stream", testConflict},
	{"a batch of events is atomic", testAtomic},
	{"ten thousand events in one append, or too large", testTenThousand},
	{"the limits are too large, not a failure", testLimits},
	{"an append of no events is invalid", func(t *testing.T, s eventstore.Store) {
		failAppend[*eventstore.InvalidError](t, s, stream, eventstore.Any)
	}},
	{"a duplicate id inside an append is invalid", func(t *testing.T, s eventstore.Store) {
		failAppend[*eventstore.InvalidError](t, s, stream, eventstore.Any, event(1), event(2), event(1))
		failAppend[*eventstore.InvalidError](t, s, stream, eventstore.NoStream, event(1), event(1))
	}},
	{"nonsense is invalid", testNonsense},
	{"results count revisions and order positions", testResults},
	{"a batch of appends stops at the first failure", testBatchStops},
	{"a batch of appends sees its own", testBatchSeesItself},
	{"an empty batch of appends does nothing", func(t *testing.T, s eventstore.Store) {
		results, err := s.AppendBatch(t.Context(), nil)
		if err != nil || len(results) != 0 {
			t.Fatalf("got %v, %v", results, err)
		}
	}},
	{"a cancelled context appends nothing", func(t *testing.T, s eventstore.Store) {
		_, err := s.Append(cancelled(t), eventstore.StreamAppend{Stream: stream, Events: events(1, 1)})
		if !isCancelled(err) {
			t.Fatalf("got error %v, want context.Canceled", err)
		}
		if p := head(t, s); !p.IsZero() {
			t.Fatalf("head moved to %s", p)
		}
	}},
}

func testExpectations(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, "program-three", eventstore.NoStream, events(0, 3)...)
	mustAppend(t, s, "program-one", eventstore.Any, event(10))
	for i, c := range []struct {
		stream   string
		expected eventstore.Expected
		ok       bool
	}{
		{"program-new-a", eventstore.Any, true},
		{"program-new-b", eventstore.NoStream, true},
		{"program-new-c", eventstore.StreamExists, false},
		{"program-new-c", eventstore.Exact(0), false},
		{"program-new-c", eventstore.Exact(7), false},
		{"program-three", eventstore.NoStream, false},
		{"program-three", eventstore.Exact(0), false},
		{"program-three", eventstore.Exact(1), false},
		{"program-three", eventstore.Exact(3), false},
		{"program-three", eventstore.Exact(1 << 62), false},
		{"program-three", eventstore.Exact(2), true}, // and from here on it has four events
		{"program-three", eventstore.Exact(2), false},
		{"program-three", eventstore.Exact(3), true},
		{"program-three", eventstore.StreamExists, true},
		{"program-three", eventstore.Any, true},
		{"program-one", eventstore.NoStream, false},
		{"program-one", eventstore.Exact(0), true},
	} {
		t.Run(fmt.Sprint(c.stream, " ", c.expected, " ", i), func(t *testing.T) {
			if c.ok {
				mustAppend(t, s, c.stream, c.expected, event(100+i))
				return
			}
			failAppend[*eventstore.ConflictError](t, s, c.stream, c.expected, event(100+i))
		})
	}
}

func testConflict(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, events(0, 5)...)
	for _, expected := range []eventstore.Expected{eventstore.NoStream, eventstore.Exact(3), eventstore.Exact(9)} {
		conflict := failAppend[*eventstore.ConflictError](t, s, stream, expected, event(100))
		want := eventstore.ConflictError{Stream: stream, Expected: expected, Actual: 4, Exists: true}
		if *conflict != want {
			t.Errorf("got %+v, want %+v", *conflict, want)
		}
		if code := eventstore.CodeOf(conflict); code != eventstore.CodeConflict {
			t.Errorf("got code %q", code)
		}
	}
	conflict := failAppend[*eventstore.ConflictError](t, s, "mentorship-none", eventstore.Exact(3), event(100))
	if conflict.Exists || conflict.Actual != 0 {
		t.Errorf("got %+v for a stream that does not exist", *conflict)
	}
	if err := readError(s.ReadStream(t.Context(), "mentorship-none", 0, eventstore.Forward)); err == nil {
		t.Error("a failed append made the stream exist")
	}
}

func testAtomic(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, event(1))
	failAppend[*eventstore.ConflictError](t, s, stream, eventstore.Exact(4), events(10, 5)...)
	bad := events(20, 5)
	bad[4].Meta.Schema = 0
	failAppend[*eventstore.InvalidError](t, s, stream, eventstore.Any, bad...)
	reused := append(events(30, 4), event(1))
	reused[4].Data = []byte(`{"other":true}`)
	if s.Capabilities().ComparesPayloads {
		failAppend[*eventstore.IDReusedError](t, s, stream, eventstore.Any, reused...)
	}
	if n := len(readStream(t, s, stream, 0, eventstore.Forward)); n != 1 {
		t.Fatalf("the stream has %d events after failed appends, want 1", n)
	}
	result := mustAppend(t, s, stream, eventstore.Exact(0), events(40, 5)...)
	if result.Revision != 5 || len(readAll(t, s, eventstore.Position{}, eventstore.Filter{})) != 6 {
		t.Fatalf("got %+v", result)
	}
}

func testTenThousand(t *testing.T, s eventstore.Store) {
	const n = 10_000
	batch := events(0, n)
	if s.Capabilities().AppendEventsMax < n {
		failAppend[*eventstore.TooLargeError](t, s, stream, eventstore.NoStream, batch...)
		return
	}
	result := mustAppend(t, s, stream, eventstore.NoStream, batch...)
	if result.Revision != n-1 {
		t.Fatalf("got revision %d", result.Revision)
	}
	read := readStream(t, s, stream, 0, eventstore.Forward)
	if len(read) != n {
		t.Fatalf("read %d events, want %d", len(read), n)
	}
	for i := range read {
		if err := same(batch[i], read[i]); err != nil || read[i].Revision != eventstore.Revision(i) {
			t.Fatalf("event %d: revision %d: %v", i, read[i].Revision, err)
		}
	}
	if again := mustAppend(t, s, stream, eventstore.NoStream, batch...); again != result {
		t.Fatalf("retry got %+v, want %+v", again, result)
	}
}

func testLimits(t *testing.T, s eventstore.Store) {
	limits := s.Capabilities()
	tooMany := events(0, limits.AppendEventsMax+1)
	failAppend[*eventstore.TooLargeError](t, s, stream, eventstore.Any, tooMany...)
	big := event(0)
	big.Data = make([]byte, eventstore.DataBytesMax+1)
	failAppend[*eventstore.TooLargeError](t, s, stream, eventstore.Any, big)
	var heavy []eventstore.NewEvent
	for i := range limits.AppendBytesMax/eventstore.DataBytesMax + 1 {
		e := event(i)
		e.Data = make([]byte, eventstore.DataBytesMax)
		heavy = append(heavy, e)
	}
	failAppend[*eventstore.TooLargeError](t, s, stream, eventstore.Any, heavy...)
	failAppend[*eventstore.TooLargeError](t, s, strings.Repeat("s", eventstore.StreamBytesMax+1), eventstore.Any, event(0))
	long := event(0)
	long.Meta.Actor = strings.Repeat("a", eventstore.MetadataBytesMax+1)
	failAppend[*eventstore.TooLargeError](t, s, stream, eventstore.Any, long)
	long = typed(0, domain.EventType(strings.Repeat("T", eventstore.TypeBytesMax+1)))
	failAppend[*eventstore.TooLargeError](t, s, stream, eventstore.Any, long)

	// Just at the limits, everything fits.
	fits := event(1)
	fits.Data = []byte(strings.Repeat("d", eventstore.DataBytesMax-4*eventstore.MetadataBytesMax-eventstore.TypeBytesMax))
	text := strings.Repeat("m", eventstore.MetadataBytesMax)
	fits.Type = domain.EventType(strings.Repeat("T", eventstore.TypeBytesMax))
	fits.Meta.Actor, fits.Meta.Source, fits.Meta.CorrelationID, fits.Meta.CausationID = text, text, text, text
	name := strings.Repeat("s", eventstore.StreamBytesMax)
	mustAppend(t, s, name, eventstore.NoStream, fits)
	if err := same(fits, readStream(t, s, name, 0, eventstore.Forward)[0]); err != nil {
		t.Fatal(err)
	}
}

func testNonsense(t *testing.T, s eventstore.Store) {
	for name, spoil := range map[string]func(e *eventstore.NewEvent){
		"no id":           func(e *eventstore.NewEvent) { e.ID = uuid.Nil },
		"no type":         func(e *eventstore.NewEvent) { e.Type = "" },
		"type not UTF-8":  func(e *eventstore.NewEvent) { e.Type = "\xff" },
		"actor not UTF-8": func(e *eventstore.NewEvent) { e.Meta.Actor = "a\xc0" },
		"schema 0":        func(e *eventstore.NewEvent) { e.Meta.Schema = 0 },
		"schema -1":       func(e *eventstore.NewEvent) { e.Meta.Schema = -1 },
		"year 0":          func(e *eventstore.NewEvent) { e.Meta.OccurredAt = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) },
		"zero time":       func(e *eventstore.NewEvent) { e.Meta.OccurredAt = time.Time{} },
		"before 1900":     func(e *eventstore.NewEvent) { e.Meta.OccurredAt = domain.OccurredMin.Add(-1) },
		"year 2150":       func(e *eventstore.NewEvent) { e.Meta.OccurredAt = domain.OccurredMax },
		"year 9999":       func(e *eventstore.NewEvent) { e.Meta.OccurredAt = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) },
	} {
		t.Run(name, func(t *testing.T) {
			e := event(1)
			spoil(&e)
			failAppend[*eventstore.InvalidError](t, s, stream, eventstore.Any, e)
		})
	}
	for _, name := range []string{"", "person-\xff", "person-\x00", "person\n1"} {
		t.Run(fmt.Sprintf("stream %q", name), func(t *testing.T) {
			failAppend[*eventstore.InvalidError](t, s, name, eventstore.Any, event(1))
			var invalid *eventstore.InvalidError
			if err := readError(s.ReadStream(t.Context(), name, 0, eventstore.Forward)); !errors.As(err, &invalid) {
				t.Fatalf("reading it: got error %v, want %T", err, invalid)
			}
		})
	}
}

func testResults(t *testing.T, s eventstore.Store) {
	var last eventstore.Position
	next := map[string]eventstore.Revision{}
	for i := range 50 {
		name := fmt.Sprintf("person-%d", i%7)
		batch := events(i*10, 1+i%3)
		result := mustAppend(t, s, name, eventstore.Any, batch...)
		next[name] += eventstore.Revision(len(batch))
		if result.Revision != next[name]-1 {
			t.Fatalf("append %d: revision %d, want %d", i, result.Revision, next[name]-1)
		}
		if s.ComparePositions(result.Position, last) <= 0 {
			t.Fatalf("append %d: position %s is not after %s", i, result.Position, last)
		}
		last = result.Position
		if p := head(t, s); p != last {
			t.Fatalf("append %d: head is %s, want %s", i, p, last)
		}
	}
}

func testBatchStops(t *testing.T, s eventstore.Store) {
	appends := []eventstore.StreamAppend{
		{Stream: "person-a", Expected: eventstore.NoStream, Events: events(1, 2)},
		{Stream: "person-b", Expected: eventstore.NoStream, Events: events(3, 1)},
		{Stream: "person-a", Expected: eventstore.Exact(7), Events: events(4, 1)},
		{Stream: "person-c", Expected: eventstore.NoStream, Events: events(5, 1)},
	}
	results, err := s.AppendBatch(t.Context(), appends)
	var conflict *eventstore.ConflictError
	if !errors.As(err, &conflict) || conflict.Actual != 1 {
		t.Fatalf("got error %v, want a conflict at revision 1", err)
	}
	if len(results) != 2 || results[0].Revision != 1 || results[1].Revision != 0 {
		t.Fatalf("got results %+v", results)
	}
	if n := len(readAll(t, s, eventstore.Position{}, eventstore.Filter{})); n != 3 {
		t.Fatalf("%d events recorded, want 3", n)
	}
	// The same with an append that no store would look at twice.
	appends[2] = eventstore.StreamAppend{Stream: "person-a", Events: nil}
	again, err := s.AppendBatch(t.Context(), appends)
	var invalid *eventstore.InvalidError
	if !errors.As(err, &invalid) || len(again) != 2 || again[0] != results[0] || again[1] != results[1] {
		t.Fatalf("got %+v, %v, want %+v and an invalid append", again, err, results)
	}
}

func testBatchSeesItself(t *testing.T, s eventstore.Store) {
	results, err := s.AppendBatch(t.Context(), []eventstore.StreamAppend{
		{Stream: "person-a", Expected: eventstore.NoStream, Events: events(1, 2)},
		{Stream: "person-a", Expected: eventstore.Exact(1), Events: events(3, 1)},
		{Stream: "person-a", Expected: eventstore.Exact(1), Events: events(3, 1)}, // a retry
		{Stream: "person-a", Expected: eventstore.StreamExists, Events: events(4, 1)},
	})
	if err != nil {
		t.Fatal(err)
	}
	if results[1] != results[2] || results[3].Revision != 3 {
		t.Fatalf("got results %+v", results)
	}
	if n := len(readStream(t, s, "person-a", 0, eventstore.Forward)); n != 4 {
		t.Fatalf("the stream has %d events, want 4", n)
	}
}

package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"laurel/domain"
	"laurel/eventstore"
)

var readCases = []testCase{
	{"an empty store", testEmpty},
	{"streams both ways, from every revision", testStreamBothWays},
	{"a stream that does not exist", testNoSuchStream},
	{"stream order inside the log order", testStreamOrder},
	{"reading after every position, repeatably", testEveryPosition},
	{"a read ends at the head at the time of the call", testReadBounded},
	{"chunks are the same events", testChunks},
	{"filter by category and type", testFilter},
	{"positions round-trip as text", testPositionText},
	{"foreign positions are refused", testForeignPositions},
	{"Unicode stream names, empty payloads, nanosecond times", testRoundTrip},
	{"what was read stays as it was", testReadIsKept},
	{"cancellation and abandoned reads", testReadCancelled},
}

func testEmpty(t *testing.T, s eventstore.Store) {
	if p := head(t, s); !p.IsZero() {
		t.Fatalf("head is %s, want %s", p, eventstore.Position{})
	}
	if read := readAll(t, s, eventstore.Position{}, eventstore.Filter{}); len(read) != 0 {
		t.Fatalf("read %d events", len(read))
	}
}

func testStreamBothWays(t *testing.T, s eventstore.Store) {
	const n = 150
	for i := range n / 2 {
		mustAppend(t, s, stream, eventstore.Any, events(i*2, 2)...)
		mustAppend(t, s, "person-other", eventstore.Any, event(i))
	}
	for _, from := range []eventstore.Revision{0, 1, 63, 64, 65, 127, 128, 129, n - 2, n - 1, n, n + 1, 1 << 40,
		eventstore.RevisionEnd} {
		forward := readStream(t, s, stream, from, eventstore.Forward)
		if want := n - int(min(from, n)); len(forward) != want {
			t.Fatalf("forward from %d: %d events, want %d", from, len(forward), want)
		}
		for i, e := range forward {
			if want := int(from) + i; e.Revision != eventstore.Revision(want) || e.ID != id(want) || e.Stream != stream {
				t.Fatalf("forward from %d: event %d is %s at revision %d", from, i, e.ID, e.Revision)
			}
		}
		newest := int(min(from, n-1))
		backward := readStream(t, s, stream, from, eventstore.Backward)
		if len(backward) != newest+1 {
			t.Fatalf("backward from %d: %d events, want %d", from, len(backward), newest+1)
		}
		for i, e := range backward {
			if e.Revision != eventstore.Revision(newest-i) || e.ID != id(newest-i) {
				t.Fatalf("backward from %d: event %d is %s at revision %d", from, i, e.ID, e.Revision)
			}
		}
	}
}

func testNoSuchStream(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, "person-b", eventstore.NoStream, event(1))
	for _, name := range []string{"person-a", "person-", "person-bb", "person-c"} {
		for _, dir := range []eventstore.Direction{eventstore.Forward, eventstore.Backward} {
			var missing *eventstore.StreamNotFoundError
			if err := readError(s.ReadStream(t.Context(), name, 0, dir)); !errors.As(err, &missing) || missing.Stream != name {
				t.Fatalf("stream %q: got error %v, want %T", name, err, missing)
			}
		}
	}
}

// mixed appends 300 events to streams of several categories and types.
func mixed(t testing.TB, s eventstore.Store) {
	t.Helper()
	types := []domain.EventType{domain.TypeSessionHeld, domain.TypeGoalMet, domain.TypeSkillAttested}
	for i := range 150 {
		name := fmt.Sprintf("%s-%d", []string{"mentorship", "person", "personal", "program"}[i%4], i%11)
		mustAppend(t, s, name, eventstore.Any, typed(i*2, types[i%3]), typed(i*2+1, types[i%2]))
	}
}

func testStreamOrder(t *testing.T, s eventstore.Store) {
	mixed(t, s)
	read := readAll(t, s, eventstore.Position{}, eventstore.Filter{})
	checkOrder(t, s, read)
	byStream := map[string][]eventstore.RecordedEvent{}
	for _, e := range read {
		byStream[e.Stream] = append(byStream[e.Stream], e)
	}
	for name, want := range byStream {
		got := readStream(t, s, name, 0, eventstore.Forward)
		equalEvents(t, "stream "+name, got, want)
	}
}

// equalEvents wants the same events in every field.
func equalEvents(t testing.TB, what string, got, want []eventstore.RecordedEvent) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d events, want %d", what, len(got), len(want))
	}
	for i := range want {
		g, w := got[i], want[i]
		g.Data, w.Data = nil, nil
		if !reflect.DeepEqual(g, w) || !bytes.Equal(got[i].Data, want[i].Data) {
			t.Fatalf("%s: event %d is\n%+v, want\n%+v", what, i, got[i], want[i])
		}
	}
}

func testEveryPosition(t *testing.T, s eventstore.Store) {
	mixed(t, s)
	whole := readAll(t, s, eventstore.Position{}, eventstore.Filter{})
	if len(whole) != 300 {
		t.Fatalf("read %d events, want 300", len(whole))
	}
	for i, e := range whole {
		rest := readAll(t, s, e.Position, eventstore.Filter{})
		if len(rest) != len(whole)-i-1 {
			t.Fatalf("%d events after number %d, want %d", len(rest), i, len(whole)-i-1)
		}
		if len(rest) > 0 && rest[0].ID != whole[i+1].ID {
			t.Fatalf("after number %d comes %s, want %s", i, rest[0].ID, whole[i+1].ID)
		}
	}
	equalEvents(t, "second read", readAll(t, s, eventstore.Position{}, eventstore.Filter{}), whole)
}

func testReadBounded(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, events(0, 10)...)
	read := s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{})
	mustAppend(t, s, stream, eventstore.Any, events(10, 10)...)
	for range 2 {
		n := 0
		for _, err := range read {
			if err != nil {
				t.Fatal(err)
			}
			n++
			mustAppend(t, s, "person-a", eventstore.Any, event(100+n)) // a reader may write
		}
		if n != 10 {
			t.Fatalf("read %d events, want the 10 at the time of the call", n)
		}
	}
}

func testChunks(t *testing.T, s eventstore.Store) {
	mixed(t, s)
	for _, filter := range []eventstore.Filter{{}, {Categories: []string{"person"}}, {Categories: []string{"none"}}} {
		want := readAll(t, s, eventstore.Position{}, filter)
		var got []eventstore.RecordedEvent
		for chunk, err := range eventstore.ReadChunks(t.Context(), s, eventstore.Position{}, filter) {
			if err != nil || len(chunk) == 0 {
				t.Fatalf("a chunk of %d events, error %v", len(chunk), err)
			}
			got = append(got, chunk...)
		}
		equalEvents(t, "chunks", got, want)
	}
}

func testFilter(t *testing.T, s eventstore.Store) {
	mixed(t, s)
	whole := readAll(t, s, eventstore.Position{}, eventstore.Filter{})
	for _, filter := range []eventstore.Filter{
		{Categories: []string{"person"}},
		{Categories: []string{"person", "program"}},
		{Types: []domain.EventType{domain.TypeGoalMet}},
		{Types: []domain.EventType{domain.TypeGoalMet, domain.TypeSkillAttested}, Categories: []string{"mentorship"}},
		{Types: []domain.EventType{"Nothing"}},
		{Categories: []string{"pers"}},
		{Categories: []string{"person-1"}},
	} {
		var want []eventstore.RecordedEvent
		for _, e := range whole {
			category, _, _ := strings.Cut(e.Stream, "-")
			if contains(filter.Categories, category) && contains(filter.Types, e.Type) {
				want = append(want, e)
			}
		}
		equalEvents(t, fmt.Sprintf("filter %+v", filter), readAll(t, s, eventstore.Position{}, filter), want)
		if len(want) > 2 {
			after := want[1].Position
			equalEvents(t, "the rest", readAll(t, s, after, filter), want[2:])
		}
	}
}

func contains[T comparable](list []T, v T) bool {
	for _, each := range list {
		if each == v {
			return true
		}
	}
	return len(list) == 0
}

func testPositionText(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, events(0, 20)...)
	positions := []eventstore.Position{{}}
	for _, e := range readAll(t, s, eventstore.Position{}, eventstore.Filter{}) {
		positions = append(positions, e.Position)
	}
	seen := map[string]bool{}
	for i, p := range positions {
		parsed, err := s.ParsePosition(p.String())
		if err != nil || parsed != p {
			t.Fatalf("position %q came back as %q: %v", p, parsed, err)
		}
		if seen[p.String()] {
			t.Fatalf("two positions have the text %q", p)
		}
		seen[p.String()] = true
		for j, q := range positions {
			if got := s.ComparePositions(p, q); got != compareInts(i, j) {
				t.Fatalf("comparing %q with %q: got %d", p, q, got)
			}
		}
	}
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func testForeignPositions(t *testing.T, s eventstore.Store) {
	newest := mustAppend(t, s, stream, eventstore.NoStream, events(0, 5)...).Position
	var invalid *eventstore.InvalidError
	for _, text := range []string{"", "0", "5", "nonsense", "-", "start ", "Start", "00000000-1", " " + newest.String(),
		newest.String() + "0000", newest.String() + "x", strings.Replace(newest.String(), "-", "-0", 1),
		"-" + newest.String(), newest.String() + ".1", strings.Repeat("9", 1000)} {
		if p, err := s.ParsePosition(text); !errors.As(err, &invalid) {
			t.Errorf("text %q: got position %q and error %v, want %T", text, p, err, invalid)
		}
	}
	foreign := eventstore.NewPosition(newest.Log()^1, newest.Major(), newest.Minor())
	beyond := eventstore.NewPosition(newest.Log(), newest.Major(), newest.Minor()+1_000_000)
	for _, p := range []eventstore.Position{foreign, beyond} {
		if _, err := s.ParsePosition(p.String()); !errors.As(err, &invalid) {
			t.Errorf("position %q: parsed with error %v, want %T", p, err, invalid)
		}
		if err := readError(s.ReadAll(t.Context(), p, eventstore.Filter{})); !errors.As(err, &invalid) {
			t.Errorf("position %q: read with error %v, want %T", p, err, invalid)
		}
		if err := readError(s.Subscribe(t.Context(), p, eventstore.Filter{})); !errors.As(err, &invalid) {
			t.Errorf("position %q: subscribed with error %v, want %T", p, err, invalid)
		}
	}
}

func testRoundTrip(t *testing.T, s eventstore.Store) {
	zone := time.FixedZone("far", -11*3600-30*60)
	var sent []eventstore.NewEvent
	for i, at := range []time.Time{
		domain.OccurredMin, domain.OccurredMax.Add(-1), time.Unix(0, 0), time.Unix(0, -1),
		time.Date(2026, 3, 29, 2, 30, 0, 123456789, zone), time.Date(1969, 12, 31, 23, 59, 59, 999999999, time.UTC),
	} {
		e := event(i)
		e.Meta.OccurredAt = at
		sent = append(sent, e)
	}
	empty, null, large, strange, plain := event(10), event(11), event(12), event(13), event(14)
	empty.Data = []byte{}
	null.Data = nil
	large.Data = []byte(`{"text":"` + strings.Repeat("ß", 100_000) + `"}`)
	strange.Data = []byte("{\"text\":\"\x00\xff\\u0000 \u2028\"}") // a store does not look inside
	strange.Meta.Actor, strange.Meta.Source, strange.Meta.CorrelationID = "Zoë 🦊", "источник", "相関"
	plain.Meta = domain.Metadata{OccurredAt: epoch, Schema: eventstore.SchemaMax}
	sent = append(sent, empty, null, large, strange, plain)
	for _, name := range []string{"person-Ærøskøbing", "人-一", "🦊-🦊", "a", "-", "a b-c d", "é-1", "e\u0301-1",
		`quote"'\-%_`, "person-" + strings.Repeat("ü", 200)} {
		before := time.Now().Add(-time.Hour)
		mustAppend(t, s, name, eventstore.NoStream, sent...)
		read := readStream(t, s, name, 0, eventstore.Forward)
		if len(read) != len(sent) {
			t.Fatalf("stream %q: read %d events, want %d", name, len(read), len(sent))
		}
		for i, e := range read {
			if err := same(sent[i], e); err != nil || e.Stream != name {
				t.Fatalf("stream %q, event %d of %q: %v", name, i, e.Stream, err)
			}
			if e.RecordedAt.Before(before) || e.RecordedAt.Location() != time.UTC {
				t.Fatalf("recorded at %s", e.RecordedAt)
			}
		}
		category, _, _ := strings.Cut(name, "-")
		filtered := readAll(t, s, eventstore.Position{}, eventstore.Filter{Categories: []string{category}})
		if len(filtered) < len(sent) {
			t.Fatalf("category %q: read %d events", category, len(filtered))
		}
	}
}

func testReadIsKept(t *testing.T, s eventstore.Store) {
	e := event(1)
	e.Data = []byte(`{"n":1}`)
	mustAppend(t, s, stream, eventstore.NoStream, e)
	copy(e.Data, `XXXXXXX`) // the caller's buffer is the caller's again
	read := readStream(t, s, stream, 0, eventstore.Forward)
	for i := range 50 {
		mustAppend(t, s, stream, eventstore.Any, events(100+i*20, 20)...)
	}
	for _, each := range [][]eventstore.RecordedEvent{read, readStream(t, s, stream, 0, eventstore.Forward)} {
		if string(each[0].Data) != `{"n":1}` {
			t.Fatalf("data is %q", each[0].Data)
		}
	}
}

func testReadCancelled(t *testing.T, s eventstore.Store) {
	for i := range 30 {
		mustAppend(t, s, stream, eventstore.Any, events(i*100, 100)...)
	}
	before := runtime.NumGoroutine()
	if err := readError(s.ReadAll(cancelled(t), eventstore.Position{}, eventstore.Filter{})); !isCancelled(err) {
		t.Fatalf("read all: got error %v, want context.Canceled", err)
	}
	if err := readError(s.ReadStream(cancelled(t), stream, 0, eventstore.Forward)); !isCancelled(err) {
		t.Fatalf("read stream: got error %v, want context.Canceled", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range s.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}) {
		last = err
		if n++; n == 1 {
			cancel()
		}
	}
	if !isCancelled(last) {
		t.Fatalf("a read cancelled under way ended with %v after %d events", last, n)
	}
	for range 100 {
		for range s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
			break
		}
		for range s.ReadStream(t.Context(), stream, 0, eventstore.Backward) {
			break
		}
	}
	mustAppend(t, s, stream, eventstore.Any, event(9999)) // nothing abandoned holds the writer up
	noLeak(t, before)
}

// leakTimeMax is how long goroutines that have nothing to do any more may take to end on a machine that is very busy.
const leakTimeMax = 30 * time.Second

// noLeak waits for goroutines that are about to end, and fails if more are left than there were.
func noLeak(t testing.TB, before int) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < leakTimeMax; runtime.Gosched() {
		if runtime.NumGoroutine() <= before {
			return
		}
	}
	stacks := make([]byte, 1<<20)
	t.Fatalf("%d goroutines, want %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}

package bbolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// sample is a small log in a file, and what it holds.
type sample struct {
	dir, path string
	bytes     []byte
	events    []eventstore.RecordedEvent
	streams   map[string][]eventstore.RecordedEvent
}

// newSample writes a log of several commits whose buckets have branches, full parts of the index, and free pages.
func newSample(t testing.TB) sample {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var appends []eventstore.StreamAppend
	for i := range 420 {
		name := fmt.Sprintf("mentorship-%d", i%90)
		if i%2 == 0 {
			name = "person-long"
		}
		appends = append(appends, eventstore.StreamAppend{Stream: name, Events: []eventstore.NewEvent{newEvent(i)}})
	}
	for len(appends) > 0 {
		n := min(60, len(appends))
		if _, err := s.AppendBatch(t.Context(), appends[:n]); err != nil {
			t.Fatal(err)
		}
		appends = appends[n:]
	}
	made := sample{dir: dir, path: s.Path(), streams: map[string][]eventstore.RecordedEvent{}}
	for e, err := range s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		made.events = append(made.events, e)
		made.streams[e.Stream] = append(made.streams[e.Stream], e)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if made.bytes, err = os.ReadFile(made.path); err != nil {
		t.Fatal(err)
	}
	return made
}

func newEvent(n int) eventstore.NewEvent {
	return eventstore.NewEvent{
		ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Append(nil, n)), Type: domain.TypeSessionHeld,
		Meta: domain.Metadata{OccurredAt: time.Unix(int64(n), 0), Source: "test", Schema: 1},
		Data: fmt.Appendf(nil, `{"number":%d}`, n),
	}
}

// findings are what a damaged log showed.
type findings struct {
	openErr, verifyErr error
	short              []string // what could be read as if it were whole, and was not
}

// examine opens a log that may be damaged and reads all of it. Whatever is read must be as it was: a read may end in an
// error, but it may not give anything wrong.
func (want *sample) examine(t testing.TB, what string) findings {
	t.Helper()
	var found findings
	s, err := Open(want.dir, Options{ReadOnly: true})
	if err != nil {
		found.openErr = err
		return found
	}
	defer s.Close()
	_, found.verifyErr = s.Verify(t.Context(), nil)
	n := 0
	for e, err := range s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			isCorrupt(t, what, err)
			n = len(want.events)
			break
		}
		sameEvent(t, what, e, want.events[n])
		n++
	}
	if n != len(want.events) {
		found.short = append(found.short, fmt.Sprintf("log: %d events of %d", n, len(want.events)))
	}
	for name, events := range want.streams {
		n := 0
		for e, err := range s.ReadStream(t.Context(), name, 0, eventstore.Forward) {
			var missing *eventstore.StreamNotFoundError
			if errors.As(err, &missing) {
				break
			}
			if err != nil {
				isCorrupt(t, what, err)
				n = len(events)
				break
			}
			sameEvent(t, what, e, events[n])
			n++
		}
		if n != len(events) {
			found.short = append(found.short, fmt.Sprintf("stream %s: %d events of %d", name, n, len(events)))
		}
	}
	return found
}

func isCorrupt(t testing.TB, what string, err error) *eventstore.CorruptError {
	t.Helper()
	corrupt, ok := asCorrupt(err)
	if !ok {
		t.Fatalf("%s: got error %v, want %T", what, err, corrupt)
	}
	if corrupt.Path == "" {
		t.Fatalf("%s: error %q does not name the file", what, err)
	}
	return corrupt
}

func sameEvent(t testing.TB, what string, got, want eventstore.RecordedEvent) {
	t.Helper()
	g, w := got, want
	g.Data, w.Data = nil, nil
	if !reflect.DeepEqual(g, w) || !bytes.Equal(got.Data, want.Data) {
		t.Fatalf("%s: read silently wrong:\n%+v, want\n%+v", what, got, want)
	}
}

// TestFlippedBits flips one bit at a time, all over the file.
func TestFlippedBits(t *testing.T) {
	want := newSample(t)
	f, err := os.OpenFile(want.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	stride := 199
	if testing.Short() {
		stride = 509
	}
	page := os.Getpagesize()
	m, _, err := readMetas(f)
	if err != nil {
		t.Fatal(err)
	}
	high := int(m.high) * page
	flips, refused, named, harmless := 0, 0, 0, 0
	for offset := 0; offset < high; offset++ {
		inHeader := offset%page < pageHeaderBytes+elementBytes && offset%5 == 0 // most of what matters in a page is here
		if !(inHeader && !testing.Short()) && offset%stride != 0 {
			continue
		}
		bit := byte(1) << (offset / stride % 8)
		what := fmt.Sprintf("bit %08b at offset %d (page %d + %d)", bit, offset, offset/page, offset%page)
		write := func(b byte) {
			if _, err := f.WriteAt([]byte{b}, int64(offset)); err != nil {
				t.Fatal(err)
			}
		}
		write(want.bytes[offset] ^ bit)
		found := want.examine(t, what)
		write(want.bytes[offset])
		flips++
		switch {
		case found.openErr != nil:
			isCorrupt(t, what, found.openErr)
			refused++
		case found.verifyErr != nil:
			if corrupt := isCorrupt(t, what, found.verifyErr); corrupt.Offset < 0 && corrupt.Position.IsZero() &&
				corrupt.Reason == "" {
				t.Errorf("%s: %v names no place", what, corrupt)
			}
			named++
			if found.short != nil {
				t.Errorf("%s: verify says %v, but reads are short without an error: %v", what, found.verifyErr,
					found.short)
			}
		case found.short != nil:
			t.Errorf("%s: verify finds nothing, but reads are short: %v", what, found.short)
		default:
			harmless++
		}
	}
	t.Logf("%d flips: %d kept the log from opening, %d were named by verify, %d hit nothing in use",
		flips, refused, named, harmless)
	if found := want.examine(t, "restored"); found.openErr != nil || found.verifyErr != nil || found.short != nil {
		t.Fatalf("the restored file: %+v", found)
	}
}

// TestTruncated cuts the file at many lengths.
func TestTruncated(t *testing.T) {
	want := newSample(t)
	file, err := os.Open(want.path)
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := readMetas(file)
	_ = file.Close()
	if err != nil {
		t.Fatal(err)
	}
	used := int(m.high) * int(m.pageSize)
	for _, size := range []int{0, 1, 15, 16, 79, 80, 100, 4095, 4096, 4097, 8191, 8192, 12288, 16384, used / 2,
		used - 4096, used - 1, used, used + 1, len(want.bytes) - 1} {
		what := fmt.Sprintf("%d bytes of %d", size, used)
		if err := os.WriteFile(want.path, want.bytes[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		found := want.examine(t, what)
		if size < used {
			if found.openErr == nil {
				t.Fatalf("%s: opened", what)
			}
			isCorrupt(t, what, found.openErr)
			if _, err := Open(want.dir, Options{}); err == nil {
				t.Fatalf("%s: opened for writing", what)
			} else {
				isCorrupt(t, what, err)
			}
		} else if found.openErr != nil || found.verifyErr != nil || found.short != nil {
			t.Fatalf("%s: %+v", what, found)
		}
	}
}

// TestTruncatedWhileOpen cuts the file under an open store: reads beyond its end must fail, not end the process.
func TestTruncatedWhileOpen(t *testing.T) {
	want := newSample(t)
	s, err := Open(want.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.Truncate(want.path, 8192); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			isCorrupt(t, "read", err)
			return
		}
	}
	t.Fatal("a log cut short was read without an error")
}

// TestRewrittenRecord changes a record and its checksum, as someone would who wants to change history: the chain tells.
func TestRewrittenRecord(t *testing.T) {
	want := newSample(t)
	s, err := Open(want.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := newRawLog(t, s)
	w.rewrite(t, 77, func(b []byte) []byte {
		b = append([]byte(nil), b...)
		b[len(b)-2] ^= 1 // a digit of the data
		sealRecord(b, 77)
		return b
	})
	if _, err := s.Verify(t.Context(), nil); err == nil {
		t.Fatal("verify found nothing")
	} else {
		isCorrupt(t, "verify", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestVerify(t *testing.T) {
	want := newSample(t)
	s, err := Open(want.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	calls, lastDone := 0, uint64(0)
	report, err := s.Verify(t.Context(), func(done, total uint64) {
		if total != uint64(len(want.events)) || done < lastDone {
			t.Errorf("progress %d of %d", done, total)
		}
		calls, lastDone = calls+1, done
	})
	if err != nil {
		t.Fatal(err)
	}
	chain, err := s.Chain(t.Context())
	if err != nil || chain != report.Chain || chain.Hash == [32]byte{} {
		t.Fatalf("chain %+v, %v; verified %+v", chain, err, report.Chain)
	}
	if report.Events != uint64(len(want.events)) || report.Streams != uint64(len(want.streams)) || calls == 0 ||
		lastDone != report.Events {
		t.Fatalf("got %+v, %d calls", report, calls)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Verify(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v, want context.Canceled", err)
	}
}

func TestNotALog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, FileName)
	for _, text := range []string{"", "hello", string(make([]byte, 100_000))} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Open(dir, Options{})
		isCorrupt(t, fmt.Sprintf("a file of %d bytes", len(text)), err)
	}
}

package bbolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"laurel/eventstore"
)

func TestBackup(t *testing.T) {
	want := newSample(t)
	s, err := Open(want.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	copyDir := t.TempDir()
	path := filepath.Join(copyDir, FileName)
	if err := s.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	var invalid *eventstore.InvalidError
	if err := s.Backup(t.Context(), path); !errors.As(err, &invalid) {
		t.Fatalf("a backup over another file: got error %v, want %T", err, invalid)
	}
	if entries, err := os.ReadDir(copyDir); err != nil || len(entries) != 1 {
		t.Fatalf("the directory of the copy holds %v, %v", entries, err)
	}
	// What is appended after does not show in the copy.
	if _, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: "person-long",
		Events: []eventstore.NewEvent{newEvent(9999)}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want.dir = copyDir
	if found := want.examine(t, "the copy"); found.openErr != nil || found.verifyErr != nil || found.short != nil {
		t.Fatalf("%+v", found)
	}
	if err := s.Backup(t.Context(), path+"2"); !errors.Is(err, eventstore.ErrClosed) {
		t.Fatalf("got error %v, want %v", err, eventstore.ErrClosed)
	}
}

// TestVerifyAndBackupWhileWriting does both again and again under a writer: they see one commit, whole.
func TestVerifyAndBackupWhileWriting(t *testing.T) {
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	defer writing.Wait()
	defer cancel()
	for w := range 4 {
		writing.Go(func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("person-%d-%d", w, i%50)
				_, err := s.Append(ctx, eventstore.StreamAppend{Stream: name,
					Events: []eventstore.NewEvent{newEvent(w*1_000_000 + i*2), newEvent(w*1_000_000 + i*2 + 1)}})
				if errors.Is(err, context.Canceled) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	dir := t.TempDir()
	for i := range 10 {
		before, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		report, err := s.Verify(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if s.ComparePositions(report.Chain.Position, before) < 0 {
			t.Fatalf("verified up to %s, before the head at the beginning, %s", report.Chain.Position, before)
		}
		sub := filepath.Join(dir, strconv.Itoa(i))
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := s.Backup(t.Context(), filepath.Join(sub, FileName)); err != nil {
			t.Fatal(err)
		}
		copied := open(t, sub)
		copiedReport, err := copied.Verify(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if copiedReport.Events < report.Events {
			t.Fatalf("the copy has %d events, and %d were there before", copiedReport.Events, report.Events)
		}
		if err := copied.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordedTimesNeverGoBack(t *testing.T) {
	dir := t.TempDir()
	times := []int64{100, 50, 200, 10}
	clock := func() time.Time {
		now := times[0]
		times = times[1:]
		return time.Unix(now, 0)
	}
	var got []int64
	for i := range 4 {
		s, err := Open(dir, Options{Clock: clock}) // also across openings
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: "person-a",
			Events: []eventstore.NewEvent{newEvent(i)}}); err != nil {
			t.Fatal(err)
		}
		for e, err := range s.ReadStream(t.Context(), "person-a", eventstore.RevisionEnd, eventstore.Backward) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e.RecordedAt.Unix())
			break
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int64{100, 100, 200, 200} {
		if got[i] != want {
			t.Fatalf("recorded at %v", got)
		}
	}
}

func TestManyStreamsAndCommits(t *testing.T) {
	// Enough for branches in every bucket, groups that are cut, and a stream with a remembered set of fingerprints.
	s := open(t, t.TempDir())
	const n = 6000
	var appends []eventstore.StreamAppend
	for i := range n {
		name := "person-" + newEvent(i).ID.String()
		if i%2 == 0 {
			name = "person-long"
		}
		appends = append(appends, eventstore.StreamAppend{Stream: name, Events: []eventstore.NewEvent{newEvent(i)}})
	}
	results, err := s.AppendBatch(t.Context(), appends)
	if err != nil || len(results) != n {
		t.Fatalf("%d results, %v", len(results), err)
	}
	again, err := s.AppendBatch(t.Context(), appends)
	if err != nil {
		t.Fatal(err)
	}
	for i := range results {
		if again[i] != results[i] {
			t.Fatalf("append %d: retry got %+v, want %+v", i, again[i], results[i])
		}
	}
	report, err := s.Verify(t.Context(), nil)
	if err != nil || report.Events != n || report.Streams != n/2+1 {
		t.Fatalf("verify: %+v, %v", report, err)
	}
}

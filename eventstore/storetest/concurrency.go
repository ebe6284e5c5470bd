package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"laurel/eventstore"
)

var concurrencyCases = []testCase{
	{"of many writers at the same revision exactly one wins", testOneWins},
	{"of many writers with any none is lost", testNoneLost},
	{"many writers of one retry record it once", testConcurrentRetry},
	{"a failing writer does not fail its neighbours", testNeighbours},
	{"readers see prefixes while writers write", testPrefixes},
}

const writers = 32

// together runs f in many goroutines that begin at once.
func together(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		ready.Add(1)
		done.Go(func() {
			ready.Done()
			<-begin
			f(i)
		})
	}
	ready.Wait()
	close(begin)
	done.Wait()
}

func testOneWins(t *testing.T, s eventstore.Store) {
	expected := eventstore.NoStream
	for round := range 5 {
		errs := make([]error, writers)
		together(writers, func(i int) {
			_, errs[i] = s.Append(t.Context(), eventstore.StreamAppend{Stream: stream, Expected: expected,
				Events: events(round*1000+i*10, 2)})
		})
		won := 0
		for i, err := range errs {
			var conflict *eventstore.ConflictError
			switch {
			case err == nil:
				won++
			case !errors.As(err, &conflict):
				t.Fatalf("writer %d: %v", i, err)
			case conflict.Actual != eventstore.Revision(round*2+1):
				t.Fatalf("writer %d: conflict with actual revision %d, want %d", i, conflict.Actual, round*2+1)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d writers won, want 1", round, won)
		}
		expected = eventstore.Exact(eventstore.Revision(round*2 + 1))
	}
	if n := len(readStream(t, s, stream, 0, eventstore.Forward)); n != 10 {
		t.Fatalf("the stream has %d events, want 10", n)
	}
}

func testNoneLost(t *testing.T, s eventstore.Store) {
	const each = 20
	results := make([][each]eventstore.AppendResult, writers)
	together(writers, func(i int) {
		for j := range each {
			var err error
			results[i][j], err = s.Append(t.Context(), eventstore.StreamAppend{Stream: stream,
				Events: events(i*1000+j*10, 2)})
			if err != nil {
				t.Errorf("writer %d: %v", i, err)
				return
			}
		}
	})
	read := readStream(t, s, stream, 0, eventstore.Forward)
	if len(read) != writers*each*2 {
		t.Fatalf("the stream has %d events, want %d", len(read), writers*each*2)
	}
	checkOrder(t, s, read)
	for i := range results {
		for j, r := range results[i] {
			second := read[r.Revision]
			if second.ID != id(i*1000+j*10+1) || second.Position != r.Position || read[r.Revision-1].ID != id(i*1000+j*10) {
				t.Fatalf("append %d of writer %d is not at its revision %d", j, i, r.Revision)
			}
		}
	}
	checkOrder(t, s, readAll(t, s, eventstore.Position{}, eventstore.Filter{}))
}

func testConcurrentRetry(t *testing.T, s eventstore.Store) {
	results := make([]eventstore.AppendResult, writers)
	together(writers, func(i int) {
		var err error
		results[i], err = s.Append(t.Context(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.NoStream,
			Events: events(1, 3)})
		if err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	})
	for i := range results {
		if results[i] != results[0] {
			t.Fatalf("writer %d got %+v, writer 0 %+v", i, results[i], results[0])
		}
	}
	if n := len(readAll(t, s, eventstore.Position{}, eventstore.Filter{})); n != 3 {
		t.Fatalf("%d events recorded, want 3", n)
	}
}

func testNeighbours(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, event(1))
	cancelled := cancelled(t)
	together(writers, func(i int) {
		a := eventstore.StreamAppend{Stream: fmt.Sprintf("person-%d", i), Expected: eventstore.NoStream, Events: events(2, 3)}
		ctx, want := t.Context(), error(nil)
		switch i % 4 {
		case 1:
			a = eventstore.StreamAppend{Stream: stream, Expected: eventstore.Exact(5), Events: events(2, 3)}
			want = &eventstore.ConflictError{}
		case 2:
			a.Events = nil
			want = &eventstore.InvalidError{}
		case 3:
			ctx, want = cancelled, context.Canceled
		}
		_, err := s.Append(ctx, a)
		if fmt.Sprintf("%T", err) != fmt.Sprintf("%T", want) {
			t.Errorf("writer %d: got %v, want %T", i, err, want)
		}
	})
	if n := len(readAll(t, s, eventstore.Position{}, eventstore.Filter{})); n != 1+3*writers/4 {
		t.Fatalf("%d events recorded, want %d", n, 1+3*writers/4)
	}
}

func testPrefixes(t *testing.T, s eventstore.Store) {
	done := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		defer close(done)
		for i := range 200 {
			if _, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: fmt.Sprintf("person-%d", i%5),
				Events: events(i*10, 1+i%3)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	defer writing.Wait()
	var before []eventstore.RecordedEvent
	for finished := false; !finished; {
		select {
		case <-done:
			finished = true
		default:
		}
		head := head(t, s)
		read := readAll(t, s, eventstore.Position{}, eventstore.Filter{})
		if len(read) < len(before) {
			t.Fatalf("a read gave %d events after one that gave %d", len(read), len(before))
		}
		for i := range before {
			if before[i].ID != read[i].ID || before[i].Position != read[i].Position {
				t.Fatalf("event %d of the log changed from %s to %s", i, before[i].Position, read[i].Position)
			}
		}
		if !head.IsZero() && s.ComparePositions(read[len(read)-1].Position, head) < 0 {
			t.Fatalf("a read ended at %s, before the head %s at its beginning", read[len(read)-1].Position, head)
		}
		before = read
	}
	checkOrder(t, s, before)
}

// checkOrder wants positions to rise, recorded times not to fall, and revisions to be contiguous in each stream.
func checkOrder(t testing.TB, s eventstore.Store, read []eventstore.RecordedEvent) {
	t.Helper()
	next := map[string]eventstore.Revision{}
	for i, e := range read {
		if e.Revision != next[e.Stream] {
			t.Fatalf("event %d: revision %d of stream %q, want %d", i, e.Revision, e.Stream, next[e.Stream])
		}
		next[e.Stream]++
		if i == 0 {
			continue
		}
		if s.ComparePositions(read[i-1].Position, e.Position) >= 0 {
			t.Fatalf("event %d: position %s comes after %s", i, e.Position, read[i-1].Position)
		}
		if e.RecordedAt.Before(read[i-1].RecordedAt) {
			t.Fatalf("event %d: recorded at %s, before the one before it", i, e.RecordedAt)
		}
	}
}

func cancelled(t testing.TB) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

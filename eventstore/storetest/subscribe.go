package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"sync"
	"testing"

	"laurel/domain"
	"laurel/eventstore"
)

var subscribeCases = []testCase{
	{"an empty log is caught up at once", testSubscribeEmpty},
	{"catch up, caught up, live, caught up again", testSubscribeLive},
	{"from catching up to live under load, resumed from every checkpoint", testSubscribeUnderLoad},
	{"a filter that matches nothing moves the checkpoint", testSubscribeNothing},
	{"a filter with a rare match", testSubscribeRare},
	{"a slow consumer falls behind and loses nothing", testSubscribeSlow},
	{"cancellation and abandoned subscriptions", testSubscribeCancelled},
	{"closing the store ends a waiting subscription", testSubscribeClosed},
}

func testSubscribeEmpty(t *testing.T, s eventstore.Store) {
	next, stop := iter.Pull2(s.Subscribe(t.Context(), eventstore.Position{}, eventstore.Filter{}))
	defer stop()
	m, err, ok := next()
	if err != nil || !ok || m.Kind != eventstore.MessageCaughtUp || !m.Position.IsZero() {
		t.Fatalf("got %+v, %v, %v", m, err, ok)
	}
	result := mustAppend(t, s, stream, eventstore.NoStream, event(1))
	m, err, _ = next()
	if err != nil || m.Kind != eventstore.MessageEvent || m.Position != result.Position || m.Event.ID != id(1) {
		t.Fatalf("got %+v, %v", m, err)
	}
}

func testSubscribeLive(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, events(0, 3)...)
	next, stop := iter.Pull2(s.Subscribe(t.Context(), eventstore.Position{}, eventstore.Filter{}))
	defer stop()
	seen := 0
	for round := range 5 {
		// Events, then one signal that there are no more.
		for {
			m, err, _ := next()
			if err != nil {
				t.Fatal(err)
			}
			if m.Kind == eventstore.MessageCheckpoint {
				continue
			}
			if m.Kind == eventstore.MessageCaughtUp {
				if p := head(t, s); m.Position != p {
					t.Fatalf("caught up at %s, want the head %s", m.Position, p)
				}
				break
			}
			if m.Event.ID != id(seen) || m.Position != m.Event.Position {
				t.Fatalf("got event %s at %s, want number %d", m.Event.ID, m.Position, seen)
			}
			seen++
		}
		if want := 3 + 2*round; seen != want {
			t.Fatalf("caught up after %d events, want %d", seen, want)
		}
		mustAppend(t, s, stream, eventstore.Any, events(seen, 2)...)
	}
}

func testSubscribeUnderLoad(t *testing.T, s eventstore.Store) {
	const appends, each = 150, 4
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var writing sync.WaitGroup
	defer writing.Wait()
	for w := range 3 {
		writing.Go(func() {
			for i := range appends {
				if _, err := s.Append(ctx, eventstore.StreamAppend{Stream: fmt.Sprintf("person-%d", w),
					Events: events((w*appends+i)*each, each)}); err != nil {
					if !isCancelled(err) {
						t.Error(err)
					}
					return
				}
			}
		})
	}
	var seen []eventstore.RecordedEvent
	resumable := []eventstore.Position{{}}
	counts := []int{0} // events seen by then
	for m, err := range s.Subscribe(ctx, eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if m.Kind == eventstore.MessageEvent {
			seen = append(seen, m.Event)
		}
		resumable, counts = append(resumable, m.Position), append(counts, len(seen))
		if len(seen) == 3*appends*each {
			break
		}
	}
	checkOrder(t, s, seen)
	equalEvents(t, "the log", readAll(t, s, eventstore.Position{}, eventstore.Filter{}), seen)
	for i, p := range resumable {
		if i%17 != 0 && i < len(resumable)-3 {
			// Every position is tried with the first event after it, some with all of the rest.
			if counts[i] < len(seen) {
				checkResumed(t, s, p, seen[counts[i]:counts[i]+1])
			}
			continue
		}
		checkResumed(t, s, p, seen[counts[i]:])
	}
}

// checkResumed subscribes after a position and wants these events first.
func checkResumed(t *testing.T, s eventstore.Store, after eventstore.Position, want []eventstore.RecordedEvent) {
	t.Helper()
	n := 0
	for m, err := range s.Subscribe(t.Context(), after, eventstore.Filter{}) {
		if err != nil {
			t.Fatalf("resumed after %s: %v", after, err)
		}
		if m.Kind == eventstore.MessageCaughtUp && n < len(want) {
			t.Fatalf("resumed after %s: caught up after %d events, want %d", after, n, len(want))
		}
		if m.Kind == eventstore.MessageEvent && n < len(want) {
			if m.Event.ID != want[n].ID || m.Event.Position != want[n].Position {
				t.Fatalf("resumed after %s: event %d is at %s, want %s", after, n, m.Position, want[n].Position)
			}
			n++
		}
		if n == len(want) {
			return
		}
	}
}

func testSubscribeNothing(t *testing.T, s eventstore.Store) {
	const n = 3*eventstore.CheckpointEventsMax + 10
	for i := 0; i < n; i += 1000 {
		mustAppend(t, s, stream, eventstore.Any, events(i, min(1000, n-i))...)
	}
	whole := readAll(t, s, eventstore.Position{}, eventstore.Filter{})
	number := map[eventstore.Position]int{{}: 0}
	for i, e := range whole {
		number[e.Position] = i + 1
	}
	filter := eventstore.Filter{Types: []domain.EventType{"Nothing"}}
	last := 0
	next, stop := iter.Pull2(s.Subscribe(t.Context(), eventstore.Position{}, filter))
	defer stop()
	for last < n {
		m, err, _ := next()
		if err != nil || m.Kind == eventstore.MessageEvent {
			t.Fatalf("got %+v, %v", m, err)
		}
		at, known := number[m.Position]
		if !known || at < last || at-last > eventstore.CheckpointEventsMax {
			t.Fatalf("a checkpoint at event %d (%s) after one at event %d", at, m.Position, last)
		}
		last = at
	}
	// Live, too: what is left out now shows in the next signal.
	result := mustAppend(t, s, stream, eventstore.Any, event(n))
	for {
		m, err, _ := next()
		if err != nil || m.Kind == eventstore.MessageEvent {
			t.Fatalf("got %+v, %v", m, err)
		}
		if m.Position == result.Position {
			return
		}
	}
}

func testSubscribeRare(t *testing.T, s eventstore.Store) {
	const n = 5000
	batch := events(0, n)
	var rare []int
	for i := range batch {
		if i%1777 == 5 || i == n-1 {
			batch[i].Type = domain.TypeGoalMet
			rare = append(rare, i)
		}
	}
	for i := 0; i < n; i += 1000 {
		mustAppend(t, s, stream, eventstore.Any, batch[i:i+1000]...)
	}
	filter := eventstore.Filter{Types: []domain.EventType{domain.TypeGoalMet}, Categories: []string{"mentorship"}}
	var seen int
	var resume []eventstore.Position
	for m, err := range s.Subscribe(t.Context(), eventstore.Position{}, filter) {
		if err != nil {
			t.Fatal(err)
		}
		resume = append(resume, m.Position)
		if m.Kind == eventstore.MessageCaughtUp {
			break
		}
		if m.Kind == eventstore.MessageEvent {
			if seen >= len(rare) || m.Event.ID != id(rare[seen]) {
				t.Fatalf("match %d is revision %d", seen, m.Event.Revision)
			}
			seen++
		}
	}
	if seen != len(rare) {
		t.Fatalf("%d matches, want %d", seen, len(rare))
	}
	for _, p := range resume {
		want := readAll(t, s, p, filter)
		for m, err := range s.Subscribe(t.Context(), p, filter) {
			if err != nil {
				t.Fatal(err)
			}
			if m.Kind == eventstore.MessageCaughtUp {
				break
			}
			if m.Kind == eventstore.MessageEvent {
				if len(want) == 0 || m.Event.ID != want[0].ID {
					t.Fatalf("resumed after %s: unexpected event at %s", p, m.Position)
				}
				want = want[1:]
			}
		}
		if len(want) != 0 {
			t.Fatalf("resumed after %s: %d events are missing", p, len(want))
		}
	}
}

func testSubscribeSlow(t *testing.T, s eventstore.Store) {
	// The consumer takes one message while the writer writes a hundred events: it falls far behind and yet gets all.
	const rounds, each = 40, 100
	next, stop := iter.Pull2(s.Subscribe(t.Context(), eventstore.Position{}, eventstore.Filter{}))
	defer stop()
	seen := 0
	take := func() {
		t.Helper()
		m, err, _ := next()
		if err != nil {
			t.Fatal(err)
		}
		if m.Kind == eventstore.MessageEvent {
			if m.Event.ID != id(seen) {
				t.Fatalf("event %d is revision %d", seen, m.Event.Revision)
			}
			seen++
		}
	}
	for i := range rounds {
		mustAppend(t, s, stream, eventstore.Any, events(i*each, each)...)
		take()
	}
	for seen < rounds*each {
		take()
	}
}

func testSubscribeCancelled(t *testing.T, s eventstore.Store) {
	mustAppend(t, s, stream, eventstore.NoStream, events(0, 100)...)
	before := runtime.NumGoroutine()
	if err := readError(s.Subscribe(cancelled(t), eventstore.Position{}, eventstore.Filter{})); !isCancelled(err) {
		t.Fatalf("got error %v, want context.Canceled", err)
	}
	// Cancelled while waiting: the consumer says when it waits by having caught up.
	ctx, cancel := context.WithCancel(t.Context())
	caughtUp, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var last error
		for m, err := range s.Subscribe(ctx, eventstore.Position{}, eventstore.Filter{}) {
			if last = err; m.Kind == eventstore.MessageCaughtUp {
				close(caughtUp)
			}
		}
		ended <- last
	}()
	<-caughtUp
	cancel()
	if err := <-ended; !isCancelled(err) {
		t.Fatalf("got error %v, want context.Canceled", err)
	}
	// Cancelled while working on a message.
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range s.Subscribe(ctx, eventstore.Position{}, eventstore.Filter{}) {
		if last = err; n == 10 {
			cancel()
		}
		n++
	}
	if !isCancelled(last) || n > 12 {
		t.Fatalf("ended with %v after %d messages", last, n)
	}
	for range 100 {
		for range s.Subscribe(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
			break
		}
	}
	mustAppend(t, s, stream, eventstore.Any, event(9999))
	noLeak(t, before)
}

func testSubscribeClosed(t *testing.T, s eventstore.Store) {
	caughtUp, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var last error
		for m, err := range s.Subscribe(context.Background(), eventstore.Position{}, eventstore.Filter{}) {
			if last = err; m.Kind == eventstore.MessageCaughtUp {
				close(caughtUp)
			}
		}
		ended <- last
	}()
	<-caughtUp
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, eventstore.ErrClosed) {
		t.Fatalf("got error %v, want %v", err, eventstore.ErrClosed)
	}
}

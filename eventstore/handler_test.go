package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

var handlerStream = "program-git"

func command(n int) domain.Command {
	return domain.DefineReward{
		CommandMeta: domain.CommandMeta{ID: handlerID(n), OccurredAt: time.Unix(int64(n), 0), Actor: "test"},
		Reward:      domain.Slug(fmt.Sprintf("reward-%d", n)), Title: "A reward", Capacity: 1,
	}
}

func handlerID(n int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n)) }

func handle(t *testing.T, s eventstore.Store, c domain.Command) (eventstore.Handled, error) {
	t.Helper()
	decider, err := domain.DeciderFor(handlerStream)
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.Handle(t.Context(), s, handlerStream, decider, c)
}

func openProgram(t *testing.T, s eventstore.Store) {
	t.Helper()
	c := domain.OpenProgram{CommandMeta: domain.CommandMeta{ID: handlerID(-1), OccurredAt: time.Unix(0, 0), Actor: "test"},
		Title: "Git"}
	if h, err := handle(t, s, c); err != nil || len(h.Events) != 1 || h.Revision != 0 {
		t.Fatalf("got %+v, %v", h, err)
	}
}

func TestHandleRefusesWhatTheDeciderRefuses(t *testing.T) {
	s := openMemory(t)
	if _, err := handle(t, s, command(1)); domain.ErrorCode(err) == "" {
		t.Fatalf("a reward of a program that is not open: got error %v", err)
	}
	if p, _ := s.Head(t.Context()); !p.IsZero() {
		t.Fatalf("head is %s", p)
	}
}

func TestHandleTwiceIsOnce(t *testing.T) {
	s := openMemory(t)
	openProgram(t, s)
	first, err := handle(t, s, command(1))
	if err != nil || len(first.Events) != 1 || first.Revision != 1 {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := handle(t, s, command(1))
	if err != nil || len(second.Events) != 0 || second.AppendResult != first.AppendResult {
		t.Fatalf("got %+v, %v, want %+v and no events", second, err, first)
	}
}

func TestHandleConcurrently(t *testing.T) {
	s := openMemory(t)
	openProgram(t, s)
	const commands = 12 // fewer than the attempts of one, of which each failed one is another's success
	var done sync.WaitGroup
	for n := range commands {
		for range 2 { // each command is sent twice
			done.Go(func() {
				if _, err := handle(t, s, command(n)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	done.Wait()
	seen := map[uuid.UUID]bool{}
	for e, err := range s.ReadStream(t.Context(), handlerStream, 0, eventstore.Forward) {
		if err != nil || seen[e.ID] {
			t.Fatalf("event %s: twice, or %v", e.ID, err)
		}
		seen[e.ID] = true
	}
	if len(seen) != commands+1 {
		t.Fatalf("%d events, want %d", len(seen), commands+1)
	}
}

// contested is a store in which another writer always comes first.
type contested struct {
	eventstore.Store
	appends int
}

func (c *contested) Append(_ context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	c.appends++
	return eventstore.AppendResult{}, &eventstore.ConflictError{Stream: a.Stream, Expected: a.Expected, Exists: true}
}

func TestHandleGivesUp(t *testing.T) {
	s := &contested{Store: openMemory(t)}
	openProgram(t, s.Store)
	_, err := handle(t, s, command(1))
	var conflict *eventstore.ConflictError
	if !errors.As(err, &conflict) || s.appends < 2 || s.appends > 100 {
		t.Fatalf("got error %v after %d attempts", err, s.appends)
	}
}

func TestHandleNamesTheEventThatDoesNotDecode(t *testing.T) {
	s := openMemory(t)
	if _, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: handlerStream, Events: []eventstore.NewEvent{{
		ID: handlerID(1), Type: "Unheard", Meta: domain.Metadata{OccurredAt: time.Unix(0, 0), Schema: 1}, Data: []byte("{}"),
	}}}); err != nil {
		t.Fatal(err)
	}
	var unknown *eventstore.UnknownTypeError
	if _, err := handle(t, s, command(1)); !errors.As(err, &unknown) {
		t.Fatalf("got error %v, want %T", err, unknown)
	}
}

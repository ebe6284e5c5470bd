package eventstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"laurel/domain"
)

// handleAttemptsMax bounds how often a command is decided anew because others wrote to its stream meanwhile. Each
// time, one of them has succeeded.
const handleAttemptsMax = 16

// Handled is what became of a command.
type Handled struct {
	Events []domain.Event // those that it led to now; none if it was carried out before
	AppendResult
}

// Handle carries out a command on a stream: it reads the stream, evolves the decider's state by its events, decides,
// and appends what was decided, expecting the stream to be as it was read. When another writer came first, it does so
// again, a bounded number of times; then the error is a *ConflictError.
//
// A command has an id, and so have its events: to repeat one whose outcome is not known, as after a lost connection, is
// safe. One that was carried out before leads to no events, and its result is the original one, also after later
// events. A command with the id of one that asked for something else fails with *CommandReusedError. Which of the two
// it is, is found out by deciding it again on the state that the earlier one found: the same command leads to the same
// types, payloads and times. Who sends it, and why, may differ.
//
// A command that the decider refuses fails with the decider's error as it is.
func Handle[State any](ctx context.Context, store Store, stream string, decider domain.Decider[State],
	command domain.Command) (Handled, error) {
	for attempt := 1; ; attempt++ {
		handled, expected, err := judge(ctx, store, stream, decider, command)
		if err != nil || len(handled.Events) == 0 {
			return handled, err
		}
		handled.AppendResult, err = appendEvents(ctx, store, stream, expected, handled.Events)
		if err == nil {
			return handled, nil
		}
		var conflict *ConflictError
		var reused *IDReusedError // by another command, since the stream was read
		if !errors.As(err, &conflict) && !errors.As(err, &reused) {
			return Handled{}, err
		}
		if attempt == handleAttemptsMax {
			return Handled{}, fmt.Errorf("after %d attempts: %w", attempt, err)
		}
	}
}

// Judge decides about a command as Handle does, and appends nothing: the events are those that it would lead to.
func Judge[State any](ctx context.Context, store Store, stream string, decider domain.Decider[State],
	command domain.Command) (Handled, error) {
	handled, _, err := judge(ctx, store, stream, decider, command)
	return handled, err
}

// judge reads a stream and decides. Where there is nothing to append, the result is that of the command when it was
// carried out before, and else the newest event of the stream.
func judge[State any](ctx context.Context, store Store, stream string, decider domain.Decider[State],
	command domain.Command) (handled Handled, expected Expected, err error) {
	state, newest, expected := decider.Initial, AppendResult{}, NoStream
	var first RecordedEvent  // that has the command's id
	var again []domain.Event // what the command led to there: those that were not seen yet
	for recorded, err := range store.ReadStream(ctx, stream, 0, Forward) {
		var missing *StreamNotFoundError
		if errors.As(err, &missing) {
			break
		}
		if err != nil {
			return Handled{}, expected, err
		}
		event, err := Decode(recorded)
		if err != nil {
			return Handled{}, expected, fmt.Errorf("read stream %q, revision %d: %w", stream, recorded.Revision, err)
		}
		newest = AppendResult{recorded.Revision, recorded.Position}
		if event.ID == command.Common().ID {
			first = recorded
			again, _ = decider.Decide(state, command) // one that was refused then is another command
		}
		if first.ID != uuid.Nil {
			if len(again) == 0 || !sameRequest(again[0], event) {
				return Handled{}, expected, Reused(first)
			}
			if again = again[1:]; len(again) == 0 {
				return Handled{AppendResult: newest}, expected, nil
			}
		}
		state, expected = decider.Evolve(state, event), Exact(recorded.Revision)
	}
	if first.ID != uuid.Nil {
		return Handled{}, expected, Reused(first)
	}
	events, err := decider.Decide(state, command)
	if err != nil || len(events) == 0 {
		return Handled{AppendResult: newest}, expected, err
	}
	return Handled{Events: events}, expected, nil
}

// sameRequest tells whether two events were asked for alike.
func sameRequest(a, b domain.Event) bool {
	if a.ID != b.ID || !a.Meta.OccurredAt.Equal(b.Meta.OccurredAt) {
		return false
	}
	a.Payload, b.Payload = domain.Requested(a.Payload), domain.Requested(b.Payload)
	x, errX := Encode(a)
	y, errY := Encode(b)
	return errX == nil && errY == nil && x.Type == y.Type && bytes.Equal(x.Data, y.Data)
}

// appendEvents records events at the end of a stream.
func appendEvents(ctx context.Context, store Store, stream string, expected Expected, events []domain.Event) (
	AppendResult, error) {
	a := StreamAppend{Stream: stream, Expected: expected, Events: make([]NewEvent, len(events))}
	for i := range events {
		var err error
		if a.Events[i], err = Encode(events[i]); err != nil {
			return AppendResult{}, err
		}
	}
	return store.Append(ctx, a)
}

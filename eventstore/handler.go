package eventstore

import (
	"context"
	"errors"
	"fmt"

	"laurel/domain"
)

// handleAttemptsMax bounds how often a command is decided anew because others wrote to its stream meanwhile. Each
// time, one of them has succeeded.
const handleAttemptsMax = 16

// Handled is what became of a command.
type Handled struct {
	Events []domain.Event // those that it led to; none if it was carried out before
	AppendResult
}

// Handle carries out a command on a stream: it reads the stream, evolves the decider's state by its events, decides,
// and appends what was decided, expecting the stream to be as it was read. When another writer came first, it does so
// again, a bounded number of times; then the error is a *ConflictError.
//
// A command has an id, and so have its events: to repeat one whose outcome is not known, as after a lost connection, is
// safe. One that was carried out before leads to no events, and its result is the newest event of the stream, which is
// not before its own.
//
// A command that the decider refuses fails with the decider's error as it is.
func Handle[State any](ctx context.Context, store Store, stream string, decider domain.Decider[State],
	command domain.Command) (Handled, error) {
	for attempt := 1; ; attempt++ {
		handled, err := handleOnce(ctx, store, stream, decider, command)
		var conflict *ConflictError
		if !errors.As(err, &conflict) {
			return handled, err
		}
		if attempt == handleAttemptsMax {
			return Handled{}, fmt.Errorf("after %d attempts: %w", attempt, err)
		}
	}
}

func handleOnce[State any](ctx context.Context, store Store, stream string, decider domain.Decider[State],
	command domain.Command) (Handled, error) {
	state, newest, expected := decider.Initial, AppendResult{}, NoStream
	for recorded, err := range store.ReadStream(ctx, stream, 0, Forward) {
		var missing *StreamNotFoundError
		if errors.As(err, &missing) {
			break
		}
		if err != nil {
			return Handled{}, err
		}
		event, err := Decode(recorded)
		if err != nil {
			return Handled{}, fmt.Errorf("read stream %q, revision %d: %w", stream, recorded.Revision, err)
		}
		state = decider.Evolve(state, event)
		newest, expected = AppendResult{recorded.Revision, recorded.Position}, Exact(recorded.Revision)
	}
	events, err := decider.Decide(state, command)
	if err != nil || len(events) == 0 {
		return Handled{AppendResult: newest}, err
	}
	a := StreamAppend{Stream: stream, Expected: expected, Events: make([]NewEvent, len(events))}
	for i := range events {
		if a.Events[i], err = Encode(events[i]); err != nil {
			return Handled{}, err
		}
	}
	result, err := store.Append(ctx, a)
	if err != nil {
		return Handled{}, err
	}
	return Handled{Events: events, AppendResult: result}, nil
}

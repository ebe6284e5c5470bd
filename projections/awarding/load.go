package awarding

import (
	"context"
	"errors"
	"fmt"

	"laurel/domain"
	"laurel/eventstore"
)

// load folds a stream into its state, which is the initial one for a stream that does not exist.
func load[State any](ctx context.Context, store eventstore.Store, stream string, decider domain.Decider[State],
) (State, error) {
	state := decider.Initial
	for recorded, err := range store.ReadStream(ctx, stream, 0, eventstore.Forward) {
		var missing *eventstore.StreamNotFoundError
		if errors.As(err, &missing) {
			break
		}
		if err != nil {
			return state, err
		}
		event, err := eventstore.Decode(recorded)
		if err != nil {
			return state, fmt.Errorf("read stream %q, revision %d: %w", stream, recorded.Revision, err)
		}
		state = decider.Evolve(state, event)
	}
	return state, nil
}

// refused tells whether a rule stands against a command; any other error says nothing about the rules.
func refused(err error) bool { return domain.ErrorCode(err) != "" }

// stepTaken passes over that a step was taken before. Its id follows from what it is about, so that it is taken once: it
// does not matter who has taken it, when, and for which reason.
func stepTaken(err error) error {
	var reused *eventstore.CommandReusedError
	if errors.As(err, &reused) {
		return nil
	}
	return err
}

package eventstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// FindEvent finds an event by its id anywhere in the log. It reads the log from its beginning.
func FindEvent(ctx context.Context, store Store, id uuid.UUID) (event RecordedEvent, found bool, err error) {
	for chunk, err := range ReadChunks(ctx, store, Position{}, Filter{}) {
		if err != nil {
			return RecordedEvent{}, false, fmt.Errorf("look for event %s: %w", id, err)
		}
		for i := range chunk {
			if chunk[i].ID == id {
				return chunk[i], true, nil
			}
		}
	}
	return RecordedEvent{}, false, nil
}

// HeldID is a store in which an event has the id of a command: no other stream takes that id.
type HeldID struct {
	Store
	By RecordedEvent
}

// Append implements Store.
func (s HeldID) Append(ctx context.Context, a StreamAppend) (AppendResult, error) {
	if a.Stream != s.By.Stream && slices.ContainsFunc(a.Events, func(e NewEvent) bool { return e.ID == s.By.ID }) {
		return AppendResult{}, Reused(s.By)
	}
	return s.Store.Append(ctx, a)
}

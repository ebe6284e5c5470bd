package eventstore

import (
	"context"
	"fmt"

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

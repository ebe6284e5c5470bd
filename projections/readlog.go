package projections

import (
	"context"
	"fmt"
	"math"
	"time"

	"laurel/domain"
	"laurel/eventstore"
)

// Model is a read model that folds the log: Apply takes events that follow, in log order, those applied before.
type Model interface {
	Apply(events []eventstore.RecordedEvent) error
}

// Extent is how far the log was read.
type Extent struct {
	Position eventstore.Position // of the newest event read
	Events   int
	newest   int64 // Unix nanoseconds
}

// Newest returns the newest occurred at of any event read, and false when there was none.
func (x Extent) Newest() (time.Time, bool) {
	if x.Events == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, x.newest).UTC(), true
}

// ReadLog folds the events that a filter selects into models, all in one pass, up to a position; nil for everything
// recorded so far. A directory among the models also forgets whoever was erased after the position.
func ReadLog(ctx context.Context, store eventstore.Store, filter eventstore.Filter, upTo *eventstore.Position,
	models ...Model) (Extent, error) {
	x := Extent{newest: math.MinInt64}
	if upTo != nil && upTo.IsZero() {
		return x, nil // nothing was known before the first event
	}
	for events, err := range eventstore.ReadChunks(ctx, store, eventstore.Position{}, filter) {
		if err != nil {
			return x, fmt.Errorf("read the log: %w", err)
		}
		n := len(events)
		for upTo != nil && n > 0 && store.ComparePositions(events[n-1].Position, *upTo) > 0 {
			n--
		}
		for i := range events[:n] {
			x.newest = max(x.newest, events[i].Meta.OccurredAt.UnixNano())
		}
		for _, m := range models {
			if err := m.Apply(events[:n]); err != nil {
				return x, err
			}
		}
		if n > 0 {
			x.Position, x.Events = events[n-1].Position, x.Events+n
		}
		if n < len(events) {
			break
		}
	}
	if upTo == nil {
		return x, nil
	}
	for _, m := range models {
		if people, ok := m.(*People); ok {
			if err := people.ForgetSince(ctx, store, *upTo); err != nil {
				return x, err
			}
		}
	}
	return x, nil
}

// readCategory folds the streams of one category into a model, up to a position; nil is the end of the log.
func readCategory(ctx context.Context, store eventstore.Store, category string, upTo *eventstore.Position, m Model) error {
	_, err := ReadLog(ctx, store, eventstore.Filter{Categories: []string{category}}, upTo, m)
	return err
}

// applyCategory passes the events of one category of streams on, and leaves the others.
func applyCategory(events []eventstore.RecordedEvent, category string, apply func(*eventstore.RecordedEvent) error) error {
	for i := range events {
		if domain.Category(events[i].Stream) != category {
			continue
		}
		if err := apply(&events[i]); err != nil {
			return err
		}
	}
	return nil
}

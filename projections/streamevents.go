package projections

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// streamEvents are the events of a stream as read models keep them: in order of (occurred at, place in the log), without
// those that were voided. Nothing in them refers to what the log was read into, which would stay in memory with them.
type streamEvents []streamEvent

// streamEvent is one of them.
type streamEvent struct {
	id      uuid.UUID
	at      int64 // occurred at, Unix nanoseconds
	payload domain.Payload
}

// take takes in an event that follows, in log order, those taken in before.
func (l *streamEvents) take(recorded eventstore.RecordedEvent) error {
	event, err := eventstore.Decode(recorded)
	if err != nil {
		return err
	}
	if void, ok := event.Payload.(*domain.EventVoided); ok {
		*l = slices.DeleteFunc(*l, func(e streamEvent) bool { return e.id == void.EventID })
		return nil
	}
	kept := streamEvent{event.ID, event.Meta.OccurredAt.UnixNano(), event.Payload}
	at := len(*l)
	for at > 0 && (*l)[at-1].at > kept.at {
		at--
	}
	*l = slices.Insert(*l, at, kept)
	return nil
}

// detached returns an event that does not refer to what the log was read into.
func detached(e domain.Event) domain.Event {
	m := &e.Meta
	for _, s := range []*string{&m.Actor, &m.Source, &m.CorrelationID, &m.CausationID} {
		*s = strings.Clone(*s)
	}
	return e
}

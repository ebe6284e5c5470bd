package domain

import "github.com/google/uuid"

// EventVoided corrects a mistake: the event that it names, of the same stream, stays in the log and no longer counts.
type EventVoided struct {
	EventID uuid.UUID `json:"event_id"`
	Reason  string    `json:"reason"` // a code, such as entered-twice: a slug
}

func (*EventVoided) EventType() EventType { return TypeEventVoided }

package domain

import (
	"strconv"
	"time"

	"github.com/google/uuid"
)

// CommandMeta is what every command carries beside what it asks for. Its events get it as their metadata.
type CommandMeta struct {
	// ID becomes the id of the command's first event; a further one gets version 5 of (ID, its index). A command whose
	// ID is already that of an event in the stream decides nothing: it was carried out before, or another one was that
	// has no right to the same ID. Whoever has the events at hand tells the two apart, as eventstore.Handle does.
	ID uuid.UUID

	OccurredAt    time.Time
	Actor         string
	Source        string
	CorrelationID string
	CausationID   string

	// Imported says that the events happened elsewhere and are only being copied. They may come late and out of order:
	// rules about the order of times are not applied, and a goal may be met that was never set here.
	Imported bool
}

// Common returns the command's metadata.
func (m CommandMeta) Common() CommandMeta { return m }

// Command asks for something to be recorded. Commands are the structs of this package; see also Record.
type Command interface {
	Common() CommandMeta

	// payload is the event that the command asks for.
	payload() Payload
}

// eventID is the id of the command's event at an index.
func (m *CommandMeta) eventID(index int) uuid.UUID {
	if index == 0 {
		return m.ID
	}
	return uuid.NewSHA1(m.ID, strconv.AppendInt(nil, int64(index), 10))
}

// event makes the command's event at an index.
func (m *CommandMeta) event(index int, p Payload) Event {
	return Event{
		ID: m.eventID(index),
		Meta: Metadata{
			OccurredAt:    m.OccurredAt.Round(0).UTC(),
			Actor:         m.Actor,
			Source:        m.Source,
			CorrelationID: m.CorrelationID,
			CausationID:   m.CausationID,
			Schema:        SchemaOf(p.EventType()),
		},
		Payload: p,
	}
}

// Requested returns what of a payload was asked for. The report in a proposal or an approval, and the position that it
// was computed from, say how the log was then; the same command, sent again later, comes with others.
func Requested(p Payload) Payload {
	switch v := p.(type) {
	case *CriteriaProposed:
		asked := *v
		asked.Impact, asked.Position = nil, ""
		return &asked
	case *CriteriaApproved:
		asked := *v
		asked.Impact, asked.Position = nil, ""
		return &asked
	}
	return p
}

// Record asks for an event that is ready-made, for example one read from a file. The same rules judge it that judge
// the other commands.
type Record struct {
	Event    Event
	Imported bool
}

// Common implements Command.
func (r Record) Common() CommandMeta {
	return CommandMeta{
		ID:            r.Event.ID,
		OccurredAt:    r.Event.Meta.OccurredAt,
		Actor:         r.Event.Meta.Actor,
		Source:        r.Event.Meta.Source,
		CorrelationID: r.Event.Meta.CorrelationID,
		CausationID:   r.Event.Meta.CausationID,
		Imported:      r.Imported,
	}
}

func (r Record) payload() Payload { return r.Event.Payload }

// VoidEvent corrects a mistake in the stream that it is sent to.
type VoidEvent struct {
	CommandMeta
	EventID uuid.UUID
	Reason  string
}

func (c VoidEvent) payload() Payload { return &EventVoided{EventID: c.EventID, Reason: c.Reason} }

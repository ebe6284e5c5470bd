package synthetic

import (
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Source is the source in the metadata of generated events, and Actor their actor, but for consents: those are the
// person's own.
const (
	Source = "synthetic"
	Actor  = "generate"
)

// Event is one generated event in a compact form, from which the payload derives. Which fields mean something depends
// on Type; the others are zero.
type Event struct {
	Ordinal    uint64 // place in the history, from 0
	Type       domain.EventType
	ID         uuid.UUID
	OccurredAt int64 // Unix nanoseconds; before that of an earlier event where it was recorded late

	// The stream: the program's for ProgramOpened, the person's where Person is set, else the mentorship's.
	Program    domain.Slug // also of every event of a mentorship
	Person     uuid.UUID
	Mentorship uuid.UUID
	Mentor     uuid.UUID // of every event of a mentorship
	Mentee     uuid.UUID

	By        uuid.UUID // who attests, confirms, gives feedback or writes
	Target    uuid.UUID // the session confirmed, or the event voided
	Channel   string    // of SessionHeld
	Skill     string
	Minutes   int
	Levels    int // of PromotionRecorded and SkillAttested
	Rating    domain.Rating
	Rater     domain.Rater
	Visible   domain.Visibility
	Confirmed bool
	Attested  bool

	audience domain.Audience
	number   uint32 // of a goal, milestone, request, project, thread; an index into a vocabulary
	roadmap  uint8
	asked    bool // the feedback answers request number
	reason   domain.EndReason
	name     personName // of Person, for PersonRegistered
}

// Stream names the event's stream.
func (e *Event) Stream() string {
	switch {
	case e.Person != uuid.Nil:
		return domain.PersonStream(e.Person)
	case e.Mentorship != uuid.Nil:
		return domain.MentorshipStream(e.Mentorship)
	}
	return domain.ProgramStream(e.Program)
}

// Domain returns the event as the domain has it.
func (e *Event) Domain() domain.Event {
	return domain.Event{
		ID: e.ID,
		Meta: domain.Metadata{
			OccurredAt: time.Unix(0, e.OccurredAt).UTC(), Actor: e.actor(), Source: Source, Schema: domain.SchemaOf(e.Type),
		},
		Payload: e.Payload(),
	}
}

func (e *Event) actor() string {
	if e.Type == domain.TypeConsentGranted || e.Type == domain.TypeConsentWithdrawn {
		return e.Person.String()
	}
	return Actor
}

// Item returns the event as something to ingest. A person who is known from elsewhere is passed over.
func (e *Event) Item() eventstore.IngestItem {
	return eventstore.IngestItem{
		Stream: e.Stream(), Event: e.Domain(),
		Optional: e.Type == domain.TypePersonRegistered || e.Type == domain.TypeProgramOpened,
		Place:    eventstore.Place{Line: int(e.Ordinal) + 1},
	}
}

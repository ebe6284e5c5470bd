package projections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// IDs returns everybody in the directory.
func (p *People) IDs() []uuid.UUID {
	ids := make([]uuid.UUID, 0, len(p.byID))
	for id := range p.byID {
		ids = append(ids, id)
	}
	sortIDs(ids)
	return ids
}

// PersonRecord holds what a person's stream says about them.
type PersonRecord struct {
	id     uuid.UUID
	events streamEvents
}

// ReadPersonRecord reads a person's stream up to a position; nil for everything recorded so far.
func ReadPersonRecord(ctx context.Context, store eventstore.Store, id uuid.UUID, upTo *eventstore.Position) (
	*PersonRecord, error) {
	r, stream := &PersonRecord{id: id}, domain.PersonStream(id)
	for e, err := range store.ReadStream(ctx, stream, 0, eventstore.Forward) {
		var missing *eventstore.StreamNotFoundError
		switch {
		case errors.As(err, &missing):
			return r, nil
		case err != nil:
			return nil, fmt.Errorf("read stream %q: %w", stream, err)
		}
		if upTo != nil && store.ComparePositions(e.Position, *upTo) > 0 {
			break
		}
		if err := r.Apply([]eventstore.RecordedEvent{e}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Apply implements Model.
func (r *PersonRecord) Apply(events []eventstore.RecordedEvent) error {
	stream := domain.PersonStream(r.id)
	for i := range events {
		if events[i].Stream != stream {
			continue
		}
		if err := r.events.take(events[i]); err != nil {
			return err
		}
	}
	return nil
}

// PersonView is a person as they were at a time.
type PersonView struct {
	Party
	Email        string    `json:"email,omitempty"`
	RegisteredAt time.Time `json:"registered_at,omitzero"`
	ErasedAt     time.Time `json:"erased_at,omitzero"`
	Units        []Unit    `json:"units"`
	Outcomes     []Outcome `json:"outcomes"`
}

// Unit is a part of the organisation that the person was in from a time on.
type Unit struct {
	Unit    string      `json:"unit"`
	Program domain.Slug `json:"program,omitempty"`
	Since   time.Time   `json:"since"`
}

// Outcome is something that the person achieved: a skill, a project or a promotion.
type Outcome struct {
	Event    uuid.UUID        `json:"event"`
	At       time.Time        `json:"at"`
	Type     domain.EventType `json:"type"`
	Skill    string           `json:"skill,omitempty"`
	Level    int              `json:"level,omitempty"` // of a skill
	Project  string           `json:"project,omitempty"`
	Levels   int              `json:"levels,omitempty"` // of a promotion
	To       string           `json:"to,omitempty"`     // of a promotion
	By       *Party           `json:"by,omitempty"`
	Attested bool             `json:"attested"`
	Personal *NoteText        `json:"personal,omitempty"` // of a project, its title
}

// At returns the person as they were at a time. Without a directory, neither names nor texts are shown.
func (r *PersonRecord) At(people *People, asOf time.Time) PersonView {
	view := PersonView{Party: partyOf(people, r.id), Units: []Unit{}, Outcomes: []Outcome{}}
	if people != nil {
		contact, _ := people.Contact(r.id)
		view.Email = contact.Email
	}
	shown := people.texts()
	for _, e := range r.events {
		at := unixUTC(e.at)
		if at.After(asOf) {
			break
		}
		outcome := Outcome{Event: e.id, At: at, Type: e.payload.EventType()}
		var by uuid.UUID
		switch p := e.payload.(type) {
		case *domain.PersonRegistered:
			view.RegisteredAt = at
			continue
		case *domain.PersonErased:
			view.ErasedAt = at
			continue
		case *domain.PersonJoinedUnit:
			view.Units = append(view.Units, Unit{p.Unit, p.Program, at})
			continue
		case *domain.SkillAttested:
			outcome.Skill, outcome.Level, by, outcome.Attested = p.Skill, p.Level, p.By, p.Attested
		case *domain.ProjectCompleted:
			outcome.Project, outcome.Skill, by, outcome.Attested = p.Project, p.Skill, p.By, p.Attested
			if title := shown.show(p.Personal.Of, p.Personal.Title); title != "" {
				outcome.Personal = &NoteText{partyOf(people, p.Personal.Of), title}
			}
		case *domain.PromotionRecorded:
			outcome.Levels, outcome.To, by, outcome.Attested = p.Levels, p.To, p.By, p.Attested
		default:
			continue
		}
		if by != uuid.Nil {
			attester := partyOf(people, by)
			outcome.By = &attester
		}
		view.Outcomes = append(view.Outcomes, outcome)
	}
	return view
}

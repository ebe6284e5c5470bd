package digest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Source is what digests of one program are made from, as it was known at a position.
type Source struct {
	Program  domain.Slug
	Position eventstore.Position
	Newest   time.Time // occurred_at of what is newest in it

	people   *projections.People
	consents *projections.Consents
	present  *projections.Consents // as known now, whatever the position
	register *projections.Register
	members  map[uuid.UUID]bool // whoever was ever said to have to do with the program

	title     string
	roadmaps  map[domain.Slug]string // title
	documents map[string]*criteria.Document
	rooms     map[uuid.UUID]*room // by mentorship, of every program
	happened  []happening         // in log order
	voided    map[voidKey]bool
}

// room is a mentorship as far as a digest needs it.
type room struct {
	starts []roomStart // in log order; the first that is not voided counts
}

type roomStart struct {
	event   uuid.UUID
	at      time.Time
	program domain.Slug
	mentee  uuid.UUID
}

// happening is an event that may be news.
type happening struct {
	stream  domain.StreamID
	id      uuid.UUID
	at      time.Time
	payload domain.Payload
}

// voidKey names an event of a stream; voids reach only the events of their own.
type voidKey struct{ stream, event uuid.UUID }

// types are the events that a digest reads, voids beside them.
var types = []domain.EventType{
	domain.TypePersonRegistered, domain.TypePersonJoinedUnit, domain.TypePersonErased, domain.TypeConsentGranted,
	domain.TypeConsentWithdrawn, domain.TypePromotionRecorded, domain.TypeMentorshipStarted,
	domain.TypeThreadPosted, domain.TypeMilestoneReached, domain.TypeGoalMet, domain.TypeProgramOpened,
	domain.TypeRoadmapDefined, domain.TypeCriteriaProposed, domain.TypeCriteriaActivated, domain.TypeAwardProposed,
	domain.TypeAwardGranted, domain.TypeAwardDeclined, domain.TypeAwardKept, domain.TypeAwardRevoked,
	domain.TypeAwardExpired, domain.TypeEventVoided,
}

// Read reads the log up to a position; nil is its end. Who was erased or has taken a consent back after the position is
// known all the same: a digest is read today.
func Read(ctx context.Context, store eventstore.Store, program domain.Slug, upTo *eventstore.Position) (*Source, error) {
	s := &Source{
		Program: program, people: projections.NewPeople(), consents: projections.NewConsents(),
		register: projections.NewRegister(), roadmaps: map[domain.Slug]string{},
		documents: map[string]*criteria.Document{}, members: map[uuid.UUID]bool{},
		rooms: map[uuid.UUID]*room{}, voided: map[voidKey]bool{},
	}
	for e, err := range store.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{Types: types}) {
		if err != nil {
			return nil, fmt.Errorf("read the log: %w", err)
		}
		if upTo != nil && store.ComparePositions(e.Position, *upTo) > 0 {
			break
		}
		if err := s.apply(&e); err != nil {
			return nil, err
		}
	}
	if upTo == nil {
		head, err := store.Head(ctx)
		s.Position, s.present = head, s.consents
		return s, err
	}
	if err := s.people.ForgetSince(ctx, store, *upTo); err != nil {
		return nil, err
	}
	present, err := projections.ReadConsents(ctx, store, nil)
	s.Position, s.present = *upTo, present
	return s, err
}

func (s *Source) apply(e *eventstore.RecordedEvent) error {
	if s.Newest.Before(e.Meta.OccurredAt) {
		s.Newest = e.Meta.OccurredAt
	}
	stream, err := domain.ParseStream(e.Stream)
	if err != nil {
		return fmt.Errorf("event %s at position %s: %w", e.ID, e.Position, err)
	}
	one := []eventstore.RecordedEvent{*e}
	switch stream.Category {
	case domain.CategoryAward:
		return s.register.Apply(one)
	case domain.CategoryPerson:
		if err := s.people.Apply(one); err != nil {
			return err
		}
		if err := s.consents.Apply(one); err != nil {
			return err
		}
	case domain.CategoryProgram, domain.CategoryCriteria:
		if stream.Slug != s.Program {
			return nil
		}
	}
	event, err := eventstore.Decode(*e)
	if err != nil {
		return err
	}
	s.applyEvent(stream, event)
	return nil
}

// applyEvent takes in an event of a mentorship, a person, or the program and its criteria.
func (s *Source) applyEvent(stream domain.StreamID, e domain.Event) {
	switch p := e.Payload.(type) {
	case *domain.EventVoided:
		s.voided[voidKey{stream.ID, p.EventID}] = true
	case *domain.PersonJoinedUnit:
		s.joins(stream.ID, p.Program)
	case *domain.MentorshipStarted:
		r := s.rooms[stream.ID]
		if r == nil {
			r = &room{}
			s.rooms[stream.ID] = r
		}
		r.starts = append(r.starts, roomStart{e.ID, e.Meta.OccurredAt, p.Program, p.Mentee})
		s.joins(p.Mentor, p.Program)
		s.joins(p.Mentee, p.Program)
	case *domain.ThreadPosted, *domain.MilestoneReached, *domain.GoalMet, *domain.PromotionRecorded:
		s.happened = append(s.happened, happening{stream, e.ID, e.Meta.OccurredAt, e.Payload})
	case *domain.ProgramOpened:
		s.title = clean(p.Title)
	case *domain.RoadmapDefined:
		s.roadmaps[p.Roadmap] = clean(p.Title)
	case *domain.CriteriaProposed:
		s.addDocument(p.Hash, p.Document)
	case *domain.CriteriaActivated:
		s.addDocument(p.Hash, p.Document)
	}
}

func (s *Source) joins(person uuid.UUID, program domain.Slug) {
	if program == s.Program {
		s.members[person] = true
	}
}

// addDocument keeps a criteria document for the names of its tiers. One that cannot be read is left out: its tiers are
// then called by their ids.
func (s *Source) addDocument(hash, text string) {
	if text == "" || s.documents[hash] != nil {
		return
	}
	if doc, findings := criteria.Parse(hash, []byte(text)); findings.Err() == nil {
		s.documents[hash] = doc
	}
}

// start returns how a mentorship of the program started.
func (s *Source) start(mentorship uuid.UUID) (roomStart, bool) {
	r := s.rooms[mentorship]
	if r == nil {
		return roomStart{}, false
	}
	for _, start := range r.starts {
		if !s.voided[voidKey{mentorship, start.event}] {
			return start, start.program == s.Program
		}
	}
	return roomStart{}, false
}

// mentees returns since when each person is a mentee in the program.
func (s *Source) mentees() map[uuid.UUID]time.Time {
	since := map[uuid.UUID]time.Time{}
	for id := range s.rooms {
		if start, ok := s.start(id); ok {
			if first, known := since[start.mentee]; !known || start.at.Before(first) {
				since[start.mentee] = start.at
			}
		}
	}
	return since
}

// TextVersions tells under which text versions people consented to be named before an audience, as of a time.
func (s *Source) TextVersions(audience domain.Audience, asOf time.Time) []projections.ConsentCount {
	var found []projections.ConsentCount
	for _, c := range s.consents.Counts(asOf) {
		if c.Audience == audience {
			found = append(found, c)
		}
	}
	return found
}

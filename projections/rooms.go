package projections

import (
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Rooms holds every mentorship of a log, as far as looking at many needs it: who, in which program, when they met,
// rested and ended, and what feedback was asked and given. It holds nothing personal; a Room does, of one mentorship.
//
// Apply may be called again as the log grows. What was true at a time is asked with that time; what was known at a
// position is a Rooms that was read up to there.
type Rooms struct {
	logs     []roomLog
	byID     map[uuid.UUID]uint32
	byPerson map[uuid.UUID][]uint32 // those that a person was ever in, in log order
	erased   map[uuid.UUID]bool     // people of whom nothing more is asked
}

// NewRooms returns the mentorships of an empty log.
func NewRooms() *Rooms {
	return &Rooms{byID: map[uuid.UUID]uint32{}, byPerson: map[uuid.UUID][]uint32{}, erased: map[uuid.UUID]bool{}}
}

// Apply implements Model.
func (r *Rooms) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		e := &events[i]
		if e.Type == domain.TypePersonErased {
			if stream, err := domain.ParseStream(e.Stream); err == nil {
				r.erased[stream.ID] = true
			}
			continue
		}
		text, ok := strings.CutPrefix(e.Stream, domain.CategoryMentorship+"-")
		if !ok {
			continue
		}
		id, err := uuid.Parse(text)
		if err != nil {
			continue // no mentorship's
		}
		index, known := r.byID[id]
		if !known {
			index = uint32(len(r.logs))
			r.byID[id] = index
			r.logs = append(r.logs, roomLog{id: id})
		}
		log := &r.logs[index]
		if err := log.apply(e, false); err != nil {
			return err
		}
		if e.Type == domain.TypeMentorshipStarted && log.start != nil {
			r.enter(log.start.Mentor, index)
			r.enter(log.start.Mentee, index)
		}
	}
	return nil
}

// enter notes that a person is in a mentorship.
func (r *Rooms) enter(person uuid.UUID, index uint32) {
	rooms := r.byPerson[person]
	if at, known := slices.BinarySearch(rooms, index); !known {
		r.byPerson[person] = slices.Insert(rooms, at, index)
	}
}

// RoomQuery selects mentorships. What is left out selects all.
type RoomQuery struct {
	Program        domain.Slug
	Mentor, Mentee uuid.UUID
	Person         uuid.UUID // as mentor or mentee
}

func (q *RoomQuery) match(s *domain.MentorshipStarted) bool {
	return (q.Program == "" || s.Program == q.Program) && (q.Mentor == uuid.Nil || s.Mentor == q.Mentor) &&
		(q.Mentee == uuid.Nil || s.Mentee == q.Mentee) &&
		(q.Person == uuid.Nil || s.Mentor == q.Person || s.Mentee == q.Person)
}

// selected yields the mentorships that a query selects of those started by t, in log order.
func (r *Rooms) selected(q *RoomQuery, t int64) iter.Seq[*roomLog] {
	return func(yield func(*roomLog) bool) {
		for _, person := range []uuid.UUID{q.Person, q.Mentor, q.Mentee} {
			if person == uuid.Nil {
				continue
			}
			for _, i := range r.byPerson[person] {
				if log := &r.logs[i]; log.startedBy(t) && q.match(log.start) && !yield(log) {
					return
				}
			}
			return
		}
		for i := range r.logs {
			if log := &r.logs[i]; log.startedBy(t) && q.match(log.start) && !yield(log) {
				return
			}
		}
	}
}

// RoomRef is a mentorship with who is in it.
type RoomRef struct {
	Room           uuid.UUID
	Program        domain.Slug
	Mentor, Mentee uuid.UUID
	StartedAt      time.Time
}

// Find returns the mentorships that a query selects of those started by a time, in log order.
func (r *Rooms) Find(q RoomQuery, asOf time.Time) []RoomRef {
	var found []RoomRef
	for log := range r.selected(&q, asOf.UnixNano()) {
		found = append(found, log.ref())
	}
	return found
}

// Of returns one mentorship, and false for one that has not started, or whose start was voided.
func (r *Rooms) Of(room uuid.UUID) (RoomRef, bool) {
	index, ok := r.byID[room]
	if !ok || r.logs[index].start == nil {
		return RoomRef{}, false
	}
	return r.logs[index].ref(), true
}

func (r *roomLog) ref() RoomRef {
	return RoomRef{r.id, r.start.Program, r.start.Mentor, r.start.Mentee, unixUTC(r.began)}
}

// Has tells whether a mentorship has a stream, whatever became of it.
func (r *Rooms) Has(room uuid.UUID) bool {
	_, ok := r.byID[room]
	return ok
}

// StartedWith finds the mentorship that an event started, also where that event was voided since.
func (r *Rooms) StartedWith(event uuid.UUID) (room uuid.UUID, ok bool) {
	for i := range r.logs {
		if slices.ContainsFunc(r.logs[i].starts, func(e roomEvent) bool { return e.id == event }) {
			return r.logs[i].id, true
		}
	}
	return uuid.UUID{}, false
}

// Party is one person in a read model: by id, and by name where the directory has one.
type Party struct {
	Person uuid.UUID `json:"person"`
	Name   string    `json:"name,omitempty"`
}

// partyOf names a person. The directory may be nil.
func partyOf(people *People, id uuid.UUID) Party {
	if people == nil {
		return Party{Person: id}
	}
	contact, _ := people.Contact(id)
	return Party{Person: id, Name: contact.Name}
}

package web

import (
	"net/http"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections"
)

// PersonList is people, by name.
type PersonList struct {
	AsOf   time.Time                `json:"as_of"`
	People []projections.PersonView `json:"people"`
}

func (l *PersonList) items() any { return l.People }

// PersonDetail is a person with mentorships, consents and what they achieved.
type PersonDetail struct {
	projections.PersonView
	AsOf        time.Time                  `json:"as_of"`
	Mentorships []projections.Relationship `json:"mentorships"`
	Consents    []projections.Consent      `json:"consents"`
}

// FindBody says whom to find.
type FindBody struct {
	Text string `json:"text" minLength:"1" maxLength:"256" doc:"A name, an e-mail address, or an id."`
}

type findInput struct {
	Moment
	Body FindBody
}

func (a *api) peopleOperations() {
	const tag = "people"
	ask(a, operation{id: "listPeople", path: "/v1/people", tag: tag, action: access.PeopleList, on: onAll, command: "person list",
		summary: "The people of whom something was recorded"},
		func(v *visit, in *criteriaQuery) (*PersonList, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			return &PersonList{view.AsOf, part(v, in.Listing, view.PersonRecords.List(view.People, view.AsOf))}, nil
		})
	ask(a, operation{id: "findPeople", method: http.MethodPost, path: "/v1/people/find", tag: tag, action: access.PeopleList, on: onAll,
		command: "person show", summary: "Find people by name, e-mail address or id",
		about: "Whom one looks for is personal, and so does not stand in an address."},
		func(v *visit, in *findInput) (*PersonList, error) {
			view, err := v.lookAcross()
			if err != nil {
				return nil, err
			}
			list := &PersonList{AsOf: view.AsOf, People: []projections.PersonView{}}
			for _, id := range view.People.Find(in.Body.Text) {
				if record, ok := view.PersonRecords.Of(id); ok && len(list.People) < pageRows {
					list.People = append(list.People, record.At(view.People, view.AsOf))
				}
			}
			return list, nil
		})
	ask(a, operation{id: "getPerson", path: "/v1/people/{person}", tag: tag, action: access.PersonRead, on: onPerson,
		command: "person show", summary: "A person: mentorships, consents, and what they achieved"},
		func(v *visit, _ *explainQuery) (*PersonDetail, error) { return v.personDetail() })
}

func (v *visit) personDetail() (*PersonDetail, error) {
	person, err := v.person()
	if err != nil {
		return nil, err
	}
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	record, ok := view.PersonRecords.Of(person)
	if !ok {
		return nil, missing("nothing was recorded of such a person")
	}
	q := projections.RoomQuery{Person: person}
	if all, _ := v.who.Programs(access.PersonRead); !all && !v.who.Is(person) {
		q.Program = domain.Slug(view.Program)
	}
	return &PersonDetail{record.At(view.People, view.AsOf), view.AsOf,
		append([]projections.Relationship{}, view.Rooms.Relationships(view.People, q, view.AsOf)...),
		append([]projections.Consent{}, view.Consents.Of(person, view.AsOf)...)}, nil
}

// onRoom is the target of what is about the mentorship in the path: its program, and the two.
func onRoom(v *visit) (access.Target, error) {
	room, err := v.room()
	if err != nil {
		return access.Target{}, err
	}
	return access.Target{Program: room.Program, People: []uuid.UUID{room.Mentor, room.Mentee}}, nil
}

// room finds the mentorship in the path.
func (v *visit) room() (projections.RoomRef, error) {
	id, err := v.pathID("room")
	if err != nil {
		return projections.RoomRef{}, err
	}
	view, err := v.lookAcross()
	if err != nil {
		return projections.RoomRef{}, err
	}
	room, ok := view.Rooms.Of(id)
	if !ok {
		return room, missing("there is no such mentorship, as is known at this position")
	}
	return room, nil
}

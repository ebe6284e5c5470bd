package projections

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// People is the directory of persons: the one read model that holds personal fields, kept apart from the facts so that
// nothing that computes a score can see a name.
//
// It also knows who was erased, for their names are not to be shown again, wherever they stand. An erasure holds for
// every position: a directory that ReadLog or Build reads up to an earlier one has forgotten whoever was erased since.
type People struct {
	byID   map[uuid.UUID]registered
	former map[uuid.UUID][]Contact // what else somebody was registered with
	erased map[uuid.UUID][]Contact // those who were erased, with what others may call them in texts
	hide   *Masker                 // of them
}

// registered is how somebody is called, and the event that says so.
type registered struct {
	Contact
	event uuid.UUID
}

// Contact is how a person is called and reached.
type Contact struct {
	Name  string
	Email string
	HRID  string `json:"hr_id"`
}

// NewPeople returns an empty directory.
func NewPeople() *People {
	return &People{
		byID: map[uuid.UUID]registered{}, former: map[uuid.UUID][]Contact{}, erased: map[uuid.UUID][]Contact{},
		hide: NewMasker(),
	}
}

// Apply reads events that follow those read before.
func (p *People) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		change, found, err := personChangeOf(&events[i])
		if err != nil {
			return err
		}
		if found {
			p.change(&change)
		}
	}
	return nil
}

// personChange is what an event says about a person.
type personChange struct {
	id      uuid.UUID
	event   uuid.UUID // the registration: this one, or the one that is voided
	contact Contact
	kind    changeKind
}

type changeKind uint8

const (
	changeRegistered changeKind = iota
	changeVoided
	changeErased
)

func (p *People) change(c *personChange) {
	now, known := p.byID[c.id]
	_, erased := p.erased[c.id]
	if c.kind == changeVoided && (!known || now.event != c.event) {
		return
	}
	if known {
		delete(p.byID, c.id)
		if now.Contact != c.contact && now.Contact != (Contact{}) {
			p.former[c.id] = append(p.former[c.id], now.Contact)
		}
	}
	switch {
	case c.kind == changeErased:
		names := append(p.erased[c.id], p.former[c.id]...)
		for _, name := range names {
			p.hide.Add(name)
		}
		p.erased[c.id] = names
		delete(p.former, c.id)
	case erased && c.kind == changeRegistered: // nobody comes back, and yet this may be in texts
		p.erased[c.id] = append(p.erased[c.id], c.contact)
		p.hide.Add(c.contact)
	case c.kind == changeRegistered:
		p.byID[c.id] = registered{c.contact, c.event}
	}
}

// personChangeOf returns what an event says about a person; found is false for one that says nothing.
func personChangeOf(e *eventstore.RecordedEvent) (change personChange, found bool, err error) {
	switch e.Type {
	case domain.TypePersonRegistered, domain.TypePersonErased, domain.TypeEventVoided:
	default:
		return change, false, nil
	}
	text, onPerson := strings.CutPrefix(e.Stream, domain.CategoryPerson+"-")
	if !onPerson {
		return change, false, nil
	}
	if change.id, err = uuid.Parse(text); err != nil {
		return change, false, nil
	}
	change.event = e.ID
	if e.Type == domain.TypePersonErased {
		change.kind = changeErased
		return change, true, nil
	}
	if payload, err := eventstore.Decode(*e); err == nil {
		switch p := payload.Payload.(type) {
		case *domain.EventVoided:
			change.kind, change.event = changeVoided, p.EventID
		case *domain.PersonRegistered:
			change.contact = Contact{Name: p.Personal.Name, Email: p.Personal.Email, HRID: p.Personal.HRID}
		}
		return change, true, nil
	}
	var fields struct {
		EventID  uuid.UUID `json:"event_id"`
		Personal Contact
	}
	if err := json.Unmarshal(e.Data, &fields); err != nil {
		return change, false, fmt.Errorf("event %s (%s) at position %s: payload: %w", e.ID, e.Type, e.Position, err)
	}
	if change.contact = fields.Personal; e.Type == domain.TypeEventVoided {
		change.kind, change.event, change.contact = changeVoided, fields.EventID, Contact{}
	}
	return change, true, nil
}

// Contact returns what is known about a person; nothing for one who was erased or never registered.
func (p *People) Contact(id uuid.UUID) (Contact, bool) {
	c, ok := p.byID[id]
	return c.Contact, ok
}

// Find returns the ids of the persons whose id, e-mail or name is the text, letter case aside.
func (p *People) Find(text string) []uuid.UUID {
	if id, err := uuid.Parse(text); err == nil {
		return []uuid.UUID{id}
	}
	var found []uuid.UUID
	for id, c := range p.byID {
		if strings.EqualFold(c.Email, text) || strings.EqualFold(c.Name, text) {
			found = append(found, id)
		}
	}
	sortIDs(found)
	return found
}

// Names returns every name and e-mail known, for suggestions.
func (p *People) Names() []string {
	names := make([]string, 0, 2*len(p.byID))
	for _, c := range p.byID {
		names = append(names, c.Name, c.Email)
	}
	return names
}

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
type People struct {
	byID map[uuid.UUID]Contact
}

// Contact is how a person is called and reached.
type Contact struct {
	Name  string
	Email string
}

// NewPeople returns an empty directory.
func NewPeople() *People { return &People{byID: map[uuid.UUID]Contact{}} }

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
	contact Contact
	erased  bool
}

func (p *People) change(c *personChange) {
	if c.erased {
		delete(p.byID, c.id)
		return
	}
	p.byID[c.id] = c.contact
}

// personChangeOf returns what an event says about a person; found is false for one that says nothing.
func personChangeOf(e *eventstore.RecordedEvent) (change personChange, found bool, err error) {
	switch e.Type {
	case domain.TypePersonRegistered, domain.TypePersonErased:
	default:
		return change, false, nil
	}
	if change.id, err = uuid.Parse(strings.TrimPrefix(e.Stream, "person-")); err != nil {
		return change, false, nil
	}
	if e.Type == domain.TypePersonErased {
		change.erased = true
		return change, true, nil
	}
	var registered struct {
		Personal struct{ Name, Email string }
	}
	if payload, err := eventstore.Decode(*e); err == nil {
		details := payload.Payload.(*domain.PersonRegistered).Personal
		change.contact = Contact{Name: details.Name, Email: details.Email}
		return change, true, nil
	}
	if err := json.Unmarshal(e.Data, &registered); err != nil {
		return change, false, fmt.Errorf("event %s (%s) at position %s: payload: %w", e.ID, e.Type, e.Position, err)
	}
	change.contact = Contact(registered.Personal)
	return change, true, nil
}

// Contact returns what is known about a person; nothing for one who was erased or never registered.
func (p *People) Contact(id uuid.UUID) (Contact, bool) {
	c, ok := p.byID[id]
	return c, ok
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

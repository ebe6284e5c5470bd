package projections

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// PersonRecords holds the record of everybody in the log.
type PersonRecords struct {
	byStream map[string]*PersonRecord
}

// NewPersonRecords returns the records of an empty log.
func NewPersonRecords() *PersonRecords { return &PersonRecords{byStream: map[string]*PersonRecord{}} }

// Apply implements Model.
func (r *PersonRecords) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		text, ok := strings.CutPrefix(events[i].Stream, domain.CategoryPerson+"-")
		if !ok {
			continue
		}
		record := r.byStream[events[i].Stream]
		if record == nil {
			id, err := uuid.Parse(text)
			if err != nil {
				continue // no person's
			}
			record = &PersonRecord{id: id}
			r.byStream[strings.Clone(events[i].Stream)] = record
		}
		if err := record.Apply(events[i : i+1]); err != nil {
			return err
		}
	}
	return nil
}

// Of returns the record of one person, and false for one of whom nothing was recorded.
func (r *PersonRecords) Of(id uuid.UUID) (*PersonRecord, bool) {
	record, ok := r.byStream[domain.PersonStream(id)]
	return record, ok
}

// unitOf returns the unit that a person joined last by a time; none where it is not known.
func (r *PersonRecords) unitOf(person uuid.UUID, asOf time.Time) (last Unit) {
	if r == nil {
		return last
	}
	record := r.byStream[domain.PersonStream(person)]
	if record == nil {
		return last
	}
	for i := range record.events {
		e := &record.events[i]
		if e.at > asOf.UnixNano() {
			break
		}
		if joined, ok := e.payload.(*domain.PersonJoinedUnit); ok {
			last = Unit{joined.Unit, joined.Program, unixUTC(e.at)}
		}
	}
	return last
}

// List returns everybody of whom something was recorded by a time, as they were then: by name, those without one last.
// The directory may be nil.
func (r *PersonRecords) List(people *People, asOf time.Time) []PersonView {
	list := []PersonView{}
	for _, record := range r.byStream {
		if len(record.events) > 0 && !unixUTC(record.events[0].at).After(asOf) {
			list = append(list, record.At(people, asOf))
		}
	}
	slices.SortFunc(list, func(a, b PersonView) int {
		switch {
		case a.Name == b.Name:
			return compareIDs(a.Person, b.Person)
		case a.Name == "":
			return 1
		case b.Name == "":
			return -1
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

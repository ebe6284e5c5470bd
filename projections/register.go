package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Register is the read model of awards: every one that was ever proposed or granted, with all that happened to it. What
// it holds is what was known at the position up to which it was read; AsOf asks what held at a time.
//
// Apply takes events in log order. It is not safe for concurrent use, but once applied any number of goroutines may
// read.
type Register struct {
	awards  map[uuid.UUID]*RegisteredAward
	order   []*RegisteredAward // by first event
	holders map[holder][]*RegisteredAward
}

// holder is a person in a program.
type holder struct {
	program domain.Slug
	person  uuid.UUID
}

// RegisteredAward is an award with its events. It is not to be changed.
type RegisteredAward struct {
	*domain.Award
	First    domain.AwardCase    // of its first proposal or grant, voided or not
	Revision eventstore.Revision // of its newest event
	Events   []AwardEvent        // in order of recording
}

// AwardEvent is an event of an award's stream with where and when it was recorded.
type AwardEvent struct {
	domain.Event
	Position   eventstore.Position
	RecordedAt time.Time
}

// NewRegister returns an empty register.
func NewRegister() *Register {
	return &Register{awards: map[uuid.UUID]*RegisteredAward{}, holders: map[holder][]*RegisteredAward{}}
}

// ReadRegister reads the register as it was known at a position; nil is the end of the log.
func ReadRegister(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (*Register, error) {
	r := NewRegister()
	err := readCategory(ctx, store, domain.CategoryAward, upTo, r)
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	return r, nil
}

// Apply takes in events that follow, in log order, those applied before. Those of other streams are passed over.
func (r *Register) Apply(events []eventstore.RecordedEvent) error {
	return applyCategory(events, domain.CategoryAward, r.apply)
}

func (r *Register) apply(e *eventstore.RecordedEvent) error {
	stream, err := domain.ParseStream(e.Stream)
	if err != nil {
		return fmt.Errorf("event %s at position %s: %w", e.ID, e.Position, err)
	}
	event, err := eventstore.Decode(*e)
	if err != nil {
		return err
	}
	event = detached(event)
	a := r.awards[stream.ID]
	if a == nil {
		a = &RegisteredAward{Award: domain.AwardDecider(stream.ID).Initial}
		r.awards[stream.ID] = a
		r.order = append(r.order, a)
	}
	a.Award = a.Award.Evolve(event)
	a.Revision = e.Revision
	a.Events = append(a.Events, AwardEvent{event, e.Position, e.RecordedAt})
	if c, ok := caseOf(event); ok && a.First.Program == "" {
		a.First = c
		h := holder{c.Program, c.Person}
		r.holders[h] = append(r.holders[h], a)
	}
	return nil
}

// caseOf returns what a proposal or grant rests on.
func caseOf(e domain.Event) (domain.AwardCase, bool) {
	switch p := e.Payload.(type) {
	case *domain.AwardProposed:
		return p.AwardCase, true
	case *domain.AwardGranted:
		return p.AwardCase, true
	}
	return domain.AwardCase{}, false
}

// Award returns an award by its id.
func (r *Register) Award(id uuid.UUID) (*RegisteredAward, bool) {
	a, ok := r.awards[id]
	return a, ok
}

// Of returns a person's awards in a program, in order of their first events.
func (r *Register) Of(program string, person uuid.UUID) []*RegisteredAward {
	return r.holders[holder{domain.Slug(program), person}]
}

// All returns every award, in order of the first events; of one program, or of all for "".
func (r *Register) All(program string) []*RegisteredAward {
	var all []*RegisteredAward
	for _, a := range r.order {
		if program == "" || string(a.First.Program) == program {
			all = append(all, a)
		}
	}
	return all
}

// AsOf returns the award as it was at a time: without the events that took effect later. Voids count whenever they
// occurred, as everywhere: what was voided never was. It reports false when the award had not taken its place in the
// register by then.
func (a *RegisteredAward) AsOf(t time.Time) (*domain.Award, bool) {
	later := func(e *AwardEvent) bool {
		_, void := e.Payload.(*domain.EventVoided)
		return !void && EffectiveAt(e.Event).After(t)
	}
	current := true
	for i := range a.Events {
		current = current && !later(&a.Events[i])
	}
	if current {
		return a.Award, a.Status != ""
	}
	state := domain.AwardDecider(a.ID).Initial
	for i := range a.Events {
		if !later(&a.Events[i]) {
			state = state.Evolve(a.Events[i].Event)
		}
	}
	return state, state.Status != ""
}

// EffectiveAt is when an event of an award takes effect: a proposal and a grant when the award takes its place in the
// register, whenever a reviewer got to it; everything else when it occurred.
func EffectiveAt(e domain.Event) time.Time {
	if c, ok := caseOf(e); ok {
		return c.From()
	}
	return e.Meta.OccurredAt
}

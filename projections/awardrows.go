package projections

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// AwardRow is an award as lists show it, at a time.
type AwardRow struct {
	Award     uuid.UUID          `json:"award"`
	Program   domain.Slug        `json:"program"`
	Person    uuid.UUID          `json:"person"`
	Name      string             `json:"name"`
	Tier      domain.Slug        `json:"tier"`
	Status    domain.AwardStatus `json:"status"`
	EarnedAt  time.Time          `json:"earned_at"`
	From      time.Time          `json:"effective_at"`
	Backlog   bool               `json:"backlog"`
	Criteria  string             `json:"criteria"`
	Position  string             `json:"position"`
	GrantedBy *uuid.UUID         `json:"granted_by,omitempty"`
	Kept      []string           `json:"kept_under,omitempty"`
	ClosedAt  time.Time          `json:"closed_at,omitzero"`
	ClosedBy  *uuid.UUID         `json:"closed_by,omitempty"`
	Reason    string             `json:"reason_code,omitempty"`
}

// NewAwardRow makes a row of an award's state. The directory may be nil.
func NewAwardRow(people *People, award *domain.Award) AwardRow {
	c := &award.Case
	row := AwardRow{
		Award: award.ID, Program: c.Program, Person: c.Person, Tier: c.Tier, Status: award.Status,
		EarnedAt: c.EarnedAt.UTC(), From: c.From().UTC(), Backlog: c.Backlog, Criteria: c.Criteria, Position: c.Position,
		Kept: award.KeptUnder, ClosedAt: award.ClosedAt, Reason: award.ReasonCode,
	}
	if people != nil {
		contact, _ := people.Contact(c.Person)
		row.Name = contact.Name
	}
	if award.GrantedBy != uuid.Nil {
		row.GrantedBy = &award.GrantedBy
	}
	if award.ClosedBy != uuid.Nil {
		row.ClosedBy = &award.ClosedBy
	}
	return row
}

// At returns the state of an award at a time, nil being everything that is known; false where it is not in the register
// then.
func (a *RegisteredAward) At(asOf *time.Time) (*domain.Award, bool) {
	if asOf == nil {
		return a.Award, a.Status != ""
	}
	return a.AsOf(*asOf)
}

// Rows lists the awards of a program, or of all for "", that a filter lets pass, at a time, nil being everything that
// is known: by when they took their place, then tier and award.
func (r *Register) Rows(people *People, program string, asOf *time.Time, keep func(*AwardRow) bool) []AwardRow {
	rows := []AwardRow{}
	for _, award := range r.All(program) {
		if state, ok := award.At(asOf); ok {
			if row := NewAwardRow(people, state); keep(&row) {
				rows = append(rows, row)
			}
		}
	}
	slices.SortStableFunc(rows, func(x, y AwardRow) int {
		if d := x.From.Compare(y.From); d != 0 {
			return d
		}
		if d := strings.Compare(string(x.Tier), string(y.Tier)); d != 0 {
			return d
		}
		return bytes.Compare(x.Award[:], y.Award[:])
	})
	return rows
}

// AwardEvidence is an event that an award rests on.
type AwardEvidence struct {
	Event  uuid.UUID        `json:"event"`
	Type   domain.EventType `json:"type"`
	At     time.Time        `json:"at"`
	Stream string           `json:"stream"`
	Voided bool             `json:"voided"`
}

// AwardStep is one decision about an award.
type AwardStep struct {
	Event      uuid.UUID        `json:"event"`
	Decision   domain.EventType `json:"decision"`
	At         time.Time        `json:"at"` // when it takes effect
	RecordedAt time.Time        `json:"recorded_at"`
	Position   string           `json:"position"`
	Actor      string           `json:"actor"`
	Note       string           `json:"note,omitempty"`
}

// AwardDetail is an award with everything that belongs to it.
type AwardDetail struct {
	AwardRow
	AsOf          time.Time               `json:"as_of,omitzero"` // up to which the standing was computed
	Measures      map[string]domain.Milli `json:"measures"`
	Evidence      []AwardEvidence         `json:"evidence"`
	EvidenceTotal int                     `json:"evidence_total"`
	Decisions     []AwardStep             `json:"decisions"`
	Claims        []domain.Slug           `json:"claims,omitempty"`
}

// NewAwardDetail collects what belongs to an award at a time, nil being everything that is known. Evidence is looked up
// in the log, up to a position; nil is all of it. It reports false where the award is not in the register then.
func NewAwardDetail(ctx context.Context, store eventstore.Store, people *People, award *RegisteredAward, asOf *time.Time,
	upTo *eventstore.Position) (d *AwardDetail, ok bool, err error) {
	state, ok := award.At(asOf)
	if !ok {
		return nil, false, nil
	}
	d = &AwardDetail{AwardRow: NewAwardRow(people, state), AsOf: state.Case.AsOf, Measures: state.Case.Measures,
		EvidenceTotal: max(state.Case.EvidenceTotal, len(state.Case.Evidence))}
	for _, claim := range state.Claims {
		d.Claims = append(d.Claims, claim.Reward)
	}
	for i := range award.Events {
		e := &award.Events[i]
		at := EffectiveAt(e.Event)
		if asOf != nil && at.After(*asOf) {
			continue
		}
		d.Decisions = append(d.Decisions, AwardStep{e.ID, e.Payload.EventType(), at.UTC(), e.RecordedAt,
			e.Position.String(), e.Meta.Actor, stepNote(e.Event)})
	}
	d.Evidence, err = findEvidence(ctx, store, state.Case.Evidence, upTo)
	return d, true, err
}

// stepNote is what there is to say about a decision beside its kind.
func stepNote(e domain.Event) string {
	switch p := e.Payload.(type) {
	case *domain.AwardKept:
		return "under " + p.Criteria
	case *domain.AwardRevoked:
		return p.ReasonCode
	case *domain.AwardExpired:
		return p.ReasonCode
	case *domain.AwardDeclined:
		return p.ReasonCode
	case *domain.RewardClaimed:
		return string(p.Reward)
	case *domain.AcknowledgementPublished:
		return "before " + string(p.Audience)
	case *domain.EventVoided:
		return p.Reason
	}
	return ""
}

// findEvidence finds events in the log, in the order given.
func findEvidence(ctx context.Context, store eventstore.Store, ids []uuid.UUID, upTo *eventstore.Position) (
	[]AwardEvidence, error) {
	place := make(map[uuid.UUID]int, len(ids))
	found := make([]AwardEvidence, len(ids))
	for i, id := range ids {
		place[id], found[i].Event = i, id
	}
	filter := eventstore.Filter{Categories: []string{domain.CategoryMentorship, domain.CategoryPerson}}
	for e, err := range store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return nil, err
		}
		if upTo != nil && store.ComparePositions(e.Position, *upTo) > 0 {
			break
		}
		if i, ok := place[e.ID]; ok {
			found[i].Type, found[i].At, found[i].Stream = e.Type, e.Meta.OccurredAt, e.Stream
		}
		if e.Type != domain.TypeEventVoided {
			continue
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			return nil, err
		}
		if i, ok := place[event.Payload.(*domain.EventVoided).EventID]; ok {
			found[i].Voided = true
		}
	}
	return found, nil
}

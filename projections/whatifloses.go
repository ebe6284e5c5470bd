package projections

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// Losses answers which single event, if it were voided, would lose a mentor the present tier.
type Losses struct {
	Program  string    `json:"program"`
	Criteria string    `json:"criteria"`
	AsOf     time.Time `json:"as_of"`
	Position string    `json:"position"`
	Person   uuid.UUID `json:"person"`
	Name     string    `json:"name"`
	Tier     string    `json:"tier"` // the present one; "" when none is held
	TierName string    `json:"tier_name"`

	Considered int    `json:"considered"` // events that something of the mentor's standing may depend on
	Evaluated  int    `json:"evaluated"`  // those among them that the tier may depend on: each was voided, on trial
	Events     []Loss `json:"events"`     // in order of time
}

// Loss is an event without which the tier would not be held.
type Loss struct {
	Event      uuid.UUID     `json:"event"`
	Type       string        `json:"type"`
	At         time.Time     `json:"at"`
	Mentor     uuid.UUID     `json:"mentor,omitzero"` // another mentor of the mentee, whose event it is
	Mentee     uuid.UUID     `json:"mentee,omitzero"`
	MenteeName string        `json:"mentee_name,omitempty"`
	TierAfter  string        `json:"tier_after"`
	Score      Decimal       `json:"score"`   // then
	Clauses    []ClauseCheck `json:"clauses"` // of the present tier that fail then; none where all hold
}

// voidable is an event that may be voided.
type voidable struct {
	fact   criteria.Fact
	mentor uint32 // whose mentorship it is on; none for one on a person's stream
	person uint32 // on whose stream it is
	mentee uint32 // none where there is none
}

// Loses voids, each alone and on trial, every event that the mentor's tier as of asOf may depend on: those of the
// mentor's mentorships, the mentees' outcomes, the mentor's practices, and, where a credit is split, the starts and
// sessions of the mentees' other mentors. A void works by position, so events after asOf are among them: a confirmation
// may be recorded late.
//
// An event is passed over without trial only where nothing that decides about the present tier or a higher one can
// change: no such measure takes its type, it is not among the mentor's first, and neither does it confirm a session or
// keep a mentorship active that such a measure looks at.
func Loses(f *Facts, people *People, program string, person uuid.UUID, plan *criteria.Plan, asOf time.Time) (*Losses, error) {
	id, now, err := subjectOf(f, program, person, plan, asOf)
	if err != nil {
		return nil, err
	}
	r := &Losses{
		Program: program, Criteria: plan.Hash, AsOf: asOf.UTC(), Position: f.position.String(), Person: person,
		Name: people.nameOf(person), Tier: tierID(plan.Doc, now.Tier), Events: []Loss{},
	}
	if now.Tier == criteria.NoTier {
		return r, nil
	}
	r.TierName = plan.Doc.Tiers[now.Tier].Name
	base := partOf(f, id)
	all := base.voidables()
	r.Considered = len(all)
	d := dependenceOf(plan, int(now.Tier))
	all = slices.DeleteFunc(all, func(v voidable) bool { return !d.may(base, &v) })
	r.Evaluated = len(all)
	after := make([]*criteria.Timeline, len(all)) // nil where the tier stays
	_ = spread(context.Background(), len(all), 1, 0, func(int) func(int) {
		try := newTrier(plan, base)
		return func(i int) {
			if t := try.evaluate(base.without(&all[i]), asOf.UnixNano()); t.Tier < now.Tier {
				after[i] = &t
			}
		}
	})
	for i, t := range after {
		if t != nil {
			r.Events = append(r.Events, base.loss(&all[i], people, plan, int(now.Tier), t))
		}
	}
	slices.SortStableFunc(r.Events, func(a, b Loss) int { return a.At.Compare(b.At) })
	return r, nil
}

// voidables lists the events of a part, in log order within each mentor and person.
func (p part) voidables() []voidable {
	var all []voidable
	for i := range p.mentors {
		m := &p.mentors[i]
		for _, fact := range m.Facts {
			switch {
			case criteria.IsOutcome(fact.Type): // on the mentees' streams
			case fact.Bond == criteria.NoBond:
				all = append(all, voidable{fact, none, m.person, none})
			default:
				all = append(all, voidable{fact, uint32(i), none, m.menteeOf(fact.Bond)})
			}
		}
	}
	for i := range p.persons {
		for own := p.persons[i].own; own != none; own = p.own[own].before {
			if o := &p.own[own]; criteria.IsOutcome(o.code) {
				all = append(all, voidable{o.fact(criteria.NoBond), none, uint32(i), uint32(i)})
			}
		}
	}
	return all
}

// without returns the part as it is when an event is voided.
func (p part) without(v *voidable) part {
	trial := p.copy()
	id := trial.ids[v.fact.Seq]
	if v.mentor != none {
		trial.voidOnBond(bondRef{v.mentor, v.fact.Bond}, id)
	} else {
		trial.voidOfPerson(v.person, id)
	}
	trial.settle()
	return trial
}

func (p part) loss(v *voidable, people *People, plan *criteria.Plan, tier int, t *criteria.Timeline) Loss {
	l := Loss{
		Event: p.ids[v.fact.Seq], Type: string(criteria.FactType(v.fact.Type)), At: time.Unix(0, v.fact.At).UTC(),
		TierAfter: tierID(plan.Doc, t.Tier), Score: Decimal(t.Score), Clauses: []ClauseCheck{},
	}
	if v.mentor != none && v.mentor != uint32(p.self) {
		l.Mentor = p.Person(MentorID(v.mentor))
	}
	if v.mentee != none {
		l.Mentee = p.tables.People[v.mentee]
		l.MenteeName = people.nameOf(l.Mentee)
	}
	for _, c := range plan.Clauses(tier, t.Measures, t.Score) {
		if !c.Holds {
			l.Clauses = append(l.Clauses, checkClause(&c))
		}
	}
	return l
}

// nameOf returns a person's name, "" where the directory has none or there is no directory.
func (p *People) nameOf(id uuid.UUID) string {
	if p == nil {
		return ""
	}
	contact, _ := p.Contact(id)
	return contact.Name
}

// dependence is what the tiers from one on may depend on.
type dependence struct {
	takes   map[domain.EventType]bool // some measure that decides takes the type
	credits bool                      // some such measure takes outcomes
	splits  bool                      // and divides them
}

func dependenceOf(plan *criteria.Plan, tier int) *dependence {
	d := &dependence{takes: map[domain.EventType]bool{}}
	for i := tier; i < len(plan.Doc.Tiers); i++ {
		for _, measure := range plan.MeasuresOf(i) {
			m := &plan.Doc.Measures[measure]
			for _, of := range m.Of {
				d.takes[of.Type] = true
				if slices.Contains(criteria.OutcomeTypes(), of.Type) {
					d.credits, d.splits = true, d.splits || m.Credit.Split
				}
			}
		}
	}
	return d
}

// may reports whether voiding the event may change what the tiers depend on.
func (d *dependence) may(p part, v *voidable) bool {
	t := criteria.FactType(v.fact.Type)
	if v.mentor != none && v.mentor != uint32(p.self) {
		return d.splits // starts and sessions of others
	}
	if d.takes[t] || t == domain.TypeMentorshipStarted || p.isFirst(v.fact.At) {
		return true
	}
	switch t {
	case domain.TypeSessionHeld:
		return d.credits
	case domain.TypeSessionConfirmed:
		return d.takes[domain.TypeSessionHeld]
	}
	return false
}

// isFirst reports whether an event at t may be where the evaluation of the mentor begins: no fact that surely counts
// comes before it.
func (p part) isFirst(t int64) bool {
	for _, fact := range p.mentors[p.self].Facts {
		if !criteria.IsOutcome(fact.Type) {
			return t <= fact.At
		}
	}
	return true
}

package projections

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// ReachQuery asks what would take a mentor to a tier.
type ReachQuery struct {
	Tier string             // the id of the tier
	By   time.Time          // by when; ReachYears after the as-of time if zero
	Only []domain.EventType // the types of further events; all that matter if empty

	Evaluations int // how many to spend; 0: as many as are reasonable
}

// ReachYears is how far a search for further events looks ahead unless told otherwise.
const ReachYears = 5

// Reach answers which further events would take a mentor to a tier.
type Reach struct {
	Program  string    `json:"program"`
	Criteria string    `json:"criteria"`
	AsOf     time.Time `json:"as_of"`
	Position string    `json:"position"`
	Person   uuid.UUID `json:"person"`
	Name     string    `json:"name"`
	Tier     string    `json:"tier"` // at the as-of time; "" when none is held
	To       string    `json:"to"`
	By       time.Time `json:"by"`

	Reached     bool           `json:"reached"`
	ReachedAt   time.Time      `json:"reached_at,omitzero"`
	ReachedTier string         `json:"reached_tier,omitempty"` // the tier asked for, or a higher one
	Events      []FurtherEvent `json:"events"`                 // in order of time; none where time alone suffices
	Proven      bool           `json:"proven"`                 // no smaller set does, or, where none is found, none at all
	AtLeast     int            `json:"at_least"`               // fewer events are refuted
	Searched    ReachSearch    `json:"searched"`

	Before []ClauseCheck `json:"before"`          // of the tier asked for, at the as-of time
	After  []ClauseCheck `json:"after,omitempty"` // of the tier reached, when it is reached
}

// FurtherEvent is an event that has not happened.
type FurtherEvent struct {
	Type       string            `json:"type"`
	At         time.Time         `json:"at"`
	Mentee     string            `json:"mentee,omitempty"` // an id, or "new-1" for the first new mentee
	MenteeName string            `json:"mentee_name,omitempty"`
	Mentorship uuid.UUID         `json:"mentorship,omitzero"` // the existing one that the event is on
	Session    uuid.UUID         `json:"session,omitzero"`    // that is confirmed
	Attributes map[string]string `json:"attributes,omitempty"`
}

// ReachSearch says what a search for further events looked through.
type ReachSearch struct {
	Kinds       int      `json:"kinds"`    // of events, by type and attributes, that differ in what they do
	Mentees     int      `json:"mentees"`  // existing ones
	Instants    int      `json:"instants"` // at which events were tried
	Evaluations int      `json:"evaluations"`
	Limits      []string `json:"limits"` // what was left out
}

// NoTierError says that criteria have no such tier.
type NoTierError struct {
	Tier string
	IDs  []string
}

// Error names the tiers that there are.
func (e *NoTierError) Error() string {
	return fmt.Sprintf("the criteria have no tier %q, only %q", e.Tier, e.IDs)
}

// Reaches finds a smallest set of further events that would take a mentor to a tier or a higher one: the mentor's own
// with existing and new mentees, and the mentees' outcomes, all at the as-of time or later. What was recorded with a
// later time than that does not exist. Corrections and what other mentors may do are not among the events, and
// mentorships are neither paused nor resumed nor ended. What a decision asks for first is not counted: a goal that is
// met may have been set before, a milestone assigned.
//
// Sets are tried by size. For each size, those combinations of kinds of events are ruled out with which no measure can
// get far enough, whatever the times and the mentees: a further event changes nothing of what earlier ones were
// credited, so that each adds a bounded amount. The others are evaluated with the evaluator that computes standings,
// first on likely schedules, then one by one: each event at each candidate instant with each mentee, as far as there
// is time for it. Candidate instants are the as-of time, the beginnings of the calendar units that the measures use,
// and the ends of spans that a credit asks for.
//
// The answer is proven when every smaller size was ruled out or gone through; else it is a set that does, though
// perhaps not a smallest. Among equals it is the one that ends the earliest of those tried.
func Reaches(f *Facts, people *People, program string, person uuid.UUID, plan *criteria.Plan, asOf time.Time, q ReachQuery) (*Reach, error) {
	to := slices.IndexFunc(plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == q.Tier })
	if to < 0 {
		e := &NoTierError{Tier: q.Tier}
		for _, t := range plan.Doc.Tiers {
			e.IDs = append(e.IDs, t.ID)
		}
		return nil, e
	}
	id, now, err := subjectOf(f, program, person, plan, asOf)
	if err != nil {
		return nil, err
	}
	by := q.By
	if by.IsZero() {
		by = asOf.AddDate(ReachYears, 0, 0)
	}
	if last := domain.OccurredMax.Add(-1); by.After(last) {
		by = last
	}
	r := &Reach{
		Program: program, Criteria: plan.Hash, AsOf: asOf.UTC(), Position: f.position.String(), Person: person,
		Name: people.nameOf(person), Tier: tierID(plan.Doc, now.Tier), To: q.Tier, By: by.UTC(), Events: []FurtherEvent{},
		Searched: ReachSearch{Limits: []string{}},
	}
	for _, c := range plan.Clauses(to, now.Measures, now.Score) {
		r.Before = append(r.Before, checkClause(&c))
	}
	s := newReaching(partOf(f, id), plan, to, asOf.UnixNano(), by.UnixNano(), &q)
	s.search()
	s.report(r, people)
	return r, nil
}

// report writes down what a search has found.
func (s *reaching) report(r *Reach, people *People) {
	r.Proven, r.AtLeast = s.proven, s.atLeast
	r.Searched = ReachSearch{
		Kinds: len(s.kinds), Mentees: s.existing, Instants: len(s.instants), Evaluations: s.evaluations,
		Limits: append([]string{}, s.limits...),
	}
	if s.best == nil {
		return
	}
	r.Reached, r.ReachedAt, r.ReachedTier = true, time.Unix(0, s.best.at).UTC(), tierID(s.plan.Doc, s.best.tier)
	t := s.trier.evaluate(s.with(s.best.events), s.best.at)
	for _, c := range s.plan.Clauses(int(s.best.tier), t.Measures, t.Score) {
		r.After = append(r.After, checkClause(&c))
	}
	fresh := 0
	for _, e := range s.best.events {
		k := &s.kinds[e.kind]
		out := FurtherEvent{
			Type: string(criteria.FactType(k.code)), At: time.Unix(0, e.at).UTC(), Attributes: k.attributes(&fresh),
		}
		if e.who >= 0 {
			switch w := &s.whos[e.who]; {
			case w.fresh > 0:
				out.Mentee = "new-" + strconv.Itoa(w.fresh)
			default:
				out.Mentee, out.MenteeName = w.person.String(), people.nameOf(w.person)
				if k.kind == InputFact {
					out.Mentorship, out.Session = w.stream, w.session
				}
			}
		}
		r.Events = append(r.Events, out)
	}
}

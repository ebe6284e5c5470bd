package projections

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
)

// Explanation answers why a mentor stands where they do.
type Explanation struct {
	Program  string    `json:"program"`
	Criteria string    `json:"criteria"`
	AsOf     time.Time `json:"as_of"`
	Position string    `json:"position"`
	Person   uuid.UUID `json:"person"`
	Name     string    `json:"name"`

	Tier     string         `json:"tier"`
	TierName string         `json:"tier_name"`
	Since    time.Time      `json:"since,omitzero"` // when the present tier began
	Cause    string         `json:"cause,omitempty"`
	Score    Decimal        `json:"score"`
	Measures []NamedDecimal `json:"measures"`

	Tiers         []TierCheck    `json:"tiers"`         // lowest first
	Contributions []Contribution `json:"contributions"` // by measure, then in order
	Excluded      []Contribution `json:"excluded"`
	NextTier      string         `json:"next_tier"` // "" at the top
	Missing       []string       `json:"missing"`   // what is still missing for the next tier
	History       []HistoryEntry `json:"history"`
}

// Decimal is a number in thousandths that marshals as a decimal.
type Decimal criteria.Milli

// MarshalJSON writes the number without trailing zeros.
func (d Decimal) MarshalJSON() ([]byte, error) { return AppendMilli(nil, int64(d)), nil }

// String returns the number without trailing zeros.
func (d Decimal) String() string { return FormatMilli(int64(d)) }

// NamedDecimal is a measure with its value.
type NamedDecimal struct {
	Name  string  `json:"name"`
	Value Decimal `json:"value"`
}

// HistoryEntry is a change of tier.
type HistoryEntry struct {
	At    time.Time `json:"at"`
	Tier  string    `json:"tier"`
	From  string    `json:"from"`
	Cause string    `json:"cause"`
}

// TierCheck is a tier with its clauses over the mentor's present values.
type TierCheck struct {
	ID      string        `json:"id"`
	Name    string        `json:"name"`
	Held    bool          `json:"held"`           // it is the mentor's tier
	Holds   bool          `json:"holds"`          // its when holds
	Kept    string        `json:"kept,omitempty"` // why it stays though its when does not hold: "forever" or "until TIME"
	Clauses []ClauseCheck `json:"clauses"`
}

// ClauseCheck is a clause of a tier's when, with value and threshold side by side.
type ClauseCheck struct {
	Text      string `json:"text"`
	Holds     bool   `json:"holds"`
	Value     string `json:"value"`               // of the variable; of several, "name value, name value"
	Threshold string `json:"threshold,omitempty"` // where it compares with a constant
	Missing   string `json:"missing,omitempty"`   // what would make it hold
}

// Contribution is what one event gives to one measure, or why it gives nothing.
type Contribution struct {
	Measure    string    `json:"measure"`
	Event      uuid.UUID `json:"event"`
	Type       string    `json:"type"`
	At         time.Time `json:"at"`
	Mentee     uuid.UUID `json:"mentee,omitzero"`
	MenteeName string    `json:"mentee_name,omitempty"`
	Points     Decimal   `json:"points"` // contributed at the as-of time; 1 in counts, the rating in means
	Reason     string    `json:"reason,omitempty"`
	Note       string    `json:"note,omitempty"` // such as "capped from 3" or "60% kept at this age"
}

// Explain evaluates one mentor and tells what led to the result. It fails when the person is no mentor in the program
// by then.
func Explain(f *Facts, people *People, program string, person uuid.UUID, plan *criteria.Plan, asOf time.Time) (*Explanation, error) {
	id, ok := f.MentorOf(program, person)
	if !ok || !f.mentors[id].startedBy(asOf.UnixNano()) {
		return nil, &NotMentorError{Person: person, Program: program, AsOf: asOf}
	}
	x := &explainer{facts: f, people: people, plan: plan, asOf: asOf, mentor: &f.mentors[id]}
	evaluator := plan.NewEvaluator(&f.tables)
	evaluator.SetTrace(&x.trace)
	t := evaluator.Evaluate(&x.mentor.Mentor, asOf.UnixNano())
	s := f.standing(id, people, plan.Doc, &t)

	e := &Explanation{
		Program: program, Criteria: plan.Hash, AsOf: asOf.UTC(), Position: f.position.String(),
		Person: person, Name: s.Name, Tier: s.Tier, Score: Decimal(t.Score),
		Contributions: []Contribution{}, Excluded: []Contribution{}, Missing: []string{}, History: []HistoryEntry{},
	}
	for _, m := range s.Measures {
		e.Measures = append(e.Measures, NamedDecimal{m.Name, Decimal(m.Value)})
	}
	for _, h := range s.History {
		e.History = append(e.History, HistoryEntry(h))
	}
	if n := len(s.History); n > 0 {
		e.Since, e.Cause = s.History[n-1].At, s.History[n-1].Cause
	}
	if t.Tier != criteria.NoTier {
		e.TierName = plan.Doc.Tiers[t.Tier].Name
	}
	for i := range plan.Doc.Tiers {
		e.Tiers = append(e.Tiers, x.tier(evaluator, i, &t))
	}
	if next := int(t.Tier) + 1; next < len(plan.Doc.Tiers) {
		e.NextTier = plan.Doc.Tiers[next].ID
		for _, c := range e.Tiers[next].Clauses {
			if !c.Holds {
				e.Missing = append(e.Missing, c.Missing)
			}
		}
	}
	x.contributions(e)
	return e, nil
}

// NotMentorError says that a person is no mentor in a program at a time.
type NotMentorError struct {
	Person  uuid.UUID
	Program string
	AsOf    time.Time
}

// Error names the person by id only: ids are not personal fields.
func (e *NotMentorError) Error() string {
	return fmt.Sprintf("person %s is no mentor in program %s as of %s", e.Person, e.Program, e.AsOf.UTC().Format(time.RFC3339))
}

type explainer struct {
	facts  *Facts
	people *People
	plan   *criteria.Plan
	asOf   time.Time
	mentor *mentor
	trace  criteria.Trace
}

func (x *explainer) tier(evaluator *criteria.Evaluator, i int, t *criteria.Timeline) TierCheck {
	doc := &x.plan.Doc.Tiers[i]
	check := TierCheck{ID: doc.ID, Name: doc.Name, Held: int(t.Tier) == i}
	holds, until := evaluator.TierState(i)
	check.Holds = holds
	switch {
	case until == maxTime:
		check.Kept = "forever"
	case until > x.asOf.UnixNano():
		check.Kept = "until " + time.Unix(0, until).UTC().Format(time.RFC3339)
	}
	for _, c := range x.plan.Clauses(i, t.Measures, t.Score) {
		check.Clauses = append(check.Clauses, checkClause(&c))
	}
	return check
}

func checkClause(c *criteria.Clause) ClauseCheck {
	check := ClauseCheck{Text: c.Text, Holds: c.Holds}
	if !c.Compares {
		for i, in := range c.Inputs {
			if i > 0 {
				check.Value += ", "
			}
			check.Value += in.Name + " " + FormatMilli(in.Value)
		}
		if !c.Holds {
			check.Missing = fmt.Sprintf("%s does not hold (%s)", c.Text, check.Value)
		}
		return check
	}
	check.Value = FormatMilli(c.Value)
	check.Threshold = strconv.FormatFloat(c.Threshold, 'f', -1, 64)
	if c.Holds {
		return check
	}
	apart := strconv.FormatFloat(math.Round(math.Abs(c.Threshold-float64(c.Value)/1000)*1000)/1000, 'f', -1, 64)
	switch c.Operator {
	case ">=":
		check.Missing = fmt.Sprintf("%s: %s of %s, %s more", c.Variable, check.Value, check.Threshold, apart)
	case ">":
		check.Missing = fmt.Sprintf("%s: %s, more than %s is needed", c.Variable, check.Value, check.Threshold)
	case "<=":
		check.Missing = fmt.Sprintf("%s: %s, at most %s, %s less", c.Variable, check.Value, check.Threshold, apart)
	default:
		check.Missing = fmt.Sprintf("%s: %s, but %s is needed", c.Variable, check.Value, c.Text)
	}
	return check
}

// contributions lists what each traced fact gives at the as-of time, and the voided ones.
func (x *explainer) contributions(e *Explanation) {
	for _, r := range x.trace.Records {
		fact := &x.mentor.Facts[r.Fact]
		m := &x.plan.Doc.Measures[r.Measure]
		left, why := x.plan.Remaining(r, fact, x.asOf.UnixNano())
		c := x.contribution(m, fact)
		c.Points = Decimal(left)
		if why != criteria.NotExcluded {
			c.Reason, c.Note = x.reason(m, r, why)
			e.Excluded = append(e.Excluded, c)
			continue
		}
		switch {
		case m.Aggregate == criteria.MeanRating:
			c.Points = Decimal(fact.Value)
		case m.Aggregate == criteria.SumPoints && r.Credited < r.Points:
			c.Note = fmt.Sprintf("capped from %s (%s)", FormatMilli(r.Points), capText(&m.Caps[r.Cap]))
		case m.Aggregate == criteria.SumPoints && left < r.Credited:
			c.Note = "decayed from " + FormatMilli(r.Credited)
		}
		e.Contributions = append(e.Contributions, c)
	}
	for _, fact := range x.voided() {
		if fact.At > x.asOf.UnixNano() {
			continue
		}
		for i := range x.plan.Doc.Measures {
			m := &x.plan.Doc.Measures[i]
			if slices.ContainsFunc(m.Of, func(of criteria.TypePoints) bool { return of.Type == criteria.FactType(fact.Type) }) {
				c := x.contribution(m, &fact)
				c.Reason = "voided"
				e.Excluded = append(e.Excluded, c)
			}
		}
	}
	order := map[string]int{}
	for i := range x.plan.Doc.Measures {
		order[x.plan.Doc.Measures[i].Name] = i
	}
	byMeasure := func(a, b Contribution) int {
		if d := order[a.Measure] - order[b.Measure]; d != 0 {
			return d
		}
		return a.At.Compare(b.At)
	}
	slices.SortStableFunc(e.Contributions, byMeasure)
	slices.SortStableFunc(e.Excluded, byMeasure)
}

// voided returns the mentor's voided facts and the voided outcomes of the mentees.
func (x *explainer) voided() []criteria.Fact {
	f := x.facts
	all := slices.Clone(f.voided[x.mentor.Index])
	for b := range x.mentor.bonds {
		all = append(all, f.aside[bondRef{x.mentor.Index, uint32(b)}]...)
	}
	for local, person := range x.mentor.Mentees {
		bond := uint32(slices.Index(x.mentor.Bonds, uint32(local)))
		for own := f.persons[person].own; own != none; own = f.own[own].before {
			if o := &f.own[own]; criteria.IsOutcome(o.code) && o.flags&flagVoided != 0 {
				all = append(all, o.fact(bond))
			}
		}
	}
	return all
}

func (x *explainer) contribution(m *criteria.Measure, fact *criteria.Fact) Contribution {
	c := Contribution{
		Measure: m.Name, Event: x.facts.ids[fact.Seq], Type: string(criteria.FactType(fact.Type)), At: time.Unix(0, fact.At).UTC(),
	}
	if fact.Bond != criteria.NoBond {
		c.Mentee = x.facts.tables.People[x.mentor.Mentees[x.mentor.Bonds[fact.Bond]]]
		if x.people != nil {
			contact, _ := x.people.Contact(c.Mentee)
			c.MenteeName = contact.Name
		}
	}
	return c
}

func (x *explainer) reason(m *criteria.Measure, r criteria.TraceRecord, why criteria.Exclusion) (reason, note string) {
	switch why {
	case criteria.ExcludedByWhere:
		return "where", "not " + m.Where.Source
	case criteria.ExcludedByCredit:
		return "credit", fmt.Sprintf("the mentorship must have started at least %dd and been active within %dd before",
			m.Credit.AtLeastNS/dayNS, m.Credit.WithinNS/dayNS)
	case criteria.ExcludedByCap:
		return "cap", capText(&m.Caps[r.Cap])
	case criteria.ExcludedByWindow:
		return "window", fmt.Sprintf("older than %dd", m.WindowNS/dayNS)
	default:
		return "decay", "nothing is kept at this age"
	}
}

const dayNS = int64(24 * time.Hour)

// capText spells a cap, such as "at most 1 per mentee every week".
func capText(c *criteria.Cap) string {
	per := map[criteria.CapPer]string{criteria.PerMentor: "mentor", criteria.PerMentee: "mentee"}[c.Per]
	every := map[criteria.Every]string{
		criteria.Ever: "ever", criteria.EveryDay: "every day", criteria.EveryWeek: "every week",
		criteria.EveryMonth: "every month", criteria.EveryQuarter: "every quarter", criteria.EveryYear: "every year",
	}[c.Every]
	return fmt.Sprintf("at most %s per %s %s", FormatMilli(c.Max), per, every)
}

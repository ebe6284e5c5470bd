package projections

import (
	"fmt"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
)

// AwardToday says whether somebody would hold the tier of an award at a time, under some criteria.
type AwardToday struct {
	Holds    bool          `json:"holds"`
	Criteria string        `json:"criteria"`
	AsOf     time.Time     `json:"as_of"`
	Tier     string        `json:"tier"`           // held then; "" for none
	Failing  []ClauseCheck `json:"failing"`        // the clauses of the award's tier that do not hold
	Note     string        `json:"note,omitempty"` // why there is more to it than clauses
}

// WouldHold tells whether the award's person would hold its tier, or a higher one, as of a time under a plan.
func WouldHold(f *Facts, c *domain.AwardCase, plan *criteria.Plan, asOf time.Time) AwardToday {
	today := AwardToday{Criteria: plan.Doc.Hash(), AsOf: asOf.UTC(), Failing: []ClauseCheck{}}
	id, ok := f.MentorOf(string(c.Program), c.Person)
	if !ok || !f.mentors[id].startedBy(asOf.UnixNano()) {
		today.Note = "no mentorship in the program counts"
		return today
	}
	t := EvaluateOne(f, id, plan, asOf)
	today.Tier = tierID(plan.Doc, t.Tier)
	tier := tierIndex(plan, string(c.Tier))
	if tier < 0 {
		today.Note = fmt.Sprintf("the criteria have no tier %s", c.Tier)
		return today
	}
	for _, clause := range plan.Clauses(tier, t.Measures, t.Score) {
		if !clause.Holds {
			today.Failing = append(today.Failing, checkClause(&clause))
		}
	}
	today.Holds = int(t.Tier) >= tier
	if today.Holds && len(today.Failing) > 0 {
		today.Note = "the tier, or a higher one, is held all the same"
		if int(t.Tier) == tier {
			today.Note = "the tier is kept after it held"
		}
	}
	return today
}

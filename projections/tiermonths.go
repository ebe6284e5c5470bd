package projections

import (
	"cmp"
	"slices"
	"time"

	"laurel/domain/criteria"
)

// TierMonth is how many mentors held each tier at the end of a month, or at the time asked about where that month has
// not ended by then.
type TierMonth struct {
	From    time.Time // the first instant of the month, where the criteria count their days
	Until   time.Time // the last instant that counts
	Mentors int       // who are listed in standings as of then
	Held    []int     // of them, by tier in the order of the document
	None    int       // of them, those without a tier
}

// TierMonths counts tiers month by month, from the first mentorship of a program up to a time: for each month what
// standings as of its end would say, all from the timelines up to the time.
func TierMonths(f *Facts, t *Timelines, plan *criteria.Plan, asOf time.Time) []TierMonth {
	var steps []tierStep
	for i, id := range t.Mentors {
		steps = f.tierSteps(steps, &f.mentors[id], t.Of[i].Transitions, asOf.UnixNano())
	}
	if len(steps) == 0 {
		return nil
	}
	slices.SortFunc(steps, func(a, b tierStep) int { return cmp.Compare(a.at, b.at) })
	starts := plan.MonthStarts(time.Unix(0, steps[0].at), asOf)
	months := make([]TierMonth, len(starts))
	held := make([]int, len(plan.Doc.Tiers)+1) // the first is of those with none
	mentors := 0
	for i := range months {
		until := asOf
		if i+1 < len(starts) {
			until = starts[i+1].Add(-1)
		}
		for len(steps) > 0 && steps[0].at <= until.UnixNano() {
			if s := &steps[0]; s.joins {
				mentors++
			} else {
				held[s.from+1]--
			}
			held[steps[0].to+1]++
			steps = steps[1:]
		}
		months[i] = TierMonth{
			From: starts[i], Until: until.UTC(), Mentors: mentors, Held: slices.Clone(held[1:]), None: held[0],
		}
	}
	return months
}

// tierStep is a change of what a mentor is counted as.
type tierStep struct {
	at       int64
	joins    bool // the mentor is listed from here on
	from, to int16
}

// tierSteps appends the steps of a mentor up to t.
func (f *Facts) tierSteps(steps []tierStep, m *mentor, transitions []criteria.Transition, t int64) []tierStep {
	since := m.since()
	if since > t {
		return steps
	}
	held, next := int16(criteria.NoTier), 0
	for ; next < len(transitions) && transitions[next].At <= since; next++ {
		held = transitions[next].To
	}
	steps = append(steps, tierStep{at: since, joins: true, to: held})
	for _, tr := range transitions[next:] {
		steps = append(steps, tierStep{at: tr.At, from: tr.From, to: tr.To})
	}
	return steps
}

package projections

import (
	"math"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// altered is a mentor as if some of the facts had been otherwise, with the tables that go with it.
type altered struct {
	mentor criteria.Mentor
	tables *criteria.Tables
}

// alter returns the mentor with each fact as edit returns it, or without it where edit returns false. Outcomes may be
// left out, and not changed. Where sessions change, the mentorships were last active at other times: who is credited
// with the mentees' outcomes is worked out anew, for this mentor.
func (f *Facts) alter(m *mentor, edit func(criteria.Fact) (criteria.Fact, bool)) altered {
	a := altered{mentor: m.Mentor, tables: &f.tables}
	a.mentor.Facts, a.mentor.Outcomes = make([]criteria.Fact, 0, len(m.Facts)), make([]uint32, 0, len(m.Outcomes))
	moved, outcome := false, 0
	for _, g := range m.Facts {
		edited, stays := edit(g)
		if criteria.IsOutcome(g.Type) {
			if stays {
				a.mentor.Outcomes = append(a.mentor.Outcomes, m.Outcomes[outcome])
			}
			outcome++
		} else {
			moved = moved || !stays || edited.At != g.At
		}
		if stays {
			a.mentor.Facts = append(a.mentor.Facts, edited)
		}
	}
	slices.SortStableFunc(a.mentor.Facts, func(g, h criteria.Fact) int { return keyOf(&g).compare(keyOf(&h)) })
	if moved && len(a.mentor.Outcomes) > 0 {
		a.tables = f.creditAnew(m, &a.mentor)
	}
	return a
}

// creditAnew returns tables in which the outcomes of an altered mentor have the candidates that the altered facts give,
// and numbers the mentor's outcomes by them.
func (f *Facts) creditAnew(m *mentor, changed *criteria.Mentor) *criteria.Tables {
	t := f.tables
	t.Outcomes, t.Candidates = nil, nil
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	active := make([]int64, len(m.bonds))
	for i := range active {
		active[i] = math.MinInt64
	}
	for i := range changed.Facts {
		g := &changed.Facts[i]
		switch {
		case g.Type == session:
			active[g.Bond] = g.At
		case criteria.IsOutcome(g.Type):
			old := f.tables.CandidatesOf(changed.Outcomes[len(t.Outcomes)])
			first := uint32(len(t.Candidates))
			own := false
			for _, c := range old {
				if c.Mentor != m.Index {
					t.Candidates = append(t.Candidates, c)
				} else if !own {
					own = true
					t.Candidates = m.appendCandidates(t.Candidates, g, active)
				}
			}
			t.Outcomes = append(t.Outcomes, criteria.Outcome{First: first, Count: uint32(len(t.Candidates)) - first})
		}
	}
	for i := range changed.Outcomes {
		changed.Outcomes[i] = uint32(i)
	}
	return &t
}

// appendCandidates appends the mentorships of a mentor that may be credited with an outcome, given when each was last
// active before it.
func (m *mentor) appendCandidates(
	to []criteria.Candidate, outcome *criteria.Fact, active []int64,
) []criteria.Candidate {
	for b := range m.bonds {
		started := m.bonds[b].startedNS
		if m.Bonds[b] == m.Bonds[outcome.Bond] && started <= outcome.At {
			c := criteria.NewCandidate(m.Index, outcome.At-started, outcome.At-max(started, active[b]))
			to = append(to, c)
		}
	}
	return to
}

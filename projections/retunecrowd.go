package projections

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain/criteria"
)

// crowd is a copy of what is known of a program's mentors: what evaluations read, and nothing personal.
type crowd struct {
	tables  criteria.Tables
	mentors []crowdMentor // first those who were mentors by the time looked at
	present int           // how many these are
}

// crowdMentor is a mentor with everything that an evaluation reads.
type crowdMentor struct {
	criteria.Mentor
	person uuid.UUID
	since  int64 // when the first mentorship started
}

func newCrowd(f *Facts, program string, asOf int64) *crowd {
	c := &crowd{tables: f.tables}
	// Texts and candidates are only ever added at the end; what there is stays as it is. Outcomes are changed in place.
	c.tables.Outcomes = slices.Clone(f.tables.Outcomes)
	ids := f.MentorsOf(program)
	facts, outcomes, bonds, mentees := 0, 0, 0, 0
	for _, id := range ids {
		m := &f.mentors[id]
		facts, outcomes = facts+len(m.Facts), outcomes+len(m.Outcomes)
		bonds, mentees = bonds+len(m.Bonds), mentees+len(m.Mentees)
	}
	allFacts, allOutcomes := make([]criteria.Fact, 0, facts), make([]uint32, 0, outcomes)
	allBonds, allMentees := make([]uint32, 0, bonds), make([]uint32, 0, mentees)
	c.mentors = make([]crowdMentor, 0, len(ids))
	for _, present := range []bool{true, false} {
		for _, id := range ids {
			m := &f.mentors[id]
			if since := m.since(); since <= asOf == present {
				c.mentors = append(c.mentors, crowdMentor{person: f.Person(id), since: since, Mentor: criteria.Mentor{
					Index: m.Index, Facts: packed(&allFacts, m.Facts), Outcomes: packed(&allOutcomes, m.Outcomes),
					Bonds: packed(&allBonds, m.Bonds), Mentees: packed(&allMentees, m.Mentees),
				}})
			}
		}
		if present {
			c.present = len(c.mentors)
		}
	}
	return c
}

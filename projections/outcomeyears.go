package projections

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// OutcomeYear counts what was achieved in a year.
type OutcomeYear struct {
	Year   int
	Counts []int // by type, in the order asked for
}

// OutcomeYears counts events that are facts of a program's mentors, each event once, by type and calendar year (UTC),
// from the first year with one up to that of a time. It is what mentees achieved, whether or not criteria give points
// for it.
func OutcomeYears(f *Facts, program string, types []domain.EventType, asOf time.Time) []OutcomeYear {
	seen := map[uuid.UUID]bool{}
	counts := map[int][]int{}
	limit := asOf.UnixNano()
	for _, id := range f.MentorsOf(program) {
		for _, fact := range f.mentors[id].Facts {
			i := slices.Index(types, criteria.FactType(fact.Type))
			if i < 0 || fact.At > limit {
				continue
			}
			event := f.EventID(fact.Seq)
			if seen[event] {
				continue
			}
			seen[event] = true
			year := time.Unix(0, fact.At).UTC().Year()
			if counts[year] == nil {
				counts[year] = make([]int, len(types))
			}
			counts[year][i]++
		}
	}
	if len(counts) == 0 {
		return nil
	}
	first := asOf.UTC().Year()
	for year := range counts {
		first = min(first, year)
	}
	var years []OutcomeYear
	for year := first; year <= asOf.UTC().Year(); year++ {
		c := counts[year]
		if c == nil {
			c = make([]int, len(types))
		}
		years = append(years, OutcomeYear{year, c})
	}
	return years
}

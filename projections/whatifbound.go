package projections

import (
	"math"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// reachCellsMax is into how many spans of time the search ahead is cut for bounds.
const reachCellsMax = 160

// cell is a span of time with what the measures are in it when nothing further happens.
type cell struct {
	ranges []criteria.Range
	parts  []criteria.Range            // by measure: of shares, the sum and its largest part, in thousandths
	units  [criteria.EveryYear + 1]int // by calendar unit in use: how many begin or go on before the span's end
}

// findCells cuts the time ahead where something changes by itself, or into coarser spans where that is often.
func (s *reaching) findCells() {
	step := (s.to - s.from) / reachCellsMax
	at := s.from
	before := s.trier.evaluate(s.base, at)
	for {
		next := max(before.Due, at+step)
		if before.Due > s.to || next > s.to {
			if before.Due > s.to {
				s.cells = append(s.cells, s.cellOf(&before, &before, true, s.to))
				return
			}
			next = s.to
		}
		after := s.trier.evaluate(s.base, next)
		s.evaluations++
		// The span ends before what is due next, or, where several things are due in it, with the last of them.
		s.cells = append(s.cells, s.cellOf(&before, &after, before.Due == next, next))
		if next == s.to {
			s.cells = append(s.cells, s.cellOf(&after, &after, true, s.to))
			return
		}
		at, before = next, after
	}
}

// cellOf returns the cell between two evaluations that ends at a time; still says that nothing changes before the
// second.
func (s *reaching) cellOf(before, after *criteria.Timeline, still bool, end int64) cell {
	if still {
		after = before
	}
	c := cell{ranges: make([]criteria.Range, len(s.plan.Doc.Measures))}
	for every, starts := range s.units {
		if starts != nil {
			c.units[every] = unitsBy(starts, end)
		}
	}
	c.units[criteria.Ever] = 1
	for i := range s.plan.Doc.Measures {
		m := &s.plan.Doc.Measures[i]
		r := criteria.Range{Low: after.Measures[i], High: before.Measures[i]} // what passes only takes away
		switch {
		case still:
		case m.Aggregate == criteria.MeanRating && m.WindowNS > 0:
			r = criteria.Range{Low: 1000, High: 5000}
		case m.Aggregate == criteria.ShareMentee:
			r = criteria.Range{Low: 0, High: 1000}
			sum := s.indexOf(m.In)
			if before.Measures[sum] == after.Measures[sum] {
				r = criteria.Range{Low: before.Measures[i], High: before.Measures[i]}
			}
		}
		c.ranges[i] = r
	}
	c.parts = make([]criteria.Range, len(c.ranges))
	for i := range s.plan.Doc.Measures {
		if m := &s.plan.Doc.Measures[i]; m.Aggregate == criteria.ShareMentee {
			// No part grows by itself: at the end of the span it is the smallest.
			sum := s.indexOf(m.In)
			// Shares are rounded to the next thousandth.
			least := max(0, after.Measures[i]-1) * after.Measures[sum] / 1000
			c.parts[i] = criteria.Range{Low: least, High: before.Measures[sum]}
		}
	}
	return c
}

func (s *reaching) indexOf(measure string) int {
	for i := range s.plan.Doc.Measures {
		if s.plan.Doc.Measures[i].Name == measure {
			return i
		}
	}
	return -1
}

// unitsBy counts the units that have begun by a time, of those whose beginnings are listed; beyond the list there is no
// end of them.
func unitsBy(starts []int64, end int64) int {
	n := 0
	for n < len(starts) && starts[n] <= end {
		n++
	}
	if n == 1+reachUnitsMax {
		return math.MaxInt32
	}
	return n
}

// room returns the most that a sum can gain with its caps, or a count of units with what there is of them.
func (s *reaching) room(c *cell, m *criteria.Measure, starts int) criteria.Milli {
	most := criteria.Milli(math.MaxInt64)
	for _, limit := range m.Caps {
		buckets := int64(c.units[limit.Every])
		if limit.Per == criteria.PerMentee {
			buckets *= int64(s.menteesAll + starts + 1) // one is for what has no mentee
		}
		if buckets < math.MaxInt32 {
			most = min(most, buckets*limit.Max)
		}
	}
	if unit := unitOf(m.Aggregate); unit != 0 {
		most = 1000 * criteria.Milli(c.units[unit])
	}
	return most
}

// unitOf is the calendar unit that a measure counts; 0 for none.
func unitOf(a criteria.Aggregate) criteria.Every {
	switch a {
	case criteria.CountDays:
		return criteria.EveryDay
	case criteria.CountWeeks, criteria.StreakWeek:
		return criteria.EveryWeek
	case criteria.CountMonths, criteria.StreakMonth:
		return criteria.EveryMonth
	}
	return 0
}

// feasible reports whether so many events of each kind may reach a tier that is wanted, at some time.
func (s *reaching) feasible(counts []int) bool {
	for k, n := range counts {
		if n > 0 && s.kinds[k].unsure {
			return true
		}
	}
	if !s.feasibleIn(&s.hull, counts) {
		return false
	}
	for i := range s.cells {
		if s.feasibleIn(&s.cells[i], counts) {
			return true
		}
	}
	return false
}

// feasibleIn is feasible within one span of time. That a sum grows and that it stays as it is are looked at apart where
// shares of it are measured: as soon as something is added, somebody has a share in it.
func (s *reaching) feasibleIn(c *cell, counts []int) bool {
	s.checks++
	for still := range 1 << len(s.shared) {
		ranges := s.stretched(c, counts, still)
		for tier := s.target; tier < len(s.plan.Doc.Tiers); tier++ {
			if s.plan.Possible(tier, ranges) {
				return true
			}
		}
	}
	return false
}

// findShared lists the sums that shares are measured of, up to a few of them.
func (s *reaching) findShared() {
	const sharedMax = 4
	for _, i := range s.measures {
		if m := &s.plan.Doc.Measures[i]; m.Aggregate == criteria.ShareMentee {
			if sum := s.indexOf(m.In); !slices.Contains(s.shared, sum) && len(s.shared) < sharedMax {
				s.shared = append(s.shared, sum)
			}
		}
	}
}

// findHull makes the cell that all cells are in: what is not feasible in it is feasible in none.
func (s *reaching) findHull() {
	for i, c := range s.cells {
		if i == 0 {
			s.hull = cell{ranges: slices.Clone(c.ranges), parts: slices.Clone(c.parts), units: c.units}
			continue
		}
		for m := range c.ranges {
			s.hull.ranges[m] = both(s.hull.ranges[m], c.ranges[m])
			s.hull.parts[m] = both(s.hull.parts[m], c.parts[m])
		}
		s.hull.units = c.units // the last has all of them
	}
}

func both(a, b criteria.Range) criteria.Range {
	return criteria.Range{Low: min(a.Low, b.Low), High: max(a.High, b.High)}
}

// stretched returns what the measures can be in a cell after so many events of each kind, of which none adds to those
// shared sums whose bit is set in still.
func (s *reaching) stretched(c *cell, counts []int, still int) []criteria.Range {
	ranges := make([]criteria.Range, len(c.ranges))
	copy(ranges, c.ranges)
	starts := 0
	for k, n := range counts {
		if s.kinds[k].kind == InputStart {
			starts += n
		}
	}
	stays := func(measure int) bool {
		i := slices.Index(s.shared, measure)
		return i >= 0 && still>>i&1 != 0
	}
	for _, i := range s.measures {
		if stays(i) {
			continue
		}
		m := &s.plan.Doc.Measures[i]
		total, n := criteria.Milli(0), 0
		least, most := criteria.Milli(math.MaxInt64), criteria.Milli(0)
		for k, count := range counts {
			if add := s.kinds[k].most[i]; add > 0 && count > 0 {
				total += add * criteria.Milli(count)
				n += count
				least, most = min(least, add), max(most, add)
			}
		}
		if n == 0 {
			continue
		}
		r := &ranges[i]
		switch m.Aggregate {
		case criteria.CountMentees:
			uncounted := s.menteesAll
			if m.WindowNS == 0 {
				uncounted -= int(c.ranges[i].Low / 1000)
			}
			total = min(total, criteria.Milli(max(uncounted, 0)+starts)*1000)
			r.High += total
		case criteria.MeanRating:
			weight := float64(m.PriorWeight) + 1000*float64(s.ratings[i])
			r.High = max(r.High, meanWith(r.High, weight, most, n)+1)
			r.Low = min(r.Low, meanWith(r.Low, weight, least, n)-1)
		case criteria.StreakWeek, criteria.StreakMonth:
			// A run that would have ended by then may go on from where it is now.
			r.High = max(r.High, s.cells[0].ranges[i].High) + min(total, s.room(c, m, starts))
		default:
			r.High += min(total, s.room(c, m, starts))
			for _, limit := range m.Caps {
				if limit.Per == criteria.PerMentor && limit.Every == criteria.Ever {
					r.High = min(r.High, limit.Max)
				}
			}
		}
	}
	for _, i := range s.measures {
		if m := &s.plan.Doc.Measures[i]; m.Aggregate == criteria.ShareMentee {
			if sum := s.indexOf(m.In); !stays(sum) {
				s.stretchShare(&ranges[i], c.parts[i], sum, counts)
			}
		}
	}
	return ranges
}

// meanWith is a mean of some weight after n ratings more.
func meanWith(mean criteria.Milli, weight float64, rating criteria.Milli, n int) criteria.Milli {
	return criteria.Milli(math.Round((float64(mean)*weight + 1000*float64(rating)*float64(n)) / (weight + 1000*float64(n))))
}

// stretchShare widens what a share of a sum can be: the largest part stays, and the sum may grow by all that is added;
// with few mentees, one of them has much of it.
func (s *reaching) stretchShare(r *criteria.Range, parts criteria.Range, sum int, counts []int) {
	added, events, nobodys := criteria.Milli(0), 0, false
	for k, n := range counts {
		if add := s.kinds[k].most[sum]; add > 0 && n > 0 {
			added += add * criteria.Milli(n)
			events += n
			nobodys = nobodys || s.kinds[k].kind == InputShared
		}
	}
	if added == 0 {
		return
	}
	low := parts.Low * 1000 / (parts.High + added)
	if !nobodys && !s.takes(sum, domain.TypePracticeShared) {
		low = max(low, 1000/criteria.Milli(s.sharing(sum)+events))
	}
	if !slices.Contains(s.shared, sum) { // then it may be that nothing is added
		low = min(low, r.Low)
	}
	*r = criteria.Range{Low: low, High: 1000}
}

// sharing returns with how many mentees the mentor has facts that a sum may count.
func (s *reaching) sharing(sum int) int {
	if n, known := s.sharers[sum]; known {
		return n
	}
	m, mentees := &s.base.mentors[s.base.self], map[uint32]bool{}
	for _, fact := range m.Facts {
		if fact.Bond != criteria.NoBond && s.takes(sum, criteria.FactType(fact.Type)) {
			mentees[m.Bonds[fact.Bond]] = true
		}
	}
	s.sharers[sum] = len(mentees)
	return len(mentees)
}

// countRatings finds out, by measure, how many ratings surely count at any time.
func (s *reaching) countRatings() {
	given, _ := criteria.TypeCode(domain.TypeFeedbackGiven)
	s.ratings = make([]int, len(s.plan.Doc.Measures))
	m := &s.base.mentors[s.base.self]
	for _, i := range s.measures {
		if doc := &s.plan.Doc.Measures[i]; doc.Aggregate == criteria.MeanRating && doc.WindowNS == 0 {
			for f := range m.Facts {
				if m.Facts[f].Type == given && s.plan.Passes(i, &s.base.tables, &m.Mentor, &m.Facts[f]) {
					s.ratings[i]++
				}
			}
		}
	}
}

// combinations yields the ways in which n events can be of the kinds that there are, until told to stop.
func (s *reaching) combinations(n int, yield func(counts []int) bool) {
	counts := make([]int, len(s.kinds))
	var place func(kind, left int) bool
	place = func(kind, left int) bool {
		most := left
		if s.kinds[kind].kind == InputStart {
			most = s.startsMax(kind, n, left)
		}
		if kind == len(counts)-1 {
			if left > most {
				return true
			}
			counts[kind] = left
			goOn := yield(counts)
			counts[kind] = 0
			return goOn
		}
		for c := most; c >= 0; c-- {
			counts[kind] = c
			if !place(kind+1, left-c) {
				return false
			}
		}
		counts[kind] = 0
		return true
	}
	place(0, n)
}

// startsMax is how many of n events can be starts: one that adds nothing by itself is only there for an event with its
// mentee.
func (s *reaching) startsMax(kind, n, left int) int {
	if s.kinds[kind].idle {
		left = min(left, n/2)
	}
	return min(left, reachNewMax)
}

// plainCombinations yields combinations of two kinds, with a few new mentees: what there is time for where there are too
// many combinations.
func (s *reaching) plainCombinations(n int, yield func(counts []int)) {
	const startsTried, splits = 3, 6
	for starts := 0; starts <= min(startsTried, n/2); starts++ {
		if starts > 0 && s.kinds[0].kind != InputStart {
			return
		}
		left := n - starts
		for a := range s.kinds {
			for b := a; b < len(s.kinds); b++ {
				if s.kinds[a].kind == InputStart || s.kinds[b].kind == InputStart {
					continue
				}
				for of := left; of > 0; of -= max(1, left/splits) {
					counts := make([]int, len(s.kinds))
					counts[0] = starts
					counts[a] += of
					counts[b] += left - of
					yield(counts)
					if a == b {
						break
					}
				}
			}
		}
	}
}

package projections

import (
	"iter"
	"math"
	"slices"

	"laurel/domain/criteria"
)

// stretch is a span of the time ahead, with what the measures are in it when nothing further happens.
type stretch struct {
	from, to    int64              // both included
	ranges      []criteria.Range   // by measure
	runs        []criteria.Milli   // by measure: of streaks, the most by the end: an event in time keeps a run going
	parts       [][]criteria.Range // by measure: of sums that a share divides, what each mentee has part in, and nobody
	coarse      bool               // something changes by itself within it
	left, right *stretch           // its halves; nil of one that is not divided
	cut         bool               // something changes by itself at its beginning, or at that age of what happens now

	adds          []criteria.Milli       // what was found about events in it: see most
	potentials    map[int]criteria.Milli // by measure: see potential
	contributions map[contributionKey][]criteria.Range
	classParts    map[contributionKey]*classParts
	amounts       map[string][]criteria.Range // by sum, class and bundle
	rooms         map[roomKey]criteria.Milli
}

// reachStretchesMax is into how many stretches the time ahead is cut.
const reachStretchesMax = 160

// records are what the measures counted up to now.
type records struct {
	sums   [][]sumRecord        // by measure
	latest [][]int64            // by measure: of counts of mentees, when each was counted last, or notCounted
	skills []map[uint16]bool    // by measure: of counts of skills, those that are counted
	rated  [][]int64            // by measure: of means, when ratings were given
	units  []int                // by measure: of streaks, how many units have been active
	used   [][][]criteria.Milli // by measure, cap and mentee (or nobody): what is used up of the present bucket
}

// notCounted is when a mentee was counted last who never was.
const notCounted = math.MinInt64

// sumRecord is what a sum credited for a fact.
type sumRecord struct {
	at               int64
	points, credited criteria.Milli
	mentee           uint32 // as many as there are for nobody
}

// readRecords evaluates the mentor at the present, noting what every measure makes of every fact.
func (s *reaching) readRecords() {
	n, m := len(s.plan.Doc.Measures), &s.base.mentors[s.base.self]
	s.records = records{
		sums: make([][]sumRecord, n), latest: make([][]int64, n), skills: make([]map[uint16]bool, n), units: make([]int, n),
		used: make([][][]criteria.Milli, n), rated: make([][]int64, n),
	}
	var trace criteria.Trace
	evaluator := s.plan.NewEvaluator(&s.base.tables)
	evaluator.SetTrace(&trace)
	evaluator.Evaluate(&m.Mentor, s.from)
	units := make([]map[int64]bool, n)
	for i := range n {
		s.records.latest[i] = slices.Repeat([]int64{notCounted}, s.mentees)
		s.records.skills[i] = map[uint16]bool{}
		units[i] = map[int64]bool{}
	}
	for _, r := range trace.Records {
		doc, fact := &s.plan.Doc.Measures[r.Measure], &m.Facts[r.Fact]
		if r.Excluded == criteria.ExcludedByWhere || r.Excluded == criteria.ExcludedByCredit {
			continue
		}
		mentee := uint32(s.mentees)
		if fact.Bond != criteria.NoBond {
			mentee = m.Bonds[fact.Bond]
		}
		switch doc.Aggregate {
		case criteria.SumPoints:
			s.records.sums[r.Measure] = append(s.records.sums[r.Measure], sumRecord{fact.At, r.Points, r.Credited, mentee})
		case criteria.CountMentees:
			if fact.Bond != criteria.NoBond {
				s.records.latest[r.Measure][mentee] = fact.At
			}
		case criteria.MeanRating:
			s.records.rated[r.Measure] = append(s.records.rated[r.Measure], fact.At)
		case criteria.CountSkills:
			s.records.skills[r.Measure][fact.Skill] = true
		case criteria.StreakWeek, criteria.StreakMonth:
			start, _ := s.plan.UnitOf(unitOf(doc.Aggregate), fact.At)
			units[r.Measure][start] = true
		}
	}
	for i := range n {
		s.records.units[i] = len(units[i])
		s.findUsed(i)
	}
}

// findUsed works out what is used up of the present buckets of a sum.
func (s *reaching) findUsed(measure int) {
	for _, limit := range s.plan.Doc.Measures[measure].Caps {
		used := make([]criteria.Milli, s.mentees+1)
		start, _ := s.plan.UnitOf(limit.Every, s.from)
		for _, r := range s.records.sums[measure] {
			switch {
			case r.at < start:
			case limit.Per == criteria.PerMentee:
				used[r.mentee] += r.credited
			default:
				used[s.mentees] += r.credited
			}
		}
		s.records.used[measure] = append(s.records.used[measure], used)
	}
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

// keptBetween returns the least and the most of an amount that counts at ages between two, both included: nothing before
// it was given.
func keptBetween(m *criteria.Measure, amount criteria.Milli, youngest, oldest int64) (low, high criteria.Milli) {
	some := false
	for kept := range keptAt(m, amount, youngest, oldest) {
		if !some {
			low, some = kept, true
		}
		low, high = min(low, kept), max(high, kept)
	}
	return low, high
}

// keptAt yields what of an amount counts at ages between two, both included: once for each step of decay among them,
// and 0 if the window ends before the oldest.
func keptAt(m *criteria.Measure, amount criteria.Milli, youngest, oldest int64) iter.Seq[criteria.Milli] {
	return func(yield func(criteria.Milli) bool) {
		youngest := max(youngest, 0)
		after, keepMicro := int64(0), int64(1_000_000)
		for _, d := range m.Decay {
			if m.WindowNS > 0 && d.AfterNS >= m.WindowNS {
				break
			}
			if after <= oldest && d.AfterNS > youngest && d.AfterNS > after && !yield(amount*keepMicro/1_000_000) {
				return
			}
			after, keepMicro = d.AfterNS, d.KeepMicro
		}
		if after <= oldest && (m.WindowNS == 0 || m.WindowNS > youngest) && !yield(amount*keepMicro/1_000_000) {
			return
		}
		if m.WindowNS > 0 && m.WindowNS <= oldest {
			yield(0)
		}
	}
}

// lookAhead cuts the time ahead where something changes by itself, or into coarser stretches where that is often.
func (s *reaching) lookAhead() {
	step := (s.to - s.from) / reachStretchesMax
	at, before := s.from, s.trial.evaluate(nil, s.from)
	for at <= s.to {
		if before.Due > s.to {
			s.leaves = append(s.leaves, s.stretchOf(&before, &before, at, s.to))
			break
		}
		next := min(max(before.Due, at+step), s.to)
		after := s.trial.evaluate(nil, next)
		s.evaluations++
		if before.Due >= next {
			s.leaves = append(s.leaves, s.stretchOf(&before, &before, at, next-1))
		} else {
			s.leaves = append(s.leaves, s.stretchOf(&before, &after, at, next-1))
		}
		if at = next; at == s.to {
			s.leaves = append(s.leaves, s.stretchOf(&after, &after, at, at))
			break
		}
		before = after
	}
	s.divide()
	for i, leaf := range s.leaves {
		leaf.runs = make([]criteria.Milli, len(leaf.ranges))
		for j := range leaf.ranges {
			leaf.runs[j] = leaf.ranges[j].High
			if i > 0 {
				leaf.runs[j] = max(leaf.runs[j], s.leaves[i-1].runs[j])
			}
		}
	}
	s.outlook = merged(s.leaves)
}

// agesMax is into how many stretches the time ahead is cut at the least: bounds know the ages of further events by these.
const agesMax = 48

// divide cuts the stretches in which nothing changes by itself into shorter ones, at the ages at which something changes
// for what happens now.
func (s *reaching) divide() {
	var ages []int64
	for _, i := range s.measures {
		for _, d := range s.plan.Doc.Measures[i].Decay {
			ages = append(ages, addNS(s.from, d.AfterNS))
		}
		if window := s.plan.Doc.Measures[i].WindowNS; window > 0 {
			ages = append(ages, addNS(s.from, window))
		}
	}
	slices.Sort(ages)
	step := max((s.to-s.from)/agesMax, 1)
	var divided []*stretch
	for _, leaf := range s.leaves {
		leaf.cut = true
		for !leaf.coarse {
			next, cut := leaf.from+step, false
			if i, _ := slices.BinarySearch(ages, leaf.from+1); i < len(ages) && ages[i] <= next {
				next, cut = ages[i], true
			}
			if next > leaf.to {
				break
			}
			before, after := *leaf, *leaf
			before.to, after.from, after.cut = next-1, next, cut
			divided, leaf = append(divided, &before), &after
		}
		divided = append(divided, leaf)
	}
	s.leaves = divided
}

// stretchOf returns the stretch from one time to another, given what the measures are at its beginning and after it; the
// same twice says that nothing changes in between.
func (s *reaching) stretchOf(before, after *criteria.Timeline, from, to int64) *stretch {
	n := len(s.plan.Doc.Measures)
	st := &stretch{
		from: from, to: to, coarse: before != after, ranges: make([]criteria.Range, n), parts: make([][]criteria.Range, n),
	}
	for i := range s.plan.Doc.Measures {
		m := &s.plan.Doc.Measures[i]
		r := criteria.Range{Low: after.Measures[i], High: before.Measures[i]} // what passes only takes away
		switch {
		case before == after:
		case m.Aggregate == criteria.SumPoints:
			r = s.sumBetween(m, i, from, to)
		case m.Aggregate == criteria.MeanRating && s.forgets(i, from, to):
			r = criteria.Range{Low: 1000, High: 5000}
		case m.Aggregate == criteria.ShareMentee:
			r = criteria.Range{Low: 0, High: 1000} // worked out from the parts
		}
		st.ranges[i] = r
	}
	for _, sum := range s.shared {
		st.parts[sum] = s.partsBetween(sum, from, to)
	}
	return st
}

// forgets reports whether a rating leaves the window of a mean between two times.
func (s *reaching) forgets(measure int, from, to int64) bool {
	window := s.plan.Doc.Measures[measure].WindowNS
	return slices.ContainsFunc(s.records.rated[measure], func(at int64) bool {
		end := addNS(at, window)
		return window > 0 && end > from && end <= to+1
	})
}

// sumBetween is what a sum can be between two times.
func (s *reaching) sumBetween(m *criteria.Measure, measure int, from, to int64) (r criteria.Range) {
	for _, of := range s.records.sums[measure] {
		low, high := keptBetween(m, of.credited, from-of.at, to-of.at)
		r.Low, r.High = r.Low+low, r.High+high
	}
	return r
}

// partsBetween is what each mentee, and nobody, can have part in a sum between two times.
func (s *reaching) partsBetween(measure int, from, to int64) []criteria.Range {
	parts := make([]criteria.Range, s.mentees+1)
	for _, of := range s.records.sums[measure] {
		low, high := keptBetween(&s.plan.Doc.Measures[measure], of.credited, from-of.at, to-of.at)
		r := &parts[of.mentee]
		r.Low, r.High = r.Low+low, r.High+high
	}
	return parts
}

// merged makes one stretch of several that follow each other: what is impossible in it is impossible in each.
func merged(leaves []*stretch) *stretch {
	if len(leaves) == 1 {
		return leaves[0]
	}
	left, right := merged(leaves[:len(leaves)/2]), merged(leaves[len(leaves)/2:])
	st := &stretch{
		from: left.from, to: right.to, left: left, right: right, ranges: slices.Clone(left.ranges), runs: right.runs,
		parts: make([][]criteria.Range, len(left.parts)),
	}
	for i := range st.ranges {
		st.ranges[i] = both(left.ranges[i], right.ranges[i])
		for j := range left.parts[i] {
			st.parts[i] = append(st.parts[i], both(left.parts[i][j], right.parts[i][j]))
		}
	}
	return st
}

func both(a, b criteria.Range) criteria.Range {
	return criteria.Range{Low: min(a.Low, b.Low), High: max(a.High, b.High)}
}

// unitsBetween counts the calendar units that begin in a span of time or go on in it.
func (s *reaching) unitsBetween(every criteria.Every, from, to int64) int {
	if every == criteria.Ever {
		return 1
	}
	starts := s.starts[every]
	after, _ := slices.BinarySearch(starts, from+1)
	by, _ := slices.BinarySearch(starts, to+1)
	if by == len(starts) && len(starts) == reachUnitsMax {
		return unitsUncounted // there are more of them than are listed
	}
	return 1 + by - after
}

const (
	reachUnitsMax  = 400 // beginnings of each calendar unit
	unitsUncounted = 1 << 30
)

// findStarts lists the beginnings of the calendar units that matter.
func (s *reaching) findStarts() {
	for every := range s.presentEnd {
		_, s.presentEnd[every] = s.plan.UnitOf(criteria.Every(every), s.from)
	}
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		for _, limit := range m.Caps {
			s.startsOf(limit.Every)
		}
		if unit := unitOf(m.Aggregate); unit != 0 {
			s.startsOf(unit)
		}
	}
}

func (s *reaching) startsOf(every criteria.Every) {
	if every == criteria.Ever || s.starts[every] != nil {
		return
	}
	s.starts[every] = []int64{}
	for _, at := s.plan.UnitOf(every, s.from); at <= s.to && len(s.starts[every]) < reachUnitsMax; {
		s.starts[every] = append(s.starts[every], at)
		_, at = s.plan.UnitOf(every, at)
	}
}

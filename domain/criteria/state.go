package criteria

import (
	"math/bits"
	"slices"
)

// state is the running value of one measure for the mentor under evaluation.
//
// A measure that changes as time passes keeps a queue of entries in the order of time. Each offset (a decay step or
// the window) has a head in the queue: the first entry that has not reached that age yet. Since a smaller offset is
// reached first, head 0 is the foremost.
type state struct {
	value Milli
	next  int64 // when the value next changes by itself

	entries []entry
	heads   []int // by offset

	total     Milli // sum of contributions; of a mean, the sum of ratings
	n         int64 // events, distinct mentees, skills or units; ratings of a mean
	buckets   [][]bucket
	used      []*Milli // of the buckets of the fact at hand
	perMentee []uint32 // count: mentees, the facts that count now
	perSkill  map[uint16]uint32
	parts     maxTree

	runStart int   // streaks: first entry of the latest run
	longest  int   // streaks without a window: the longest run so far
	ends     int64 // streaks: when the latest run is over
	over     bool
	tangled  bool // clock changes took the calendar back by a unit: runs are counted anew each time
	latest   int64
	scratch  []int64
}

// entry is a credited amount, or an active unit, with the time of the fact; for a unit, of its latest fact.
type entry struct {
	at     int64
	amount int64 // thousandths, or the number of the unit
	key    uint32
}

// bucket is what a cap has used up in one calendar unit. Clock changes can take the calendar back by a unit, so the
// unit before is remembered too.
type bucket struct {
	unit, before         int64
	used, usedBefore     Milli
	occupied, beforeUsed bool
}

func (b *bucket) at(unit int64) *Milli {
	switch {
	case b.occupied && unit == b.unit:
		return &b.used
	case b.occupied && unit < b.unit:
		if !b.beforeUsed || b.before != unit {
			b.before, b.usedBefore, b.beforeUsed = unit, 0, true
		}
		return &b.usedBefore
	}
	b.before, b.usedBefore, b.beforeUsed = b.unit, b.used, b.occupied
	b.unit, b.used, b.occupied = unit, 0, true
	return &b.used
}

func (s *state) init(m *measurePlan) {
	s.heads = make([]int, len(m.offsets))
	s.buckets = make([][]bucket, len(m.Caps))
	s.used = make([]*Milli, len(m.Caps))
	if m.Aggregate == CountSkills {
		s.perSkill = map[uint16]uint32{}
	}
}

func (s *state) reset(m *measurePlan, mentees int) {
	s.value, s.next, s.total, s.n = 0, never, 0, 0
	s.entries = s.entries[:0]
	clear(s.heads)
	for i := range m.Caps {
		n := 1
		if m.Caps[i].Per == PerMentee {
			n = mentees + 1 // the last for facts without a mentee
		}
		s.buckets[i] = cleared(s.buckets[i], n)
	}
	switch m.Aggregate {
	case CountMentees:
		s.perMentee = cleared(s.perMentee, mentees)
	case CountSkills:
		clear(s.perSkill)
	case MeanRating:
		s.value = mean(m, 0, 0)
	case StreakWeek, StreakMonth:
		s.runStart, s.longest, s.ends, s.over, s.tangled, s.latest = 0, 0, never, true, false, 0
	}
	if m.inParts {
		s.parts.reset(mentees)
	}
}

// cleared returns a slice of n zeros, in the old one's memory if it fits.
func cleared[T any](old []T, n int) []T {
	if cap(old) < n {
		return make([]T, n, n+n/2)
	}
	old = old[:n]
	clear(old)
	return old
}

// add counts one fact in measure i. Most facts leave most measures as they are, and those ways out come first.
func (e *Evaluator) add(i int, m *measurePlan, f *Fact, points Milli, index int) {
	s := &e.states[i]
	if e.trace != nil && m.Aggregate != SumPoints {
		e.trace.counted(i, index)
	}
	switch m.Aggregate {
	case SumPoints:
		if !s.addPoints(e, i, m, f, points, index) {
			return
		}
	case CountEvents:
		s.n++
		s.value = s.n * 1000
		s.push(m, entry{at: f.At})
	case CountMentees:
		if f.Bond == NoBond {
			return
		}
		mentee := e.mentor.Bonds[f.Bond]
		s.perMentee[mentee]++
		first := s.perMentee[mentee] == 1
		if first {
			s.n++
			s.value = s.n * 1000
		}
		if m.WindowNS == 0 && !first {
			return
		}
		s.push(m, entry{at: f.At, key: mentee})
	case CountSkills:
		skill := f.skill()
		if skill == 0 {
			return
		}
		if s.perSkill[skill]++; s.perSkill[skill] == 1 {
			s.n++
			s.value = s.n * 1000
		}
		s.push(m, entry{at: f.At, key: uint32(skill)})
	case MeanRating:
		s.n++
		s.total += Milli(f.Value)
		s.value = mean(m, s.n, s.total)
		s.push(m, entry{at: f.At, amount: int64(f.Value)})
	case CountDays, CountWeeks, CountMonths:
		if !s.pushUnit(m, f.At, e.unit(m.unit, f.At)) {
			return
		}
		s.n++
		s.value = s.n * 1000
	case StreakWeek, StreakMonth:
		if !s.addToStreak(e, m, f.At) {
			return
		}
	}
	e.due = min(e.due, s.next)
	e.set(i, s.value)
}

// addPoints credits a fact's points to a sum, as far as caps let it, and reports whether any were.
func (s *state) addPoints(e *Evaluator, i int, m *measurePlan, f *Fact, points Milli, index int) bool {
	mentee := uint32(len(e.mentor.Mentees))
	if f.Bond != NoBond {
		mentee = e.mentor.Bonds[f.Bond]
	}
	credited := points
	if len(m.Caps) > 0 {
		var byCap int
		credited, byCap = s.underCaps(e, m, f.At, mentee, points)
		if e.trace != nil {
			e.trace.credited(i, index, points, credited, byCap)
		}
		if credited == 0 {
			return false
		}
	} else if e.trace != nil {
		e.trace.credited(i, index, points, points, 0)
	}
	s.total += credited
	s.value = s.total
	if m.inParts && f.Bond != NoBond {
		s.parts.add(mentee, credited)
	}
	s.push(m, entry{at: f.At, amount: credited, key: mentee})
	return true
}

// underCaps returns what every cap's bucket leaves of the points, and the cap that leaves the least, and uses it up in
// every bucket.
func (s *state) underCaps(e *Evaluator, m *measurePlan, at int64, mentee uint32, points Milli) (credited Milli, byCap int) {
	credited = points
	for c := range m.Caps {
		limit := &m.Caps[c]
		slot := uint32(0)
		if limit.Per == PerMentee {
			slot = mentee
		}
		used := s.buckets[c][slot].at(e.unit(limit.Every, at))
		s.used[c] = used
		if left := limit.Max - *used; left < credited {
			credited, byCap = left, c
		}
	}
	if credited > 0 {
		for _, used := range s.used[:len(m.Caps)] {
			*used += credited
		}
	}
	return credited, byCap
}

// push queues an entry whose contribution changes with age.
func (s *state) push(m *measurePlan, en entry) {
	if len(m.offsets) == 0 {
		return
	}
	s.entries = append(s.entries, en)
	if s.heads[0] == len(s.entries)-1 {
		s.next = min(s.next, addNS(en.at, m.offsets[0]))
	}
}

// expire moves the measure on to t.
func (s *state) expire(e *Evaluator, m *measurePlan, t int64) {
	switch m.Aggregate {
	case StreakWeek, StreakMonth:
		s.expireStreak(m, t)
		return
	case CountDays, CountWeeks, CountMonths:
		for s.heads[0] < len(s.entries) && addNS(s.entries[s.heads[0]].at, m.WindowNS) <= t {
			if s.popUnit() {
				s.n--
			}
		}
		s.value = s.n * 1000
	default:
		for k, offset := range m.offsets {
			for ; s.heads[k] < len(s.entries) && addNS(s.entries[s.heads[k]].at, offset) <= t; s.heads[k]++ {
				s.age(m, k, &s.entries[s.heads[k]])
			}
		}
		switch m.Aggregate {
		case SumPoints:
			s.value = s.total
		case MeanRating:
			s.value = mean(m, s.n, s.total)
		default:
			s.value = s.n * 1000
		}
	}
	s.next = never
	for k, offset := range m.offsets {
		if s.heads[k] < len(s.entries) {
			s.next = min(s.next, addNS(s.entries[s.heads[k]].at, offset))
		}
	}
}

// age takes an entry past its offset k.
func (s *state) age(m *measurePlan, k int, en *entry) {
	switch m.Aggregate {
	case SumPoints:
		before := en.amount
		if k > 0 {
			before = kept(en.amount, m.keeps[k-1])
		}
		change := kept(en.amount, m.keeps[k]) - before
		s.total += change
		if m.inParts && en.key < uint32(s.parts.n) {
			s.parts.add(en.key, change)
		}
	case CountEvents:
		s.n--
	case CountMentees:
		if s.perMentee[en.key]--; s.perMentee[en.key] == 0 {
			s.n--
		}
	case CountSkills:
		if s.perSkill[uint16(en.key)]--; s.perSkill[uint16(en.key)] == 0 {
			s.n--
		}
	case MeanRating:
		s.n--
		s.total -= en.amount
	}
}

// kept returns what is left of credited points, rounded down to a thousandth. Both factors are small enough for an
// int64: points are at most 10^9 thousandths.
func kept(amount Milli, keepMicro int64) Milli {
	return amount * keepMicro / 1_000_000
}

// mean is the mean rating with its prior, rounded half up to a thousandth.
func mean(m *measurePlan, n int64, sum Milli) Milli {
	// The prior's weight is in thousandths, and so everything else is multiplied by 1000.
	over := mulAdd(m.PriorMean, m.PriorWeight, sum*1000)
	under := m.PriorWeight + n*1000
	return (2*over + under) / (2 * under)
}

func mulAdd(a, b, c int64) int64 { return a*b + c }

// pushUnit queues an active unit, or renews it if it is the newest. It reports whether the unit was not active before.
//
// A clock change can take the calendar back by one unit for up to a day; the units in the queue then read d, d+1, d.
func (s *state) pushUnit(m *measurePlan, at, unit int64) (isNew bool) {
	n := len(s.entries)
	head := 0
	if len(s.heads) > 0 {
		head = s.heads[0]
	}
	if n > head && s.entries[n-1].amount == unit {
		s.entries[n-1].at = at
		return false
	}
	isNew = true
	for back := 2; back <= 3 && n-back >= head; back++ {
		isNew = isNew && s.entries[n-back].amount != unit
	}
	if m.WindowNS > 0 {
		s.push(m, entry{at: at, amount: unit})
	} else {
		s.entries = append(s.entries, entry{at: at, amount: unit})
	}
	return isNew
}

// popUnit takes the oldest unit off the queue and reports whether it is active no more.
func (s *state) popUnit() (gone bool) {
	unit := s.entries[s.heads[0]].amount
	s.heads[0]++
	for i := s.heads[0]; i < len(s.entries) && i < s.heads[0]+3; i++ {
		if s.entries[i].amount == unit {
			return false
		}
	}
	return true
}

// addToStreak makes a unit active, and reports whether that may change the value.
func (s *state) addToStreak(e *Evaluator, m *measurePlan, at int64) bool {
	unit := e.unit(m.unit, at)
	n := len(s.entries)
	if !s.pushUnit(m, at, unit) && len(s.entries) == n && !s.over {
		return false
	}
	if len(s.entries) > n {
		switch {
		case n > 0 && unit < s.latest:
			s.tangled = true
		case n == 0 || unit-s.latest > int64(1+m.Grace):
			s.runStart = n
			s.latest = unit
		default:
			s.latest = unit
		}
	}
	if m.unit == EveryWeek {
		s.ends = e.plan.calendar.weekStart(s.latest + int64(m.Grace) + 2)
	} else {
		s.ends = e.plan.calendar.monthStart(s.latest + int64(m.Grace) + 2)
	}
	s.over = false
	s.countRun(m)
	return true
}

func (s *state) expireStreak(m *measurePlan, t int64) {
	if s.ends <= t {
		s.over, s.ends = true, never
	}
	if m.WindowNS > 0 {
		for s.heads[0] < len(s.entries) && addNS(s.entries[s.heads[0]].at, m.WindowNS) <= t {
			s.heads[0]++
		}
	}
	s.countRun(m)
}

// countRun sets a streak's value and when it next changes.
func (s *state) countRun(m *measurePlan) {
	head := 0
	s.next = s.ends
	if m.WindowNS > 0 {
		if head = s.heads[0]; head < len(s.entries) {
			s.next = min(s.next, addNS(s.entries[head].at, m.WindowNS))
		}
	}
	latest := len(s.entries) - max(s.runStart, head)
	if s.tangled || (m.Longest && m.WindowNS > 0) {
		latest, s.longest = s.runsOf(head, int64(1+m.Grace))
	}
	s.longest = max(s.longest, latest)
	switch {
	case m.Longest:
		s.value = Milli(s.longest) * 1000
	case s.over:
		s.value = 0
	default:
		s.value = Milli(latest) * 1000
	}
}

// runsOf counts the latest and the longest run among the units in the queue, from nothing.
func (s *state) runsOf(head int, apartMax int64) (latest, longest int) {
	units := s.scratch[:0]
	for _, en := range s.entries[head:] {
		units = append(units, en.amount)
	}
	slices.Sort(units)
	units = slices.Compact(units)
	s.scratch = units
	for i, u := range units {
		if i > 0 && u-units[i-1] <= apartMax {
			latest++
		} else {
			latest = 1
		}
		longest = max(longest, latest)
	}
	return latest, longest
}

// share returns the largest part of the sum that one mentee contributed, rounded down to a thousandth.
func (s *state) share() Milli {
	if s.total == 0 {
		return 0
	}
	// At most 10^9 thousandths a fact and 4*10^9 facts: 1000 times the part may pass an int64.
	hi, lo := bits.Mul64(uint64(s.parts.max()), 1000)
	q, _ := bits.Div64(hi, lo, uint64(s.total))
	return Milli(q)
}

// maxTree keeps one amount for each of n mentees and the greatest of them: a binary tree in an array, whose leaves
// are at n and above, where a parent holds the greater of its two children.
type maxTree struct {
	n    int
	node []Milli
}

func (t *maxTree) reset(n int) {
	t.n = n
	t.node = cleared(t.node, 2*n)
}

func (t *maxTree) add(mentee uint32, amount Milli) {
	i := t.n + int(mentee)
	t.node[i] += amount
	for ; i > 1; i /= 2 {
		greater := max(t.node[i], t.node[i^1])
		if t.node[i/2] == greater {
			return
		}
		t.node[i/2] = greater
	}
}

func (t *maxTree) max() Milli {
	switch {
	case t.n == 0:
		return 0
	default:
		return t.node[1]
	}
}

// unit returns the number of the calendar unit of the present instant.
func (e *Evaluator) unit(every Every, at int64) int64 {
	if u := &e.units; !u.known || u.at != at {
		e.cut(at)
	}
	return e.units.number[every]
}

// cut finds the calendar units of an instant.
func (e *Evaluator) cut(at int64) {
	u, c := &e.units, e.plan.calendar
	var day int64
	day, u.zone = c.day(at, u.zone)
	month := c.monthOf(day)
	u.number = [...]int64{
		Ever: 0, EveryDay: day, EveryWeek: weekOf(day), EveryMonth: month, EveryQuarter: month / 3, EveryYear: month / 12,
	}
	u.at, u.known = at, true
}

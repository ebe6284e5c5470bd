package criteria

// state is the running value of one measure for the mentor under evaluation.
//
// A measure that changes as time passes keeps a queue of entries in the order of time. Each offset (a decay step or
// the window) has a head in the queue: the first entry that has not reached that age yet. Since a smaller offset is
// reached first, head 0 is the foremost.
type state struct {
	value   Milli
	entries []entry
	heads   []int // by offset

	total     Milli      // sum of contributions; of a mean, the sum of ratings
	n         int64      // events, distinct mentees, skills or units; ratings of a mean
	buckets   [][]bucket // by cap
	perMentee []uint32   // count: mentees, the facts that count now
	perSkill  map[uint16]uint32
	parts     maxTree

	runStart int   // streaks: first entry of the latest run
	longest  int   // streaks: the longest run so far
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

func (s *state) init(m *measurePlan) {
	s.heads = make([]int, len(m.offsets))
	s.buckets = make([][]bucket, len(m.Caps))
	if m.Aggregate == CountSkills {
		s.perSkill = map[uint16]uint32{}
	}
}

func (s *state) reset(m *measurePlan, mentees int) {
	s.value, s.total, s.n = 0, 0, 0
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
	if e.trace != nil && m.aggregate != SumPoints {
		e.trace.counted(i, index)
	}
	if m.patient && s.behind(m, f.At) {
		s.expire(m, f.At)
		e.set(i, s.value) // also where the fact itself changes nothing
	}
	switch m.aggregate {
	case SumPoints:
		mentee := uint32(len(e.mentor.Mentees))
		if f.Bond != NoBond {
			mentee = e.mentor.Bonds[f.Bond]
		}
		if credited := s.addPoints(e, i, m, mentee, f.At, points, index); credited != 0 {
			e.push(i, m, s, entry{at: f.At, amount: credited, key: mentee})
		}
	case CountEvents:
		s.n++
		s.value = s.n * 1000
		e.push(i, m, s, entry{at: f.At})
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
		} else if m.windowNS == 0 {
			return
		}
		e.push(i, m, s, entry{at: f.At, key: mentee})
	case CountSkills:
		skill := f.skill()
		if skill == 0 {
			return
		}
		if s.perSkill[skill]++; s.perSkill[skill] == 1 {
			s.n++
			s.value = s.n * 1000
		}
		e.push(i, m, s, entry{at: f.At, key: uint32(skill)})
	case MeanRating:
		s.n++
		s.total += Milli(f.Value)
		s.value = mean(m, s.n, s.total)
		e.push(i, m, s, entry{at: f.At, amount: int64(f.Value)})
	case CountDays, CountWeeks, CountMonths:
		active, queued := s.pushUnit(f.At, e.unit(m.unit, f.At))
		if queued && m.windowNS > 0 && s.heads[0] == len(s.entries)-1 {
			e.wake(i, addNS(f.At, m.windowNS))
		}
		if active {
			return
		}
		s.n++
		s.value = s.n * 1000
	case StreakWeek, StreakMonth:
		if !s.addToStreak(m, f.At, e.unit(m.unit, f.At)) {
			return
		}
		e.next[i] = s.nextOfStreak(m)
		e.due = min(e.due, e.next[i])
	}
	e.set(i, s.value)
}

// push queues an entry whose contribution changes with age.
func (e *Evaluator) push(i int, m *measurePlan, s *state, en entry) {
	if len(m.offsets) == 0 {
		return
	}
	s.entries = append(s.entries, en)
	if s.heads[0] == len(s.entries)-1 {
		e.wake(i, addNS(en.at, m.offsets[0]))
	}
}

// wake has measure i looked at again at t.
func (e *Evaluator) wake(i int, t int64) {
	if t < e.next[i] {
		e.next[i] = t
		e.due = min(e.due, t)
	}
}

// addPoints credits a fact's points to a sum, as far as caps let it, and returns what it credited.
func (s *state) addPoints(e *Evaluator, i int, m *measurePlan, mentee uint32, at int64, points Milli, index int) Milli {
	credited, byCap := points, 0
	if len(m.caps) > 0 {
		credited, byCap = s.underCaps(e, m, at, mentee, points)
	}
	if e.trace != nil {
		e.trace.credited(i, index, points, credited, byCap)
	}
	s.total += credited
	s.value = s.total
	if m.inParts && credited != 0 && mentee < uint32(s.parts.n) {
		s.parts.add(mentee, credited)
	}
	return credited
}

// expire moves the measure on to t.
func (s *state) expire(m *measurePlan, t int64) {
	switch m.aggregate {
	case StreakWeek, StreakMonth:
		s.expireStreak(m, t)
	case CountDays, CountWeeks, CountMonths:
		for s.heads[0] < len(s.entries) && addNS(s.entries[s.heads[0]].at, m.windowNS) <= t {
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
		switch m.aggregate {
		case SumPoints:
			s.value = s.total
		case MeanRating:
			s.value = mean(m, s.n, s.total)
		default:
			s.value = s.n * 1000
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
	over := m.PriorMean*m.PriorWeight + sum*1000
	under := m.PriorWeight + n*1000
	return (2*over + under) / (2 * under)
}

// pushUnit queues an active unit, or renews it if it is the newest. It reports whether the unit was active before, and
// whether it was queued.
//
// A clock change can take the calendar back by one unit for up to a day; the units in the queue then read d, d+1, d.
func (s *state) pushUnit(at, unit int64) (active, queued bool) {
	n, head := len(s.entries), 0
	if len(s.heads) > 0 {
		head = s.heads[0]
	}
	if n > head {
		last := &s.entries[n-1]
		if last.amount == unit {
			last.at = at
			return true, false
		}
		if unit < last.amount || n-head > 1 && unit <= s.entries[n-2].amount {
			for back := 2; back <= 3 && n-back >= head; back++ {
				active = active || s.entries[n-back].amount == unit
			}
		}
	}
	s.entries = append(s.entries, entry{at: at, amount: unit})
	return active, true
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

package projections

import (
	"math"

	"laurel/domain"
	"laurel/domain/criteria"
)

// shape is a set of further events as far as bounds know it: how many of each kind, and with whom some of them are, by
// classes of mentees. It says nothing about times.
type shape struct {
	loose []int // by kind: how many with anyone
	upTo  bool  // there may be fewer of the loose ones
	slots []slot
}

// slot is one mentee of a class with the events with that mentee. Slots of a class are different mentees.
type slot struct {
	class  int
	bundle []int            // by kind: how many
	fixed  []criteria.Milli // by measure: what the outcomes add, where their times are chosen; nil where they are not
}

// feasible reports whether a set of a shape may reach a tier that is wanted, at some time. It may say yes where the
// truth is no, and never the other way round.
func (s *reaching) feasible(sh *shape) bool { return s.feasibleFrom(sh, 0) != nil }

// feasibleFrom returns the first undivided stretch from a time on in which a set of a shape may reach a tier that is
// wanted; nil for none.
func (s *reaching) feasibleFrom(sh *shape, from int64) *stretch {
	if st := s.feasibleIn(s.outlook, sh, from); st != nil || !s.mayHaveHeld(sh) {
		return st
	}
	return s.leaves[0]
}

func (s *reaching) feasibleIn(st *stretch, sh *shape, from int64) *stretch {
	if st.to < from {
		return nil
	}
	if !s.checked(st, sh) {
		return nil
	}
	if st.left == nil {
		return st
	}
	if found := s.feasibleIn(st.left, sh, from); found != nil {
		return found
	}
	return s.feasibleIn(st.right, sh, from)
}

// confirmKind is the kind of confirmations; -1 where there are none.
func (s *reaching) confirmKind() int {
	if n := len(s.kinds) - 1; n >= 0 && s.kinds[n].flips != nil {
		return n
	}
	return -1
}

// checked is possible, counted: more exact for a whole shape in an undivided stretch.
func (s *reaching) checked(st *stretch, sh *shape) bool {
	s.checks++
	if st.left == nil && !sh.upTo {
		return s.possible(st, sh, halvingsMax)
	}
	return s.possible(st, sh, halvingsMin)
}

// sizes are what a shape comes to.
type sizes struct {
	counts []int // by kind
	starts int   // new mentees
	wakes  bool  // some session is held
}

func (s *reaching) sizesOf(sh *shape) sizes {
	z := sizes{counts: append(s.counts[:0], sh.loose...)}
	s.counts = z.counts
	for i := range sh.slots {
		for k, n := range sh.slots[i].bundle {
			z.counts[k] += n
		}
	}
	for k, n := range z.counts {
		if n > 0 && s.kinds[k].kind == InputStart {
			z.starts += n
		}
		z.wakes = z.wakes || n > 0 && s.wakes(k)
	}
	return z
}

// wakes reports whether an event of a kind keeps a mentorship active.
func (s *reaching) wakes(kind int) bool {
	return criteria.FactType(s.kinds[kind].code) == domain.TypeSessionHeld
}

// awake reports whether a session is held in a slot.
func (s *reaching) awake(sl *slot) bool {
	for k, n := range sl.bundle {
		if n > 0 && s.wakes(k) {
			return true
		}
	}
	return false
}

// possible reports whether a tier that is wanted may hold within a stretch.
func (s *reaching) possible(st *stretch, sh *shape, halvings int) bool {
	z := s.sizesOf(sh)
	ranges := s.stretched(st, sh, &z)
	if !s.possibleAt(ranges) {
		return false
	}
	if len(s.shared) == 0 {
		return true
	}
	c := &coupling{s: s, depth: halvings}
	for _, sum := range s.shared {
		c.balances = append(c.balances, s.balanceOf(st, sh, &z, sum))
	}
	return c.possible(0, ranges)
}

// possibleAt reports whether a tier that is wanted may hold while the measures are within ranges.
func (s *reaching) possibleAt(ranges []criteria.Range) bool {
	for tier := s.target; tier < len(s.plan.Doc.Tiers); tier++ {
		if s.plan.Possible(tier, ranges) {
			return true
		}
	}
	return false
}

func (s *reaching) indexOf(measure string) int {
	for i := range s.plan.Doc.Measures {
		if s.plan.Doc.Measures[i].Name == measure {
			return i
		}
	}
	return -1
}

// stretched returns what the measures can be within a stretch with the events of a shape.
func (s *reaching) stretched(st *stretch, sh *shape, z *sizes) []criteria.Range {
	ranges := cloneRanges(st.ranges)
	for _, i := range s.measures {
		m, r := &s.plan.Doc.Measures[i], &ranges[i]
		switch m.Aggregate {
		case criteria.SumPoints:
			r.High += s.addedPoints(st, sh, z, i)
		case criteria.CountEvents:
			r.High += 1000 * int64(s.counted(st, sh, z, i))
		case criteria.CountMentees:
			r.High += 1000 * int64(s.addedMentees(st, sh, z, i))
		case criteria.CountSkills:
			r.High += 1000 * int64(s.addedSkills(z, i))
		case criteria.CountDays, criteria.CountWeeks, criteria.CountMonths:
			r.High += 1000 * int64(min(s.counted(st, sh, z, i), s.unitsBetween(unitOf(m.Aggregate), s.since(st, m), st.to)))
		case criteria.StreakWeek, criteria.StreakMonth:
			if n := s.counted(st, sh, z, i); n > 0 {
				r.High = st.runs[i] + 1000*int64(min(n, s.unitsBetween(unitOf(m.Aggregate), s.since(st, m), st.to)))
			}
		case criteria.MeanRating:
			s.stretchMean(r, z, i)
		case criteria.ShareMentee:
			*r = criteria.Range{High: 1000} // worked out from the sum: see coupling
		}
		if k := s.confirmKind(); k >= 0 && z.counts[k] > 0 {
			s.stretchFlips(r, st, i, z.counts[k], s.kinds[k].flips[i])
		}
	}
	return ranges
}

// since is from when on events count within a stretch.
func (s *reaching) since(st *stretch, m *criteria.Measure) int64 {
	if m.WindowNS == 0 {
		return s.from
	}
	return max(s.from, st.from-m.WindowNS+1)
}

// counted is how many of the events of a shape a measure may count within a stretch.
func (s *reaching) counted(st *stretch, sh *shape, z *sizes, measure int) int {
	n := 0
	for i := range sh.slots {
		n += s.countedIn(st, &sh.slots[i], measure)
	}
	for k, count := range sh.loose {
		if count > 0 && s.mostLoose(st, z, measure, k) > 0 {
			n += count
		}
	}
	return n
}

func (s *reaching) countedIn(st *stretch, sl *slot, measure int) int {
	n, awake := 0, s.awake(sl)
	for k, count := range sl.bundle {
		if count > 0 && s.most(st, measure, k, sl.class, awake) > 0 {
			n += count
		}
	}
	return n
}

// mostLoose is the most that one event of a kind adds to a measure, with anyone.
func (s *reaching) mostLoose(st *stretch, z *sizes, measure, kind int) criteria.Milli {
	k := &s.kinds[kind]
	switch {
	case k.passes[measure] == nil || !k.countsSomewhere(measure):
		return 0
	case k.kind != InputOutcome:
		return s.mostPlain(st, measure, k)
	}
	most := criteria.Milli(0)
	for c := range s.classes {
		if !s.classes[c].fresh || z.starts > 0 {
			most = max(most, s.most(st, measure, kind, c, z.wakes))
		}
	}
	return most
}

// addedPoints is the most that the events of a shape add to a sum.
func (s *reaching) addedPoints(st *stretch, sh *shape, z *sizes, measure int) criteria.Milli {
	m := &s.plan.Doc.Measures[measure]
	added := criteria.Milli(0)
	for i := range sh.slots {
		added += s.addedIn(st, &sh.slots[i], measure)
	}
	loose := criteria.Milli(0)
	for k, n := range sh.loose {
		if n > 0 {
			loose += times(n, s.mostLoose(st, z, measure, k))
		}
	}
	room := criteria.Milli(math.MaxInt64)
	for c, limit := range m.Caps {
		if limit.Per == criteria.PerMentee { // nobody has a bucket, too
			loose = min(loose, times(s.existing+z.starts+1, times(s.unitsOf(st, m, limit), limit.Max)))
		} else {
			room = min(room, s.room(st, measure, c, s.mentees))
		}
	}
	return min(added+loose, room)
}

// addedIn is the most that the events of a slot add to a sum.
func (s *reaching) addedIn(st *stretch, sl *slot, measure int) criteria.Milli {
	added, awake := criteria.Milli(0), s.awake(sl)
	for k, n := range sl.bundle {
		if n > 0 && (sl.fixed == nil || s.kinds[k].kind != InputOutcome) {
			added += times(n, s.most(st, measure, k, sl.class, awake))
		}
	}
	if sl.fixed != nil {
		added += sl.fixed[measure]
	}
	for c, limit := range s.plan.Doc.Measures[measure].Caps {
		if limit.Per == criteria.PerMentee && added > 0 {
			added = min(added, s.roomOfClass(st, measure, c, sl.class))
		}
	}
	return added
}

// boundless is more than any measure comes to.
const boundless = criteria.Milli(math.MaxInt64 / 64)

// times is so many times an amount, or boundless.
func times(n int, amount criteria.Milli) criteria.Milli {
	if amount > 0 && criteria.Milli(n) > boundless/amount {
		return boundless
	}
	return criteria.Milli(n) * amount
}

// unitsOf is in how many units of a cap events can be that count within a stretch.
func (s *reaching) unitsOf(st *stretch, m *criteria.Measure, limit criteria.Cap) int {
	return s.unitsBetween(limit.Every, s.since(st, m), st.to)
}

// room is what a cap leaves a bucket within a stretch: one that is used, by mentee or nobody, or, by a negative number,
// one that is not.
func (s *reaching) room(st *stretch, measure, limit, bucket int) criteria.Milli {
	m := &s.plan.Doc.Measures[measure]
	c := m.Caps[limit]
	room := times(s.unitsOf(st, m, c), c.Max)
	since := s.since(st, m)
	if bucket >= 0 && since < s.presentEnd[c.Every] {
		room -= s.records.used[measure][limit][bucket]
	}
	return max(room, 0)
}

// roomOfClass is what a cap leaves at most to a mentee of a class.
func (s *reaching) roomOfClass(st *stretch, measure, limit, class int) criteria.Milli {
	key := roomKey{measure, limit, class}
	if room, known := st.rooms[key]; known {
		return room
	}
	room := criteria.Milli(0)
	if c := &s.classes[class]; c.fresh {
		room = s.room(st, measure, limit, -1)
	} else {
		for _, who := range c.members {
			room = max(room, s.room(st, measure, limit, int(s.whos[who].local)))
		}
	}
	if st.rooms == nil {
		st.rooms = map[roomKey]criteria.Milli{}
	}
	st.rooms[key] = room
	return room
}

// roomKey names a bucket of a cap for a class of mentees.
type roomKey struct{ measure, limit, class int }

// addedMentees is how many mentees the events of a shape may add to a count of them.
func (s *reaching) addedMentees(st *stretch, sh *shape, z *sizes, measure int) int {
	added, loose := 0, 0
	for i := range sh.slots {
		sl := &sh.slots[i]
		if s.uncounted(st, measure, sl.class) && s.countedIn(st, sl, measure) > 0 {
			added++
		}
	}
	for k, n := range sh.loose {
		if n > 0 && s.kinds[k].kind != InputShared && s.mostLoose(st, z, measure, k) > 0 {
			loose += n
		}
	}
	return min(added+loose, s.uncountedAll(st, measure)+z.starts)
}

// addedSkills is how many skills events may add to a count of them.
func (s *reaching) addedSkills(z *sizes, measure int) int {
	added := 0
	window := s.plan.Doc.Measures[measure].WindowNS > 0
	var seen []uint16
	for k, n := range z.counts {
		kind := &s.kinds[k]
		if n == 0 || !kind.countsSomewhere(measure) {
			continue
		}
		skill := kind.fact.Skill
		switch {
		case kind.fresh:
			added += n
		case skill == 0 || !window && s.records.skills[measure][skill]:
		default:
			known := false
			for _, other := range seen {
				known = known || other == skill
			}
			if !known {
				seen = append(seen, skill)
				added++
			}
		}
	}
	return added
}

// stretchMean widens what a mean can be by the ratings of a shape.
func (s *reaching) stretchMean(r *criteria.Range, z *sizes, measure int) {
	n := 0
	least, most := criteria.Milli(math.MaxInt64), criteria.Milli(0)
	for k, count := range z.counts {
		kind := &s.kinds[k]
		if count == 0 || !kind.countsSomewhere(measure) {
			continue
		}
		n += count
		low, high := criteria.Milli(kind.value), criteria.Milli(kind.value)
		if kind.joker {
			low, high = 1000, 5000
		}
		least, most = min(least, low), max(most, high)
	}
	if n == 0 {
		return
	}
	weight := float64(s.plan.Doc.Measures[measure].PriorWeight) + 1000*float64(s.ratings[measure])
	r.High = max(r.High, meanWith(r.High, weight, most, n)+1)
	r.Low = min(r.Low, meanWith(r.Low, weight, least, n)-1)
}

// meanWith is a mean of some weight after n ratings more.
func meanWith(mean criteria.Milli, weight float64, rating criteria.Milli, n int) criteria.Milli {
	return criteria.Milli(math.Round((float64(mean)*weight + 1000*float64(rating)*float64(n)) / (weight + 1000*float64(n))))
}

package projections

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// coupling looks at shares together with the sums that they are of. Taken alone, a sum may be large enough because one
// mentee has a large part in it, and the share may be small enough because nobody has; together they may not.
type coupling struct {
	s        *reaching
	ranges   []criteria.Range
	balances []balance // by sum that a share divides
	depth    int
}

// How often the range of a sum is halved to see whether the share in it can be what it must be together with the sum.
const (
	halvingsMin = 2
	halvingsMax = 8
)

// possible reports whether a tier that is wanted may hold, given the choices for the sums before one: for each sum, its
// largest part is one of those that there can be.
func (c *coupling) possible(i int, ranges []criteria.Range) bool {
	if i == len(c.balances) {
		return c.halve(ranges, c.depth)
	}
	b := &c.balances[i]
	if b.unknown {
		b.peak = peak{Range: criteria.Range{High: math.MaxInt64}, of: -1}
		return c.possible(i+1, ranges)
	}
	for _, b.peak = range b.peaks {
		with := cloneRanges(ranges)
		r := &with[b.sum]
		if r.High = min(r.High, b.whole(b.peak.High), b.wholeExactly(b.peak.High)); r.Low <= r.High && c.possible(i+1, with) {
			return true
		}
	}
	return false
}

// halve works out the shares that go with sums, halving the sums' ranges where that makes a difference.
func (c *coupling) halve(ranges []criteria.Range, depth int) bool {
	for i := range c.balances {
		r, ok := c.balances[i].share(ranges[c.balances[i].sum])
		if !ok {
			return false
		}
		for _, share := range c.balances[i].shares {
			ranges[share] = r
		}
	}
	if !c.s.possibleAt(ranges) {
		return false
	}
	if depth == 0 {
		return true
	}
	for i := range c.balances {
		sum := c.balances[i].sum
		if r := ranges[sum]; r.Low < r.High {
			middle := r.Low + (r.High-r.Low)/2
			upper, lower := cloneRanges(ranges), cloneRanges(ranges)
			upper[sum].Low, lower[sum].High = middle+1, middle
			return c.halve(upper, depth-1) || c.halve(lower, depth-1)
		}
	}
	return true
}

func cloneRanges(r []criteria.Range) []criteria.Range {
	return append(make([]criteria.Range, 0, len(r)), r...)
}

// balance is what mentees can have part in a sum.
type balance struct {
	sum     int
	shares  []int // the measures that divide it
	unknown bool  // confirmations may shift parts in any way

	parts   []criteria.Range // by mentee
	added   []addition
	nobodys criteria.Milli // what has no mentee, at the most
	least   criteria.Milli // what the largest part is at the least
	most    criteria.Milli // and at the most
	peaks   []peak         // what the largest part can be
	peak    peak           // the one that is looked at
}

// peak is what the largest part can be.
type peak struct {
	criteria.Range
	of    int            // the addition that it is with, as an index; -1 for none, or any
	added criteria.Milli // what that one adds then, at the most
}

// addition is what events may add to the part of one mentee, or each of several to that of any.
type addition struct {
	to     criteria.Milli // what the mentee has part already, at the least that its largest can be for one of the class
	points criteria.Milli
	times  int

	from    criteria.Milli   // what the mentee has part already, at the least
	amounts []criteria.Range // of what is added to one mentee: what that can be, ascending
}

func (s *reaching) balanceOf(st *stretch, sh *shape, z *sizes, sum int) balance {
	b := balance{sum: sum, parts: st.parts[sum][:s.mentees], nobodys: st.parts[sum][s.mentees].High}
	for _, i := range s.measures {
		if m := &s.plan.Doc.Measures[i]; m.Aggregate == criteria.ShareMentee && s.indexOf(m.In) == sum {
			b.shares = append(b.shares, i)
		}
	}
	if k := s.confirmKind(); k >= 0 && z.counts[k] > 0 {
		f := s.kinds[k].flips[sum]
		b.unknown = f.gains > 0 || f.loses
	}
	for _, p := range b.parts {
		b.least, b.most = max(b.least, p.Low), max(b.most, p.High)
	}
	anywhere := s.addLoose(&b, st, sh, z)
	exact := anywhere == 0 && st.left == nil
	for i := range sh.slots {
		s.addSlot(&b, st, &sh.slots[i], exact)
	}
	b.most += anywhere
	// The largest part is that of a mentee with whom nothing further happens, or of one in a slot.
	for _, r := range append(joined(slices.Clone(b.parts), amountsMax), criteria.Range{}) {
		b.peaks = append(b.peaks, peak{Range: r, of: -1})
	}
	b.peaks = slices.DeleteFunc(b.peaks, func(p peak) bool { return p.High < b.least })
	if !exact || len(b.peaks) > peaksMax {
		b.peaks = []peak{{Range: criteria.Range{Low: b.least, High: b.most}, of: -1}}
	}
	for i := range b.peaks {
		b.peaks[i].Low = max(b.peaks[i].Low, b.least)
	}
	return b
}

// addLoose adds what events with anyone may add, and returns how much of it some mentee may get.
func (s *reaching) addLoose(b *balance, st *stretch, sh *shape, z *sizes) (anywhere criteria.Milli) {
	for k, n := range sh.loose {
		if n == 0 {
			continue
		}
		points := s.mostLoose(st, z, b.sum, k)
		switch {
		case points == 0:
		case s.kinds[k].kind == InputShared:
			b.nobodys += times(n, points)
		default:
			b.added = append(b.added, addition{points: points, times: n})
			anywhere += times(n, points)
		}
	}
	return anywhere
}

// addSlot adds what the events of a slot may add to the part of one mentee.
func (s *reaching) addSlot(b *balance, st *stretch, sl *slot, exact bool) {
	amounts := s.amounts(st, sl, b.sum)
	points := amounts[len(amounts)-1].High
	if points == 0 {
		return
	}
	to := s.partsOf(st, b.sum, sl.class)
	b.least, b.most = max(b.least, to.low+amounts[0].Low), max(b.most, to.high+points)
	if exact {
		for _, p := range to.parts {
			for _, a := range amounts {
				r := criteria.Range{Low: p.Low + a.Low, High: p.High + a.High}
				b.peaks = append(b.peaks, peak{Range: r, of: len(b.added), added: a.High})
			}
		}
	}
	b.added = append(b.added, addition{to: to.highest, points: points, times: 1, from: to.low, amounts: amounts})
}

// classParts are what mentees of a class have part in a sum within a stretch.
type classParts struct {
	parts     []criteria.Range
	low, high criteria.Milli
	highest   criteria.Milli // the least that the high end of one is
}

// partsOf finds what mentees of a class have part in a sum within a stretch.
func (s *reaching) partsOf(st *stretch, sum, class int) *classParts {
	key := contributionKey{sum: sum, class: class}
	if known := st.classParts[key]; known != nil {
		return known
	}
	found := &classParts{parts: []criteria.Range{{}}}
	if c := &s.classes[class]; !c.fresh {
		found.parts = found.parts[:0]
		found.low, found.highest = math.MaxInt64, math.MaxInt64
		for _, who := range c.members {
			p := st.parts[sum][s.whos[who].local]
			found.parts = append(found.parts, p)
			found.low, found.high = min(found.low, p.Low), max(found.high, p.High)
			found.highest = min(found.highest, p.High)
		}
		found.parts = joined(found.parts, amountsMax)
	}
	if st.classParts == nil {
		st.classParts = map[contributionKey]*classParts{}
	}
	st.classParts[key] = found
	return found
}

// How many ranges stand for what a slot adds: where there are more, neighbours are joined. And how many for what the
// largest part can be: where there are more, one stands for all.
const (
	amountsMax = 32
	peaksMax   = 400
)

// amounts lists what the events of a slot can add to a sum within a stretch, ascending.
func (s *reaching) amounts(st *stretch, sl *slot, sum int) []criteria.Range {
	if len(s.plan.Doc.Measures[sum].Caps) > 0 {
		return []criteria.Range{{High: s.addedIn(st, sl, sum)}}
	}
	if sl.fixed != nil {
		return s.amountsOf(st, sl, sum)
	}
	key := make([]byte, 0, 64)
	key = append(key, byte(sum), byte(sl.class))
	for _, n := range sl.bundle {
		key = append(key, byte(n))
	}
	if known, ok := st.amounts[string(key)]; ok {
		return known
	}
	if st.amounts == nil {
		st.amounts = map[string][]criteria.Range{}
	}
	amounts := s.amountsOf(st, sl, sum)
	st.amounts[string(key)] = amounts
	return amounts
}

func (s *reaching) amountsOf(st *stretch, sl *slot, sum int) []criteria.Range {
	all, awake := []criteria.Range{{}}, s.awake(sl)
	if sl.fixed != nil {
		all[0] = criteria.Range{Low: sl.fixed[sum], High: sl.fixed[sum]}
	}
	for k, n := range sl.bundle {
		if n == 0 || sl.fixed != nil && s.kinds[k].kind == InputOutcome {
			continue
		}
		contributions := s.contributions(st, sum, k, sl.class, awake)
		for range n {
			var more []criteria.Range
			for _, one := range contributions {
				for _, r := range all {
					more = append(more, criteria.Range{Low: r.Low + one.Low, High: r.High + one.High})
				}
			}
			all = joined(more, amountsMax)
		}
	}
	return all
}

// contributions lists what one event of a kind with a mentee of a class can add to a sum without caps within a stretch.
// All sets of fewer events were ruled out: so where nothing but this sum counts the event, it adds something.
func (s *reaching) contributions(st *stretch, sum, kind, class int, awake bool) []criteria.Range {
	k, c := &s.kinds[kind], &s.classes[class]
	if k.passes[sum] == nil || !k.counts(sum, c.members[0]) {
		return []criteria.Range{{}}
	}
	key := contributionKey{sum, kind, class, awake}
	if known, ok := st.contributions[key]; ok {
		return known
	}
	var all []criteria.Range
	needed := s.countedOnlyBy(kind, sum)
	add := func(left criteria.Milli) {
		if left > 0 || !needed {
			all = append(all, criteria.Range{Low: left, High: left})
		}
	}
	switch {
	case k.kind != InputOutcome:
		for left := range keptAt(&s.plan.Doc.Measures[sum], k.points[sum], 0, st.to-s.from) {
			add(left)
		}
		if k.joker {
			add(0)
		}
	default:
		members := c.members
		if c.fresh {
			members = members[:1]
		}
		for _, who := range members {
			for left := range s.worths(st, sum, who, k.points[sum], awake) {
				add(left)
			}
		}
		if !needed {
			all = append(all, criteria.Range{})
		}
	}
	if all = joined(all, amountsMax); len(all) == 0 {
		all = []criteria.Range{{}}
	}
	if st.contributions == nil {
		st.contributions = map[contributionKey][]criteria.Range{}
	}
	st.contributions[key] = all
	return all
}

// contributionKey names what one event can add to a sum.
type contributionKey struct {
	sum, kind, class int
	awake            bool
}

// countedOnlyBy reports whether nothing that decides but one sum, and shares in it, depends on an event of a kind.
func (s *reaching) countedOnlyBy(kind, sum int) bool {
	k := &s.kinds[kind]
	if k.joker || k.kind == InputStart || s.wakes(kind) {
		return false
	}
	switch criteria.FactType(k.code) {
	case domain.TypeMentorshipPaused, domain.TypeMentorshipResumed, domain.TypeMentorshipEnded:
		return false // other events depend on it
	}
	for _, i := range s.measures {
		if i != sum && k.passes[i] != nil && k.countsSomewhere(i) {
			return false
		}
	}
	return true
}

// joined sorts ranges and joins those that overlap, and then, while there are too many, the nearest neighbours.
func joined(all []criteria.Range, most int) []criteria.Range {
	if len(all) < 2 {
		return all
	}
	slices.SortFunc(all, func(a, b criteria.Range) int { return cmp.Compare(a.Low, b.Low) })
	apart := criteria.Milli(0)
	for {
		n := 0
		for _, r := range all {
			if n > 0 && r.Low <= all[n-1].High+apart {
				all[n-1].High = max(all[n-1].High, r.High)
			} else {
				all[n] = r
				n++
			}
		}
		if all = all[:n]; n <= most {
			return all
		}
		apart = 2*apart + 1
	}
}

// share is what the largest part of the sum can be of the whole while the sum is within a range; ok is false if it
// cannot be.
//
// Say the largest part is L. Then each mentee has part by no more than L, nor by more than there can be, and the sum is
// at most what these come to. That grows with L, ever more slowly: so the sum asks for an L of some size, and the
// share is smallest where the largest part is the least that it must be and the sum all that goes with it.
func (b *balance) share(total criteria.Range) (r criteria.Range, ok bool) {
	switch {
	case b.unknown:
		return criteria.Range{High: 1000}, true
	case total.High <= 0:
		return criteria.Range{}, true
	}
	largest := b.largest(total.Low)
	if largest > b.peak.High {
		return r, false
	}
	if at := min(b.whole(largest), total.High); at > 0 {
		r.Low = inThousandths(largest, at)
	}
	if at := min(b.wholeExactly(b.peak.High), total.High); at > 0 {
		r.Low = max(r.Low, inThousandths(largest, at))
	}
	r.High = 1000
	if total.Low > 0 {
		r.High = inThousandths(b.peak.High, total.Low)
	}
	return r, true
}

// whole is the most that the sum can be while no part is larger than the largest.
func (b *balance) whole(largest criteria.Milli) criteria.Milli {
	whole := b.nobodys
	for _, p := range b.parts {
		whole += min(largest, p.High)
	}
	for _, a := range b.added {
		whole += times(a.times, min(largest, a.to+a.points)-min(largest, a.to))
	}
	return whole
}

// wholeExactly is as whole, but knows that events add this or that amount and nothing in between: so it does not grow
// ever more slowly.
func (b *balance) wholeExactly(largest criteria.Milli) criteria.Milli {
	whole := b.nobodys
	for _, p := range b.parts {
		whole += min(largest, p.High)
	}
	for i := range b.added {
		if a := &b.added[i]; i == b.peak.of {
			whole += b.peak.added
		} else {
			whole += times(a.times, a.below(largest))
		}
	}
	return whole
}

// below is the most that is added to a part so that it does not become larger than the largest.
func (a *addition) below(largest criteria.Milli) criteria.Milli {
	if a.amounts == nil {
		return min(largest, a.points)
	}
	room, most := largest-a.from, criteria.Milli(0)
	for _, r := range a.amounts {
		if r.Low <= room {
			most = min(r.High, room)
		}
	}
	return most
}

// largest is the least that the largest part can be while the sum is what it is.
func (b *balance) largest(sum criteria.Milli) criteria.Milli {
	low, high := b.peak.Low, max(b.peak.Low, b.most)
	for low < high {
		middle := low + (high-low)/2
		if b.whole(middle) >= sum {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// inThousandths is a part of a whole, rounded down to a thousandth; of more than the whole it is 1000.
func inThousandths(part, whole criteria.Milli) criteria.Milli {
	if part >= whole {
		return 1000
	}
	high, low := bits.Mul64(uint64(part), 1000)
	q, _ := bits.Div64(high, low, uint64(whole))
	return criteria.Milli(q)
}

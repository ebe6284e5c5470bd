package projections

import (
	"cmp"
	"encoding/binary"
	"slices"

	"laurel/domain/criteria"
)

// timing is a way to lay out the events of a shape in time.
type timing struct {
	begin    int64
	unit     []int64 // beginnings of a calendar unit after that; none: all at once
	per      int     // so many events at each of them
	bySlot   bool    // with each mentee; else in all
	outcomes outcomeTiming
	wait     int64
}

// outcomeTiming is when outcomes come.
type outcomeTiming uint8

const (
	outcomesFirst outcomeTiming = iota // at the beginning
	outcomesLast                       // so long after the last of the others
	outcomesBest                       // when they are worth most
)

// schedules tries a shape at likely times with likely mentees, up to so many ways.
func (s *reaching) schedules(sh *shape, most int) {
	if s.hasJoker(sh) {
		return
	}
	tried := 0
	seen := map[string]bool{}
	for _, begin := range s.beginnings(sh) {
		for _, whos := range s.castings(sh, begin) {
			for _, t := range s.timings(sh, begin) {
				set, ok := s.layOut(sh, whos, &t)
				if !ok {
					continue
				}
				s.order(set)
				key := keyOfSet(set)
				if seen[key] || !s.inTime(set) {
					continue
				}
				seen[key] = true
				s.try(set)
				if tried++; tried >= most || s.spent() {
					return
				}
			}
		}
	}
}

func keyOfSet(set []further) string {
	var b []byte
	for _, e := range set {
		b = binary.AppendVarint(b, int64(e.kind))
		b = binary.AppendVarint(b, int64(e.who))
		b = binary.AppendVarint(b, e.at)
	}
	return string(b)
}

// beginningsMax is how many beginnings of a schedule are tried.
const beginningsMax = 4

// beginnings lists when the events of a shape may well begin: now, and when a stretch begins in which they might do.
func (s *reaching) beginnings(sh *shape) []int64 {
	all := []int64{s.from}
	for st := s.feasibleFrom(sh, s.from); st != nil && len(all) < beginningsMax; st = s.feasibleFrom(sh, st.to+1) {
		if st.from > all[len(all)-1] {
			all = append(all, st.from)
		}
		if st.to == s.to || s.confirmsKept(sh) {
			break
		}
	}
	return all
}

// castings lists choices of mentees for the slots of a shape, by index into whos: those whose outcomes are worth most
// first, those who have the least part in the sums that shares divide, and the others.
func (s *reaching) castings(sh *shape, begin int64) [][]int {
	st := s.leafAt(begin)
	byWorth := s.casting(sh, func(class int, bundle []int) []int {
		members := slices.Clone(s.classes[class].members)
		worth := make(map[int]criteria.Milli, len(members))
		for _, who := range members {
			worth[who] = s.worthOf(st, who, bundle)
		}
		slices.SortStableFunc(members, func(a, b int) int {
			return cmp.Or(-cmp.Compare(worth[a], worth[b]), cmp.Compare(s.partOf(st, a), s.partOf(st, b)))
		})
		return members
	})
	byPart := s.casting(sh, func(class int, _ []int) []int {
		members := slices.Clone(s.classes[class].members)
		slices.SortStableFunc(members, func(a, b int) int { return cmp.Compare(s.partOf(st, a), s.partOf(st, b)) })
		return members
	})
	inOrder := s.casting(sh, func(class int, _ []int) []int { return s.classes[class].members })
	all := [][]int{byWorth}
	for _, other := range [][]int{byPart, inOrder} {
		if !slices.ContainsFunc(all, func(known []int) bool { return slices.Equal(known, other) }) {
			all = append(all, other)
		}
	}
	return all
}

// casting gives each slot the first mentee in the order of preference who has no slot yet.
func (s *reaching) casting(sh *shape, prefer func(class int, bundle []int) []int) []int {
	var whos []int
	for _, sl := range sh.slots {
		members := s.classes[sl.class].members
		if !s.classes[sl.class].fresh {
			members = prefer(sl.class, sl.bundle)
		}
		for _, who := range members {
			if !slices.Contains(whos, who) {
				whos = append(whos, who)
				break
			}
		}
	}
	return whos
}

// leafAt returns the undivided stretch that holds a time.
func (s *reaching) leafAt(t int64) *stretch {
	for _, leaf := range s.leaves {
		if t <= leaf.to {
			return leaf
		}
	}
	return s.leaves[len(s.leaves)-1]
}

// worthOf is what the outcomes of a bundle are worth with a mentee within a stretch, in all measures.
func (s *reaching) worthOf(st *stretch, who int, bundle []int) criteria.Milli {
	worth := criteria.Milli(0)
	for kind, n := range bundle {
		if k := &s.kinds[kind]; n > 0 && k.kind == InputOutcome {
			for _, i := range s.measures {
				if k.passes[i] != nil && k.counts(i, who) {
					worth += criteria.Milli(n) * s.worth(st, i, who, k.points[i], false)
				}
			}
		}
	}
	return worth
}

// partOf is what a mentee has part in the sums that shares divide.
func (s *reaching) partOf(st *stretch, who int) criteria.Milli {
	part := criteria.Milli(0)
	for _, sum := range s.shared {
		if local := int(s.whos[who].local); local < s.mentees {
			part += st.parts[sum][local].High
		}
	}
	return part
}

// timings lists likely times: all at once, or so many at the beginning of each calendar unit that some measure uses.
func (s *reaching) timings(sh *shape, begin int64) []timing {
	facts, outcomes := 0, 0
	for _, sl := range sh.slots {
		for k, n := range sl.bundle {
			switch s.kinds[k].kind {
			case InputFact:
				facts += n
			case InputOutcome:
				outcomes += n
			}
		}
	}
	for k, n := range sh.loose {
		if s.kinds[k].kind == InputShared || s.kinds[k].flips != nil {
			facts += n
		}
	}
	base := []timing{{begin: begin, per: max(facts, 1)}}
	for _, starts := range s.starts {
		after, _ := slices.BinarySearch(starts, begin+1)
		if facts+outcomes < 2 && begin > s.from || len(starts) == after {
			continue
		}
		for _, per := range []int{1, 2, 4, 8} {
			if per == 1 || per < facts {
				base = append(base, timing{begin: begin, unit: starts[after:], per: per})
				if len(sh.slots) > 1 {
					base = append(base, timing{begin: begin, unit: starts[after:], per: per, bySlot: true})
				}
			}
		}
	}
	if outcomes == 0 {
		return base
	}
	var all []timing
	for _, t := range base {
		for _, outcome := range []outcomeTiming{outcomesLast, outcomesBest, outcomesFirst} {
			t.outcomes = outcome
			all = append(all, t)
		}
		for _, wait := range s.spans {
			t.outcomes, t.wait = outcomesLast, wait
			all = append(all, t)
		}
		t.wait = 0
	}
	return all
}

// layOut lays out a shape in time with the mentees of its slots.
func (s *reaching) layOut(sh *shape, whos []int, t *timing) ([]further, bool) {
	l := &layout{s: s, t: t, last: t.begin}
	if len(whos) < len(sh.slots) {
		return nil, false
	}
	sessions := 0
	for kind := range s.kinds {
		k := &s.kinds[kind]
		switch {
		case k.kind == InputStart:
			for i, sl := range sh.slots {
				if sl.bundle[kind] > 0 {
					l.set = append(l.set, further{kind, whos[i], t.begin})
				}
			}
		case k.flips != nil:
			for range sh.loose[kind] {
				l.set = append(l.set, further{kind, s.sessions[sessions], t.begin})
				sessions++
			}
		case k.kind == InputShared:
			for range sh.loose[kind] {
				l.fact(kind, -1, len(sh.slots))
			}
		case k.kind == InputFact:
			for round := 0; ; round++ {
				more := false
				for i := range sh.slots {
					if sh.slots[i].bundle[kind] > round {
						more = true
						l.fact(kind, whos[i], i)
					}
				}
				if !more {
					break
				}
			}
		}
	}
	for i := range sh.slots {
		l.outcomes(&sh.slots[i], whos[i])
	}
	return l.set, !l.late
}

// anyOf reports whether a shape has events of a kind.
func (s *reaching) anyOf(sh *shape, kind int) bool {
	return sh.loose[kind] > 0 || slices.ContainsFunc(sh.slots, func(sl slot) bool { return sl.bundle[kind] > 0 })
}

// layout is a schedule on its way.
type layout struct {
	s      *reaching
	t      *timing
	set    []further
	placed map[int]int // facts, by slot; all of them under -1
	last   int64
	late   bool // some event does not come in time
}

// fact adds an event other than an outcome at the next of the times.
func (l *layout) fact(kind, who, slot int) {
	if l.placed == nil {
		l.placed = map[int]int{}
	}
	if !l.t.bySlot {
		slot = -1
	}
	i := l.placed[slot] / l.t.per
	l.placed[slot]++
	at := l.t.begin
	switch {
	case i > len(l.t.unit):
		l.late = true
		return
	case i > 0:
		at = l.t.unit[i-1]
	}
	l.set = append(l.set, further{kind, who, at})
	l.last = max(l.last, at)
}

// outcomes adds the outcomes of a slot.
func (l *layout) outcomes(sl *slot, who int) {
	at := l.t.begin
	switch l.t.outcomes {
	case outcomesLast:
		at = l.last + l.t.wait
	case outcomesBest:
		at = l.s.bestTime(sl, who, l.t.begin)
		for i := range l.set { // what only keeps the mentorship active does so then
			if e := &l.set[i]; e.who == who && l.s.kinds[e.kind].idle && l.s.wakes(e.kind) {
				e.at = at
			}
		}
	}
	for k, n := range sl.bundle {
		for range n {
			if l.s.kinds[k].kind == InputOutcome {
				l.late = l.late || at > l.s.to
				l.set = append(l.set, further{k, who, at})
			}
		}
	}
}

// bestTime is the first time from some time on at which the outcomes of a slot are shared with the fewest others.
func (s *reaching) bestTime(sl *slot, who int, begin int64) int64 {
	awake := s.awake(sl)
	for kind, n := range sl.bundle {
		k := &s.kinds[kind]
		if n == 0 || k.kind != InputOutcome {
			continue
		}
		for _, i := range s.measures {
			if k.passes[i] == nil || !k.counts(i, who) {
				continue
			}
			best, fewest, found := begin, criteria.Milli(0), false
			for _, p := range s.piecesOf(who, s.plan.Doc.Measures[i].Credit) {
				if p.to >= begin && (p.asIs || awake && p.awake) && (!found || p.others < fewest) {
					best, fewest, found = max(p.from, begin), p.others, true
				}
			}
			if found {
				if s.whos[who].fresh > 0 {
					return max(best, begin+s.plan.Doc.Measures[i].Credit.AtLeastNS)
				}
				return best
			}
		}
	}
	return begin
}

package projections

import (
	"cmp"
	"slices"

	"laurel/domain/criteria"
)

// castings lists choices of mentees for the slots of a shape, by index into whos: those whose outcomes are worth most
// first, those who have the least part in the sums that shares divide, and those who were met last.
func (s *reaching) castings(sh *shape, at int64) [][]int {
	st := s.leafAt(at)
	byWorth := s.casting(sh, func(sl *slot) []int {
		members := slices.Clone(s.classes[sl.class].members)
		worth := make(map[int]criteria.Milli, len(members))
		for _, who := range members {
			worth[who] = s.worthOf(st, who, sl)
		}
		slices.SortStableFunc(members, func(a, b int) int {
			return cmp.Or(-cmp.Compare(worth[a], worth[b]), cmp.Compare(s.partOf(st, a), s.partOf(st, b)))
		})
		return members
	})
	byPart := s.casting(sh, func(sl *slot) []int {
		members := slices.Clone(s.classes[sl.class].members)
		slices.SortStableFunc(members, func(a, b int) int { return cmp.Compare(s.partOf(st, a), s.partOf(st, b)) })
		return members
	})
	inOrder := s.casting(sh, func(sl *slot) []int { return s.classes[sl.class].members })
	all := [][]int{byWorth}
	for _, other := range [][]int{byPart, inOrder} {
		if !slices.ContainsFunc(all, func(known []int) bool { return slices.Equal(known, other) }) {
			all = append(all, other)
		}
	}
	return all
}

// casting gives each slot the first mentee in the order of preference who has no slot yet.
func (s *reaching) casting(sh *shape, prefer func(*slot) []int) []int {
	var whos []int
	for i := range sh.slots {
		sl := &sh.slots[i]
		members := s.classes[sl.class].members
		if !s.classes[sl.class].fresh {
			members = prefer(sl)
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
	i, _ := slices.BinarySearchFunc(s.leaves, t, func(st *stretch, t int64) int { return cmp.Compare(st.to, t) })
	return s.leaves[min(i, len(s.leaves)-1)]
}

// worthOf is what the outcomes of a slot are worth with a mentee within a stretch, in all measures.
func (s *reaching) worthOf(st *stretch, who int, sl *slot) criteria.Milli {
	worth, awake := criteria.Milli(0), s.awake(sl)
	for kind, n := range sl.bundle {
		if k := &s.kinds[kind]; n > 0 && k.kind == InputOutcome {
			for _, i := range s.measures {
				if k.counts(i, who) {
					worth += criteria.Milli(n) * s.worth(st, i, who, k.points[i], awake)
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

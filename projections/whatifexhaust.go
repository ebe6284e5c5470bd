package projections

import (
	"math"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// whosFor lists with whom an event of a kind can be, given how many mentees are new.
func (s *reaching) whosFor(kind, starts int) []int {
	k := &s.kinds[kind]
	switch {
	case k.kind == InputShared:
		return []int{-1}
	case criteria.FactType(k.code) == domain.TypeSessionConfirmed:
		return s.sessions
	}
	var whos []int
	for i := range s.existing + starts {
		if k.kind == InputOutcome || s.whos[i].open {
			whos = append(whos, i)
		}
	}
	return whos
}

func (s *reaching) startsIn(counts []int) int {
	for k, n := range counts {
		if s.kinds[k].kind == InputStart {
			return n // there is one kind of start
		}
	}
	return 0
}

// sizeOf is how many sets a combination stands for.
func (s *reaching) sizeOf(counts []int) float64 {
	size, starts := 1.0, s.startsIn(counts)
	for k, n := range counts {
		choices := float64(len(s.instantsFor(k)))
		if s.kinds[k].kind != InputStart {
			choices *= float64(len(s.whosFor(k, starts)))
		}
		for i := range n { // choices with repetition, in no order
			size *= (choices + float64(i)) / float64(i+1)
		}
		if math.IsInf(size, 0) || size > 1e12 {
			return 1e12
		}
	}
	return size
}

// exhaust tries every set of a combination, until one reaches the tier.
func (s *reaching) exhaust(counts []int) {
	starts := s.startsIn(counts)
	var kinds []int
	for k, n := range counts {
		for range n {
			kinds = append(kinds, k)
		}
	}
	at := map[int][]int64{}
	for _, k := range kinds {
		at[k] = s.instantsFor(k)
	}
	set := make([]further, 0, len(kinds))
	var place func(i, least int)
	place = func(i, least int) {
		if i == len(kinds) {
			if s.inTime(set) {
				s.try(slices.Clone(set))
			}
			return
		}
		k := kinds[i]
		whos, instants := s.whosFor(k, starts), at[k]
		isStart := s.kinds[k].kind == InputStart
		if isStart {
			whos = []int{0}
		}
		if i == 0 || kinds[i-1] != k {
			least = 0
		}
		for choice := least; choice < len(whos)*len(instants) && s.best == nil; choice++ {
			who := whos[choice%len(whos)]
			if isStart { // the new mentees come one after the other
				who = s.existing
				for j := i; j > 0 && kinds[j-1] == k; j-- {
					who++
				}
			}
			set = append(set, further{k, who, instants[choice/len(whos)]})
			place(i+1, choice)
			set = set[:len(set)-1]
		}
	}
	place(0, 0)
}

// inTime reports whether nothing with a new mentee comes before the mentorship starts.
func (s *reaching) inTime(events []further) bool {
	for _, e := range events {
		if e.who < s.existing || e.who >= s.existing+reachNewMax || s.kinds[e.kind].kind == InputOutcome {
			continue
		}
		started := false
		for _, o := range events {
			started = started || s.kinds[o.kind].kind == InputStart && o.who == e.who && o.at <= e.at
		}
		if !started {
			return false
		}
	}
	return true
}

// polish moves events to earlier instants while that reaches the tier earlier, or leaves it where it is.
func (s *reaching) polish() {
	limit := s.evaluations + s.budget/8
	for moved := true; moved && s.evaluations < limit; {
		moved = false
		for i := range s.best.events {
			for _, at := range s.instants {
				if at >= s.best.events[i].at || s.evaluations >= limit {
					break
				}
				set := slices.Clone(s.best.events)
				set[i].at = at
				if !s.inTime(set) {
					continue
				}
				before := s.best.at
				if s.try(set); s.best.at < before {
					moved = true
					break
				}
			}
			if moved {
				break
			}
		}
	}
}

package projections

import (
	"fmt"
	"slices"
)

// schedules tries a combination of events at likely times with likely mentees: all at once or so many at the beginning
// of each calendar unit, from this one or the next on, in turns with those who are there or with new ones, outcomes at
// the end.
func (s *reaching) schedules(counts []int) {
	starts := s.startsIn(counts)
	facts, outcomes := 0, 0
	for k, n := range counts {
		switch s.kinds[k].kind {
		case InputFact, InputShared:
			facts = max(facts, n)
		case InputOutcome:
			outcomes += n
		}
	}
	units := [][]int64{{s.from}}
	for _, unit := range s.units {
		if unit != nil {
			units = append(units, unit)
		}
		if len(unit) > 1 {
			units = append(units, unit[1:]) // what this unit asks for may be there already
		}
	}
	turns := s.turns(starts)
	seen := map[string]bool{}
	tried := 0
	for _, unit := range units {
		pers := []int{1, 2, 4, 8}
		if len(unit) == 1 || facts <= 1 {
			pers = []int{max(facts, 1)}
		}
		for _, per := range pers {
			for _, factTurn := range turns {
				for _, outcomeTurn := range turns {
					if outcomes == 0 && outcomeTurn.name != turns[0].name {
						continue
					}
					for _, wait := range append([]int64{-1, 0}, s.spans...) {
						if outcomes == 0 && wait != 0 || tried >= schedulesMax || s.spent() {
							continue
						}
						set, ok := s.schedule(counts, unit, per, factTurn.whos, outcomeTurn.whos, wait)
						if !ok || !s.inTime(set) {
							continue
						}
						s.order(set)
						if key := fmt.Sprint(set); !seen[key] {
							seen[key] = true
							tried++
							s.try(set)
						}
					}
				}
			}
		}
	}
}

// turn is an order of mentees.
type turn struct {
	name string
	whos []int
}

// turns lists orders of mentees: new ones alone, new ones first, those who are there first, and each alone.
func (s *reaching) turns(starts int) []turn {
	var fresh, there []int
	for i := range s.existing {
		there = append(there, i)
	}
	for i := range starts {
		fresh = append(fresh, s.existing+i)
	}
	var all []turn
	if starts > 0 {
		all = append(all, turn{"new", fresh}, turn{"new first", append(slices.Clone(fresh), there...)})
	}
	all = append(all, turn{"there first", append(slices.Clone(there), fresh...)})
	const aloneMax = 4
	for i := range min(len(there), aloneMax) {
		all = append(all, turn{fmt.Sprint("alone ", i), there[i : i+1]})
	}
	if len(there) > 2 {
		all = append(all, turn{"others first", append(slices.Clone(there[1:]), there[0])})
	}
	return all
}

// schedule lays out a combination. Outcomes come together: at once where wait is negative, or so long after the last of
// the others.
func (s *reaching) schedule(counts []int, unit []int64, per int, factTurn, outcomeTurn []int, wait int64) ([]further, bool) {
	var set []further
	last := s.from
	outcome, started := 0, 0
	for k, n := range counts {
		kind := &s.kinds[k]
		whos := s.whosFor(k, s.startsIn(counts))
		for j := range n {
			e := further{kind: k, who: -1, at: s.from}
			switch kind.kind {
			case InputStart:
				e.who = s.existing + started
				started++
			case InputFact:
				of := intersect(factTurn, whos)
				if len(s.sessions) > 0 && slices.Equal(whos, s.sessions) {
					of = whos
				}
				if len(of) == 0 || j/per >= len(unit) {
					return nil, false
				}
				e.who, e.at = of[j%len(of)], unit[j/per]
			case InputShared:
				if j/per >= len(unit) {
					return nil, false
				}
				e.at = unit[j/per]
			default:
				continue
			}
			last = max(last, e.at)
			set = append(set, e)
		}
	}
	at := s.from
	if wait >= 0 {
		at = last + wait
	}
	for k, n := range counts {
		if s.kinds[k].kind != InputOutcome {
			continue
		}
		if len(outcomeTurn) == 0 || at > s.to {
			return nil, false
		}
		for range n {
			set = append(set, further{k, outcomeTurn[outcome%len(outcomeTurn)], at})
			outcome++
		}
	}
	return set, true
}

func intersect(a, b []int) []int {
	var both []int
	for _, v := range a {
		if slices.Contains(b, v) {
			both = append(both, v)
		}
	}
	return both
}

package projections

import "slices"

// dealtMax is with how many mentees of a class events are dealt out in turns.
const dealtMax = 12

// dealt lists shapes of a combination in which the events are dealt out in turns: to the new mentees, to those of each
// class and to all, sessions and the like in other turns than outcomes. There are few of them, however many events there
// are.
func (s *reaching) dealt(counts []int) []shape {
	starts := 0
	for k, n := range counts {
		starts += n * b2i(s.kinds[k].kind == InputStart)
	}
	turns := s.turns(starts)
	var shapes []shape
	for _, facts := range turns {
		for _, outcomes := range turns {
			if sh, ok := s.deal(counts, starts, facts, outcomes); ok && s.feasible(&sh) {
				shapes = append(shapes, sh)
			}
		}
	}
	return shapes
}

// turns lists orders of slots to deal out to, each by its class; those of the new mentees are first to begin with.
func (s *reaching) turns(starts int) [][]int {
	newcomers := len(s.classes) - 1
	fresh := slices.Repeat([]int{newcomers}, starts)
	all := [][]int{}
	if starts > 0 {
		all = append(all, fresh)
	}
	together := slices.Clone(fresh)
	for c := range newcomers {
		members := min(len(s.classes[c].members), dealtMax)
		all = append(all, []int{c})
		if members > 1 {
			all = append(all, slices.Repeat([]int{c}, members))
		}
		together = append(together, slices.Repeat([]int{c}, members)...)
	}
	return append(all, together)
}

// deal deals out a combination: starts to new mentees, other events in one order of turns, and outcomes in another.
func (s *reaching) deal(counts []int, starts int, facts, outcomes []int) (shape, bool) {
	d := dealing{s: s, loose: slices.Clone(counts)}
	for range starts {
		d.slot(len(s.classes)-1, -1)
	}
	for kind, n := range counts {
		k := &s.kinds[kind]
		if !k.withSomeone() || k.joker && n > 0 {
			continue
		}
		d.loose[kind] = 0
		turn := facts
		if k.kind == InputOutcome {
			turn = outcomes
		}
		for i := range n {
			if k.kind == InputStart {
				d.slots[i].bundle[kind]++
			} else if !d.give(kind, turn, i) {
				return shape{}, false
			}
		}
	}
	sh := shape{loose: d.loose}
	for _, sl := range d.slots {
		if slices.Max(sl.bundle) > 0 {
			if !s.sensible(sl.class, sl.bundle) {
				return shape{}, false
			}
			sh.slots = append(sh.slots, sl)
		}
	}
	return sh, true
}

// dealing is a combination that is being dealt out.
type dealing struct {
	s     *reaching
	loose []int
	slots []slot
	place []int // by slot: its number within its class
}

// slot returns the slot of a class by its number in it, new or there already; a negative number is for a new one.
func (d *dealing) slot(class, number int) int {
	n := 0
	for i := range d.slots {
		if d.slots[i].class == class {
			if d.place[i] == number {
				return i
			}
			n++
		}
	}
	if number < 0 {
		number = n
	}
	d.slots = append(d.slots, slot{class: class, bundle: make([]int, len(d.s.kinds))})
	d.place = append(d.place, number)
	return len(d.slots) - 1
}

// give deals the next event of a kind out, to those whose turn it is and who can take it.
func (d *dealing) give(kind int, turn []int, i int) bool {
	if len(turn) == 0 {
		return false
	}
	at := i % len(turn)
	number := 0
	for _, class := range turn[:at] {
		number += b2i(class == turn[at])
	}
	if d.s.kinds[kind].onRoom() && d.s.classes[turn[at]].state == roomEnded {
		return false
	}
	d.slots[d.slot(turn[at], number)].bundle[kind]++
	return true
}

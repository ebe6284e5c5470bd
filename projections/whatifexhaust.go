package projections

import (
	"slices"

	"laurel/domain/criteria"
)

// instantsMax bounds the instants that are gone through.
const instantsMax = 3_000

// findInstants lists the instants at which events of a set of n are tried, and tells whether trying others as well could
// make a difference.
//
// What a set does depends on times only through comparisons: of a time with the beginning of a calendar unit, or with
// an instant at which something changes by itself; and of two times that are a window, a decay step or a span of a
// credit apart. Move all events of a set that does as far back as they go without changing the outcome of any
// comparison that asks for a later time: then each is at such an instant, or such spans after or before one, or just
// after another. So these are enough, with as many spans as there are events, and one more for when the tier is
// reached.
func (s *reaching) findInstants(n int) (instants []int64, complete bool) {
	instants = []int64{s.from}
	complete = true
	for _, starts := range s.starts {
		instants, complete = append(instants, starts...), complete && len(starts) < reachUnitsMax
	}
	changes, all := s.changes()
	instants, complete = append(instants, changes...), complete && all
	for who := range s.existing {
		for _, i := range s.measures {
			for _, p := range s.piecesOf(who, s.plan.Doc.Measures[i].Credit) {
				instants = append(instants, p.from)
			}
		}
	}
	instants = s.within(instants)
	spans := s.spansBetween()
	for round := 0; round <= n && len(spans) > 0; round++ {
		more := slices.Clone(instants)
		for _, at := range instants {
			for _, span := range spans {
				more = append(more, at+span)
			}
		}
		more = s.within(more)
		if len(more) == len(instants) {
			break
		}
		if len(more) > instantsMax {
			return instants, false
		}
		instants = more
	}
	return instants, complete && len(instants) <= instantsMax
}

// within sorts instants, and leaves out those that are not in the time that is searched.
func (s *reaching) within(instants []int64) []int64 {
	instants = slices.DeleteFunc(instants, func(at int64) bool { return at < s.from || at > s.to })
	slices.Sort(instants)
	return slices.Compact(instants)
}

// spansBetween lists the spans that can matter between two events, or an event and the instant at which the tier is
// reached.
func (s *reaching) spansBetween() []int64 {
	var spans []int64
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		if m.WindowNS > 0 {
			spans = append(spans, m.WindowNS, 1-m.WindowNS)
		}
		for _, d := range m.Decay {
			spans = append(spans, d.AfterNS, 1-d.AfterNS)
		}
		for _, of := range m.Of {
			if code, _ := criteria.TypeCode(of.Type); criteria.IsOutcome(code) {
				if s.direction[i] != criteria.Rising {
					spans = append(spans, 1) // a session just after an outcome does nothing for its credit
				}
				spans = append(spans, m.Credit.AtLeastNS, -m.Credit.WithinNS, m.Credit.WithinNS+1, 1-m.Credit.AtLeastNS)
			}
		}
		if len(m.Caps) > 0 && (len(m.Caps) > 1 || slices.Contains(s.shared, i)) {
			spans = append(spans, 1) // which of two events comes first decides what caps leave to each
		}
	}
	slices.Sort(spans)
	return slices.DeleteFunc(slices.Compact(spans), func(span int64) bool { return span == 0 })
}

// changesMax bounds the instants at which something changes by itself.
const changesMax = 1_000

// changes lists the instants at which something changes by itself, and reports whether these are all.
func (s *reaching) changes() (found []int64, all bool) {
	if s.changed != nil {
		return s.changed, len(s.changed) < changesMax
	}
	for due := s.trial.evaluate(nil, s.from).Due; due <= s.to && len(s.changed) < changesMax; {
		s.changed = append(s.changed, due)
		s.evaluations++
		due = s.trial.evaluate(nil, due).Due
	}
	return s.changed, len(s.changed) < changesMax
}

// exhausting goes through every set of a shape.
type exhausting struct {
	s        *reaching
	sh       *shape
	instants []int64
	whos     []int // of the slots
	events   []further
}

// hasJoker reports whether a shape has events that cannot be recorded.
func (s *reaching) hasJoker(sh *shape) bool {
	for k := range s.kinds {
		if s.kinds[k].joker && (sh.loose[k] > 0 || slices.ContainsFunc(sh.slots, func(sl slot) bool { return sl.bundle[k] > 0 })) {
			return true
		}
	}
	return false
}

// setsOf is how many sets a shape stands for.
func (s *reaching) setsOf(sh *shape, instants int) float64 {
	sets := 1.0
	choose := func(choices float64, n int) { // with repetition, in no order
		for i := range n {
			sets *= (choices + float64(i)) / float64(i+1)
		}
	}
	for i, sl := range sh.slots {
		if c := &s.classes[sl.class]; !c.fresh {
			same := 0
			for j := range i {
				same += b2i(sh.slots[j].class == sl.class)
			}
			sets *= float64(len(c.members) - same)
		}
		for _, n := range sl.bundle {
			choose(float64(instants), n)
		}
	}
	for k, n := range sh.loose {
		switch {
		case s.kinds[k].flips != nil:
			choose(float64(len(s.sessions)), n)
		default:
			choose(float64(instants), n)
		}
	}
	return sets
}

// exhaust tries every set of a shape, until one reaches the tier.
func (s *reaching) exhaust(sh *shape, instants []int64) {
	x := &exhausting{s: s, sh: sh, instants: instants}
	x.cast(0)
}

// cast chooses a mentee for each slot from one on.
func (x *exhausting) cast(i int) {
	if i == len(x.sh.slots) {
		x.list()
		return
	}
	sl := &x.sh.slots[i]
	c := &x.s.classes[sl.class]
	from := 0
	if i > 0 && x.sh.slots[i-1].class == sl.class && slices.Equal(x.sh.slots[i-1].bundle, sl.bundle) {
		from = slices.Index(c.members, x.whos[i-1]) + 1 // their order makes no difference
	}
	for _, who := range c.members[from:] {
		if x.s.best != nil {
			return
		}
		if slices.Contains(x.whos, who) {
			continue
		}
		x.whos = append(x.whos, who)
		x.cast(i + 1)
		x.whos = x.whos[:i]
		if c.fresh {
			return // they are all alike
		}
	}
}

// list lists the events with whom they are, and goes through their times.
func (x *exhausting) list() {
	x.events = x.events[:0]
	for i, sl := range x.sh.slots {
		for k, n := range sl.bundle {
			for range n {
				x.events = append(x.events, further{kind: k, who: x.whos[i]})
			}
		}
	}
	confirms := 0
	var alike []int
	for k, n := range x.sh.loose {
		for range n {
			switch kind := &x.s.kinds[k]; {
			case kind.flips != nil:
				confirms++
			case kind.alike:
				alike = append(alike, k)
			default:
				x.events = append(x.events, further{kind: k, who: -1})
			}
		}
	}
	x.host(alike, x.s.hostsOf(x.sh, x.whos), confirms)
}

// host chooses with whom events are that it makes no difference with whom they are.
func (x *exhausting) host(alike, hosts []int, confirms int) {
	if len(alike) == 0 {
		x.confirm(0, confirms)
		return
	}
	for _, who := range hosts {
		x.events = append(x.events, further{kind: alike[0], who: who})
		x.host(alike[1:], hosts, confirms)
		x.events = x.events[:len(x.events)-1]
	}
}

// confirm chooses the sessions to be confirmed. When a confirmation is recorded makes no difference to its session.
func (x *exhausting) confirm(from, left int) {
	if left == 0 {
		x.time(0)
		return
	}
	kind := x.s.confirmKind()
	for i := from; i < len(x.s.sessions) && x.s.best == nil; i++ {
		x.events = append(x.events, further{kind: kind, who: x.s.sessions[i]})
		x.confirm(i+1, left-1)
		x.events = x.events[:len(x.events)-1]
	}
}

// time chooses a time for each event from one on.
func (x *exhausting) time(i int) {
	if x.s.best != nil {
		return
	}
	if i == len(x.events) {
		set := slices.Clone(x.events)
		if x.s.order(set); x.s.inTime(set) {
			x.s.try(set)
		}
		return
	}
	e := &x.events[i]
	instants := x.instants
	if i > 0 && x.events[i-1].kind == e.kind && x.events[i-1].who == e.who {
		from, _ := slices.BinarySearch(instants, x.events[i-1].at)
		instants = instants[from:]
	}
	if x.s.kinds[e.kind].flips != nil && !x.s.confirmsAreFacts() {
		instants = instants[:1]
	}
	for _, at := range instants {
		e.at = at
		x.time(i + 1)
	}
}

// confirmsAreFacts reports whether some measure counts confirmations themselves, so that their times matter.
func (s *reaching) confirmsAreFacts() bool {
	k := &s.kinds[s.confirmKind()]
	return slices.ContainsFunc(s.measures, func(i int) bool { return k.countsSomewhere(i) })
}

// inTime reports whether each event of a set, in order, finds its mentorship as it needs it.
func (s *reaching) inTime(events []further) bool {
	states := map[int]roomState{}
	for _, e := range events {
		k := &s.kinds[e.kind]
		if !k.onRoom() && k.kind != InputStart {
			continue
		}
		state, met := states[e.who]
		if !met {
			state = s.whos[e.who].state
		}
		after, may := state.after(criteria.FactType(k.code))
		if !may {
			return false
		}
		states[e.who] = after
	}
	return true
}

// polish moves events to earlier instants while that reaches the tier earlier, or leaves it where it is.
func (s *reaching) polish(instants []int64) {
	limit := s.evaluations + s.budget/8
	for moved := true; moved && s.evaluations < limit; {
		moved = false
		for i := range s.best.events {
			for _, at := range instants {
				if at >= s.best.events[i].at || s.evaluations >= limit {
					break
				}
				set := slices.Clone(s.best.events)
				set[i].at = at
				if s.order(set); !s.inTime(set) {
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

package criteria

import "math"

// Most expiries change nothing but a number: a session that leaves a window takes a point from a sum that is far from
// every threshold. An evaluator does not stop at each of them. For a patient measure it works out how many entries may
// expire before the measure, or the score, could reach the next threshold below, and comes back only then. Until it
// comes back the value it holds is too high by what has expired, by no more than was set aside for it. Whenever the
// exact value matters (a fact is added, some threshold may be crossed, the evaluation ends) it catches up first. So the
// tiers change at the same instants as if every expiry had been visited.

// findPatient marks the measures whose expiries only ever lower them, and with them nothing but a linear score.
func (p *Plan) findPatient() {
	inScore := map[int]bool{}
	if p.scoreRead {
		variablesOf(p.scoreOf.root, p.vars, inScore)
	}
	for _, i := range p.expiring {
		m := &p.measures[i]
		if m.inParts || p.ungated[i] {
			continue
		}
		switch m.aggregate {
		case SumPoints:
			for _, points := range m.points {
				m.dropMax = max(m.dropMax, points)
			}
			m.dropMax += Milli(len(m.offsets)) // what rounding down adds to a step
		case CountEvents, CountMentees, CountSkills:
			m.dropMax = 1000
		default:
			continue
		}
		if inScore[i] {
			if p.linear == nil || p.linear.factors[i] < 0 {
				continue
			}
			p.sharers++
		}
		if m.falls() {
			m.patient = true
			p.patient = append(p.patient, i)
		}
	}
}

// patience returns how many entries of each head may expire before measure i must be looked at again, and sets aside
// what that may take from the score.
func (e *Evaluator) patience(i int, m *measurePlan, s *state) int {
	budget, own := int64(math.MaxInt64), &e.gates[i]
	if own.high < own.low {
		budget = 0 // no thresholds are known yet
	} else if own.low > 0 {
		budget = s.value - own.low
	}
	score := &e.gates[len(e.states)]
	scored := e.plan.scoreRead && own.factor > 0 && score.low != math.MinInt64
	if scored && e.large {
		budget = 0 // the integers may have overflowed: every expiry is visited
	} else if scored {
		slack := max(0, floorDiv(e.micro, 1000)-score.low-2)
		budget = min(budget, slack*1000/own.factor/e.plan.sharers)
	}
	entries := 0
	if budget >= m.dropMax {
		entries = int(min(budget/m.dropMax, int64(len(s.entries))))
	}
	aside := Milli(0)
	if scored {
		aside = own.factor*m.dropMax*int64(entries)/1000 + 1
	}
	if aside != e.aside[i] {
		e.asideAll += aside - e.aside[i]
		e.aside[i] = aside
		e.guard()
	}
	return entries
}

// nextOf returns when measure i must be looked at again.
func (e *Evaluator) nextOf(i int, m *measurePlan, s *state) int64 {
	entries := 0
	if m.patient {
		entries = e.patience(i, m, s)
	}
	return s.nextAfter(m, entries)
}

// nextAfter returns when the entry that is the given number behind some head reaches that head's age.
func (s *state) nextAfter(m *measurePlan, entries int) int64 {
	next := never
	for k, offset := range m.offsets {
		if head := s.heads[k]; head < len(s.entries) {
			next = min(next, addNS(s.entries[min(head+entries, len(s.entries)-1)].at, offset))
		}
	}
	return next
}

// behind reports whether some entry has reached an age by t that was not seen to yet.
func (s *state) behind(m *measurePlan, t int64) bool {
	for k, offset := range m.offsets {
		if head := s.heads[k]; head < len(s.entries) && addNS(s.entries[head].at, offset) <= t {
			return true
		}
	}
	return false
}

// catchUp brings the patient measures, and the score, to their exact values at t.
func (e *Evaluator) catchUp(t int64) {
	for _, i := range e.plan.patient {
		if s, m := &e.states[i], &e.plan.measures[i]; s.behind(m, t) {
			s.expire(m, t)
			e.set(i, s.value)
		}
	}
	if e.plan.scoreRead {
		e.values.milli[len(e.states)] = e.score()
	}
}

// rebudget plans anew when the patient measures must be looked at again, from exact values.
func (e *Evaluator) rebudget() {
	for _, i := range e.plan.patient {
		e.next[i] = e.nextOf(i, &e.plan.measures[i], &e.states[i])
	}
	e.guard()
	e.due = never
	for _, i := range e.plan.expiring {
		e.due = min(e.due, e.next[i])
	}
}

// guard finds between which millionths a linear score, with what is set aside, can cross no threshold however it is
// rounded.
func (e *Evaluator) guard() {
	g := &e.gates[len(e.states)]
	e.microMin, e.microMax = math.MinInt64, math.MaxInt64
	if g.low > math.MinInt64 {
		e.microMin = (g.low + e.asideAll + 1) * 1000
	}
	if g.high < math.MaxInt64 {
		e.microMax = (g.high - 1) * 1000
	}
}

// settle ends an evaluation: every measure is exact at asOf, and due is when the next one changes.
func (e *Evaluator) settle(asOf int64) {
	e.catchUp(asOf)
	for _, i := range e.plan.patient {
		e.next[i] = e.states[i].nextAfter(&e.plan.measures[i], 0)
	}
	e.due = never
	for _, i := range e.plan.expiring {
		e.due = min(e.due, e.next[i])
	}
}

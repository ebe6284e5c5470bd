package criteria

import (
	"math"
	"sort"
)

const never = int64(math.MaxInt64)

// Evaluator evaluates mentors under one plan, one after the other, reusing its memory. It is not safe for concurrent
// use: give each goroutine its own.
type Evaluator struct {
	valuation
	tables *Tables
	states []state

	next               []int64 // by measure: when its value next changes by itself
	micro              int64   // a linear score, in millionths
	microMin, microMax int64   // between which a linear score surely crosses no threshold
	large              bool    // some measure is too large for a linear score in integers
	parted             bool    // a sum that a share divides has changed

	aside    []Milli // by patient measure: what its expiries may take from the score before it is looked at again
	asideAll Milli

	gates   []gate    // by variable
	answers [][]uint8 // by measure: remembered answers of its where; 0 unknown, 1 false, 2 true

	tiers      []tierState
	tier       int16
	started    bool  // the mentor's first fact was met
	changed    bool  // some measure changed at this instant
	dirty      bool  // some tier's when may have changed
	due        int64 // the next instant at which something changes without a fact
	keepDue    int64 // the next instant at which a kept tier runs out
	mentor     *Mentor
	subject    subject // of the where that is being asked
	units      unitsOfInstant
	arena      []Milli
	transArena []Transition
	trace      *Trace
}

// gate is what set needs to know about a variable.
type gate struct {
	low, high Milli // the values between which no comparison changes
	factor    Milli // of the measure in a linear score
	largeMin  Milli // from here on a linear score is left to doubles
	parted    bool  // some share divides the measure
}

type tierState struct {
	holds     bool
	held      bool  // at some time
	stoppedNS int64 // when it last ceased to hold
}

// NewEvaluator returns an evaluator of the plan over facts encoded by the tables.
func (p *Plan) NewEvaluator(tables *Tables) *Evaluator {
	n := len(p.measures)
	e := &Evaluator{
		valuation: p.newValuation(), tables: tables, states: make([]state, n), next: make([]int64, n),
		aside: make([]Milli, n), gates: make([]gate, n+1), tiers: make([]tierState, len(p.Doc.Tiers)),
		answers: make([][]uint8, n),
	}
	for i := range e.states {
		e.states[i].init(&p.measures[i])
		e.gates[i].parted = p.measures[i].inParts
		e.gates[i].largeMin = math.MaxInt64
		if p.linear != nil {
			e.gates[i].factor, e.gates[i].largeMin = p.linear.factors[i], p.linear.largeMin(i)
		}
		if pred := p.measures[i].pred; pred != nil && pred.few && len(tables.Labels) <= rememberedLabelsMax {
			e.answers[i] = make([]uint8, factTypeCount*4*len(tables.Labels))
		}
	}
	return e
}

// rememberedLabelsMax bounds the memory for remembered answers; with more labels each fact is asked about.
const rememberedLabelsMax = 4096

// Evaluate computes the timeline of one mentor from the facts with At <= asOf. The slices of the result stay valid
// after further calls: they are cut from large blocks that the evaluator does not reuse.
//
// The instants at which anything can change are those of facts and those at which a window, a decay step, a streak or
// a kept tier runs out. Both come in order: facts are sorted, and each measure knows when it next changes by itself,
// because what comes first also leaves first. So one merge over the facts visits every instant once.
func (e *Evaluator) Evaluate(m *Mentor, asOf int64) Timeline {
	e.reset(m)
	facts := m.Facts
	if n := len(facts); n > 0 && facts[n-1].At > asOf {
		facts = facts[:sort.Search(n, func(i int) bool { return facts[i].At > asOf })]
	}
	first := len(e.transArena)
	relevant := &e.plan.relevant
	i, outcome := e.forget(facts, asOf)
	for {
		t := min(e.due, e.keepDue)
		if e.started {
			// Most facts are of types that no measure takes: they only matter as the cause of what falls on their instant.
			for i < len(facts) && !relevant[facts[i].Type] && facts[i].At < t {
				if facts[i].Type < outcomeTypes {
					outcome++
				}
				i++
			}
		}
		if i < len(facts) && facts[i].At < t {
			t = facts[i].At
		}
		if t > asOf {
			break
		}
		for ; i < len(facts) && facts[i].At == t; i++ {
			f := &facts[i]
			if f.Type < outcomeTypes {
				e.takeOutcome(f, e.tables.CandidatesOf(m.Outcomes[outcome]), i)
				outcome++
			} else if relevant[f.Type] {
				e.take(f, i)
			}
		}
		if e.due <= t {
			e.expire(t)
		}
		if e.changed {
			e.derive(t)
		}
		if !e.started {
			if e.cause(facts[:i], outcome, t) == Elapsed {
				continue
			}
			e.started, e.dirty = true, true
		}
		if e.dirty || e.keepDue <= t {
			if to := e.decide(t); to != e.tier {
				e.transArena = append(e.transArena, Transition{At: t, Cause: e.cause(facts[:i], outcome, t), From: e.tier, To: to})
				e.tier = to
			}
		}
	}
	e.settle(asOf)
	e.values.milli[len(e.states)] = e.score()
	return e.timeline(first)
}

// forget returns how many facts are too old to matter, and how many of them are outcomes.
func (e *Evaluator) forget(facts []Fact, asOf int64) (old, outcomes int) {
	if e.plan.memoryNS == never {
		return 0, 0
	}
	oldest := asOf - e.plan.memoryNS
	if oldest > asOf {
		return 0, 0 // before all times
	}
	old = sort.Search(len(facts), func(i int) bool { return facts[i].At >= oldest })
	for i := range facts[:old] {
		if facts[i].Type < outcomeTypes {
			outcomes++
		}
	}
	return old, outcomes
}

// cause returns the ordinal of the last fact at t, given the facts up to t and the number of outcome facts among them:
// Elapsed where there is none. An outcome is a fact of the mentor's only where it is credited: by some measure that
// takes its type, or, if none does, under the default.
func (e *Evaluator) cause(facts []Fact, outcomes int, t int64) int64 {
	for i := len(facts) - 1; i >= 0 && facts[i].At == t; i-- {
		f := &facts[i]
		if f.Type >= outcomeTypes {
			return int64(f.Seq)
		}
		outcomes--
		candidates := e.tables.CandidatesOf(e.mentor.Outcomes[outcomes])
		takers := e.plan.takers[f.Type]
		if len(takers) == 0 {
			if credited, _ := credit(candidates, e.mentor.Index, defaultCredit); credited {
				return int64(f.Seq)
			}
		}
		for _, taker := range takers {
			if credited, _ := credit(candidates, e.mentor.Index, e.plan.measures[taker].Credit); credited {
				return int64(f.Seq)
			}
		}
	}
	return Elapsed
}

// reset prepares for the next mentor.
func (e *Evaluator) reset(m *Mentor) {
	e.mentor = m
	for i := range e.gates {
		e.gates[i].low, e.gates[i].high = 0, -1 // no value is within: the first look sets them
	}
	e.micro, e.large, e.parted = 0, false, false
	if e.plan.linear != nil {
		e.micro = e.plan.linear.constant * 1000
	}
	clear(e.aside)
	e.asideAll = 0
	e.microMin, e.microMax = 1, 0
	for i := range e.states {
		e.next[i] = never
		e.states[i].reset(&e.plan.measures[i], len(m.Mentees))
		e.values.milli[i] = 0
		e.set(i, e.states[i].value)
	}
	e.values.milli[len(e.states)] = 0
	e.values.unordered = false
	for i := range e.tiers {
		e.tiers[i] = tierState{}
	}
	e.tier, e.started, e.changed, e.dirty, e.due, e.keepDue = NoTier, false, true, false, never, never
	e.units.known = false
}

// take feeds one fact to the measures that take its type.
func (e *Evaluator) take(f *Fact, index int) {
	for _, i := range e.plan.takers[f.Type] {
		m := &e.plan.measures[i]
		if m.pred != nil && !e.ask(i, m.pred, f) {
			if e.trace != nil {
				e.trace.excluded(i, index, m.points[f.Type], ExcludedByWhere)
			}
			continue
		}
		if m.quick != quickNone && e.trace == nil {
			s := &e.states[i]
			if m.quick == quickSeen {
				if f.Bond != NoBond && s.perMentee[e.mentor.Bonds[f.Bond]] != 0 {
					continue
				}
			} else if n := len(s.entries); n > 0 && !s.over {
				// What is queued last may have expired already: then it is no longer active.
				if last := &s.entries[n-1]; last.amount == e.unit(m.unit, f.At) && (m.windowNS == 0 || s.heads[0] < n) {
					last.at = f.At
					continue
				}
			}
		}
		e.add(i, m, f, m.points[f.Type], index)
	}
}

// takeOutcome feeds an outcome to the measures that credit it to the mentor.
func (e *Evaluator) takeOutcome(f *Fact, candidates []Candidate, index int) {
	for _, i := range e.plan.takers[f.Type] {
		m := &e.plan.measures[i]
		points := m.points[f.Type]
		credited, mentors := credit(candidates, e.mentor.Index, m.Credit)
		if !credited {
			e.trace.excluded(i, index, points, ExcludedByCredit)
			continue
		}
		if m.Credit.Split {
			points /= mentors
		}
		if m.pred != nil && !e.ask(i, m.pred, f) {
			e.trace.excluded(i, index, points, ExcludedByWhere)
			continue
		}
		e.add(i, m, f, points, index)
	}
}

func (e *Evaluator) ask(i int, p *predicate, f *Fact) bool {
	e.subject = subject{fact: f, mentor: e.mentor, tables: e.tables}
	answers := e.answers[i]
	if answers == nil || int(f.Label) >= len(e.tables.Labels) {
		return p.holds(&e.subject)
	}
	key := (int(f.Type)*4+int(f.Flags&3))*len(e.tables.Labels) + int(f.Label)
	if answers[key] == 0 {
		answers[key] = 1
		if p.holds(&e.subject) {
			answers[key] = 2
		}
	}
	return answers[key] == 2
}

// set gives a measure its new value and notes what that may change.
func (e *Evaluator) set(i int, v Milli) {
	old := e.values.milli[i]
	if v == old {
		return
	}
	e.values.milli[i] = v
	g := &e.gates[i]
	e.micro += g.factor * (v - old)
	e.large = e.large || v >= g.largeMin
	e.changed = true
	e.dirty = e.dirty || v < g.low || v > g.high
	e.parted = e.parted || g.parted
}

// expire moves every measure on to t.
func (e *Evaluator) expire(t int64) {
	due := never
	for _, i := range e.plan.expiring {
		if e.next[i] <= t {
			s, m := &e.states[i], &e.plan.measures[i]
			s.expire(m, t)
			if m.isStreak() {
				e.next[i] = s.nextOfStreak(m)
			} else {
				e.next[i] = e.nextOf(i, m, s)
			}
			e.set(i, s.value)
		}
		due = min(due, e.next[i])
	}
	e.due = due
}

// derive recomputes what depends on other measures: shares, and the score where a tier reads it.
func (e *Evaluator) derive(t int64) {
	if e.parted {
		for _, s := range e.plan.sums {
			e.set(s.share, e.states[s.sum].share())
		}
		e.parted = false
	}
	// A linear score far from its thresholds needs no rounding: it is left as it was.
	if e.plan.scoreRead && (e.plan.linear == nil || e.large || e.micro < e.microMin || e.micro > e.microMax) {
		e.scoreMayMatter(t)
	}
	e.changed = false
}

// scoreMayMatter finds out whether the score has crossed a threshold.
func (e *Evaluator) scoreMayMatter(t int64) {
	i := len(e.states)
	v, g := e.score(), &e.gates[i]
	e.values.milli[i] = v
	if !e.large && v-e.asideAll >= g.low && v <= g.high {
		return
	}
	e.catchUp(t)
	v = e.values.milli[i]
	if e.dirty = e.dirty || v < g.low || v > g.high; !e.dirty {
		e.rebudget()
	}
}

// score evaluates the document's score over the present measures.
func (e *Evaluator) score() Milli {
	if e.plan.linear != nil && !e.large {
		if score, near := e.plan.linear.round(e.micro); !near {
			return score
		}
	}
	return e.scoreByDoubles()
}

// decide finds the tier at t.
func (e *Evaluator) decide(t int64) int16 {
	if e.dirty {
		e.catchUp(t)
		for i := range e.plan.when {
			holds, s := e.holds(&e.plan.when[i]), &e.tiers[i]
			if s.holds && !holds {
				s.stoppedNS = t
			}
			s.holds, s.held = holds, s.held || holds
		}
		for i, v := range e.values.milli {
			if g := &e.gates[i]; v < g.low || v > g.high {
				e.regate(i, v)
			}
		}
		e.dirty = false
		e.rebudget()
	}
	tier := int16(NoTier)
	e.keepDue = never
	for i := range e.tiers {
		s := &e.tiers[i]
		active := s.holds
		if !active && s.held {
			switch doc := &e.plan.Doc.Tiers[i]; doc.Keep {
			case KeepForever:
				active = true
			case KeepFor:
				if end := addNS(s.stoppedNS, doc.KeepNS); t < end {
					active = true
					e.keepDue = min(e.keepDue, end)
				}
			}
		}
		if active {
			tier = int16(i)
		}
	}
	return tier
}

// regate finds the neighbouring values at which a comparison of variable i changes.
func (e *Evaluator) regate(i int, v Milli) {
	g := &e.gates[i]
	g.low, g.high = math.MinInt64, math.MaxInt64
	if e.plan.ungated[i] {
		g.low, g.high = v, v
		return
	}
	limits := e.plan.gates[i]
	n := 0
	for n < len(limits) && limits[n] <= v {
		n++
	}
	if n > 0 {
		g.low = limits[n-1]
	}
	if n < len(limits) {
		g.high = limits[n] - 1
	}
}

// A block of results holds as many values as the evaluator has needed so far, from arenaBlockMin up to arenaBlockMax: one
// mentor does not cost what a replay does.
const (
	arenaBlockMin = 1 << 5
	arenaBlockMax = 1 << 14
)

func arenaBlock(used int) int { return min(max(2*used, arenaBlockMin), arenaBlockMax) }

// timeline cuts the results of this mentor from the arenas.
func (e *Evaluator) timeline(first int) Timeline {
	n := len(e.states)
	if cap(e.arena)-len(e.arena) < n {
		e.arena = make([]Milli, 0, max(arenaBlock(cap(e.arena)), n))
	}
	from := len(e.arena)
	e.arena = append(e.arena, e.values.milli[:n]...)
	end := len(e.transArena)
	t := Timeline{
		Tier: e.tier, Score: e.values.milli[n],
		Measures:    e.arena[from:len(e.arena):len(e.arena)],
		Transitions: e.transArena[first:end:end],
		Due:         min(e.due, e.keepDue),
	}
	if n := cap(e.transArena); n-end < n/16 {
		e.transArena = make([]Transition, 0, arenaBlock(n))
	}
	return t
}

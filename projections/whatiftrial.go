package projections

import (
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// further is a further event: of a kind, with someone, at some time. Who is -1 for what is shared with everybody.
type further struct {
	kind, who int
	at        int64
}

// trial evaluates the mentor with further events: it sets their facts, and who may be credited with outcomes, beside
// what there is, as folding the events would. What a search answers in the end is folded, too: see verify.
type trial struct {
	s         *reaching
	evaluator *criteria.Evaluator
	tables    criteria.Tables
	mentor    criteria.Mentor
	base      *mentor
	people    int     // of the base
	active    []int64 // by mentorship: when it was last active in the set on trial, or notCounted
}

// tablesAhead returns the tables with the new mentees.
func (s *reaching) tablesAhead() criteria.Tables {
	tables := s.base.tables
	tables.People = slices.Clip(tables.People)
	for _, w := range s.whos[s.existing : s.existing+reachNewMax] {
		tables.People = append(tables.People, w.person)
	}
	return tables
}

// mentorAhead returns the mentor with mentorships with all new mentees.
func (s *reaching) mentorAhead() criteria.Mentor {
	m := s.base.mentors[s.base.self].Mentor
	m.Bonds, m.Mentees = slices.Clone(m.Bonds), slices.Clone(m.Mentees)
	for n, w := range s.whos[s.existing : s.existing+reachNewMax] {
		m.Bonds = append(m.Bonds, w.local)
		m.Mentees = append(m.Mentees, uint32(len(s.base.tables.People)+n))
	}
	return m
}

func newTrial(s *reaching) *trial {
	t := &trial{s: s, base: &s.base.mentors[s.base.self], tables: s.tablesAhead(), people: len(s.base.tables.People)}
	t.mentor = s.ahead
	t.mentor.Facts = append(make([]criteria.Fact, 0, len(t.base.Facts)+reachEventsMax), t.base.Facts...)
	t.mentor.Outcomes = append(make([]uint32, 0, len(t.base.Outcomes)+reachEventsMax), t.base.Outcomes...)
	t.tables.Outcomes = slices.Clip(t.tables.Outcomes)
	t.tables.Candidates = slices.Clip(t.tables.Candidates)
	t.active = make([]int64, len(t.mentor.Bonds))
	t.evaluator = s.plan.NewEvaluator(&t.tables)
	return t
}

// evaluate evaluates the mentor with further events, in order, as of a time.
func (t *trial) evaluate(events []further, asOf int64) criteria.Timeline {
	facts, outcomes := len(t.base.Facts), len(t.base.Outcomes)
	t.mentor.Facts, t.mentor.Outcomes = t.mentor.Facts[:facts], t.mentor.Outcomes[:outcomes]
	records, candidates := len(t.s.base.tables.Outcomes), len(t.s.base.tables.Candidates)
	t.tables.Outcomes, t.tables.Candidates = t.tables.Outcomes[:records], t.tables.Candidates[:candidates]
	mentees, fresh := t.s.mentees, 0
	for i := range t.active {
		t.active[i] = notCounted
	}
	for i, e := range events {
		t.add(e, uint32(len(t.s.base.ids)+i), &fresh)
		if w := max(e.who, 0); t.s.whos[w].fresh > 0 {
			mentees = max(mentees, t.s.mentees+t.s.whos[w].fresh)
		}
	}
	m := t.mentor
	m.Mentees = m.Mentees[:mentees]
	timeline := t.evaluator.Evaluate(&m, asOf)
	for _, e := range events {
		if t.s.kinds[e.kind].flips != nil {
			t.mentor.Facts[t.s.whos[e.who].sessionFact].Flags &^= criteria.FlagConfirmed
		}
	}
	return timeline
}

// add sets one event beside the facts that there are.
func (t *trial) add(e further, seq uint32, fresh *int) {
	k := &t.s.kinds[e.kind]
	fact := k.fact
	fact.At, fact.Seq = e.at, seq
	if k.fresh {
		fact.Skill = t.s.fresh[*fresh]
		*fresh++
	}
	if k.kind == InputShared {
		fact.Bond = criteria.NoBond
		t.mentor.Facts = append(t.mentor.Facts, fact)
		return
	}
	w := &t.s.whos[e.who]
	fact.Bond = w.bond
	switch {
	case k.kind == InputOutcome:
		if !t.credit(w, e.at, &fact) {
			return
		}
	case k.flips != nil:
		session := &t.mentor.Facts[w.sessionFact]
		session.Flags |= criteria.FlagConfirmed
		setSession(&fact, session.Seq)
	case criteria.FactType(fact.Type) == domain.TypeSessionHeld, k.kind == InputStart:
		t.active[w.bond] = e.at
	}
	t.mentor.Facts = append(t.mentor.Facts, fact)
}

// credit lists who may be credited with an outcome, and reports whether the mentor may.
func (t *trial) credit(w *furtherWho, at int64, fact *criteria.Fact) bool {
	first, own := uint32(len(t.tables.Candidates)), false
	candidate := func(mentor uint32, started, active int64) {
		if started <= at {
			t.tables.Candidates = append(t.tables.Candidates, criteria.NewCandidate(mentor, at-started, at-active))
		}
	}
	for _, b := range w.own {
		candidate(t.mentor.Index, b.startedNS, max(b.active, t.active[b.bond]))
		if b.startedNS <= at && !own {
			fact.Bond, own = b.bond, true
		}
	}
	if w.fresh > 0 {
		if t.active[w.bond] == notCounted {
			return false
		}
		candidate(t.mentor.Index, t.startOf(w), t.active[w.bond])
		own = true
	}
	if !own {
		return false
	}
	for _, o := range w.others {
		candidate(o.mentor, o.startedNS, o.active)
	}
	t.mentor.Outcomes = append(t.mentor.Outcomes, uint32(len(t.tables.Outcomes)))
	t.tables.Outcomes = append(t.tables.Outcomes, criteria.Outcome{First: first, Count: uint32(len(t.tables.Candidates)) - first})
	return true
}

// startOf is when the mentorship with a new mentee started, in the set on trial.
func (t *trial) startOf(w *furtherWho) int64 {
	code, _ := criteria.TypeCode(domain.TypeMentorshipStarted)
	for i := len(t.base.Facts); i < len(t.mentor.Facts); i++ {
		if f := &t.mentor.Facts[i]; f.Type == code && f.Bond == w.bond {
			return f.At
		}
	}
	return maxTime
}

// verify folds further events into a copy of the log's part, evaluates it, and returns the timeline as of a time.
func (s *reaching) verify(events []further, asOf int64) criteria.Timeline {
	p := s.base.copy()
	fresh := 0
	for i, e := range events {
		k := &s.kinds[e.kind]
		in := Input{
			ID: furtherID("event", i), At: e.at, Kind: k.kind, Code: k.code, Flags: k.flags, Value: k.value,
			Label: k.label, Skill: k.skill, Position: p.position,
		}
		if k.fresh {
			fresh++
			in.Skill = freshSkill(fresh)
		}
		switch k.kind {
		case InputShared:
			in.Stream = p.Person(p.self)
		case InputStart:
			in.Stream, in.Program = s.whos[e.who].stream, p.programs[0]
			in.Mentor, in.Mentee = p.Person(p.self), s.whos[e.who].person
		case InputOutcome:
			in.Stream = s.whos[e.who].person
		default:
			in.Stream, in.Ref = s.whos[e.who].stream, s.whos[e.who].session
			if criteria.FactType(k.code) == domain.TypeFeedbackGiven {
				in.Ref = p.Person(p.self)
			}
		}
		if err := p.fold(&in); err != nil { // the encoding is full: then the event does nothing
			s.limit(err.Error())
		}
	}
	p.settle()
	return newTrier(s.plan, p).evaluate(p, asOf)
}

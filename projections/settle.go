package projections

import (
	"cmp"
	"math"
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// MentorID numbers the mentors of Facts, one for each person and program.
type MentorID uint32

// unsettled is what the events folded so far have left to put right.
type unsettled struct {
	touched  map[uint32]struct{} // mentors whose facts changed
	unsorted map[uint32]struct{} // mentors with facts out of order
	credits  map[uint32]struct{} // persons whose outcomes may be credited otherwise than before
}

func newUnsettled() unsettled {
	return unsettled{touched: map[uint32]struct{}{}, unsorted: map[uint32]struct{}{}, credits: map[uint32]struct{}{}}
}

func (u *unsettled) touch(mentor uint32)    { u.touched[mentor] = struct{}{} }
func (u *unsettled) unsettle(person uint32) { u.credits[person] = struct{}{} }

// void takes a voided event out of the facts.
func (f *Facts) void(in *Input) {
	if ref, ok := f.bondOf[in.Stream]; ok {
		f.voidOnBond(ref, in.Ref)
		return
	}
	if index, ok := f.personOf[in.Stream]; ok {
		f.voidOfPerson(index, in.Ref)
	}
}

func (f *Facts) voidOnBond(ref bondRef, id uuid.UUID) {
	m := &f.mentors[ref.mentor]
	if m.bonds[ref.bond].voided {
		f.voidAside(ref, id)
		return
	}
	at := f.find(m, ref.bond, id)
	if at < 0 {
		return // it was no fact
	}
	fact := m.Facts[at]
	person := m.bonds[ref.bond].person
	switch criteria.FactType(fact.Type) {
	case domain.TypeMentorshipStarted:
		m.bonds[ref.bond].voided = true
		m.voided = append(m.voided, fact)
		for _, gone := range m.Facts {
			if gone.Bond == ref.bond && gone.Seq != fact.Seq && !criteria.IsOutcome(gone.Type) {
				f.aside[ref] = append(f.aside[ref], gone)
			}
		}
		m.Facts = slices.DeleteFunc(m.Facts, func(g criteria.Fact) bool {
			return g.Bond == ref.bond && !criteria.IsOutcome(g.Type)
		})
		f.unsettle(person)
	case domain.TypeSessionConfirmed:
		f.remove(m, at)
		unconfirm(m.Facts, sessionOf(&fact))
	default:
		f.remove(m, at)
		if criteria.FactType(fact.Type) == domain.TypeSessionHeld && f.persons[person].latestNS >= fact.At {
			f.unsettle(person)
		}
	}
	f.touch(ref.mentor)
}

func (f *Facts) remove(m *mentor, at int) {
	m.voided = append(m.voided, m.Facts[at])
	m.Facts = slices.Delete(m.Facts, at, at+1)
}

// voidAside voids an event of a mentorship whose start is voided.
func (f *Facts) voidAside(ref bondRef, id uuid.UUID) {
	aside := f.aside[ref]
	at := slices.IndexFunc(aside, func(g criteria.Fact) bool { return f.ids[g.Seq] == id })
	if at < 0 {
		return
	}
	gone := aside[at]
	f.aside[ref] = slices.Delete(aside, at, at+1)
	if criteria.FactType(gone.Type) == domain.TypeSessionConfirmed {
		unconfirm(f.aside[ref], sessionOf(&gone))
	}
}

// unconfirm takes a confirmation back from a session, unless the session has another one.
func unconfirm(facts []criteria.Fact, session uint32) {
	confirmed, _ := criteria.TypeCode(domain.TypeSessionConfirmed)
	for i := range facts {
		if facts[i].Type == confirmed && sessionOf(&facts[i]) == session {
			return
		}
	}
	for i := range facts {
		if fact := &facts[i]; fact.Seq == session && fact.Flags&flagConfirmedAtOnce == 0 {
			fact.Flags &^= criteria.FlagConfirmed
		}
	}
}

func (f *Facts) voidOfPerson(index uint32, id uuid.UUID) {
	p := &f.persons[index]
	if i := slices.IndexFunc(p.outcomes, func(o outcome) bool { return f.ids[o.fact.Seq] == id }); i >= 0 {
		for _, r := range p.outcomes[i].records {
			f.tables.Outcomes[r.record].Candidates = nil
		}
		p.voided = append(p.voided, p.outcomes[i])
		p.outcomes = slices.Delete(p.outcomes, i, i+1)
		f.unsettle(index)
		return
	}
	if i := slices.IndexFunc(p.shared, func(s criteria.Fact) bool { return f.ids[s.Seq] == id }); i >= 0 {
		gone := p.shared[i]
		p.shared = slices.Delete(p.shared, i, i+1)
		for _, self := range p.selves {
			m := &f.mentors[self]
			if at := slices.IndexFunc(m.Facts, func(g criteria.Fact) bool { return g.Seq == gone.Seq }); at >= 0 {
				f.remove(m, at)
				f.touch(self)
			}
		}
	}
}

// settle sorts late facts in, works out anew who may be credited with the outcomes of the persons concerned, and
// returns the mentors whose facts changed, in order.
func (f *Facts) settle() []MentorID {
	rebuild := map[uint32]struct{}{}
	for p := range f.credits {
		for _, m := range f.persons[p].mentors {
			rebuild[m] = struct{}{}
			f.touch(m)
		}
		for i := range f.persons[p].outcomes {
			for _, r := range f.persons[p].outcomes[i].records {
				f.tables.Outcomes[r.record].Candidates = nil
			}
		}
	}
	for m := range f.unsorted {
		if _, also := rebuild[m]; !also {
			f.arrange(&f.mentors[m])
		}
	}
	order := sortedKeys(rebuild)
	for _, m := range order {
		f.credit(&f.mentors[m])
	}
	touched := make([]MentorID, 0, len(f.touched))
	for _, m := range sortedKeys(f.touched) {
		touched = append(touched, MentorID(m))
	}
	f.unsettled = newUnsettled()
	return touched
}

func sortedKeys(set map[uint32]struct{}) []uint32 {
	keys := make([]uint32, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// arrange sorts a mentor's facts. Its outcome facts keep their order among themselves, so Mentor.Outcomes stays right.
func (f *Facts) arrange(m *mentor) {
	slices.SortStableFunc(m.Facts, func(a, b criteria.Fact) int { return keyOf(&a).compare(keyOf(&b)) })
	m.last = factKey{at: math.MinInt64}
	if n := len(m.Facts); n > 0 {
		m.last = keyOf(&m.Facts[n-1])
	}
}

// ownOutcome is an outcome of one of the mentor's mentees, on its way to become a fact of the mentor.
type ownOutcome struct {
	key     factKey
	person  uint32
	ordinal int // among the person's outcomes
}

// credit builds a mentor's outcome facts anew and enters the mentor as a candidate for those outcomes whose candidates
// are being worked out.
//
// It walks the mentor's own facts and the mentees' outcomes side by side in order, so that at each outcome it knows
// when each mentorship was last active.
func (f *Facts) credit(m *mentor) {
	m.Facts = slices.DeleteFunc(m.Facts, func(g criteria.Fact) bool { return criteria.IsOutcome(g.Type) })
	f.arrange(m)
	m.Outcomes = m.Outcomes[:0]

	var outcomes []ownOutcome
	for _, person := range m.Mentees {
		for i := range f.persons[person].outcomes {
			outcomes = append(outcomes, ownOutcome{keyOf(&f.persons[person].outcomes[i].fact), person, i})
		}
	}
	if len(outcomes) == 0 {
		return
	}
	slices.SortFunc(outcomes, func(a, b ownOutcome) int { return a.key.compare(b.key) })
	bondsOf := make(map[uint32][]uint32, len(m.Mentees))
	for i := range m.bonds {
		if b := &m.bonds[i]; !b.voided {
			bondsOf[b.person] = append(bondsOf[b.person], uint32(i))
		}
	}
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	active := make([]int64, len(m.bonds)) // the newest session so far
	for i := range active {
		active[i] = math.MinInt64
	}
	next := 0
	var added []criteria.Fact
	for _, o := range outcomes {
		for ; next < len(m.Facts) && keyOf(&m.Facts[next]).compare(o.key) < 0; next++ {
			if fact := &m.Facts[next]; fact.Type == session {
				active[fact.Bond] = fact.At
			}
		}
		if fact, record, ok := f.candidate(m, o, bondsOf[o.person], active); ok {
			added = append(added, fact)
			m.Outcomes = append(m.Outcomes, record)
		}
	}
	if len(added) > 0 {
		m.Facts = append(m.Facts, added...)
		f.arrange(m)
	}
}

// candidate enters the mentor's mentorships with the person as candidates for an outcome, and returns the mentor's fact
// of it with the index of its record. There is none when no mentorship had started by then.
func (f *Facts) candidate(m *mentor, o ownOutcome, bonds []uint32, active []int64) (criteria.Fact, uint32, bool) {
	own := &f.persons[o.person].outcomes[o.ordinal]
	record := noPerson
	var bondOfFact uint32
	_, dirty := f.credits[o.person]
	for _, b := range bonds {
		started := m.bonds[b].startedNS
		if started > o.key.at {
			continue
		}
		if record == noPerson {
			record, bondOfFact = f.record(own, m.program), b
		}
		if dirty {
			c := &f.tables.Outcomes[record]
			c.Candidates = append(c.Candidates, criteria.Candidate{
				Mentor: m.Index, StartedNS: o.key.at - started, ActiveNS: o.key.at - max(started, active[b]),
			})
		}
	}
	if record == noPerson {
		return criteria.Fact{}, 0, false
	}
	fact := own.fact
	fact.Bond = bondOfFact
	if own.by != noPerson && own.by != m.person {
		fact.Flags |= criteria.FlagAttested
	}
	return fact, record, true
}

// record returns the index of an outcome's record in a program, new or known.
func (f *Facts) record(o *outcome, program uint32) uint32 {
	i, found := slices.BinarySearchFunc(o.records, program, func(r programRecord, p uint32) int { return cmp.Compare(r.program, p) })
	if !found {
		o.records = slices.Insert(o.records, i, programRecord{program, uint32(len(f.tables.Outcomes))})
		f.tables.Outcomes = append(f.tables.Outcomes, criteria.Outcome{})
	}
	return o.records[i].record
}

// compact moves the facts of all mentors next to each other, without room to spare.
func (f *Facts) compact() {
	total := 0
	for i := range f.mentors {
		total += len(f.mentors[i].Facts)
	}
	all := make([]criteria.Fact, 0, total)
	for i := range f.mentors {
		from := len(all)
		all = append(all, f.mentors[i].Facts...)
		f.mentors[i].Facts = all[from:len(all):len(all)]
	}
	f.ids = slices.Clip(f.ids)
}

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
	proposed []proposal          // candidates for the outcomes of these persons
}

func newUnsettled() unsettled {
	return unsettled{touched: map[uint32]struct{}{}, unsorted: map[uint32]struct{}{}, credits: map[uint32]struct{}{}}
}

// touch notes that a mentor's facts changed; a build, which touches everybody, keeps no such notes.
func (u *unsettled) touch(mentor uint32) {
	if u.touched != nil {
		u.touched[mentor] = struct{}{}
	}
}

func (u *unsettled) unsettle(person uint32) { u.credits[person] = struct{}{} }

// void takes a voided event out of the facts.
func (f *Facts) void(in *Input) {
	if room, ok := f.roomOf.find(in.Stream, f.roomID); ok {
		f.voidOnBond(f.rooms[room].bondRef, in.Ref)
	} else if person, ok := f.personOf.find(in.Stream, f.personID); ok {
		f.voidOfPerson(person, in.Ref)
	}
}

func (f *Facts) voidOnBond(ref bondRef, id uuid.UUID) {
	m := &f.mentors[ref.mentor]
	if m.bonds[ref.bond].voided() {
		f.voidAside(ref, id)
		return
	}
	at := f.find(m, ref.bond, id)
	if at < 0 {
		return // it was no fact
	}
	fact := m.Facts[at]
	person := m.menteeOf(ref.bond)
	f.remove(m, at)
	switch criteria.FactType(fact.Type) {
	case domain.TypeMentorshipStarted:
		m.bonds[ref.bond].startedNS = voidedStart
		m.Facts = slices.DeleteFunc(m.Facts, func(g criteria.Fact) bool {
			gone := g.Bond == ref.bond && !criteria.IsOutcome(g.Type)
			if gone {
				f.aside[ref] = append(f.aside[ref], g)
			}
			return gone
		})
		f.unsettle(person)
	case domain.TypeSessionConfirmed:
		unconfirm(m.Facts, sessionOf(&fact))
	case domain.TypeSessionHeld:
		if f.persons[person].mayHaveOutcomeFrom(fact.At) {
			f.unsettle(person)
		}
	}
	f.touch(ref.mentor)
}

// remove takes a fact away for good and keeps it for those who ask.
func (f *Facts) remove(m *mentor, at int) {
	f.voided[m.Index] = append(f.voided[m.Index], m.Facts[at])
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
	for own := p.own; own != none; own = f.own[own].before {
		o := &f.own[own]
		if f.ids[o.seq] != id {
			continue
		}
		o.flags |= flagVoided
		if criteria.IsOutcome(o.code) {
			f.unsettle(index)
			return
		}
		for self := p.self; self != none; self = f.mentors[self].next {
			m := &f.mentors[self]
			if at := slices.IndexFunc(m.Facts, func(g criteria.Fact) bool { return g.Seq == o.seq }); at >= 0 {
				f.remove(m, at)
				f.touch(self)
			}
		}
		return
	}
}

// settle sorts late facts in, works out anew who may be credited with the outcomes of the persons concerned, and
// returns the mentors whose facts changed, in order.
func (f *Facts) settle() []MentorID {
	rebuild := map[uint32]struct{}{}
	for p := range f.credits {
		for ref := f.persons[p].bond; ref.mentor != none; ref = f.bondAt(ref).before {
			rebuild[ref.mentor] = struct{}{}
			f.touch(ref.mentor)
		}
	}
	for m := range f.unsorted {
		if _, also := rebuild[m]; !also {
			arrange(&f.mentors[m])
		}
	}
	for _, m := range sortedKeys(rebuild) {
		f.credit(&f.mentors[m])
	}
	f.enter()
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
func arrange(m *mentor) {
	inOrder := func(a, b criteria.Fact) int { return keyOf(&a).compare(keyOf(&b)) }
	if !slices.IsSortedFunc(m.Facts, inOrder) {
		slices.SortStableFunc(m.Facts, inOrder)
	}
}

// merge sorts a mentor's facts of which those before end are sorted, and those from end on too.
func merge(m *mentor, end int) {
	added := slices.Clone(m.Facts[end:])
	to := len(m.Facts) - 1
	for i, j := end-1, len(added)-1; j >= 0; to-- {
		if i >= 0 && keyOf(&m.Facts[i]).compare(keyOf(&added[j])) > 0 {
			m.Facts[to] = m.Facts[i]
			i--
		} else {
			m.Facts[to] = added[j]
			j--
		}
	}
}

// credit builds a mentor's outcome facts anew and finds out when the mentor's mentorships began and were last active
// before each outcome of the persons that are being settled.
//
// It walks the mentor's own facts and the mentees' outcomes side by side in order, so that at each outcome it knows
// when each mentorship was last active.
func (f *Facts) credit(m *mentor) {
	m.Facts = slices.DeleteFunc(m.Facts, func(g criteria.Fact) bool { return criteria.IsOutcome(g.Type) })
	arrange(m)
	m.Outcomes = m.Outcomes[:0]

	type menteeOutcome struct{ own, person uint32 }
	var outcomes []menteeOutcome
	for _, person := range m.Mentees {
		for own := f.persons[person].own; own != none; own = f.own[own].before {
			if o := &f.own[own]; criteria.IsOutcome(o.code) && o.flags&flagVoided == 0 {
				outcomes = append(outcomes, menteeOutcome{own, person})
			}
		}
	}
	if len(outcomes) == 0 {
		return
	}
	slices.SortFunc(outcomes, func(a, b menteeOutcome) int { return f.own[a.own].key().compare(f.own[b.own].key()) })
	bondsOf := make(map[uint32][]uint32, len(m.Mentees))
	for i := range m.bonds {
		if person := m.menteeOf(uint32(i)); !m.bonds[i].voided() {
			bondsOf[person] = append(bondsOf[person], uint32(i))
		}
	}
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	active := make([]int64, len(m.bonds)) // the newest session so far
	for i := range active {
		active[i] = math.MinInt64
	}
	next, end := 0, len(m.Facts)
	for _, o := range outcomes {
		for ; next < end && keyOf(&m.Facts[next]).compare(f.own[o.own].key()) < 0; next++ {
			if fact := &m.Facts[next]; fact.Type == session {
				active[fact.Bond] = fact.At
			}
		}
		f.candidates(m, o.own, o.person, bondsOf[o.person], active)
	}
	if len(m.Facts) > end {
		merge(m, end)
	}
}

// candidates adds an outcome to a mentor's facts if some of the mentorships with the person had started by then, and
// proposes these mentorships as candidates if the person is being settled.
func (f *Facts) candidates(m *mentor, own, person uint32, bonds []uint32, active []int64) {
	o := &f.own[own]
	record := none
	_, settling := f.credits[person]
	for _, b := range bonds {
		started := m.bonds[b].startedNS
		if started > o.at {
			continue
		}
		if record == none {
			record = f.record(own, m.program)
			fact := o.fact(b)
			if o.by != none && o.by != m.person {
				fact.Flags |= criteria.FlagAttested
			}
			m.Facts = append(m.Facts, fact)
			m.Outcomes = append(m.Outcomes, record)
		}
		if settling {
			f.proposed = append(f.proposed, proposal{
				record, criteria.NewCandidate(m.Index, o.at-started, o.at-max(started, active[b])),
			})
		}
	}
}

// proposal is a candidate for an outcome, by the outcome's record.
type proposal struct {
	record uint32
	criteria.Candidate
}

// record returns the index of an outcome's record in a program, new or known.
func (f *Facts) record(own, program uint32) uint32 {
	o := &f.own[own]
	if o.record != none && uint32(o.program) == program {
		return o.record
	}
	key := recordKey{own, program}
	if record, known := f.records[key]; known {
		return record
	}
	record := uint32(len(f.tables.Outcomes))
	f.tables.Outcomes = append(f.tables.Outcomes, criteria.Outcome{})
	if o.record == none {
		o.record, o.program = record, uint16(program)
	} else {
		f.records[key] = record
	}
	return record
}

// enter puts the proposed candidates into the tables, each outcome's next to each other. Those of an outcome come in
// order of the mentors, because mentors are credited in order. What they replace is left behind until it is half of
// all.
func (f *Facts) enter() {
	slices.SortStableFunc(f.proposed, func(a, b proposal) int { return cmp.Compare(a.record, b.record) })
	t := &f.tables
	for i := 0; i < len(f.proposed); {
		o := &t.Outcomes[f.proposed[i].record]
		o.First, o.Count = uint32(len(t.Candidates)), 0
		for record := f.proposed[i].record; i < len(f.proposed) && f.proposed[i].record == record; i++ {
			t.Candidates = append(t.Candidates, f.proposed[i].Candidate)
			o.Count++
		}
	}
	f.proposed = nil
	const spareMin = 1024
	live := 0
	for i := range t.Outcomes {
		live += int(t.Outcomes[i].Count)
	}
	if len(t.Candidates) > 2*live+spareMin {
		f.compactCandidates(live)
	}
}

func (f *Facts) compactCandidates(live int) {
	t := &f.tables
	candidates := make([]criteria.Candidate, 0, live)
	for i := range t.Outcomes {
		o := &t.Outcomes[i]
		first := uint32(len(candidates))
		candidates = append(candidates, t.Candidates[o.First:o.First+o.Count]...)
		o.First = first
	}
	t.Candidates = candidates
}

// compact moves what all mentors have next to each other, without room to spare.
func (f *Facts) compact() {
	facts, outcomes := 0, 0
	bonds, mentees := 0, 0
	for i := range f.mentors {
		m := &f.mentors[i]
		facts, outcomes = facts+len(m.Facts), outcomes+len(m.Outcomes)
		bonds, mentees = bonds+len(m.bonds), mentees+len(m.Mentees)
	}
	allFacts, allOutcomes := make([]criteria.Fact, 0, facts), make([]uint32, 0, outcomes)
	allBonds, allRefs, allMentees := make([]bond, 0, bonds), make([]uint32, 0, bonds), make([]uint32, 0, mentees)
	for i := range f.mentors {
		m := &f.mentors[i]
		m.Facts, m.Outcomes = packed(&allFacts, m.Facts), packed(&allOutcomes, m.Outcomes)
		m.bonds, m.Bonds, m.Mentees = packed(&allBonds, m.bonds), packed(&allRefs, m.Bonds), packed(&allMentees, m.Mentees)
	}
	f.compactCandidates(len(f.tables.Candidates))
	f.tables.Candidates, f.tables.Outcomes = slices.Clip(f.tables.Candidates), clip(f.tables.Outcomes)
	f.tables.People, f.persons, f.rooms = clip(f.tables.People), clip(f.persons), clip(f.rooms)
	f.ids, f.own, f.mentors = clip(f.ids), clip(f.own), clip(f.mentors)
}

// packed appends a slice to all and returns it in its new place.
func packed[T any](all *[]T, s []T) []T {
	from := len(*all)
	*all = append(*all, s...)
	return (*all)[from:len(*all):len(*all)]
}

// clip copies a slice without its spare room; slices.Clip would keep the room.
func clip[T any](s []T) []T { return append(make([]T, 0, len(s)), s...) }

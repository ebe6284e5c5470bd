package projections

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// part is what decides about one mentor, as facts of their own: the mentor's mentorships and practices, the outcomes of
// the mentees, and, of the mentees' other mentors in the program, when they started and when they met, because a
// credit that is split depends on it. It is small, so that what would be can be tried out on copies.
//
// Nothing is decoded again, and what cannot matter is left out: the rest is put right by the functions that fold a log.
type part struct {
	*Facts
	self MentorID
}

// stranger stands for whoever attested an outcome without being the mentor or a mentee.
const stranger = none - 1

// partOf takes the part of a log that decides about a mentor.
func partOf(f *Facts, id MentorID) part {
	x := &parting{from: f, id: id, to: NewFacts(), persons: map[uint32]uint32{}, mentors: map[uint32]uint32{}}
	x.to.position, x.to.newest, x.to.decoder = f.position, f.newest, f.decoder
	x.to.tables.Labels, x.to.tables.Skills = slices.Clip(f.tables.Labels), slices.Clip(f.tables.Skills)
	x.to.labelCodes = codes{of: maps.Clone(f.labelCodes.of), latest: f.labelCodes.latest}
	x.to.skillCodes = codes{of: maps.Clone(f.skillCodes.of), latest: f.skillCodes.latest}
	program := f.programs[f.mentors[id].program]
	x.to.programs, x.to.programOf = []string{program}, map[string]uint32{program: 0}
	x.take()
	return part{Facts: x.to, self: MentorID(x.mentors[uint32(id)])}
}

// parting is a part on its way.
type parting struct {
	from    *Facts
	id      MentorID
	to      *Facts
	persons map[uint32]uint32 // the new number of each that is taken over
	mentors map[uint32]uint32
}

func (x *parting) take() {
	f, self := x.from, &x.from.mentors[x.id]
	x.person(self.person)
	taken := []uint32{uint32(x.id)}
	var bonds []bondRef // of the other mentors
	for _, mentee := range self.Mentees {
		x.person(mentee)
		for ref := f.persons[mentee].bond; ref.mentor != none; ref = f.bondAt(ref).before {
			if f.mentors[ref.mentor].program == self.program && ref.mentor != uint32(x.id) && !f.bondAt(ref).voided() {
				bonds = append(bonds, ref)
				taken = append(taken, ref.mentor)
			}
		}
	}
	slices.Sort(taken) // mentors are credited in this order
	for _, m := range slices.Compact(taken) {
		x.mentor(m)
	}
	x.bonds(self)
	slices.SortFunc(bonds, func(a, b bondRef) int {
		return cmp.Or(cmp.Compare(a.mentor, b.mentor), cmp.Compare(a.bond, b.bond))
	})
	for from := 0; from < len(bonds); {
		to := from
		for to < len(bonds) && bonds[to].mentor == bonds[from].mentor {
			to++
		}
		x.others(bonds[from:to])
		from = to
	}
	x.own()
	x.renumber()
	for _, mentee := range self.Mentees {
		x.to.unsettle(x.persons[mentee])
	}
	x.to.settle()
}

// person takes a person over, once.
func (x *parting) person(old uint32) uint32 {
	if p, known := x.persons[old]; known {
		return p
	}
	p := x.to.person(x.from.tables.People[old])
	x.to.persons[p].latestMin = x.from.persons[old].latestMin
	x.persons[old] = p
	return p
}

func (x *parting) mentor(old uint32) {
	p := x.person(x.from.mentors[old].person)
	index := uint32(len(x.to.mentors))
	x.to.mentors = append(x.to.mentors, mentor{Mentor: criteria.Mentor{Index: index}, person: p, next: none})
	x.to.persons[p].self = index
	x.mentors[old] = index
}

// bond takes a mentorship over and returns its number.
func (x *parting) bond(index, person uint32, startedNS int64) uint32 {
	m := &x.to.mentors[index]
	m.Bonds = append(m.Bonds, x.to.local(m, person))
	m.bonds = append(m.bonds, bond{startedNS: startedNS, before: x.to.persons[person].bond})
	ref := bondRef{index, uint32(len(m.bonds) - 1)}
	x.to.persons[person].bond = ref
	return ref.bond
}

// bonds takes over all that the mentor did.
func (x *parting) bonds(self *mentor) {
	index := x.mentors[uint32(x.id)]
	for i := range self.bonds {
		x.bond(index, x.persons[self.menteeOf(uint32(i))], self.bonds[i].startedNS)
	}
	m := &x.to.mentors[index]
	for i := range self.Facts {
		if !criteria.IsOutcome(self.Facts[i].Type) { // these are settled anew
			m.Facts = append(m.Facts, self.Facts[i])
		}
	}
	for _, r := range x.from.rooms {
		if r.mentor == uint32(x.id) {
			x.to.roomOf.add(uint32(len(x.to.rooms)), r.id, x.to.roomID)
			x.to.rooms = append(x.to.rooms, room{r.id, bondRef{index, r.bond}})
		}
	}
}

// others takes over when another mentor's mentorships with the mentees began and were active.
func (x *parting) others(refs []bondRef) {
	other, index := &x.from.mentors[refs[0].mentor], x.mentors[refs[0].mentor]
	numbers := make(map[uint32]uint32, len(refs))
	for _, ref := range refs {
		numbers[ref.bond] = x.bond(index, x.persons[other.menteeOf(ref.bond)], other.bonds[ref.bond].startedNS)
	}
	m := &x.to.mentors[index]
	for _, fact := range other.Facts {
		number, taken := numbers[fact.Bond]
		if t := criteria.FactType(fact.Type); taken && (t == domain.TypeMentorshipStarted || t == domain.TypeSessionHeld) {
			fact.Bond = number
			m.Facts = append(m.Facts, fact)
		}
	}
}

// own takes over the outcomes of the mentees and the practices of the mentor.
func (x *parting) own() {
	self := x.from.mentors[x.id].person
	for _, old := range append([]uint32{self}, x.from.mentors[x.id].Mentees...) {
		var events []ownEvent // newest first
		for own := x.from.persons[old].own; own != none; own = x.from.own[own].before {
			o := x.from.own[own]
			switch {
			case o.flags&flagVoided != 0 || criteria.IsOutcome(o.code) == (old == self):
				continue
			case criteria.IsOutcome(o.code):
				o.record = none
			}
			if by, known := x.persons[o.by]; known {
				o.by = by
			} else if o.by != none {
				o.by = stranger
			}
			events = append(events, o)
		}
		p := &x.to.persons[x.persons[old]]
		for _, o := range slices.Backward(events) {
			o.before = p.own
			p.own = uint32(len(x.to.own))
			x.to.own = append(x.to.own, o)
		}
	}
}

// renumber numbers the events that were taken over from 0, in the same order.
func (x *parting) renumber() {
	var seqs []uint32
	for i := range x.to.mentors {
		for j := range x.to.mentors[i].Facts {
			seqs = append(seqs, x.to.mentors[i].Facts[j].Seq)
		}
	}
	for i := range x.to.own {
		seqs = append(seqs, x.to.own[i].seq)
	}
	slices.Sort(seqs)
	seqs = slices.Compact(seqs)
	for _, seq := range seqs {
		x.to.ids = append(x.to.ids, x.from.ids[seq])
	}
	number := func(seq uint32) uint32 {
		n, taken := slices.BinarySearch(seqs, seq)
		if !taken {
			return noSession
		}
		return uint32(n)
	}
	confirmed, _ := criteria.TypeCode(domain.TypeSessionConfirmed)
	for i := range x.to.mentors {
		for j := range x.to.mentors[i].Facts {
			fact := &x.to.mentors[i].Facts[j]
			fact.Seq = number(fact.Seq)
			if fact.Type == confirmed {
				setSession(fact, number(sessionOf(fact)))
			}
		}
	}
	for i := range x.to.own {
		x.to.own[i].seq = number(x.to.own[i].seq)
	}
}

// copy returns a part that can be changed without changing this one. They share dictionaries: what is folded into a
// copy uses words that are known.
func (p part) copy() part {
	f := *p.Facts
	f.ids, f.rooms = slices.Clip(f.ids), slices.Clone(f.rooms)
	f.tables.People, f.tables.Candidates = slices.Clip(f.tables.People), slices.Clip(f.tables.Candidates)
	f.tables.Outcomes = slices.Clone(f.tables.Outcomes)
	f.persons, f.own, f.mentors = slices.Clone(f.persons), slices.Clone(f.own), slices.Clone(f.mentors)
	f.personOf.slots, f.roomOf.slots = slices.Clone(f.personOf.slots), slices.Clone(f.roomOf.slots)
	for i := range f.mentors {
		m := &f.mentors[i]
		m.Facts, m.Outcomes = slices.Clone(m.Facts), slices.Clone(m.Outcomes)
		m.Bonds, m.Mentees, m.bonds = slices.Clip(m.Bonds), slices.Clip(m.Mentees), slices.Clone(m.bonds)
	}
	f.localOf, f.voided = map[uint32]map[uint32]uint32{}, map[uint32][]criteria.Fact{}
	f.aside, f.records = map[bondRef][]criteria.Fact{}, map[recordKey]uint32{}
	f.unsettled = newUnsettled()
	return part{Facts: &f, self: p.self}
}

// trier evaluates one mentor over many parts that share dictionaries. It is not safe for concurrent use.
type trier struct {
	tables    criteria.Tables // of the part under evaluation
	evaluator *criteria.Evaluator
}

func newTrier(plan *criteria.Plan, p part) *trier {
	t := &trier{tables: p.tables}
	t.evaluator = plan.NewEvaluator(&t.tables)
	return t
}

// evaluate evaluates the mentor as EvaluateOne does. Who has no mentorship by then holds no tier.
func (t *trier) evaluate(p part, asOf int64) criteria.Timeline {
	t.tables = p.tables
	m := &p.mentors[p.self]
	timeline := t.evaluator.Evaluate(&m.Mentor, asOf)
	if !m.startedBy(asOf) {
		timeline.Tier = criteria.NoTier
	}
	return timeline
}

// subjectOf finds a mentor and evaluates them. It fails when the person is no mentor in the program by then.
func subjectOf(f *Facts, program string, person uuid.UUID, plan *criteria.Plan, asOf time.Time) (MentorID, criteria.Timeline, error) {
	id, ok := f.MentorOf(program, person)
	if !ok || !f.mentors[id].startedBy(asOf.UnixNano()) {
		return 0, criteria.Timeline{}, &NotMentorError{Person: person, Program: program, AsOf: asOf}
	}
	return id, EvaluateOne(f, id, plan, asOf), nil
}

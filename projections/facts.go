package projections

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
)

// Facts is a log folded into what criteria can refer to: for each mentor in each program the facts in order of
// (occurred at, log order). It depends on the log alone, not on any criteria.
//
// Apply takes events in log order and may be called again as the log grows. It is not safe for concurrent use, but
// once applied any number of goroutines may read.
type Facts struct {
	events   int         // applied
	ids      []uuid.UUID // of the events that can be facts, by Fact.Seq
	newest   int64       // the newest occurred at, of any event
	position eventstore.Position

	tables     criteria.Tables
	labelCodes codes
	skillCodes codes
	programs   []string
	programOf  map[string]uint32

	persons  []person // by index into Tables.People
	personOf idIndex
	rooms    []room // mentorships by their streams
	roomOf   idIndex
	mentors  []mentor   // by Mentor.Index
	own      []ownEvent // on persons' streams

	// Of the few only.
	localOf map[uint32]map[uint32]uint32 // of mentors with many mentees: the mentor's number of a person
	voided  map[uint32][]criteria.Fact   // by mentor: what was voided, for those who ask
	aside   map[bondRef][]criteria.Fact  // of voided mentorships: what counts again if they are started anew
	records map[recordKey]uint32         // of outcomes in more than one program: the records in the others

	decoder *decoder
	unsettled
}

// mentor is one mentor in one program.
type mentor struct {
	criteria.Mentor
	program, person uint32
	next            uint32 // the same person as a mentor in another program, or none
	bonds           []bond // by Fact.Bond
}

// bond is one mentorship.
type bond struct {
	startedNS int64
	before    bondRef // another mentorship of the same mentee; its mentor is none after the last
}

// voidedStart is the startedNS of a mentorship whose start was voided: nothing of it counts.
const voidedStart = int64(math.MaxInt64)

func (b *bond) voided() bool { return b.startedNS == voidedStart }

// menteeOf returns the mentee of a mentorship, as an index into Tables.People.
func (m *mentor) menteeOf(bond uint32) uint32 { return m.Mentees[m.Bonds[bond]] }

// bondRef finds a mentorship: the mentor, and the bond among the mentor's.
type bondRef struct{ mentor, bond uint32 }

// room is a mentorship's stream.
type room struct {
	id uuid.UUID
	bondRef
}

// person is what facts need about a person, mentor or mentee. Lists are chains through the elements.
type person struct {
	latestMin uint32  // the newest outcome, in minutes since domain.OccurredMin, rounded up; 0 when there is none
	bond      bondRef // the newest mentorship as a mentee
	self      uint32  // as a mentor, in some program
	own       uint32  // the newest event on the person's stream
}

// mayHaveOutcomeFrom reports whether the person may have an outcome at t or later.
func (p *person) mayHaveOutcomeFrom(t int64) bool { return p.latestMin > minutes(t) }

// minutes counts the whole minutes from domain.OccurredMin to t.
func minutes(t int64) uint32 { return uint32((t - domain.OccurredMin.UnixNano()) / int64(time.Minute)) }

// ownEvent is an outcome, which mentors are credited with, or a PracticeShared, on a person's stream.
type ownEvent struct {
	at      int64
	seq     uint32
	before  uint32 // the event before it of the same person
	by      uint32 // the person who attested an outcome
	record  uint32 // of an outcome: index into Tables.Outcomes; of a practice: its label
	program uint16 // that the record is of
	skill   uint16
	value   int16
	code    uint8
	flags   uint8 // flagVoided beside those of facts
}

// recordKey names an outcome in a program other than its first.
type recordKey struct{ own, program uint32 }

// none ends a chain.
const none = ^uint32(0)

// flagVoided marks an event of a person that was voided; flagConfirmedAtOnce a session whose own event said that it is
// confirmed. Criteria look at neither.
const (
	flagVoided          uint8 = 1 << 6
	flagConfirmedAtOnce uint8 = 1 << 7
)

// Limits of the encoding. A log beyond them is refused with an error that says which.
const (
	codesMax    = 1<<16 - 1
	programsMax = 1<<16 - 1
	eventsMax   = uint64(math.MaxUint32 - 1) // which an int of 32 bits does not hold
)

type factKey struct {
	at  int64
	seq uint32
}

func keyOf(f *criteria.Fact) factKey { return factKey{f.At, f.Seq} }

func (k factKey) compare(o factKey) int {
	switch {
	case k.at < o.at || (k.at == o.at && k.seq < o.seq):
		return -1
	case k == o:
		return 0
	}
	return 1
}

// NewFacts returns the facts of an empty log.
func NewFacts() *Facts {
	return &Facts{
		newest:     math.MinInt64,
		tables:     criteria.Tables{Labels: []string{""}, Skills: []string{""}},
		labelCodes: newCodes(),
		skillCodes: newCodes(),
		programOf:  map[string]uint32{},
		personOf:   newIDIndex(),
		roomOf:     newIDIndex(),
		localOf:    map[uint32]map[uint32]uint32{},
		voided:     map[uint32][]criteria.Fact{},
		aside:      map[bondRef][]criteria.Fact{},
		records:    map[recordKey]uint32{},
		decoder:    newDecoder(),
		unsettled:  newUnsettled(),
	}
}

// Apply folds events that follow, in log order, those applied before, and returns the mentors whose facts changed.
func (f *Facts) Apply(events []eventstore.RecordedEvent) ([]MentorID, error) {
	var in Input
	for i := range events {
		if err := f.decoder.decode(&events[i], &in); err != nil {
			return nil, err
		}
		if err := f.fold(&in); err != nil {
			return nil, err
		}
	}
	return f.settle(), nil
}

func (f *Facts) foldAll(inputs []Input) error {
	for i := range inputs {
		if err := f.fold(&inputs[i]); err != nil {
			return err
		}
	}
	return nil
}

// Position returns the position of the newest event applied.
func (f *Facts) Position() eventstore.Position { return f.position }

// Events returns how many events were applied.
func (f *Facts) Events() int { return f.events }

// Newest returns the newest occurred at of any event, and false for an empty log.
func (f *Facts) Newest() (time.Time, bool) {
	if f.events == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, f.newest).UTC(), true
}

// EventID returns the id of the event that a fact was folded from.
func (f *Facts) EventID(seq uint32) uuid.UUID { return f.ids[seq] }

// Mentor returns what an evaluation reads about a mentor: not to be changed.
func (f *Facts) Mentor(id MentorID) *criteria.Mentor { return &f.mentors[id].Mentor }

// Tables returns what the facts of all mentors share: not to be changed.
func (f *Facts) Tables() *criteria.Tables { return &f.tables }

// Programs returns the programs that have mentorships, in order of their first.
func (f *Facts) Programs() []string { return slices.Clone(f.programs) }

// fold takes one event in. What it leaves unsettled, settle puts right.
func (f *Facts) fold(in *Input) error {
	f.events++
	f.newest = max(f.newest, in.At)
	f.position = in.Position
	switch in.Kind {
	case InputOther:
		return nil
	case InputVoid:
		f.void(in)
		return nil
	}
	if uint64(len(f.ids)) >= eventsMax {
		return fmt.Errorf("facts: the log has more than %d events that can be facts", eventsMax)
	}
	seq := uint32(len(f.ids))
	f.ids = append(f.ids, in.ID)
	switch in.Kind {
	case InputStart:
		return f.start(in, seq)
	case InputFact:
		counts, err := f.happen(in, seq)
		if !counts {
			f.ids = f.ids[:seq]
		}
		return err
	default:
		return f.achieve(in, seq)
	}
}

// start opens a mentorship.
func (f *Facts) start(in *Input, seq uint32) error {
	roomIndex, open := f.roomOf.find(in.Stream, f.roomID)
	if open && !f.bondAt(f.rooms[roomIndex].bondRef).voided() {
		return nil // a mentorship starts once
	}
	if in.Program == "" || in.Mentor == in.Mentee {
		return nil // nothing that a mentorship's decisions let pass
	}
	program, known := f.programOf[in.Program]
	if !known {
		if len(f.programs) > programsMax {
			return fmt.Errorf("facts: the log has more than %d programs", programsMax)
		}
		program = uint32(len(f.programs))
		f.programs = append(f.programs, in.Program)
		f.programOf[in.Program] = program
	}
	mentee := f.person(in.Mentee)
	index := f.mentor(program, f.person(in.Mentor))
	m := &f.mentors[index]
	ref := bondRef{mentor: index, bond: uint32(len(m.bonds))}
	m.Bonds = append(m.Bonds, f.local(m, mentee))
	m.bonds = append(m.bonds, bond{startedNS: in.At, before: f.persons[mentee].bond})
	f.persons[mentee].bond = ref
	f.insert(ref, criteria.Fact{At: in.At, Seq: seq, Bond: ref.bond, Type: in.Code})
	if open {
		old := f.rooms[roomIndex].bondRef
		for _, fact := range f.aside[old] {
			fact.Bond = ref.bond
			f.insert(ref, fact)
		}
		delete(f.aside, old)
		f.rooms[roomIndex].bondRef = ref
	} else {
		f.roomOf.add(uint32(len(f.rooms)), in.Stream, f.roomID)
		f.rooms = append(f.rooms, room{in.Stream, ref})
	}
	if f.persons[mentee].mayHaveOutcomeFrom(in.At) {
		f.unsettle(mentee)
	}
	return nil
}

func (f *Facts) roomID(i uint32) uuid.UUID { return f.rooms[i].id }

func (f *Facts) personID(i uint32) uuid.UUID { return f.tables.People[i] }

func (f *Facts) bondAt(ref bondRef) *bond { return &f.mentors[ref.mentor].bonds[ref.bond] }

// happen takes in any other event of a mentorship, and reports whether it is a fact.
func (f *Facts) happen(in *Input, seq uint32) (counts bool, err error) {
	roomIndex, open := f.roomOf.find(in.Stream, f.roomID)
	if !open {
		return false, nil
	}
	ref := f.rooms[roomIndex].bondRef
	m := &f.mentors[ref.mentor]
	b := &m.bonds[ref.bond]
	if b.voided() {
		return false, nil
	}
	fact, err := f.fact(in, seq)
	if err != nil {
		return false, err
	}
	fact.Bond = ref.bond
	switch criteria.FactType(in.Code) {
	case domain.TypeSessionHeld:
		if fact.Flags&criteria.FlagConfirmed != 0 {
			fact.Flags |= flagConfirmedAtOnce
		}
		if mentee := m.menteeOf(ref.bond); f.persons[mentee].mayHaveOutcomeFrom(in.At) {
			f.unsettle(mentee)
		}
	case domain.TypeSessionConfirmed:
		setSession(&fact, noSession)
		if session := f.find(m, ref.bond, in.Ref); session >= 0 {
			m.Facts[session].Flags |= criteria.FlagConfirmed
			setSession(&fact, m.Facts[session].Seq)
		}
	case domain.TypeFeedbackGiven:
		if in.Ref != f.tables.People[m.person] {
			return false, nil // about the mentee
		}
	default:
		if in.Ref != uuid.Nil && in.Ref != f.tables.People[m.person] {
			fact.Flags |= criteria.FlagAttested
		}
	}
	f.insert(ref, fact)
	return true, nil
}

// achieve takes in an outcome or a shared practice on a person's stream. A practice is a fact of that person as a
// mentor, in each program.
func (f *Facts) achieve(in *Input, seq uint32) error {
	fact, err := f.fact(in, seq)
	if err != nil {
		return err
	}
	index := f.person(in.Stream)
	o := ownEvent{
		at: in.At, seq: seq, before: f.persons[index].own, by: none, record: none,
		skill: fact.Skill, value: fact.Value, code: fact.Type, flags: fact.Flags,
	}
	if in.Ref != uuid.Nil {
		o.by = f.person(in.Ref)
	}
	p := &f.persons[index]
	p.own = uint32(len(f.own))
	if in.Kind == InputShared {
		o.record = uint32(fact.Label)
		for self := p.self; self != none; self = f.mentors[self].next {
			f.insert(bondRef{mentor: self}, o.fact(criteria.NoBond))
		}
	} else {
		p.latestMin = max(p.latestMin, minutes(in.At)+1)
		f.unsettle(index)
	}
	f.own = append(f.own, o)
	return nil
}

// fact returns the fact that an event on a person's stream is to a mentor.
func (o *ownEvent) fact(bond uint32) criteria.Fact {
	fact := criteria.Fact{
		At: o.at, Seq: o.seq, Bond: bond, Type: o.code, Flags: o.flags &^ flagVoided, Value: o.value, Skill: o.skill,
	}
	if bond == criteria.NoBond {
		fact.Label = uint16(o.record)
	}
	return fact
}

func (o *ownEvent) key() factKey { return factKey{o.at, o.seq} }

// fact encodes the attributes of an event.
func (f *Facts) fact(in *Input, seq uint32) (fact criteria.Fact, err error) {
	fact.At, fact.Seq, fact.Type, fact.Flags, fact.Value = in.At, seq, in.Code, in.Flags, in.Value
	if fact.Label, err = f.labelCodes.encode(&f.tables.Labels, in.Label, "channels, raters and visibilities"); err != nil {
		return fact, err
	}
	fact.Skill, err = f.skillCodes.encode(&f.tables.Skills, in.Skill, "skills")
	return fact, err
}

// noSession is the session of a SessionConfirmed that names none that counts.
const noSession = ^uint32(0)

// setSession notes the session that a SessionConfirmed is about. Such a fact has neither label nor skill: the room of
// both keeps the session's Seq.
func setSession(f *criteria.Fact, seq uint32) { f.Label, f.Skill = uint16(seq), uint16(seq>>16) }

func sessionOf(f *criteria.Fact) uint32 { return uint32(f.Label) | uint32(f.Skill)<<16 }

// person returns the index of a person, new or known.
func (f *Facts) person(id uuid.UUID) uint32 {
	index, known := f.personOf.find(id, f.personID)
	if !known {
		index = uint32(len(f.persons))
		f.personOf.add(index, id, f.personID)
		f.tables.People = append(f.tables.People, id)
		f.persons = append(f.persons, person{
			bond: bondRef{mentor: none}, self: none, own: none,
		})
	}
	return index
}

// mentor returns the index of a person as a mentor in a program, new or known.
func (f *Facts) mentor(program, personIndex uint32) uint32 {
	if index, known := f.findMentor(program, personIndex); known {
		return index
	}
	index := uint32(len(f.mentors))
	p := &f.persons[personIndex]
	f.mentors = append(f.mentors, mentor{
		Mentor: criteria.Mentor{Index: index}, program: program, person: personIndex, next: p.self,
	})
	p.self = index
	for own := p.own; own != none; own = f.own[own].before {
		if o := &f.own[own]; !criteria.IsOutcome(o.code) && o.flags&flagVoided == 0 {
			f.insert(bondRef{mentor: index}, o.fact(criteria.NoBond))
		}
	}
	return index
}

// findMentor returns the index of a person as a mentor in a program.
func (f *Facts) findMentor(program, personIndex uint32) (index uint32, known bool) {
	for self := f.persons[personIndex].self; self != none; self = f.mentors[self].next {
		if f.mentors[self].program == program {
			return self, true
		}
	}
	return 0, false
}

// menteesScanned is up to how many mentees a search one by one is quicker than a map.
const menteesScanned = 32

// local returns the mentor's own number of a mentee, new or known.
func (f *Facts) local(m *mentor, person uint32) uint32 {
	numbers := f.localOf[m.Index]
	if numbers == nil && len(m.Mentees) > menteesScanned {
		numbers = make(map[uint32]uint32, 2*len(m.Mentees))
		for i, p := range m.Mentees {
			numbers[p] = uint32(i)
		}
		f.localOf[m.Index] = numbers
	}
	if numbers != nil {
		if number, met := numbers[person]; met {
			return number
		}
		numbers[person] = uint32(len(m.Mentees))
	} else if i := slices.Index(m.Mentees, person); i >= 0 {
		return uint32(i)
	}
	m.Mentees = append(m.Mentees, person)
	return uint32(len(m.Mentees) - 1)
}

// insert adds a fact to its mentor. A fact out of order waits at the end until settle sorts it in.
func (f *Facts) insert(ref bondRef, fact criteria.Fact) {
	m := &f.mentors[ref.mentor]
	if n := len(m.Facts); n > 0 && keyOf(&fact).compare(keyOf(&m.Facts[n-1])) < 0 {
		f.unsorted[ref.mentor] = struct{}{}
	}
	m.Facts = append(m.Facts, fact)
	f.touch(ref.mentor)
}

// find returns the index of a fact on one bond by the id of its event, or -1. It looks from the newest: corrections
// follow soon after what they correct.
func (f *Facts) find(m *mentor, bond uint32, id uuid.UUID) int {
	for i := len(m.Facts) - 1; i >= 0; i-- {
		if fact := &m.Facts[i]; fact.Bond == bond && f.ids[fact.Seq] == id && !criteria.IsOutcome(fact.Type) {
			return i
		}
	}
	return -1
}

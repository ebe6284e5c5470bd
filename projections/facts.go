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
	ids      []uuid.UUID // of every event, by ordinal in the log
	newest   int64       // the newest occurred at, of any event
	position eventstore.Position

	tables     criteria.Tables
	labelCodes map[string]uint16
	skillCodes map[string]uint16
	personOf   map[uuid.UUID]uint32
	persons    []person
	programs   []string
	programOf  map[string]uint32
	mentors    []mentor
	mentorOf   map[mentorKey]uint32
	bondOf     map[uuid.UUID]bondRef

	aside map[bondRef][]criteria.Fact // of voided mentorships: what counts again if they are started anew

	decoder *decoder
	unsettled
}

type mentorKey struct{ program, person uint32 }

// mentor is one mentor in one program.
type mentor struct {
	criteria.Mentor
	program, person uint32
	bonds           []bond            // by Fact.Bond
	voided          []criteria.Fact   // what was voided, for those who ask
	last            factKey           // of the newest of Facts that are sorted
	localOf         map[uint32]uint32 // person to index into Mentees, of a mentor with many
}

// menteesScanned is up to how many mentees a search one by one is quicker than a map.
const menteesScanned = 32

// local returns the mentor's own number of a mentee.
func (m *mentor) local(person uint32) (local uint32, met bool) {
	if len(m.Mentees) <= menteesScanned {
		i := slices.Index(m.Mentees, person)
		return uint32(i), i >= 0
	}
	if m.localOf == nil {
		m.localOf = make(map[uint32]uint32, 2*len(m.Mentees))
		for i, p := range m.Mentees {
			m.localOf[p] = uint32(i)
		}
	}
	local, met = m.localOf[person]
	return local, met
}

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

// bond is one mentorship.
type bond struct {
	startedNS int64
	person    uint32 // the mentee
	voided    bool   // its start was voided: nothing of it counts
}

// bondRef finds a mentorship: the mentor, and the bond among the mentor's.
type bondRef struct{ mentor, bond uint32 }

// person is what facts need about a person beside being a mentor.
type person struct {
	mentors  []uint32 // mentors of this person, each once, in any program
	selves   []uint32 // this person as a mentor, one for each program
	outcomes []outcome
	shared   []criteria.Fact // PracticeShared
	latestNS int64           // the newest outcome
	voided   []outcome
}

// outcome is an event on a person's stream that mentors are credited with.
type outcome struct {
	fact    criteria.Fact
	by      uint32 // the person who attested it; nobody when noPerson
	records []programRecord
}

// programRecord is where an outcome's candidates in one program are kept.
type programRecord struct {
	program uint32
	record  uint32 // index into Tables.Outcomes
}

const noPerson = ^uint32(0)

// Limits of the encoding. A log beyond them is refused with an error that says which.
const (
	codesMax  = 1<<16 - 1
	eventsMax = math.MaxUint32 - 1
)

// flagConfirmedAtOnce marks a session whose own event said that it is confirmed; criteria do not look at it.
const flagConfirmedAtOnce uint8 = 1 << 7

// NewFacts returns the facts of an empty log.
func NewFacts() *Facts {
	return &Facts{
		newest:     math.MinInt64,
		tables:     criteria.Tables{Labels: []string{""}, Skills: []string{""}},
		labelCodes: map[string]uint16{"": 0},
		skillCodes: map[string]uint16{"": 0},
		personOf:   map[uuid.UUID]uint32{},
		programOf:  map[string]uint32{},
		mentorOf:   map[mentorKey]uint32{},
		bondOf:     map[uuid.UUID]bondRef{},
		aside:      map[bondRef][]criteria.Fact{},
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
func (f *Facts) Events() int { return len(f.ids) }

// Newest returns the newest occurred at of any event, and false for an empty log.
func (f *Facts) Newest() (time.Time, bool) {
	if len(f.ids) == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, f.newest).UTC(), true
}

// EventID returns the id of the event with an ordinal.
func (f *Facts) EventID(seq uint32) uuid.UUID { return f.ids[seq] }

// Mentor returns what an evaluation reads about a mentor: not to be changed.
func (f *Facts) Mentor(id MentorID) *criteria.Mentor { return &f.mentors[id].Mentor }

// Tables returns what the facts of all mentors share: not to be changed.
func (f *Facts) Tables() *criteria.Tables { return &f.tables }

// Programs returns the programs that have mentorships, in order of their first.
func (f *Facts) Programs() []string { return slices.Clone(f.programs) }

// fold takes one event in. What it leaves unsettled, settle puts right.
func (f *Facts) fold(in *Input) error {
	if len(f.ids) >= eventsMax {
		return fmt.Errorf("facts: the log has more than %d events", eventsMax)
	}
	seq := uint32(len(f.ids))
	f.ids = append(f.ids, in.ID)
	f.newest = max(f.newest, in.At)
	f.position = in.Position
	switch in.Kind {
	case InputStart:
		return f.start(in, seq)
	case InputFact:
		return f.happen(in, seq)
	case InputOutcome:
		return f.achieve(in, seq)
	case InputShared:
		return f.share(in, seq)
	case InputVoid:
		f.void(in)
	}
	return nil
}

// start opens a mentorship.
func (f *Facts) start(in *Input, seq uint32) error {
	var aside []criteria.Fact
	if old, open := f.bondOf[in.Stream]; open {
		b := &f.mentors[old.mentor].bonds[old.bond]
		if !b.voided {
			return nil // a mentorship starts once
		}
		aside = f.aside[old]
		delete(f.aside, old)
	}
	if in.Program == "" || in.Mentor == in.Mentee {
		return nil // nothing that a mentorship's decisions let pass
	}
	program, known := f.programOf[in.Program]
	if !known {
		program = uint32(len(f.programs))
		f.programs = append(f.programs, in.Program)
		f.programOf[in.Program] = program
	}
	mentee := f.person(in.Mentee)
	index := f.mentor(program, f.person(in.Mentor))
	m := &f.mentors[index]
	ref := bondRef{mentor: index, bond: uint32(len(m.bonds))}
	f.bondOf[in.Stream] = ref
	local, met := m.local(mentee)
	if !met {
		local = uint32(len(m.Mentees))
		m.Mentees = append(m.Mentees, mentee)
		if m.localOf != nil {
			m.localOf[mentee] = local
		}
		p := &f.persons[mentee]
		p.mentors = append(p.mentors, index)
	}
	m.Bonds = append(m.Bonds, local)
	m.bonds = append(m.bonds, bond{startedNS: in.At, person: mentee})
	f.insert(ref, criteria.Fact{At: in.At, Seq: seq, Bond: ref.bond, Type: in.Code})
	for _, fact := range aside {
		fact.Bond = ref.bond
		f.insert(ref, fact)
	}
	if f.persons[mentee].latestNS >= in.At {
		f.unsettle(mentee)
	}
	return nil
}

// happen takes in any other event of a mentorship.
func (f *Facts) happen(in *Input, seq uint32) error {
	ref, open := f.bondOf[in.Stream]
	if !open {
		return nil
	}
	m := &f.mentors[ref.mentor]
	b := &m.bonds[ref.bond]
	if b.voided {
		return nil
	}
	fact, err := f.fact(in, seq)
	if err != nil {
		return err
	}
	fact.Bond = ref.bond
	switch criteria.FactType(in.Code) {
	case domain.TypeSessionHeld:
		if fact.Flags&criteria.FlagConfirmed != 0 {
			fact.Flags |= flagConfirmedAtOnce
		}
		if f.persons[b.person].latestNS >= in.At {
			f.unsettle(b.person)
		}
	case domain.TypeSessionConfirmed:
		fact.setSession(noSession)
		if session := f.find(m, ref.bond, in.Ref); session >= 0 {
			m.Facts[session].Flags |= criteria.FlagConfirmed
			fact.setSession(m.Facts[session].Seq)
		}
	case domain.TypeFeedbackGiven:
		if in.Ref != f.tables.People[m.person] {
			return nil // about the mentee
		}
	default:
		if in.Ref != uuid.Nil && in.Ref != f.tables.People[m.person] {
			fact.Flags |= criteria.FlagAttested
		}
	}
	f.insert(ref, fact.Fact)
	return nil
}

// achieve takes in an outcome on a person's stream.
func (f *Facts) achieve(in *Input, seq uint32) error {
	fact, err := f.fact(in, seq)
	if err != nil {
		return err
	}
	o := outcome{fact: fact.Fact, by: noPerson}
	if in.Ref != uuid.Nil {
		o.by = f.person(in.Ref)
	}
	index := f.person(in.Stream)
	p := &f.persons[index]
	p.outcomes = append(p.outcomes, o)
	p.latestNS = max(p.latestNS, in.At)
	f.unsettle(index)
	return nil
}

// share takes in a practice that a person shared: a fact of that person as a mentor, in each program.
func (f *Facts) share(in *Input, seq uint32) error {
	fact, err := f.fact(in, seq)
	if err != nil {
		return err
	}
	fact.Bond = criteria.NoBond
	p := &f.persons[f.person(in.Stream)]
	p.shared = append(p.shared, fact.Fact)
	for _, self := range p.selves {
		f.insert(bondRef{mentor: self}, fact.Fact)
	}
	return nil
}

// fact encodes the attributes of an event.
func (f *Facts) fact(in *Input, seq uint32) (fact foldedFact, err error) {
	fact.At, fact.Seq, fact.Type, fact.Flags, fact.Value = in.At, seq, in.Code, in.Flags, in.Value
	if fact.Label, err = encode(f.labelCodes, &f.tables.Labels, in.Label, "channels, raters and visibilities"); err != nil {
		return fact, err
	}
	fact.Skill, err = encode(f.skillCodes, &f.tables.Skills, in.Skill, "skills")
	return fact, err
}

func encode(codes map[string]uint16, dictionary *[]string, word, what string) (uint16, error) {
	code, known := codes[word]
	if !known {
		if len(*dictionary) > codesMax {
			return 0, fmt.Errorf("facts: the log has more than %d different %s: name them alike", codesMax, what)
		}
		code = uint16(len(*dictionary))
		*dictionary = append(*dictionary, word)
		codes[word] = code
	}
	return code, nil
}

// foldedFact is a fact while it is being folded. A SessionConfirmed has neither label nor skill: there it keeps the
// ordinal of the session that it confirmed.
type foldedFact struct{ criteria.Fact }

const noSession = ^uint32(0)

func (f *foldedFact) setSession(seq uint32) { f.Label, f.Skill = uint16(seq), uint16(seq>>16) }

func sessionOf(f *criteria.Fact) uint32 { return uint32(f.Label) | uint32(f.Skill)<<16 }

// person returns the index of a person, new or known.
func (f *Facts) person(id uuid.UUID) uint32 {
	index, known := f.personOf[id]
	if !known {
		index = uint32(len(f.tables.People))
		f.personOf[id] = index
		f.tables.People = append(f.tables.People, id)
		f.persons = append(f.persons, person{latestNS: math.MinInt64})
	}
	return index
}

// mentor returns the index of a person as a mentor in a program, new or known.
func (f *Facts) mentor(program, personIndex uint32) uint32 {
	key := mentorKey{program, personIndex}
	index, known := f.mentorOf[key]
	if !known {
		index = uint32(len(f.mentors))
		f.mentorOf[key] = index
		f.mentors = append(f.mentors, mentor{
			Mentor: criteria.Mentor{Index: index}, program: program, person: personIndex, last: factKey{at: math.MinInt64},
		})
		p := &f.persons[personIndex]
		p.selves = append(p.selves, index)
		for _, shared := range p.shared {
			f.insert(bondRef{mentor: index}, shared)
		}
	}
	return index
}

// insert adds a fact to its mentor. A fact out of order waits at the end until settle sorts it in.
func (f *Facts) insert(ref bondRef, fact criteria.Fact) {
	m := &f.mentors[ref.mentor]
	m.Facts = append(m.Facts, fact)
	key := keyOf(&fact)
	if key.compare(m.last) < 0 {
		f.unsorted[ref.mentor] = struct{}{}
	} else {
		m.last = key
	}
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

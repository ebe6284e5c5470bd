package synthetic

import (
	"iter"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Generator makes one history. It is not safe for concurrent use.
type Generator struct {
	options  Options
	random   random
	calendar calendar

	emitted uint64 // events so far
	now     int64  // when the present event is recorded, Unix nanoseconds

	people   []person
	mentors  []mentor
	weights  weights
	slots    []mentorship
	free     []uint32 // slots whose mentorship ended
	started  uint64   // mentorships so far
	projects uint32

	steps        []step // that must come before anything else, in order
	stepScratch  [8]step
	emailScratch []byte
}

// mentor is somebody who has had at least one mentorship.
type mentor struct {
	person  uint32
	program uint8
	active  [mentorshipsActiveMax]uint32 // slots
	count   uint8
	quality int16  // bias of the ratings, in thousandths
	leaves  uint64 // ordinal from which they are hardly seen
}

const (
	mentorshipsActiveMax = 4
	mentorshipEventsMax  = 400 // then it ends: nobody is a mentee for ever
)

// mentorship is one that goes on.
type mentorship struct {
	id        uuid.UUID
	mentee    uint32 // index of people
	startedAt int64
	events    uint16
	paused    bool

	session      uint64 // ordinal of the last session that can be confirmed or voided
	sessionOpen  bool   // there is one
	feedback     uint64 // ordinal of the last feedback that can be voided
	feedbackOpen bool

	goalsSet, goalsMet uint16
	requests           uint16
	requestOpen        bool // the last one
	requestMentee      bool // it asks the mentee
	threads            uint16
	roadmap            uint8 // index of roadmaps
	assigned           bool
	reached            uint8
}

// step is something that has to come next.
type step struct {
	start   bool   // of a mentorship, else a registration
	person  uint32 // to register, or the mentee
	mentorN uint32
}

// New prepares a history. It fails when the options make none.
func New(o Options) (*Generator, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	g := &Generator{
		options: o, random: newRandom(o.Seed), calendar: newCalendar(uint64(o.Events)),
		mentors: make([]mentor, 0, o.Mentors), people: make([]person, 0, 2*o.Mentors),
		weights: newWeights(o.Mentors, o.Seed),
	}
	g.steps = g.stepScratch[:0]
	return g, nil
}

// Events yields the whole history in log order. The event is overwritten by the next.
func (g *Generator) Events() iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		var e Event
		for g.Next(&e) {
			if !yield(&e) {
				return
			}
		}
	}
}

// Items yields the whole history for eventstore.Ingest.
func (g *Generator) Items() iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		for e := range g.Events() {
			if !yield(e.Item(), nil) {
				return
			}
		}
	}
}

// Next fills e with the next event, and reports false after the last one.
func (g *Generator) Next(e *Event) bool {
	n := g.emitted
	if n == uint64(g.options.Events) {
		return false
	}
	g.emitted++
	r := g.random.pcg.Uint64()
	g.now = g.calendar.at(n, r&0xffff)
	*e = Event{Ordinal: n, ID: id(g.options.Seed, eventSpace, n), OccurredAt: g.now}
	if n < uint64(len(g.options.Programs)) {
		e.Type, e.Program = domain.TypeProgramOpened, g.options.Programs[n]
		return true
	}
	if len(g.steps) == 0 && len(g.mentors) < g.options.Mentors && n >= g.joinAt(uint64(len(g.mentors))) {
		g.introduceMentor()
	}
	if len(g.steps) == 0 {
		m := g.pickMentor()
		if g.mentors[m].count == 0 || g.mentors[m].count < mentorshipsActiveMax && g.random.chance(8) {
			g.planMentorship(m)
		} else {
			g.act(e, m)
			return true
		}
	}
	s := g.steps[0]
	g.steps = append(g.stepScratch[:0], g.steps[1:]...)
	if s.start {
		g.start(e, s.mentorN, s.person)
	} else {
		p := &g.people[s.person]
		e.Type, e.Person, e.name = domain.TypePersonRegistered, p.id, personName{s.person, p.parts}
	}
	return true
}

// joinAt is the ordinal at which a mentor joins: evenly over the first 85 % of the history.
func (g *Generator) joinAt(mentorN uint64) uint64 {
	programs := uint64(len(g.options.Programs))
	return programs + mentorN*((uint64(g.options.Events)-programs)*85/100)/uint64(g.options.Mentors)
}

// introduceMentor plans the first mentorship of a new mentor, who may have been a mentee before.
func (g *Generator) introduceMentor() {
	n := uint32(len(g.mentors))
	who, found := uint32(0), false
	if len(g.people) > 0 && g.random.chance(150) {
		who = uint32(g.random.below(uint64(len(g.people))))
		found = !g.people[who].mentor
	}
	if !found {
		who = g.addPerson()
		g.steps = append(g.steps, step{person: who})
	}
	g.people[who].mentor = true
	m := mentor{
		person: who, program: uint8(g.random.below(uint64(len(g.options.Programs)))),
		quality: int16(g.random.below(1200)) - 600, leaves: ^uint64(0),
	}
	if g.random.chance(450) {
		m.leaves = g.emitted + g.random.below(uint64(g.options.Events)-g.emitted+1)
	}
	g.mentors = append(g.mentors, m)
	g.planMentorship(n)
}

// planMentorship plans a mentorship of a mentor with somebody new, or known.
func (g *Generator) planMentorship(m uint32) {
	mentee := uint32(g.random.below(uint64(len(g.people))))
	if g.random.chance(750) || mentee == g.mentors[m].person {
		mentee = g.addPerson()
		g.steps = append(g.steps, step{person: mentee})
	}
	g.steps = append(g.steps, step{start: true, person: mentee, mentorN: m})
}

// start begins a mentorship.
func (g *Generator) start(e *Event, m, mentee uint32) {
	var at uint32
	if last := len(g.free) - 1; last >= 0 {
		at, g.free = g.free[last], g.free[:last]
	} else {
		at = uint32(len(g.slots))
		g.slots = append(g.slots, mentorship{})
	}
	g.slots[at] = mentorship{
		id: id(g.options.Seed, mentorshipSpace, g.started), mentee: mentee, startedAt: g.now,
	}
	g.started++
	mm := &g.mentors[m]
	mm.active[mm.count] = at
	mm.count++
	e.Type = domain.TypeMentorshipStarted
	g.room(e, mm, &g.slots[at])
}

// room fills what every event of a mentorship has.
func (g *Generator) room(e *Event, m *mentor, s *mentorship) {
	e.Mentorship, e.Program = s.id, g.options.Programs[m.program]
	e.Mentor, e.Mentee = g.people[m.person].id, g.people[s.mentee].id
	s.events++
}

// pickMentor draws a mentor of those who have joined, by weight, rarely one who has left.
func (g *Generator) pickMentor() uint32 {
	m := uint32(0)
	for range 8 {
		m = g.weights.pick(&g.random, len(g.mentors))
		if g.emitted <= g.mentors[m].leaves {
			break
		}
	}
	return m
}

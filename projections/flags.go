package projections

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// FlagKind is a pattern in a history that a human should look at.
type FlagKind string

// The kinds of flags.
const (
	FlagReciprocal FlagKind = "reciprocal" // two people mentor each other
	FlagRing       FlagKind = "ring"       // each mentors the next, and the last the first
	FlagBurst      FlagKind = "burst"      // many sessions at once, just before something would have run out
	FlagMaximum    FlagKind = "maximum"    // a rater who only ever gives the highest rating
	FlagOneMentee  FlagKind = "one-mentee" // a standing that hangs on one mentee
)

// FlagKinds lists the kinds in the order in which flags are listed.
func FlagKinds() []FlagKind {
	return []FlagKind{FlagReciprocal, FlagRing, FlagBurst, FlagMaximum, FlagOneMentee}
}

// FlagThresholds say from where on a pattern is worth a look. Counts are inclusive.
type FlagThresholds struct {
	EachWayMin int // reciprocal, ring: sessions in each direction, and of each with the next

	RingLengthMax int           // people in a ring; at least 3
	RingWithin    time.Duration // how far back the sessions of a ring lie at most
	RingsMax      int           // rings listed of each length
	RingStepsMax  int           // mentorships looked at in the search for rings of one length

	BurstSessionsMin int           // sessions of a burst
	BurstSpan        time.Duration // from its first session to its last at most
	BurstTimesUsual  int           // how many times the mentor's usual number of sessions in such a span
	UsualSpan        time.Duration // how far back from a burst the usual number is taken, a sixth of it at least
	EdgeWithin       time.Duration // from the last session of a burst to the edge at most; whole days

	RatingsMin      int            // maximum: ratings of the rater, all of them the highest
	RatedMin        int            // and of so many mentors, or
	OthersBelow     criteria.Milli // others rate the same mentors so much lower on average
	RatingsOfOthers int            // in so many ratings

	LossMin criteria.Milli // one-mentee: the part of the score that would be lost, in thousandths
	PartMin criteria.Milli // one-mentee: the part of some measure that the mentee gives before a tier hangs on them

	EvidenceMax int // events listed with a flag
}

// DefaultFlagThresholds are those that are used where none are given.
func DefaultFlagThresholds() FlagThresholds {
	const day = 24 * time.Hour
	return FlagThresholds{
		EachWayMin:    1,
		RingLengthMax: 5, RingWithin: 730 * day, RingsMax: 100, RingStepsMax: 20_000_000,
		BurstSessionsMin: 4, BurstSpan: 7 * day, BurstTimesUsual: 3, UsualSpan: 168 * day, EdgeWithin: 14 * day,
		RatingsMin: 5, RatedMin: 3, OthersBelow: 250, RatingsOfOthers: 1,
		LossMin: 600, PartMin: 250,
		EvidenceMax: 20,
	}
}

// FlagOptions say which flags to look for.
type FlagOptions struct {
	Kinds      []FlagKind     // nil for all
	Person     uuid.UUID      // only flags that concern this person; the zero id for anybody
	Thresholds FlagThresholds // the zero value for the default ones
	Workers    int            // 0 for one a core; the result is the same
}

// Flags are patterns that a human should look at. They decide nothing: no score, tier or award depends on one, and none
// says that somebody did wrong. Many have a good explanation, and the text of each tells what to look for.
type Flags struct {
	Program  string    `json:"program"`
	Criteria string    `json:"criteria"`
	AsOf     time.Time `json:"as_of"`
	Position string    `json:"position"`
	Flags    []Flag    `json:"flags"`             // by kind, then the latest first
	LeftOut  []string  `json:"left_out"`          // what was not looked at, with the reason
	CutOff   []string  `json:"cut_off,omitempty"` // where a search ended before it was through, and what to do
}

// Flag is one such pattern.
type Flag struct {
	Kind          FlagKind       `json:"kind"`
	People        []FlagPerson   `json:"people"` // whom it is mainly about first; of a ring, each before their mentee
	Since         time.Time      `json:"since"`  // of the first event of the evidence
	At            time.Time      `json:"at"`     // of the last
	Edge          time.Time      `json:"edge,omitzero"`
	Text          string         `json:"text"`
	Numbers       []NamedDecimal `json:"numbers"`
	Evidence      []uuid.UUID    `json:"evidence"` // events, the latest first
	EvidenceTotal int            `json:"evidence_total"`
}

// FlagPerson is somebody whom a flag concerns.
type FlagPerson struct {
	Person uuid.UUID `json:"person"`
	Name   string    `json:"name"`
}

// Concerns reports whether a person is among those of the flag.
func (g *Flag) Concerns(id uuid.UUID) bool {
	return slices.ContainsFunc(g.People, func(p FlagPerson) bool { return p.Person == id })
}

// FindFlags looks for flags in the facts up to asOf. People may be nil. The result does not depend on the order in
// which independent streams were recorded, but where criteria do: of what happened at one instant, what was recorded
// first comes first.
func FindFlags(f *Facts, people *People, program string, plan *criteria.Plan, asOf time.Time, opt FlagOptions) *Flags {
	if opt.Thresholds == (FlagThresholds{}) {
		opt.Thresholds = DefaultFlagThresholds()
	}
	found := &Flags{
		Program: program, Criteria: plan.Hash, AsOf: asOf.UTC(), Position: f.position.String(), Flags: []Flag{},
		LeftOut: []string{},
	}
	index, known := f.programOf[program]
	if !known {
		return found
	}
	x := &flagFinder{
		FlagThresholds: opt.Thresholds, facts: f, people: people, plan: plan, program: index, asOf: asOf.UnixNano(),
	}
	x.session, _ = criteria.TypeCode(domain.TypeSessionHeld)
	x.confirmed, _ = criteria.TypeCode(domain.TypeSessionConfirmed)
	x.feedback, _ = criteria.TypeCode(domain.TypeFeedbackGiven)
	for _, id := range f.MentorsOf(program) {
		if m := &f.mentors[id]; m.startedBy(x.asOf) {
			x.mentors = append(x.mentors, m)
		}
	}
	wanted := func(kind FlagKind) bool { return len(opt.Kinds) == 0 || slices.Contains(opt.Kinds, kind) }
	if wanted(FlagReciprocal) {
		x.add(x.reciprocal(x.web(-maxTime))...)
	}
	if wanted(FlagRing) {
		from := x.asOf - x.RingWithin.Nanoseconds()
		rings, cutOff := x.rings(x.web(from), opt.Person)
		x.add(rings...)
		found.LeftOut = append(found.LeftOut, fmt.Sprintf("rings: sessions before %s, and rings in which "+
			"fewer of the people already mentor each other or form a ring", dayOf(from)))
		found.CutOff = cutOff
	}
	if wanted(FlagMaximum) {
		x.add(x.maximum()...)
	}
	if wanted(FlagBurst) || wanted(FlagOneMentee) {
		x.perMentor(opt.Workers, wanted(FlagBurst), wanted(FlagOneMentee))
	}
	if n := x.low.Load(); n > 0 {
		found.LeftOut = append(found.LeftOut,
			fmt.Sprintf("one-mentee: mentors who hold no tier above the lowest, %d of them", n))
	}
	for _, g := range x.flags {
		if opt.Person == uuid.Nil || g.Concerns(opt.Person) {
			found.Flags = append(found.Flags, g)
		}
	}
	slices.SortFunc(found.Flags, compareFlags)
	return found
}

// compareFlags orders flags by kind, then the latest first, then by whom they concern.
func compareFlags(a, b Flag) int {
	kinds := FlagKinds()
	if c := cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)); c != 0 {
		return c
	}
	if c := b.At.Compare(a.At); c != 0 {
		return c
	}
	return slices.CompareFunc(a.People, b.People, func(p, q FlagPerson) int {
		return bytes.Compare(p.Person[:], q.Person[:])
	})
}

// flagFinder looks for flags in one program as of one time.
type flagFinder struct {
	FlagThresholds
	facts   *Facts
	people  *People
	plan    *criteria.Plan
	program uint32
	asOf    int64
	mentors []*mentor // who had begun by then

	session, confirmed, feedback uint8 // codes of these types

	low   atomic.Int64 // mentors not looked at for one-mentee
	mu    sync.Mutex
	flags []Flag
}

func (x *flagFinder) add(flags ...Flag) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.flags = append(x.flags, flags...)
}

// perMentor looks for the flags that concern how one mentor stands, on many goroutines.
func (x *flagFinder) perMentor(workers int, bursts, oneMentee bool) {
	const batch = 32
	_ = spread(context.Background(), len(x.mentors), batch, workers, func(int) func(int) {
		w := newStander(x)
		return func(i int) {
			w.turnTo(x.mentors[i])
			if bursts {
				x.add(w.bursts()...)
			}
			if oneMentee {
				x.add(w.oneMentee()...)
			}
		}
	})
}

// until returns the facts of a mentor up to the as-of time.
func (x *flagFinder) until(m *mentor) []criteria.Fact {
	n, _ := slices.BinarySearchFunc(m.Facts, x.asOf, func(g criteria.Fact, t int64) int {
		if g.At <= t {
			return -1
		}
		return 1
	})
	return m.Facts[:n]
}

// flagPerson names somebody, by index into Tables.People.
func (x *flagFinder) flagPerson(index uint32) FlagPerson {
	p := FlagPerson{Person: x.facts.tables.People[index]}
	if x.people != nil {
		contact, _ := x.people.Contact(p.Person)
		p.Name = contact.Name
	}
	return p
}

// String is the name of the person, or the id of one without a name.
func (p FlagPerson) String() string {
	if p.Name == "" {
		return p.Person.String()
	}
	return p.Name
}

// evidence is one event on which a flag rests.
type evidence struct {
	at int64
	id uuid.UUID
}

func (x *flagFinder) evidenceOf(g *criteria.Fact) evidence { return evidence{g.At, x.facts.ids[g.Seq]} }

// latestFirst sorts evidence; of events at the same instant the order is that of their ids.
func latestFirst(events []evidence) {
	slices.SortFunc(events, func(a, b evidence) int {
		if a.at != b.at {
			return cmp.Compare(b.at, a.at)
		}
		return bytes.Compare(a.id[:], b.id[:])
	})
}

// rest gives a flag its evidence. Of more events than are listed, each of the parts, such as the directions of a
// reciprocal pair, shows its latest.
func (x *flagFinder) rest(g *Flag, parts ...[]evidence) {
	var shown []evidence
	since, at := maxTime, -maxTime
	each := max(1, x.EvidenceMax/max(1, len(parts)))
	for _, part := range parts {
		latestFirst(part)
		for _, e := range part {
			since, at = min(since, e.at), max(at, e.at)
		}
		g.EvidenceTotal += len(part)
		shown = append(shown, part[:min(each, len(part))]...)
	}
	latestFirst(shown)
	g.Evidence = make([]uuid.UUID, len(shown))
	for i, e := range shown {
		g.Evidence[i] = e.id
	}
	g.Since, g.At = time.Unix(0, since).UTC(), time.Unix(0, at).UTC()
}

// count is a whole number among the numbers of a flag.
func count(name string, n int) NamedDecimal { return NamedDecimal{name, Decimal(n) * 1000} }

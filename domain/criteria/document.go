package criteria

import "laurel/domain"

// Milli is a fixed-point number in thousandths: points, ratings and scores. 1500 is 1.5.
type Milli = int64

// Document is a criteria document after parsing: shape checked, defaults filled in, numbers in fixed point.
type Document struct {
	Program  string
	Title    string
	Timezone string    // IANA name; days, ISO weeks and months are cut there
	Measures []Measure // in document order
	Score    Expr
	Tiers    []Tier // lowest first
	Policy   Policy
}

// Aggregate is what a measure computes from its facts.
type Aggregate uint8

const (
	SumPoints    Aggregate = iota + 1 // sum: points
	CountEvents                       // count: events
	CountMentees                      // count: mentees
	CountDays                         // count: days
	CountWeeks                        // count: weeks
	CountMonths                       // count: months
	CountSkills                       // count: skills
	MeanRating                        // mean: rating
	StreakWeek                        // streak: week
	StreakMonth                       // streak: month
	ShareMentee                       // share: mentee
)

// Measure is one named number about a mentor, computed from facts.
type Measure struct {
	Name        string
	Aggregate   Aggregate
	Of          []TypePoints // empty for ShareMentee; Points is set for SumPoints only
	Where       Expr         // zero when absent: every fact passes
	Caps        []Cap
	WindowNS    int64 // 0: no window
	Credit      Credit
	Decay       []DecayStep // by After ascending
	Grace       int         // streaks: units that may be missing between neighbours
	Longest     bool        // streaks: the longest run so far and not the latest
	PriorMean   Milli       // MeanRating
	PriorWeight Milli       // MeanRating, in thousandths, > 0
	In          string      // ShareMentee: the sum measure
	At          Place       // of the name
}

// TypePoints is an event type that a measure takes, with its points in a sum.
type TypePoints struct {
	Type   domain.EventType
	Points Milli
	At     Place
}

// CapPer says whose bucket a cap fills.
type CapPer uint8

// Whose bucket a cap fills.
const (
	PerMentor CapPer = iota + 1 // the mentor's, whoever the mentee
	PerMentee                   // one for this mentor with each mentee
)

// Every is the calendar unit of a cap's buckets, cut in the document's time zone.
type Every uint8

// The calendar units of buckets. They also name the units of streaks and of counts.
const (
	Ever         Every = iota + 1 // one bucket for all time
	EveryDay                      // from midnight to midnight, however long that is
	EveryWeek                     // ISO weeks: Monday to Sunday
	EveryMonth                    // calendar months
	EveryQuarter                  // from January, April, July and October
	EveryYear                     // calendar years
)

// Cap bounds the points that one bucket may credit.
type Cap struct {
	Per   CapPer
	Every Every
	Max   Milli
	At    Place
}

// Credit says which mentors an outcome on a person stream belongs to. Defaults: within 365d, at least 0d, no split.
type Credit struct {
	WithinNS  int64
	AtLeastNS int64
	Split     bool
}

// DecayStep is what is kept of credited points from an age on.
type DecayStep struct {
	AfterNS   int64
	KeepMicro int64 // millionths, 0 to 1,000,000
}

// Expr is a CEL expression of the document. Its Source is "" when absent.
type Expr struct {
	Source string
	At     Place // of the expression's first character
}

// Keep says how long a tier stays after its when stopped holding.
type Keep uint8

// How long a tier stays.
const (
	KeepWhileMet Keep = iota // not at all: the default
	KeepForever              // once held, never lost
	KeepFor                  // for KeepNS, counted from the moment that when stopped holding
)

// Tier is a named level of recognition.
type Tier struct {
	ID      string
	Name    string
	When    Expr
	Keep    Keep
	KeepNS  int64
	Review  bool     // a human decides before the award is granted
	Rewards []string // slugs of rewards
	At      Place
}

// Policy says what publication of the document does to awards.
type Policy struct {
	Gained  string // "award"
	Lost    Lost
	GraceNS int64 // for LostGrace
}

// Lost is what happens to those who no longer meet a tier.
type Lost uint8

// What happens to awards whose tier is no longer met.
const (
	LostGrandfather Lost = iota // they stay: the default
	LostRevoke                  // they end at once
	LostGrace                   // they end after Policy.GraceNS, unless the tier is met again
)

// Place is where something stands in the document's text, from 1. The zero Place is unknown.
type Place struct {
	Line, Column int
}

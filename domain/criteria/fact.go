package criteria

import (
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// Fact is one thing that counts for one mentor in one program, folded from one event: fixed size, dictionary-encoded,
// no pointers. Facts of a mentor are kept in order of (At, Seq).
type Fact struct {
	At    int64  // occurred at, Unix nanoseconds
	Seq   uint32 // the event's ordinal among those of the log that can be facts, from 0
	Bond  uint32 // index into Mentor.Bonds: the mentorship; NoBond for a PracticeShared
	Type  uint8  // TypeCode
	Flags uint8  // FlagConfirmed, FlagAttested
	Value int16  // minutes, levels, or rating in thousandths, by the type
	Label uint16 // dictionary code of channel, rater or visibility, by the type; 0 is ""
	Skill uint16 // dictionary code; 0 is ""; of a SessionConfirmed, Label and Skill belong to the fold
}

// sessionConfirmed is the code of that type.
const sessionConfirmed = 6

func (f *Fact) skill() uint16 {
	if f.Type == sessionConfirmed {
		return 0
	}
	return f.Skill
}

// NoBond is the Bond of a fact that belongs to no mentorship.
const NoBond = ^uint32(0)

// The bits of Fact.Flags.
const (
	FlagConfirmed uint8 = 1 << iota
	FlagAttested
)

// factTypes are the event types that can be facts. The index is the type's code; outcomes on person streams come first.
var factTypes = [...]domain.EventType{
	domain.TypeSkillAttested,
	domain.TypeProjectCompleted,
	domain.TypePromotionRecorded,
	domain.TypePracticeShared,
	domain.TypeMentorshipStarted,
	domain.TypeSessionHeld,
	domain.TypeSessionConfirmed,
	domain.TypeGoalSet,
	domain.TypeGoalMet,
	domain.TypeRoadmapAssigned,
	domain.TypeMilestoneReached,
	domain.TypeThreadPosted,
	domain.TypeFeedbackRequested,
	domain.TypeFeedbackGiven,
	domain.TypeMentorshipPaused,
	domain.TypeMentorshipResumed,
	domain.TypeMentorshipEnded,
}

const (
	outcomeTypes  = 3 // codes below it are outcomes on a person stream
	factTypeCount = len(factTypes)
)

// TypeCode returns the code of an event type that can be a fact, and false for any other type.
func TypeCode(t domain.EventType) (uint8, bool) {
	for i, known := range factTypes {
		if known == t {
			return uint8(i), true
		}
	}
	return 0, false
}

// FactType returns the event type of a code that TypeCode gave out.
func FactType(code uint8) domain.EventType { return factTypes[code] }

// IsOutcome reports whether the code is of an outcome on a person stream, which mentors are credited with.
func IsOutcome(code uint8) bool { return code < outcomeTypes }

// Mentor is one mentor in one program, with everything that Evaluate reads about one person.
type Mentor struct {
	Index    uint32   // the mentor's number in Tables, by which Candidate names it
	Facts    []Fact   // in order of (At, Seq)
	Bonds    []uint32 // by Fact.Bond: the mentee, as an index into Mentees
	Mentees  []uint32 // by local number: the person, as an index into Tables.People
	Outcomes []uint32 // by ordinal among the outcome facts in Facts: index into Tables.Outcomes
}

// Tables are what the facts of all mentors share: dictionaries, and who may be credited with each outcome.
type Tables struct {
	Labels     []string // channels, raters and visibilities; code 0 is ""
	Skills     []string // code 0 is ""
	People     []uuid.UUID
	Outcomes   []Outcome
	Candidates []Candidate
}

// Outcome is a skill, project or promotion of a person in one program: the mentorships that may be credited with it are
// Tables.Candidates[First:First+Count], in order of the mentors.
type Outcome struct{ First, Count uint32 }

// CandidatesOf returns the mentorships that may be credited with an outcome.
func (t *Tables) CandidatesOf(outcome uint32) []Candidate {
	o := t.Outcomes[outcome]
	return t.Candidates[o.First : o.First+o.Count]
}

// Candidate is one mentorship that had begun by the time of an outcome. Spans are in minutes, rounded so that comparing
// them with whole minutes, and so with the days of a document, gives what the nanoseconds would.
type Candidate struct {
	Mentor     uint32 // Mentor.Index
	StartedMin uint32 // how long before the outcome the mentorship started, rounded down
	ActiveMin  uint32 // how long before the outcome it was last active, rounded up
}

const minuteNS = int64(time.Minute)

// NewCandidate makes a candidate from spans in nanoseconds, both 0 or more and at most 250 years.
func NewCandidate(mentor uint32, startedNS, activeNS int64) Candidate {
	return Candidate{
		Mentor: mentor, StartedMin: uint32(startedNS / minuteNS), ActiveMin: uint32((activeNS + minuteNS - 1) / minuteNS),
	}
}

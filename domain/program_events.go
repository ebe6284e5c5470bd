package domain

import (
	"time"

	"github.com/google/uuid"
)

// ProgramOpened opens a program's stream.
type ProgramOpened struct {
	Title string `json:"title"`
	Kind  string `json:"kind,omitempty"` // what sort of program, such as onboarding
}

// RewardDefined says what a tier may bring. Defining the same reward again replaces it.
type RewardDefined struct {
	Reward    Slug      `json:"reward"`
	Title     string    `json:"title"`
	Kind      string    `json:"kind,omitempty"`     // what sort of reward, such as training or workshop
	Capacity  int       `json:"capacity,omitempty"` // how many there are; 0 is no limit
	ValidFrom time.Time `json:"valid_from,omitzero"`
	ValidTo   time.Time `json:"valid_to,omitzero"` // exclusive
}

// RewardReserved sets one of a reward aside for somebody whose award offers it.
type RewardReserved struct {
	Reward Slug      `json:"reward"`
	Award  uuid.UUID `json:"award"`
	Person uuid.UUID `json:"person"`
}

// RewardReleased gives back what was set aside.
type RewardReleased struct {
	Reward     Slug      `json:"reward"`
	Award      uuid.UUID `json:"award"`
	ReasonCode string    `json:"reason_code,omitempty"`
}

// RoadmapDefined names milestones that mentorships of the program can be given. Defining the same roadmap again
// replaces it, where it is not assigned yet.
type RoadmapDefined struct {
	Roadmap    Slug   `json:"roadmap"`
	Title      string `json:"title"`
	Milestones []Slug `json:"milestones"`
}

// The calendar units of FeedbackRhythmSet.Every.
const (
	EveryMonth    = "month"
	EveryQuarter  = "quarter"
	EveryHalfYear = "half-year"
	EveryYear     = "year"
)

// FeedbackRhythmSet says when mentor and mentee are asked for feedback about each other. Setting it again replaces it;
// an empty one asks for none.
type FeedbackRhythmSet struct {
	AfterSessions int    `json:"after_sessions,omitempty"` // after every so many sessions
	AtEnd         bool   `json:"at_end,omitempty"`         // when the mentorship ends
	Every         string `json:"every,omitempty"`
	DueDays       int    `json:"due_days,omitempty"` // days from the request to when it is due; FeedbackDueDays if 0
}

// FeedbackDueDays is how many days people have to answer where a rhythm does not say.
const FeedbackDueDays = 14

// IsNone tells that nothing is asked for.
func (p *FeedbackRhythmSet) IsNone() bool { return p.AfterSessions == 0 && !p.AtEnd && p.Every == "" }

// Due is how long people have to answer.
func (p *FeedbackRhythmSet) Due() time.Duration {
	days := p.DueDays
	if days == 0 {
		days = FeedbackDueDays
	}
	return time.Duration(days) * 24 * time.Hour
}

// ProgramClosed closes the program.
type ProgramClosed struct{}

func (*ProgramOpened) EventType() EventType     { return TypeProgramOpened }
func (*RewardDefined) EventType() EventType     { return TypeRewardDefined }
func (*RewardReserved) EventType() EventType    { return TypeRewardReserved }
func (*RewardReleased) EventType() EventType    { return TypeRewardReleased }
func (*RoadmapDefined) EventType() EventType    { return TypeRoadmapDefined }
func (*FeedbackRhythmSet) EventType() EventType { return TypeFeedbackRhythmSet }
func (*ProgramClosed) EventType() EventType     { return TypeProgramClosed }

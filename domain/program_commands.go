package domain

import (
	"time"

	"github.com/google/uuid"
)

// OpenProgram opens a program.
type OpenProgram struct {
	CommandMeta
	Title string
	Kind  string
}

// DefineReward says what a tier of the program may bring.
type DefineReward struct {
	CommandMeta
	Reward             Slug
	Title, Kind        string
	Capacity           int // 0: no limit
	ValidFrom, ValidTo time.Time
}

// ReserveReward sets one of a reward aside for a person, on the strength of an award. Here is where capacity is
// decided: a claim is ReserveReward on the program, then ClaimReward on the award.
type ReserveReward struct {
	CommandMeta
	Reward        Slug
	Award, Person uuid.UUID
}

// ReleaseReward gives back what was set aside.
type ReleaseReward struct {
	CommandMeta
	Reward     Slug
	Award      uuid.UUID
	ReasonCode string
}

// DefineRoadmap names the milestones of a roadmap.
type DefineRoadmap struct {
	CommandMeta
	Roadmap    Slug
	Title      string
	Milestones []Slug
}

// SetFeedbackRhythm says when feedback is asked for.
type SetFeedbackRhythm struct {
	CommandMeta
	AfterSessions int
	AtEnd         bool
	Every         string
	DueDays       int
}

// CloseProgram closes a program.
type CloseProgram struct{ CommandMeta }

func (c OpenProgram) payload() Payload { return &ProgramOpened{Title: c.Title, Kind: c.Kind} }

func (c DefineReward) payload() Payload {
	return &RewardDefined{
		Reward: c.Reward, Title: c.Title, Kind: c.Kind, Capacity: c.Capacity, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
	}
}

func (c ReserveReward) payload() Payload {
	return &RewardReserved{Reward: c.Reward, Award: c.Award, Person: c.Person}
}

func (c ReleaseReward) payload() Payload {
	return &RewardReleased{Reward: c.Reward, Award: c.Award, ReasonCode: c.ReasonCode}
}

func (c DefineRoadmap) payload() Payload {
	return &RoadmapDefined{Roadmap: c.Roadmap, Title: c.Title, Milestones: c.Milestones}
}

func (c SetFeedbackRhythm) payload() Payload {
	return &FeedbackRhythmSet{AfterSessions: c.AfterSessions, AtEnd: c.AtEnd, Every: c.Every, DueDays: c.DueDays}
}

func (c CloseProgram) payload() Payload { return &ProgramClosed{} }

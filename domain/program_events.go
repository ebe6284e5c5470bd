package domain

import "time"

// ProgramOpened opens a program's stream.
type ProgramOpened struct {
	Title string `json:"title"`
	Kind  string `json:"kind,omitempty"` // what sort of program, such as onboarding
}

// RewardDefined says what a tier may bring. Defining the same reward again replaces it.
type RewardDefined struct {
	Reward    Slug      `json:"reward"`
	Title     string    `json:"title"`
	Capacity  int       `json:"capacity,omitempty"` // how many there are; 0 is no limit
	ValidFrom time.Time `json:"valid_from,omitzero"`
	ValidTo   time.Time `json:"valid_to,omitzero"` // exclusive
}

// ProgramClosed closes the program.
type ProgramClosed struct{}

func (*ProgramOpened) EventType() EventType { return TypeProgramOpened }
func (*RewardDefined) EventType() EventType { return TypeRewardDefined }
func (*ProgramClosed) EventType() EventType { return TypeProgramClosed }

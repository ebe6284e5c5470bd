package domain

import "time"

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
	Title              string
	Capacity           int // 0: no limit
	ValidFrom, ValidTo time.Time
}

// CloseProgram closes a program.
type CloseProgram struct{ CommandMeta }

func (c OpenProgram) payload() Payload { return &ProgramOpened{Title: c.Title, Kind: c.Kind} }

func (c DefineReward) payload() Payload {
	return &RewardDefined{
		Reward: c.Reward, Title: c.Title, Capacity: c.Capacity, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
	}
}

func (c CloseProgram) payload() Payload { return &ProgramClosed{} }

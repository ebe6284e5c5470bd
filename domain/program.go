package domain

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Program is the state of a program's stream. The lists belong to the state and are not to be changed.
type Program struct {
	Slug     Slug
	Opened   bool
	Closed   bool
	Roadmaps []Roadmap         // in the order first defined
	Rhythm   FeedbackRhythmSet // of feedback
	rewards  []definition      // in the order first defined
	ledger   ledger
}

// definition is the newest one of a reward, by when it occurred.
type definition struct {
	RewardDefined
	at time.Time
}

// Reward is what the program offers, by its newest definition.
type Reward struct {
	Slug               Slug
	Title              string
	Kind               string
	Capacity           int       // 0 is no limit
	ValidFrom, ValidTo time.Time // zero is no bound; ValidTo is exclusive
	Reserved           int       // how many are set aside now
}

// Roadmap is a list of milestones that mentorships can be given, by its newest definition.
type Roadmap struct {
	Slug       Slug
	Title      string
	Milestones []Slug
}

// Reservation is one of a reward that is set aside.
type Reservation struct {
	EventID       uuid.UUID
	Reward        Slug
	Award, Person uuid.UUID
	At            time.Time
}

// ProgramDecider returns the decider of a program's stream.
//
// A program opens once, and closes; a closed one takes nothing more than voids and the release of rewards. Of a reward
// no more are set aside at a time than its capacity, at most one for each award, and only while it is valid. A definition
// replaces those that occurred before it. Neither a new definition nor a void may leave more set aside than there are.
func ProgramDecider(program Slug) Decider[*Program] {
	return Decider[*Program]{Initial: &Program{Slug: program}, Decide: (*Program).decide, Evolve: (*Program).Evolve}
}

// HasReward tells whether a reward is defined.
func (p *Program) HasReward(reward Slug) bool { return p.definition(reward) != nil }

func (p *Program) definition(reward Slug) *definition {
	if i := slices.IndexFunc(p.rewards, func(d definition) bool { return d.Reward == reward }); i >= 0 {
		return &p.rewards[i]
	}
	return nil
}

// Rewards returns the rewards that are defined, in the order first defined.
func (p *Program) Rewards() []Reward {
	reserved := map[Slug]int{}
	for _, r := range p.Reservations() {
		reserved[r.Reward]++
	}
	rewards := make([]Reward, len(p.rewards))
	for i, d := range p.rewards {
		rewards[i] = Reward{
			Slug: d.Reward, Title: d.Title, Kind: d.Kind, Capacity: d.Capacity, ValidFrom: d.ValidFrom, ValidTo: d.ValidTo,
			Reserved: reserved[d.Reward],
		}
	}
	return rewards
}

// Reserved is how many of a reward are set aside now.
func (p *Program) Reserved(reward Slug) int {
	n := 0
	for _, r := range p.Reservations() {
		if r.Reward == reward {
			n++
		}
	}
	return n
}

// Roadmap returns a roadmap that is defined.
func (p *Program) Roadmap(roadmap Slug) (Roadmap, bool) {
	if i := p.roadmapIndex(roadmap); i >= 0 {
		return p.Roadmaps[i], true
	}
	return Roadmap{}, false
}

func (p *Program) roadmapIndex(roadmap Slug) int {
	return slices.IndexFunc(p.Roadmaps, func(r Roadmap) bool { return r.Slug == roadmap })
}

// Reservations returns what is set aside, in the order recorded.
func (p *Program) Reservations() []Reservation {
	type pair struct {
		reward Slug
		award  uuid.UUID
	}
	var all []Reservation
	standing := map[pair]int{} // index into all
	p.ledger.kept(func(id uuid.UUID, at time.Time, payload Payload) {
		switch v := payload.(type) {
		case *RewardReserved:
			if _, twice := standing[pair{v.Reward, v.Award}]; !twice {
				standing[pair{v.Reward, v.Award}] = len(all)
				all = append(all, Reservation{EventID: id, Reward: v.Reward, Award: v.Award, Person: v.Person, At: at})
			}
		case *RewardReleased:
			if i, ok := standing[pair{v.Reward, v.Award}]; ok {
				all[i].EventID = uuid.Nil
				delete(standing, pair{v.Reward, v.Award})
			}
		}
	})
	return slices.DeleteFunc(all, func(r Reservation) bool { return r.EventID == uuid.Nil })
}

// Reservation returns what is set aside of a reward for an award, if anything is.
func (p *Program) Reservation(reward Slug, award uuid.UUID) (Reservation, bool) {
	for _, r := range p.Reservations() {
		if r.Reward == reward && r.Award == award {
			return r, true
		}
	}
	return Reservation{}, false
}

// ReservationsMade counts how often a reward was set aside for an award until now, whatever became of it: what was
// released can be reserved again, under another id.
func (p *Program) ReservationsMade(reward Slug, award uuid.UUID) int {
	n := 0
	for i := range p.ledger.entries() {
		if v, ok := p.ledger.book.payloads[i].(*RewardReserved); ok && v.Reward == reward && v.Award == award {
			n++
		}
	}
	return n
}

func (p *Program) evolve(e Event) State { return p.Evolve(e) }

// Evolve returns the program after an event.
func (p *Program) Evolve(e Event) *Program {
	next := *p
	var voids bool
	if next.ledger, voids = p.ledger.after(e); voids {
		next.refold()
	} else {
		next.apply(e.ID, e.Meta.OccurredAt, e.Payload)
	}
	return &next
}

// refold computes the state anew from the events that still count.
func (p *Program) refold() {
	*p = Program{Slug: p.Slug, ledger: p.ledger}
	p.ledger.kept(p.apply)
}

func (p *Program) apply(_ uuid.UUID, at time.Time, payload Payload) {
	switch v := payload.(type) {
	case *ProgramOpened:
		p.Opened = true
	case *RewardDefined:
		p.rewards = slices.Clone(p.rewards)
		if d := p.definition(v.Reward); d == nil {
			p.rewards = append(p.rewards, definition{*v, at})
		} else if !at.Before(d.at) { // an imported one may be older
			*d = definition{*v, at}
		}
	case *RoadmapDefined:
		p.applyRoadmap(v)
	case *FeedbackRhythmSet:
		p.Rhythm = *v
	case *ProgramClosed:
		p.Closed = true
	}
}

func (p *Program) applyRoadmap(v *RoadmapDefined) {
	r := Roadmap{Slug: v.Roadmap, Title: v.Title, Milestones: v.Milestones}
	p.Roadmaps = slices.Clone(p.Roadmaps)
	if i := p.roadmapIndex(v.Roadmap); i >= 0 {
		p.Roadmaps[i] = r
		return
	}
	p.Roadmaps = append(p.Roadmaps, r)
}

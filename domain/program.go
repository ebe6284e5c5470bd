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
	Rewards  []Reward // in the order first met
	Roadmaps []Roadmap
	Rhythm   FeedbackRhythmSet // of feedback
	ledger   ledger
}

// Reward is what the program offers, by its newest definition.
type Reward struct {
	Slug               Slug
	Title              string
	Kind               string
	Capacity           int       // 0 is no limit
	ValidFrom, ValidTo time.Time // zero is no bound; ValidTo is exclusive
	Reserved           int       // how many are set aside now
	Defined            bool      // false where only reservations are left of it
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
// no more are set aside at a time than its capacity, at most one for each award, and only while it is valid. Neither a
// new definition nor a void may leave more set aside than there are.
func ProgramDecider(program Slug) Decider[*Program] {
	return Decider[*Program]{Initial: &Program{Slug: program}, Decide: (*Program).decide, Evolve: (*Program).Evolve}
}

// HasReward tells whether a reward is defined.
func (p *Program) HasReward(reward Slug) bool {
	_, ok := p.Reward(reward)
	return ok
}

// Reward returns a reward that is defined.
func (p *Program) Reward(reward Slug) (Reward, bool) {
	if i := p.rewardIndex(reward); i >= 0 && p.Rewards[i].Defined {
		return p.Rewards[i], true
	}
	return Reward{}, false
}

func (p *Program) rewardIndex(reward Slug) int {
	return slices.IndexFunc(p.Rewards, func(r Reward) bool { return r.Slug == reward })
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
	type key struct {
		reward Slug
		award  uuid.UUID
	}
	var all []Reservation
	at := map[key]int{} // of those that stand: index into all, where a released one has no award
	p.ledger.kept(func(id uuid.UUID, t time.Time, payload Payload) {
		switch v := payload.(type) {
		case *RewardReserved:
			at[key{v.Reward, v.Award}] = len(all)
			all = append(all, Reservation{EventID: id, Reward: v.Reward, Award: v.Award, Person: v.Person, At: t})
		case *RewardReleased:
			k := key{v.Reward, v.Award}
			if i, ok := at[k]; ok {
				all[i].Award = uuid.Nil
				delete(at, k)
			}
		}
	})
	return slices.DeleteFunc(all, func(r Reservation) bool { return r.Award == uuid.Nil })
}

// Reservation returns what is set aside of a reward for an award, and how often that was done so far: a reservation that
// was released can be made again, under another id.
func (p *Program) Reservation(reward Slug, award uuid.UUID) (r Reservation, made int, ok bool) {
	p.ledger.kept(func(id uuid.UUID, t time.Time, payload Payload) {
		switch v := payload.(type) {
		case *RewardReserved:
			if v.Reward == reward && v.Award == award {
				r, ok = Reservation{EventID: id, Reward: v.Reward, Award: v.Award, Person: v.Person, At: t}, true
				made++
			}
		case *RewardReleased:
			if v.Reward == reward && v.Award == award {
				r, ok = Reservation{}, false
			}
		}
	})
	return r, made, ok
}

func (p *Program) evolve(e Event) State { return p.Evolve(e) }

// Evolve returns the program after an event.
func (p *Program) Evolve(e Event) *Program {
	next := *p
	k := kindOther
	if v, ok := e.Payload.(*EventVoided); ok {
		k = kindVoid
		next.ledger = next.ledger.void(v.EventID)
		next.refold()
	} else {
		next.apply(e.ID, e.Meta.OccurredAt, e.Payload)
	}
	next.ledger = next.ledger.keep(k, e)
	return &next
}

// refold computes the state anew from the events that still count.
func (p *Program) refold() {
	*p = Program{Slug: p.Slug, ledger: p.ledger}
	p.ledger.kept(p.apply)
}

func (p *Program) apply(_ uuid.UUID, _ time.Time, payload Payload) {
	switch v := payload.(type) {
	case *ProgramOpened:
		p.Opened = true
	case *RewardDefined:
		r := p.changeReward(v.Reward)
		*r = Reward{
			Slug: v.Reward, Title: v.Title, Kind: v.Kind, Capacity: v.Capacity, ValidFrom: v.ValidFrom, ValidTo: v.ValidTo,
			Reserved: r.Reserved, Defined: true,
		}
	case *RewardReserved:
		p.changeReward(v.Reward).Reserved++
	case *RewardReleased:
		p.changeReward(v.Reward).Reserved--
	case *RoadmapDefined:
		p.applyRoadmap(v)
	case *FeedbackRhythmSet:
		p.Rhythm = *v
	case *ProgramClosed:
		p.Closed = true
	}
}

// changeReward returns a reward to change, in a copy of the list: states before keep theirs.
func (p *Program) changeReward(reward Slug) *Reward {
	p.Rewards = slices.Clone(p.Rewards)
	i := p.rewardIndex(reward)
	if i < 0 {
		i = len(p.Rewards)
		p.Rewards = append(p.Rewards, Reward{Slug: reward})
	}
	return &p.Rewards[i]
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

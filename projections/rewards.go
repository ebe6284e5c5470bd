package projections

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Rewards is the read model of a program's rewards: what is offered, and who has reserved it. The program's stream is
// where capacity is decided, so it is all that this reads.
//
// As of T takes the definitions, reservations and releases that happened at or before T; a definition replaces the
// earlier ones. Voided events count for no T.
type Rewards struct {
	Program domain.Slug
	events  []rewardEvent // in order of recording
	voided  map[uuid.UUID]bool
}

type rewardEvent struct {
	id      uuid.UUID
	at      time.Time
	payload domain.Payload
}

// Reward is a reward as of a time.
type Reward struct {
	Reward    domain.Slug
	Title     string
	Kind      string
	Capacity  int // 0: no limit
	ValidFrom time.Time
	ValidTo   time.Time // exclusive; zero: no end
	Reserved  []Reservation
}

// Reservation keeps one of a reward for an award: it was claimed, or is being claimed.
type Reservation struct {
	ID     uuid.UUID // of the RewardReserved event
	Reward domain.Slug
	Award  uuid.UUID
	Person uuid.UUID
	At     time.Time
	Over   bool // released, or voided
}

// Free is how many are left; ok is false where there is no limit.
func (r *Reward) Free() (free int, ok bool) {
	return max(0, r.Capacity-len(r.Reserved)), r.Capacity > 0
}

// ValidAt tells whether the reward can be claimed at a time.
func (r *Reward) ValidAt(t time.Time) bool {
	return !t.Before(r.ValidFrom) && (r.ValidTo.IsZero() || t.Before(r.ValidTo))
}

// NewRewards returns the rewards of a program of which nothing is known yet.
func NewRewards(program domain.Slug) *Rewards {
	return &Rewards{Program: program, voided: map[uuid.UUID]bool{}}
}

// ReadRewards reads a program's rewards as they were known at a position; nil is the end of the log.
func ReadRewards(ctx context.Context, store eventstore.Store, program domain.Slug, upTo *eventstore.Position,
) (*Rewards, error) {
	r := NewRewards(program)
	for e, err := range store.ReadStream(ctx, domain.ProgramStream(program), 0, eventstore.Forward) {
		var missing *eventstore.StreamNotFoundError
		if errors.As(err, &missing) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read rewards: %w", err)
		}
		if upTo != nil && store.ComparePositions(e.Position, *upTo) > 0 {
			break
		}
		if err := r.Apply([]eventstore.RecordedEvent{e}); err != nil {
			return nil, fmt.Errorf("read rewards: %w", err)
		}
	}
	return r, nil
}

// Apply takes in events that follow, in log order, those applied before. Those of other streams are passed over.
func (r *Rewards) Apply(events []eventstore.RecordedEvent) error {
	stream := domain.ProgramStream(r.Program)
	for i := range events {
		e := &events[i]
		if e.Stream != stream {
			continue
		}
		switch e.Type {
		case domain.TypeRewardDefined, domain.TypeRewardReserved, domain.TypeRewardReleased, domain.TypeEventVoided:
		default:
			continue
		}
		event, err := eventstore.Decode(*e)
		if err != nil {
			return err
		}
		if void, ok := event.Payload.(*domain.EventVoided); ok {
			r.voided[void.EventID] = true
			continue
		}
		r.events = append(r.events, rewardEvent{e.ID, e.Meta.OccurredAt, event.Payload})
	}
	return nil
}

// AsOf returns the rewards that are defined as of a time, by slug.
func (r *Rewards) AsOf(t time.Time) []Reward {
	defined, since := map[domain.Slug]*Reward{}, map[domain.Slug]time.Time{}
	for i := range r.events {
		e := &r.events[i]
		p, ok := e.payload.(*domain.RewardDefined)
		if !ok || r.voided[e.id] || e.at.After(t) || e.at.Before(since[p.Reward]) {
			continue
		}
		since[p.Reward] = e.at
		defined[p.Reward] = &Reward{Reward: p.Reward, Title: p.Title, Kind: p.Kind, Capacity: p.Capacity,
			ValidFrom: p.ValidFrom, ValidTo: p.ValidTo}
	}
	for _, reservation := range r.Reservations(t) {
		if reward := defined[reservation.Reward]; reward != nil && !reservation.Over {
			reward.Reserved = append(reward.Reserved, reservation)
		}
	}
	rewards := make([]Reward, 0, len(defined))
	for _, reward := range defined {
		rewards = append(rewards, *reward)
	}
	slices.SortFunc(rewards, func(a, b Reward) int { return cmp.Compare(a.Reward, b.Reward) })
	return rewards
}

// Reservations returns every reservation made up to a time, in order of recording. A release ends the newest one of its
// reward and award that stands.
func (r *Rewards) Reservations(t time.Time) []Reservation {
	var all []Reservation
	for i := range r.events {
		e := &r.events[i]
		if e.at.After(t) {
			continue
		}
		switch p := e.payload.(type) {
		case *domain.RewardReserved:
			all = append(all, Reservation{ID: e.id, Reward: p.Reward, Award: p.Award, Person: p.Person, At: e.at,
				Over: r.voided[e.id]})
		case *domain.RewardReleased:
			if r.voided[e.id] {
				continue
			}
			for j := len(all) - 1; j >= 0; j-- {
				if h := &all[j]; h.Reward == p.Reward && h.Award == p.Award && !h.Over {
					h.Over = true
					break
				}
			}
		}
	}
	return all
}

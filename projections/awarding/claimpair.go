package awarding

import (
	"context"
	"errors"
	"strconv"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Reasons of a release.
const (
	ReasonGivenBack    = "given-back"    // somebody released it
	ReasonClaimRefused = "claim-refused" // the award did not allow the claim
	ReasonClaimVoided  = "claim-voided"  // the claim was voided
)

// pair is a reward of an award: what the two streams of a claim are about.
type pair struct {
	program domain.Slug
	reward  domain.Slug
	award   uuid.UUID
	person  uuid.UUID
}

// pairState is how a pair stands. The program was read before the award.
type pairState struct {
	award       *domain.Award
	reservation domain.Reservation
	reserved    bool
	claim       domain.Claim
	claimed     bool
	nextID      uuid.UUID // of the next reservation
}

// look reads the two streams.
func (p pair) look(ctx context.Context, store eventstore.Store) (pairState, error) {
	program, err := load(ctx, store, domain.ProgramStream(p.program), domain.ProgramDecider(p.program))
	if err != nil {
		return pairState{}, err
	}
	a, err := load(ctx, store, domain.AwardStream(p.award), domain.AwardDecider(p.award))
	if err != nil {
		return pairState{}, err
	}
	s := pairState{award: a, nextID: p.id("reserve", program.ReservationsMade(p.reward, p.award))}
	s.reservation, s.reserved = program.Reservation(p.reward, p.award)
	for _, c := range a.Claims {
		if c.Reward == p.reward {
			s.claim, s.claimed = c, true
		}
	}
	return s, nil
}

// id derives an id from the award, the reward and how often the same was done before: a process that does a step again
// does it under the same id, so that it is done once.
func (p pair) id(step string, ordinal int) uuid.UUID {
	return uuid.NewSHA1(p.award, []byte(step+"/"+string(p.reward)+"/"+strconv.Itoa(ordinal)))
}

// claimID is the id of the claim that a reservation is for.
func (p pair) claimID(reservation uuid.UUID) uuid.UUID {
	return uuid.NewSHA1(reservation, []byte("claim"))
}

// meta is the metadata of a step.
func (p pair) meta(m domain.CommandMeta, id uuid.UUID) domain.CommandMeta {
	m.ID = id
	return m
}

// reserve reserves one of the reward. That somebody else has just done it for the same award is no error.
func (p pair) reserve(ctx context.Context, store eventstore.Store, s pairState, meta domain.CommandMeta) error {
	_, err := eventstore.Handle(ctx, store, domain.ProgramStream(p.program), domain.ProgramDecider(p.program),
		domain.ReserveReward{CommandMeta: p.meta(meta, s.nextID), Reward: p.reward, Award: p.award, Person: p.person})
	if err = stepTaken(err); !refused(err) {
		return err
	}
	if again, lookErr := p.look(ctx, store); lookErr != nil || again.reserved {
		return lookErr
	}
	return err
}

func (p pair) release(ctx context.Context, store eventstore.Store, s pairState, meta domain.CommandMeta,
	reason string) error {
	id := uuid.NewSHA1(s.reservation.EventID, []byte("release"))
	_, err := eventstore.Handle(ctx, store, domain.ProgramStream(p.program), domain.ProgramDecider(p.program),
		domain.ReleaseReward{CommandMeta: p.meta(meta, id), Reward: p.reward, Award: p.award, ReasonCode: reason})
	return stepTaken(err)
}

func (p pair) voidClaim(ctx context.Context, store eventstore.Store, s pairState, meta domain.CommandMeta) error {
	id := uuid.NewSHA1(s.claim.EventID, []byte("void"))
	_, err := eventstore.Handle(ctx, store, domain.AwardStream(p.award), domain.AwardDecider(p.award),
		domain.VoidEvent{CommandMeta: p.meta(meta, id), EventID: s.claim.EventID, Reason: ReasonGivenBack})
	return stepTaken(err)
}

// settle makes a half whole: a reservation is claimed or released, a claim is reserved or voided. What it returns is
// what it did; where a rule stood against the claim, that is the error.
func (p pair) settle(ctx context.Context, store eventstore.Store, s pairState, meta domain.CommandMeta,
) (RepairDone, error) {
	if s.claimed {
		err := p.reserve(ctx, store, s, meta)
		if !refused(err) {
			return RepairReserved, err
		}
		if voidErr := p.voidClaim(ctx, store, s, meta); voidErr != nil {
			return "", voidErr
		}
		return RepairVoided, err
	}
	claim := p.meta(meta, p.claimID(s.reservation.EventID))
	claim.OccurredAt = s.reservation.At // it was wanted then
	handled, err := eventstore.Handle(ctx, store, domain.AwardStream(p.award), domain.AwardDecider(p.award),
		domain.ClaimReward{CommandMeta: claim, Reward: p.reward, By: p.person})
	switch {
	case refused(err):
		if releaseErr := p.release(ctx, store, s, meta, ReasonClaimRefused); releaseErr != nil {
			return "", releaseErr
		}
		return RepairReleased, err
	case err != nil:
		return "", err
	case len(handled.Events) > 0:
		return RepairClaimed, nil
	}
	// The claim of this reservation was made before. Either somebody else was faster just now, or it was voided since.
	again, err := p.look(ctx, store)
	if err != nil || again.claimed || !again.reserved || again.reservation.EventID != s.reservation.EventID {
		return "", err
	}
	return RepairReleased, p.release(ctx, store, s, meta, ReasonClaimVoided)
}

// repair settles the pair, if it is not whole.
func (p pair) repair(ctx context.Context, store eventstore.Store, meta domain.CommandMeta) (RepairDone, error) {
	for range claimStepsMax {
		s, err := p.look(ctx, store)
		if err != nil || s.reserved == s.claimed {
			return "", err
		}
		done, err := p.settle(ctx, store, s, meta)
		var conflict *eventstore.ConflictError
		switch {
		case errors.As(err, &conflict), err == nil && done == "":
			continue
		case err != nil && !(refused(err) && done != ""):
			return "", err
		}
		return done, nil
	}
	return "", nil
}

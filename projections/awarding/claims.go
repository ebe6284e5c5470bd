package awarding

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Claim asks for a reward of an award, or gives it back.
type Claim struct {
	Award  uuid.UUID
	Reward domain.Slug

	// Meta says when, and on whose behalf; its ID is not used, as ids are derived from the award and the reward. That
	// makes it safe to repeat.
	Meta domain.CommandMeta
	By   uuid.UUID // must be the person of the award
}

// ClaimReport tells what became of a claim.
type ClaimReport struct {
	Program domain.Slug
	Person  uuid.UUID
	Before  bool // it had been made before: nothing was recorded now
}

// claimStepsMax bounds how often a claim looks again at its two streams. Each time, somebody else has written to one of
// them.
const claimStepsMax = 1000

// ClaimReward takes up a reward of an award that is held, if its tier offers it, by the criteria that the award names.
//
// The claim concerns two streams, and no store appends to two at once. So one of the reward is reserved on the program's
// stream, which is where capacity is decided, and then claimed on the award's. When the award refuses, the reservation
// is released. A crash between the steps leaves a reservation without a claim, which takes one of the capacity and gives
// nothing; repeating the claim, or RepairClaims, finishes it.
//
//	nothing --reserve--> reserved --claim--> reserved and claimed
//	   ^                    |
//	   +------release-------+  where the award refuses
//
// Whatever others do to the two streams meanwhile, ClaimReward returns without an error only after it has seen the
// reward reserved and claimed.
func ClaimReward(ctx context.Context, store eventstore.Store, c Claim) (ClaimReport, error) {
	a, err := c.load(ctx, store)
	if err != nil {
		return ClaimReport{}, err
	}
	report := ClaimReport{Program: a.Case.Program, Person: a.Case.Person, Before: true}
	if err := checkOffered(ctx, store, a, c.Reward); err != nil {
		return report, err
	}
	p := pair{program: a.Case.Program, reward: c.Reward, award: c.Award, person: a.Case.Person}
	for range claimStepsMax {
		s, err := p.look(ctx, store)
		switch {
		case err != nil:
			return report, err
		case s.reserved && s.claimed:
			return report, nil
		case s.reserved || s.claimed:
			_, err = p.settle(ctx, store, s, c.Meta)
		default:
			// What the award refuses anyway is refused before anything is reserved.
			claim := domain.ClaimReward{CommandMeta: p.meta(c.Meta, p.claimID(s.nextID)), Reward: c.Reward, By: c.By}
			if _, err := domain.AwardDecider(c.Award).Decide(s.award, claim); err != nil {
				return report, err
			}
			err = p.reserve(ctx, store, s, c.Meta)
		}
		report.Before = false
		var conflict *eventstore.ConflictError
		if err != nil && !errors.As(err, &conflict) {
			return report, err
		}
	}
	return report, fmt.Errorf("claim a reward of award %s: others kept changing it", c.Award)
}

// load reads the award, which must be there and be that of the person who asks.
func (c *Claim) load(ctx context.Context, store eventstore.Store) (*domain.Award, error) {
	a, err := load(ctx, store, domain.AwardStream(c.Award), domain.AwardDecider(c.Award))
	switch {
	case err != nil:
		return nil, err
	case a.Status == "":
		return nil, noAward(c.Award)
	case c.By != a.Case.Person:
		return nil, &domain.Error{Code: domain.CodeForbidden, Field: "by", Message: "is not the person of the award",
			Hint: "people claim the rewards of their own awards, and give them back"}
	}
	return a, nil
}

// noAward says that an award is not there.
func noAward(award uuid.UUID) error {
	return &domain.Error{Code: domain.CodeNotFound, Field: "award", Message: "there is no award " + award.String(),
		Hint: "`laurel awards list` names them"}
}

// checkOffered refuses a reward that the award's tier does not offer, by the criteria that the award names.
func checkOffered(ctx context.Context, store eventstore.Store, a *domain.Award, reward domain.Slug) error {
	offered, err := offeredBy(ctx, store, a)
	if err != nil || slices.Contains(offered, string(reward)) {
		return err
	}
	hint := "it offers none"
	if len(offered) > 0 {
		hint = "it offers " + strings.Join(offered, ", ")
	}
	return &domain.Error{Code: domain.CodeForbidden, Field: "reward",
		Message: "tier " + string(a.Case.Tier) + " does not offer " + strconv.Quote(string(reward)) +
			" by the criteria of the award",
		Hint: hint}
}

// offeredBy lists the rewards of the award's tier.
func offeredBy(ctx context.Context, store eventstore.Store, a *domain.Award) ([]string, error) {
	g := projections.NewGovernance()
	for e, err := range store.ReadStream(ctx, domain.CriteriaStream(a.Case.Program), 0, eventstore.Forward) {
		var missing *eventstore.StreamNotFoundError
		if errors.As(err, &missing) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := g.Apply([]eventstore.RecordedEvent{e}); err != nil {
			return nil, err
		}
	}
	text, ok := g.Document(a.Case.Criteria)
	if !ok {
		return nil, &domain.Error{Code: domain.CodeNotFound, Field: "criteria",
			Message: "the log does not hold the criteria " + a.Case.Criteria + " of the award",
			Hint:    "they say which rewards its tier offers; propose them"}
	}
	doc, findings := criteria.Parse(a.Case.Criteria, []byte(text))
	if err := findings.Err(); err != nil {
		return nil, err
	}
	for i := range doc.Tiers {
		if doc.Tiers[i].ID == string(a.Case.Tier) {
			return doc.Tiers[i].Rewards, nil
		}
	}
	return nil, nil
}

// ReleaseReward gives a claimed reward back, as only the person of the award does: the claim is voided, and then the
// reservation released. A crash between the two leaves a reservation whose claim was voided; repeating it, or
// RepairClaims, releases it.
func ReleaseReward(ctx context.Context, store eventstore.Store, c Claim) error {
	a, err := c.load(ctx, store)
	if err != nil {
		return err
	}
	p := pair{program: a.Case.Program, reward: c.Reward, award: c.Award, person: a.Case.Person}
	for range claimStepsMax {
		s, err := p.look(ctx, store)
		if err != nil {
			return err
		}
		switch {
		case s.claimed:
			err = p.voidClaim(ctx, store, s, c.Meta)
		default: // where nothing is reserved, the program says so
			err = p.release(ctx, store, s, c.Meta, ReasonGivenBack)
			if err == nil {
				return nil
			}
		}
		var conflict *eventstore.ConflictError
		if err != nil && !errors.As(err, &conflict) {
			return err
		}
	}
	return fmt.Errorf("release a reward of award %s: others kept changing it", c.Award)
}

// ClaimRepair is what RepairClaims did about one reward of one award.
type ClaimRepair struct {
	Program domain.Slug
	Reward  domain.Slug
	Award   uuid.UUID
	Done    RepairDone
}

// RepairDone says how a claim was repaired.
type RepairDone string

// The repairs.
const (
	RepairClaimed  RepairDone = "claimed"  // reserved, and now claimed
	RepairReleased RepairDone = "released" // reserved, and not to be claimed: released
	RepairReserved RepairDone = "reserved" // claimed, and now reserved again
	RepairVoided   RepairDone = "voided"   // claimed, and nothing left to reserve: the claim was voided
)

// RepairClaims finishes what a crash left between the two streams of a claim: a reservation without a claim is claimed,
// or released where the award does not allow it; a claim without a reservation gets one, or is voided where none is
// left. Releases and voids happen at a time given. It may run at any time, beside claims and in several processes; what
// is whole is left alone.
func RepairClaims(ctx context.Context, store eventstore.Store, at time.Time) ([]ClaimRepair, error) {
	book := claimBook{programs: map[domain.Slug]*domain.Program{}, known: map[pair]bool{}}
	programs := eventstore.Filter{Categories: []string{domain.CategoryProgram}}
	if _, err := projections.ReadLog(ctx, store, programs, nil, &book); err != nil {
		return nil, fmt.Errorf("repair claims: %w", err)
	}
	reserved := book.reserved()
	var repairs []ClaimRepair
	meta := domain.CommandMeta{OccurredAt: at, Actor: "laurel", Source: "laurel"}
	for _, p := range book.pairs {
		a, err := load(ctx, store, domain.AwardStream(p.award), domain.AwardDecider(p.award))
		if err == nil && a.HasClaimed(p.reward) == reserved[p] {
			continue // whole
		}
		var done RepairDone
		if err == nil {
			done, err = p.repair(ctx, store, meta)
		}
		if err != nil {
			return repairs, fmt.Errorf("repair the claim of award %s: %w", p.award, err)
		}
		if done != "" {
			repairs = append(repairs, ClaimRepair{p.program, p.reward, p.award, done})
		}
	}
	return repairs, nil
}

// claimBook is what the programs say of claims. It is read in one pass: a program may have as many claims as awards, and
// most of them are whole.
type claimBook struct {
	programs map[domain.Slug]*domain.Program
	pairs    []pair // of which one was reserved some time, in order
	known    map[pair]bool
}

// Apply takes in events of programs.
func (b *claimBook) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		event, err := eventstore.Decode(events[i])
		if err != nil {
			return err
		}
		stream, err := domain.ParseStream(events[i].Stream)
		if err != nil {
			return err
		}
		decider := domain.ProgramDecider(stream.Slug)
		program := b.programs[stream.Slug]
		if program == nil {
			program = decider.Initial
		}
		b.programs[stream.Slug] = decider.Evolve(program, event)
		if r, ok := event.Payload.(*domain.RewardReserved); ok {
			p := pair{program: stream.Slug, reward: r.Reward, award: r.Award, person: r.Person}
			if !b.known[p] {
				b.known[p] = true
				b.pairs = append(b.pairs, p)
			}
		}
	}
	return nil
}

// reserved are the pairs of which one is set aside.
func (b *claimBook) reserved() map[pair]bool {
	reserved := map[pair]bool{}
	for slug, program := range b.programs {
		for _, r := range program.Reservations() {
			reserved[pair{program: slug, reward: r.Reward, award: r.Award, person: r.Person}] = true
		}
	}
	return reserved
}

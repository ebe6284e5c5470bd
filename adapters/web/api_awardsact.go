package web

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

// AwardDecided is what became of an award.
type AwardDecided struct {
	Award    uuid.UUID           `json:"award"`
	Status   domain.AwardStatus  `json:"status"`
	Person   uuid.UUID           `json:"person"`
	Tier     domain.Slug         `json:"tier"`
	Position eventstore.Position `json:"position"`
}

// AwardRun is what a pass of the award process did.
type AwardRun struct {
	Program  string              `json:"program"`
	AsOf     time.Time           `json:"as_of"`
	Position eventstore.Position `json:"position"`
	Decided  map[string]int      `json:"decided"`
	Total    int                 `json:"total"`
	Backlog  int                 `json:"backlog"`
	Repaired int                 `json:"repaired"`
	Passes   int                 `json:"passes"`
	DryRun   bool                `json:"dry_run"`
}

// RewardClaimed is what became of a reward of an award.
type RewardClaimed struct {
	Award  uuid.UUID `json:"award"`
	Reward string    `json:"reward"`
	Result string    `json:"result"`
}

// RunBody says up to when awards are decided.
type RunBody struct {
	AsOf   time.Time `json:"as_of,omitzero" doc:"The newest time in the log if left out."`
	DryRun bool      `json:"dry_run,omitempty" doc:"Say what would be decided, and record nothing."`
}

// ReviewBody is a decision about a proposed award.
type ReviewBody struct {
	Timed
	Decision string `json:"decision" enum:"grant,decline"`
	Reason   string `json:"reason,omitempty" maxLength:"256" doc:"Of declining: a short code, such as evidence-unclear."`
}

// ReasonBody says why an award is taken back.
type ReasonBody struct {
	Timed
	Reason string `json:"reason" maxLength:"256" doc:"A short code, such as entered-by-mistake."`
}

// ClaimBody names a reward.
type ClaimBody struct {
	Timed
	Reward string `json:"reward" maxLength:"256"`
}

// awardInput is a command about the award in the path.
type awardInput[B any] struct {
	Keyed
	AwardPath
	Body B
}

type runInput struct {
	Keyed
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    RunBody
}

func (a *api) awardCommands() {
	const tag = "awards"
	act(a, operation{id: "runAwards", path: "/v1/awards/run", tag: tag, action: access.AwardsRun, command: "awards run",
		summary: "Compare standings with awards, and record the decisions that are missing"}, (*visit).runAwards)
	act(a, operation{id: "reviewAward", path: "/v1/awards/{award}/review", tag: tag, action: access.AwardsReview, on: onAwardAcross,
		command: "awards review", summary: "Grant or decline an award that was proposed"},
		func(v *visit, in *awardInput[ReviewBody]) (*AwardDecided, error) {
			grant := in.Body.Decision == "grant"
			if grant == (in.Body.Reason != "") {
				return nil, invalid("reason", "goes with declining, and only with it")
			}
			return v.decide(in.Body.At, func(c *acting) domain.Command {
				return domain.ReviewAward{CommandMeta: c.meta, By: c.by, Grant: grant, ReasonCode: in.Body.Reason}
			})
		})
	act(a, operation{id: "revokeAward", path: "/v1/awards/{award}/revoke", tag: tag, action: access.AwardsRevoke, on: onAwardAcross,
		command: "awards revoke", summary: "Take an award back"},
		func(v *visit, in *awardInput[ReasonBody]) (*AwardDecided, error) {
			return v.decide(in.Body.At, func(c *acting) domain.Command {
				return domain.RevokeAward{CommandMeta: c.meta, By: c.by, ReasonCode: in.Body.Reason}
			})
		})
	act(a, operation{id: "claimReward", path: "/v1/awards/{award}/claims", tag: tag, action: access.RewardsClaim, on: onAwardAcross,
		command: "rewards claim", summary: "Claim a reward of an award of one's own"},
		func(v *visit, in *awardInput[ClaimBody]) (*RewardClaimed, error) {
			claim, c, err := v.claim(in)
			if err != nil {
				return nil, err
			}
			report, err := awarding.ClaimReward(v.ctx(), c.store, claim)
			result := "is claimed"
			if report.Before {
				result = "was claimed before"
			}
			return &RewardClaimed{claim.Award, in.Body.Reward, result}, err
		})
	act(a, operation{id: "releaseReward", path: "/v1/awards/{award}/releases", tag: tag, action: access.RewardsClaim, on: onAwardAcross,
		command: "rewards release", summary: "Give back a reward that one claimed, for others to claim"},
		func(v *visit, in *awardInput[ClaimBody]) (*RewardClaimed, error) {
			claim, c, err := v.claim(in)
			if err != nil {
				return nil, err
			}
			return &RewardClaimed{claim.Award, in.Body.Reward, "is released"}, awarding.ReleaseReward(v.ctx(), c.store, claim)
		})
}

// decide has a human decide about the award in the path.
func (v *visit) decide(at time.Time, command func(*acting) domain.Command) (*AwardDecided, error) {
	_, award, err := v.awardAcross()
	if err != nil {
		return nil, err
	}
	c, err := v.calling(at, true)
	if err != nil {
		return nil, err
	}
	decider := domain.AwardDecider(award.ID)
	handled, err := eventstore.Handle(v.ctx(), c.store, domain.AwardStream(award.ID), decider, command(c))
	if err != nil {
		return nil, err
	}
	state := decider.Fold(award.Award, handled.Events...)
	return &AwardDecided{award.ID, state.Status, award.First.Person, award.First.Tier, handled.Position}, nil
}

// claim prepares a command about a reward of the award in the path. Its id groups the events, whose own ids follow from the
// award and the reward.
func (v *visit) claim(in *awardInput[ClaimBody]) (awarding.Claim, *acting, error) {
	_, award, err := v.awardAcross()
	if err != nil {
		return awarding.Claim{}, nil, err
	}
	c, err := v.calling(in.Body.At, true)
	if err != nil {
		return awarding.Claim{}, nil, err
	}
	c.meta.CorrelationID = c.meta.ID.String()
	claim := awarding.Claim{Award: award.ID, Reward: domain.Slug(in.Body.Reward), Meta: c.meta, By: c.by}
	v.release()
	return claim, c, nil
}

// runAwards makes a pass of the award process.
func (v *visit) runAwards(in *runInput) (*AwardRun, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	program, now := view.Program, v.now()
	v.release()
	if in.Body.AsOf.After(now) && !in.Body.DryRun {
		return nil, invalid("as_of", "is still to come; awards are decided up to now, and dry_run tells what would follow")
	}
	report, err := awarding.Run(v.ctx(), v.engine.Store(), program, awarding.Options{AsOf: in.Body.AsOf, Now: now, DryRun: in.Body.DryRun})
	if err != nil {
		return nil, err
	}
	run := &AwardRun{report.Program, report.AsOf.UTC(), report.Position, map[string]int{}, report.Total(), report.Backlog, report.Repaired,
		report.Passes, in.Body.DryRun}
	for t, n := range report.Decided {
		if n > 0 {
			run.Decided[fmt.Sprint(t)] = n
		}
	}
	return run, nil
}

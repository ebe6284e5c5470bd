package web

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

func (s *Server) rewardPages() []route {
	return []route{
		{"GET /rewards", access.RewardsRead, nil, (*visit).rewardsPage},
		{"POST /rewards", access.RewardsDefine, nil, (*visit).defineReward},
		{"POST /awards/{award}/claim", access.RewardsClaim, onAward, (*visit).claimReward},
		{"POST /awards/{award}/give-back", access.RewardsClaim, onAward, (*visit).releaseReward},
	}
}

// rewardsShown is what the page of rewards shows.
type rewardsShown struct {
	Rewards []projections.RewardRow
	Mine    []rewardOffer // what the awards of the visitor offer
	Define  bool          // the visitor may define one now
	Present bool
}

// rewardOffer is a reward that an award of the visitor offers.
type rewardOffer struct {
	Award         uuid.UUID
	Tier          domain.Slug
	Reward, Title string
	Claimed       bool
}

// rewardsPage shows what the rewards of the program are, and what the visitor may claim.
func (v *visit) rewardsPage() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	shown := rewardsShown{Rewards: projections.NewRewardRows(view.Rewards(view.Program), view.Governance, view.AsOf),
		Define: view.Present && v.may(access.RewardsDefine), Present: view.Present}
	if v.who != nil && v.who.Person != uuid.Nil {
		shown.Mine = offers(view, v.who.Person, shown.Rewards)
	}
	return v.render("rewards", frameOf{Title: "Rewards", Room: "/rewards", Live: true, Page: &shown,
		Lead: "What tiers bring beyond the badge. No more are ever claimed than there are."})
}

// offers lists what the awards that a person holds offer, by the criteria that each of them names.
func offers(view *serving.View, person uuid.UUID, rewards []projections.RewardRow) []rewardOffer {
	taken := view.Rewards(view.Program).Reservations(view.AsOf)
	var found []rewardOffer
	for _, registered := range view.Register.Of(view.Program, person) {
		award, ok := registered.AsOf(view.AsOf)
		if !ok || !award.Status.Held() {
			continue
		}
		for _, reward := range offeredBy(view, award) {
			i := slices.IndexFunc(rewards, func(r projections.RewardRow) bool { return string(r.Reward) == reward })
			if i < 0 {
				continue // the program has not defined it yet
			}
			found = append(found, rewardOffer{registered.ID, award.Case.Tier, reward, rewards[i].Title,
				slices.ContainsFunc(taken, func(r projections.Reservation) bool {
					return r.Award == registered.ID && string(r.Reward) == reward && !r.Over
				})})
		}
	}
	return found
}

// offeredBy lists the rewards of an award's tier.
func offeredBy(view *serving.View, award *domain.Award) []string {
	text, ok := view.Governance.Document(award.Case.Criteria)
	if !ok {
		return nil
	}
	doc, findings := criteria.Parse(award.Case.Criteria, []byte(text))
	if findings.Err() != nil {
		return nil
	}
	for i := range doc.Tiers {
		if doc.Tiers[i].ID == string(award.Case.Tier) {
			return doc.Tiers[i].Rewards
		}
	}
	return nil
}

func (v *visit) defineReward() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	program := domain.Slug(view.Program)
	return v.act(&deed{to: "/rewards", done: "recorded", back: (*visit).rewardsPage, do: func(meta domain.CommandMeta) error {
		c := domain.DefineReward{CommandMeta: meta}
		var slug string
		err := v.fill(field{"reward", &slug}, field{"title", &c.Title}, field{"kind", &c.Kind})
		if err != nil {
			return err
		}
		c.Reward = domain.Slug(slug)
		if c.Capacity, err = v.number("capacity"); err != nil {
			return err
		}
		if c.ValidFrom, err = v.time("valid_from"); err != nil {
			return err
		}
		if c.ValidTo, err = v.time("valid_to"); err != nil {
			return err
		}
		return v.handle(domain.ProgramStream(program), c)
	}})
}

func (v *visit) claimReward() error {
	return v.onClaim(func(c awarding.Claim) error {
		_, err := awarding.ClaimReward(v.ctx(), v.engine.Store(), c)
		return err
	})
}

func (v *visit) releaseReward() error {
	return v.onClaim(func(c awarding.Claim) error { return awarding.ReleaseReward(v.ctx(), v.engine.Store(), c) })
}

// onClaim claims a reward of the award in the path, or gives it back.
func (v *visit) onClaim(do func(awarding.Claim) error) error {
	award, err := v.pathID("award")
	if err != nil {
		return err
	}
	return v.act(&deed{to: "/rewards", done: "recorded", back: (*visit).rewardsPage, do: func(meta domain.CommandMeta) error {
		by, err := v.self()
		if err != nil {
			return err
		}
		var reward string
		if err := v.fill(field{"reward", &reward}); err != nil {
			return err
		}
		return do(awarding.Claim{Award: award, Reward: domain.Slug(reward), Meta: meta, By: by})
	}})
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newRewards(a *app) *cobra.Command {
	return group("rewards", "Offer and claim development rewards", `Offer and claim development rewards.

A program defines rewards with a capacity and a time in which they are valid; tiers of its criteria offer them; people
claim them for their own awards. No more are ever claimed than there are.`,
		newRewardsDefine(a), lookBack(newRewardsList(a)), newRewardsClaim(a), newRewardsRelease(a))
}

func newRewardsDefine(a *app) *cobra.Command {
	var f actFlags
	var reward, title, kind, from, to string
	var capacity int
	cmd := &cobra.Command{
		Use:     "define [--program P] --reward SLUG --title T --kind training|workshop|leadership [--capacity N]",
		Short:   "Say what a tier may bring; defining a reward again replaces it",
		Example: "  laurel rewards define --program git --reward talk --title \"A talk\" --kind training --capacity 10",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := domain.DefineReward{Reward: domain.Slug(reward), Title: title, Kind: kind, Capacity: capacity}
			var err error
			if err := a.checkProgram(); err != nil {
				return err
			}
			if from != "" {
				if c.ValidFrom, err = a.parseTime("--from", from); err != nil {
					return err
				}
			}
			if to != "" {
				if c.ValidTo, err = a.parseTime("--to", to); err != nil {
					return err
				}
			}
			ctx := cmd.Context()
			return a.writingAs(ctx, &f, false, func(store eventstore.Store, _ *projections.People, who actor) error {
				c.CommandMeta = who.meta
				program, err := a.openedProgram(ctx, store, nil)
				if err != nil {
					return err
				}
				_, err = eventstore.Handle(ctx, store, domain.ProgramStream(program), domain.ProgramDecider(program), c)
				if err != nil {
					return err
				}
				return a.said(map[string]any{"program": program, "reward": c.Reward, "capacity": c.Capacity},
					"Program %s has the reward %s.", program, c.Reward)
			})
		},
	}
	a.programFlag(cmd)
	a.actFlags(cmd, &f)
	textFlag(cmd, &reward, "reward", "the `SLUG` of the reward")
	textFlag(cmd, &title, "title", "what it is, as people call it")
	textFlag(cmd, &from, "from", "claimed from this `TIME` on")
	textFlag(cmd, &to, "to", "claimed before this `TIME`")
	cmd.Flags().StringVar(&kind, "kind", "", "training, workshop, leadership, or another name")
	must(cmd.RegisterFlagCompletionFunc("kind",
		cobra.FixedCompletions([]string{"training", "workshop", "leadership"}, cobra.ShellCompDirectiveNoFileComp)))
	cmd.Flags().IntVar(&capacity, "capacity", 0, "there are `N` of it; 0 is no limit")
	return cmd
}

func newRewardsClaim(a *app) *cobra.Command {
	return newRewardsAct(a, "claim", "Claim a reward of an award of one's own",
		func(ctx context.Context, store eventstore.Store, c awarding.Claim) (string, error) {
			report, err := awarding.ClaimReward(ctx, store, c)
			if report.Before {
				return "was claimed before", err
			}
			return "is claimed", err
		})
}

func newRewardsRelease(a *app) *cobra.Command {
	return newRewardsAct(a, "release", "Give back a reward that one claimed, for others to claim",
		func(ctx context.Context, store eventstore.Store, c awarding.Claim) (string, error) {
			return "is released", awarding.ReleaseReward(ctx, store, c)
		})
}

// newRewardsAct makes a command about a reward of an award. Its --id groups the events, whose own ids are derived from
// the award and the reward.
func newRewardsAct(a *app, name, short string,
	do func(context.Context, eventstore.Store, awarding.Claim) (string, error)) *cobra.Command {
	var f actFlags
	cmd := &cobra.Command{
		Use: name + " AWARD REWARD --by PERSON", Short: short,
		Example:           "  laurel rewards " + name + " 3f6c01ab leadership-programme --by ada@example.org",
		Args:              args("AWARD", "REWARD"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, _ *projections.People, who actor) error {
				award, err := a.findAward(ctx, store, given[0])
				if err != nil {
					return err
				}
				who.meta.CorrelationID = who.meta.ID.String()
				became, err := do(ctx, store,
					awarding.Claim{Award: award, Reward: domain.Slug(given[1]), Meta: who.meta, By: who.person})
				if err != nil {
					return err
				}
				return a.said(map[string]any{"award": award, "reward": given[1], "result": became},
					"%s %s for award %s.", given[1], became, award)
			})
		},
	}
	a.actFlags(cmd, &f)
	return cmd
}

// checkProgram fails where --program is no slug.
func (a *app) checkProgram() error {
	if a.cfg.program == "" {
		return nil
	}
	if _, err := domain.ParseSlug(a.cfg.program); err != nil {
		return usage(fmt.Sprintf("--program %s is no slug", quoted(a.cfg.program)), "such as --program git")
	}
	return nil
}

func newRewardsList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "list [--program P]", Short: "List the rewards of a program: what is left, until when, and for which tiers",
		Example: "  laurel rewards list --program git --as-of 2026-01-01", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if err := a.checkProgram(); err != nil {
				return err
			}
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				if err := a.checkKnown(ctx, store, upTo); err != nil {
					return err
				}
				program, err := a.openedProgram(ctx, store, upTo)
				if err != nil {
					return err
				}
				rewards, err := projections.ReadRewards(ctx, store, program, upTo)
				if err != nil {
					return err
				}
				g, err := projections.ReadGovernance(ctx, store, upTo)
				if err != nil {
					return err
				}
				return a.printRewards(projections.NewRewardRows(rewards, g, asOf))
			})
		},
	}
	a.programFlag(cmd)
	return cmd
}

func (a *app) printRewards(rows []projections.RewardRow) error {
	section := render.Section{Columns: []render.Column{{Name: "reward"}, {Name: "title", Wrap: true}, {Name: "kind"},
		{Name: "capacity", Right: true}, {Name: "reserved", Right: true}, {Name: "free", Right: true},
		{Name: "from", Whole: true}, {Name: "to", Whole: true}, {Name: "valid"}, {Name: "tiers", Wrap: true}}}
	optional := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return day(t)
	}
	for _, r := range rows {
		capacity, free := "", ""
		if r.Free != nil {
			capacity, free = fmt.Sprint(r.Capacity), fmt.Sprint(*r.Free)
		}
		section.Rows = append(section.Rows, []string{string(r.Reward), r.Title, r.Kind, capacity, fmt.Sprint(r.Reserved),
			free, optional(r.ValidFrom), optional(r.ValidTo), yesNo(r.Valid), strings.Join(r.Tiers, ", ")})
	}
	return a.out.Print(render.Result{Document: map[string]any{"rewards": rows}, Sections: []render.Section{section},
		Items: func(yield func(any) bool) {
			for _, r := range rows {
				if !yield(r) {
					return
				}
			}
		}})
}

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newCriteriaApprove(a *app) *cobra.Command {
	var f actFlags
	var limit int
	var seen string
	cmd := &cobra.Command{
		Use:   "approve REF --by PERSON",
		Short: "Agree to criteria that somebody else proposed",
		Long: `Record that PERSON agrees to a proposal of somebody else. The approval holds what the criteria would change
now. Where that is no longer what the author saw, the difference is shown and nothing is recorded: approve again with
--seen and the position that is named. That the log has moved on without such a difference is no reason to ask.

An approval is given against the criteria in force. When others are activated afterwards, it lapses.`,
		Example: `  laurel criteria approve 3f6c --by grace@example.org
  laurel criteria approve 3f6c --by grace@example.org --seen 9c1e22a0-7706`,
		Args: args("REF"),
		RunE: func(cmd *cobra.Command, given []string) (err error) {
			if err := checkSizes(0, limit); err != nil {
				return err
			}
			d, err := a.openDesk(cmd.Context(), &f)
			if err != nil {
				return err
			}
			defer closeDesk(d, &err)
			hash, err := d.find(cmd, given[0])
			if err != nil {
				return err
			}
			return a.approve(cmd, d, hash, seen, limit)
		},
	}
	a.deskFlags(cmd, &f, &limit)
	a.seenFlag(cmd, &seen)
	return cmd
}

func closeDesk(d *desk, err *error) { *err = errors.Join(*err, d.close()) }

func (a *app) seenFlag(cmd *cobra.Command, seen *string) {
	cmd.Flags().StringVar(seen, "seen", "", "the report at position `P` was seen: compare with that one")
	must(cmd.RegisterFlagCompletionFunc("seen", cobra.NoFileCompletions))
}

func (a *app) approve(cmd *cobra.Command, d *desk, hash, seen string, limit int) error {
	before, err := a.impactSeen(cmd, d, hash, seen)
	if err != nil {
		return err
	}
	act, err := d.criteria().Approve(cmd.Context(), d.actor.meta, d.actor.person, hash, before)
	if err != nil {
		return a.impactChanged(d, err, limit)
	}
	var sections []render.Section
	if act.Impact != nil {
		sections = d.impactSections(act.Impact, limit)
	}
	return a.printAct(act, []string{fmt.Sprintf("Approved %s for program %s.", hash, d.program)}, sections)
}

// impactChanged prints what has changed where a decision failed because of that, and says how to decide again.
func (a *app) impactChanged(d *desk, err error, limit int) error {
	var changed *awarding.ImpactChangedError
	if !errors.As(err, &changed) {
		return err
	}
	now := changed.Now
	again := fmt.Sprintf("%s again with --seen %s", changed.Act, now.Position)
	if changed.Before == nil {
		sections := d.impactSections(now, limit)
		if err := a.out.Print(render.Result{Document: now, Sections: sections,
			Data: moversData(now.Movers, "moves")}); err != nil {
			return err
		}
		return failed(changed.Act+" criteria", shortHash(now.To), "no report of their impact was kept that could be compared",
			"read this one, then "+again)
	}
	data := moversData(changed.Change.Came, "came")
	data.Rows = append(data.Rows, moversData(changed.Change.Left, "left").Rows...)
	if err := a.out.Print(render.Result{Document: changed.Change,
		Sections: d.changeSections(&changed.Change, now.To, limit), Data: data}); err != nil {
		return err
	}
	return failed(changed.Act+" criteria", shortHash(now.To),
		"their impact has changed since it was seen at "+changed.Before.Position, "look at the difference, then "+again)
}

// impactSeen computes the impact as it was known at the position that --seen names, as of the time of the decision; nil
// without one.
func (a *app) impactSeen(cmd *cobra.Command, d *desk, hash, seen string) (awarding.SeenImpact, error) {
	if seen == "" {
		return nil, nil
	}
	p, err := parsePosition(d.store, seen, "--seen")
	if err != nil {
		return nil, err
	}
	return func(now *projections.Impact) (*projections.Impact, error) {
		if p == d.facts.Position() {
			return now, nil
		}
		then := *d
		if then.governance, err = projections.ReadGovernance(cmd.Context(), d.store, &p); err != nil {
			return nil, err
		}
		if _, ok := then.governance.Document(hash); !ok {
			return nil, badInput("--seen", seen, "the criteria were not proposed yet at that position", "use a later one")
		}
		if then.facts, err = a.buildFacts(cmd.Context(), d.store, p, nil); err != nil {
			return nil, err
		}
		return then.criteria().Impact(hash)
	}, nil
}

// moversData are movers for CSV.
func moversData(movers []projections.ImpactMover, change string) render.Section {
	section := render.Section{Columns: render.Columns("change", "person", "direction", "from", "to", "clause")}
	for _, m := range movers {
		section.Rows = append(section.Rows, []string{change, m.Person.String(), m.Direction, m.From, m.To, m.Clause})
	}
	return section
}

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/projections"
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
	command := domain.ApproveCriteria{CommandMeta: d.actor.meta, Hash: hash, By: d.actor.person}
	act := criteriaAct{Act: "approve", Criteria: hash}
	done, err := d.try(cmd.Context(), command)
	if err != nil {
		return err
	}
	var sections []render.Section
	if !done {
		impact, err := d.impact(hash)
		if err != nil {
			return err
		}
		record, _ := d.governance.Record(d.program, hash, d.asOf)
		before, known := projections.DecodeImpact(record.Impact)
		if err := a.stillHolds(cmd, d, impact, before, known, seen, "approve", limit); err != nil {
			return err
		}
		if command.Impact, err = impact.Encode(); err != nil {
			return err
		}
		command.Position, act.Impact, sections = impact.Position, impact, d.impactSections(impact, limit)
	}
	if act, err = d.record(cmd.Context(), act, command); err != nil {
		return err
	}
	return a.printAct(act, []string{fmt.Sprintf("Approved %s for program %s.", hash, d.program)}, sections)
}

// stillHolds fails when an impact is not the one that was seen before: the stored one, or the one at --seen. It prints
// the difference first.
func (a *app) stillHolds(cmd *cobra.Command, d *desk, now, before *projections.Impact, known bool, seen, verb string,
	limit int) error {
	if seen != "" {
		var err error
		if before, err = a.impactAt(cmd, d, now, seen); err != nil {
			return err
		}
		known = true
	}
	again := fmt.Sprintf("%s again with --seen %s", verb, now.Position)
	if !known {
		sections := d.impactSections(now, limit)
		if err := a.out.Print(render.Result{Document: now, Sections: sections,
			Data: moversData(now.Movers, "moves")}); err != nil {
			return err
		}
		return failed(verb+" criteria", shortHash(now.To), "no report of their impact was kept that could be compared",
			"read this one, then "+again)
	}
	change := now.Changes(before)
	if change.None() {
		return nil
	}
	data := moversData(change.Came, "came")
	data.Rows = append(data.Rows, moversData(change.Left, "left").Rows...)
	if err := a.out.Print(render.Result{Document: change, Sections: d.changeSections(&change, now.To, limit),
		Data: data}); err != nil {
		return err
	}
	return failed(verb+" criteria", shortHash(now.To), "their impact has changed since it was seen at "+before.Position,
		"look at the difference, then "+again)
}

// impactAt computes the impact as it was known at an earlier position, as of the same time.
func (a *app) impactAt(cmd *cobra.Command, d *desk, now *projections.Impact, seen string) (*projections.Impact, error) {
	p, err := parsePosition(d.store, seen, "--seen")
	if err != nil {
		return nil, err
	}
	if p.String() == now.Position {
		return now, nil
	}
	governance, err := projections.ReadGovernance(cmd.Context(), d.store, &p)
	if err != nil {
		return nil, err
	}
	if _, ok := governance.Document(now.To); !ok {
		return nil, badInput("--seen", seen, "the criteria were not proposed yet at that position", "use a later one")
	}
	facts, err := a.buildFacts(cmd.Context(), d.store, p, nil)
	if err != nil {
		return nil, err
	}
	return impactOf(facts, governance, d.program, now.To, now.AsOf)
}

// moversData are movers for CSV.
func moversData(movers []projections.ImpactMover, change string) render.Section {
	section := render.Section{Columns: render.Columns("change", "person", "direction", "from", "to", "clause")}
	for _, m := range movers {
		section.Rows = append(section.Rows, []string{change, m.Person.String(), m.Direction, m.From, m.To, m.Clause})
	}
	return section
}

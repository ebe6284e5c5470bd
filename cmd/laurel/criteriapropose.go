package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newCriteriaPropose(a *app) *cobra.Command {
	var f actFlags
	var limit int
	cmd := &cobra.Command{
		Use:   "propose FILE --by PERSON",
		Short: "Put criteria forward, with the report of what they would change",
		Long: `Record the criteria of FILE as a proposal for the program that they name, with the report of what they would
change for everybody, at this position of the log. Nothing changes for anybody until somebody else approves them and
they are activated. Several proposals may stand side by side.`,
		Example: `  laurel criteria propose my.yaml --by ada@example.org
  laurel criteria propose my.yaml --by ada@example.org --at 2024-03-01 -o json`,
		Args: args("FILE"),
		RunE: func(cmd *cobra.Command, given []string) (err error) {
			if err := checkSizes(0, limit); err != nil {
				return err
			}
			c, err := loadCriteria(cmd.Context(), given[0], nil)
			if err != nil {
				return err
			}
			d, err := a.openDesk(cmd.Context(), &f)
			if err != nil {
				return err
			}
			defer closeDesk(d, &err)
			return a.propose(cmd, d, c, limit)
		},
	}
	a.deskFlags(cmd, &f, &limit)
	return cmd
}

// deskFlags are those of the commands that decide about criteria.
func (a *app) deskFlags(cmd *cobra.Command, f *actFlags, limit *int) {
	a.programFlag(cmd)
	a.actFlags(cmd, f)
	if limit != nil {
		cmd.Flags().IntVar(limit, "limit", compareShownMax, "show at most `N` lines of a list in a table; 0 is all")
	}
}

func (a *app) propose(cmd *cobra.Command, d *desk, c *loadedCriteria, limit int) error {
	d.program = c.doc.Program
	if cmd.Flags().Changed("program") {
		if err := sameProgram(a.cfg.program, d.program); err != nil {
			return err
		}
	}
	known, err := knownPrograms(cmd.Context(), d.store, nil)
	if err != nil {
		return err
	}
	if !slices.Contains(known, d.program) {
		return badInput("propose criteria", c.name, fmt.Sprintf("the log does not hold their program %q", d.program),
			didYouMean(d.program, known, "open it with `laurel program open`, or correct the file"))
	}
	act, err := d.criteria().Propose(cmd.Context(), d.actor.meta, d.actor.person, c.plan)
	if err != nil {
		return err
	}
	// The names of its tiers are known from now on.
	if d.governance, err = projections.ReadGovernance(cmd.Context(), d.store, nil); err != nil {
		return err
	}
	return a.printAct(act, []string{fmt.Sprintf("Proposed %s for program %s.", c.hash, d.program)},
		d.impactSections(act.Impact, limit))
}

// printAct prints what became of a decision.
func (a *app) printAct(act awarding.CriteriaAct, lines []string, sections []render.Section) error {
	if !act.Recorded {
		lines = []string{"This was recorded before; nothing was added."}
	}
	if act.Recorded && act.Awards != nil {
		lines = append(lines, awardsLine(act.Awards))
	}
	effective := ""
	if !act.EffectiveAt.IsZero() {
		effective = act.EffectiveAt.Format(time.RFC3339Nano)
	}
	return a.out.Print(render.Result{
		Document: act,
		Sections: append([]render.Section{{Lines: lines}}, sections...),
		Data: render.Section{
			Columns: render.Columns("act", "program", "criteria", "by", "at", "effective_at", "recorded", "event", "position"),
			Rows: [][]string{{act.Act, act.Program, act.Criteria, act.By.String(), act.At.Format(time.RFC3339Nano),
				effective, fmt.Sprint(act.Recorded), act.Event.String(), act.Position}},
		},
	})
}

// awardsLine counts what would follow for awards.
func awardsLine(p *projections.AwardPreview) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{
		{p.Granted, "granted"}, {p.Proposed, "proposed for review"}, {p.Kept, "kept"}, {p.Revoked, "revoked"},
		{p.Expired, "expired"}, {p.InGrace, "in grace until " + day(p.Until)},
	} {
		if c.n > 0 {
			parts = append(parts, thousands(int64(c.n))+" "+c.what)
		}
	}
	if len(parts) == 0 {
		return "Awards: in force from " + day(p.At) + ", nothing would be decided."
	}
	return "Awards: in force from " + day(p.At) + ", they would be: " + strings.Join(parts, ", ") + "."
}

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
)

func newAwardsShow(a *app) *cobra.Command {
	var limit int
	var today bool
	var tier string
	cmd := &cobra.Command{
		Use:   "show AWARD",
		Short: "Show an award: what it rests on, and every decision about it",
		Long: `Show an award: when it was earned, under which criteria, with which measures, by which events, and every decision
about it. AWARD is an id, the first digits of one, or a PERSON together with --tier.

With --would-hold-today, say whether the criteria in force would give it, and which clauses fail, as of --as-of and by
what was known at --position.`,
		Example: `  laurel awards show 3f6c01ab
  laurel awards show 3f6c01ab --as-of 2020-01-01 -o json
  laurel awards show ada@example.org --tier champion --would-hold-today`,
		Args:              args("AWARD"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			if tier == "" && !awardDigits.MatchString(strings.ToLower(strings.TrimSpace(given[0]))) {
				return usage(fmt.Sprintf("AWARD %s is no id", quoted(given[0])),
					"give an id, or its first 4 digits or more; or a PERSON together with --tier")
			}
			ctx := cmd.Context()
			r, err := a.openRegistry(ctx)
			if err != nil {
				return err
			}
			defer r.close()
			award, err := r.findOf(given[0], a.cfg.program, tier)
			if err != nil {
				return err
			}
			d, err := r.detail(ctx, award)
			if err != nil {
				return err
			}
			if today {
				return a.printWouldHold(ctx, r, award, d)
			}
			return a.printAward(r, d, limit)
		},
	}
	cmd.Flags().IntVar(&limit, "limit", explainShownMax, "show at most `N` events of the evidence; 0 is all")
	cmd.Flags().BoolVar(&today, "would-hold-today", false, "say whether the criteria in force would give it")
	cmd.Flags().StringVar(&tier, "tier", "", "the newest award of this `TIER` of a PERSON, instead of an id")
	must(cmd.RegisterFlagCompletionFunc("tier", cobra.NoFileCompletions))
	a.programFlag(cmd)
	return cmd
}

// detail collects what belongs to an award.
func (r *registry) detail(ctx context.Context, award *projections.RegisteredAward) (*projections.AwardDetail, error) {
	d, ok, err := projections.NewAwardDetail(ctx, r.store, r.people, award, r.asOf, r.upTo)
	if err != nil || ok {
		return d, err
	}
	wrong, hint := "its decision was voided", "choose a --position before that to see it as it was known"
	if award.Status != "" {
		wrong = "it was not in the register at " + r.asOf.UTC().Format(time.RFC3339)
		hint = "choose a later --as-of, or leave it out"
	}
	return nil, badInput("show award", award.ID.String(), wrong, hint)
}

func (a *app) printAward(r *registry, d *projections.AwardDetail, limit int) error {
	granted := ""
	if d.GrantedBy != nil {
		granted = ", granted by " + r.name(*d.GrantedBy)
	}
	lines := []string{
		fmt.Sprintf("Award %s of program %s.", d.Award, d.Program),
		fmt.Sprintf("Earned %s, in the register from %s%s.", day(d.EarnedAt), day(d.From), granted),
		"Criteria " + d.Criteria + ", known up to " + d.Position + ".",
	}
	sections := []render.Section{{Title: fmt.Sprintf("%s: %s, %s", r.name(d.Person), d.Tier, d.Status), Lines: lines}}
	decisions := render.Section{Title: "Decisions", Columns: []render.Column{{Name: "at", Whole: true}, {Name: "decision"},
		{Name: "recorded", Whole: true}, {Name: "by"}, {Name: "note", Wrap: true}}}
	for _, e := range d.Decisions {
		by := e.Actor
		if id, err := uuid.Parse(by); err == nil {
			by = r.name(id)
		}
		decisions.Rows = append(decisions.Rows, []string{day(e.At), string(e.Decision), day(e.RecordedAt), by, e.Note})
	}
	measures := render.Section{Title: "Measures when it was earned", Columns: []render.Column{{Name: "measure"},
		{Name: "value", Right: true}}}
	for _, name := range slices.Sorted(maps.Keys(d.Measures)) {
		measures.Rows = append(measures.Rows, []string{name, projections.FormatMilli(int64(d.Measures[name]))})
	}
	evidence := render.Section{Title: "Evidence, the newest first", Columns: []render.Column{{Name: "at", Whole: true},
		{Name: "type"}, {Name: "event", Whole: true}, {Name: ""}}}
	n := shorten(&evidence, len(d.Evidence), limit)
	for i := range n {
		e := d.Evidence[len(d.Evidence)-1-i]
		voided := ""
		if e.Voided {
			voided = "voided"
		}
		evidence.Rows = append(evidence.Rows, []string{day(e.At), string(e.Type), e.Event.String(), voided})
	}
	data := render.Section{Columns: render.Columns("event", "type", "at", "stream", "voided")}
	for _, e := range d.Evidence {
		data.Rows = append(data.Rows, []string{e.Event.String(), string(e.Type), e.At.Format(time.RFC3339Nano), e.Stream,
			fmt.Sprint(e.Voided)})
	}
	return a.out.Print(render.Result{Document: d, Sections: append(sections, decisions, measures, evidence), Data: data})
}

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/projections"
)

// awardStatuses are the statuses of awards, and the word for those that are not closed.
var awardStatuses = []string{"open", string(domain.AwardStatusProposed), string(domain.AwardStatusGranted),
	string(domain.AwardStatusKept), string(domain.AwardStatusDeclined), string(domain.AwardStatusRevoked),
	string(domain.AwardStatusExpired)}

func newAwardsList(a *app) *cobra.Command {
	var person, tier, status, hash string
	var limit int
	cmd := &cobra.Command{
		Use:   "list [--program SLUG]",
		Short: "List the register of awards",
		Long: `List the register of awards: who was awarded what, when it was earned, and what became of it. With --as-of, as
it was then; with --position, as it was known then.`,
		Example: `  laurel awards list --program git --tier champion
  laurel awards list --status proposed
  laurel awards list --as-of 2018-01-01 -o csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if status != "" && !slices.Contains(awardStatuses, status) {
				return usage(fmt.Sprintf("--status %q is not known", status), didYouMean(status, awardStatuses,
					"one of "+strings.Join(awardStatuses, ", ")))
			}
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			r, err := a.openRegistry(cmd.Context())
			if err != nil {
				return err
			}
			defer r.close()
			var who uuid.UUID
			if person != "" {
				if who, err = findPerson(r.people, person); err != nil {
					return err
				}
			}
			rows := r.rows(a.cfg.program, func(row *projections.AwardRow) bool {
				switch {
				case who != uuid.Nil && row.Person != who, tier != "" && string(row.Tier) != tier,
					hash != "" && !strings.HasPrefix(strings.TrimPrefix(row.Criteria, "sha256:"), strings.TrimPrefix(hash, "sha256:")):
					return false
				case status == "open":
					return row.Status.Open()
				}
				return status == "" || string(row.Status) == status
			})
			if len(rows) == 0 && tier != "" {
				a.noteTiers(r, tier)
			}
			return a.printAwards(rows, limit)
		},
	}
	a.programFlag(cmd)
	f := cmd.Flags()
	f.StringVar(&person, "person", "", "only those of a `PERSON`")
	f.StringVar(&tier, "tier", "", "only those of a `TIER`")
	f.StringVar(&status, "status", "", "only those with a `STATUS`: "+strings.Join(awardStatuses, ", "))
	f.StringVar(&hash, "criteria", "", "only those given under criteria whose `HASH` begins so")
	f.IntVar(&limit, "limit", 0, "only the first `N` in a table; 0 is all")
	must(cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(awardStatuses, cobra.ShellCompDirectiveNoFileComp)))
	for _, name := range []string{"person", "tier", "criteria", "limit"} {
		must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
	}
	return cmd
}

// noteTiers tells somebody who asked for a tier that no award has which tiers there are.
func (a *app) noteTiers(r *registry, tier string) {
	var tiers []string
	for _, award := range r.register.All(a.cfg.program) {
		tiers = append(tiers, string(award.First.Tier))
	}
	slices.Sort(tiers)
	if tiers = slices.Compact(tiers); len(tiers) > 0 && !slices.Contains(tiers, tier) {
		a.note("No award in the register is of tier %s (%s)", quoted(tier), didYouMean(tier, tiers,
			"there are "+strings.Join(tiers[:min(8, len(tiers))], ", ")))
	}
}

// printAwards prints a list of awards.
func (a *app) printAwards(rows []projections.AwardRow, limit int) error {
	table := render.Section{Columns: []render.Column{
		{Name: "award", Whole: true}, {Name: "person"}, {Name: "tier"}, {Name: "status"}, {Name: "earned", Whole: true},
		{Name: "effective", Whole: true}, {Name: "closed", Whole: true}, {Name: "reason"},
	}}
	counts := map[domain.AwardStatus]int{}
	for i := range rows {
		counts[rows[i].Status]++
	}
	var parts []string
	for _, s := range awardStatuses[1:] {
		if n := counts[domain.AwardStatus(s)]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", thousands(int64(n)), s))
		}
	}
	head := "No awards."
	if len(rows) > 0 {
		head = plural(len(rows), "award", "awards") + ": " + strings.Join(parts, ", ") + "."
	}
	for i := range rows[:shorten(&table, len(rows), limit)] {
		r := &rows[i]
		closed := ""
		if !r.ClosedAt.IsZero() {
			closed = day(r.ClosedAt)
		}
		reason := r.Reason
		if r.Backlog && reason == "" {
			reason = "backlog"
		}
		table.Rows = append(table.Rows, []string{r.Award.String()[:8], nameOf(r.Name, r.Person.String()), string(r.Tier),
			string(r.Status), day(r.EarnedAt), day(r.From), closed, reason})
	}
	data := render.Section{Columns: render.Columns("award", "program", "person", "name", "tier", "status", "earned_at",
		"effective_at", "backlog", "criteria", "position", "closed_at", "reason_code")}
	for i := range rows {
		r := &rows[i]
		closed := ""
		if !r.ClosedAt.IsZero() {
			closed = r.ClosedAt.UTC().Format(time.RFC3339Nano)
		}
		data.Rows = append(data.Rows, []string{r.Award.String(), string(r.Program), r.Person.String(), r.Name,
			string(r.Tier), string(r.Status), r.EarnedAt.Format(time.RFC3339Nano), r.From.Format(time.RFC3339Nano),
			fmt.Sprint(r.Backlog), r.Criteria, r.Position, closed, r.Reason})
	}
	return a.out.Print(render.Result{
		Document: map[string]any{"awards": rows},
		Items: func(yield func(any) bool) {
			for i := range rows {
				if !yield(&rows[i]) {
					return
				}
			}
		},
		Sections: withRows(render.Section{Lines: []string{head}}, table), Data: data,
	})
}

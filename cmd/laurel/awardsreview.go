package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newAwardsReview(a *app) *cobra.Command {
	var f actFlags
	var grant bool
	var decline string
	cmd := &cobra.Command{
		Use:   "review [AWARD --by PERSON --grant|--decline CODE]",
		Short: "List what waits for a review, or decide about a proposed award",
		Long: `List what waits for a review; or, given an AWARD, grant it or decline it with a reason, which is a short code. Nobody
reviews an award of their own, and an award is decided once.`,
		Example: `  laurel awards review --program git
  laurel awards review 3f6c01ab --by ada@example.org --grant
  laurel awards review 3f6c01ab --by ada@example.org --decline evidence-unclear`,
		Args:              args("[AWARD]"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			if len(given) == 0 {
				if grant || cmd.Flags().Changed("decline") || f != (actFlags{}) {
					return usage("awards review needs AWARD to decide about", "see `laurel awards review`")
				}
				return a.listReviews(ctx)
			}
			if grant == cmd.Flags().Changed("decline") {
				return usage("give either --grant or --decline CODE", "such as --decline evidence-unclear")
			}
			if !grant {
				if err := checkReason("--decline", decline, "evidence-unclear"); err != nil {
					return err
				}
			}
			return a.changeAward(ctx, cmd, given[0], &f, func(who actor) domain.Command {
				return domain.ReviewAward{CommandMeta: who.meta, By: who.person, Grant: grant, ReasonCode: decline}
			})
		},
	}
	a.programFlag(cmd)
	a.actFlags(cmd, &f)
	cmd.Flags().BoolVar(&grant, "grant", false, "grant the award")
	cmd.Flags().StringVar(&decline, "decline", "", "decline it, for a reason given as a `CODE`")
	must(cmd.RegisterFlagCompletionFunc("decline", cobra.NoFileCompletions))
	return cmd
}

func (a *app) listReviews(ctx context.Context) error {
	r, err := a.openRegistry(ctx)
	if err != nil {
		return err
	}
	defer r.close()
	asOf := a.now()
	if r.asOf != nil {
		asOf = *r.asOf
	}
	return a.printWaiting(r, awarding.WaitingAwards(r.register, a.cfg.program, asOf), asOf)
}

// waitingRow is an award that waits for a review.
type waitingRow struct {
	projections.AwardRow
	Since time.Time `json:"waiting_since"`
	Days  int       `json:"waiting_days"`
}

func (a *app) printWaiting(r *registry, waiting []awarding.Waiting, asOf time.Time) error {
	rows := []waitingRow{}
	table := render.Section{Columns: []render.Column{{Name: "award", Whole: true}, {Name: "person"}, {Name: "tier"},
		{Name: "earned", Whole: true}, {Name: "effective", Whole: true}, {Name: "waiting", Right: true}}}
	data := render.Section{Columns: render.Columns("award", "program", "person", "name", "tier", "earned_at",
		"effective_at", "waiting_since", "waiting_days")}
	for _, w := range waiting {
		award, _ := r.register.Award(w.Award)
		state, _ := award.AsOf(asOf)
		row := waitingRow{projections.NewAwardRow(r.people, state), w.Since, int(asOf.Sub(w.Since).Hours() / 24)}
		rows = append(rows, row)
		table.Rows = append(table.Rows, []string{row.Award.String()[:8], nameOf(row.Name, row.Person.String()),
			string(row.Tier), day(row.EarnedAt), day(row.From), plural(row.Days, "day", "days")})
		data.Rows = append(data.Rows, []string{row.Award.String(), string(row.Program), row.Person.String(), row.Name,
			string(row.Tier), row.EarnedAt.Format(time.RFC3339Nano), row.From.Format(time.RFC3339Nano),
			row.Since.Format(time.RFC3339Nano), fmt.Sprint(row.Days)})
	}
	head := "No award waits for a review."
	if len(rows) > 0 {
		head = plural(len(rows), "award waits", "awards wait") + " for a review."
	}
	return a.out.Print(render.Result{
		Document: map[string]any{"waiting": rows, "as_of": asOf},
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

func newAwardsRevoke(a *app) *cobra.Command {
	var f actFlags
	var reason string
	cmd := &cobra.Command{
		Use:   "revoke AWARD --by PERSON --reason CODE",
		Short: "Take an award back",
		Long: `Take an award back, or let a proposal lapse, for a reason given as a short code. The award process does not give it
again for the same standing.`,
		Example:           `  laurel awards revoke 3f6c01ab --by ada@example.org --reason entered-by-mistake`,
		Args:              args("AWARD"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if reason == "" {
				return usage("--reason is missing", "a short code, such as --reason entered-by-mistake")
			}
			if err := checkReason("--reason", reason, "entered-by-mistake"); err != nil {
				return err
			}
			return a.changeAward(cmd.Context(), cmd, given[0], &f, func(who actor) domain.Command {
				return domain.RevokeAward{CommandMeta: who.meta, By: who.person, ReasonCode: reason}
			})
		},
	}
	a.actFlags(cmd, &f)
	cmd.Flags().StringVar(&reason, "reason", "", "why, as a short `CODE`")
	must(cmd.RegisterFlagCompletionFunc("reason", cobra.NoFileCompletions))
	return cmd
}

// checkReason refuses free text where a decision takes a code as its reason: it could speak of a person.
func checkReason(flag, code, example string) error {
	if domain.Slug(code).Valid() {
		return nil
	}
	// It is not quoted: it may speak of a person.
	return usage(flag+" is no short code", "lower-case words with hyphens, such as "+flag+" "+example)
}

// changeAward has a human decide about an award.
func (a *app) changeAward(ctx context.Context, cmd *cobra.Command, name string, f *actFlags, command func(actor) domain.Command) error {
	for _, flag := range []string{"as-of", "position"} {
		if cmd.Flags().Changed(flag) {
			return usage("--"+flag+" does not go with a decision", "say with --at when it was made")
		}
	}
	store, err := a.openToChange()
	if err != nil {
		return err
	}
	defer store.Close()
	r, err := a.readRegistry(ctx, store)
	if err != nil {
		return err
	}
	in, who, err := a.act(ctx, store, f, r.people, true)
	if err != nil {
		return err
	}
	award, err := r.find(name)
	if err != nil {
		return err
	}
	decider := domain.AwardDecider(award.ID)
	handled, err := eventstore.Handle(ctx, in, domain.AwardStream(award.ID), decider, command(who))
	if err != nil {
		return err
	}
	state := decider.Fold(award.Award, handled.Events...)
	return a.said(map[string]any{"award": award.ID, "status": state.Status, "person": award.First.Person,
		"tier": award.First.Tier, "position": handled.Position},
		"Award %s of %s (%s) is %s.", award.ID, r.name(award.First.Person), award.First.Tier, fmt.Sprint(state.Status))
}

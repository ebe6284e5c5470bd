package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

func newVoid(a *app) *cobra.Command {
	var act actFlags
	var reason string
	var despite bool
	cmd := &cobra.Command{
		Use:   "void EVENT --reason CODE --by PERSON [--despite-awards]",
		Short: "Correct the log: an event that does not count",
		Long: `Correct the log: record that an event does not count. The event stays in the log, and everything comes out
as if it had never been. Nothing is undone by hand: what should have been recorded is recorded anew.

EVENT is the id of an event, wherever it is. The reason is a short code, such as entered-twice, and names no person.

An event on which an award rests, that is proposed or held, is voided only --despite-awards. ` +
			"`laurel awards audit`" + ` lists
those that do not hold up without it.`,
		Example: `  laurel void 5c1b0a3e-8f7a-4c65-9a35-7d1c6f0f2b11 --reason entered-twice --by ada@example.org
  laurel void 5c1b0a3e-8f7a-4c65-9a35-7d1c6f0f2b11 --reason not-held --by ada@example.org --despite-awards`,
		Args:              args("EVENT"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			event, err := uuid.Parse(given[0])
			if err != nil || event == uuid.Nil {
				return usage(fmt.Sprintf("EVENT %q is no uuid", given[0]), "`laurel log show` lists events with their ids")
			}
			if reason == "" {
				return usage("--reason is missing", "give a short code, such as --reason entered-twice")
			}
			if err := checkReason("--reason", reason, "entered-twice"); err != nil {
				return err
			}
			store, err := a.openToChange()
			if err != nil {
				return err
			}
			v := awarding.Void{Event: event, Reason: reason, DespiteAwards: despite}
			report, err := a.void(cmd.Context(), store, &act, v)
			if err := errors.Join(err, store.Close()); err != nil {
				return err
			}
			return a.printVoid(&report)
		},
	}
	a.actFlags(cmd, &act)
	cmd.Flags().StringVar(&reason, "reason", "", "why, as a short `CODE` such as entered-twice")
	cmd.Flags().BoolVar(&despite, "despite-awards", false, "also where an award rests on the event")
	must(cmd.RegisterFlagCompletionFunc("reason", cobra.NoFileCompletions))
	return cmd
}

// void looks up who acts, and records the void.
func (a *app) void(ctx context.Context, store eventstore.Store, act *actFlags, v awarding.Void) (
	awarding.VoidReport, error,
) {
	people, err := readPeople(ctx, store, nil)
	if err != nil {
		return awarding.VoidReport{}, err
	}
	store, who, err := a.act(ctx, store, act, people, true)
	if err != nil {
		return awarding.VoidReport{}, err
	}
	v.Meta = who.meta
	return awarding.VoidEvent(ctx, store, v)
}

// printVoid says what was voided, and warns of awards that rested on it.
func (a *app) printVoid(r *awarding.VoidReport) error {
	done := "is voided"
	if r.Before {
		done = "was voided before, by this command"
	}
	lines := []string{fmt.Sprintf("Event %s (%s) of %s %s.", r.Event, r.Type, r.Stream, done)}
	for _, id := range r.Awards {
		lines = append(lines, fmt.Sprintf("Award %s rests on it: see `laurel awards audit`.", id))
	}
	for _, id := range r.Between {
		a.warn("award %s came in while the event was being voided, and rests on it", id)
	}
	return a.out.Print(render.Result{Document: r, Sections: []render.Section{{Lines: lines}},
		Data: render.Section{Columns: render.Columns("event", "type", "stream", "before", "awards"), Rows: [][]string{
			{r.Event.String(), string(r.Type), r.Stream, fmt.Sprint(r.Before), joinIDs(r.Awards)},
		}}})
}

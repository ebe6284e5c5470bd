package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"laurel/adapters/synthetic"
	"laurel/domain"
	"laurel/eventstore"
)

func newGenerate(a *app) *cobra.Command {
	var events, mentors int
	var seed uint64
	cmd := &cobra.Command{
		Use:   "generate --events N --mentors M --seed S [--program SLUG]",
		Short: "Invent a history and import it",
		Long: `Invent a history of mentoring and import it: few busy mentors and many quiet ones, seasons, several programs,
events that are recorded late, and some that are voided. Nobody in it exists. The same seed gives the same history on
every machine.

Without --program there are several programs.`,
		Example: `  laurel generate --events 100000 --mentors 1000 --seed 1 --store file:invented
  laurel replay --store file:invented --program engineering --criteria sample`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o := synthetic.Options{Events: events, Mentors: mentors, Seed: seed}
			if a.cfg.program != "" {
				program, err := a.programToImport(cmd)
				if err != nil {
					return err
				}
				o.Programs = []domain.Slug{program}
			}
			g, err := synthetic.New(o)
			if err != nil {
				return usage("generate: "+err.Error(), "see --events and --mentors")
			}
			store, err := a.openToWrite()
			if err != nil {
				return err
			}
			progress := a.progress("Generating", "events", int64(events))
			report, err := eventstore.Ingest(cmd.Context(), store, g.Items(), ingestOptions(progress))
			progress.Done()
			if err := errors.Join(err, store.Close()); err != nil {
				return fmt.Errorf("generate: %w", err)
			}
			if err := a.printOutcome(newOutcome(fmt.Sprintf("synthetic:%d", seed), report, false)); err != nil {
				return err
			}
			if report.Rejected > 0 {
				return failed("generate", a.cfg.store, plural(report.Rejected, "event was", "events were")+" rejected",
					"use a store that holds no other generated history")
			}
			return nil
		},
	}
	cmd.Flags().IntVar(&events, "events", 100_000, "generate `N` events")
	cmd.Flags().IntVar(&mentors, "mentors", 1000, "of `M` mentors")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "the same `S` gives the same history")
	cmd.Flags().String("program", "", "only the program `SLUG`; several by default")
	must(cmd.RegisterFlagCompletionFunc("program", cobra.NoFileCompletions))
	return cmd
}

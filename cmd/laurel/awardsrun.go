package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// decisionTypes are the decisions of the award process, in the order of a report.
var decisionTypes = []domain.EventType{domain.TypeAwardGranted, domain.TypeAwardProposed, domain.TypeAwardKept,
	domain.TypeAwardRevoked, domain.TypeAwardExpired}

// decisionRow is a decision of the award process as it is printed.
type decisionRow struct {
	Award    uuid.UUID        `json:"award"`
	Person   uuid.UUID        `json:"person"`
	Tier     domain.Slug      `json:"tier"`
	Decision domain.EventType `json:"decision"`
	At       time.Time        `json:"at"`
	Backlog  bool             `json:"backlog"`
}

func newAwardsRun(a *app) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "run [--program SLUG]",
		Short: "Compare standings with awards, and record the decisions that are missing",
		Long: `Compare standings with awards, and record the decisions that are missing: granted, proposed where the tier asks
for a review, kept, revoked and expired by the policy of the criteria in force. Running it again, or two of it at once,
awards nothing twice; one that was stopped is simply run again.

--as-of is the time up to which to look: the newest in the log if left out, or "now". Nothing is decided for a time that
is still to come; --dry-run shows what would follow.`,
		Example: `  laurel awards run --program git --dry-run
  laurel awards run --program git
  laurel awards run --program git --as-of now -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runAwards(cmd.Context(), dryRun)
		},
	}
	a.programFlag(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be decided, and record nothing")
	return takesTime(cmd)
}

func (a *app) runAwards(ctx context.Context, dryRun bool) error {
	asOf, err := a.asOf()
	if err != nil {
		return err
	}
	now := a.now()
	if asOf != nil && asOf.After(now) && !dryRun {
		return usage(fmt.Sprintf("--as-of %s is still to come", a.asOfText),
			"awards are decided up to now; see with --dry-run what would follow")
	}
	open := a.openToChange
	if dryRun {
		open = a.openToRead
	}
	store, err := open()
	if err != nil {
		return err
	}
	defer store.Close()
	program, err := a.governedProgram(ctx, store)
	if err != nil {
		return err
	}
	var rows []decisionRow
	reading, deciding := a.progress("Reading the log", "events", 0), (*render.Progress)(nil)
	o := awarding.Options{
		DryRun:  dryRun,
		Now:     now,
		Reading: func(events int) { reading.SetOf(int64(events), 0) },
		Progress: func(done, total int) {
			if deciding == nil {
				reading.Done()
				deciding = a.progress("Deciding", "mentors", int64(total))
			}
			deciding.SetOf(int64(done), int64(total))
		},
		Decided: func(d awarding.Decision) {
			rows = append(rows, decisionRow{d.Award, d.Case.Person, d.Case.Tier, d.Event.Payload.EventType(),
				projections.EffectiveAt(d.Event).UTC(), d.Case.Backlog})
		},
	}
	if asOf != nil {
		o.AsOf = *asOf
	}
	report, err := awarding.Run(ctx, store, program, o)
	deciding.Done()
	if err != nil {
		return err
	}
	return a.printAwardRun(&report, rows, dryRun)
}

// governedProgram is the program that was named, or the only one that has criteria.
func (a *app) governedProgram(ctx context.Context, store eventstore.Store) (string, error) {
	if a.cfg.program != "" {
		return a.cfg.program, nil
	}
	g, err := projections.ReadGovernance(ctx, store, nil)
	if err != nil {
		return "", err
	}
	programs := g.Programs()
	if len(programs) == 0 {
		return "", badInput("find program", "", "the log holds no criteria",
			"propose some with `laurel criteria propose my.yaml`, have them approved and activate them")
	}
	return chooseProgram("", programs, "")
}

// waiting counts the awards among decisions that were proposed and did not lapse, as those of old news may have.
func waiting(rows []decisionRow) int {
	open := map[uuid.UUID]bool{}
	for i := range rows {
		switch r := &rows[i]; r.Decision {
		case domain.TypeAwardProposed:
			open[r.Award] = true
		case domain.TypeAwardRevoked, domain.TypeAwardExpired:
			delete(open, r.Award)
		}
	}
	return len(open)
}

func (a *app) printAwardRun(report *awarding.Report, rows []decisionRow, dryRun bool) error {
	did := "decided"
	if dryRun {
		did = "would be decided"
	}
	lines := []string{fmt.Sprintf("Program %s as of %s, known up to %s: %s %s.", report.Program,
		report.AsOf.UTC().Format(time.RFC3339), report.Position, plural(report.Total(), "award event", "award events"), did)}
	if report.Backlog > 0 {
		lines = append(lines, fmt.Sprintf("%s backlog: old news, about which nobody is notified.",
			plural(report.Backlog, "of them is", "of them are")))
	}
	if n := waiting(rows); n > 0 {
		if dryRun {
			lines = append(lines, plural(n, "award", "awards")+" would wait for a review.")
		} else {
			lines = append(lines, plural(n, "new award waits", "new awards wait")+" for a review: see `laurel awards review`.")
		}
	}
	counts := map[string]int{}
	section := render.Section{Columns: []render.Column{{Name: "decision"}, {Name: "awards", Right: true}}}
	for _, t := range decisionTypes {
		if n := report.Decided[t]; n > 0 {
			section.Rows = append(section.Rows, []string{string(t), thousands(int64(n))})
			counts[string(t)] = n
		}
	}
	sections := []render.Section{{Lines: lines}}
	if len(section.Rows) > 0 {
		sections = append(sections, section)
	}
	data := render.Section{Columns: render.Columns("award", "person", "tier", "decision", "at", "backlog")}
	for _, r := range rows {
		data.Rows = append(data.Rows, []string{r.Award.String(), r.Person.String(), string(r.Tier), string(r.Decision),
			r.At.Format(time.RFC3339Nano), fmt.Sprint(r.Backlog)})
	}
	return a.out.Print(render.Result{
		Document: map[string]any{"program": report.Program, "as_of": report.AsOf.UTC(), "position": report.Position,
			"decided": counts, "total": report.Total(), "backlog": report.Backlog, "repaired": report.Repaired,
			"passes": report.Passes, "dry_run": dryRun},
		Items: func(yield func(any) bool) {
			for i := range rows {
				if !yield(&rows[i]) {
					return
				}
			}
		},
		Sections: sections, Data: data,
	})
}

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
	"laurel/projections"
)

func newAwardsAudit(a *app) *cobra.Command {
	var person string
	var all bool
	var limit int
	cmd := &cobra.Command{
		Use:   "audit [--program SLUG] [--person PERSON]",
		Short: "Recompute every award, and list those that do not hold up",
		Long: `Recompute every open award from the log and the criteria that it names, and list each that does not hold up:

  evidence voided since    it was right by what was known, and rests on events that were voided since
  history changed since    it was right by what was known, and is not by what was recorded since
  criteria changed since   the criteria in force do not give it, and those that it names would; or none are in force
  never justified          it was not right even by what was known when it was decided, or its criteria never held

Beside each stands what was decided about it, such as that the policy of the criteria in force keeps it. As of --as-of,
as known at --position. Nothing is recorded.`,
		Example: `  laurel awards audit --program git
  laurel awards audit --person ada@example.org --all -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			ctx := cmd.Context()
			r, err := a.openRegistry(ctx)
			if err != nil {
				return err
			}
			defer r.close()
			opt := projections.AuditOptions{Program: a.cfg.program, All: all}
			if person != "" {
				if opt.Person, err = findPerson(r.people, person); err != nil {
					return err
				}
			}
			from, asOf, err := a.auditSources(ctx, r)
			if err != nil {
				return err
			}
			audit, err := projections.NewAudit(ctx, from, asOf, opt)
			if err != nil {
				return err
			}
			return a.printAudit(audit, limit)
		},
	}
	a.programFlag(cmd)
	cmd.Flags().StringVar(&person, "person", "", "only awards of a `PERSON`: by id, e-mail or name")
	cmd.Flags().BoolVar(&all, "all", false, "also awards that were declined, revoked or expired")
	cmd.Flags().IntVar(&limit, "limit", 0, "show at most `N` awards in a table; 0 is all")
	must(cmd.RegisterFlagCompletionFunc("person", cobra.NoFileCompletions))
	return cmd
}

// auditSources reads what awards are recomputed from, and the time asked about: the newest in the log where --as-of was
// not given.
func (a *app) auditSources(ctx context.Context, r *registry) (projections.AuditSources, time.Time, error) {
	from := projections.AuditSources{Store: r.store, Facts: projections.NewFacts(), Register: r.register, People: r.people}
	upTo := eventstore.Position{}
	if r.upTo != nil {
		upTo = *r.upTo
	}
	var err error
	if r.upTo == nil || !upTo.IsZero() {
		if from.Facts, err = a.buildFacts(ctx, r.store, upTo, nil); err != nil {
			return from, time.Time{}, err
		}
	}
	if from.Governance, err = projections.ReadGovernance(ctx, r.store, r.upTo); err != nil {
		return from, time.Time{}, err
	}
	asOf, _ := from.Facts.Newest()
	if r.asOf != nil {
		asOf = *r.asOf
	}
	return from, asOf, nil
}

func (a *app) printAudit(audit *projections.Audit, limit int) error {
	head := fmt.Sprintf("%s at %s: %s up", plural(audit.Awards, "award", "awards"), day(audit.AsOf),
		plural(audit.HoldUp, "holds", "hold"))
	if n := len(audit.Findings); n > 0 {
		head += fmt.Sprintf(", and %s not", plural(n, "does", "do"))
	}
	switch {
	case audit.Awards == 0 && audit.Closed > 0:
		head = "No open awards"
	case audit.Awards == 0:
		head = "No awards"
	}
	lines := []string{head + ".", "Known up to " + audit.Position + "."}
	if audit.Closed > 0 {
		lines = append(lines, plural(audit.Closed, "closed award was", "closed awards were")+" left out: see --all.")
	}
	if audit.Unmet > 0 {
		lines = append(lines, fmt.Sprintf("Of those that hold up, %s not met any more under their own criteria either.",
			plural(audit.Unmet, "is", "are")))
	}
	section := render.Section{Columns: []render.Column{{Name: "award", Whole: true}, {Name: "person"}, {Name: "tier"},
		{Name: "status"}, {Name: "effective", Whole: true}, {Name: "reason", Wrap: true}, {Name: "decided", Wrap: true}}}
	for i := range audit.Findings[:shorten(&section, len(audit.Findings), limit)] {
		f := &audit.Findings[i]
		section.Rows = append(section.Rows, []string{f.Award.String()[:8], nameOf(f.Name, f.Person.String()), f.Tier,
			string(f.Status), day(f.From), auditReasons(f), auditDecision(f.Decided)})
	}
	data := render.Section{Columns: render.Columns("award", "program", "person", "name", "tier", "status", "earned_at",
		"effective_at", "criteria", "position", "reasons", "details", "events", "decided")}
	for i := range audit.Findings {
		f := &audit.Findings[i]
		var reasons, details []string
		var events []uuid.UUID
		for _, c := range f.Reasons {
			reasons, details = append(reasons, string(c.Reason)), append(details, c.Detail)
			events = append(events, c.Events...)
		}
		data.Rows = append(data.Rows, []string{f.Award.String(), f.Program, f.Person.String(), f.Name, f.Tier,
			string(f.Status), f.EarnedAt.Format(time.RFC3339Nano), f.From.Format(time.RFC3339Nano), f.Criteria, f.Position,
			strings.Join(reasons, "; "), strings.Join(details, "; "), joinIDs(events), auditDecision(f.Decided)})
	}
	return a.out.Print(render.Result{
		Document: audit,
		Items: func(yield func(any) bool) {
			for i := range audit.Findings {
				if !yield(&audit.Findings[i]) {
					return
				}
			}
		},
		Sections: withRows(render.Section{Lines: lines}, section), Data: data,
	})
}

// auditReasons says why an award does not hold up, with the events that were voided.
func auditReasons(f *projections.AuditFinding) string {
	var reasons []string
	for _, c := range f.Reasons {
		text := string(c.Reason)
		switch {
		case len(c.Events) > 0:
			text += ": " + listIDs(c.Events)
		case c.Reason == projections.AuditNeverJustified:
			text += ": " + c.Detail
		}
		reasons = append(reasons, text)
	}
	return strings.Join(reasons, "; ")
}

// auditDecision says what explains that an award stands.
func auditDecision(d *projections.AuditDecision) string {
	if d == nil {
		return "nothing yet"
	}
	switch d.Kind {
	case projections.DecidedKept:
		return "kept under " + shortHash(d.Criteria)
	case projections.DecidedGrace:
		return "grace until " + day(d.Until)
	case projections.DecidedReached:
		return "reached on " + day(d.At) + " all the same"
	case projections.DecidedProposed:
		return "waits for a review"
	}
	text := "closed on " + day(d.At)
	if d.Code != "" {
		text += ", " + d.Code
	}
	return text
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
)

// compareShownMax is how many lines a list of a comparison shows people unless they ask for more.
const compareShownMax = 20

func newCriteriaDiff(a *app) *cobra.Command {
	var workers, limit int
	cmd := &cobra.Command{
		Use:   "diff FROM TO",
		Short: "Show who would gain and lose what under other criteria",
		Long: `Compute the standings under both criteria and show the difference: how many go from each tier to each,
everyone who moves with the clause that decided it, the nearest misses, and each change of score. Nothing is recorded
and nobody is told.

FROM and TO are "active", "sample", the first digits of a hash, or files.`,
		Example: `  laurel criteria diff sample my.yaml --program git
  laurel criteria diff active my.yaml --program git -o json
  laurel criteria diff old.yaml new.yaml --program git --as-of 2024-12-31`,
		Args:              args("FROM", "TO"),
		ValidArgsFunction: completeRef,
		RunE: func(cmd *cobra.Command, given []string) error {
			if err := checkSizes(workers, limit); err != nil {
				return err
			}
			ctx := cmd.Context()
			h, err := a.openHistory(ctx)
			if err != nil {
				return err
			}
			defer h.close()
			from, err := a.criteria(ctx, given[0], h)
			if err != nil {
				return err
			}
			to, err := a.criteria(ctx, given[1], h)
			if err != nil {
				return err
			}
			return a.printComparison(h, from, to, workers, limit)
		},
	}
	a.programFlag(cmd)
	cmd.Flags().IntVar(&workers, "workers", 0, "compute with `N` workers; 0 is one a core; the result is the same")
	cmd.Flags().IntVar(&limit, "limit", compareShownMax, "show at most `N` lines of a list in a table; 0 is all")
	return cmd
}

// printComparison compares two sets of criteria on a history and prints the result.
func (a *app) printComparison(h *history, from, to *loadedCriteria, workers, limit int) error {
	c := projections.Compare(h.facts, h.people, h.program, from.plan, to.plan, h.asOf, workers)
	names := tierNames(from, to)
	rise, changed := 0, 0
	for _, m := range c.Movers {
		if m.Direction == "up" {
			rise++
		}
	}
	for _, s := range c.Scores {
		if s.Change != 0 {
			changed++
		}
	}
	head := render.Section{Lines: []string{
		fmt.Sprintf("Program %s at %s: of %s, %d would rise and %d would fall; %s would change.", h.program, day(h.asOf),
			plural(c.Mentors, "mentor", "mentors"), rise, len(c.Movers)-rise, plural(changed, "score", "scores")),
		"From " + from.ref + ": " + from.hash, "To " + to.ref + ": " + to.hash,
	}}
	sections := []render.Section{
		head, flowTable(c, names), moverTable(c, names, limit), nearTable(c, names, limit), scoreTable(c, changed, limit),
	}
	shown := sections[:1]
	for _, s := range sections[1:] {
		if len(s.Rows) > 0 || len(s.Lines) > 0 {
			shown = append(shown, s)
		}
	}
	return a.out.Print(render.Result{
		Document: c,
		Items: func(yield func(any) bool) {
			for i := range c.Movers {
				if !yield(&c.Movers[i]) {
					return
				}
			}
		},
		Sections: shown,
		Data:     moverData(c),
	})
}

// tierNames maps tiers to what the criteria call them, those of the last given first.
func tierNames(from, to *loadedCriteria) map[string]string {
	names := map[string]string{"": "no tier"}
	for _, c := range []*loadedCriteria{from, to} {
		for _, t := range c.doc.Tiers {
			names[t.ID] = t.Name
		}
	}
	return names
}

// flowTable shows how many go from each tier to each.
func flowTable(c *projections.Comparison, names map[string]string) render.Section {
	section := render.Section{Title: "Tiers", Columns: []render.Column{
		{Name: "from"}, {Name: "to"}, {Name: "mentors", Right: true}, {Name: "", Whole: true},
	}}
	for _, f := range c.Flow {
		change := ""
		if f.From != f.To {
			change = "change"
		}
		section.Rows = append(section.Rows, []string{names[f.From], names[f.To], thousands(int64(f.Count)), change})
	}
	return section
}

// moverTable shows everyone whose tier changes and the clause that decided it.
func moverTable(c *projections.Comparison, names map[string]string, limit int) render.Section {
	section := render.Section{Title: "Who would change tier", Columns: []render.Column{
		{Name: "mentor"}, {Name: "from"}, {Name: "to"}, {Name: "score", Right: true}, {Name: "then", Right: true},
		{Name: "decided by", Wrap: true}, {Name: "value", Whole: true},
	}}
	if len(c.Movers) == 0 {
		return render.Section{Lines: []string{"Nobody would change tier."}}
	}
	n := shorten(&section, len(c.Movers), limit)
	for _, m := range c.Movers[:n] {
		section.Rows = append(section.Rows, []string{nameOf(m.Name, m.Person.String()), names[m.From], names[m.To],
			m.ScoreFrom.String(), m.ScoreTo.String(), m.Clause, clauseValues(m.Clauses)})
	}
	return section
}

// clauseValues is what the clauses compare, in their order.
func clauseValues(clauses []projections.ClauseCheck) string {
	var values []string
	for _, c := range clauses {
		values = append(values, c.Value)
	}
	return strings.Join(values, ", ")
}

// nearTable shows those who just missed a tier.
func nearTable(c *projections.Comparison, names map[string]string, limit int) render.Section {
	section := render.Section{Title: "Who would just miss a tier", Columns: []render.Column{
		{Name: "mentor"}, {Name: "tier"}, {Name: "missing", Wrap: true},
	}}
	n := shorten(&section, len(c.NearMisses), limit)
	for _, m := range c.NearMisses[:n] {
		var missing []string
		for _, clause := range m.Clauses {
			missing = append(missing, clause.Missing)
		}
		section.Rows = append(section.Rows, []string{nameOf(m.Name, m.Person.String()), names[m.Tier],
			strings.Join(missing, "; ")})
	}
	return section
}

// scoreTable shows the greatest changes of score first.
func scoreTable(c *projections.Comparison, changed, limit int) render.Section {
	section := render.Section{Title: "Changes of score", Columns: []render.Column{
		{Name: "mentor"}, {Name: "score", Right: true}, {Name: "then", Right: true}, {Name: "change", Right: true},
	}}
	n := shorten(&section, changed, limit) // those without a change come last
	for _, s := range c.Scores[:n] {
		change := s.Change.String()
		if s.Change > 0 {
			change = "+" + change
		}
		section.Rows = append(section.Rows, []string{nameOf(s.Name, s.Person.String()), s.From.String(), s.To.String(),
			change})
	}
	return section
}

// shorten says how many of n lines to show, and tells the reader when that is not all.
func shorten(section *render.Section, n, limit int) int {
	if limit <= 0 || n <= limit {
		return n
	}
	section.Lines = []string{fmt.Sprintf("The first %d of %s; all with --limit 0.", limit, thousands(int64(n)))}
	return limit
}

// moverData is everyone who moves, for CSV.
func moverData(c *projections.Comparison) render.Section {
	section := render.Section{Columns: render.Columns("person", "name", "direction", "from", "to", "score_from",
		"score_to", "clause", "values")}
	for _, m := range c.Movers {
		section.Rows = append(section.Rows, []string{m.Person.String(), m.Name, m.Direction, m.From, m.To,
			m.ScoreFrom.String(), m.ScoreTo.String(), m.Clause, clauseValues(m.Clauses)})
	}
	return section
}

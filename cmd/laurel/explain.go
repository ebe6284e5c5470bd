package main

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain/criteria"
	"laurel/projections"
)

// explainShownMax is how many events of a measure people see unless they ask for more.
const explainShownMax = 5

func newExplain(a *app) *cobra.Command {
	var ref string
	var limit int
	var loses bool
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "explain PERSON --program SLUG [--criteria REF]",
		Short: "Say why a mentor stands where they stand, and what would change it",
		Long: `Say why a mentor stands where they stand: the tier, since when and by which event; each clause of each tier
with its value beside the threshold; the events that contributed, with their points; those that were left out, with
the reason; and what is missing for the next tier.

With --loses, say instead which single event, if it were voided, would lose the present tier: each that the tier can
depend on is voided on trial and the mentor evaluated without it, another mentor's events too where a credit is split.

With --to, say instead which further events would take the mentor to a tier: a smallest set, tried out with the
evaluator that computes standings. --by-time says by when, --only which types of events may be among them.

Nothing is recorded by any of this.

PERSON is an id, an e-mail address or a name.`,
		Example: `  laurel explain "Willow Kite" --program git --criteria sample
  laurel explain p0005@git.example --program git --criteria my.yaml --as-of 2016-01-01
  laurel explain p0005@git.example --program git --criteria sample -o json
  laurel explain "Willow Kite" --program git --criteria sample --loses
  laurel explain "Willow Kite" --program git --criteria sample --to champion --only SessionHeld,GoalMet`,
		Args:              args("PERSON"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			if err := reach.check(cmd, loses); err != nil {
				return err
			}
			ctx := cmd.Context()
			h, err := a.openHistory(ctx)
			if err != nil {
				return err
			}
			defer h.close()
			person, err := h.findMentor(given[0])
			if err != nil {
				return err
			}
			c, err := a.criteria(ctx, ref, h)
			if err != nil {
				return err
			}
			if reach.to != "" {
				return a.explainReach(h, c, person, &reach)
			}
			if loses {
				r, err := projections.Loses(h.facts, h.people, h.program, person, c.plan, h.asOf)
				if err != nil {
					return err
				}
				return a.printLosses(r, c.doc, limit)
			}
			e, err := projections.Explain(h.facts, h.people, h.program, person, c.plan, h.asOf)
			if err != nil {
				return err
			}
			return a.printExplanation(e, c.doc, limit)
		},
	}
	a.programFlag(cmd)
	a.criteriaFlag(cmd, &ref)
	cmd.Flags().IntVar(&limit, "limit", explainShownMax, "show at most `N` events of a measure in a table; 0 is all")
	cmd.Flags().BoolVar(&loses, "loses", false, "say which single event would lose the tier if it were voided")
	reach.add(cmd)
	return cmd
}

// printExplanation prints an explanation as the result of a command.
func (a *app) printExplanation(e *projections.Explanation, doc *criteria.Document, limit int) error {
	sections := []render.Section{
		explainHead(e, doc), explainTiers(e, doc), explainMeasures(e), explainHistory(e, doc),
		contributionTable("What counted", "points", e.Contributions, limit),
		contributionTable("What did not count", "reason", e.Excluded, limit),
		explainMissing(e, doc),
	}
	shown := sections[:0]
	for _, s := range sections {
		if len(s.Lines) > 0 || len(s.Rows) > 0 {
			shown = append(shown, s)
		}
	}
	return a.out.Print(render.Result{Document: e, Sections: shown, Data: explainData(e)})
}

// explainHead says where the mentor stands.
func explainHead(e *projections.Explanation, doc *criteria.Document) render.Section {
	standing := "holds no tier"
	if e.Tier != "" {
		standing = fmt.Sprintf("is %s since %s", tierName(doc, e.Tier), day(e.Since))
	}
	because := ""
	switch {
	case e.Since.IsZero():
	case e.Cause == "elapsed":
		because = " because time passed"
	default:
		because = " by event " + e.Cause
	}
	return render.Section{
		Title: fmt.Sprintf("%s %s%s", nameOf(e.Name, e.Person.String()), standing, because),
		Lines: []string{
			fmt.Sprintf("Score %s in program %s at %s.", e.Score, e.Program, e.AsOf.UTC().Format(time.RFC3339)),
			"Person " + e.Person.String() + ".",
			"Criteria " + e.Criteria + ", known up to " + e.Position + ".",
		},
	}
}

// explainTiers shows each clause of each tier with its value beside the threshold, the highest tier first.
func explainTiers(e *projections.Explanation, doc *criteria.Document) render.Section {
	section := render.Section{Title: "Tiers, the highest first", Columns: []render.Column{
		{Name: "tier"}, {Name: "state", Wrap: true}, {Name: "clause", Wrap: true}, {Name: "value", Right: true},
		{Name: "needed", Right: true}, {Name: "met", Whole: true},
	}}
	for i := len(e.Tiers) - 1; i >= 0; i-- {
		t := e.Tiers[i]
		state := "not met"
		switch {
		case t.Held && !t.Holds:
			state = "held, kept " + t.Kept
		case t.Kept != "" && !t.Holds:
			state = "kept " + t.Kept
		case t.Held:
			state = "held"
		case t.Holds:
			state = "met"
		}
		name := tierName(doc, t.ID)
		for _, c := range t.Clauses {
			section.Rows = append(section.Rows, []string{name, state, c.Text, c.Value, c.Threshold, yesNo(c.Holds)})
			name, state = "", ""
		}
	}
	return section
}

// explainMissing says what is missing for the next tier.
func explainMissing(e *projections.Explanation, doc *criteria.Document) render.Section {
	if e.NextTier == "" {
		return render.Section{Lines: []string{"There is no higher tier."}}
	}
	section := render.Section{Title: "Missing for " + tierName(doc, e.NextTier)}
	for _, m := range e.Missing {
		section.Lines = append(section.Lines, "  "+m)
	}
	if len(e.Missing) == 0 {
		section.Lines = []string{"  nothing"}
	}
	return section
}

func explainMeasures(e *projections.Explanation) render.Section {
	section := render.Section{Title: "Measures", Columns: []render.Column{{Name: "measure"}, {Name: "value", Right: true}}}
	for _, m := range e.Measures {
		section.Rows = append(section.Rows, []string{m.Name, m.Value.String()})
	}
	return section
}

func explainHistory(e *projections.Explanation, doc *criteria.Document) render.Section {
	section := render.Section{Title: "History", Columns: []render.Column{
		{Name: "at", Whole: true}, {Name: "from"}, {Name: "to"}, {Name: "cause", Whole: true},
	}}
	for _, h := range e.History {
		at := h.At.UTC().Format("2006-01-02 15:04") // to the minute: an id has to fit beside it
		section.Rows = append(section.Rows, []string{at, tierName(doc, h.From), tierName(doc, h.Tier), h.Cause})
	}
	return section
}

// contributionTable lists events with what they gave to a measure, or why they gave nothing. Of more than there is room
// for, the newest of each measure are shown.
func contributionTable(title, kind string, list []projections.Contribution, limit int) render.Section {
	section := render.Section{Title: title, Columns: []render.Column{
		{Name: "measure", Whole: true}, {Name: "at", Whole: true}, {Name: "type"}, {Name: "mentee"},
		{Name: kind, Right: kind == "points", Whole: true},
		{Name: "note", Wrap: true}, {Name: "event", Whole: true},
	}}
	hidden := 0
	for from := 0; from < len(list); {
		to := from
		for to < len(list) && list[to].Measure == list[from].Measure {
			to++
		}
		shown := to - from
		if limit > 0 {
			shown = min(shown, limit)
		}
		for i := range shown {
			c := list[to-1-i]
			value := c.Reason
			if kind == "points" {
				value = c.Points.String()
			}
			section.Rows = append(section.Rows, []string{c.Measure, day(c.At), c.Type, menteeOf(c), value, c.Note,
				c.Event.String()})
		}
		hidden += to - from - shown
		from = to
	}
	if hidden > 0 {
		section.Lines = []string{fmt.Sprintf("The newest of each measure; %s with --limit 0.",
			plural(hidden, "more", "more"))}
	}
	return section
}

// menteeOf is the mentee of a contribution, "" for one that has none.
func menteeOf(c projections.Contribution) string {
	if c.Mentee == (uuid.UUID{}) {
		return ""
	}
	return nameOf(c.MenteeName, c.Mentee.String())
}

// explainData is every event that counted or did not, for CSV.
func explainData(e *projections.Explanation) render.Section {
	section := render.Section{Columns: render.Columns("measure", "counted", "points", "reason", "at", "type", "mentee",
		"mentee_name", "event", "note")}
	for i, list := range [][]projections.Contribution{e.Contributions, e.Excluded} {
		for _, c := range list {
			mentee := ""
			if c.Mentee != (uuid.UUID{}) {
				mentee = c.Mentee.String()
			}
			section.Rows = append(section.Rows, []string{c.Measure, fmt.Sprint(i == 0), c.Points.String(), c.Reason,
				c.At.UTC().Format(time.RFC3339Nano), c.Type, mentee, c.MenteeName, c.Event.String(), c.Note})
		}
	}
	return section
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

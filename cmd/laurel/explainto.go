package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/projections"
)

// reachFlags are the flags that ask what would take a mentor to a tier.
type reachFlags struct {
	to, by string
	only   []string
}

func (f *reachFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.to, "to", "", "say which further events would reach the `TIER`")
	cmd.Flags().StringVar(&f.by, "by-time", "",
		fmt.Sprintf("reach it by `TIME`; within %d years if left out", projections.ReachYears))
	cmd.Flags().StringSliceVar(&f.only, "only", nil, "only events of these `TYPES`, such as SessionHeld,GoalMet")
	must(cmd.RegisterFlagCompletionFunc("to", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("by-time", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("only",
		cobra.FixedCompletions(factTypeNames(), cobra.ShellCompDirectiveNoFileComp)))
}

// check refuses flags that do not go together.
func (f *reachFlags) check(cmd *cobra.Command, loses bool) error {
	switch {
	case f.to != "" && loses:
		return usage("--to and --loses do not go together", "ask one after the other")
	case f.to == "" && cmd.Flags().Changed("to"):
		return usage("--to is empty", "name a tier, such as --to champion")
	case f.to == "" && (f.by != "" || len(f.only) > 0):
		return usage("--by-time and --only go with --to", "name the tier, such as --to champion")
	}
	for _, t := range f.only {
		if !slices.Contains(factTypeNames(), t) {
			return usage(fmt.Sprintf("--only %q is no type of event that criteria count", t),
				"one of "+strings.Join(factTypeNames(), ", "))
		}
	}
	return nil
}

func factTypeNames() []string {
	var names []string
	for _, t := range criteria.FactTypes() {
		names = append(names, string(t))
	}
	return names
}

// explainReach says which further events would take the mentor to a tier.
func (a *app) explainReach(h *history, c *loadedCriteria, person uuid.UUID, f *reachFlags) error {
	q := projections.ReachQuery{Tier: f.to}
	for _, t := range f.only {
		q.Only = append(q.Only, domain.EventType(t))
	}
	if f.by != "" {
		by, err := a.parseTime("--by-time", f.by)
		if err != nil {
			return err
		}
		if by.Before(h.asOf) {
			return usage(fmt.Sprintf("--by-time %s is before %s", f.by, h.asOf.UTC().Format(time.RFC3339)),
				"give a later time, or an earlier --as-of")
		}
		q.By = by
	}
	r, err := projections.Reaches(h.facts, h.people, h.program, person, c.plan, h.asOf, q)
	var noTier *projections.NoTierError
	if errors.As(err, &noTier) {
		return usage(fmt.Sprintf("--to %q is no tier of the criteria", f.to), "one of "+strings.Join(noTier.IDs, ", "))
	}
	if err != nil {
		return err
	}
	return a.printReach(r, c.doc)
}

// printReach prints which further events would reach a tier as the result of a command.
func (a *app) printReach(r *projections.Reach, doc *criteria.Document) error {
	sections := []render.Section{reachHead(r, doc)}
	if len(r.Events) > 0 {
		sections = append(sections, reachTable(r))
	}
	sections = append(sections, reachClauses(r, doc))
	return a.out.Print(render.Result{
		Document: r,
		Items: func(yield func(any) bool) {
			for i := range r.Events {
				if !yield(&r.Events[i]) {
					return
				}
			}
		},
		Sections: sections, Data: reachData(r),
	})
}

func reachHead(r *projections.Reach, doc *criteria.Document) render.Section {
	name, tier := nameOf(r.Name, r.Person.String()), tierName(doc, r.To)
	section := render.Section{Title: reachSentence(r, name, tier, doc)}
	switch {
	case r.Reached && len(r.Events) > 0 && r.Proven:
		section.Lines = append(section.Lines, "No smaller set of such events does: each was ruled out.")
	case r.Reached && len(r.Events) > 0:
		section.Lines = append(section.Lines, fmt.Sprintf(
			"Fewer than %d cannot do; between that and what was found, not every set was ruled out.", r.AtLeast))
	case !r.Reached && !r.Proven:
		section.Lines = append(section.Lines, fmt.Sprintf(
			"That does not say that none would: fewer than %d cannot do.", r.AtLeast))
	}
	s := r.Searched
	section.Lines = append(section.Lines,
		fmt.Sprintf("Searched: %s, %s and new ones, %s, up to %s; %s.", plural(s.Kinds, "kind of event", "kinds of events"),
			plural(s.Mentees, "mentee", "mentees"), plural(s.Instants, "instant", "instants"), day(r.By),
			plural(s.Evaluations, "evaluation", "evaluations")))
	for _, l := range s.Limits {
		section.Lines = append(section.Lines, "Limited: "+l+".")
	}
	section.Lines = append(section.Lines,
		fmt.Sprintf("Program %s at %s.", r.Program, r.AsOf.UTC().Format(time.RFC3339)),
		"Criteria "+r.Criteria+", known up to "+r.Position+".")
	return section
}

// reachSentence says what was found.
func reachSentence(r *projections.Reach, name, tier string, doc *criteria.Document) string {
	switch {
	case !r.Reached && r.Proven:
		return fmt.Sprintf("%s cannot be %s by %s with any number of such events", name, tier, day(r.By))
	case !r.Reached:
		return fmt.Sprintf("No set of events was found with which %s would be %s by %s", name, tier, day(r.By))
	case len(r.Events) == 0 && !r.ReachedAt.After(r.AsOf):
		return fmt.Sprintf("%s is %s already", name, tierName(doc, r.ReachedTier))
	case len(r.Events) == 0:
		return fmt.Sprintf("%s needs nothing but time to be %s, on %s", name, tierName(doc, r.ReachedTier), day(r.ReachedAt))
	}
	return fmt.Sprintf("%s would be %s on %s with %s", name, tierName(doc, r.ReachedTier), day(r.ReachedAt),
		plural(len(r.Events), "further event", "further events"))
}

func reachTable(r *projections.Reach) render.Section {
	section := render.Section{Columns: []render.Column{
		{Name: "at", Whole: true}, {Name: "type"}, {Name: "mentee"}, {Name: "with", Wrap: true},
	}}
	for _, e := range r.Events {
		section.Rows = append(section.Rows, []string{e.At.Format("2006-01-02 15:04"), e.Type, nameOf(e.MenteeName, e.Mentee),
			attributesText(e.Attributes)})
	}
	return section
}

func attributesText(attributes map[string]string) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		parts = append(parts, name+" "+attributes[name])
	}
	return strings.Join(parts, ", ")
}

// reachClauses shows the clauses before and after.
func reachClauses(r *projections.Reach, doc *criteria.Document) render.Section {
	if !r.Reached || r.ReachedTier != r.To {
		section := render.Section{Title: "What " + tierName(doc, r.To) + " needs", Columns: []render.Column{
			{Name: "clause", Wrap: true}, {Name: "now", Right: true}, {Name: "met", Whole: true},
		}}
		for _, c := range r.Before {
			section.Rows = append(section.Rows, []string{c.Text, c.Value, yesNo(c.Holds)})
		}
		return section
	}
	section := render.Section{Title: "What " + tierName(doc, r.To) + " needs", Columns: []render.Column{
		{Name: "clause", Wrap: true}, {Name: "now", Right: true}, {Name: "then", Right: true},
		{Name: "met then", Whole: true},
	}}
	for i, c := range r.Before {
		section.Rows = append(section.Rows, []string{c.Text, c.Value, r.After[i].Value, yesNo(r.After[i].Holds)})
	}
	return section
}

func reachData(r *projections.Reach) render.Section {
	section := render.Section{Columns: render.Columns("at", "type", "mentee", "mentee_name", "mentorship", "session",
		"attributes")}
	for _, e := range r.Events {
		section.Rows = append(section.Rows, []string{e.At.Format(time.RFC3339Nano), e.Type, e.Mentee, e.MenteeName,
			idText(e.Mentorship), idText(e.Session), attributesText(e.Attributes)})
	}
	return section
}

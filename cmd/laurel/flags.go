package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
)

const flagsLong = `List patterns in a program's history that a human should look at. A flag decides nothing: no score,
tier or award depends on one, and none says that somebody did wrong. Each comes with its numbers and the events on which
it rests.

  reciprocal   two people mentor each other
  ring         three to five people, each of whom mentors the next, and the last the first, within two years;
               not where fewer of them form a ring already, or two of them mentor each other
  burst        many sessions within a week, at least three times what the mentor usually holds, shortly before something
               ran out: without them a tier would have been lost then, or it would not have been reached any more,
               or they filled the bucket of a cap before it closed
  maximum      a rater who only ever gives the highest rating, where others rate the same mentors lower,
               or to three mentors or more
  one-mentee   a mentor above the lowest tier who would lose it, or 60 % of the score, without one of the mentees

Without --as-of, the time is the newest in the log. With --position, only events recorded up to there count.`

func newFlags(a *app) *cobra.Command {
	var ref, person string
	var kinds []string
	var limit int
	cmd := &cobra.Command{
		Use:   "flags --program SLUG [--criteria REF]",
		Short: "List patterns that a human should look at",
		Long:  flagsLong,
		Example: `  laurel flags --program git --criteria sample
  laurel flags --program git --kind burst,one-mentee -o json
  laurel flags --program git --person "Cobalt Jay" --as-of 2020-01-01`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			opt := projections.FlagOptions{}
			var err error
			if opt.Kinds, err = flagKinds(kinds); err != nil {
				return err
			}
			ctx := cmd.Context()
			h, err := a.openHistory(ctx)
			if err != nil {
				return err
			}
			defer h.close()
			if cmd.Flags().Changed("person") {
				if opt.Person, err = findPerson(h.people, person); err != nil {
					return err
				}
			}
			c, err := a.criteria(ctx, ref, h)
			if err != nil {
				return err
			}
			found := projections.FindFlags(h.facts, h.people, h.program, c.plan, h.asOf, opt)
			return a.printFlags(found, limit)
		},
	}
	a.programFlag(cmd)
	a.criteriaFlag(cmd, &ref)
	cmd.Flags().StringSliceVar(&kinds, "kind", nil, "only flags of these `KINDS`, such as burst")
	cmd.Flags().StringVar(&person, "person", "", "only flags that concern a `PERSON`: by id, e-mail or name")
	cmd.Flags().IntVar(&limit, "limit", 20, "show at most `N` flags of a kind in a table; 0 is all")
	must(cmd.RegisterFlagCompletionFunc("kind",
		cobra.FixedCompletions(flagKindNames(), cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("person", cobra.NoFileCompletions))
	return cmd
}

func flagKindNames() []string {
	var names []string
	for _, k := range projections.FlagKinds() {
		names = append(names, string(k))
	}
	return names
}

// flagKinds judges --kind.
func flagKinds(names []string) ([]projections.FlagKind, error) {
	var kinds []projections.FlagKind
	known := flagKindNames()
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, usage(fmt.Sprintf("unknown kind of flag %q", name),
				didYouMean(name, known, "one of "+strings.Join(known, ", ")))
		}
		kinds = append(kinds, projections.FlagKind(name))
	}
	return kinds, nil
}

// printFlags prints flags as the result of a command. Where the limit leaves some out of a table, it says so.
func (a *app) printFlags(found *projections.Flags, limit int) error {
	sections := []render.Section{{Lines: []string{
		fmt.Sprintf("Program %s at %s: %s to look at.", found.Program, day(found.AsOf),
			plural(len(found.Flags), "pattern", "patterns")),
		"Criteria " + found.Criteria + ", known up to " + found.Position + ".",
	}}}
	for _, l := range found.LeftOut {
		sections[0].Lines = append(sections[0].Lines, "Left out of "+l+".")
	}
	for _, c := range found.CutOff {
		sections[0].Lines = append(sections[0].Lines, "Not all "+c+".")
	}
	for _, kind := range projections.FlagKinds() {
		if s := flagTable(found, kind, limit); len(s.Rows) > 0 {
			sections = append(sections, s)
		}
	}
	return a.out.Print(render.Result{
		Document: found,
		Items: func(yield func(any) bool) {
			for i := range found.Flags {
				if !yield(&found.Flags[i]) {
					return
				}
			}
		},
		Sections: sections,
		Data:     flagData(found),
	})
}

// flagTitles say what the kinds are, above their tables.
var flagTitles = map[projections.FlagKind]string{
	projections.FlagReciprocal: "Two who mentor each other",
	projections.FlagRing:       "Rings",
	projections.FlagBurst:      "Many sessions just before an edge",
	projections.FlagMaximum:    "Raters who only give the highest rating",
	projections.FlagOneMentee:  "Standings that hang on one mentee",
}

// flagTable is what people see of the flags of a kind, each with its newest events.
func flagTable(found *projections.Flags, kind projections.FlagKind, limit int) render.Section {
	section := render.Section{Title: flagTitles[kind], Columns: []render.Column{
		{Name: "since", Whole: true}, {Name: "until", Whole: true}, {Name: "what", Wrap: true},
		{Name: "events", Right: true}, {Name: "the latest", Whole: true},
	}}
	total := 0
	for i := range found.Flags {
		g := &found.Flags[i]
		if g.Kind != kind {
			continue
		}
		if total++; limit > 0 && total > limit {
			continue
		}
		section.Rows = append(section.Rows, []string{day(g.Since), day(g.At), g.Text, thousands(int64(g.EvidenceTotal)),
			g.Evidence[0].String()})
	}
	shorten(&section, total, limit)
	return section
}

// flagData is every flag for CSV, with ids and whole times.
func flagData(found *projections.Flags) render.Section {
	section := render.Section{Columns: render.Columns("kind", "people", "names", "since", "at", "edge", "text", "numbers",
		"evidence_total", "evidence")}
	for i := range found.Flags {
		g := &found.Flags[i]
		var ids, names, numbers []string
		for _, p := range g.People {
			ids, names = append(ids, p.Person.String()), append(names, p.Name)
		}
		for _, n := range g.Numbers {
			numbers = append(numbers, n.Name+"="+n.Value.String())
		}
		edge := ""
		if !g.Edge.IsZero() {
			edge = g.Edge.Format(time.RFC3339Nano)
		}
		section.Rows = append(section.Rows, []string{string(g.Kind), strings.Join(ids, " "), strings.Join(names, "; "),
			g.Since.Format(time.RFC3339Nano), g.At.Format(time.RFC3339Nano), edge, g.Text, strings.Join(numbers, " "),
			strconv.Itoa(g.EvidenceTotal), joinIDs(g.Evidence)})
	}
	return section
}

func joinIDs(ids []uuid.UUID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return strings.Join(texts, " ")
}

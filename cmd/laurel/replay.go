package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain/criteria"
	"laurel/projections"
)

// workersMax bounds --workers.
const workersMax = 1024

func newReplay(a *app) *cobra.Command {
	var ref, packetFile string
	var workers, limit int
	cmd := &cobra.Command{
		Use:   "replay --program SLUG [--criteria REF] | --packet FILE.zip",
		Short: "Compute the standings: tier, score, measures and history of every mentor",
		Long: `Compute the standings of a program from its whole history: the tier, score and measures of every mentor, and
every change of tier with the event that caused it. The same log and criteria give the same result on every machine.

Without --as-of, the time is the newest in the log. With --position, only events recorded up to there count.

With --packet, check an audit packet that "laurel awards packet" or the server wrote, without any log: compute its
standings, awards and audit again from its events and criteria, compare every file of it byte for byte, and name each
that differs. The exit status is 1 when the packet does not hold.`,
		Example: `  laurel replay --program git --criteria sample
  laurel replay --program git --criteria my.yaml --as-of 2020-01-01 -o json
  laurel replay --program git --limit 10`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkSizes(workers, limit); err != nil {
				return err
			}
			ctx := cmd.Context()
			if packetFile != "" {
				for _, flag := range []string{"program", "criteria", "as-of", "position", "limit"} {
					if cmd.Flags().Changed(flag) {
						return usage("--packet and --"+flag+" do not go together", "a packet says itself what it is of")
					}
				}
				return a.checkPacket(ctx, packetFile, workers)
			}
			h, err := a.openHistory(ctx)
			if err != nil {
				return err
			}
			defer h.close()
			c, err := a.criteria(ctx, ref, h)
			if err != nil {
				return err
			}
			s := projections.NewStandings(h.facts, h.people, h.program, c.plan, h.asOf, workers)
			return a.printStandings(s, c.doc, limit, "--limit 0")
		},
	}
	a.programFlag(cmd)
	a.criteriaFlag(cmd, &ref)
	cmd.Flags().StringVar(&packetFile, "packet", "", "check the audit packet in `FILE`, without a log")
	cmd.Flags().IntVar(&workers, "workers", 0, "compute with `N` workers; 0 is one a core; the result is the same")
	cmd.Flags().IntVar(&limit, "limit", 0, "only the first `N` mentors; 0 is all")
	return cmd
}

// checkSizes judges --workers and --limit.
func checkSizes(workers, limit int) error {
	if workers < 0 || workers > workersMax {
		return usage(fmt.Sprintf("--workers %d is out of range", workers),
			fmt.Sprintf("use 0 (one a core) to %d", workersMax))
	}
	if limit < 0 {
		return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
	}
	return nil
}

// criteriaFlag adds --criteria to a command.
func (a *app) criteriaFlag(cmd *cobra.Command, ref *string) {
	cmd.Flags().StringVar(ref, "criteria", refActive,
		"the criteria `REF`: active, sample, the first digits of a hash, or a file")
	must(cmd.RegisterFlagCompletionFunc("criteria", completeRef))
}

// completeRef completes a REF: the two words, and files.
func completeRef(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{refActive, refSample}, cobra.ShellCompDirectiveDefault
}

// printStandings prints standings as the result of a command. Where the limit leaves some out, it says what shows all.
func (a *app) printStandings(s *projections.Standings, doc *criteria.Document, limit int, all string) error {
	summary := tierSummary(s, doc)
	total := len(s.Mentors)
	if limit > 0 && limit < total {
		s.Mentors = s.Mentors[:limit]
	}
	lines := []string{fmt.Sprintf("Program %s at %s: %s from %s.", s.Program, day(s.AsOf),
		plural(total, "mentor", "mentors"), plural(s.Events, "event", "events"))}
	sections := []render.Section{{Lines: append(lines, "Criteria "+s.Criteria+", known up to "+s.Position+".")}, summary,
		standingsTable(s, doc)}
	if err := a.out.Print(render.Result{
		Document: s,
		Items: func(yield func(any) bool) {
			for i := range s.Mentors {
				if !yield(&s.Mentors[i]) {
					return
				}
			}
		},
		Sections: sections,
		Data:     standingsData(s, doc),
	}); err != nil {
		return err
	}
	if a.out.ForPeople() && len(s.Mentors) < total {
		a.note("%s more; see all with %s", plural(total-len(s.Mentors), "mentor", "mentors"), all)
	}
	return nil
}

// tierSummary counts who holds which tier, the highest first.
func tierSummary(s *projections.Standings, doc *criteria.Document) render.Section {
	held := map[string]int{}
	for i := range s.Mentors {
		held[s.Mentors[i].Tier]++
	}
	section := render.Section{Columns: []render.Column{{Name: "tier"}, {Name: "mentors", Right: true}}}
	for i := len(doc.Tiers) - 1; i >= 0; i-- {
		section.Rows = append(section.Rows, []string{doc.Tiers[i].Name, thousands(int64(held[doc.Tiers[i].ID]))})
	}
	if held[""] > 0 {
		section.Rows = append(section.Rows, []string{"no tier", thousands(int64(held[""]))})
	}
	return section
}

// standingsTable is what people see of the standings.
func standingsTable(s *projections.Standings, doc *criteria.Document) render.Section {
	section := render.Section{Columns: []render.Column{
		{Name: "#", Right: true}, {Name: "mentor"}, {Name: "tier"}, {Name: "since", Whole: true},
		{Name: "score", Right: true},
	}}
	for _, m := range doc.Measures {
		section.Columns = append(section.Columns, render.Column{Name: m.Name, Right: true})
	}
	for i := range s.Mentors {
		m := &s.Mentors[i]
		row := []string{fmt.Sprint(i + 1), nameOf(m.Name, m.Person.String()), tierName(doc, m.Tier), since(m),
			projections.FormatMilli(m.Score)}
		for _, v := range m.Measures {
			row = append(row, projections.FormatMilli(v.Value))
		}
		section.Rows = append(section.Rows, row)
	}
	return section
}

// standingsData is the same for CSV, with ids and whole times.
func standingsData(s *projections.Standings, doc *criteria.Document) render.Section {
	section := render.Section{Columns: render.Columns("person", "name", "tier", "since", "cause", "score")}
	for _, m := range doc.Measures {
		section.Columns = append(section.Columns, render.Column{Name: m.Name})
	}
	for i := range s.Mentors {
		m := &s.Mentors[i]
		at, cause := "", ""
		if n := len(m.History); n > 0 {
			at, cause = m.History[n-1].At.Format(time.RFC3339Nano), m.History[n-1].Cause
		}
		row := []string{m.Person.String(), m.Name, m.Tier, at, cause, projections.FormatMilli(m.Score)}
		for _, v := range m.Measures {
			row = append(row, projections.FormatMilli(v.Value))
		}
		section.Rows = append(section.Rows, row)
	}
	return section
}

// since is the day of the last change of tier.
func since(m *projections.Standing) string {
	if len(m.History) == 0 {
		return ""
	}
	return day(m.History[len(m.History)-1].At)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// nameOf is a person's name, or the id of one without a name.
func nameOf(name, id string) string {
	if name == "" {
		return id
	}
	return name
}

// tierName is how a document calls a tier.
func tierName(doc *criteria.Document, id string) string {
	for _, t := range doc.Tiers {
		if t.ID == id {
			return t.Name
		}
	}
	if id == "" {
		return "–"
	}
	return id
}

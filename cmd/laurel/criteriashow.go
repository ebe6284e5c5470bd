package main

import (
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
)

func newCriteriaShow(a *app) *cobra.Command {
	var record bool
	var limit int
	cmd := &cobra.Command{
		Use:   "show REF",
		Short: "Print criteria, or with --record what happened to them",
		Long: `Print the document of criteria. With --record, print what happened to it instead: who proposed it with
which report, who approved it, when it was activated; in JSON, whole reports and the document too.`,
		Example: `  laurel criteria show sample
  laurel criteria show active --program git
  laurel criteria show 3f6c --record -o json`,
		Args:              args("REF"),
		ValidArgsFunction: completeRef,
		RunE: func(cmd *cobra.Command, given []string) error {
			if err := checkSizes(0, limit); err != nil {
				return err
			}
			c, err := a.criteriaOutsideReplay(cmd.Context(), given[0])
			if err != nil {
				return err
			}
			if record {
				return a.showRecord(cmd, c, limit)
			}
			return a.showDocument(c)
		},
	}
	a.programFlag(cmd)
	cmd.Flags().BoolVar(&record, "record", false, "print proposal, approvals and activations")
	cmd.Flags().IntVar(&limit, "limit", compareShownMax, "show at most `N` lines of a list in a table; 0 is all")
	return cmd
}

func (a *app) showDocument(c *loadedCriteria) error {
	if a.out.ForPeople() {
		return a.out.Text(string(c.text))
	}
	return a.out.Print(render.Result{
		Document: struct {
			Criteria string `json:"criteria"`
			Program  string `json:"program"`
			Title    string `json:"title,omitempty"`
			Document string `json:"document"`
		}{c.hash, c.doc.Program, c.doc.Title, string(c.text)},
		Data: render.Section{
			Columns: render.Columns("criteria", "program", "title", "document"),
			Rows:    [][]string{{c.hash, c.doc.Program, c.doc.Title, string(c.text)}},
		},
	})
}

// showRecord prints what the log says about a document.
func (a *app) showRecord(cmd *cobra.Command, c *loadedCriteria, limit int) error {
	d, err := a.openRecords(cmd.Context())
	if err != nil {
		return err
	}
	defer d.close()
	d.program = c.doc.Program
	record, ok := d.governance.Record(d.program, c.hash, d.asOf)
	if !ok {
		return badInput("show criteria", shortHash(c.hash), "the log does not hold them at "+timeOrNone(d.asOf),
			"propose them with `laurel criteria propose`, or choose another --as-of or --position")
	}
	return a.printRecord(d, &record, limit)
}

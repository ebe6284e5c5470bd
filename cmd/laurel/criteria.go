package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain/criteria"
)

func newCriteria(a *app) *cobra.Command {
	return group("criteria", "Write, check, compare, propose and activate criteria",
		`Criteria say what counts as good mentoring and what earns a tier. They are a YAML file; start from the bundled one
with "laurel criteria init", change it, and see with "laurel criteria diff" what that would do to everyone.

Criteria come into force in three steps, each recorded: somebody proposes them, somebody else approves them, and they
are activated from a time on.`,
		newCriteriaInit(a), newCriteriaCheck(a), newCriteriaSchema(a), lookBack(newCriteriaShow(a)),
		lookBack(newCriteriaDiff(a)), lookBack(newCriteriaList(a)), newCriteriaPropose(a), newCriteriaApprove(a),
		newCriteriaActivate(a), newCriteriaRollback(a), newCriteriaWithdraw(a))
}

func newCriteriaInit(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write the bundled sample criteria to start from",
		Long: `Write the bundled sample criteria, with comments, to FILE (criteria.yaml). A file that is there is never
overwritten.`,
		Example: `  laurel criteria init my.yaml
  laurel criteria diff sample my.yaml --program git`,
		Args: args("[FILE]"),
		RunE: func(_ *cobra.Command, given []string) error {
			path := "criteria.yaml"
			if len(given) == 1 {
				path = given[0]
			}
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return badInput("write criteria", path, "it is there already", "name another file")
			}
			if err != nil {
				return fmt.Errorf("write criteria: %w", err)
			}
			_, err = f.Write(sampleCriteria)
			if err := errors.Join(err, f.Close()); err != nil {
				return errors.Join(fmt.Errorf("write criteria: %w", err), os.Remove(path))
			}
			a.note("Wrote %s. Change it, then:\n  laurel criteria check %[1]s\n  laurel criteria diff sample %[1]s", path)
			return nil
		},
	}
}

// finding is a diagnostic in JSON.
type finding struct {
	Severity string `json:"severity"`
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

func newCriteriaCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE...",
		Short: "Check criteria files",
		Long: `Check criteria files: each mistake is named with its line and column and with what would be right. Warnings
name what is allowed but can hardly be meant, such as a tier that nobody can reach; they do not change the exit
status.`,
		Example: `  laurel criteria check my.yaml
  laurel criteria check -o json criteria/*.yaml`,
		Args: func(cmd *cobra.Command, given []string) error {
			if len(given) == 0 {
				return usage(subject(cmd)+" needs a FILE", "as in "+cmd.CommandPath()+" my.yaml")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, given []string) error {
			return a.checkCriteria(given)
		},
	}
}

// checkCriteria checks files. What is wrong goes to standard error, a line each, unless the output is for a program.
func (a *app) checkCriteria(paths []string) error {
	type report struct {
		File     string    `json:"file"`
		OK       bool      `json:"ok"`
		Criteria string    `json:"criteria,omitempty"`
		Findings []finding `json:"findings"`
	}
	var reports []report
	var lines []string
	var rows [][]string
	var all criteria.Diagnostics
	for _, path := range paths {
		text, err := readLimited(path, criteriaBytesMax)
		if err != nil {
			return err
		}
		doc, findings := criteria.Parse(path, text)
		r := report{File: path, OK: !findings.HasErrors(), Findings: []finding{}}
		if r.OK {
			r.Criteria = doc.Hash()
			lines = append(lines, fmt.Sprintf("%s is right: program %s, %s, %s, %s", path, doc.Program,
				plural(len(doc.Measures), "measure", "measures"), plural(len(doc.Tiers), "tier", "tiers"), r.Criteria))
		}
		for _, d := range findings {
			r.Findings = append(r.Findings, finding{string(d.Severity), d.File, d.Place.Line, d.Place.Column, d.Path, d.Message,
				d.Hint})
			rows = append(rows, []string{string(d.Severity), d.File, fmt.Sprint(d.Place.Line), fmt.Sprint(d.Place.Column),
				d.Path, d.Message, d.Hint})
			if d.Severity == criteria.SeverityWarning && r.OK {
				lines = append(lines, d.String())
			}
		}
		if !r.OK {
			all = append(all, findings...)
		}
		reports = append(reports, r)
	}
	result := render.Result{
		Document: reports,
		Items: func(yield func(any) bool) {
			for _, r := range reports {
				if !yield(r) {
					return
				}
			}
		},
		Sections: []render.Section{{Lines: lines}},
		Data: render.Section{Columns: render.Columns("severity", "file", "line", "column", "path", "message", "hint"),
			Rows: rows},
	}
	if len(reports) == 1 {
		result.Document = reports[0]
	}
	if err := a.out.Print(result); err != nil {
		return err
	}
	if !all.HasErrors() {
		return nil
	}
	if a.out.ForPeople() {
		return &findingsError{all}
	}
	return all.Err()
}

func newCriteriaSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of criteria files",
		Long: `Print the JSON Schema of criteria files. Editors use it to complete and check them: with the YAML language
server, save it and begin your criteria with a line

  # yaml-language-server: $schema=criteria.schema.json`,
		Example: `  laurel criteria schema > criteria.schema.json`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// A format that the settings prefer is none that was asked of this command.
			if f := a.out.Format(); cmd.Flags().Changed("output") && (f == render.CSV || f == render.JSONL) {
				return usage(fmt.Sprintf("%s cannot be printed as %s", subject(cmd), a.cfg.output),
					"a schema is one JSON document; leave -o out")
			}
			return a.out.Text(string(criteria.Schema()))
		},
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
)

// problemsShownMax is how many problems of an import are listed one by one.
const problemsShownMax = 20

func newImport(a *app) *cobra.Command {
	return group("import", "Import a history into the log",
		`Import a history into the log. The store is made when it is not there. Importing the same source again adds
nothing, and importing a longer one adds only what is new; an import that was interrupted goes on when it runs again.`,
		newImportGit(a), newImportJSONL(a), newImportCSV(a))
}

// importOutcome is what an import did, whatever its source.
type importOutcome struct {
	Source       string         `json:"source"`
	DryRun       bool           `json:"dry_run,omitempty"`
	Items        int            `json:"items"`
	Appended     int            `json:"appended"`
	ByType       map[string]int `json:"by_type"`
	AlreadyThere int            `json:"already_there"`
	Rejected     int            `json:"rejected"`
	Skipped      int            `json:"skipped"`
	Position     string         `json:"position"`
}

func newOutcome(source string, r eventstore.IngestReport, dryRun bool) importOutcome {
	o := importOutcome{
		Source: source, DryRun: dryRun, Items: r.Items, Appended: r.AppendedTotal(), ByType: map[string]int{},
		AlreadyThere: r.AlreadyThere, Rejected: r.Rejected, Position: r.Position.String(),
	}
	for t, n := range r.Appended {
		o.ByType[string(t)] = n
	}
	return o
}

// printOutcome prints what an import did as the result of the command.
func (a *app) printOutcome(o importOutcome) error {
	verb := "imported"
	if o.DryRun {
		verb = "would be imported"
	}
	var counts []string
	var rows [][]string
	for _, t := range slices.Sorted(maps.Keys(o.ByType)) {
		counts = append(counts, fmt.Sprintf("%s %s", thousands(int64(o.ByType[t])), t))
		rows = append(rows, []string{t, fmt.Sprint(o.ByType[t])})
	}
	line := fmt.Sprintf("%s %s", plural(o.Appended, "event", "events"), verb)
	if len(counts) > 0 {
		line += ": " + strings.Join(counts, ", ")
	}
	lines := []string{line + "."}
	if o.AlreadyThere > 0 {
		there := plural(o.AlreadyThere, "event was", "events were") + " already there"
		if o.Appended > 0 {
			there += ", from before or from an earlier line"
		}
		lines = append(lines, there+".")
	}
	return a.out.Print(render.Result{
		Document: o,
		Sections: []render.Section{{Lines: lines}},
		Data:     render.Section{Columns: render.Columns("type", "events"), Rows: rows},
	})
}

// openSource opens a file to import; what is the command, for messages.
func (a *app) openSource(what, path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = badInput(what, path, "it is a directory", "name a file in it")
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// programToImport checks --program of a command that needs one, which need not be in the log yet.
func (a *app) programToImport(cmd *cobra.Command) (domain.Slug, error) {
	if a.cfg.program == "" {
		return "", usage(subject(cmd)+" needs --program", "such as --program git")
	}
	slug, err := domain.ParseSlug(a.cfg.program)
	if err != nil {
		return "", badInput("--program", a.cfg.program, err.Error(), "")
	}
	return slug, nil
}

// ingestOptions are the options of every import, with its progress.
func ingestOptions(progress *render.Progress) eventstore.IngestOptions {
	last := 0
	return eventstore.IngestOptions{Progress: func(r eventstore.IngestReport) {
		progress.Add(int64(r.Items - last))
		last = r.Items
	}}
}

// sourceFault makes an error of a source that could not be read at all bad input, and leaves the others as they are.
func sourceFault(err error, what, where string) error {
	var own *cliError
	if err == nil || eventstore.CodeOf(err) != "" || domain.ErrorCode(err) != "" || errors.As(err, &own) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return badInput(what, where, oneLine(err.Error()), "")
}

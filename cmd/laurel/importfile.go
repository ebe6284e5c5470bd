package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"laurel/adapters/jsonl"
	"laurel/eventstore"
)

// fileImport holds the flags that imports of files share.
type fileImport struct {
	dryRun   bool
	rejected string
}

func (f *fileImport) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "check everything and record nothing")
	cmd.Flags().StringVar(&f.rejected, "rejected", "", "write a copy of what is rejected to `FILE` (by default, beside the input)")
}

func newImportJSONL(a *app) *cobra.Command {
	var flags fileImport
	cmd := &cobra.Command{
		Use:   "jsonl FILE",
		Short: "Import events from a file with one JSON object a line",
		Long: `Import events from a file with one JSON object a line, such as

  {"type":"SessionHeld","stream":"mentorship-0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21",
   "id":"5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11","occurred_at":"2026-03-01T10:00:00Z",
   "actor":"import:crm","source":"crm","data":{"channel":"call"}}

(on one line). Required are type, stream and occurred_at. What "laurel log show -o jsonl" prints can be imported again.

FILE may be compressed (.gz), or - for standard input. A line that cannot be recorded is written to the rejects with its
number and the reason; the others are imported, and the exit status is 1. The rejects are a copy of those lines,
personal fields included, that only their owner may read.`,
		Example: `  laurel import jsonl events.jsonl
  laurel log show --limit 0 -o jsonl --store file:other | laurel import jsonl -`,
		Args: args("FILE"),
		RunE: func(cmd *cobra.Command, given []string) error {
			name := given[0]
			source, err := a.openFile("import jsonl", name)
			if err != nil {
				return err
			}
			defer source.Close()
			store, err := a.openToImport(flags.dryRun)
			if err != nil {
				return err
			}
			rejectsName := flags.rejected
			if rejectsName == "" {
				rejectsName = jsonl.RejectsName(name)
			}
			rejects := jsonl.NewRejectsFile(rejectsName)
			progress := a.progress("Importing", "events", 0)
			options := ingestOptions(progress)
			options.DryRun = flags.dryRun
			report, err := jsonl.Import(cmd.Context(), store, source, name, rejects.Add, options)
			progress.Done()
			written, closeErr := rejects.Close()
			if err := errors.Join(err, closeErr, store.Close()); err != nil {
				return sourceFault(err, "import jsonl", "")
			}
			return a.fileOutcome("jsonl", name, written, report.IngestReport, flags.dryRun)
		},
	}
	flags.register(cmd)
	return cmd
}

// openFile opens a file to import, for the command that messages name: standard input for "-", unpacked if its name ends in .gz.
func (a *app) openFile(what, name string) (io.ReadCloser, error) {
	if name == jsonl.Stdin {
		return io.NopCloser(a.stdin), nil
	}
	f, err := a.openSource(what, name)
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return f, err
	}
	return unzip(f, name)
}

// openToImport opens the store to import into. A dry run makes none and changes none.
func (a *app) openToImport(dryRun bool) (eventstore.Store, error) {
	if !dryRun {
		return a.openToWrite()
	}
	store, err := a.openToRead()
	var own *cliError
	if errors.As(err, &own) && own.what == noStore {
		return eventstore.NewMemory(), nil
	}
	return store, err
}

// fileOutcome prints what an import of a file did. Rejected items make it fail, in one line that names the first.
func (a *app) fileOutcome(kind, name, rejects string, report eventstore.IngestReport, dryRun bool) error {
	if err := a.printOutcome(newOutcome(kind+":"+name, report, dryRun)); err != nil {
		return err
	}
	if report.Rejected == 0 {
		return nil
	}
	where, wrong := name, plural(report.Rejected, "item was", "items were")+" rejected"
	if len(report.Rejections) > 0 {
		first := slices.MinFunc(report.Rejections, func(a, b eventstore.Rejection) int { return a.Place.Line - b.Place.Line })
		where, wrong = first.Place.String(), oneLine(first.Err.Error())
		if more := report.Rejected - 1; more > 0 {
			wrong += fmt.Sprintf("; and %s rejected", plural(more, "item more was", "items more were"))
		}
	}
	advice := "everything else is imported; mend it and import the file again"
	if dryRun {
		advice = "everything else would be imported"
	}
	if rejects != "" {
		advice = "see " + rejects + "; " + advice
	}
	return failed("import "+kind, where, wrong, advice)
}

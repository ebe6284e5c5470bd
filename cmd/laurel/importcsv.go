package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"laurel/adapters/csvfile"
)

const profileBytesMax = 1 << 20

func newImportCSV(a *app) *cobra.Command {
	var flags fileImport
	var profilePath string
	cmd := &cobra.Command{
		Use:   "csv FILE --profile FILE",
		Short: "Import events from a table by a profile of its columns",
		Long: `Import events from a table that another system exported. The profile says what its columns mean, such as

  apiVersion: laurel/v1
  kind: CSVProfile
  source: hr                         # part of every id: the same row gives the same event
  delimiter: ";"
  dates: {formats: [DD.MM.YYYY], timezone: Europe/Berlin}
  key: [Nr]                          # the columns that tell rows apart
  type: PromotionRecorded
  occurred_at: Date                  # a column
  stream: {person: {email: E-mail, name: Name}}
  fields: {levels: {column: Levels, default: 1}, attested: true}

A row that cannot be recorded is written to the rejects with its line and the reason; the others are imported, and the
exit status is 1. The rejects are a copy of those rows, personal fields included, that only their owner may read.
Importing a file again adds nothing.`,
		Example: `  laurel import csv promotions.csv --profile hr.yaml --dry-run
  laurel import csv promotions.csv --profile hr.yaml --rejected wrong.csv`,
		Args: args("FILE"),
		RunE: func(cmd *cobra.Command, given []string) error {
			if profilePath == "" {
				return usage(subject(cmd)+" needs --profile",
					"it says what the columns mean; see "+cmd.CommandPath()+" --help")
			}
			text, err := readLimited(profilePath, profileBytesMax)
			if err != nil {
				return err
			}
			profile, err := csvfile.ParseProfile(profilePath, text)
			if err != nil {
				return profileFault(err)
			}
			return a.importCSV(cmd, given[0], profile, flags)
		},
	}
	flags.register(cmd)
	cmd.Flags().StringVar(&profilePath, "profile", "", "`FILE` that says what the columns mean")
	must(cmd.MarkFlagFilename("profile", "yaml", "yml"))
	return cmd
}

// profileFault names the first mistake in a profile, and how many more there are.
func profileFault(err error) error {
	all, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return badInput("read profile", err.Error(), "", "see `laurel import csv --help`")
	}
	mistakes := all.Unwrap()
	more := ""
	if n := len(mistakes) - 1; n > 0 {
		more = "and " + plural(n, "mistake more", "mistakes more")
	}
	return badInput("read profile", mistakes[0].Error(), more, "see `laurel import csv --help`")
}

func (a *app) importCSV(cmd *cobra.Command, name string, profile *csvfile.Profile, flags fileImport) error {
	source, err := a.openFile("import csv", name)
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
		rejectsName = csvfile.RejectsName(name)
	}
	rejects := csvfile.NewRejects(rejectsName)
	progress := a.progress("Importing", "rows", 0)
	options := ingestOptions(progress)
	options.DryRun = flags.dryRun
	report, err := csvfile.Import(cmd.Context(), store, source, name, profile, rejects, options)
	progress.Done()
	written, closeErr := rejects.Close()
	if closeErr != nil {
		closeErr = fmt.Errorf("write rejected rows: %w", closeErr)
	}
	if err := errors.Join(err, closeErr, store.Close()); err != nil {
		return sourceFault(err, "import csv", "")
	}
	return a.fileOutcome("csv", name, written, report.IngestReport, flags.dryRun)
}

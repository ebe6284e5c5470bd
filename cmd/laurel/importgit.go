package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"laurel/adapters/gitlog"
	"laurel/domain"
	"laurel/eventstore"
)

func newImportGit(a *app) *cobra.Command {
	var repo, log string
	var lenient bool
	cmd := &cobra.Command{
		Use:   "git [--repo DIR | --log FILE] --program SLUG",
		Short: "Import mentorship from the trailers of a Git history",
		Long: `Import mentorship from a Git history: the trailers Mentored-by, Helped-by and Reviewed-by become sessions,
and more. The history is that of the repository DIR (the working directory by default), or a log saved with

  ` + gitlog.Command + ` > FILE

which gives the same events. FILE may be compressed (.gz), or - for standard input. A trailer counts wherever in the
message it stands; lines after it that begin with white space go on with it. One that cannot be read
is reported with its commit and skipped; the rest is imported, and the exit status is 1, or 0 with --lenient.`,
		Example: `  laurel import git --program git
  laurel import git --repo ../linux --program linux
  laurel import git --log git.log --program git --lenient`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			program, err := a.programToImport(cmd)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("repo") && cmd.Flags().Changed("log") {
				return usage("--repo and --log exclude each other", "leave one of them out")
			}
			ctx := cmd.Context()
			source, name, err := a.openGit(ctx, repo, log, cmd.Flags().Changed("log"))
			if err != nil {
				return err
			}
			// What cannot be read at all is refused before a store is made for it.
			parsed, err := gitlog.Parse(source)
			if err := errors.Join(err, source.Close()); err != nil {
				return sourceFault(err, "import git", name)
			}
			store, err := a.openToWrite()
			if err != nil {
				return err
			}
			report, err := a.importGit(ctx, store, parsed, program, name)
			if err := errors.Join(err, store.Close()); err != nil {
				return fmt.Errorf("import git: %s: %w", name, err)
			}
			return a.gitOutcome(name, parsed, report, lenient)
		},
	}
	cmd.Flags().StringVar(&repo, "repo", ".", "the repository in `DIR`")
	cmd.Flags().StringVar(&log, "log", "", "the git log saved in `FILE`")
	cmd.Flags().BoolVar(&lenient, "lenient", false, "exit with status 0 although trailers were skipped")
	cmd.Flags().String("program", "", "the program that the history belongs to, by its `SLUG`")
	must(cmd.RegisterFlagCompletionFunc("program", cobra.NoFileCompletions))
	return cmd
}

// importGit records what a git log gives for a program.
func (a *app) importGit(
	ctx context.Context, store eventstore.Store, log *gitlog.Log, program domain.Slug, name string,
) (eventstore.IngestReport, error) {
	known, err := gitlog.Load(ctx, store, program, log)
	if err != nil {
		return eventstore.IngestReport{}, err
	}
	progress := a.progress("Importing", "events", 0)
	defer progress.Done()
	return eventstore.Ingest(ctx, store, gitlog.Items(log, program, name, known), ingestOptions(progress))
}

// openGit opens the log that the flags name.
func (a *app) openGit(ctx context.Context, repo, log string, fromFile bool) (io.ReadCloser, string, error) {
	if !fromFile {
		r, err := gitlog.Repo(ctx, repo)
		return r, repo, sourceFault(err, "import git", repo)
	}
	f, err := a.openFile("import git", log)
	return f, log, err
}

// unzip reads a file that is compressed by gzip.
func unzip(f io.ReadCloser, name string) (io.ReadCloser, error) {
	z, err := gzip.NewReader(f)
	if err != nil {
		wrong := badInput("read file", name, "it is not compressed by gzip", "take .gz off its name")
		return nil, errors.Join(wrong, f.Close())
	}
	return unzipped{z, f}, nil
}

// unzipped reads a compressed file.
type unzipped struct {
	*gzip.Reader
	file io.Closer
}

// Close closes the file; what was wrong with its compression, reading has told already.
func (u unzipped) Close() error { return u.file.Close() }

// Read reads on, and says so where the file was cut off.
func (u unzipped) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("the compressed file ends too early: it was cut off; fetch it again")
	case err != nil && err != io.EOF:
		err = fmt.Errorf("the compressed file is damaged (%w); fetch it again", err)
	}
	return n, err
}

// gitOutcome prints what an import from git did, and what it skipped: a single item in one line, several in a line each
// with their number at the end.
func (a *app) gitOutcome(name string, log *gitlog.Log, report eventstore.IngestReport, lenient bool) error {
	var skipped []string
	for _, problem := range log.Problems {
		skipped = append(skipped, name+": "+problem.String())
	}
	for _, r := range report.Rejections {
		skipped = append(skipped, r.String())
	}
	o := newOutcome("git:"+name, report, false)
	o.Skipped = len(log.Problems)
	if err := a.printOutcome(o); err != nil {
		return err
	}
	count := len(log.Problems) + report.Rejected
	var end error
	switch {
	case count == 0:
		return nil
	case count == 1:
		end = failed("import git", skipped[0], "it is skipped and the rest is imported",
			"correct it at the source and import again")
	default:
		for _, line := range skipped[:min(len(skipped), problemsShownMax)] {
			a.warn("import git: %s", line)
		}
		end = failed("import git", name, plural(count, "item", "items")+" skipped, the rest is imported",
			"correct them at the source and import again")
	}
	if !lenient {
		return end
	}
	a.warn("%v", end)
	return nil
}

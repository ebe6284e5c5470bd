package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"laurel/adapters/gitlog"
	"laurel/projections"
)

// demoProgram is the program of the bundled history, and demoMentorsShown how many of its mentors are listed.
const (
	demoProgram      = "git"
	demoMentorsShown = 15
)

func newDemo(a *app) *cobra.Command {
	var file, keep string
	var serve bool
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Turn the bundled history of the Git project into standings",
		Long: `Import the bundled history into a temporary store, and print the standings under the bundled criteria. The
history is real: eighteen years of who mentored, helped and reviewed whom in the Git project, with people under
pseudonyms.

With --criteria FILE, print instead who would gain and lose what if the criteria in FILE replaced the bundled ones.

On a terminal, or with --serve, it then goes on: criteria are approved, awards decided and reviewed, feedback given, and
a server shows all of it at 127.0.0.1:8080 until it is stopped.`,
		Example: `  laurel demo
  laurel criteria init my.yaml && laurel demo --criteria my.yaml
  laurel demo --keep laurel-data`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("store") {
				return usage("demo has a store of its own", "keep it with --keep DIR")
			}
			if !cmd.Flags().Changed("serve") {
				serve = file == "" && a.terminal().Width > 0 && a.out.ForPeople()
			}
			return a.demo(cmd.Context(), file, keep, serve, &o)
		},
	}
	cmd.Flags().StringVar(&file, "criteria", "", "compare the criteria in `FILE` with the bundled ones")
	cmd.Flags().StringVar(&keep, "keep", "", "keep the store in `DIR`")
	cmd.Flags().BoolVar(&serve, "serve", false, "serve pages afterwards; false prints the standings alone")
	o.flags(cmd)
	return cmd
}

func (a *app) demo(ctx context.Context, file, keep string, serve bool, o *serveOptions) (err error) {
	sample, err := loadCriteria(ctx, refSample, nil)
	if err != nil {
		return err
	}
	var other *loadedCriteria
	if file != "" {
		// A mistake in the file is found before anything else is done.
		if other, err = loadCriteria(ctx, file, nil); err != nil {
			return err
		}
	}
	dir := keep
	if keep == "" {
		if dir, err = os.MkdirTemp("", "laurel-demo-"); err != nil {
			return fmt.Errorf("make a temporary store: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	a.cfg.store, a.cfg.program = "file:"+dir, demoProgram
	if err := a.importSample(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	h, err := a.openHistory(ctx)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, h.close())
		}
	}()
	if other != nil {
		return a.printComparison(h, sample, other, 0, compareShownMax)
	}
	s := projections.NewStandings(h.facts, h.people, h.program, sample.plan, h.asOf, 0)
	if err := a.printStandings(s, sample.doc, a.demoLimit(), "-o csv"); err != nil {
		return err
	}
	if a.out.ForPeople() {
		a.note("%s", a.demoAdvice(s, keep))
	}
	if !serve {
		return nil
	}
	closed = true
	if err := h.close(); err != nil {
		return err
	}
	return a.serveDemo(ctx, o)
}

// serveDemo tells the story on the demonstration's store, and serves it.
func (a *app) serveDemo(ctx context.Context, o *serveOptions) error {
	if err := a.tellStory(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	store, err := a.openToWrite()
	if err != nil {
		return err
	}
	o.demo = true
	return errors.Join(a.serve(ctx, store, o), store.Close())
}

// demoLimit is how many mentors to list: all of them where a program reads the output.
func (a *app) demoLimit() int {
	if a.out.ForPeople() {
		return demoMentorsShown
	}
	return 0
}

// importSample imports the bundled history.
func (a *app) importSample(ctx context.Context) error {
	source := gitlog.Sample()
	log, err := gitlog.Parse(source)
	if err := errors.Join(err, source.Close()); err != nil {
		return err
	}
	store, err := a.openToWrite()
	if err != nil {
		return err
	}
	_, err = a.importGit(ctx, store, log, demoProgram, "the bundled history")
	return errors.Join(err, store.Close())
}

// demoAdvice is what to try next.
func (a *app) demoAdvice(s *projections.Standings, keep string) string {
	cmd := commandName()
	someone := "PERSON"
	if len(s.Mentors) > 0 {
		someone = s.Mentors[0].Person.String() // a name would be a personal field outside the result
	}
	var b strings.Builder
	line := func(command, what string) { fmt.Fprintf(&b, "\n  %s\n      %s", command, what) }
	b.WriteString("\nNext:")
	line(cmd+" criteria init my.yaml", "write these criteria to a file; then change a number in it")
	line(cmd+" demo --criteria my.yaml", "see at once who would gain and lose what, and why")
	store := keep
	if keep == "" {
		store = "laurel-data"
		line(cmd+" demo --keep laurel-data", "keep this history, to look at it from all sides")
	}
	option := ""
	if a.env["LAUREL_STORE"] != "" || store != "laurel-data" {
		option = " --store file:" + store
	}
	line(cmd+" explain "+someone+" --criteria sample"+option,
		"why someone stands where they stand (an e-mail or a name will do)")
	line(cmd+" import git --repo DIR --program SLUG --store file:mine", "the same for a repository of yours")
	return b.String()
}

// commandName is how the user started this program, for commands to copy.
func commandName() string {
	path, err := os.Executable()
	if err == nil && strings.Contains(filepath.ToSlash(path), "/go-build") {
		return "go run ./cmd/laurel"
	}
	return "laurel"
}

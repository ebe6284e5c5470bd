package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
)

// app carries what every command needs: the surroundings, the settings, and the printer of results.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	env            map[string]string
	cfg            config
	out            *render.Printer
	asOfText       string
	positionText   string
	people         *projections.People // whom refusals name; nil until the log was read
}

const rootLong = `Laurel turns a history of mentorship into standings that anyone can replay, compare and explain.

Results go to standard output, everything else to standard error. Exit status: 0 done, 1 failed, 2 wrong usage or bad
input. Settings come from flags, then LAUREL_STORE, LAUREL_OUTPUT, LAUREL_PROGRAM and LAUREL_QUIET, then laurel.yaml in
the working directory (keys: store, output, program, quiet).

Criteria are named by a REF: "active" (the activated ones of the program), the first digits of their hash, "sample" (the
bundled ones), or a file. A PERSON is an id, an e-mail address or a name.`

// newRoot builds the command tree.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "laurel",
		Short: "Recognition for mentorship, computed from its whole history",
		Long:  rootLong,
		Example: `  laurel demo
  laurel import git --repo . --program my-project
  laurel criteria init my.yaml
  laurel replay --program my-project --criteria my.yaml`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return a.prepare(cmd)
		},
	}
	flags := root.PersistentFlags()
	flags.String("store", "file:laurel-data", "the log, by `URL`: file:DIR or memory:")
	flags.StringP("output", "o", "table", "print results as `FORMAT`: table, json, jsonl or csv")
	flags.BoolP("quiet", "q", false, "no progress and no remarks on standard error")
	flags.StringVar(&a.asOfText, "as-of", "", "what held at `TIME`: RFC 3339, or a date (its start, UTC)")
	flags.StringVar(&a.positionText, "position", "", "what was known at position `P` of the log")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(oneLine(err.Error()), "see "+cmd.CommandPath()+" --help")
	})
	must(root.RegisterFlagCompletionFunc("output",
		cobra.FixedCompletions(render.Formats, cobra.ShellCompDirectiveNoFileComp)))
	root.AddCommand(
		lookBack(newDemo(a)),
		newServe(a),
		newImport(a),
		newGenerate(a),
		lookBack(newReplay(a)),
		lookBack(newExplain(a)),
		newCriteria(a),
		newAwards(a),
		newProgram(a),
		newPerson(a),
		newRoom(a),
		newFeedback(a),
		newCommunity(a),
		newRewards(a),
		newConsent(a),
		newAcknowledge(a),
		newDigest(a),
		lookBack(newFlags(a)),
		newVoid(a),
		newLog(a),
		newBench(a),
		newVersion(a),
	)
	return root
}

// prepare merges the settings and sets up the printer. It runs before every command.
func (a *app) prepare(cmd *cobra.Command) error {
	cfg, err := loadConfig(a.env, cmd.Flags())
	if err != nil {
		return err
	}
	a.cfg = cfg
	format, err := render.ParseFormat(cfg.output)
	if err != nil {
		return usage(err.Error(), "such as -o json")
	}
	a.out = render.New(a.stdout, format, a.terminal())
	return refusePast(cmd)
}

// refusePast fails when --as-of or --position was given to a command that has no use for it: ignoring it would show
// the present to someone who asked for the past.
// So would taking "" for none, as where a script's variable was never set.
func refusePast(cmd *cobra.Command) error {
	for _, name := range []string{"as-of", "position"} {
		flag := cmd.Flags().Lookup(name)
		switch {
		case flag == nil || !flag.Changed:
		case cmd.Annotations[looksBack] == "":
			return usage("--"+name+" does not go with "+subject(cmd),
				"it goes with "+strings.Join(thoseLookingBack(cmd.Root()), ", "))
		case name == "position" && cmd.Annotations[looksBack] == "as-of":
			return usage("--position does not go with "+subject(cmd), "it decides on all that is known")
		case flag.Value.String() == "":
			return usage("--"+name+" is empty", "leave it out to see the present")
		}
	}
	return nil
}

// terminal tells what standard output is.
func (a *app) terminal() render.Terminal {
	f, ok := a.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return render.Terminal{}
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 20 {
		width = 80
	}
	return render.Terminal{Width: width, Color: a.env["NO_COLOR"] == "" && a.env["TERM"] != "dumb"}
}

// note tells the user something that is no result. Personal fields never go here.
func (a *app) note(format string, args ...any) {
	if !a.cfg.quiet {
		fmt.Fprintf(a.stderr, format+"\n", args...)
	}
}

// progress starts to show the progress of long work, unless --quiet.
func (a *app) progress(what, unit string, total int64) *render.Progress {
	if a.cfg.quiet {
		return nil
	}
	f, ok := a.stderr.(*os.File)
	return render.NewProgress(a.stderr, ok && term.IsTerminal(int(f.Fd())), time.Now, what, unit, total)
}

// warn tells the user something that they should look at, even with --quiet.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.stderr, "laurel: warning: %s\n", oneLine(fmt.Sprintf(format, args...)))
}

// group makes a command that only holds others.
func group(use, short, long string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Long: long, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var names []string
			for _, c := range cmd.Commands() {
				names = append(names, c.Name())
			}
			return usage(subject(cmd)+" needs a command", "one of "+strings.Join(names, ", "))
		}}
	cmd.AddCommand(children...)
	return cmd
}

// subject is a command as messages name it, which begin with the name of the program anyway.
func subject(cmd *cobra.Command) string { return strings.TrimPrefix(cmd.CommandPath(), "laurel ") }

// noArgs accepts no argument; on a command that has children, an argument is an unknown child.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return usage(fmt.Sprintf("%s takes no argument %q", subject(cmd), args[0]), "see "+cmd.CommandPath()+" --help")
	}
	cmd.SuggestionsMinimumDistance = 2
	advice := "see " + cmd.CommandPath() + " --help"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		advice = "did you mean " + strings.Join(near, " or ") + "?"
	}
	return usage(fmt.Sprintf("unknown command %q for %q", args[0], cmd.CommandPath()), advice)
}

// args accepts exactly the named arguments; a name in brackets may be left out.
func args(names ...string) cobra.PositionalArgs {
	least := 0
	for _, n := range names {
		if !strings.HasPrefix(n, "[") {
			least++
		}
	}
	return func(cmd *cobra.Command, given []string) error {
		advice := "as in " + cmd.CommandPath() + " " + strings.Join(names, " ")
		if len(given) < least {
			return usage(subject(cmd)+" needs "+names[len(given)], advice)
		}
		if len(given) > len(names) {
			return usage(fmt.Sprintf("%s takes no argument %q", subject(cmd), given[len(names)]), advice)
		}
		return nil
	}
}

// must panics on an error that only a mistake in this program can cause.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Command check is the whole gate: everything that has to hold before a change lands, in one command that needs only Go
// and git to start.
//
//	go run ./cmd/check                    every step, cheap ones first
//	go run ./cmd/check -list              the steps and what each holds
//	go run ./cmd/check -only format,test  some steps
//	go run ./cmd/check -short             a quick pass; what it leaves out is named
//
// A step that fails does not hide the ones after it: only a step that cannot mean anything without an earlier one is
// skipped, and the summary says so. The exit status is 0 when every step held, 1 when one failed or could not run, and
// 2 for wrong usage. Whatever a step needs and does not find is installed when that is possible (Debian packages, as
// root) and is otherwise a failure that names it: a missing part is never a pass.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

// gateTimeMax bounds the whole run. Each step has a smaller bound of its own.
const gateTimeMax = 29 * time.Minute

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "run only these `steps`, separated by commas")
	list := flags.Bool("list", false, "list the steps and stop")
	short := flags.Bool("short", false, "a quick pass: short tests, few random cases, no fuzzing, benchmarks or other platforms")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "check: unexpected argument %q: steps are named with -only\n", flags.Arg(0))
		return 2
	}
	steps, err := selectSteps(allSteps(), *only)
	if err != nil {
		fmt.Fprintln(stderr, "check:", err)
		return 2
	}
	if *list {
		for _, s := range steps {
			fmt.Fprintf(stdout, "%-14s %s\n", s.name, s.about)
		}
		return 0
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, gateTimeMax)
	defer cancel()

	root, err := moduleRoot(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "check:", err)
		return 1
	}
	results := runSteps(ctx, gate{root: root, short: *short, out: stdout}, steps)
	if !summarise(stdout, results) {
		return 1
	}
	return 0
}

// allSteps is the gate, cheap steps first.
func allSteps() []step {
	return []step{
		{name: "requirements", about: "git, a C compiler and what else the tests need are there, or get installed",
			timeMax: 8 * time.Minute, run: checkRequirements},
		{name: "layout", about: "the top level holds only what belongs there", run: checkLayout},
		{name: "words", about: "no path or host of one machine in any file", run: checkWords},
		{name: "format", about: "every Go file is as gofmt writes it", run: checkFormat},
		{name: "docs", about: "everything exported has a docstring, every package a comment; long files are pointed out",
			run: checkDocs},
		{name: "modules", about: "go.mod and go.sum are tidy, and the modules are what their checksums say",
			timeMax: 5 * time.Minute, run: checkModules},
		{name: "imports", about: "imports point one way; each driver has one adapter",
			timeMax: 3 * time.Minute, run: checkImports},
		{name: "build", about: "every package compiles", timeMax: 8 * time.Minute, run: checkBuild},
		{name: "vet", about: "go vet", timeMax: 8 * time.Minute, run: checkVet},
		{name: "staticcheck", about: "staticcheck, of the version that .tools/go.mod pins", timeMax: 8 * time.Minute,
			run: checkStatic},
		{name: "openapi", about: "a linter of others finds nothing wrong with the document of the API",
			needs: []string{"requirements"}, timeMax: 5 * time.Minute, run: checkOpenAPI},
		{name: "readme", about: "the commands of the README work and print what it shows",
			needs: []string{"build"}, timeMax: 6 * time.Minute, run: checkReadme},
		{name: "test", about: "all tests under the race detector; skipped ones are named",
			needs: []string{"requirements"}, timeMax: 20 * time.Minute, run: checkTests},
		{name: "properties", about: "tests of properties again, with many random cases", long: true,
			timeMax: 8 * time.Minute, run: checkProperties},
		{name: "bench", about: "every benchmark runs once", long: true, timeMax: 6 * time.Minute, run: checkBenchmarks},
		{name: "fuzz", about: "every fuzz target for a few seconds", long: true, timeMax: 6 * time.Minute, run: checkFuzz},
		{name: "cross", about: "other systems and 32-bit machines compile", long: true, timeMax: 10 * time.Minute,
			run: checkCross},
	}
}

// moduleRoot finds the directory of the module that the command was started in.
func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	mod := strings.TrimSpace(string(out))
	if mod == "" || mod == os.DevNull {
		return "", errors.New("there is no go.mod here: run it inside the checkout, as `go run ./cmd/check`")
	}
	return filepath.Dir(mod), nil
}

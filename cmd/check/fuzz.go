package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// How long fuzzing takes. Its purpose here is to notice a target that fails at once; long campaigns are run by hand.
const (
	fuzzTargetTimeMax = 5 * time.Second
	fuzzTargetTimeMin = 2 * time.Second
	fuzzTotalTime     = 90 * time.Second // what the targets share
)

// fuzzInputs is how many new inputs a target gets instead, where the engine could not keep to a time.
const fuzzInputs = 2000

// fuzzTarget is one fuzz function.
type fuzzTarget struct{ pkg, name string }

// checkFuzz finds every fuzz target and runs its seeds and then a few seconds of new inputs.
func checkFuzz(ctx context.Context, g gate) (report, error) {
	list, err := g.goCommand(ctx, "test", "-list", "^Fuzz", "./...")
	if err != nil {
		return report{}, err
	}
	targets := parseFuzzList(list)
	if len(targets) == 0 {
		return report{}, errors.New("there is no fuzz target: every decoder should have one")
	}
	each := max(fuzzTargetTimeMin, min(fuzzTargetTimeMax, fuzzTotalTime/time.Duration(len(targets))))
	rep := report{note: fmt.Sprintf("%d targets, %s each", len(targets), each.Round(time.Second))}
	var findings []string
	for _, t := range targets {
		err := fuzz(ctx, g, t, each.String())
		if err != nil && deadlineFlake(err) && ctx.Err() == nil {
			// The fuzzing engine of Go now and then reports the end of its own time as a failure, more often on a busy
			// machine: golang.org/issue/56238. With a number of inputs it has no time that could end.
			rep.warnings = append(rep.warnings, fmt.Sprintf(
				"%s ran out of time inside the engine and was run again, with %d inputs", t.name, fuzzInputs))
			err = fuzz(ctx, g, t, fmt.Sprintf("%dx", fuzzInputs))
		}
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s in %s: %s", t.name, t.pkg, detailed(err)))
		}
	}
	return rep, failed(findings, "%d of %d fuzz targets failed", len(findings), len(targets))
}

// fuzz runs one target, for a time or a number of inputs as -fuzztime has them.
func fuzz(ctx context.Context, g gate, t fuzzTarget, amount string) error {
	_, err := g.goCommand(ctx, "test", "-run", "^$", "-fuzz", "^"+t.name+"$", "-fuzztime", amount,
		"-fuzzminimizetime", "5s", "-timeout", "3m", t.pkg)
	return err
}

// parseFuzzList reads the output of go test -list: the names of a package stand before the line that closes it.
func parseFuzzList(list string) []fuzzTarget {
	var targets []fuzzTarget
	var names []string
	for text := range strings.Lines(list) {
		fields := strings.Fields(text)
		switch {
		case len(fields) == 1 && strings.HasPrefix(fields[0], "Fuzz"):
			names = append(names, fields[0])
		case len(fields) >= 2 && fields[0] == "ok":
			for _, name := range names {
				targets = append(targets, fuzzTarget{pkg: fields[1], name: name})
			}
			names = nil
		}
	}
	return targets
}

// deadlineFlake tells whether a run of the fuzzing engine failed for no other reason than that its time was up.
func deadlineFlake(err error) bool {
	text := detailed(err)
	return strings.Contains(text, "context deadline exceeded") && !strings.Contains(text, "Failing input written")
}

// detailed is the text of an error with its details.
func detailed(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return err.Error() + "\n" + strings.Join(f.details, "\n")
	}
	return err.Error()
}

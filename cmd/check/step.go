package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// stepTimeMax bounds a step that states no bound of its own.
const stepTimeMax = time.Minute

// gate is what every step sees.
type gate struct {
	root  string    // directory of the module
	short bool      // a quick pass was asked for
	out   io.Writer // where the run is told
}

// step is one thing that has to hold.
type step struct {
	name    string
	about   string        // one line for -list
	needs   []string      // earlier steps without which this one means nothing
	long    bool          // left out of a short run
	timeMax time.Duration // 0 means stepTimeMax
	run     func(ctx context.Context, g gate) (report, error)
}

// report is what a step that held has to say.
type report struct {
	note     string   // a few words beside the verdict
	warnings []string // worth a look, no failure
}

// failure is the error of a step that looked and found something wrong. Its details are shown in full.
type failure struct {
	summary string
	details []string
}

// Error gives the summary: the details are printed apart.
func (f *failure) Error() string { return f.summary }

// failed makes the error of a step out of its findings, or nil when there are none.
func failed(findings []string, format string, args ...any) error {
	if len(findings) == 0 {
		return nil
	}
	return &failure{summary: fmt.Sprintf(format, args...), details: findings}
}

// verdict is the outcome of one step.
type verdict string

const (
	passed       verdict = "pass"
	failedStep   verdict = "FAIL"
	notRun       verdict = "not run" // because of another step's failure: as bad as a failure
	leftOutShort verdict = "left out"
)

// result is a step with its outcome.
type result struct {
	step     string
	verdict  verdict
	took     time.Duration
	note     string
	warnings []string
}

// selectSteps keeps the named steps, in the order of the gate. An empty list keeps them all.
func selectSteps(all []step, only string) ([]step, error) {
	if only == "" {
		return all, nil
	}
	var names []string
	for name := range strings.SplitSeq(only, ",") {
		name = strings.TrimSpace(name)
		if !slices.ContainsFunc(all, func(s step) bool { return s.name == name }) {
			return nil, fmt.Errorf("there is no step %q: -list shows them", name)
		}
		names = append(names, name)
	}
	var chosen []step
	for _, s := range all {
		if slices.Contains(names, s.name) {
			s.long = false // asked for by name: also in a short run
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

// runSteps runs the steps one after the other and tells each as it goes.
func runSteps(ctx context.Context, g gate, steps []step) []result {
	var results []result
	bad := map[string]bool{}
	for _, s := range steps {
		r := runStep(ctx, g, s, bad)
		if r.verdict == failedStep || r.verdict == notRun {
			bad[s.name] = true
		}
		fmt.Fprintln(g.out, line(r))
		for _, w := range r.warnings {
			fmt.Fprintln(g.out, "    warning:", w)
		}
		results = append(results, r)
	}
	return results
}

// runStep runs one step unless a step that it needs is in bad.
func runStep(ctx context.Context, g gate, s step, bad map[string]bool) result {
	r := result{step: s.name}
	if s.long && g.short {
		r.verdict, r.note = leftOutShort, "by -short"
		return r
	}
	for _, need := range s.needs {
		if bad[need] {
			r.verdict, r.note = notRun, "it needs "+need+", which failed"
			return r
		}
	}
	if ctx.Err() != nil {
		r.verdict, r.note = notRun, "the run was stopped: "+context.Cause(ctx).Error()
		return r
	}
	limit := s.timeMax
	if limit == 0 {
		limit = stepTimeMax
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	fmt.Fprintf(g.out, "== %s: %s\n", s.name, s.about)
	start := time.Now()
	rep, err := s.run(ctx, g)
	r.took = time.Since(start)
	r.note, r.warnings = rep.note, rep.warnings
	if err == nil {
		r.verdict = passed
		return r
	}
	r.verdict, r.note = failedStep, err.Error()
	if ctx.Err() == context.DeadlineExceeded {
		r.note += fmt.Sprintf(" (stopped after %s)", r.took.Round(time.Second))
	}
	var f *failure
	if errors.As(err, &f) {
		for _, d := range f.details {
			fmt.Fprintln(g.out, indent(d))
		}
	}
	return r
}

// summarise prints one line a step and tells whether all of them held.
func summarise(out io.Writer, results []result) bool {
	var took time.Duration
	var bad, leftOut []string
	fmt.Fprintln(out, "\nsummary")
	for _, r := range results {
		fmt.Fprintln(out, " ", line(r))
		took += r.took
		switch r.verdict {
		case failedStep, notRun:
			bad = append(bad, r.step)
		case leftOutShort:
			leftOut = append(leftOut, r.step)
		}
	}
	if len(results) == 0 {
		fmt.Fprintln(out, "FAIL: no step ran")
		return false
	}
	if len(leftOut) > 0 {
		fmt.Fprintf(out, "left out by -short: %s\n", strings.Join(leftOut, ", "))
	}
	if len(bad) > 0 {
		fmt.Fprintf(out, "FAIL: %d of %d steps (%s) in %s\n",
			len(bad), len(results), strings.Join(bad, ", "), took.Round(100*time.Millisecond))
		return false
	}
	fmt.Fprintf(out, "pass: %d steps in %s\n", len(results)-len(leftOut), took.Round(100*time.Millisecond))
	return true
}

// line is a result on one line.
func line(r result) string {
	text := fmt.Sprintf("%-8s  %-13s %7s", r.verdict, r.step, r.took.Round(100*time.Millisecond))
	if r.note != "" {
		text += "  " + r.note
	}
	return text
}

// indent sets text off from the lines of the gate itself.
func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// fake makes a step with a fixed outcome.
func fake(name string, err error, needs ...string) step {
	return step{name: name, needs: needs, run: func(context.Context, gate) (report, error) { return report{}, err }}
}

func TestRunStepsGoesOnAfterAFailure(t *testing.T) {
	var out bytes.Buffer
	broken := &failure{summary: "2 files", details: []string{"a.go is not formatted\nb.go is not formatted"}}
	long := fake("long", errors.New("it ran in a short run"))
	long.long = true
	noisy := step{name: "noisy", run: func(context.Context, gate) (report, error) {
		return report{note: "3 packages", warnings: []string{"skipped: TestX"}}, nil
	}}
	results := runSteps(t.Context(), gate{short: true, out: &out}, []step{
		fake("first", nil), fake("second", broken), fake("third", nil, "second"), fake("fourth", nil, "third"),
		fake("fifth", nil, "first"), long, noisy})
	ok := summarise(&out, results)
	want := []verdict{passed, failedStep, notRun, notRun, passed, leftOutShort, passed}
	for i, r := range results {
		if r.verdict != want[i] {
			t.Errorf("%s: got %q, want %q", r.step, r.verdict, want[i])
		}
	}
	if ok {
		t.Error("the summary calls the run a pass")
	}
	for _, text := range []string{
		"    a.go is not formatted\n    b.go is not formatted\n", "FAIL      second", "needs second, which failed",
		"warning: skipped: TestX", "3 packages", "left out by -short: long", "FAIL: 3 of 7 steps (second, third, fourth)",
	} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("the output lacks %q:\n%s", text, out.String())
		}
	}
}

func TestSummaryOfAPass(t *testing.T) {
	var out bytes.Buffer
	if !summarise(&out, []result{{step: "format", verdict: passed, took: time.Second}}) {
		t.Error("the summary calls the run a failure")
	}
	if !strings.Contains(out.String(), "pass: 1 steps in 1s") {
		t.Error(out.String())
	}
	if summarise(&out, nil) {
		t.Error("a run of no steps passes")
	}
}

func TestStepIsStoppedAtItsLimit(t *testing.T) {
	var out bytes.Buffer
	hangs := step{name: "hangs", timeMax: time.Millisecond, run: func(ctx context.Context, _ gate) (report, error) {
		<-ctx.Done()
		return report{}, ctx.Err()
	}}
	results := runSteps(t.Context(), gate{out: &out}, []step{hangs})
	if results[0].verdict != failedStep || !strings.Contains(results[0].note, "stopped after") {
		t.Errorf("got %+v", results[0])
	}
}

func TestSelectSteps(t *testing.T) {
	all := []step{fake("format", nil), fake("vet", nil), fake("test", nil)}
	got, err := selectSteps(all, "test, format")
	if err != nil || len(got) != 2 || got[0].name != "format" || got[1].name != "test" {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := selectSteps(all, "tset"); err == nil || !strings.Contains(err.Error(), `"tset"`) {
		t.Errorf("got %v, want an error that names the step", err)
	}
}

func TestStepsNeedEarlierOnes(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range allSteps() {
		for _, need := range s.needs {
			if !seen[need] {
				t.Errorf("%s needs %s, which does not come before it", s.name, need)
			}
		}
		seen[s.name] = true
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"-only", "nothing"}, {"-nope"}, {"test"}} {
		var out, errs bytes.Buffer
		if code := run(args, &out, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("check %q: exit %d, %q", args, code, errs.String())
		}
	}
	var out, errs bytes.Buffer
	if code := run([]string{"-list"}, &out, &errs); code != 0 || !strings.Contains(out.String(), "staticcheck") {
		t.Errorf("check -list: exit %d\n%s%s", code, out.String(), errs.String())
	}
}

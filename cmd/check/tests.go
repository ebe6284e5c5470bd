package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// How many random cases a property is tried with. The race detector makes each several times as expensive, and finds
// in few what there is to find: many cases are tried without it.
const (
	casesUnderRace = 25
	casesWithout   = 100
)

// rapidPackage is what tests of properties import.
const rapidPackage = "pgregory.net/rapid"

// casesEnv is the variable that tells tests of properties how many random cases to try.
func casesEnv(n int) string { return fmt.Sprintf("RAPID_CHECKS=%d", n) }

// checkTests runs all tests under the race detector.
func checkTests(ctx context.Context, g gate) (report, error) {
	args := []string{"go", "test", "-json", "-race", "-timeout", "20m"}
	if g.short {
		args = append(args, "-short")
	}
	log := newTestLog(func(line string) { fmt.Fprintln(g.out, "    "+line) })
	env := []string{"CGO_ENABLED=1", casesEnv(casesUnderRace)}
	_, err := command{dir: g.root, env: env, args: append(args, "./..."), each: log.add}.output(ctx)
	return log.report(err)
}

// checkProperties runs the tests of the packages that have properties again, with more random cases.
func checkProperties(ctx context.Context, g gate) (report, error) {
	list, err := g.goCommand(ctx, "list", "-f", "{{.ImportPath}} {{.TestImports}} {{.XTestImports}}", "./...")
	if err != nil {
		return report{}, err
	}
	packages := importersOfRapid(list)
	if len(packages) == 0 {
		return report{}, errors.New("no test tries a property with " + rapidPackage)
	}
	log := newTestLog(func(line string) { fmt.Fprintln(g.out, "    "+line) })
	// Without -count an earlier run counts: go test does not notice a variable that is read before the tests begin.
	args := append([]string{"go", "test", "-json", "-count", "1", "-timeout", "10m"}, packages...)
	_, err = command{dir: g.root, env: []string{casesEnv(casesWithout)}, args: args, each: log.add}.output(ctx)
	rep, err := log.report(err)
	rep.note += fmt.Sprintf(", %d cases a property", casesWithout)
	return rep, err
}

// importersOfRapid reads lines of a package and its imports, and picks the packages that import rapidPackage.
func importersOfRapid(list string) []string {
	var packages []string
	for text := range strings.Lines(list) {
		fields := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" []\n", r) })
		if len(fields) > 1 && slices.Contains(fields[1:], rapidPackage) {
			packages = append(packages, fields[0])
		}
	}
	return packages
}

// checkBenchmarks runs every benchmark once, so that none rots. It measures nothing.
func checkBenchmarks(ctx context.Context, g gate) (report, error) {
	log := newTestLog(func(string) {})
	_, err := command{dir: g.root, args: []string{"go", "test", "-json", "-short", "-run", "^$", "-bench", ".",
		"-benchtime", "1x", "-timeout", "5m", "./..."}, each: log.add}.output(ctx)
	rep, err := log.report(err)
	rep.note = fmt.Sprintf("%d benchmarks", log.benchmarks)
	if err == nil && log.benchmarks == 0 {
		err = errors.New("there is no benchmark at all")
	}
	return rep, err
}

// testEvent is one line of go test -json; see go doc test2json.
type testEvent struct {
	Action     string
	Package    string
	ImportPath string // of build output
	Test       string
	Output     string
}

// buildKey ends the key of what the compiler said about a package.
const buildKey = " (build)"

// testLog gathers what go test -json says, so that a failure is shown with its output and a skipped test is not
// mistaken for one that passed.
type testLog struct {
	show       func(line string) // the closing line of each package, as it comes
	output     map[string]*strings.Builder
	order      []string        // keys of output, first seen first
	failed     map[string]bool // keys of output
	passedKeys map[string]bool
	skipped    []string
	ok         int // packages that passed and have tests
	tests      int // tests that passed, subtests included
	benchmarks int
	stray      []string // lines that are not events
}

// newTestLog returns an empty log.
func newTestLog(show func(string)) *testLog {
	return &testLog{show: show, output: map[string]*strings.Builder{}, failed: map[string]bool{},
		passedKeys: map[string]bool{}}
}

// add takes one line of the output of go test -json.
func (l *testLog) add(line string) {
	var e testEvent
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		l.stray = append(l.stray, line)
		return
	}
	key := e.Package + " " + e.Test
	if e.ImportPath != "" {
		key = e.ImportPath + buildKey
	}
	switch e.Action {
	case "output", "build-output":
		if l.output[key] == nil {
			l.output[key] = &strings.Builder{}
			l.order = append(l.order, key)
		}
		l.output[key].WriteString(e.Output)
		if e.Test == "" && (strings.HasPrefix(e.Output, "ok ") || strings.HasPrefix(e.Output, "FAIL\t")) {
			l.show(strings.TrimRight(e.Output, "\n"))
		}
		if e.Test == "" && strings.HasPrefix(e.Output, "ok ") && !strings.Contains(e.Output, "[no tests to run]") {
			l.ok++
		}
		if strings.HasPrefix(e.Output, "Benchmark") && strings.Contains(e.Output, "ns/op") ||
			strings.HasPrefix(e.Test, "Benchmark") && strings.Contains(e.Output, "ns/op") {
			l.benchmarks++
		}
	case "fail", "build-fail":
		l.failed[key] = true
	case "pass":
		l.passedKeys[key] = true
		if e.Test != "" {
			l.tests++
		}
	case "skip":
		l.passedKeys[key] = true
		if e.Test != "" {
			l.skipped = append(l.skipped, fmt.Sprintf("skipped: %s %s: %s", e.Package, e.Test, l.reason(key)))
		}
	}
}

// reason finds what a skipped test said in its output.
func (l *testLog) reason(key string) string {
	b := l.output[key]
	if b == nil {
		return "no reason given"
	}
	var said []string
	for text := range strings.Lines(b.String()) {
		text = strings.TrimSpace(text)
		if text != "" && !strings.HasPrefix(text, "===") && !strings.HasPrefix(text, "--- SKIP") {
			said = append(said, text)
		}
	}
	return strings.Join(said, "; ")
}

// report turns the log and the outcome of the command into the report of a step.
func (l *testLog) report(err error) (report, error) {
	rep := report{
		note:     fmt.Sprintf("%d packages, %d tests, %d skipped", l.ok, l.tests, len(l.skipped)),
		warnings: l.skipped,
	}
	if err != nil {
		summary := firstOf(err)
		if names := l.failedNames(); len(names) > 0 {
			summary = "failed: " + strings.Join(names, ", ")
		}
		return rep, &failure{summary: summary, details: l.failures(err)}
	}
	if l.ok == 0 {
		return rep, errors.New("not one package has tests")
	}
	return rep, nil
}

// failedNames lists what failed for a summary: tests, and packages that failed without one.
func (l *testLog) failedNames() []string {
	const namesMax = 5
	var names []string
	for key := range l.failed {
		pkg, test, _ := strings.Cut(key, " ")
		if test == "" && l.hasFailedTest(pkg) {
			continue
		}
		names = append(names, strings.TrimSpace(key))
	}
	slices.Sort(names)
	if more := len(names) - namesMax; more > 0 {
		names = append(names[:namesMax], fmt.Sprintf("and %d more", more))
	}
	return names
}

// hasFailedTest tells whether a test of the package failed.
func (l *testLog) hasFailedTest(pkg string) bool {
	for key := range l.failed {
		if test, ok := strings.CutPrefix(key, pkg+" "); ok && test != "" {
			return true
		}
	}
	return false
}

// failures is the output of everything that failed, or that never came to an end in a package that failed.
func (l *testLog) failures(err error) []string {
	var details []string
	for _, key := range l.order {
		pkg, _, _ := strings.Cut(key, " ")
		ofFailed := l.failed[pkg+" "] // the package as a whole
		if l.failed[key] || ofFailed && !l.passedKeys[key] || strings.HasSuffix(key, buildKey) {
			details = append(details, l.output[key].String())
		}
	}
	details = append(details, l.stray...)
	if len(details) > 0 && len(l.failed) > 0 {
		return details
	}
	var f *failure
	if errors.As(err, &f) {
		return append(details, f.details...)
	}
	return append(details, err.Error())
}

// firstOf is the text of an error without details.
func firstOf(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

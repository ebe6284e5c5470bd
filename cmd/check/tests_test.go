package main

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

// feed gives a log the lines of a run.
func feed(lines string) (*testLog, []string) {
	var shown []string
	log := newTestLog(func(line string) { shown = append(shown, line) })
	for line := range strings.Lines(lines) {
		log.add(strings.TrimSuffix(line, "\n"))
	}
	return log, shown
}

func TestLogOfAPass(t *testing.T) {
	log, shown := feed(`{"Action":"run","Package":"laurel/a","Test":"TestOne"}
{"Action":"pass","Package":"laurel/a","Test":"TestOne"}
{"Action":"output","Package":"laurel/a","Test":"TestTwo","Output":"=== RUN   TestTwo\n"}
{"Action":"output","Package":"laurel/a","Test":"TestTwo","Output":"    a_test.go:9: no server here\n"}
{"Action":"output","Package":"laurel/a","Test":"TestTwo","Output":"--- SKIP: TestTwo (0.00s)\n"}
{"Action":"skip","Package":"laurel/a","Test":"TestTwo"}
{"Action":"output","Package":"laurel/a","Output":"ok  \tlaurel/a\t0.5s\n"}
{"Action":"pass","Package":"laurel/a"}
{"Action":"output","Package":"laurel/b","Output":"?   \tlaurel/b\t[no test files]\n"}
{"Action":"skip","Package":"laurel/b"}
`)
	rep, err := log.report(nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.note != "1 packages, 1 tests, 1 skipped" || !reflect.DeepEqual(shown, []string{"ok  \tlaurel/a\t0.5s"}) {
		t.Errorf("note %q, shown %q", rep.note, shown)
	}
	if want := []string{"skipped: laurel/a TestTwo: a_test.go:9: no server here"}; !reflect.DeepEqual(rep.warnings, want) {
		t.Errorf("warnings %q, want %q", rep.warnings, want)
	}
}

func TestLogOfAFailure(t *testing.T) {
	log, _ := feed(`{"ImportPath":"laurel/c","Action":"build-output","Output":"c.go:3:1: undefined: x\n"}
{"ImportPath":"laurel/c","Action":"build-fail"}
{"Action":"output","Package":"laurel/a","Test":"TestGood","Output":"quiet please\n"}
{"Action":"pass","Package":"laurel/a","Test":"TestGood"}
{"Action":"output","Package":"laurel/a","Test":"TestBad","Output":"    a_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"laurel/a","Test":"TestBad"}
{"Action":"output","Package":"laurel/a","Test":"TestHung","Output":"panic: test timed out\n"}
{"Action":"output","Package":"laurel/a","Output":"FAIL\tlaurel/a\t0.5s\n"}
{"Action":"fail","Package":"laurel/a"}
not an event
`)
	_, err := log.report(errors.New("go test: exit status 1"))
	if want := "failed: laurel/a TestBad, laurel/c (build)"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
	text := detailed(err)
	for _, want := range []string{"undefined: x", "got 1, want 2", "test timed out", "FAIL\tlaurel/a", "not an event"} {
		if !strings.Contains(text, want) {
			t.Errorf("the failure lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "quiet please") {
		t.Errorf("the failure shows a test that passed:\n%s", text)
	}
}

func TestLogOfNothing(t *testing.T) {
	log, _ := feed("")
	if _, err := log.report(nil); err == nil {
		t.Error("a run without tests passes")
	}
}

func TestImportersOfRapid(t *testing.T) {
	got := importersOfRapid("laurel/a [os testing] [pgregory.net/rapid testing]\nlaurel/b [] []\n" +
		"laurel/c [pgregory.net/rapid] []\nlaurel/d [pgregory.net/rapidly] [testing]\n")
	if want := []string{"laurel/a", "laurel/c"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestParseFuzzList(t *testing.T) {
	got := parseFuzzList("FuzzDecode\nFuzzParse\nok  \tlaurel/a\t0.01s\n" +
		"?   \tlaurel/b\t[no test files]\nok  \tlaurel/c\t0.01s\n" +
		"FuzzMore\nok  \tlaurel/d\t0.01s\n")
	want := []fuzzTarget{{"laurel/a", "FuzzDecode"}, {"laurel/a", "FuzzParse"}, {"laurel/d", "FuzzMore"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDeadlineFlake(t *testing.T) {
	flake := &failure{summary: "go test", details: []string{"--- FAIL: FuzzX (5.02s)\n    context deadline exceeded\n"}}
	real := &failure{summary: "go test", details: []string{"context deadline exceeded\nFailing input written to x"}}
	if !deadlineFlake(flake) || deadlineFlake(real) {
		t.Error("the engine's own end of time is not told from a failing input")
	}
}

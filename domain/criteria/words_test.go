package criteria

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	types := factTypeNames()
	for _, c := range []struct {
		name       string
		candidates []string
		want       string
	}{
		{"mentee", []string{"mentor", "mentees"}, "mentees"},
		{"mnetees", []string{"mentees", "outcome"}, "mentees"}, // neighbours swapped
		{"Sessionheld", types, "SessionHeld"},
		{"session", types, "SessionHeld"}, // a beginning
		{"GoalMets", types, "GoalMet"},
		{"x", []string{"y"}, ""},
		{"", []string{"a"}, ""},
		{"quite something else", types, ""},
		{strings.Repeat("a", 100_000), types, ""},
	} {
		if got := nearest(c.name, c.candidates); got != c.want {
			t.Errorf("nearest(%.20q) = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNearestZone(t *testing.T) {
	for name, want := range map[string]string{
		"berlin": "Europe/Berlin", "Europe/Berln": "Europe/Berlin", "New York": "America/New_York", "utc": "UTC",
		"US/Tokyo": "Asia/Tokyo", "Mars/Olympus": "",
	} {
		if got := nearestZone(name); got != want {
			t.Errorf("nearestZone(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestParseDays(t *testing.T) {
	for text, want := range map[string]int{"0d": 0, "1d": 1, "365d": 365, "36500d": 36500} {
		if days, ok := parseDays(text); !ok || days != want {
			t.Errorf("parseDays(%q) = %d, %v", text, days, ok)
		}
		if got := FormatDays(int64(want) * int64(day)); got != text {
			t.Errorf("formatDays: %q, want %q", got, text)
		}
	}
	for _, text := range []string{"", "d", "5", "-1d", "+1d", "01d", "1.0d", "36501d",
		"1 d", "1D", "٣d", "100000d", "1dd"} {
		if days, ok := parseDays(text); ok {
			t.Errorf("parseDays(%q) = %d, and should be refused", text, days)
		}
	}
}

func TestFormatDecimal(t *testing.T) {
	for _, c := range []struct {
		n        int64
		decimals int
		want     string
	}{{0, 3, "0"}, {1, 3, "0.001"}, {1500, 3, "1.5"}, {-1500, 3, "-1.5"}, {-1, 3, "-0.001"}, {7, 0, "7"},
		{1_000_000, 6, "1"},
		{333_333, 6, "0.333333"}, {120, 0, "120"}} {
		if got := formatDecimal(c.n, c.decimals); got != c.want {
			t.Errorf("formatDecimal(%d, %d) = %q, want %q", c.n, c.decimals, got, c.want)
		}
	}
}

func TestAttributesAreOfFactTypes(t *testing.T) {
	names := factTypeNames()
	for _, a := range Attributes() {
		for _, carrier := range a.CarriedBy {
			if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+string(carrier)+" ") {
				t.Errorf("%s is carried by %s, which is no fact", a.Name, carrier)
			}
		}
	}
	for _, other := range otherTypes() {
		for _, name := range names {
			if name == string(other) {
				t.Errorf("%s is a fact and is not", name)
			}
		}
	}
}

// Each character of a text, however it is written, is found where it stands in the file.
func TestPlacesOf(t *testing.T) {
	for name, written := range map[string]string{
		"plain":         "a: effort + $x\n",
		"plain lines":   "a: effort\n    +  $x\n",
		"single quotes": "a: 'effort  ''b'' + $x'\n",
		"double quotes": "a: \"effort \\\"\\u00e9\\\"\\t+ $x\"\n",
		"double lines":  "a: \"effort \\\n   + \n\n  $x\"\n",
		"single lines":  "a: 'effort\n   + \n\n  $x'\n",
		"literal":       "a: |\n\n   effort\n     + $x\n",
		"literal strip": "a: |-\n  effort\n\n  + $x\n",
		"folded":        "a: >\n  effort\n  +\n\n  $x\n",
		"folded keep":   "a: >+\n  effort é ü\n    + $x\n\n",
		"indicator":     "a: |2\n    effort + $x\n",
		"in flow":       "a: {b: [effort, c + $x]}\n",
		"after comment": "# é\n\na: # comment\n  effort + $x\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := &findings{}
			src, root := readYAML(f, []byte(written))
			if root == nil {
				t.Fatal(f.done())
			}
			n := root.pairs[0].value
			for n.kind == kindMap || n.kind == kindList {
				if n.kind == kindMap {
					n = n.pairs[0].value
				} else {
					n = n.items[len(n.items)-1]
				}
			}
			places := src.placesOf(n)
			for i, r := range []rune(n.text) {
				if r != '$' && r != 'x' && r != '+' {
					continue
				}
				at := places[i]
				if got := src.lines[at.Line-1][at.Column-1]; got != r {
					t.Errorf("%q of %q is placed at %v, where there is %q", r, n.text, at, got)
				}
			}
		})
	}
}

func TestFindingsAreBoundedAndInOrder(t *testing.T) {
	f := &findings{file: "f"}
	for i := range 80 {
		f.warnf(Place{Line: 1 + i%7, Column: 80 - i}, "", "", "warning %d", i)
	}
	for i := range 30 {
		f.errorf(Place{Line: 100 - i, Column: 1}, "", "hint", "error %d", i)
	}
	ds := f.done()
	if len(ds) != findingsMax+1 {
		t.Fatalf("%d findings", len(ds))
	}
	count := 0
	for i, d := range ds[:findingsMax] {
		if d.Severity == SeverityError {
			count++
		}
		if i > 0 && (ds[i-1].Place.Line > d.Place.Line) {
			t.Errorf("%s comes before %s", ds[i-1], d)
		}
	}
	if count != 30 {
		t.Errorf("%d errors are kept, of 30", count)
	}
	if last := ds[findingsMax].Message; last != "60 findings more are not shown" {
		t.Errorf("the last says %q", last)
	}
	var invalid *InvalidError
	if err := fmt.Errorf("load: %w", ds.Err()); !errors.As(err, &invalid) || len(invalid.Diagnostics) != len(ds) {
		t.Errorf("Err gives %v", err)
	}
	if err := ds[:1].Err(); err != nil && ds[0].Severity == SeverityWarning {
		t.Errorf("a warning is an error: %v", err)
	}
}

func TestDiagnosticString(t *testing.T) {
	d := Diagnostic{Severity: SeverityError, File: "f.yaml", Place: Place{3, 7}, Message: "wrong", Hint: "right"}
	if got := d.String(); got != "f.yaml:3:7: error: wrong (right)" {
		t.Error(got)
	}
	if got := (Diagnostic{Severity: SeverityWarning, Message: "odd"}).String(); got != "warning: odd" {
		t.Error(got)
	}
}

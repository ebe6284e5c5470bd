package criteria

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestTextMeansTheSame(t *testing.T) {
	same := func(doc *Document) {
		t.Helper()
		text := doc.Text()
		again, findings := Parse("text", text)
		if findings.HasErrors() {
			t.Fatalf("%s\nin\n%s", findings, text)
		}
		if again.Hash() != doc.Hash() {
			t.Errorf("the text means something else:\n%s\nwant %s\ngot  %s", text, doc.Canonical(), again.Canonical())
		}
		if !slices.Equal(again.Text(), text) {
			t.Errorf("written again it is another text:\n%s", text)
		}
		for n, line := range strings.Split(string(text), "\n") {
			if strings.TrimRight(line, " ") != line {
				t.Errorf("line %d ends in a space: %q", n+1, line)
			}
		}
	}
	for _, path := range slices.Concat(files(t, "valid/*.yaml"), files(t, "warnings/*.yaml")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc, findings := Parse(path, text)
		if findings.HasErrors() {
			t.Fatal(findings)
		}
		same(doc)
		for _, title := range []string{"yes", "null", "~", "1.5", "30d", "- a", "a: b", "a #b", "\"a\"", "a \" b", "'", "é", "{a}",
			"[a", "a, b", "&a", "*a", "!a", "|", "> b", "% c", "@d", "`e`", "a\\n", "x]", "0x10", "True", "=", "a "} {
			doc.Title = title
			doc.Tiers[0].Name = title
			same(doc)
		}
	}
}

func TestTextOfTheSample(t *testing.T) {
	doc, _ := parseFile(t, "../../cmd/laurel/sample/mentor-tiers.yaml")
	text := string(doc.Text())
	for _, want := range []string{
		"\nmeasures:\n  effort:\n    sum: points\n    of: {SessionHeld: 1}\n",
		"    caps: [{per: mentor, every: month, max: 8}, {per: mentee, every: week, max: 1}]\n    window: 730d\n",
		"\n  - id: champion\n    name: Champion\n    when: score >= 60 && mentees >= 3 && dependence <= 0.6\n    keep: while-met\n",
		"\npolicy: {gained: award, lost: grandfather}\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestChanges(t *testing.T) {
	const path = "../../cmd/laurel/sample/mentor-tiers.yaml"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	from, _ := parseFile(t, path)
	if c := Changes(from, from); len(c) != 0 {
		t.Errorf("a document differs from itself: %v", c)
	}
	for _, test := range []struct {
		name     string
		old, new string
		want     []Change
	}{
		{"comment", "score: effort", "score:   effort", nil},
		{"window", "window: 730d", "window: 365d", []Change{{"measure effort: window", "730d", "365d"}}},
		{"cap", "every: week, max: 1}", "every: week, max: 2.5}",
			[]Change{{"measure effort: caps, per mentee and week, max", "1", "2.5"}}},
		{"cap gone", "{per: mentee, every: week, max: 1}, ", "",
			[]Change{{"measure effort: caps, per mentee and week", "{per: mentee, every: week, max: 1}", ""}}},
		{"decay", "keep: 0.6", "keep: 0.5", []Change{{"measure outcome: decay, step 1, keep", "0.6", "0.5"}}},
		{"points", "{SessionHeld: 1}", "{SessionHeld: 1, GoalSet: 2}",
			[]Change{{"measure effort: of, GoalSet", "", "2"}}},
		{"tier", "score >= 60", "score >= 50", []Change{{"tier champion: when",
			"score >= 60 && mentees >= 3 && dependence <= 0.6", "score >= 50 && mentees >= 3 && dependence <= 0.6"}}},
		{"score", "score: effort + outcome", "score: effort + 2 * outcome",
			[]Change{{"score", "effort + outcome", "effort + 2 * outcome"}}},
		{"title", "title: Mentor tiers\n", "", []Change{{"title", "Mentor tiers", ""}}},
		{"policy", "award, lost: grandfather}", "award, lost: {grace: 90d}}", []Change{{"policy: lost", "grandfather", "{grace: 90d}"}}},
		{"new measure", "  effort:\n", "  again: {count: events, of: SessionHeld}\n  effort:\n",
			[]Change{{"measure again", "", "{count: events, of: [SessionHeld]}"}}},
	} {
		changed := strings.Replace(string(text), test.old, test.new, 1)
		to, findings := Parse(test.name, []byte(changed))
		if findings.HasErrors() || changed == string(text) {
			t.Fatalf("%s: %s", test.name, findings)
		}
		if got := Changes(from, to); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestChangesOfOrder(t *testing.T) {
	from, _ := parseFile(t, "testdata/valid/sample.yaml")
	to, _ := parseFile(t, "testdata/valid/sample.yaml")
	to.Tiers[0], to.Tiers[1] = to.Tiers[1], to.Tiers[0]
	want := []Change{{"tiers in order", "participant, rising-star, champion", "rising-star, participant, champion"}}
	if got := Changes(from, to); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	to.Tiers = to.Tiers[1:]
	if got := Changes(from, to); len(got) != 1 || got[0].Part != "tier rising-star" || got[0].To != "" {
		t.Errorf("got %q", got)
	}
}

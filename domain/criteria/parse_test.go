package criteria

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// parseFile parses a document of the test data.
func parseFile(t *testing.T, path string) (*Document, Diagnostics) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(path, text)
}

// placeless is a copy without places and with expressions in canonical form: what two texts of the same meaning share.
func placeless(d *Document) *Document {
	out := *d
	plain := func(e Expr) Expr { return Expr{Source: e.canonical()} }
	out.Score = plain(d.Score)
	out.Measures = slices.Clone(d.Measures)
	for i := range out.Measures {
		m := &out.Measures[i]
		m.At, m.Where = Place{}, plain(m.Where)
		m.Of, m.Caps = slices.Clone(m.Of), slices.Clone(m.Caps)
		for j := range m.Of {
			m.Of[j].At = Place{}
		}
		for j := range m.Caps {
			m.Caps[j].At = Place{}
		}
	}
	out.Tiers = slices.Clone(d.Tiers)
	for i := range out.Tiers {
		out.Tiers[i].At, out.Tiers[i].When = Place{}, plain(out.Tiers[i].When)
	}
	return &out
}

func equalDocuments(a, b *Document) bool { return reflect.DeepEqual(a, b) }

func TestSampleDocument(t *testing.T) {
	doc, ds := parseFile(t, "testdata/valid/sample.yaml")
	if doc == nil {
		t.Fatalf("the sample is refused:\n%s", ds)
	}
	days := func(n int64) int64 { return n * int64(day) }
	byDefault := Credit{WithinNS: days(365)}
	session := []TypePoints{{Type: "SessionHeld"}}
	want := &Document{
		Program: "git", Title: "Mentor tiers", Timezone: "UTC",
		Measures: []Measure{
			{
				Name: "effort", Aggregate: SumPoints, Of: []TypePoints{{Type: "SessionHeld", Points: 1000}},
				Where:    Expr{Source: `channel != "reviewed" || confirmed`},
				Caps:     []Cap{{Per: PerMentor, Every: EveryMonth, Max: 8000}, {Per: PerMentee, Every: EveryWeek, Max: 1000}},
				WindowNS: days(730), Credit: byDefault,
			},
			{
				Name: "outcome", Aggregate: SumPoints,
				Of:     []TypePoints{{Type: "GoalMet", Points: 3000}, {Type: "PromotionRecorded", Points: 20000}},
				Credit: Credit{WithinNS: days(540), Split: true},
				Decay:  []DecayStep{{AfterNS: days(365), KeepMicro: 600_000}, {AfterNS: days(730), KeepMicro: 300_000}},
			},
			{Name: "active_months", Aggregate: CountMonths, Of: session, WindowNS: days(365), Credit: byDefault},
			{Name: "streak", Aggregate: StreakMonth, Of: session, Grace: 1, Credit: byDefault},
			{Name: "mentees", Aggregate: CountMentees, Of: session, Credit: byDefault},
			{
				Name: "feedback", Aggregate: MeanRating, Of: []TypePoints{{Type: "FeedbackGiven"}},
				Where: Expr{Source: `rater == "mentee"`}, PriorMean: 3800, PriorWeight: 5000, Credit: byDefault,
			},
			{Name: "dependence", Aggregate: ShareMentee, In: "outcome", Credit: byDefault},
		},
		Score: Expr{Source: "effort + outcome"},
		Tiers: []Tier{
			{ID: "participant", Name: "Participant", When: Expr{Source: "effort >= 1"}, Keep: KeepForever},
			{ID: "rising-star", Name: "Rising Star", When: Expr{Source: "active_months >= 4 && mentees >= 2"},
				Keep: KeepFor, KeepNS: days(180)},
			{ID: "champion", Name: "Champion", When: Expr{Source: "score >= 60 && mentees >= 3 && dependence <= 0.6"},
				Review: true, Rewards: []string{"leadership-programme"}},
		},
		Policy: Policy{Gained: "award"},
	}
	if got := placeless(doc); !equalDocuments(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	for _, d := range ds {
		if !strings.Contains(d.Message, "decides nothing") {
			t.Errorf("unexpected: %s", d)
		}
	}
}

func TestCheckedExpressionsSayWhatTheyReferTo(t *testing.T) {
	doc, ds := parseFile(t, "testdata/valid/sample.yaml")
	if doc == nil {
		t.Fatal(ds)
	}
	checked, ds := CheckExpressions(doc)
	if checked == nil {
		t.Fatal(ds)
	}
	same := func(what string, got []string, want ...string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s refers to %v, want %v", what, got, want)
		}
	}
	same("score", checked.Score.Measures, "effort", "outcome")
	same("champion", checked.When[2].Measures, "mentees", "dependence")
	if !checked.When[2].Score || checked.When[1].Score {
		t.Error("only champion refers to score")
	}
	same("effort", checked.Where[0].Asks, "channel", "confirmed")
	if checked.Where[1] != nil {
		t.Error("outcome has no where")
	}
}

// The same document in other clothes: comments, order of keys, quotes, block forms, line ends, a byte order mark.
func TestCanonicalIgnoresFormatting(t *testing.T) {
	const one = `apiVersion: laurel/v1
kind: Criteria
program: git
measures:
  effort: {sum: points, of: {SessionHeld: 1.50, GoalMet: 2}, where: type == "GoalMet" || minutes > 3,
    caps: [{per: mentee, every: week, max: 1}, {per: mentor, every: ever, max: 5}]}
  people: {count: mentees, of: [SessionHeld, GoalMet]}
score: effort + people
tiers: [{id: a, name: a, when: score > 1 && people > 2}]
`
	const other = "\ufeff# criteria\n" + `kind: "Criteria"
apiVersion: 'laurel/v1'
tiers:
  - when: |
      // both are needed
      score > 1 &&
        people > 2   // at least
    id: a
    keep: while-met
score: >-
  effort
  + people
program: git
policy: {}
timezone: UTC
measures:
  effort:
    where: >
      type == "GoalMet"
      || minutes > 3
    of:
      GoalMet: 2.000
      SessionHeld: 15e-1
    caps:
    - {max: 5, every: ever, per: mentor}
    - {max: 1.0, every: week, per: mentee}
    sum: points
  people: {of: [GoalMet, SessionHeld], count: mentees}
`
	a, ds := Parse("one", []byte(one))
	if a == nil {
		t.Fatal(ds)
	}
	b, ds := Parse("other", []byte(strings.ReplaceAll(other, "\n", "\r\n")))
	if b == nil {
		t.Fatal(ds)
	}
	if string(a.Canonical()) != string(b.Canonical()) || a.Hash() != b.Hash() {
		t.Errorf("canonical forms differ:\n%s\n%s", a.Canonical(), b.Canonical())
	}
	if !strings.HasPrefix(a.Hash(), "sha256:") || len(a.Hash()) != len("sha256:")+64 {
		t.Errorf("hash %q", a.Hash())
	}
	changed, ds := Parse("changed", []byte(strings.Replace(one, "score > 1", "score > 2", 1)))
	if changed == nil {
		t.Fatal(ds)
	}
	if changed.Hash() == a.Hash() {
		t.Error("another threshold has the same hash")
	}
}

// Hashes are stored in events for ever, so the canonical form of a document must never change.
func TestCanonicalFormIsStable(t *testing.T) {
	for _, name := range []string{"sample", "every-feature"} {
		doc, ds := parseFile(t, "testdata/valid/"+name+".yaml")
		if doc == nil {
			t.Fatal(ds)
		}
		golden(t, "testdata/canonical/"+name+".txt", doc.Hash()+"\n"+string(doc.Canonical())+"\n")
	}
}

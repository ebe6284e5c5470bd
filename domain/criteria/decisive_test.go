package criteria_test

import (
	"slices"
	"testing"

	"laurel/domain/criteria"
)

func TestMeasuresOf(t *testing.T) {
	doc, findings := criteria.Parse("test", []byte(`apiVersion: laurel/v1
kind: Criteria
program: p
measures:
  effort: {sum: points, of: {SessionHeld: 1}}
  outcome: {sum: points, of: {GoalMet: 3}}
  mentees: {count: mentees, of: SessionHeld}
  months: {count: months, of: SessionHeld}
  dependence: {share: mentee, in: outcome}
score: effort + months
tiers:
  - {id: one, when: mentees >= 1}
  - {id: two, when: score >= 2 && mentees >= 1}
  - {id: three, when: dependence <= 0.5}
`))
	if doc == nil {
		t.Fatal(findings)
	}
	checked, findings := criteria.CheckExpressions(doc)
	if checked == nil {
		t.Fatal(findings)
	}
	plan, err := criteria.Compile(checked)
	if err != nil {
		t.Fatal(err)
	}
	for tier, want := range [][]int{{2}, {0, 2, 3}, {1, 4}} {
		if got := plan.MeasuresOf(tier); !slices.Equal(got, want) {
			t.Errorf("tier %d: measures %v, want %v", tier, got, want)
		}
	}
}

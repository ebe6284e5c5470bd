package criteria

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// TestDirections holds directions that were worked out by hand, and tries each: a greater measure alone never does what
// the direction rules out.
func TestDirections(t *testing.T) {
	tests := []struct {
		score, when string
		a, b        Direction
	}{
		{"a + b", "a >= 3", Rising, NoDirection},
		{"a + b", "a < 3", Falling, NoDirection},
		{"a + b", "3 <= a", Rising, NoDirection},
		{"a - b", "score > 2", Rising, Falling},
		{"a - b", "score > 2 && b >= 1", Rising, EitherWay},
		{"2 * a + b / 4", "score >= 5 || b > 9", Rising, Rising},
		{"a * b", "score >= 5", EitherWay, EitherWay},
		{"a + b", "!(a >= 3)", Falling, NoDirection},
		{"a + b", "a == 3", EitherWay, NoDirection},
		{"a + b", "a - b >= 1", Rising, Falling},
		{"-a", "score >= -3", Falling, NoDirection},
		{"a >= 3 ? b : a", "score >= 3", EitherWay, EitherWay},
	}
	for _, test := range tests {
		t.Run(test.score+", "+test.when, func(t *testing.T) {
			text := fmt.Sprintf("apiVersion: laurel/v1\nkind: Criteria\nprogram: p\ntitle: T\nmeasures:\n"+
				"  a: {count: events, of: SessionHeld}\n  b: {count: events, of: GoalMet}\nscore: '%s'\n"+
				"tiers: [{id: one, name: One, when: '%s'}]\n", test.score, test.when)
			plan, err := Load("test", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			want := []Direction{test.a, test.b}
			for i := range want {
				if got := plan.DirectionOf(0, i); got != want[i] {
					t.Errorf("the direction in measure %d is %d, not %d", i, got, want[i])
				}
			}
			rapid.Check(t, func(t *rapid.T) {
				values, more := make([]Range, 2), make([]Range, 2)
				i := rapid.IntRange(0, 1).Draw(t, "measure")
				for j := range values {
					v := 1000 * Milli(rapid.IntRange(0, 12).Draw(t, "value"))
					values[j], more[j] = Range{v, v}, Range{v, v}
				}
				up := 1000 * Milli(rapid.IntRange(1, 12).Draw(t, "more"))
				more[i] = Range{more[i].Low + up, more[i].High + up}
				before, after := plan.Possible(0, values), plan.Possible(0, more)
				if before && !after && want[i]&Falling == 0 || !before && after && want[i]&Rising == 0 {
					t.Errorf("measure %d: %v and then %v: %t and then %t", i, values, more, before, after)
				}
			})
		})
	}
}

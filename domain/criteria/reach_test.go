package criteria

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// generator writes random criteria over measures whose values are easy to draw.
type generator struct{ *rand.Rand }

const reachMeasures = `
  sum: {sum: points, of: {SessionHeld: 1}}
  zero: {sum: points, of: {SessionHeld: 0}}
  few: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: ever, max: 2.5}]}
  people: {count: mentees, of: SessionHeld}
  months: {count: months, of: SessionHeld, window: 28d}
  rating: {mean: rating, of: FeedbackGiven, prior: {mean: 3, weight: 1}}
  part: {share: mentee, in: sum}
`

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) variable() string {
	return g.pick("sum", "zero", "few", "people", "months", "rating", "part")
}

func (g generator) constant() string {
	return g.pick("0", "1", "2", "3", "5", "0.5", "2.5", "1.0001", "-1", "0.3", "4", "1e13")
}

func (g generator) number(depth int) string {
	if depth == 0 || g.IntN(3) == 0 {
		if g.IntN(3) == 0 {
			return g.constant()
		}
		return g.variable()
	}
	a, b := g.number(depth-1), g.number(depth-1)
	switch g.IntN(7) {
	case 0:
		return "(" + g.truth(1, g.variable) + " ? " + a + " : " + b + ")"
	case 1:
		return "-(" + a + ")"
	case 2:
		return "double(" + a + ")"
	}
	return "(" + a + g.pick(" + ", " - ", " * ", " / ") + b + ")"
}

func (g generator) truth(depth int, variable func() string) string {
	if depth > 0 && g.IntN(4) > 0 {
		a, b := g.truth(depth-1, variable), g.truth(depth-1, variable)
		switch g.IntN(8) {
		case 0:
			return "!(" + a + ")"
		case 1, 2, 3:
			return "(" + a + " || " + b + ")"
		}
		return "(" + a + " && " + b + ")"
	}
	relation := g.pick(" < ", " <= ", " > ", " >= ", " == ", " != ")
	switch g.IntN(12) {
	case 0:
		return g.pick("true", "false")
	case 1:
		return variable() + " in [1, 2, 5]"
	case 2:
		return g.constant() + relation + variable()
	case 3:
		return variable() + relation + variable()
	case 4:
		return variable() + " + " + variable() + relation + g.constant()
	case 5:
		return variable() + " / zero" + relation + g.constant()
	}
	return variable() + relation + g.constant()
}

// document is a random document with four tiers.
func (g generator) document() string {
	withScore := func() string {
		if g.IntN(3) == 0 {
			return "score"
		}
		return g.variable()
	}
	var b strings.Builder
	b.WriteString("apiVersion: laurel/v1\nkind: Criteria\nprogram: p\nmeasures:" + reachMeasures)
	fmt.Fprintf(&b, "score: '%s'\ntiers:\n", g.number(2))
	for i := range 4 {
		fmt.Fprintf(&b, "  - {id: t%d, when: '%s', keep: %s}\n", i, g.truth(2, withScore),
			g.pick("while-met", "10d", "20d", "forever"))
	}
	return b.String()
}

// values draws what measures can be, often at the edges that the constants make.
func (g generator) values() map[string]Milli {
	edges := []Milli{0, 1, 299, 300, 301, 499, 500, 501, 999, 1000, 1001, 1500, 2000, 2499, 2500, 2501, 3000, 4000, 5000,
		5001, 6000, 123_456_789_000, milliTop}
	draw := func(r milliRange) Milli {
		n := edges[g.IntN(len(edges))]
		if g.IntN(4) == 0 {
			n = Milli(g.IntN(7000))
		}
		if r.whole {
			n -= n % 1000
		}
		return min(max(n, r.lo), r.hi)
	}
	out := map[string]Milli{}
	const head = "apiVersion: laurel/v1\nkind: Criteria\nprogram: p\nscore: 0\ntiers: [{id: a, when: true}]\nmeasures:"
	doc, _ := Parse("", []byte(head+reachMeasures))
	for i := range doc.Measures {
		out[doc.Measures[i].Name] = draw(rangeOf(&doc.Measures[i]))
	}
	return out
}

// What the analysis claims is checked against CEL itself: a tier that can never be reached is not reached by any
// values, and where one tier's when is said to imply another's, no values meet the first and not the second.
func TestAnalysisIsNeverWrong(t *testing.T) {
	const seed, documents, draws = 20260101, 150, 120
	g := generator{rand.New(rand.NewPCG(seed, 1))}
	var drawn []map[string]Milli
	for range draws {
		drawn = append(drawn, g.values())
	}
	unreachable, implied := 0, 0
	for n := range documents {
		text := g.document()
		doc, ds := Parse("random", []byte(text))
		if doc == nil {
			t.Fatalf("document %d is refused:\n%s\n%s", n, ds, text)
		}
		checked, _ := CheckExpressions(doc)
		r := newReach(checked)
		met := make([][]bool, len(doc.Tiers)) // by tier and draw
		score := program(t, checked.Score)
		for i, when := range checked.When {
			truth := program(t, when)
			for _, values := range drawn {
				met[i] = append(met[i], holdsIn(score, truth, values))
			}
		}
		cases := make([][]oneCase, len(doc.Tiers))
		for i, when := range checked.When {
			decided := false
			if cases[i], decided = r.cases(when); !decided {
				continue
			}
			if len(cases[i]) == 0 {
				unreachable++
				if at := slices.Index(met[i], true); at >= 0 {
					t.Fatalf("seed %d: %q is said to be unreachable, and holds for %v with score %s", seed, when.Source, drawn[at],
						doc.Score.Source)
				}
			}
		}
		for i := range cases {
			for j := range cases {
				if i == j || len(cases[i]) == 0 || len(cases[j]) == 0 || !r.allImply(cases[i], cases[j]) {
					continue
				}
				implied++
				for k := range drawn {
					if met[i][k] && !met[j][k] {
						t.Fatalf("seed %d: %q is said to imply %q, and does not for %v with score %s", seed, doc.Tiers[i].When.Source,
							doc.Tiers[j].When.Source, drawn[k], doc.Score.Source)
					}
				}
			}
		}
	}
	if unreachable < 30 || implied < 30 {
		t.Errorf("only %d tiers unreachable and %d implied: the test tests little", unreachable, implied)
	}
}

func program(t *testing.T, e *CheckedExpr) cel.Program {
	t.Helper()
	p, err := e.Program()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// holdsIn evaluates a when by CEL's interpreter.
func holdsIn(score, when cel.Program, values map[string]Milli) bool {
	binding := map[string]any{"score": 0.0}
	for name, n := range values {
		binding[name] = float64(n) / 1000
	}
	if out, _, err := score.Eval(binding); err == nil {
		binding["score"] = float64(roundScore(out.Value().(float64))) / 1000
	}
	out, _, err := when.Eval(binding)
	return err == nil && out == types.True
}

func TestRangeWhere(t *testing.T) {
	const seed = 7
	g := rand.New(rand.NewPCG(seed, 1))
	operators := map[string]func(x, c float64) bool{
		"_<_": func(x, c float64) bool { return x < c }, "_<=_": func(x, c float64) bool { return x <= c },
		"_>_": func(x, c float64) bool { return x > c }, "_>=_": func(x, c float64) bool { return x >= c },
		"_==_": func(x, c float64) bool { return x == c },
	}
	for range 2000 {
		constant := float64(g.IntN(100_000)) / []float64{1, 1000, 3, 10_000, 0.001}[g.IntN(5)]
		if g.IntN(4) == 0 {
			constant = -constant
		}
		for name, holds := range operators {
			r := rangeWhere(name, constant)
			near := Milli(constant * 1000)
			for n := near - 3; n <= near+3; n++ {
				if got := n >= r.lo && n <= r.hi; got != holds(float64(n)/1000, constant) {
					t.Fatalf("seed %d: %d thousandths %s %v: the range %+v says %v", seed, n, name, constant, r, got)
				}
			}
		}
	}
}

package criteria

import (
	"math"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/parser"
)

// Clause is one of the conditions that must all hold for a tier's when to hold, over given values.
type Clause struct {
	Text      string // as in the document, in normal form
	Holds     bool
	Compares  bool    // it compares one variable with a constant: then the following are set
	Variable  string  // a measure, or "score"
	Operator  string  // such as ">="
	Value     Milli   // of the variable
	Threshold float64 // the constant
	Inputs    []Input // what it refers to
}

// Input is a variable of a clause with its value.
type Input struct {
	Name  string
	Value Milli
}

// Gap tells how far a comparison is from holding, as a fraction of its threshold, or of 1 for thresholds below 1. It
// is 0 for a clause that holds and infinite for one that compares nothing.
func (c *Clause) Gap() float64 {
	switch {
	case c.Holds:
		return 0
	case !c.Compares:
		return math.Inf(1)
	}
	return math.Abs(c.Threshold-float64(c.Value)/1000) / math.Max(math.Abs(c.Threshold), 1)
}

// Clauses splits a tier's when and evaluates each part over a timeline's measures and score.
func (p *Plan) Clauses(tier int, measures []Milli, score Milli) []Clause {
	w := &p.when[tier]
	v := values{milli: append(append(make([]Milli, 0, len(measures)+1), measures...), score)}
	parts := conjuncts(w.root)
	for _, part := range parts {
		if compileTruth(part, p.vars) == nil {
			parts = []ast.Expr{w.root} // the interpreter can only evaluate the whole
			break
		}
	}
	clauses := make([]Clause, 0, len(parts))
	for _, part := range parts {
		c := Clause{Text: p.spell(part, w.info)}
		if truth := compileTruth(part, p.vars); truth != nil {
			v.unordered = false
			c.Holds = truth(&v) && !v.unordered
		} else {
			binding := map[string]any{}
			for i, name := range p.names {
				binding[name] = v.double(i)
			}
			out, _, err := w.program.Eval(binding)
			c.Holds = err == nil && out.Value() == true
		}
		if cmp, ok := asComparison(part, p.vars); ok {
			c.Compares, c.Variable, c.Operator = true, p.names[cmp.variable], operatorText(cmp.operator)
			c.Value, c.Threshold = v.milli[cmp.variable], cmp.constant
			c.Text = c.Variable + " " + c.Operator + " " + strconv.FormatFloat(c.Threshold, 'f', -1, 64)
		}
		found := map[int]bool{}
		variablesOf(part, p.vars, found)
		for i, name := range p.names {
			if found[i] {
				c.Inputs = append(c.Inputs, Input{name, v.milli[i]})
			}
		}
		clauses = append(clauses, c)
	}
	return clauses
}

func operatorText(function string) string {
	text, _ := operators.FindReverse(function)
	return text
}

// spell writes an expression as a person would: integers without the ".0" that they have as doubles.
func (p *Plan) spell(e ast.Expr, info *ast.SourceInfo) string {
	text, err := parser.Unparse(e, info)
	if err != nil {
		return "(expression)"
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if strings.HasPrefix(text[i:], ".0") && i > 0 && isDigit(text[i-1]) && (i+2 == len(text) || !isDigit(text[i+2])) {
			i++
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// TierState tells, after Evaluate, whether a tier's when holds at the as-of time and, where it does not but the tier is
// kept, until when: the greatest int64 for ever. Kept is 0 where the tier is not kept.
func (e *Evaluator) TierState(tier int) (holds bool, keptUntilNS int64) {
	s, doc := &e.tiers[tier], &e.plan.Doc.Tiers[tier]
	switch {
	case s.holds || !s.held:
	case doc.Keep == KeepForever:
		keptUntilNS = never
	case doc.Keep == KeepFor:
		keptUntilNS = addNS(s.stoppedNS, doc.KeepNS)
	}
	return s.holds, keptUntilNS
}

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
	return gapOf(c.Threshold, c.Value)
}

func gapOf(threshold float64, value Milli) float64 {
	return math.Abs(threshold-float64(value)/1000) / math.Max(math.Abs(threshold), 1)
}

// clausePart is a clause without values.
type clausePart struct {
	expr     ast.Expr
	truth    truth // nil: the interpreter decides, about the whole when
	compares bool
	comparison
}

// partsOf splits a condition into clauses: one, the whole, where only the interpreter can evaluate some of them.
func (p *Plan) partsOf(root ast.Expr) []clausePart {
	var parts []clausePart
	for _, e := range conjuncts(root) {
		part := clausePart{expr: e, truth: compileTruth(e, p.vars)}
		if part.truth == nil {
			return []clausePart{{expr: root}}
		}
		part.comparison, part.compares = asComparison(e, p.vars)
		parts = append(parts, part)
	}
	return parts
}

// Clauses splits a tier's when and evaluates each part over a timeline's measures and score.
func (p *Plan) Clauses(tier int, measures []Milli, score Milli) []Clause {
	w := &p.when[tier]
	j := p.NewJudge()
	copy(j.values.milli, measures)
	j.values.milli[len(p.measures)] = score
	clauses := make([]Clause, 0, len(w.parts))
	for i := range w.parts {
		part := &w.parts[i]
		c := Clause{Text: spell(part.expr, w.info), Holds: j.clauseHolds(w, part)}
		if part.compares {
			c.Compares, c.Variable, c.Operator = true, p.names[part.variable], operatorText(part.operator)
			c.Value, c.Threshold = j.values.milli[part.variable], part.constant
			c.Text = c.Variable + " " + c.Operator + " " + strconv.FormatFloat(c.Threshold, 'f', -1, 64)
		}
		found := map[int]bool{}
		variablesOf(part.expr, p.vars, found)
		for i, name := range p.names {
			if found[i] {
				c.Inputs = append(c.Inputs, Input{name, j.values.milli[i]})
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
func spell(e ast.Expr, info *ast.SourceInfo) string {
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

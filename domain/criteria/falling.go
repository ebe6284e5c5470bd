package criteria

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// Time alone takes from most measures and gives to none of these: a session leaves a window, a point decays, a streak
// is over. So a threshold that such a measure does not reach stays out of reach until something happens.

// falling returns, by variable, whether time alone can only lower it.
func (p *Plan) falling() []bool {
	falls := make([]bool, len(p.names))
	for i := range p.measures {
		falls[i] = p.measures[i].falls()
	}
	for i := range p.measures {
		if m := &p.measures[i]; m.aggregate == ShareMentee {
			falls[i] = len(p.measures[m.sum].offsets) == 0 // it stays as it is
		}
	}
	score := len(p.measures)
	falls[score] = p.linear != nil
	for i := 0; falls[score] && i < len(p.measures); i++ {
		falls[score] = p.linear.weights[i] == 0 || falls[i] && p.linear.weights[i] == p.linear.factors[i]
	}
	return falls
}

// falls reports whether time alone can only lower a measure other than a share.
func (m *measurePlan) falls() bool {
	switch m.aggregate {
	case SumPoints:
		for k := 1; k < len(m.keeps); k++ {
			if m.keeps[k] > m.keeps[k-1] {
				return false
			}
		}
		return true
	case MeanRating:
		return m.windowNS == 0 // it stays as it is
	}
	return true
}

// compileGone returns what tells whether an expression is false and stays so; nil where nothing can tell.
func compileGone(e ast.Expr, vars variables, falls []bool) truth {
	if c, ok := asComparison(e, vars); ok {
		b, ranged := c.bound()
		if !ranged || !falls[c.variable] {
			return nil
		}
		return func(v *values) bool { return v.milli[b.variable] < b.low }
	}
	if e.Kind() != ast.CallKind {
		return nil
	}
	switch call := e.AsCall(); call.FunctionName() {
	case operators.LogicalAnd:
		a, b := compileGone(call.Args()[0], vars, falls), compileGone(call.Args()[1], vars, falls)
		if a == nil {
			return b
		}
		if b == nil {
			return a
		}
		return func(v *values) bool { return a(v) || b(v) }
	case operators.LogicalOr:
		a, b := compileGone(call.Args()[0], vars, falls), compileGone(call.Args()[1], vars, falls)
		if a == nil || b == nil {
			return nil
		}
		return func(v *values) bool { return a(v) && b(v) }
	}
	return nil
}

package criteria

import (
	"maps"
	"math"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// casesMax bounds how many cases a condition is split into; beyond it nothing is decided.
const casesMax = 64

// oneCase is a conjunction: every variable within its range and none of the values left out, and every condition that
// is not a simple comparison holding. A condition holds when one of its cases does.
type oneCase struct {
	ranges map[string]milliRange // of the variables that the case bounds
	not    map[string][]float64  // values that a variable must not have
	opaque map[string]bool       // conditions that are not looked into, by their text
}

// literal is a condition, or its opposite, that is not split further.
type literal struct {
	expr   ast.Expr
	wanted bool
}

// split turns a condition into the alternatives of which one must hold. Nil means too many.
func split(e ast.Expr, wanted bool) [][]literal {
	if e.Kind() == ast.CallKind {
		call := e.AsCall()
		args := call.Args()
		switch call.FunctionName() {
		case operators.LogicalNot:
			return split(args[0], !wanted)
		case operators.LogicalAnd, operators.LogicalOr:
			a, b := split(args[0], wanted), split(args[1], wanted)
			if a == nil || b == nil {
				return nil
			}
			if (call.FunctionName() == operators.LogicalOr) == wanted {
				if len(a)+len(b) > casesMax {
					return nil
				}
				return append(slices.Clone(a), b...)
			}
			if len(a)*len(b) > casesMax {
				return nil
			}
			var out [][]literal
			for _, x := range a {
				for _, y := range b {
					out = append(out, append(slices.Clone(x), y...))
				}
			}
			return out
		}
	}
	return [][]literal{{{expr: e, wanted: wanted}}}
}

// cases are the cases of a condition that can happen; decided is false when there are too many to say.
func (r *reach) cases(e *CheckedExpr) (out []oneCase, decided bool) {
	alternatives := split(e.AST.NativeRep().Expr(), true)
	if alternatives == nil {
		return nil, false
	}
	for _, literals := range alternatives {
		if c, possible := r.oneCase(e, literals); possible {
			out = append(out, c)
		}
	}
	return out, true
}

func (r *reach) oneCase(e *CheckedExpr, literals []literal) (oneCase, bool) {
	c := oneCase{ranges: map[string]milliRange{}, not: map[string][]float64{}, opaque: map[string]bool{}}
	all := maps.Clone(r.ranges)
	var others []literal
	for _, l := range literals {
		variable, operator, constant, ok := comparisonOf(l.expr, r.ranges)
		if !ok {
			others = append(others, l)
			continue
		}
		if !l.wanted {
			operator = opposite(operator)
		}
		if operator == operators.NotEquals {
			c.not[variable] = append(c.not[variable], constant)
			continue
		}
		all[variable] = all[variable].both(rangeWhere(operator, constant))
		c.ranges[variable] = all[variable]
	}
	for _, bounded := range all {
		if bounded.empty() {
			return c, false
		}
	}
	// The score follows from the measures, so what bounds them bounds it.
	all["score"] = all["score"].both(r.scoreRange(all))
	c.ranges["score"] = all["score"]
	for _, l := range others {
		v, _ := truthOf(l.expr, rangesIn(all))
		if v == atNoTime && l.wanted || v == atAllTimes && !l.wanted {
			return c, false
		}
		if l.expr.Kind() == ast.LiteralKind {
			continue
		}
		c.opaque[textOf(e, l)] = true
	}
	for variable, values := range c.not {
		if bounded := all[variable]; bounded.lo == bounded.hi && slices.Contains(values, bounded.span().lo) {
			return c, false
		}
	}
	return c, !all["score"].empty()
}

// textOf is what two equal conditions have in common.
func textOf(e *CheckedExpr, l literal) string {
	text, err := cel.ExprToString(l.expr, e.AST.NativeRep().SourceInfo())
	if err != nil {
		text = e.Source
	}
	if l.wanted {
		return text
	}
	return "!(" + text + ")"
}

// implies reports whether o surely holds wherever c does.
func (c oneCase) implies(o oneCase, ranges map[string]milliRange) bool {
	of := func(variable string) milliRange {
		if r, ok := c.ranges[variable]; ok {
			return r
		}
		return ranges[variable]
	}
	for variable, needed := range o.ranges {
		if !of(variable).within(needed) {
			return false
		}
	}
	for variable, values := range o.not {
		have := of(variable).span()
		for _, v := range values {
			if v >= have.lo && v <= have.hi && !slices.Contains(c.not[variable], v) {
				return false
			}
		}
	}
	for text := range o.opaque {
		if !c.opaque[text] {
			return false
		}
	}
	return true
}

// comparisonOf recognises a comparison of one variable with a constant, written either way round.
func comparisonOf(e ast.Expr, ranges map[string]milliRange) (variable, operator string, constant float64, ok bool) {
	if e.Kind() != ast.CallKind || !slices.Contains(relations(), e.AsCall().FunctionName()) {
		return "", "", 0, false
	}
	call := e.AsCall()
	operator = call.FunctionName()
	left, right := call.Args()[0], call.Args()[1]
	if left.Kind() != ast.IdentKind {
		left, right, operator = right, left, mirror(operator)
	}
	if left.Kind() != ast.IdentKind || right.Kind() != ast.LiteralKind {
		return "", "", 0, false
	}
	number, isDouble := right.AsLiteral().(types.Double)
	_, isVariable := ranges[left.AsIdent()]
	if !isDouble || !isVariable || math.Abs(float64(number)) > float64(milliTop)/1000 {
		return "", "", 0, false
	}
	return left.AsIdent(), operator, float64(number), true
}

// mirror is the operator with its sides exchanged.
func mirror(operator string) string {
	switch operator {
	case operators.Less:
		return operators.Greater
	case operators.LessEquals:
		return operators.GreaterEquals
	case operators.Greater:
		return operators.Less
	case operators.GreaterEquals:
		return operators.LessEquals
	}
	return operator
}

// opposite is the operator that holds where the given one does not. Measures are always numbers.
func opposite(operator string) string {
	switch operator {
	case operators.Less:
		return operators.GreaterEquals
	case operators.LessEquals:
		return operators.Greater
	case operators.Greater:
		return operators.LessEquals
	case operators.GreaterEquals:
		return operators.Less
	case operators.Equals:
		return operators.NotEquals
	}
	return operators.Equals
}

// rangeWhere is the thousandths n for which n/1000, as a double, is in the given relation to a constant.
func rangeWhere(operator string, constant float64) milliRange {
	first := func(holds func(x float64) bool) Milli { // the least n that holds; all above it do
		n := Milli(math.Floor(constant * 1000))
		for holds(float64(n-1) / 1000) {
			n--
		}
		for !holds(float64(n) / 1000) {
			n++
		}
		return n
	}
	reached := func() Milli { return first(func(x float64) bool { return x >= constant }) }
	passed := func() Milli { return first(func(x float64) bool { return x > constant }) }
	const far = 2 * milliTop
	switch operator {
	case operators.Less:
		return milliRange{lo: -far, hi: reached() - 1}
	case operators.LessEquals:
		return milliRange{lo: -far, hi: passed() - 1}
	case operators.Greater:
		return milliRange{lo: passed(), hi: far}
	case operators.GreaterEquals:
		return milliRange{lo: reached(), hi: far}
	}
	return milliRange{lo: reached(), hi: passed() - 1}
}

package criteria

import (
	"math"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// values are what score and when see: every measure, and after them the score, in thousandths.
type values struct {
	milli     []Milli
	unordered bool // set when a comparison met a NaN, which CEL calls an error: the interpreter must decide
}

func (v *values) double(i int) float64 { return float64(v.milli[i]) / 1000 }

// number and truth are compiled expressions. The compiled form covers the arithmetic, comparisons and logic of CEL on
// doubles, where nothing but the order of a NaN can fail; every other expression is left to the CEL interpreter.
type (
	number func(v *values) float64
	truth  func(v *values) bool
)

// variables numbers the names that an expression may refer to, as indices into values.milli.
type variables map[string]int

// compileNumber translates a checked expression of type double. It returns nil where the interpreter is needed.
//
// Each operation is its own float64 conversion: the language allows x*y + z to be fused into one rounding otherwise,
// and then the same log would give other bytes on another processor.
func compileNumber(e ast.Expr, vars variables) number {
	switch e.Kind() {
	case ast.IdentKind:
		i, ok := vars[e.AsIdent()]
		if !ok {
			return nil
		}
		return func(v *values) float64 { return float64(v.milli[i]) / 1000 }
	case ast.LiteralKind:
		c, ok := e.AsLiteral().(types.Double)
		if !ok {
			return nil
		}
		return func(*values) float64 { return float64(c) }
	case ast.CallKind:
		return compileNumberCall(e.AsCall(), vars)
	default:
		return nil
	}
}

func compileNumberCall(call ast.CallExpr, vars variables) number {
	args := call.Args()
	switch call.FunctionName() {
	case operators.Negate:
		if a := compileNumber(args[0], vars); a != nil {
			return func(v *values) float64 { return -a(v) }
		}
		return nil
	case operators.Conditional:
		if c, a, b := compileTruth(args[0], vars), compileNumber(args[1], vars), compileNumber(args[2], vars); c != nil && a != nil && b != nil {
			return func(v *values) float64 {
				if c(v) {
					return a(v)
				}
				return b(v)
			}
		}
		return nil
	}
	if len(args) != 2 {
		return nil
	}
	a, b := compileNumber(args[0], vars), compileNumber(args[1], vars)
	if a == nil || b == nil {
		return nil
	}
	switch call.FunctionName() {
	case operators.Add:
		return func(v *values) float64 { return float64(a(v) + b(v)) }
	case operators.Subtract:
		return func(v *values) float64 { return float64(a(v) - b(v)) }
	case operators.Multiply:
		return func(v *values) float64 { return float64(a(v) * b(v)) }
	case operators.Divide:
		return func(v *values) float64 { return float64(a(v) / b(v)) }
	default:
		return nil
	}
}

// compileTruth translates a checked expression of type bool. It returns nil where the interpreter is needed.
func compileTruth(e ast.Expr, vars variables) truth {
	switch e.Kind() {
	case ast.LiteralKind:
		if c, ok := e.AsLiteral().(types.Bool); ok {
			return func(*values) bool { return bool(c) }
		}
		return nil
	case ast.CallKind:
	default:
		return nil
	}
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalNot:
		if a := compileTruth(args[0], vars); a != nil {
			return func(v *values) bool { return !a(v) }
		}
		return nil
	case operators.LogicalAnd, operators.LogicalOr:
		a, b := compileTruth(args[0], vars), compileTruth(args[1], vars)
		if a == nil || b == nil {
			return nil
		}
		if call.FunctionName() == operators.LogicalAnd {
			return func(v *values) bool { return a(v) && b(v) }
		}
		return func(v *values) bool { return a(v) || b(v) }
	case operators.Conditional:
		if c, a, b := compileTruth(args[0], vars), compileTruth(args[1], vars), compileTruth(args[2], vars); c != nil && a != nil && b != nil {
			return func(v *values) bool {
				if c(v) {
					return a(v)
				}
				return b(v)
			}
		}
		return nil
	}
	if len(args) != 2 {
		return nil
	}
	compare := comparisons[call.FunctionName()]
	a, b := compileNumber(args[0], vars), compileNumber(args[1], vars)
	if compare == nil || a == nil || b == nil {
		return nil
	}
	return func(v *values) bool {
		x, y := a(v), b(v)
		if x != x || y != y {
			v.unordered = true
		}
		return compare(x, y)
	}
}

var comparisons = map[string]func(x, y float64) bool{
	operators.Less:          func(x, y float64) bool { return x < y },
	operators.LessEquals:    func(x, y float64) bool { return x <= y },
	operators.Greater:       func(x, y float64) bool { return x > y },
	operators.GreaterEquals: func(x, y float64) bool { return x >= y },
	operators.Equals:        func(x, y float64) bool { return x == y },
	operators.NotEquals:     func(x, y float64) bool { return x != y },
}

// comparison is an expression of the form `variable operator constant`, which most clauses of a tier are.
type comparison struct {
	variable int
	operator string // one of the keys of comparisons
	constant float64
}

// asComparison recognises a comparison of one variable with one constant, turned so that the variable stands left.
func asComparison(e ast.Expr, vars variables) (comparison, bool) {
	if e.Kind() != ast.CallKind {
		return comparison{}, false
	}
	call := e.AsCall()
	if comparisons[call.FunctionName()] == nil {
		return comparison{}, false
	}
	left, right, op := call.Args()[0], call.Args()[1], call.FunctionName()
	if left.Kind() != ast.IdentKind {
		left, right, op = right, left, mirrored[op]
	}
	if left.Kind() != ast.IdentKind {
		return comparison{}, false
	}
	variable, known := vars[left.AsIdent()]
	constant := compileNumber(right, variables{}) // no variables: constants only
	if !known || constant == nil {
		return comparison{}, false
	}
	c := comparison{variable: variable, operator: op, constant: constant(&values{})}
	return c, !math.IsNaN(c.constant)
}

var mirrored = map[string]string{
	operators.Less:          operators.Greater,
	operators.LessEquals:    operators.GreaterEquals,
	operators.Greater:       operators.Less,
	operators.GreaterEquals: operators.LessEquals,
	operators.Equals:        operators.Equals,
	operators.NotEquals:     operators.NotEquals,
}

// conjuncts returns the expressions that must all hold for e to hold.
func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.LogicalAnd {
		args := e.AsCall().Args()
		return append(conjuncts(args[0]), conjuncts(args[1])...)
	}
	return []ast.Expr{e}
}

// bound returns the range of thousandths in which the comparison holds, and false where that is no range or reaches
// beyond all measures.
func (c comparison) bound() (bound, bool) {
	b := bound{variable: c.variable, low: math.MinInt64, high: math.MaxInt64}
	if math.Abs(c.constant) > 1e15 {
		return b, false
	}
	limits := boundaries(c.constant)
	reached, passed := limits[0], limits[len(limits)-1]
	switch c.operator {
	case operators.GreaterEquals:
		b.low = reached
	case operators.Greater:
		b.low = passed
	case operators.LessEquals:
		b.high = passed - 1
	case operators.Less:
		b.high = reached - 1
	case operators.Equals:
		b.low, b.high = reached, passed-1 // empty where no thousandth equals the constant
	default:
		return b, false
	}
	return b, true
}

// boundaries returns the least thousandths at which `x >= constant` and `x > constant` become true. Between
// neighbouring boundaries of all its comparisons a variable can move without changing any of them.
func boundaries(constant float64) []Milli {
	if math.Abs(constant) > 1e15 {
		return nil // no measure gets there
	}
	at := func(holds func(x float64) bool) Milli {
		k := Milli(math.Ceil(constant * 1000))
		for holds(float64(k-1) / 1000) {
			k--
		}
		for !holds(float64(k) / 1000) {
			k++
		}
		return k
	}
	reached := at(func(x float64) bool { return x >= constant })
	passed := at(func(x float64) bool { return x > constant })
	if reached == passed {
		return []Milli{reached}
	}
	return []Milli{reached, passed}
}

// variablesOf adds the variables that an expression refers to.
func variablesOf(e ast.Expr, vars variables, found map[int]bool) {
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			if i, ok := vars[e.AsIdent()]; ok {
				found[i] = true
			}
		}
	}))
}

// linear recognises a sum and difference of variables, each once and without a factor, and returns their signs. Such
// a score needs no doubles: below linearMax every rounding error of the doubles is far less than half a thousandth, so
// rounding the exact integer sum gives the same.
func linear(e ast.Expr, vars variables, sign int, signs map[int]int) bool {
	switch e.Kind() {
	case ast.IdentKind:
		i, ok := vars[e.AsIdent()]
		if !ok || signs[i] != 0 {
			return false
		}
		signs[i] = sign
		return true
	case ast.CallKind:
		call := e.AsCall()
		switch args := call.Args(); call.FunctionName() {
		case operators.Add:
			return linear(args[0], vars, sign, signs) && linear(args[1], vars, sign, signs)
		case operators.Subtract:
			return linear(args[0], vars, sign, signs) && linear(args[1], vars, -sign, signs)
		case operators.Negate:
			return linear(args[0], vars, -sign, signs)
		}
	}
	return false
}

// linearMax bounds each term of a linear score: with at most 64 terms of 10^8 each, doubles err by less than 10^-5.
const linearMax = Milli(100_000_000_000)

// roundScore rounds half away from zero to a thousandth. What is not a finite number, such as a division by zero,
// scores 0.
func roundScore(x float64) Milli {
	x = math.Round(float64(x * 1000))
	if math.IsNaN(x) || math.Abs(x) > 1e15 {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return 0
		}
		return Milli(math.Copysign(1e15, x))
	}
	return Milli(x)
}

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

// linearForm is a score that adds and subtracts measures, each times a constant at most, and constants: all factors in
// thousandths. Nearly always it can be computed with integers.
//
// Computed in doubles, as the document means it, such a sum is off by less than linearError while the magnitudes of its
// terms add up to no more than linearMax: at most 1,000 operations, each off by 2^-53 of that. So where the exact sum is
// further than that from a tie between two thousandths, both round alike; elsewhere the doubles decide.
type linearForm struct {
	factors  []Milli // by measure
	weights  []Milli // by measure: the sum of the magnitudes of its factors, which may cancel out in factors
	constant Milli
}

const (
	linearMax   = Milli(1_000_000_000) // of the magnitudes, in units
	linearError = Milli(200)           // millionths
)

// linear recognises a linear form.
func linear(e ast.Expr, vars variables, sign Milli, f *linearForm) bool {
	switch e.Kind() {
	case ast.IdentKind:
		i, ok := vars[e.AsIdent()]
		if ok {
			f.add(i, sign*1000)
		}
		return ok
	case ast.LiteralKind:
		c, ok := factor(e)
		f.constant += sign * c
		return ok
	case ast.CallKind:
		call := e.AsCall()
		switch args := call.Args(); call.FunctionName() {
		case operators.Add:
			return linear(args[0], vars, sign, f) && linear(args[1], vars, sign, f)
		case operators.Subtract:
			return linear(args[0], vars, sign, f) && linear(args[1], vars, -sign, f)
		case operators.Negate:
			return linear(args[0], vars, -sign, f)
		case operators.Multiply:
			c, ok := factor(args[0])
			variable := args[1]
			if !ok {
				c, ok = factor(args[1])
				variable = args[0]
			}
			if !ok || variable.Kind() != ast.IdentKind {
				return false
			}
			i, known := vars[variable.AsIdent()]
			if known {
				f.add(i, sign*c)
			}
			return known
		}
	}
	return false
}

func (f *linearForm) add(measure int, factor Milli) {
	f.factors[measure] += factor
	f.weights[measure] += max(factor, -factor)
}

// largeMin is from where on a measure is too large for the integers: then the doubles decide.
func (f *linearForm) largeMin(measure int) Milli {
	if f.weights[measure] == 0 {
		return math.MaxInt64
	}
	return linearMax * 1_000_000 / int64(len(f.weights)) / f.weights[measure]
}

// factor returns a constant in thousandths, if it is a whole number of them and not large.
func factor(e ast.Expr) (Milli, bool) {
	if e.Kind() != ast.LiteralKind {
		return 0, false
	}
	c, ok := e.AsLiteral().(types.Double)
	if !ok || math.Abs(float64(c)) > 1e5 {
		return 0, false
	}
	milli := math.Round(float64(c) * 1000)
	return Milli(milli), float64(milli)/1000 == float64(c)
}

// round rounds a sum in millionths to thousandths, half away from zero, and reports whether the doubles must.
func (f *linearForm) round(micro int64) (score Milli, near bool) {
	abs := micro
	if abs < 0 {
		abs = -abs
	}
	rest := abs % 1000
	score = abs / 1000
	if rest >= 500 {
		score++
	}
	if micro < 0 {
		score = -score
	}
	return score, rest > 500-linearError && rest < 500+linearError
}

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

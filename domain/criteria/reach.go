package criteria

import (
	"math"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// span is a range of doubles, both ends included. Floating-point addition, subtraction and multiplication round
// monotonically, so the ends of a result are the results of ends, exactly.
type span struct{ lo, hi float64 }

// anyNumber is the span of an expression about which nothing is known. It may even be no number.
func anyNumber() span { return span{math.Inf(-1), math.Inf(1)} }

// known reports whether an expression's value is surely a finite number within the span.
func (s span) known() bool {
	const big = 1e300
	return s.lo >= -big && s.hi <= big
}

// milliRange is a range of thousandths, both ends included; whole says that only multiples of 1000 occur.
type milliRange struct {
	lo, hi Milli
	whole  bool
}

// milliTop bounds every measure and score from above: no log is long enough to come near.
const milliTop = Milli(1_000_000_000_000_000)

func (r milliRange) empty() bool { return r.lo > r.hi }

func (r milliRange) span() span { return span{float64(r.lo) / 1000, float64(r.hi) / 1000} }

// tighten moves the ends of a range of whole numbers onto whole numbers.
func (r milliRange) tighten() milliRange {
	if r.whole {
		r.lo, r.hi = -floorDiv(-r.lo, 1000)*1000, floorDiv(r.hi, 1000)*1000
	}
	return r
}

// within reports whether every value of r is in o.
func (r milliRange) within(o milliRange) bool { return r.empty() || r.lo >= o.lo && r.hi <= o.hi }

func (r milliRange) both(o milliRange) milliRange {
	return milliRange{lo: max(r.lo, o.lo), hi: min(r.hi, o.hi), whole: r.whole || o.whole}.tighten()
}

// rangeOf is what a measure can be, whatever the history.
func rangeOf(m *Measure) milliRange {
	windowDays := m.WindowNS / int64(day)
	units := func(days int64) milliRange { // distinct units of at least so many days that can touch the window
		if m.WindowNS == 0 {
			return milliRange{hi: milliTop, whole: true}
		}
		return milliRange{hi: (windowDays/days + 3) * 1000, whole: true}
	}
	switch m.Aggregate {
	case SumPoints:
		r := milliRange{hi: milliTop}
		most := Milli(0)
		for _, o := range m.Of {
			most = max(most, o.Points)
		}
		if most == 0 {
			r.hi = 0
		}
		for _, c := range m.Caps {
			if c.Per == PerMentor && c.Every == Ever {
				r.hi = min(r.hi, c.Max)
			}
		}
		return r
	case MeanRating:
		return milliRange{lo: 1000, hi: 5000}
	case ShareMentee:
		return milliRange{hi: 1000}
	case CountDays:
		return units(1)
	case CountWeeks, StreakWeek:
		return units(7)
	case CountMonths, StreakMonth:
		return units(28)
	}
	return milliRange{hi: milliTop, whole: true}
}

// reach knows what measures, and through them the score, can be.
type reach struct {
	ranges map[string]milliRange // by measure; "score" too
	score  ast.Expr
}

func newReach(checked *CheckedDocument) *reach {
	r := &reach{ranges: map[string]milliRange{}, score: checked.Score.AST.NativeRep().Expr()}
	for i := range checked.Doc.Measures {
		m := &checked.Doc.Measures[i]
		r.ranges[m.Name] = rangeOf(m)
	}
	r.ranges["score"] = r.scoreRange(r.ranges)
	return r
}

// scoreRange is what the score can be while the measures are within the given ranges.
func (r *reach) scoreRange(ranges map[string]milliRange) milliRange {
	return scoreRange(r.score, rangesIn(ranges))
}

// scoreRange is what a score can be while its variables are within the given ranges.
func scoreRange(score ast.Expr, ranges rangesOf) milliRange {
	s := spanOf(score, ranges)
	if !s.known() {
		return milliRange{lo: -milliTop, hi: milliTop}
	}
	return milliRange{lo: roundScore(s.lo), hi: roundScore(s.hi)}
}

// rangesOf returns the range of a variable, and false for a name that is none.
type rangesOf func(name string) (milliRange, bool)

func rangesIn(ranges map[string]milliRange) rangesOf {
	return func(name string) (milliRange, bool) {
		r, ok := ranges[name]
		return r, ok
	}
}

// spanOf is what a number expression can be while its variables are within the given ranges.
func spanOf(e ast.Expr, ranges rangesOf) span {
	switch e.Kind() {
	case ast.LiteralKind:
		if d, ok := e.AsLiteral().(types.Double); ok {
			return span{float64(d), float64(d)}
		}
	case ast.IdentKind:
		if r, ok := ranges(e.AsIdent()); ok {
			return r.span()
		}
	case ast.CallKind:
		return spanOfCall(e.AsCall(), ranges)
	}
	return anyNumber()
}

func spanOfCall(call ast.CallExpr, ranges rangesOf) span {
	args := call.Args()
	if call.FunctionName() == operators.Conditional {
		// Which branch is taken, or whether the condition fails to evaluate, is not looked into: simple conditions
		// cannot fail.
		if _, simple := truthOf(args[0], ranges); !simple {
			return anyNumber()
		}
		a, b := spanOf(args[1], ranges), spanOf(args[2], ranges)
		return span{min(a.lo, b.lo), max(a.hi, b.hi)}
	}
	var spans []span
	for _, arg := range args {
		s := spanOf(arg, ranges)
		if !s.known() {
			return anyNumber()
		}
		spans = append(spans, s)
	}
	var s span
	switch call.FunctionName() {
	case operators.Add:
		s = span{spans[0].lo + spans[1].lo, spans[0].hi + spans[1].hi}
	case operators.Subtract:
		s = span{spans[0].lo - spans[1].hi, spans[0].hi - spans[1].lo}
	case operators.Negate:
		s = span{-spans[0].hi, -spans[0].lo}
	case operators.Multiply:
		s = corners(spans[0], spans[1], func(x, y float64) float64 { return x * y })
	case operators.Divide:
		if spans[1].lo <= 0 && spans[1].hi >= 0 {
			return anyNumber()
		}
		s = corners(spans[0], spans[1], func(x, y float64) float64 { return x / y })
	default:
		return anyNumber()
	}
	if !s.known() {
		return anyNumber()
	}
	return s
}

func corners(a, b span, f func(x, y float64) float64) span {
	w, x, y, z := f(a.lo, b.lo), f(a.lo, b.hi), f(a.hi, b.lo), f(a.hi, b.hi)
	return span{min(w, x, y, z), max(w, x, y, z)}
}

// verdict is whether a condition holds for all values within the ranges, for none, or for some.
type verdict uint8

const (
	atSomeTime verdict = iota
	atAllTimes
	atNoTime
)

// truthOf decides a condition. Simple is false when it could fail to evaluate.
func truthOf(e ast.Expr, ranges rangesOf) (v verdict, simple bool) {
	if e.Kind() == ast.LiteralKind {
		b, ok := e.AsLiteral().(types.Bool)
		if !ok {
			return atSomeTime, false
		}
		return verdictOf(bool(b), !bool(b)), true
	}
	if e.Kind() != ast.CallKind {
		return atSomeTime, false
	}
	call := e.AsCall()
	args := call.Args()
	switch name := call.FunctionName(); name {
	case operators.LogicalAnd, operators.LogicalOr:
		a, simpleA := truthOf(args[0], ranges)
		b, simpleB := truthOf(args[1], ranges)
		simple = simpleA && simpleB
		if name == operators.LogicalAnd {
			return verdictOf(a == atAllTimes && b == atAllTimes, a == atNoTime || b == atNoTime), simple
		}
		return verdictOf(a == atAllTimes || b == atAllTimes, a == atNoTime && b == atNoTime), simple
	case operators.LogicalNot:
		a, simple := truthOf(args[0], ranges)
		return verdictOf(a == atNoTime, a == atAllTimes), simple
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.Equals,
		operators.NotEquals:
		a, b := spanOf(args[0], ranges), spanOf(args[1], ranges)
		if !a.known() || !b.known() {
			return atSomeTime, false
		}
		return compare(name, a, b), true
	}
	return atSomeTime, false
}

func verdictOf(yes, no bool) verdict {
	switch {
	case yes:
		return atAllTimes
	case no:
		return atNoTime
	}
	return atSomeTime
}

// compare decides a comparison of two spans.
func compare(operator string, a, b span) verdict {
	switch operator {
	case operators.Less:
		return verdictOf(a.hi < b.lo, a.lo >= b.hi)
	case operators.LessEquals:
		return verdictOf(a.hi <= b.lo, a.lo > b.hi)
	case operators.Greater:
		return compare(operators.Less, b, a)
	case operators.GreaterEquals:
		return compare(operators.LessEquals, b, a)
	case operators.Equals:
		return verdictOf(a.lo == a.hi && b.lo == b.hi && a.lo == b.lo, a.hi < b.lo || a.lo > b.hi)
	}
	same := compare(operators.Equals, a, b)
	return verdictOf(same == atNoTime, same == atAllTimes)
}

package criteria

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// Direction says what a greater value of a measure does to a condition.
type Direction uint8

// What a greater value does.
const (
	NoDirection   Direction = 0                // nothing: the condition does not depend on it
	Rising        Direction = 1                // it never makes the condition false
	Falling       Direction = 2                // it never makes the condition true
	EitherWay     Direction = Rising | Falling // both may be
	directionMask           = EitherWay
)

// opposite is what a smaller value does.
func (d Direction) opposite() Direction { return (d<<1 | d>>1) & directionMask }

// DirectionOf returns what a greater value of a measure, by itself and through the score, does to a tier's when. It may
// say EitherWay where the truth is less, and never the other way round.
func (p *Plan) DirectionOf(tier, measure int) Direction {
	score := p.directionOf(p.scoreOf.root, measure, NoDirection)
	return p.directionOf(p.when[tier].root, measure, score)
}

// directionOf finds the direction of an expression in a measure, given that of the score. Numbers rise with a measure
// where they never get smaller.
func (p *Plan) directionOf(e ast.Expr, measure int, score Direction) Direction {
	switch e.Kind() {
	case ast.LiteralKind:
		return NoDirection
	case ast.IdentKind:
		switch p.vars[e.AsIdent()] {
		case measure:
			return Rising
		case p.vars["score"]:
			return score
		}
		return NoDirection
	case ast.CallKind:
		return p.directionOfCall(e.AsCall(), measure, score)
	}
	return EitherWay
}

func (p *Plan) directionOfCall(call ast.CallExpr, measure int, score Direction) Direction {
	var args []Direction
	all := NoDirection
	for _, arg := range call.Args() {
		d := p.directionOf(arg, measure, score)
		args = append(args, d)
		all |= d
	}
	if all == NoDirection {
		return NoDirection
	}
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr, operators.Add:
		return all
	case operators.LogicalNot, operators.Negate:
		return args[0].opposite()
	case operators.Subtract, operators.GreaterEquals, operators.Greater:
		return args[0] | args[1].opposite()
	case operators.LessEquals, operators.Less:
		return args[0].opposite() | args[1]
	case operators.Multiply:
		if positive(call.Args()[0]) {
			return args[1]
		}
		if positive(call.Args()[1]) {
			return args[0]
		}
	case operators.Divide:
		if positive(call.Args()[1]) {
			return args[0]
		}
	}
	return EitherWay
}

// positive reports whether an expression is a constant above zero.
func positive(e ast.Expr) bool {
	if e.Kind() != ast.LiteralKind {
		return false
	}
	d, ok := e.AsLiteral().(types.Double)
	return ok && d > 0
}

package criteria

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// literalDecimals and literalMost bound the numbers of expressions that a knob sets.
const (
	literalDecimals = 6
	literalMost     = 1e9
)

// expressionKnobs notes the numbers of an expression, in the order of its text.
func (r *knobReader) expressionKnobs(path, about string, e *CheckedExpr) {
	if e == nil {
		return
	}
	n := r.written[e.At]
	if n == nil {
		return
	}
	places := r.placesOf(n)
	start := slices.Index(places, e.At)
	if start < 0 {
		return
	}
	native := e.AST.NativeRep()
	x := &expressionReader{knobReader: r, path: path, about: about, info: native.SourceInfo(), source: []rune(e.Source),
		places: places[start:], where: e.limited}
	x.visit(native.Expr())
	slices.SortStableFunc(x.literals, func(a, b literalKnob) int { return a.at - b.at })
	for _, l := range x.literals {
		x.note(l)
	}
}

// expressionReader collects the numbers of one expression.
type expressionReader struct {
	*knobReader
	path, about string
	info        *ast.SourceInfo
	source      []rune
	places      []Place // of its characters
	where       bool    // over a fact: only thresholds are knobs
	literals    []literalKnob
	times       map[string]int // that a name was given
}

// literalKnob is a number with what it stands beside.
type literalKnob struct {
	at       int // its first character
	expr     ast.Expr
	kind     KnobKind
	beside   ast.Expr // what is compared with it or multiplied by it; nil for a constant
	operator string   // of a comparison, with the number on the right
}

// visit finds the numbers of an expression. Loops are left out: what they compare with are no attributes.
func (x *expressionReader) visit(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		x.literal(e, KnobConstant, nil, "")
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			x.visit(item)
		}
	case ast.CallKind:
		call := e.AsCall()
		args := call.Args()
		if call.IsMemberFunction() {
			x.visit(call.Target())
		}
		if len(args) == 2 && (comparisons[call.FunctionName()] != nil || call.FunctionName() == operators.Multiply) {
			kind, turned := KnobThreshold, mirrored[call.FunctionName()]
			if call.FunctionName() == operators.Multiply {
				kind, turned = KnobCoefficient, operators.Multiply
			}
			x.pair(args[0], args[1], kind, turned)
			x.pair(args[1], args[0], kind, call.FunctionName())
			return
		}
		for _, arg := range args {
			x.visit(arg)
		}
	}
}

// pair visits one side of a comparison or product.
func (x *expressionReader) pair(side, beside ast.Expr, kind KnobKind, operator string) {
	if side.Kind() == ast.LiteralKind && beside.Kind() != ast.LiteralKind {
		x.literal(side, kind, beside, operator)
		return
	}
	x.visit(side)
}

func (x *expressionReader) literal(e ast.Expr, kind KnobKind, beside ast.Expr, operator string) {
	if x.where && (kind != KnobThreshold || beside.Kind() != ast.IdentKind) {
		return
	}
	if _, ok := number64(e); !ok {
		return
	}
	at, ok := x.info.GetOffsetRange(e.ID())
	if ok && int(at.Start) < len(x.source) {
		x.literals = append(x.literals, literalKnob{int(at.Start), e, kind, beside, operator})
	}
}

// number64 is the value of a number.
func number64(e ast.Expr) (float64, bool) {
	switch v := e.AsLiteral().(type) {
	case types.Double:
		return float64(v), !math.IsInf(float64(v), 0)
	case types.Int:
		return float64(v), int64(float64(v)) == int64(v)
	case types.Uint:
		return float64(v), uint64(v) < 1<<53
	}
	return 0, false
}

// numberTokenRE matches a number of CEL with its sign, as it stands before a number or as a part of one.
var numberTokenRE = regexp.MustCompile(
	`^(-[ \t\n]*)?(0x[0-9a-fA-F]+|[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.[0-9]+([eE][-+]?[0-9]+)?|[0-9]+)[uU]?`)

// note makes a knob of a number.
func (x *expressionReader) note(l literalKnob) {
	token := numberTokenRE.FindString(string(x.source[l.at:min(len(x.source), l.at+64)]))
	value, _ := number64(l.expr)
	if spelled, ok := tokenValue(token); !ok || spelled != value || l.at+len(token) > len(x.places) {
		return
	}
	k := knob{Knob: Knob{
		Kind: l.kind, Value: value, Decimals: literalDecimals, Least: min(-literalMost, value),
		Most: max(literalMost, value),
	}}
	subject := "" // what stands beside, in words
	if l.beside != nil {
		subject = spell(l.beside, x.info)
	}
	switch {
	case l.beside == nil:
		k.ID = x.numbered("constant")
		k.Label = x.about + ": the number " + token
	case l.kind == KnobCoefficient:
		k.ID = x.named(l.beside, ".weight", "product")
		k.Label = x.about + ": weight of " + clip(subject)
	default:
		k.ID = x.named(l.beside, "", "comparison")
		k.Label = x.about + ": " + clip(subject) + " " + operatorWords[l.operator]
		k.Unit = x.unitBeside(l.beside)
		if x.where {
			k.Least = 0
			equals := l.operator == operators.Equals || l.operator == operators.NotEquals
			if equals && k.Unit != unitRating {
				k.Decimals = 0 // a whole number equals no other
			}
		}
	}
	x.add(k, token, x.places[l.at:l.at+len(token)])
}

var operatorWords = map[string]string{
	operators.GreaterEquals: "at least",
	operators.Greater:       "more than",
	operators.LessEquals:    "at most",
	operators.Less:          "less than",
	operators.Equals:        "exactly",
	operators.NotEquals:     "anything but",
}

// tokenValue reads a number of CEL.
func tokenValue(token string) (float64, bool) {
	token = strings.TrimRight(strings.Join(strings.Fields(token), ""), "uU")
	if digits := strings.TrimPrefix(token, "-"); strings.HasPrefix(digits, "0x") {
		n, err := strconv.ParseUint(digits[2:], 16, 63)
		if len(digits) < len(token) {
			return -float64(n), err == nil
		}
		return float64(n), err == nil
	}
	v, err := strconv.ParseFloat(token, 64)
	return v, err == nil
}

// named is the id of a number beside a variable, or of the next one beside something else.
func (x *expressionReader) named(beside ast.Expr, suffix, otherwise string) string {
	if beside.Kind() != ast.IdentKind {
		return x.numbered(otherwise)
	}
	name := x.path + "." + beside.AsIdent() + suffix
	if n := x.next(name); n > 1 {
		name += "." + strconv.Itoa(n)
	}
	return name
}

// numbered is the id of the next number of a sort. No variable has a hyphen in its name.
func (x *expressionReader) numbered(sort string) string {
	return x.path + "." + sort + "-" + strconv.Itoa(x.next(sort+"-"))
}

func (x *expressionReader) next(name string) int {
	if x.times == nil {
		x.times = map[string]int{}
	}
	x.times[name]++
	return x.times[name]
}

// unitBeside is the unit of what a number is compared with.
func (x *expressionReader) unitBeside(e ast.Expr) string {
	if e.Kind() != ast.IdentKind {
		return ""
	}
	name := e.AsIdent()
	if x.where {
		return map[string]string{"minutes": "minutes", "levels": "levels", "rating": unitRating}[name]
	}
	for i := range x.checked.Doc.Measures {
		if m := &x.checked.Doc.Measures[i]; m.Name == name {
			return unitOf(m)
		}
	}
	if name == "score" {
		return unitPoints
	}
	return ""
}

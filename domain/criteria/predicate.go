package criteria

import (
	"laurel/domain"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// subject is the fact that a where looks at.
type subject struct {
	fact   *Fact
	mentor *Mentor
	tables *Tables
}

func (s *subject) label(of ...domain.EventType) string {
	for _, t := range of {
		if factTypes[s.fact.Type] == t {
			return s.tables.Labels[s.fact.Label]
		}
	}
	return ""
}

func (s *subject) value(of domain.EventType) float64 {
	if factTypes[s.fact.Type] == of {
		return float64(s.fact.Value)
	}
	return 0
}

func (s *subject) mentee() string {
	if s.fact.Bond == NoBond {
		return ""
	}
	return s.tables.People[s.mentor.Mentees[s.mentor.Bonds[s.fact.Bond]]].String()
}

// textAttributes, numberAttributes and flagAttributes read what a where may refer to. An attribute that the fact's type
// does not carry has its zero value.
var textAttributes = map[string]func(s *subject) string{
	"type":       func(s *subject) string { return string(factTypes[s.fact.Type]) },
	"channel":    func(s *subject) string { return s.label(domain.TypeSessionHeld) },
	"rater":      func(s *subject) string { return s.label(domain.TypeFeedbackGiven) },
	"visibility": func(s *subject) string { return s.label(domain.TypeThreadPosted, domain.TypePracticeShared) },
	"skill":      func(s *subject) string { return s.tables.Skills[s.fact.skill()] },
	"mentee":     (*subject).mentee,
}

var numberAttributes = map[string]func(s *subject) float64{
	"minutes": func(s *subject) float64 { return s.value(domain.TypeSessionHeld) },
	"levels":  func(s *subject) float64 { return s.value(domain.TypePromotionRecorded) },
	"rating":  func(s *subject) float64 { return s.value(domain.TypeFeedbackGiven) / 1000 },
}

var flagAttributes = map[string]uint8{"confirmed": FlagConfirmed, "attested": FlagAttested}

// predicate is a compiled where. Most refer only to attributes of few values, so each evaluator remembers the answers
// by type, flags and label and asks again only for the others.
type predicate struct {
	ask     func(s *subject) bool // nil: only the interpreter can
	program cel.Program
	few     bool // only type, channel, rater, visibility and flags are looked at
	root    ast.Expr
}

func compilePredicate(e ast.Expr, program cel.Program) *predicate {
	p := &predicate{ask: askTruth(e), program: program, few: true, root: e}
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			switch e.AsIdent() {
			case "skill", "mentee", "minutes", "levels", "rating":
				p.few = false
			}
		}
	}))
	return p
}

// holds evaluates the predicate. An evaluation error, such as a division by zero, counts as false.
func (p *predicate) holds(s *subject) bool {
	if p.ask != nil {
		return p.ask(s)
	}
	binding := make(map[string]any, 10)
	for name, read := range textAttributes {
		binding[name] = read(s)
	}
	for name, read := range numberAttributes {
		if name == "rating" {
			binding[name] = read(s)
		} else {
			binding[name] = int64(read(s))
		}
	}
	for name, bit := range flagAttributes {
		binding[name] = s.fact.Flags&bit != 0
	}
	out, _, err := p.program.Eval(binding)
	return err == nil && out == types.True
}

// askTruth compiles the comparisons and logic over attributes that cannot fail; nil for anything else.
func askTruth(e ast.Expr) func(s *subject) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		if c, ok := e.AsLiteral().(types.Bool); ok {
			return func(*subject) bool { return bool(c) }
		}
		return nil
	case ast.IdentKind:
		if bit, ok := flagAttributes[e.AsIdent()]; ok {
			return func(s *subject) bool { return s.fact.Flags&bit != 0 }
		}
		return nil
	case ast.CallKind:
		return askCall(e.AsCall())
	default:
		return nil
	}
}

func askCall(call ast.CallExpr) func(s *subject) bool {
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalNot:
		if a := askTruth(args[0]); a != nil {
			return func(s *subject) bool { return !a(s) }
		}
		return nil
	case operators.LogicalAnd, operators.LogicalOr:
		a, b := askTruth(args[0]), askTruth(args[1])
		if a == nil || b == nil {
			return nil
		}
		if call.FunctionName() == operators.LogicalAnd {
			return func(s *subject) bool { return a(s) && b(s) }
		}
		return func(s *subject) bool { return a(s) || b(s) }
	case operators.In:
		return askIn(args[0], args[1])
	}
	if len(args) != 2 {
		return nil
	}
	if a, b := askText(args[0]), askText(args[1]); a != nil && b != nil {
		switch call.FunctionName() {
		case operators.Equals:
			return func(s *subject) bool { return a(s) == b(s) }
		case operators.NotEquals:
			return func(s *subject) bool { return a(s) != b(s) }
		}
		return nil
	}
	if a, b := askNumber(args[0]), askNumber(args[1]); a != nil && b != nil {
		if compare := comparisons[call.FunctionName()]; compare != nil {
			return func(s *subject) bool { return compare(a(s), b(s)) }
		}
	}
	return nil
}

// askIn compiles `attribute in [constants]`.
func askIn(element, list ast.Expr) func(s *subject) bool {
	text := askText(element)
	if text == nil || list.Kind() != ast.ListKind || len(list.AsList().OptionalIndices()) > 0 {
		return nil
	}
	var members []string
	for _, m := range list.AsList().Elements() {
		if m.Kind() != ast.LiteralKind {
			return nil
		}
		c, ok := m.AsLiteral().(types.String)
		if !ok {
			return nil
		}
		members = append(members, string(c))
	}
	return func(s *subject) bool {
		v := text(s)
		for _, m := range members {
			if m == v {
				return true
			}
		}
		return false
	}
}

func askText(e ast.Expr) func(s *subject) string {
	switch e.Kind() {
	case ast.IdentKind:
		return textAttributes[e.AsIdent()]
	case ast.LiteralKind:
		if c, ok := e.AsLiteral().(types.String); ok {
			return func(*subject) string { return string(c) }
		}
	}
	return nil
}

// askNumber compiles an attribute or a constant. Integers below 2^53 are exact as doubles.
func askNumber(e ast.Expr) func(s *subject) float64 {
	switch e.Kind() {
	case ast.IdentKind:
		return numberAttributes[e.AsIdent()]
	case ast.LiteralKind:
		switch c := e.AsLiteral().(type) {
		case types.Int:
			if c > -1<<53 && c < 1<<53 {
				return func(*subject) float64 { return float64(c) }
			}
		case types.Double:
			if c == c {
				return func(*subject) float64 { return float64(c) }
			}
		}
	}
	return nil
}

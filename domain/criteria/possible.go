package criteria

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// Range is what a measure can be, both ends included.
type Range struct{ Low, High Milli }

// Possible reports whether a tier's when can hold while every measure, in document order, is within its range. It may
// say yes where the truth is no, and never the other way round.
func (p *Plan) Possible(tier int, ranges []Range) bool {
	w, score := &p.when[tier], len(p.measures)
	for _, b := range w.bounds {
		if b.variable != score && (ranges[b.variable].Low > b.high || ranges[b.variable].High < b.low) {
			return false
		}
	}
	measures := func(name string) (milliRange, bool) {
		i, ok := p.vars[name]
		if !ok || i == score {
			return milliRange{}, false
		}
		return milliRange{lo: ranges[i].Low, hi: ranges[i].High}, true
	}
	scored, known := milliRange{}, false
	v, _ := truthOf(w.root, func(name string) (milliRange, bool) {
		if p.vars[name] != score {
			return measures(name)
		}
		if !known {
			scored, known = scoreRange(p.scoreOf.root, measures), true
		}
		return scored, true
	})
	return v != atNoTime
}

// Passes reports whether a measure's where holds for a fact of a mentor; without a where every fact passes. Whether the
// measure takes the fact's type is not looked at.
func (p *Plan) Passes(measure int, tables *Tables, m *Mentor, f *Fact) bool {
	pred := p.measures[measure].pred
	return pred == nil || pred.holds(&subject{fact: f, mentor: m, tables: tables})
}

// Constants lists the texts and the numbers that a measure's where names, each once, in order. All says that it only
// compares attributes with them, so that nothing but being one of the texts, or beside one of the numbers, matters.
func (p *Plan) Constants(measure int) (texts []string, numbers []float64, all bool) {
	pred := p.measures[measure].pred
	if pred == nil {
		return nil, nil, true
	}
	all = pred.ask != nil
	ast.PostOrderVisit(pred.root, ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			args := e.AsCall().Args()
			if len(args) == 2 && args[0].Kind() == ast.IdentKind && args[1].Kind() == ast.IdentKind &&
				flagAttributes[args[0].AsIdent()] == 0 {
				all = false // two attributes are compared with each other
			}
		case ast.LiteralKind:
			switch c := e.AsLiteral().(type) {
			case types.String:
				texts = append(texts, string(c))
			case types.Int:
				numbers = append(numbers, float64(c))
			case types.Double:
				numbers = append(numbers, float64(c))
			}
		}
	}))
	slices.Sort(texts)
	slices.Sort(numbers)
	return slices.Compact(texts), slices.Compact(numbers), all
}

// AsksAbout reports whether a measure's where refers to an attribute.
func (p *Plan) AsksAbout(measure int, attribute string) bool {
	pred, asks := p.measures[measure].pred, false
	if pred == nil {
		return false
	}
	ast.PostOrderVisit(pred.root, ast.NewExprVisitor(func(e ast.Expr) {
		asks = asks || e.Kind() == ast.IdentKind && e.AsIdent() == attribute
	}))
	return asks
}

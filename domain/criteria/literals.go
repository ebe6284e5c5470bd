package criteria

import (
	"slices"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// misspelt reports texts that an attribute of few values is compared with and never has, such as rater == "mentees".
func misspelt(checked *CheckedDocument, f *findings, locate locator) {
	for i, where := range checked.Where {
		if where == nil {
			continue
		}
		m := &checked.Doc.Measures[i]
		x := &expression{exprChecker: &exprChecker{findings: f, locate: locate}, expr: m.Where,
			path: "measures." + m.Name + ".where", about: subjectFact, info: where.AST.NativeRep().SourceInfo()}
		ast.PostOrderVisit(where.AST.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
			name, texts := comparedTexts(e)
			values := valuesOf(m, name)
			for _, text := range texts {
				said := string(text.AsLiteral().(types.String))
				if values != nil && said != "" && !slices.Contains(values, said) {
					f.warnf(x.placeOf(text), x.path, didYouMean(said, values), "the facts of `%s` never have the %s %q", m.Name,
						name, clip(said))
				}
			}
		}))
	}
}

// valuesOf lists the values that an attribute of a measure's facts can have; nil when anything is possible.
func valuesOf(m *Measure, name string) []string {
	switch name {
	case "type":
		var out []string
		for _, o := range m.Of {
			out = append(out, string(o.Type))
		}
		return out
	case "rater":
		return []string{"mentee", "mentor"}
	case "visibility":
		return []string{"room", "program", "public"}
	}
	return nil
}

// comparedTexts recognises attribute == text, its mirror and opposite, and attribute in [texts].
func comparedTexts(e ast.Expr) (name string, texts []ast.Expr) {
	if e.Kind() != ast.CallKind {
		return "", nil
	}
	call := e.AsCall()
	var candidates []ast.Expr
	switch args := call.Args(); call.FunctionName() {
	case operators.Equals, operators.NotEquals:
		left, right := args[0], args[1] // never reordered in place: the tree is shared
		if left.Kind() != ast.IdentKind {
			left, right = right, left
		}
		name, candidates = identOf(left), []ast.Expr{right}
	case operators.In:
		if args[1].Kind() == ast.ListKind {
			name, candidates = identOf(args[0]), args[1].AsList().Elements()
		}
	}
	for _, c := range candidates {
		if c.Kind() != ast.LiteralKind {
			continue
		}
		if _, ok := c.AsLiteral().(types.String); ok {
			texts = append(texts, c)
		}
	}
	return name, texts
}

func identOf(e ast.Expr) string {
	if e.Kind() == ast.IdentKind {
		return e.AsIdent()
	}
	return ""
}

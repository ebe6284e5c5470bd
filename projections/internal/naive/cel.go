package naive

import (
	"fmt"
	"math"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
)

// expression is a checked CEL expression, run by cel-go's interpreter.
type expression struct{ program cel.Program }

// compileWhere compiles a condition over the attributes of one fact.
func compileWhere(source string) expression {
	env := must(cel.NewEnv(
		cel.CrossTypeNumericComparisons(true),
		cel.Variable("type", cel.StringType),
		cel.Variable("channel", cel.StringType),
		cel.Variable("rater", cel.StringType),
		cel.Variable("skill", cel.StringType),
		cel.Variable("visibility", cel.StringType),
		cel.Variable("mentee", cel.StringType),
		cel.Variable("minutes", cel.IntType),
		cel.Variable("levels", cel.IntType),
		cel.Variable("rating", cel.DoubleType),
		cel.Variable("confirmed", cel.BoolType),
		cel.Variable("attested", cel.BoolType),
	))
	checked, issues := env.Compile(source)
	return finish(env, source, checked, issues, cel.BoolType)
}

// compileNumber compiles a score and compileCondition a when: all names are doubles, integer literals too.
func compileNumber(source string, names []string) expression {
	return compileDoubles(source, names, cel.DoubleType)
}

func compileCondition(source string, names []string) expression {
	return compileDoubles(source, names, cel.BoolType)
}

func compileDoubles(source string, names []string, want *cel.Type) expression {
	var options []cel.EnvOption
	for _, name := range names {
		options = append(options, cel.Variable(name, cel.DoubleType))
	}
	env := must(cel.NewEnv(options...))
	parsed, issues := env.Parse(source)
	if issues.Err() != nil {
		panic(fmt.Sprintf("%s: %v", source, issues.Err()))
	}
	literals := ast.NewExprFactory()
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind {
			return
		}
		if n, ok := e.AsLiteral().(types.Int); ok {
			e.SetKindCase(literals.NewLiteral(e.ID(), types.Double(n)))
		}
	}))
	checked, issues := env.Check(parsed)
	return finish(env, source, checked, issues, want)
}

func finish(env *cel.Env, source string, checked *cel.Ast, issues *cel.Issues, want *cel.Type) expression {
	if issues.Err() != nil {
		panic(fmt.Sprintf("%s: %v", source, issues.Err()))
	}
	if !checked.OutputType().IsExactType(want) {
		panic(fmt.Sprintf("%s is %v and not %v", source, checked.OutputType(), want))
	}
	return expression{must(env.Program(checked))}
}

// holds is the value of a condition; one that fails is false.
func (e expression) holds(values map[string]any) bool {
	out, _, err := e.program.Eval(values)
	if err != nil {
		return false
	}
	return out.Value().(bool)
}

// score is the value of a score, rounded half away from zero to a thousandth; one that fails, is not a number or is
// infinite is 0.
func (e expression) score(values map[string]any) float64 {
	out, _, err := e.program.Eval(values)
	if err != nil {
		return 0
	}
	x := math.Round(out.Value().(float64)*1000) / 1000
	if math.IsNaN(x) || math.IsInf(x, 0) || x == 0 {
		return 0 // and never negative zero
	}
	return x
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

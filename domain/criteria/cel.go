package criteria

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
)

// Limits on one expression.
const (
	expressionBytesMax = 4 << 10
	expressionNodesMax = 1000 // after macros are expanded
	expressionDepthMax = 32
	// costMax bounds the evaluation of an expression, estimated before and limited while it runs. A comparison costs
	// about 1 and a step of a comprehension about 5.
	costMax = 10_000
	// textSizeMax is the size of an attribute that the estimate assumes; event payloads have no longer ones.
	textSizeMax   = 200
	regexBytesMax = 200
)

// CheckedDocument is a document with the checked form of each of its expressions.
type CheckedDocument struct {
	Doc   *Document
	Score *CheckedExpr
	When  []*CheckedExpr // by index into Doc.Tiers
	Where []*CheckedExpr // by index into Doc.Measures; nil where the measure has no where
}

// CheckedExpr is an expression that is parsed, checked and within its limits. In a score and a when every integer
// literal has become a double.
type CheckedExpr struct {
	Source   string
	At       Place
	AST      *cel.Ast // AST.NativeRep() is the tree
	Env      *cel.Env
	Measures []string // of score and when: the measures referred to, in document order
	Score    bool     // of when: it refers to score
	Asks     []string // of where: the attributes referred to, in the order of Attributes
	limited  bool     // its cost depends on the values that it meets
}

// Program plans the expression for CEL's interpreter. A where stops with an error when it costs too much; a score and
// a when are over numbers only, so that the estimate is the truth and nothing need be counted.
func (c *CheckedExpr) Program() (cel.Program, error) {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if c.limited {
		options = append(options, cel.CostLimit(costMax))
	}
	return c.Env.Program(c.AST, options...)
}

// CheckExpressions checks the score, every when and every where of a document. The result is nil when there is an
// error among the findings. Documents from Parse have passed it.
func CheckExpressions(doc *Document) (*CheckedDocument, Diagnostics) {
	f := &findings{}
	checked := checkExpressions(doc, f, func(e Expr, _ int) Place { return e.At })
	if ds := f.done(); ds.HasErrors() {
		return nil, ds
	}
	return checked, f.done()
}

// locator finds the place of the character with the given index in an expression's source.
type locator func(e Expr, index int) Place

// checkExpressions checks as far as it can: what has errors is left nil.
func checkExpressions(doc *Document, f *findings, locate locator) *CheckedDocument {
	checked := &CheckedDocument{Doc: doc, When: make([]*CheckedExpr, len(doc.Tiers)),
		Where: make([]*CheckedExpr, len(doc.Measures))}
	var names []string
	for _, m := range doc.Measures {
		if nameRE.MatchString(m.Name) && !slices.Contains(namesReserved(), m.Name) {
			names = append(names, m.Name)
		}
	}
	c := &exprChecker{findings: f, locate: locate, measures: names}
	scoreEnv, whenEnv := numberEnv(names), numberEnv(append(slices.Clone(names), "score"))
	whereEnv := factEnv()
	if doc.Score.Source != "" {
		checked.Score = c.check(doc.Score, "score", scoreEnv, subjectScore)
	}
	for i, t := range doc.Tiers {
		if t.When.Source != "" {
			checked.When[i] = c.check(t.When, fmt.Sprintf("tiers[%d].when", i), whenEnv, subjectWhen)
		}
	}
	for i := range doc.Measures {
		m := &doc.Measures[i]
		if m.Where.Source == "" {
			continue
		}
		path := "measures." + m.Name + ".where"
		if e := c.check(m.Where, path, whereEnv, subjectFact); e != nil && c.carried(m, e, path) {
			checked.Where[i] = e
		}
	}
	return checked
}

// numberEnv is the environment of score and when: measures as doubles, no comprehensions.
func numberEnv(names []string) *cel.Env {
	options := append(limits(), cel.StdLib(), cel.ClearMacros())
	for _, name := range names {
		options = append(options, cel.Variable(name, cel.DoubleType))
	}
	return mustEnv(options)
}

// factEnv is the environment of where: the attributes of one fact.
func factEnv() *cel.Env {
	options := append(limits(), cel.StdLib())
	for _, a := range Attributes() {
		kind := map[AttributeKind]*cel.Type{
			AttributeString: cel.StringType, AttributeInt: cel.IntType, AttributeDouble: cel.DoubleType,
			AttributeBool: cel.BoolType,
		}[a.Kind]
		options = append(options, cel.Variable(a.Name, kind))
	}
	return mustEnv(options)
}

func limits() []cel.EnvOption {
	return []cel.EnvOption{
		cel.ParserExpressionSizeLimit(expressionBytesMax),
		cel.ParserRecursionLimit(expressionDepthMax * 4), // the grammar takes several steps a level
		cel.ParserErrorRecoveryLimit(4),
		cel.ExpressionNodeLimit(expressionNodesMax),
		cel.CrossTypeNumericComparisons(true),
		cel.EnableMacroCallTracking(),
	}
}

// mustEnv panics only when the options, all of them ours, are wrong.
func mustEnv(options []cel.EnvOption) *cel.Env {
	env, err := cel.NewCustomEnv(options...)
	if err != nil {
		panic(fmt.Sprintf("criteria: expression environment: %v", err))
	}
	return env
}

// subject is what an expression is about.
type exprSubject uint8

const (
	subjectScore exprSubject = iota
	subjectWhen
	subjectFact
)

// exprChecker checks expressions one by one.
type exprChecker struct {
	*findings
	locate   locator
	measures []string
}

// check parses and checks one expression. It is nil when there are errors, which are reported.
func (c *exprChecker) check(e Expr, path string, env *cel.Env, about exprSubject) *CheckedExpr {
	if len(e.Source) > expressionBytesMax {
		c.errorf(e.At, path, fmt.Sprintf("at most %d are allowed; make it several measures", expressionBytesMax),
			"the expression has %d bytes", len(e.Source))
		return nil
	}
	x := &expression{exprChecker: c, expr: e, path: path, about: about}
	if at, deep := tooDeep(e.Source); deep {
		x.tooDeep(c.locate(e, at))
		return nil
	}
	parsed, issues := env.Parse(e.Source)
	if issues.Err() != nil {
		x.syntaxErrors(issues)
		return nil
	}
	x.info = parsed.NativeRep().SourceInfo()
	if depth(parsed.NativeRep().Expr()) > expressionDepthMax*2 {
		x.tooDeep(e.At)
		return nil
	}
	if about == subjectFact {
		comparedToRating(parsed.NativeRep())
	} else {
		doubles(parsed.NativeRep().Expr())
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		x.typeErrors(issues, parsed.NativeRep().Expr())
		return nil
	}
	if !x.allowed(checked, env) {
		return nil
	}
	out := &CheckedExpr{Source: e.Source, At: e.At, AST: checked, Env: env, limited: about == subjectFact}
	out.refer(c.measures)
	return out
}

// hides reports whether a loop's variable has the name of an attribute.
func (x *expression) hides(name string) bool {
	_, taken := attribute(name)
	return taken
}

// refer notes what the expression refers to.
func (c *CheckedExpr) refer(measures []string) {
	found := map[string]bool{}
	native := c.AST.NativeRep()
	ast.PostOrderVisit(native.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if ref, ok := native.ReferenceMap()[e.ID()]; ok && e.Kind() == ast.IdentKind && ref.Name != "" {
			found[ref.Name] = true
		}
	}))
	for _, name := range measures {
		if found[name] {
			c.Measures = append(c.Measures, name)
		}
	}
	c.Score = found["score"]
	for _, a := range Attributes() {
		if found[a.Name] {
			c.Asks = append(c.Asks, a.Name)
		}
	}
}

// doubles turns every integer literal into a double.
func doubles(e ast.Expr) {
	factory := ast.NewExprFactory()
	ast.PostOrderVisit(e, ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind {
			return
		}
		if n, ok := e.AsLiteral().(types.Int); ok {
			e.SetKindCase(factory.NewLiteral(e.ID(), types.Double(n)))
		}
	}))
}

// comparedToRating lets a where say `rating == 4`: CEL compares doubles with integers by order, but not for equality.
func comparedToRating(tree *ast.AST) {
	rating := func(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == "rating" }
	ast.PostOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind || len(e.AsCall().Args()) != 2 {
			return
		}
		switch left, right := e.AsCall().Args()[0], e.AsCall().Args()[1]; e.AsCall().FunctionName() {
		case operators.Equals, operators.NotEquals:
			if rating(left) && right.Kind() == ast.LiteralKind {
				doubles(right)
			} else if rating(right) && left.Kind() == ast.LiteralKind {
				doubles(left)
			}
		case operators.In:
			if rating(left) && right.Kind() == ast.ListKind {
				doubles(right)
			}
		}
	}))
}

// depth is the number of levels of a tree.
func depth(e ast.Expr) int {
	deepest := 0
	nav := ast.NavigateExpr(ast.NewAST(e, nil), e)
	for _, n := range ast.MatchDescendants(nav, ast.AllMatcher()) {
		deepest = max(deepest, n.Depth())
	}
	return deepest
}

// tooDeep finds where brackets, or a run of prefix operators, nest deeper than allowed, before a parser recurses into
// them.
func tooDeep(source string) (at int, deep bool) {
	open, run := 0, 0
	for _, t := range scan(source) {
		switch t.text {
		case "(", "[", "{":
			open++
		case ")", "]", "}":
			open--
		}
		run++
		if t.text != "!" && t.text != "-" {
			run = 0
		}
		if open+run > expressionDepthMax {
			return t.at, true
		}
	}
	return 0, false
}

// carried reports attributes that none of the measure's types carries: they would always be empty.
func (c *exprChecker) carried(m *Measure, e *CheckedExpr, path string) bool {
	ok := true
	for _, name := range e.Asks {
		a, _ := attribute(name)
		if len(m.Of) == 0 || slices.ContainsFunc(m.Of, func(o TypePoints) bool { return a.CarriedByType(o.Type) }) {
			continue
		}
		ok = false
		var carriers []string
		for _, t := range a.CarriedBy {
			carriers = append(carriers, string(t))
		}
		c.errorf(c.locate(m.Where, wordIndex(e.Source, name)), path, "it is carried by "+allOf(carriers),
			"none of the measure's event types carries `%s`", name)
	}
	return ok
}

// allowed checks the result type, the functions that are called and the cost.
func (x *expression) allowed(checked *cel.Ast, env *cel.Env) bool {
	before := len(x.found)
	x.resultType(checked.OutputType())
	native := checked.NativeRep()
	ast.PostOrderVisit(native.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.CallKind:
			x.callAllowed(e)
		case ast.ComprehensionKind:
			if name := e.AsComprehension().IterVar(); x.hides(name) {
				x.errorf(x.placeOf(e), x.path, "choose another name", "the loop's variable `%s` hides an attribute", name)
			}
		case ast.StructKind:
			x.errorf(x.placeOf(e), x.path, "remove it", "an expression cannot build objects")
		}
	}))
	if len(x.found) > before {
		return false
	}
	estimate, err := env.EstimateCost(checked, sizes{})
	if err != nil || estimate.Max > costMax {
		x.errorf(x.expr.At, x.path, "use shorter lists and fewer nested loops", "the expression costs too much to evaluate")
		return false
	}
	return true
}

// timeFunctions read calendars and clocks, some of them the machine's own. Windows, streaks and counts say it better.
func timeFunctions() []string {
	return []string{"timestamp", "duration", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek",
		"getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds"}
}

func (x *expression) callAllowed(e ast.Expr) {
	call := e.AsCall()
	if slices.Contains(timeFunctions(), call.FunctionName()) {
		x.errorf(x.placeOf(e), x.path, "use window, decay, streak or count: months",
			"an expression has no dates and times: `%s` cannot be used", call.FunctionName())
	}
	if call.FunctionName() != "matches" {
		return
	}
	args := call.Args()
	pattern := args[len(args)-1]
	if pattern.Kind() != ast.LiteralKind {
		x.errorf(x.placeOf(pattern), x.path, "write the pattern as a text in quotes", "the pattern of `matches` is computed")
		return
	}
	text := fmt.Sprint(pattern.AsLiteral().Value())
	if len(text) > regexBytesMax {
		x.errorf(x.placeOf(pattern), x.path, fmt.Sprintf("use at most %d bytes", regexBytesMax),
			"the pattern of `matches` is too long")
		return
	}
	if err := checkPattern(text); err != nil {
		x.errorf(x.placeOf(pattern), x.path, "", "the pattern of `matches` cannot be used: %v", err)
	}
}

func (x *expression) resultType(t *cel.Type) {
	if x.about == subjectScore {
		switch {
		case t.IsExactType(cel.DoubleType):
		case t.IsExactType(cel.BoolType):
			x.errorf(x.expr.At, x.path, "write `"+x.short()+" ? 1 : 0`", "score must be a number and is true or false")
		default:
			x.errorf(x.expr.At, x.path, "add up measures, such as `effort + outcome`", "score must be a number and is %s",
				typeName(t.String()))
		}
		return
	}
	if t.IsExactType(cel.BoolType) {
		return
	}
	what, hint := "when", "compare with a threshold, such as `score >= 60`"
	if x.about == subjectFact {
		what, hint = "where", "compare, such as `channel == \"video\"`"
	}
	if t.IsExactType(cel.DoubleType) && x.about == subjectWhen {
		hint = "compare with a threshold, such as `" + x.short() + " >= 1`"
	}
	x.errorf(x.expr.At, x.path, hint, "%s must be true or false and is %s", what, typeName(t.String()))
}

// short is the source when it is short enough to repeat in a hint.
func (x *expression) short() string {
	if len(x.expr.Source) > 40 || strings.ContainsAny(x.expr.Source, "\n?&|=<>!") {
		return "(...)"
	}
	return x.expr.Source
}

// sizes tells the cost estimate how long attributes can be.
type sizes struct{}

func (sizes) EstimateSize(checker.AstNode) *checker.SizeEstimate {
	return &checker.SizeEstimate{Min: 0, Max: textSizeMax}
}

func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}

// placeOf is the place of a node's own character: of an operator, the operator.
func (x *expression) placeOf(e ast.Expr) Place {
	return x.locate(x.expr, x.index(x.info.GetStartLocation(e.ID())))
}

// index turns a location of CEL, a line and a column, into an index of characters.
func (x *expression) index(l common.Location) int {
	line, index := 1, 0
	for _, r := range x.expr.Source {
		if line >= l.Line() {
			break
		}
		if r == '\n' {
			line++
		}
		index++
	}
	return index + max(0, l.Column())
}

// relations are the operators that compare.
func relations() []string {
	return []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals, operators.Equals,
		operators.NotEquals}
}

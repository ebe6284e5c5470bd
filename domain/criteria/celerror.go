package criteria

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
)

// expression is one expression while its errors are put into words.
type expression struct {
	*exprChecker
	expr  Expr
	path  string
	about exprSubject
	info  *ast.SourceInfo
}

// lexeme is a token of an expression, as far as finding slips needs it.
type lexeme struct {
	text string
	at   int // index of its first character
}

// lexemeRE matches comments, raw texts (in which a backslash is a backslash), other texts, names, numbers, operators of
// two characters (real ones and the ones that people try), and any character.
var lexemeRE = regexp.MustCompile(`(?s)//[^\n]*` +
	`|[bB]?[rR](?:""".*?"""|'''.*?'''|"[^"\n]*"|'[^'\n]*')` +
	`|[bB]?(?:"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')` +
	`|[A-Za-z_][A-Za-z0-9_]*|[0-9.]+(?:[eE][-+]?[0-9]+)?|[<>=!]=|=>|=<|<>|&&|\|\||.`)

// scan splits an expression into tokens; white space and comments are left out.
func scan(source string) []lexeme {
	var out []lexeme
	index, end := 0, 0
	for _, m := range lexemeRE.FindAllStringIndex(source, -1) {
		index += len([]rune(source[end:m[0]]))
		text := source[m[0]:m[1]]
		if strings.TrimSpace(text) != "" && !strings.HasPrefix(text, "//") {
			out = append(out, lexeme{text: text, at: index})
		}
		index += len([]rune(text))
		end = m[1]
	}
	return out
}

// wordIndex is the index of the first character of an identifier in an expression; 0 when it is not there.
func wordIndex(source, word string) int {
	for _, t := range scan(source) {
		if t.text == word {
			return t.at
		}
	}
	return 0
}

// slip finds a habit from another language: what it is, where, and what CEL wants.
func slip(source string) (at int, message, hint string) {
	for i, t := range scan(source) {
		switch strings.ToLower(t.text) {
		case "=":
			return t.at, "`=` does not compare", "write `==`"
		case "=<":
			return t.at, "there is no operator `=<`", "write `<=`"
		case "=>":
			return t.at, "there is no operator `=>`", "write `>=`"
		case "<>":
			return t.at, "there is no operator `<>`", "write `!=`"
		case "&":
			return t.at, "there is no operator `&`", "write `&&`"
		case "|":
			return t.at, "there is no operator `|`", "write `||`"
		case "≥", "≤", "≠":
			return t.at, "there is no operator `" + t.text + "`",
				"write `" + map[string]string{"≥": ">=", "≤": "<=", "≠": "!="}[t.text] + "`"
		case "and", "or":
			if i > 0 {
				return t.at, "there is no operator `" + t.text + "`",
					"write `" + map[string]string{"and": "&&", "or": "||"}[strings.ToLower(t.text)] + "`"
			}
		case "not":
			return t.at, "there is no operator `" + t.text + "`", "write `!`"
		case "“", "”", "„", "‘", "’":
			return t.at, "`" + t.text + "` is a typographic quotation mark", "write `\"`"
		case `"`, "'":
			return t.at, "a quotation mark is opened and not closed", "close it"
		}
	}
	return 0, "", ""
}

// bracket finds a bracket without its partner.
func bracket(source string) (at int, message, hint string) {
	partner := map[string]string{")": "(", "]": "[", "}": "{", "(": ")", "[": "]", "{": "}"}
	var open []lexeme
	for _, t := range scan(source) {
		switch t.text {
		case "(", "[", "{":
			open = append(open, t)
		case ")", "]", "}":
			if len(open) == 0 || open[len(open)-1].text != partner[t.text] {
				return t.at, "`" + t.text + "` closes nothing", "remove it or add `" + partner[t.text] + "` before"
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		last := open[len(open)-1]
		return last.at, "`" + last.text + "` is not closed", "add `" + partner[last.text] + "`"
	}
	return 0, "", ""
}

// syntaxErrors reports why an expression cannot be parsed: a known slip when there is one, and otherwise the first
// thing that the parser found, since the rest follows from it.
func (x *expression) syntaxErrors(issues *cel.Issues) {
	for _, find := range []func(string) (int, string, string){slip, bracket} {
		if at, message, hint := find(x.expr.Source); message != "" {
			x.errorf(x.locate(x.expr, at), x.path, hint, "%s", message)
			return
		}
	}
	for _, e := range issues.Errors() {
		switch {
		case strings.Contains(e.Message, "recursion"), strings.Contains(e.Message, "lookahead"):
			x.tooDeep(x.expr.At)
			return
		case strings.Contains(e.Message, "node count"):
			x.tooManyParts()
			return
		}
	}
	first := issues.Errors()[0]
	message := strings.TrimPrefix(first.Message, "Syntax error: ")
	hint := "write CEL, such as `" + x.example() + "`"
	switch {
	case strings.Contains(message, "at '<EOF>'") || strings.Contains(message, "input '<EOF>'"):
		x.errorf(x.locate(x.expr, len([]rune(x.expr.Source))), x.path, hint, "the expression ends too early")
		return
	case strings.Contains(message, "reserved identifier"):
		hint = "choose another name"
	default:
		if quoted := quotedRE.FindString(message); quoted != "" {
			message = "unexpected " + strings.ReplaceAll(quoted, "'", "`")
		}
	}
	x.errorf(x.locate(x.expr, x.index(first.Location)), x.path, hint, "%s", clip(message))
}

func (x *expression) tooManyParts() {
	x.errorf(x.expr.At, x.path, "make it several measures", "the expression has more than %d parts", expressionNodesMax)
}

func (x *expression) tooDeep(at Place) {
	x.errorf(at, x.path, fmt.Sprintf("at most %d levels of brackets are allowed; make it several measures",
		expressionDepthMax), "the expression nests too deep")
}

var quotedRE = regexp.MustCompile(`'[^']+'`)

func (x *expression) example() string {
	return [...]string{"effort + outcome", "score >= 60 && mentees >= 3", `channel == "video" && minutes >= 30`}[x.about]
}

var (
	undeclaredRE = regexp.MustCompile(`^undeclared reference to '([^']*)'`)
	overloadRE   = regexp.MustCompile(`^found no matching overload for '([^']*)' applied to '(.*)'`)
	expectedRE   = regexp.MustCompile(`^expected type '([^']*)' but found '([^']*)'`)
	selectionRE  = regexp.MustCompile(`^type '([^']*)' does not support field selection`)
)

// typeErrors puts the checker's messages into words.
func (x *expression) typeErrors(issues *cel.Issues, root ast.Expr) {
	nodes := map[int64]ast.Expr{}
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) { nodes[e.ID()] = e }))
	looped := slices.ContainsFunc(issues.Errors(), func(e *cel.Error) bool { return x.loop(nodes[e.ExprID]) })
	for _, e := range issues.Errors() {
		if looped && !x.loop(nodes[e.ExprID]) {
			continue // it follows from the loop's variable
		}
		if strings.Contains(e.Message, "node count") {
			x.tooManyParts()
			return
		}
		at := x.locate(x.expr, x.index(e.Location))
		if m := undeclaredRE.FindStringSubmatch(e.Message); m != nil {
			x.undeclared(m[1], at, nodes[e.ExprID])
			continue
		}
		if m := overloadRE.FindStringSubmatch(e.Message); m != nil {
			x.overload(m[1], m[2], at, nodes[e.ExprID])
			continue
		}
		if m := expectedRE.FindStringSubmatch(e.Message); m != nil {
			hint := ""
			if m[1] == "bool" {
				hint = "compare it, such as `" + x.shortOf(nodes[e.ExprID]) + " >= 1`"
			}
			x.errorf(at, x.path, hint, "%s stands where %s is needed", typeName(m[2]), typeName(m[1]))
			continue
		}
		if m := selectionRE.FindStringSubmatch(e.Message); m != nil {
			x.errorf(at, x.path, "measures and attributes have no fields", "%s has no fields to select",
				typeName(m[1]))
			continue
		}
		x.errorf(at, x.path, "", "%s", clip(e.Message))
	}
}

// shortOf is a name to repeat in a hint.
func (x *expression) shortOf(e ast.Expr) string {
	if e != nil && e.Kind() == ast.IdentKind {
		return e.AsIdent()
	}
	return "(...)"
}

// macros are what CEL offers for lists; a score and a when have none.
func macros() []string {
	return []string{"all", "exists", "exists_one", "existsOne", "map", "filter", "has"}
}

// loop reports whether a node calls a macro where there are none.
func (x *expression) loop(e ast.Expr) bool {
	return e != nil && e.Kind() == ast.CallKind && x.about != subjectFact &&
		slices.Contains(macros(), e.AsCall().FunctionName())
}

// undeclared explains a name that nothing has.
func (x *expression) undeclared(name string, at Place, e ast.Expr) {
	if at2, message, hint := slip(x.expr.Source); message != "" && strings.Contains(message, "`"+name+"`") {
		x.errorf(x.locate(x.expr, at2), x.path, hint, "%s", message)
		return
	}
	if x.loop(e) {
		x.errorf(at, x.path, "name each measure, such as `effort >= 1 && outcome >= 1`",
			"`%s` can be used only in where", name)
		return
	}
	if e != nil && e.Kind() == ast.CallKind {
		x.errorf(at, x.path, "an expression has the functions of CEL's standard library, such as `size` or `startsWith`",
			"there is no function `%s`", clip(name))
		return
	}
	base := strings.SplitN(name, ".", 2)[0]
	attributes := []string{}
	for _, a := range Attributes() {
		attributes = append(attributes, a.Name)
	}
	if low := strings.ToLower(name); low != name && (low == "true" || low == "false" || low == "null") {
		x.errorf(at, x.path, "write `"+low+"`", "unknown name `%s`", name)
		return
	}
	switch strings.ToLower(name) {
	case "yes", "on":
		x.errorf(at, x.path, "write `true`", "unknown name `%s`", name)
		return
	case "no", "off":
		x.errorf(at, x.path, "write `false`", "unknown name `%s`", name)
		return
	}
	switch x.about {
	case subjectFact:
		if slices.Contains(x.measures, base) || base == "score" {
			x.errorf(at, x.path, "use "+oneOf(attributes)+" here, and measures in score and when",
				"`%s` is a measure, and where sees one fact", base)
			return
		}
		hint := didYouMean(base, attributes)
		if near := nearest(base, attributes); near == "" {
			hint = "use " + oneOf(attributes) + "; put a text in quotes"
		}
		x.errorf(at, x.path, hint, "unknown attribute `%s`", clip(name))
	default:
		names := slices.Clone(x.measures)
		if x.about == subjectWhen {
			names = append(names, "score")
		} else if base == "score" {
			x.errorf(at, x.path, "add up measures", "score cannot refer to itself")
			return
		}
		if slices.Contains(attributes, base) && nearest(base, names) == "" {
			x.errorf(at, x.path, "ask for it in the where of a measure", "`%s` is an attribute of one fact, not a measure",
				base)
			return
		}
		x.errorf(at, x.path, didYouMean(base, names), "unknown measure `%s`", clip(name))
	}
}

// overload explains an operator or function that does not take what it is given.
func (x *expression) overload(function, args string, at Place, e ast.Expr) {
	if e != nil && e.Kind() == ast.CallKind && slices.Contains(relations(), function) {
		for _, arg := range e.AsCall().Args() {
			if arg.Kind() == ast.CallKind && slices.Contains(relations(), arg.AsCall().FunctionName()) {
				x.errorf(at, x.path, "write `a <= x && x <= b`", "comparisons cannot be chained")
				return
			}
		}
	}
	operator := strings.Trim(strings.ReplaceAll(function, "_", ""), "@")
	parts := strings.Split(strings.Trim(args, "()"), ", ")
	for i, part := range parts {
		parts[i] = typeName(part)
	}
	if x.about != subjectFact && function == "_%_" {
		x.errorf(at, x.path, "", "`%%` works on whole numbers, and measures have fractions")
		return
	}
	hint := ""
	switch {
	case slices.Contains(relations(), function) && slices.Contains(parts, "true or false"):
		hint = "a flag such as `confirmed` stands alone: `confirmed` or `!confirmed`"
	case slices.Contains(relations(), function) && slices.Contains(parts, "text") && len(parts) == 2:
		hint = "write the number without quotes"
	case (function == "_&&_" || function == "_||_" || function == "!_") && slices.Contains(parts, "a number"):
		hint = "compare the number with a threshold, such as `>= 1`"
	case function == "_?_:_":
		hint = "write `condition ? a : b` with a and b of one type"
	case slices.Contains(parts, "a whole number") && slices.Contains(parts, "a number"):
		hint = "convert with double(...)"
	}
	if strings.ContainsAny(function, "_@!") && len(parts) > 1 {
		x.errorf(at, x.path, hint, "`%s` cannot be applied to %s", operator, allOf(parts))
		return
	}
	x.errorf(at, x.path, hint, "`%s` cannot be applied to %s", operator, strings.Join(parts, ", "))
}

// typeName names a type of CEL for people.
func typeName(name string) string {
	switch name {
	case "double":
		return "a number"
	case "int", "uint":
		return "a whole number"
	case "string":
		return "text"
	case "bool":
		return "true or false"
	}
	return "a value of type " + clip(name)
}

// checkPattern parses a regular expression and bounds what its repetitions expand to.
func checkPattern(text string) error {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return err
	}
	const instructionsMax = 2000
	if len(program.Inst) > instructionsMax {
		return fmt.Errorf("its repetitions make it too large")
	}
	return nil
}

package criteria

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits on a document's text. They are far above what a sensible document needs and low enough that the worst text
// is refused within milliseconds.
const (
	documentBytesMax = 64 << 10
	nestingMax       = 12 // of lists and mappings; the deepest legal place is measures.NAME.caps[0].max
	lineEntriesMax   = 4  // of "- - -" on one line
	// keysMax is about what a document with every measure, cap, step and tier that is allowed would have. The YAML
	// parser's time grows with the square of the keys.
	keysMax = 6000
)

// nodeKind is what a piece of YAML is before anyone asks what it should be.
type nodeKind uint8

const (
	kindNull nodeKind = iota + 1
	kindPlain
	kindQuoted // in quotes or as a block: always text
	kindMap
	kindList
)

// node is the YAML that a criteria document may use: no anchors, aliases, tags, merge keys or complex keys.
type node struct {
	kind  nodeKind
	at    Place
	text  string // scalars
	style style
	pairs []pair
	items []*node
}

// pair is an entry of a mapping, duplicates included, in the order of the text.
type pair struct {
	key   string
	at    Place // of the key
	value *node
}

// style is how a scalar is written; it decides how an offset in its text maps to the file.
type style uint8

const (
	stylePlain style = iota
	styleSingle
	styleDouble
	styleBlock // | and >
)

// source is a document's text in lines of characters.
type source struct {
	*findings
	lines [][]rune
}

// readYAML turns text into nodes. It is nil when the text is not YAML, or uses what a document may not; the reasons
// are among the findings then.
func readYAML(f *findings, text []byte) (*source, *node) {
	start := Place{Line: 1, Column: 1}
	if len(text) > documentBytesMax {
		f.errorf(start, "", "split the criteria by program, or remove what is not used",
			"the document has %d bytes, and at most %d are allowed", len(text), documentBytesMax)
		return nil, nil
	}
	s := string(text)
	if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
		f.errorf(start, "", "save it as UTF-8", "the document is in UTF-16")
		return nil, nil
	}
	s = strings.TrimPrefix(s, "\ufeff")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if !checkText(f, s) {
		return nil, nil
	}
	src := &source{findings: f}
	for line := range strings.SplitSeq(s, "\n") {
		src.lines = append(src.lines, []rune(line))
	}
	if strings.TrimSpace(s) == "" {
		f.errorf(start, "", "start with `apiVersion: laurel/v1`", "the document is empty")
		return src, nil
	}
	return src, src.parse(s)
}

// checkText reports what must not be in any text file, before a parser meets it.
func checkText(f *findings, s string) bool {
	before := len(f.found)
	line, column, indent := 1, 1, true
	for i := 0; i < len(s) && len(f.found)-before < findingsMax; {
		r, size := utf8.DecodeRuneInString(s[i:])
		at := Place{Line: line, Column: column}
		switch {
		case r == utf8.RuneError && size == 1:
			f.errorf(at, "", "save it as UTF-8", "byte 0x%02x is not UTF-8", s[i])
			return false
		case r == '\t' && indent:
			f.errorf(at, "", "indent with spaces", "a tab in the indentation")
			indent = false
		case r == '\r', r < ' ' && r != '\n' && r != '\t', r == 0x7f, r >= 0x80 && r < 0xa0, r == 0xfeff,
			r == 0x2028, r == 0x2029:
			f.errorf(at, "", "remove it", "control character %U", r)
			return false
		}
		if r != ' ' {
			indent = false
		}
		if r == '\n' {
			line, column, indent = line+1, 0, true
		}
		column++
		i += size
	}
	return len(f.found) == before
}

func (s *source) parse(text string) (root *node) {
	tokens := lexer.Tokenize(text)
	if !s.checkTokens(tokens) {
		return nil
	}
	// The parser is not ours and the text may be hostile: a panic of its becomes a finding about the document.
	defer func() {
		if r := recover(); r != nil {
			s.errorf(Place{Line: 1, Column: 1}, "", "check the brackets, quotes and indentation",
				"the document is not YAML that can be read")
			root = nil
		}
	}()
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		s.syntaxError(err)
		return nil
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			s.errorf(s.place(doc.Body), "", "put each document into a file of its own",
				"a second document starts here")
			return nil
		}
		root = s.convert(doc.Body, 0)
	}
	if root == nil {
		s.errorf(Place{Line: 1, Column: 1}, "", "start with `apiVersion: laurel/v1`", "the document is empty")
	}
	return root
}

// checkTokens refuses the parts of YAML that a document may not use, and bounds its depth before anything recurses.
func (s *source) checkTokens(tokens token.Tokens) bool {
	before := len(s.found)
	depth, keys, entries, entriesLine := 0, 0, 0, 0
	for i, t := range tokens {
		at := Place{Line: t.Position.Line, Column: t.Position.Column}
		switch t.Type {
		case token.AnchorType:
			s.errorf(at, "", "write the value out where it is needed, or put an expression with & in quotes",
				"anchors (&) are not allowed")
		case token.AliasType:
			s.errorf(at, "", "write the value out, or put an expression that starts with * in quotes",
				"aliases (*) are not allowed")
		case token.MergeKeyType:
			s.errorf(at, "", "write the keys out", "merge keys (<<) are not allowed")
		case token.TagType:
			s.errorf(at, "", "leave it out, or put an expression that starts with ! in quotes",
				"tags (!) are not allowed")
		case token.DirectiveType:
			s.errorf(at, "", "remove the line", "directives (%%) are not allowed")
		case token.MappingKeyType:
			s.errorf(at, "", "write key: value", "complex keys (?) are not allowed")
		case token.DocumentHeaderType:
			if i > 0 && hasContent(tokens[:i]) {
				s.errorf(at, "", "put each document into a file of its own", "a second document starts here")
			}
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.MappingValueType:
			if keys++; keys > keysMax {
				s.errorf(at, "", fmt.Sprintf("at most %d are allowed", keysMax), "the document has too many keys")
				return false
			}
		case token.SequenceEntryType:
			if entriesLine != at.Line {
				entries, entriesLine = 0, at.Line
			}
			entries++
		}
		if depth > nestingMax || entries > lineEntriesMax {
			s.errorf(at, "", fmt.Sprintf("at most %d levels are allowed", nestingMax), "lists or mappings nest too deep")
			return false
		}
		if len(s.found)-before >= findingsMax {
			break
		}
	}
	return len(s.found) == before
}

func hasContent(tokens token.Tokens) bool {
	directiveLine := 0
	for _, t := range tokens {
		if t.Type == token.DirectiveType {
			directiveLine = t.Position.Line
		}
		if t.Type != token.CommentType && t.Position.Line != directiveLine {
			return true
		}
	}
	return false
}

// syntaxError reports what the YAML parser says, with a hint for the usual slips.
func (s *source) syntaxError(err error) {
	at, message := Place{Line: 1, Column: 1}, "the document is not YAML"
	var e yaml.Error
	if errors.As(err, &e) {
		message = e.GetMessage()
		if t := e.GetToken(); t != nil && t.Position != nil {
			at = Place{Line: t.Position.Line, Column: max(1, t.Position.Column)}
		}
	}
	hint := "check the indentation, brackets and quotes around here"
	switch {
	case strings.Contains(message, "mapping value is not allowed"):
		message = "a `: ` inside a plain text"
		hint = "put the whole text in quotes, or check the indentation"
	case strings.Contains(message, "non-map value is specified"), strings.Contains(message, "unexpected key name"):
		message, hint = "a line without a key", "write `key: value`, with a space after the colon"
	case strings.Contains(message, "value is not allowed in this context"):
		message = "a text after the end of a value"
		hint = "put the whole text in quotes, or check the indentation"
	case strings.Contains(message, "end character of"):
		message, hint = "a quotation mark is opened and not closed", "close it on the same line"
	case strings.Contains(message, "reserved character"):
		hint = "put the text in quotes"
	case strings.Contains(message, "sequence end token"):
		message, hint = "a list is opened and not closed", "add ]"
	case strings.Contains(message, "mapping end token"):
		message, hint = "a mapping is opened and not closed", "add }"
	case strings.Contains(message, "must be specified"):
		hint = "check for a missing comma or bracket, and put an expression that has one of , [ ] { } in quotes"
	}
	s.errorf(at, "", hint, "%s", message)
}

// convert turns a parsed node into ours. What checkTokens let through and is still not plain data is an error.
func (s *source) convert(n ast.Node, depth int) *node {
	if n == nil {
		return &node{kind: kindNull, at: Place{Line: 1, Column: 1}}
	}
	out := &node{at: s.place(n)}
	if depth > nestingMax {
		s.errorf(out.at, "", fmt.Sprintf("at most %d levels are allowed", nestingMax), "lists or mappings nest too deep")
		return &node{kind: kindNull, at: out.at}
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = kindMap
		for _, v := range n.Values {
			out.pairs = append(out.pairs, s.pair(v, depth))
		}
		if !n.IsFlowStyle && len(out.pairs) > 0 {
			out.at = out.pairs[0].at
		}
	case *ast.MappingValueNode:
		out.kind = kindMap
		out.pairs = []pair{s.pair(n, depth)}
		out.at = out.pairs[0].at
	case *ast.SequenceNode:
		out.kind = kindList
		for _, v := range n.Values {
			out.items = append(out.items, s.convert(v, depth+1))
		}
	case *ast.NullNode:
		out.kind, out.text = kindNull, "null"
	case *ast.LiteralNode:
		out.kind, out.style, out.text = kindQuoted, styleBlock, n.Value.Value
	case ast.ScalarNode:
		t := n.GetToken()
		out.kind, out.text = kindPlain, t.Value
		switch t.Type {
		case token.SingleQuoteType:
			out.kind, out.style = kindQuoted, styleSingle
		case token.DoubleQuoteType:
			out.kind, out.style = kindQuoted, styleDouble
		}
	default:
		s.errorf(out.at, "", "write plain keys and values", "this form of YAML is not allowed")
		out.kind = kindNull
	}
	return out
}

func (s *source) pair(v *ast.MappingValueNode, depth int) pair {
	p := pair{at: s.place(v.Key), value: s.convert(v.Value, depth+1)}
	switch key := v.Key.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		p.key = key.GetToken().Value
	default:
		s.errorf(p.at, "", "write key: value", "this key is not a plain text")
	}
	return p
}

// place is where a node starts. The parser places a plain text of several lines at its end; the text itself tells
// where it began.
func (s *source) place(n ast.Node) Place {
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return Place{Line: 1, Column: 1}
	}
	at := Place{Line: max(1, t.Position.Line), Column: max(1, t.Position.Column)}
	if _, plain := n.(*ast.StringNode); !plain || t.Type != token.StringType {
		return at
	}
	first := []rune(strings.SplitN(strings.TrimSpace(t.Origin), "\n", 2)[0])
	for line := at.Line; line >= 1 && line > at.Line-200; line-- {
		if line > len(s.lines) {
			continue
		}
		if line == at.Line && hasAt(s.lines[line-1], at.Column-1, first) {
			return at
		}
		if line < at.Line {
			if i := strings.LastIndex(string(s.lines[line-1]), string(first)); i >= 0 {
				return Place{Line: line, Column: utf8.RuneCountInString(string(s.lines[line-1])[:i]) + 1}
			}
		}
	}
	return at
}

func hasAt(line []rune, i int, text []rune) bool {
	return i >= 0 && i+len(text) <= len(line) && string(line[i:i+len(text)]) == string(text)
}

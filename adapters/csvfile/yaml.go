package csvfile

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

	"laurel/domain"
)

// Limits of a profile's text.
const (
	profileBytesMax = 64 << 10
	profileDepthMax = 8
)

// ProfileError is one mistake in a profile.
type ProfileError struct {
	File         string
	Line, Column int // from 1
	Problem      string
}

func (e *ProfileError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem)
}

// node is a piece of a profile.
type node struct {
	kind         nodeKind
	line, column int
	text         string // of a scalar
	pairs        []pair
	items        []*node
}

type nodeKind uint8

const (
	kindNull nodeKind = iota
	kindScalar
	kindMap
	kindList
)

type pair struct {
	key   *node
	value *node
}

// reader reads a profile and collects what is wrong with it.
type reader struct {
	file string
	errs []error
}

const profileErrorsMax = 20

func (r *reader) fail(n *node, format string, args ...any) {
	if len(r.errs) < profileErrorsMax {
		r.errs = append(r.errs, &ProfileError{r.file, max(n.line, 1), max(n.column, 1), fmt.Sprintf(format, args...)})
	}
}

// parse turns the text of a profile into nodes, nil if it cannot.
func (r *reader) parse(text string) (root *node) {
	start := &node{line: 1, column: 1}
	switch {
	case len(text) > profileBytesMax:
		r.fail(start, "the profile has %d bytes, and at most %d are allowed", len(text), profileBytesMax)
		return nil
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		r.fail(start, "the profile is not UTF-8 text; save it as UTF-8")
		return nil
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, string(bomUTF8)), "\r\n", "\n")
	tokens := lexer.Tokenize(text)
	depth := 0
	for _, t := range tokens {
		at := &node{line: t.Position.Line, column: t.Position.Column}
		switch t.Type {
		case token.AnchorType, token.AliasType, token.MergeKeyType, token.TagType, token.DirectiveType, token.MappingKeyType:
			r.fail(at, "%q: anchors, aliases, tags and complex keys are not allowed; write the value out, or put it in quotes",
				t.Value)
			return nil
		case token.MappingStartType, token.SequenceStartType:
			depth++
		case token.MappingEndType, token.SequenceEndType:
			depth--
		}
		// Block lists nest by "- - -" on one line, which no profile needs.
		if depth > profileDepthMax || t.Type == token.SequenceEntryType && t.Position.Column > 200 {
			r.fail(at, "the profile nests too deep")
			return nil
		}
	}
	// The parser is not ours and the text may be hostile: a panic becomes an error of the profile.
	defer func() {
		if p := recover(); p != nil {
			r.fail(start, "the profile is not YAML that can be read; check brackets, quotes and indentation")
			root = nil
		}
	}()
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := start, "the profile is not YAML"
		var e yaml.Error
		if errors.As(err, &e) {
			message = e.GetMessage()
			if t := e.GetToken(); t != nil && t.Position != nil {
				at = &node{line: t.Position.Line, column: t.Position.Column}
			}
		}
		r.fail(at, "%s; check indentation, brackets and quotes around here", message)
		return nil
	}
	for _, d := range file.Docs {
		if d.Body == nil {
			continue
		}
		if root != nil {
			r.fail(start, "the file holds more than one document; put each profile into a file of its own")
			return nil
		}
		root = r.convert(d.Body, 0)
	}
	if root == nil {
		r.fail(start, "the profile is empty; begin with `apiVersion: laurel/v1`")
	}
	return root
}

func (r *reader) convert(n ast.Node, depth int) *node {
	out := &node{}
	if t := n.GetToken(); t != nil && t.Position != nil {
		out.line, out.column = t.Position.Line, t.Position.Column
	}
	if depth > profileDepthMax {
		r.fail(out, "the profile nests too deep")
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.kind = kindMap
		for _, v := range n.Values {
			out.pairs = append(out.pairs, r.pair(v, depth))
		}
	case *ast.MappingValueNode:
		out.kind = kindMap
		out.pairs = []pair{r.pair(n, depth)}
	case *ast.SequenceNode:
		out.kind = kindList
		for _, v := range n.Values {
			out.items = append(out.items, r.convert(v, depth+1))
		}
	case *ast.NullNode:
	case *ast.LiteralNode:
		out.kind, out.text = kindScalar, n.Value.Value
	case ast.ScalarNode:
		out.kind, out.text = kindScalar, n.GetToken().Value
	default:
		r.fail(out, "write plain keys and values here")
	}
	if out.kind == kindMap && len(out.pairs) > 0 {
		out.line, out.column = out.pairs[0].key.line, out.pairs[0].key.column
	}
	return out
}

func (r *reader) pair(v *ast.MappingValueNode, depth int) pair {
	key := r.convert(v.Key, depth+1)
	if key.kind != kindScalar {
		key.text = v.Key.String()
	}
	if v.Value == nil {
		return pair{key, &node{line: key.line, column: key.column}}
	}
	return pair{key, r.convert(v.Value, depth+1)}
}

// object reads a mapping whose keys are known, and returns the values by key. It reports unknown and repeated keys.
func (r *reader) object(n *node, what string, keys ...string) map[string]*node {
	values := map[string]*node{}
	if n.kind != kindMap {
		r.fail(n, "%s is a mapping of %s", what, strings.Join(keys, ", "))
		return values
	}
	for _, p := range n.pairs {
		known := false
		for _, k := range keys {
			known = known || k == p.key.text
		}
		if !known {
			hint := "known are " + strings.Join(keys, ", ")
			if s := domain.Suggest(p.key.text, keys); s != "" {
				hint = "did you mean " + s + "?"
			}
			r.fail(p.key, "%s has no %q; %s", what, shorten(p.key.text), hint)
			continue
		}
		if _, again := values[p.key.text]; again {
			r.fail(p.key, "%s is given twice", p.key.text)
			continue
		}
		values[p.key.text] = p.value
	}
	return values
}

// scalar reads a single value.
func (r *reader) scalar(n *node, what string) string {
	if n.kind != kindScalar || n.text == "" {
		r.fail(n, "%s is missing, or not a single value", what)
		return ""
	}
	return n.text
}

// choice reads one of a few words.
func choice[W ~string](r *reader, n *node, what string, words ...W) W {
	text := r.scalar(n, what)
	if text == "" {
		return ""
	}
	list := make([]string, len(words))
	for i, w := range words {
		if strings.EqualFold(string(w), text) {
			return w
		}
		list[i] = string(w)
	}
	hint := "it is one of " + strings.Join(list, ", ")
	if s := domain.Suggest(text, list); s != "" {
		hint = "did you mean " + s + "?"
	}
	r.fail(n, "%s %q is not known; %s", what, shorten(text), hint)
	return ""
}

func shorten(s string) string {
	const bytesMax = 60
	if len(s) <= bytesMax {
		return s
	}
	return strings.ToValidUTF8(s[:bytesMax], "") + "..."
}

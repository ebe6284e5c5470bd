package eventstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"laurel/domain"
)

// shape is the fields that a JSON object may have, by name; each with the shape of the object that it holds, or nil.
type shape struct {
	fields map[string]*shape
	names  []string
}

// shapes holds the shape of each payload, read once from the structs.
var shapes = func() map[domain.EventType]*shape {
	m := map[domain.EventType]*shape{}
	for _, t := range domain.EventTypes() {
		m[t] = shapeOf(reflect.TypeOf(domain.NewPayload(t)).Elem())
	}
	return m
}()

func shapeOf(t reflect.Type) *shape {
	s := &shape{fields: map[string]*shape{}}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous || name == "" {
			continue
		}
		var inner *shape
		if name == "personal" {
			inner = shapeOf(f.Type)
		}
		s.fields[name] = inner
		s.names = append(s.names, name)
	}
	return s
}

// depthMax bounds how deeply a payload nests.
const depthMax = 16

// scan checks that data, which is valid JSON, is one object, not too deep, and without a name twice in one object.
// Names that differ from a known one in letter case only are refused, as encoding/json would take them for it and other
// readers would not; unknown names are refused when strict. A nil shape allows any names.
func scan(data []byte, s *shape, strict bool) *PayloadError {
	w := walker{data: data, strict: strict}
	w.space()
	if data[w.at] != '{' {
		return &PayloadError{Offset: w.at, Problem: "is not a JSON object; write { \"field\": value, ... }"}
	}
	return w.value(1, s, "")
}

// syntaxProblem says where JSON that is not valid goes wrong.
func syntaxProblem(data []byte) *PayloadError {
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	p := &PayloadError{Offset: -1, Problem: "is not valid JSON", Err: err}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		p.Offset = int(syntax.Offset)
		p.Problem = "is not valid JSON: " + strings.TrimPrefix(syntax.Error(), "json: ")
	}
	return p
}

// walker goes through JSON that is known to be valid.
type walker struct {
	data   []byte
	at     int
	strict bool
}

func (w *walker) space() {
	for w.at < len(w.data) {
		switch w.data[w.at] {
		case ' ', '\t', '\n', '\r':
			w.at++
		default:
			return
		}
	}
}

// value goes past one value, which starts here.
func (w *walker) value(depth int, s *shape, path string) *PayloadError {
	switch w.data[w.at] {
	case '{', '[':
		if depth > depthMax {
			return &PayloadError{Offset: w.at, Field: path,
				Problem: fmt.Sprintf("nests too deeply; at most %d levels are allowed", depthMax)}
		}
		if w.data[w.at] == '[' {
			return w.list(depth, path)
		}
		return w.object(depth, s, path)
	case '"':
		w.text()
	default:
		for w.at < len(w.data) && bytes.IndexByte([]byte(",]} \t\n\r"), w.data[w.at]) < 0 {
			w.at++
		}
	}
	return nil
}

// text goes past a string and returns it with its quotes.
func (w *walker) text() []byte {
	start := w.at
	for w.at++; w.data[w.at] != '"'; w.at++ {
		if w.data[w.at] == '\\' {
			w.at++
		}
	}
	w.at++
	return w.data[start:w.at]
}

func (w *walker) list(depth int, path string) *PayloadError {
	for w.at++; ; w.at++ {
		w.space()
		if w.data[w.at] == ']' {
			break
		}
		if problem := w.value(depth+1, nil, path); problem != nil {
			return problem
		}
		if w.space(); w.data[w.at] == ']' {
			break
		}
	}
	w.at++
	return nil
}

func (w *walker) object(depth int, s *shape, path string) *PayloadError {
	var seen names
	for w.at++; ; w.at++ {
		w.space()
		if w.data[w.at] == '}' {
			break
		}
		start := w.at
		name := unquoted(w.text())
		inner, problem := w.name(name, s, path)
		if problem == nil && !seen.add(name) {
			problem = &PayloadError{Problem: "is there twice; a field is given once"}
		}
		field := join(path, name)
		if problem != nil {
			problem.Offset, problem.Field = start, field
			return problem
		}
		w.space()
		w.at++ // the colon
		w.space()
		if problem := w.value(depth+1, inner, field); problem != nil {
			return problem
		}
		if w.space(); w.data[w.at] == '}' {
			break
		}
	}
	w.at++
	return nil
}

// name judges a field's name and returns the shape of its value.
func (w *walker) name(name string, s *shape, path string) (*shape, *PayloadError) {
	if s == nil {
		return nil, nil
	}
	if inner, known := s.fields[name]; known {
		return inner, nil
	}
	for _, k := range s.names {
		if strings.EqualFold(k, name) {
			return nil, &PayloadError{Problem: "is in another letter case; did you mean " + join(path, k) + "?"}
		}
	}
	if !w.strict {
		return nil, nil
	}
	hint := "known are " + strings.Join(s.names, ", ")
	if len(s.names) == 0 {
		hint = "there are none"
	}
	if k := domain.Suggest(name, s.names); k != "" {
		hint = "did you mean " + join(path, k) + "?"
	}
	return nil, &PayloadError{Problem: "is not a field of this event; " + hint}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// unquoted returns what a JSON string says.
func unquoted(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return string(text)
	}
	return s
}

// names is a set of the names in one object: a list while there are few.
type names struct {
	few  []string
	many map[string]bool
}

// add reports false for a name that is there already.
func (n *names) add(name string) bool {
	const fewMax = 16
	if n.many == nil {
		if slices.Contains(n.few, name) {
			return false
		}
		if n.few = append(n.few, name); len(n.few) <= fewMax {
			return true
		}
		n.many = make(map[string]bool, 2*fewMax)
		for _, f := range n.few {
			n.many[f] = true
		}
		return true
	}
	if n.many[name] {
		return false
	}
	n.many[name] = true
	return true
}

package eventstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"

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

// scan checks that data is one JSON object, valid UTF-8, not too deep, and without a name twice in one object. Names
// that differ from a known one in letter case only are refused, as encoding/json would take them for it and other
// readers would not; unknown names are refused when strict. A nil shape allows any names.
func scan(data []byte, s *shape, strict bool) *PayloadError {
	if !utf8.Valid(data) {
		return &PayloadError{Offset: -1, Problem: "is not valid UTF-8"}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	_ = dec
	_ = errors.Is
	_ = io.EOF
	_ = fmt.Sprint
	if !json.Valid(data) {
		return &PayloadError{Offset: -1, Problem: "is not valid JSON"}
	}
	return nil
}

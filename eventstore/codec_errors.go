package eventstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"laurel/domain"
)

// UnknownTypeError says that no event type has this name.
type UnknownTypeError struct {
	Type domain.EventType
}

func (e *UnknownTypeError) Error() string {
	return fmt.Sprintf("unknown event type %q; %s", e.Type, domain.UnknownTypeHint(e.Type))
}

// NewerSchemaError says that a payload was written by a newer Laurel than this, or by something else.
type NewerSchemaError struct {
	Type   domain.EventType
	Schema int // as found
	Newest int // that this Laurel knows
}

func (e *NewerSchemaError) Error() string {
	if e.Schema < 1 {
		return fmt.Sprintf("%s has schema version %d; versions count from 1 to %d", e.Type, e.Schema, e.Newest)
	}
	return fmt.Sprintf("%s has schema version %d and this Laurel knows none after %d; read it with a newer Laurel",
		e.Type, e.Schema, e.Newest)
}

// PayloadError says what is wrong with the payload of an event.
type PayloadError struct {
	Type    domain.EventType
	Schema  int
	Offset  int    // bytes into the payload, -1 when it is not known where
	Field   string // path of the field, such as personal.of; "" for the whole
	Problem string // what is wrong and what would be right
	Err     error  // the cause; may be nil
}

func (e *PayloadError) Error() string {
	s := fmt.Sprintf("payload of %s (schema %d)", e.Type, e.Schema)
	if e.Offset > 0 {
		s += fmt.Sprintf(", byte %d", e.Offset)
	}
	if e.Field != "" {
		s += ", field " + e.Field
	}
	return s + ": " + e.Problem
}

func (e *PayloadError) Unwrap() error { return e.Err }

func tooLarge(t domain.EventType, n int) error {
	return &PayloadError{Type: t, Schema: domain.SchemaOf(t), Offset: -1,
		Problem: fmt.Sprintf("has %d bytes; at most %d are allowed", n, payloadBytesMax(t))}
}

// unmarshalError translates an error of encoding/json.
func unmarshalError(t domain.EventType, schema int, data []byte, err error) error {
	e := &PayloadError{Type: t, Schema: schema, Offset: -1, Problem: err.Error(), Err: err}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		e = syntaxProblem(data)
		e.Type, e.Schema = t, schema
		return e
	}
	if mismatch, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		e.Offset, e.Field = int(mismatch.Offset), mismatch.Field
		e.Problem = fmt.Sprintf("is a JSON %s; want %s", mismatch.Value, wanted(mismatch))
		return e
	}
	var value json.RawMessage
	e.Field, value = culprit(t, data)
	if rule, ok := errors.AsType[*domain.Error](err); ok {
		e.Problem = rule.Message + "; " + rule.Hint
	} else if moment, ok := errors.AsType[*time.ParseError](err); ok {
		e.Problem = fmt.Sprintf("%s is not a time; write it like \"2026-03-01T10:00:00Z\"", moment.Value)
	} else if strings.Contains(err.Error(), "UUID") {
		e.Problem = fmt.Sprintf("%.80s is not a uuid; write it like \"5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11\"", value)
	}
	return e
}

// culprit finds the field that keeps a payload from being decoded, by decoding each alone.
func culprit(t domain.EventType, data []byte) (string, json.RawMessage) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return "", nil
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		alone, err := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if err != nil || json.Unmarshal(alone, domain.NewPayload(t)) == nil {
			continue
		}
		if name == "personal" { // the rest of it is text, which must not get into a message
			var personal struct{ Of json.RawMessage }
			_ = json.Unmarshal(fields[name], &personal)
			return "personal.of", personal.Of
		}
		return name, fields[name]
	}
	return "", nil
}

// wanted names a Go type in the words of JSON.
func wanted(e *json.UnmarshalTypeError) string {
	switch e.Type.Kind().String() {
	case "string":
		return "a string"
	case "bool":
		return "true or false"
	case "int":
		return "a whole number"
	case "slice", "array":
		return "a list"
	}
	return "an object"
}

// Code is CodeInvalid.
func (e *UnknownTypeError) Code() Code { return CodeInvalid }

// Code is CodeInvalid.
func (e *NewerSchemaError) Code() Code { return CodeInvalid }

// Code is CodeInvalid.
func (e *PayloadError) Code() Code { return CodeInvalid }

package eventstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"laurel/domain"
)

// Encode turns an event into what a store appends. The payload is written in its newest schema version, whatever
// e.Meta.Schema says, and in canonical form: the fields in the order of the payload's struct, the empty ones left out,
// no space, and nothing escaped that JSON does not require to be, but U+2028 and U+2029.
//
// It checks what CheckPayload checks, and fails with *PayloadError.
func Encode(e domain.Event) (NewEvent, error) {
	if e.Payload == nil {
		return NewEvent{}, &PayloadError{Problem: "the event has no payload"}
	}
	t := e.Payload.EventType()
	data, err := EncodePayload(e.Payload)
	if err != nil {
		return NewEvent{}, err
	}
	meta := e.Meta
	meta.Schema = domain.SchemaOf(t)
	return NewEvent{ID: e.ID, Type: t, Meta: meta, Data: data}, nil
}

// EncodePayload returns the canonical JSON of a payload. It fails with *PayloadError.
func EncodePayload(p domain.Payload) ([]byte, error) {
	t := p.EventType()
	if err := domain.CheckPayload(p); err != nil {
		return nil, &PayloadError{Type: t, Schema: domain.SchemaOf(t), Problem: err.Error(), Err: err}
	}
	data, ok := appendFast(make([]byte, 0, 128), p)
	if !ok {
		var err error
		if data, err = encodeSlow(p); err != nil {
			return nil, &PayloadError{Type: t, Schema: domain.SchemaOf(t), Problem: err.Error(), Err: err}
		}
	}
	if len(data) > payloadBytesMax(t) {
		return nil, tooLarge(t, len(data))
	}
	if t == domain.TypeCriteriaProposed || t == domain.TypeCriteriaApproved { // their impact is free-form JSON
		if problem := scan(data, shapes[t], true); problem != nil {
			problem.Type, problem.Schema = t, domain.SchemaOf(t)
			return nil, problem
		}
	}
	return data, nil
}

// encodeSlow is the canonical form by encoding/json, which the fast paths must equal.
func encodeSlow(p domain.Payload) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Decode turns a recorded event back into the domain's, whatever the schema version that it was written in. Its
// metadata then states the newest, which the payload has. Fields that this version does not know are passed over, so
// that a log written by a newer Laurel with additions can be read; DecodeStrict refuses them.
//
// It fails with *UnknownTypeError, *NewerSchemaError or *PayloadError, which name the stream and position.
func Decode(r RecordedEvent) (domain.Event, error) {
	p, err := decode(r.Type, r.Meta.Schema, r.Data, false)
	if err != nil {
		return domain.Event{}, fmt.Errorf("decode event %s, revision %d of %s at position %s: %w",
			r.ID, r.Revision, r.Stream, r.Position, err)
	}
	meta := r.Meta
	meta.Schema = domain.SchemaOf(r.Type)
	return domain.Event{ID: r.ID, Meta: meta, Payload: p}, nil
}

// DecodeStrict decodes a payload that comes from outside, such as from a file: it also refuses fields that it does not
// know, which are misspelt ones more often than not, and what CheckPayload refuses. It fails as Decode does.
func DecodeStrict(t domain.EventType, schema int, data []byte) (domain.Payload, error) {
	p, err := decode(t, schema, data, true)
	if err != nil {
		return nil, err
	}
	if err := domain.CheckPayload(p); err != nil {
		return nil, &PayloadError{Type: t, Schema: schema, Problem: err.Error(), Err: err}
	}
	return p, nil
}

func decode(t domain.EventType, schema int, data []byte, strict bool) (domain.Payload, error) {
	p := domain.NewPayload(t)
	if p == nil {
		return nil, &UnknownTypeError{Type: t}
	}
	if len(data) > payloadBytesMax(t) {
		return nil, tooLarge(t, len(data))
	}
	if len(data) == 0 {
		data = []byte("{}")
	}
	located := func(found *PayloadError) error {
		found.Type, found.Schema = t, schema
		return found
	}
	if !utf8.Valid(data) {
		return nil, located(&PayloadError{Offset: -1, Problem: "is not valid UTF-8"})
	}
	if schema == domain.SchemaOf(t) {
		if fast, ok := readFast(t, data); ok {
			return fast, nil
		}
	} else {
		if !json.Valid(data) {
			return nil, located(syntaxProblem(data))
		}
		if found := scan(data, nil, false); found != nil {
			return nil, located(found)
		}
		var err error
		if data, _, err = Upcast(t, schema, data); err != nil {
			return nil, err
		}
	}
	if err := json.Unmarshal(data, p); err != nil {
		return nil, unmarshalError(t, schema, data, err)
	}
	if found := scan(data, shapes[t], strict); found != nil {
		return nil, located(found)
	}
	return p, nil
}

const (
	payloadBytesDefault  = 64 << 10
	payloadBytesCriteria = 1 << 20
)

// payloadBytesMax bounds the payload of one event.
func payloadBytesMax(t domain.EventType) int {
	switch t {
	case domain.TypeCriteriaProposed, domain.TypeCriteriaApproved, domain.TypeCriteriaActivated:
		return payloadBytesCriteria
	}
	return payloadBytesDefault
}

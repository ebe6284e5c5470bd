package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// SourceDefault is the source of an event that names none.
const SourceDefault = "jsonl"

// fields are the names that a line may use. Those that only a store knows are passed over.
var fields = []string{
	"id", "type", "stream", "occurred_at", "actor", "source", "correlation_id", "causation_id", "schema", "data",
	"payload", "revision", "position", "recorded_at",
}

// FieldError says what is wrong with a line.
type FieldError struct {
	Field   string // "" for the whole line
	Problem string // what is wrong, and what would be right
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + ": " + e.Problem
}

func wrong(field, format string, args ...any) error {
	return &FieldError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// ParseLine reads one line. It fails with a *FieldError, or an error of the codec that names the field of the payload.
func ParseLine(line []byte) (eventstore.IngestItem, error) {
	line = bytes.TrimSpace(line)
	if !utf8.Valid(line) {
		return eventstore.IngestItem{}, wrong("", "the line is not UTF-8; convert the file to UTF-8")
	}
	values, err := object(line)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	p := lineParser{values: values}
	kind := domain.EventType(p.required("type", "such as SessionHeld"))
	stream := p.required("stream", "such as mentorship-<uuid>")
	at := p.time()
	meta := domain.Metadata{
		OccurredAt: at, Actor: p.text("actor"), Source: p.text("source"), CorrelationID: p.text("correlation_id"),
		CausationID: p.text("causation_id"),
	}
	if meta.Source == "" {
		meta.Source = SourceDefault
	}
	id := p.id(meta.Source, line)
	meta.Schema = p.schema(kind)
	data := p.data()
	if p.err != nil {
		return eventstore.IngestItem{}, p.err
	}
	category, known := domain.CategoryOf(kind)
	if !known {
		return eventstore.IngestItem{}, wrong("type", "no event type is called %q; %s", kind, domain.UnknownTypeHint(kind))
	}
	name, err := domain.ParseStream(stream)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	if category != "" && category != name.Category {
		return eventstore.IngestItem{}, wrong("stream", "%s belongs on a stream %s-..., not on %q", kind, category, stream)
	}
	payload, err := eventstore.DecodeStrict(kind, meta.Schema, data)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	meta.Schema = domain.SchemaOf(kind)
	return eventstore.IngestItem{Stream: stream, Event: domain.Event{ID: id, Meta: meta, Payload: payload}}, nil
}

// object takes a JSON object apart, refusing what is not one, and names that are unknown or given twice.
func object(line []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, wrong("", "the line is not a JSON object; want "+
			`{"type": ..., "stream": ..., "occurred_at": ..., "data": {...}}`)
	}
	values := make(map[string]json.RawMessage, len(fields))
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, badJSON(err, d)
		}
		name, _ := t.(string)
		if err := checkName(name); err != nil {
			return nil, err
		}
		if _, again := values[name]; again {
			return nil, wrong(name, "is given twice; give it once")
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, badJSON(err, d)
		}
		values[name] = raw
	}
	if _, err := d.Token(); err != nil {
		return nil, badJSON(err, d)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, wrong("", "there is something after the JSON object, at byte %d; write one object a line",
			d.InputOffset())
	}
	return values, nil
}

func badJSON(err error, d *json.Decoder) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong("", "the JSON object ends too early, at byte %d; the line may have been cut off", d.InputOffset())
	}
	return wrong("", "the JSON is broken at byte %d: %v", d.InputOffset(), err)
}

func checkName(name string) error {
	for _, f := range fields {
		if f == name {
			return nil
		}
	}
	hint := "known are " + strings.Join(fields[:10], ", ")
	if s := domain.Suggest(name, fields); s != "" {
		hint = "did you mean " + s + "?"
	}
	return wrong("", "no field is called %s; %s", strconv.Quote(shorten(name)), hint)
}

// lineParser reads the fields of a line; the first error stays.
type lineParser struct {
	values map[string]json.RawMessage
	err    error
}

func (p *lineParser) fail(field, format string, args ...any) {
	if p.err == nil {
		p.err = wrong(field, format, args...)
	}
}

func (p *lineParser) text(field string) string {
	raw, ok := p.values[field]
	if !ok || string(raw) == "null" {
		return ""
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		p.fail(field, "%s is not a text; want it in double quotes", shorten(string(raw)))
	}
	return s
}

func (p *lineParser) required(field, example string) string {
	s := p.text(field)
	if s == "" {
		p.fail(field, "is missing; give one %s", example)
	}
	return s
}

func (p *lineParser) time() time.Time {
	text := p.required("occurred_at", "such as 2026-03-01T10:00:00Z")
	if p.err != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		p.fail("occurred_at", "%q is not an RFC 3339 time; write it such as 2026-03-01T10:00:00Z", shorten(text))
		return time.Time{}
	}
	return at.UTC()
}

func (p *lineParser) id(source string, line []byte) uuid.UUID {
	text := p.text("id")
	if text == "" {
		return uuid.NewSHA1(uuid.NewSHA1(uuid.NameSpaceURL, []byte("laurel:"+source)), line)
	}
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		p.fail("id", "%q is not a uuid; write it such as 5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11", shorten(text))
	}
	return id
}

func (p *lineParser) schema(kind domain.EventType) int {
	raw, ok := p.values["schema"]
	if !ok || string(raw) == "null" {
		return domain.SchemaOf(kind)
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 1 {
		p.fail("schema", "%s is not a version; want a whole number from 1 to %d", shorten(string(raw)), domain.SchemaOf(kind))
	}
	return n
}

func (p *lineParser) data() []byte {
	data, hasData := p.values["data"]
	payload, hasPayload := p.values["payload"]
	switch {
	case hasData && hasPayload:
		p.fail("payload", "is another name for data, which is there too; give one of them")
	case hasPayload:
		data = payload
	}
	if len(data) > 0 && data[0] != '{' {
		p.fail("data", "%s is not a JSON object", shorten(string(data)))
	}
	return data
}

func shorten(s string) string {
	const bytesMax = 80
	if len(s) <= bytesMax {
		return s
	}
	return strings.ToValidUTF8(s[:bytesMax], "") + "..."
}

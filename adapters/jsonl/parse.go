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

// The places of the fields that are read.
const (
	fieldID = iota
	fieldType
	fieldStream
	fieldOccurredAt
	fieldActor
	fieldSource
	fieldCorrelationID
	fieldCausationID
	fieldSchema
	fieldData
	fieldPayload
)

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
	v, err := object(line)
	if err != nil {
		return eventstore.IngestItem{}, err
	}
	p := lineParser{values: v}
	kind := domain.EventType(p.required(fieldType, "such as SessionHeld"))
	stream := p.required(fieldStream, "such as mentorship-<uuid>")
	at := p.time()
	meta := domain.Metadata{
		OccurredAt: at, Actor: p.text(fieldActor), Source: p.text(fieldSource), CorrelationID: p.text(fieldCorrelationID),
		CausationID: p.text(fieldCausationID),
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

// values are the fields of a line by their index in fields; nil where the line has none.
type values [14]json.RawMessage

// object takes a JSON object apart, refusing what is not one, and names that are unknown or given twice.
func object(line []byte) (v values, err error) {
	if len(line) == 0 || line[0] != '{' {
		return v, wrong("", "the line is not a JSON object; want "+
			`{"type": ..., "stream": ..., "occurred_at": ..., "data": {...}}`)
	}
	if !json.Valid(line) {
		return v, invalidJSON(line)
	}
	// From here on the syntax is known to be right, and only the outermost level matters.
	at := space(line, 1)
	for line[at] != '}' {
		if line[at] == ',' {
			at = space(line, at+1)
		}
		end := value(line, at)
		index, err := fieldIndex(line[at:end])
		if err != nil {
			return v, err
		}
		if v[index] != nil {
			return v, wrong(fields[index], "is given twice; give it once")
		}
		at = space(line, space(line, end)+1) // past the colon
		end = value(line, at)
		v[index] = line[at:end:end]
		at = space(line, end)
	}
	return v, nil
}

func space(b []byte, at int) int {
	for b[at] == ' ' || b[at] == '\t' || b[at] == '\r' || b[at] == '\n' {
		at++
	}
	return at
}

// value returns where the value that starts here ends.
func value(b []byte, at int) int {
	depth := 0
	for {
		switch b[at] {
		case '"':
			for at++; b[at] != '"'; at++ {
				if b[at] == '\\' {
					at++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return at // the end of the object, after a number or a word
			}
			depth--
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return at
			}
		default:
			if depth == 0 { // part of a number or a word
				at++
				continue
			}
		}
		at++
		if depth == 0 {
			return at
		}
	}
}

// invalidJSON says where a line that is no JSON goes wrong.
func invalidJSON(line []byte) error {
	d := json.NewDecoder(bytes.NewReader(line))
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return badJSON(err, d)
	}
	return wrong("", "there is something after the JSON object, at byte %d; write one object a line", d.InputOffset())
}

func badJSON(err error, d *json.Decoder) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong("", "the JSON object ends too early, at byte %d; the line may have been cut off", d.InputOffset())
	}
	return wrong("", "the JSON is broken at byte %d: %v", d.InputOffset(), err)
}

// fieldIndex finds a field by its name, in quotes.
func fieldIndex(quoted []byte) (int, error) {
	name := quoted[1 : len(quoted)-1]
	for i, f := range fields {
		if string(name) == f {
			return i, nil
		}
	}
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		text = string(name)
	}
	hint := "known are " + strings.Join(fields[:10], ", ")
	if s := domain.Suggest(text, fields); s != "" {
		hint = "did you mean " + s + "?"
	}
	return 0, wrong("", "no field is called %s; %s", strconv.Quote(shorten(text)), hint)
}

// lineParser reads the fields of a line; the first error stays.
type lineParser struct {
	values values
	err    error
}

func (p *lineParser) fail(field, format string, args ...any) {
	if p.err == nil {
		p.err = wrong(field, format, args...)
	}
}

func (p *lineParser) text(index int) string {
	raw, field := p.values[index], fields[index]
	if raw == nil || string(raw) == "null" {
		return ""
	}
	if raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		p.fail(field, "%s is not a text; want it in double quotes", shorten(string(raw)))
	}
	return s
}

func (p *lineParser) required(index int, example string) string {
	s := p.text(index)
	if s == "" {
		p.fail(fields[index], "is missing; give one %s", example)
	}
	return s
}

func (p *lineParser) time() time.Time {
	text := p.required(fieldOccurredAt, "such as 2026-03-01T10:00:00Z")
	if p.err != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		p.fail("occurred_at", "%q is not an RFC 3339 time; write it such as 2026-03-01T10:00:00Z", shorten(text))
		return time.Time{}
	}
	at = at.UTC() // which may carry the year 0 back to a year that RFC 3339 cannot write
	if at.Before(domain.OccurredMin) || !at.Before(domain.OccurredMax) {
		p.fail("occurred_at", "%s is out of range; times go from %s to before %s", shorten(text),
			domain.OccurredMin.Format(time.DateOnly), domain.OccurredMax.Format(time.DateOnly))
		return time.Time{}
	}
	return at
}

func (p *lineParser) id(source string, line []byte) uuid.UUID {
	text := p.text(fieldID)
	if text == "" {
		return uuid.NewSHA1(domain.SourceSpace(source), line)
	}
	id, err := uuid.Parse(text)
	if err != nil || len(text) != 36 {
		p.fail("id", "%q is not a uuid; write it such as 5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11", shorten(text))
	}
	return id
}

func (p *lineParser) schema(kind domain.EventType) int {
	raw := p.values[fieldSchema]
	if raw == nil || string(raw) == "null" {
		return domain.SchemaOf(kind)
	}
	n, err := strconv.Atoi(string(raw))
	if err != nil || n < 1 {
		p.fail("schema", "%s is not a version; want a whole number from 1 to %d", shorten(string(raw)), domain.SchemaOf(kind))
	}
	return n
}

func (p *lineParser) data() []byte {
	data, payload := p.values[fieldData], p.values[fieldPayload]
	switch {
	case data != nil && payload != nil:
		p.fail("payload", "is another name for data, which is there too; give one of them")
	case payload != nil:
		data = payload
	}
	if len(data) > 0 && data[0] != '{' {
		p.fail("data", "it is not a JSON object")
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

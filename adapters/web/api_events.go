package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// The media that events come in, beside a payload whose envelope is in the headers.
const (
	mediaEvent  = "application/cloudevents+json"
	mediaEvents = "application/cloudevents-batch+json"
)

// eventsMax bounds how many events come at once.
const eventsMax = 1000

// CloudEvent is an event as CloudEvents 1.0 has it. The subject is the stream, the type one of Laurel's. Its id follows from
// source and id, so that an event that is sent again changes nothing.
type CloudEvent struct {
	SpecVersion     string          `json:"specversion" enum:"1.0"`
	ID              string          `json:"id" minLength:"1" maxLength:"1000" doc:"Tells the events of a source apart."`
	Source          string          `json:"source" minLength:"1" maxLength:"1000" doc:"The system that it comes from."`
	Type            string          `json:"type" doc:"A type of event of Laurel." example:"SessionHeld"`
	Subject         string          `json:"subject" doc:"The stream." example:"mentorship-6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011"`
	Time            string          `json:"time" format:"date-time" doc:"When it happened."`
	DataContentType string          `json:"datacontenttype,omitempty" doc:"application/json, or left out."`
	DataSchema      string          `json:"dataschema,omitempty" doc:"Passed over."`
	Data            json.RawMessage `json:"data,omitempty" doc:"The payload."`
	Actor           string          `json:"actor,omitempty" doc:"An extension: who did it."`
	CorrelationID   string          `json:"correlationid,omitempty" doc:"An extension."`
	CausationID     string          `json:"causationid,omitempty" doc:"An extension."`
	PayloadVersion  json.Number     `json:"payloadversion,omitempty" doc:"An extension: the version of the payload; the newest if left out."`
}

// EventsReport is what became of events that were sent.
type EventsReport struct {
	Items        int            `json:"items"`
	Appended     int            `json:"appended"`
	ByType       map[string]int `json:"by_type"`
	AlreadyThere int            `json:"already_there"`
	Rejected     int            `json:"rejected"`
	Position     string         `json:"position"`
}

// Changed is word that something is other than before.
type Changed struct {
	Version  uint64      `json:"version"`
	Position string      `json:"position"`
	Programs []string    `json:"programs"`
	People   []uuid.UUID `json:"people,omitempty"`
	Rooms    []uuid.UUID `json:"rooms,omitempty"`
	Awards   []uuid.UUID `json:"awards,omitempty"`
	Criteria bool        `json:"criteria" doc:"Something was decided about criteria."`
	All      bool        `json:"all" doc:"There was too much to list: anything may be other than before."`
}

type eventsInput struct {
	SpecVersion string `header:"ce-specversion" maxLength:"10" doc:"1.0, where the envelope is in the headers."`
	ID          string `header:"ce-id" maxLength:"1000"`
	Source      string `header:"ce-source" maxLength:"1000"`
	Type        string `header:"ce-type" maxLength:"256"`
	Subject     string `header:"ce-subject" maxLength:"256" doc:"The stream."`
	Time        string `header:"ce-time" maxLength:"256"`
	RawBody     []byte
}

type changesInput struct {
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Last    string `header:"Last-Event-ID" maxLength:"256" doc:"The id of the last event that was seen: what has changed since is told first."`
}

// streamed is an answer that is written while it is made.
type streamed struct{ Body func(huma.Context) }

func (a *api) eventOperations() {
	o := operation{id: "sendEvents", method: http.MethodPost, path: "/v1/events", tag: "log", action: access.EventsIngest, on: onAll,
		summary: "Send events of another system: CloudEvents 1.0, single or in a batch",
		about: "One that is rejected does not stop the others: the answer is then a problem that names each, and says what became of " +
			"the others. What was sent before changes nothing."}
	op := a.begin(o, reflect.TypeFor[EventsReport](), false)
	registry := a.huma.OpenAPI().Components.Schemas
	one := registry.Schema(reflect.TypeFor[CloudEvent](), true, "")
	most := eventsMax
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		mediaEvent:  {Schema: one},
		mediaEvents: {Schema: &huma.Schema{Type: huma.TypeArray, Items: one, MaxItems: &most}},
		mediaJSON:   {Schema: &huma.Schema{Type: huma.TypeObject, Description: "The payload, with the envelope in headers.", AdditionalProperties: true}},
	}}
	op.SkipValidateBody = true
	huma.Register(a.huma, op, func(ctx context.Context, _ *eventsInput) (*reply, error) {
		v := visitOf(ctx)
		report, err := v.ingest()
		if err != nil {
			var p *Problem
			if errors.As(err, &p) {
				return nil, p
			}
			return nil, v.problemOf(err)
		}
		r, err := v.answer(report)
		if err != nil {
			return nil, v.problemOf(err)
		}
		r.Position = report.Position
		return r, nil
	})
	changes := operation{id: "followChanges", method: http.MethodGet, path: "/v1/changes", tag: "log", action: access.StandingsRead, stream: true,
		summary: "Word of changes in a program, as server-sent events", command: "log tail",
		about: "An event named changed, with what has changed since the one before. The people, mentorships and awards are listed for " +
			"those who may read the log."}
	huma.Register(a.huma, a.begin(changes, reflect.TypeFor[Changed](), false), func(ctx context.Context, _ *changesInput) (*streamed, error) {
		v := visitOf(ctx)
		view, err := v.look()
		if err != nil {
			return nil, v.problemOf(err)
		}
		program := view.Program
		v.release()
		return &streamed{func(huma.Context) {
			if err := v.changes(program); err != nil {
				v.writeProblem(v.problemOf(err))
			}
		}}, nil
	})
}

// changes streams word of changes in a program.
func (v *visit) changes(program string) error {
	all := v.who.May(access.LogRead, access.Target{})
	return v.follow(v, v.since(), func(c *serving.Change) (string, error) {
		concerned := c.All || len(c.Programs) == 0
		for _, p := range c.Programs {
			concerned = concerned || p == program
		}
		if !concerned {
			return "", nil
		}
		word := Changed{Version: c.Version, Position: c.Position.String(), Programs: []string{program}, Criteria: c.Criteria, All: c.All}
		if all {
			word.Programs, word.People, word.Rooms, word.Awards = append([]string{}, c.Programs...), c.People, c.Rooms, c.Awards
		}
		text, err := json.Marshal(word)
		return string(text), err
	})
}

// ingest records the events that were sent.
func (v *visit) ingest() (*EventsReport, error) {
	v.release()
	events, err := v.cloudEvents()
	if err != nil {
		return nil, err
	}
	var wrong []ProblemPart
	status := 0
	reject := func(index int, err error) {
		t := tell(err)
		part := ProblemPart{Field: placeOf(index, len(events), t.Field), Detail: t.Text}
		if part.Detail == "" {
			part.Detail = "cannot be recorded"
		}
		if status = max(status, t.Status); t.Status >= http.StatusInternalServerError {
			v.report(err)
		}
		wrong = append(wrong, part)
		v.keepRejected(told{t.Status, t.Field, part.Detail})
	}
	var items []eventstore.IngestItem
	for i := range events {
		item, err := events[i].CloudEvent.item()
		if events[i].wrong != nil {
			err = events[i].wrong
		}
		if err != nil {
			reject(i, err)
			continue
		}
		item.Place.Line = i + 1
		items = append(items, item)
	}
	done, err := eventstore.Ingest(v.ctx(), v.engine.Store(), each2(items), eventstore.IngestOptions{
		Rejected: func(r eventstore.Rejection) { reject(r.Place.Line-1, r.Err) }})
	if err != nil {
		return nil, err
	}
	head, err := v.engine.Store().Head(v.ctx())
	if err == nil {
		err = v.recorded(head)
	}
	report := &EventsReport{Items: len(events), Appended: done.AppendedTotal(), ByType: map[string]int{}, AlreadyThere: done.AlreadyThere,
		Rejected: len(wrong), Position: head.String()}
	for t, n := range done.Appended {
		report.ByType[string(t)] = n
	}
	if err != nil || len(wrong) == 0 {
		return report, err
	}
	if status < http.StatusBadRequest || status >= http.StatusInternalServerError {
		status = http.StatusUnprocessableEntity
	}
	if len(events) > 1 {
		status = http.StatusUnprocessableEntity
	}
	p := &Problem{Type: "about:blank", Title: statusText(status), Status: status, Field: wrong[0].Field, Detail: wrong[0].Detail,
		Errors: wrong, Events: report, Hint: "mend what was rejected and send it again; the others are recorded"}
	return nil, p
}

// placeOf names a field of one event of several.
func placeOf(index, count int, field string) string {
	if count == 1 {
		return field
	}
	place := "[" + strconv.Itoa(index) + "]"
	if field != "" {
		place += "." + field
	}
	return place
}

func each2(items []eventstore.IngestItem) iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// sentEvent is one of the events that were sent, with why it cannot be read.
type sentEvent struct {
	CloudEvent
	wrong error
}

// cloudEvents reads what was sent, in whichever mode.
func (v *visit) cloudEvents() ([]sentEvent, error) {
	media, parameters, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if err != nil {
		return nil, &fault{status: http.StatusUnsupportedMediaType, field: "Content-Type", text: "is missing; send " + mediaEvent + ", or a batch"}
	}
	if charset := parameters["charset"]; charset != "" && charset != "utf-8" && charset != "UTF-8" {
		return nil, &fault{status: http.StatusUnsupportedMediaType, field: "Content-Type", text: "says that this is not UTF-8"}
	}
	switch media {
	case mediaEvent:
		e, err := parseEvent(v.asked.body)
		return []sentEvent{{e, nil}}, err
	case mediaEvents:
		var raw []json.RawMessage
		if err := json.Unmarshal(v.asked.body, &raw); err != nil {
			return nil, &fault{status: http.StatusBadRequest, field: "body", text: "is no list of events"}
		}
		if len(raw) > eventsMax {
			return nil, &fault{status: http.StatusRequestEntityTooLarge, field: "body",
				text: fmt.Sprintf("holds %d events; at most %d may come at once", len(raw), eventsMax)}
		}
		events := make([]sentEvent, len(raw))
		for i := range raw {
			events[i].CloudEvent, events[i].wrong = parseEvent(raw[i])
		}
		return events, nil
	case mediaJSON:
		e, err := eventOfHeaders(v.r.Header, v.asked.body)
		return []sentEvent{{e, nil}}, err
	}
	return nil, &fault{status: http.StatusUnsupportedMediaType, field: "Content-Type", text: "is not one that events come in: " + mediaEvent +
		", " + mediaEvents + ", or " + mediaJSON + " with the envelope in headers"}
}

// attributeName matches what CloudEvents allow as the name of an attribute.
var attributeName = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

// parseEvent reads an event that is one JSON object. Extensions that Laurel does not know are passed over.
func parseEvent(data []byte) (CloudEvent, error) {
	var e CloudEvent
	var attributes map[string]json.RawMessage
	if err := json.Unmarshal(data, &attributes); err != nil || attributes == nil {
		return e, &fault{status: http.StatusBadRequest, field: "body", text: "is no event; it is a JSON object"}
	}
	for name, value := range attributes {
		into := e.attribute(name)
		switch {
		case name == "data_base64":
			return e, invalid(name, "is not taken; send the payload as JSON, in data")
		case name == "data":
			e.Data = value
		case name == "payloadversion":
			e.PayloadVersion = json.Number(bytes.Trim(value, `"`))
		case !attributeName.MatchString(name):
			return e, invalid(plainField(name), "is no name of an attribute; those are of small letters and digits")
		case into == nil: // an extension
		case string(value) == "null": // is as if it were not there
		case json.Unmarshal(value, into) != nil:
			return e, invalid(name, "is not a text")
		}
	}
	return e, nil
}

// attribute is where an attribute is kept; nil for one that Laurel has no use for.
func (e *CloudEvent) attribute(name string) *string {
	return map[string]*string{"specversion": &e.SpecVersion, "id": &e.ID, "source": &e.Source, "type": &e.Type, "subject": &e.Subject,
		"time": &e.Time, "datacontenttype": &e.DataContentType, "dataschema": &e.DataSchema, "actor": &e.Actor,
		"correlationid": &e.CorrelationID, "causationid": &e.CausationID}[name]
}

// eventOfHeaders reads an event whose envelope is in the headers, each percent-encoded, and whose payload is the body.
func eventOfHeaders(h http.Header, body []byte) (CloudEvent, error) {
	var e CloudEvent
	for _, name := range []string{"specversion", "id", "source", "type", "subject", "time", "dataschema", "actor", "correlationid", "causationid"} {
		values := h.Values("Ce-" + name)
		if len(values) > 1 {
			return e, invalid("ce-"+name, "is given more than once; give it once")
		}
		text, err := url.PathUnescape(h.Get("Ce-" + name))
		if err == nil {
			err = checkField("ce-"+name, text, queryBytesMax)
		} else {
			err = invalid("ce-"+name, "is not percent-encoded rightly")
		}
		if err != nil {
			return e, err
		}
		*e.attribute(name) = text
	}
	e.PayloadVersion = json.Number(h.Get("Ce-Payloadversion"))
	if len(body) > 0 {
		e.Data = body
	}
	return e, nil
}

// item is the event as Laurel records it.
func (e *CloudEvent) item() (eventstore.IngestItem, error) {
	if e.SpecVersion != "1.0" {
		return eventstore.IngestItem{}, invalid("specversion", "is not 1.0")
	}
	for _, needed := range []struct{ name, text string }{{"id", e.ID}, {"source", e.Source}, {"type", e.Type}, {"subject", e.Subject}, {"time", e.Time}} {
		if needed.text == "" {
			return eventstore.IngestItem{}, invalid(needed.name, "is missing")
		}
		if err := checkField(needed.name, needed.text, 1000); err != nil {
			return eventstore.IngestItem{}, err
		}
	}
	if media, _, err := mime.ParseMediaType(e.DataContentType); e.DataContentType != "" && (err != nil || media != mediaJSON) {
		return eventstore.IngestItem{}, invalid("datacontenttype", "is not %s", mediaJSON)
	}
	kind := domain.EventType(e.Type)
	category, known := domain.CategoryOf(kind)
	if !known {
		return eventstore.IngestItem{}, invalid("type", "is no type of event; %s", domain.UnknownTypeHint(kind))
	}
	stream, err := domain.ParseStream(e.Subject)
	if err != nil {
		return eventstore.IngestItem{}, invalid("subject", "is no stream; write it such as mentorship-6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011")
	}
	if category != "" && category != stream.Category {
		return eventstore.IngestItem{}, invalid("subject", "is no stream of a %s, on which %s belongs", category, kind)
	}
	at, err := time.Parse(time.RFC3339Nano, e.Time)
	if err != nil {
		return eventstore.IngestItem{}, invalid("time", "is no RFC 3339 time; write it such as 2026-03-01T10:00:00Z")
	}
	if _, err := parseTime("time", at.UTC().Format(time.RFC3339Nano)); err != nil {
		return eventstore.IngestItem{}, err
	}
	schema := domain.SchemaOf(kind)
	if e.PayloadVersion != "" {
		if schema, err = strconv.Atoi(string(e.PayloadVersion)); err != nil || schema < 1 {
			return eventstore.IngestItem{}, invalid("payloadversion", "is no version of a payload")
		}
	}
	data := bytes.TrimSpace(e.Data)
	if len(data) > 0 && data[0] != '{' {
		return eventstore.IngestItem{}, invalid("data", "is no JSON object")
	}
	payload, err := eventstore.DecodeStrict(kind, schema, data)
	if err != nil {
		var own *domain.Error
		if errors.As(err, &own) {
			return eventstore.IngestItem{}, err
		}
		return eventstore.IngestItem{}, invalid("data", "%v", err)
	}
	meta := domain.Metadata{OccurredAt: at.UTC(), Actor: e.Actor, Source: e.Source, CorrelationID: e.CorrelationID,
		CausationID: e.CausationID, Schema: domain.SchemaOf(kind)}
	id := uuid.NewSHA1(domain.SourceSpace(e.Source), []byte(e.ID))
	return eventstore.IngestItem{Stream: e.Subject, Event: domain.Event{ID: id, Meta: meta, Payload: payload}}, nil
}

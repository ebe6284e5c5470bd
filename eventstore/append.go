package eventstore

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"laurel/domain"
)

// Limits that are the same for every store.
const (
	StreamBytesMax   = 512     // name of a stream
	TypeBytesMax     = 128     // event type
	MetadataBytesMax = 1024    // each text of the metadata
	DataBytesMax     = 1 << 20 // data of one event
	SchemaMax        = 1 << 16 // version of a payload's schema
)

// Validate checks everything about an append that does not depend on what the store holds: it fails with
// *InvalidError or *TooLargeError. Every store calls it first.
func (a StreamAppend) Validate(limits Capabilities) error {
	if err := ValidateStream(a.Stream); err != nil {
		return err
	}
	if len(a.Events) == 0 {
		return a.invalid("it has no events: an append records at least one")
	}
	if len(a.Events) > limits.AppendEventsMax {
		return &TooLargeError{Stream: a.Stream, What: "number of events", Size: len(a.Events), Max: limits.AppendEventsMax}
	}
	bytes := 0
	for i := range a.Events {
		e := &a.Events[i]
		if err := a.validateEvent(i); err != nil {
			return err
		}
		bytes += eventBytes(e)
	}
	if bytes > limits.AppendBytesMax {
		return &TooLargeError{Stream: a.Stream, What: "bytes of all events", Size: bytes, Max: limits.AppendBytesMax}
	}
	return a.validateIDs()
}

// Bytes returns what counts towards Capabilities.AppendBytesMax.
func (a StreamAppend) Bytes() int {
	bytes := 0
	for i := range a.Events {
		bytes += eventBytes(&a.Events[i])
	}
	return bytes
}

func eventBytes(e *NewEvent) int {
	return len(e.Data) + len(e.Type) + len(e.Meta.Actor) + len(e.Meta.Source) + len(e.Meta.CorrelationID) +
		len(e.Meta.CausationID)
}

func (a StreamAppend) invalid(format string, args ...any) error {
	return &InvalidError{What: fmt.Sprintf("append to stream %q", a.Stream), Reason: fmt.Sprintf(format, args...)}
}

// ValidateStream checks the name of a stream.
func ValidateStream(stream string) error {
	if len(stream) > StreamBytesMax {
		return &TooLargeError{Stream: stream[:32] + "...", What: "bytes of the stream's name", Size: len(stream),
			Max: StreamBytesMax}
	}
	reason := ""
	switch {
	case stream == "":
		reason = `it is empty: a name is a category, "-" and an id, such as "program-git"`
	case !utf8.ValidString(stream):
		reason = "it is not UTF-8"
	default:
		for _, r := range stream {
			if unicode.IsControl(r) {
				reason = "it has a control character"
			}
		}
	}
	if reason != "" {
		return &InvalidError{What: fmt.Sprintf("stream name %q", stream), Reason: reason}
	}
	return nil
}

func (a StreamAppend) validateEvent(i int) error {
	e := &a.Events[i]
	switch {
	case e.ID == uuid.Nil:
		return a.invalid("event %d has no id", i)
	case e.Type == "":
		return a.invalid("event %d has no type", i)
	case e.Meta.OccurredAt.Before(domain.OccurredMin) || !e.Meta.OccurredAt.Before(domain.OccurredMax):
		return a.invalid("event %d occurred at %s: want a time from %s up to %s", i,
			e.Meta.OccurredAt.UTC().Format("2006-01-02T15:04:05Z"), domain.OccurredMin.Format("2006-01-02"),
			domain.OccurredMax.Format("2006-01-02"))
	case e.Meta.Schema < 1 || e.Meta.Schema > SchemaMax:
		return a.invalid("event %d has schema version %d: want 1 to %d", i, e.Meta.Schema, SchemaMax)
	case len(e.Data) > DataBytesMax:
		return &TooLargeError{Stream: a.Stream, What: fmt.Sprintf("bytes of data of event %d", i), Size: len(e.Data),
			Max: DataBytesMax}
	}
	for _, t := range [...]struct {
		name, text string
		max        int
	}{
		{"type", string(e.Type), TypeBytesMax}, {"actor", e.Meta.Actor, MetadataBytesMax},
		{"source", e.Meta.Source, MetadataBytesMax}, {"correlation id", e.Meta.CorrelationID, MetadataBytesMax},
		{"causation id", e.Meta.CausationID, MetadataBytesMax},
	} {
		if len(t.text) > t.max {
			return &TooLargeError{Stream: a.Stream, What: fmt.Sprintf("bytes of the %s of event %d", t.name, i),
				Size: len(t.text), Max: t.max}
		}
		if !utf8.ValidString(t.text) {
			return a.invalid("the %s of event %d is not UTF-8", t.name, i)
		}
	}
	return nil
}

func (a StreamAppend) validateIDs() error {
	if len(a.Events) == 1 {
		return nil
	}
	seen := make(map[uuid.UUID]int, len(a.Events))
	for i := range a.Events {
		id := a.Events[i].ID
		if first, found := seen[id]; found {
			return a.invalid("events %d and %d have the same id %s: each event needs its own", first, i, id)
		}
		seen[id] = i
	}
	return nil
}

// StreamState is what an append finds: the stream as it is, and which of the append's events it already holds.
type StreamState struct {
	Exists bool
	Newest Revision     // when it exists
	Held   map[int]Held // by index into StreamAppend.Events; nil when it holds none
}

// Held is an event of an append that its stream already holds.
type Held struct {
	Revision Revision
	Same     bool // type and data are the same
}

// Resolve decides what becomes of an append, in the one way that every store shares: retry tells that it repeats an
// earlier one, whose first event got the revision returned; otherwise its events are to be recorded, unless err says
// why not. The rules are those of Store.Append; an append whose ids are partly or differently held is a conflict when
// its expectation is not met, and else a reuse of the ids.
func (a StreamAppend) Resolve(s StreamState) (first Revision, retry bool, err error) {
	met := a.Expected.Met(s.Exists, s.Newest)
	if met && len(s.Held) == 0 {
		return 0, false, nil
	}
	conflict := &ConflictError{Stream: a.Stream, Expected: a.Expected, Actual: s.Newest, Exists: s.Exists}
	if len(s.Held) == 0 {
		return 0, false, conflict
	}
	reused := func(i int) error {
		return &IDReusedError{Stream: a.Stream, ID: a.Events[i].ID.String(), Revision: s.Held[i].Revision}
	}
	whole, firstHeld := len(s.Held) == len(a.Events), -1
	for i := range a.Events {
		held, found := s.Held[i]
		if !found {
			continue
		}
		if firstHeld < 0 {
			firstHeld = i
		}
		if !held.Same {
			return 0, false, reused(i)
		}
		if whole && held.Revision != s.Held[0].Revision+Revision(i) {
			whole = false
		}
	}
	switch {
	case whole && a.Expected.metBefore(s.Held[0].Revision):
		return s.Held[0].Revision, true, nil
	case !met:
		return 0, false, conflict
	}
	return 0, false, reused(firstHeld)
}

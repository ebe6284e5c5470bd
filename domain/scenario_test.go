package domain

import (
	"encoding/binary"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// day0 is when the scenarios start; hours are counted from it.
var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

var (
	ada = number(1001) // a mentor
	ben = number(1002) // her mentee
	cyd = number(1003) // somebody else
)

// number is a uuid for a test to refer to.
func number(n int) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// given is event n of a stream, counted from 1, n hours after day0.
func given(n int, p Payload) Event {
	return Event{ID: number(n), Meta: Metadata{OccurredAt: hour(n), Schema: 1}, Payload: p}
}

func history(payloads ...Payload) []Event {
	events := make([]Event, len(payloads))
	for i, p := range payloads {
		events[i] = given(i+1, p)
	}
	return events
}

func hour(n int) time.Time { return day0.Add(time.Duration(n) * time.Hour) }

// at is the metadata of a command, whose id is 100.
func at(h int) CommandMeta { return CommandMeta{ID: number(100), OccurredAt: hour(h), Actor: "test"} }

// by is the metadata of a command that a person gives.
func by(person uuid.UUID, h int) CommandMeta {
	m := at(h)
	m.Actor = person.String()
	return m
}

// imported is the metadata of a command that copies what happened elsewhere.
func imported(h int) CommandMeta {
	m := at(h)
	m.Imported = true
	return m
}

// record copies a ready-made event.
func record(h int, p Payload) Record {
	return Record{Event: Event{ID: number(100), Meta: Metadata{OccurredAt: hour(h)}, Payload: p}, Imported: true}
}

// scenario is one decision: given what happened, when a command comes, then events follow or an error says why not.
type scenario struct {
	given []Event
	when  Command
	then  []Payload // of the events
	code  Code      // of the error, "" for none
	field string    // of the error
	says  []string  // in the error

	silent string // what the error does not repeat, "" for nothing
}

func runScenarios(t *testing.T, stream string, scenarios map[string]scenario) {
	t.Helper()
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			decider, err := DeciderFor(stream)
			if err != nil {
				t.Fatal(err)
			}
			state := decider.Fold(decider.Initial, s.given...)
			events, err := decider.Decide(state, s.when)
			if s.code != "" {
				checkRefusal(t, s, events, err)
				return
			}
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			meta := s.when.Common()
			var got []Payload
			for i, e := range events {
				got = append(got, e.Payload)
				wantID := meta.ID
				if i > 0 {
					wantID = uuid.NewSHA1(meta.ID, []byte{byte('0' + i)})
				}
				wantMeta := Metadata{OccurredAt: meta.OccurredAt, Actor: meta.Actor, Source: meta.Source,
					CorrelationID: meta.CorrelationID, CausationID: meta.CausationID, Schema: SchemaOf(e.Payload.EventType())}
				if e.ID != wantID || e.Meta != wantMeta {
					t.Errorf("event %d has id %s and metadata %+v, want %s and %+v", i, e.ID, e.Meta, wantID, wantMeta)
				}
			}
			if !reflect.DeepEqual(got, s.then) {
				t.Fatalf("got %+v, want %+v", got, s.then)
			}
			// What was decided is done: the same command changes nothing more.
			if again, err := decider.Decide(decider.Fold(state, events...), s.when); len(again) != 0 || err != nil {
				t.Errorf("carried out again, it decides %v, %v", again, err)
			}
		})
	}
}

func checkRefusal(t *testing.T, s scenario, events []Event, err error) {
	t.Helper()
	if err == nil {
		t.Fatalf("decided %+v, want %s", events[0].Payload, s.code)
	}
	e, ok := err.(*Error)
	if !ok || e.Code != s.code || e.Field != s.field || e.Message == "" {
		t.Errorf("refused with %#v, want code %s for field %q", err, s.code, s.field)
	}
	for _, words := range s.says {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%q does not say %q", err, words)
		}
	}
	if s.silent != "" && strings.Contains(err.Error(), s.silent) {
		t.Errorf("%q repeats %q", err, s.silent)
	}
	if len(events) != 0 {
		t.Errorf("refused and yet decided %v", events)
	}
}

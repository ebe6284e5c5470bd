package eventstore

import (
	"encoding/json"
	"time"

	"laurel/domain"
)

// upcast turns the payload of one schema version into that of the next. It keeps what it does not know, and leaves a
// payload that already has the next version's shape as it is.
type upcast func(fields map[string]json.RawMessage) error

// upcasts holds the upcast from each older version of each type: index 0 leads from version 1 to version 2.
//
//   - FeedbackRequested 1 had due as a calendar date, "2025-03-31". Version 2 has the last second of that day in UTC,
//     as a date alone says no instant that two readers agree on.
//   - EventVoided 1 had a phrase as its reason. Version 2 has a code; what is none becomes "other", as it may speak of
//     a person.
var upcasts = map[domain.EventType][]upcast{
	domain.TypeFeedbackRequested: {feedbackRequestedDue},
	domain.TypeEventVoided:       {eventVoidedReason},
}

// Upcast returns the payload in its type's newest schema version, and that version. A payload that is in the newest
// version already is returned as it is, unread and without an allocation.
//
// It fails with *UnknownTypeError, *NewerSchemaError, or *PayloadError when an older payload cannot be read.
func Upcast(t domain.EventType, schema int, data []byte) ([]byte, int, error) {
	newest := domain.SchemaOf(t)
	if schema == newest {
		return data, newest, nil
	}
	if _, known := domain.CategoryOf(t); !known {
		return nil, 0, &UnknownTypeError{Type: t}
	}
	if schema < 1 || schema > newest {
		return nil, 0, &NewerSchemaError{Type: t, Schema: schema, Newest: newest}
	}
	return upcastBy(upcasts[t], t, schema, newest, data)
}

func upcastBy(chain []upcast, t domain.EventType, schema, newest int, data []byte) ([]byte, int, error) {
	fields := map[string]json.RawMessage{}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &fields); err != nil {
			return nil, 0, unmarshalError(t, schema, data, err)
		}
	}
	for version := schema; version < newest; version++ {
		if err := chain[version-1](fields); err != nil {
			return nil, 0, &PayloadError{Type: t, Schema: schema, Offset: -1, Problem: err.Error(), Err: err}
		}
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return nil, 0, &PayloadError{Type: t, Schema: schema, Offset: -1, Problem: err.Error(), Err: err}
	}
	return data, newest, nil
}

func feedbackRequestedDue(fields map[string]json.RawMessage) error {
	var due string
	if json.Unmarshal(fields["due"], &due) != nil {
		return nil
	}
	day, err := time.Parse(time.DateOnly, due)
	if err != nil {
		return nil // not a date: decoding says what is wrong with it, if anything is
	}
	fields["due"], err = json.Marshal(day.AddDate(0, 0, 1).Add(-time.Second))
	return err
}

func eventVoidedReason(fields map[string]json.RawMessage) error {
	var reason string
	if json.Unmarshal(fields["reason"], &reason) == nil && reason != "" && !domain.Slug(reason).Valid() {
		fields["reason"] = json.RawMessage(`"other"`)
	}
	return nil
}

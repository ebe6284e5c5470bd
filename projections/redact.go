package projections

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Redactor shows recorded events without what belongs to people who were erased. The log keeps its events as they are;
// whoever prints or exports them shows them by a Redactor.
//
// Of an erased person's personal fields only "of" is left, and their names are hidden in the texts of others, as
// Masker does it: also their given and family names where the text is of a mentorship that they were in.
type Redactor struct {
	people *People
	pairs  map[string][]uuid.UUID // mentor and mentee by stream
	read   eventstore.Position
}

// ReadRedactor reads the whole log for who was erased.
func ReadRedactor(ctx context.Context, store eventstore.Store) (*Redactor, error) {
	r := &Redactor{people: NewPeople(), pairs: map[string][]uuid.UUID{}}
	return r, r.Catch(ctx, store)
}

// Catch reads on where it stopped before. Events up to the head of the log at that time can be shown then.
func (r *Redactor) Catch(ctx context.Context, store eventstore.Store) error {
	filter := eventstore.Filter{Types: []domain.EventType{domain.TypePersonErased, domain.TypeMentorshipStarted}}
	for events, err := range eventstore.ReadChunks(ctx, store, r.read, filter) {
		if err != nil {
			return fmt.Errorf("read who was erased: %w", err)
		}
		for i := range events {
			e := &events[i]
			if e.Type == domain.TypePersonErased {
				if err := r.people.forget(ctx, store, e); err != nil {
					return err
				}
			} else if event, err := eventstore.Decode(*e); err == nil { // what cannot be decoded says who it is about to nobody
				p := event.Payload.(*domain.MentorshipStarted)
				r.pairs[e.Stream] = append(r.pairs[e.Stream], p.Mentor, p.Mentee)
			}
			r.read = e.Position
		}
	}
	return nil
}

// personalKey is the field of a payload that holds all personal ones.
const personalKey = "personal"

// Data returns the payload of an event as it may be shown: the payload itself where there is nothing to hide.
func (r *Redactor) Data(e *eventstore.RecordedEvent) []byte {
	if len(r.people.erased) == 0 || len(e.Data) == 0 {
		return e.Data
	}
	var owner uuid.UUID
	if text, onPerson := strings.CutPrefix(e.Stream, domain.CategoryPerson+"-"); onPerson {
		owner, _ = uuid.Parse(text)
	}
	shown, err := rewrite(e.Data, func(key string, value []byte) ([]byte, error) {
		if !strings.EqualFold(key, personalKey) {
			return value, nil
		}
		return r.personal(owner, value, r.people.texts(r.pairs[e.Stream]...))
	})
	if err == nil {
		return shown
	}
	if r.people.Erased(owner) {
		return []byte("{}")
	}
	return e.Data // damaged: it is shown as it is, for whoever looks at the damage
}

// personal returns personal fields as they may be shown.
func (r *Redactor) personal(owner uuid.UUID, fields []byte, shown texts) ([]byte, error) {
	of := owner
	_, err := rewrite(fields, func(key string, value []byte) ([]byte, error) {
		if strings.EqualFold(key, "of") {
			return value, json.Unmarshal(value, &of)
		}
		return value, nil
	})
	if err != nil {
		return nil, err
	}
	if r.people.Erased(of) || r.people.Erased(owner) {
		return json.Marshal(map[string]uuid.UUID{"of": of})
	}
	return rewrite(fields, func(key string, value []byte) ([]byte, error) {
		var text string
		if strings.EqualFold(key, "of") || json.Unmarshal(value, &text) != nil {
			return value, nil
		}
		hidden := shown.show(of, text)
		if hidden == text {
			return value, nil
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		err := enc.Encode(hidden)
		return bytes.TrimSpace(b.Bytes()), err
	})
}

// WithoutPersonal returns a payload without its personal fields: of them only "of" is left, which says whose they are, and
// those that are to be kept. It fails on what is no JSON object.
func WithoutPersonal(data []byte, keep ...string) ([]byte, error) {
	if len(data) == 0 {
		return data, nil
	}
	return rewrite(data, func(key string, value []byte) ([]byte, error) {
		if !strings.EqualFold(key, personalKey) {
			return value, nil
		}
		b := []byte("{")
		_, err := rewrite(value, func(key string, value []byte) ([]byte, error) {
			if key == "of" || slices.Contains(keep, key) {
				if len(b) > 1 {
					b = append(b, ',')
				}
				b = append(append(appendString(b, key), ':'), value...)
			}
			return value, nil
		})
		if err != nil {
			return []byte("{}"), nil // whatever it is, it is not shown
		}
		return append(b, '}'), nil
	})
}

// rewrite replaces values of a JSON object, and leaves the rest of it as it is written.
func rewrite(object []byte, value func(key string, value []byte) ([]byte, error)) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(err, errNotObject)
	}
	var b bytes.Buffer
	done := 0
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var old json.RawMessage
		if err := dec.Decode(&old); err != nil {
			return nil, err
		}
		end := int(dec.InputOffset())
		changed, err := value(fmt.Sprint(key), old)
		if err != nil {
			return nil, err
		}
		b.Write(object[done : end-len(old)])
		b.Write(changed)
		done = end
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	b.Write(object[done:])
	return b.Bytes(), nil
}

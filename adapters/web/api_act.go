package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Keyed is a command that may be sent again.
type Keyed struct {
	Key string `header:"Idempotency-Key" minLength:"1" maxLength:"255" doc:"A text of the caller's choice: the command is carried out once, however often it is sent with it."`
}

// Timed is the body of a command that is about a time.
type Timed struct {
	At time.Time `json:"at,omitzero" doc:"When it happened; now if left out."`
}

// act registers a command. Its answer comes once everybody sees what it did.
func act[I, D any](a *api, o operation, run func(*visit, *I) (D, error)) {
	if o.method == "" {
		o.method = http.MethodPost
	}
	op := a.begin(o, reflect.TypeFor[D](), false)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*reply, error) {
		v := visitOf(ctx)
		r, err := a.once(v, func() (*reply, error) {
			document, err := run(v, in)
			if err != nil {
				return nil, err
			}
			v.release()
			head, err := v.engine.Store().Head(v.ctx())
			if err != nil {
				return nil, err
			}
			if err := v.recorded(head); err != nil {
				return nil, err
			}
			r, err := v.answer(document)
			if err == nil {
				r.Position = head.String()
			}
			return r, err
		})
		if err != nil {
			return nil, v.problemOf(err)
		}
		return r, nil
	})
}

// once carries a command out, unless one with the same key was: then its answer is given again.
func (a *api) once(v *visit, do func() (*reply, error)) (*reply, error) {
	id, ok := v.commandID()
	if !ok {
		return do()
	}
	request := sha256.Sum256([]byte(v.r.Method + " " + v.r.URL.Path + "?" + v.r.URL.Query().Encode() + "\n" + string(v.asked.body)))
	if before, same, found := a.replies.find(id, request); found {
		if !same {
			return nil, errKeyReused
		}
		again := *before
		again.Replayed = "true"
		return &again, nil
	}
	r, err := do()
	if err == nil {
		a.replies.keep(id, request, r)
	}
	return r, err
}

// errKeyReused is the answer to two commands under one key.
var errKeyReused = invalid("Idempotency-Key", "is that of another command, which asked for something else; give each command a key of its own")

// commandID is the id of the command by its key, which means the same to one account only. It reports false without a key.
func (v *visit) commandID() (uuid.UUID, bool) {
	key := v.r.Header.Get("Idempotency-Key")
	if key == "" {
		return uuid.Nil, false
	}
	return uuid.NewSHA1(v.who.Account, []byte(key)), true
}

// acting is who carries out a command, when, and where it is recorded.
type acting struct {
	store  eventstore.Store
	meta   domain.CommandMeta
	by     uuid.UUID
	before bool // an event with the command's id is in the log
}

// calling prepares a command that happened at a time, or now. Where somebody has to have done it, an account that is nobody is
// refused.
func (v *visit) calling(at time.Time, byPerson bool) (*acting, error) {
	if byPerson && v.who.Person == uuid.Nil {
		return nil, errNoPerson
	}
	c := &acting{store: v.engine.Store(), by: v.who.Person}
	c.meta = domain.CommandMeta{ID: uuid.New(), OccurredAt: at.UTC(), Actor: "account", Source: "api"}
	if c.by != uuid.Nil {
		c.meta.Actor = c.by.String()
	}
	if at.IsZero() {
		c.meta.OccurredAt = v.now().UTC()
	}
	id, keyed := v.commandID()
	if !keyed {
		return c, nil
	}
	c.meta.ID = id
	event, found, err := eventstore.FindEvent(v.ctx(), c.store, id)
	if err != nil || !found {
		return c, err
	}
	c.store, c.before = eventstore.HeldID{Store: c.store, By: event}, true
	if at.IsZero() {
		c.meta.OccurredAt = event.Meta.OccurredAt // sent again, the command means the same time
	}
	return c, nil
}

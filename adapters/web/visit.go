package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// visit is one request of somebody for a page: who asks, and what they look at.
type visit struct {
	*Server
	w   http.ResponseWriter
	r   *http.Request
	who *access.Identity // nil for who is not signed in

	view    *serving.View
	problem error // why the form that was sent could not be carried out; the page shows it

	asked *asked // of a call of the API; nil for a page
}

// ctx ends when the visitor goes away or the server stops.
func (v *visit) ctx() context.Context { return v.r.Context() }

// at reads from the address what the visitor looks at.
func (v *visit) at() (serving.At, error) {
	if v.asked != nil && v.asked.cursor != nil {
		return v.asked.cursor.at(), nil
	}
	return parseAt(v.r.URL.Query())
}

// atKeys are the parameters of an address that choose program, time, position and criteria.
var atKeys = []string{"program", "as_of", "position", "criteria"}

// parseAt reads these parameters.
func parseAt(q url.Values) (serving.At, error) {
	for _, key := range atKeys {
		if len(q[key]) > 1 {
			return serving.At{}, invalid(key, "is given more than once; give it once")
		}
		if len(q.Get(key)) > parameterBytesMax {
			return serving.At{}, invalid(key, "is too long")
		}
	}
	at := serving.At{Program: q.Get("program"), Position: q.Get("position"), Criteria: q.Get("criteria")}
	var err error
	at.AsOf, err = parseTime("as_of", q.Get("as_of"))
	return at, err
}

// parseTime reads a time or a date; the zero time where none was given.
func parseTime(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if t.Before(domain.OccurredMin) || !t.Before(domain.OccurredMax) {
			return time.Time{}, invalid(field, "is out of range; times go from 1900-01-01 to before 2150-01-01")
		}
		return t.UTC(), nil
	}
	return time.Time{}, invalid(field, "is no time; write it such as 2024-06-30 or 2024-06-30T12:00:00Z")
}

// parameterBytesMax bounds a parameter of an address; ids, times and positions are far shorter.
const parameterBytesMax = 256

// look returns what is known, as the address asks. It is held until the page is made or something is recorded.
func (v *visit) look() (*serving.View, error) {
	if v.view != nil {
		return v.view, nil
	}
	at, err := v.at()
	if err != nil {
		return nil, err
	}
	view, err := v.engine.Look(v.ctx(), at)
	var choose *serving.ProgramError
	if errors.As(err, &choose) && at.Program == "" && len(choose.Programs) > 0 {
		// Who names no program sees the first that they may; the time machine offers the others.
		at.Program = v.firstProgram(choose.Programs)
		view, err = v.engine.Look(v.ctx(), at)
	}
	if err != nil {
		return nil, err
	}
	v.view = view
	return view, nil
}

// firstProgram is the first program whose standings the visitor may see, or the first of all.
func (v *visit) firstProgram(programs []string) string {
	for _, p := range programs {
		if v.who.May(access.StandingsRead, access.Target{Program: domain.Slug(p)}) {
			return p
		}
	}
	return programs[0]
}

// release lets go of what was looked at.
func (v *visit) release() {
	if v.view != nil {
		v.view.Close()
		v.view = nil
	}
}

// meta is the metadata of a command that the visitor gives with a form: its id is the form's, so that sending the form
// twice records it once.
func (v *visit) meta() (domain.CommandMeta, error) {
	id := uuid.New()
	if text := v.r.PostFormValue("command_id"); text != "" {
		var err error
		if id, err = uuid.Parse(text); err != nil || id == uuid.Nil {
			return domain.CommandMeta{}, invalid("command_id", "is no uuid; load the form again")
		}
	}
	meta := domain.CommandMeta{ID: id, OccurredAt: v.now(), Actor: "account", Source: "web"}
	if v.who != nil && v.who.Person != uuid.Nil {
		meta.Actor = v.who.Person.String()
	}
	return meta, nil
}

// recorded waits until what was appended can be seen. What was looked at before is let go of.
func (v *visit) recorded(at eventstore.Position) error {
	v.release()
	return v.engine.Wait(v.ctx(), at)
}

// person reads the person in the path.
func (v *visit) person() (uuid.UUID, error) { return v.pathID("person") }

// pathID reads an id in the path.
func (v *visit) pathID(name string) (uuid.UUID, error) {
	id, err := uuid.Parse(v.r.PathValue(name))
	if err != nil || len(v.r.PathValue(name)) != 36 {
		return uuid.Nil, missing("there is no such " + name)
	}
	return id, nil
}

// link is an address on this server that carries on what the visitor looks at. Further parameters are given as key,
// value, key, value.
func (v *visit) link(path string, more ...string) string {
	old, q := v.r.URL.Query(), url.Values{}
	for _, key := range atKeys {
		if value := old.Get(key); value != "" {
			q.Set(key, value)
		}
	}
	for pair := range slices.Chunk(more, 2) {
		if len(pair) == 2 && pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// redirect sends the visitor to another page of this server after a form was carried out; done is a key of doneTexts
// that the page then shows.
func (v *visit) redirect(path, done string) error {
	v.release()
	http.Redirect(v.w, v.r, v.link(path, "done", done), http.StatusSeeOther)
	return nil
}

// may tells whether the visitor may do something in the program that is looked at, to people if any are named.
func (v *visit) may(action access.Action, people ...uuid.UUID) bool {
	on := access.Target{People: people}
	if v.view != nil {
		on.Program = domain.Slug(v.view.Program)
	}
	return v.who.May(action, on)
}

// admit lets the visitor in, or not. Their form is read before anything is looked at, since whoever sends slowly must not
// hold what others wait for.
func (v *visit) admit(r route) error {
	if !r.action.Public() && v.who == nil {
		return access.ErrSignedOut
	}
	if err := v.readForm(); err != nil {
		return err
	}
	return v.allow(r)
}

// allow refuses what the visitor may not do.
func (v *visit) allow(r route) error {
	find := r.on
	switch {
	case r.action.Public():
		return nil
	case !v.who.MaySomewhere(r.action): // whatever it is about; whether that exists is none of their business
		return v.who.Refusal(r.action, access.Target{})
	case find == nil:
		find = onProgram
	}
	on, err := find(v)
	if err != nil {
		return err
	}
	if !v.who.May(r.action, on) {
		return v.who.Refusal(r.action, on)
	}
	return v.noteView(v.who, r.action, on, r.pattern)
}

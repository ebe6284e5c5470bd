package access

import (
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"
)

// Limits of the record of views.
const (
	ViewsKept     = 366 * 24 * time.Hour // and then forgotten
	ViewsPageMax  = 500
	RouteBytesMax = 100
)

// View says that an account looked at a person's record.
type View struct {
	Person  uuid.UUID `json:"-"` // whose record
	At      time.Time `json:"at"`
	Account uuid.UUID `json:"account"`         // who looked
	Token   uuid.UUID `json:"token,omitzero"`  // with which token, if with one
	Route   string    `json:"route,omitempty"` // where, such as "GET /people/{person}"
}

func viewsOf(person uuid.UUID) string { return "view/" + person.String() + "/" }

// viewKey puts the newest views of a person first.
func viewKey(v *View, n int) string {
	return fmt.Sprintf("%s%020d/%03d", viewsOf(v.Person), math.MaxInt64-v.At.UnixNano(), n)
}

// RecordView adds a view. Nothing ever changes one.
func (r *Registry) RecordView(v View) error {
	if v.Person == uuid.Nil || v.Account == uuid.Nil || v.At.IsZero() || len(v.Route) > RouteBytesMax {
		return invalid("view", "is incomplete", "say who looked at whom, when and where")
	}
	return r.storage.Update(func(tx Tx) error {
		n := 0
		for tx.Get(viewKey(&v, n)) != nil {
			n++
		}
		return save(tx, viewKey(&v, n), v)
	})
}

// Views returns up to limit views of a person's record, the newest first, from before a time; of all, where that is
// zero.
func (r *Registry) Views(person uuid.UUID, before time.Time, limit int) (views []View, err error) {
	limit = min(limit, ViewsPageMax)
	err = r.storage.View(func(tx Tx) error {
		for key := range tx.Prefix(viewsOf(person)) {
			if len(views) >= limit {
				return nil
			}
			v, _, err := load[View](tx, key)
			if err != nil {
				return err
			}
			if v.Person = person; before.IsZero() || v.At.Before(before) {
				views = append(views, v)
			}
		}
		return nil
	})
	return views, err
}

package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"time"

	"laurel/projections/serving"
)

// Moment chooses what a query looks at.
type Moment struct {
	Program  string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one." example:"git"`
	AsOf     string `query:"as_of" maxLength:"256" doc:"What held then: an RFC 3339 time or a date; the newest time in the log if left out." example:"2020-01-01"`
	Position string `query:"position" maxLength:"256" doc:"What was known at that position of the log; everything if left out."`
	Criteria string `query:"criteria" maxLength:"256" doc:"Under which criteria: active, the first digits of a hash, or the name of a document of the server." example:"active"`
}

// Listing chooses a part of a list.
type Listing struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"10000" default:"1000" doc:"At most so many members."`
	Cursor string `query:"cursor" maxLength:"2048" doc:"Where to go on, as the header Link of the page before says."`
}

// cursor is a place in a list, with what the list was looked at as: so that all pages are of one and the same list.
type cursor struct {
	Program  string    `json:"p,omitempty"`
	AsOf     time.Time `json:"t,omitzero"`
	Position string    `json:"at,omitempty"`
	Criteria string    `json:"c,omitempty"`
	From     int       `json:"n,omitempty"`
	After    string    `json:"a,omitempty"` // position, of events
	Query    string    `json:"q"`           // what was asked for
}

// String writes a cursor so that nobody takes it apart by accident.
func (c *cursor) String() string {
	text, _ := json.Marshal(c) // a plain struct
	return base64.RawURLEncoding.EncodeToString(text)
}

// queryMark tells queries apart that differ in more than the part of the list.
func queryMark(u *url.URL) string {
	q := u.Query()
	q.Del("cursor")
	q.Del("limit")
	hash := sha256.Sum256([]byte(u.Path + "?" + q.Encode()))
	return base64.RawURLEncoding.EncodeToString(hash[:9])
}

// parseCursor reads a cursor that leads on in the very list that is asked for.
func (v *visit) parseCursor(text string) (*cursor, error) {
	wrong := invalid("cursor", "is none that this list gave; start again without one")
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	var c cursor
	if err != nil || json.Unmarshal(data, &c) != nil || c.From < 0 || c.Query != queryMark(v.r.URL) {
		return nil, wrong
	}
	return &c, nil
}

// at is what a cursor looks at.
func (c *cursor) at() serving.At {
	return serving.At{Program: c.Program, AsOf: c.AsOf, Position: c.Position, Criteria: c.Criteria}
}

// goOn makes a cursor of the view that is looked at.
func (v *visit) goOn() *cursor {
	c := &cursor{Query: queryMark(v.r.URL)}
	if at, err := v.at(); err == nil {
		c.Criteria = at.Criteria
	}
	if v.view != nil {
		c.Program, c.AsOf, c.Position = v.view.Program, v.view.AsOf, v.view.Position.String()
	}
	v.asked.next = c
	return c
}

// part cuts out of a list what a page shows, and notes where the next one begins.
func part[T any](v *visit, l Listing, list []T) []T {
	from := 0
	if v.asked.cursor != nil {
		from = min(v.asked.cursor.From, len(list))
	}
	list = list[from:]
	if len(list) > l.Limit {
		v.goOn().From = from + l.Limit
		list = list[:l.Limit]
	}
	if list == nil {
		list = []T{}
	}
	return list
}

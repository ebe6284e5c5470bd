package web

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Rejected is input that was refused, as operators see it: never what it held, or who sent it.
type Rejected struct {
	At     time.Time
	Route  string // its pattern
	Status int
	Field  string
	Reason string
	System uuid.UUID // the account of the API token that it came with; zero for a browser
}

// Bounds of what is kept of rejected input.
const (
	rejectedMax         = 500
	rejectedReasonRunes = 200
)

// rejections keeps the latest input that was refused.
type rejections struct {
	mu   sync.Mutex
	ring []Rejected
	next int
	all  int
}

func (r *rejections) add(one Rejected) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all++
	if len(r.ring) < rejectedMax {
		r.ring = append(r.ring, one)
		return
	}
	r.ring[r.next] = one
	r.next = (r.next + 1) % rejectedMax
}

// Rejected returns the latest input that was refused, newest first, and how much there was since the server started.
func (s *Server) Rejected() ([]Rejected, int) {
	r := &s.rejections
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]Rejected, 0, len(r.ring))
	for i := range r.ring {
		list = append(list, r.ring[(r.next-1-i+2*len(r.ring))%len(r.ring)])
	}
	return list, r.all
}

// keepRejected keeps why a command or an event was refused. What stands between quotation marks may have been part of the
// input, and is left out.
func (v *visit) keepRejected(t told) {
	switch {
	case v.r.Pattern == "", v.r.Method == http.MethodGet, v.r.Method == http.MethodHead:
		return
	case t.Status < 400, t.Status >= 500, t.Status == http.StatusUnauthorized, t.Status == http.StatusForbidden:
		return
	}
	one := Rejected{At: v.now(), Route: routeOf(v.r.Pattern), Status: t.Status, Field: plainField(t.Field),
		Reason: unquoted(t.Text)}
	if v.who != nil && v.who.ByToken() {
		one.System = v.who.Account
	}
	v.rejections.add(one)
}

// plainField is a field's name where it looks like one: a name that somebody made up may hold anything.
func plainField(field string) string {
	for _, r := range field {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]", r) {
			return "(a field that does not exist)"
		}
	}
	return field[:min(len(field), 60)]
}

// unquoted leaves out of a text everything from the first quotation mark to the last, since what is quoted may hold some
// too, and what is too long to be a reason.
func unquoted(text string) string {
	if first := strings.IndexByte(text, '"'); first >= 0 {
		rest := text[strings.LastIndexByte(text, '"')+1:]
		if first == len(text)-len(rest)-1 {
			rest = "" // it is not closed
		}
		text = text[:first] + "…" + rest
	}
	if runes := []rune(text); len(runes) > rejectedReasonRunes {
		text = string(runes[:rejectedReasonRunes]) + "…"
	}
	return text
}

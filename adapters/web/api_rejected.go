package web

import (
	"strings"
	"sync"
	"time"

	"laurel/domain/access"
)

// Rejected is input that was refused, as operators see it: never what it held.
type Rejected struct {
	At     time.Time `json:"at"`
	Source string    `json:"source"` // the route, or of an event what its sender calls itself
	Status int       `json:"status,omitempty"`
	Field  string    `json:"field,omitempty"`
	Reason string    `json:"reason"`
	By     string    `json:"by,omitempty"` // the account
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
func (v *visit) keepRejected(p *Problem) {
	if v.asked == nil || v.r.Method == "GET" || p.Status < 400 || p.Status >= 500 || p.Status == 401 || p.Status == 403 {
		return
	}
	v.rejections.add(Rejected{At: v.now(), Source: v.asked.operation.path, Status: p.Status, Field: plainField(p.Field),
		Reason: unquoted(p.Detail), By: accountOf(v.who)})
}

func accountOf(who *access.Identity) string {
	if who == nil {
		return ""
	}
	return who.Account.String()
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

// unquoted leaves out of a text what stands between quotation marks, and what is too long to be a reason.
func unquoted(text string) string {
	var b strings.Builder
	inside, runes := false, 0
	for _, r := range text {
		switch {
		case r == '"':
			if inside = !inside; inside {
				b.WriteString("…")
			}
			continue
		case inside:
			continue
		}
		if runes++; runes > rejectedReasonRunes {
			b.WriteString("…")
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

package eventstore

import (
	"bytes"

	"github.com/google/uuid"

	"laurel/domain"
)

// readFast decodes what appendFast wrote: canonical JSON without escapes, which nearly every payload of those types is.
// It reports false for anything else, right or wrong, and leaves that to encoding/json. The data is valid UTF-8.
func readFast(t domain.EventType, data []byte) (domain.Payload, bool) {
	r := reader{data: data}
	var payload domain.Payload
	switch t {
	case domain.TypeSessionHeld:
		p := &domain.SessionHeld{}
		r.open()
		r.text("channel", &p.Channel)
		r.count("minutes", &p.Minutes)
		r.text("skill", &p.Skill)
		r.flag("confirmed", &p.Confirmed)
		if r.personal(&p.Personal.Of) {
			r.text("note", &p.Personal.Note)
			r.close()
		}
		payload = p
	case domain.TypeGoalMet:
		p := &domain.GoalMet{}
		r.open()
		r.text("goal", &p.Goal)
		r.flag("imported", &p.Imported)
		r.text("skill", &p.Skill)
		r.id("by", &p.By)
		r.flag("attested", &p.Attested)
		payload = p
	case domain.TypeFeedbackGiven:
		p := &domain.FeedbackGiven{}
		r.open()
		r.text("request", &p.Request)
		r.id("by", &p.By)
		r.id("about", &p.About)
		r.text("rater", (*string)(&p.Rater))
		r.rating("rating", &p.Rating)
		if r.personal(&p.Personal.Of) {
			r.text("comment", &p.Personal.Comment)
			r.close()
		}
		payload = p
	case domain.TypeMentorshipStarted:
		p := &domain.MentorshipStarted{}
		r.open()
		r.text("program", (*string)(&p.Program))
		r.id("mentor", &p.Mentor)
		r.id("mentee", &p.Mentee)
		payload = p
	case domain.TypePersonRegistered:
		p := &domain.PersonRegistered{}
		r.open()
		if r.personal(&p.Personal.Of) {
			r.text("name", &p.Personal.Name)
			r.text("email", &p.Personal.Email)
			r.text("hr_id", &p.Personal.HRID)
			r.close()
		}
		payload = p
	default:
		return nil, false
	}
	r.close()
	return payload, !r.failed && r.at == len(data)
}

// reader goes through canonical JSON. Each field may be missing; whatever else is not as expected sets failed.
type reader struct {
	data   []byte
	at     int
	comma  bool // a comma comes before the next field
	failed bool
}

// one goes past a byte.
func (r *reader) one(c byte) {
	if r.at >= len(r.data) || r.data[r.at] != c {
		r.failed = true
		return
	}
	r.at++
}

func (r *reader) open() {
	r.one('{')
	r.comma = false
}

func (r *reader) close() {
	r.one('}')
	r.comma = true
}

// field goes past a field's name, if it is the next.
func (r *reader) field(name string) bool {
	rest := r.data[r.at:]
	if r.comma {
		if len(rest) == 0 || rest[0] != ',' {
			return false
		}
		rest = rest[1:]
	}
	n := len(name)
	if len(rest) < n+3 || rest[0] != '"' || string(rest[1:n+1]) != name || rest[n+1] != '"' || rest[n+2] != ':' {
		return false
	}
	r.at = len(r.data) - len(rest) + n + 3
	r.comma = true
	return true
}

func (r *reader) text(name string, s *string) {
	if r.field(name) {
		*s = string(r.quoted())
	}
}

// quoted goes past a string without escapes and returns what it says.
func (r *reader) quoted() []byte {
	if r.one('"'); r.failed {
		return nil
	}
	n := bytes.IndexByte(r.data[r.at:], '"')
	if n < 0 {
		r.failed = true
		return nil
	}
	s := r.data[r.at : r.at+n]
	for _, c := range s {
		if c < ' ' || c == '\\' {
			r.failed = true
			return nil
		}
	}
	r.at += n + 1
	return s
}

// count reads a whole number above 0 of at most six digits.
func (r *reader) count(name string, n *int) {
	if !r.field(name) {
		return
	}
	digits := r.number()
	if len(digits) == 0 || len(digits) > 6 || digits[0] == '0' {
		r.failed = true
		return
	}
	for _, c := range digits {
		if c == '.' {
			r.failed = true
			return
		}
		*n = *n*10 + int(c-'0')
	}
}

func (r *reader) rating(name string, rating *domain.Rating) {
	if !r.field(name) {
		return
	}
	v, err := domain.ParseRating(string(r.number()))
	r.failed = r.failed || err != nil
	*rating = v
}

// number goes past digits and points.
func (r *reader) number() []byte {
	start := r.at
	for r.at < len(r.data) && (r.data[r.at] == '.' || '0' <= r.data[r.at] && r.data[r.at] <= '9') {
		r.at++
	}
	return r.data[start:r.at]
}

func (r *reader) flag(name string, set *bool) {
	if !r.field(name) {
		return
	}
	if !bytes.HasPrefix(r.data[r.at:], []byte("true")) {
		r.failed = true
		return
	}
	r.at += len("true")
	*set = true
}

func (r *reader) id(name string, id *uuid.UUID) {
	if !r.field(name) {
		return
	}
	const textBytes = 36
	s := r.quoted()
	if len(s) != textBytes {
		r.failed = true
		return
	}
	v, err := uuid.ParseBytes(s)
	r.failed = r.failed || err != nil
	*id = v
}

// personal goes into the personal fields, if there are any.
func (r *reader) personal(of *uuid.UUID) bool {
	if !r.field("personal") {
		return false
	}
	r.open()
	r.id("of", of)
	return true
}

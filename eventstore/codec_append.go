package eventstore

import (
	"strconv"
	"unicode/utf8"

	"github.com/google/uuid"

	"laurel/domain"
)

// appendFast appends the canonical JSON of the payloads that there are most of, byte for byte as encodeSlow writes it.
// It reports false for the others.
func appendFast(b []byte, p domain.Payload) ([]byte, bool) {
	o := object{b: b}
	switch p := p.(type) {
	case *domain.SessionHeld:
		o.open()
		o.text("channel", p.Channel)
		o.count("minutes", p.Minutes)
		o.text("skill", p.Skill)
		o.flag("confirmed", p.Confirmed)
		if p.Personal != (domain.SessionNote{}) {
			o.personal(p.Personal.Of)
			o.text("note", p.Personal.Note)
			o.close()
		}
	case *domain.GoalMet:
		o.open()
		o.text("goal", p.Goal)
		o.flag("imported", p.Imported)
		o.text("skill", p.Skill)
		o.id("by", p.By)
		o.flag("attested", p.Attested)
	case *domain.FeedbackGiven:
		o.open()
		o.text("request", p.Request)
		o.idAlways("by", p.By)
		o.idAlways("about", p.About)
		o.textAlways("rater", string(p.Rater))
		o.name("rating")
		o.b = p.Rating.Append(o.b)
		if p.Personal != (domain.FeedbackComment{}) {
			o.personal(p.Personal.Of)
			o.text("comment", p.Personal.Comment)
			o.close()
		}
	case *domain.MentorshipStarted:
		o.open()
		o.textAlways("program", string(p.Program))
		o.idAlways("mentor", p.Mentor)
		o.idAlways("mentee", p.Mentee)
	case *domain.PersonRegistered:
		o.open()
		if p.Personal != (domain.PersonDetails{}) {
			o.personal(p.Personal.Of)
			o.text("name", p.Personal.Name)
			o.text("email", p.Personal.Email)
			o.text("hr_id", p.Personal.HRID)
			o.close()
		}
	default:
		if !o.appendLessCommon(p) {
			return b, false
		}
	}
	o.close()
	return o.b, true
}

// object appends JSON objects, leaving out empty fields but where a method says always.
type object struct {
	b     []byte
	comma bool
}

func (o *object) open() {
	o.b = append(o.b, '{')
	o.comma = false
}

func (o *object) close() {
	o.b = append(o.b, '}')
	o.comma = true
}

// name appends a field's name, which needs no escapes.
func (o *object) name(name string) {
	if o.comma {
		o.b = append(o.b, ',')
	}
	o.comma = true
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *object) personal(of uuid.UUID) {
	o.name("personal")
	o.open()
	o.idAlways("of", of)
}

func (o *object) text(name, s string) {
	if s != "" {
		o.textAlways(name, s)
	}
}

func (o *object) textAlways(name, s string) {
	o.name(name)
	o.b = appendText(o.b, s)
}

func (o *object) count(name string, n int) {
	if n != 0 {
		o.name(name)
		o.b = strconv.AppendInt(o.b, int64(n), 10)
	}
}

func (o *object) flag(name string, set bool) {
	if set {
		o.name(name)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) id(name string, id uuid.UUID) {
	if id != uuid.Nil {
		o.idAlways(name, id)
	}
}

func (o *object) idAlways(name string, id uuid.UUID) {
	o.name(name)
	const digits = "0123456789abcdef"
	o.b = append(o.b, '"')
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			o.b = append(o.b, '-')
		}
		o.b = append(o.b, digits[c>>4], digits[c&15])
	}
	o.b = append(o.b, '"')
}

// appendText appends a JSON string. Quotes, backslashes and control characters are escaped, as are U+2028 and U+2029,
// which end a line in JavaScript; what is not UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	const digits = "0123456789abcdef"
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size, escape := 1, ""
		switch {
		case c == '"':
			escape = `\"`
		case c == '\\':
			escape = `\\`
		case c == '\b':
			escape = `\b`
		case c == '\f':
			escape = `\f`
		case c == '\n':
			escape = `\n`
		case c == '\r':
			escape = `\r`
		case c == '\t':
			escape = `\t`
		case c < ' ':
			escape = `\u00` + string(digits[c>>4]) + string(digits[c&15])
		default:
			var r rune
			switch r, size = utf8.DecodeRuneInString(s[i:]); {
			case r == utf8.RuneError && size == 1:
				escape = `\ufffd`
			case r == '\u2028':
				escape = `\u2028`
			case r == '\u2029':
				escape = `\u2029`
			}
		}
		if escape != "" {
			b = append(b, s[done:i]...)
			b = append(b, escape...)
			done = i + size
		}
		i += size
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}

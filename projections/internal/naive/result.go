package naive

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Result is what laurel replay -o json prints. Criteria and Position are left out unless a test fills them in.
type Result struct {
	Program  string
	Criteria string
	AsOf     time.Time
	Position string
	Events   int
	Mentors  []Mentor
}

// Mentor is one mentor's standing.
type Mentor struct {
	Person   string
	Name     string
	Tier     string // "" where none is held
	Score    float64
	Measures []Value // in document order
	History  []Transition
}

// Value is a measure's value in thousandths.
type Value struct {
	Name  string
	Milli int64
}

// Transition is a change of tier.
type Transition struct {
	At    time.Time
	Tier  string
	From  string
	Cause string // an event id, or "elapsed"
}

// MarshalJSON writes the keys in the order of the command's output.
func (r *Result) MarshalJSON() ([]byte, error) {
	var w object
	w.text("program", r.Program)
	if r.Criteria != "" {
		w.text("criteria", r.Criteria)
	}
	w.text("as_of", formatTime(r.AsOf))
	if r.Position != "" {
		w.text("position", r.Position)
	}
	w.raw("events", strconv.Itoa(r.Events))
	mentors := make([]string, 0, len(r.Mentors))
	for _, m := range r.Mentors {
		mentors = append(mentors, m.json())
	}
	w.raw("mentors", "["+strings.Join(mentors, ",")+"]")
	return []byte(w.String()), nil
}

// MentorsJSON is the standings alone, without what depends on the call: one JSON array.
func (r *Result) MentorsJSON() []byte {
	mentors := make([]string, 0, len(r.Mentors))
	for _, m := range r.Mentors {
		mentors = append(mentors, m.json())
	}
	return []byte("[" + strings.Join(mentors, ",") + "]")
}

func (m Mentor) json() string {
	var measures object
	for _, v := range m.Measures {
		measures.raw(v.Name, formatMilli(v.Milli))
	}
	history := make([]string, 0, len(m.History))
	for _, t := range m.History {
		var w object
		w.text("at", formatTime(t.At))
		w.text("tier", t.Tier)
		w.text("from", t.From)
		w.text("cause", t.Cause)
		history = append(history, w.String())
	}
	var w object
	w.text("person", m.Person)
	w.text("name", m.Name)
	w.text("tier", m.Tier)
	w.raw("score", formatScore(m.Score))
	w.raw("measures", measures.String())
	w.raw("history", "["+strings.Join(history, ",")+"]")
	return w.String()
}

// formatMilli writes thousandths as a decimal without trailing zeros.
func formatMilli(milli int64) string {
	sign := ""
	if milli < 0 {
		sign, milli = "-", -milli
	}
	fraction := strings.TrimRight(strconv.FormatInt(milli%1000+1000, 10)[1:], "0")
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + strconv.FormatInt(milli/1000, 10) + fraction
}

// formatScore writes a score, which is a whole number of thousandths already.
func formatScore(score float64) string {
	if math.Abs(score) < 1e12 {
		return formatMilli(int64(math.Round(score * 1000)))
	}
	return strconv.FormatFloat(score, 'f', -1, 64)
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// object writes a JSON object with its keys in the order of the calls.
type object struct{ body strings.Builder }

func (o *object) raw(key, value string) {
	if o.body.Len() > 0 {
		o.body.WriteByte(',')
	}
	o.body.WriteString(quote(key) + ":" + value)
}

func (o *object) text(key, value string) { o.raw(key, quote(value)) }

func (o *object) String() string { return "{" + o.body.String() + "}" }

func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	return strings.TrimSuffix(b.String(), "\n")
}

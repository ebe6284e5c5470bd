package criteria

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Canonical is the document as JSON with every default filled in, keys in a fixed order and numbers in their shortest
// form. Two texts that mean the same, whatever their comments, quotes, order of keys or line breaks, have the same
// canonical form; Parse accepts it and gives an equal document, places aside. The order of measures and of tiers has a
// meaning and is kept; that of event types and caps has none and is sorted.
func (d *Document) Canonical() []byte {
	var b bytes.Buffer
	writeJSON(&b, d.members())
	return b.Bytes()
}

// members are the parts of the canonical form.
func (d *Document) members() object {
	out := object{{"apiVersion", apiVersion}, {"kind", documentKind}, {"program", d.Program}}
	if d.Title != "" {
		out = append(out, member{"title", d.Title})
	}
	var measures object
	for i := range d.Measures {
		measures = append(measures, member{d.Measures[i].Name, d.Measures[i].canonical()})
	}
	var tiers []any
	for i := range d.Tiers {
		tiers = append(tiers, d.Tiers[i].canonical())
	}
	var lost any = "grandfather"
	switch d.Policy.Lost {
	case LostRevoke:
		lost = "revoke"
	case LostGrace:
		lost = object{{"grace", FormatDays(d.Policy.GraceNS)}}
	}
	return append(out, member{"timezone", d.Timezone}, member{"measures", measures},
		member{"score", d.Score.canonical()}, member{"tiers", tiers},
		member{"policy", object{{"gained", d.Policy.Gained}, {"lost", lost}}})
}

// Hash identifies what the document means: "sha256:" and the hexadecimal SHA-256 of its canonical form.
func (d *Document) Hash() string {
	sum := sha256.Sum256(d.Canonical())
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (m *Measure) canonical() object {
	var out object
	for _, a := range aggregateNames() {
		if a.aggregate == m.Aggregate {
			out = append(out, member{a.key, a.value})
		}
	}
	if m.Aggregate == ShareMentee {
		return append(out, member{"in", m.In})
	}
	if m.Aggregate == SumPoints {
		var of object
		for _, o := range m.Of {
			of = append(of, member{string(o.Type), milli(o.Points)})
		}
		out = append(out, member{"of", of})
	} else {
		var of []any
		for _, o := range m.Of {
			of = append(of, string(o.Type))
		}
		out = append(out, member{"of", of})
	}
	if m.Where.Source != "" {
		out = append(out, member{"where", m.Where.canonical()})
	}
	if len(m.Caps) > 0 {
		var caps []any
		for _, c := range m.Caps {
			per := "mentor"
			if c.Per == PerMentee {
				per = "mentee"
			}
			caps = append(caps, object{{"per", per}, {"every", everyNames()[c.Every-1]}, {"max", milli(c.Max)}})
		}
		out = append(out, member{"caps", caps})
	}
	if m.WindowNS > 0 {
		out = append(out, member{"window", FormatDays(m.WindowNS)})
	}
	if m.takesOutcomes() {
		credit := object{{"within", FormatDays(m.Credit.WithinNS)}, {"at_least", FormatDays(m.Credit.AtLeastNS)}}
		if m.Aggregate == SumPoints {
			credit = append(credit, member{"split", m.Credit.Split})
		}
		out = append(out, member{"credit", credit})
	}
	if len(m.Decay) > 0 {
		var steps []any
		for _, s := range m.Decay {
			keep := json.Number(formatDecimal(s.KeepMicro, 6))
			steps = append(steps, object{{"after", FormatDays(s.AfterNS)}, {"keep", keep}})
		}
		out = append(out, member{"decay", steps})
	}
	switch m.Aggregate {
	case StreakWeek, StreakMonth:
		out = append(out, member{"grace", json.Number(strconv.Itoa(m.Grace))}, member{"longest", m.Longest})
	case MeanRating:
		out = append(out, member{"prior", object{{"mean", milli(m.PriorMean)}, {"weight", milli(m.PriorWeight)}}})
	}
	return out
}

func (t *Tier) canonical() object {
	out := object{{"id", t.ID}, {"name", t.Name}, {"when", t.When.canonical()}, {"keep", t.keepText()},
		{"review", t.Review}}
	if len(t.Rewards) > 0 {
		var rewards []any
		for _, r := range t.Rewards {
			rewards = append(rewards, r)
		}
		out = append(out, member{"rewards", rewards})
	}
	return out
}

// keepText is how the document spells the tier's keep.
func (t *Tier) keepText() string {
	switch t.Keep {
	case KeepForever:
		return "forever"
	case KeepFor:
		return FormatDays(t.KeepNS)
	}
	return "while-met"
}

// canonical is the expression without comments, and with one space wherever there is any between its parts.
func (e Expr) canonical() string {
	var b strings.Builder
	end := 0
	for i, t := range scan(e.Source) {
		if i > 0 && t.at > end {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
		end = t.at + len([]rune(t.text))
	}
	return b.String()
}

func milli(n Milli) json.Number { return json.Number(formatDecimal(n, 3)) }

// object is a JSON object whose keys have an order.
type object []member

type member struct {
	key   string
	value any
}

// writeJSON writes compact JSON. Characters that YAML does not allow in a text are escaped.
func writeJSON(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case object:
		b.WriteByte('{')
		for i, m := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, m.key)
			b.WriteByte(':')
			writeJSON(b, m.value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, item)
		}
		b.WriteByte(']')
	case string:
		writeText(b, v)
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case json.Number:
		b.WriteString(v.String())
	default:
		panic(fmt.Sprintf("criteria: %T in a canonical document", value))
	}
}

func writeText(b *bytes.Buffer, text string) {
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff:
			fmt.Fprintf(b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}

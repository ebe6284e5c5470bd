package criteria

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// textWidth is how wide lines of Text get before a mapping or a list takes several.
const textWidth = 100

// Text is the document in YAML as people read and change it, with every default filled in. It means the same: Parse gives
// a document with the same hash. The comments of the text that was once written are not part of a document, and lost.
func (d *Document) Text() []byte {
	var b bytes.Buffer
	for _, m := range d.members() {
		switch m.key {
		case "measures", "score", "tiers", "policy":
			b.WriteByte('\n')
		}
		switch value := m.value.(type) {
		case object: // measures, and the policy
			if m.key == "policy" {
				writeMember(&b, "", m)
				continue
			}
			b.WriteString(m.key + ":\n")
			for _, measure := range value {
				b.WriteString("  " + plain(measure.key, false) + ":\n")
				for _, part := range measure.value.(object) {
					writeMember(&b, "    ", part)
				}
			}
		case []any: // tiers
			b.WriteString(m.key + ":\n")
			for _, tier := range value {
				indent := "  - "
				for _, part := range tier.(object) {
					writeMember(&b, indent, part)
					indent = "    "
				}
			}
		default:
			writeMember(&b, "", m)
		}
	}
	return b.Bytes()
}

// writeMember writes a key with its value: on one line, or a list that is too long for that an item a line.
func writeMember(b *bytes.Buffer, indent string, m member) {
	b.WriteString(indent + plain(m.key, false) + ":")
	if text, ok := m.value.(string); ok {
		b.WriteString(" " + plain(text, false) + "\n")
		return
	}
	line := flow(m.value)
	if items, ok := m.value.([]any); ok && len(indent)+len(m.key)+len(line) > textWidth {
		b.WriteByte('\n')
		for _, item := range items {
			b.WriteString(strings.Repeat(" ", len(indent)) + "  - " + flow(item) + "\n")
		}
		return
	}
	b.WriteString(" " + line + "\n")
}

// flow writes a value on one line.
func flow(value any) string {
	var parts []string
	switch v := value.(type) {
	case object:
		for _, m := range v {
			parts = append(parts, plain(m.key, true)+": "+flow(m.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, item := range v {
			parts = append(parts, flow(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return plain(v, true)
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	}
	return ""
}

// What needs no quotes: durations, and text that begins with a letter and holds nothing that could mean something else to
// YAML. Within brackets, what separates items means something, too.
var (
	plainText   = regexp.MustCompile(`^([0-9]+d|[A-Za-z]([ -~]*[!-~])?)$`)
	plainNever  = regexp.MustCompile(`[:#\\]|^(?i:true|false|null|yes|no|on|off|y|n)$`)
	plainInLine = regexp.MustCompile("[,{}\\[\\]\"'`]")
)

// plain writes a text, with quotes where it needs them.
func plain(text string, inLine bool) string {
	if plainText.MatchString(text) && !plainNever.MatchString(text) && !(inLine && plainInLine.MatchString(text)) {
		return text
	}
	var b bytes.Buffer
	writeText(&b, text)
	return b.String()
}

package domain

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of what payloads and metadata may hold. Counts are inclusive.
const (
	MinutesMax          = 24 * 60 // of a session
	LevelsMax           = 20      // of a skill or a promotion
	NameBytesMax        = 100     // skills, channels, communities, units, kinds, titles of programs and rewards
	IDBytesMax          = 200     // ids that other systems gave, and metadata
	PersonalBytesMax    = 4000    // each personal field
	MilestonesMax       = 100     // of a roadmap
	CapacityMax         = 1_000_000_000
	DocumentBytesMax    = 512 << 10 // of a criteria document in an event
	NamedPeopleMax      = 1000      // in one acknowledgement
	EvidenceEventsMax   = 1000      // ids in one award
	EvidenceTotalMax    = 1_000_000_000
	SessionsMax         = 1000 // of a feedback rhythm
	DueDaysMax          = 366
	MeasuresPerAwardMax = 200
)

// checkName checks a short name that facts refer to.
func checkName(field, s string) error {
	return firstError(checkNoAddress(field, s), checkShort(field, s, NameBytesMax))
}

func checkNoAddress(field, s string) error {
	if strings.Contains(s, "@") {
		return invalid(field, "looks like an e-mail address", "name the thing; persons are named by their uuid")
	}
	return nil
}

// checkID checks an id that another system gave.
func checkID(field, s string) error { return checkShort(field, s, IDBytesMax) }

// checkWord checks an id that may hold nothing but printable ASCII without spaces, so that nobody writes prose into it.
func checkWord(field, s string) error {
	if err := firstError(checkNoAddress(field, s), checkShort(field, s, IDBytesMax)); err != nil {
		return err
	}
	if strings.Contains(s, " ") || s != "" && !plainASCII(s) {
		// It is not quoted: it may speak of a person.
		return invalid(field, "is no id", "use letters of ASCII, digits and signs, without spaces, such as call-42")
	}
	return nil
}

// checkCode checks a reason: a code and no free text, which could speak of a person. It is not quoted for that reason.
func checkCode(field, s string) error {
	if s == "" || Slug(s).Valid() {
		return nil
	}
	return invalid(field, "is no short code",
		"use 1 to 63 of a-z, 0-9 and -, not starting with -, such as entered-twice; it names no person")
}

func checkShort(field, s string, bytesMax int) error {
	if s == "" {
		return nil
	}
	if len(s) > bytesMax {
		return invalid(field, "has "+itoa(len(s))+" bytes", "at most "+itoa(bytesMax)+" are allowed")
	}
	if plainASCII(s) {
		return nil
	}
	if !utf8.ValidString(s) {
		return invalid(field, "is not valid UTF-8", "convert the text to UTF-8")
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f {
			return invalid(field, quote(s)+" contains a control character", "use one line of plain text")
		}
	}
	if strings.TrimSpace(s) != s {
		return invalid(field, quote(s)+" has space around it", "trim it")
	}
	return nil
}

// plainASCII tells that nothing more needs checking: printable ASCII without space at either end.
func plainASCII(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return s[0] != ' ' && s[len(s)-1] != ' '
}

func required(field, s string) error {
	if s == "" {
		return invalid(field, "is missing", "")
	}
	return nil
}

func requiredID(field string, id uuid.UUID) error {
	if id == uuid.Nil {
		return invalid(field, "is missing", "give a uuid")
	}
	return nil
}

// checkText checks a personal field.
func checkText(field, s string) error {
	if len(s) > PersonalBytesMax {
		return invalid(field, "has "+itoa(len(s))+" bytes", "at most "+itoa(PersonalBytesMax)+" are allowed")
	}
	if !utf8.ValidString(s) {
		return invalid(field, "is not valid UTF-8", "convert the text to UTF-8")
	}
	return nil
}

// checkPersonal checks that personal fields say to whom they belong.
func checkPersonal(of uuid.UUID, texts ...struct{ field, text string }) error {
	for _, t := range texts {
		if t.text == "" {
			continue
		}
		if of == uuid.Nil {
			return invalid("personal.of", "is missing", "say to which person "+t.field+" belongs")
		}
		if err := checkText("personal."+t.field, t.text); err != nil {
			return err
		}
	}
	return nil
}

// checkOptionalTime checks a time in a payload.
func checkOptionalTime(field string, t time.Time) error {
	if t.IsZero() {
		return nil
	}
	return checkTime(field, t)
}

func checkTime(field string, t time.Time) error {
	if t.IsZero() {
		return invalid(field, "is missing", "give a time such as 2026-03-01T10:00:00Z")
	}
	if t.Before(OccurredMin) || !t.Before(OccurredMax) {
		return invalid(field, t.UTC().Format(time.RFC3339)+" is out of range",
			"times go from 1900-01-01 to before 2150-01-01")
	}
	return nil
}

func checkLevels(field string, levels int) error {
	if levels < 1 || levels > LevelsMax {
		return invalid(field, itoa(levels)+" is out of range", "1 to "+itoa(LevelsMax)+" are allowed")
	}
	return nil
}

// checkOneOf checks a word of a closed vocabulary. The empty word passes.
func checkOneOf[W ~string](field string, word W, known ...W) error {
	if word == "" {
		return nil
	}
	list := make([]string, len(known))
	for i, k := range known {
		if word == k {
			return nil
		}
		list[i] = string(k)
	}
	hint := "it is one of " + strings.Join(list, ", ")
	if s := Suggest(string(word), list); s != "" {
		hint = "did you mean " + s + "? " + hint
	}
	return invalid(field, quote(string(word))+" is not known", hint)
}

// checkMeta checks what every event carries.
func checkMeta(m *CommandMeta) error {
	if m.ID == uuid.Nil {
		return invalid("id", "is missing", "give the event a uuid")
	}
	if err := checkTime("occurred_at", m.OccurredAt); err != nil {
		return err
	}
	if strings.IndexByte(m.Actor, '@') >= 0 || strings.IndexByte(m.Actor, ' ') >= 0 {
		return invalid("actor", "looks like an e-mail address or a name, and metadata holds no personal fields",
			"give the person's uuid, or a system such as import:git")
	}
	for _, word := range [...]struct{ field, text string }{
		{"actor", m.Actor}, {"source", m.Source}, {"correlation_id", m.CorrelationID}, {"causation_id", m.CausationID},
	} {
		if err := checkWord(word.field, word.text); err != nil {
			return err
		}
	}
	return nil
}

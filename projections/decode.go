package projections

import (
	"fmt"
	"strings"
	"time"
	"unsafe"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
)

// Input is one event, decoded as far as facts need it. The command that generates histories in memory makes inputs
// directly; everything recorded is decoded from its payload.
type Input struct {
	ID       uuid.UUID
	Stream   uuid.UUID // of a person or a mentorship
	At       int64     // occurred at, Unix nanoseconds
	Kind     InputKind
	Code     uint8  // criteria.TypeCode, of every kind but InputOther and InputVoid
	Flags    uint8  // criteria.FlagConfirmed, criteria.FlagAttested
	Value    int16  // minutes, levels, or rating in thousandths
	Label    string // channel, rater or visibility
	Skill    string
	Program  string    // of InputStart
	Mentor   uuid.UUID // of InputStart
	Mentee   uuid.UUID // of InputStart
	Ref      uuid.UUID // the event that a void or a confirmation names; who attested; whom feedback is about
	Position eventstore.Position
}

// InputKind says what the fold does with an event.
type InputKind uint8

const (
	InputOther   InputKind = iota // no fact, but its time counts for the newest
	InputStart                    // MentorshipStarted
	InputFact                     // any other fact on a mentorship stream
	InputOutcome                  // an outcome on a person stream
	InputShared                   // PracticeShared
	InputVoid                     // EventVoided on a person or mentorship stream
)

// decoder turns recorded events into inputs. It keeps the strings that it has met, so that each is stored once.
type decoder struct {
	interned map[string]string
	types    map[domain.EventType]*typeInfo
}

func newDecoder() *decoder {
	d := &decoder{interned: map[string]string{}, types: map[domain.EventType]*typeInfo{
		domain.TypeEventVoided: {kind: InputVoid, hasFields: true},
	}}
	for _, t := range criteria.FactTypes() {
		info := &typeInfo{kind: InputFact, hasFields: carriesAttested(t)}
		info.code, _ = criteria.TypeCode(t)
		switch {
		case criteria.IsOutcome(info.code):
			info.kind = InputOutcome
		case t == domain.TypePracticeShared:
			info.kind = InputShared
		case t == domain.TypeMentorshipStarted:
			info.kind = InputStart
		}
		d.types[t] = info
	}
	for _, a := range criteria.Attributes() {
		for _, t := range a.CarriedBy {
			if info := d.types[t]; info != nil && a.Name != "type" && a.Name != "mentee" {
				info.hasFields = true
				info.skilled = info.skilled || a.Name == "skill"
			}
		}
	}
	for _, t := range []domain.EventType{
		domain.TypeMentorshipStarted, domain.TypeSessionConfirmed, domain.TypeFeedbackGiven,
	} {
		d.types[t].hasFields = true
	}
	return d
}

// typeInfo is what decoding needs to know about an event type.
type typeInfo struct {
	kind      InputKind
	code      uint8
	skilled   bool // it carries a skill
	hasFields bool // facts need some of its fields
}

// internedMax bounds the strings kept; a log with more different labels still decodes, only slower.
const internedMax = 1 << 16

func (d *decoder) intern(b []byte) string {
	if s, ok := d.interned[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(d.interned) < internedMax {
		d.interned[s] = s
	}
	return s
}

// decode reads one event. It fails on payloads that cannot have passed the codec.
func (d *decoder) decode(e *eventstore.RecordedEvent, in *Input) error {
	*in = Input{ID: e.ID, At: e.Meta.OccurredAt.UnixNano(), Position: e.Position}
	id, onPerson := strings.CutPrefix(e.Stream, "person-")
	if !onPerson {
		var onMentorship bool
		if id, onMentorship = strings.CutPrefix(e.Stream, "mentorship-"); !onMentorship {
			return nil
		}
	}
	info := d.types[e.Type]
	if info == nil {
		return nil
	}
	if info.kind != InputVoid && onPerson != (info.kind == InputOutcome || info.kind == InputShared) {
		return nil // a type on the wrong kind of stream says nothing about anybody
	}
	in.Kind, in.Code = info.kind, info.code
	var err error
	if in.Stream, err = parseUUID(unsafe.Slice(unsafe.StringData(id), len(id))); err != nil {
		return fmt.Errorf("event %s at position %s: stream %q: want a uuid after the first \"-\"", e.ID, e.Position, e.Stream)
	}
	if t := e.Meta.OccurredAt; t.Before(domain.OccurredMin) || !t.Before(domain.OccurredMax) {
		return fmt.Errorf("event %s at position %s: occurred at %s: want a time from %s up to %s", e.ID, e.Position,
			t.Format(time.RFC3339), domain.OccurredMin.Format(time.DateOnly), domain.OccurredMax.Format(time.DateOnly))
	}
	if !info.hasFields {
		return nil
	}
	data := e.Data
	if e.Meta.Schema < domain.SchemaOf(e.Type) {
		if data, _, err = eventstore.Upcast(e.Type, e.Meta.Schema, data); err != nil {
			return fmt.Errorf("event %s at position %s: %w", e.ID, e.Position, err)
		}
	}
	field := func(key, value []byte) error { return d.field(e.Type, info, key, value, in) }
	if err := scanObject(data, field); err != nil {
		return fmt.Errorf("event %s (%s) at position %s: payload: %w", e.ID, e.Type, e.Position, err)
	}
	return nil
}

// field reads one field of a payload. Which fields a type has is told in package domain.
func (d *decoder) field(t domain.EventType, info *typeInfo, key, value []byte, in *Input) (err error) {
	var b []byte
	switch string(key) {
	case "channel":
		if t == domain.TypeSessionHeld {
			b, err = text(value)
			in.Label = d.intern(b)
		}
	case "rater":
		if t == domain.TypeFeedbackGiven {
			b, err = text(value)
			in.Label = d.intern(b)
		}
	case "visibility":
		if t == domain.TypeThreadPosted || t == domain.TypePracticeShared {
			b, err = text(value)
			in.Label = d.intern(b)
		}
	case "skill":
		if info.skilled {
			b, err = text(value)
			in.Skill = d.intern(b)
		}
	case "minutes":
		if t == domain.TypeSessionHeld {
			in.Value, err = whole(value)
		}
	case "levels":
		if t == domain.TypePromotionRecorded {
			in.Value, err = whole(value)
		}
	case "rating":
		if t == domain.TypeFeedbackGiven {
			var milli int64
			milli, err = thousandths(value, 3)
			in.Value = int16(milli)
		}
	case "confirmed":
		if t == domain.TypeSessionHeld && truth(value) {
			in.Flags |= criteria.FlagConfirmed
		}
	case "attested":
		if carriesAttested(t) && truth(value) {
			in.Flags |= criteria.FlagAttested
		}
	case "program":
		if t == domain.TypeMentorshipStarted {
			b, err = text(value)
			in.Program = d.intern(b)
		}
	case "mentor":
		if t == domain.TypeMentorshipStarted {
			in.Mentor, err = textUUID(value)
		}
	case "mentee":
		if t == domain.TypeMentorshipStarted {
			in.Mentee, err = textUUID(value)
		}
	case "event_id":
		if t == domain.TypeEventVoided {
			in.Ref, err = textUUID(value)
		}
	case "session":
		if t == domain.TypeSessionConfirmed {
			in.Ref, err = textUUID(value)
		}
	case "about":
		if t == domain.TypeFeedbackGiven {
			in.Ref, err = textUUID(value)
		}
	case "by":
		if carriesAttested(t) {
			in.Ref, err = textUUID(value)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// carriesAttested reports whether a payload of the type may say that someone other than the mentor recorded it.
func carriesAttested(t domain.EventType) bool {
	switch t {
	case domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePromotionRecorded, domain.TypeGoalMet,
		domain.TypeMilestoneReached:
		return true
	}
	return false
}

func textUUID(value []byte) (uuid.UUID, error) {
	b, err := text(value)
	if err != nil {
		return uuid.Nil, err
	}
	return parseUUID(b)
}

// parseUUID reads the canonical form, as Laurel writes it.
func parseUUID(b []byte) (uuid.UUID, error) {
	if len(b) == 36 && b[8] == '-' && b[13] == '-' && b[18] == '-' && b[23] == '-' {
		b := (*[36]byte)(b)
		var id uuid.UUID
		wrong := byte(0)
		for j, at := range [...]uint8{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
			hi, lo := hexDigits[b[at]], hexDigits[b[at+1]]
			wrong |= hi | lo
			id[j] = hi<<4 | lo
		}
		if wrong < 16 {
			return id, nil
		}
	}
	return uuid.ParseBytes(b)
}

// hexDigits holds the value of each lower-case digit, and 255 for what is none.
var hexDigits = func() (values [256]byte) {
	for c := range values {
		values[c] = 255
	}
	for i, c := range "0123456789abcdef" {
		values[c] = byte(i)
	}
	return values
}()

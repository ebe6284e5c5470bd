package eventstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
)

func TestFastPathsEqualEncodingJSON(t *testing.T) {
	id := rapid.Custom(func(t *rapid.T) uuid.UUID {
		return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid"))
	})
	maybe := rapid.OneOf(rapid.Just(uuid.Nil), id)
	text := rapid.OneOf(rapid.Just(""), rapid.String(),
		rapid.StringOf(rapid.RuneFrom([]rune("a\"\\\b\f\n\r\t\x00\x1f\x7f<>&/\u2028\u2029é𝛼"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	due := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "none") {
			return time.Time{}
		}
		zone := time.FixedZone("", 60*rapid.IntRange(-1439, 1439).Draw(t, "zone"))
		return time.Unix(rapid.Int64Range(-1<<35, 1<<37).Draw(t, "seconds"),
			rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")).In(zone)
	})
	rapid.Check(t, func(t *rapid.T) {
		flag := rapid.Bool().Draw(t, "flag")
		for _, p := range []domain.Payload{
			&domain.PersonRegistered{Personal: domain.PersonDetails{Of: maybe.Draw(t, "of"), Name: text.Draw(t, "name"),
				Email: text.Draw(t, "email"), HRID: text.Draw(t, "hr id")}},
			&domain.MentorshipStarted{Program: domain.Slug(text.Draw(t, "program")), Mentor: maybe.Draw(t, "mentor"),
				Mentee: id.Draw(t, "mentee")},
			&domain.SessionHeld{Channel: text.Draw(t, "channel"), Minutes: rapid.Int().Draw(t, "minutes"),
				Skill: text.Draw(t, "skill"), Confirmed: flag,
				Personal: domain.SessionNote{Of: maybe.Draw(t, "of"), Note: text.Draw(t, "note")}},
			&domain.GoalMet{Goal: text.Draw(t, "goal"), Imported: flag, Skill: text.Draw(t, "skill"),
				By: maybe.Draw(t, "by"), Attested: !flag},
			&domain.FeedbackGiven{Request: text.Draw(t, "request"), By: maybe.Draw(t, "by"), About: id.Draw(t, "about"),
				Rater:    domain.Rater(text.Draw(t, "rater")),
				Rating:   domain.Rating(rapid.Int32Range(1000, 5000).Draw(t, "rating")),
				Personal: domain.FeedbackComment{Of: maybe.Draw(t, "of"), Comment: text.Draw(t, "comment")}},
			&domain.SessionConfirmed{Session: id.Draw(t, "session"), By: maybe.Draw(t, "by")},
			&domain.GoalSet{Goal: text.Draw(t, "goal"), Owner: maybe.Draw(t, "owner"), Due: due.Draw(t, "due"),
				Skill:    text.Draw(t, "skill"),
				Personal: domain.GoalWording{Of: maybe.Draw(t, "of"), Wording: text.Draw(t, "wording")}},
			&domain.MilestoneReached{Roadmap: domain.Slug(text.Draw(t, "roadmap")), Milestone: "m",
				Skill: text.Draw(t, "skill"), By: maybe.Draw(t, "by"), Attested: flag},
			&domain.ThreadPosted{Thread: text.Draw(t, "thread"), Visibility: domain.VisibilityRoom,
				Personal: domain.ThreadText{Of: maybe.Draw(t, "of"), Text: text.Draw(t, "text")}},
			&domain.FeedbackRequested{Request: text.Draw(t, "request"), From: id.Draw(t, "from"),
				About: maybe.Draw(t, "about"), Due: due.Draw(t, "due")},
			&domain.MentorshipPaused{}, &domain.MentorshipResumed{}, &domain.PersonErased{},
			&domain.MentorshipEnded{Reason: domain.EndReason(text.Draw(t, "reason"))},
			&domain.EventVoided{EventID: id.Draw(t, "event"), Reason: text.Draw(t, "reason")},
			&domain.PersonJoinedUnit{Unit: text.Draw(t, "unit"), Program: domain.Slug(text.Draw(t, "program"))},
			&domain.SkillAttested{Skill: text.Draw(t, "skill"), Level: rapid.IntRange(0, 9).Draw(t, "level"),
				By: maybe.Draw(t, "by"), Attested: flag},
			&domain.ProjectCompleted{Project: text.Draw(t, "project"), Skill: text.Draw(t, "skill"),
				By: maybe.Draw(t, "by"), Attested: flag,
				Personal: domain.ProjectTitle{Of: maybe.Draw(t, "of"), Title: text.Draw(t, "title")}},
			&domain.PromotionRecorded{Levels: rapid.IntRange(1, 20).Draw(t, "levels"), To: text.Draw(t, "to"),
				By: maybe.Draw(t, "by"), Attested: flag},
			&domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: text.Draw(t, "version")},
			&domain.ConsentWithdrawn{Audience: domain.Audience(text.Draw(t, "audience"))},
			&domain.PracticeShared{Community: text.Draw(t, "community"), Skill: text.Draw(t, "skill"),
				Visibility: domain.Visibility(text.Draw(t, "visibility")),
				Personal: domain.PracticeText{Of: maybe.Draw(t, "of"), Title: text.Draw(t, "title"),
					Text: text.Draw(t, "text")}},
		} {
			fast, ok := appendFast(nil, p)
			slow, err := encodeSlow(p)
			if !ok || err != nil || !bytes.Equal(fast, slow) {
				t.Fatalf("fast path of %+v\n%s (%v)\nencoding/json\n%s (%v)", p, fast, ok, slow, err)
			}
			if read, ok := readFast(p.EventType(), slow); ok && !reflect.DeepEqual(read, p) {
				t.Fatalf("fast path reads %s as %+v", slow, read)
			}
		}
	})
}

// The fast paths are of use only when common payloads take them.
func TestFastPathsReadCommonPayloads(t *testing.T) {
	for _, p := range []domain.Payload{
		&domain.SessionHeld{}, &domain.SessionHeld{Channel: "reviewed", Minutes: 45, Skill: "é", Confirmed: true,
			Personal: domain.SessionNote{Of: ben, Note: "n"}},
		&domain.GoalMet{Imported: true, Attested: true}, &domain.GoalMet{Goal: "g", Skill: "s", By: ada},
		&domain.FeedbackGiven{By: ben, About: ada, Rater: domain.RaterMentee, Rating: 4250},
		&domain.MentorshipStarted{Program: "git", Mentor: ada, Mentee: ben}, &domain.PersonRegistered{},
		&domain.PersonRegistered{Personal: domain.PersonDetails{Of: ada, Name: "Ada", Email: "a@b", HRID: "7"}},
	} {
		data, err := EncodePayload(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := readFast(p.EventType(), data); !ok || !reflect.DeepEqual(got, p) {
			t.Errorf("%s is read as %+v, %v", data, got, ok)
		}
	}
}

func TestEncodeStatesTheNewestSchemaAndKeepsTheRest(t *testing.T) {
	meta := domain.Metadata{OccurredAt: time.Unix(1, 2).UTC(), Actor: "import:git", Source: "git", CorrelationID: "c",
		CausationID: "d", Schema: 7}
	for _, p := range samples {
		encoded, err := Encode(domain.Event{ID: event1, Meta: meta, Payload: p})
		if err != nil {
			t.Fatal(err)
		}
		want := meta
		want.Schema = domain.SchemaOf(p.EventType())
		if encoded.Meta != want || encoded.ID != event1 || encoded.Type != p.EventType() {
			t.Errorf("%s: %+v, want metadata %+v", p.EventType(), encoded, want)
		}
		decoded, err := Decode(RecordedEvent{ID: event1, Type: encoded.Type, Meta: encoded.Meta, Data: encoded.Data})
		if err != nil || !reflect.DeepEqual(decoded, domain.Event{ID: event1, Meta: want, Payload: p}) {
			t.Errorf("%s decodes to %+v, %v", p.EventType(), decoded, err)
		}
	}
}

func proposal(impact string) domain.Payload {
	return &domain.CriteriaProposed{Hash: hash, Document: "x", By: ada, Impact: json.RawMessage(impact)}
}

func TestEncodeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		payload domain.Payload
		want    string
	}{
		"nothing":              {nil, "no payload"},
		"a rule broken":        {&domain.SessionHeld{Minutes: -1}, "minutes: -1 is out of range"},
		"bad impact":           {proposal(`{`), "impact"},
		"impact with a double": {proposal(`{"a":1,"a":2}`), "impact.a: is there twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Encode(domain.Event{ID: event1, Payload: c.payload})
			if _, ok := errors.AsType[*PayloadError](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a *PayloadError with %q", err, c.want)
			}
		})
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20)
	many := func() string {
		var b strings.Builder
		for i := range 200 {
			b.WriteString(`"f` + uuid.NewSHA1(uuid.Nil, []byte{byte(i), byte(i >> 8)}).String() + `":0,`)
		}
		return b.String()
	}()
	for name, c := range map[string]struct {
		eventType domain.EventType
		schema    int
		data      string
		strict    bool
		want      []string
	}{
		"near type": {"SesionHeld", 1, `{}`,
			false, []string{`unknown event type "SesionHeld"`, "did you mean SessionHeld?"}},
		"far type": {"Zebra", 1, `{}`,
			false, []string{`unknown event type "Zebra"`, "known are", "GoalMet"}},
		"newer schema": {"SessionHeld", 9, `{}`, false, []string{"schema version 9", "newer Laurel"}},
		"schema 0":     {"SessionHeld", 0, `{}`, false, []string{"count from 1 to 1"}},
		"not JSON":     {"SessionHeld", 1, `{"minutes":}`, false, []string{"byte 12", "not valid JSON"}},
		"truncated":    {"SessionHeld", 1, `{"minutes":4`, false, []string{"not valid JSON", "unexpected end"}},
		"two values":   {"SessionHeld", 1, `{} {}`, false, []string{"not valid JSON"}},
		"a list":       {"SessionHeld", 1, ` []`, false, []string{"is a JSON array; want an object"}},
		"null":         {"SessionHeld", 1, `null`, false, []string{"not a JSON object"}},
		"not UTF-8":    {"SessionHeld", 1, "{\"skill\":\"\xff\"}", false, []string{"not valid UTF-8"}},
		"double key": {"SessionHeld", 1, `{"minutes":1, "minutes":2}`,
			false, []string{"byte 14", "field minutes", "there twice"}},
		"double escaped key": {"SessionHeld", 1, `{"minutes":1,"\u006dinutes":2}`,
			false, []string{"field minutes", "there twice"}},
		"double deep key": {"SessionHeld", 1, `{"x":[{"a":1},{"b":{"c":1,"c":2}}]}`,
			false, []string{"x.b.c", "there twice"}},
		"double among many": {"SessionHeld", 1, `{` + many + `"a":1,"a":2}`, false, []string{"there twice"}},
		"too deep":          {"SessionHeld", 1, deep, false, []string{"nests too deeply"}},
		"too large": {"SessionHeld", 1, `{"skill":"` + strings.Repeat("x", 65<<10) + `"}`,
			false, []string{"at most 65536"}},
		"other case": {"SessionHeld", 1, `{"Minutes":1}`,
			false, []string{"letter case", "did you mean minutes?"}},
		"other case inside": {"SessionHeld", 1, `{"personal":{"NOTE":""}}`,
			false, []string{"did you mean personal.note?"}},
		"wrong kind": {"SessionHeld", 1, `{"minutes":"45"}`,
			false, []string{"field minutes", "is a JSON string; want a whole number"}},
		"fraction": {"SessionHeld", 1, `{"minutes":4.5}`,
			false, []string{"field minutes", "want a whole number"}},
		"number for text": {"SessionHeld", 1, `{"skill":4}`,
			false, []string{"field skill", "is a JSON number; want a string"}},
		"text for bool":   {"SessionHeld", 1, `{"confirmed":"yes"}`, false, []string{"want true or false"}},
		"text for object": {"SessionHeld", 1, `{"personal":"yes"}`, false, []string{"field personal", "want an object"}},
		"text for list":   {"RoadmapAssigned", 1, `{"milestones":"yes"}`, false, []string{"want a list"}},
		"bad uuid":        {"SessionConfirmed", 1, `{"session":"x"}`, false, []string{"field session", `"x" is not a uuid`}},
		"bad uuid inside": {"GoalSet", 1, `{"goal":"g","personal":{"of":"zz"}}`,
			false, []string{"field personal.of", `"zz" is not a uuid`}},
		"bad time": {"GoalSet", 1, `{"goal":"g","due":"31.12.2026"}`,
			false, []string{"field due", "31.12.2026", "is not a time"}},
		"rating 5.0001": {"FeedbackGiven", 1, `{"rating":4.0001}`,
			false, []string{"rating", "at most three decimals"}},
		"rating text":   {"FeedbackGiven", 1, `{"rating":"4"}`, false, []string{"rating"}},
		"rating 9":      {"FeedbackGiven", 1, `{"rating":9}`, false, []string{"ratings go from 1 to 5"}},
		"unknown field": {"SessionHeld", 1, `{"minuets":4}`, true, []string{"minuets", "did you mean minutes?"}},
		"unknown far field": {"SessionHeld", 1, `{"zzz":4}`,
			true, []string{"zzz", "known are channel, minutes, skill, confirmed, personal"}},
		"field of none": {"PersonErased", 1, `{"why":4}`, true, []string{"why", "there are none"}},
		"unknown personal": {"SessionHeld", 1, `{"personal":{"notes":""}}`,
			true, []string{"personal.notes", "did you mean personal.note?"}},
		"rule broken": {"SessionHeld", 1, `{"minutes":99999}`,
			true, []string{"minutes: 99999 is out of range"}},
		"old and unknown": {"FeedbackRequested", 1, `{"frm":""}`, true, []string{"did you mean from?"}},
		"old double key": {"FeedbackRequested", 1, `{"due":"2020-01-01","due":"2021-01-01"}`,
			true, []string{"there twice"}},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if c.strict {
				_, err = DecodeStrict(c.eventType, c.schema, []byte(c.data))
			} else {
				_, err = Decode(RecordedEvent{ID: event1, Stream: "mentorship-x", Revision: 3, Type: c.eventType,
					Meta: domain.Metadata{Schema: c.schema}, Data: []byte(c.data)})
				c.want = append(c.want, "revision 3 of mentorship-x")
			}
			if err == nil {
				t.Fatal("no error")
			}
			if CodeOf(err) != CodeInvalid {
				t.Errorf("code %q of %v", CodeOf(err), err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q\ndoes not say %q", err, w)
				}
			}
		})
	}
}

func TestReadingToleratesWhatImportingRefuses(t *testing.T) {
	data := []byte(`{"minutes":30,"weather":{"sky":["blue"]},"personal":{"mood":"good"}}`)
	got, err := Decode(RecordedEvent{Type: domain.TypeSessionHeld, Meta: domain.Metadata{Schema: 1}, Data: data})
	if err != nil || got.Payload.(*domain.SessionHeld).Minutes != 30 {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := DecodeStrict(domain.TypeSessionHeld, 1, data); err == nil {
		t.Error("strict decoding took a field that nobody knows")
	}
}

func TestAnEmptyPayloadIsAnEmptyObject(t *testing.T) {
	got, err := Decode(RecordedEvent{Type: domain.TypeMentorshipPaused, Meta: domain.Metadata{Schema: 1}})
	if err != nil || !reflect.DeepEqual(got.Payload, &domain.MentorshipPaused{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUpcastChain(t *testing.T) {
	chain := []upcast{
		func(f map[string]json.RawMessage) error { f["a"] = append(f["a"], '1'); return nil },
		func(f map[string]json.RawMessage) error { f["a"] = append(f["a"], '2'); return nil },
	}
	for schema, want := range map[int]string{1: `{"a":912}`, 2: `{"a":92}`} {
		got, version, err := upcastBy(chain, "T", schema, 3, []byte(`{"a":9}`))
		if err != nil || version != 3 || string(got) != want {
			t.Errorf("from %d: %s, %d, %v, want %s", schema, got, version, err, want)
		}
	}
}

func TestUpcastOfFeedbackRequested(t *testing.T) {
	for in, want := range map[string]string{
		`{"due":"2026-03-31"}`:           `{"due":"2026-03-31T23:59:59Z"}`,
		`{"due":"2026-03-31T10:00:00Z"}`: `{"due":"2026-03-31T10:00:00Z"}`, // is in the newest shape already
		`{"request":"r","new":[1, 2]}`:   `{"new":[1,2],"request":"r"}`,
		``:                               `{}`,
	} {
		got, version, err := Upcast(domain.TypeFeedbackRequested, 1, []byte(in))
		if err != nil || version != 2 || string(got) != want {
			t.Errorf("%s becomes %s, %d, %v, want %s", in, got, version, err, want)
		}
	}
}

func TestUpcastOfTheNewestDoesNothing(t *testing.T) {
	data := []byte(`not even JSON`)
	allocs := testing.AllocsPerRun(100, func() {
		got, version, err := Upcast(domain.TypeSessionHeld, 1, data)
		if &got[0] != &data[0] || version != 1 || err != nil {
			t.Fatal("the payload changed")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// A reason that was a phrase in version 1 is none any more: it may speak of a person.
func TestPhrasesOfVoidsAreForgotten(t *testing.T) {
	for reason, want := range map[string]string{
		"entered-twice": "entered-twice", "Ada entered it twice": "other", "entered twice": "other", "": "",
		"Doppelt": "other",
	} {
		data := fmt.Appendf(nil, `{"event_id":%q,"reason":%q}`, event1, reason)
		got, err := Decode(RecordedEvent{Type: domain.TypeEventVoided, Data: data, Meta: domain.Metadata{Schema: 1}})
		if err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if p := got.Payload.(*domain.EventVoided); p.Reason != want || p.EventID != event1 || got.Meta.Schema != 2 {
			t.Errorf("%s is %+v, want the reason %q", data, got, want)
		}
		if _, err := DecodeStrict(domain.TypeEventVoided, 2, data); (err == nil) != (reason == "entered-twice") {
			t.Errorf("%s in version 2: %v", data, err)
		}
	}
}

func TestLargeCriteriaFit(t *testing.T) {
	p := &domain.CriteriaProposed{Hash: hash, By: ada, Document: strings.Repeat("#", domain.DocumentBytesMax)}
	data, err := EncodePayload(p)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := DecodeStrict(p.EventType(), 1, data); err != nil || !reflect.DeepEqual(got, p) {
		t.Error(err)
	}
}

// FuzzDecode: what decodes, encodes to something that decodes to the same.
func FuzzDecode(f *testing.F) {
	types := domain.EventTypes()
	for i, eventType := range types {
		for schema := 1; schema <= domain.SchemaOf(eventType); schema++ {
			golden, err := os.ReadFile(goldenPath(eventType, schema))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), uint8(schema), golden)
		}
	}
	f.Add(uint8(0), uint8(1), []byte(`{"personal":null}`))
	f.Add(uint8(10), uint8(1), []byte(`{"skill":"\ud800","minutes":1}`))
	f.Fuzz(func(t *testing.T, which, schema uint8, data []byte) {
		eventType := types[int(which)%len(types)]
		first, err := decode(eventType, int(schema), data, false)
		if fast, ok := readFast(eventType, data); ok && int(schema) == domain.SchemaOf(eventType) && utf8.Valid(data) {
			slow := domain.NewPayload(eventType)
			if err := json.Unmarshal(data, slow); err != nil || !reflect.DeepEqual(fast, slow) {
				t.Fatalf("the fast path reads %s as %+v, encoding/json as %+v, %v", data, fast, slow, err)
			}
			if found := scan(data, shapes[eventType], true); found != nil {
				t.Fatalf("the fast path takes %s: %v", data, found)
			}
		}
		if err != nil {
			if CodeOf(err) != CodeInvalid || len(err.Error()) > 2000 {
				t.Fatalf("error %v", err)
			}
			return
		}
		encoded, err := EncodePayload(first)
		if err != nil {
			return // breaks a rule that reading does not apply
		}
		second, err := DecodeStrict(eventType, domain.SchemaOf(eventType), encoded)
		if err != nil {
			t.Fatalf("%s was encoded as %s, which does not decode: %v", data, encoded, err)
		}
		again, err := EncodePayload(second)
		if err != nil || !bytes.Equal(again, encoded) {
			t.Fatalf("%s was encoded as %s and then as %s, %v", data, encoded, again, err)
		}
	})
}

func BenchmarkEncodeSessionHeld(b *testing.B) {
	e := domain.Event{ID: event1, Payload: &domain.SessionHeld{Channel: "reviewed", Minutes: 45, Skill: "go"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Encode(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeSessionHeld(b *testing.B) {
	r := RecordedEvent{Type: domain.TypeSessionHeld, Meta: domain.Metadata{Schema: 1},
		Data: []byte(`{"channel":"reviewed","minutes":45,"skill":"go"}`)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(r); err != nil {
			b.Fatal(err)
		}
	}
}

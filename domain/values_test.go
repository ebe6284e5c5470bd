package domain

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestMilli(t *testing.T) {
	for text, want := range map[string]Milli{
		"0": 0, "-0": 0, "1": 1000, "4.5": 4500, "4.50": 4500, "0.001": 1, "-0.125": -125, "-12": -12000,
		"999999999999999.999": 999_999_999_999_999_999,
	} {
		got, err := ParseMilli(text)
		if err != nil || got != want {
			t.Errorf("%s is %d, %v, want %d", text, got, err, want)
		}
		if again, err := ParseMilli(got.String()); err != nil || again != got {
			t.Errorf("%s is written as %s", text, got)
		}
	}
	for _, text := range []string{"", "-", "+1", ".5", "5.", "1.0001", "1e3", "1E-2", "0x10", "NaN", "Infinity", "1_000",
		"01", "00.5", " 1", "1 ", "1,5", "--1", "1.2.3", "1000000000000000", `"4"`, "null", "true", "٤"} {
		if got, err := ParseMilli(text); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestRating(t *testing.T) {
	for text, want := range map[string]Rating{"1": 1000, "5": 5000, "4.125": 4125, "5.000": 5000} {
		if got, err := ParseRating(text); err != nil || got != want {
			t.Errorf("%s is %d, %v, want %d", text, got, err, want)
		}
	}
	for text, says := range map[string]string{
		"0.999": "0.999 is out of range", "5.001": "5.001 is out of range", "-3": "out of range", "4e0": "three decimals",
		"NaN": "three decimals", "4.1234": "three decimals", "0.5e1": "three decimals", "1e400": "three decimals",
	} {
		if got, err := ParseRating(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is read as %d, %v, want %q", text, got, err, says)
		}
	}
	if data, err := json.Marshal(Rating(4250)); err != nil || string(data) != "4.25" {
		t.Errorf("got %s, %v", data, err)
	}
	if data, err := json.Marshal(Rating(0)); err == nil {
		t.Errorf("a rating of 0 was written as %s", data)
	}
}

func FuzzParseMilli(f *testing.F) {
	for _, text := range []string{"0", "-0.125", "4.5", "1e3", "999999999999999.999", "NaN"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMilli(text)
		if err != nil {
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatalf("%q is no JSON number", text)
		}
		if again, err := ParseMilli(m.String()); err != nil || again != m {
			t.Fatalf("%q is %d, written as %s, read as %d, %v", text, m, m, again, err)
		}
	})
}

func TestStreams(t *testing.T) {
	id := uuid.MustParse("5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11")
	for name, want := range map[string]StreamID{
		PersonStream(id):        {Category: "person", ID: id},
		MentorshipStream(id):    {Category: "mentorship", ID: id},
		AwardStream(id):         {Category: "award", ID: id},
		ProgramStream("a-b"):    {Category: "program", Slug: "a-b"},
		CriteriaStream("2026-"): {Category: "criteria", Slug: "2026-"},
	} {
		got, err := ParseStream(name)
		if err != nil || got != want || got.String() != name || Category(name) != want.Category {
			t.Errorf("%s is %+v (%s), %v", name, got, got, err)
		}
	}
	for name, says := range map[string]string{
		"":                                       "no kind of stream",
		"person":                                 "no lower-case uuid",
		"person-":                                "no lower-case uuid",
		"person-x":                               "no lower-case uuid",
		"person-" + strings.ToUpper(id.String()): "no lower-case uuid",
		"person-{" + id.String() + "}":           "no lower-case uuid",
		"person-urn:uuid:" + id.String():         "no lower-case uuid",
		"award-" + strings.Repeat("0", 32):       "no lower-case uuid",
		"persn-" + id.String():                   "did you mean person?",
		"zebra-1":                                "streams are person-<uuid>",
		"program-":                               "missing",
		"program-A":                              "not a slug",
		"program--a":                             "not a slug",
		"criteria-" + strings.Repeat("a", 64):    "not a slug",
		"program-\xff":                           "not a slug",
		"mentorship-" + id.String() + "-and-more": "no lower-case uuid",
	} {
		if got, err := ParseStream(name); ErrorCode(err) != CodeInvalid || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %+v, %v, want an error that says %q", name, got, err, says)
		}
	}
}

func FuzzParseStream(f *testing.F) {
	f.Add("person-5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11")
	f.Add("program-git")
	f.Add("criteria--")
	f.Fuzz(func(t *testing.T, name string) {
		if s, err := ParseStream(name); err == nil && s.String() != name {
			t.Fatalf("%q is %+v, written as %q", name, s, s)
		}
	})
}

func TestSlugs(t *testing.T) {
	for _, text := range []string{"a", "0", "git", "spring-2026", "a-", strings.Repeat("a", 63)} {
		if s, err := ParseSlug(text); err != nil || string(s) != text {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"", "-a", "A", "a b", "a_b", "ä", strings.Repeat("a", 64), "a\n"} {
		if s, err := ParseSlug(text); err == nil {
			t.Errorf("%q is taken as %q", text, s)
		}
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"mentees", "months", "events", "SessionHeld", "GoalMet"}
	for word, want := range map[string]string{
		"mentes": "mentees", "metnees": "mentees", "mentee": "mentees", "MONTHS": "months", "session_held": "SessionHeld",
		"sessionheld": "SessionHeld", "GoalMeet": "GoalMet", "goal met": "GoalMet", "evnets": "events", "": "",
		"zebra": "", "x": "", strings.Repeat("mentees", 100): "",
	} {
		if got := Suggest(word, known); got != want {
			t.Errorf("%q suggests %q, want %q", word, got, want)
		}
	}
	if got := Suggest("a", []string{"b", "c"}); got != "" && got != "b" {
		t.Errorf("got %q", got)
	}
}

func TestMilliJSON(t *testing.T) {
	var m map[string]Milli
	if err := json.Unmarshal([]byte(`{"a":1.5,"b":-3}`), &m); err != nil || m["a"] != 1500 || m["b"] != -3000 {
		t.Errorf("got %v, %v", m, err)
	}
	if data, err := json.Marshal(m); err != nil || string(data) != `{"a":1.5,"b":-3}` {
		t.Errorf("got %s, %v", data, err)
	}
	for _, data := range []string{`{"a":1.5e1}`, `{"a":"1"}`, `{"a":0.0001}`, `{"a":null}`} {
		if err := json.Unmarshal([]byte(data), &m); err == nil {
			t.Errorf("%s is read as %v", data, m)
		}
	}
	if f := Milli(-1500).Float(); f != -1.5 {
		t.Errorf("got %v", f)
	}
}

// The ids are part of every log that was imported: they must never change.
func TestIDsOfImportedThings(t *testing.T) {
	for _, email := range []string{"p0005@git.example", "P0005@Git.Example"} {
		if got, want := PersonID(email).String(), "dadcc99d-527b-5b01-9126-6e4e0045445d"; got != want {
			t.Errorf("%s is %s, want %s", email, got, want)
		}
	}
	if got, want := SourceSpace("git").String(), "4c3c890a-9166-541b-961f-e1cb0c3d39ac"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

package main

import (
	"strings"
	"testing"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// peopleLog is a history of program git with the mentors Ann, Bob and another Bob, and the mentee Cid.
func peopleLog(t *testing.T) *history {
	t.Helper()
	store := eventstore.NewMemory()
	record := func(stream string, p domain.Payload) {
		e, err := eventstore.Encode(domain.Event{ID: numbered(1), Payload: p,
			Meta: domain.Metadata{OccurredAt: at(1), Actor: "test", Source: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Append(t.Context(), eventstore.StreamAppend{Stream: stream,
			Events: []eventstore.NewEvent{e}}); err != nil {
			t.Fatal(err)
		}
	}
	for i, name := range []string{"Ann Wren", "Bob Kite", "bob kite", "Cid Crow"} {
		email := strings.ToLower(strings.Fields(name)[0]) + string(rune('0'+i)) + "@x.example"
		record(domain.PersonStream(numbered(i)), &domain.PersonRegistered{
			Personal: domain.PersonDetails{Of: numbered(i), Name: name, Email: email}})
	}
	for i := range 3 {
		record(domain.MentorshipStream(numbered(10+i)), &domain.MentorshipStarted{
			Program: "git", Mentor: numbered(i), Mentee: numbered(3)})
	}
	people := projections.NewPeople()
	facts, err := projections.Build(t.Context(), store, projections.BuildOptions{People: people})
	if err != nil {
		t.Fatal(err)
	}
	return &history{store: store, facts: facts, people: people, program: "git", asOf: at(2)}
}

func TestFindMentor(t *testing.T) {
	h := peopleLog(t)
	for _, text := range []string{"Ann Wren", "ann wren", "ANN0@x.example", numbered(0).String(), " Ann Wren "} {
		if id, err := h.findMentor(text); err != nil || id != numbered(0) {
			t.Errorf("%q: got %v, %v", text, id, err)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"bob kite", "2 mentors are called so (hint: choose one by id: "},
		{"bob kite", numbered(2).String()},
		{"Ann Wern", "1 person has a name or e-mail like it: " + numbered(0).String() + "; `laurel replay -o csv` lists"},
		{"wren", "1 person has a name or e-mail like it: " + numbered(0).String()},
		{"x.exam", "4 people have a name or e-mail like it: "},
		{"Cid Crow", `no mentor in program "git"`},
		{numbered(3).String(), `no mentor in program "git"`},
		{numbered(9).String(), "nobody in the log has this id"},
		{"Zzyzx", "`laurel replay -o csv` lists every mentor"},
		{"", "PERSON is empty"},
	} {
		_, err := h.findMentor(c.text)
		text, code := describeOrNone(err)
		if code != exitUsage || !strings.Contains(text, c.want) {
			t.Errorf("%q: got status %d, %q, want %q", c.text, code, text, c.want)
		}
		// Nobody's personal fields are shown but what was typed.
		for _, personal := range []string{"Wren", "Kite", "Crow", "@"} {
			if !strings.Contains(c.text, personal) && strings.Contains(text, personal) {
				t.Errorf("%q: %q in %q", c.text, personal, text)
			}
		}
	}
}

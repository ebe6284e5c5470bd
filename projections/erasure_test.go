package projections_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// appendTo appends events to a store as they are, whatever a decider would say.
func appendTo(t interface{ Fatal(...any) }, store eventstore.Store, stream string, payloads ...domain.Payload) (
	ids []uuid.UUID, at eventstore.Position,
) {
	for _, p := range payloads {
		meta := domain.Metadata{OccurredAt: time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)}
		e, err := eventstore.Encode(domain.Event{ID: uuid.New(), Meta: meta, Payload: p})
		if err != nil {
			t.Fatal(err)
		}
		result, err := store.Append(context.Background(), eventstore.StreamAppend{
			Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids, at = append(ids, e.ID), result.Position
	}
	return ids, at
}

func registration(person uuid.UUID, name string) *domain.PersonRegistered {
	return &domain.PersonRegistered{Personal: domain.PersonDetails{Of: person, Name: name, Email: name + "@example.org"}}
}

// Whatever the log, a directory as known at a position has the registrations that stand at that position, but for
// those who are erased anywhere in the log; and both ways to read it agree.
func TestDirectoryAtEveryPosition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := eventstore.NewMemory()
		type step struct {
			person int
			what   string
			name   string
			voids  uuid.UUID
			id     uuid.UUID
			at     eventstore.Position
		}
		var steps []step
		person := func(i int) uuid.UUID { return named(fmt.Sprint("person ", i)) }
		for n := range rapid.IntRange(1, 12).Draw(t, "steps") {
			s := step{person: rapid.IntRange(0, 2).Draw(t, "person"), name: fmt.Sprint("name ", n)}
			s.what = rapid.SampledFrom([]string{"register", "register", "void", "void", "erase", "other"}).Draw(t, "what")
			var payload domain.Payload = &domain.PersonJoinedUnit{Unit: "u"}
			switch s.what {
			case "register":
				payload = registration(person(s.person), s.name)
			case "erase":
				payload = &domain.PersonErased{}
			case "void":
				s.voids = uuid.New()
				if n > 0 {
					s.voids = rapid.SampledFrom(steps).Draw(t, "voided").id
				}
				payload = &domain.EventVoided{EventID: s.voids, Reason: "by-mistake"}
			}
			ids, at := appendTo(t, store, domain.PersonStream(person(s.person)), payload)
			s.id, s.at = ids[0], at
			steps = append(steps, s)
		}
		for n := range steps {
			read, built := projections.NewPeople(), projections.NewPeople()
			if _, err := projections.ReadLog(context.Background(), store, eventstore.Filter{}, &steps[n].at, read); err != nil {
				t.Fatal(err)
			}
			opt := projections.BuildOptions{UpTo: steps[n].at, People: built}
			if _, err := projections.Build(context.Background(), store, opt); err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				want, standing, erased := "", uuid.Nil, false
				for k, s := range steps {
					switch {
					case s.person != i:
					case s.what == "erase":
						erased = true
					case k > n:
					case s.what == "register":
						want, standing = s.name, s.id
					case s.what == "void" && s.voids == standing:
						want = ""
					}
				}
				if erased {
					want = ""
				}
				for way, people := range map[string]*projections.People{"ReadLog": read, "Build": built} {
					if got, _ := people.Contact(person(i)); got.Name != want || people.Erased(person(i)) != erased {
						t.Fatalf("%s up to step %d: person %d is %q, erased %v; want %q, %v", way, n, i, got.Name,
							people.Erased(person(i)), want, erased)
					}
					if want == "" && len(people.Find("name")) > 0 || want != "" && len(people.Find(want)) != 1 {
						t.Fatalf("%s up to step %d: person %d is found as %v", way, n, i, people.Find(want))
					}
				}
			}
		}
	})
}

// Given a log, then a redactor leaves out what belongs to the erased, and their names in what others wrote, and leaves
// the rest as it was recorded.
func TestRedactor(t *testing.T) {
	store := eventstore.NewMemory()
	ann, ben, cleo := named("ann"), named("ben"), named("cleo")
	room := domain.MentorshipStream(named("room"))
	appendTo(t, store, domain.PersonStream(ann), registration(ann, "Ann Lee"))
	appendTo(t, store, domain.PersonStream(ben), registration(ben, "Ben Moss"),
		&domain.PracticeShared{Community: "c", Personal: domain.PracticeText{Of: ben, Title: "mine", Text: "my text"}})
	appendTo(t, store, domain.PersonStream(cleo), registration(cleo, "Cleo Park"),
		&domain.PracticeShared{Community: "c",
			Personal: domain.PracticeText{Of: cleo, Title: "Moss, Ben <i>", Text: "of Ben"}})
	appendTo(t, store, room, &domain.MentorshipStarted{Program: "p", Mentor: ann, Mentee: ben},
		&domain.ThreadPosted{Thread: "t", Visibility: "room", Personal: domain.ThreadText{Of: ann, Text: "Ben, \"you\""}},
		&domain.ThreadPosted{Thread: "t", Visibility: "room", Personal: domain.ThreadText{Of: ben, Text: "I"}},
		&domain.SessionHeld{Channel: "Ben Moss"}) // no personal field: it says how they met
	shown := func(r *projections.Redactor) map[string]bool {
		all := map[string]bool{}
		for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			data := r.Data(&e)
			if !json.Valid(data) {
				t.Errorf("%s is no JSON", data)
			}
			if _, err := eventstore.DecodeStrict(e.Type, e.Meta.Schema, data); err != nil {
				t.Error(err)
			}
			all[string(data)] = true
		}
		return all
	}
	redactor, err := projections.ReadRedactor(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	before := shown(redactor)
	if !before[`{"community":"c","personal":{"of":"`+ben.String()+`","title":"mine","text":"my text"}}`] {
		t.Errorf("before: %v", before)
	}
	appendTo(t, store, domain.PersonStream(ben), &domain.PersonErased{}, registration(ben, "Ben Moss the Second"))
	if err := redactor.Catch(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	after := shown(redactor)
	for _, want := range []string{
		`{"personal":{"of":"` + ann.String() + `","name":"Ann Lee","email":"Ann Lee@example.org"}}`,
		`{"personal":{"of":"` + ben.String() + `"}}`,
		`{"community":"c","personal":{"of":"` + ben.String() + `"}}`,
		`{"community":"c","personal":{"of":"` + cleo.String() + `","title":"someone <i>","text":"of Ben"}}`,
		`{"thread":"t","visibility":"room","personal":{"of":"` + ann.String() + `","text":"someone, \"you\""}}`,
		`{"thread":"t","visibility":"room","personal":{"of":"` + ben.String() + `"}}`,
		`{"channel":"Ben Moss"}`,
		`{}`,
	} {
		if !after[want] {
			t.Errorf("after: %s is not among %v", want, after)
		}
	}
	for data := range after {
		if strings.Contains(data, "mine") || strings.Contains(data, "Ben Moss") && !strings.Contains(data, "channel") {
			t.Errorf("after: %s", data)
		}
	}
}

// What no codec has written is not shown either.
func TestRedactorOfForeignPayloads(t *testing.T) {
	store := eventstore.NewMemory()
	ben := named("ben")
	appendTo(t, store, domain.PersonStream(ben), registration(ben, "Ben Moss"), &domain.PersonErased{})
	redactor, err := projections.ReadRedactor(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ stream, data, want string }{
		{domain.PersonStream(ben), `{"Personal":{"name":"x"},"a":1}`, `{"Personal":{"of":"` + ben.String() + `"},"a":1}`},
		{domain.PersonStream(ben), `{"personal":{"name":"x"},"personal":{"name":"y"}}`,
			`{"personal":{"of":"` + ben.String() + `"},"personal":{"of":"` + ben.String() + `"}}`},
		{domain.PersonStream(ben), `{"personal":"x"}`, `{}`},
		{domain.PersonStream(ben), `Ben Moss`, `{}`},
		{"mentorship-x", `{ "personal" : { "Of" : "` + ben.String() + `", "x":"y" } , "b":[1] }`,
			`{ "personal" : {"of":"` + ben.String() + `"} , "b":[1] }`},
		{"mentorship-x", `{"personal":{"note":"Ben Moss","n":{"a":"Ben Moss"}}}`,
			`{"personal":{"note":"someone","n":{"a":"Ben Moss"}}}`},
		{"mentorship-x", `[1]`, `[1]`},
		{"mentorship-x", ``, ``},
	} {
		e := eventstore.RecordedEvent{Stream: c.stream, Type: "FromElsewhere", Data: []byte(c.data)}
		if got := string(redactor.Data(&e)); got != c.want {
			t.Errorf("%s: %s became %s, want %s", c.stream, c.data, got, c.want)
		}
	}
}

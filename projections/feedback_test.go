package projections_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// feedbackRoom is the mentorship of the tests of feedback: ann mentors bob in the program alpha.
var feedbackRoom = domain.MentorshipStream(named("room"))

// feedbackDay is noon of a day, counted as history counts them from 1 January 2024 on.
func feedbackDay(day int) time.Time { return time.Date(2024, 1, 1+day, 12, 0, 0, 0, time.UTC) }

// feedbackHistory begins a mentorship on day 0.
func feedbackHistory(t *testing.T) *history {
	h := &history{t: t}
	h.add("open", "program-alpha", 0, &domain.ProgramOpened{Title: "Alpha"})
	h.add("start", feedbackRoom, 0,
		&domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")})
	return h
}

func (h *history) rhythm(day int, rhythm domain.FeedbackRhythmSet) {
	h.add(fmt.Sprint("rhythm", len(h.events)), "program-alpha", day, &rhythm)
}

// sessions holds one session a day; the one of day 3 is the event s3.
func (h *history) sessions(days ...int) {
	for _, day := range days {
		h.add(fmt.Sprint("s", day), feedbackRoom, day, &domain.SessionHeld{})
	}
}

func (h *history) void(day int, id string) {
	h.add("v-"+id, feedbackRoom, day, &domain.EventVoided{EventID: named(id), Reason: "mistake"})
}

// feedbackOf reads feedback at a noon.
func feedbackOf(t require, events []eventstore.RecordedEvent, day int) []projections.Feedback {
	rooms, programs := projections.NewRooms(), projections.NewPrograms()
	for _, m := range []projections.Model{rooms, programs} {
		if err := m.Apply(events); err != nil {
			t.Fatal(err)
		}
	}
	all := rooms.Feedback(nil, programs, projections.RoomQuery{}, feedbackDay(day))
	want := projections.FeedbackCount{}
	sum := 0.0
	for _, f := range all {
		if !f.AskedAt.IsZero() {
			want.Asked++
		}
		if f.AnsweredAt.IsZero() {
			want.Waiting++
		} else {
			want.Answered++
			sum += f.Rating
		}
	}
	if want.Answered > 0 {
		want.Mean = sum / float64(want.Answered)
	}
	got := rooms.CountFeedback(programs, projections.RoomQuery{}, feedbackDay(day))
	if got.Mean = math.Round(got.Mean*1e9) / 1e9; got != (projections.FeedbackCount{Asked: want.Asked, Answered: want.Answered,
		Waiting: want.Waiting, Mean: math.Round(want.Mean*1e9) / 1e9}) {
		t.Fatalf("counted are %+v, want %+v", got, want)
	}
	return all
}

// feedbackTexts writes each request as id, state and the day on which it is due.
func feedbackTexts(found []projections.Feedback) []string {
	texts := []string{}
	for _, f := range found {
		due := "never"
		if !f.Due.IsZero() {
			due = fmt.Sprintf("%.1f", f.Due.Sub(feedbackDay(0)).Hours()/24)
		}
		texts = append(texts, fmt.Sprintf("%s %s %s", f.Request, f.State, due))
	}
	return texts
}

// both is what a trigger makes due, for both of the mentorship.
func both(trigger, due string) []string {
	return []string{trigger + "-mentee due " + due, trigger + "-mentor due " + due}
}

// Given a rhythm and what happened, then this is due.
func TestFeedbackFromRhythm(t *testing.T) {
	twice := domain.FeedbackRhythmSet{AfterSessions: 2, DueDays: 7}
	for _, c := range []struct {
		name  string
		given func(h *history)
		day   int
		want  []string
	}{
		{"no rhythm", func(h *history) { h.sessions(1, 2, 3) }, 10, nil},
		{"after every two sessions, both are asked", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(1, 3, 5, 8, 9)
		}, 10, append(both("after-2", "10.0"), both("after-4", "15.0")...)},
		{"only what has happened by then", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(1, 3, 5, 8)
		}, 7, both("after-2", "10.0")},
		{"due in two weeks where the rhythm does not say", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{AfterSessions: 1})
			h.sessions(1)
		}, 1, both("after-1", "15.0")},
		{"a rhythm is not retroactive", func(h *history) {
			h.sessions(1, 3)
			h.rhythm(4, twice)
			h.sessions(5, 8)
		}, 10, both("after-4", "15.0")},
		{"nor is a change of it", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(1, 3)
			h.rhythm(4, domain.FeedbackRhythmSet{AfterSessions: 3, DueDays: 1})
			h.sessions(5, 8)
		}, 10, append(both("after-3", "6.0"), both("after-2", "10.0")...)},
		{"no rhythm any more", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(1)
			h.rhythm(2, domain.FeedbackRhythmSet{})
			h.sessions(3)
		}, 10, nil},
		{"a voided rhythm never was", func(h *history) {
			h.rhythm(0, twice)
			h.add("v", "program-alpha", 1, &domain.EventVoided{EventID: named("rhythm2"), Reason: "mistake"})
			h.sessions(1, 3)
		}, 10, nil},
		{"a voided session does not count", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(1, 3, 5)
			h.void(6, "s3")
		}, 10, both("after-2", "12.0")},
		{"one recorded late does, in its place", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(3, 5)
			h.sessions(1)
		}, 10, both("after-2", "10.0")},
		{"at the end", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{AtEnd: true, DueDays: 7})
			h.add("end", feedbackRoom, 9, &domain.MentorshipEnded{Reason: domain.EndCompleted})
		}, 10, both("end", "16.0")},
		{"not before the end", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{AtEnd: true, DueDays: 7})
			h.add("end", feedbackRoom, 9, &domain.MentorshipEnded{Reason: domain.EndCompleted})
		}, 8, nil},
		{"not where the end was voided", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{AtEnd: true, DueDays: 7})
			h.add("end", feedbackRoom, 9, &domain.MentorshipEnded{Reason: domain.EndCompleted})
			h.void(9, "end")
		}, 10, nil},
		{"each month with a session, when it is over", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{Every: domain.EveryMonth, DueDays: 7})
			h.sessions(1, 3, 62, 63) // January and March
		}, 95, append(both("2024-01", "37.5"), both("2024-03", "97.5")...)},
		{"not before it is over", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{Every: domain.EveryMonth, DueDays: 7})
			h.sessions(1)
		}, 30, nil},
		{"the rhythm at the end of a period decides", func(h *history) {
			h.sessions(1)
			h.rhythm(20, domain.FeedbackRhythmSet{Every: domain.EveryMonth, DueDays: 7})
			h.sessions(40)
			h.rhythm(50, domain.FeedbackRhythmSet{Every: domain.EveryQuarter, DueDays: 7})
		}, 95, append(both("2024-01", "37.5"), both("2024-q1", "97.5")...)},
		{"a period is cut by the end", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{Every: domain.EveryHalfYear, DueDays: 7})
			h.sessions(1)
			h.add("end", feedbackRoom, 9, &domain.MentorshipEnded{Reason: domain.EndCompleted})
		}, 10, both("2024-h1", "16.0")},
		{"where the end asks in its place", func(h *history) {
			h.rhythm(0, domain.FeedbackRhythmSet{Every: domain.EveryYear, AtEnd: true, DueDays: 7})
			h.sessions(1)
			h.add("end", feedbackRoom, 9, &domain.MentorshipEnded{Reason: domain.EndCompleted})
		}, 10, both("end", "16.0")},
		{"nothing of the erased", func(h *history) {
			h.rhythm(0, twice)
			h.sessions(1, 3)
			h.add("erased", domain.PersonStream(named("bob")), 4, &domain.PersonErased{})
		}, 10, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := feedbackHistory(t)
			c.given(h)
			if got := feedbackTexts(feedbackOf(t, h.events, c.day)); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Each asks the one about the other.
func TestFeedbackDirections(t *testing.T) {
	h := feedbackHistory(t)
	h.rhythm(0, domain.FeedbackRhythmSet{AfterSessions: 1})
	h.sessions(1)
	found := feedbackOf(t, h.events, 1)
	for i, want := range []struct {
		from, about string
		rater       domain.Rater
	}{{"bob", "ann", domain.RaterMentee}, {"ann", "bob", domain.RaterMentor}} {
		got := found[i]
		if got.From.Person != named(want.from) || got.About.Person != named(want.about) || got.Rater != want.rater {
			t.Errorf("%s: got from %v about %v as %s", got.Request, got.From, got.About, got.Rater)
		}
	}
}

// TestFeedbackStates follows one request, by time and by what was known.
func TestFeedbackStates(t *testing.T) {
	h := feedbackHistory(t)
	h.rhythm(0, domain.FeedbackRhythmSet{AfterSessions: 1, DueDays: 7})
	h.sessions(1)
	due := feedbackDay(8)
	request := func(id, from, about string) {
		h.add("ask-"+id, feedbackRoom, 2, &domain.FeedbackRequested{
			Request: id, From: named(from), About: named(about), Due: due,
		})
	}
	request("after-1-mentee", "bob", "ann") // position 5
	request("after-1-mentor", "ann", "bob")
	h.add("remind", feedbackRoom, 10, &domain.FeedbackReminded{Request: "after-1-mentor"})
	h.add("answer", feedbackRoom, 12, &domain.FeedbackGiven{Request: "after-1-mentor", By: named("ann"),
		About: named("bob"), Rater: domain.RaterMentor, Rating: 4500})
	h.add("unasked", feedbackRoom, 13, &domain.FeedbackGiven{By: named("bob"), About: named("ann"),
		Rater: domain.RaterMentee, Rating: 5000})
	h.void(14, "ask-after-1-mentee") // position 10
	for _, c := range []struct {
		name       string
		day, known int
		want       []string
	}{
		{"before the session", 0, 9, nil},
		{"due", 1, 9, both("after-1", "8.0")},
		{"asked", 2, 9, []string{"after-1-mentee asked 8.0", "after-1-mentor asked 8.0"}},
		{"in time on the last day", 8, 9, []string{"after-1-mentee asked 8.0", "after-1-mentor asked 8.0"}},
		{"late", 9, 9, []string{"after-1-mentee reminder-due 8.0", "after-1-mentor reminder-due 8.0"}},
		{"reminded", 10, 9, []string{"after-1-mentee reminder-due 8.0", "after-1-mentor reminded 8.0"}},
		{"answered", 12, 9, []string{"after-1-mentee reminder-due 8.0", "after-1-mentor answered 8.0"}},
		{"unasked", 13, 9, []string{" answered never", "after-1-mentee reminder-due 8.0", "after-1-mentor answered 8.0"}},
		{"not known to be asked", 12, 4, both("after-1", "8.0")},
		{"not known to be answered", 12, 7, []string{"after-1-mentee reminder-due 8.0", "after-1-mentor reminded 8.0"}},
		{"a voided request is due again", 2, 10, []string{"after-1-mentee due 8.0", "after-1-mentor asked 8.0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := feedbackTexts(feedbackOf(t, h.events[:c.known], c.day)); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// What was asked stays, whatever becomes of the session that triggered it.
func TestFeedbackAskedStays(t *testing.T) {
	h := feedbackHistory(t)
	h.rhythm(0, domain.FeedbackRhythmSet{AfterSessions: 1, DueDays: 7})
	h.sessions(1)
	h.add("ask", feedbackRoom, 2, &domain.FeedbackRequested{
		Request: "after-1-mentee", From: named("bob"), About: named("ann"), Due: feedbackDay(8)})
	h.void(3, "s1")
	want := []string{"after-1-mentee asked 8.0"}
	if got := feedbackTexts(feedbackOf(t, h.events, 4)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestFeedbackProperties draws histories: deriving twice, in pieces, and from one mentorship alone gives the same, and
// no request is there twice.
func TestFeedbackProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := feedbackHistory(t)
		for i := range rapid.IntRange(0, 30).Draw(rt, "events") {
			day := rapid.IntRange(0, 400).Draw(rt, "day")
			switch rapid.IntRange(0, 6).Draw(rt, "kind") {
			case 0:
				h.rhythm(day, domain.FeedbackRhythmSet{
					AfterSessions: rapid.IntRange(0, 3).Draw(rt, "after"), AtEnd: rapid.Bool().Draw(rt, "end"),
					Every: rapid.SampledFrom([]string{"", domain.EveryMonth, domain.EveryQuarter}).Draw(rt, "every"),
				})
			case 1:
				h.add(fmt.Sprint("void", i), feedbackRoom, day, &domain.EventVoided{
					EventID: h.events[rapid.IntRange(2, max(2, len(h.events)-1)).Draw(rt, "voided")%len(h.events)].ID, Reason: "m"})
			case 2:
				h.add(fmt.Sprint("end", i), feedbackRoom, day, &domain.MentorshipEnded{Reason: domain.EndOther})
			default:
				h.add(fmt.Sprint("session", i), feedbackRoom, day, &domain.SessionHeld{})
			}
		}
		asOf := rapid.IntRange(0, 450).Draw(rt, "as of")
		found := feedbackOf(rt, h.events, asOf)
		whole := feedbackJSON(rt, found)
		if again := feedbackJSON(rt, feedbackOf(rt, h.events, asOf)); again != whole {
			rt.Fatalf("again %s, want %s", again, whole)
		}
		rooms, programs, room := projections.NewRooms(), projections.NewPrograms(), projections.NewRoom(named("room"))
		for i := range h.events {
			for _, m := range []projections.Model{rooms, programs, room} {
				if err := m.Apply(h.events[i : i+1]); err != nil {
					rt.Fatal(err)
				}
			}
			rooms.Feedback(nil, programs, projections.RoomQuery{}, feedbackDay(asOf)) // looking changes nothing
		}
		pieces := rooms.Feedback(nil, programs, projections.RoomQuery{}, feedbackDay(asOf))
		if got := feedbackJSON(rt, pieces); got != whole {
			rt.Fatalf("in pieces %s, want %s", got, whole)
		}
		if view, started := room.At(feedbackDay(asOf), projections.RoomReader{Programs: programs}); started {
			if len(view.Feedback) != len(found) {
				rt.Fatalf("the mentorship has %d, want %d", len(view.Feedback), len(found))
			}
		} else if len(found) > 0 {
			rt.Fatalf("%d of a mentorship that had not started", len(found))
		}
		seen := map[string]uuid.UUID{}
		for _, f := range found {
			if _, twice := seen[f.Request]; twice {
				rt.Fatalf("request %s is there twice", f.Request)
			}
			seen[f.Request] = f.Room
			if f.Trigger.After(feedbackDay(asOf)) {
				rt.Fatalf("request %s was triggered only at %s", f.Request, f.Trigger)
			}
		}
	})
}

func feedbackJSON(t require, found []projections.Feedback) string {
	text, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

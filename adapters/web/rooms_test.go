package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"laurel/eventstore"
)

// benchRoom is the mentorship of Ada and Ben.
const benchRoom = "/rooms/6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011"

// events counts the events in the log.
func (b *bench) events() (n int) {
	b.t.Helper()
	for _, err := range b.store.ReadAll(b.t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		b.must(err)
		n++
	}
	return n
}

// form makes the values of a form of pairs, with the id of a command.
func form(pairs ...string) url.Values {
	f := url.Values{"command_id": {uuid.NewString()}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

// records sends a form twice, and fails unless it led to so many events, once.
func (br *browser) records(n int, address string, f url.Values) (location string) {
	br.t.Helper()
	before := br.events()
	first := br.post(address, f)
	if first.Code != http.StatusSeeOther {
		br.t.Fatalf("%s %v: status %d: %s", address, f, first.Code, shown(first))
	}
	br.pass(1e9)
	if again := br.post(address, f); again.Code != http.StatusSeeOther {
		br.t.Fatalf("%s again: status %d: %s", address, again.Code, shown(again))
	}
	if got := br.events() - before; got != n {
		br.t.Fatalf("%s led to %d events, want %d", address, got, n)
	}
	return first.Header().Get("Location")
}

// refuses sends a form, and fails unless it is refused and the page says so at the field.
func (br *browser) refuses(status int, address string, f url.Values, form, field string) *httptest.ResponseRecorder {
	br.t.Helper()
	before := br.events()
	f.Set("form", form)
	w := br.post(address, f)
	wantStatus(br.t, w, status)
	if br.events() != before {
		br.t.Fatalf("%s was refused, and recorded something", address)
	}
	if mark := `id="` + form + "-" + field + `-help"`; field != "" && !strings.Contains(w.Body.String(), mark) {
		br.t.Fatalf("%s: nothing is said at %s: %s", address, mark, w.Body)
	}
	return w
}

func TestActsInAMentorship(t *testing.T) {
	b := newBench(t, nil)
	mentor, mentee := b.as(ada), b.as(ben)
	mentor.records(1, benchRoom+"/session", form("minutes", "45", "channel", "call", "skill", "review", "personal.note", "a <b>note</b>"))
	wantStatus(t, mentee.get(benchRoom), http.StatusOK, "a &lt;b&gt;note&lt;/b&gt;", ">Confirm<")
	var session string
	for e, err := range b.store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		b.must(err)
		if e.Type == "SessionHeld" {
			session = e.ID.String()
		}
	}
	mentor.refuses(http.StatusForbidden, benchRoom+"/confirm", form("session", session), "confirm", "")
	mentee.records(1, benchRoom+"/confirm", form("session", session))
	mentee.records(1, benchRoom+"/goal", form("goal", "first-review", "due", "2026-06-30", "personal.wording", "To review"))
	mentee.refuses(http.StatusConflict, benchRoom+"/goal", form("goal", "first-review"), "goal", "goal")
	mentee.refuses(http.StatusUnprocessableEntity, benchRoom+"/goal", form("goal", "Not a slug"), "goal", "goal")
	w := mentee.refuses(http.StatusUnprocessableEntity, benchRoom+"/goal", form("goal", "other", "due", "soon"), "goal", "due")
	wantStatus(t, w, http.StatusUnprocessableEntity, `value="other"`) // what was sent is still there
	mentor.records(1, benchRoom+"/goal-met", form("goal", "first-review", "attested", "yes"))
	mentee.records(1, benchRoom+"/post", form("thread", "journey", "personal.text", "My first review", "visibility", "room"))
	mentee.refuses(http.StatusUnprocessableEntity, benchRoom+"/post", form("thread", "journey", "visibility", "room"), "post", "personal.text")
	mentee.refuses(http.StatusNotFound, benchRoom+"/roadmap", form("roadmap", "reviewer"), "roadmap", "")
	mentee.records(1, benchRoom+"/pause", form())
	mentee.refuses(http.StatusConflict, benchRoom+"/session", form(), "session", "")
	mentee.records(1, benchRoom+"/resume", form())
	mentor.records(1, benchRoom+"/end", form("reason", "completed"))
	wantStatus(t, mentor.get(benchRoom), http.StatusOK, "ended", "My first review")
}

func TestWhoSeesAMentorship(t *testing.T) {
	b := newBench(t, nil)
	mentor, mentee := b.as(ada), b.as(ben)
	mentee.records(1, benchRoom+"/post", form("thread", "journey", "personal.text", "between us", "visibility", "room"))
	mentee.records(1, benchRoom+"/post", form("thread", "journey", "personal.text", "for the program", "visibility", "program"))
	stranger, analyst, analystElsewhere := b.as(uuid.New()), b.as(uuid.Nil, "analyst of git"), b.as(uuid.Nil, "analyst of svn")
	for _, address := range []string{benchRoom, benchRoom + "?program=svn"} {
		wantStatus(t, stranger.get(address), http.StatusForbidden)
		wantStatus(t, analystElsewhere.get(address), http.StatusForbidden)
		w := analyst.get(address)
		wantStatus(t, w, http.StatusOK, "for the program")
		if strings.Contains(w.Body.String(), "between us") {
			t.Error("an analyst reads what the two wrote for each other")
		}
		wantStatus(t, mentor.get(address), http.StatusOK, "between us")
	}
	for _, person := range []uuid.UUID{ada, ben} {
		page := "/people/" + person.String() + "?program=git"
		w := analyst.get(page)
		wantStatus(t, w, http.StatusOK, "Roadmaps and growth threads", "for the program")
		if strings.Contains(w.Body.String(), "between us") {
			t.Error("an analyst reads on the page of a person what the two wrote for each other")
		}
	}
	wantStatus(t, mentor.get("/people/"+ada.String()+"?program=git"), http.StatusOK, "between us")
	wantStatus(t, analyst.post(benchRoom+"/pause", form()), http.StatusForbidden)
	wantStatus(t, stranger.get("/rooms?program=git"), http.StatusOK, "None is like that")
	wantStatus(t, mentee.get("/rooms?program=git"), http.StatusOK, "1 mentorship")
	wantStatus(t, analyst.get("/rooms?program=git&health=active&status=running"), http.StatusOK, "1 mentorship")
	wantStatus(t, analyst.get("/rooms?program=git&health=good"), http.StatusUnprocessableEntity)
}

func TestStartOfAMentorship(t *testing.T) {
	b := newBench(t, nil)
	owner := b.as(uuid.Nil, "owner")
	location := owner.records(1, "/rooms?program=svn", form("mentor", "Ada", "mentee", "ben@example.org"))
	wantStatus(t, owner.get(location), http.StatusOK, "The mentorship has started", "Ada and Ben")
	owner.refuses(http.StatusConflict, "/rooms?program=svn", form("mentor", "Ada", "mentee", "Ben"), "start", "mentee")
	owner.refuses(http.StatusUnprocessableEntity, "/rooms?program=svn", form("mentor", "Nobody", "mentee", "Ben"), "start", "mentor")
	wantStatus(t, b.as(ada).post("/rooms?program=svn", form("mentor", "Ada", "mentee", "Ben")), http.StatusForbidden)
}

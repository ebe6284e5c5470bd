package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// TestWouldHoldToday looks at a tier that was held in the past, and at the present, which needs no such answer.
func TestWouldHoldToday(t *testing.T) {
	b := newBench(t, nil)
	b.grant() // one session earns the tier
	analyst := b.as(ben, "analyst of git")
	page := "/people/" + ada.String() + "?program=git"
	past := page + "&as_of=" + b.clock().AddDate(0, 0, -1).Format(time.DateOnly)
	wantStatus(t, analyst.get(past), http.StatusOK, "it would hold")
	if w := analyst.get(page); strings.Contains(w.Body.String(), "hold today") {
		t.Error("the present is asked whether it would hold today")
	}
	b.putInForce(strings.Replace(rewarding, "sessions >= 1", "sessions >= 50", 1))
	wantStatus(t, analyst.get(past), http.StatusOK, "it would not hold", "no tier")
}

// TestMeasurePage wants each event behind a measure to be within reach, however many there are.
func TestMeasurePage(t *testing.T) {
	b := newBench(t, nil)
	b.putInForce(sampleText(t))
	room := uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011")
	const sessions = contributionsListed + contributionsShown
	for i := range sessions {
		handled, err := eventstore.Handle(t.Context(), b.store, domain.MentorshipStream(room), domain.MentorshipDecider(room),
			domain.HoldSession{CommandMeta: domain.CommandMeta{ID: uuid.New(), Actor: "test",
				OccurredAt: b.clock().Add(time.Duration(i-sessions-10) * time.Minute)}, Channel: "call"})
		b.must(err)
		if i == sessions-1 {
			b.must(b.engine.Wait(t.Context(), handled.Position))
		}
	}
	analyst := b.as(ben, "analyst of git")
	page := "/people/" + ada.String()
	w := analyst.get(page + "?program=git")
	wantStatus(t, w, http.StatusOK, page+"/measures/effort?program=git", "All events of effort")
	rows := func(query string) int {
		w := analyst.get(page + "/measures/effort?program=git" + query)
		wantStatus(t, w, http.StatusOK, "Events of effort")
		return strings.Count(w.Body.String(), `href="/log/`)
	}
	first, second := rows(""), rows("&after=200")
	if first < contributionsListed || second == 0 || first+second < sessions {
		t.Errorf("%d and then %d events are listed, of %d", first, second, sessions)
	}
	if n := rows("&after=400"); n != 0 {
		t.Errorf("%d events come after all of them", n)
	}
	wantStatus(t, analyst.get(page+"/measures/nothing?program=git"), http.StatusNotFound, "no such measure")
	wantStatus(t, analyst.get(page+"/measures/effort?program=git&after=-1"), http.StatusUnprocessableEntity, "after")
	wantStatus(t, analyst.get("/people/"+ben.String()+"/measures/effort?program=git"), http.StatusNotFound)
	wantStatus(t, b.as(uuid.New(), "viewer of svn").get(page+"/measures/effort?program=git"), http.StatusForbidden)
}

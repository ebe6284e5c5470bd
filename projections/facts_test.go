package projections_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// history builds recorded events for tests, one day apart.
type history struct {
	t      *testing.T
	events []eventstore.RecordedEvent
}

func named(name string) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)) }

func (h *history) add(id, stream string, day int, payload domain.Payload) {
	h.t.Helper()
	data, err := json.Marshal(payload)
	if err != nil {
		h.t.Fatal(err)
	}
	h.events = append(h.events, eventstore.RecordedEvent{
		ID: named(id), Type: payload.EventType(), Stream: stream, Data: data,
		Position: eventstore.NewPosition(1, uint64(len(h.events)+1), 0),
		Meta: domain.Metadata{
			OccurredAt: time.Date(2024, 1, 1+day, 12, 0, 0, 0, time.UTC), Schema: domain.SchemaOf(payload.EventType()),
		},
	})
}

// sessionsText counts sessions, confirmed sessions and feedback.
const sessionsText = `
apiVersion: laurel/v1
kind: Criteria
program: %s
title: Test
measures:
  sessions: {count: events, of: SessionHeld}
  confirmed: {count: events, of: SessionHeld, where: confirmed}
score: sessions + confirmed
tiers: [{id: one, name: One, when: sessions >= 1}]
`

// TestStartedAnew covers a mentorship whose start is voided and recorded again: what was recorded in between counts
// again, but for what was voided itself.
func TestStartedAnew(t *testing.T) {
	h := &history{t: t}
	room := domain.MentorshipStream(named("room"))
	start := &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")}
	h.add("start", room, 0, start)
	h.add("s1", room, 1, &domain.SessionHeld{})
	h.add("s2", room, 2, &domain.SessionHeld{})
	h.add("c1", room, 3, &domain.SessionConfirmed{Session: named("s1"), By: named("bob")})
	h.add("c2", room, 3, &domain.SessionConfirmed{Session: named("s2"), By: named("bob")})
	h.add("v", room, 4, &domain.EventVoided{EventID: named("start"), Reason: "wrong-program"})
	h.add("v2", room, 5, &domain.EventVoided{EventID: named("s2"), Reason: "not-held"})
	h.add("v3", room, 5, &domain.EventVoided{EventID: named("c1"), Reason: "by-mistake"})
	h.add("again", room, 6, &domain.MentorshipStarted{Program: "beta", Mentor: named("ann"), Mentee: named("bob")})
	h.add("s3", room, 7, &domain.SessionHeld{Confirmed: true})

	f := fold(t, h.events)
	newest, _ := f.Newest()
	for program, want := range map[string]string{"alpha": "[]", "beta": "sessions 2 confirmed 1"} {
		plan := compile(t, fmt.Appendf(nil, sessionsText, program))
		s := projections.NewStandings(f, nil, program, plan, newest, 1)
		got := "[]"
		for _, m := range s.Mentors {
			got = ""
			for i, v := range m.Measures {
				if i > 0 {
					got += " "
				}
				got += v.Name + " " + projections.FormatMilli(v.Value)
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", program, got, want)
		}
	}
}

// TestCalendarGoesBack covers a clock change that takes the calendar back by a day: in St. John's, 1 November 2009
// began, and after a minute it was 31 October again for an hour.
func TestCalendarGoesBack(t *testing.T) {
	h := &history{t: t}
	room := domain.MentorshipStream(named("room"))
	h.add("start", room, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")})
	for i, clock := range []string{
		"2009-10-31T15:00:00Z", // 31 October
		"2009-11-01T02:30:10Z", // 1 November, 00:00:10
		"2009-11-01T02:30:40Z",
		"2009-11-01T02:40:00Z", // 31 October again, 23:10
		"2009-11-01T03:40:00Z", // 1 November again, 00:10
		"2009-11-02T15:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, clock)
		if err != nil {
			t.Fatal(err)
		}
		h.add(fmt.Sprint("s", i), room, 0, &domain.SessionHeld{})
		h.events[len(h.events)-1].Meta.OccurredAt = at
	}
	plan := compile(t, []byte(`
apiVersion: laurel/v1
kind: Criteria
program: alpha
title: Test
timezone: America/St_Johns
measures:
  daily: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: day, max: 1}]}
  monthly: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentee, every: month, max: 1.5}]}
  days: {count: days, of: SessionHeld}
  recent: {count: days, of: SessionHeld, window: 1d}
  months: {count: months, of: SessionHeld}
  streak: {streak: month, of: SessionHeld}
  longest: {streak: month, of: SessionHeld, longest: true}
score: daily
tiers: [{id: one, name: One, when: daily >= 1}]
`))
	for asOf, want := range map[string]string{
		"2009-11-01T02:35:00Z": "daily 2, monthly 2.5, days 2, recent 2, months 2, streak 2, longest 2",
		"2009-11-01T03:40:00Z": "daily 2, monthly 3, days 2, recent 2, months 2, streak 2, longest 2",
		"2009-11-02T03:39:59Z": "daily 2, monthly 3, days 2, recent 1, months 2, streak 2, longest 2",
		"2009-11-02T15:00:00Z": "daily 3, monthly 3, days 3, recent 1, months 2, streak 2, longest 2",
	} {
		at, err := time.Parse(time.RFC3339, asOf)
		if err != nil {
			t.Fatal(err)
		}
		// As if only what had happened by then were known: the start is in 2024.
		f := fold(t, h.events)
		id, _ := f.MentorOf("alpha", named("ann"))
		got := ""
		for i, v := range projections.EvaluateOne(f, id, plan, at).Measures {
			if i > 0 {
				got += ", "
			}
			got += plan.Doc.Measures[i].Name + " " + projections.FormatMilli(v)
		}
		if got != want {
			t.Errorf("as of %s:\n got %s\nwant %s", asOf, got, want)
		}
	}
}

// TestMovers covers what decides a move: clauses, renamed tiers, tiers that are new, and keeping.
func TestMovers(t *testing.T) {
	h := &history{t: t}
	room := domain.MentorshipStream(named("room"))
	h.add("start", room, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")})
	for day := range 5 {
		h.add(fmt.Sprint("s", day), room, day, &domain.SessionHeld{})
	}
	h.add("late", room, 40, &domain.FeedbackRequested{Request: "r", From: named("bob"), About: named("ann")})
	f := fold(t, h.events)
	newest, _ := f.Newest()
	document := func(tiers string) []byte {
		return []byte(`
apiVersion: laurel/v1
kind: Criteria
program: alpha
title: Test
measures:
  sessions: {count: events, of: SessionHeld}
  recent: {count: events, of: SessionHeld, window: 30d}
score: sessions
tiers:
` + tiers)
	}
	const base = "  - {id: one, when: sessions >= 1}\n"
	for name, test := range map[string]struct{ from, to, direction, tier, clause string }{
		"a threshold is lowered": {
			base + "  - {id: two, when: sessions >= 6}\n", base + "  - {id: two, when: sessions >= 5}\n", "up", "two", "sessions >= 5"},
		"a threshold is raised": {
			base + "  - {id: two, when: sessions >= 5 && recent >= 0}\n", base + "  - {id: two, when: sessions >= 6 && recent >= 0}\n",
			"down", "two", "sessions >= 6"},
		"a clause is dropped": {
			base + "  - {id: two, when: sessions >= 5 && recent >= 5}\n", base + "  - {id: two, when: sessions >= 5}\n",
			"up", "two", "clauses that are gone"},
		"a tier is new":       {base, base + "  - {id: two, when: sessions >= 5}\n", "up", "two", "the tier is new"},
		"a tier is gone":      {base + "  - {id: two, when: sessions >= 5}\n", base, "down", "two", "the tier is gone"},
		"a tier is renamed":   {base, "  - {id: first, when: sessions >= 1}\n", "up", "first", "the tier is new"},
		"a tier is kept now":  {base + "  - {id: two, when: recent >= 5}\n", base + "  - {id: two, when: recent >= 5, keep: 90d}\n", "up", "two", "the tier is kept after it held"},
		"a tier is kept less": {base + "  - {id: two, when: recent >= 5, keep: forever}\n", base + "  - {id: two, when: recent >= 5}\n", "down", "two", "the tier is no longer kept: recent >= 5"},
	} {
		t.Run(name, func(t *testing.T) {
			c := projections.Compare(f, nil, "alpha", compile(t, document(test.from)), compile(t, document(test.to)), newest, 1)
			if len(c.Movers) != 1 {
				t.Fatalf("%d movers", len(c.Movers))
			}
			m := c.Movers[0]
			if m.Direction != test.direction || m.Tier != test.tier || m.Clause != test.clause {
				t.Errorf("got %s to %s by %q", m.Direction, m.Tier, m.Clause)
			}
		})
	}
}

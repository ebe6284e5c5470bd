package serving_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/internal/naive"
	"laurel/projections/serving"
)

// drawCriteria draws a document with a random policy and random reviews.
func drawCriteria(t *rapid.T) string {
	text := naive.Document(t)
	policies := []string{"grandfather", "revoke", "{grace: 1d}", "{grace: 5d}", "{grace: 30d}"}
	text = strings.Replace(text, "lost: grandfather", "lost: "+rapid.SampledFrom(policies).Draw(t, "lost"), 1)
	if rapid.Bool().Draw(t, "review") {
		text = strings.Replace(text, "name: T1,", "name: T1, review: true,", 1)
	}
	return text
}

// awarded opens an engine that awards, and returns what waits until everything up to a position was considered and
// nothing more was to be decided, and tells how many people were looked at meanwhile.
func awarded(t fataler, store eventstore.Store, o serving.Options) (*serving.Engine, func(eventstore.Position) int) {
	t.Helper()
	reports := make(chan serving.AwardReport, 1)
	o.Awards = true
	o.Awarded = func(r serving.AwardReport, err error) {
		if err != nil && len(r.Decided) == 0 {
			return
		}
		select {
		case reports <- r:
		case <-time.After(time.Minute):
		}
	}
	e := open(t, store, o)
	return e, func(p eventstore.Position) (people int) {
		t.Helper()
		for patience := time.After(time.Hour); ; {
			select {
			case r := <-reports:
				people += r.People
				if store.ComparePositions(r.Position, p) >= 0 && len(r.Decided) == 0 && r.Left == 0 {
					return people
				}
			case <-patience:
				t.Fatalf("nothing more is considered; %s was to be: %+v", p, e.Freshness())
			}
		}
	}
}

// wantSettled wants a whole pass to decide nothing.
func wantSettled(t fataler, store eventstore.Store) {
	t.Helper()
	report, err := awarding.Run(context.Background(), store, naive.CaseProgram, awarding.Options{DryRun: true, Now: later()})
	var none *projections.NoCriteriaError
	if errors.As(err, &none) {
		return
	}
	if report = must(t, report, err); report.Total() > 0 {
		t.Fatalf("as of %v, a whole pass would decide %v", report.AsOf, report.Decided)
	}
}

// TestAwardsFollow lets an engine award while a random history happens, criteria change, awards are reviewed and taken
// back, and wants a whole pass to find nothing that the engine has missed, however few it looked at.
func TestAwardsFollow(t *testing.T) {
	check(t, func(t *rapid.T) {
		log := newLog(t)
		events := naive.History(t)
		documents := []string{drawCriteria(t), drawCriteria(t)}
		before := rapid.IntRange(0, len(events)/2).Draw(t, "before")
		log.happen(events[:before]...)
		e, considered := awarded(t, log.store, serving.Options{})
		defer e.Close()
		for rest := events[before:]; len(rest) > 0; {
			n := rapid.IntRange(1, min(12, len(rest))).Draw(t, "events")
			last := log.happen(rest[:n]...)
			rest = rest[n:]
			if rapid.IntRange(0, 5).Draw(t, "activate") == 0 {
				at := rapid.SampledFrom(events).Draw(t, "effective").OccurredAt
				at = at.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 5, 60}).Draw(t, "days"))
				_, last = log.activate(rapid.SampledFrom(documents).Draw(t, "document"), at)
			}
			considered(last)
			wantSettled(t, log.store)
			if rapid.IntRange(0, 3).Draw(t, "human") == 0 {
				if last, acted := log.review(t, e); acted {
					considered(last)
					wantSettled(t, log.store)
				}
			}
		}
	})
}

// review has a human decide about some award.
func (l *log) review(t *rapid.T, e *serving.Engine) (eventstore.Position, bool) {
	v, err := e.Look(context.Background(), serving.At{Across: true})
	v = must(t, v, err)
	defer v.Close()
	all := v.Register.All("")
	if len(all) == 0 {
		return eventstore.Position{}, false
	}
	a := rapid.SampledFrom(all).Draw(t, "award")
	l.n++
	by := uuid.MustParse(naive.EventID("a reviewer"))
	meta := domain.CommandMeta{ID: uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "human %d", l.n)), OccurredAt: v.AsOf,
		Actor: by.String()}
	var command domain.Command = domain.RevokeAward{CommandMeta: meta, By: by, ReasonCode: "left"}
	switch {
	case rapid.IntRange(0, 2).Draw(t, "void") == 0:
		command = domain.VoidEvent{CommandMeta: meta, EventID: a.Events[len(a.Events)-1].ID, Reason: "mistake"}
	case a.Status == domain.AwardStatusProposed:
		command = domain.ReviewAward{CommandMeta: meta, By: by, Grant: rapid.Bool().Draw(t, "grant"), ReasonCode: "not-yet"}
	}
	handled, err := eventstore.Handle(context.Background(), l.store, domain.AwardStream(a.ID), domain.AwardDecider(a.ID),
		command)
	if domain.ErrorCode(err) != "" {
		return eventstore.Position{}, false
	}
	return must(t, handled, err).Position, true
}

// TestTwoEnginesAwardOnce lets two engines award on one log, and wants each award once.
func TestTwoEnginesAwardOnce(t *testing.T) {
	check(t, func(t *rapid.T) {
		log := newLog(t)
		events := naive.History(t)
		one, first := awarded(t, log.store, serving.Options{})
		defer one.Close()
		two, second := awarded(t, log.store, serving.Options{})
		defer two.Close()
		log.activate(drawCriteria(t), events[0].OccurredAt)
		for rest := events; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "events")
			last := log.happen(rest[:n]...)
			rest = rest[n:]
			first(last)
			second(last)
			wantSettled(t, log.store)
		}
		register, err := projections.ReadRegister(context.Background(), log.store, nil)
		open := map[string]bool{}
		for _, a := range must(t, register, err).All("") {
			key := fmt.Sprint(a.First.Person, a.First.Tier)
			if a.Status.Open() && open[key] {
				t.Fatalf("%s is awarded twice", key)
			}
			open[key] = open[key] || a.Status.Open()
		}
	})
}

// TestAwardsLookAtFew wants an engine to look at everybody when criteria come into force, then at those about whom
// something was recorded, and at those for whom time makes a difference.
func TestAwardsLookAtFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog(t)
		start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		day := func(n int) time.Time { return start.AddDate(0, 0, n) }
		room := func(name string) string { return domain.MentorshipStream(uuid.MustParse(naive.EventID(name))) }
		for _, name := range []string{"ann", "bob", "cas", "dee"} {
			log.record(room(name), start, &domain.MentorshipStarted{Program: naive.CaseProgram,
				Mentor: uuid.MustParse(naive.Person(name)), Mentee: uuid.MustParse(naive.Person("eve"))})
		}
		e, considered := awarded(t, log.store, serving.Options{})
		defer e.Close()
		_, last := log.activate(`apiVersion: laurel/v1
kind: Criteria
program: alpha
timezone: UTC
measures: {recent: {count: events, of: SessionHeld, window: 10d}}
score: recent
tiers: [{id: met, when: recent >= 1}]
policy: {lost: {grace: 5d}}
`, start)
		step := func(name string, last eventstore.Position, people int, statuses string) {
			t.Helper()
			if looked := considered(last); looked != people {
				t.Errorf("%s: %d people were looked at, want %d", name, looked, people)
			}
			v, err := e.Look(t.Context(), serving.At{})
			v = must(t, v, err)
			defer v.Close()
			var got []string
			for _, a := range v.Register.All("") {
				got = append(got, string(a.Status))
			}
			if fmt.Sprint(got) != statuses {
				t.Fatalf("%s: awards are %v, want %s", name, got, statuses)
			}
			wantSettled(t, log.store)
		}
		session := func(name string, at int) eventstore.Position {
			return log.record(room(name), day(at), &domain.SessionHeld{Channel: "call", Minutes: 30})
		}
		step("everybody under new criteria", last, 4, "[]")
		step("ann, and ann once more when she is awarded", session("ann", 1), 2, "[granted]")
		step("bob", session("bob", 2), 2, "[granted granted]")
		step("cas, and the others' windows have passed", session("cas", 12), 4, "[granted granted granted]")
		step("ann's grace has passed", session("cas", 16), 3, "[expired granted granted]")
		step("bob's grace has passed", session("cas", 17), 3, "[expired expired granted]")
	})
}

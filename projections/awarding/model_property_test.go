package awarding_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// TestRegisterIsOfTheHistory shows that the register depends on the history, the criteria over time and the time up to
// which one looks, and not on when passes were made, in which order, or where they were killed.
func TestRegisterIsOfTheHistory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := orderly(naive.History(t))
		documents := rapid.SliceOfN(rapid.Custom(drawRules), 1, 3).Draw(t, "documents")
		later := []int{0, 0, 0, 1, 5, 10, 30, 90, 400}
		around := append([]int{-400, -30, -1}, later...)
		var actives []activation
		for range rapid.IntRange(1, 4).Draw(t, "activations") {
			actives = append(actives, activation{drawTime(t, events, around), rapid.SampledFrom(documents).Draw(t, "document")})
		}
		var plans projections.Plans
		prepare := func() *world {
			w := newWorld(t, &plans)
			for _, a := range actives {
				w.activate(a.rules, a.effective)
			}
			return w
		}
		end := events[len(events)-1].OccurredAt.AddDate(0, 0, rapid.SampledFrom(later).Draw(t, "end"))

		// All at once, and one pass.
		once := prepare()
		once.happen(events...)
		once.run(end)
		once.settled(end)
		want := once.model.register(end)
		sameLines(t, "one pass", registerLines(once.register(), time.Time{}), want)

		// All at once, and passes at any times in any order, some of them killed.
		any := prepare()
		any.happen(events...)
		for range rapid.IntRange(1, 5).Draw(t, "passes") {
			at := drawTime(t, events, around)
			if at.After(end) {
				at = end
			}
			if rapid.Bool().Draw(t, "killed") {
				any.die(at, rapid.IntRange(0, 4).Draw(t, "appends"), rapid.Bool().Draw(t, "silent"))
				continue
			}
			any.run(at)
			any.settled(at)
			sameLines(t, fmt.Sprint("a pass as of ", at), registerLines(any.register(), at), any.model.register(at))
		}
		any.run(end)
		any.wantDue(end)
		sameLines(t, "passes at any times", registerLines(any.register(), time.Time{}), want)

		// While it happens.
		live := prepare()
		for i, e := range events {
			live.happen(e)
			if i+1 == len(events) || !events[i+1].OccurredAt.After(e.OccurredAt) || !rapid.Bool().Draw(t, "pass") {
				continue
			}
			at := e.OccurredAt
			if rapid.Bool().Draw(t, "late") {
				at = events[i+1].OccurredAt.Add(-1)
			}
			if at.After(end) {
				at = end
			}
			if rapid.Bool().Draw(t, "killed") {
				live.die(at, rapid.IntRange(0, 2).Draw(t, "appends"), rapid.Bool().Draw(t, "silent"))
			} else {
				live.run(at)
			}
		}
		live.run(end)
		live.settled(end)
		sameLines(t, "passes as it happens", registerLines(live.register(), time.Time{}), want)

		for range 3 { // looking back is looking then
			at := drawTime(t, events, around)
			if at.After(end) {
				at = end
			}
			sameLines(t, fmt.Sprint("as of ", at), registerLines(live.register(), at), live.model.register(at))
		}
	})
}

// TestAwardsUnderCorrections lets histories be corrected, criteria be voided, humans decide and processes die, and wants
// of each pass that it ends in what the history then known asks for, whether others were killed before or not.
func TestAwardsUnderCorrections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := naive.History(t)
		documents := rapid.SliceOfN(rapid.Custom(drawRules), 1, 3).Draw(t, "documents")
		around := []int{-400, -30, -1, 0, 0, 0, 1, 5, 10, 30, 90, 400}
		var plans projections.Plans
		calm, rough := newWorld(t, &plans), newWorld(t, &plans)
		both := []*world{calm, rough}
		var activated []uuid.UUID
		var newest time.Time
		rest := events
		for len(rest) > 0 {
			n := rapid.IntRange(1, min(25, len(rest))).Draw(t, "events")
			for _, w := range both {
				w.happen(rest[:n]...)
			}
			rest = rest[n:]
			if len(activated) == 0 || rapid.IntRange(0, 2).Draw(t, "activate") == 0 {
				effective, r := drawTime(t, events, around), rapid.SampledFrom(documents).Draw(t, "document")
				for _, w := range both {
					activated = append(activated, w.activate(r, effective))
				}
				activated = activated[:len(activated)-1] // the same event in both
			}
			if rapid.IntRange(0, 9).Draw(t, "void criteria") == 0 {
				i := rapid.IntRange(0, len(activated)-1).Draw(t, "voided")
				for _, w := range both {
					w.record(domain.CriteriaStream(naive.CaseProgram), events[0].OccurredAt,
						&domain.EventVoided{EventID: activated[i], Reason: "mistake"})
					w.model.actives = slices.Delete(w.model.actives, i, i+1)
				}
				activated = slices.Delete(activated, i, i+1)
			}
			at := drawTime(t, events, around)
			if rapid.Bool().Draw(t, "forward") && at.Before(newest) {
				at = newest
			}
			rough.die(at, rapid.IntRange(0, 4).Draw(t, "appends"), rapid.Bool().Draw(t, "silent"))
			decided := rough.run(at)
			if calm.run(at) != decided {
				t.Fatalf("criteria are in force in one store only")
			}
			rough.settled(at)
			rough.wantDue(at)
			sameLines(t, "killed", registerLines(rough.register(), time.Time{}), registerLines(calm.register(), time.Time{}))
			if decided && !at.Before(newest) {
				newest = at
				calm.wantDeserved(at)
			}
			if all := calm.register().All(""); len(all) > 0 && rapid.Bool().Draw(t, "human") {
				a := rapid.SampledFrom(all).Draw(t, "award")
				when := drawTime(t, events, around)
				if when.After(newest) {
					newest = when
				}
				grant, void := rapid.Bool().Draw(t, "grant"), rapid.IntRange(0, 4).Draw(t, "void") == 0
				for _, w := range both {
					w.human(a.ID, when, grant, void)
				}
			}
		}
	})
}

// human reviews a proposal, takes an award back, or voids the newest decision about it.
func (w *world) human(award uuid.UUID, at time.Time, grant, void bool) {
	w.n++
	id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "human %d", w.n))
	by := uuid.MustParse(naive.EventID("a reviewer"))
	meta := domain.CommandMeta{ID: id, OccurredAt: at, Actor: by.String()}
	a, _ := w.register().Award(award)
	var command domain.Command = domain.RevokeAward{CommandMeta: meta, By: by, ReasonCode: "left"}
	switch {
	case void:
		command = domain.VoidEvent{CommandMeta: meta, EventID: a.Events[len(a.Events)-1].ID, Reason: "mistake"}
	case a.Status == domain.AwardStatusProposed:
		command = domain.ReviewAward{CommandMeta: meta, By: by, Grant: grant, ReasonCode: "not-yet"}
	}
	stream, decider := domain.AwardStream(award), domain.AwardDecider(award)
	_, err := eventstore.Handle(context.Background(), w.store, stream, decider, command)
	if err != nil && domain.ErrorCode(err) == "" {
		w.t.Fatalf("%v", err)
	}
}

// wantDeserved holds the register, as a pass as of a time left it, to what the history asks for.
func (w *world) wantDeserved(at time.Time) {
	given := w.register()
	policy := w.model.inForce(at)
	people := map[string]bool{}
	for _, a := range given.All("") {
		people[a.First.Person.String()] = true
	}
	for _, m := range w.model.mentors(policy, at) {
		people[m.Person] = true
	}
	for person := range people {
		episodes := w.model.episodes(person, at)
		belongs := map[*deserved][]*projections.RegisteredAward{}
		for _, a := range given.Of(naive.CaseProgram, uuid.MustParse(person)) {
			if a.First.From().After(at) {
				continue
			}
			e := w.episodeOf(a, episodes)
			if e != nil {
				belongs[e] = append(belongs[e], a)
			}
			switch {
			case !a.Status.Open():
			case e == nil:
				w.wantExcused(a, policy, at)
			case e.ending != "":
				w.t.Fatalf("award %s of %s stands although its episode ended %v", a.First.Tier, person, e.ended)
			}
		}
		for _, e := range episodes {
			answered := func(a *projections.RegisteredAward) bool {
				return a.Status.Open() || a.Status == "" || a.ClosedBy != uuid.Nil || a.ClosedAt.After(at)
			}
			if len(belongs[e]) == 0 || e.ending == "" && !slices.ContainsFunc(belongs[e], answered) {
				w.t.Fatalf("%s should have %s from %v on, as of %v", person, e.tier, e.from, at)
			}
		}
	}
}

// episodeOf is the first episode that an award's time overlaps.
func (w *world) episodeOf(a *projections.RegisteredAward, episodes []*deserved) *deserved {
	for _, e := range episodes {
		if e.tier != string(a.First.Tier) || e.ending != "" && !a.First.From().Before(e.ended) {
			continue
		}
		end := a.ClosedAt
		if a.Status == "" || a.ClosedBy != uuid.Nil || !end.After(a.First.From()) {
			end = a.First.From().Add(1)
		}
		if a.Status.Open() || end.After(e.from) {
			return e
		}
	}
	return nil
}

// wantExcused wants a reason for an award that nothing in the history leads to any more.
func (w *world) wantExcused(a *projections.RegisteredAward, r *rules, at time.Time) {
	grace := a.First.From().Add(time.Duration(r.doc.Policy.GraceNS))
	if a.Status == domain.AwardStatusProposed || r.doc.Policy.GraceNS > 0 && !grace.After(at) ||
		r.doc.Policy.GraceNS == 0 && !slices.Contains(a.KeptUnder, r.hash) {
		w.t.Fatalf("award %s of %s, %s, stands and nothing leads to it", a.First.Tier, a.First.Person, a.Status)
	}
}

package serving_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
	"laurel/projections/serving"
)

// TestLookSaysWhatIsWrong asks for what is not there.
func TestLookSaysWhatIsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := begin(t)
		log.record(domain.ProgramStream("beta"), log.at, &domain.ProgramOpened{Title: "Beta", Kind: "mentoring"})
		e := open(t, log.store, serving.Options{Documents: map[string][]byte{"sample": []byte(plainCriteria)}})
		defer e.Close()
		hash, last := log.activate(plainCriteria, log.at)
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		tests := map[string]struct {
			at    serving.At
			field string
			code  domain.Code
			says  string
		}{
			"no program named":   {serving.At{}, "program", domain.CodeInvalid, "2 programs; choose one of alpha, beta"},
			"no such program":    {serving.At{Program: "betta"}, "program", domain.CodeNotFound, `did you mean "beta"?`},
			"time out of range":  {serving.At{Program: "alpha", AsOf: domain.OccurredMax}, "as_of", domain.CodeInvalid, "1900-01-01"},
			"no such criteria":   {serving.At{Program: "alpha", Criteria: "simple"}, "criteria", domain.CodeNotFound, `"sample"`},
			"no criteria so":     {serving.At{Program: "alpha", Criteria: "abcdef"}, "criteria", domain.CodeNotFound, "digits"},
			"too few digits":     {serving.At{Program: "alpha", Criteria: hash[7:10]}, "criteria", domain.CodeNotFound, "digits"},
			"none known by then": {serving.At{Position: "start"}, "program", domain.CodeNotFound, "no program"},
		}
		for name, test := range tests {
			_, err := e.Look(t.Context(), test.at)
			var d *domain.Error
			if !errors.As(err, &d) || d.Field != test.field || d.Code != test.code || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		var invalid *eventstore.InvalidError
		if _, err := e.Look(t.Context(), serving.At{Position: "12"}); !errors.As(err, &invalid) {
			t.Errorf("a position of no log: %v", err)
		}
		var none *projections.NoCriteriaError
		if _, err := e.Look(t.Context(), serving.At{Program: "beta", Criteria: serving.CriteriaActive}); !errors.As(err, &none) {
			t.Errorf("no criteria in force: %v", err)
		}
		v, err := e.Look(t.Context(), serving.At{Program: "beta"})
		v = must(t, v, err)
		if _, err := v.Standings(); v.Criteria != nil || !errors.As(err, &none) {
			t.Errorf("standings without criteria: %v", err)
		}
		v.Close()
		for ref, want := range map[string]string{"": hash, serving.CriteriaActive: hash, hash: hash, hash[:20]: hash,
			hash[7:15]: hash, "sample": hash} {
			v, err := e.Look(t.Context(), serving.At{Program: "alpha", Criteria: ref})
			if v = must(t, v, err); v.Criteria.Hash != want || ref != "" && v.Criteria.Ref != ref {
				t.Errorf("criteria %q are %+v", ref, v.Criteria)
			}
			v.Close()
		}
		v, err = e.Look(t.Context(), serving.At{Across: true})
		if v = must(t, v, err); v.Program != "" || v.Criteria != nil || !slices.Equal(v.ProgramNames(), []string{"alpha", "beta"}) {
			t.Errorf("across: %+v", v)
		}
		v.Close()
		if _, err := serving.Open(t.Context(), log.store, serving.Options{
			Documents: map[string][]byte{"sample": []byte("nothing")}}); err == nil {
			t.Error("an engine opened with a document that is none")
		}
	})
}

// TestTomorrow has an event dated in the future by mistake: what is asked about does not go past now, and goes on with
// the clock; then the event counts.
func TestTomorrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := newLog(t)
		e := open(t, log.store, serving.Options{Now: time.Now})
		defer e.Close()
		v, err := e.Look(t.Context(), serving.At{Across: true})
		if v = must(t, v, err); !v.AsOf.Equal(time.Now()) {
			t.Errorf("an empty log is asked about as of %v", v.AsOf)
		}
		v.Close()
		begun := time.Now()
		room := domain.MentorshipStream(uuid.MustParse(naive.EventID("room")))
		log.record(room, begun.AddDate(-1, 0, 0), &domain.MentorshipStarted{Program: naive.CaseProgram,
			Mentor: uuid.MustParse(naive.Person("ann")), Mentee: uuid.MustParse(naive.Person("bob"))})
		log.activate(plainCriteria, begun.AddDate(-1, 0, 0))
		log.record(room, begun.AddDate(0, 0, -1), &domain.SessionHeld{Channel: "call", Minutes: 30})
		last := log.record(room, begun.Add(time.Hour), &domain.SessionHeld{Channel: "call", Minutes: 30})
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		for minute := range 70 {
			v, err := e.Look(t.Context(), serving.At{})
			v = must(t, v, err)
			if v.AsOf.After(time.Now()) || time.Since(v.AsOf) > time.Minute && v.AsOf.Before(begun.Add(time.Hour)) {
				t.Fatalf("at %v, what is asked about is %v", time.Now(), v.AsOf)
			}
			want := ""
			if minute >= 61 {
				want = "met"
			}
			if row, ok, err := v.Of(uuid.MustParse(naive.Person("ann"))); err != nil || !ok || row.Tier != want && minute != 60 {
				t.Fatalf("after %d minutes: %+v, %v", minute, row, err)
			}
			wantFresh(t, log.store, v)
			v.Close()
			time.Sleep(time.Minute)
		}
	})
}

// TestTierMonths holds the counts of each month to standings as of its end.
func TestTierMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := newLog(t)
		events := naive.History(t)
		last := log.happen(events...)
		m, err := projections.Build(t.Context(), log.store, projections.BuildOptions{UpTo: last})
		facts := must(t, m, err)
		plan, err := criteria.Load("criteria.yaml", []byte(naive.Document(t)))
		plan = must(t, plan, err)
		asOf := rapid.SampledFrom(events).Draw(t, "as of").OccurredAt
		all := projections.Replay(facts, naive.CaseProgram, plan, asOf, 1)
		months := projections.TierMonths(facts, all, plan, asOf)
		for i, month := range months {
			s := projections.NewStandings(facts, nil, naive.CaseProgram, plan, month.Until, 1)
			held := map[string]int{}
			for j := range s.Mentors {
				held[s.Mentors[j].Tier]++
			}
			for j, tier := range plan.Doc.Tiers {
				if month.Held[j] != held[tier.ID] {
					t.Fatalf("%d hold %s at %v, want %d", month.Held[j], tier.ID, month.Until, held[tier.ID])
				}
			}
			if month.None != held[""] || month.Mentors != len(s.Mentors) {
				t.Fatalf("at %v: %+v of %d", month.Until, month, len(s.Mentors))
			}
			zone, _ := time.LoadLocation(plan.Doc.Timezone)
			y, mon, _ := month.From.In(zone).Date()
			if by, bmon, _ := month.From.Add(-1).In(zone).Date(); by == y && bmon == mon || month.Until.Before(month.From) {
				t.Fatalf("month %d is from %v until %v", i, month.From, month.Until)
			}
			if i+1 < len(months) && !months[i+1].From.Equal(month.Until.Add(1)) {
				t.Fatalf("after %v comes %v", month.Until, months[i+1].From)
			}
		}
		if n := len(months); n > 0 && !months[n-1].Until.Equal(asOf) {
			t.Fatalf("the last month ends at %v, want %v", months[n-1].Until, asOf)
		}
	})
}

// TestChanged tells what has changed since a version.
func TestChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := begin(t)
		e := open(t, log.store, serving.Options{})
		defer e.Close()
		ann, bob := uuid.MustParse(naive.Person("ann")), uuid.MustParse(naive.Person("bob"))
		start, next := e.Changed(0)
		if !start.All || start.Version == 0 {
			t.Errorf("since nothing: %+v", start)
		}
		if c, _ := e.Changed(start.Version); c.All || c.Version != start.Version || len(c.People) != 0 {
			t.Errorf("since now: %+v", c)
		}
		last := log.session()
		<-next
		c, next := e.Changed(start.Version)
		if c.Position != last || !slices.Equal(c.Programs, []string{"alpha"}) || !slices.Equal(c.People, []uuid.UUID{ann}) ||
			len(c.Rooms) != 1 || c.Criteria || c.All {
			t.Errorf("a session: %+v", c)
		}
		log.activate(plainCriteria, log.at)
		<-next
		last = log.record(domain.PersonStream(bob), log.at, &domain.PersonJoinedUnit{Unit: "u"})
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if c, _ := e.Changed(start.Version); !c.Criteria || !slices.Equal(c.People, []uuid.UUID{ann, bob}) {
			t.Errorf("all of it: %+v", c)
		}
		if c, _ := e.Changed(c.Version); !c.Criteria || !slices.Equal(c.People, []uuid.UUID{bob}) || len(c.Rooms) != 0 {
			t.Errorf("the rest of it: %+v", c)
		}
		for range 300 {
			if err := e.Wait(t.Context(), log.session()); err != nil {
				t.Fatal(err)
			}
		}
		if c, _ := e.Changed(start.Version); !c.All {
			t.Errorf("too long ago: %+v", c)
		}
		for i := range 300 {
			last = log.record(domain.PersonStream(uuid.MustParse(naive.EventID(string(rune(i+1000))))), log.at,
				&domain.PersonJoinedUnit{Unit: "u"})
		}
		before, _ := e.Changed(0)
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if c, _ := e.Changed(before.Version); !c.All || c.People != nil {
			t.Errorf("too much: %+v", c)
		}
	})
}

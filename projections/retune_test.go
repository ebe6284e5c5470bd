package projections_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// TestRetunerWhenLaterExplains has an award of the lower tier that nothing explains now. It would expire if its holder
// stayed at the higher tier; but that is lost by time alone while the grace runs, and what is left explains the award.
func TestRetunerWhenLaterExplains(t *testing.T) {
	const text = `apiVersion: laurel/v1
kind: Criteria
program: alpha
measures:
  ever: {sum: points, of: {SessionHeld: 1}}
  lately: {sum: points, of: {SessionHeld: 1}, window: 30d}
score: ever
tiers:
  - {id: low, when: ever >= 2}
  - {id: high, when: lately >= 2}
policy: {gained: award, lost: {grace: 60d}}
`
	begin := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	mentor, room := uuid.MustParse(naive.Person("ann")), uuid.MustParse(naive.EventID("room"))
	store := eventstore.NewMemory()
	record := func(stream string, days int, payload domain.Payload) {
		t.Helper()
		e, err := eventstore.Encode(domain.Event{ID: uuid.New(), Payload: payload,
			Meta: domain.Metadata{OccurredAt: begin.AddDate(0, 0, days)}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Append(t.Context(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
			Events: []eventstore.NewEvent{e}}); err != nil {
			t.Fatal(err)
		}
	}
	record(domain.MentorshipStream(room), 0, &domain.MentorshipStarted{
		Program: "alpha", Mentor: mentor, Mentee: uuid.MustParse(naive.Person("bob")),
	})
	record(domain.MentorshipStream(room), 1, &domain.SessionHeld{})
	record(domain.MentorshipStream(room), 1, &domain.SessionHeld{})
	plan := compile(t, []byte(text))
	record(domain.AwardStream(uuid.MustParse(naive.EventID("award"))), 5, &domain.AwardGranted{AwardCase: domain.AwardCase{
		Program: "alpha", Person: mentor, Tier: "low", EarnedAt: begin.AddDate(0, 0, 5), Criteria: plan.Doc.Hash(),
		Position: "x", AsOf: begin.AddDate(0, 0, 5),
	}})
	facts, err := projections.Build(t.Context(), store, projections.BuildOptions{})
	if err != nil {
		t.Fatal(err)
	}
	register, err := projections.ReadRegister(t.Context(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ days, inGrace int }{{20, 0}, {4, 0}, {40, 1}} {
		basis := projections.RetuneBasis{Facts: facts, Program: "alpha", AsOf: begin.AddDate(0, 0, c.days),
			Register: register}
		if c.days == 40 { // high was held before, and is lost
			basis.Regimes = []awards.Regime{{
				From: begin.UnixNano(), To: 1<<63 - 1, Hash: "sha256:before", Plan: compile(t, []byte(text+"title: Before\n")),
			}}
		}
		retuner, err := projections.NewRetuner(t.Context(), basis)
		if err != nil {
			t.Fatal(err)
		}
		wantRetune(t, retuner, &basis, plan, map[uuid.UUID]int{mentor: 2021})
		preview, err := retuner.Preview(t.Context(), plan)
		if err != nil {
			t.Fatal(err)
		}
		if got := preview.Awards[2].InGrace; got != c.inGrace {
			t.Errorf("%d in grace after %d days, want %d", got, c.days, c.inGrace)
		}
	}
}

// TestRetunerKeepsItsState has the facts, the register and the records go on: previews stay those of the state that
// they were prepared for.
func TestRetunerKeepsItsState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := record(naive.History(t))
		cut := rapid.IntRange(1, len(events)).Draw(t, "cut")
		f, records := projections.NewFacts(), projections.NewPersonRecords()
		for _, apply := range []func([]eventstore.RecordedEvent) error{
			func(e []eventstore.RecordedEvent) error { _, err := f.Apply(e); return err }, records.Apply,
		} {
			if err := apply(events[:cut]); err != nil {
				t.Fatal(err)
			}
		}
		asOf, _ := f.Newest()
		from, to := compileIn(t, drawRetune(t)), compileIn(t, drawRetune(t))
		basis := projections.RetuneBasis{Facts: f, Program: naive.CaseProgram, AsOf: asOf, From: from,
			Register: projections.NewRegister(), Records: records}
		ctx := context.Background()
		retuner, err := projections.NewRetuner(ctx, basis)
		if err != nil {
			t.Fatal(err)
		}
		fresh, err := projections.NewRetuner(ctx, basis)
		if err != nil {
			t.Fatal(err)
		}
		want, err := fresh.Preview(ctx, to)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Apply(events[cut:]); err != nil {
			t.Fatal(err)
		}
		if err := records.Apply(events[cut:]); err != nil {
			t.Fatal(err)
		}
		got, err := retuner.Preview(ctx, to)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("preview %+v\nwant %+v", got, want)
		}
	})
}

// TestRetunerForMany asks for previews of several criteria at once, while the facts go on, and gives some of them up.
func TestRetunerForMany(t *testing.T) {
	basis, text, _ := gitSample(t)
	texts := gitChanges(t, text)[:12]
	retuner, err := projections.NewRetuner(t.Context(), basis)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]*projections.RetunePreview, len(texts))
	plans := make([]*criteria.Plan, len(texts))
	for i, text := range texts {
		plans[i] = compile(t, text)
		alone, err := projections.NewRetuner(t.Context(), basis)
		if err != nil {
			t.Fatal(err)
		}
		if want[i], err = alone.Preview(t.Context(), plans[i]); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	for user := range 4 {
		group.Go(func() {
			for n := range len(plans) {
				i := (n + 3*user) % len(plans)
				ctx, cancel := context.WithCancel(context.Background())
				if user == 3 { // whose next change comes before the preview of the last one
					go cancel()
				}
				got, err := retuner.Preview(ctx, plans[i])
				cancel()
				switch {
				case err != nil && (user < 3 || !errors.Is(err, context.Canceled)):
					t.Error(err)
				case err == nil && !reflect.DeepEqual(got, want[i]):
					t.Errorf("user %d, change %d: %+v\nwant %+v", user, i, got, want[i])
				}
			}
		})
	}
	late := make([]eventstore.RecordedEvent, 0, 50)
	for i := range cap(late) { // the live facts go on
		late = append(late, eventstore.RecordedEvent{ID: uuid.New(), Type: domain.TypeMentorshipStarted,
			Stream:   domain.MentorshipStream(uuid.New()),
			Position: eventstore.NewPosition(1, uint64(1_000_000+i), 0),
			Meta:     domain.Metadata{OccurredAt: basis.AsOf, Schema: 1},
			Data:     fmt.Appendf(nil, `{"program":"git","mentor":%q,"mentee":%q}`, basis.Facts.Person(0), uuid.New())})
	}
	if _, err := basis.Facts.Apply(late); err != nil {
		t.Error(err)
	}
	group.Wait()
}

// TestPreviewOfNobody previews a program in which nothing ever happened.
func TestPreviewOfNobody(t *testing.T) {
	plan := compileIn(t, "apiVersion: laurel/v1\nkind: Criteria\nprogram: empty\n"+
		"measures: {n: {count: events, of: SessionHeld}}\nscore: n\ntiers: [{id: a, when: n > 0}]\n")
	basis := projections.RetuneBasis{Facts: projections.NewFacts(), Program: "empty", AsOf: time.Unix(0, 0),
		Register: projections.NewRegister(), From: plan}
	retuner, err := projections.NewRetuner(t.Context(), basis)
	if err != nil {
		t.Fatal(err)
	}
	wantRetune(t, retuner, &basis, plan, nil)
}

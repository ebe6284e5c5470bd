package serving_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
	_ "time/tzdata"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
	"laurel/projections/serving"
)

// fataler is what *testing.T, *testing.B and *rapid.T offer.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

func must[V any](t fataler, v V, err error) V {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// log is a store with what a test knows of it.
type log struct {
	t     fataler
	store *eventstore.Memory
	n     int
}

func newLog(t fataler) *log { return &log{t: t, store: eventstore.NewMemory()} }

// happen records events of a random history, and returns the position of the last.
func (l *log) happen(events ...naive.Event) eventstore.Position {
	l.t.Helper()
	var last eventstore.Position
	for _, e := range events {
		kind := domain.EventType(e.Type)
		last = l.append(e.Stream, eventstore.NewEvent{ID: uuid.MustParse(e.ID), Type: kind, Data: e.Data,
			Meta: domain.Metadata{OccurredAt: e.OccurredAt, Schema: domain.SchemaOf(kind)}})
	}
	return last
}

func (l *log) append(stream string, e eventstore.NewEvent) eventstore.Position {
	l.t.Helper()
	result, err := l.store.Append(context.Background(), eventstore.StreamAppend{Stream: stream,
		Expected: eventstore.Any, Events: []eventstore.NewEvent{e}})
	return must(l.t, result, err).Position
}

// record records a payload.
func (l *log) record(stream string, at time.Time, payload domain.Payload) eventstore.Position {
	l.t.Helper()
	l.n++
	id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "step %d", l.n))
	e, err := eventstore.Encode(domain.Event{ID: id, Payload: payload, Meta: domain.Metadata{OccurredAt: at}})
	return l.append(stream, must(l.t, e, err))
}

// activate puts a document in force.
func (l *log) activate(text string, effective time.Time) (string, eventstore.Position) {
	l.t.Helper()
	doc, findings := criteria.Parse("criteria.yaml", []byte(text))
	if err := findings.Err(); err != nil {
		l.t.Fatalf("%s\n%v", text, err)
	}
	return doc.Hash(), l.record(domain.CriteriaStream(naive.CaseProgram), effective,
		&domain.CriteriaActivated{Hash: doc.Hash(), Document: string(doc.Canonical()), EffectiveAt: effective})
}

// summary is all that models say as of a time, in bytes.
func summary(t fataler, m *serving.Models, rewards *projections.Rewards, asOf time.Time) []byte {
	t.Helper()
	var awards []any
	for _, a := range m.Register.All("") {
		then, ok := a.AsOf(asOf)
		awards = append(awards, a.First, a.Revision, len(a.Events), a.Award, then, ok)
	}
	var persons []any
	for _, id := range m.People.IDs() {
		contact, ok := m.People.Contact(id)
		persons = append(persons, id, contact, ok)
	}
	text, err := json.Marshal([]any{
		awards, persons, m.Governance.Regimes(naive.CaseProgram, domain.OccurredMax),
		m.Governance.Records(naive.CaseProgram, asOf), m.Programs.List(asOf),
		m.Rooms.Relationships(m.People, projections.RoomQuery{}, asOf), m.Consents.All(asOf),
		m.Acknowledgements.AsOf(asOf), m.Communities.List(m.People, domain.VisibilityRoom, asOf),
		m.PersonRecords.List(m.People, asOf), rewards.AsOf(asOf), m.Facts.Events(), m.Facts.Programs(),
	})
	return must(t, text, err)
}

// wantFresh holds a view to what reading the log up to its position by itself says, at the view's time.
func wantFresh(t fataler, store eventstore.Store, v *serving.View) {
	t.Helper()
	ctx, upTo, people := context.Background(), v.Position, projections.NewPeople()
	m := &serving.Models{Facts: projections.NewFacts(), People: people, Programs: projections.NewPrograms(),
		Rooms: projections.NewRooms(), Communities: projections.NewCommunities(),
		PersonRecords: projections.NewPersonRecords()}
	var err error
	if !upTo.IsZero() {
		m.Facts, err = projections.Build(ctx, store, projections.BuildOptions{UpTo: upTo, People: people})
		m.Facts = must(t, m.Facts, err)
	}
	m.Register, err = projections.ReadRegister(ctx, store, &upTo)
	m.Register = must(t, m.Register, err)
	m.Governance, err = projections.ReadGovernance(ctx, store, &upTo)
	m.Governance = must(t, m.Governance, err)
	m.Consents, err = projections.ReadConsents(ctx, store, &upTo)
	m.Consents = must(t, m.Consents, err)
	m.Acknowledgements, err = projections.ReadAcknowledgements(ctx, store, &upTo)
	m.Acknowledgements = must(t, m.Acknowledgements, err)
	for _, model := range []projections.Model{m.Programs, m.Rooms, m.Communities, m.PersonRecords} {
		x, err := projections.ReadLog(ctx, store, eventstore.Filter{}, &upTo, model)
		must(t, x, err)
	}
	rewards, err := projections.ReadRewards(ctx, store, naive.CaseProgram, &upTo)
	want := summary(t, m, must(t, rewards, err), v.AsOf)
	if got := summary(t, v.Models, v.Rewards(naive.CaseProgram), v.AsOf); !bytes.Equal(got, want) {
		t.Fatalf("at %s, as of %v:\n got %s\nwant %s", v.Position, v.AsOf, got, want)
	}
	if v.Criteria == nil {
		return
	}
	plan, err := criteria.Load("fresh", v.Criteria.Doc.Canonical())
	standings := projections.NewStandings(m.Facts, people, v.Program, must(t, plan, err), v.AsOf, 1)
	wantStandings(t, v, standings)
}

// wantStandings holds the standings of a view, whole and in parts, to those of a replay.
func wantStandings(t fataler, v *serving.View, replay *projections.Standings) {
	t.Helper()
	want, err := json.Marshal(replay)
	want = must(t, want, err)
	whole, err := v.Standings()
	whole = must(t, whole, err)
	if got, _ := json.Marshal(whole); !bytes.Equal(got, want) {
		t.Fatalf("at %s, as of %v:\n got %s\nwant %s", v.Position, v.AsOf, got, want)
	}
	counts, err := v.Tiers()
	for _, count := range must(t, counts, err) {
		var rows []serving.Row
		for from := 0; ; from += 2 {
			page, err := v.Page(serving.PageQuery{Tier: &count.Tier, From: from, Limit: 2})
			page = must(t, page, err)
			if page.Total != count.Mentors {
				t.Fatalf("a page of %d, want %d", page.Total, count.Mentors)
			}
			if len(page.Rows) == 0 {
				break
			}
			rows = append(rows, page.Rows...)
		}
		n := 0
		for i := range replay.Mentors {
			if replay.Mentors[i].Tier != count.Tier {
				continue
			}
			if n >= len(rows) || rows[n].Place != i+1 || rows[n].Person != replay.Mentors[i].Person {
				t.Fatalf("row %d of tier %q: %+v, want %v in place %d", n, count.Tier, rows, replay.Mentors[i].Person, i+1)
			}
			n++
		}
		if n != count.Mentors || n != len(rows) {
			t.Fatalf("%d rows of tier %q, counted %d, want %d", len(rows), count.Tier, count.Mentors, n)
		}
	}
	months, err := v.TierMonths()
	for i, month := range must(t, months, err) {
		if i+1 == len(months) && (month.Mentors != len(replay.Mentors) || !month.Until.Equal(v.AsOf)) {
			t.Fatalf("the last month is %+v, want %d mentors until %v", month, len(replay.Mentors), v.AsOf)
		}
	}
}

// check checks a property where time is not waited for.
func check(t *testing.T, property func(t *rapid.T)) {
	synctest.Test(t, func(t *testing.T) { rapid.Check(bubble{t}, property) })
}

// bubble is a test in a bubble: asking it for its deadline is not allowed there.
type bubble struct{ rapid.TB }

// later is a clock that is ahead of what happens in tests. In a bubble, time begins in 2000.
func later() time.Time { return time.Now().AddDate(50, 0, 0) }

func open(t fataler, store eventstore.Store, o serving.Options) *serving.Engine {
	t.Helper()
	if o.Now == nil {
		o.Now = later
	}
	if o.Failed == nil {
		o.Failed = func(err error) { panic(err) }
	}
	e, err := serving.Open(context.Background(), store, o)
	return must(t, e, err)
}

// TestViewsAreFresh appends random histories in random parts to a log that an engine follows, some of it before, and
// holds each view to what reading the log by itself says: of the present, of times past, and as known at positions past.
func TestViewsAreFresh(t *testing.T) {
	check(t, func(t *rapid.T) {
		log := newLog(t)
		events := naive.History(t)
		documents := []string{naive.Document(t), naive.Document(t)}
		before := rapid.IntRange(0, len(events)).Draw(t, "before")
		log.happen(events[:before]...)
		e := open(t, log.store, serving.Options{Documents: map[string][]byte{"sample": []byte(documents[0])}})
		defer e.Close()
		var known []eventstore.Position
		for rest := events[before:]; ; {
			var last eventstore.Position
			if len(rest) > 0 {
				n := rapid.IntRange(1, min(12, len(rest))).Draw(t, "events")
				last = log.happen(rest[:n]...)
				rest = rest[n:]
			}
			if rapid.IntRange(0, 3).Draw(t, "activate") == 0 {
				at := rapid.SampledFrom(events).Draw(t, "effective").OccurredAt
				_, last = log.activate(rapid.SampledFrom(documents).Draw(t, "document"), at)
			}
			if err := e.Wait(context.Background(), last); err != nil {
				t.Fatal(err)
			}
			at := serving.At{Program: naive.CaseProgram}
			if rapid.Bool().Draw(t, "sample") {
				at.Criteria = "sample"
			}
			v, err := e.Look(context.Background(), at)
			var missing *serving.ProgramError
			if errors.As(err, &missing) && len(missing.Programs) == 0 {
				v, err = e.Look(context.Background(), serving.At{Across: true})
			}
			v = must(t, v, err)
			if v.Position != last && !last.IsZero() {
				t.Fatalf("at %s, want %s", v.Position, last)
			}
			if newest, _ := v.Facts.Newest(); !v.AsOf.Equal(newest) || !v.Present {
				t.Fatalf("as of %v, want the present, %v", v.AsOf, newest)
			}
			wantFresh(t, log.store, v)
			v.Close()
			known = append(known, v.Position)
			if rapid.IntRange(0, 3).Draw(t, "past") == 0 {
				at.AsOf = rapid.SampledFrom(events).Draw(t, "as of").OccurredAt
				at.Position = rapid.SampledFrom(known).Draw(t, "position").String()
				if v, err := e.Look(context.Background(), at); !errors.As(err, &missing) {
					wantFresh(t, log.store, must(t, v, err))
					v.Close()
				}
			}
			if len(rest) == 0 {
				return
			}
		}
	})
}

// TestErasureHoldsInThePast: who is erased is not named any more by a state of the past that was read before.
func TestErasureHoldsInThePast(t *testing.T) {
	l := newLog(t)
	person := uuid.New()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	then := l.record(domain.PersonStream(person), at, &domain.PersonRegistered{
		Personal: domain.PersonDetails{Of: person, Name: "Ada Vanishing"}})
	l.record(domain.PersonStream(uuid.New()), at, &domain.PersonJoinedUnit{Unit: "core"}) // so that it is the past
	e := open(t, l.store, serving.Options{})
	defer e.Close()
	name := func() string {
		v, err := e.Look(t.Context(), serving.At{Across: true, Position: then.String()})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		contact, _ := v.People.Contact(person)
		s, err := e.Summary(t.Context(), serving.At{Across: true, Position: then.String()}, "name",
			func(v *serving.View) (any, error) {
				contact, _ := v.People.Contact(person)
				return contact.Name, nil
			})
		if s = must(t, s, err); s.Value != contact.Name {
			t.Errorf("a summary names %q, a view %q", s.Value, contact.Name)
		}
		return contact.Name
	}
	if name() != "Ada Vanishing" {
		t.Fatalf("before the erasure the past names %q", name())
	}
	erased := l.record(domain.PersonStream(person), at.Add(time.Hour), &domain.PersonErased{})
	if err := e.Wait(t.Context(), erased); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "" {
		t.Errorf("after the erasure the past still names %q", got)
	}
}

package awarding_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/internal/naive"
)

// drawRules draws a document with a random policy and random reviews.
func drawRules(t *rapid.T) *rules {
	text := naive.Document(t)
	policies := []string{"grandfather", "revoke", "{grace: 1d}", "{grace: 5d}", "{grace: 30d}"}
	lost := rapid.SampledFrom(policies).Draw(t, "lost")
	text = strings.Replace(text, "lost: grandfather", "lost: "+lost, 1)
	for i := range 4 {
		if rapid.Bool().Draw(t, "review") {
			text = strings.Replace(text, fmt.Sprintf("name: T%d,", i+1), fmt.Sprintf("name: T%d, review: true,", i+1), 1)
		}
	}
	doc, findings := criteria.Parse("criteria.yaml", []byte(text))
	if err := findings.Err(); err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return &rules{text: text, canonical: string(doc.Canonical()), hash: doc.Hash(), doc: doc}
}

// orderly makes of a random history one that was recorded as it happened, and never corrected.
func orderly(events []naive.Event) []naive.Event {
	events = slices.DeleteFunc(slices.Clone(events), func(e naive.Event) bool {
		return e.Type == "EventVoided" || e.Type == "SessionConfirmed"
	})
	var times []time.Time
	for _, e := range events {
		times = append(times, e.OccurredAt)
	}
	slices.SortFunc(times, time.Time.Compare)
	for i := range events {
		events[i].OccurredAt = times[i]
	}
	return events
}

// drawTime draws a time at or around an event.
func drawTime(t *rapid.T, events []naive.Event, days []int) time.Time {
	at := rapid.SampledFrom(events).Draw(t, "event").OccurredAt
	at = at.AddDate(0, 0, rapid.SampledFrom(days).Draw(t, "days"))
	return at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(t, "ns"))).UTC()
}

// world is a store whose events the model knows, too.
type world struct {
	t     *rapid.T
	store *eventstore.Memory
	model *model
	plans *projections.Plans
	n     int
	runs  int // decisions of the last run
}

// newWorld returns an empty world. Those of one history share their compiled criteria.
func newWorld(t *rapid.T, plans *projections.Plans) *world {
	return &world{t: t, store: eventstore.NewMemory(), model: &model{t: t}, plans: plans}
}

func (w *world) happen(events ...naive.Event) {
	for _, e := range events {
		kind := domain.EventType(e.Type)
		w.append(e.Stream, eventstore.NewEvent{ID: uuid.MustParse(e.ID), Type: kind, Data: e.Data,
			Meta: domain.Metadata{OccurredAt: e.OccurredAt, Schema: domain.SchemaOf(kind)}})
	}
	w.model.events = append(w.model.events, events...)
}

func (w *world) append(stream string, e eventstore.NewEvent) {
	if _, err := w.store.Append(context.Background(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{e}}); err != nil {
		w.t.Fatalf("append %s to %s: %v", e.Type, stream, err)
	}
}

func (w *world) record(stream string, at time.Time, payload domain.Payload) uuid.UUID {
	w.n++
	id := uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "step %d", w.n))
	e, err := eventstore.Encode(domain.Event{ID: id, Payload: payload, Meta: domain.Metadata{OccurredAt: at}})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	w.append(stream, e)
	return id
}

// activate puts a document in force and returns the event.
func (w *world) activate(r *rules, effective time.Time) uuid.UUID {
	w.model.actives = append(w.model.actives, activation{effective, r})
	return w.record(domain.CriteriaStream(naive.CaseProgram), effective,
		&domain.CriteriaActivated{Hash: r.hash, Document: r.canonical, EffectiveAt: effective})
}

func (w *world) register() *projections.Register {
	r, err := projections.ReadRegister(context.Background(), w.store, nil)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return r
}

// run makes a pass, and holds each of its decisions to the model. It reports false where no criteria are in force.
func (w *world) run(asOf time.Time) bool {
	var decisions []awarding.Decision // checked below: a failure has to be told on the goroutine of the test
	_, err := awarding.Run(context.Background(), w.store, naive.CaseProgram, awarding.Options{AsOf: asOf, Workers: 2,
		Plans: w.plans, Decided: func(d awarding.Decision) { decisions = append(decisions, d) }})
	w.runs = len(decisions)
	for _, d := range decisions {
		w.check(d)
	}
	var none *projections.NoCriteriaError
	if errors.As(err, &none) {
		if w.model.inForce(asOf) != nil {
			w.t.Fatalf("criteria are in force as of %v: %v", asOf, err)
		}
		return false
	}
	if err != nil {
		w.t.Fatalf("run as of %v: %v", asOf, err)
	}
	w.oneOpen(asOf)
	return true
}

// check wants the measures of the second engine, and evidence that exists.
func (w *world) check(d awarding.Decision) {
	switch d.Event.Payload.EventType() {
	case domain.TypeAwardProposed, domain.TypeAwardGranted:
	default:
		return
	}
	var r *rules
	for _, a := range w.model.actives {
		if a.rules.hash == d.Case.Criteria {
			r = a.rules
		}
	}
	if r == nil {
		w.t.Fatalf("award under unknown criteria %s", d.Case.Criteria)
	}
	// As of the time of the pass, so that one who became a mentor later is among the mentors, too.
	earned := d.Case.EarnedAt.UTC()
	until := d.Case.AsOf
	m := w.model.mentor(d.Case.Person.String(), r, until)
	if m == nil {
		w.t.Fatalf("%s is no mentor as of %v", d.Case.Person, until)
	}
	at := slices.IndexFunc(m.History, func(c naive.Transition) bool { return c.At.Equal(earned) })
	if at < 0 {
		w.t.Fatalf("no transition of %s at %v: %v", d.Case.Person, earned, m.History)
	}
	if then := w.model.mentor(d.Case.Person.String(), r, earned); then != nil {
		for _, v := range then.Measures {
			if got := int64(d.Case.Measures[v.Name]); got != v.Milli {
				w.t.Fatalf("%s at %v: %s is %d, want %d", d.Case.Person, earned, v.Name, got, v.Milli)
			}
		}
	}
	voided := w.model.voided()
	for _, id := range d.Case.Evidence {
		i := slices.IndexFunc(w.model.events, func(e naive.Event) bool { return e.ID == id.String() })
		if i < 0 || voided[id.String()] || w.model.events[i].OccurredAt.After(earned) {
			w.t.Fatalf("evidence %s is voided, unknown or of later", id)
		}
	}
	if cause := m.History[at].Cause; cause != "elapsed" && !slices.Contains(d.Case.Evidence, uuid.MustParse(cause)) {
		w.t.Fatalf("the evidence lacks the cause %s", cause)
	}
	if d.Case.EarnedAt.After(d.Case.From()) {
		w.t.Fatalf("earned %v after it took its place at %v", earned, d.Case.From())
	}
}

// oneOpen wants at most one open award for each person and tier, among those that a pass as of a time looks at.
func (w *world) oneOpen(asOf time.Time) {
	open := map[string]bool{}
	for _, a := range w.register().All("") {
		if a.First.From().After(asOf) {
			continue
		}
		key := fmt.Sprint(a.First.Program, a.First.Person, a.First.Tier)
		if a.Status.Open() && open[key] {
			w.t.Fatalf("two open awards for %s", key)
		}
		open[key] = open[key] || a.Status.Open()
	}
}

// settled makes a second pass and wants it to decide nothing.
func (w *world) settled(asOf time.Time) {
	if w.run(asOf) && w.runs > 0 {
		w.t.Fatalf("running again decided %d things", w.runs)
	}
}

// dying is a store at which a process is killed after some appends of a batch.
type dying struct {
	eventstore.Store
	after  int
	silent bool // the last append is recorded, and nobody learns
}

var errKilled = errors.New("killed")

func (d *dying) AppendBatch(ctx context.Context, appends []eventstore.StreamAppend) ([]eventstore.AppendResult, error) {
	if len(appends) <= d.after {
		d.after -= len(appends)
		return d.Store.AppendBatch(ctx, appends)
	}
	results, err := d.Store.AppendBatch(ctx, appends[:d.after])
	if err != nil {
		return results, err
	}
	if d.silent {
		results = nil
	}
	d.after = 0
	return results, errKilled
}

// die makes a pass that is killed after some appends.
func (w *world) die(asOf time.Time, after int, silent bool) {
	_, err := awarding.Run(context.Background(), &dying{w.store, after, silent}, naive.CaseProgram,
		awarding.Options{AsOf: asOf, Plans: w.plans})
	var none *projections.NoCriteriaError
	if err != nil && !errors.Is(err, errKilled) && !errors.As(err, &none) {
		w.t.Fatalf("killed run as of %v: %v", asOf, err)
	}
}

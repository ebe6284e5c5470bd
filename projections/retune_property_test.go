package projections_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/internal/naive"
)

// retuneWorld is a store with a history, criteria that came into force, and awards that were decided.
type retuneWorld struct {
	t      *rapid.T
	store  *eventstore.Memory
	events []naive.Event
	n      int

	documents []string // that may have been in force
}

func (w *retuneWorld) append(stream string, e eventstore.NewEvent) {
	if _, err := w.store.Append(context.Background(), eventstore.StreamAppend{
		Stream: stream, Expected: eventstore.Any, Events: []eventstore.NewEvent{e},
	}); err != nil {
		w.t.Fatal(err)
	}
}

// id is one that no other step has.
func (w *retuneWorld) id() uuid.UUID {
	w.n++
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "retune %d", w.n))
}

// activate puts a document in force.
func (w *retuneWorld) activate(plan *criteria.Plan, at time.Time) {
	e, err := eventstore.Encode(domain.Event{ID: w.id(), Meta: domain.Metadata{OccurredAt: at},
		Payload: &domain.CriteriaActivated{Hash: plan.Doc.Hash(), Document: string(plan.Doc.Canonical()), EffectiveAt: at}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.append(domain.CriteriaStream(naive.CaseProgram), e)
}

// award makes a pass of the award process.
func (w *retuneWorld) award(asOf time.Time) {
	_, err := awarding.Run(context.Background(), w.store, naive.CaseProgram, awarding.Options{AsOf: asOf, Workers: 1})
	var none *projections.NoCriteriaError
	if err != nil && !errors.As(err, &none) {
		w.t.Fatal(err)
	}
}

// review has a human decide about an award, or void what was decided.
func (w *retuneWorld) review(at time.Time) {
	register, err := projections.ReadRegister(context.Background(), w.store, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	all := register.All("")
	if len(all) == 0 {
		return
	}
	a := rapid.SampledFrom(all).Draw(w.t, "award")
	by := uuid.MustParse(naive.EventID("a reviewer"))
	meta := domain.CommandMeta{ID: w.id(), OccurredAt: at, Actor: by.String()}
	var command domain.Command = domain.RevokeAward{CommandMeta: meta, By: by, ReasonCode: "left"}
	switch {
	case rapid.IntRange(0, 4).Draw(w.t, "void") == 0:
		command = domain.VoidEvent{CommandMeta: meta, EventID: a.Events[len(a.Events)-1].ID, Reason: "mistake"}
	case a.Status == domain.AwardStatusProposed:
		grant := rapid.Bool().Draw(w.t, "grant")
		command = domain.ReviewAward{CommandMeta: meta, By: by, Grant: grant, ReasonCode: "not-yet"}
	}
	_, err = eventstore.Handle(context.Background(), w.store, domain.AwardStream(a.ID), domain.AwardDecider(a.ID), command)
	if err != nil && domain.ErrorCode(err) == "" {
		w.t.Fatal(err)
	}
}

// drawInstant draws a time at or around an event.
func (w *retuneWorld) drawInstant(name string) time.Time {
	at := rapid.SampledFrom(w.events).Draw(w.t, name).OccurredAt
	at = at.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 0, -30, -1, 1, 5, 10, 30, 90, 400}).Draw(w.t, "days"))
	return at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, -1}).Draw(w.t, "ns"))).UTC()
}

// drawPolicy changes what becomes of awards whose tier is no longer met, which is the end of a document.
func drawPolicy(t *rapid.T, text string) string {
	policies := []string{"grandfather", "revoke", "{grace: 0d}", "{grace: 5d}", "{grace: 30d}", "{grace: 400d}"}
	return text[:strings.LastIndex(text, "lost: ")] + "lost: " + rapid.SampledFrom(policies).Draw(t, "lost") + "}\n"
}

// drawRetune draws a document with a random policy and random reviews.
func drawRetune(t *rapid.T) string {
	text := naive.Document(t)
	if rapid.Bool().Draw(t, "thresholds") {
		text = drawThresholds(t)
	}
	text = drawPolicy(t, text)
	for i := range 4 {
		if rapid.IntRange(0, 3).Draw(t, "review") == 0 {
			text = strings.Replace(text, fmt.Sprintf("name: T%d,", i+1), fmt.Sprintf("name: T%d, review: true,", i+1), 1)
		}
	}
	return text
}

// drawChange draws what somebody may do next in the workbench: move one knob, choose a policy, go back, or
// write something else.
func (w *retuneWorld) drawChange(text string) string {
	t := w.t
	if len(w.documents) > 0 && rapid.IntRange(0, 4).Draw(t, "go back") == 0 {
		return rapid.SampledFrom(w.documents).Draw(t, "back to")
	}
	if rapid.IntRange(0, 4).Draw(t, "policy") == 0 {
		return drawPolicy(t, text)
	}
	knobs, err := criteria.Knobs("criteria.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(knobs) == 0 || rapid.IntRange(0, 6).Draw(t, "rewrite") == 0 {
		return drawRetune(t)
	}
	knob := rapid.SampledFrom(knobs).Draw(t, "knob")
	changed, err := criteria.Set("criteria.yaml", []byte(text), knob.ID, drawKnobValue(t, knob))
	if err != nil {
		return text // two steps of a decay at one age, say
	}
	return string(changed)
}

// drawKnobValue draws a value that a knob may have.
func drawKnobValue(t *rapid.T, k criteria.Knob) float64 {
	steps := int((k.Max - k.Min) / k.Step)
	v := k.Min + k.Step*float64(rapid.IntRange(0, max(steps, 1)).Draw(t, "step"))
	return min(max(math.Round(v*1e6)/1e6, k.Least), k.Most)
}

// TestRetunerIsComparison holds previews to Compare, and to PreviewAwards under each policy, one change after the
// other: over random histories, with late events, corrections and events yet to come, criteria that were in force
// before, awards that exist, and reviews by humans.
func TestRetunerIsComparison(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &retuneWorld{t: t, store: eventstore.NewMemory(), events: naive.History(t)}
		for _, e := range w.events {
			kind := domain.EventType(e.Type)
			w.append(e.Stream, eventstore.NewEvent{ID: uuid.MustParse(e.ID), Type: kind, Data: e.Data,
				Meta: domain.Metadata{OccurredAt: e.OccurredAt, Schema: domain.SchemaOf(kind)}})
		}
		documents := []string{drawRetune(t)}
		for len(documents) < 3 {
			documents = append(documents, w.drawChange(documents[rapid.IntRange(0, len(documents)-1).Draw(t, "changed")]))
		}
		w.documents = documents
		if rapid.IntRange(0, 3).Draw(t, "from the beginning") > 0 {
			w.activate(compileIn(t, documents[0]), w.events[0].OccurredAt.AddDate(-1, 0, 0))
		}
		for range rapid.IntRange(0, 3).Draw(t, "activations") {
			w.activate(compileIn(t, rapid.SampledFrom(documents).Draw(t, "in force")), w.drawInstant("activated"))
			if rapid.Bool().Draw(t, "pass") {
				w.award(w.drawInstant("passed"))
			}
			if rapid.IntRange(0, 2).Draw(t, "review") == 0 {
				w.review(w.drawInstant("reviewed"))
			}
		}
		if rapid.Bool().Draw(t, "last pass") {
			w.award(w.drawInstant("passed"))
		}
		facts, err := projections.Build(context.Background(), w.store, projections.BuildOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.retune(facts, documents[0])
		}
	})
}

// retune tries out one change after the other.
func (w *retuneWorld) retune(facts *projections.Facts, text string) {
	ctx, t := context.Background(), w.t
	asOf := w.drawInstant("as of")
	governance, err := projections.ReadGovernance(ctx, w.store, nil)
	if err != nil {
		t.Fatal(err)
	}
	register, err := projections.ReadRegister(ctx, w.store, nil)
	if err != nil {
		t.Fatal(err)
	}
	records := projections.NewPersonRecords()
	if _, err := projections.ReadLog(ctx, w.store, eventstore.Filter{}, nil, records); err != nil {
		t.Fatal(err)
	}
	regimes, err := projections.CompileRegimes(governance, naive.CaseProgram, asOf)
	var none *projections.NoCriteriaError
	if err != nil && !errors.As(err, &none) {
		t.Fatal(err)
	}
	basis := projections.RetuneBasis{Facts: facts, Program: naive.CaseProgram, AsOf: asOf, Regimes: regimes,
		Register: register, Records: records, Workers: rapid.IntRange(1, 3).Draw(t, "workers")}
	switch {
	case rapid.IntRange(0, 3).Draw(t, "from another") == 0:
		basis.From = compileIn(t, text)
	case len(regimes) > 0:
		basis.From = regimes[len(regimes)-1].Plan
	}
	years := joined(w.events, naive.CaseProgram)
	retuner, err := projections.NewRetuner(ctx, basis)
	if err != nil {
		t.Fatal(err)
	}
	if basis.From != nil && rapid.Bool().Draw(t, "begin with it") {
		wantRetune(t, retuner, &basis, basis.From, years)
	}
	for range rapid.IntRange(1, 6).Draw(t, "changes") {
		wantRetune(t, retuner, &basis, compileIn(t, text), years)
		text = w.drawChange(text)
	}
}

// wantRetune compares a preview with what answers the same in other ways.
func wantRetune(t require, retuner *projections.Retuner, basis *projections.RetuneBasis, to *criteria.Plan,
	years map[uuid.UUID]int) {
	got, err := retuner.Preview(context.Background(), to)
	if err != nil {
		t.Fatal(err)
	}
	impact := projections.NewImpact(basis.Facts, basis.Program, basis.From, to, basis.AsOf, 1)
	from := basis.From
	if from == nil {
		from = to
	}
	c := projections.Compare(basis.Facts, nil, basis.Program, from, to, basis.AsOf, 1)
	if got.From != impact.From || got.To != impact.To || !got.AsOf.Equal(impact.AsOf) || got.Position != impact.Position ||
		got.Mentors != impact.Mentors || got.Rise != impact.Rise || got.Fall != impact.Fall || got.Scores != impact.Scores {
		t.Fatalf("preview %+v\nimpact %+v", got, impact)
	}
	if !slices.Equal(got.Flow, impact.Flow) {
		t.Fatalf("flow %+v\nwant %+v", got.Flow, impact.Flow)
	}
	if !reflect.DeepEqual(got.NearMisses, c.NearMisses) {
		t.Fatalf("near misses %+v\nwant %+v", got.NearMisses, c.NearMisses)
	}
	if want := firstMovers(c.Movers, func(m projections.Mover) string { return m.Direction }); basis.From != nil &&
		!reflect.DeepEqual(got.Movers, want) {
		t.Fatalf("movers %+v\nwant %+v", got.Movers, want)
	}
	want := firstMovers(impact.Movers, func(m projections.ImpactMover) string { return m.Direction })
	for i, m := range got.Movers {
		short := projections.ImpactMover{Person: m.Person, From: m.From, To: m.To, Direction: m.Direction, Clause: m.Clause}
		if i < len(want) && strings.HasSuffix(want[i].Clause, "...") {
			short.Clause = want[i].Clause
		}
		if i >= len(want) || short != want[i] {
			t.Fatalf("mover %d of %d is %+v, want %d: %+v", i, len(got.Movers), short, len(want), want)
		}
	}
	if len(got.Movers) != len(want) {
		t.Fatalf("%d movers, want %d", len(got.Movers), len(want))
	}
	wantAwards(t, basis, to, got.Awards)
	wantGroups(t, basis, to, years, got.Groups)
}

// firstMovers leaves the first of those who rise, and of those who fall.
func firstMovers[M any](movers []M, direction func(M) string) []M {
	first, n := []M{}, map[string]int{}
	for _, m := range movers {
		if n[direction(m)]++; n[direction(m)] <= projections.RetuneMoversMax {
			first = append(first, m)
		}
	}
	return first
}

// wantAwards compares the awards under each policy with a plan of the award process.
func wantAwards(t require, basis *projections.RetuneBasis, to *criteria.Plan, got []projections.PolicyPreview) {
	own := to.Doc.Policy
	grace := int64(projections.RetuneGraceNS)
	if own.Lost == criteria.LostGrace {
		grace = own.GraceNS
	}
	for i, policy := range []criteria.Policy{
		{Gained: "award", Lost: criteria.LostGrandfather}, {Gained: "award", Lost: criteria.LostRevoke},
		{Gained: "award", Lost: criteria.LostGrace, GraceNS: grace},
	} {
		plan := to.WithPolicy(policy)
		plan.Hash = plan.Doc.Hash()
		want := projections.PolicyPreview{
			Policy: []string{"grandfather", "revoke", "grace"}[i], Chosen: plan.Doc.Hash() == to.Doc.Hash(),
			AwardPreview: projections.PreviewAwards(basis.Facts, basis.Program, basis.Regimes, basis.Register, plan,
				basis.AsOf, basis.AsOf),
		}
		if i == 2 {
			want.Grace = fmt.Sprintf("%dd", grace/int64(24*time.Hour))
		}
		want.Notified = notified(basis, plan)
		if got[i] != want {
			t.Fatalf("awards %+v\nwant   %+v\nunder %s", got[i], want, to.Doc.Canonical())
		}
	}
}

// notified counts the proposals and grants that are no old news.
func notified(basis *projections.RetuneBasis, plan *criteria.Plan) (n int) {
	var regimes []awards.Regime
	for _, r := range basis.Regimes {
		if at := basis.AsOf.UnixNano(); r.From < at {
			r.To = min(r.To, at)
			regimes = append(regimes, r)
		}
	}
	regimes = append(regimes, awards.Regime{
		From: basis.AsOf.UnixNano(), To: 1<<63 - 1, Hash: plan.Doc.Hash(), Plan: plan,
	})
	planner := projections.NewAwardPlanner(basis.Facts, basis.Program, regimes, basis.Register, basis.AsOf)
	for _, p := range planner.Plan(planner.People(), 1) {
		for _, command := range p.Commands {
			switch c := command.(type) {
			case domain.GrantAward:
				if !c.Backlog {
					n++
				}
			case domain.ProposeAward:
				if !c.Backlog {
					n++
				}
			}
		}
	}
	return n
}

// wantGroups counts the groups again, from standings, the records of persons, and the years in which mentors became
// ones.
func wantGroups(t require, basis *projections.RetuneBasis, to *criteria.Plan, years map[uuid.UUID]int,
	got []projections.Grouping) {
	tiers := func(plan *criteria.Plan) map[uuid.UUID]string {
		tiers := map[uuid.UUID]string{}
		if plan != nil {
			for _, m := range projections.NewStandings(basis.Facts, nil, basis.Program, plan, basis.AsOf, 1).Mentors {
				tiers[m.Person] = m.Tier
			}
		}
		return tiers
	}
	atLeast := func(plan *criteria.Plan, held, tier string) bool {
		if plan == nil {
			return false
		}
		place := func(id string) int {
			return slices.IndexFunc(plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == id })
		}
		return place(tier) >= 0 && place(held) >= place(tier)
	}
	before, after := tiers(basis.From), tiers(to)
	units := map[uuid.UUID]projections.Unit{}
	if basis.Records != nil {
		for _, view := range basis.Records.List(nil, basis.AsOf) {
			if n := len(view.Units); n > 0 {
				units[view.Person] = view.Units[n-1]
			}
		}
	}
	groupOf := map[string]func(uuid.UUID) string{
		"unit":   func(id uuid.UUID) string { return units[id].Unit },
		"cohort": func(id uuid.UUID) string { return string(units[id].Program) },
		"year":   func(id uuid.UUID) string { return fmt.Sprint(years[id]) },
	}
	for _, g := range got {
		of := groupOf[g.By]
		delete(groupOf, g.By)
		mentors := map[string][]uuid.UUID{}
		for id := range after {
			mentors[of(id)] = append(mentors[of(id)], id)
		}
		if g.Groups != len(mentors) {
			t.Fatalf("%d groups by %s, want %d", g.Groups, g.By, len(mentors))
		}
		var wantTiers, gotTiers []string
		for i := range to.Doc.Tiers {
			wantTiers = append(wantTiers, to.Doc.Tiers[i].ID)
		}
		for i := 0; basis.From != nil && i < len(basis.From.Doc.Tiers); i++ {
			if id := basis.From.Doc.Tiers[i].ID; !slices.Contains(wantTiers, id) {
				wantTiers = append(wantTiers, id)
			}
		}
		for _, tier := range g.Tiers {
			gotTiers = append(gotTiers, tier.Tier)
			if len(tier.Groups) != len(mentors) && len(mentors) <= 50 {
				t.Fatalf("%d groups listed of %d", len(tier.Groups), len(mentors))
			}
			for _, group := range tier.Groups {
				members := mentors[group.Group]
				if group.Mentors != len(members) {
					t.Fatalf("%d mentors of %s %q, want %d", group.Mentors, g.By, group.Group, len(members))
				}
				n, m := 0, 0
				for _, id := range members {
					if atLeast(basis.From, before[id], tier.Tier) {
						n++
					}
					if atLeast(to, after[id], tier.Tier) {
						m++
					}
				}
				if group.Before.Held != n || group.After.Held != m {
					t.Fatalf("%s of %s %q: %+v, want %d and %d", tier.Tier, g.By, group.Group, group, n, m)
				}
			}
		}
		if !slices.Equal(gotTiers, wantTiers) {
			t.Fatalf("tiers %v, want %v", gotTiers, wantTiers)
		}
	}
	if len(groupOf) > 0 {
		t.Fatalf("no groups by %v", groupOf)
	}
}

// joined tells in which year each person's first mentorship in a program started, that was not voided.
func joined(events []naive.Event, program string) map[uuid.UUID]int {
	voided := map[string]string{} // by event: the stream of the void
	for _, e := range events {
		var data struct {
			EventID string `json:"event_id"`
		}
		if e.Type == "EventVoided" && json.Unmarshal(e.Data, &data) == nil {
			voided[data.EventID] = e.Stream
		}
	}
	first := map[uuid.UUID]time.Time{}
	for _, e := range events {
		var data struct {
			Program string
			Mentor  uuid.UUID
		}
		if e.Type != "MentorshipStarted" || voided[e.ID] == e.Stream || json.Unmarshal(e.Data, &data) != nil ||
			data.Program != program {
			continue
		}
		if at, known := first[data.Mentor]; !known || e.OccurredAt.Before(at) {
			first[data.Mentor] = e.OccurredAt
		}
	}
	years := map[uuid.UUID]int{}
	for id, at := range first {
		years[id] = at.UTC().Year()
	}
	return years
}

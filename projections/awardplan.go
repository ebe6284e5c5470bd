package projections

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/domain/criteria"
	"laurel/eventstore"
)

// AwardPlanner works out which decisions about awards are missing. It is package awards over facts: a pure function of
// what was known at a position, up to a time. It appends nothing; package awarding does that with what it returns, and a
// preview is the same without.
type AwardPlanner struct {
	facts    *Facts
	program  string
	regimes  []awards.Regime
	register *Register
	asOf     time.Time
	backlog  backlog
	decisive map[*criteria.Plan][][]int // by tier: the measures that decide about it
}

// NoCriteriaError says that a program has no criteria in force.
type NoCriteriaError struct {
	Program string
	AsOf    time.Time
}

func (e *NoCriteriaError) Error() string {
	return fmt.Sprintf("no criteria are in force for program %s as of %s", e.Program, e.AsOf.UTC().Format(time.RFC3339))
}

// CompileRegimes compiles the criteria that were in force for a program up to a time, with each document once.
func CompileRegimes(g *Governance, program string, asOf time.Time) ([]awards.Regime, error) {
	return (*Plans)(nil).Regimes(g, program, asOf)
}

// AwardPlan is what to record about one award, in order.
type AwardPlan struct {
	Award    uuid.UUID
	State    *domain.Award // before it
	Expected eventstore.Expected
	Commands []domain.Command
}

// backlogAge is how long ago an award must have been earned, when the first ones of a program are given, to be old news.
// What was earned within a week is told in the first newsletter.
const backlogAge = 7 * 24 * time.Hour

// backlog tells which awards are old news: those that were earned long before the first pass over a program, under
// whatever criteria were in force by then, also where these came into force only just before. What criteria give that
// come into force after the first pass is news, however long ago it was earned.
type backlog struct{ first, old int64 } // the time of the first pass, and backlogAge before it

// backlogOf is that of a program whose awards are known, for a pass as of a time.
func backlogOf(register *Register, program string, asOf time.Time) backlog {
	first := asOf
	for _, a := range register.order {
		// An award without that time was given elsewhere, and not by a pass.
		if string(a.First.Program) == program && !a.First.AsOf.IsZero() {
			first = a.First.AsOf
			break
		}
	}
	return backlog{first.UnixNano(), first.Add(-backlogAge).UnixNano()}
}

func (b backlog) has(d *awards.Decision) bool { return d.Episode.EarnedAt < b.old && d.From <= b.first }

// AwardsActor is the actor of what the award process decides.
const AwardsActor = "award-process"

// NewAwardPlanner plans for one program. The facts and the register must be read up to the same position; the regimes
// are those up to asOf, with their plans.
func NewAwardPlanner(f *Facts, program string, regimes []awards.Regime, register *Register, asOf time.Time) *AwardPlanner {
	p := &AwardPlanner{
		facts: f, program: program, regimes: regimes, register: register, asOf: asOf,
		backlog: backlogOf(register, program, asOf), decisive: map[*criteria.Plan][][]int{},
	}
	for _, r := range regimes {
		if p.decisive[r.Plan] == nil {
			for tier := range r.Plan.Doc.Tiers {
				p.decisive[r.Plan] = append(p.decisive[r.Plan], r.Plan.MeasuresOf(tier))
			}
		}
	}
	return p
}

// People returns everybody about whom something could be decided, in order.
func (p *AwardPlanner) People() []uuid.UUID {
	known := map[uuid.UUID]bool{}
	for _, id := range p.facts.MentorsOf(p.program) {
		known[p.facts.Person(id)] = true
	}
	for h := range p.register.holders {
		if string(h.program) == p.program {
			known[h.person] = true // also one whose mentorships were all voided
		}
	}
	people := make([]uuid.UUID, 0, len(known))
	for id := range known {
		people = append(people, id)
	}
	sortIDs(people)
	return people
}

// Plan works out the missing decisions about some people on the given number of goroutines, 0 for one a core. They come
// in the order of the people; the result is the same whatever the number of workers.
func (p *AwardPlanner) Plan(people []uuid.UUID, workers int) []AwardPlan {
	plans, _ := p.PlanAndDue(people, workers)
	return plans
}

// PlanAndDue is Plan, and tells by person when to plan next: from then on time alone may make a difference, as long as
// nothing is recorded about the person and the criteria in force stay. It is the zero time for never.
func (p *AwardPlanner) PlanAndDue(people []uuid.UUID, workers int) ([]AwardPlan, []time.Time) {
	due := make([]time.Time, len(people))
	if len(p.regimes) == 0 {
		return nil, due
	}
	const batch = 16
	plans := make([][]AwardPlan, len(people))
	_ = spread(context.Background(), len(people), batch, workers, func(int) func(int) {
		w := p.worker()
		return func(i int) {
			var next int64
			if plans[i], next = w.plan(people[i]); next != maxTime {
				due[i] = unixUTC(next)
			}
		}
	})
	return slices.Concat(plans...), due
}

// awardWorker plans for one person after the other.
type awardWorker struct {
	*AwardPlanner
	evaluators []*criteria.Evaluator // by regime
	tracers    []*criteria.Evaluator // by regime; nil until needed
	trace      criteria.Trace
}

func (p *AwardPlanner) worker() *awardWorker {
	w := &awardWorker{AwardPlanner: p, tracers: make([]*criteria.Evaluator, len(p.regimes))}
	for i := range p.regimes {
		w.evaluators = append(w.evaluators, p.regimes[i].Plan.NewEvaluator(&p.facts.tables))
	}
	return w
}

// plan works out the missing decisions about one person, and when time alone may next make a difference.
func (w *awardWorker) plan(person uuid.UUID) (plans []AwardPlan, due int64) {
	until := w.asOf.UnixNano()
	mentor, path, due := w.path(person)
	given := w.register.Of(w.program, person)
	if mentor == nil && len(given) == 0 {
		return nil, due
	}
	held := make([]awards.Held, len(given))
	for i, a := range given {
		held[i] = heldOf(a)
	}
	episodes := awards.Episodes(w.regimes, path, until)
	decisions := awards.Reconcile(w.regimes, episodes, held, until)
	due = min(due, awards.Due(w.regimes, episodes, held, until))
	for i := range decisions {
		d := &decisions[i]
		var plan AwardPlan
		if d.Held >= 0 {
			a := given[d.Held]
			plan = AwardPlan{Award: a.ID, State: a.Award, Expected: eventstore.Exact(a.Revision)}
		} else {
			id := domain.AwardID(domain.Slug(w.program), person, domain.Slug(d.Tier), d.Ordinal)
			plan = AwardPlan{Award: id, State: domain.AwardDecider(id).Initial, Expected: eventstore.NoStream}
		}
		at := slices.IndexFunc(plans, func(p AwardPlan) bool { return p.Award == plan.Award })
		if at < 0 {
			at = len(plans)
			plans = append(plans, plan)
		}
		command := w.command(func(what string) uuid.UUID { return commandID(plans[at], given, what) }, person, mentor, d)
		plans[at].Commands = append(plans[at].Commands, command)
	}
	return plans, due
}

// path returns a person as a mentor, the points at which their tier may have changed, and when the path next goes on
// although nothing is recorded; no mentor for who is none yet.
func (w *awardWorker) path(person uuid.UUID) (mentor *criteria.Mentor, path []awards.Point, due int64) {
	until := w.asOf.UnixNano()
	id, ok := w.facts.MentorOf(w.program, person)
	if !ok {
		return nil, nil, maxTime
	}
	due = w.facts.mentors[id].nextFact(until)
	if !w.facts.mentors[id].startedBy(until) {
		return nil, nil, due
	}
	mentor = &w.facts.mentors[id].Mentor
	timelines := make([]criteria.Timeline, len(w.regimes))
	for i := range w.regimes {
		if r := &w.regimes[i]; r.From <= until {
			timelines[i] = w.evaluators[i].Evaluate(mentor, r.Until(until))
			if r.To > until {
				due = min(due, timelines[i].Due)
			}
		}
	}
	return mentor, awards.Since(awards.Path(w.regimes, timelines, until), w.facts.mentors[id].since()), due
}

// heldOf is what reconciling needs to know about an award.
func heldOf(a *RegisteredAward) awards.Held {
	h := awards.Held{ID: a.ID, Tier: string(a.First.Tier), From: a.First.From().UnixNano(), Kept: a.KeptUnder}
	switch a.Status {
	case domain.AwardStatusProposed:
		h.Standing = awards.Proposed
	case domain.AwardStatusGranted, domain.AwardStatusKept:
		h.Standing = awards.Granted
	case "": // the decision was voided: a human took it back
		h.Standing, h.ClosedAt, h.ByHuman = awards.Closed, h.From, true
	default:
		h.Standing, h.ClosedAt = awards.Closed, a.ClosedAt.UnixNano()
		h.ByHuman = a.ClosedBy != uuid.Nil
	}
	return h
}

// commandID is the id of a command about an award. It follows from the award and the decision, so that whoever decides
// the same records it once. Where the same was decided before, and voided since, it is another decision.
func commandID(plan AwardPlan, given []*RegisteredAward, what string) uuid.UUID {
	id := uuid.NewSHA1(plan.Award, []byte(what))
	for _, a := range given {
		if a.ID == plan.Award && slices.ContainsFunc(a.Events, func(e AwardEvent) bool { return e.ID == id }) {
			return uuid.NewSHA1(plan.Award, fmt.Appendf(nil, "%s/%d", what, a.Revision))
		}
	}
	return id
}

// command turns a decision into the command that records it.
func (w *awardWorker) command(id func(what string) uuid.UUID, person uuid.UUID, mentor *criteria.Mentor,
	d *awards.Decision) domain.Command {
	hash := w.regimes[d.Regime].Hash
	meta := domain.CommandMeta{
		OccurredAt: time.Unix(0, d.At).UTC(), Actor: AwardsActor, Source: "laurel",
		CorrelationID: "awards/" + w.program + "/" + w.facts.position.String(),
	}
	as := func(what string) domain.CommandMeta {
		meta.ID = id(what)
		return meta
	}
	switch d.Verb {
	case awards.Keep:
		return domain.KeepAward{CommandMeta: as("kept/" + hash), Criteria: hash}
	case awards.Revoke:
		return domain.RevokeAward{CommandMeta: as("revoked"), Criteria: hash, ReasonCode: d.Reason}
	case awards.Expire:
		return domain.ExpireAward{CommandMeta: as("expired"), Criteria: hash, ReasonCode: d.Reason}
	}
	meta.OccurredAt = time.Unix(0, d.Episode.EarnedAt).UTC()
	if d.Episode.Cause != criteria.Elapsed {
		meta.CausationID = w.facts.ids[d.Episode.Cause].String()
	}
	c := w.awardCase(person, mentor, d)
	if d.Verb == awards.Propose {
		return domain.ProposeAward{CommandMeta: as("proposed"), AwardCase: c}
	}
	return domain.GrantAward{CommandMeta: as("granted"), AwardCase: c}
}

// awardCase collects what an award rests on: the measures when it was earned, and the events that contributed to those
// that decide about the tier.
func (w *awardWorker) awardCase(person uuid.UUID, mentor *criteria.Mentor, d *awards.Decision) domain.AwardCase {
	r := &w.regimes[d.Episode.Regime]
	c := domain.AwardCase{
		Program: domain.Slug(w.program), Person: person, Tier: domain.Slug(d.Tier),
		EarnedAt: time.Unix(0, d.Episode.EarnedAt).UTC(), Criteria: r.Hash, Position: w.facts.position.String(),
		AsOf: w.asOf.UTC(), Backlog: w.backlog.has(d),
	}
	if d.From != d.Episode.EarnedAt {
		c.EffectiveAt = time.Unix(0, d.From).UTC()
	}
	tracer := w.tracers[d.Episode.Regime]
	if tracer == nil {
		tracer = r.Plan.NewEvaluator(&w.facts.tables)
		tracer.SetTrace(&w.trace)
		w.tracers[d.Episode.Regime] = tracer
	}
	w.trace.Records = w.trace.Records[:0]
	t := tracer.Evaluate(mentor, d.Episode.EarnedAt)
	c.Measures = make(map[string]domain.Milli, len(t.Measures))
	for i, v := range t.Measures {
		c.Measures[r.Plan.Doc.Measures[i].Name] = domain.Milli(v)
	}
	tier := slices.IndexFunc(r.Plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == d.Tier })
	evidence := w.evidence(r.Plan, w.decisive[r.Plan][tier], mentor, d.Episode)
	if len(evidence) > domain.EvidenceEventsMax {
		c.EvidenceTotal = len(evidence)
		evidence = evidence[len(evidence)-domain.EvidenceEventsMax:]
	}
	c.Evidence = evidence
	return c
}

// evidence returns the events that contributed to some measures when an award was earned, and the one that earned it,
// oldest first, from the trace of an evaluation as of then.
func (w *awardWorker) evidence(plan *criteria.Plan, measures []int, mentor *criteria.Mentor, e *awards.Episode) []uuid.UUID {
	var evidence []uuid.UUID
	last := -1 // index of the newest fact in evidence; the records come in order of the facts
	for _, r := range w.trace.Records {
		if r.Fact == last || !slices.Contains(measures, r.Measure) {
			continue
		}
		fact := &mentor.Facts[r.Fact]
		if _, why := plan.Remaining(r, fact, e.EarnedAt); why != criteria.NotExcluded {
			continue
		}
		evidence = append(evidence, w.facts.ids[fact.Seq])
		last = r.Fact
	}
	if e.Cause != criteria.Elapsed {
		// It is the last fact at that instant, and may contribute by being there, as by ending a streak.
		if id := w.facts.ids[e.Cause]; !slices.Contains(evidence, id) {
			evidence = append(evidence, id)
		}
	}
	return evidence
}

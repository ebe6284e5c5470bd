package projections

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// auditor recomputes awards.
type auditor struct {
	AuditSources
	asOf     time.Time
	plans    map[string]*auditPlan // by hash
	inForce  map[string]*auditPlan // by program; nil for none
	cases    []*auditCase
	planners map[string]*awardWorker // by program; for what explains a finding
}

// auditPlan is a compiled document.
type auditPlan struct {
	*criteria.Plan
	hash     string
	wrong    string  // why it cannot be what an award rests on
	decisive [][]int // by tier: the measures that decide about it
}

// tier finds a tier by its id, -1 if the document has none such.
func (p *auditPlan) tier(id domain.Slug) int {
	return slices.IndexFunc(p.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == string(id) })
}

// auditCase is an award that is recomputed.
type auditCase struct {
	award *RegisteredAward
	state *domain.Award // as of the time asked about
	plan  *auditPlan
	tier  int

	activated bool // its criteria came into force by the time it took its place, if only for a while or as was known then

	now    claim
	again  bool // it is to be recomputed with what was known then
	unmet  bool
	causes []AuditCause
}

// claim is what recomputing an award gives.
type claim struct {
	held     bool     // the tier was held when the award was earned
	measures []string // named by the award with another value
	strange  int      // events named as evidence that are none
	evidence []uuid.UUID
}

// right tells whether the award is what it says.
func (c *claim) right() bool { return c.held && len(c.measures) == 0 && c.strange == 0 }

func (x *auditor) add(a *RegisteredAward, state *domain.Award) error {
	program := string(state.Case.Program)
	if _, known := x.inForce[program]; !known {
		x.inForce[program] = nil
		if regime, ok := x.Governance.InForce(program, x.asOf); ok {
			plan := x.load(regime.Hash)
			if plan.wrong != "" {
				return fmt.Errorf("audit: criteria %s in force for program %s: %s", regime.Hash, program, plan.wrong)
			}
			x.inForce[program] = plan
		}
	}
	given := &state.Case
	x.cases = append(x.cases, &auditCase{award: a, state: state, plan: x.load(given.Criteria),
		activated: x.Governance.everActivated(program, given.Criteria, given.From())})
	return nil
}

// load compiles the document of a hash, once.
func (x *auditor) load(hash string) *auditPlan {
	p := x.plans[hash]
	if p != nil {
		return p
	}
	p = &auditPlan{hash: hash}
	x.plans[hash] = p
	text, ok := x.Governance.Document(hash)
	if !ok {
		p.wrong = "the log does not hold the criteria that it names"
		return p
	}
	plan, err := x.Plans.load(hash, text)
	switch {
	case err != nil:
		p.wrong = "the criteria that it names cannot be read"
		return p
	case plan.Hash != hash:
		p.wrong = "the document of its criteria has another hash"
		return p
	}
	p.Plan = plan
	for tier := range plan.Doc.Tiers {
		p.decisive = append(p.decisive, plan.MeasuresOf(tier))
	}
	return p
}

func (c *auditCase) never(detail string) {
	c.causes = append(c.causes, AuditCause{Reason: AuditNeverJustified, Detail: detail})
}

// judgeNow recomputes every award with what is known now.
func (x *auditor) judgeNow(workers int) {
	const batch = 64
	_ = spread(context.Background(), len(x.cases), batch, workers, func(int) func(int) {
		w := newAuditWorker(x.Facts, x.asOf)
		return func(i int) { w.judge(x.cases[i], x.inForce[string(x.cases[i].state.Case.Program)]) }
	})
}

// auditWorker recomputes one award after the other from the same facts.
type auditWorker struct {
	awardWorker
	tracers    map[*auditPlan]*criteria.Evaluator
	evaluators map[*auditPlan]*criteria.Evaluator
	present    map[*auditPlan]int16 // the tier that the mentor holds at the time asked about
	mentor     MentorID             // that present is of
}

func newAuditWorker(f *Facts, asOf time.Time) *auditWorker {
	return &auditWorker{
		awardWorker: awardWorker{AwardPlanner: &AwardPlanner{facts: f, asOf: asOf}},
		tracers:     map[*auditPlan]*criteria.Evaluator{},
		evaluators:  map[*auditPlan]*criteria.Evaluator{},
		present:     map[*auditPlan]int16{},
	}
}

// judge recomputes an award, and asks whether the criteria in force support it.
func (w *auditWorker) judge(c *auditCase, inForce *auditPlan) {
	given := &c.state.Case
	if c.plan.wrong != "" {
		c.never(c.plan.wrong)
		return
	}
	if c.tier = c.plan.tier(given.Tier); c.tier < 0 {
		c.never(fmt.Sprintf("its criteria have no tier %s", given.Tier))
		return
	}
	if c.plan.Doc.Program != string(given.Program) {
		c.never("its criteria are those of another program")
		return
	}
	if !c.activated {
		c.never("its criteria were not activated by then")
		return
	}
	c.now = w.recompute(c.plan, c.tier, given)
	c.again = !c.now.right()
	if inForce == nil && c.state.Status.Open() {
		c.causes = append(c.causes, AuditCause{Reason: AuditCriteriaChanged, Detail: "no criteria are in force any more"})
	}
	if inForce == nil || !c.state.Status.Open() || w.holdsNow(inForce, inForce.tier(given.Tier), given) {
		return
	}
	if c.plan == inForce || !w.holdsNow(c.plan, c.tier, given) {
		c.unmet = true
		return
	}
	c.causes = append(c.causes, AuditCause{Reason: AuditCriteriaChanged, Criteria: inForce.hash,
		Detail: "the criteria in force do not give it, and those that it names would"})
}

// mentorOf finds the mentor of an award, as the award process does.
func (w *auditWorker) mentorOf(given *domain.AwardCase) (MentorID, bool) {
	id, ok := w.facts.MentorOf(string(given.Program), given.Person)
	return id, ok && w.facts.mentors[id].startedBy(w.asOf.UnixNano())
}

// holdsNow tells whether the person of an award holds a tier, or a higher one, at the time asked about.
func (w *auditWorker) holdsNow(p *auditPlan, tier int, given *domain.AwardCase) bool {
	id, ok := w.mentorOf(given)
	if !ok || tier < 0 {
		return false
	}
	if w.mentor != id {
		clear(w.present)
		w.mentor = id
	}
	held, known := w.present[p]
	if !known {
		e := w.evaluators[p]
		if e == nil {
			e = p.NewEvaluator(&w.facts.tables)
			w.evaluators[p] = e
		}
		held = e.Evaluate(&w.facts.mentors[id].Mentor, w.asOf.UnixNano()).Tier
		w.present[p] = held
	}
	return int(held) >= tier
}

// recompute works out what an award says about itself: the tier, the measures and the events.
func (w *auditWorker) recompute(p *auditPlan, tier int, given *domain.AwardCase) claim {
	id, ok := w.mentorOf(given)
	if !ok {
		return claim{}
	}
	mentor := &w.facts.mentors[id].Mentor
	tracer := w.tracers[p]
	if tracer == nil {
		tracer = p.NewEvaluator(&w.facts.tables)
		tracer.SetTrace(&w.trace)
		w.tracers[p] = tracer
	}
	w.trace.Records = w.trace.Records[:0]
	earned := given.EarnedAt.UnixNano()
	t := tracer.Evaluate(mentor, earned)
	result := claim{held: int(t.Tier) >= tier}
	for _, name := range slices.Sorted(maps.Keys(given.Measures)) {
		i := slices.IndexFunc(p.Doc.Measures, func(m criteria.Measure) bool { return m.Name == name })
		if i < 0 || t.Measures[i] != int64(given.Measures[name]) {
			result.measures = append(result.measures, name)
		}
	}
	cause := criteria.Elapsed
	if n := len(t.Transitions); n > 0 && t.Transitions[n-1].At == earned {
		cause = t.Transitions[n-1].Cause
	}
	result.evidence = w.evidence(p.Plan, p.decisive[tier], mentor, &awards.Episode{EarnedAt: earned, Cause: cause})
	result.strange = strangers(given.Evidence, result.evidence)
	return result
}

// strangers counts the events that are not among others.
func strangers(events, others []uuid.UUID) int {
	if n := len(others) - len(events); n >= 0 && slices.Equal(events, others[n:]) {
		return 0 // nearly always
	}
	known := make(map[uuid.UUID]bool, len(others))
	for _, id := range others {
		known[id] = true
	}
	n := 0
	for _, id := range events {
		if !known[id] {
			n++
		}
	}
	return n
}

// wrong says what an award says wrongly about itself.
func (c *claim) wrong() string {
	var wrong []string
	if !c.held {
		wrong = append(wrong, "its tier was not held then")
	}
	if len(c.measures) > 0 {
		wrong = append(wrong, "it says otherwise of "+strings.Join(c.measures, ", "))
	}
	if c.strange > 0 {
		wrong = append(wrong, fmt.Sprintf("%d of the events that it names are no evidence", c.strange))
	}
	return strings.Join(wrong, "; ")
}

// noRegime tells whether a program had no criteria in force.
func noRegime(err error) bool {
	var none *NoCriteriaError
	return errors.As(err, &none)
}

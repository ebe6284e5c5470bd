package projections

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// prover works out what an award rests on, as the award process states it and as an audit checks it.
type prover struct {
	facts   *Facts
	tracers map[*criteria.Plan]*criteria.Evaluator
	trace   *criteria.Trace
}

func newProver(f *Facts) prover {
	return prover{facts: f, tracers: map[*criteria.Plan]*criteria.Evaluator{}, trace: &criteria.Trace{}}
}

// proof is how a mentor stood at an instant, and why.
type proof struct {
	tier          int16 // held then
	measures      map[string]domain.Milli
	evidence      []uuid.UUID // the latest of the events that contributed, oldest first
	evidenceTotal int         // how many there are; 0 where evidence holds them all
}

// prove evaluates a mentor as of an instant. Evidence are the events that contribute then to the measures that decide
// about a tier, and the one that brought it at that instant.
func (v prover) prove(plan *criteria.Plan, tier int, mentor *criteria.Mentor, at int64) proof {
	tracer := v.tracers[plan]
	if tracer == nil {
		tracer = plan.NewEvaluator(&v.facts.tables)
		tracer.SetTrace(v.trace)
		v.tracers[plan] = tracer
	}
	v.trace.Records = v.trace.Records[:0]
	t := tracer.Evaluate(mentor, at)
	p := proof{tier: t.Tier, measures: make(map[string]domain.Milli, len(t.Measures))}
	for i, value := range t.Measures {
		p.measures[plan.Doc.Measures[i].Name] = domain.Milli(value)
	}
	p.evidence = v.evidence(plan, plan.MeasuresOf(tier), mentor, at)
	if n := len(t.Transitions); n > 0 && t.Transitions[n-1].At == at && t.Transitions[n-1].Cause != criteria.Elapsed {
		// The cause is the last fact at that instant, and may count by being there, as by ending a streak.
		if id := v.facts.ids[t.Transitions[n-1].Cause]; !slices.Contains(p.evidence, id) {
			p.evidence = append(p.evidence, id)
		}
	}
	if len(p.evidence) > domain.EvidenceEventsMax {
		p.evidenceTotal = len(p.evidence)
		p.evidence = p.evidence[len(p.evidence)-domain.EvidenceEventsMax:]
	}
	return p
}

// evidence returns the events that contribute to some measures, oldest first, from the trace of an evaluation.
func (v prover) evidence(plan *criteria.Plan, measures []int, mentor *criteria.Mentor, at int64) []uuid.UUID {
	var evidence []uuid.UUID
	last := -1 // index of the newest fact in evidence; the records come in order of the facts
	for _, r := range v.trace.Records {
		if r.Fact == last || !slices.Contains(measures, r.Measure) {
			continue
		}
		fact := &mentor.Facts[r.Fact]
		if _, why := plan.Remaining(r, fact, at); why != criteria.NotExcluded {
			continue
		}
		evidence = append(evidence, v.facts.ids[fact.Seq])
		last = r.Fact
	}
	return evidence
}

package criteria

import (
	"math"

	"github.com/google/cel-go/common/types"
)

// valuation evaluates a plan's expressions over given values. It is not safe for concurrent use.
type valuation struct {
	plan    *Plan
	values  values
	binding map[string]any
}

func (p *Plan) newValuation() valuation {
	n := len(p.measures)
	return valuation{plan: p, values: values{milli: make([]Milli, n+1)}, binding: make(map[string]any, n+1)}
}

func (v *valuation) bind() map[string]any {
	for i, name := range v.plan.names {
		v.binding[name] = v.values.double(i)
	}
	return v.binding
}

// scoreByDoubles evaluates the document's score as it is written.
func (v *valuation) scoreByDoubles() Milli {
	s := v.plan.scoreOf
	if s.number != nil {
		v.values.unordered = false
		if x := s.number(&v.values); !v.values.unordered {
			return roundScore(x)
		}
	}
	out, _, err := s.program.Eval(v.bind())
	if err != nil {
		return 0
	}
	x, ok := out.Value().(float64)
	if !ok {
		return 0
	}
	return roundScore(x)
}

// holds evaluates a tier's when over the present values. An evaluation error counts as false.
func (v *valuation) holds(w *when) bool {
	if w.bounds != nil {
		for i := range w.bounds {
			b := &w.bounds[i]
			if value := v.values.milli[b.variable]; value < b.low || value > b.high {
				return false
			}
		}
		return true
	}
	if w.truth != nil {
		v.values.unordered = false
		if holds := w.truth(&v.values); !v.values.unordered {
			return holds
		}
	}
	return v.interpret(w)
}

func (v *valuation) interpret(w *when) bool {
	out, _, err := w.program.Eval(v.bind())
	return err == nil && out == types.True
}

// clauseHolds evaluates one of the clauses of a when by itself.
func (v *valuation) clauseHolds(w *when, part *clausePart) bool {
	if part.truth == nil {
		return v.interpret(w)
	}
	v.values.unordered = false
	return part.truth(&v.values) && !v.values.unordered
}

// Judge tells what given values of the measures score and which tiers they meet: what an Evaluator finds at an instant,
// without the way that led there. It is not safe for concurrent use.
type Judge struct{ valuation }

// NewJudge returns a judge under the plan.
func (p *Plan) NewJudge() *Judge { return &Judge{p.newValuation()} }

// Look takes values of the measures, in document order, and returns their score.
func (j *Judge) Look(measures []Milli) Milli {
	n := copy(j.values.milli, measures)
	score := j.score()
	j.values.milli[n] = score
	return score
}

func (j *Judge) score() Milli {
	f := j.plan.linear
	if f == nil {
		return j.scoreByDoubles()
	}
	micro := f.constant * 1000
	for i, factor := range f.factors {
		v := j.values.milli[i]
		if v >= f.largeMin(i) {
			return j.scoreByDoubles()
		}
		micro += factor * v
	}
	score, near := f.round(micro)
	if near {
		return j.scoreByDoubles()
	}
	return score
}

// Holds reports whether the when of a tier holds for the values looked at.
func (j *Judge) Holds(tier int) bool { return j.holds(&j.plan.when[tier]) }

// Gone reports whether it is certain that the when of a tier does not hold for the values looked at and will not,
// however much time passes, as long as no fact is added.
func (j *Judge) Gone(tier int) bool {
	gone := j.plan.when[tier].gone
	return gone != nil && gone(&j.values)
}

// Gap is the sum of Clause.Gap over the clauses of a tier, for the values looked at, and whether some do not hold.
func (j *Judge) Gap(tier int) (gap float64, short bool) {
	w := &j.plan.when[tier]
	for i := range w.parts {
		switch part := &w.parts[i]; {
		case j.clauseHolds(w, part):
			continue
		case !part.compares:
			gap = math.Inf(1)
		default:
			gap += gapOf(part.constant, j.values.milli[part.variable])
		}
		short = true
	}
	return gap, short
}

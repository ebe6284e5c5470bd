package projections

import (
	"sort"
	"time"

	"laurel/domain/criteria"
)

// stander looks at how one mentor after the other stands, and would stand if some facts had been otherwise. Each
// goroutine has its own.
type stander struct {
	*flagFinder
	evaluator, tracer *criteria.Evaluator
	trace             criteria.Trace
	location          *time.Location

	mentor   *mentor
	facts    []criteria.Fact // of the mentor, up to the as-of time
	standing criteria.Timeline
	traced   bool // standing and trace are those of this mentor
}

func newStander(x *flagFinder) *stander {
	w := &stander{
		flagFinder: x, evaluator: x.plan.NewEvaluator(&x.facts.tables), tracer: x.plan.NewEvaluator(&x.facts.tables),
	}
	w.tracer.SetTrace(&w.trace)
	var err error
	if w.location, err = time.LoadLocation(x.plan.Doc.Timezone); err != nil {
		w.location = time.UTC // a plan is compiled only where its time zone is known
	}
	return w
}

// turnTo begins with another mentor.
func (w *stander) turnTo(m *mentor) {
	w.mentor, w.facts, w.traced = m, w.until(m), false
}

// now evaluates the mentor as they are, traced.
func (w *stander) now() *criteria.Timeline {
	if !w.traced {
		w.trace.Records = w.trace.Records[:0]
		w.standing = w.tracer.Evaluate(&w.mentor.Mentor, w.asOf)
		w.traced = true
	}
	return &w.standing
}

// were evaluates the mentor up to a time with the facts as edit returns them, without those for which it returns false,
// and without any that are after the as-of time.
func (w *stander) were(until int64, edit func(criteria.Fact) (criteria.Fact, bool)) criteria.Timeline {
	a := w.flagFinder.facts.alter(w.mentor, func(g criteria.Fact) (criteria.Fact, bool) {
		if g.At > w.asOf {
			return g, false
		}
		return edit(g)
	})
	if a.tables == &w.flagFinder.facts.tables {
		return w.evaluator.Evaluate(&a.mentor, until)
	}
	return w.plan.NewEvaluator(a.tables).Evaluate(&a.mentor, until)
}

// heldAt returns the tier that a timeline says was held at t.
func heldAt(t *criteria.Timeline, at int64) int16 {
	n := sort.Search(len(t.Transitions), func(i int) bool { return t.Transitions[i].At > at })
	if n == 0 {
		return criteria.NoTier
	}
	return t.Transitions[n-1].To
}

// tierName is how the document calls a tier.
func (w *stander) tierName(tier int16) string {
	if tier == criteria.NoTier {
		return "none"
	}
	return w.plan.Doc.Tiers[tier].Name
}

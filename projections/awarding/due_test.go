package awarding_test

import (
	"context"
	"time"

	"laurel/domain"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// wantDue holds the planner to what it says about when to look next, after everything was decided as of a time: until
// then, the same history leads to no decision.
func (w *world) wantDue(asOf time.Time) {
	ctx := context.Background()
	facts, err := projections.Build(ctx, w.store, projections.BuildOptions{})
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	governance, err := projections.ReadGovernance(ctx, w.store, nil)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	regimes, err := projections.CompileRegimes(governance, naive.CaseProgram, asOf)
	if err != nil {
		return // none are in force
	}
	register := w.register()
	planner := projections.NewAwardPlanner(facts, naive.CaseProgram, regimes, register, asOf)
	people := planner.People()
	plans, due := planner.PlanAndDue(people, 1)
	if len(plans) > 0 {
		w.t.Fatalf("as of %v, %d awards are still to be decided about", asOf, len(plans))
	}
	for i := range people {
		last := domain.OccurredMax.Add(-1)
		if !due[i].IsZero() {
			last = due[i].Add(-1)
		}
		if last.Before(asOf) {
			w.t.Fatalf("%s is due at %v, which is not after %v", people[i], due[i], asOf)
		}
		later := projections.NewAwardPlanner(facts, naive.CaseProgram, regimes, register, last)
		if plans := later.Plan(people[i:i+1], 1); len(plans) > 0 {
			w.t.Fatalf("%s was due at %v only, and something is to be decided as of %v: %+v", people[i], due[i], last,
				plans[0].Commands)
		}
	}
}

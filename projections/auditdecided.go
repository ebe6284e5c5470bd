package projections

import (
	"slices"
	"time"

	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// decided says what explains that an award stands although it does not hold up; nil for nothing, where the award
// process has yet to look at it.
func (x *auditor) decided(c *auditCase) (*AuditDecision, error) {
	a := c.state
	if !a.Status.Open() {
		return &AuditDecision{Kind: DecidedClosed, At: a.ClosedAt, Criteria: a.ClosedUnder, Code: a.ReasonCode}, nil
	}
	w, err := x.planner(string(a.Case.Program))
	if err != nil {
		return nil, err
	}
	if w != nil {
		if d := w.explains(c); d != nil {
			return d, nil
		}
	}
	if a.ProposedAt.IsZero() || a.Status.Held() {
		return nil, nil
	}
	return &AuditDecision{Kind: DecidedProposed}, nil
}

// planner returns what works out a program's episodes; nil where it has no criteria in force.
func (x *auditor) planner(program string) (*awardWorker, error) {
	if w, known := x.planners[program]; known {
		return w, nil
	}
	if x.planners == nil {
		x.planners = map[string]*awardWorker{}
	}
	x.planners[program] = nil
	regimes, err := x.Plans.Regimes(x.Governance, program, x.asOf)
	if noRegime(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w := NewAwardPlanner(x.Facts, program, regimes, x.Register, x.asOf).worker()
	x.planners[program] = w
	return w, nil
}

// explains finds what the policies have decided, or lets happen, about an award.
func (w *awardWorker) explains(c *auditCase) *AuditDecision {
	a, until := c.state, w.asOf.UnixNano()
	now := &w.regimes[len(w.regimes)-1]
	_, path, _ := w.path(a.Case.Person)
	kept := &AuditDecision{Kind: DecidedKept, Criteria: now.Hash}
	wasKept := slices.Contains(a.KeptUnder, now.Hash)
	from := a.Case.From().UnixNano()
	// Episodes as they end if nothing more happens: one whose end is to come is in grace.
	episodes := awards.Episodes(w.regimes, path, maxTime)
	for i := range episodes {
		e := &episodes[i]
		if e.Tier != string(a.Case.Tier) || from >= e.End {
			continue
		}
		last := path[len(path)-1]
		tier := slices.IndexFunc(now.Plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == e.Tier })
		switch supported := tier >= 0 && int(last.Tier) >= tier; {
		case e.End <= until:
			return nil
		case supported:
			return &AuditDecision{Kind: DecidedReached, At: time.Unix(0, e.EarnedAt).UTC()}
		case e.Ending == awards.Expired:
			return &AuditDecision{Kind: DecidedGrace, Criteria: now.Hash, Until: time.Unix(0, e.End).UTC()}
		case wasKept:
			return kept
		}
		return nil
	}
	switch policy := &now.Plan.Doc.Policy; {
	case policy.Lost == criteria.LostGrace && from+policy.GraceNS > until:
		return &AuditDecision{Kind: DecidedGrace, Criteria: now.Hash, Until: time.Unix(0, from+policy.GraceNS).UTC()}
	case wasKept:
		return kept
	}
	return nil
}

package projections

import (
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// TierDecided is a tier with the values over which it was decided.
type TierDecided struct {
	Index    int // among the tiers of the document, from the lowest
	Name     string
	Score    Decimal
	Measures []NamedDecimal // in document order
	Clauses  []ClauseCheck
}

// NewTierDecided puts the clauses of an award's tier beside the measures that the award was decided with, under its
// criteria. It reports false where the criteria have no such tier.
func NewTierDecided(plan *criteria.Plan, given *domain.AwardCase) (*TierDecided, bool) {
	tier := slices.IndexFunc(plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == string(given.Tier) })
	if tier < 0 {
		return nil, false
	}
	d := &TierDecided{Index: tier, Name: plan.Doc.Tiers[tier].Name}
	values := make([]criteria.Milli, len(plan.Doc.Measures))
	for i, m := range plan.Doc.Measures {
		values[i] = criteria.Milli(given.Measures[m.Name])
		d.Measures = append(d.Measures, NamedDecimal{m.Name, Decimal(values[i])})
	}
	score := plan.NewJudge().Look(values)
	d.Score = Decimal(score)
	for _, c := range plan.Clauses(tier, values, score) {
		d.Clauses = append(d.Clauses, checkClause(&c))
	}
	return d, true
}

package projections

import (
	"time"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// AwardPreview counts what a first pass of the award process would decide if criteria came into force at a time.
type AwardPreview struct {
	At       time.Time `json:"at"`
	Granted  int       `json:"granted"`
	Proposed int       `json:"proposed"`
	Kept     int       `json:"kept"`
	Revoked  int       `json:"revoked"`
	Expired  int       `json:"expired"`
	InGrace  int       `json:"in_grace"` // that would expire by Until, unless their tier is met again
	Until    time.Time `json:"until,omitzero"`
}

// PreviewAwards counts what would be decided if a plan came into force for a program at a time, over the facts that are
// known. The regimes before it are those of Governance.Regimes, compiled. It appends nothing.
func PreviewAwards(f *Facts, program string, before []awards.Regime, register *Register, plan *criteria.Plan, at time.Time) AwardPreview {
	var regimes []awards.Regime
	for _, r := range before {
		if r.From < at.UnixNano() {
			r.To = min(r.To, at.UnixNano())
			regimes = append(regimes, r)
		}
	}
	regimes = append(regimes, awards.Regime{From: at.UnixNano(), To: maxTime, Hash: plan.Doc.Hash(), Plan: plan})
	preview := AwardPreview{At: at.UTC()}
	planner := NewAwardPlanner(f, program, regimes, register, at)
	for _, p := range planner.Plan(planner.People(), 0) {
		for _, c := range p.Commands {
			switch c.(type) {
			case domain.GrantAward:
				preview.Granted++
			case domain.ProposeAward:
				preview.Proposed++
			case domain.KeepAward:
				preview.Kept++
			case domain.RevokeAward:
				preview.Revoked++
			case domain.ExpireAward:
				preview.Expired++
			}
		}
	}
	if plan.Doc.Policy.Lost == criteria.LostGrace {
		preview.Until = at.Add(time.Duration(plan.Doc.Policy.GraceNS)).UTC()
		planner = NewAwardPlanner(f, program, regimes, register, preview.Until)
		for _, p := range planner.Plan(planner.People(), 0) {
			for _, c := range p.Commands {
				if _, ok := c.(domain.ExpireAward); ok {
					preview.InGrace++
				}
			}
		}
		preview.InGrace -= preview.Expired
	}
	return preview
}

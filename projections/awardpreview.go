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

// PreviewAwards counts what a pass as of a time would decide if a plan came into force for a program at a time that is
// not after it, over the facts that are known. Regimes are those of Governance.Regimes as of then, compiled. It appends
// nothing.
func PreviewAwards(f *Facts, program string, regimes []awards.Regime, register *Register, plan *criteria.Plan,
	at, asOf time.Time) AwardPreview {
	regimes = insertRegime(regimes, awards.Regime{From: at.UnixNano(), To: maxTime, Hash: plan.Hash, Plan: plan})
	preview := AwardPreview{At: at.UTC()}
	planner := NewAwardPlanner(f, program, regimes, register, asOf)
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
		preview.Until = asOf.Add(time.Duration(plan.Doc.Policy.GraceNS)).UTC()
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

// insertRegime returns regimes with one more, which is in force until the next one takes over.
func insertRegime(regimes []awards.Regime, added awards.Regime) []awards.Regime {
	var all []awards.Regime
	for _, r := range regimes {
		if r.From < added.From {
			r.To = min(r.To, added.From)
			all = append(all, r)
		}
	}
	last := len(all)
	all = append(all, added)
	for _, r := range regimes {
		switch {
		case r.From <= added.From:
			continue
		case len(all) == last+1:
			if r.Hash == added.Hash {
				all[last].To = r.To
				continue
			}
			all[last].To = r.From
		}
		all = append(all, r)
	}
	return all
}

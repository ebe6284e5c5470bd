package projections

import (
	"slices"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
)

// RewardRow is a reward as lists show it: what is left of it, until when, and for whom.
type RewardRow struct {
	Reward    domain.Slug `json:"reward"`
	Title     string      `json:"title"`
	Kind      string      `json:"kind,omitempty"`
	Capacity  int         `json:"capacity"` // 0: no limit
	Reserved  int         `json:"reserved"`
	Free      *int        `json:"free"` // null: no limit
	ValidFrom time.Time   `json:"valid_from,omitzero"`
	ValidTo   time.Time   `json:"valid_to,omitzero"`
	Valid     bool        `json:"valid"`
	Tiers     []string    `json:"tiers"` // that offer it, by the criteria in force
}

// NewRewardRows lists the rewards of a program as of a time.
func NewRewardRows(rewards *Rewards, g *Governance, asOf time.Time) []RewardRow {
	var tiers []criteria.Tier
	if regime, ok := g.InForce(string(rewards.Program), asOf); ok {
		if doc, findings := criteria.Parse(regime.Hash, []byte(regime.Document)); findings.Err() == nil {
			tiers = doc.Tiers
		}
	}
	rows := []RewardRow{}
	for _, r := range rewards.AsOf(asOf) {
		row := RewardRow{Reward: r.Reward, Title: r.Title, Kind: r.Kind, Capacity: r.Capacity, Reserved: len(r.Reserved),
			ValidFrom: r.ValidFrom, ValidTo: r.ValidTo, Valid: r.ValidAt(asOf), Tiers: []string{}}
		if free, limited := r.Free(); limited {
			row.Free = &free
		}
		for i := range tiers {
			if slices.Contains(tiers[i].Rewards, string(r.Reward)) {
				row.Tiers = append(row.Tiers, tiers[i].ID)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

package projections

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

// ImpactChange is how a report differs from an earlier one on the same criteria.
type ImpactChange struct {
	Before     string        `json:"before"`             // position of the earlier report
	Now        string        `json:"now"`                // position of this one
	FromBefore string        `json:"from_before"`        // criteria in force at the earlier one
	FromNow    string        `json:"from_now"`           // criteria in force at this one
	Came       []ImpactMover `json:"came"`               // who would change tier now, and before not or otherwise
	Left       []ImpactMover `json:"left"`               // who would have changed tier before, and now not or otherwise
	Flow       []FlowChange  `json:"flow"`               // of those who change tier
	Unlisted   bool          `json:"unlisted,omitempty"` // others come or leave whom a stored report did not list
}

// FlowChange is another count of those who go from one tier to another.
type FlowChange struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Before int    `json:"before"`
	Now    int    `json:"now"`
}

// Changes tells how a report differs from an earlier one on the same criteria: in what they replace, in who would
// change tier, and in how many. Those who stay where they are, however many they have become, are no part of it, and
// neither are the time, the position and the clauses.
func (i *Impact) Changes(before *Impact) ImpactChange {
	c := ImpactChange{Before: before.Position, Now: i.Position, FromBefore: before.From, FromNow: i.From,
		Came: []ImpactMover{}, Left: []ImpactMover{}, Flow: flowChanges(before.Flow, i.Flow)}
	if i.Digest == before.Digest {
		return c
	}
	// Who is not listed may still be among the movers where a report was stored without all of them.
	if before.complete() {
		c.Came = moversWithout(i.Movers, before.Movers)
	}
	if i.complete() {
		c.Left = moversWithout(before.Movers, i.Movers)
	}
	c.Unlisted = !before.complete() || !i.complete()
	return c
}

// None tells whether both reports say the same.
func (c *ImpactChange) None() bool {
	return c.FromBefore == c.FromNow && len(c.Came) == 0 && len(c.Left) == 0 && len(c.Flow) == 0 && !c.Unlisted
}

// moversWithout returns the movers that are not among others, or go elsewhere there.
func moversWithout(movers, others []ImpactMover) []ImpactMover {
	known := make(map[uuid.UUID]*ImpactMover, len(others))
	for i := range others {
		known[others[i].Person] = &others[i]
	}
	without := []ImpactMover{}
	for _, m := range movers {
		if o := known[m.Person]; o == nil || o.From != m.From || o.To != m.To {
			without = append(without, m)
		}
	}
	return without
}

// flowChanges returns the cells of movers whose counts differ.
func flowChanges(before, now []FlowCell) []FlowChange {
	counts := map[[2]string][2]int{}
	for i, flow := range [2][]FlowCell{before, now} {
		for _, f := range flow {
			if f.From != f.To {
				n := counts[[2]string{f.From, f.To}]
				n[i] = f.Count
				counts[[2]string{f.From, f.To}] = n
			}
		}
	}
	changes := []FlowChange{}
	for cell, n := range counts {
		if n[0] != n[1] {
			changes = append(changes, FlowChange{From: cell[0], To: cell[1], Before: n[0], Now: n[1]})
		}
	}
	slices.SortFunc(changes, func(a, b FlowChange) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return changes
}

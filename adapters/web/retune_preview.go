package web

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

// retuneMoversShown is how many of those who rise, and of those who fall, the workbench lists.
const retuneMoversShown = 25

// previewShown is what a document would do.
type previewShown struct {
	*projections.RetunePreview
	Took   time.Duration
	Behind bool // the log has moved on since what it was computed from
	Names  map[string]string
	Tiers  []tierCounts
	Flow   *chart
	Up     []retuneMover
	Down   []retuneMover
	Misses []retuneMiss
	Groups []groupingShown
}

// retuneMover is somebody who would come to another tier.
type retuneMover struct {
	projections.Mover
	From, To string // names of tiers
}

// retuneMiss is somebody who would fall just short of a tier.
type retuneMiss struct {
	Person  uuid.UUID
	Name    string
	Tier    string
	Clauses []projections.ClauseCheck
}

// groupingShown is how groups fare.
type groupingShown struct {
	Title string
	More  int // groups that are not listed
	Tiers []groupTierShown

	Compared bool // there is more than one group
}

// groupTierShown is how groups fare with one tier.
type groupTierShown struct {
	projections.TierByGroup
	Name                    string
	BelowBefore, BelowAfter int // how many are under four fifths
	Counted                 int // how many are compared at all
}

// counts are how many hold each tier before and after, the highest first.
func (n *tierNamer) counts(cells []projections.FlowCell) []tierCounts {
	var counts []tierCounts
	for _, tier := range slices.Backward(n.order) {
		c := tierCounts{Tier: tier, Name: n.Names[tier]}
		for _, cell := range cells {
			if cell.From == tier {
				c.Before += cell.Count
			}
			if cell.To == tier {
				c.After += cell.Count
			}
		}
		counts = append(counts, c)
	}
	return counts
}

// tierCounts is how many hold a tier before and after.
type tierCounts struct {
	Tier, Name    string
	Before, After int
}

// Change is by how many there are more.
func (c tierCounts) Change() int { return c.After - c.Before }

// groupTitles say what groups are divided by.
var groupTitles = map[string]string{
	projections.GroupByUnit: "By unit", projections.GroupByCohort: "By the programme that they joined with",
	projections.GroupByYear: "By the year of their first mentorship",
}

// TookText is how long the preview took, in milliseconds.
func (p *previewShown) TookText() string {
	return number(float64(p.Took.Microseconds())/1000) + " ms"
}

// newPreview puts a preview into what the page shows.
func (v *visit) newPreview(view *serving.View, p *projections.RetunePreview, to *criteria.Document, took time.Duration) *previewShown {
	var from *criteria.Document
	if view.Criteria != nil {
		from = view.Criteria.Doc
	}
	tiers := newTierNamer(from, to)
	shown := &previewShown{RetunePreview: p, Took: took, Behind: p.Position != view.Facts.Position().String(),
		Names: tiers.Names, Tiers: tiers.counts(p.Flow), Flow: tiers.flow("flow", "Tiers before and after", p.Flow)}
	for _, m := range p.Movers {
		row := retuneMover{m, tiers.Names[m.From], tiers.Names[m.To]}
		switch {
		case m.Direction == "up" && len(shown.Up) < retuneMoversShown:
			shown.Up = append(shown.Up, row)
		case m.Direction != "up" && len(shown.Down) < retuneMoversShown:
			shown.Down = append(shown.Down, row)
		}
	}
	for _, m := range p.NearMisses {
		shown.Misses = append(shown.Misses, retuneMiss{m.Person, m.Name, tiers.Names[m.Tier], m.Clauses})
	}
	for i := range p.Groups {
		shown.Groups = append(shown.Groups, newGroupingShown(&p.Groups[i], tiers.Names))
	}
	return shown
}

func newGroupingShown(g *projections.Grouping, names map[string]string) groupingShown {
	shown := groupingShown{Title: groupTitles[g.By]}
	named := 0 // groups, without those of whom nothing is recorded
	for _, t := range g.Tiers {
		row := groupTierShown{TierByGroup: t, Name: names[t.Tier]}
		for _, s := range t.Groups {
			if s.After.Ratio != nil {
				row.Counted++
			}
			if s.Before.Below {
				row.BelowBefore++
			}
			if s.After.Below {
				row.BelowAfter++
			}
		}
		shown.More, named = g.Groups-len(t.Groups), 0
		for _, s := range t.Groups {
			if s.Group != "" {
				named++
			}
		}
		shown.Tiers = append(shown.Tiers, row)
	}
	shown.Compared = named > 1
	return shown
}

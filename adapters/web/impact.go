package web

import (
	"slices"

	"github.com/google/uuid"

	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

// impactMoversShown is how many of those who would change tier a report on a page lists.
const impactMoversShown = 50

// tierNamer names the tiers of two documents, and orders them from no tier up to the highest.
type tierNamer struct {
	Names map[string]string
	order []string
}

// newTierNamer names tiers as the newer document does, and those that only the older one has as that does. Either may be
// nil.
func newTierNamer(older, newer *criteria.Document) tierNamer {
	n := tierNamer{Names: map[string]string{"": "no tier"}}
	var tiers []string
	for _, doc := range []*criteria.Document{newer, older} {
		if doc == nil {
			continue
		}
		var own []string
		for _, t := range doc.Tiers {
			if _, known := n.Names[t.ID]; !known {
				n.Names[t.ID] = t.Name
				own = append(own, t.ID)
			}
		}
		tiers = append(own, tiers...)
	}
	n.order = append([]string{""}, tiers...)
	return n
}

// flow draws how many go from each tier to each.
func (n *tierNamer) flow(id, title string, cells []projections.FlowCell) *chart {
	groups := make([]string, len(n.order))
	for i, tier := range n.order {
		groups[i] = n.Names[tier]
	}
	var rows []flowRow
	for _, c := range cells {
		from, to := slices.Index(n.order, c.From), slices.Index(n.order, c.To)
		if from >= 0 && to >= 0 {
			rows = append(rows, flowRow{from, to, c.Count})
		}
	}
	return newFlowChart(id, title, groups, rows)
}

// impactShown is a report of what criteria would change.
type impactShown struct {
	*projections.Impact
	Tiers  tierNamer
	Flow   *chart
	Movers []moverShown
	More   int // of those who would change tier, not listed
}

// moverShown is somebody whose tier would change.
type moverShown struct {
	Person   uuid.UUID
	Name     string
	From, To string // names of tiers
	Up       bool
	Clause   string
}

// newImpact shows a report on a document. Who would change tier is listed for those who may try out criteria.
func (v *visit) newImpact(view *serving.View, id string, i *projections.Impact, to *criteria.Document) *impactShown {
	shown := &impactShown{Impact: i, Tiers: newTierNamer(v.document(view, i.From), to)}
	shown.Flow = shown.Tiers.flow(id, "Tiers before and after", i.Flow)
	if v.may(access.CriteriaPreview) {
		shown.Movers = shown.Tiers.movers(view, i.Movers)
		shown.More = i.Rise + i.Fall - len(shown.Movers)
	}
	return shown
}

// movers names those who would change tier.
func (n *tierNamer) movers(view *serving.View, all []projections.ImpactMover) []moverShown {
	var shown []moverShown
	for _, m := range all[:min(len(all), impactMoversShown)] {
		contact, _ := view.People.Contact(m.Person)
		shown = append(shown, moverShown{m.Person, contact.Name, n.Names[m.From], n.Names[m.To], m.Direction == "up", m.Clause})
	}
	return shown
}

// document finds the document of a hash; nil where there is none.
func (v *visit) document(view *serving.View, hash string) *criteria.Document {
	if hash == "" {
		return nil
	}
	c, err := view.FindCriteria(hash)
	if err != nil {
		return nil
	}
	return c.Doc
}

// impactChange is how a report differs from the one that was seen before.
type impactChange struct {
	projections.ImpactChange
	Act        string // what was to be done
	Kept       bool   // there is a report to compare with
	Tiers      tierNamer
	Came, Left []moverShown
	Now        *impactShown
}

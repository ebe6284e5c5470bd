package projections

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"laurel/domain/criteria"
)

// What mentors are grouped by.
const (
	GroupByUnit   = "unit"   // the part of the organisation that they last joined by then
	GroupByCohort = "cohort" // the program of which it was recorded that they joined with it
	GroupByYear   = "year"   // in which their first mentorship in the program started, in UTC
)

const (
	groupSizeMin    = 30 // mentors, from which on a share of a group means something by itself
	groupsListedMax = 50
)

// Grouping tells how the groups of mentors fare with each tier, before and after.
type Grouping struct {
	By     string        `json:"by"`
	Groups int           `json:"groups"` // how many there are; at most groupsListedMax, the largest, are listed
	Tiers  []TierByGroup `json:"tiers"`  // those of the new criteria, and after them those that only the old ones have
}

// TierByGroup is how many of each group hold a tier or a higher one.
type TierByGroup struct {
	Tier   string          `json:"tier"`
	Before GroupReference  `json:"before"`
	After  GroupReference  `json:"after"`
	Groups []GroupStanding `json:"groups"` // years in order, others the largest first
}

// GroupReference is the group that others are compared with: the one with the highest rate, among those of at least
// groupSizeMin mentors where there are any.
type GroupReference struct {
	Group string  `json:"group"`
	Rate  Decimal `json:"rate"`
	None  bool    `json:"none,omitempty"` // nobody of any group holds the tier, or there is one group only
}

// GroupStanding is how one group fares with one tier.
type GroupStanding struct {
	Group   string    `json:"group"` // "" of whom nothing is recorded
	Mentors int       `json:"mentors"`
	Before  GroupRate `json:"before"`
	After   GroupRate `json:"after"`
}

// GroupRate is how many of a group hold a tier or a higher one. Rates and ratios are rounded down to a thousandth;
// whether a ratio is below four fifths is decided without rounding.
type GroupRate struct {
	Held  int      `json:"held"`
	Rate  Decimal  `json:"rate"`            // of the group's mentors
	Ratio *Decimal `json:"ratio,omitempty"` // of the rate to that of the reference; none of the unrecorded, or without one
	Below bool     `json:"below"`           // less than four fifths of the reference's rate
	Note  string   `json:"note,omitempty"`  // why the ratio says little: NoteFew, NoteFewCompared or NoteOne
}

// Why a ratio says little.
const (
	NoteFew         = "few"          // the group has fewer than groupSizeMin mentors
	NoteFewCompared = "few-compared" // so has the group that it is compared with
	NoteOne         = "one"          // one holder more or fewer in the group would take it across the four fifths
)

// grouping is a way to divide those who are present into groups.
type grouping struct {
	by     string
	names  []string // of the groups; "" for the unrecorded
	of     []uint32 // by mentor
	listed []int    // which are listed, in order
}

func groupings(c *crowd, records *PersonRecords, asOf time.Time) []grouping {
	unit, cohort, year := newGrouping(GroupByUnit), newGrouping(GroupByCohort), newGrouping(GroupByYear)
	for i := range c.mentors[:c.present] {
		m := &c.mentors[i]
		joined := records.unitOf(m.person, asOf)
		unit.add(joined.Unit)
		cohort.add(string(joined.Program))
		year.add(strconv.Itoa(time.Unix(0, m.since).UTC().Year()))
	}
	return []grouping{unit.done(), cohort.done(), year.done()}
}

// groupingBuilder numbers groups as they come.
type groupingBuilder struct {
	grouping
	numbers map[string]uint32
}

func newGrouping(by string) *groupingBuilder {
	return &groupingBuilder{grouping: grouping{by: by}, numbers: map[string]uint32{}}
}

// add puts the next mentor into a group.
func (b *groupingBuilder) add(name string) {
	n, known := b.numbers[name]
	if !known {
		n = uint32(len(b.names))
		b.numbers[name] = n
		b.names = append(b.names, name)
	}
	b.of = append(b.of, n)
}

func (b *groupingBuilder) done() grouping {
	sizes := make([]int, len(b.names))
	for _, n := range b.of {
		sizes[n]++
	}
	for n := range b.names {
		b.listed = append(b.listed, n)
	}
	slices.SortFunc(b.listed, func(x, y int) int {
		return cmp.Or(cmp.Compare(sizes[y], sizes[x]), cmp.Compare(b.names[x], b.names[y]))
	})
	b.listed = b.listed[:min(len(b.listed), groupsListedMax)]
	if b.by == GroupByYear {
		slices.SortFunc(b.listed, func(x, y int) int { return cmp.Compare(b.names[x], b.names[y]) })
	}
	return b.grouping
}

// groupCounts counts the mentors of each group by the tier that they hold.
type groupCounts [][]int // by group, then tier plus one

func newGroupCounts(groups, tiers int) groupCounts {
	counts := make(groupCounts, groups)
	for i := range counts {
		counts[i] = make([]int, tiers+1)
	}
	return counts
}

func (c groupCounts) add(group uint32, tier int16) { c[group][tier+1]++ }

func (c groupCounts) merge(o groupCounts) {
	for i, tiers := range o {
		for j, n := range tiers {
			c[i][j] += n
		}
	}
}

// heldBy is how many of each group hold a tier or a higher one; 0 for NoTier, a tier that the criteria do not have.
func (c groupCounts) heldBy(tier int) []int {
	held := make([]int, len(c))
	for i, tiers := range c {
		for j := tier + 1; tier >= 0 && j < len(tiers); j++ {
			held[i] += tiers[j]
		}
	}
	return held
}

// compare puts the counts of a pass into words.
func (g *grouping) compare(p *retunePass, after groupCounts) Grouping {
	before := newGroupCounts(len(g.names), p.tiersBefore())
	sizes := make([]int, len(g.names))
	for i, group := range g.of {
		sizes[group]++
		before.add(group, p.before.tiers[i])
	}
	result := Grouping{By: g.by, Groups: len(g.names), Tiers: []TierByGroup{}}
	old := &criteria.Document{}
	if p.from != nil {
		old = p.from.Doc
	}
	tierIn := func(doc *criteria.Document, id string) int {
		return slices.IndexFunc(doc.Tiers, func(t criteria.Tier) bool { return t.ID == id })
	}
	add := func(id string) {
		result.Tiers = append(result.Tiers,
			g.tier(id, sizes, before.heldBy(tierIn(old, id)), after.heldBy(tierIn(p.after.plan.Doc, id))))
	}
	for i := range p.after.plan.Doc.Tiers {
		add(p.after.plan.Doc.Tiers[i].ID)
	}
	for i := range old.Tiers {
		if id := old.Tiers[i].ID; tierIn(p.after.plan.Doc, id) < 0 {
			add(id)
		}
	}
	return result
}

// tier compares the groups' rates of one tier.
func (g *grouping) tier(id string, sizes, before, after []int) TierByGroup {
	t := TierByGroup{Tier: id, Groups: []GroupStanding{}}
	refBefore, refAfter := g.reference(sizes, before), g.reference(sizes, after)
	t.Before, t.After = g.spell(refBefore, sizes, before), g.spell(refAfter, sizes, after)
	for _, n := range g.listed {
		t.Groups = append(t.Groups, GroupStanding{
			Group: g.names[n], Mentors: sizes[n], Before: g.rate(n, refBefore, sizes, before),
			After: g.rate(n, refAfter, sizes, after),
		})
	}
	return t
}

// reference finds the group with the highest rate, the largest of several; -1 where there is none to compare with.
func (g *grouping) reference(sizes, held []int) int {
	best, groups := -1, 0
	for n, name := range g.names {
		if name == "" {
			continue
		}
		groups++
		if best >= 0 {
			large, bestLarge := sizes[n] >= groupSizeMin, sizes[best] >= groupSizeMin
			if bestLarge && !large {
				continue
			}
			order := cmp.Or(cmp.Compare(held[n]*sizes[best], held[best]*sizes[n]), cmp.Compare(sizes[n], sizes[best]),
				cmp.Compare(g.names[best], name))
			if large == bestLarge && order <= 0 {
				continue
			}
		}
		best = n
	}
	if groups < 2 || held[best] == 0 {
		return -1
	}
	return best
}

func (g *grouping) spell(ref int, sizes, held []int) GroupReference {
	if ref < 0 {
		return GroupReference{None: true}
	}
	return GroupReference{Group: g.names[ref], Rate: quotient(held[ref], sizes[ref])}
}

// rate compares one group with the reference.
func (g *grouping) rate(n, ref int, sizes, held []int) GroupRate {
	r := GroupRate{Held: held[n], Rate: quotient(held[n], sizes[n])}
	if ref < 0 || g.names[n] == "" {
		return r
	}
	ratio := quotient(held[n]*sizes[ref], sizes[n]*held[ref])
	r.Ratio = &ratio
	below := func(held, of int) bool { return 5*held*sizes[ref] < 4*sizes[n]*of }
	r.Below = below(held[n], held[ref])
	switch {
	case n == ref:
	case sizes[n] < groupSizeMin:
		r.Note = NoteFew
	case sizes[ref] < groupSizeMin:
		r.Note = NoteFewCompared
	case r.Below && !below(held[n]+1, held[ref]), !r.Below && held[n] > 0 && below(held[n]-1, held[ref]):
		r.Note = NoteOne
	}
	return r
}

// quotient is a fraction in thousandths, rounded down; 0 of 0.
func quotient(part, whole int) Decimal {
	if whole == 0 {
		return 0
	}
	return Decimal(part * 1000 / whole)
}

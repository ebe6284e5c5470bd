package projections

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
)

// Comparison is what one criteria document would change against another, over the same history.
type Comparison struct {
	Program    string        `json:"program"`
	From       string        `json:"from"` // hashes of the documents
	To         string        `json:"to"`
	AsOf       time.Time     `json:"as_of"`
	Position   string        `json:"position"`
	Mentors    int           `json:"mentors"`
	Flow       []FlowCell    `json:"flow"`        // how many go from each tier to each, those who stay included
	Movers     []Mover       `json:"movers"`      // everybody whose tier changes
	NearMisses []NearMiss    `json:"near_misses"` // who came nearest to a higher tier under To, nearest first
	Scores     []ScoreChange `json:"scores"`      // everybody, by the greatest change first
}

// FlowCell counts mentors by their tiers under both documents; "" is no tier.
type FlowCell struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Count int    `json:"count"`
}

// Mover is a mentor whose tier changes, with the clauses that decide it.
type Mover struct {
	Person    uuid.UUID     `json:"person"`
	Name      string        `json:"name"`
	From      string        `json:"from"`
	To        string        `json:"to"`
	Direction string        `json:"direction"` // "up" or "down"
	ScoreFrom Decimal       `json:"score_from"`
	ScoreTo   Decimal       `json:"score_to"`
	Tier      string        `json:"tier"`    // the tier that is gained or lost
	Clause    string        `json:"clause"`  // the deciding clauses, joined, or what else decided
	Clauses   []ClauseCheck `json:"clauses"` // the deciding clauses, with their values under To
}

// NearMiss is a mentor who falls short of the next tier under To.
type NearMiss struct {
	Person  uuid.UUID     `json:"person"`
	Name    string        `json:"name"`
	Tier    string        `json:"tier"` // the tier that is missed
	Clauses []ClauseCheck `json:"clauses"`
	Gap     float64       `json:"gap"` // sum over the failing clauses of the fraction of the threshold that is missing
}

// ScoreChange is a mentor's score under both documents.
type ScoreChange struct {
	Person uuid.UUID `json:"person"`
	Name   string    `json:"name"`
	From   Decimal   `json:"from"`
	To     Decimal   `json:"to"`
	Change Decimal   `json:"change"`
}

// nearMissesMax bounds the list of nearest misses.
const nearMissesMax = 20

// Compare replays a program under two plans.
func Compare(f *Facts, people *People, program string, from, to *criteria.Plan, asOf time.Time, workers int) *Comparison {
	c := &comparer{facts: f, people: people, from: from, to: to}
	before, after := Replay(f, program, from, asOf, workers), Replay(f, program, to, asOf, workers)
	result := &Comparison{
		Program: program, From: from.Hash, To: to.Hash, AsOf: asOf.UTC(), Position: f.position.String(),
		Flow: []FlowCell{}, Movers: []Mover{}, NearMisses: []NearMiss{}, Scores: []ScoreChange{},
	}
	flow := map[[2]string]int{}
	for i, id := range before.Mentors {
		if !f.mentors[id].startedBy(asOf.UnixNano()) {
			continue
		}
		result.Mentors++
		a, b := &before.Of[i], &after.Of[i]
		old, new := tierID(from.Doc, a.Tier), tierID(to.Doc, b.Tier)
		flow[[2]string{old, new}]++
		who := f.Person(id)
		if old != new {
			result.Movers = append(result.Movers, c.mover(who, a, b))
		}
		result.Scores = append(result.Scores, ScoreChange{
			Person: who, Name: c.name(who), From: Decimal(a.Score), To: Decimal(b.Score), Change: Decimal(b.Score - a.Score),
		})
		if miss, ok := c.nearMiss(who, b); ok {
			result.NearMisses = append(result.NearMisses, miss)
		}
	}
	for cell, n := range flow {
		result.Flow = append(result.Flow, FlowCell{From: cell[0], To: cell[1], Count: n})
	}
	c.sort(result)
	return result
}

type comparer struct {
	facts    *Facts
	people   *People
	from, to *criteria.Plan
}

func (c *comparer) name(id uuid.UUID) string {
	if c.people == nil {
		return ""
	}
	contact, _ := c.people.Contact(id)
	return contact.Name
}

// tierIndex finds a tier by its id: NoTier for "" and for a tier that the document does not have.
func tierIndex(p *criteria.Plan, id string) int {
	return slices.IndexFunc(p.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == id })
}

// mover tells why a mentor's tier changes. A step up is decided by the clauses of the tier gained that fail under From
// and hold under To; a step down by the clauses of the tier lost that fail under To.
func (c *comparer) mover(who uuid.UUID, a, b *criteria.Timeline) Mover {
	m := Mover{
		Person: who, Name: c.name(who), From: tierID(c.from.Doc, a.Tier), To: tierID(c.to.Doc, b.Tier),
		ScoreFrom: Decimal(a.Score), ScoreTo: Decimal(b.Score), Clauses: []ClauseCheck{},
	}
	m.Direction, m.Tier = "down", m.From
	if c.isUp(m.From, m.To, int(a.Tier), int(b.Tier)) {
		m.Direction, m.Tier = "up", m.To
	}
	before, after := tierIndex(c.from, m.Tier), tierIndex(c.to, m.Tier)
	switch {
	case before < 0:
		m.Clause = "the tier is new"
	case after < 0:
		m.Clause = "the tier is gone"
	default:
		c.decide(&m, c.from.Clauses(before, a.Measures, a.Score), c.to.Clauses(after, b.Measures, b.Score))
	}
	return m
}

// isUp reports whether a change of tier is a step up, by the document that knows both tiers; where none does, by how
// many tiers are above.
func (c *comparer) isUp(from, to string, fromIndex, toIndex int) bool {
	switch {
	case from == "" || to == "":
		return from == ""
	case tierIndex(c.to, from) >= 0:
		return toIndex > tierIndex(c.to, from)
	case tierIndex(c.from, to) >= 0:
		return tierIndex(c.from, to) > fromIndex
	}
	return len(c.to.Doc.Tiers)-toIndex <= len(c.from.Doc.Tiers)-fromIndex
}

// decide names the clauses that decide a move, given those of the tier gained or lost under both documents.
func (c *comparer) decide(m *Mover, before, after []criteria.Clause) {
	holdsBefore := map[string]bool{}
	held := true
	for _, clause := range before {
		holdsBefore[clause.Text] = clause.Holds
		held = held && clause.Holds
	}
	holds := true
	for _, clause := range after {
		holds = holds && clause.Holds
	}
	up := m.Direction == "up"
	var texts []string
	for i := range after {
		same, known := holdsBefore[after[i].Text]
		if decides := up && holds && after[i].Holds && !(known && same) || !up && !after[i].Holds; decides {
			m.Clauses = append(m.Clauses, checkClause(&after[i]))
			texts = append(texts, after[i].Text)
		}
	}
	switch {
	case up && !holds:
		m.Clause = "the tier is kept after it held"
	case !up && !held && !holds:
		m.Clause = "the tier is no longer kept: " + strings.Join(texts, " and ")
	case len(texts) > 0:
		m.Clause = strings.Join(texts, " and ")
	case up:
		m.Clause = "clauses that are gone"
	default:
		m.Clause = "the order of the tiers"
	}
}

// nearMiss measures how far a mentor is from the next tier under To.
func (c *comparer) nearMiss(who uuid.UUID, b *criteria.Timeline) (NearMiss, bool) {
	next := int(b.Tier) + 1
	if next >= len(c.to.Doc.Tiers) {
		return NearMiss{}, false
	}
	miss := NearMiss{Person: who, Name: c.name(who), Tier: c.to.Doc.Tiers[next].ID}
	for _, clause := range c.to.Clauses(next, b.Measures, b.Score) {
		if !clause.Holds {
			miss.Gap += clause.Gap()
			miss.Clauses = append(miss.Clauses, checkClause(&clause))
		}
	}
	return miss, len(miss.Clauses) > 0 && !math.IsInf(miss.Gap, 0)
}

// rank orders tiers as the new document does, and as the old one does for tiers that only it has.
func (c *comparer) rank(id string) int {
	if i := tierIndex(c.to, id); i >= 0 || id == "" {
		return i
	}
	return tierIndex(c.from, id)
}

func (c *comparer) sortFlow(flow []FlowCell) {
	slices.SortFunc(flow, func(a, b FlowCell) int {
		return cmp.Or(cmp.Compare(c.rank(b.From), c.rank(a.From)), cmp.Compare(c.rank(b.To), c.rank(a.To)),
			strings.Compare(a.From, b.From))
	})
}

func (c *comparer) sort(r *Comparison) {
	c.sortFlow(r.Flow)
	slices.SortFunc(r.Movers, func(a, b Mover) int {
		return cmp.Or(strings.Compare(b.Direction, a.Direction), cmp.Compare(c.rank(b.To), c.rank(a.To)),
			cmp.Compare(b.ScoreTo, a.ScoreTo), bytes.Compare(a.Person[:], b.Person[:]))
	})
	slices.SortFunc(r.NearMisses, func(a, b NearMiss) int {
		return cmp.Or(cmp.Compare(a.Gap, b.Gap), cmp.Compare(c.rank(b.Tier), c.rank(a.Tier)), bytes.Compare(a.Person[:], b.Person[:]))
	})
	r.NearMisses = r.NearMisses[:min(len(r.NearMisses), nearMissesMax)]
	change := func(s ScoreChange) Decimal { return max(s.Change, -s.Change) }
	slices.SortFunc(r.Scores, func(a, b ScoreChange) int {
		return cmp.Or(cmp.Compare(change(b), change(a)), cmp.Compare(b.To, a.To), bytes.Compare(a.Person[:], b.Person[:]))
	})
}

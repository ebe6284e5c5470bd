package projections

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
)

// ImpactMoversMax bounds how many of those who would change tier are listed where a report is stored, and
// impactClauseBytesMax the text that says why: an event has to hold it.
const (
	ImpactMoversMax      = 1000
	impactClauseBytesMax = 160
)

// Impact is what criteria would change for everybody, against those in force: the report that whoever proposes or
// approves them has seen. It names people by id alone, so that it may stand in an event.
type Impact struct {
	Program  string        `json:"program"`
	From     string        `json:"from"` // hash of the criteria in force; "" when there were none
	To       string        `json:"to"`
	AsOf     time.Time     `json:"as_of"`
	Position string        `json:"position"`
	Mentors  int           `json:"mentors"`
	Rise     int           `json:"rise"`   // how many would come to a higher tier
	Fall     int           `json:"fall"`   // how many would come to a lower tier
	Scores   int           `json:"scores"` // how many scores would change
	Flow     []FlowCell    `json:"flow"`   // how many go from each tier to each, those who stay included
	Movers   []ImpactMover `json:"movers"` // as stored: the first ImpactMoversMax of Rise + Fall
	Digest   string        `json:"digest"` // of all movers, in their order by id: equal for the same moves
}

// ImpactMover is a mentor whose tier would change.
type ImpactMover struct {
	Person    uuid.UUID `json:"person"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Direction string    `json:"direction"` // "up" or "down"
	Clause    string    `json:"clause"`    // what decides it
}

// NewImpact computes what a plan would change against another, or against none at all. It lists all movers.
func NewImpact(f *Facts, program string, from, to *criteria.Plan, asOf time.Time, workers int) *Impact {
	var c *Comparison
	if from != nil {
		c = Compare(f, nil, program, from, to, asOf, workers)
	} else {
		c = compareNothing(f, program, to, asOf, workers)
	}
	result := &Impact{
		Program: program, From: c.From, To: c.To, AsOf: c.AsOf, Position: c.Position, Mentors: c.Mentors,
		Flow: c.Flow, Movers: make([]ImpactMover, len(c.Movers)),
	}
	for i := range c.Movers {
		m := &c.Movers[i]
		result.Movers[i] = ImpactMover{m.Person, m.From, m.To, m.Direction, shortClause(m.Clause)}
		if m.Direction == "up" {
			result.Rise++
		} else {
			result.Fall++
		}
	}
	for i := range c.Scores {
		if c.Scores[i].Change != 0 {
			result.Scores++
		}
	}
	result.Digest = moversDigest(result.Movers)
	return result
}

// compareNothing compares a plan with having no criteria: nobody holds a tier or has a score.
func compareNothing(f *Facts, program string, to *criteria.Plan, asOf time.Time, workers int) *Comparison {
	c := &comparer{facts: f, from: to, to: to}
	after := Replay(f, program, to, asOf, workers)
	result := &Comparison{Program: program, To: to.Hash, AsOf: asOf.UTC(), Position: f.position.String(),
		Flow: []FlowCell{}}
	counts := map[string]int{}
	for i, id := range after.Mentors {
		if !f.mentors[id].startedBy(asOf.UnixNano()) {
			continue
		}
		t := &after.Of[i]
		tier := tierID(to.Doc, t.Tier)
		result.Mentors++
		counts[tier]++
		result.Scores = append(result.Scores, ScoreChange{Change: Decimal(t.Score)})
		if tier == "" {
			continue
		}
		result.Movers = append(result.Movers, c.newcomer(f.Person(id), t))
	}
	for tier, n := range counts {
		result.Flow = append(result.Flow, FlowCell{To: tier, Count: n})
	}
	c.sort(result)
	return result
}

// newcomer is a mentor who comes to a tier where there were no criteria before.
func (c *comparer) newcomer(who uuid.UUID, t *criteria.Timeline) Mover {
	tier := tierID(c.to.Doc, t.Tier)
	m := Mover{Person: who, Name: c.name(who), To: tier, Direction: "up", ScoreTo: Decimal(t.Score), Tier: tier,
		Clauses: []ClauseCheck{}}
	c.decide(&m, nil, c.to.Clauses(int(t.Tier), t.Measures, t.Score))
	return m
}

// shortClause cuts the text of a clause to what a stored report has room for.
func shortClause(text string) string {
	if len(text) <= impactClauseBytesMax {
		return text
	}
	return strings.ToValidUTF8(text[:impactClauseBytesMax], "") + "..."
}

// moversDigest names a set of moves: who, from where, and to where.
func moversDigest(movers []ImpactMover) string {
	byID := make([]string, len(movers))
	for i := range movers {
		byID[i] = movers[i].key()
	}
	slices.Sort(byID)
	sum := sha256.Sum256([]byte(strings.Join(byID, "\n")))
	return hex.EncodeToString(sum[:])
}

func (m *ImpactMover) key() string { return m.Person.String() + " " + m.From + " " + m.To }

// Listed is the report with as many movers as are stored.
func (i *Impact) Listed() *Impact {
	listed := *i
	listed.Movers = i.Movers[:min(len(i.Movers), ImpactMoversMax)]
	return &listed
}

// complete tells whether every mover is listed.
func (i *Impact) complete() bool { return len(i.Movers) == i.Rise+i.Fall }

// Encode is the report as an event holds it.
func (i *Impact) Encode() (json.RawMessage, error) { return json.Marshal(i.Listed()) }

// DecodeImpact reads a report that an event holds. It reports false when there is none, or none that this version of
// the program can compare with.
func DecodeImpact(data json.RawMessage) (*Impact, bool) {
	i := &Impact{}
	if len(data) == 0 || json.Unmarshal(data, i) != nil || i.To == "" || i.Digest == "" {
		return nil, false
	}
	return i, true
}

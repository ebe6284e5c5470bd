package projections

import (
	"context"
	"fmt"
	"time"

	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// RetuneMoversMax is how many of those who would come to a higher tier are listed, and how many of those who would come
// to a lower one.
const RetuneMoversMax = 100

// RetuneBasis is the state of a program over which other criteria are tried out.
type RetuneBasis struct {
	Facts    *Facts
	Program  string
	AsOf     time.Time
	From     *criteria.Plan  // what others are compared with, as the criteria in force; nil for none
	Regimes  []awards.Regime // those of Governance.Regimes up to AsOf, compiled; none where nothing was in force
	Register *Register       // read up to the same position as the facts
	Records  *PersonRecords  // likewise; who belongs to which unit. nil: nobody is known to
	Workers  int             // goroutines of a preview; 0: one a core
}

// Retuner tells, again and again, what other criteria would do to a program: at the speed at which somebody moves a
// slider, and exactly, as Compare and PreviewAwards would.
//
// It keeps what a change leaves as it is. The value of a measure at AsOf depends on the facts and on the text of that
// measure, so it is computed once for each text that was ever tried, for everybody; a threshold, a coefficient of the
// score or another policy needs none computed again. Whether a tier that is kept is still held depends on its own when
// and the measures there, and is found out only for those who hold no higher one. What the award process would decide
// about somebody depends on the tier held, the tiers that there are and the policy: it is decided again only for those
// who come to another tier. Only the waning of a grace is followed through time, and only for those who are in it.
//
// It takes copies of what it reads, and no names, so it goes on answering for its Position and AsOf while the facts go
// on. Any number of goroutines may use it; previews are computed one at a time, each on all cores, and end early when
// their context does, as when a newer change has come in.
//
// It holds 24 bytes for each fact of the program, 48 for each point at which a mentor's tier may have changed under
// criteria in force so far, and retuneCacheBytesMax for what was computed.
type Retuner struct {
	program  string
	position string
	asOf     time.Time
	workers  int
	from     *criteria.Plan
	fromHash string

	crowd   *crowd
	columns *columns
	before  *outcome // under from
	groups  []grouping
	awards  *awardBook
	turn    chan struct{} // holds whoever computes
}

// RetunePreview is what criteria would do to a program, against others.
type RetunePreview struct {
	Program    string          `json:"program"`
	From       string          `json:"from"` // hashes of the documents; "" for none
	To         string          `json:"to"`
	AsOf       time.Time       `json:"as_of"`
	Position   string          `json:"position"`
	Mentors    int             `json:"mentors"`
	Rise       int             `json:"rise"`        // how many would come to a higher tier
	Fall       int             `json:"fall"`        // how many would come to a lower tier
	Scores     int             `json:"scores"`      // how many scores would change
	Flow       []FlowCell      `json:"flow"`        // as in Comparison
	Movers     []Mover         `json:"movers"`      // as in Comparison, the first RetuneMoversMax up and as many down
	NearMisses []NearMiss      `json:"near_misses"` // as in Comparison
	Groups     []Grouping      `json:"groups"`
	Awards     []PolicyPreview `json:"awards"` // under grandfather, revoke and grace
}

// NewRetuner prepares previews. It takes about as long as three replays.
func NewRetuner(ctx context.Context, basis RetuneBasis) (*Retuner, error) {
	r := &Retuner{
		program: basis.Program, position: basis.Facts.position.String(), asOf: basis.AsOf.UTC(), workers: basis.Workers,
		from: basis.From, crowd: newCrowd(basis.Facts, basis.Program, basis.AsOf.UnixNano()), turn: make(chan struct{}, 1),
	}
	r.columns = newColumns(r.crowd, basis.AsOf.UnixNano(), basis.Workers)
	r.groups = groupings(r.crowd, basis.Records, basis.AsOf)
	var err error
	if r.awards, err = newAwardBook(ctx, r.crowd, &basis); err != nil {
		return nil, fmt.Errorf("prepare previews: %w", err)
	}
	r.before = r.nothing()
	if r.from == nil {
		return r, nil
	}
	r.fromHash = r.from.Doc.Hash()
	if r.before, err = r.columns.outcomeOf(ctx, r.from); err != nil {
		return nil, fmt.Errorf("prepare previews: %w", err)
	}
	// Nearly all previews are of documents with the same tiers: decide now what awards these lead to.
	pass := r.pass(r.before, r.awards.policies(r.from, ""))
	if err := pass.run(ctx); err != nil {
		return nil, fmt.Errorf("prepare previews: %w", err)
	}
	return r, nil
}

// nothing is how everybody stands where no criteria are in force.
func (r *Retuner) nothing() *outcome {
	o := &outcome{tiers: make([]int16, r.crowd.present), scores: make([]criteria.Milli, r.crowd.present)}
	for i := range o.tiers {
		o.tiers[i] = criteria.NoTier
	}
	return o
}

// Position is that of the newest event that previews know of.
func (r *Retuner) Position() string { return r.position }

// AsOf is the time up to which previews look, and at which the criteria would come into force.
func (r *Retuner) AsOf() time.Time { return r.asOf }

// Preview tells what a plan would do if it came into force at AsOf. It fails only with the context's error.
func (r *Retuner) Preview(ctx context.Context, to *criteria.Plan) (*RetunePreview, error) {
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	after, err := r.columns.outcomeOf(ctx, to)
	if err != nil {
		return nil, err
	}
	hash := to.Doc.Hash()
	pass := r.pass(after, r.awards.policies(to, hash))
	if err := pass.run(ctx); err != nil {
		return nil, err
	}
	return pass.preview(hash), nil
}

// Name fills in how those who are listed are called.
func (p *RetunePreview) Name(people *People) {
	c := comparer{people: people}
	for i := range p.Movers {
		p.Movers[i].Name = c.name(p.Movers[i].Person)
	}
	for i := range p.NearMisses {
		p.NearMisses[i].Name = c.name(p.NearMisses[i].Person)
	}
}

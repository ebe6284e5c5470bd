package projections

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// CriteriaStatus is where a document stands at a time.
type CriteriaStatus string

// The statuses.
const (
	CriteriaProposed  CriteriaStatus = "proposed"
	CriteriaApproved  CriteriaStatus = "approved"
	CriteriaScheduled CriteriaStatus = "scheduled" // activated, and to come into force later
	CriteriaInForce   CriteriaStatus = "in-force"
	CriteriaReplaced  CriteriaStatus = "replaced" // was in force, or lost its only moment to others
	CriteriaWithdrawn CriteriaStatus = "withdrawn"
)

// CriteriaRecord is what happened to one document: its latest proposal, and all its activations.
type CriteriaRecord struct {
	Program     string             `json:"program"`
	Criteria    string             `json:"criteria"` // hash
	Title       string             `json:"title,omitempty"`
	Status      CriteriaStatus     `json:"status"`
	By          uuid.UUID          `json:"by,omitzero"` // the author
	ProposedAt  time.Time          `json:"proposed_at,omitzero"`
	Position    string             `json:"position,omitempty"` // of the log that the author's report was computed from
	Approvals   []ApprovalRecord   `json:"approvals"`
	Activations []ActivationRecord `json:"activations"`
	InForce     []Regime           `json:"in_force"` // those that began by the time, and those that are scheduled

	Document string          `json:"-"`
	Impact   json.RawMessage `json:"-"` // the report that the author saw
}

// ApprovalRecord is somebody's agreement.
type ApprovalRecord struct {
	Event    uuid.UUID       `json:"event"`
	By       uuid.UUID       `json:"by"`
	At       time.Time       `json:"at"`
	Position string          `json:"position,omitempty"`
	Lapsed   bool            `json:"lapsed,omitempty"` // other criteria were activated after it
	Impact   json.RawMessage `json:"-"`
}

// ActivationRecord is a decision to put the document in force.
type ActivationRecord struct {
	Event       uuid.UUID `json:"event"`
	By          uuid.UUID `json:"by,omitzero"`
	At          time.Time `json:"at"` // when it was decided
	EffectiveAt time.Time `json:"effective_at"`
	Cancelled   bool      `json:"cancelled,omitempty"` // withdrawn before it came into force
}

// Records returns what had happened by a time to each document of a program, newest first. What was decided later and
// backdated before the time is there, with its proposal: it was in force.
func (g *Governance) Records(program string, asOf time.Time) []CriteriaRecord {
	c := g.programs[program]
	if c == nil {
		return nil
	}
	then := c.stateAt(asOf)
	regimes := g.regimes(program)
	var hashes []string
	for _, s := range []*domain.Criteria{then, c.state} {
		for i := range s.Proposals {
			hashes = append(hashes, s.Proposals[i].Hash)
		}
		for i := range s.Activations {
			hashes = append(hashes, s.Activations[i].Hash)
		}
	}
	slices.Sort(hashes)
	var records []CriteriaRecord
	for _, hash := range slices.Compact(hashes) {
		if r, ok := g.record(program, hash, then, regimes, asOf); ok {
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b CriteriaRecord) int {
		return cmp.Or(b.newest().Compare(a.newest()), cmp.Compare(a.Criteria, b.Criteria))
	})
	return records
}

// Record returns what had happened by a time to one document.
func (g *Governance) Record(program, hash string, asOf time.Time) (CriteriaRecord, bool) {
	c := g.programs[program]
	if c == nil {
		return CriteriaRecord{}, false
	}
	return g.record(program, hash, c.stateAt(asOf), g.regimes(program), asOf)
}

// stateAt is the state of what occurred up to a time. Voids count whenever they occurred, as everywhere.
func (c *programCriteria) stateAt(asOf time.Time) *domain.Criteria {
	state := domain.CriteriaDecider(c.state.Slug).Initial
	for _, e := range c.events {
		if _, void := e.Payload.(*domain.EventVoided); void || !e.Meta.OccurredAt.After(asOf) {
			state = state.Evolve(e)
		}
	}
	return state
}

func (g *Governance) record(program, hash string, then *domain.Criteria, regimes []Regime, asOf time.Time) (
	CriteriaRecord, bool) {
	r := CriteriaRecord{Program: program, Criteria: hash, Document: g.documents[hash],
		Approvals: []ApprovalRecord{}, Activations: []ActivationRecord{}, InForce: []Regime{}}
	began := false // it was or is in force
	for _, in := range regimes {
		if in.Hash != hash {
			continue
		}
		switch {
		case !in.From.After(asOf):
			began = true
		case !slices.ContainsFunc(then.Activations, func(a domain.Activation) bool {
			return a.Hash == hash && a.EffectiveAt.Equal(in.From)
		}):
			continue // it was not decided yet
		}
		r.InForce = append(r.InForce, in)
	}
	p := then.Proposal(hash)
	if p == nil && began {
		p = g.State(program).Proposal(hash) // recorded since, and backdated
	}
	if p == nil && len(r.InForce) == 0 {
		return r, false
	}
	if p != nil {
		r.By, r.ProposedAt, r.Position, r.Impact = p.By, p.ProposedAt, p.Position, p.Impact
		for _, a := range p.Approvals {
			r.Approvals = append(r.Approvals, ApprovalRecord{Event: a.EventID, By: a.By, At: a.At, Position: a.Position,
				Lapsed: a.Lapsed, Impact: g.impacts[a.EventID]})
		}
	}
	for _, a := range then.Activations {
		if a.Hash == hash {
			r.Activations = append(r.Activations, ActivationRecord{a.EventID, a.By, a.RecordedAt, a.EffectiveAt, a.Cancelled})
		}
	}
	r.Status = r.status(p, asOf)
	r.Title = titleOf(r.Document)
	return r, true
}

// status tells where the document stands.
func (r *CriteriaRecord) status(p *domain.Proposal, asOf time.Time) CriteriaStatus {
	scheduled := slices.ContainsFunc(r.Activations, func(a ActivationRecord) bool {
		return !a.Cancelled && a.EffectiveAt.After(asOf)
	})
	switch last := r.lastBegun(asOf); {
	case last != nil && (last.To.IsZero() || last.To.After(asOf)):
		return CriteriaInForce
	case scheduled:
		return CriteriaScheduled
	case p != nil && p.Status == domain.ProposalProposed:
		return CriteriaProposed
	case p != nil && p.Status == domain.ProposalApproved:
		return CriteriaApproved
	case last == nil && p != nil && p.Status == domain.ProposalWithdrawn:
		return CriteriaWithdrawn
	}
	return CriteriaReplaced
}

// lastBegun is the latest regime that began by a time.
func (r *CriteriaRecord) lastBegun(asOf time.Time) *Regime {
	for i := len(r.InForce) - 1; i >= 0; i-- {
		if !r.InForce[i].From.After(asOf) {
			return &r.InForce[i]
		}
	}
	return nil
}

// newest is when something last happened to the document.
func (r *CriteriaRecord) newest() time.Time {
	newest := r.ProposedAt
	for _, a := range r.Activations {
		if a.At.After(newest) {
			newest = a.At
		}
	}
	return newest
}

// titleOf reads the title of a canonical document.
func titleOf(document string) string {
	var d struct {
		Title string `json:"title"`
	}
	if json.Unmarshal([]byte(document), &d) != nil {
		return ""
	}
	return d.Title
}

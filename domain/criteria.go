package domain

import (
	"encoding/json"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"
)

// Criteria is the state of a program's criteria stream: the documents put forward, and those in force over time. The
// lists belong to the state and are not to be changed.
type Criteria struct {
	Slug        Slug         // the program's
	Proposals   []Proposal   // in the order recorded
	Activations []Activation // in the order of coming into force, equal ones in the order recorded
	ledger      ledger
}

// ProposalStatus is how far a proposal got.
type ProposalStatus string

// The statuses. A proposal whose approvals lapsed is proposed again; see Proposal.Lapsed.
const (
	ProposalProposed  ProposalStatus = "proposed"
	ProposalApproved  ProposalStatus = "approved"
	ProposalActivated ProposalStatus = "activated" // it is, was or will be in force
	ProposalWithdrawn ProposalStatus = "withdrawn"
	ProposalReplaced  ProposalStatus = "replaced" // the same document was proposed anew
)

// Proposal is one time that a document was put forward.
type Proposal struct {
	EventID    uuid.UUID
	Hash       string
	Document   string
	By         uuid.UUID
	Position   string
	Impact     json.RawMessage
	ProposedAt time.Time
	Status     ProposalStatus
	Approvals  []Approval
}

// Approval is one person's agreement to a proposal.
type Approval struct {
	EventID  uuid.UUID
	By       uuid.UUID
	At       time.Time
	Position string
	Lapsed   bool // other criteria were activated after it
}

// Activation is one time that a document was put in force.
type Activation struct {
	EventID     uuid.UUID
	Hash        string
	EffectiveAt time.Time
	RecordedAt  time.Time // when it was decided: the event's occurred_at
	By          uuid.UUID
	Cancelled   bool // withdrawn before it came into force
	document    string
}

// Open tells whether the proposal still waits for approval or activation.
func (p *Proposal) Open() bool { return p.Status == ProposalProposed || p.Status == ProposalApproved }

// Lapsed tells whether the proposal was approved once and has to be approved again, as other criteria were activated
// since.
func (p *Proposal) Lapsed() bool { return p.Status == ProposalProposed && len(p.Approvals) > 0 }

// CriteriaDecider returns the decider of a program's criteria stream.
//
// A proposal's document names the program and has the hash that it says. Documents that are open or in force are not
// proposed again, unless their approval lapsed; those that were in force before need no proposal to come back.
// Somebody other than the author approves, once, and against the criteria in force then: when others are activated
// afterwards the approval lapses, also where that activation is withdrawn later, and is to be given again. What is
// approved, or was activated before, can be activated, for now or later; for the past only where the command says that
// it is backdated. A proposal can be withdrawn, and an activation until it is effective; what is in force is replaced,
// not withdrawn.
//
// Imported events may come in any order of time, and be effective in the past. Voiding an event leaves what the others
// make of it; but the proposal of what is activated cannot be voided, as its document would be lost, nor its only
// approval.
func CriteriaDecider(program Slug) Decider[*Criteria] {
	return Decider[*Criteria]{Initial: &Criteria{Slug: program}, Decide: (*Criteria).decide, Evolve: (*Criteria).Evolve}
}

// InForce returns the hash of the document in force at a time: of the activations that are effective by then, the one
// effective last, of equals the one recorded last.
func (c *Criteria) InForce(at time.Time) (hash string, ok bool) {
	if a := c.inForce(at); a != nil {
		return a.Hash, true
	}
	return "", false
}

func (c *Criteria) inForce(at time.Time) *Activation {
	for i := len(c.Activations) - 1; i >= 0; i-- {
		if a := &c.Activations[i]; !a.Cancelled && !a.EffectiveAt.After(at) {
			return a
		}
	}
	return nil
}

// Proposal returns the latest proposal of a document, nil when there is none.
func (c *Criteria) Proposal(hash string) *Proposal {
	if i := c.latest(hash); i >= 0 {
		return &c.Proposals[i]
	}
	return nil
}

// Document returns the canonical document of a hash that was proposed or activated.
func (c *Criteria) Document(hash string) (string, bool) {
	if p := c.Proposal(hash); p != nil {
		return p.Document, true
	}
	for i := range c.Activations {
		if a := &c.Activations[i]; a.Hash == hash && a.document != "" {
			return a.document, true
		}
	}
	return "", false
}

func (c *Criteria) latest(hash string) int {
	for i := len(c.Proposals) - 1; i >= 0; i-- {
		if c.Proposals[i].Hash == hash {
			return i
		}
	}
	return -1
}

// activated returns an activation of a hash that was not cancelled, the one effective last, or nil.
func (c *Criteria) activated(hash string) *Activation {
	for i := len(c.Activations) - 1; i >= 0; i-- {
		if a := &c.Activations[i]; a.Hash == hash && !a.Cancelled {
			return a
		}
	}
	return nil
}

func (c *Criteria) evolve(e Event) State { return c.Evolve(e) }

// Evolve returns the criteria after an event.
func (c *Criteria) Evolve(e Event) *Criteria {
	next := *c
	var voids bool
	if next.ledger, voids = c.ledger.after(e); voids {
		next.refold()
	} else {
		next.apply(e.ID, e.Meta.OccurredAt, e.Payload)
	}
	return &next
}

// refold computes the lists anew from the events that still count.
func (c *Criteria) refold() {
	c.Proposals, c.Activations = nil, nil
	c.ledger.kept(c.apply)
}

// apply changes the lists, or rather copies of them, by what happened.
func (c *Criteria) apply(id uuid.UUID, at time.Time, p Payload) {
	switch v := p.(type) {
	case *CriteriaProposed:
		c.applyProposed(id, at, v)
	case *CriteriaApproved:
		// After a void, an approval may turn out to be the author's own, of an earlier proposal of the same document:
		// then it is none.
		if i := c.latest(v.Hash); i >= 0 && c.Proposals[i].Open() && c.Proposals[i].By != v.By {
			p := c.change(i)
			p.Status = ProposalApproved
			p.Approvals = append(slices.Clip(p.Approvals), Approval{EventID: id, By: v.By, At: at.UTC(), Position: v.Position})
		}
	case *CriteriaActivated:
		c.applyActivated(id, at, v)
	case *CriteriaWithdrawn:
		c.applyWithdrawn(at, v)
	}
}

func (c *Criteria) applyProposed(id uuid.UUID, at time.Time, v *CriteriaProposed) {
	if i := c.latest(v.Hash); i >= 0 && c.Proposals[i].Open() {
		c.change(i).Status = ProposalReplaced
	}
	c.Proposals = append(slices.Clip(c.Proposals), Proposal{
		EventID: id, Hash: v.Hash, Document: v.Document, By: v.By, Position: v.Position, Impact: v.Impact,
		ProposedAt: at.UTC(), Status: ProposalProposed,
	})
}

func (c *Criteria) applyActivated(id uuid.UUID, at time.Time, v *CriteriaActivated) {
	own := c.latest(v.Hash)
	for i := range c.Proposals {
		switch {
		case i == own:
			c.change(i).Status = ProposalActivated
		case c.Proposals[i].Status == ProposalApproved:
			p := c.change(i)
			p.Status = ProposalProposed
			p.Approvals = slices.Clone(p.Approvals)
			for j := range p.Approvals {
				p.Approvals[j].Lapsed = true
			}
		}
	}
	after := sort.Search(len(c.Activations), func(i int) bool { return c.Activations[i].EffectiveAt.After(v.EffectiveAt) })
	c.Activations = slices.Insert(slices.Clone(c.Activations), after, Activation{
		EventID: id, Hash: v.Hash, EffectiveAt: v.EffectiveAt.UTC(), RecordedAt: at.UTC(), By: v.By, document: v.Document,
	})
}

func (c *Criteria) applyWithdrawn(at time.Time, v *CriteriaWithdrawn) {
	own := c.latest(v.Hash)
	if own >= 0 && c.Proposals[own].Open() {
		c.change(own).Status = ProposalWithdrawn
		return
	}
	c.Activations = slices.Clone(c.Activations)
	for i := range c.Activations {
		if a := &c.Activations[i]; a.Hash == v.Hash && a.EffectiveAt.After(at) {
			a.Cancelled = true
		}
	}
	if own >= 0 && c.activated(v.Hash) == nil {
		c.change(own).Status = ProposalWithdrawn
	}
}

// change returns a proposal to change, in a copy of the list: states before keep theirs.
func (c *Criteria) change(i int) *Proposal {
	c.Proposals = slices.Clone(c.Proposals)
	return &c.Proposals[i]
}

package domain

import (
	"encoding/json"
	"time"
)

func (c *Criteria) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(c.ledger, CategoryCriteria, meta, payload); done || err != nil {
		return nil, err
	}
	backdated := meta.Imported
	if a, ok := cmd.(ActivateCriteria); ok && a.Backdated {
		backdated = true
	}
	if err := c.judge(meta, payload, backdated); err != nil {
		return nil, err
	}
	return []Event{meta.event(0, payload)}, nil
}

func (c *Criteria) judge(meta *CommandMeta, payload Payload, backdated bool) error {
	switch v := payload.(type) {
	case *EventVoided:
		return c.judgeVoid(meta, v)
	case *CriteriaProposed:
		return c.judgeProposed(meta, v)
	case *CriteriaApproved:
		return c.judgeApproved(meta, v)
	case *CriteriaActivated:
		return c.judgeActivated(meta, v, backdated)
	case *CriteriaWithdrawn:
		return c.judgeWithdrawn(meta, v)
	}
	return nil
}

// nameCriteria names a document in a message: its hash, as short as people write it.
func nameCriteria(hash string) string {
	const shownBytes = len("sha256:") + 12
	return "criteria " + hash[:min(shownBytes, len(hash))]
}

func neverProposed(hash string) error {
	return notFound("hash", nameCriteria(hash)+" were never proposed", "propose them first")
}

func (c *Criteria) judgeProposed(meta *CommandMeta, v *CriteriaProposed) error {
	if err := c.judgeDocument(v.Hash, v.Document); err != nil {
		return err
	}
	if a := c.activated(v.Hash); a != nil {
		name := nameCriteria(v.Hash)
		if current := c.inForce(meta.OccurredAt); current != nil && current.Hash == v.Hash {
			return conflict("hash", name+" are in force since "+formatTime(current.EffectiveAt),
				"propose what is to change")
		}
		if a.EffectiveAt.After(meta.OccurredAt) {
			return conflict("hash", name+" are to come into force at "+formatTime(a.EffectiveAt), "withdraw them first")
		}
		return conflict("hash", name+" were in force before, from "+formatTime(a.EffectiveAt)+" on",
			"roll back to them: that needs no proposal")
	}
	if p := c.Proposal(v.Hash); p != nil && p.Open() && !p.Lapsed() {
		return conflict("hash", nameCriteria(v.Hash)+" are already "+string(p.Status)+", since "+formatTime(p.since()),
			"approve or withdraw that proposal")
	}
	return nil
}

// since is when an open proposal got its status.
func (p *Proposal) since() time.Time {
	if p.Status == ProposalApproved {
		return p.Approvals[len(p.Approvals)-1].At
	}
	return p.ProposedAt
}

// judgeDocument says whether a document is one of this program, with this hash.
func (c *Criteria) judgeDocument(hash, document string) error {
	var of struct {
		Program string `json:"program"`
	}
	if err := json.Unmarshal([]byte(document), &of); err != nil {
		return invalid("document", "is not a JSON object with a program", "give the canonical form of the criteria")
	}
	if of.Program != string(c.Slug) {
		return invalid("document", "is of program "+quote(of.Program)+", and not of "+string(c.Slug),
			"propose it for the program that it names")
	}
	return judgeHash(hash, document)
}

func judgeHash(hash, document string) error {
	if want := DocumentHash(document); hash != want {
		return invalid("hash", "is not that of the document", "it is "+want)
	}
	return nil
}

func (c *Criteria) judgeApproved(meta *CommandMeta, v *CriteriaApproved) error {
	p := c.Proposal(v.Hash)
	if p == nil {
		return neverProposed(v.Hash)
	}
	if !p.Open() {
		return c.closedError(p, "approved")
	}
	if v.By == p.By {
		return forbidden("by", "nobody approves their own criteria", "somebody other than the author approves them")
	}
	for _, a := range p.Approvals {
		if a.By == v.By && !a.Lapsed {
			return conflict("by", v.By.String()+" already approved "+nameCriteria(v.Hash)+" at "+formatTime(a.At),
				"a person approves a proposal once")
		}
	}
	if meta.OccurredAt.Before(p.ProposedAt) && !meta.Imported {
		return conflict("occurred_at", "is before the proposal at "+formatTime(p.ProposedAt), "approve a proposal after it")
	}
	return nil
}

// closedError says why a proposal that is not open cannot be approved or withdrawn.
func (c *Criteria) closedError(p *Proposal, done string) error {
	name := nameCriteria(p.Hash)
	if a := c.activated(p.Hash); a != nil {
		return conflict("hash", name+" were already activated at "+formatTime(a.RecordedAt),
			"only an open proposal can be "+done)
	}
	return conflict("hash", name+" were withdrawn", "propose them again")
}

func (c *Criteria) judgeActivated(meta *CommandMeta, v *CriteriaActivated, backdated bool) error {
	p, before := c.Proposal(v.Hash), c.activated(v.Hash)
	name := nameCriteria(v.Hash)
	switch {
	case before != nil: // a rollback, or another time
	case p == nil:
		return neverProposed(v.Hash)
	case p.Lapsed():
		return conflict("hash", "the approval of "+name+" lapsed, as other criteria were activated after it",
			"have them approved again")
	case p.Status == ProposalProposed:
		return conflict("hash", name+" were never approved", "somebody other than the author approves them first")
	case p.Status != ProposalApproved:
		return c.closedError(p, "activated")
	}
	if v.Document != "" {
		if err := judgeHash(v.Hash, v.Document); err != nil {
			return err
		}
	}
	if before == nil && !meta.Imported {
		if at := p.since(); meta.OccurredAt.Before(at) {
			return conflict("occurred_at", "is before the approval at "+formatTime(at), "activate criteria after it")
		}
	}
	if v.EffectiveAt.Before(meta.OccurredAt) && !backdated {
		return conflict("effective_at", formatTime(v.EffectiveAt)+" is past, and would change what was decided since",
			"say that it is meant to be backdated, or give a time from now on")
	}
	if a := c.inForce(v.EffectiveAt); a != nil && a.Hash == v.Hash {
		return conflict("hash", name+" are in force at that time already, since "+formatTime(a.EffectiveAt),
			"activate other criteria, or these for another time")
	}
	return nil
}

func (c *Criteria) judgeWithdrawn(meta *CommandMeta, v *CriteriaWithdrawn) error {
	p := c.Proposal(v.Hash)
	if p != nil && p.Open() {
		if meta.OccurredAt.Before(p.ProposedAt) && !meta.Imported {
			return conflict("occurred_at", "is before the proposal at "+formatTime(p.ProposedAt), "withdraw a proposal after it")
		}
		return nil
	}
	a := c.activated(v.Hash)
	switch {
	case p == nil && a == nil:
		return neverProposed(v.Hash)
	case a == nil:
		return conflict("hash", nameCriteria(v.Hash)+" were already withdrawn", "propose them again to withdraw that")
	case a.EffectiveAt.After(meta.OccurredAt):
		return c.judgeCancelled(meta, v.Hash)
	}
	return conflict("hash", nameCriteria(v.Hash)+" came into force at "+formatTime(a.EffectiveAt),
		"criteria in force cannot be withdrawn: roll back to others")
}

// judgeCancelled refuses to withdraw an activation before it was decided: that would undo one that is backdated.
func (c *Criteria) judgeCancelled(meta *CommandMeta, hash string) error {
	for i := range c.Activations {
		a := &c.Activations[i]
		if a.Hash == hash && !a.Cancelled && a.EffectiveAt.After(meta.OccurredAt) && meta.OccurredAt.Before(a.RecordedAt) &&
			!meta.Imported {
			return conflict("occurred_at", "is before the activation was decided, at "+formatTime(a.RecordedAt),
				"withdraw an activation after that")
		}
	}
	return nil
}

// judgeVoid keeps the document and the approval of what is in force, or is going to be.
func (c *Criteria) judgeVoid(meta *CommandMeta, v *EventVoided) error {
	if err := c.ledger.judgeVoid(v, meta.ID); err != nil {
		return err
	}
	var hash string
	var still func(after *Criteria) bool // what the event gave is there without it
	switch target := c.ledger.payload(v.EventID).(type) {
	case *CriteriaProposed:
		hash = target.Hash
		still = func(after *Criteria) bool { _, known := after.Document(hash); return known }
	case *CriteriaApproved:
		hash = target.Hash
		still = func(after *Criteria) bool {
			p := after.Proposal(hash)
			return p != nil && len(p.Approvals) > 0
		}
	default:
		return nil
	}
	after := c.Evolve(meta.event(0, v))
	a := after.activated(hash)
	if a == nil || still(after) {
		return nil
	}
	return conflict("event_id", nameCriteria(hash)+" were activated, at "+formatTime(a.RecordedAt),
		"void their activation first, event "+a.EventID.String())
}

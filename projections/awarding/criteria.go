package awarding

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// CriteriaDesk is where decisions about the criteria of one program are made, on what is known at one position: each
// with the report of what it would change, so that whoever decides has seen it.
type CriteriaDesk struct {
	Store      eventstore.Store // to record in
	Facts      *projections.Facts
	Governance *projections.Governance
	Register   *projections.Register
	Program    string
	AsOf       time.Time // of the decision
}

// CriteriaAct is what became of a decision about criteria.
type CriteriaAct struct {
	Act         string              `json:"act"`
	Program     string              `json:"program"`
	Criteria    string              `json:"criteria"`
	By          uuid.UUID           `json:"by"`
	At          time.Time           `json:"at"`
	EffectiveAt time.Time           `json:"effective_at,omitzero"`
	Recorded    bool                `json:"recorded"` // false: the command was carried out before
	Event       uuid.UUID           `json:"event"`
	Position    string              `json:"position"` // of the log, with the decision
	Impact      *projections.Impact `json:"impact,omitempty"`

	Awards *projections.AwardPreview `json:"awards,omitempty"` // what the award process would decide

	Handled eventstore.Handled `json:"-"`
}

// The decisions.
const (
	ActPropose  = "propose"
	ActApprove  = "approve"
	ActActivate = "activate"
	ActRollback = "rollback"
	ActWithdraw = "withdraw"
)

// ImpactChangedError says that what criteria would change is not what whoever decided before has seen, or that no
// report was kept that could be compared. Nothing was recorded; decide again with the report Now as the one seen.
type ImpactChangedError struct {
	Act    string
	Now    *projections.Impact
	Before *projections.Impact // nil where none was kept
	Change projections.ImpactChange
}

func (e *ImpactChangedError) Error() string {
	if e.Before == nil {
		return e.Act + " criteria: no report of their impact was kept that could be compared"
	}
	return e.Act + " criteria: their impact has changed since it was seen at " + e.Before.Position
}

// PlanInForce compiles the criteria in force for a program at a time; nil where there are none.
func PlanInForce(g *projections.Governance, program string, at time.Time) (*criteria.Plan, error) {
	current, ok := g.InForce(program, at)
	if !ok {
		return nil, nil
	}
	return criteria.Load(current.Hash, []byte(current.Document))
}

// Impact computes what the criteria of a hash would change against those in force. It fails with a not-found error
// where the log does not hold their document.
func (d *CriteriaDesk) Impact(hash string) (*projections.Impact, error) {
	document, ok := d.Governance.Document(hash)
	if !ok {
		return nil, &domain.Error{Code: domain.CodeNotFound, Field: "criteria",
			Message: "the log does not hold the document of " + hash, Hint: "propose them first"}
	}
	to, err := criteria.Load(hash, []byte(document))
	if err != nil {
		return nil, err
	}
	return d.impactOf(to)
}

func (d *CriteriaDesk) impactOf(to *criteria.Plan) (*projections.Impact, error) {
	from, err := PlanInForce(d.Governance, d.Program, d.AsOf)
	if err != nil {
		return nil, err
	}
	return projections.NewImpact(d.Facts, d.Program, from, to, d.AsOf, 0), nil
}

// Propose records criteria as a proposal, with the report of what they would change.
func (d *CriteriaDesk) Propose(ctx context.Context, meta domain.CommandMeta, by uuid.UUID, plan *criteria.Plan) (
	CriteriaAct, error) {
	act := CriteriaAct{Act: ActPropose, Criteria: plan.Doc.Hash()}
	command := domain.ProposeCriteria{CommandMeta: meta, Document: string(plan.Doc.Canonical()), By: by}
	if _, err := d.judge(ctx, command); err != nil {
		return act, err
	}
	var err error
	if act.Impact, err = d.impactOf(plan); err != nil {
		return act, err
	}
	if command.Impact, err = act.Impact.Encode(); err != nil {
		return act, err
	}
	command.Position = act.Impact.Position
	return d.record(ctx, act, command, plan, by, meta)
}

// SeenImpact returns the report that whoever decides has seen, given the present one, which may be the same. It is asked
// only where there is something to decide: the report may take a replay.
type SeenImpact func(now *projections.Impact) (*projections.Impact, error)

// Approve records that somebody agrees to a proposal of somebody else. Where the impact is no longer the one that the
// author saw, or the one seen unless that is nil, it fails with *ImpactChangedError.
func (d *CriteriaDesk) Approve(ctx context.Context, meta domain.CommandMeta, by uuid.UUID, hash string, seen SeenImpact) (
	CriteriaAct, error) {
	act := CriteriaAct{Act: ActApprove, Criteria: hash}
	command := domain.ApproveCriteria{CommandMeta: meta, Hash: hash, By: by}
	done, err := d.judge(ctx, command)
	if err != nil {
		return act, err
	}
	if !done {
		if act.Impact, err = d.Impact(hash); err != nil {
			return act, err
		}
		record, _ := d.Governance.Record(d.Program, hash, d.AsOf)
		before, known := projections.DecodeImpact(record.Impact)
		if err := stillHolds(ActApprove, act.Impact, before, known, seen); err != nil {
			return act, err
		}
		if command.Impact, err = act.Impact.Encode(); err != nil {
			return act, err
		}
		command.Position = act.Impact.Position
	}
	return d.record(ctx, act, command, nil, by, meta)
}

// Activation says how criteria are put in force.
type Activation struct {
	Act      string // ActActivate or ActRollback
	Hash     string
	At       time.Time // when they come into force
	Backdate bool      // At may be before the decision
	Seen     SeenImpact
}

// Activate puts criteria in force: approved ones, or those that were in force before. Where the impact of an approved
// proposal is no longer the one that its approver saw, or the one seen unless that is nil, it fails with
// *ImpactChangedError.
func (d *CriteriaDesk) Activate(ctx context.Context, meta domain.CommandMeta, by uuid.UUID, a Activation) (
	CriteriaAct, error) {
	act := CriteriaAct{Act: a.Act, Criteria: a.Hash, EffectiveAt: a.At}
	command := domain.ActivateCriteria{CommandMeta: meta, Hash: a.Hash, EffectiveAt: a.At, By: by, Backdated: a.Backdate}
	done, err := d.judge(ctx, command)
	if err != nil {
		return act, err
	}
	if !done {
		if act.Impact, err = d.Impact(a.Hash); err != nil {
			return act, err
		}
		if p := d.Governance.State(d.Program).Proposal(a.Hash); p != nil && p.Status == domain.ProposalApproved {
			before, known := d.approvedImpact(a.Hash)
			if err := stillHolds(ActActivate, act.Impact, before, known, a.Seen); err != nil {
				return act, err
			}
		}
	}
	return d.record(ctx, act, command, nil, by, meta)
}

// approvedImpact is the report that the newest approval holds.
func (d *CriteriaDesk) approvedImpact(hash string) (*projections.Impact, bool) {
	record, _ := d.Governance.Record(d.Program, hash, domain.OccurredMax)
	if n := len(record.Approvals); n > 0 {
		return projections.DecodeImpact(record.Approvals[n-1].Impact)
	}
	return nil, false
}

// Withdraw takes back a proposal, or an activation that is still to come.
func (d *CriteriaDesk) Withdraw(ctx context.Context, meta domain.CommandMeta, by uuid.UUID, hash string) (
	CriteriaAct, error) {
	act := CriteriaAct{Act: ActWithdraw, Criteria: hash}
	return d.record(ctx, act, domain.WithdrawCriteria{CommandMeta: meta, Hash: hash, By: by}, nil, by, meta)
}

// BeforePresent is the hash of the criteria that were in force before the present ones, which a rollback puts in force
// again; for a command that was carried out before, of those that it put in force. It reports false where there were
// none.
func (d *CriteriaDesk) BeforePresent(command uuid.UUID) (string, bool) {
	for _, a := range d.Governance.State(d.Program).Activations {
		if a.EventID == command {
			return a.Hash, true
		}
	}
	regimes := d.Governance.Regimes(d.Program, d.AsOf)
	if len(regimes) < 2 {
		return "", false
	}
	return regimes[len(regimes)-2].Hash, true
}

// WasInForce tells whether criteria came into force before; a repeated command finds them so too.
func (d *CriteriaDesk) WasInForce(hash string) bool {
	for _, r := range d.Governance.Regimes(d.Program, d.AsOf) {
		if r.Hash == hash {
			return true
		}
	}
	return false
}

// stillHolds fails when an impact is not the one that was seen before.
func stillHolds(act string, now, before *projections.Impact, known bool, seen SeenImpact) error {
	if seen != nil {
		var err error
		if before, err = seen(now); err != nil {
			return err
		}
		known = true
	}
	if !known {
		return &ImpactChangedError{Act: act, Now: now}
	}
	if change := now.Changes(before); !change.None() {
		return &ImpactChangedError{Act: act, Now: now, Before: before, Change: change}
	}
	return nil
}

// judge judges a command without recording anything. It reports whether it was carried out before.
func (d *CriteriaDesk) judge(ctx context.Context, command domain.Command) (done bool, err error) {
	program := domain.Slug(d.Program)
	handled, err := eventstore.Judge(ctx, d.Store, domain.CriteriaStream(program), domain.CriteriaDecider(program), command)
	return err == nil && len(handled.Events) == 0, err
}

// record carries a command out. The plan is that of a proposal, which the log does not hold yet.
func (d *CriteriaDesk) record(ctx context.Context, act CriteriaAct, command domain.Command, plan *criteria.Plan,
	by uuid.UUID, meta domain.CommandMeta) (CriteriaAct, error) {
	if act.Impact != nil {
		preview, err := d.previewAwards(act, plan)
		if err != nil {
			return act, err
		}
		act.Awards = &preview
	}
	program := domain.Slug(d.Program)
	handled, err := eventstore.Handle(ctx, d.Store, domain.CriteriaStream(program), domain.CriteriaDecider(program), command)
	if err != nil {
		return act, err
	}
	act.Program, act.By, act.At, act.Handled = d.Program, by, meta.OccurredAt, handled
	act.Recorded, act.Event, act.Position = len(handled.Events) > 0, meta.ID, handled.Position.String()
	if act.Impact != nil {
		act.Impact = act.Impact.Listed()
	}
	return act, nil
}

// previewAwards counts what would be decided about awards if criteria came into force: at the time of the act, as of
// then or of the decision where that is later.
func (d *CriteriaDesk) previewAwards(act CriteriaAct, plan *criteria.Plan) (projections.AwardPreview, error) {
	at, asOf := d.AsOf, d.AsOf
	if !act.EffectiveAt.IsZero() {
		at = act.EffectiveAt
	}
	if at.After(asOf) {
		asOf = at
	}
	var none *projections.NoCriteriaError
	regimes, err := projections.CompileRegimes(d.Governance, d.Program, asOf)
	if err != nil && !errors.As(err, &none) {
		return projections.AwardPreview{}, err
	}
	if plan == nil {
		document, _ := d.Governance.Document(act.Criteria)
		if plan, err = criteria.Load("criteria", []byte(document)); err != nil {
			return projections.AwardPreview{}, err
		}
	}
	return projections.PreviewAwards(d.Facts, d.Program, regimes, d.Register, plan, at, asOf), nil
}

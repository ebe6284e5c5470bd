package web

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

// criteriaDecision is a decision about the document in the path, as whoever makes it sends it.
type criteriaDecision struct {
	desk *awarding.CriteriaDesk
	meta domain.CommandMeta
	by   uuid.UUID
	hash string
	seen awarding.SeenImpact // the report that the visitor looked at; nil for that of whoever decided before
}

// approveCriteria agrees to a proposal of somebody else.
func (v *visit) approveCriteria() error {
	return v.decideCriteria("approved", func(ctx context.Context, d criteriaDecision) (awarding.CriteriaAct, error) {
		return d.desk.Approve(ctx, d.meta, d.by, d.hash, d.seen)
	})
}

// activateCriteria puts approved criteria in force.
func (v *visit) activateCriteria() error {
	return v.decideCriteria("activated", func(ctx context.Context, d criteriaDecision) (awarding.CriteriaAct, error) {
		at, err := v.timeField("effective_at", d.meta.OccurredAt)
		if err != nil {
			return awarding.CriteriaAct{}, err
		}
		return d.desk.Activate(ctx, d.meta, d.by, awarding.Activation{Act: awarding.ActActivate, Hash: d.hash, At: at,
			Backdate: v.r.PostFormValue("backdate") == "yes", Seen: d.seen})
	})
}

// rollBackCriteria puts criteria in force again that were before.
func (v *visit) rollBackCriteria() error {
	return v.decideCriteria("rolled-back", func(ctx context.Context, d criteriaDecision) (awarding.CriteriaAct, error) {
		if !d.desk.WasInForce(d.hash) {
			return awarding.CriteriaAct{}, &domain.Error{Code: domain.CodeConflict, Field: "hash",
				Message: "these criteria were never in force", Hint: "roll back to earlier ones, or activate these"}
		}
		return d.desk.Activate(ctx, d.meta, d.by, awarding.Activation{Act: awarding.ActRollback, Hash: d.hash,
			At: d.meta.OccurredAt, Seen: d.seen})
	})
}

// withdrawCriteria takes back a proposal, or an activation that is still to come.
func (v *visit) withdrawCriteria() error {
	return v.decideCriteria("withdrawn", func(ctx context.Context, d criteriaDecision) (awarding.CriteriaAct, error) {
		return d.desk.Withdraw(ctx, d.meta, d.by, d.hash)
	})
}

// decideCriteria carries out a decision about the document in the path, and shows it again: with what is wrong, with how
// its impact has changed since it was seen, or with what was done.
func (v *visit) decideCriteria(done string, decide func(context.Context, criteriaDecision) (awarding.CriteriaAct, error)) error {
	act, err := v.tryCriteria(decide)
	var changed *awarding.ImpactChangedError
	var fatal *fault
	switch {
	case errors.As(err, &changed):
		v.problem = err
		return v.criteriaPageWith(changed)
	case errors.As(err, &fatal) && fatal.field == "":
		return err
	case err != nil:
		v.problem = err
		return v.criteriaPage()
	}
	if err := v.recorded(act.Handled.Position); err != nil {
		return err
	}
	return v.redirect("/criteria/"+bareHash(act.Criteria), done)
}

func (v *visit) tryCriteria(decide func(context.Context, criteriaDecision) (awarding.CriteriaAct, error)) (
	act awarding.CriteriaAct, err error) {
	view, meta, err := v.deciding()
	if err != nil {
		return act, err
	}
	d := criteriaDecision{desk: v.desk(view, meta.OccurredAt), meta: meta, by: v.who.Person}
	if d.hash, err = v.criteriaHash(view); err != nil {
		return act, err
	}
	if d.seen, err = v.impactSeen(d.desk, func(then *awarding.CriteriaDesk) (*projections.Impact, error) {
		return then.Impact(d.hash)
	}); err != nil {
		return act, err
	}
	return decide(v.ctx(), d)
}

// deciding is what a decision rests on: what is known now, and who makes it.
func (v *visit) deciding() (*serving.View, domain.CommandMeta, error) {
	view, err := v.look()
	if err != nil {
		return nil, domain.CommandMeta{}, err
	}
	if !view.Present {
		return nil, domain.CommandMeta{}, invalid("as_of", "and position are of the past: decide on what is known now")
	}
	meta, err := v.meta()
	if err == nil && v.who.Person == uuid.Nil {
		err = errNoPerson
	}
	return view, meta, err
}

// impactSeen computes the report that the visitor has seen: that of the position which the form names, as of the time of
// the decision; nil where it names none.
func (v *visit) impactSeen(desk *awarding.CriteriaDesk, impact func(*awarding.CriteriaDesk) (*projections.Impact, error)) (
	awarding.SeenImpact, error) {
	position, err := v.text("seen", parameterBytesMax)
	if err != nil {
		return nil, err
	}
	return v.seenAt(position, desk, impact), nil
}

// seenAt computes the report that was seen at a position of the log; nil where none is given.
func (v *visit) seenAt(position string, desk *awarding.CriteriaDesk,
	impact func(*awarding.CriteriaDesk) (*projections.Impact, error)) awarding.SeenImpact {
	if position == "" {
		return nil
	}
	return func(now *projections.Impact) (*projections.Impact, error) {
		if position == desk.Facts.Position().String() {
			return now, nil
		}
		view, err := v.engine.Look(v.ctx(), serving.At{Program: desk.Program, Position: position})
		if err != nil {
			return nil, err
		}
		defer view.Close()
		return impact(v.desk(view, desk.AsOf))
	}
}

// timeField reads a time of a form, in UTC where it says no other; the one given where the field is empty.
func (v *visit) timeField(name string, empty time.Time) (time.Time, error) {
	text, err := v.text(name, parameterBytesMax)
	if text == "" || err != nil {
		return empty, err
	}
	return parseTime(name, text)
}

// newImpactChange shows how an impact differs from the one that was seen.
func (v *visit) newImpactChange(view *serving.View, e *awarding.ImpactChangedError, to *criteria.Document) *impactChange {
	c := &impactChange{Act: e.Act, ImpactChange: e.Change, Kept: e.Before != nil, Now: v.newImpact(view, "changed", e.Now, to)}
	c.Tiers = c.Now.Tiers
	if e.Before != nil && e.Before.From != e.Now.From {
		c.Tiers = newTierNamer(v.document(view, e.Before.From), to)
	}
	c.Came, c.Left = c.Tiers.movers(view, e.Change.Came), c.Tiers.movers(view, e.Change.Left)
	return c
}

package web

import (
	"net/http"
	"strings"
	"time"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/awarding"
)

// Matched is a decision about criteria by somebody who has looked at them.
type Matched struct {
	Match string `header:"If-Match" maxLength:"1000" doc:"The ETag of the criteria of the program, as they were looked at; needed."`
}

// SeenBody says which report of the impact was seen.
type SeenBody struct {
	Timed
	Seen string `json:"seen,omitempty" maxLength:"256" doc:"The position of the report that was seen; that of the author, or of the approver, if left out."`
}

// ActivateBody says from when on criteria are in force.
type ActivateBody struct {
	SeenBody
	Effective time.Time `json:"effective_at,omitzero" doc:"In force from then on; now if left out."`
	Backdate  bool      `json:"backdate,omitempty" doc:"That may be in the past."`
}

// RollbackBody says which criteria are put in force again.
type RollbackBody struct {
	Timed
	Criteria string `json:"criteria,omitempty" maxLength:"256" doc:"The first digits of their hash; those before the present ones if left out."`
}

// ProposeBody is a document that is put forward.
type ProposeBody struct {
	Timed
	Document string `json:"document" maxLength:"1000000" doc:"YAML."`
}

type proposeInput struct {
	Keyed
	Matched
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    ProposeBody
}

type decisionInput[B any] struct {
	Keyed
	Matched
	Ref     string `path:"ref" maxLength:"256" doc:"The first digits of the hash."`
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    B
}

type rollbackInput struct {
	Keyed
	Matched
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    RollbackBody
}

func (a *api) criteriaCommands() {
	const tag = "criteria"
	act(a, operation{id: "proposeCriteria", path: "/v1/criteria", tag: tag, action: access.CriteriaPropose, command: "criteria propose",
		summary: "Put criteria forward, with the report of what they would change"},
		func(v *visit, in *proposeInput) (*awarding.CriteriaAct, error) {
			plan, err := criteria.Load(documentName, []byte(in.Body.Document))
			if err != nil {
				return nil, err
			}
			d, c, err := v.openDesk(in.Body.At, in.Match)
			if err != nil {
				return nil, err
			}
			if plan.Doc.Program != d.Program {
				return nil, invalid("document", "is written for program %q, not for %q", plan.Doc.Program, d.Program)
			}
			return decided(d.Propose(v.ctx(), c.meta, c.by, plan))
		})
	act(a, operation{id: "approveCriteria", path: "/v1/criteria/{ref}/approval", tag: tag, action: access.CriteriaApprove,
		command: "criteria approve", summary: "Agree to criteria that somebody else proposed",
		about: "Where their impact is no longer what was seen, that is told, and nothing is recorded: look at it, and decide again with seen."},
		func(v *visit, in *decisionInput[SeenBody]) (*awarding.CriteriaAct, error) {
			d, c, hash, seen, err := v.deskFor(in.Ref, &in.Body, in.Match)
			if err != nil {
				return nil, err
			}
			return decided(d.Approve(v.ctx(), c.meta, c.by, hash, seen))
		})
	act(a, operation{id: "activateCriteria", path: "/v1/criteria/{ref}/activation", tag: tag, action: access.CriteriaActivate,
		command: "criteria activate", summary: "Put approved criteria in force, now, later, or from a time in the past on"},
		func(v *visit, in *decisionInput[ActivateBody]) (*awarding.CriteriaAct, error) {
			d, c, hash, seen, err := v.deskFor(in.Ref, &in.Body.SeenBody, in.Match)
			if err != nil {
				return nil, err
			}
			at := in.Body.Effective.UTC()
			if at.IsZero() {
				at = d.AsOf
			}
			return decided(d.Activate(v.ctx(), c.meta, c.by,
				awarding.Activation{Act: awarding.ActActivate, Hash: hash, At: at, Backdate: in.Body.Backdate, Seen: seen}))
		})
	act(a, operation{id: "rollbackCriteria", path: "/v1/criteria-rollback", tag: tag, action: access.CriteriaActivate,
		command: "criteria rollback", summary: "Put criteria in force again that were in force before"}, (*visit).rollback)
	act(a, operation{id: "withdrawCriteria", path: "/v1/criteria/{ref}/withdrawal", tag: tag, action: access.CriteriaWithdraw,
		command: "criteria withdraw", summary: "Take back a proposal, or an activation that is still to come"},
		func(v *visit, in *decisionInput[Timed]) (*awarding.CriteriaAct, error) {
			d, c, hash, _, err := v.deskFor(in.Ref, &SeenBody{Timed: in.Body}, in.Match)
			if err != nil {
				return nil, err
			}
			return decided(d.Withdraw(v.ctx(), c.meta, c.by, hash))
		})
}

func decided(act awarding.CriteriaAct, err error) (*awarding.CriteriaAct, error) { return &act, err }

// openDesk opens the desk at which the criteria of the program are decided about, for somebody who has looked at them as they
// are.
func (v *visit) openDesk(at time.Time, match string) (*awarding.CriteriaDesk, *acting, error) {
	view, err := v.look()
	if err != nil {
		return nil, nil, err
	}
	c, err := v.calling(at, true)
	if err != nil {
		return nil, nil, err
	}
	if !c.before { // what was done before is not done again, whatever has happened since
		if err := checkMatch(match, criteriaVersion(view, view.Program)); err != nil {
			return nil, nil, err
		}
	}
	return &awarding.CriteriaDesk{Store: c.store, Facts: view.Facts, Governance: view.Governance, Register: view.Register,
		Program: view.Program, AsOf: c.meta.OccurredAt}, c, nil
}

// checkMatch refuses a decision by who has not looked at the criteria as they are.
func checkMatch(match, version string) error {
	if strings.TrimSpace(match) == "" {
		return &fault{status: http.StatusPreconditionRequired, field: "If-Match",
			text: "is missing; look at the criteria first, and send the ETag of the answer"}
	}
	for _, tag := range strings.Split(match, ",") {
		tag = strings.Trim(strings.TrimSpace(tag), `"`)
		if first, _, _ := strings.Cut(tag, "."); tag == "*" || first == version {
			return nil
		}
	}
	return &fault{status: http.StatusPreconditionFailed, field: "If-Match",
		text: "is of criteria that were decided about since; look at them again"}
}

// deskFor is the desk with the hash that the path names and the report that was seen, which is nil where none was named.
func (v *visit) deskFor(ref string, body *SeenBody, match string) (
	*awarding.CriteriaDesk, *acting, string, awarding.SeenImpact, error) {
	d, c, err := v.openDesk(body.At, match)
	if err != nil {
		return nil, nil, "", nil, err
	}
	hash, err := findHash(d, ref)
	return d, c, hash, v.seenAt(body.Seen, d, func(then *awarding.CriteriaDesk) (*projections.Impact, error) {
		return then.Impact(hash)
	}), err
}

// findHash finds the one document of the desk's program whose hash begins so.
func findHash(d *awarding.CriteriaDesk, ref string) (string, error) {
	if len(bareHash(ref)) < 4 {
		return "", invalid("ref", "is too short; give 4 digits or more of the hash")
	}
	found := ""
	for _, hash := range d.Governance.Find(ref) {
		switch {
		case d.Governance.ProgramOf(hash) != d.Program:
		case found != "":
			return "", invalid("ref", "begins the hash of several documents; give more digits")
		default:
			found = hash
		}
	}
	if found == "" {
		return "", &domain.Error{Code: domain.CodeNotFound, Field: "ref", Message: "the program has no criteria whose hash begins so",
			Hint: "/v1/criteria lists them"}
	}
	return found, nil
}

func (v *visit) rollback(in *rollbackInput) (*awarding.CriteriaAct, error) {
	d, c, err := v.openDesk(in.Body.At, in.Match)
	if err != nil {
		return nil, err
	}
	var hash string
	if in.Body.Criteria != "" {
		if hash, err = findHash(d, in.Body.Criteria); err != nil {
			return nil, err
		}
	} else if before, ok := d.BeforePresent(c.meta.ID); ok {
		hash = before
	}
	if hash == "" || !d.WasInForce(hash) {
		return nil, &domain.Error{Code: domain.CodeConflict, Field: "criteria", Message: "these criteria were never in force",
			Hint: "roll back to earlier ones, as /v1/criteria lists them, or activate these"}
	}
	return decided(d.Activate(v.ctx(), c.meta, c.by, awarding.Activation{Act: awarding.ActRollback, Hash: hash, At: d.AsOf}))
}

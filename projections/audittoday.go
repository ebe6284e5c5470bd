package projections

import (
	"errors"
	"slices"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
)

// WouldHold answers whether an award would be given under the criteria in force at a time.
type WouldHold struct {
	Holds    bool           `json:"holds"`
	AsOf     time.Time      `json:"as_of"`
	Position string         `json:"position"`
	Criteria string         `json:"criteria"`            // in force
	Held     string         `json:"held"`                // the tier that the person holds; "" for none
	Kept     string         `json:"kept,omitempty"`      // why the tier is held though its when does not hold
	Missing  bool           `json:"missing,omitempty"`   // the criteria have no such tier
	NoMentor bool           `json:"no_mentor,omitempty"` // the person is no mentor in the program, as is known
	Fails    []ClauseCheck  `json:"fails"`               // the clauses of the tier that do not hold
	Decided  *AuditDecision `json:"decided,omitempty"`   // what was decided where it would not
}

// NewWouldHold asks it about an award as it is at the time: with the facts known, and the criteria in force then. It
// fails with *NoCriteriaError where none are in force.
func NewWouldHold(from AuditSources, a *RegisteredAward, state *domain.Award, asOf time.Time) (*WouldHold, error) {
	given := &state.Case
	program := string(given.Program)
	regime, ok := from.Governance.InForce(program, asOf)
	if !ok {
		return nil, &NoCriteriaError{Program: program, AsOf: asOf}
	}
	plan, err := from.Plans.load(regime.Hash, regime.Document)
	if err != nil {
		return nil, err
	}
	w := &WouldHold{AsOf: asOf.UTC(), Position: from.Facts.position.String(), Criteria: regime.Hash,
		Fails: []ClauseCheck{}}
	x := &auditor{AuditSources: from, asOf: asOf}
	if w.Decided, err = x.decided(&auditCase{award: a, state: state}); err != nil {
		return nil, err
	}
	if w.Decided != nil && w.Decided.Kind == DecidedReached {
		w.Decided = nil // it holds
	}
	tier := slices.IndexFunc(plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == string(given.Tier) })
	if tier < 0 {
		w.Missing = true
		return w, nil
	}
	e, err := Explain(from.Facts, nil, program, given.Person, plan, asOf)
	var notMentor *NotMentorError
	if errors.As(err, &notMentor) {
		w.NoMentor = true // any more: the starts of the mentorships were voided
		return w, nil
	}
	if err != nil {
		return nil, err
	}
	w.Held, w.Kept = e.Tier, e.Tiers[tier].Kept
	held := slices.IndexFunc(plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == e.Tier })
	w.Holds = e.Tier != "" && held >= tier
	for _, c := range e.Tiers[tier].Clauses {
		if !c.Holds {
			w.Fails = append(w.Fails, c)
		}
	}
	return w, nil
}

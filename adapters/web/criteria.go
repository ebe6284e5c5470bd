package web

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

func (s *Server) criteriaPages() []route {
	return []route{
		{"GET /criteria", access.CriteriaRead, nil, (*visit).criteriaList},
		{"GET /criteria/{hash}", access.CriteriaRead, nil, (*visit).criteriaPage},
		{"POST /criteria/{hash}/approve", access.CriteriaApprove, nil, (*visit).approveCriteria},
		{"POST /criteria/{hash}/activate", access.CriteriaActivate, nil, (*visit).activateCriteria},
		{"POST /criteria/{hash}/rollback", access.CriteriaActivate, nil, (*visit).rollBackCriteria},
		{"POST /criteria/{hash}/withdraw", access.CriteriaWithdraw, nil, (*visit).withdrawCriteria},
	}
}

// criteriaListed is what the list of criteria shows.
type criteriaListed struct {
	Rows   []criteriaRow
	Before string // digits of the hash of the criteria that a rollback returns to; "" for none
}

// criteriaRow is one document of the list.
type criteriaRow struct {
	projections.CriteriaRecord
	Digits    string
	Author    string
	Approvals []criteriaVote
}

// criteriaVote is somebody's agreement, with what they are called.
type criteriaVote struct {
	Name   string
	At     time.Time
	Lapsed bool
}

// criteriaList lists what was ever proposed for the program, the newest first.
func (v *visit) criteriaList() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	var shown criteriaListed
	for _, r := range view.Governance.Records(view.Program, view.AsOf) {
		row := criteriaRow{CriteriaRecord: r, Digits: bareHash(r.Criteria), Author: v.nameOf(view, r.By)}
		for _, a := range r.Approvals {
			row.Approvals = append(row.Approvals, criteriaVote{v.nameOf(view, a.By), a.At, a.Lapsed})
		}
		shown.Rows = append(shown.Rows, row)
	}
	if hash, ok := v.desk(view, view.AsOf).BeforePresent(uuid.Nil); ok && view.Present && v.may(access.CriteriaActivate) {
		shown.Before = bareHash(hash)
	}
	return v.render("criteria", frameOf{Title: "Criteria", Room: "/criteria", Page: &shown,
		Lead: "What counts as good mentoring here, and what earns a tier: every document that was put forward, and what became of it."})
}

// nameOf is what somebody is called, for those who may read who mentors; "" for nobody and where it is not known.
func (v *visit) nameOf(view *serving.View, person uuid.UUID) string {
	if person == uuid.Nil {
		return ""
	}
	if !v.may(access.StandingsRead) && !v.who.Is(person) {
		return "somebody"
	}
	contact, _ := view.People.Contact(person)
	if contact.Name == "" {
		return person.String()[:8]
	}
	return contact.Name
}

// desk is where decisions about the criteria of the program are made at a time.
func (v *visit) desk(view *serving.View, at time.Time) *awarding.CriteriaDesk {
	return &awarding.CriteriaDesk{Store: v.engine.Store(), Facts: view.Facts, Governance: view.Governance,
		Register: view.Register, Program: view.Program, AsOf: at}
}

// criteriaShown is what the page of one document shows.
type criteriaShown struct {
	projections.CriteriaRecord
	Digits  string
	Author  string
	Text    string
	Active  string // hash of the criteria in force; "" for none
	Changes []criteria.Change
	History []criteriaEvent
	Now     *impactShown  // what it would change now, where that was asked for
	Changed *impactChange // a decision waits for a look at this
	Forms   criteriaForms
}

// criteriaForms are the decisions that can be made about a document now, by this visitor.
type criteriaForms struct {
	Approve, Own, Activate, RollBack, Withdraw bool
}

// Any tells whether there is something to decide.
func (f criteriaForms) Any() bool {
	return f.Approve || f.Own || f.Activate || f.RollBack || f.Withdraw
}

// criteriaEvent is something that happened to a document.
type criteriaEvent struct {
	At     time.Time
	What   string
	By     string
	Note   string
	Impact *impactShown // what they saw
}

// hashPath matches a hash in a path, or its first digits.
var hashPath = regexp.MustCompile(`^(sha256:)?[0-9a-f]{8,64}$`)

// criteriaHash finds the document that the path names, in the program that is looked at.
func (v *visit) criteriaHash(view *serving.View) (string, error) {
	if text := v.r.PathValue("hash"); hashPath.MatchString(text) {
		found := view.Governance.Find(text)
		if len(found) == 1 && view.Governance.ProgramOf(found[0]) == view.Program {
			return found[0], nil
		}
	}
	return "", missing("there are no such criteria in program " + view.Program)
}

// criteriaPage shows a document with everything that happened to it.
func (v *visit) criteriaPage() error { return v.criteriaPageWith(nil) }

// criteriaPageWith shows it with a decision that waits, if there is one.
func (v *visit) criteriaPageWith(waiting *awarding.ImpactChangedError) error {
	view, err := v.look()
	if err != nil {
		return err
	}
	hash, err := v.criteriaHash(view)
	if err != nil {
		return err
	}
	record, ok := view.Governance.Record(view.Program, hash, view.AsOf)
	if !ok {
		return missing("these criteria were not proposed by then")
	}
	loaded, err := view.FindCriteria(hash)
	if err != nil {
		return err
	}
	shown := criteriaShown{CriteriaRecord: record, Digits: bareHash(hash), Author: v.nameOf(view, record.By),
		Text: string(loaded.Doc.Text()), Forms: v.criteriaForms(view, &record)}
	if active, ok := view.Governance.InForce(view.Program, view.AsOf); ok {
		shown.Active = active.Hash
		if doc := v.document(view, active.Hash); doc != nil {
			shown.Changes = criteria.Changes(doc, loaded.Doc)
		}
	}
	shown.History = v.criteriaHistory(view, &record, loaded.Doc)
	switch {
	case waiting != nil:
		shown.Changed = v.newImpactChange(view, waiting, loaded.Doc)
	case v.r.URL.Query().Get("impact") == "now" && v.may(access.CriteriaPreview):
		impact, err := v.desk(view, view.AsOf).Impact(hash)
		if err != nil {
			return err
		}
		shown.Now = v.newImpact(view, "now", impact, loaded.Doc)
	}
	title := record.Title
	if title == "" {
		title = "Criteria " + shortHash(hash)
	}
	return v.render("criterion", frameOf{Title: title, Room: "/criteria", Page: &shown})
}

// criteriaForms tells what the visitor can decide: only at the present, and only what the rules of the domain allow.
func (v *visit) criteriaForms(view *serving.View, r *projections.CriteriaRecord) (f criteriaForms) {
	if !view.Present {
		return f
	}
	p := view.Governance.State(view.Program).Proposal(r.Criteria)
	open := p != nil && p.Open()
	if open && v.may(access.CriteriaApprove) {
		f.Own = v.who.Is(p.By)
		f.Approve = !f.Own && !slices.ContainsFunc(p.Approvals, func(a domain.Approval) bool {
			return !a.Lapsed && v.who.Is(a.By)
		})
	}
	may := v.may(access.CriteriaActivate)
	f.Activate = may && r.Status == projections.CriteriaApproved
	f.RollBack = may && !open && r.Status == projections.CriteriaReplaced
	f.Withdraw = v.may(access.CriteriaWithdraw) && (open || r.Status == projections.CriteriaScheduled)
	return f
}

// criteriaHistory lists what happened to a document, in order of time, with what each of those who decided saw.
func (v *visit) criteriaHistory(view *serving.View, r *projections.CriteriaRecord, doc *criteria.Document) []criteriaEvent {
	var events []criteriaEvent
	seen := func(id string, data json.RawMessage) *impactShown {
		impact, ok := projections.DecodeImpact(data)
		if !ok {
			return nil
		}
		return v.newImpact(view, id, impact, doc)
	}
	if !r.ProposedAt.IsZero() {
		events = append(events, criteriaEvent{At: r.ProposedAt, What: "proposed", By: v.nameOf(view, r.By),
			Impact: seen("proposed", r.Impact)})
	}
	for _, a := range r.Approvals {
		e := criteriaEvent{At: a.At, What: "approved", By: v.nameOf(view, a.By), Impact: seen("approved-"+a.Event.String(), a.Impact)}
		if a.Lapsed {
			e.Note = "It lapsed, as other criteria were activated since."
		}
		events = append(events, e)
	}
	for _, a := range r.Activations {
		e := criteriaEvent{At: a.At, What: "activated", By: v.nameOf(view, a.By),
			Note: "To be in force from " + a.EffectiveAt.UTC().Format("2006-01-02 15:04") + " UTC on."}
		switch {
		case a.Cancelled:
			e.Note += " Withdrawn before that."
		case a.EffectiveAt.Before(a.At):
			e.Note += " Backdated."
		}
		events = append(events, e)
	}
	slices.SortStableFunc(events, func(a, b criteriaEvent) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return events
}

package web

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

func (s *Server) retunePages() []route {
	return []route{
		{"GET /retune", access.CriteriaPreview, nil, (*visit).retuneStart},
		{"POST /retune", access.CriteriaPreview, nil, (*visit).retune},
		{"POST /retune/propose", access.CriteriaPropose, nil, (*visit).proposeCriteria},
	}
}

// retuneShown is what the workbench shows.
type retuneShown struct {
	Draft   *draft
	Against string        // hash of what it is compared with; "" for nothing
	Preview *previewShown // nil while the document cannot be used
	Other   string        // the program that the document names, where that is another
	Same    bool          // the document means what it is compared with
	Present bool          // what is looked at is what a proposal would be judged by
}

// retuneStart begins with the criteria that are looked at, or those that the address says to start from, or a sample.
func (v *visit) retuneStart() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	start := view.Criteria
	if ref := v.r.URL.Query().Get("start"); ref != "" {
		if start, err = view.FindCriteria(ref); err != nil {
			return err
		}
	}
	if start == nil {
		if start, err = view.FindCriteria(criteriaSample); err != nil {
			return v.showRetune(view, newDraft(""))
		}
	}
	text := start.Text
	if text == string(start.Doc.Canonical()) { // as the log holds it: one line of JSON
		text = string(start.Doc.Text())
	}
	return v.showRetune(view, newDraft(text))
}

// criteriaSample names the bundled criteria.
const criteriaSample = "sample"

// retune shows what the document that was sent would do, after the knobs that were turned are set in it.
func (v *visit) retune() error {
	d, err := v.readDraft()
	if err != nil {
		return err
	}
	view, err := v.look()
	if err != nil {
		return err
	}
	return v.showRetune(view, d)
}

func (v *visit) showRetune(view *serving.View, d *draft) error {
	shown := retuneShown{Draft: d, Present: view.Present}
	if view.Criteria != nil {
		shown.Against = view.Criteria.Hash
	}
	if d.Plan != nil {
		if d.Plan.Doc.Program != view.Program {
			shown.Other = d.Plan.Doc.Program
		}
		shown.Same = d.Plan.Doc.Hash() == shown.Against
		var err error
		if shown.Preview, err = v.preview(view, d.Plan); err != nil {
			return err
		}
	}
	return v.render("retune", frameOf{Title: "Retune", Room: "/retune", Page: &shown,
		Lead: "Change the criteria, and see at once what that would do to everybody, over all history. Nothing is recorded by trying."})
}

// preview computes what a plan would do.
func (v *visit) preview(view *serving.View, plan *criteria.Plan) (*previewShown, error) {
	tuner, err := v.retuners.of(v.ctx(), view, v.now)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	p, err := tuner.Preview(v.ctx(), plan)
	if err != nil {
		return nil, err
	}
	took := time.Since(began)
	v.telemetry.Previewed(took)
	p.Name(view.People)
	return v.newPreview(view, p, plan.Doc, took), nil
}

// proposeShown is the question before a proposal is recorded.
type proposeShown struct {
	Text    string
	Hash    string
	Changes []criteria.Change
	Impact  *impactShown
	Changed *impactChange // it is no longer what was seen
}

// proposeCriteria shows what a proposal would record, and once that was seen, records it.
func (v *visit) proposeCriteria() error {
	d, err := v.readDraft()
	if err != nil {
		return err
	}
	view, meta, err := v.deciding()
	if err != nil {
		return err
	}
	if d.Plan == nil {
		v.problem = invalid("document", "cannot be used yet: correct what is found below")
		return v.showRetune(view, d)
	}
	desk := v.desk(view, meta.OccurredAt)
	impact := func(then *awarding.CriteriaDesk) (*projections.Impact, error) {
		from, err := awarding.PlanInForce(then.Governance, then.Program, then.AsOf)
		if err != nil {
			return nil, err
		}
		return projections.NewImpact(then.Facts, then.Program, from, d.Plan, then.AsOf, 0), nil
	}
	seen, err := v.impactSeen(desk, impact)
	if err != nil {
		return err
	}
	now, err := impact(desk)
	if err != nil {
		return err
	}
	if seen == nil {
		return v.askProposal(view, d, now, nil)
	}
	before, err := seen(now)
	if err != nil {
		return err
	}
	if change := now.Changes(before); !change.None() {
		changed := &awarding.ImpactChangedError{Act: awarding.ActPropose, Now: now, Before: before, Change: change}
		v.problem = changed
		return v.askProposal(view, d, now, changed)
	}
	act, err := desk.Propose(v.ctx(), meta, v.who.Person, d.Plan)
	var refused *domain.Error
	if errors.As(err, &refused) {
		v.problem = err
		return v.askProposal(view, d, now, nil)
	}
	if err != nil {
		return err
	}
	if err := v.recorded(act.Handled.Position); err != nil {
		return err
	}
	return v.redirect("/criteria/"+bareHash(act.Criteria), "proposed")
}

// askProposal shows what a proposal would record.
func (v *visit) askProposal(view *serving.View, d *draft, now *projections.Impact, changed *awarding.ImpactChangedError) error {
	shown := proposeShown{Text: d.Text, Hash: d.Plan.Doc.Hash(), Impact: v.newImpact(view, "impact", now, d.Plan.Doc)}
	if doc := v.document(view, now.From); doc != nil {
		shown.Changes = criteria.Changes(doc, d.Plan.Doc)
	}
	if d.Plan.Doc.Program != view.Program {
		v.problem = invalid("document", "names program %s, and you look at %s: propose it there", d.Plan.Doc.Program, view.Program)
	}
	if changed != nil {
		shown.Changed = v.newImpactChange(view, changed, d.Plan.Doc)
	}
	return v.render("propose", frameOf{Title: "Propose these criteria", Room: "/retune", Page: &shown,
		Lead: "This is what the proposal would say. Nothing changes for anybody until somebody else approves it and it is activated."})
}

// The longest that a draft may be: what the parser takes, and more, so that it is the parser that says so.
const draftBytesMax = 256 << 10

// draft is a document that is being changed.
type draft struct {
	Text     string
	Plan     *criteria.Plan // nil while it cannot be used
	Findings []finding
	Knobs    []knobGroup
	Turned   bool // the text is not as it was sent: knobs were set in it
	turns    map[string]knobTurn
}

// finding is what is wrong, or unlikely to be meant, with a document.
type finding struct {
	Line, Column  int // from 1; 0 where it has no place
	Error         bool
	Message, Hint string
}

// knobGroup are the knobs of one part of a document.
type knobGroup struct {
	Title string
	Knobs []knobShown
}

// knobShown is a knob with what was sent for it, where it cannot be that.
type knobShown struct {
	criteria.Knob
	Short string // its label within the group
	Sent  string // "" where it was set, or not sent
	Wrong string
}

// Fine is by how much the number field counts.
func (k knobShown) Fine() string {
	if k.Decimals == 0 {
		return "1"
	}
	return "0." + strings.Repeat("0", k.Decimals-1) + "1"
}

// Spell writes a number as the document does.
func (k knobShown) Spell(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// knobTurn is a knob that could not be turned, with what was wanted and why not.
type knobTurn struct{ sent, wrong string }

// newDraft checks a text.
func newDraft(text string) *draft {
	d := &draft{Text: text}
	d.check()
	return d
}

// check finds what is wrong with the text, and what can be turned in it.
func (d *draft) check() {
	d.Plan, d.Findings, d.Knobs = nil, nil, nil
	in, err := criteria.Inspect("", []byte(d.Text))
	if err != nil {
		d.Findings = append(d.Findings, finding{Error: true, Message: err.Error()})
		return
	}
	d.Plan = in.Plan
	for _, f := range in.Findings {
		d.Findings = append(d.Findings, finding{f.Place.Line, f.Place.Column, f.Severity == criteria.SeverityError, f.Message, f.Hint})
	}
	for _, k := range in.Knobs {
		title, short, ok := strings.Cut(k.Label, ": ")
		if !ok {
			title, short = "Others", k.Label
		}
		i := slices.IndexFunc(d.Knobs, func(g knobGroup) bool { return g.Title == title })
		if i < 0 {
			i = len(d.Knobs)
			d.Knobs = append(d.Knobs, knobGroup{Title: title})
		}
		turn := d.turns[k.ID]
		d.Knobs[i].Knobs = append(d.Knobs[i].Knobs, knobShown{k, short, turn.sent, turn.wrong})
	}
}

// Lines are the numbers of the lines of the text, with which of them something is wrong.
func (d *draft) Lines() []lineShown {
	lines := make([]lineShown, strings.Count(d.Text, "\n")+1)
	for i := range lines {
		lines[i].Number = i + 1
	}
	for _, f := range d.Findings {
		if f.Line > 0 && f.Line <= len(lines) && lines[f.Line-1].Mark != "bad" {
			lines[f.Line-1].Mark = "warn"
			if f.Error {
				lines[f.Line-1].Mark = "bad"
			}
		}
	}
	return lines
}

// lineShown is a line's number, and "bad" or "warn" where something is found in it.
type lineShown struct {
	Number int
	Mark   string
}

package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

// CriteriaList is the criteria of a program.
type CriteriaList struct {
	Program  string                       `json:"program"`
	AsOf     time.Time                    `json:"as_of"`
	Criteria []projections.CriteriaRecord `json:"criteria"`
}

func (l *CriteriaList) items() any { return l.Criteria }

// CriteriaText is a criteria document.
type CriteriaText struct {
	Criteria string `json:"criteria" doc:"The hash."`
	Program  string `json:"program"`
	Title    string `json:"title,omitempty"`
	Document string `json:"document" doc:"YAML."`
}

// CriteriaHistory is all that happened to a criteria document.
type CriteriaHistory struct {
	*projections.CriteriaRecord
	Approvals []ApprovalShown `json:"approvals"`
	Impact    json.RawMessage `json:"impact,omitempty" doc:"The report that the author saw."`
	Document  string          `json:"document"`
}

// ApprovalShown is an approval with the report that the approver saw.
type ApprovalShown struct {
	projections.ApprovalRecord
	Impact json.RawMessage `json:"impact,omitempty"`
}

// CriteriaFinding is something that is wrong with a document, or can hardly be meant.
type CriteriaFinding struct {
	Severity string `json:"severity"`
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	Path     string `json:"path,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

// CriteriaReport is what checking a document found.
type CriteriaReport struct {
	File     string            `json:"file"`
	OK       bool              `json:"ok"`
	Criteria string            `json:"criteria,omitempty" doc:"The hash, of a document that is right."`
	Findings []CriteriaFinding `json:"findings"`
}

func (r *CriteriaReport) items() any { return r.Findings }

// documentName is what findings call a document that was sent.
const documentName = "document"

// DocumentBody is a criteria document that is sent.
type DocumentBody struct {
	Document string `json:"document" maxLength:"1000000" doc:"YAML."`
}

type criteriaQuery struct {
	Moment
	Listing
}

type criteriaPath struct {
	Ref string `path:"ref" maxLength:"256" doc:"The criteria: active, the first digits of a hash, or sample." example:"active"`
	Moment
}

type comparisonQuery struct {
	Moment
	From string `query:"from" default:"active" maxLength:"256" doc:"The criteria to compare with: active, sample, or the first digits of a hash."`
	To   string `query:"to" required:"true" maxLength:"256" doc:"The criteria to try, named the same way."`
}

type comparisonOfDocument struct {
	Moment
	From string `query:"from" default:"active" maxLength:"256" doc:"The criteria to compare with: active, sample, or the first digits of a hash."`
	Body DocumentBody
}

type documentInput struct{ Body DocumentBody }

type nothing struct{}

func (a *api) criteriaOperations() {
	const tag = "criteria"
	ask(a, operation{id: "listCriteria", path: "/v1/criteria", tag: tag, action: access.CriteriaRead, command: "criteria list",
		summary: "The criteria of a program: status, author, approvals, when in force"},
		func(v *visit, in *criteriaQuery) (*CriteriaList, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			return &CriteriaList{view.Program, view.AsOf, part(v, in.Listing, view.Governance.Records(view.Program, view.AsOf))}, nil
		})
	ask(a, operation{id: "getCriteria", path: "/v1/criteria/{ref}", tag: tag, action: access.CriteriaRead, command: "criteria show",
		summary: "A criteria document", about: "With sample it is the document that `laurel criteria init` writes."},
		func(v *visit, in *criteriaPath) (*CriteriaText, error) {
			_, c, err := v.criteriaIn(in)
			if err != nil {
				return nil, err
			}
			return &CriteriaText{c.Hash, c.Doc.Program, c.Doc.Title, c.Text}, nil
		})
	ask(a, operation{id: "getCriteriaRecord", path: "/v1/criteria/{ref}/record", tag: tag, action: access.CriteriaRead,
		command: "criteria show", summary: "What happened to a criteria document: proposal, approvals, activations, with their reports"},
		(*visit).criteriaRecord)
	ask(a, operation{id: "getCriteriaSchema", path: "/v1/criteria-schema", tag: tag, action: access.CriteriaRead, on: onAll,
		command: "criteria schema", summary: "The JSON Schema of criteria documents"},
		func(*visit, *nothing) (json.RawMessage, error) { return json.RawMessage(criteria.Schema()), nil })
	ask(a, operation{id: "checkCriteria", method: http.MethodPost, path: "/v1/criteria-check", tag: tag, action: access.CriteriaRead,
		on: onAll, command: "criteria check", summary: "Check a criteria document"},
		func(_ *visit, in *documentInput) (*CriteriaReport, error) {
			return checkDocument(in.Body.Document), nil
		})
	ask(a, operation{id: "compareCriteria", path: "/v1/comparison", tag: tag, action: access.CriteriaPreview, command: "criteria diff",
		summary: "Who would gain and lose what under other criteria"},
		func(v *visit, in *comparisonQuery) (*projections.Comparison, error) {
			view, err := v.look()
			if err != nil {
				return nil, err
			}
			to, err := view.FindCriteria(in.To)
			if err != nil {
				return nil, err
			}
			return v.comparison(in.From, to.Plan)
		})
	ask(a, operation{id: "compareDocument", method: http.MethodPost, path: "/v1/comparison", tag: tag, action: access.CriteriaPreview,
		command: "criteria diff", summary: "Who would gain and lose what under a document that is sent",
		about: "Nothing is recorded, and nobody is told."},
		func(v *visit, in *comparisonOfDocument) (*projections.Comparison, error) {
			plan, err := criteria.Load(documentName, []byte(in.Body.Document))
			if err != nil {
				return nil, err
			}
			return v.comparison(in.From, plan)
		})
}

// criteriaIn finds the criteria that the path names.
func (v *visit) criteriaIn(in *criteriaPath) (*serving.View, *serving.Criteria, error) {
	view, err := v.look()
	if err != nil {
		return nil, nil, err
	}
	c, err := view.FindCriteria(in.Ref)
	return view, c, err
}

func (v *visit) criteriaRecord(in *criteriaPath) (*CriteriaHistory, error) {
	view, c, err := v.criteriaIn(in)
	if err != nil {
		return nil, err
	}
	record, ok := view.Governance.Record(c.Doc.Program, c.Hash, view.AsOf)
	if !ok {
		return nil, missing("the log does not hold these criteria at this time; propose them, or look at another time or position")
	}
	h := &CriteriaHistory{&record, make([]ApprovalShown, len(record.Approvals)), record.Impact, record.Document}
	for i, approval := range record.Approvals {
		h.Approvals[i] = ApprovalShown{approval, approval.Impact}
	}
	return h, nil
}

func (v *visit) comparison(from string, to *criteria.Plan) (*projections.Comparison, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	c, err := view.FindCriteria(from)
	if err != nil {
		return nil, err
	}
	return projections.Compare(view.Facts, view.People, view.Program, c.Plan, to, view.AsOf, 0), nil
}

// checkDocument checks a document as criteria check does.
func checkDocument(text string) *CriteriaReport {
	doc, findings := criteria.Parse(documentName, []byte(text))
	r := &CriteriaReport{File: documentName, OK: !findings.HasErrors(), Findings: []CriteriaFinding{}}
	if r.OK {
		r.Criteria = doc.Hash()
	}
	for _, d := range findings {
		r.Findings = append(r.Findings, CriteriaFinding{string(d.Severity), d.File, d.Place.Line, d.Place.Column, d.Path, d.Message, d.Hint})
	}
	return r
}

// bareHash is a hash, or the beginning of one, without the name of its kind.
func bareHash(hash string) string { return strings.TrimPrefix(hash, "sha256:") }

package web

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// Problem is what went wrong, as RFC 9457 has it.
type Problem struct {
	Type   string        `json:"type" doc:"Always about:blank: the status says what kind of problem it is."`
	Title  string        `json:"title" doc:"The status in words."`
	Status int           `json:"status"`
	Detail string        `json:"detail" doc:"What is wrong."`
	Field  string        `json:"field,omitempty" doc:"The parameter, header or member of the body that is wrong."`
	Hint   string        `json:"hint,omitempty" doc:"What would be right."`
	Number string        `json:"request,omitempty" doc:"The number of the request, to find it in the log of the server by."`
	Errors []ProblemPart `json:"errors,omitempty" doc:"All that is wrong, where that is more than one thing."`

	Events *EventsReport `json:"events,omitempty" doc:"Of events that were sent: what became of the others."`

	Seen   string                    `json:"seen,omitempty" doc:"Of a decision about criteria: the position to decide again with, once the difference was looked at."`
	Now    *projections.Impact       `json:"impact,omitempty" doc:"Of a decision about criteria: what they would change now."`
	Change *projections.ImpactChange `json:"change,omitempty" doc:"Of a decision about criteria: how that differs from what was seen."`
}

// ProblemPart is one of several things that are wrong.
type ProblemPart struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return mediaProblem }

// problemOf tells an error to programs.
func (v *visit) problemOf(err error) *Problem {
	v.release()
	t := tell(err)
	p := &Problem{Type: "about:blank", Title: statusText(t.Status), Status: t.Status, Detail: t.Text, Field: t.Field}
	var domainError *domain.Error
	var reused *eventstore.CommandReusedError
	var changed *awarding.ImpactChangedError
	switch {
	case t.Status == http.StatusInternalServerError:
		p.Number = v.report(err)
		p.Detail = "Something went wrong inside Laurel. The log of the server has it under this number."
	case errors.As(err, &changed):
		p.Now, p.Seen = changed.Now.Listed(), changed.Now.Position
		p.Detail, p.Hint = err.Error(), "look at the difference, then decide again with seen "+p.Seen
		if changed.Before != nil {
			p.Change = &changed.Change
		}
	case errors.As(err, &reused):
		p.Status, p.Title = http.StatusUnprocessableEntity, statusText(http.StatusUnprocessableEntity)
		p.Field, p.Detail = "Idempotency-Key", "is that of another command, which asked for something else"
		p.Hint = "give each command a key of its own"
	case errors.As(err, &domainError):
		p.Detail, p.Hint = domainError.Message, domainError.Hint
	}
	v.keepRejected(told{p.Status, p.Field, p.Detail})
	return p
}

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "Given Up"
}

// writeProblem answers a call that did not get as far as its operation.
func (v *visit) writeProblem(p *Problem) {
	var b bytes.Buffer
	if err := writeJSON(&b, p); err != nil {
		http.Error(v.w, p.Detail, p.Status)
		return
	}
	v.w.Header().Set("Content-Type", mediaProblem)
	v.w.WriteHeader(p.Status)
	_, _ = v.w.Write(b.Bytes())
}

// asProblem turns what the parser found wrong into a problem. What was sent is not repeated.
func (a *api) asProblem(ctx huma.Context, _ string, body any) (any, error) {
	found, ok := body.(*huma.ErrorModel)
	if !ok {
		return body, nil
	}
	p := &Problem{Type: "about:blank", Title: statusText(found.Status), Status: found.Status, Detail: found.Detail}
	for _, e := range found.Errors {
		if e != nil {
			p.Errors = append(p.Errors, ProblemPart{fieldOf(e.Location), e.Message})
		}
	}
	if len(p.Errors) > 0 {
		p.Field, p.Detail = p.Errors[0].Field, p.Errors[0].Detail
	}
	if v := visitOf(ctx.Context()); v != nil {
		v.release()
		v.keepRejected(told{p.Status, p.Field, p.Detail})
	}
	return p, nil
}

// fieldOf is a field as callers know it, without the part of the request that it is in.
func fieldOf(location string) string {
	for _, part := range []string{"body.", "query.", "path.", "header."} {
		if field, ok := strings.CutPrefix(location, part); ok {
			return field
		}
	}
	return location
}

package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// fault is an error that this package found itself, with its status.
type fault struct {
	status int
	field  string // the parameter, header or field of a form that is wrong; may be empty
	text   string
}

func (f *fault) Error() string {
	if f.field != "" {
		return strings.ReplaceAll(f.field, "_", " ") + " " + f.text
	}
	return f.text
}

// invalid is a parameter or field that must be changed.
func invalid(field, format string, args ...any) error {
	return &fault{status: http.StatusUnprocessableEntity, field: field, text: fmt.Sprintf(format, args...)}
}

// missing is something that does not exist.
func missing(text string) error { return &fault{status: http.StatusNotFound, text: text} }

// domainStatuses are the statuses of refusals of the domain.
var domainStatuses = map[domain.Code]int{
	domain.CodeInvalid: http.StatusUnprocessableEntity, domain.CodeConflict: http.StatusConflict,
	domain.CodeNotFound: http.StatusNotFound, domain.CodeForbidden: http.StatusForbidden,
}

// told is what people and programs are told of an error.
type told struct {
	Status int
	Field  string // what is wrong; may be empty
	Text   string // a sentence or several
}

// tell says which error is which status, and what to say. It is the one place that knows.
func tell(err error) told {
	var own *fault
	var domainError *domain.Error
	var notMentor *projections.NotMentorError
	var noCriteria *projections.NoCriteriaError
	var noTier *projections.NoTierError
	var document *criteria.InvalidError
	var impact *awarding.ImpactChangedError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, access.ErrSignedOut):
		return told{http.StatusUnauthorized, "", err.Error()}
	case errors.As(err, &own):
		return told{own.status, own.field, own.Error()}
	case errors.As(err, &tooLarge):
		return told{http.StatusRequestEntityTooLarge, "", fmt.Sprintf("The request is longer than the %d bytes allowed.",
			tooLarge.Limit)}
	case errors.As(err, &notMentor):
		return told{http.StatusNotFound, "", notMentor.Error()}
	case errors.As(err, &noCriteria):
		return told{http.StatusNotFound, "criteria", noCriteria.Error()}
	case errors.As(err, &noTier):
		return told{http.StatusNotFound, "tier", noTier.Error()}
	case errors.As(err, &document):
		return told{http.StatusUnprocessableEntity, "document", document.Error()}
	case errors.As(err, &impact):
		return told{http.StatusConflict, "seen", impact.Error()}
	case errors.As(err, &domainError):
		return told{domainStatuses[domainError.Code], domainError.Field, err.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		return told{http.StatusServiceUnavailable, "", "That took too long. Try again."}
	case errors.Is(err, context.Canceled):
		return told{499, "", "The request was given up."}
	}
	switch eventstore.CodeOf(err) {
	case eventstore.CodeInvalid:
		return told{http.StatusUnprocessableEntity, "", err.Error()}
	case eventstore.CodeNotFound:
		return told{http.StatusNotFound, "", err.Error()}
	case eventstore.CodeTooLarge:
		return told{http.StatusRequestEntityTooLarge, "", err.Error()}
	case eventstore.CodeConflict:
		return told{http.StatusConflict, "", "Somebody else changed this at the same moment. Look at it again."}
	case eventstore.CodeUnavailable, eventstore.CodeLocked:
		return told{http.StatusServiceUnavailable, "", "The log cannot be reached at the moment. Try again."}
	}
	return told{Status: http.StatusInternalServerError}
}

// fail answers a page with what went wrong.
func (v *visit) fail(err error) {
	v.release()
	t := tell(err)
	v.keepRejected(t)
	if t.Status == http.StatusInternalServerError {
		t.Text = "Something went wrong inside Laurel. The log of the server has it under number " + v.report(err) + "."
	}
	v.status(t)
}

// report logs an internal error without what the request held, and returns the number to find it by.
func (v *visit) report(err error) string {
	number := requestNumber(v.ctx())
	v.log.Error("request failed", slog.String("request", number), slog.String("route", v.r.Pattern),
		slog.String("error", mailAddress.ReplaceAllString(err.Error(), "(address)")))
	return number
}

// mailAddress finds what errors of a library may repeat of what they were given.
var mailAddress = regexp.MustCompile(`[^\s"'<>]+@[^\s"'<>]+`)

// status answers with a page that says what is wrong.
func (v *visit) status(t told) {
	err := v.renderAs(t.Status, "error", frameOf{Title: http.StatusText(t.Status), Page: t})
	if err != nil {
		http.Error(v.w, t.Text, t.Status)
	}
}

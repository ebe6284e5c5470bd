package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"syscall"

	"github.com/google/uuid"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Exit statuses.
const (
	exitDone   = 0
	exitFailed = 1 // the command was right but could not be done
	exitUsage  = 2 // wrong usage or bad input: change the command line or the input
)

// cliError is an error that this command found itself: what was being done, where, what is wrong, and the remedy.
type cliError struct {
	code  int
	what  string // such as "read criteria"
	where string // such as a file with line and column; may be empty
	wrong string
	hint  string // may be empty
}

func (e *cliError) Error() string {
	text := e.what
	if e.where != "" {
		text += ": " + e.where
	}
	if e.wrong != "" {
		text += ": " + e.wrong
	}
	if e.hint != "" {
		text += " (hint: " + e.hint + ")"
	}
	return text
}

// usage is a wrong command line.
func usage(wrong, hint string) error {
	return &cliError{code: exitUsage, what: wrong, hint: hint}
}

// badInput is a file or value that must be changed before the command can succeed.
func badInput(what, where, wrong, hint string) error {
	return &cliError{code: exitUsage, what: what, where: where, wrong: wrong, hint: hint}
}

// failed is anything else that went wrong.
func failed(what, where, wrong, hint string) error {
	return &cliError{code: exitFailed, what: what, where: where, wrong: wrong, hint: hint}
}

// describe returns the one line that the user sees of an error, and the exit status. It is the only place that knows
// which error means which status.
func describe(err error) (string, int) {
	text := oneLine(err.Error())
	var own *cliError
	var findings *findingsError
	var notMentor *projections.NotMentorError
	var noCriteria *projections.NoCriteriaError
	var reused *eventstore.CommandReusedError
	switch {
	case errors.As(err, &own):
		return text, own.code
	case errors.As(err, &findings):
		return findings.Error(), exitUsage
	case errors.As(err, &reused):
		return text, exitUsage
	case errors.Is(err, context.Canceled):
		return "stopped by a signal: what was acknowledged is kept (hint: run the command again to go on)", exitFailed
	case errors.As(err, &notMentor):
		return text + hint("choose another --as-of, --position or --program"), exitUsage
	case errors.As(err, &noCriteria):
		return text + hint("propose some with `laurel criteria propose my.yaml`, have them approved, and activate them"),
			exitUsage
	case hasRemedy(err):
		return text, exitFailed
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return text + hint("make room, then run the command again: what was acknowledged is kept"), exitFailed
	case errors.Is(err, context.DeadlineExceeded):
		return text, exitFailed
	}
	var document *criteria.InvalidError
	if errors.As(err, &document) {
		return describeFindings(document.Diagnostics), exitUsage
	}
	if domain.ErrorCode(err) != "" {
		return text, exitUsage
	}
	switch eventstore.CodeOf(err) {
	case eventstore.CodeInvalid, eventstore.CodeNotFound, eventstore.CodeTooLarge:
		return text, exitUsage
	case eventstore.CodeConflict, eventstore.CodeCorrupt, eventstore.CodeLocked, eventstore.CodeUnavailable:
		return text, exitFailed
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return text + hint("check who owns the file and who may write it"), exitFailed
	case errors.Is(err, fs.ErrNotExist):
		return text + hint("check the path"), exitUsage
	}
	return text, exitFailed
}

// personText matches an id that stands alone, with what comes before it; one in the name of a stream does not.
var personText = regexp.MustCompile(`(^|[^-\w])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b`)

// named puts names in the place of people's ids in what the user sees of a refusal. Rules know people by id only; the
// user knows them by name. An id stays where the log has no name for it, and beside a name that several people have.
// What commands say themselves is left alone: where that has ids, they are to be used.
func (a *app) named(err error, text string) string {
	var own *cliError
	var notMentor *projections.NotMentorError
	if a.people == nil || errors.As(err, &own) || domain.ErrorCode(err) == "" && !errors.As(err, &notMentor) {
		return text
	}
	return personText.ReplaceAllStringFunc(text, func(match string) string {
		id := match[len(match)-len(uuid.Nil.String()):]
		contact, _ := a.people.Contact(uuid.MustParse(id))
		name := render.Printable(contact.Name)
		switch {
		case name == "":
			return match
		case len(a.people.Find(contact.Name)) > 1:
			name += " (" + id + ")"
		}
		return match[:len(match)-len(id)] + name
	})
}

// hasRemedy tells whether a store already said what to do about its failure.
func hasRemedy(err error) bool {
	var unavailable *eventstore.UnavailableError
	return errors.As(err, &unavailable) && unavailable.Remedy != ""
}

// describeFindings names the first error of a criteria document, and how many more there are.
func describeFindings(findings criteria.Diagnostics) string {
	var first criteria.Diagnostic
	more := -1
	for _, d := range findings {
		if d.Severity != criteria.SeverityError {
			continue
		}
		if more++; more == 0 {
			first = d
		}
	}
	text := oneLine(first.String())
	if more > 0 {
		text += fmt.Sprintf("; and %s, see `laurel criteria check %s`", plural(more, "error more", "errors more"), first.File)
	}
	return "criteria " + text
}

// findingsError is all that is wrong with criteria files, a line each: what `laurel criteria check` is for.
type findingsError struct {
	findings criteria.Diagnostics
}

func (e *findingsError) Error() string {
	var lines []string
	for _, d := range e.findings {
		lines = append(lines, "criteria "+oneLine(d.String()))
	}
	return strings.Join(lines, "\nlaurel: ")
}

func hint(text string) string { return " (hint: " + text + ")" }

// oneLine joins the lines of a text, so that an error stays one line.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// plural counts things in words.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", thousands(int64(n)), many)
}

// thousands writes a count with commas, such as 1,503.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

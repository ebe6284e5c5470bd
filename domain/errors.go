package domain

import (
	"errors"
	"strings"
)

// Code is the kind of an Error. There are few, so that exit statuses and HTTP statuses can be chosen in one place.
type Code string

const (
	CodeInvalid   Code = "invalid"   // the command can never be right, whatever the state
	CodeConflict  Code = "conflict"  // the command is well-formed, but the state does not allow it
	CodeNotFound  Code = "not_found" // the command names something that is not there
	CodeForbidden Code = "forbidden" // this person may not do that
)

// Error says why a command was refused. Match with errors.As, or take the code with ErrorCode.
type Error struct {
	Code    Code
	Field   string // the payload's or command's JSON field at fault, such as "personal.of"; "" for the whole
	Message string // what is wrong
	Hint    string // what would be right; "" when the message says it
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Field != "" {
		b.WriteString(e.Field)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// ErrorCode returns the code of the first *Error in the chain of err, or "" when there is none.
func ErrorCode(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

func invalid(field, message, hint string) *Error {
	return &Error{Code: CodeInvalid, Field: field, Message: message, Hint: hint}
}

func conflict(field, message, hint string) *Error {
	return &Error{Code: CodeConflict, Field: field, Message: message, Hint: hint}
}

func notFound(field, message, hint string) *Error {
	return &Error{Code: CodeNotFound, Field: field, Message: message, Hint: hint}
}

func forbidden(field, message, hint string) *Error {
	return &Error{Code: CodeForbidden, Field: field, Message: message, Hint: hint}
}

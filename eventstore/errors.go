package eventstore

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// Code is the small vocabulary that every error of a store falls into, so that a command's exit status and an HTTP
// status are each chosen in one place.
type Code string

const (
	CodeConflict    Code = "conflict"    // the stream is not as the append expected, or the event id is taken
	CodeInvalid     Code = "invalid"     // the request can never succeed as it stands
	CodeNotFound    Code = "not_found"   // the stream does not exist
	CodeTooLarge    Code = "too_large"   // a limit is exceeded; smaller pieces may succeed
	CodeCorrupt     Code = "corrupt"     // what was stored is damaged
	CodeLocked      Code = "locked"      // another process holds the store
	CodeUnavailable Code = "unavailable" // the store cannot serve now; a retry with the same ids is safe
)

// CodeOf returns the code of the first error in err's tree that has one, and "" for an error of another kind, such as
// the context's.
func CodeOf(err error) Code {
	var coded interface{ Code() Code }
	if errors.As(err, &coded) {
		return coded.Code()
	}
	return ""
}

// ErrClosed is what every method of a closed store fails with.
var ErrClosed error = closedError{}

type closedError struct{}

func (closedError) Error() string { return "event store is closed" }
func (closedError) Code() Code    { return CodeUnavailable }

// ConflictError tells that the stream was not at the expected revision. Nothing was recorded.
type ConflictError struct {
	Stream   string
	Expected Expected
	Actual   Revision // newest revision of the stream, when it exists
	Exists   bool     // whether the stream has any event
}

func (e *ConflictError) Error() string {
	actual := "it does not exist"
	if e.Exists {
		actual = fmt.Sprintf("it is at revision %d", e.Actual)
	}
	return fmt.Sprintf("append to stream %q: expected %s, but %s: read it again and decide anew",
		e.Stream, e.Expected, actual)
}

// Code is CodeConflict.
func (e *ConflictError) Code() Code { return CodeConflict }

// IDReusedError tells that the stream already holds an event with this id and the append is not a retry of it: its
// type or data differ, or the ids around it do. Nothing was recorded.
type IDReusedError struct {
	Stream   string
	ID       string
	Revision Revision // of the event that holds the id
}

func (e *IDReusedError) Error() string {
	return fmt.Sprintf("append to stream %q: event id %s is taken by another event or append, at revision %d: "+
		"retry with exactly the same events, or give new events new ids", e.Stream, e.ID, e.Revision)
}

// Code is CodeConflict.
func (e *IDReusedError) Code() Code { return CodeConflict }

// CommandReusedError tells that a command has the id of one that was carried out before, and asks for something else.
// Nothing was recorded.
type CommandReusedError struct {
	Stream     string
	ID         uuid.UUID
	Type       domain.EventType // of the event that the earlier one led to
	OccurredAt time.Time
}

// Reused is the error of a command whose id is that of an event, and which did not lead to that event.
func Reused(e RecordedEvent) error {
	return &CommandReusedError{Stream: e.Stream, ID: e.ID, Type: e.Type, OccurredAt: e.Meta.OccurredAt}
}

func (e *CommandReusedError) Error() string {
	return fmt.Sprintf("id: %s is the id of another command, which led to %s at %s on %s; give each command an id of its own",
		e.ID, e.Type, e.OccurredAt.UTC().Format(time.RFC3339), e.Stream)
}

// Code is CodeConflict.
func (e *CommandReusedError) Code() Code { return CodeConflict }

// StreamNotFoundError tells that a stream to read has no events.
type StreamNotFoundError struct {
	Stream string
}

func (e *StreamNotFoundError) Error() string {
	return fmt.Sprintf("stream %q does not exist", e.Stream)
}

// Code is CodeNotFound.
func (e *StreamNotFoundError) Code() Code { return CodeNotFound }

// TooLargeError tells which limit an append exceeds. Nothing was recorded.
type TooLargeError struct {
	Stream string
	What   string // such as "data of event 3, in bytes"
	Size   int
	Max    int
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("append to stream %q: %s: %d, at most %d", e.Stream, e.What, e.Size, e.Max)
}

// Code is CodeTooLarge.
func (e *TooLargeError) Code() Code { return CodeTooLarge }

// InvalidError tells what is wrong with a request and what would be right.
type InvalidError struct {
	What   string // the subject, such as `position "x"`
	Reason string
}

func (e *InvalidError) Error() string { return e.What + ": " + e.Reason }

// Code is CodeInvalid.
func (e *InvalidError) Code() Code { return CodeInvalid }

// CorruptError names a place in a store that is damaged.
type CorruptError struct {
	Path     string   // the file; "" where the store is not a file
	Position Position // of the first damaged record; zero when the damage is not in one
	Offset   int64    // byte offset in the file; -1 when not known
	Reason   string
	Err      error // what the driver said, if it did
}

func (e *CorruptError) Error() string {
	text := "event log"
	if e.Path != "" {
		text += " " + e.Path
	}
	text += " is damaged"
	if !e.Position.IsZero() {
		text += " at position " + e.Position.String()
	}
	if e.Offset >= 0 {
		text += fmt.Sprintf(", byte offset %d", e.Offset)
	}
	text += ": " + e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text + "; restore it from a backup"
}

// Code is CodeCorrupt.
func (e *CorruptError) Code() Code { return CodeCorrupt }

func (e *CorruptError) Unwrap() error { return e.Err }

// LockedError tells that another process holds the store.
type LockedError struct {
	Path string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("event log %s is in use by another process: stop it, or choose another --store", e.Path)
}

// Code is CodeLocked.
func (e *LockedError) Code() Code { return CodeLocked }

// UnavailableError tells that the store could not do something now, such as write to a full disk. Whether an append
// that fails so was recorded may be unknown; a retry with the same ids finds out and repeats nothing.
type UnavailableError struct {
	Action string // such as "append to event log x/events.bolt"
	Remedy string // what would help; may be ""
	Err    error
}

func (e *UnavailableError) Error() string {
	text := e.Action + ": " + e.Err.Error()
	if e.Remedy != "" {
		text += ": " + e.Remedy
	}
	return text
}

// Code is CodeUnavailable.
func (e *UnavailableError) Code() Code { return CodeUnavailable }

func (e *UnavailableError) Unwrap() error { return e.Err }

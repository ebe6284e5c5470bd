package eventstore

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// Revision is the place of an event in its stream, counted from 0.
type Revision uint64

// Position is the place of an event in the log of one store: opaque, and comparable only among positions of that
// store. The zero Position is before the first event.
type Position struct {
	log          uint32 // tag of the log that gave it out, so that another log's positions are refused
	major, minor uint64 // meaning known to the store alone
}

// NewEvent is an encoded event to append.
type NewEvent struct {
	ID   uuid.UUID
	Type domain.EventType
	Meta domain.Metadata
	Data []byte // a JSON object; empty is stored as empty
}

// RecordedEvent is an event as the log holds it. Its Data is the receiver's to keep, not to change.
type RecordedEvent struct {
	ID         uuid.UUID
	Type       domain.EventType
	Stream     string
	Revision   Revision
	Position   Position
	RecordedAt time.Time // the store's clock, UTC
	Meta       domain.Metadata
	Data       []byte
}

// StreamAppend asks for events to be appended to one stream, all or none.
type StreamAppend struct {
	Stream   string
	Expected Expected
	Events   []NewEvent
}

// AppendResult tells where an append ended up.
type AppendResult struct {
	Revision Revision // of the last event appended
	Position Position // of the last event appended: wait for it to read your own write
}

// MessageKind tells what a subscription delivers.
type MessageKind uint8

const (
	MessageEvent      MessageKind = iota + 1 // an event that passes the filter
	MessageCaughtUp                          // everything recorded so far was delivered
	MessageCheckpoint                        // everything up to Position was delivered or filtered out
)

// Message is one delivery of a subscription. Position is set on every kind: resuming after it loses and repeats
// nothing.
type Message struct {
	Kind     MessageKind
	Event    RecordedEvent // for MessageEvent
	Position Position
}

// Filter selects events of the log. An empty field selects everything; both set must both match.
type Filter struct {
	Categories []string // the stream's name up to the first "-", such as "mentorship"
	Types      []domain.EventType
}

// Direction is the order of a stream read.
type Direction uint8

const (
	Forward  Direction = iota // oldest first
	Backward                  // newest first
)

// Store is an append-only log of events in streams.
//
// Every method fails with a typed error of this package (see errors.go), translated from the driver's, or with the
// context's own error. Stores are safe for concurrent use.
type Store interface {
	// Append records the events on the stream, all or none, and returns once they are durable.
	//
	// Ids are unique within a stream. A retry, the same ids in the same order with the same types and data, returns the
	// original result when the original append met the same expectation, even after later events. The same id with
	// another type or data fails with *IDReusedError, whatever the expectation. An exact expectation that is not met
	// fails with *ConflictError, which carries the actual revision. Appending no events is *InvalidError.
	Append(ctx context.Context, a StreamAppend) (AppendResult, error)

	// AppendBatch performs the appends in order, each as Append does, with as few round trips and syncs as the backend
	// can, and stops at the first that fails: the results are those of the appends before it, all durable.
	AppendBatch(ctx context.Context, appends []StreamAppend) ([]AppendResult, error)

	// ReadStream yields the stream's events from a revision on, in the direction given. Backward from RevisionEnd starts
	// at the newest. A stream that does not exist yields *StreamNotFoundError.
	ReadStream(ctx context.Context, stream string, from Revision, dir Direction) iter.Seq2[RecordedEvent, error]

	// ReadAll yields the events after a position, in log order, up to the head at the time of the call.
	ReadAll(ctx context.Context, after Position, filter Filter) iter.Seq2[RecordedEvent, error]

	// Subscribe yields the events after a position, then waits for more until the context ends, which ends the
	// iteration with the context's error. It yields MessageCaughtUp each time that it reaches the head, and
	// MessageCheckpoint at least every CheckpointEventsMax events that the filter leaves out. A slow consumer falls
	// behind and loses nothing.
	Subscribe(ctx context.Context, after Position, filter Filter) iter.Seq2[Message, error]

	// Head returns the position of the newest event; the zero Position when there is none.
	Head(ctx context.Context) (Position, error)

	// ParsePosition reads Position.String back. It fails with *InvalidError on text that this log did not give out.
	ParsePosition(text string) (Position, error)

	// ComparePositions orders two positions of this store, as cmp.Compare does.
	ComparePositions(a, b Position) int

	// Capabilities tells what this backend can promise beyond the contract above.
	Capabilities() Capabilities

	Close() error
}

// RevisionEnd is the newest revision of a stream, for ReadStream backward.
const RevisionEnd = Revision(1<<64 - 1)

// Capabilities are the declared differences between backends.
type Capabilities struct {
	Durable          bool // an acknowledged append survives a crash of the process and the machine
	ComparesPayloads bool // the same id with other data is noticed (an EventStoreDB server does not look)
	AppendEventsMax  int  // events in one append
	AppendBytesMax   int  // data, types, and metadata in one append
}

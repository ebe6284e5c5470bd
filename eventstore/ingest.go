package eventstore

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"

	"github.com/google/uuid"

	"laurel/domain"
)

// IngestItem is one event that a source wants recorded. It is judged as the domain judges an imported event; see
// domain.Record.
type IngestItem struct {
	Stream string
	Event  domain.Event

	// Optional says that the event is one of several that would do, such as the registration of a person whom other
	// sources know too: where its stream exists and does not take it, or has its id already, it is passed over without
	// a look at its content.
	Optional bool

	// With are events that must be there before this one, such as the start of a mentorship before its session. Each
	// is passed over where its stream exists; else it is recorded, if this one is.
	With []IngestItem

	Place  Place
	Origin any // handed back with a Rejection; may be nil
}

// Place is where in its source an item stands.
type Place struct {
	File string
	Line int    // from 1; 0 where lines make no sense
	Note string // more, such as a commit hash; may be ""
}

func (p Place) String() string {
	text := p.File
	if p.Line > 0 {
		text += fmt.Sprintf(":%d", p.Line)
	}
	if p.Note == "" {
		return text
	}
	if text == "" {
		return p.Note
	}
	return text + " (" + p.Note + ")"
}

// Rejection is an item that cannot be recorded.
type Rejection struct {
	Place  Place
	Stream string
	Type   domain.EventType
	ID     uuid.UUID
	Err    error
	Origin any
}

func (r Rejection) String() string {
	if r.Type == "" { // it could not even be read
		return fmt.Sprintf("%s: %v", r.Place, r.Err)
	}
	if place := r.Place.String(); place != "" {
		return fmt.Sprintf("%s: %s on %s: %v", place, r.Type, r.Stream, r.Err)
	}
	return fmt.Sprintf("%s on %s: %v", r.Type, r.Stream, r.Err)
}

// ErrOtherContent is the reason of a Rejection for an event whose id is taken by an event of another type, data
// or time.
var ErrOtherContent = errors.New("the stream already holds another event with this id: give a changed event a new " +
	"id, or void the old one")

// Defaults of IngestOptions.
const (
	ingestBatchEventsDefault = 100_000
	ingestBatchBytesMax      = 48 << 20
	ingestBatchEventsFirst   = 10_000
	ingestStatesDefault      = 400_000
	ingestRejectionsKept     = 1000
	ingestConflictsMax       = 8 // in a row, without one event recorded between them
)

// IngestOptions say how to ingest. The zero value is right for most.
type IngestOptions struct {
	// BatchEventsMax is how many events are appended at once, 100,000 if 0. A batch ends earlier at 48 MiB of payloads.
	// The larger it is, the fewer pages a store writes again and again, and the more memory it takes: up to about 1 KiB
	// an event, twice. The first batches are smaller, so that the store has something to do soon.
	BatchEventsMax int

	// StatesMax bounds the memory: about how many streams, each weighed by its events, are kept decided, 400,000 if 0.
	// A stream takes about 0.5 KiB and an event of it 60 bytes. Streams beyond that are read again when needed.
	StatesMax int

	// DryRun decides everything and appends nothing. What it would append stays in memory.
	DryRun bool

	// Progress, if not nil, is called after every batch and at the end.
	Progress func(IngestReport)

	// Rejected, if not nil, is called for every rejected item, as a rule before the next item is taken from the source.
	Rejected func(Rejection)
}

// IngestReport tells what an ingest did. All counts but Items are of events.
type IngestReport struct {
	Items        int                      // taken from the source
	Appended     map[domain.EventType]int // recorded now, or what would be in a dry run
	AlreadyThere int                      // recorded before, or passed over because the stream was open
	Rejected     int                      // items
	Rejections   []Rejection              // the first 1,000 of them
	Position     Position                 // of the last event appended; zero if none was
}

// AppendedTotal is the number of events appended.
func (r IngestReport) AppendedTotal() int {
	total := 0
	for _, n := range r.Appended {
		total += n
	}
	return total
}

// Ingest records the items in order, skipping what the store already holds, so that taking the same source again adds
// nothing, also after an ingest that was cut short. An item that is rejected never stops the others.
//
// Events are appended in batches at exact revisions while the next batch is being decided. When somebody else writes
// to the same streams meanwhile, what is affected is decided again. An error of the source, the store or the context
// ends the ingest; the report then tells what was recorded until then, all of it durable.
func Ingest(ctx context.Context, store Store, items iter.Seq2[IngestItem, error], o IngestOptions) (
	IngestReport, error,
) {
	g, err := newIngester(ctx, store, o)
	if err != nil {
		return IngestReport{}, fmt.Errorf("ingest: %w", err)
	}
	for item, err := range items {
		if err != nil {
			return g.finish(err)
		}
		if err := ctx.Err(); err != nil {
			return g.finish(err)
		}
		g.report.Items++
		g.take(&item, true)
		if len(g.batch.events) >= g.batchEvents || g.batch.bytes >= ingestBatchBytesMax {
			if err := g.flush(); err != nil {
				return g.finish(err)
			}
		}
		if g.failed != nil {
			return g.finish(nil)
		}
	}
	return g.finish(nil)
}

func (r IngestReport) clone() IngestReport {
	r.Appended = maps.Clone(r.Appended)
	return r
}

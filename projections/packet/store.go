package packet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// store are the events of a packet, to be read only. They are unpacked anew each time that they are read, so that they
// need no memory. Their positions are those of the log that they came from.
type store struct {
	archive *archive
	head    eventstore.Position // of the packet
}

var _ eventstore.Store = (*store)(nil)

// ReadAll implements eventstore.Store.
func (s *store) ReadAll(ctx context.Context, after eventstore.Position, filter eventstore.Filter,
) iter.Seq2[eventstore.RecordedEvent, error] {
	return func(yield func(eventstore.RecordedEvent, error) bool) {
		file, err := s.archive.open(eventsName)
		if err != nil {
			yield(eventstore.RecordedEvent{}, err)
			return
		}
		defer file.Close()
		lines, last := &lineReader{r: bufio.NewReaderSize(file, 64<<10)}, eventstore.Position{}
		for {
			if err := ctx.Err(); err != nil {
				yield(eventstore.RecordedEvent{}, err)
				return
			}
			line, err := lines.next()
			if err == io.EOF {
				return
			}
			var e eventstore.RecordedEvent
			if err == nil {
				e, err = s.event(line, last)
			}
			if err != nil {
				yield(e, wrongf(eventsName, "line %d: %v", lines.number, err))
				return
			}
			last = e.Position
			if s.ComparePositions(e.Position, after) > 0 && filter.Match(e.Stream, e.Type) && !yield(e, nil) {
				return
			}
		}
	}
}

// lineReader reads lines of a bounded length.
type lineReader struct {
	r      *bufio.Reader
	number int // of the line read last, counted from 1
	line   []byte
}

func (l *lineReader) next() ([]byte, error) {
	l.number++
	l.line = l.line[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		l.line = append(l.line, part...)
		switch {
		case len(l.line) > lineBytesMax:
			return nil, fmt.Errorf("it is longer than %d bytes", lineBytesMax)
		case err == nil:
			return l.line, nil
		case errors.Is(err, io.EOF) && len(l.line) > 0:
			return nil, errors.New("it does not end")
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// event reads a line. Events come in order of their positions, all of one log, up to that of the packet.
func (s *store) event(text []byte, last eventstore.Position) (e eventstore.RecordedEvent, err error) {
	var line eventstore.Line
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&line); err != nil {
		return e, err
	}
	if e.ID, err = uuid.Parse(line.ID); err != nil {
		return e, errors.New("its id is no uuid")
	}
	if e.Position, err = s.ParsePosition(line.Position); err != nil {
		return e, err
	}
	if s.ComparePositions(e.Position, last) <= 0 {
		return e, errors.New("its position is not after that of the line before")
	}
	if _, err := domain.ParseStream(line.Stream); err != nil {
		return e, err
	}
	e.Type, e.Stream, e.Revision = domain.EventType(line.Type), line.Stream, eventstore.Revision(line.Revision)
	e.RecordedAt = line.RecordedAt.UTC()
	e.Meta = domain.Metadata{OccurredAt: line.OccurredAt.UTC(), Actor: line.Actor, Source: line.Source,
		CorrelationID: line.CorrelationID, CausationID: line.CausationID, Schema: line.Schema}
	e.Data = line.Data
	return e, nil
}

// ReadStream implements eventstore.Store. It reads forward only.
func (s *store) ReadStream(ctx context.Context, stream string, from eventstore.Revision, dir eventstore.Direction,
) iter.Seq2[eventstore.RecordedEvent, error] {
	return func(yield func(eventstore.RecordedEvent, error) bool) {
		if dir != eventstore.Forward {
			yield(eventstore.RecordedEvent{}, errReadOnly)
			return
		}
		found := false
		for e, err := range s.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}) {
			if err != nil {
				yield(e, err)
				return
			}
			if e.Stream != stream {
				continue
			}
			found = true
			if e.Revision >= from && !yield(e, nil) {
				return
			}
		}
		if !found {
			yield(eventstore.RecordedEvent{}, &eventstore.StreamNotFoundError{Stream: stream})
		}
	}
}

// errReadOnly is the answer to everything that checking a packet has no use for.
var errReadOnly = errors.New("the events of a packet are read forward only, and not added to")

// Append implements eventstore.Store.
func (s *store) Append(context.Context, eventstore.StreamAppend) (eventstore.AppendResult, error) {
	return eventstore.AppendResult{}, errReadOnly
}

// AppendBatch implements eventstore.Store.
func (s *store) AppendBatch(context.Context, []eventstore.StreamAppend) ([]eventstore.AppendResult, error) {
	return nil, errReadOnly
}

// Subscribe implements eventstore.Store.
func (s *store) Subscribe(context.Context, eventstore.Position, eventstore.Filter,
) iter.Seq2[eventstore.Message, error] {
	return func(yield func(eventstore.Message, error) bool) { yield(eventstore.Message{}, errReadOnly) }
}

// Head implements eventstore.Store.
func (s *store) Head(context.Context) (eventstore.Position, error) { return s.head, nil }

// ParsePosition implements eventstore.Store.
func (s *store) ParsePosition(text string) (eventstore.Position, error) {
	return eventstore.ParsePositionOf(text, s.head.Log(), s.head)
}

// ComparePositions implements eventstore.Store.
func (s *store) ComparePositions(a, b eventstore.Position) int {
	return eventstore.ComparePositions(a, b)
}

// Capabilities implements eventstore.Store.
func (s *store) Capabilities() eventstore.Capabilities { return eventstore.Capabilities{} }

// Close implements eventstore.Store.
func (s *store) Close() error { return nil }

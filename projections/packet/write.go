package packet

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// Write writes the packet as a zip file, and returns its manifest. The events are read from the store meanwhile, and
// not kept. The same log gives the same files.
func (p *Packet) Write(ctx context.Context, w io.Writer) (*Manifest, error) {
	z := zip.NewWriter(w)
	var files []ManifestFile
	for _, f := range p.files {
		entry, err := z.CreateHeader(header(f.name))
		if err != nil {
			return nil, err
		}
		s := newSumming(entry)
		if err := f.write(ctx, s); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.name, err)
		}
		files = append(files, s.file(f.name))
	}
	m := p.manifest(files)
	text, err := m.encode()
	if err != nil {
		return nil, err
	}
	entry, err := z.CreateHeader(header(manifestName))
	if err != nil {
		return nil, err
	}
	if _, err := entry.Write(text); err != nil {
		return nil, err
	}
	return &m, z.Close()
}

// header says how a file is in the zip file: at the earliest time there is, so that the same log gives the same bytes.
func header(name string) *zip.FileHeader {
	return &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// writeEvents writes the events that belong to the packet, a line each, and counts them.
func (p *Packet) writeEvents(ctx context.Context, w io.Writer) error {
	s, err := p.from.selection(ctx)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	p.counts.Events = 0
	for e, err := range p.from.Store.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			return err
		}
		if p.from.Store.ComparePositions(e.Position, p.from.Position) > 0 {
			break
		}
		if !s.has(&e) {
			continue
		}
		if e.Data, err = s.data(&e); err != nil {
			return fmt.Errorf("event %s at position %s: payload: %w", e.ID, e.Position, err)
		}
		line, err := encode(eventstore.NewLine(e))
		if err != nil {
			return fmt.Errorf("event %s at position %s: %w", e.ID, e.Position, err)
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
		p.counts.Events++
	}
	return out.Flush()
}

// selection tells which events belong to a packet, and what of them.
type selection struct {
	streams  map[string]bool           // all of their events
	people   map[uuid.UUID]bool        // of their events those of personTypes
	types    map[domain.EventType]bool // of a person's
	known    map[domain.EventType]bool // of all others: what is foreign says nothing, and may hold anything
	redactor *projections.Redactor     // nil: no names
}

// personTypes are the types of events on a person's stream that standings and awards follow from.
var personTypes = []domain.EventType{domain.TypeSkillAttested, domain.TypeProjectCompleted,
	domain.TypePromotionRecorded, domain.TypePracticeShared, domain.TypeEventVoided}

// selection finds the streams of the program, and the people in them.
func (from *Source) selection(ctx context.Context) (*selection, error) {
	program := domain.Slug(from.Program)
	s := &selection{people: map[uuid.UUID]bool{}, types: typeSet(personTypes), known: typeSet(domain.EventTypes()),
		streams: map[string]bool{domain.ProgramStream(program): true, domain.CriteriaStream(program): true}}
	if from.People != nil {
		s.types[domain.TypePersonRegistered] = true
		var err error
		if s.redactor, err = projections.ReadRedactor(ctx, from.Store); err != nil {
			return nil, err
		}
	}
	filter := eventstore.Filter{Types: []domain.EventType{domain.TypeMentorshipStarted, domain.TypeAwardProposed,
		domain.TypeAwardGranted}}
	for e, err := range from.Store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return nil, err
		}
		if from.Store.ComparePositions(e.Position, from.Position) > 0 {
			break
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			return nil, err
		}
		switch payload := event.Payload.(type) {
		case *domain.MentorshipStarted:
			s.add(&e, payload.Program == program, payload.Mentor, payload.Mentee)
		case *domain.AwardProposed:
			s.add(&e, payload.Program == program, payload.Person)
		case *domain.AwardGranted:
			s.add(&e, payload.Program == program, payload.Person)
		}
	}
	return s, nil
}

func typeSet(types []domain.EventType) map[domain.EventType]bool {
	set := make(map[domain.EventType]bool, len(types))
	for _, t := range types {
		set[t] = true
	}
	return set
}

func (s *selection) add(e *eventstore.RecordedEvent, ours bool, people ...uuid.UUID) {
	if !ours {
		return
	}
	s.streams[e.Stream] = true
	for _, id := range people {
		s.people[id] = true
	}
}

// has tells whether an event belongs to the packet.
func (s *selection) has(e *eventstore.RecordedEvent) bool {
	if domain.Category(e.Stream) != domain.CategoryPerson {
		return s.streams[e.Stream] && s.known[e.Type]
	}
	stream, err := domain.ParseStream(e.Stream)
	return err == nil && s.people[stream.ID] && s.types[e.Type]
}

// data returns the payload of an event as it is in the packet.
func (s *selection) data(e *eventstore.RecordedEvent) ([]byte, error) {
	if s.redactor == nil {
		return projections.WithoutPersonal(e.Data)
	}
	shown := s.redactor.Data(e)
	if e.Type == domain.TypePersonRegistered {
		return projections.WithoutPersonal(shown, "name")
	}
	return projections.WithoutPersonal(shown)
}

package gitlog

import (
	"context"
	"fmt"
	"iter"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Source is the source in the metadata of imported events, and Actor their actor.
const (
	Source = "git"
	Actor  = "import:git"
)

// sourceSpace is the name space of the ids of everything but people.
var sourceSpace = domain.SourceSpace(Source)

// pair is a mentor and a mentee.
type pair struct{ mentor, mentee uuid.UUID }

// Known is what a store held of a program before an import, apart from what the log to import holds itself.
type Known struct {
	pairs   map[pair]string        // the stream of their mentorship
	mentees map[uuid.UUID]struct{} // who was a mentee already
}

// Load reads what the store knows of a program from other commits than the log's.
func Load(ctx context.Context, store eventstore.Store, program domain.Slug, log *Log) (*Known, error) {
	known := &Known{pairs: map[pair]string{}, mentees: map[uuid.UUID]struct{}{}}
	inLog := make(map[string]struct{}, len(log.Commits))
	for i := range log.Commits {
		inLog[log.Commits[i].Hash] = struct{}{}
	}
	mentees := map[string]uuid.UUID{} // of the program's mentorships, by stream
	filter := eventstore.Filter{
		Categories: []string{domain.CategoryMentorship},
		Types:      []domain.EventType{domain.TypeMentorshipStarted, domain.TypeSessionHeld},
	}
	for r, err := range store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return nil, fmt.Errorf("read what is known of program %s: %w", program, err)
		}
		_, again := inLog[r.Meta.CorrelationID]
		again = again && r.Meta.Source == Source
		if r.Type == domain.TypeSessionHeld {
			if mentee, ok := mentees[r.Stream]; ok && !again {
				known.mentees[mentee] = struct{}{}
			}
			continue
		}
		e, err := eventstore.Decode(r)
		if err != nil {
			return nil, fmt.Errorf("read what is known of program %s: %w", program, err)
		}
		started, ok := e.Payload.(*domain.MentorshipStarted)
		if !ok || started.Program != program {
			continue
		}
		mentees[r.Stream] = started.Mentee
		if !again {
			known.pairs[pair{started.Mentor, started.Mentee}] = r.Stream
			known.mentees[started.Mentee] = struct{}{}
		}
	}
	return known, nil
}

// mapper turns commits into items, one after the other.
type mapper struct {
	log      *Log
	program  domain.Slug
	file     string
	ids      []uuid.UUID // by index of log.People
	seen     []bool      // registered, by index of log.People
	pairs    map[pair]string
	mentees  map[uuid.UUID]struct{}
	promoted map[promotion]struct{}
	commits  map[string]struct{}
	opened   bool
}

type promotion struct {
	person  uuid.UUID
	channel Channel
}

// Items yields what the log gives for a program, in order. File names the source in rejections.
func Items(log *Log, program domain.Slug, file string, known *Known) iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		m := &mapper{
			log: log, program: program, file: file,
			ids: make([]uuid.UUID, len(log.People)), seen: make([]bool, len(log.People)),
			pairs: map[pair]string{}, mentees: map[uuid.UUID]struct{}{}, promoted: map[promotion]struct{}{},
			commits: make(map[string]struct{}, len(log.Commits)),
		}
		for i := range log.People {
			m.ids[i] = domain.PersonID(log.People[i].Email)
		}
		if known != nil {
			for p, stream := range known.pairs {
				m.pairs[p] = stream
			}
			for person := range known.mentees {
				m.mentees[person] = struct{}{}
			}
		}
		for i := range log.Commits {
			if !m.commit(&log.Commits[i], func(item eventstore.IngestItem) bool { return yield(item, nil) }) {
				return
			}
		}
	}
}

// commit yields what one commit gives. A commit that was in the log before, as where two logs were joined, gives
// nothing.
func (m *mapper) commit(c *Commit, yield func(eventstore.IngestItem) bool) bool {
	if _, again := m.commits[c.Hash]; again {
		return true
	}
	m.commits[c.Hash] = struct{}{}
	trailers := distinct(c)
	if len(trailers) == 0 {
		return true
	}
	at := &stage{m: m, c: c, yield: yield, ok: true}
	if !m.opened {
		m.opened = true
		at.put(domain.ProgramStream(m.program), "program/"+string(m.program), c.Line, true,
			&domain.ProgramOpened{Title: string(m.program), Kind: "git"})
	}
	at.register(c.Author, c.Line)
	for _, t := range trailers {
		at.register(t.Person, t.Line)
	}
	at.promote(trailers, Reviewed, "reviewer")
	at.promote(trailers, Mentored, "mentor")
	for _, t := range trailers {
		at.session(t)
	}
	m.mentees[m.ids[c.Author]] = struct{}{}
	return at.ok
}

// distinct returns the trailers that name someone other than the author, each person and channel once.
func distinct(c *Commit) []Trailer {
	type named struct {
		channel Channel
		person  uint32
	}
	seen := make(map[named]struct{}, len(c.Trailers))
	out := make([]Trailer, 0, len(c.Trailers))
	for _, t := range c.Trailers {
		key := named{t.Channel, t.Person}
		if _, again := seen[key]; again || t.Person == c.Author {
			continue
		}
		seen[key] = struct{}{}
		out = append(out, t)
	}
	return out
}

// stage yields the items of one commit until the receiver has had enough.
type stage struct {
	m     *mapper
	c     *Commit
	yield func(eventstore.IngestItem) bool
	ok    bool
}

func (s *stage) put(stream, key string, line int, optional bool, payload domain.Payload) {
	if !s.ok {
		return
	}
	s.ok = s.yield(eventstore.IngestItem{
		Stream: stream,
		Event: domain.Event{
			ID: uuid.NewSHA1(sourceSpace, []byte(key)),
			Meta: domain.Metadata{
				OccurredAt: s.c.At, Actor: Actor, Source: Source, CorrelationID: s.c.Hash,
				Schema: domain.SchemaOf(payload.EventType()),
			},
			Payload: payload,
		},
		Optional: optional,
		Place:    eventstore.Place{File: s.m.file, Line: line, Note: "commit " + s.c.Hash},
	})
}

// register yields PersonRegistered where the log has not shown the person before.
func (s *stage) register(person uint32, line int) {
	if s.m.seen[person] {
		return
	}
	s.m.seen[person] = true
	id, p := s.m.ids[person], s.m.log.People[person]
	s.put(domain.PersonStream(id), "registered/"+id.String(), line, true,
		&domain.PersonRegistered{Personal: domain.PersonDetails{Of: id, Name: p.Name, Email: p.Email}})
}

// promote yields PromotionRecorded for those of the channel who were mentees of an earlier commit, once each.
func (s *stage) promote(trailers []Trailer, channel Channel, to string) {
	for _, t := range trailers {
		if t.Channel != channel {
			continue
		}
		id := s.m.ids[t.Person]
		if _, mentee := s.m.mentees[id]; !mentee {
			continue
		}
		if _, again := s.m.promoted[promotion{id, channel}]; again {
			continue
		}
		s.m.promoted[promotion{id, channel}] = struct{}{}
		// An earlier import of a log that lacked this commit may have found a later first time: that one stays.
		s.put(domain.PersonStream(id), "promotion/"+string(s.m.program)+"/"+id.String()+"/"+to, t.Line, true,
			&domain.PromotionRecorded{Levels: 1, To: to})
	}
}

// session yields what one trailer gives: the start of the mentorship if need be, the session, the goal.
func (s *stage) session(t Trailer) {
	p := pair{mentor: s.m.ids[t.Person], mentee: s.m.ids[s.c.Author]}
	stream, ok := s.m.pairs[p]
	if !ok {
		key := string(s.m.program) + "/" + p.mentor.String() + "/" + p.mentee.String()
		stream = domain.MentorshipStream(uuid.NewSHA1(sourceSpace, []byte("mentorship/"+key)))
		s.m.pairs[p] = stream
		s.put(stream, "started/"+key, t.Line, true,
			&domain.MentorshipStarted{Program: s.m.program, Mentor: p.mentor, Mentee: p.mentee})
	}
	key := string(s.m.program) + "/" + s.c.Hash + "/" + t.Channel.String() + "/" + p.mentor.String()
	s.put(stream, "session/"+key, t.Line, false,
		&domain.SessionHeld{Channel: t.Channel.String(), Confirmed: t.Channel == Mentored})
	if t.Channel == Mentored {
		s.put(stream, "goal/"+key, t.Line, false, &domain.GoalMet{Imported: true, Attested: true})
	}
}

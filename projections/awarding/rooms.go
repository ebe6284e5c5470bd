package awarding

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// startAttemptsMax bounds how often a start looks again at what there is. Each time, somebody else has started a
// mentorship of the same two, and most likely it goes on.
const startAttemptsMax = 16

// StartMentorship brings two people together in a program that is open at that time. They are registered, not erased,
// and have no other mentorship, the same way round, in the program that has not ended. It returns the mentorship.
//
// The stream of a mentorship is named by the program, the two, and how many mentorships of them were named so before: see
// domain.MentorshipID. Several who start one at the same time mean the same stream, and a store takes the first event of
// a stream once; the others look again, and find that it goes on.
func StartMentorship(ctx context.Context, store eventstore.Store, c domain.StartMentorship) (
	uuid.UUID, eventstore.Handled, error) {
	for attempt := 1; ; attempt++ {
		id, before, err := nextMentorship(ctx, store, &c)
		if err != nil {
			return id, eventstore.Handled{}, err
		}
		handled, err := eventstore.Handle(ctx, store, domain.MentorshipStream(id), domain.MentorshipDecider(id), c)
		if before || domain.ErrorCode(err) != domain.CodeConflict || attempt == startAttemptsMax {
			return id, handled, err
		}
	}
}

// nextMentorship is the mentorship that a command may start; or the one that it has started before.
func nextMentorship(ctx context.Context, store eventstore.Store, c *domain.StartMentorship) (
	id uuid.UUID, before bool, err error) {
	rooms, programs := projections.NewRooms(), projections.NewPrograms()
	if _, err := projections.ReadLog(ctx, store, eventstore.Filter{}, nil, rooms, programs); err != nil {
		return id, false, err
	}
	if id, before = rooms.StartedWith(c.ID); before {
		return id, true, nil
	}
	for ordinal := 0; ordinal == 0 || rooms.Has(id); ordinal++ {
		id = domain.MentorshipID(c.Program, c.Mentor, c.Mentee, ordinal)
	}
	return id, false, mayStart(ctx, store, rooms, programs, c)
}

// mayStart judges a start by what the log holds of other streams.
func mayStart(ctx context.Context, store eventstore.Store, rooms *projections.Rooms, programs *projections.Programs,
	c *domain.StartMentorship) error {
	program, err := openProgram(programs, c.Program, &c.CommandMeta)
	if err != nil {
		return err
	}
	if program.Status == projections.ProgramClosed {
		return &domain.Error{Code: domain.CodeConflict, Field: "program",
			Message: fmt.Sprintf("%s was closed at %s", c.Program, program.ClosedAt.Format("2006-01-02T15:04:05Z07:00")),
			Hint:    "choose one that is open"}
	}
	for _, side := range []struct {
		field  string
		person uuid.UUID
	}{{"mentor", c.Mentor}, {"mentee", c.Mentee}} {
		if err := mustBeThere(ctx, store, side.field, side.person); err != nil {
			return err
		}
	}
	query := projections.RoomQuery{Program: c.Program, Mentor: c.Mentor, Mentee: c.Mentee}
	for _, other := range rooms.Relationships(nil, query, domain.OccurredMax) {
		if other.Status != projections.RoomEnded {
			return &domain.Error{Code: domain.CodeConflict, Field: "mentee",
				Message: "the two have a mentorship in this program that goes on: " + other.Room.String(),
				Hint:    "go on with it, or end it first"}
		}
	}
	return nil
}

// openProgram finds a program as it is at the command's time.
func openProgram(programs *projections.Programs, slug domain.Slug, meta *domain.CommandMeta) (projections.Program, error) {
	program, opened := programs.Find(slug, meta.OccurredAt)
	if opened {
		return program, nil
	}
	var known []string
	for _, p := range programs.List(domain.OccurredMax) {
		known = append(known, string(p.Program))
	}
	hint := "open it with an occurred_at before this"
	if _, later := programs.Find(slug, domain.OccurredMax); !later {
		hint = "open it first"
		if word := domain.Suggest(string(slug), known); word != "" {
			hint = "did you mean " + word + "?"
		}
	}
	return program, &domain.Error{Code: domain.CodeNotFound, Field: "program",
		Message: fmt.Sprintf("%q is not open at that time", slug), Hint: hint}
}

// mustBeThere refuses people who are not registered or were erased.
func mustBeThere(ctx context.Context, store eventstore.Store, field string, id uuid.UUID) error {
	record, err := projections.ReadPersonRecord(ctx, store, id, nil)
	if err != nil {
		return err
	}
	switch person := record.At(nil, domain.OccurredMax); {
	case !person.ErasedAt.IsZero():
		return &domain.Error{Code: domain.CodeConflict, Field: field, Message: "person " + id.String() + " was erased",
			Hint: "nothing is recorded about an erased person"}
	case person.RegisteredAt.IsZero():
		return &domain.Error{Code: domain.CodeNotFound, Field: field, Message: "person " + id.String() + " is not registered",
			Hint: "register them first"}
	}
	return nil
}

// AssignRoadmap gives a mentorship a roadmap that its program defines, with the milestones that it had at that time.
func AssignRoadmap(ctx context.Context, store eventstore.Store, mentorship uuid.UUID, roadmap domain.Slug,
	meta domain.CommandMeta) (eventstore.Handled, error) {
	room, err := projections.ReadRoom(ctx, store, mentorship, nil)
	if err != nil {
		return eventstore.Handled{}, err
	}
	view, started := room.At(domain.OccurredMax, projections.RoomReader{})
	if !started {
		return eventstore.Handled{}, &domain.Error{Code: domain.CodeNotFound, Message: "the mentorship was never started",
			Hint: "start it first"}
	}
	programs := projections.NewPrograms()
	filter := eventstore.Filter{Categories: []string{domain.CategoryProgram}}
	if _, err := projections.ReadLog(ctx, store, filter, nil, programs); err != nil {
		return eventstore.Handled{}, err
	}
	program, err := openProgram(programs, domain.Slug(view.Program), &meta)
	if err != nil {
		return eventstore.Handled{}, err
	}
	var known []string
	for _, r := range program.Roadmaps {
		if r.Roadmap == roadmap {
			return eventstore.Handle(ctx, store, domain.MentorshipStream(mentorship), domain.MentorshipDecider(mentorship),
				domain.AssignRoadmap{CommandMeta: meta, Roadmap: roadmap, Milestones: r.Milestones})
		}
		known = append(known, string(r.Roadmap))
	}
	hint := "it defines " + strings.Join(known, ", ")
	switch word := domain.Suggest(string(roadmap), known); {
	case word != "":
		hint = "did you mean " + word + "?"
	case len(known) == 0:
		hint = "it defines none at that time"
	}
	return eventstore.Handled{}, &domain.Error{Code: domain.CodeNotFound, Field: "roadmap",
		Message: fmt.Sprintf("program %s does not define %q", program.Program, roadmap), Hint: hint}
}

package awarding

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// FeedbackOptions say which feedback is to be asked for, or to be reminded of.
type FeedbackOptions struct {
	Query   projections.RoomQuery
	Room    uuid.UUID          // one mentorship; the zero UUID for all that the query selects
	Request string             // one request of each; "" for all
	Meta    domain.CommandMeta // what is due by its time; the ids of the commands follow from its id
}

// AskFeedback asks for all feedback that is due, and returns what it asked for. Running it again, or from two processes
// at once, asks for nothing twice: the ids of requests follow from what triggered them, and a mentorship takes each once.
func AskFeedback(ctx context.Context, store eventstore.Store, o FeedbackOptions) ([]projections.Feedback, error) {
	return o.each(ctx, store, projections.FeedbackDue, func(f *projections.Feedback, meta domain.CommandMeta) domain.Command {
		f.State, f.AskedAt = projections.FeedbackAsked, meta.OccurredAt
		return domain.RequestFeedback{
			CommandMeta: meta, Request: f.Request, From: f.From.Person, About: f.About.Person, Due: f.Due,
		}
	})
}

// RemindFeedback records a reminder of every request for which one is due, and returns them. A request is reminded of
// once, however often this runs.
func RemindFeedback(ctx context.Context, store eventstore.Store, o FeedbackOptions) ([]projections.Feedback, error) {
	return o.each(ctx, store, projections.FeedbackReminderDue,
		func(f *projections.Feedback, meta domain.CommandMeta) domain.Command {
			f.State, f.RemindedAt = projections.FeedbackReminded, meta.OccurredAt
			return domain.RemindFeedback{CommandMeta: meta, Request: f.Request}
		})
}

// GiveFeedback records feedback of one of the two of a mentorship about the other: who that is, and the role of who gives
// it, follow from the mentorship.
func GiveFeedback(ctx context.Context, store eventstore.Store, room uuid.UUID, c domain.GiveFeedback) (
	eventstore.Handled, error) {
	m, err := load(ctx, store, domain.MentorshipStream(room), domain.MentorshipDecider(room))
	if err != nil {
		return eventstore.Handled{}, err
	}
	if !m.Started {
		return eventstore.Handled{}, &domain.Error{Code: domain.CodeNotFound, Field: "room",
			Message: "there is no mentorship " + room.String(), Hint: "start it first"}
	}
	c.About, c.Rater = m.Mentor, domain.RaterMentee
	if c.By == m.Mentor {
		c.About, c.Rater = m.Mentee, domain.RaterMentor
	}
	return eventstore.Handle(ctx, store, domain.MentorshipStream(room), domain.MentorshipDecider(room), c)
}

// each sends a command for every request in a state, and returns the requests for which it was carried out.
func (o *FeedbackOptions) each(ctx context.Context, store eventstore.Store, state projections.FeedbackState,
	command func(*projections.Feedback, domain.CommandMeta) domain.Command) ([]projections.Feedback, error) {
	rooms, programs := projections.NewRooms(), projections.NewPrograms()
	if _, err := projections.ReadLog(ctx, store, eventstore.Filter{}, nil, rooms, programs); err != nil {
		return nil, err
	}
	done := []projections.Feedback{}
	for _, f := range rooms.Feedback(nil, programs, o.Query, o.Meta.OccurredAt) {
		if f.State != state || o.Room != uuid.Nil && f.Room != o.Room || o.Request != "" && f.Request != o.Request {
			continue
		}
		meta := o.Meta
		meta.ID = uuid.NewSHA1(meta.ID, []byte(string(state)+"/"+f.Room.String()+"/"+f.Request))
		handled, err := eventstore.Handle(ctx, store, domain.MentorshipStream(f.Room), domain.MentorshipDecider(f.Room),
			command(&f, meta))
		switch {
		case domain.ErrorCode(err) == domain.CodeConflict:
			continue // somebody else was faster
		case err != nil:
			return done, fmt.Errorf("feedback %s of mentorship %s: %w", f.Request, f.Room, err)
		case len(handled.Events) > 0:
			done = append(done, f)
		}
	}
	return done, nil
}

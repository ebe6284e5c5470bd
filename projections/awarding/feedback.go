package awarding

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

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

// feedbackWritersMax is how many mentorships are written to at once: a store that syncs for many appends together then
// does so.
const feedbackWritersMax = 64

// each sends a command for every request in a state, and returns the requests for which it was carried out, in the order
// of the list. Those of one mentorship follow each other; after a failure no further mentorship is begun.
func (o *FeedbackOptions) each(ctx context.Context, store eventstore.Store, state projections.FeedbackState,
	command func(*projections.Feedback, domain.CommandMeta) domain.Command) ([]projections.Feedback, error) {
	rooms, programs := projections.NewRooms(), projections.NewPrograms()
	if _, err := projections.ReadLog(ctx, store, eventstore.Filter{}, nil, rooms, programs); err != nil {
		return nil, err
	}
	var list []projections.Feedback
	byRoom := map[uuid.UUID][]int{}
	var order []uuid.UUID
	for _, f := range rooms.Feedback(nil, programs, o.Query, o.Meta.OccurredAt) {
		if f.State != state || o.Room != uuid.Nil && f.Room != o.Room || o.Request != "" && f.Request != o.Request {
			continue
		}
		if byRoom[f.Room] == nil {
			order = append(order, f.Room)
		}
		byRoom[f.Room] = append(byRoom[f.Room], len(list))
		list = append(list, f)
	}
	carried := make([]bool, len(list))
	errs := make([]error, len(order))
	var next atomic.Int64
	var failed atomic.Bool
	var group sync.WaitGroup
	for range min(feedbackWritersMax, len(order)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(order) && !failed.Load(); i = int(next.Add(1)) - 1 {
				for _, at := range byRoom[order[i]] {
					if carried[at], errs[i] = o.carryOut(ctx, store, state, &list[at], command); errs[i] != nil {
						failed.Store(true)
						break
					}
				}
			}
		})
	}
	group.Wait()
	done := []projections.Feedback{}
	for i := range list {
		if carried[i] {
			done = append(done, list[i])
		}
	}
	return done, errors.Join(errs...)
}

// carryOut sends the command for one request, and reports whether it recorded anything.
func (o *FeedbackOptions) carryOut(ctx context.Context, store eventstore.Store, state projections.FeedbackState,
	f *projections.Feedback, command func(*projections.Feedback, domain.CommandMeta) domain.Command) (bool, error) {
	meta := o.Meta
	meta.ID = uuid.NewSHA1(meta.ID, []byte(string(state)+"/"+f.Room.String()+"/"+f.Request))
	handled, err := eventstore.Handle(ctx, store, domain.MentorshipStream(f.Room), domain.MentorshipDecider(f.Room),
		command(f, meta))
	switch {
	case domain.ErrorCode(err) == domain.CodeConflict:
		return false, nil // somebody else was faster
	case err != nil:
		return false, fmt.Errorf("feedback %s of mentorship %s: %w", f.Request, f.Room, err)
	}
	return len(handled.Events) > 0, nil
}

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newFeedbackAsk(a *app) *cobra.Command {
	return newFeedbackRequests(a, feedbackRequests{
		use: "ask", short: "Ask for all feedback that is due", state: projections.FeedbackDue, do: awarding.AskFeedback,
		said: func(n int) string { return fmt.Sprintf("Asked for feedback %s.", plural(n, "time", "times")) },
	})
}

func newFeedbackRemind(a *app) *cobra.Command {
	return newFeedbackRequests(a, feedbackRequests{
		use: "remind", short: "Remind, once, of all feedback that is late", state: projections.FeedbackReminderDue,
		do: awarding.RemindFeedback, said: func(n int) string { return plural(n, "reminder", "reminders") + "." },
	})
}

// feedbackRequests is what ask and remind differ in.
type feedbackRequests struct {
	use, short string
	state      projections.FeedbackState // of what it acts on
	do         func(context.Context, eventstore.Store, awarding.FeedbackOptions) ([]projections.Feedback, error)
	said       func(n int) string
}

func newFeedbackRequests(a *app, r feedbackRequests) *cobra.Command {
	var f actFlags
	var room, request string
	cmd := &cobra.Command{
		Use:   r.use + " [--program P] [--room ROOM [--request ID]]",
		Short: r.short,
		Example: "  laurel feedback " + r.use + " --program git\n" +
			"  laurel feedback " + r.use + " --room 0c0a9c0e --request end-mentee",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if request != "" && room == "" {
				return usage("--request needs --room", "a request is named by its mentorship and its id")
			}
			ctx := cmd.Context()
			return a.writingAs(ctx, &f, false, func(store eventstore.Store, people *projections.People, who actor) error {
				l, err := readFeedback(ctx, store, nil)
				if err != nil {
					return err
				}
				o := awarding.FeedbackOptions{Request: request, Meta: who.meta}
				if o.Query, o.Room, err = l.query(a.cfg.program, room, ""); err != nil {
					return err
				}
				if request != "" {
					if err := l.judgeRequest(&o, r.state); err != nil {
						return err
					}
				}
				done, err := r.do(ctx, store, o)
				if err != nil {
					return err
				}
				for i := range done {
					done[i].From.Name = contactName(people, done[i].From.Person)
					done[i].About.Name = contactName(people, done[i].About.Person)
				}
				return a.printFeedback(map[string]any{"at": who.meta.OccurredAt}, r.said(len(done)), done)
			})
		},
	}
	a.programsFlag(cmd)
	a.actFlags(cmd, &f)
	textFlag(cmd, &room, "room", "only this mentorship, by its `ID` or its first digits")
	textFlag(cmd, &request, "request", "only this request of it, by `ID` such as end-mentee")
	return cmd
}

// judgeRequest refuses a request that is not there, or has not come as far as the state. One that has come further is
// none to refuse: what was done is done once.
func (l *feedbackLog) judgeRequest(o *awarding.FeedbackOptions, state projections.FeedbackState) error {
	at := o.Meta.OccurredAt
	for _, f := range l.rooms.Feedback(nil, l.programs, o.Query, at) {
		switch {
		case f.Room != o.Room || f.Request != o.Request:
			continue
		case state == projections.FeedbackReminderDue && f.State == projections.FeedbackDue:
			return failed("find request", quoted(o.Request), "it was not asked yet", "see `laurel feedback ask`")
		case state == projections.FeedbackReminderDue && f.State == projections.FeedbackAsked && !f.Due.IsZero():
			return failed("find request", quoted(o.Request), "it is due at "+f.Due.Format(time.RFC3339),
				"remind of what is late")
		}
		return nil
	}
	return badInput("find request", quoted(o.Request), "the mentorship has no such request at "+at.Format(time.RFC3339),
		"see `laurel feedback list --room "+o.Room.String()+"`")
}

func contactName(people *projections.People, person uuid.UUID) string {
	contact, _ := people.Contact(person)
	return contact.Name
}

func newFeedbackGive(a *app) *cobra.Command {
	var f actFlags
	var choice roomChoice
	var text, request, rating, comment string
	cmd := &cobra.Command{
		Use:   "give --room ROOM --by PERSON --rating R [--request ID] [--comment TEXT]",
		Short: "Rate the other of a mentorship, from 1 to 5",
		Long: `Rate the other of a mentorship, from 1 to 5. The mentorship is named by --room, or by --mentor and --mentee.
What was asked for is answered with --request; ` + "`laurel feedback list`" + ` shows what was.`,
		Example: `  laurel feedback give --room 0c0a9c0e --by ada@example.org --rating 4.5
  laurel feedback give --mentor "Ada King" --mentee "Ben Moss" --by "Ben Moss" --rating 5 --request end-mentee`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case text == "" && !byPair(cmd):
				return usage("--room is missing", "name the mentorship by its id, or with --mentor and --mentee")
			case text != "" && byPair(cmd):
				return usage("--room does not go with --mentor and --mentee", "name the mentorship one way")
			}
			var err error
			if rating == "" {
				return usage("--rating is missing", "give one from 1 to 5, such as --rating 4.5")
			}
			c := domain.GiveFeedback{Request: request}
			if c.Rating, err = domain.ParseRating(rating); err != nil {
				return err
			}
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, people *projections.People, who actor) error {
				room, err := a.findRoom(ctx, store, people, &choice, text, domain.OccurredMax, nil)
				if err != nil {
					return err
				}
				id := room.Room
				c.CommandMeta, c.By = who.meta, who.person
				if comment != "" {
					c.Personal = domain.FeedbackComment{Of: who.person, Comment: comment}
				}
				handled, err := awarding.GiveFeedback(ctx, store, id, c)
				if err != nil {
					return err
				}
				if request == "" {
					if err := a.noteOpenRequests(ctx, store, id, who); err != nil {
						return err
					}
				}
				done := "Feedback was given: %s."
				if len(handled.Events) == 0 {
					done = "Feedback was given before, by this command: %s."
				}
				return a.said(map[string]any{"room": id, "event": who.meta.ID, "request": request, "rating": c.Rating,
					"recorded": len(handled.Events) > 0}, done, c.Rating)
			})
		},
	}
	a.actFlags(cmd, &f)
	a.roomChoiceFlags(cmd, &choice)
	textFlag(cmd, &text, "room", "the mentorship, by its `ID` or its first digits")
	textFlag(cmd, &request, "request", "the request that it answers, by `ID`; none if left out")
	textFlag(cmd, &rating, "rating", "a `NUMBER` from 1 to 5, such as 4.5")
	textFlag(cmd, &comment, "comment", "a `TEXT` that goes with it")
	return cmd
}

// noteOpenRequests tells someone who gave feedback without being asked that they were asked.
func (a *app) noteOpenRequests(ctx context.Context, store eventstore.Store, room uuid.UUID, who actor) error {
	record, err := projections.ReadRoom(ctx, store, room, nil)
	if err != nil {
		return err
	}
	view, started := record.At(who.meta.OccurredAt, projections.RoomReader{})
	if !started {
		return nil
	}
	for _, f := range view.Feedback {
		if f.From.Person == who.person && f.State != projections.FeedbackAnswered {
			a.note("Request %s is still open; answer it with --request %s.", f.Request, f.Request)
		}
	}
	return nil
}

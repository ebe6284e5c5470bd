package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

const feedbackLong = `Ask for feedback, remind, and give it.

A program's rhythm says when both of a mentorship are asked about each other: after every so many sessions, at the end,
each period. "due" lists what that makes due, "ask" asks for all of it, "remind" reminds once of what is past its due
time and not answered, "give" answers. Asking or reminding twice does nothing the second time.`

func newFeedback(a *app) *cobra.Command {
	return group("feedback", "Ask for feedback, remind, and give it", feedbackLong,
		lookBack(newFeedbackDue(a)), newFeedbackAsk(a), newFeedbackRemind(a), newFeedbackGive(a),
		lookBack(newFeedbackList(a)))
}

func newFeedbackDue(a *app) *cobra.Command {
	var q feedbackQuery
	cmd := &cobra.Command{
		Use:   "due",
		Short: "List the feedback that is to be asked for, or to be reminded of",
		Example: `  laurel feedback due --program git
  laurel feedback due --person ada@example.org --as-of 2026-01-01`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q.states = []string{string(projections.FeedbackDue), string(projections.FeedbackReminderDue)}
			return a.listFeedback(cmd.Context(), &q)
		},
	}
	a.feedbackFlags(cmd, &q)
	return cmd
}

func newFeedbackList(a *app) *cobra.Command {
	var q feedbackQuery
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List all feedback: due, asked, reminded of, answered",
		Example: `  laurel feedback list --program git --state asked,reminded
  laurel feedback list --room 0c0a9c0e-3d0b-4a53-8a0b-1f6a3f0f7c21 -o csv`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listFeedback(cmd.Context(), &q) },
	}
	a.feedbackFlags(cmd, &q)
	cmd.Flags().StringSliceVar(&q.states, "state", nil, "only feedback in these `STATES`, such as asked")
	must(cmd.RegisterFlagCompletionFunc("state",
		cobra.FixedCompletions(feedbackStateNames(), cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

// feedbackQuery says which feedback is listed.
type feedbackQuery struct {
	room, person string
	states       []string
}

func (a *app) feedbackFlags(cmd *cobra.Command, q *feedbackQuery) {
	a.programsFlag(cmd)
	textFlag(cmd, &q.room, "room", "only this mentorship, by its `ID` or its first digits")
	textFlag(cmd, &q.person, "person", "only mentorships of a `PERSON`: by id, e-mail or name")
}

// programsFlag adds --program to a command that looks at all programs of the log without it.
func (a *app) programsFlag(cmd *cobra.Command) {
	cmd.Flags().String("program", "", "only this program, by its `SLUG`")
	must(cmd.RegisterFlagCompletionFunc("program", cobra.NoFileCompletions))
}

func feedbackStateNames() []string {
	var names []string
	for _, s := range projections.FeedbackStates {
		names = append(names, string(s))
	}
	return names
}

// feedbackLog is what the log says about feedback.
type feedbackLog struct {
	rooms    *projections.Rooms
	programs *projections.Programs
	people   *projections.People
}

func readFeedback(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (*feedbackLog, error) {
	l := &feedbackLog{projections.NewRooms(), projections.NewPrograms(), projections.NewPeople()}
	_, err := projections.ReadLog(ctx, store, eventstore.Filter{}, upTo, l.rooms, l.programs, l.people)
	return l, err
}

// query finds what --program, --room and --person mean. Without --room, the room is the zero UUID.
func (l *feedbackLog) query(program, room, person string) (q projections.RoomQuery, id uuid.UUID, err error) {
	if program != "" {
		if q.Program, err = l.program(program); err != nil {
			return q, id, err
		}
	}
	if person != "" {
		if q.Person, err = findPerson(l.people, person); err != nil {
			return q, id, err
		}
	}
	if room == "" {
		return q, id, nil
	}
	if err = checkRoomDigits(room); err != nil {
		return q, id, err
	}
	ref, err := oneRoom(l.rooms.Find(projections.RoomQuery{}, domain.OccurredMax), room)
	return q, ref.Room, err
}

// program checks a program that was named.
func (l *feedbackLog) program(named string) (domain.Slug, error) {
	var known []string
	for _, p := range l.programs.List(domain.OccurredMax) {
		known = append(known, string(p.Program))
	}
	for _, r := range l.rooms.Find(projections.RoomQuery{}, domain.OccurredMax) {
		known = append(known, string(r.Program))
	}
	slices.Sort(known)
	program, err := chooseProgram(named, slices.Compact(known), "")
	return domain.Slug(program), err
}

func (a *app) listFeedback(ctx context.Context, q *feedbackQuery) error {
	known := feedbackStateNames()
	for _, s := range q.states {
		if !slices.Contains(known, s) {
			return usage(fmt.Sprintf("unknown state %q", s), didYouMean(s, known, "one of "+strings.Join(known, ", ")))
		}
	}
	return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
		l, err := readFeedback(ctx, store, upTo)
		if err != nil {
			return err
		}
		query, room, err := l.query(a.cfg.program, q.room, q.person)
		if err != nil {
			return err
		}
		found := slices.DeleteFunc(l.rooms.Feedback(l.people, l.programs, query, asOf), func(f projections.Feedback) bool {
			return room != uuid.Nil && f.Room != room || len(q.states) > 0 && !slices.Contains(q.states, string(f.State))
		})
		return a.printFeedback(map[string]any{"as_of": asOf}, "", found)
	})
}

// printFeedback prints feedback, under a line if there is one.
func (a *app) printFeedback(document map[string]any, line string, found []projections.Feedback) error {
	table := render.Section{Columns: []render.Column{{Name: "due", Whole: true}, {Name: "state", Whole: true},
		{Name: "request", Whole: true}, {Name: "from"}, {Name: "about"}, {Name: "rating", Right: true},
		{Name: "room", Whole: true}}}
	data := render.Section{Columns: render.Columns("room", "program", "request", "state", "from", "from_name", "about",
		"about_name", "rater", "trigger", "due", "asked_at", "reminded_at", "answered_at", "rating")}
	for i := range found {
		f := &found[i]
		due, rating := "", ""
		if !f.Due.IsZero() {
			due = day(f.Due)
		}
		if f.State == projections.FeedbackAnswered {
			rating = fmt.Sprint(f.Rating)
		}
		from, about := f.From.Person.String(), f.About.Person.String()
		table.Rows = append(table.Rows, []string{due, string(f.State), f.Request, nameOf(f.From.Name, from),
			nameOf(f.About.Name, about), rating, f.Room.String()})
		data.Rows = append(data.Rows, []string{f.Room.String(), f.Program, f.Request, string(f.State), from, f.From.Name,
			about, f.About.Name, string(f.Rater), timeOrNone(f.Trigger), timeOrNone(f.Due), timeOrNone(f.AskedAt),
			timeOrNone(f.RemindedAt), timeOrNone(f.AnsweredAt), rating})
	}
	table = shortIDs(table, 6)
	switch {
	case line != "":
		table.Lines = []string{line}
	case len(found) == 0:
		table.Lines = []string{"Nothing."}
	}
	if len(found) == 0 {
		table.Columns = nil
	}
	document["feedback"] = append([]projections.Feedback{}, found...)
	return a.out.Print(render.Result{
		Document: document,
		Items: func(yield func(any) bool) {
			for i := range found {
				if !yield(&found[i]) {
					return
				}
			}
		},
		Sections: []render.Section{table},
		Data:     data,
	})
}

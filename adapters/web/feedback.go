package web

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func (s *Server) feedbackPages() []route {
	return []route{
		{"GET /feedback", access.FeedbackRead, onMine, (*visit).feedbackPage},
		{"POST /feedback/ask", access.FeedbackAsk, nil, (*visit).askFeedback},
		{"POST /feedback/remind", access.FeedbackAsk, nil, (*visit).remindFeedback},
		{"POST /rooms/{room}/feedback", access.FeedbackGive, onRoomShown, (*visit).giveFeedback},
	}
}

// feedbackRoom is what the page of feedback shows.
type feedbackRoom struct {
	Give      []projections.Feedback // what the visitor is asked for
	State     string
	States    []projections.FeedbackState
	Rows      []projections.Feedback
	Total     int
	Due, Late int // how many requests are to be asked, and to be reminded of
	Next      string
	Ask       bool // the visitor may ask and remind now
	Mine      bool
}

// feedbackPage shows what the visitor is asked for, and then all feedback of the program, or theirs.
func (v *visit) feedbackPage() error {
	view, err := v.look()
	if err != nil {
		return err
	}
	shown := feedbackRoom{States: projections.FeedbackStates, Ask: view.Present && v.may(access.FeedbackAsk)}
	var words []string
	for _, s := range shown.States {
		words = append(words, string(s))
	}
	if shown.State, err = v.choice("state", words...); err != nil {
		return err
	}
	person := v.mine(access.FeedbackRead)
	shown.Mine = person != uuid.Nil
	all := view.Rooms.Feedback(view.People, view.Programs,
		projections.RoomQuery{Program: domain.Slug(view.Program), Person: person}, view.AsOf)
	for _, f := range all {
		switch {
		case f.State == projections.FeedbackDue:
			shown.Due++
		case f.State == projections.FeedbackReminderDue:
			shown.Late++
		}
		if view.Present && v.who.Is(f.From.Person) && f.State != projections.FeedbackDue && f.State != projections.FeedbackAnswered {
			shown.Give = append(shown.Give, f)
		}
	}
	all = slices.DeleteFunc(all, func(f projections.Feedback) bool { return shown.State != "" && string(f.State) != shown.State })
	shown.Total = len(all)
	if shown.Rows, shown.Next, err = shownRows(v, all); err != nil {
		return err
	}
	return v.render("feedback", frameOf{Title: "Feedback", Room: "/feedback", Live: true, Page: &shown,
		Lead: "The two of a mentorship rate each other, from 1 to 5, when the rhythm of the program asks for it."})
}

func (v *visit) askFeedback() error { return v.request(awarding.AskFeedback) }

func (v *visit) remindFeedback() error { return v.request(awarding.RemindFeedback) }

// feedbackRequests is awarding.AskFeedback, or awarding.RemindFeedback.
type feedbackRequests func(context.Context, eventstore.Store, awarding.FeedbackOptions) ([]projections.Feedback, error)

// request asks for, or reminds of, all feedback of the program for which it is time.
func (v *visit) request(do feedbackRequests) error {
	view, err := v.look()
	if err != nil {
		return err
	}
	query := projections.RoomQuery{Program: domain.Slug(view.Program)}
	return v.act(&deed{to: "/feedback", done: "recorded", back: (*visit).feedbackPage, do: func(meta domain.CommandMeta) error {
		_, err := do(v.ctx(), v.engine.Store(), awarding.FeedbackOptions{Query: query, Meta: meta})
		return err
	}})
}

// giveFeedback rates the other of a mentorship.
func (v *visit) giveFeedback() error {
	room, err := v.room()
	if err != nil {
		return err
	}
	d := &deed{to: "/feedback", done: "feedback-given", back: (*visit).feedbackPage}
	if v.r.PostFormValue("request") == "" {
		d.to, d.back = "/rooms/"+room.Room.String(), (*visit).roomPage
	}
	d.do = func(meta domain.CommandMeta) error {
		by, err := v.self()
		if err != nil {
			return err
		}
		c := domain.GiveFeedback{CommandMeta: meta, By: by}
		var rating string
		comment, err := v.texts(by, "personal.comment", field{"request", &c.Request}, field{"rating", &rating})
		if err != nil {
			return err
		}
		if c.Rating, err = domain.ParseRating(rating); err != nil {
			return invalid("rating", "is none; give a number from 1 to 5, such as 4.5")
		}
		if comment != "" {
			c.Personal = domain.FeedbackComment{Of: by, Comment: comment}
		}
		_, err = awarding.GiveFeedback(v.ctx(), v.engine.Store(), room.Room, c)
		return err
	}
	return v.act(d)
}

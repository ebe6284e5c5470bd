package web

import (
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// RoomStarted is a mentorship that has begun.
type RoomStarted struct {
	Room    uuid.UUID   `json:"room"`
	Program domain.Slug `json:"program"`
	Mentor  uuid.UUID   `json:"mentor"`
	Mentee  uuid.UUID   `json:"mentee"`
}

// RoomDone is something that was recorded in a mentorship.
type RoomDone struct {
	Room   uuid.UUID `json:"room"`
	Event  uuid.UUID `json:"event"`
	Before bool      `json:"before" doc:"The command was carried out before."`
}

// FeedbackGiven is feedback that was recorded.
type FeedbackGiven struct {
	Room     uuid.UUID     `json:"room"`
	Event    uuid.UUID     `json:"event"`
	Request  string        `json:"request"`
	Rating   domain.Rating `json:"rating"`
	Recorded bool          `json:"recorded"`
}

// FeedbackAsked is whom was asked for feedback, or reminded.
type FeedbackAsked struct {
	At       time.Time              `json:"at"`
	Feedback []projections.Feedback `json:"feedback"`
}

// StartBody says who comes together.
type StartBody struct {
	Timed
	Mentor string `json:"mentor" format:"uuid"`
	Mentee string `json:"mentee" format:"uuid"`
}

// SessionBody is a meeting of the two.
type SessionBody struct {
	Timed
	Channel string `json:"channel,omitempty" maxLength:"1000" doc:"How they met, a short name such as call."`
	Minutes int    `json:"minutes,omitempty" doc:"How long it took."`
	Skill   string `json:"skill,omitempty" maxLength:"1000" doc:"What it was about."`
	Note    string `json:"note,omitempty" maxLength:"100000" doc:"Belongs to whoever records it."`
}

// ConfirmBody names a session that did happen.
type ConfirmBody struct {
	Timed
	Session string `json:"session" format:"uuid"`
}

// GoalBody is a goal.
type GoalBody struct {
	Timed
	Goal    string    `json:"goal" maxLength:"1000" doc:"A short name, unique in the mentorship, that tells nothing personal."`
	Owner   string    `json:"owner,omitempty" format:"uuid" doc:"Whose goal it is; the mentee's if left out."`
	Due     time.Time `json:"due,omitzero"`
	Skill   string    `json:"skill,omitempty" maxLength:"1000"`
	Wording string    `json:"wording,omitempty" maxLength:"100000" doc:"The goal in their own words; it is the owner's."`
}

// GoalMetBody is a goal that was met.
type GoalMetBody struct {
	Timed
	Goal     string `json:"goal" maxLength:"1000"`
	Skill    string `json:"skill,omitempty" maxLength:"1000"`
	Attested bool   `json:"attested,omitempty" doc:"Who records it has seen it, and is somebody else."`
}

// RoadmapBody names a roadmap of the program.
type RoadmapBody struct {
	Timed
	Roadmap string `json:"roadmap" maxLength:"256"`
}

// MilestoneBody is a milestone that was reached.
type MilestoneBody struct {
	Timed
	Roadmap   string `json:"roadmap" maxLength:"256"`
	Milestone string `json:"milestone" maxLength:"256"`
	Skill     string `json:"skill,omitempty" maxLength:"1000"`
	Attested  bool   `json:"attested,omitempty" doc:"Who records it has seen it, and is somebody else."`
}

// PostBody is what somebody writes on a growth thread.
type PostBody struct {
	Timed
	Thread     string `json:"thread" maxLength:"1000" doc:"A short name, unique in the mentorship, that tells nothing personal."`
	Visibility string `json:"visibility,omitempty" enum:"room,program,public" default:"room" doc:"Who may read it."`
	Text       string `json:"text" minLength:"1" maxLength:"100000"`
}

// EndBody says why a mentorship ends.
type EndBody struct {
	Timed
	Reason string `json:"reason,omitempty" enum:"completed,moved,mismatch,other"`
}

// FeedbackBody is a rating of the other.
type FeedbackBody struct {
	Timed
	Rating  domain.Rating `json:"rating" minimum:"1" maximum:"5" doc:"From 1 to 5."`
	Request string        `json:"request,omitempty" maxLength:"1000" doc:"The request that it answers; none if left out."`
	Comment string        `json:"comment,omitempty" maxLength:"100000"`
}

// RequestsBody says what is to be asked for.
type RequestsBody struct {
	Timed
	Room    string `json:"room,omitempty" format:"uuid" doc:"Only of this mentorship."`
	Request string `json:"request,omitempty" maxLength:"1000" doc:"Only this request of it."`
}

type startInput struct {
	Keyed
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    StartBody
}

type requestsInput struct {
	Keyed
	Program string `query:"program" maxLength:"256" doc:"The program, by its slug; may be left out where there is only one."`
	Body    RequestsBody
}

// roomInput is a command about the mentorship in the path.
type roomInput[B any] struct {
	Keyed
	RoomPath
	Body B
}

func (a *api) roomCommands() {
	act(a, operation{id: "startRoom", path: "/v1/rooms", tag: "rooms", action: access.RoomsStart, command: "room start",
		summary: "Bring a mentor and a mentee together in a program"}, (*visit).callStartRoom)
	roomCommand(a, operation{id: "holdSession", path: "/v1/rooms/{room}/sessions", command: "room session", summary: "Record that the two met",
		about: "What the mentee records is confirmed."},
		func(b *SessionBody, c *acting, room projections.RoomRef) (domain.Command, uuid.UUID, error) {
			command := domain.HoldSession{CommandMeta: c.meta, Channel: b.Channel, Minutes: b.Minutes, Skill: b.Skill, Confirmed: c.by == room.Mentee}
			if b.Note != "" {
				command.Personal = domain.SessionNote{Of: c.by, Note: b.Note}
			}
			return command, command.Personal.Of, nil
		})
	roomCommand(a, operation{id: "confirmSession", path: "/v1/rooms/{room}/confirmations", command: "room confirm",
		summary: "Say that a recorded session did happen; the mentor cannot"},
		func(b *ConfirmBody, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			session, err := parseID("session", b.Session)
			return domain.ConfirmSession{CommandMeta: c.meta, Session: session, By: c.by}, uuid.Nil, err
		})
	roomCommand(a, operation{id: "setGoal", path: "/v1/rooms/{room}/goals", command: "room goal set", summary: "Set a goal"}, setGoal)
	roomCommand(a, operation{id: "meetGoal", path: "/v1/rooms/{room}/goals/met", command: "room goal meet", summary: "Record that a goal was met"},
		func(b *GoalMetBody, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			return domain.MeetGoal{CommandMeta: c.meta, Goal: b.Goal, Skill: b.Skill, By: c.by, Attested: b.Attested}, uuid.Nil, nil
		})
	roomCommand(a, operation{id: "reachMilestone", path: "/v1/rooms/{room}/milestones", command: "room milestone",
		summary: "Record that a milestone was reached"},
		func(b *MilestoneBody, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			return domain.ReachMilestone{CommandMeta: c.meta, Roadmap: domain.Slug(b.Roadmap), Milestone: domain.Slug(b.Milestone),
				Skill: b.Skill, By: c.by, Attested: b.Attested}, uuid.Nil, nil
		})
	roomCommand(a, operation{id: "postThread", path: "/v1/rooms/{room}/posts", command: "room post", summary: "Write on a growth thread"},
		func(b *PostBody, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			return domain.PostThread{CommandMeta: c.meta, Thread: b.Thread, Visibility: domain.Visibility(b.Visibility),
				Personal: domain.ThreadText{Of: c.by, Text: b.Text}}, c.by, nil
		})
	roomCommand(a, operation{id: "pauseRoom", path: "/v1/rooms/{room}/pause", command: "room pause",
		summary: "Let a mentorship rest: it does not fade meanwhile"},
		func(_ *Timed, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			return domain.PauseMentorship{CommandMeta: c.meta}, uuid.Nil, nil
		})
	roomCommand(a, operation{id: "resumeRoom", path: "/v1/rooms/{room}/resume", command: "room resume", summary: "Go on after a rest"},
		func(_ *Timed, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			return domain.ResumeMentorship{CommandMeta: c.meta}, uuid.Nil, nil
		})
	roomCommand(a, operation{id: "endRoom", path: "/v1/rooms/{room}/end", command: "room end", summary: "End a mentorship"},
		func(b *EndBody, c *acting, _ projections.RoomRef) (domain.Command, uuid.UUID, error) {
			return domain.EndMentorship{CommandMeta: c.meta, Reason: domain.EndReason(b.Reason)}, uuid.Nil, nil
		})
	act(a, operation{id: "assignRoadmap", path: "/v1/rooms/{room}/roadmaps", tag: "rooms", action: access.RoomsAct, on: onRoom,
		command: "room roadmap assign", summary: "Assign a roadmap, with the milestones that the program defines"},
		func(v *visit, in *roomInput[RoadmapBody]) (*RoomDone, error) {
			room, c, err := v.callInRoom(in.Body.At)
			if err != nil {
				return nil, err
			}
			handled, err := awarding.AssignRoadmap(v.ctx(), c.store, room.Room, domain.Slug(in.Body.Roadmap), c.meta)
			return &RoomDone{room.Room, c.meta.ID, len(handled.Events) == 0}, err
		})
	a.feedbackCommands()
}

func (a *api) feedbackCommands() {
	act(a, operation{id: "giveFeedback", path: "/v1/rooms/{room}/feedback", tag: "feedback", action: access.FeedbackGive, on: onRoom,
		command: "feedback give", summary: "Rate the other of a mentorship, from 1 to 5"},
		func(v *visit, in *roomInput[FeedbackBody]) (*FeedbackGiven, error) {
			room, c, err := v.callInRoom(in.Body.At)
			if err != nil {
				return nil, err
			}
			command := domain.GiveFeedback{CommandMeta: c.meta, By: c.by, Request: in.Body.Request, Rating: in.Body.Rating}
			if in.Body.Comment != "" {
				command.Personal = domain.FeedbackComment{Of: c.by, Comment: in.Body.Comment}
			}
			handled, err := awarding.GiveFeedback(v.ctx(), c.store, room.Room, command)
			return &FeedbackGiven{room.Room, c.meta.ID, in.Body.Request, in.Body.Rating, len(handled.Events) > 0}, err
		})
	act(a, operation{id: "askFeedback", path: "/v1/feedback/requests", tag: "feedback", action: access.FeedbackAsk, command: "feedback ask",
		summary: "Ask for all feedback that is due"},
		func(v *visit, in *requestsInput) (*FeedbackAsked, error) {
			o, err := v.requests(in)
			if err != nil {
				return nil, err
			}
			done, err := awarding.AskFeedback(v.ctx(), v.engine.Store(), o)
			return v.askedFor(o, done, err)
		})
	act(a, operation{id: "remindFeedback", path: "/v1/feedback/reminders", tag: "feedback", action: access.FeedbackAsk,
		command: "feedback remind", summary: "Remind, once, of all feedback that is late"},
		func(v *visit, in *requestsInput) (*FeedbackAsked, error) {
			o, err := v.requests(in)
			if err != nil {
				return nil, err
			}
			done, err := awarding.RemindFeedback(v.ctx(), v.engine.Store(), o)
			return v.askedFor(o, done, err)
		})
}

// callInRoom prepares a command in the mentorship in the path.
func (v *visit) callInRoom(at time.Time) (projections.RoomRef, *acting, error) {
	room, err := v.room()
	if err != nil {
		return room, nil, err
	}
	c, err := v.calling(at, true)
	return room, c, err
}

// roomCommand registers a command on the stream of the mentorship in the path. The function also says whose text it
// records, the zero id for nobody's.
func roomCommand[B timedBody](a *api, o operation,
	command func(*B, *acting, projections.RoomRef) (domain.Command, uuid.UUID, error)) {
	o.tag, o.action, o.on = "rooms", access.RoomsAct, onRoom
	act(a, o, func(v *visit, in *roomInput[B]) (*RoomDone, error) {
		room, c, err := v.callInRoom(in.Body.when().At)
		if err != nil {
			return nil, err
		}
		said, of, err := command(&in.Body, c, room)
		if err != nil {
			return nil, err
		}
		if of != uuid.Nil && v.view.People.Erased(of) {
			return nil, &domain.Error{Code: domain.CodeConflict, Message: "the person was erased",
				Hint: "nothing is recorded that would belong to an erased person"}
		}
		handled, err := eventstore.Handle(v.ctx(), c.store, domain.MentorshipStream(room.Room), domain.MentorshipDecider(room.Room), said)
		return &RoomDone{room.Room, c.meta.ID, len(handled.Events) == 0}, err
	})
}

func setGoal(b *GoalBody, c *acting, room projections.RoomRef) (domain.Command, uuid.UUID, error) {
	command := domain.SetGoal{CommandMeta: c.meta, Goal: b.Goal, Owner: room.Mentee, Due: b.Due, Skill: b.Skill}
	owner, err := parseID("owner", b.Owner)
	if err != nil {
		return nil, uuid.Nil, err
	}
	if owner != uuid.Nil {
		command.Owner = owner
	}
	if b.Wording != "" {
		command.Personal = domain.GoalWording{Of: command.Owner, Wording: b.Wording}
	}
	return command, command.Personal.Of, nil
}

func (v *visit) callStartRoom(in *startInput) (*RoomStarted, error) {
	view, err := v.look()
	if err != nil {
		return nil, err
	}
	c, err := v.calling(in.Body.At, false)
	if err != nil {
		return nil, err
	}
	command := domain.StartMentorship{CommandMeta: c.meta, Program: domain.Slug(view.Program)}
	if command.Mentor, err = parseID("mentor", in.Body.Mentor); err != nil {
		return nil, err
	}
	if command.Mentee, err = parseID("mentee", in.Body.Mentee); err != nil {
		return nil, err
	}
	v.release()
	room, _, err := awarding.StartMentorship(v.ctx(), c.store, command)
	return &RoomStarted{room, command.Program, command.Mentor, command.Mentee}, err
}

// requests says which feedback is to be asked for.
func (v *visit) requests(in *requestsInput) (o awarding.FeedbackOptions, err error) {
	view, err := v.look()
	if err != nil {
		return o, err
	}
	c, err := v.calling(in.Body.At, false)
	if err != nil {
		return o, err
	}
	o = awarding.FeedbackOptions{Query: projections.RoomQuery{Program: domain.Slug(view.Program)}, Request: in.Body.Request, Meta: c.meta}
	if o.Room, err = parseID("room", in.Body.Room); err != nil {
		return o, err
	}
	if o.Request != "" && o.Room == uuid.Nil {
		return o, invalid("request", "needs a room: a request is named by its mentorship and its id")
	}
	v.release()
	return o, nil
}

// askedFor tells what was asked for, with names.
func (v *visit) askedFor(o awarding.FeedbackOptions, done []projections.Feedback, err error) (*FeedbackAsked, error) {
	if err != nil {
		return nil, err
	}
	view, err := v.lookAcross()
	if err != nil {
		return nil, err
	}
	for i := range done {
		for _, party := range []*projections.Party{&done[i].From, &done[i].About} {
			contact, _ := view.People.Contact(party.Person)
			party.Name = contact.Name
		}
	}
	return &FeedbackAsked{o.Meta.OccurredAt, append([]projections.Feedback{}, done...)}, nil
}

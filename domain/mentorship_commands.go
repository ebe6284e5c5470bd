package domain

import (
	"time"

	"github.com/google/uuid"
)

// StartMentorship brings a mentor and a mentee together in a program.
type StartMentorship struct {
	CommandMeta
	Program        Slug
	Mentor, Mentee uuid.UUID
}

// HoldSession records that the two met.
type HoldSession struct {
	CommandMeta
	Channel   string
	Minutes   int
	Skill     string
	Confirmed bool
	Personal  SessionNote
}

// ConfirmSession says that a recorded session did happen. The mentor cannot.
type ConfirmSession struct {
	CommandMeta
	Session uuid.UUID // id of the SessionHeld event
	By      uuid.UUID
}

// SetGoal records a goal. Goal is a slug or uuid of the caller's choice, unique in the mentorship.
type SetGoal struct {
	CommandMeta
	Goal     string
	Owner    uuid.UUID
	Due      time.Time
	Skill    string
	Personal GoalWording
}

// MeetGoal records that a goal was reached. When CommandMeta.Imported is set, Goal may be unknown here, or "".
type MeetGoal struct {
	CommandMeta
	Goal     string
	Skill    string
	By       uuid.UUID
	Attested bool
}

// AssignRoadmap gives the mentee milestones to reach.
type AssignRoadmap struct {
	CommandMeta
	Roadmap    Slug
	Milestones []Slug
}

// ReachMilestone records that a milestone of an assigned roadmap was reached.
type ReachMilestone struct {
	CommandMeta
	Roadmap, Milestone Slug
	Skill              string
	By                 uuid.UUID
	Attested           bool
}

// PostThread records a post on a growth thread. Personal.Of is the author.
type PostThread struct {
	CommandMeta
	Thread     string
	Visibility Visibility
	Personal   ThreadText
}

// RequestFeedback asks one of the two for feedback about the other.
type RequestFeedback struct {
	CommandMeta
	Request     string // an id of the caller's choice, unique in the mentorship
	From, About uuid.UUID
	Due         time.Time
}

// GiveFeedback records a rating of one of the two by the other.
type GiveFeedback struct {
	CommandMeta
	Request   string // the request that it answers; "" for unasked feedback
	By, About uuid.UUID
	Rater     Rater
	Rating    Rating
	Personal  FeedbackComment
}

// RemindFeedback records that a reminder of an open request went out.
type RemindFeedback struct {
	CommandMeta
	Request string
}

// PauseMentorship starts a rest.
type PauseMentorship struct{ CommandMeta }

// ResumeMentorship ends a rest.
type ResumeMentorship struct{ CommandMeta }

// EndMentorship closes the mentorship.
type EndMentorship struct {
	CommandMeta
	Reason EndReason
}

func (c StartMentorship) payload() Payload {
	return &MentorshipStarted{Program: c.Program, Mentor: c.Mentor, Mentee: c.Mentee}
}

func (c HoldSession) payload() Payload {
	return &SessionHeld{
		Channel: c.Channel, Minutes: c.Minutes, Skill: c.Skill, Confirmed: c.Confirmed, Personal: c.Personal,
	}
}

func (c ConfirmSession) payload() Payload { return &SessionConfirmed{Session: c.Session, By: c.By} }

func (c SetGoal) payload() Payload {
	return &GoalSet{Goal: c.Goal, Owner: c.Owner, Due: c.Due, Skill: c.Skill, Personal: c.Personal}
}

func (c MeetGoal) payload() Payload {
	return &GoalMet{Goal: c.Goal, Imported: c.Imported, Skill: c.Skill, By: c.By, Attested: c.Attested}
}

func (c AssignRoadmap) payload() Payload {
	return &RoadmapAssigned{Roadmap: c.Roadmap, Milestones: c.Milestones}
}

func (c ReachMilestone) payload() Payload {
	return &MilestoneReached{Roadmap: c.Roadmap, Milestone: c.Milestone, Skill: c.Skill, By: c.By, Attested: c.Attested}
}

func (c PostThread) payload() Payload {
	return &ThreadPosted{Thread: c.Thread, Visibility: c.Visibility, Personal: c.Personal}
}

func (c RequestFeedback) payload() Payload {
	return &FeedbackRequested{Request: c.Request, From: c.From, About: c.About, Due: c.Due}
}

func (c GiveFeedback) payload() Payload {
	return &FeedbackGiven{
		Request: c.Request, By: c.By, About: c.About, Rater: c.Rater, Rating: c.Rating, Personal: c.Personal,
	}
}

func (c RemindFeedback) payload() Payload { return &FeedbackReminded{Request: c.Request} }

func (c PauseMentorship) payload() Payload  { return &MentorshipPaused{} }
func (c ResumeMentorship) payload() Payload { return &MentorshipResumed{} }
func (c EndMentorship) payload() Payload    { return &MentorshipEnded{Reason: c.Reason} }

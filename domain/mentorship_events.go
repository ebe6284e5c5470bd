package domain

import (
	"time"

	"github.com/google/uuid"
)

// MentorshipStarted opens a mentorship's stream: mentor and mentee, who are two people, meet in a program.
type MentorshipStarted struct {
	Program Slug      `json:"program"`
	Mentor  uuid.UUID `json:"mentor"`
	Mentee  uuid.UUID `json:"mentee"`
}

// SessionHeld says that mentor and mentee met.
type SessionHeld struct {
	Channel   string      `json:"channel,omitempty"` // how they met, such as call or reviewed
	Minutes   int         `json:"minutes,omitempty"` // 1 to MinutesMax; 0 is unknown
	Skill     string      `json:"skill,omitempty"`
	Confirmed bool        `json:"confirmed,omitempty"` // the mentee, or a source that both trust, said so too
	Personal  SessionNote `json:"personal,omitzero"`
}

// SessionNote is the personal field of SessionHeld.
type SessionNote struct {
	Of   uuid.UUID `json:"of"`
	Note string    `json:"note,omitempty"`
}

// SessionConfirmed says that somebody other than the mentor confirmed a session.
type SessionConfirmed struct {
	Session uuid.UUID `json:"session"` // id of the SessionHeld event
	By      uuid.UUID `json:"by,omitzero"`
}

// GoalSet says what the two want to reach.
type GoalSet struct {
	Goal     string      `json:"goal"` // a slug or uuid, unique in the mentorship
	Owner    uuid.UUID   `json:"owner,omitzero"`
	Due      time.Time   `json:"due,omitzero"`
	Skill    string      `json:"skill,omitempty"`
	Personal GoalWording `json:"personal,omitzero"`
}

// GoalWording is the personal field of GoalSet.
type GoalWording struct {
	Of      uuid.UUID `json:"of"`
	Wording string    `json:"wording,omitempty"`
}

// GoalMet says that a goal was reached.
type GoalMet struct {
	Goal     string    `json:"goal,omitempty"`     // "" only when imported from a source without goals of its own
	Imported bool      `json:"imported,omitempty"` // the goal need not have been set here
	Skill    string    `json:"skill,omitempty"`
	By       uuid.UUID `json:"by,omitzero"`
	Attested bool      `json:"attested,omitempty"` // someone other than the mentor recorded it
}

// RoadmapAssigned gives the mentee a list of milestones. Assigning the same roadmap again replaces the list.
type RoadmapAssigned struct {
	Roadmap    Slug   `json:"roadmap"`
	Milestones []Slug `json:"milestones"`
}

// MilestoneReached says that a milestone of an assigned roadmap was reached.
type MilestoneReached struct {
	Roadmap   Slug      `json:"roadmap"`
	Milestone Slug      `json:"milestone"`
	Skill     string    `json:"skill,omitempty"`
	By        uuid.UUID `json:"by,omitzero"`
	Attested  bool      `json:"attested,omitempty"`
}

// ThreadPosted is a post on a growth thread.
type ThreadPosted struct {
	Thread     string     `json:"thread"`
	Visibility Visibility `json:"visibility"`
	Personal   ThreadText `json:"personal,omitzero"`
}

// ThreadText is the personal field of ThreadPosted. Of is the author.
type ThreadText struct {
	Of   uuid.UUID `json:"of"`
	Text string    `json:"text,omitempty"`
}

// FeedbackRequested asks one of the two for feedback about the other.
type FeedbackRequested struct {
	Request string    `json:"request"` // an id of the asker's choice, unique in the mentorship
	From    uuid.UUID `json:"from"`
	About   uuid.UUID `json:"about"`
	Due     time.Time `json:"due,omitzero"`
}

// Rater is the role of the person who gave a rating.
type Rater string

// The raters.
const (
	RaterMentee Rater = "mentee"
	RaterMentor Rater = "mentor"
)

// FeedbackGiven is a rating of one of the two by the other.
type FeedbackGiven struct {
	Request  string          `json:"request,omitempty"` // the FeedbackRequested that it answers
	By       uuid.UUID       `json:"by"`
	About    uuid.UUID       `json:"about"`
	Rater    Rater           `json:"rater"`
	Rating   Rating          `json:"rating"`
	Personal FeedbackComment `json:"personal,omitzero"`
}

// FeedbackComment is the personal field of FeedbackGiven.
type FeedbackComment struct {
	Of      uuid.UUID `json:"of"`
	Comment string    `json:"comment,omitempty"`
}

// FeedbackReminded says that whoever was asked for feedback was reminded of it. It says nothing about the mentor.
type FeedbackReminded struct {
	Request string `json:"request"` // the FeedbackRequested that is still open
}

// MentorshipPaused says that the two rest: nothing but MentorshipResumed and MentorshipEnded is expected to happen.
type MentorshipPaused struct{}

// MentorshipResumed ends a pause.
type MentorshipResumed struct{}

// EndReason is why a mentorship ended.
type EndReason string

// The reasons.
const (
	EndCompleted EndReason = "completed"
	EndMoved     EndReason = "moved"
	EndMismatch  EndReason = "mismatch"
	EndOther     EndReason = "other"
)

// MentorshipEnded closes the mentorship.
type MentorshipEnded struct {
	Reason EndReason `json:"reason,omitempty"`
}

func (*MentorshipStarted) EventType() EventType { return TypeMentorshipStarted }
func (*SessionHeld) EventType() EventType       { return TypeSessionHeld }
func (*SessionConfirmed) EventType() EventType  { return TypeSessionConfirmed }
func (*GoalSet) EventType() EventType           { return TypeGoalSet }
func (*GoalMet) EventType() EventType           { return TypeGoalMet }
func (*RoadmapAssigned) EventType() EventType   { return TypeRoadmapAssigned }
func (*MilestoneReached) EventType() EventType  { return TypeMilestoneReached }
func (*ThreadPosted) EventType() EventType      { return TypeThreadPosted }
func (*FeedbackRequested) EventType() EventType { return TypeFeedbackRequested }
func (*FeedbackGiven) EventType() EventType     { return TypeFeedbackGiven }
func (*FeedbackReminded) EventType() EventType  { return TypeFeedbackReminded }
func (*MentorshipPaused) EventType() EventType  { return TypeMentorshipPaused }
func (*MentorshipResumed) EventType() EventType { return TypeMentorshipResumed }
func (*MentorshipEnded) EventType() EventType   { return TypeMentorshipEnded }

// PersonalOf implements HasPersonal.
func (p *SessionHeld) PersonalOf() uuid.UUID { return p.Personal.Of }

// PersonalOf implements HasPersonal.
func (p *GoalSet) PersonalOf() uuid.UUID { return p.Personal.Of }

// PersonalOf implements HasPersonal.
func (p *ThreadPosted) PersonalOf() uuid.UUID { return p.Personal.Of }

// PersonalOf implements HasPersonal.
func (p *FeedbackGiven) PersonalOf() uuid.UUID { return p.Personal.Of }

package synthetic

import (
	"strconv"
	"time"

	"laurel/domain"
)

// The vocabularies. Their order is part of what a seed means.
var (
	channels = []string{"call", "video", "in-person", "pairing", "chat", "reviewed"}
	skills   = []string{
		"architecture", "care-planning", "code-review", "coaching", "conflict", "delegation", "delivery",
		"facilitation", "feedback", "go", "hiring", "incident-response", "listening", "medication",
		"negotiation", "planning", "presenting", "security", "sql", "strategy", "testing", "triage", "writing",
		"wound-care",
	}
	units       = []string{"platform", "payments", "research", "ward-3", "ward-7", "people", "field", "support"}
	communities = []string{"mentors", "craft", "newcomers", "leads", "on-call"}
	visibility  = []domain.Visibility{domain.VisibilityRoom, domain.VisibilityProgram, domain.VisibilityPublic}
	reasons     = []domain.EndReason{
		domain.EndCompleted, domain.EndCompleted, domain.EndCompleted, domain.EndMoved, domain.EndMismatch,
		domain.EndOther,
	}
	roadmaps    = []domain.Slug{"first-90-days", "path-to-senior", "back-to-work", "new-lead"}
	voidReasons = []string{"entered-twice", "wrong-person", "did-not-happen"}
)

var milestones = [][]domain.Slug{
	{"meet-the-team", "first-change", "first-on-call", "own-a-topic"},
	{"lead-a-review", "run-a-project", "mentor-someone"},
	{"refresh-basics", "shadow-a-shift", "first-own-shift", "full-schedule", "give-a-talk"},
	{"first-one-to-one", "set-a-direction", "give-hard-feedback", "hire-someone"},
}

// The sentences of personal fields; each gets the skill or a number put in.
var (
	wordings = []string{
		"Take the lead in ", "Get comfortable with ", "Teach a colleague ", "Prepare a talk about ",
		"Handle a hard case of ",
	}
	comments = []string{
		"Gave me time to think it through.", "Clear, kind and well prepared.", "We should meet more often.",
		"Helped me see what to try next.", "The examples were to the point.",
	}
	posts = []string{
		"Tried it this week, and it worked.", "Stuck on the same point; ideas welcome.",
		"Notes from our last session.", "What would you have done here?",
	}
	titles = []string{"A checklist for ", "What we learned about ", "How to begin with ", "Three mistakes in "}
)

// Payload returns the event's payload.
func (e *Event) Payload() domain.Payload {
	switch e.Type {
	case domain.TypeSessionHeld:
		return &domain.SessionHeld{Channel: e.Channel, Minutes: e.Minutes, Skill: e.Skill, Confirmed: e.Confirmed}
	case domain.TypeSessionConfirmed:
		return &domain.SessionConfirmed{Session: e.Target, By: e.By}
	case domain.TypeGoalSet:
		return &domain.GoalSet{
			Goal: e.goal(), Owner: e.Mentee, Skill: e.Skill,
			Due:      time.Unix(0, e.OccurredAt).UTC().AddDate(0, 3, 0).Truncate(24 * time.Hour),
			Personal: domain.GoalWording{Of: e.Mentee, Wording: pick(wordings, e.Ordinal) + e.Skill},
		}
	case domain.TypeGoalMet:
		return &domain.GoalMet{Goal: e.goal(), Skill: e.Skill, By: e.By, Attested: e.Attested}
	case domain.TypeThreadPosted:
		return &domain.ThreadPosted{
			Thread: "thread-" + strconv.FormatUint(uint64(e.number), 10), Visibility: e.Visible,
			Personal: domain.ThreadText{Of: e.By, Text: pick(posts, e.Ordinal)},
		}
	case domain.TypeFeedbackRequested, domain.TypeFeedbackGiven:
		return e.feedback()
	case domain.TypeMentorshipStarted:
		return &domain.MentorshipStarted{Program: e.Program, Mentor: e.Mentor, Mentee: e.Mentee}
	case domain.TypeMentorshipPaused:
		return &domain.MentorshipPaused{}
	case domain.TypeMentorshipResumed:
		return &domain.MentorshipResumed{}
	case domain.TypeMentorshipEnded:
		return &domain.MentorshipEnded{Reason: e.reason}
	case domain.TypeRoadmapAssigned:
		return &domain.RoadmapAssigned{Roadmap: roadmaps[e.roadmap], Milestones: milestones[e.roadmap]}
	case domain.TypeMilestoneReached:
		return &domain.MilestoneReached{
			Roadmap: roadmaps[e.roadmap], Milestone: milestones[e.roadmap][e.number], Skill: e.Skill, By: e.By,
			Attested: e.Attested,
		}
	case domain.TypeEventVoided:
		return &domain.EventVoided{EventID: e.Target, Reason: pick(voidReasons, e.Ordinal)}
	case domain.TypeProgramOpened:
		return &domain.ProgramOpened{Title: "Mentoring: " + string(e.Program), Kind: "synthetic"}
	}
	return e.personPayload()
}

// personPayload returns the payload of an event on a person's stream.
func (e *Event) personPayload() domain.Payload {
	switch e.Type {
	case domain.TypePersonRegistered:
		return &domain.PersonRegistered{Personal: domain.PersonDetails{
			Of: e.Person, Name: e.name.full(), Email: string(e.name.appendEmail(nil)),
		}}
	case domain.TypePersonJoinedUnit:
		return &domain.PersonJoinedUnit{Unit: units[e.number]}
	case domain.TypeSkillAttested:
		return &domain.SkillAttested{Skill: e.Skill, Level: e.Levels, By: e.By, Attested: e.Attested}
	case domain.TypeProjectCompleted:
		return &domain.ProjectCompleted{
			Project: "project-" + strconv.FormatUint(uint64(e.number), 10), Skill: e.Skill, By: e.By, Attested: e.Attested,
		}
	case domain.TypePromotionRecorded:
		return &domain.PromotionRecorded{Levels: e.Levels, By: e.By, Attested: e.Attested}
	case domain.TypeConsentGranted:
		return &domain.ConsentGranted{Audience: e.audience, TextVersion: "2016-1"}
	case domain.TypeConsentWithdrawn:
		return &domain.ConsentWithdrawn{Audience: e.audience}
	case domain.TypePracticeShared:
		return &domain.PracticeShared{
			Community: communities[e.number], Skill: e.Skill, Visibility: e.Visible,
			Personal: domain.PracticeText{Of: e.Person, Title: pick(titles, e.Ordinal) + e.Skill},
		}
	}
	panic("synthetic: no payload for " + string(e.Type))
}

func (e *Event) feedback() domain.Payload {
	request := ""
	if e.asked || e.Type == domain.TypeFeedbackRequested {
		request = "request-" + strconv.FormatUint(uint64(e.number), 10)
	}
	about := e.Mentor
	if e.By == e.Mentor {
		about = e.Mentee
	}
	if e.Type == domain.TypeFeedbackRequested {
		return &domain.FeedbackRequested{Request: request, From: e.By, About: about}
	}
	given := &domain.FeedbackGiven{Request: request, By: e.By, About: about, Rater: e.Rater, Rating: e.Rating}
	if mix(e.Ordinal)&3 == 0 {
		given.Personal = domain.FeedbackComment{Of: e.By, Comment: pick(comments, e.Ordinal)}
	}
	return given
}

func (e *Event) goal() string { return "goal-" + strconv.FormatUint(uint64(e.number), 10) }

// pick chooses a text by the ordinal, so that texts cost the compact form nothing.
func pick(texts []string, ordinal uint64) string { return texts[mix(ordinal)%uint64(len(texts))] }

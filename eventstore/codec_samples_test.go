package eventstore

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

var (
	ada    = uuid.MustParse("6f1a0f0e-0000-4000-8000-000000000001")
	ben    = uuid.MustParse("6f1a0f0e-0000-4000-8000-000000000002")
	cyd    = uuid.MustParse("6f1a0f0e-0000-4000-8000-000000000003")
	event1 = uuid.MustParse("0b51c9d2-0000-4000-8000-000000000001")
	event2 = uuid.MustParse("0b51c9d2-0000-4000-8000-000000000002")
)

const hash = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

var award = domain.AwardCase{
	Program: "git", Person: ada, Tier: "champion", EarnedAt: time.Date(2026, 2, 3, 4, 5, 6, 7000, time.UTC),
	Criteria: hash, Position: "1-42", Measures: map[string]domain.Milli{"effort": 12500, "outcome": 61003, "share": -1},
	Evidence: []uuid.UUID{event1, event2}, Backlog: true, By: ben,
	EffectiveAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC), AsOf: time.Date(2026, 4, 2, 3, 4, 5, 0, time.UTC),
	EvidenceTotal: 1002,
}

// firstAward is award without what was added to awards later.
var firstAward = func() domain.AwardCase {
	first := award
	first.EffectiveAt, first.AsOf, first.EvidenceTotal = time.Time{}, time.Time{}, 0
	return first
}()

// firstSamples holds what the first golden files say of types that have got fields since, without a new version: a
// payload that lacks them means what it always did.
var firstSamples = []domain.Payload{
	&domain.RewardDefined{Reward: "leadership-programme", Title: "Leadership programme", Capacity: 5,
		ValidFrom: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), ValidTo: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	&domain.CriteriaApproved{Hash: hash, By: ben},
	&domain.CriteriaActivated{Hash: hash, EffectiveAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Document: "apiVersion: laurel/v1\n"},
	&domain.AwardProposed{AwardCase: firstAward},
	&domain.AwardGranted{AwardCase: firstAward},
	&domain.AwardExpired{},
}

// samples holds one payload of each type with every field set: what its golden file says.
var samples = []domain.Payload{
	&domain.PersonRegistered{Personal: domain.PersonDetails{
		Of: ada, Name: "Ada \"A.\" Ünal\u2028\t<&>", Email: "ada@example.org", HRID: "HR-7"}},
	&domain.PersonJoinedUnit{Unit: "platform", Program: "git"},
	&domain.SkillAttested{Skill: "go", Level: 3, By: ben, Attested: true},
	&domain.ProjectCompleted{Project: "PRJ-9", Skill: "go", By: ben, Attested: true,
		Personal: domain.ProjectTitle{Of: ada, Title: "Faster checkouts"}},
	&domain.PromotionRecorded{Levels: 1, To: "reviewer", By: ben, Attested: true},
	&domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: "2026-01"},
	&domain.ConsentWithdrawn{Audience: domain.AudienceTeam},
	&domain.PracticeShared{Community: "gophers", Skill: "go", Visibility: domain.VisibilityPublic,
		Personal: domain.PracticeText{Of: ada, Title: "Table tests", Text: "Name each case."}},
	&domain.PersonErased{},

	&domain.MentorshipStarted{Program: "git", Mentor: ada, Mentee: ben},
	&domain.SessionHeld{Channel: "call", Minutes: 45, Skill: "go", Confirmed: true,
		Personal: domain.SessionNote{Of: ben, Note: "Talked about \\ and /"}},
	&domain.SessionConfirmed{Session: event1, By: ben},
	&domain.GoalSet{Goal: "ship-it", Owner: ben, Due: time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC), Skill: "go",
		Personal: domain.GoalWording{Of: ben, Wording: "Ship the first patch"}},
	&domain.GoalMet{Goal: "ship-it", Imported: true, Skill: "go", By: cyd, Attested: true},
	&domain.RoadmapAssigned{Roadmap: "newcomer", Milestones: []domain.Slug{"first-patch", "first-review"}},
	&domain.MilestoneReached{Roadmap: "newcomer", Milestone: "first-patch", Skill: "go", By: cyd, Attested: true},
	&domain.ThreadPosted{Thread: "t-1", Visibility: domain.VisibilityRoom,
		Personal: domain.ThreadText{Of: ben, Text: "What I learnt"}},
	&domain.FeedbackRequested{Request: "r-1", From: ben, About: ada,
		Due: time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC)},
	&domain.FeedbackGiven{Request: "r-1", By: ben, About: ada, Rater: domain.RaterMentee, Rating: 4250,
		Personal: domain.FeedbackComment{Of: ben, Comment: "Patient"}},
	&domain.FeedbackReminded{Request: "r-1"},
	&domain.MentorshipPaused{},
	&domain.MentorshipResumed{},
	&domain.MentorshipEnded{Reason: domain.EndCompleted},

	&domain.ProgramOpened{Title: "Git", Kind: "open-source"},
	&domain.RewardDefined{Reward: "leadership-programme", Title: "Leadership programme", Kind: "leadership", Capacity: 5,
		ValidFrom: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), ValidTo: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
	&domain.RewardReserved{Reward: "leadership-programme", Award: event1, Person: ada},
	&domain.RewardReleased{Reward: "leadership-programme", Award: event1, ReasonCode: "not-held"},
	&domain.RoadmapDefined{Roadmap: "newcomer", Title: "Newcomer",
		Milestones: []domain.Slug{"first-patch", "first-review"}},
	&domain.FeedbackRhythmSet{AfterSessions: 5, AtEnd: true, Every: domain.EveryQuarter, DueDays: 7},
	&domain.ProgramClosed{},

	&domain.CriteriaProposed{Hash: hash, Document: "apiVersion: laurel/v1\n", By: ada,
		Impact: json.RawMessage(`{"gained":3,"lost":[]}`), Position: "1-42"},
	&domain.CriteriaApproved{Hash: hash, By: ben, Impact: json.RawMessage(`{"gained":2,"lost":[]}`),
		Position: "1-43"},
	&domain.CriteriaActivated{Hash: hash, EffectiveAt: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC),
		Document: "apiVersion: laurel/v1\n", By: cyd},
	&domain.CriteriaWithdrawn{Hash: hash, By: ada},

	&domain.AwardProposed{AwardCase: award},
	&domain.AwardGranted{AwardCase: award},
	&domain.AwardDeclined{By: ben, ReasonCode: "too-early"},
	&domain.AwardKept{Criteria: hash, By: ben},
	&domain.AwardRevoked{Criteria: hash, By: ben, ReasonCode: "entered-twice"},
	&domain.AwardExpired{Criteria: hash, ReasonCode: "no-longer-met"},
	&domain.RewardClaimed{Reward: "leadership-programme", By: ada},
	&domain.AcknowledgementPublished{Audience: domain.AudienceOrganisation, Names: []uuid.UUID{ada, ben},
		TextVersion: "2026-01"},

	&domain.EventVoided{EventID: event1, Reason: "entered-twice"},
}

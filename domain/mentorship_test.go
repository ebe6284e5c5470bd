package domain

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func started() Payload { return &MentorshipStarted{Program: "git", Mentor: ada, Mentee: ben} }

func TestMentorshipLife(t *testing.T) {
	start := history(started())
	paused := history(started(), &SessionHeld{}, &MentorshipPaused{})
	ended := history(started(), &SessionHeld{}, &SessionHeld{}, &SessionHeld{}, &MentorshipEnded{})
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"start": {when: StartMentorship{CommandMeta: at(1), Program: "git", Mentor: ada, Mentee: ben},
			then: []Payload{started()}},
		"start twice": {given: start,
			when: StartMentorship{CommandMeta: at(2), Program: "git", Mentor: ada, Mentee: ben},
			code: CodeConflict, says: []string{"already started"}},
		"one's own mentor": {when: StartMentorship{CommandMeta: at(1), Program: "git", Mentor: ada, Mentee: ada},
			code: CodeInvalid, field: "mentee", says: []string{"their own mentor"}},
		"no mentor": {when: StartMentorship{CommandMeta: at(1), Program: "git", Mentee: ben},
			code: CodeInvalid, field: "mentor"},
		"no mentee": {when: StartMentorship{CommandMeta: at(1), Program: "git", Mentor: ada},
			code: CodeInvalid, field: "mentee"},
		"no program": {when: StartMentorship{CommandMeta: at(1), Mentor: ada, Mentee: ben},
			code: CodeInvalid, field: "program"},
		"program with a space": {
			when: StartMentorship{CommandMeta: at(1), Program: "my git", Mentor: ada, Mentee: ben},
			code: CodeInvalid, field: "program", says: []string{`"my git"`, "a-z"}},

		"session": {given: start,
			when: HoldSession{CommandMeta: at(2), Channel: "call", Minutes: 30, Confirmed: true},
			then: []Payload{&SessionHeld{Channel: "call", Minutes: 30, Confirmed: true}}},
		"session before any start": {when: HoldSession{CommandMeta: at(2)},
			code: CodeNotFound, says: []string{"never started"}},
		"imported session before any start": {when: HoldSession{CommandMeta: imported(2)},
			code: CodeNotFound, says: []string{"never started"}},
		"session older than the start": {given: start, when: HoldSession{CommandMeta: at(0)},
			code: CodeConflict, field: "occurred_at", says: []string{"2026-03-01T01:00:00Z"}},
		"imported session older than the start": {given: start, when: HoldSession{CommandMeta: imported(0)},
			then: []Payload{&SessionHeld{}}},
		"session after the end": {given: ended, when: HoldSession{CommandMeta: at(6)},
			code: CodeConflict, says: []string{"ended at 2026-03-01T05:00:00Z"}},
		"session at the very end": {given: ended, when: HoldSession{CommandMeta: at(5)}, code: CodeConflict},
		"imported session after the end": {given: ended, when: HoldSession{CommandMeta: imported(6)},
			code: CodeConflict},
		"late session from before the end": {given: ended, when: HoldSession{CommandMeta: at(4)},
			then: []Payload{&SessionHeld{}}},

		"pause": {given: start, when: PauseMentorship{at(2)}, then: []Payload{&MentorshipPaused{}}},
		"pause when paused": {given: paused, when: PauseMentorship{at(4)},
			code: CodeConflict, says: []string{"already paused"}},
		"pause before any start": {when: PauseMentorship{at(4)}, code: CodeNotFound},
		"pause after the end":    {given: ended, when: PauseMentorship{at(6)}, code: CodeConflict},
		"late pause from before the end": {given: ended, when: PauseMentorship{at(3)},
			code: CodeConflict, says: []string{"ended"}},
		"resume": {given: paused, when: ResumeMentorship{at(4)}, then: []Payload{&MentorshipResumed{}}},
		"resume when not paused": {given: start, when: ResumeMentorship{at(4)},
			code: CodeConflict, says: []string{"not paused"}},
		"resume after the end": {given: ended, when: ResumeMentorship{at(6)}, code: CodeConflict,
			says: []string{"ended"}},
		"resume older than the pause": {given: paused, when: ResumeMentorship{at(2)},
			code: CodeConflict, field: "occurred_at"},
		"imported resume older than the pause": {given: paused, when: ResumeMentorship{imported(2)},
			then: []Payload{&MentorshipResumed{}}},
		"session in a pause": {given: paused, when: HoldSession{CommandMeta: at(4)},
			code: CodeConflict, says: []string{"paused since 2026-03-01T03:00:00Z", "resume"}},
		"late session from before the pause": {given: paused, when: HoldSession{CommandMeta: at(2)},
			then: []Payload{&SessionHeld{}}},
		"imported session in a pause": {given: paused, when: HoldSession{CommandMeta: imported(4)},
			then: []Payload{&SessionHeld{}}},
		"session after a resume": {
			given: history(started(), &MentorshipPaused{}, &MentorshipResumed{}),
			when:  HoldSession{CommandMeta: at(4)},
			then:  []Payload{&SessionHeld{}}},
		"end in a pause": {given: paused, when: EndMentorship{CommandMeta: at(4), Reason: EndMoved},
			then: []Payload{&MentorshipEnded{Reason: EndMoved}}},
		"end twice": {given: ended, when: EndMentorship{CommandMeta: at(6)}, code: CodeConflict,
			says: []string{"once"}},
		"end before a session": {given: start[:1:1], when: EndMentorship{CommandMeta: at(0)},
			code: CodeConflict, field: "occurred_at"},
		"end older than a session": {given: history(started(), &SessionHeld{}, &SessionHeld{}),
			when: EndMentorship{CommandMeta: at(2)}, code: CodeConflict, field: "occurred_at",
			says: []string{"2026-03-01T03:00:00Z"}},
		"imported end older than a session": {given: history(started(), &SessionHeld{}, &SessionHeld{}),
			when: EndMentorship{CommandMeta: imported(2)}, then: []Payload{&MentorshipEnded{}}},
		"end for an unknown reason": {given: start, when: EndMentorship{CommandMeta: at(4), Reason: "complete"},
			code: CodeInvalid, field: "reason", says: []string{"did you mean completed?", "mismatch"}},
	})
}

func TestMentorshipSessions(t *testing.T) {
	start := history(started())
	held := history(started(), &SessionHeld{})
	ended := history(started(), &SessionHeld{}, &MentorshipEnded{})
	long := strings.Repeat("x", NameBytesMax+1)
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"a whole day": {given: start, when: HoldSession{CommandMeta: at(2), Minutes: 1440},
			then: []Payload{&SessionHeld{Minutes: 1440}}},
		"more than a day": {given: start, when: HoldSession{CommandMeta: at(2), Minutes: 1441},
			code: CodeInvalid, field: "minutes", says: []string{"1441", "1 to 1440"}},
		"less than nothing": {given: start, when: HoldSession{CommandMeta: at(2), Minutes: -1},
			code: CodeInvalid, field: "minutes"},
		"long channel": {given: start, when: HoldSession{CommandMeta: at(2), Channel: long},
			code: CodeInvalid, field: "channel", says: []string{"101 bytes", "at most 100"}},
		"channel in two lines": {given: start, when: HoldSession{CommandMeta: at(2), Channel: "a\nb"},
			code: CodeInvalid, field: "channel", says: []string{"control character"}},
		"skill with space around": {given: start, when: HoldSession{CommandMeta: at(2), Skill: "go "},
			code: CodeInvalid, field: "skill", says: []string{"trim"}},
		"note": {given: start, when: HoldSession{CommandMeta: at(2),
			Personal: SessionNote{Of: ben, Note: "two\nlines"}},
			then: []Payload{&SessionHeld{Personal: SessionNote{Of: ben, Note: "two\nlines"}}}},
		"note of nobody": {given: start, when: HoldSession{CommandMeta: at(2), Personal: SessionNote{Note: "x"}},
			code: CodeInvalid, field: "personal.of", says: []string{"note"}},
		"note of somebody else": {given: start,
			when: HoldSession{CommandMeta: at(2), Personal: SessionNote{Of: cyd, Note: "x"}},
			code: CodeInvalid, field: "personal.of", says: []string{"not in this mentorship"}},
		"long note": {given: start, when: HoldSession{CommandMeta: at(2),
			Personal: SessionNote{Of: ben, Note: strings.Repeat("x", PersonalBytesMax+1)}},
			code: CodeInvalid, field: "personal.note"},

		"confirm": {given: held, when: ConfirmSession{CommandMeta: at(3), Session: number(2), By: ben},
			then: []Payload{&SessionConfirmed{Session: number(2), By: ben}}},
		"confirm by a third person": {given: held,
			when: ConfirmSession{CommandMeta: at(3), Session: number(2), By: cyd},
			then: []Payload{&SessionConfirmed{Session: number(2), By: cyd}}},
		"confirm after the end": {given: ended, when: ConfirmSession{CommandMeta: at(9), Session: number(2), By: ben},
			then: []Payload{&SessionConfirmed{Session: number(2), By: ben}}},
		"confirm by the mentor": {given: held, when: ConfirmSession{CommandMeta: at(3), Session: number(2), By: ada},
			code: CodeForbidden, field: "by"},
		"confirm what is not there": {given: held,
			when: ConfirmSession{CommandMeta: at(3), Session: number(9), By: ben},
			code: CodeNotFound, field: "session", says: []string{number(9).String()}},
		"confirm what is no session": {given: held,
			when: ConfirmSession{CommandMeta: at(3), Session: number(1), By: ben},
			code: CodeNotFound, field: "session"},
		"confirm nothing": {given: held, when: ConfirmSession{CommandMeta: at(3), By: ben},
			code: CodeInvalid, field: "session"},
		"confirm before the session": {given: held,
			when: ConfirmSession{CommandMeta: at(1), Session: number(2), By: ben},
			code: CodeConflict, field: "occurred_at"},
		"imported confirmation before the session": {given: held,
			when: ConfirmSession{CommandMeta: imported(1), Session: number(2), By: ben},
			then: []Payload{&SessionConfirmed{Session: number(2), By: ben}}},
		"confirm twice": {given: history(started(), &SessionHeld{}, &SessionConfirmed{Session: number(2)}),
			when: ConfirmSession{CommandMeta: at(4), Session: number(2), By: ben},
			code: CodeConflict, field: "session", says: []string{"already confirmed"}},
		"confirm a voided one": {
			given: history(started(), &SessionHeld{}, &EventVoided{EventID: number(2), Reason: "r"}),
			when:  ConfirmSession{CommandMeta: at(4), Session: number(2), By: ben},
			code:  CodeConflict, field: "session", says: []string{"voided"}},
		"confirm again after the confirmation was voided": {
			given: history(started(), &SessionHeld{}, &SessionConfirmed{Session: number(2)},
				&EventVoided{EventID: number(3), Reason: "r"}),
			when: ConfirmSession{CommandMeta: at(5), Session: number(2), By: ben},
			then: []Payload{&SessionConfirmed{Session: number(2), By: ben}}},
	})
}

func TestMentorshipGoals(t *testing.T) {
	start := history(started())
	set := history(started(), &GoalSet{Goal: "ship-it"})
	met := history(started(), &GoalSet{Goal: "ship-it"}, &GoalMet{Goal: "ship-it"})
	due := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"set": {given: start, when: SetGoal{CommandMeta: at(2), Goal: "ship-it", Owner: ben, Due: due,
			Personal: GoalWording{Of: ben, Wording: "Ship it"}},
			then: []Payload{&GoalSet{Goal: "ship-it", Owner: ben, Due: due,
				Personal: GoalWording{Of: ben, Wording: "Ship it"}}}},
		"set with a uuid": {given: start, when: SetGoal{CommandMeta: at(2), Goal: cyd.String()},
			then: []Payload{&GoalSet{Goal: cyd.String()}}},
		"set twice": {given: set, when: SetGoal{CommandMeta: at(3), Goal: "ship-it"},
			code: CodeConflict, field: "goal", says: []string{"already set"}},
		"set without a name": {given: start, when: SetGoal{CommandMeta: at(2)}, code: CodeInvalid, field: "goal"},
		"set with a sentence": {given: start, when: SetGoal{CommandMeta: at(2), Goal: "Ship it!"},
			code: CodeInvalid, field: "goal", says: []string{"neither a slug nor a uuid"}},
		"set for somebody else": {given: start, when: SetGoal{CommandMeta: at(2), Goal: "g", Owner: cyd},
			code: CodeInvalid, field: "owner"},
		"set with a due date of the same day": {given: start,
			when: SetGoal{CommandMeta: at(23), Goal: "g", Due: day0}, then: []Payload{&GoalSet{Goal: "g", Due: day0}}},
		"set with a due date of the day before": {given: start,
			when: SetGoal{CommandMeta: at(24), Goal: "g", Due: day0}, code: CodeInvalid, field: "due",
			says: []string{"due: 2026-03-01T00:00:00Z is over when the goal is set, at 2026-03-02T00:00:00Z; " +
				"give a day that is still to come, or none"}},
		"imported with a due date before": {given: start,
			when: SetGoal{CommandMeta: imported(24), Goal: "g", Due: day0}, then: []Payload{&GoalSet{Goal: "g", Due: day0}}},
		"set with a due date in the year 9999": {given: start,
			when: SetGoal{CommandMeta: at(2), Goal: "g", Due: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)},
			code: CodeInvalid, field: "due"},

		"meet": {given: set, when: MeetGoal{CommandMeta: at(3), Goal: "ship-it", By: cyd, Attested: true},
			then: []Payload{&GoalMet{Goal: "ship-it", By: cyd, Attested: true}}},
		"meet what was never set": {given: set, when: MeetGoal{CommandMeta: at(3), Goal: "shipit"},
			code: CodeNotFound, field: "goal", says: []string{`"shipit" was never set`, "did you mean ship-it?"}},
		"meet something unlike any": {given: set, when: MeetGoal{CommandMeta: at(3), Goal: "zebra"},
			code: CodeNotFound, field: "goal", says: []string{"set it first"}},
		"meet without a name": {given: set, when: MeetGoal{CommandMeta: at(3)}, code: CodeInvalid, field: "goal"},
		"meet twice": {given: met, when: MeetGoal{CommandMeta: at(4), Goal: "ship-it"},
			code: CodeConflict, field: "goal", says: []string{"already met"}},
		"meet before it was set": {given: set, when: MeetGoal{CommandMeta: at(1), Goal: "ship-it"},
			code: CodeConflict, field: "occurred_at"},
		"imported without a name": {given: start, when: MeetGoal{CommandMeta: imported(3)},
			then: []Payload{&GoalMet{Imported: true}}},
		"imported without a name, again": {given: history(started(), &GoalMet{Imported: true}),
			when: MeetGoal{CommandMeta: imported(3)}, then: []Payload{&GoalMet{Imported: true}}},
		"imported and never set": {given: start, when: MeetGoal{CommandMeta: imported(3), Goal: "other"},
			then: []Payload{&GoalMet{Goal: "other", Imported: true}}},
		"imported and already met": {given: met, when: MeetGoal{CommandMeta: imported(4), Goal: "ship-it"},
			code: CodeConflict, field: "goal"},
		"copied, but not said to be imported": {given: start, when: record(3, &GoalMet{Goal: "other"}),
			code: CodeNotFound, field: "goal"},
		"said to be imported by somebody here": {given: start,
			when: Record{Event: Event{ID: number(100), Meta: Metadata{OccurredAt: hour(3)},
				Payload: &GoalMet{Goal: "other", Imported: true}}},
			code: CodeInvalid, field: "imported"},
		"open again after the meeting was voided": {
			given: append(met[:3:3], given(4, &EventVoided{EventID: number(3), Reason: "r"})),
			when:  MeetGoal{CommandMeta: at(5), Goal: "ship-it"}, then: []Payload{&GoalMet{Goal: "ship-it"}}},
		"gone after the setting was voided": {
			given: append(set[:2:2], given(3, &EventVoided{EventID: number(2), Reason: "r"})),
			when:  MeetGoal{CommandMeta: at(5), Goal: "ship-it"}, code: CodeNotFound, field: "goal"},
	})
}

func TestMentorshipRoadmaps(t *testing.T) {
	start := history(started())
	assigned := history(started(), &RoadmapAssigned{Roadmap: "new", Milestones: []Slug{"one", "second"}})
	many := make([]Slug, MilestonesMax+1)
	for i := range many {
		many[i] = Slug("m" + itoa(i))
	}
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"assign": {given: start, when: AssignRoadmap{CommandMeta: at(2), Roadmap: "new", Milestones: []Slug{"one"}},
			then: []Payload{&RoadmapAssigned{Roadmap: "new", Milestones: []Slug{"one"}}}},
		"assign nothing": {given: start, when: AssignRoadmap{CommandMeta: at(2), Roadmap: "new"},
			code: CodeInvalid, field: "milestones"},
		"assign too much": {given: start, when: AssignRoadmap{CommandMeta: at(2), Roadmap: "new", Milestones: many},
			code: CodeInvalid, field: "milestones", says: []string{"101", "1 to 100"}},
		"assign one twice": {given: start,
			when: AssignRoadmap{CommandMeta: at(2), Roadmap: "new", Milestones: []Slug{"one", "one"}},
			code: CodeInvalid, field: "milestones", says: []string{"twice"}},
		"assign no slug": {given: start,
			when: AssignRoadmap{CommandMeta: at(2), Roadmap: "new", Milestones: []Slug{"One"}},
			code: CodeInvalid, field: "milestones"},
		"reach": {given: assigned,
			when: ReachMilestone{CommandMeta: at(3), Roadmap: "new", Milestone: "one", Skill: "go"},
			then: []Payload{&MilestoneReached{Roadmap: "new", Milestone: "one", Skill: "go"}}},
		"reach what is not on it": {given: assigned,
			when: ReachMilestone{CommandMeta: at(3), Roadmap: "new", Milestone: "secnod"},
			code: CodeNotFound, field: "milestone", says: []string{"did you mean second?"}},
		"reach something unlike any": {given: assigned,
			when: ReachMilestone{CommandMeta: at(3), Roadmap: "new", Milestone: "zebra"},
			code: CodeNotFound, field: "milestone", says: []string{"one, second"}},
		"reach on another roadmap": {given: assigned,
			when: ReachMilestone{CommandMeta: at(3), Roadmap: "old", Milestone: "one"},
			code: CodeNotFound, field: "roadmap", says: []string{"never assigned"}},
		"reach twice": {
			given: append(assigned[:2:2], given(3, &MilestoneReached{Roadmap: "new", Milestone: "one"})),
			when:  ReachMilestone{CommandMeta: at(4), Roadmap: "new", Milestone: "one"},
			code:  CodeConflict, field: "milestone", says: []string{"already reached"}},
		"reach what a newer list has dropped": {
			given: append(assigned[:2:2], given(3, &RoadmapAssigned{Roadmap: "new", Milestones: []Slug{"one"}})),
			when:  ReachMilestone{CommandMeta: at(4), Roadmap: "new", Milestone: "second"},
			code:  CodeNotFound, field: "milestone"},
	})
}

func TestMentorshipThreadsAndFeedback(t *testing.T) {
	start := history(started())
	ended := history(started(), &MentorshipEnded{})
	asked := history(started(), &FeedbackRequested{Request: "r", From: ben, About: ada})
	give := func(m CommandMeta, request string, by, about uuid.UUID, rater Rater, rating Rating) GiveFeedback {
		return GiveFeedback{CommandMeta: m, Request: request, By: by, About: about, Rater: rater, Rating: rating}
	}
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"post": {given: start, when: PostThread{CommandMeta: at(2), Thread: "t", Visibility: VisibilityRoom,
			Personal: ThreadText{Of: ben, Text: "x"}},
			then: []Payload{&ThreadPosted{Thread: "t", Visibility: VisibilityRoom,
				Personal: ThreadText{Of: ben, Text: "x"}}}},
		"post by nobody": {given: start,
			when: PostThread{CommandMeta: at(2), Thread: "t", Visibility: VisibilityRoom},
			code: CodeInvalid, field: "personal.of"},
		"post by somebody else": {given: start, when: PostThread{CommandMeta: at(2), Thread: "t",
			Visibility: VisibilityRoom, Personal: ThreadText{Of: cyd, Text: "x"}}, code: CodeInvalid,
			field: "personal.of"},
		"post for an unknown visibility": {given: start, when: PostThread{CommandMeta: at(2), Thread: "t",
			Visibility: "pubic", Personal: ThreadText{Of: ben}}, code: CodeInvalid, field: "visibility",
			says: []string{"did you mean public?"}},
		"post for no visibility": {given: start, when: PostThread{CommandMeta: at(2), Thread: "t",
			Personal: ThreadText{Of: ben}}, code: CodeInvalid, field: "visibility"},
		"post on no thread": {given: start, when: PostThread{CommandMeta: at(2), Visibility: VisibilityRoom,
			Personal: ThreadText{Of: ben}}, code: CodeInvalid, field: "thread"},

		"ask": {given: start, when: RequestFeedback{CommandMeta: at(2), Request: "r", From: ben, About: ada},
			then: []Payload{&FeedbackRequested{Request: "r", From: ben, About: ada}}},
		"ask after the end": {given: ended,
			when: RequestFeedback{CommandMeta: at(9), Request: "r", From: ben, About: ada},
			then: []Payload{&FeedbackRequested{Request: "r", From: ben, About: ada}}},
		"ask twice": {given: asked, when: RequestFeedback{CommandMeta: at(3), Request: "r", From: ada, About: ben},
			code: CodeConflict, field: "request"},
		"ask about oneself": {given: start,
			when: RequestFeedback{CommandMeta: at(2), Request: "r", From: ben, About: ben},
			code: CodeInvalid, field: "about"},
		"ask somebody else": {given: start,
			when: RequestFeedback{CommandMeta: at(2), Request: "r", From: cyd, About: ben},
			code: CodeForbidden, field: "from"},
		"ask without an id": {given: start, when: RequestFeedback{CommandMeta: at(2), From: ben, About: ada},
			code: CodeInvalid, field: "request"},

		"mentee rates": {given: start, when: give(at(2), "", ben, ada, RaterMentee, 4500),
			then: []Payload{&FeedbackGiven{By: ben, About: ada, Rater: RaterMentee, Rating: 4500}}},
		"mentor rates": {given: start, when: give(at(2), "", ada, ben, RaterMentor, 1000),
			then: []Payload{&FeedbackGiven{By: ada, About: ben, Rater: RaterMentor, Rating: 1000}}},
		"rates after the end": {given: ended, when: give(at(9), "", ben, ada, RaterMentee, 5000),
			then: []Payload{&FeedbackGiven{By: ben, About: ada, Rater: RaterMentee, Rating: 5000}}},
		"above 5": {given: start, when: give(at(2), "", ben, ada, RaterMentee, 5001),
			code: CodeInvalid, field: "rating", says: []string{"5.001 is out of range", "1 to 5"}},
		"below 1": {given: start, when: give(at(2), "", ben, ada, RaterMentee, 999), code: CodeInvalid,
			field: "rating"},
		"no rating": {given: start, when: give(at(2), "", ben, ada, RaterMentee, 0), code: CodeInvalid,
			field: "rating"},
		"about oneself": {given: start, when: give(at(2), "", ben, ben, RaterMentee, 4000),
			code: CodeInvalid, field: "about"},
		"about somebody else": {given: start, when: give(at(2), "", ben, cyd, RaterMentee, 4000),
			code: CodeInvalid, field: "about", says: []string{"not in this mentorship"}},
		"by somebody else": {given: start, when: give(at(2), "", cyd, ada, RaterMentee, 4000),
			code: CodeForbidden, field: "by"},
		"by nobody": {given: start, when: give(at(2), "", uuid.Nil, ada, RaterMentee, 4000),
			code: CodeInvalid, field: "by"},
		"in the other role": {given: start, when: give(at(2), "", ben, ada, RaterMentor, 4000),
			code: CodeInvalid, field: "rater", says: []string{"does not match", "mentee"}},
		"in an unknown role": {given: start, when: give(at(2), "", ben, ada, "boss", 4000),
			code: CodeInvalid, field: "rater", says: []string{"mentee, mentor"}},
		"answer": {given: asked, when: give(at(3), "r", ben, ada, RaterMentee, 4000),
			then: []Payload{&FeedbackGiven{Request: "r", By: ben, About: ada, Rater: RaterMentee, Rating: 4000}}},
		"answer to no question": {given: asked, when: give(at(3), "q", ben, ada, RaterMentee, 4000),
			code: CodeNotFound, field: "request"},
		"imported answer to no question": {given: asked, when: give(imported(3), "q", ben, ada, RaterMentee, 4000),
			then: []Payload{&FeedbackGiven{Request: "q", By: ben, About: ada, Rater: RaterMentee, Rating: 4000}}},
		"answer by the one who was not asked": {given: asked, when: give(at(3), "r", ada, ben, RaterMentor, 4000),
			code: CodeForbidden, field: "by"},
		"answer twice": {given: append(asked[:2:2],
			given(3, &FeedbackGiven{Request: "r", By: ben, About: ada, Rater: RaterMentee, Rating: 4000})),
			when: give(at(4), "r", ben, ada, RaterMentee, 4000),
			code: CodeConflict, field: "request", says: []string{"already answered"}},
		"comment of nobody": {given: start,
			when: GiveFeedback{CommandMeta: at(2), By: ben, About: ada, Rater: RaterMentee,
				Rating: 4000, Personal: FeedbackComment{Comment: "x"}}, code: CodeInvalid, field: "personal.of"},
	})
}

func TestMentorshipVoids(t *testing.T) {
	void := func(n int) Payload { return &EventVoided{EventID: number(n), Reason: "entered-twice"} }
	ask := func(n int) VoidEvent {
		return VoidEvent{CommandMeta: at(9), EventID: number(n), Reason: "entered-twice"}
	}
	held := history(started(), &SessionHeld{})
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"void":                                   {given: held, when: ask(2), then: []Payload{void(2)}},
		"void the start, whatever came after it": {given: held, when: ask(1), then: []Payload{void(1)}},
		"void what is not there": {given: held, when: ask(3),
			code: CodeNotFound, field: "event_id", says: []string{"its own stream"}},
		"void in an empty stream": {when: ask(1), code: CodeNotFound, field: "event_id"},
		"void twice": {given: append(held[:2:2], given(3, void(2))), when: ask(2),
			code: CodeConflict, field: "event_id", says: []string{"voided before"}},
		"void a void": {given: append(held[:2:2], given(3, void(2))), when: ask(3),
			code: CodeConflict, field: "event_id", says: []string{"itself a void", "anew"}},
		"void itself": {given: held, when: ask(100), code: CodeConflict, field: "event_id"},
		"void nothing": {given: held, when: VoidEvent{CommandMeta: at(9), Reason: "x"},
			code: CodeInvalid, field: "event_id"},
		"void without a reason": {given: held, when: VoidEvent{CommandMeta: at(9), EventID: number(2)},
			code: CodeInvalid, field: "reason"},
		"void after the end": {given: append(held[:2:2], given(3, &MentorshipEnded{})), when: ask(2),
			then: []Payload{void(2)}},
		"goes on after the end was voided": {
			given: append(held[:2:2], given(3, &MentorshipEnded{}), given(4, void(3))),
			when:  HoldSession{CommandMeta: at(5)}, then: []Payload{&SessionHeld{}}},
		"paused again after the resume was voided": {
			given: history(started(), &MentorshipPaused{}, &MentorshipResumed{}, void(3)),
			when:  HoldSession{CommandMeta: at(5)}, code: CodeConflict},
		"not paused after the pause was voided": {given: history(started(), &MentorshipPaused{}, void(2)),
			when: HoldSession{CommandMeta: at(5)}, then: []Payload{&SessionHeld{}}},
		"not started after the start was voided": {given: append(held[:2:2], given(3, void(1))),
			when: HoldSession{CommandMeta: at(5)}, code: CodeNotFound},
		"started anew after the start was voided": {given: append(held[:2:2], given(3, void(1))),
			when: StartMentorship{CommandMeta: at(5), Program: "leaders", Mentor: ada, Mentee: ben},
			then: []Payload{&MentorshipStarted{Program: "leaders", Mentor: ada, Mentee: ben}}},
		"started anew between other people": {given: append(held[:2:2], given(3, void(1))),
			when: StartMentorship{CommandMeta: at(5), Program: "git", Mentor: cyd, Mentee: ben}, code: CodeConflict},
		"ended before a session that was voided": {
			given: append(held[:2:2], given(3, &SessionHeld{}), given(4, void(3))),
			when:  EndMentorship{CommandMeta: at(2)}, then: []Payload{&MentorshipEnded{}}},
	})
}

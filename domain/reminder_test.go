package domain

import "testing"

func TestFeedbackReminders(t *testing.T) {
	asked := &FeedbackRequested{Request: "r-1", From: ben, About: ada}
	answer := &FeedbackGiven{Request: "r-1", By: ben, About: ada, Rater: RaterMentee, Rating: 4000}
	open := history(started(), asked)
	reminded := history(started(), asked, &FeedbackReminded{Request: "r-1"})
	answered := history(started(), asked, answer)
	remind := func(h int, request string) RemindFeedback { return RemindFeedback{at(h), request} }
	then := []Payload{&FeedbackReminded{Request: "r-1"}}
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"remind": {given: open, when: remind(3, "r-1"), then: then},
		"remind after the end": {given: append(open[:2:2], given(3, &MentorshipEnded{})), when: remind(4, "r-1"),
			then: then},
		"remind in a pause": {given: append(open[:2:2], given(3, &MentorshipPaused{})), when: remind(4, "r-1"),
			then: then},
		"remind twice": {given: reminded, when: remind(4, "r-1"), code: CodeConflict, field: "request",
			says: []string{`request: request "r-1" was already reminded of; remind of a request once`}},
		"remind again after a void": {given: append(reminded[:3:3], given(4, voided(3))), when: remind(5, "r-1"),
			then: then},
		"remind of an answered one": {given: answered, when: remind(4, "r-1"), code: CodeConflict, field: "request",
			says: []string{`request: request "r-1" is already answered; remind of open requests only`}},
		"remind when the answer was voided": {given: append(answered[:3:3], given(4, voided(3))),
			when: remind(5, "r-1"), then: then},
		"remind of the unknown": {given: open, when: remind(3, "r-2"), code: CodeNotFound, field: "request",
			says: []string{`request: request "r-2" was never made; did you mean r-1?`}},
		"remind of nothing": {given: open, when: remind(3, ""), code: CodeInvalid, field: "request"},
		"remind too early": {given: open, when: remind(1, "r-1"), code: CodeConflict, field: "occurred_at",
			says: []string{"occurred_at: is before the request at 2026-03-01T02:00:00Z; remind of a request after it"}},
		"import from too early":       {given: open, when: record(1, &FeedbackReminded{Request: "r-1"}), then: then},
		"remind in no mentorship":     {when: remind(3, "r-1"), code: CodeNotFound},
		"answer what was reminded of": {given: reminded, when: record(4, answer), then: []Payload{answer}},
	})
}

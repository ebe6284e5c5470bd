package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// TestAPICommands carries out each command of the API once, as somebody who may, and wants the event that it is for on
// the log.
func TestAPICommands(t *testing.T) {
	b := newBench(t, free)
	award := b.grant().String()
	her, his := b.account("Ada", ada, "owner", "analyst", "administrator"), b.account("Ben", ben, "owner", "analyst")
	mentor, mentee := b.signedIn(her), b.signedIn(his)
	const room = "/v1/rooms/" + theRoom
	head := func() eventstore.Position {
		position, err := b.store.Head(t.Context())
		b.must(err)
		return position
	}
	// since are the types of what was recorded after a position.
	since := func(at eventstore.Position) (types []domain.EventType, ids []string) {
		for e, err := range b.store.ReadAll(t.Context(), at, eventstore.Filter{}) {
			b.must(err)
			types, ids = append(types, e.Type), append(ids, e.ID.String())
		}
		return types, ids
	}
	tag := func() string { return mentor.call(http.MethodGet, "/v1/criteria?program=git", "").Header().Get("ETag") }
	done := map[string]bool{}
	session := ""
	do := func(br *browser, id, address, body string, want domain.EventType) {
		t.Helper()
		at := slices.IndexFunc(b.server.api.operations, func(o operation) bool { return o.id == id })
		if at < 0 {
			t.Fatalf("there is no operation %s", id)
		}
		done[id] = true
		headers := []string{}
		if strings.Contains(address, "/v1/criteria") {
			headers = append(headers, "If-Match", tag())
		}
		before := head()
		w := br.call(b.server.api.operations[at].method, address, body, headers...)
		if w.Code != http.StatusOK && w.Code != http.StatusCreated {
			t.Fatalf("%s: status %d %s", id, w.Code, w.Body)
		}
		if want == "" {
			return
		}
		types, ids := since(before)
		if !slices.Contains(types, want) {
			t.Fatalf("%s recorded %v, not %s", id, types, want)
		}
		if want == domain.TypeSessionHeld {
			session = ids[slices.Index(types, want)]
		}
	}
	cas, dee := uuid.NewString(), uuid.NewString()
	do(mentor, "registerPerson", "/v1/people", `{"name":"Cas","person":"`+cas+`","email":"cas@example.org"}`, domain.TypePersonRegistered)
	do(mentor, "registerPerson", "/v1/people", `{"name":"Dee","person":"`+dee+`"}`, domain.TypePersonRegistered)
	do(mentor, "joinUnit", "/v1/people/"+cas+"/units", `{"unit":"core"}`, domain.TypePersonJoinedUnit)
	do(mentor, "attestSkill", "/v1/people/"+cas+"/skills", `{"skill":"go","level":2}`, domain.TypeSkillAttested)
	do(mentor, "recordPromotion", "/v1/people/"+cas+"/promotions", `{"levels":1,"to":"reviewer"}`, domain.TypePromotionRecorded)
	do(mentor, "recordProject", "/v1/people/"+cas+"/projects", `{"project":"p1","title":"The first"}`, domain.TypeProjectCompleted)
	do(mentor, "erasePerson", "/v1/people/"+dee+"/erasure", `{}`, domain.TypePersonErased)

	do(mentor, "openProgram", "/v1/programs/spring", `{"title":"Spring"}`, domain.TypeProgramOpened)
	do(mentor, "closeProgram", "/v1/programs/spring/close", `{}`, domain.TypeProgramClosed)
	do(mentor, "defineRoadmap", "/v1/programs/git/roadmaps", `{"roadmap":"reviewer","title":"Reviewer","milestones":["first","second"]}`,
		domain.TypeRoadmapDefined)
	do(mentor, "setRhythm", "/v1/programs/git/rhythm", `{"after_sessions":1,"at_end":true,"due_days":14}`, domain.TypeFeedbackRhythmSet)
	do(mentor, "defineReward", "/v1/rewards?program=git", `{"reward":"talk","title":"A talk","capacity":1}`, domain.TypeRewardDefined)
	do(mentor, "sharePractice", "/v1/communities/testers/practices", `{"title":"Small steps","text":"One at a time."}`,
		domain.TypePracticeShared)

	do(mentor, "startRoom", "/v1/rooms?program=git", `{"mentor":"`+ada.String()+`","mentee":"`+cas+`"}`, domain.TypeMentorshipStarted)
	do(mentor, "holdSession", room+"/sessions", `{"channel":"call","minutes":30,"note":"Went well."}`, domain.TypeSessionHeld)
	do(mentee, "confirmSession", room+"/confirmations", `{"session":"`+session+`"}`, domain.TypeSessionConfirmed)
	do(mentee, "setGoal", room+"/goals", `{"goal":"ship","wording":"Ship it."}`, domain.TypeGoalSet)
	do(mentor, "meetGoal", room+"/goals/met", `{"goal":"ship","attested":true}`, domain.TypeGoalMet)
	do(mentor, "assignRoadmap", room+"/roadmaps", `{"roadmap":"reviewer"}`, domain.TypeRoadmapAssigned)
	do(mentor, "reachMilestone", room+"/milestones", `{"roadmap":"reviewer","milestone":"first"}`, domain.TypeMilestoneReached)
	do(mentee, "postThread", room+"/posts", `{"thread":"journey","text":"Begun."}`, domain.TypeThreadPosted)
	b.pass(time.Second)
	do(mentor, "askFeedback", "/v1/feedback/requests?program=git", `{}`, domain.TypeFeedbackRequested)
	b.pass(15 * 24 * time.Hour)
	mentor, mentee = b.signedIn(her), b.signedIn(his)
	do(mentor, "remindFeedback", "/v1/feedback/reminders?program=git", `{}`, domain.TypeFeedbackReminded)
	do(mentee, "giveFeedback", room+"/feedback", `{"rating":4.5,"comment":"Patient."}`, domain.TypeFeedbackGiven)
	do(mentor, "pauseRoom", room+"/pause", `{}`, domain.TypeMentorshipPaused)
	do(mentor, "resumeRoom", room+"/resume", `{}`, domain.TypeMentorshipResumed)
	do(mentor, "endRoom", room+"/end", `{"reason":"completed"}`, domain.TypeMentorshipEnded)

	do(mentor, "claimReward", "/v1/awards/"+award+"/claims", `{"reward":"talk"}`, domain.TypeRewardClaimed)
	do(mentor, "releaseReward", "/v1/awards/"+award+"/releases", `{"reward":"talk"}`, domain.TypeRewardReleased)
	do(mentor, "grantConsent", "/v1/consents", `{"audience":"team","text_version":"1"}`, domain.TypeConsentGranted)
	do(mentee, "publishAcknowledgement", "/v1/awards/"+award+"/acknowledgements", `{"audience":"team","text_version":"1"}`,
		domain.TypeAcknowledgementPublished)
	do(mentee, "retractAcknowledgements", "/v1/awards/"+award+"/retractions", `{}`, domain.TypeEventVoided)
	do(mentor, "withdrawConsent", "/v1/consents/withdrawals", `{"audience":"team"}`, domain.TypeConsentWithdrawn)

	propose := func(text string) (hash string) {
		t.Helper()
		document, err := json.Marshal(map[string]string{"document": text})
		b.must(err)
		do(mentor, "proposeCriteria", "/v1/criteria?program=git", string(document), domain.TypeCriteriaProposed)
		for e, err := range b.store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{
			Types: []domain.EventType{domain.TypeCriteriaProposed}}) {
			b.must(err)
			var p domain.CriteriaProposed
			b.must(json.Unmarshal(e.Data, &p))
			hash = strings.TrimPrefix(p.Hash, "sha256:")
		}
		return hash
	}
	hash := propose(strings.Replace(rewarding, "sessions >= 1", "sessions >= 2", 1))
	do(mentee, "approveCriteria", "/v1/criteria/"+hash+"/approval?program=git", `{}`, domain.TypeCriteriaApproved)
	do(mentee, "activateCriteria", "/v1/criteria/"+hash+"/activation?program=git", `{}`, domain.TypeCriteriaActivated)
	b.pass(time.Second)
	do(mentee, "rollbackCriteria", "/v1/criteria-rollback?program=git", `{}`, domain.TypeCriteriaActivated)
	hash = propose(strings.Replace(rewarding, "sessions >= 1", "sessions >= 3", 1))
	do(mentor, "withdrawCriteria", "/v1/criteria/"+hash+"/withdrawal?program=git", `{}`, domain.TypeCriteriaWithdrawn)

	do(mentee, "revokeAward", "/v1/awards/"+award+"/revoke", `{"reason":"entered-by-mistake"}`, domain.TypeAwardRevoked)
	do(mentor, "voidEvent", "/v1/log/voids", `{"event":"`+session+`","reason":"entered-twice","despite_awards":true}`, domain.TypeEventVoided)
	do(mentor, "runAwards", "/v1/awards/run?program=git", `{}`, "")
	for i := range b.server.api.operations {
		o := &b.server.api.operations[i]
		// Reviews are tested on the page of an award, and CloudEvents by TestCloudEvents.
		if o.method != http.MethodGet && !done[o.id] && !slices.Contains([]string{"reviewAward", "sendEvents", "checkCriteria",
			"compareDocument", "findPeople"}, o.id) {
			t.Errorf("%s is not tried", o.id)
		}
	}
}

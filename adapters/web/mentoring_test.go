package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
)

func TestPrograms(t *testing.T) {
	b := newBench(t, nil)
	owner, other := b.as(uuid.Nil, "owner"), b.as(uuid.Nil, "owner of svn")
	location := owner.records(1, "/programs", form("program", "spring-2026", "title", "Spring", "kind", "onboarding"))
	wantStatus(t, owner.get(location), http.StatusOK, "Spring", "Recorded.")
	owner.refuses(http.StatusUnprocessableEntity, "/programs", form("program", "Not one", "title", "X"), "open", "program")
	owner.refuses(http.StatusUnprocessableEntity, "/programs", form("program", "empty"), "open", "title")
	wantStatus(t, other.post("/programs", form("program", "mine", "title", "Mine")), http.StatusForbidden)
	owner.records(1, "/programs/git/roadmap", form("roadmap", "reviewer", "title", "To a reviewer", "milestones", "read\ncomment, review"))
	wantStatus(t, owner.get("/programs/git"), http.StatusOK, "<li>comment</li>")
	owner.refuses(http.StatusUnprocessableEntity, "/programs/git/roadmap", form("roadmap", "reviewer", "title", "Y", "milestones", "Two Words"), "roadmap", "milestones")
	owner.records(1, "/programs/git/rhythm", form("after_sessions", "3", "at_end", "yes", "due_days", "10"))
	wantStatus(t, owner.get("/programs/git"), http.StatusOK, "after every 3 sessions", "when a mentorship ends")
	owner.refuses(http.StatusUnprocessableEntity, "/programs/git/rhythm", form("due_days", "10"), "rhythm", "due_days")
	owner.refuses(http.StatusUnprocessableEntity, "/programs/git/rhythm", form("after_sessions", "many"), "rhythm", "after_sessions")
	wantStatus(t, other.post("/programs/git/close", form()), http.StatusForbidden)
	owner.records(1, "/programs/svn/close", form())
	wantStatus(t, owner.get("/programs?program=git"), http.StatusOK, "closed")
	b.as(ada).records(1, benchRoom+"/roadmap", form("roadmap", "reviewer"))
}

func TestFeedback(t *testing.T) {
	b := newBench(t, nil)
	owner, mentee := b.as(uuid.Nil, "owner of git"), b.as(ben)
	owner.records(1, "/programs/git/rhythm?program=git", form("after_sessions", "1", "due_days", "10"))
	mentee.records(1, benchRoom+"/session", form())
	owner.records(2, "/feedback/ask?program=git", form())
	wantStatus(t, mentee.get("/feedback?program=git"), http.StatusOK, "about Ada", "after-2-mentee")
	give := benchRoom + "/feedback?program=git"
	box := "give-6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011-after-2-mentee"
	mentee.refuses(http.StatusUnprocessableEntity, give, form("request", "after-2-mentee", "rating", "6"), box, "rating")
	mentee.records(1, give, form("request", "after-2-mentee", "rating", "4.5", "personal.comment", "Patient"))
	wantStatus(t, mentee.get("/feedback?program=git&state=answered"), http.StatusOK, "4.5")
	mentee.refuses(http.StatusConflict, give, form("request", "after-2-mentee", "rating", "4"), box, "")
	mentee.records(1, give, form("rating", "5"))
	wantStatus(t, b.as(uuid.New()).post(give, form("rating", "5")), http.StatusForbidden)
	wantStatus(t, mentee.post("/feedback/remind?program=git", form()), http.StatusForbidden)
	b.pass(20 * 24 * 3600e9)
	b.as(uuid.Nil, "owner of git").records(1, "/feedback/remind?program=git", form())
}

func TestConsent(t *testing.T) {
	b := newBench(t, nil)
	mentor := b.as(ada)
	wantStatus(t, mentor.get("/consent"), http.StatusOK, "you do not agree", consentText[domain.AudienceTeam])
	mentor.records(1, "/consent", form("audience", "organisation", "text_version", consentVersion))
	wantStatus(t, mentor.get("/consent"), http.StatusOK, ">2026-03-01</time>")
	wantStatus(t, mentor.get("/consent"), http.StatusOK, "with a wider audience")
	mentor.refuses(http.StatusUnprocessableEntity, "/consent", form("audience", "public", "text_version", "old"), "consent-public", "")
	mentor.refuses(http.StatusUnprocessableEntity, "/consent", form("audience", "all", "text_version", consentVersion), "", "")
	wantStatus(t, b.as(uuid.Nil, "analyst").get("/consent"), http.StatusOK, "organisation", "linked to nobody")
	if w := mentor.get("/consent"); strings.Contains(w.Body.String(), "How many people agree") {
		t.Error("somebody without a role sees how many others consent")
	}
	mentor.records(1, "/consent/withdraw", form("audience", "team"))
	if w := mentor.get("/consent"); strings.Contains(w.Body.String(), ">you agree<") {
		t.Error("a consent that was taken back still holds")
	}
}

func TestCommunities(t *testing.T) {
	b := newBench(t, nil)
	mentor := b.as(ada)
	mentor.records(1, "/communities", form("community", "reviewers", "personal.title", "Small <steps>", "visibility", "program"))
	wantStatus(t, mentor.get("/communities"), http.StatusOK, "Small &lt;steps&gt;")
	wantStatus(t, mentor.get("/communities/reviewers"), http.StatusOK, "Small &lt;steps&gt;", "Ada")
	wantStatus(t, mentor.get("/communities/reviewers?audience=public"), http.StatusNotFound)
	wantStatus(t, mentor.get("/communities?audience=room"), http.StatusUnprocessableEntity)
	mentor.refuses(http.StatusUnprocessableEntity, "/communities", form("community", "reviewers", "visibility", "program"), "share", "personal.title")
	mentor.refuses(http.StatusUnprocessableEntity, "/communities", form("personal.title", "x", "visibility", "program"), "share", "community")
}

func TestPersonActs(t *testing.T) {
	b := newBench(t, nil)
	owner := b.as(ada, "owner", "analyst")
	location := owner.records(2, "/people?program=git", form("personal.name", "Cid", "personal.email", "cid@example.org", "unit", "core"))
	address, _, _ := strings.Cut(location, "?")
	wantStatus(t, owner.get(location), http.StatusOK, "Cid", "core")
	for _, where := range []string{address, "/people/" + ben.String()} {
		owner.records(1, where+"/skill?program=git", form("skill", "review", "level", "2"))
		owner.refuses(http.StatusUnprocessableEntity, where+"/skill?program=git", form(), "skill", "skill")
		owner.records(1, where+"/project?program=git", form("project", "docs", "personal.title", "The docs", "attested", "yes"))
		owner.records(1, where+"/promotion?program=git", form("levels", "1", "to", "senior"))
		owner.refuses(http.StatusUnprocessableEntity, where+"/promotion?program=git", form("levels", "900"), "promotion", "levels")
		owner.records(1, where+"/unit?program=git", form("unit", "research"))
	}
	owner.refuses(http.StatusForbidden, "/people/"+ada.String()+"/skill?program=git", form("skill", "review"), "skill", "")
	owner.refuses(http.StatusUnprocessableEntity, address+"/erase?program=git", form("sure", "no"), "erase", "sure")
	owner.records(1, address+"/erase?program=git", form("sure", "erase"))
	if w := owner.get(address + "?program=git"); strings.Contains(shown(w), "Cid") {
		t.Error("somebody who was erased is named")
	}
	wantStatus(t, b.as(ben).post(address+"/erase", form("sure", "erase")), http.StatusForbidden)
}

func TestDigest(t *testing.T) {
	b := newBench(t, nil)
	analyst := b.as(uuid.Nil, "analyst of git")
	wantStatus(t, analyst.get("/digest?program=git"), http.StatusOK, "Preview")
	wantStatus(t, analyst.get("/digest?program=git&since=soon"), http.StatusUnprocessableEntity, "since")
	wantStatus(t, analyst.get("/digest?program=git&audience=all"), http.StatusUnprocessableEntity)
	for format, kind := range map[string]string{"html": "text/html", "text": "text/plain", "markdown": "text/markdown"} {
		w := analyst.get("/digest/" + format + "?program=git")
		wantStatus(t, w, http.StatusOK)
		h := w.Header()
		if !strings.HasPrefix(h.Get("Content-Type"), kind) || !strings.Contains(h.Get("Content-Disposition"), "attachment") ||
			!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s comes with %v", format, h)
		}
	}
	wantStatus(t, analyst.get("/digest/pdf?program=git"), http.StatusNotFound)
	wantStatus(t, b.as(ada).get("/digest?program=git"), http.StatusForbidden)
}

// rewarding are criteria by which one session earns a tier that offers a reward.
const rewarding = `apiVersion: laurel/v1
kind: Criteria
program: git
title: Test
timezone: UTC
measures:
  sessions: {count: events, of: SessionHeld}
score: sessions
tiers:
  - {id: starter, name: Starter, when: sessions >= 1, keep: forever, rewards: [talk]}
policy: {gained: award, lost: grandfather}
`

// grant puts criteria in force and gives Ada the award that they give.
func (b *bench) grant() (award uuid.UUID) {
	b.t.Helper()
	doc, findings := criteria.Parse("test", []byte(rewarding))
	b.must(findings.Err())
	meta := func() domain.CommandMeta {
		return domain.CommandMeta{ID: uuid.New(), OccurredAt: benchStart.AddDate(0, 0, -28), Actor: "test"}
	}
	for _, c := range []domain.Command{
		domain.ProposeCriteria{CommandMeta: meta(), Document: string(doc.Canonical()), By: ada},
		domain.ApproveCriteria{CommandMeta: meta(), Hash: doc.Hash(), By: ben},
		domain.ActivateCriteria{CommandMeta: meta(), Hash: doc.Hash(), By: ben, EffectiveAt: benchStart.AddDate(0, 0, -28)},
	} {
		handled, err := eventstore.Handle(b.t.Context(), b.store, domain.CriteriaStream("git"), domain.CriteriaDecider("git"), c)
		b.must(err)
		b.must(b.engine.Wait(b.t.Context(), handled.Position))
	}
	_, err := b.engine.Award(b.t.Context(), "git")
	b.must(err)
	for e, err := range b.store.ReadAll(b.t.Context(), eventstore.Position{}, eventstore.Filter{Types: []domain.EventType{domain.TypeAwardGranted}}) {
		b.must(err)
		id, err := domain.ParseStream(e.Stream)
		b.must(err)
		award = id.ID
	}
	return award
}

func TestRewardsAndAcknowledgements(t *testing.T) {
	b := newBench(t, nil)
	award := b.grant()
	holder, owner, mentee := b.as(ada), b.as(uuid.Nil, "owner of git"), b.as(ben, "owner of git")
	owner.records(1, "/rewards?program=git", form("reward", "talk", "title", "A talk", "kind", "training", "capacity", "1"))
	owner.refuses(http.StatusUnprocessableEntity, "/rewards?program=git", form("reward", "talk", "title", "X", "capacity", "some"), "define", "capacity")
	owner.refuses(http.StatusUnprocessableEntity, "/rewards?program=git", form("reward", "talk", "title", "X", "valid_from", "2026-05-01", "valid_to", "2026-04-01"), "define", "valid_to")
	wantStatus(t, holder.get("/rewards?program=git"), http.StatusOK, "Claim it")
	at := "/awards/" + award.String()
	wantStatus(t, owner.post(at+"/claim?program=git", form("reward", "talk")), http.StatusForbidden)
	holder.refuses(http.StatusForbidden, at+"/claim?program=git", form("reward", "gold"), "", "")
	holder.records(2, at+"/claim?program=git", form("reward", "talk"))
	wantStatus(t, holder.get("/rewards?program=git"), http.StatusOK, "Give it back")
	wantStatus(t, holder.post(at+"/give-back?program=git", form("reward", "talk")), http.StatusSeeOther)
	wantStatus(t, holder.get("/rewards?program=git"), http.StatusOK, "Claim it")

	publish := func() map[string][]string {
		return form("award", award.String(), "audience", "team", "text_version", consentVersion)
	}
	mentee.refuses(http.StatusForbidden, "/acknowledgements?program=git", publish(), "publish", "")
	holder.records(1, "/consent", form("audience", "team", "text_version", consentVersion))
	f := publish()
	f["names"] = []string{"Ben"}
	mentee.refuses(http.StatusForbidden, "/acknowledgements?program=git", f, "publish", "names")
	f["award"] = []string{uuid.NewString()}
	mentee.refuses(http.StatusUnprocessableEntity, "/acknowledgements?program=git", f, "publish", "")
	mentee.records(1, "/acknowledgements?program=git", publish())
	wantStatus(t, mentee.get("/acknowledgements?program=git"), http.StatusOK, "Ada", "Take it back")
	holder.records(1, "/consent/withdraw", form("audience", "team"))
	wantStatus(t, mentee.get("/acknowledgements?program=git"), http.StatusOK, "To be taken back")
	wantStatus(t, mentee.post("/acknowledgements/retract?program=git", form("award", award.String(), "audience", "team")), http.StatusSeeOther)
	if w := mentee.get("/acknowledgements?program=git"); strings.Contains(w.Body.String(), "To be taken back") {
		t.Error("what was taken back is still to be taken back")
	}
	wantStatus(t, holder.get("/acknowledgements?program=git"), http.StatusForbidden)
}

package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections/awarding"
	"laurel/projections/serving"
)

// sampleText is the bundled criteria, of program git.
func sampleText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../cmd/laurel/sample/mentor-tiers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// propose records a proposal of Ada's, and returns the digits of its hash.
func (b *bench) propose(text string) string {
	b.t.Helper()
	plan, err := criteria.Load("test", []byte(text))
	b.must(err)
	view, err := b.engine.Look(b.t.Context(), serving.At{Program: "git"})
	b.must(err)
	defer view.Close()
	desk := awarding.CriteriaDesk{Store: b.store, Facts: view.Facts, Governance: view.Governance, Register: view.Register,
		Program: "git", AsOf: b.clock()}
	act, err := desk.Propose(b.t.Context(), domain.CommandMeta{ID: uuid.New(), OccurredAt: b.clock(), Actor: "test"}, ada, plan)
	b.must(err)
	view.Close()
	b.must(b.engine.Wait(b.t.Context(), act.Handled.Position))
	return bareHash(act.Criteria)
}

// mentor has somebody hold a session with Ben, so that they come to a tier.
func (b *bench) mentor(who uuid.UUID) {
	b.t.Helper()
	room := uuid.New()
	for i, c := range []domain.Command{
		domain.StartMentorship{CommandMeta: domain.CommandMeta{ID: uuid.New(), Actor: "test"}, Program: "git", Mentor: who, Mentee: ben},
		domain.HoldSession{CommandMeta: domain.CommandMeta{ID: uuid.New(), Actor: "test"}, Channel: "call", Minutes: 30},
	} {
		at := b.clock().Add(time.Duration(i-5) * time.Minute)
		switch v := c.(type) {
		case domain.StartMentorship:
			v.OccurredAt = at
			c = v
		case domain.HoldSession:
			v.OccurredAt = at
			c = v
		}
		handled, err := eventstore.Handle(b.t.Context(), b.store, domain.MentorshipStream(room), domain.MentorshipDecider(room), c)
		b.must(err)
		b.must(b.engine.Wait(b.t.Context(), handled.Position))
	}
}

// decide sends a decision about criteria.
func (br *browser) decide(digits, act string, form url.Values) *httptest.ResponseRecorder {
	br.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("command_id", uuid.NewString())
	br.pass(time.Minute)
	return br.post("/criteria/"+digits+"/"+act+"?program=git", form)
}

func TestCriteriaLife(t *testing.T) {
	b := newBench(t, nil)
	author, other := b.as(ada, "owner of git"), b.as(ben, "owner of git")
	first := b.propose(sampleText(t))
	wantStatus(t, author.get("/criteria?program=git"), http.StatusOK, "proposed", "Mentor tiers", "Ada")
	wantStatus(t, author.get("/criteria/"+first+"?program=git"), http.StatusOK, "These are your own criteria", "What they saw: 1 would rise",
		"No criteria are in force", "score &gt;= 60")
	wantStatus(t, author.decide(first, "approve", nil), http.StatusForbidden, "nobody approves their own criteria")
	wantStatus(t, other.decide(first, "activate", nil), http.StatusConflict, "never approved")
	wantLocation(t, other.decide(first, "approve", nil), "/criteria/"+first+"?done=approved&program=git")
	wantStatus(t, other.decide(first, "approve", nil), http.StatusConflict, "already approved")
	wantStatus(t, other.get("/criteria/"+first+"?program=git"), http.StatusOK, "approved</strong> by Ben", "In force from")
	wantStatus(t, other.decide(first, "activate", url.Values{"effective_at": {"soon"}}), http.StatusUnprocessableEntity,
		"effective at is no time", `value="soon"`)
	wantStatus(t, other.decide(first, "activate", url.Values{"effective_at": {"2026-01-01"}}), http.StatusConflict, "is past")
	wantLocation(t, other.decide(first, "activate", url.Values{"effective_at": {"2026-01-01"}, "backdate": {"yes"}}), "/criteria/"+first+"?done=activated&program=git")
	wantStatus(t, author.get("/criteria/"+first+"?program=git"), http.StatusOK, "in force", "Backdated.", "These are in force.")

	second := b.propose(strings.Replace(sampleText(t), "effort >= 1", "effort >= 2", 1))
	wantStatus(t, author.get("/criteria/"+second+"?program=git"), http.StatusOK, "tier participant: when", "effort &gt;= 1", "effort &gt;= 2",
		"What they saw: 0 would rise, 1 would fall")
	wantLocation(t, other.decide(second, "approve", nil), "/criteria/"+second+"?done=approved&program=git")
	later := b.clock().AddDate(0, 1, 0).Format(time.DateOnly)
	wantLocation(t, other.decide(second, "activate", url.Values{"effective_at": {later}}), "/criteria/"+second+"?done=activated&program=git")
	wantStatus(t, other.get("/criteria/"+second+"?program=git"), http.StatusOK, "scheduled", "Withdraw")
	wantLocation(t, other.decide(second, "withdraw", nil), "/criteria/"+second+"?done=withdrawn&program=git")
	wantStatus(t, other.get("/criteria?program=git"), http.StatusOK, "withdrawn")

	third := b.propose(strings.Replace(sampleText(t), "effort >= 1", "effort >= 3", 1))
	wantStatus(t, author.decide(first, "rollback", nil), http.StatusConflict, "in force at that time already")
	wantStatus(t, author.decide(third, "rollback", nil), http.StatusConflict, "never in force")
	wantLocation(t, other.decide(third, "approve", nil), "/criteria/"+third+"?done=approved&program=git")
	wantLocation(t, other.decide(third, "activate", nil), "/criteria/"+third+"?done=activated&program=git")
	wantStatus(t, author.get("/criteria/"+first+"?program=git"), http.StatusOK, "replaced", "Roll back to these")
	wantStatus(t, author.get("/criteria?program=git"), http.StatusOK, "What a rollback returns to", first)
	wantLocation(t, author.decide(first, "rollback", nil), "/criteria/"+first+"?done=rolled-back&program=git")
	wantStatus(t, author.get("/criteria/"+first+"?program=git"), http.StatusOK, "These are in force.")
	if hash := b.inForce(); bareHash(hash) != first {
		t.Errorf("in force is %s", hash)
	}
}

// inForce is the hash of the criteria in force.
func (b *bench) inForce() string {
	b.t.Helper()
	view, err := b.engine.Look(b.t.Context(), serving.At{Program: "git"})
	b.must(err)
	defer view.Close()
	regime, _ := view.Governance.InForce("git", b.clock())
	return regime.Hash
}

var seenField = regexp.MustCompile(`name="seen" value="([^"]+)"`)

func TestStaleApproval(t *testing.T) {
	b := newBench(t, nil)
	other := b.as(ben, "owner of git")
	digits := b.propose(sampleText(t))
	b.mentor(uuid.New())
	refused := other.decide(digits, "approve", nil)
	wantStatus(t, refused, http.StatusConflict, "is not what was seen", "Who would change tier now, and was not seen to", "Participant")
	seen := seenField.FindStringSubmatch(refused.Body.String())
	if seen == nil {
		t.Fatal("there is no form to approve again")
	}
	b.mentor(uuid.New()) // once more while they look
	again := other.decide(digits, "approve", url.Values{"seen": {seen[1]}})
	wantStatus(t, again, http.StatusConflict, "is not what was seen")
	seen = seenField.FindStringSubmatch(again.Body.String())
	wantLocation(t, other.decide(digits, "approve", url.Values{"seen": seen[1:]}), "/criteria/"+digits+"?done=approved&program=git")

	b.mentor(uuid.New())
	refused = other.decide(digits, "activate", url.Values{"effective_at": {"2027-01-01"}})
	wantStatus(t, refused, http.StatusConflict, "is not what was seen", `name="effective_at" value="2027-01-01"`)
	seen = seenField.FindStringSubmatch(refused.Body.String())
	wantLocation(t, other.decide(digits, "activate", url.Values{"seen": seen[1:], "effective_at": {"2027-01-01"}}), "/criteria/"+digits+"?done=activated&program=git")
}

func TestCriteriaIsForThoseWhoMay(t *testing.T) {
	b := newBench(t, nil)
	digits := b.propose(sampleText(t))
	page := "/criteria/" + digits + "?program=git"
	for _, test := range []struct {
		who    string
		person uuid.UUID
		grants []string
		sees   []string
		not    []string
		status int // of an approval
	}{
		{"nobody in particular", uuid.New(), nil, []string{"somebody", "effort &gt;= 1"}, []string{"Ada", "h-decide", "Willow", "/people/"},
			http.StatusForbidden},
		{"a viewer", uuid.New(), []string{"viewer of git"}, []string{"Ada"}, []string{"h-decide", "/people/" + ada.String()}, http.StatusForbidden},
		{"an owner of another program", uuid.New(), []string{"owner of svn"}, []string{"somebody"}, []string{"h-decide"}, http.StatusForbidden},
		{"an analyst who is nobody", uuid.Nil, []string{"analyst"}, []string{"h-decide", "/people/" + ada.String()}, nil, http.StatusForbidden},
		{"an analyst", uuid.New(), []string{"analyst"}, []string{"h-decide", "/people/" + ada.String()}, []string{"/activate", "/withdraw"},
			http.StatusSeeOther},
	} {
		br := b.as(test.person, test.grants...)
		w := br.get(page)
		wantStatus(t, w, http.StatusOK, test.sees...)
		for _, not := range test.not {
			if strings.Contains(w.Body.String(), not) {
				t.Errorf("%s sees %q", test.who, not)
			}
		}
		if w := br.decide(digits, "approve", nil); w.Code != test.status {
			t.Errorf("%s approves: status %d, want %d", test.who, w.Code, test.status)
		}
	}
}

func TestCriteriaOfThePast(t *testing.T) {
	b := newBench(t, nil)
	b.pass(time.Hour)
	digits := b.propose(sampleText(t))
	owner := b.as(ben, "owner of git")
	wantStatus(t, owner.get("/criteria/"+digits+"?program=git&as_of=2026-02-20"), http.StatusNotFound, "not proposed by then")
	wantStatus(t, owner.get("/criteria?program=git&as_of=2026-02-20"), http.StatusOK, "No criteria were proposed")
	wantStatus(t, owner.get("/criteria/abc?program=git"), http.StatusNotFound)
	wantStatus(t, owner.get("/criteria/"+strings.Repeat("0", 64)+"?program=git"), http.StatusNotFound)
	wantStatus(t, b.as(uuid.New(), "owner of svn").get("/criteria/"+digits+"?program=svn"), http.StatusNotFound)
	for _, at := range []string{"as_of=2027-01-01", "as_of=2026-02-20"} {
		w := owner.post("/criteria/"+digits+"/approve?program=git&"+at, url.Values{})
		if w.Code == http.StatusSeeOther {
			t.Errorf("an approval with %s is recorded", at)
		}
	}
	if w := owner.get("/criteria/" + digits + "?program=git&as_of=2027-01-01"); strings.Contains(w.Body.String(), "h-decide") {
		t.Error("there is a form to decide at another time")
	}
}

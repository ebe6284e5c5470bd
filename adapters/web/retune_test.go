package web

import (
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/serving"
)

// try sends a document to the workbench.
func (br *browser) try(form url.Values) *httptest.ResponseRecorder {
	return br.post("/retune?program=git", form)
}

// piece sends it as retune.js does.
func (br *browser) piece(form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/retune?program=git", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Laurel-Piece", "answer")
	return br.do(r)
}

// textOf is the document in the editor of a page.
func textOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	found := regexp.MustCompile(`(?s)<textarea[^>]*>\n(.*?)</textarea>`).FindStringSubmatch(w.Body.String())
	if found == nil {
		t.Fatalf("there is no editor in %s", shown(w))
	}
	return html.UnescapeString(found[1])
}

// putInForce has Ada's criteria approved and activated.
func (b *bench) putInForce(text string) string {
	b.t.Helper()
	digits := b.propose(text)
	other := b.as(uuid.New(), "owner of git")
	wantStatus(b.t, other.decide(digits, "approve", nil), http.StatusSeeOther)
	wantStatus(b.t, other.decide(digits, "activate", nil), http.StatusSeeOther)
	return digits
}

func TestRetuneTellsWhatComparisonTells(t *testing.T) {
	b := newBench(t, nil)
	for range 4 {
		b.mentor(uuid.New())
	}
	digits := b.putInForce(sampleText(t))
	analyst := b.as(ben, "analyst of git")
	start := analyst.get("/retune?program=git")
	wantStatus(t, start, http.StatusOK, "Of 5 mentors, <strong>0</strong> would rise and <strong>0</strong> would fall", "Exact", digits[:10])
	text := textOf(t, start)
	for _, change := range [][2]string{
		{"when: effort >= 1", "when: effort >= 2"},
		{"score: effort + outcome", "score: 3 * effort"},
		{"score >= 60 && mentees >= 3 && dependence <= 0.6", "effort >= 1"},
		{"lost: grandfather", "lost: revoke"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%q is not in %s", change[0], text)
		}
		w := analyst.try(url.Values{"document": {strings.ReplaceAll(changed, "\n", "\r\n")}})
		wantStatus(t, w, http.StatusOK)
		if got := textOf(t, w); got != changed {
			t.Errorf("the text came back as\n%s", got)
		}
		wantComparison(t, b, w, changed)
	}
}

// wantComparison fails unless the page tells of a document what a comparison, and a preview of awards, do.
func wantComparison(t *testing.T, b *bench, w *httptest.ResponseRecorder, text string) {
	t.Helper()
	view, err := b.engine.Look(t.Context(), serving.At{Program: "git"})
	b.must(err)
	defer view.Close()
	to, err := criteria.Load("", []byte(text))
	b.must(err)
	c := projections.Compare(view.Facts, nil, "git", view.Criteria.Plan, to, view.AsOf, 1)
	rise, fall, scores := 0, 0, 0
	for _, m := range c.Movers {
		if m.Direction == "up" {
			rise++
		} else {
			fall++
		}
	}
	for _, s := range c.Scores {
		if s.Change != 0 {
			scores++
		}
	}
	says := shown(w)
	want := []string{"Of " + plural(c.Mentors, "mentor", "mentors") + ", " + strconv.Itoa(rise) + " would rise and " + strconv.Itoa(fall) +
		" would fall; " + plural(scores, "score", "scores") + " would change."}
	names := newTierNamer(view.Criteria.Doc, to.Doc)
	for _, n := range names.counts(c.Flow) {
		sign := ""
		if n.Change() > 0 {
			sign = "+"
		}
		want = append(want, n.Name+" "+strconv.Itoa(n.Before)+" "+strconv.Itoa(n.After)+" "+sign+strconv.Itoa(n.Change()))
	}
	for _, m := range c.Movers {
		want = append(want, names.Names[m.From]+" "+names.Names[m.To]+" "+m.ScoreFrom.String()+" → "+m.ScoreTo.String())
	}
	regimes, err := projections.CompileRegimes(view.Governance, "git", view.AsOf)
	b.must(err)
	a := projections.PreviewAwards(view.Facts, "git", regimes, view.Register, to, view.AsOf, view.AsOf)
	row := regexp.MustCompile(`in the document \d+ (\d+) (\d+) (\d+) (\d+)`).FindStringSubmatch(says)
	if row == nil || row[1] != strconv.Itoa(a.Granted) || row[2] != strconv.Itoa(a.Proposed) || row[3] != strconv.Itoa(a.Kept) ||
		row[4] != strconv.Itoa(a.Revoked+a.Expired) {
		t.Errorf("the policy of the document is told as %q, and does %+v", row, a)
	}
	for _, text := range want {
		if !strings.Contains(says, text) {
			t.Errorf("%q is not in %s", text, says)
		}
	}
}

func TestKnobs(t *testing.T) {
	b := newBench(t, nil)
	analyst := b.as(ben, "analyst")
	text := sampleText(t)
	const id = "tiers.participant.when.effort"
	w := analyst.try(url.Values{"document": {text}, "knob:" + id: {"2"}, "was:" + id: {"1"}})
	wantStatus(t, w, http.StatusOK, "0</strong> would rise", `name="knob:`+id+`" value="2"`)
	if got, want := textOf(t, w), strings.Replace(text, "when: effort >= 1", "when: effort >= 2", 1); got != want {
		t.Errorf("the text is now\n%s", got)
	}
	// What was changed in the text is not set back by a knob that was not touched.
	edited := strings.Replace(text, "when: effort >= 1", "when: effort >= 3", 1)
	w = analyst.try(url.Values{"document": {edited}, "knob:" + id: {"1"}, "was:" + id: {"1"},
		"knob:measures.effort.window": {"365"}, "was:measures.effort.window": {"730"}})
	if got, want := textOf(t, w), strings.Replace(edited, "window: 730d", "window: 365d", 1); got != want {
		t.Errorf("the text is now\n%s", got)
	}
	for value, says := range map[string]string{"x": "it is no number", "NaN": "it cannot be", "-1": "it cannot be", "1.5": "a whole number",
		"1e99": "it cannot be"} {
		w = analyst.try(url.Values{"document": {text}, "knob:measures.effort.window": {value}, "was:measures.effort.window": {"730"}})
		wantStatus(t, w, http.StatusOK, says)
		if got := textOf(t, w); got != text {
			t.Errorf("%s: the text is now\n%s", value, got)
		}
	}
	many := url.Values{"document": {text}}
	for n := range knobTurnsMax + 1 {
		many.Set("knob:x"+strconv.Itoa(n), "1")
	}
	wantStatus(t, analyst.try(many), http.StatusUnprocessableEntity, "more than 100")
	wantStatus(t, analyst.try(url.Values{"document": {text, text}}), http.StatusUnprocessableEntity, "document")
	wantStatus(t, analyst.try(url.Values{"document": {strings.Repeat("x", draftBytesMax+1)}}), http.StatusUnprocessableEntity, "too long")
}

func TestFindings(t *testing.T) {
	b := newBench(t, nil)
	analyst := b.as(ben, "analyst")
	broken := strings.Replace(sampleText(t), "mentees >= 2", "mentee >= 2", 1)
	line := strconv.Itoa(strings.Count(broken[:strings.Index(broken, "mentee >= 2")], "\n") + 1)
	wantStatus(t, analyst.try(url.Values{"document": {broken}}), http.StatusOK, `data-line="`+line+`"`, "unknown measure", "did you mean",
		"Nothing can be computed until", `aria-invalid="true"`)
	for _, hostile := range []string{"", "{", "\x00", "<script>alert(1)</script>", strings.Repeat("[", 5000), strings.Repeat("a: &a *a\n", 200)} {
		w := analyst.try(url.Values{"document": {hostile}})
		if w.Code != http.StatusOK && w.Code != http.StatusUnprocessableEntity || strings.Contains(w.Body.String(), "<script>alert") {
			t.Errorf("%.20q: status %d", hostile, w.Code)
		}
	}
	wantStatus(t, analyst.try(url.Values{"document": {strings.Replace(sampleText(t), "program: git", "program: svn", 1)}}), http.StatusOK,
		"They name program svn")
}

func TestAnswerIsAPiece(t *testing.T) {
	b := newBench(t, nil)
	analyst := b.as(ben, "analyst")
	w := analyst.piece(url.Values{"document": {sampleText(t)}})
	wantStatus(t, w, http.StatusOK, `id="found"`, `id="knobs"`, `id="now"`, `id="more"`)
	for _, not := range []string{"<html", "<textarea", "<nav"} {
		if strings.Contains(w.Body.String(), not) {
			t.Errorf("%s is in the piece", not)
		}
	}
	w = analyst.piece(url.Values{"document": {sampleText(t)}, "knob:measures.effort.window": {"365"}, "was:measures.effort.window": {"730"}})
	if text := textOf(t, w); !strings.Contains(text, "window: 365d") {
		t.Errorf("the piece has the text\n%s", text)
	}
}

func TestProposeFromTheWorkbench(t *testing.T) {
	b := newBench(t, nil)
	owner := b.as(ada, "owner of git")
	form := url.Values{"document": {sampleText(t)}, "command_id": {uuid.NewString()}}
	asked := owner.post("/retune/propose?program=git", form)
	wantStatus(t, asked, http.StatusOK, "of 1 mentor", "Propose them", "Participant")
	seen := seenField.FindStringSubmatch(asked.Body.String())
	b.mentor(uuid.New())
	form.Set("seen", seen[1])
	asked = owner.post("/retune/propose?program=git", form)
	wantStatus(t, asked, http.StatusConflict, "is not what was seen", "of 2 mentors")
	form.Set("seen", seenField.FindStringSubmatch(asked.Body.String())[1])
	w := owner.post("/retune/propose?program=git", form)
	plan, err := criteria.Load("", []byte(sampleText(t)))
	b.must(err)
	page := "/criteria/" + bareHash(plan.Doc.Hash())
	wantLocation(t, w, page+"?done=proposed&program=git")
	wantStatus(t, owner.get(page+"?program=git"), http.StatusOK, "proposed", "What they saw: 2 would rise")
	// Sent twice, it is recorded once; another command is refused.
	wantLocation(t, owner.post("/retune/propose?program=git", form), page+"?done=proposed&program=git")
	form.Set("command_id", uuid.NewString())
	wantStatus(t, owner.post("/retune/propose?program=git", form), http.StatusConflict, "already proposed")

	broken := url.Values{"document": {"{"}}
	wantStatus(t, owner.post("/retune/propose?program=git", broken), http.StatusUnprocessableEntity, "cannot be used yet")
	other := url.Values{"document": {strings.Replace(sampleText(t), "program: git", "program: svn", 1)}}
	wantStatus(t, owner.post("/retune/propose?program=git", other), http.StatusUnprocessableEntity, "names program svn")
	for _, grants := range [][]string{{"viewer"}, {"analyst"}, {"owner of svn"}, nil} {
		wantStatus(t, b.as(uuid.New(), grants...).post("/retune/propose?program=git", form), http.StatusForbidden)
	}
	for _, grants := range [][]string{{"viewer"}, {"owner of svn"}, nil} {
		wantStatus(t, b.as(uuid.New(), grants...).try(form), http.StatusForbidden)
	}
}

func TestRetunersAreKeptAndFew(t *testing.T) {
	b := newBench(t, nil)
	r := &b.server.retuners
	of := func(at serving.At) *projections.Retuner {
		t.Helper()
		view, err := b.engine.Look(t.Context(), at)
		b.must(err)
		defer view.Close()
		tuner, err := r.of(t.Context(), view, b.clock)
		b.must(err)
		return tuner
	}
	first := of(serving.At{Program: "git"})
	if of(serving.At{Program: "git"}) != first {
		t.Error("it is prepared anew though nothing has changed")
	}
	b.mentor(uuid.New())
	b.pass(time.Hour)
	if again := of(serving.At{Program: "git"}); again == first || again.Position() == first.Position() {
		t.Error("it does not follow the log")
	}
	for n := range 2 * retunersMax {
		of(serving.At{Program: "git", AsOf: benchStart.AddDate(0, 0, -n)})
	}
	if len(r.slots) != retunersMax {
		t.Errorf("%d are kept", len(r.slots))
	}
	view, err := b.engine.Look(t.Context(), serving.At{Program: "git"})
	b.must(err)
	defer view.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	tuner := of(serving.At{Program: "git"})
	plan, err := criteria.Load("", []byte(sampleText(t)))
	b.must(err)
	if _, err := tuner.Preview(ctx, plan); err == nil {
		t.Error("a request that was given up is answered")
	}
}

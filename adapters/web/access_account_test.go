package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain/access"
)

// nobody is who is linked to no person.
var nobody uuid.UUID

// find returns what a pattern with one group matches in an answer.
func find(t *testing.T, w *httptest.ResponseRecorder, pattern string) string {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("%s is not in %s", pattern, shown(w))
	}
	return m[1]
}

// bearer sends a request with an API token.
func (b *bench) bearer(method, address, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	return b.browser().do(r)
}

func TestOwnTokens(t *testing.T) {
	b := newBench(t, nil)
	a := b.account("Ada", ada, "viewer")
	br := b.signedIn(a)
	form := url.Values{"token_name": {"report"}, "days": {"7"}, "program": {"git"}, "scope": {"standings.read"},
		"command_id": {uuid.NewString()}}
	with := func(change func(url.Values)) url.Values {
		f := url.Values{}
		for k, v := range form {
			f[k] = append([]string{}, v...)
		}
		change(f)
		return f
	}
	for says, change := range map[string]func(url.Values){
		"token_name: is missing":                  func(f url.Values) { f.Del("token_name") },
		"scopes: are missing":                     func(f url.Values) { f.Del("scope") },
		"the account may not do log.read":         func(f url.Values) { f.Set("scope", "log.read") },
		"is not known":                            func(f url.Values) { f.Set("scope", "<script>") },
		"scopes: users.manage is not for tokens":  func(f url.Values) { f.Set("scope", "users.manage") },
		"days is not a number from 1 to 366":      func(f url.Values) { f.Set("days", "367") },
		"days is too long":                        func(f url.Values) { f.Set("days", "99999999999") },
		"program: is not a slug":                  func(f url.Values) { f.Set("program", "Git!") },
		"command id is no uuid":                   func(f url.Values) { f.Set("command_id", "1") },
		"scope is given 60 times; at most":        func(f url.Values) { f["scope"] = make([]string, 60) },
		"token name is given more than once":      func(f url.Values) { f.Add("token_name", "x") },
		"token_name: contains what is no text":    func(f url.Values) { f.Set("token_name", "a\nb") },
		"token name is too long; at most 100 byt": func(f url.Values) { f.Set("token_name", strings.Repeat("x", 101)) },
	} {
		wantStatus(t, br.post("/account/tokens", with(change)), http.StatusUnprocessableEntity, says)
	}
	w := br.post("/account/tokens", form)
	wantStatus(t, w, http.StatusOK, "Copy it now")
	token := find(t, w, `>(laurel_[\w-]+)<`)
	wantStatus(t, br.post("/account/tokens", form), http.StatusConflict, "used for a token already")
	if strings.Contains(br.get("/account").Body.String(), token) {
		t.Error("the token is shown twice")
	}

	wantStatus(t, b.bearer("GET", "/people?program=git", token), http.StatusOK)
	wantStatus(t, b.bearer("GET", "/people?program=svn", token), http.StatusForbidden)
	wantStatus(t, b.bearer("GET", "/criteria?program=git", token+"x"), http.StatusUnauthorized)
	wantStatus(t, b.bearer("GET", "/account", token), http.StatusForbidden, "no token may do this")
	wantStatus(t, b.bearer("POST", "/account/tokens", token), http.StatusForbidden)
	b.pass(7*24*time.Hour - time.Minute)
	wantStatus(t, b.bearer("GET", "/people?program=git", token), http.StatusOK)
	b.pass(time.Minute)
	w = b.bearer("GET", "/people?program=git", token)
	wantStatus(t, w, http.StatusUnauthorized, `"status":401`)
	if w.Header().Get("WWW-Authenticate") == "" || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("headers %v", w.Header())
	}

	br = b.signedIn(a)
	w = br.post("/account/tokens", with(func(f url.Values) { f.Set("command_id", uuid.NewString()) }))
	token = find(t, w, `>(laurel_[\w-]+)<`)
	id := find(t, w, `action="/account/tokens/([\w-]+)/revoke"`)
	other := b.as(ben, "administrator", "analyst")
	wantStatus(t, other.post("/account/tokens/"+id+"/revoke", nil), http.StatusNotFound)
	wantLocation(t, br.post("/account/tokens/"+id+"/revoke", nil), "/account?done=token-revoked")
	wantStatus(t, b.bearer("GET", "/people?program=git", token), http.StatusUnauthorized)
	if log := b.log.String(); strings.Contains(log, "laurel_") {
		t.Errorf("the log has a token: %s", log)
	}
}

// TestBearer sends what is no good token, in every way.
func TestBearer(t *testing.T) {
	b := newBench(t, nil)
	br := b.as(ada, "viewer")
	for _, header := range [][]string{{"Bearer"}, {"Bearer "}, {""}, {"Basic YTpi"}, {"Bearer a", "Bearer b"},
		{"Bearer " + strings.Repeat("x", 20000)}, {"Bearer " + br.cookies[cookieName]}, {"bearer laurel_guess"}} {
		r := httptest.NewRequest(http.MethodGet, "/people?program=git", nil)
		r.Header["Authorization"] = header
		wantStatus(t, br.do(r), http.StatusUnauthorized) // whatever the cookie says
	}
}

func TestChangePassword(t *testing.T) {
	b := newBench(t, nil)
	a := b.account("Ada", ada, "viewer")
	br, other := b.signedIn(a), b.signedIn(a)
	const next = "seventeen purple anchors sing"
	wantStatus(t, br.post("/account/password", url.Values{"password": {"wrong"}, "new_password": {next}, "again": {next}}),
		http.StatusUnprocessableEntity, "is not your present password")
	wantStatus(t, br.post("/account/password", url.Values{"password": {goodPassword}, "new_password": {"short"},
		"again": {"short"}}),
		http.StatusUnprocessableEntity, "is too short")
	wantLocation(t, br.post("/account/password", url.Values{"password": {goodPassword}, "new_password": {next},
		"again": {next}}),
		"/account?done=password-changed")
	wantStatus(t, br.get("/account?done=password-changed"), http.StatusOK, "Your password is changed")
	wantLocation(t, other.get("/account"), "/sign-in?next=%2Faccount")
	wantStatus(t, b.browser().post("/sign-in", url.Values{"login": {"ada@example.org"}, "password": {goodPassword}}),
		http.StatusUnauthorized)
	wantLocation(t, b.browser().post("/sign-in", url.Values{"login": {"ada@example.org"}, "password": {next}}), "/")
}

func TestOwnSessions(t *testing.T) {
	b := newBench(t, nil)
	a := b.account("Ada", ada, "viewer")
	br, second, third := b.signedIn(a), b.signedIn(a), b.signedIn(a)
	mallory := b.as(ben, "administrator")
	id := find(t, br.get("/account"), `name="session" value="(\w+)"`)
	wantStatus(t, mallory.post("/account/sessions/end", url.Values{"session": {id}}), http.StatusNotFound)
	wantLocation(t, br.post("/account/sessions/end", url.Values{"session": {id}}), "/account?done=sessions-ended")
	ended := 0
	for _, other := range []*browser{second, third} {
		if other.get("/account").Code == http.StatusSeeOther {
			ended++
		}
	}
	if ended != 1 {
		t.Fatalf("%d sessions have ended", ended)
	}
	wantLocation(t, br.post("/account/sessions/end", nil), "/account?done=sessions-ended")
	wantLocation(t, second.get("/account"), "/sign-in?next=%2Faccount")
	wantLocation(t, third.get("/account"), "/sign-in?next=%2Faccount")
	wantStatus(t, br.get("/account"), http.StatusOK, "here")
	wantStatus(t, mallory.get("/account"), http.StatusOK)
}

// TestViewsAreShown looks at Ada's record: she is told by whom, and nobody else is.
func TestViewsAreShown(t *testing.T) {
	b := newBench(t, nil)
	her := b.as(ada)
	wantStatus(t, her.get("/account"), http.StatusOK, "Nobody so far")
	record := "/people/" + ada.String()
	wantStatus(t, her.get(record+"?program=git"), http.StatusOK, "Ada") // her own, which is no look
	analyst := b.signedIn(b.account("Iris", ben, "analyst"))
	for range 3 { // one look
		wantStatus(t, analyst.get(record+"?program=git"), http.StatusOK, "Ada")
	}
	wantStatus(t, b.as(nobody, "viewer").get(record+"?program=git"), http.StatusForbidden) // sees nothing
	wantStatus(t, b.as(nobody, "owner of svn").get(record+"?program=git"), http.StatusForbidden)
	w := her.get("/account")
	wantStatus(t, w, http.StatusOK, "Iris", "/people/{person}")
	if n := strings.Count(w.Body.String(), "Iris"); n != 1 {
		t.Errorf("%d looks are shown, want 1", n)
	}
	b.pass(viewedAgainTime)
	wantStatus(t, analyst.get(record+"?program=git"), http.StatusOK)
	if views, err := b.accounts.Views(ada, time.Time{}, 10); err != nil || len(views) != 2 {
		t.Fatalf("%v, %v", views, err)
	}
	wantStatus(t, her.get(record+"/views"), http.StatusOK, "Iris")
	wantStatus(t, analyst.get(record+"/views"), http.StatusForbidden)
	wantStatus(t, b.as(nobody, "administrator").get(record+"/views"), http.StatusOK, "Iris")
	wantStatus(t, her.get("/people/"+ben.String()+"/views"), http.StatusForbidden)
	wantStatus(t, her.get(record+"/views?after=x"), http.StatusUnprocessableEntity)
	for range viewsOnPage { // more than a page
		b.pass(viewedAgainTime)
		b.must(b.accounts.RecordView(access.View{Person: ada, Account: analyst.account("x"+uuid.NewString(), nobody).ID,
			At: b.clock()}))
	}
	her = b.signedIn(b.mustAccount(b.accounts.AccountByPerson(ada)))
	next := find(t, her.get(record+"/views"), `rel="next" href="([^"]+)"`)
	w = her.get(strings.ReplaceAll(next, "&#43;", "+"))
	wantStatus(t, w, http.StatusOK, "Iris")
	if strings.Contains(w.Body.String(), `rel="next"`) {
		t.Error("there is no end")
	}
}

func (b *bench) mustAccount(a access.Account, err error) access.Account {
	b.t.Helper()
	b.must(err)
	return a
}

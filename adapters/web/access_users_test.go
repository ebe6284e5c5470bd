package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"

	"laurel/domain/access"
)

func TestInvite(t *testing.T) {
	b := newBench(t, nil)
	admin := b.as(nobody, "administrator")
	wantStatus(t, admin.get("/users"), http.StatusOK, "Invite somebody", "svn", "all programs")
	form := url.Values{"name": {"Ada L."}, "login": {"ADA@example.org"}, "grant": {"owner of git", "viewer"},
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
		"name: is missing":                func(f url.Values) { f.Del("name") },
		"login: is not an e-mail address": func(f url.Values) { f.Set("login", "ada") },
		"role:":                           func(f url.Values) { f.Set("grant", "king") },
		"program:":                        func(f url.Values) { f.Set("grant", "owner of Git!") },
		"person is nobody who is known":   func(f url.Values) { f.Set("person", "Eve") },
		"grant is too long":               func(f url.Values) { f.Set("grant", strings.Repeat("x", 300)) },
	} {
		wantStatus(t, admin.post("/users", with(change)), http.StatusUnprocessableEntity, says)
	}
	w := admin.post("/users", form)
	wantStatus(t, w, http.StatusOK, "Pass this link on", "Ada")
	link := find(t, w, `>https://laurel\.test(/welcome\?code=[\w-]+)<`)
	wantStatus(t, admin.post("/users", form), http.StatusConflict)
	a := b.mustAccount(b.accounts.AccountByLogin("ada@example.org"))
	if a.Person != ada || grantList(a.Grants) != "viewer, owner of git" || a.CanSignIn() {
		t.Fatalf("%+v", a)
	}
	br := b.browser()
	wantStatus(t, br.get(link), http.StatusOK, "Welcome, Ada L.", "ada@example.org")
	code := strings.TrimPrefix(link, "/welcome?code=")
	wantLocation(t, br.post("/welcome", url.Values{"code": {code}, "new_password": {goodPassword},
		"again": {goodPassword}}), "/")
	wantStatus(t, br.get("/people/"+ada.String()+"?program=git"), http.StatusOK)
	wantStatus(t, b.browser().get(link), http.StatusGone)

	// A new link is a new password, and the end of all sessions.
	w = admin.post("/users/"+a.ID.String()+"/link", nil)
	code = find(t, w, `>https://laurel\.test/welcome\?code=([\w-]+)<`)
	wantStatus(t, br.get("/account"), http.StatusOK) // until it is used
	again := b.browser()
	wantLocation(t, again.post("/welcome", url.Values{"code": {code}, "new_password": {goodPassword + "s"},
		"again": {goodPassword + "s"}}), "/")
	wantLocation(t, br.get("/account"), "/sign-in?next=%2Faccount")
	if log := b.log.String(); strings.Contains(log, code) || strings.Contains(log, "@") || strings.Contains(log, "Ada") {
		t.Errorf("the log tells too much: %s", log)
	}
}

func TestChangeUser(t *testing.T) {
	b := newBench(t, nil)
	root := b.account("Root", nobody, "administrator")
	admin := b.signedIn(root)
	a := b.account("Ada", nobody, "viewer")
	hers := b.signedIn(a)
	path := "/users/" + a.ID.String()
	wantStatus(t, admin.get(path), http.StatusOK, "ada@example.org")
	form := url.Values{"revision": {strconv.Itoa(a.Revision)}, "name": {"Ada L."}, "login": {"ada@example.org"},
		"person": {"ada"}, "grant": {"analyst of git"}}
	wantLocation(t, admin.post(path, form), path+"?done=user-changed")
	wantStatus(t, hers.get("/people/"+ben.String()+"?program=git"), http.StatusOK) // at once, in the same session
	wantStatus(t, hers.get("/people/"+ben.String()+"?program=svn"), http.StatusForbidden)
	wantStatus(t, admin.post(path, form), http.StatusConflict, "somebody else has changed the account meanwhile")
	form.Del("revision")
	wantStatus(t, admin.post(path, form), http.StatusUnprocessableEntity, "revision")

	wantLocation(t, admin.post(path+"/sign-out", nil), path+"?done=sessions-ended")
	wantLocation(t, hers.get("/account"), "/sign-in?next=%2Faccount")
	hers = b.signedIn(b.mustAccount(b.accounts.Account(a.ID)))
	wantLocation(t, admin.post(path+"/disable", nil), path+"?done=user-disabled")
	wantLocation(t, hers.get("/account"), "/sign-in?next=%2Faccount")
	wantStatus(t, admin.post(path+"/link", nil), http.StatusConflict, "disabled")
	wantLocation(t, admin.post(path+"/enable", nil), path+"?done=user-enabled")
	wantLocation(t, hers.get("/account"), "/sign-in?next=%2Faccount") // has to sign in again

	wantStatus(t, admin.post("/users/"+root.ID.String()+"/disable", nil), http.StatusConflict, "last administrator")
	for _, id := range []string{uuid.NewString(), "x", strings.ToUpper(uuid.Nil.String())} {
		wantStatus(t, admin.get("/users/"+id), http.StatusNotFound)
	}
	wantStatus(t, admin.post(path+"/tokens", url.Values{"token_name": {"x"}}), http.StatusForbidden,
		"people make their tokens")
}

func TestSystems(t *testing.T) {
	b := newBench(t, nil)
	admin := b.as(nobody, "administrator")
	wantStatus(t, admin.post("/users/systems", url.Values{"system": {""}}), http.StatusUnprocessableEntity,
		"system: is missing")
	w := admin.post("/users/systems", url.Values{"system": {"Time sheets"}, "grant": {"viewer", "ingest"}})
	path := w.Header().Get("Location")[:len("/users/")+36]
	wantStatus(t, admin.get(path), http.StatusOK, "Time sheets", "Make a token")
	form := url.Values{"token_name": {"nightly"}, "days": {"30"}, "scope": {"standings.read"}}
	w = admin.post(path+"/tokens", form)
	token := find(t, w, `>(laurel_[\w-]+)<`)
	wantStatus(t, b.bearer("GET", "/people?program=git", token), http.StatusOK)
	id := find(t, w, `/tokens/([\w-]+)/revoke"`)
	wantLocation(t, admin.post(path+"/tokens/"+id+"/revoke", nil), path+"?done=token-revoked")
	wantStatus(t, b.bearer("GET", "/people?program=git", token), http.StatusUnauthorized)
	a := b.mustAccount(b.accounts.Account(uuid.MustParse(path[len("/users/"):])))
	wantLocation(t, admin.post(path, url.Values{"revision": {strconv.Itoa(a.Revision)}, "name": {"Time"},
		"grant": {"ingest"}}),
		path+"?done=user-changed")
	wantStatus(t, admin.get("/users"), http.StatusOK, "system")
}

func TestRolesPage(t *testing.T) {
	b := newBench(t, nil)
	w := b.as(nobody).get("/account/roles")
	wantStatus(t, w, http.StatusOK)
	for _, a := range access.Actions() {
		if !strings.Contains(w.Body.String(), "<code>"+string(a)+"</code>") {
			t.Errorf("%s is not in the table", a)
		}
	}
}

// TestRoutesRefuse sends every route to everybody who has no use for it, and none gets through.
func TestRoutesRefuse(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Rates = Rates{Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}}
	})
	visitors := map[string]*browser{"nobody": b.browser(), "no role": b.as(nobody)}
	identities := map[string]*access.Identity{"nobody": nil, "no role": {Account: ada}}
	for _, role := range access.Roles() {
		visitors[string(role)] = b.as(nobody, string(role))
		identities[string(role)] = &access.Identity{Account: ada, Grants: []access.Grant{{Role: role}}}
	}
	hole := regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)
	routes := b.server.pages()
	const others = 5 // what is static, the document of the API, in two forms, and health, alive and ready
	if n := len(routes) + len(b.server.api.operations) + others; n != len(b.server.actions) {
		t.Errorf("%d routes are there, and %d have an action", n, len(b.server.actions))
	}
	for _, r := range routes {
		if !r.action.Known() {
			t.Errorf("%s: %q is in no table", r.pattern, r.action)
		}
		if r.pattern == "POST /sign-out" {
			continue // it lets in whoever comes, and they are out
		}
		method, path, _ := strings.Cut(r.pattern, " ")
		path = hole.ReplaceAllString(strings.TrimSuffix(path, "{$}"), ben.String())
		for name, br := range visitors {
			req := httptest.NewRequest(method, path+"?program=git", nil)
			req.Header.Set("Sec-Fetch-Site", "same-origin")
			w := br.do(req)
			switch {
			case w.Code >= 500:
				t.Errorf("%s as %s: status %d", r.pattern, name, w.Code)
			case r.action.Public(), identities[name].MaySomewhere(r.action):
			case name == "nobody" && method == http.MethodGet && !forProgram(req):
				wantLocation(t, w, "/sign-in?"+url.Values{"next": {path + "?program=git"}}.Encode())
			case name == "nobody" && w.Code != http.StatusUnauthorized, name != "nobody" && w.Code != http.StatusForbidden:
				t.Errorf("%s as %s: status %d", r.pattern, name, w.Code)
			}
		}
	}
}

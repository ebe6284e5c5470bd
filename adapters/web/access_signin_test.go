package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"laurel/domain/access"
)

func TestSignIn(t *testing.T) {
	b := newBench(t, nil)
	b.account("Ada", ada, "viewer")
	br := b.browser()
	wantLocation(t, br.get("/people?program=git"), "/sign-in?next=%2Fpeople%3Fprogram%3Dgit")
	wantStatus(t, br.get("/sign-in?next=/people?program=git"), http.StatusOK, `value="/people?program=git"`, "Sign in")
	form := url.Values{"login": {" Ada@Example.org"}, "password": {goodPassword}, "next": {"/people?program=git"}}
	wantLocation(t, br.post("/sign-in", form), "/people?program=git")
	wantStatus(t, br.get("/people?program=git"), http.StatusOK, "Ada")
	wantLocation(t, br.get("/sign-in"), "/")
	wantLocation(t, br.post("/sign-out", nil), "/sign-in")
	if _, ok := br.cookies[cookieName]; ok {
		t.Error("the cookie stays after signing out")
	}
	wantLocation(t, br.get("/people?program=git"), "/sign-in?next=%2Fpeople%3Fprogram%3Dgit")
}

// TestWrongSignIn wants the same answer whatever is wrong, so that nobody learns who has an account.
func TestWrongSignIn(t *testing.T) {
	b := newBench(t, nil)
	b.account("Ada", ada, "viewer")
	gone := b.account("Gone", access.Account{}.Person, "viewer")
	_, err := b.accounts.Change(gone.ID, gone.Revision, access.Hash{},
		func(a *access.Account) error { a.Disabled = true; return nil })
	b.must(err)
	b.account("Root", access.Account{}.Person, "administrator")
	var bodies []string
	for name, form := range map[string]url.Values{
		"a wrong password":    {"login": {"ada@example.org"}, "password": {goodPassword + "!"}},
		"no password":         {"login": {"ada@example.org"}},
		"an unknown login":    {"login": {"ada@example.com"}, "password": {goodPassword}},
		"a disabled account":  {"login": {"gone@example.org"}, "password": {goodPassword}},
		"its wrong password":  {"login": {"gone@example.org"}, "password": {goodPassword + "!"}},
		"a password in caps":  {"login": {"ada@example.org"}, "password": {strings.ToUpper(goodPassword)}},
		"a password and more": {"login": {"ada@example.org"}, "password": {goodPassword + " "}},
	} {
		br := b.browser()
		w := br.post("/sign-in", form)
		wantStatus(t, w, http.StatusUnauthorized, wrongPassword.text)
		if len(br.cookies) > 0 {
			t.Errorf("%s: signed in", name)
		}
		if strings.Contains(w.Body.String(), goodPassword) {
			t.Errorf("%s: the password comes back", name)
		}
		bodies = append(bodies, strings.ReplaceAll(w.Body.String(), form.Get("login"), ""))
	}
	for _, body := range bodies[1:] {
		if body != bodies[0] {
			t.Fatalf("answers differ:\n%s\n%s", bodies[0], body)
		}
	}
	for field, form := range map[string]url.Values{
		"login":    {"login": {"ada"}},
		"password": {"login": {"ada@example.org"}, "password": {strings.Repeat("x", passwordBytesMax+1)}},
	} {
		wantStatus(t, b.browser().post("/sign-in", form), http.StatusUnprocessableEntity, field)
	}
	twice := url.Values{"login": {"ada@example.org", "ben@example.org"}, "password": {goodPassword}}
	wantStatus(t, b.browser().post("/sign-in", twice), http.StatusUnprocessableEntity, "login is given more than once")
	if log := b.log.String(); strings.Contains(log, "@") || strings.Contains(log, goodPassword) {
		t.Errorf("the log tells who it was: %s", log)
	}
}

// TestSessionFixation plants a session in a browser: after signing in, it is not that one.
func TestSessionFixation(t *testing.T) {
	b := newBench(t, nil)
	b.account("Ada", ada, "viewer")
	mallory := b.signedIn(b.account("Mallory", access.Account{}.Person, "viewer"))
	planted := mallory.cookies[cookieName]
	form := url.Values{"login": {"ada@example.org"}, "password": {goodPassword}}
	for _, secret := range []string{planted, "made up"} {
		br := b.browser()
		br.cookies[cookieName] = secret
		wantLocation(t, br.post("/sign-in", form), "/")
		if br.cookies[cookieName] == secret {
			t.Fatal("the session that was planted is the one that is signed in")
		}
	}
	wantLocation(t, mallory.get("/people?program=git"), "/sign-in?next=%2Fpeople%3Fprogram%3Dgit") // and it has ended
}

func TestSessionsExpire(t *testing.T) {
	b := newBench(t, nil)
	br := b.as(ada, "viewer")
	for range 3 {
		b.pass(access.SessionIdleMax - time.Minute)
		wantStatus(t, br.get("/people?program=git"), http.StatusOK)
	}
	b.pass(access.SessionIdleMax)
	wantLocation(t, br.get("/people?program=git"), "/sign-in?next=%2Fpeople%3Fprogram%3Dgit")
	br = b.as(ben, "viewer")
	for b.pass(time.Hour); b.clock().Before(benchStart.Add(24 * time.Hour)); b.pass(time.Hour) {
		if w := br.get("/people?program=git"); w.Code != http.StatusOK {
			return // however much it was used
		}
	}
	t.Fatal("a session that is used never ends")
}

func TestNext(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "/": "/", "/people?program=git&as_of=2020-01-01": "/people?program=git&as_of=2020-01-01",
		"https://evil.example": "", "//evil.example": "", "/\\evil.example": "", "\\/evil.example": "", "evil.example": "",
		"javascript:alert(1)": "", "/\tpath": "", "/\n/evil.example": "", "/%zz": "", " /": "",
		"/" + strings.Repeat("a", nextBytesMax): "", "/a#b": "/a", "/http://evil.example": "/http://evil.example",
	} {
		if got := localAddress(text); got != want {
			t.Errorf("%q leads to %q, want %q", text, got, want)
		}
	}
}

// TestCrossOrigin sends forms as pages of other sites would.
func TestCrossOrigin(t *testing.T) {
	b := newBench(t, nil)
	br := b.as(ada, "viewer")
	send := func(headers map[string]string) int {
		r := httptest.NewRequest(http.MethodPost, "/sign-out", strings.NewReader(""))
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		return br.do(r).Code
	}
	for name, headers := range map[string]map[string]string{
		"another site":        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
		"a sister":            {"Sec-Fetch-Site": "same-site", "Origin": "https://other.laurel.test"},
		"an old browser":      {"Origin": "https://evil.example"},
		"a sandbox":           {"Origin": "null"},
		"another port":        {"Origin": "https://laurel.test:444"},
		"the site and itself": {"Sec-Fetch-Site": "cross-site", "Origin": "https://laurel.test"},
	} {
		if got := send(headers); got != http.StatusForbidden {
			t.Errorf("%s: status %d", name, got)
		}
	}
	wantStatus(t, br.get("/people?program=git"), http.StatusOK) // still signed in
	own := map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "https://laurel.test"}
	if got := send(own); got != http.StatusSeeOther {
		t.Errorf("its own page: status %d", got)
	}
}

func TestFirstAdministrator(t *testing.T) {
	b := newBench(t, nil)
	old, err := b.server.FirstLink()
	b.must(err)
	link, err := b.server.FirstLink()
	b.must(err)
	br := b.browser()
	wantStatus(t, br.get(old), http.StatusGone, "good no longer")
	for range 2 { // looking uses nothing
		wantStatus(t, br.get(link), http.StatusOK, "Take charge")
	}
	u, err := url.Parse(link)
	b.must(err)
	code := u.Query().Get("code")
	form := func(change func(url.Values)) url.Values {
		f := url.Values{"code": {code}, "name": {"Root"}, "login": {"root@example.org"}, "new_password": {goodPassword},
			"again": {goodPassword}, "all_roles": {"yes"}}
		change(f)
		return f
	}
	for says, change := range map[string]func(url.Values){
		"new password is too short":        func(f url.Values) { f.Set("new_password", "short") },
		"new password is easy to guess":    func(f url.Values) { f.Set("new_password", "root@example.org root") },
		"again is not the same password":   func(f url.Values) { f.Set("again", goodPassword+"!") },
		"login: is not an e-mail address":  func(f url.Values) { f.Set("login", "root") },
		"name: is missing":                 func(f url.Values) { f.Del("name") },
		"name is given more than once":     func(f url.Values) { f.Add("name", "Toor") },
		"login is too long; at most 254":   func(f url.Values) { f.Set("login", strings.Repeat("a", 300)) },
		"name is not text in UTF-8":        func(f url.Values) { f.Set("name", "\xff") },
		"new password contains a zero":     func(f url.Values) { f.Set("new_password", goodPassword+"\x00") },
		"name: contains what is no text":   func(f url.Values) { f.Set("name", "Ro\u202eot") },
		"new password is too long; at mos": func(f url.Values) { f.Set("new_password", strings.Repeat("x", 2000)) },
	} {
		w := br.post("/welcome", form(change))
		wantStatus(t, w, http.StatusUnprocessableEntity, says)
		noPageSends := strings.Contains(says, "more than once") || strings.Contains(says, "UTF-8") || strings.Contains(says, "zero")
		if strings.Contains(w.Body.String(), "Take charge") == noPageSends {
			t.Errorf("%s: whether the form is there again: %t", says, noPageSends)
		}
		if strings.Contains(w.Body.String(), goodPassword) {
			t.Errorf("%s: the password comes back", says)
		}
	}
	wantLocation(t, br.post("/welcome", form(func(url.Values) {})), "/")
	wantStatus(t, br.get("/people?program=git"), http.StatusOK)
	wantStatus(t, b.browser().post("/welcome", form(func(url.Values) {})), http.StatusGone)
	wantStatus(t, b.browser().get(link), http.StatusGone)
	root, err := b.accounts.AccountByLogin("root@example.org")
	b.must(err)
	if got := grantList(root.Grants); got != "analyst, owner, administrator" {
		t.Errorf("the first administrator is %s", got)
	}
	if strings.Contains(b.log.String(), code) || strings.Contains(b.log.String(), "@") {
		t.Errorf("the log has the code: %s", b.log)
	}
}

func TestFirstLinkExpires(t *testing.T) {
	b := newBench(t, nil)
	link, err := b.server.FirstLink()
	b.must(err)
	b.pass(access.FirstLinkAge)
	wantStatus(t, b.browser().get(link), http.StatusGone)
	for _, code := range []string{"", "guess", strings.Repeat("x", 1000), "%00", "a&code=b"} {
		wantStatus(t, b.browser().get("/welcome?code="+code), http.StatusGone)
	}
}

func TestDemo(t *testing.T) {
	b := newBench(t, nil)
	viewer := b.account("Viewer", ada, "viewer")
	other := b.account("Other", ben, "owner")
	wantStatus(t, b.browser().post("/sign-in/demo", url.Values{"account": {viewer.ID.String()}}), http.StatusNotFound)
	b.server.demo = append(b.server.demo, viewer.ID)
	br := b.browser()
	wantStatus(t, br.get("/sign-in"), http.StatusOK, "This is a demonstration", "Viewer")
	for _, id := range []string{"", "x", other.ID.String()} {
		wantStatus(t, br.post("/sign-in/demo", url.Values{"account": {id}}), http.StatusNotFound)
	}
	wantLocation(t, br.post("/sign-in/demo", url.Values{"account": {viewer.ID.String()}}), "/")
	wantStatus(t, br.get("/people?program=git"), http.StatusOK)
}

func TestRates(t *testing.T) {
	b := newBench(t, nil)
	// Passwords of one account, wherever from.
	form := url.Values{"login": {"ada@example.org"}, "password": {"guess"}}
	for i := range ratesDefault.Login.Burst {
		br := b.browser()
		br.address = fmt.Sprintf("192.0.2.%d:1", i+10)
		wantStatus(t, br.post("/sign-in", form), http.StatusUnauthorized)
	}
	w := b.browser().post("/sign-in", form)
	wantStatus(t, w, http.StatusTooManyRequests, "this account was tried too often")
	if w.Header().Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
	b.pass(ratesDefault.Login.Every)
	wantStatus(t, b.browser().post("/sign-in", form), http.StatusUnauthorized)

	// Guesses from one address, whichever of them.
	br := b.browser()
	br.address = "[2001:db8::1]:1"
	for i := range ratesDefault.Guesses.Burst {
		if i%2 == 0 {
			br.address = fmt.Sprintf("[2001:db8::%x]:1", i) // of one household
			wantStatus(t, br.get("/welcome?code=guess"), http.StatusGone)
			continue
		}
		r := httptest.NewRequest(http.MethodGet, "/people", nil)
		r.Header.Set("Authorization", "Bearer guess")
		wantStatus(t, br.do(r), http.StatusUnauthorized)
	}
	wantStatus(t, br.get("/welcome?code=guess"), http.StatusTooManyRequests)
	br.address = "[2001:db8:0:1::1]:1"
	wantStatus(t, br.get("/welcome?code=guess"), http.StatusGone)

	// Anything from one address, and by one account.
	br.address = "198.51.100.1:1"
	for range ratesDefault.Address.Burst {
		wantStatus(t, br.get("/sign-in"), http.StatusOK)
	}
	wantStatus(t, br.get("/sign-in"), http.StatusTooManyRequests)
	wantStatus(t, br.get("/static/x/y"), http.StatusNotFound) // files are not counted
	in := b.as(ada, "viewer")
	in.address = br.address
	for range ratesDefault.Account.Burst {
		if w := in.get("/sign-in"); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d", w.Code)
		}
	}
	wantStatus(t, in.get("/sign-in"), http.StatusTooManyRequests)
}

func TestLimiter(t *testing.T) {
	l := newLimiter(Rate{time.Second, 3})
	now := benchStart
	for i, c := range []struct {
		after time.Duration
		ok    bool
	}{{0, true}, {0, true}, {0, true}, {0, false}, {time.Second, true}, {0, false}, {time.Second / 2, false},
		{time.Second / 2, true}, {time.Hour, true}, {0, true}, {0, true}, {0, false}, {-time.Hour, false}} {
		now = now.Add(c.after)
		if _, ok := l.allow("a", now); ok != c.ok {
			t.Fatalf("step %d: %v", i, ok)
		}
	}
	for i := range 2 * limiterKeysMax { // what it remembers is bounded
		l.allow(fmt.Sprint(i), now)
	}
	if len(l.used) > limiterKeysMax {
		t.Fatalf("%d keys are remembered", len(l.used))
	}
}

func TestLimits(t *testing.T) {
	b := newBench(t, nil)
	body := "login=ada%40example.org&x=" + strings.Repeat("x", bodyBytesMax)
	r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	wantStatus(t, b.browser().do(r), http.StatusRequestEntityTooLarge)
	for _, kind := range []string{"application/json", "", "multipart/form-data; boundary=x", "nonsense;;"} {
		r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(`{"login":"a"}`))
		r.Header.Set("Content-Type", kind)
		wantStatus(t, b.browser().do(r), http.StatusUnsupportedMediaType)
	}
	r = httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader("login=%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	wantStatus(t, b.browser().do(r), http.StatusBadRequest)
}

func TestListening(t *testing.T) {
	for _, c := range []struct {
		l    Listening
		says string // "" for right
	}{
		{Listening{Address: "127.0.0.1:8080"}, ""},
		{Listening{Address: "[::1]:8080"}, ""},
		{Listening{Address: "localhost:0"}, ""},
		{Listening{Address: "127.8.8.8:1", TLS: true}, ""},
		{Listening{Address: "0.0.0.0:443"}, "could be read on the way"},
		{Listening{Address: ":443"}, "could be read on the way"},
		{Listening{Address: "[::]:443", Administered: true}, "could be read on the way"},
		{Listening{Address: "laurel.example.org:443", Administered: true}, "could be read on the way"},
		{Listening{Address: "0.0.0.0:443", TLS: true}, "no administrator yet"},
		{Listening{Address: "0.0.0.0:80", BehindProxy: true}, "no administrator yet"},
		{Listening{Address: "0.0.0.0:443", TLS: true, Administered: true}, ""},
		{Listening{Address: "0.0.0.0:80", BehindProxy: true, Administered: true}, ""},
		{Listening{Address: "0.0.0.0:80", BehindProxy: true, TLS: true, Administered: true}, "choose"},
		{Listening{Address: "127.0.0.1:80", Demo: true}, ""},
		{Listening{Address: "127.0.0.1:80", Demo: true, BehindProxy: true}, "lets anybody in"},
		{Listening{Address: "0.0.0.0:443", Demo: true, TLS: true, Administered: true}, "lets anybody in"},
		{Listening{Address: "127.0.0.1"}, "no address to listen on"},
		{Listening{Address: "127.0.0.1.example.org:80"}, "could be read on the way"},
	} {
		err := c.l.Check()
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: %v", c.l, err)
		}
	}
}

func TestAddress(t *testing.T) {
	plain, proxied := &Server{}, &Server{behindProxy: true}
	for _, c := range []struct {
		server  *Server
		remote  string
		headers []string
		want    string
	}{
		{plain, "192.0.2.1:99", nil, "192.0.2.1"},
		{plain, "192.0.2.1:99", []string{"198.51.100.7"}, "192.0.2.1"}, // anybody can write that
		{plain, "[::ffff:192.0.2.1]:99", nil, "192.0.2.1"},
		{plain, "[2001:db8::1]:99", nil, "2001:db8::/64"},
		{plain, "[fe80::1%eth0]:99", nil, "fe80::/64"},
		{plain, "nonsense", nil, "unknown"},
		{proxied, "127.0.0.1:99", []string{"198.51.100.7"}, "198.51.100.7"},
		{proxied, "127.0.0.1:99", []string{"10.0.0.1, 198.51.100.7"}, "198.51.100.7"},
		{proxied, "127.0.0.1:99", []string{"10.0.0.1", " 10.0.0.2 , 2001:db8::7 "}, "2001:db8::/64"},
		{proxied, "127.0.0.1:99", []string{"1.2.3.4,"}, "unknown"},
		{proxied, "127.0.0.1:99", nil, "127.0.0.1"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{"X-Forwarded-For": c.headers}}
		if got := c.server.addressOf(r); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.remote, c.headers, got, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Secure = true })
	h := b.as(ada, "viewer").get("/people?program=git").Header()
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		"Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000",
		"Cross-Origin-Opener-Policy": "same-origin"} {
		if h.Get(name) != want {
			t.Errorf("%s is %q", name, h.Get(name))
		}
	}
	policy := h.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'",
		"form-action 'self'"} {
		if !strings.Contains(policy, want) || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy is %q", policy)
		}
	}
}

package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain/access"
)

// fakeProvider is a provider whose codes are worth what the test says; adapters/oidc has the real one, whose checks are
// tested there, and together with this server in cmd/laurel.
type fakeProvider struct {
	claims access.Claims
	begun  []url.Values // what each sign-in began with
	down   bool
}

func (p *fakeProvider) Begin(_ context.Context, state, nonce, verifier string) (string, error) {
	if p.down {
		return "", errors.New("down")
	}
	q := url.Values{"state": {state}, "nonce": {nonce}, "verifier": {verifier}}
	p.begun = append(p.begun, q)
	return "https://login.example.org/authorize?" + q.Encode(), nil
}

func (p *fakeProvider) Finish(_ context.Context, code, nonce, verifier string) (access.Claims, error) {
	for _, q := range p.begun {
		if code == "code" && q.Get("nonce") == nonce && q.Get("verifier") == verifier {
			return p.claims, nil
		}
	}
	return access.Claims{}, errors.New("not a code of this sign-in")
}

const issuer = "https://login.example.org"

// atProvider is a bench whose provider says that it is Ada.
func atProvider(t *testing.T) (*bench, *fakeProvider) {
	p := &fakeProvider{claims: access.Claims{Issuer: issuer, Subject: "42", Email: "Ada@example.org",
		EmailVerified: true, Name: "Ada L."}}
	return newBench(t, func(o *Options) { o.Provider, o.ProviderName = p, "Example Login" }), p
}

// begin sends the browser to the provider, and returns the state with which it comes back.
func (br *browser) begin(more string) string {
	br.t.Helper()
	w := br.get("/sign-in/provider" + more)
	to, err := url.Parse(w.Header().Get("Location"))
	if w.Code != http.StatusSeeOther || err != nil || to.Host != "login.example.org" {
		br.t.Fatalf("status %d to %v: %s", w.Code, to, shown(w))
	}
	return to.Query().Get("state")
}

// back is the browser coming back from the provider, as a redirect from another site.
func (br *browser) back(state, more string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, ProviderBack+"?state="+url.QueryEscape(state)+more, nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	return br.do(r)
}

// invited makes an account without anything to sign in with.
func (b *bench) invited(name string) access.Account {
	b.t.Helper()
	return b.mustAccount(b.accounts.Create(access.Account{ID: uuid.New(), Name: name,
		Login:  strings.ToLower(name) + "@example.org",
		Grants: []access.Grant{{Role: access.RoleViewer}}}))
}

func TestProviderSignIn(t *testing.T) {
	b, p := atProvider(t)
	b.invited("Ada")
	br := b.browser()
	wantStatus(t, br.get("/sign-in?next=/people"), http.StatusOK, "Sign in with Example Login")
	wantLocation(t, br.back(br.begin("?next=/people"), "&code=code"), "/people") // linked by the verified address
	wantStatus(t, br.get("/account"), http.StatusOK, "You sign in with Example Login")
	if len(br.cookies) != 1 {
		t.Errorf("left are the cookies %v", br.cookies)
	}
	p.claims.Email, p.claims.EmailVerified = "new@example.org", false // from now on it is the subject that counts
	br = b.browser()
	wantLocation(t, br.back(br.begin(""), "&code=code"), "/")
	p.claims.Subject = "43"
	wantStatus(t, br.back(br.begin(""), "&code=code"), http.StatusForbidden, "no account here belongs to who you are")
}

// TestProviderDoesNotTakeOver wants no account handed to whoever a provider says has its address, but for one that was
// made for that.
func TestProviderDoesNotTakeOver(t *testing.T) {
	const in, out = http.StatusSeeOther, http.StatusForbidden
	for name, c := range map[string]struct {
		change func(*access.Account, *access.Claims)
		want   int
	}{
		"invited":               {func(*access.Account, *access.Claims) {}, in},
		"an address unverified": {func(_ *access.Account, c *access.Claims) { c.EmailVerified = false }, out},
		"no address":            {func(_ *access.Account, c *access.Claims) { c.Email = "" }, out},
		"another address":       {func(_ *access.Account, c *access.Claims) { c.Email = "eve@example.org" }, out},
		"a broken address":      {func(_ *access.Account, c *access.Claims) { c.Email = "ada@example.org\x00" }, out},
		"it has a password":     {func(a *access.Account, _ *access.Claims) { a.Password = "$argon2id$x" }, out},
		"it is somebody there":  {func(a *access.Account, _ *access.Claims) { a.Issuer, a.Subject = issuer, "7" }, out},
		"it is disabled":        {func(a *access.Account, _ *access.Claims) { a.Disabled = true }, out},
		"disabled and linked": {func(a *access.Account, _ *access.Claims) {
			a.Issuer, a.Subject, a.Disabled = issuer, "42", true
		}, out},
	} {
		t.Run(name, func(t *testing.T) {
			b, p := atProvider(t)
			a := access.Account{ID: uuid.New(), Name: "Ada", Login: "ada@example.org"}
			c.change(&a, &p.claims)
			b.mustAccount(b.accounts.Create(a))
			br := b.browser()
			wantStatus(t, br.back(br.begin(""), "&code=code"), c.want)
			if _, entered := br.cookies[cookieName]; entered != (c.want == in) {
				t.Errorf("signed in: %v", entered)
			}
		})
	}
}

// TestProviderFlows comes back in every way that is not how one was sent.
func TestProviderFlows(t *testing.T) {
	b, p := atProvider(t)
	b.invited("Ada")
	br := b.browser()
	refused := func(what string, w *httptest.ResponseRecorder, status int) {
		t.Helper()
		if w.Code != status {
			t.Errorf("%s: status %d, want %d: %s", what, w.Code, status, shown(w))
		}
		if _, in := br.cookies[cookieName]; in {
			t.Fatalf("%s: signed in", what)
		}
	}
	refused("never sent", br.back("guess", "&code=code"), http.StatusBadRequest)
	other := b.browser()
	refused("sent in another browser", br.back(other.begin(""), "&code=code"), http.StatusBadRequest)
	state := other.begin("")
	br.begin("")
	refused("with another's state", br.back(state, "&code=code"), http.StatusBadRequest)
	br.begin("")
	refused("without a state", br.get(ProviderBack+"?code=code"), http.StatusBadRequest)
	state = br.begin("")
	refused("with two states", br.back(state, "&code=code&state="+state), http.StatusBadRequest)
	state = br.begin("")
	refused("without a code", br.back(state, ""), http.StatusForbidden)
	state = br.begin("")
	refused("with two codes", br.back(state, "&code=code&code=code"), http.StatusForbidden)
	state = br.begin("")
	refused("with an error", br.back(state, "&code=code&error=access_denied"), http.StatusForbidden)
	state = br.begin("")
	refused("with a wrong code", br.back(state, "&code=other"), http.StatusForbidden)
	state = br.begin("")
	b.pass(flowTimeMax)
	refused("too late", br.back(state, "&code=code"), http.StatusBadRequest)
	state = br.begin("?next=//evil.example/")
	flow := br.cookies[flowCookieName]
	wantLocation(t, br.back(state, "&code=code"), "/")
	br = b.browser()
	br.cookies[flowCookieName] = flow
	refused("replayed", br.back(state, "&code=code"), http.StatusBadRequest)

	p.down = true
	refused("down", br.get("/sign-in/provider"), http.StatusBadGateway)
	plain := newBench(t, nil)
	wantStatus(t, plain.browser().get("/sign-in/provider"), http.StatusNotFound)
	wantStatus(t, plain.browser().get(ProviderBack), http.StatusNotFound)
	for range ratesDefault.Starts.Burst {
		br.get("/sign-in/provider")
	}
	wantStatus(t, br.get("/sign-in/provider"), http.StatusTooManyRequests)
}

func TestProviderLinks(t *testing.T) {
	b, p := atProvider(t)
	link, err := b.server.FirstLink()
	b.must(err)
	br := b.browser()
	way := find(t, br.get(link), `href="/sign-in/provider(\?code=[^"]+)"`)
	p.claims.EmailVerified = false
	wantStatus(t, br.back(br.begin(way), "&code=code"), http.StatusForbidden,
		"does not say that your e-mail address is yours")
	p.claims.EmailVerified = true
	late := b.browser()
	state := late.begin(way)
	wantLocation(t, br.back(br.begin(way), "&code=code"), "/")
	wantStatus(t, br.get("/users"), http.StatusOK, "Ada L.")
	wantStatus(t, late.back(state, "&code=code"), http.StatusGone) // the link was used meanwhile
	wantStatus(t, late.get("/sign-in/provider"+way), http.StatusGone)
	wantStatus(t, late.get("/sign-in/provider?code=guess"), http.StatusGone)

	// An invitation can be accepted as whoever one is there.
	w := br.post("/users", url.Values{"name": {"Ben"}, "login": {"ben@example.org"}, "grant": {"viewer"}})
	code := find(t, w, `/welcome\?code=([\w-]+)<`)
	p.claims = access.Claims{Issuer: issuer, Subject: "77"}
	bens := b.browser()
	wantLocation(t, bens.back(bens.begin("?code="+code), "&code=code"), "/")
	wantStatus(t, bens.get("/account"), http.StatusOK, "ben@example.org")
	if a := b.mustAccount(b.accounts.AccountBySubject(issuer, "77")); a.Login != "ben@example.org" {
		t.Errorf("%+v", a)
	}
}

func TestFlowsAreBounded(t *testing.T) {
	f := flows{state: map[access.Hash]flow{}}
	key := func(i int) access.Hash { return access.Hash{byte(i), byte(i >> 8), byte(i >> 16), 1} }
	for i := range 2 * flowsMax {
		f.add(key(i), flow{ends: benchStart.Add(time.Minute)}, benchStart)
	}
	if len(f.state) > flowsMax {
		t.Fatalf("%d sign-ins are under way", len(f.state))
	}
	if _, ok := f.take(key(2*flowsMax-1), benchStart); !ok {
		t.Error("the newest is gone")
	}
}

func TestPasswordRules(t *testing.T) {
	for password, ok := range map[string]bool{
		goodPassword:                          true,
		"пятнадцать знаков":                   true,
		"short":                               false,
		"aaaaaaaaaaaaaaaaaaaaaaa":             false,
		"abababababababababababa":             false,
		"ada@example.org1":                    false,
		"Ada Lovelace Ada Lovelace":           false,
		"passwordpassword123":                 false,
		"laurellaurellaurel":                  false,
		strings.Repeat("correct horse ", 100): false,
		goodPassword + "\xff":                 false,
		"":                                    false,
	} {
		if err := checkPassword("new_password", password, "ada@example.org", "Ada Lovelace"); (err == nil) != ok {
			t.Errorf("%q: %v", password, err)
		}
	}
}

func TestPasswordHashes(t *testing.T) {
	hash, err := HashPassword(strings.NewReader("sixteen bytes!!!"), "pass\u0301word")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(hash, err)
	}
	p := newPasswords()
	const old = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$" // and its key, made below
	weak := passwordHash{memoryKiB: 8, times: 1, threads: 1, salt: []byte("saltsalt")}
	weak.key = weak.of("old", 32)
	if !strings.HasPrefix(weak.String(), old) {
		t.Fatal(weak.String())
	}
	for _, c := range []struct {
		hash, password string
		ok, stale      bool
	}{
		{hash, "pass\u0301word", true, false},
		{hash, "pa\u015bsword", false, false},
		{hash, "pas\u015bword", true, false}, // typed on another keyboard
		{hash, "password", false, false},
		{weak.String(), "old", true, true},
		{"", "", false, false},
	} {
		if ok, stale, err := p.match(t.Context(), c.hash, c.password); ok != c.ok || err != nil || ok && stale != c.stale {
			t.Errorf("%q: %v, %v, %v", c.password, ok, stale, err)
		}
	}
	for _, damaged := range []string{"x", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$c2FsdHNhbHRzYWx0c2FsdA", hash + "$",
		hash[:60], strings.Replace(hash, "m=19456", "m=99999999", 1), strings.Replace(hash, "t=2", "t=0", 1),
		strings.Replace(hash, "p=1", "p=257", 1), strings.Replace(hash, "m=19456", "m=019456", 1)} {
		if _, err := parseHash(damaged); err == nil {
			t.Errorf("%q is read", damaged)
		}
	}
}

// TestStalePassword signs in with a password that was hashed in a weaker way: afterwards it is not.
func TestStalePassword(t *testing.T) {
	b := newBench(t, nil)
	a := b.account("Ada", ada, "viewer")
	weak := passwordHash{memoryKiB: 8, times: 1, threads: 1, salt: []byte("saltsalt")}
	weak.key = weak.of(goodPassword, 32)
	a = b.mustAccount(b.accounts.Change(a.ID, a.Revision, access.Hash{}, func(a *access.Account) error {
		a.Password = weak.String()
		return nil
	}))
	wantLocation(t, b.browser().post("/sign-in", url.Values{"login": {a.Login}, "password": {goodPassword}}), "/")
	if now := b.mustAccount(b.accounts.Account(a.ID)); !strings.Contains(now.Password, "m=19456") {
		t.Fatal(now.Password)
	}
	wantLocation(t, b.browser().post("/sign-in", url.Values{"login": {a.Login}, "password": {goodPassword}}), "/")
}

// TestHashingIsBounded has more people sign in at once than may wait.
func TestHashingIsBounded(t *testing.T) {
	p := &passwords{slots: make(chan struct{}, hashingMax)}
	for range hashingMax {
		p.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error)
	for range hashingWaitingMax + 10 {
		go func() {
			_, err := p.turn(ctx)
			results <- err
		}()
	}
	for range 10 {
		if err := <-results; tell(err).Status != http.StatusServiceUnavailable {
			t.Fatalf("got error %v", err)
		}
	}
	cancel()
	for range hashingWaitingMax {
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Fatalf("got error %v", err)
		}
	}
	<-p.slots
	done, err := p.turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done()
}

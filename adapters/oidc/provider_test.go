package oidc

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"laurel/adapters/oidc/oidctest"
	"laurel/domain/access"
)

const (
	back     = "https://laurel.example.org/sign-in/provider/back"
	verifier = "a verifier of the forty-three characters or more"
)

func client(t *testing.T, p *oidctest.Provider, change func(*Options)) *Provider {
	t.Helper()
	o := Options{Issuer: p.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, RedirectURL: back,
		Client: p.Client}
	if change != nil {
		change(&o)
	}
	made, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// visit sends a browser to the provider and returns the code that it comes back with.
func visit(t *testing.T, p *oidctest.Provider, c *Provider, state, nonce string) string {
	t.Helper()
	address, err := c.Begin(t.Context(), state, nonce, verifier)
	if err != nil {
		t.Fatal(err)
	}
	browser := *p.Client
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	to, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), back+"?") || to.Query().Get("state") != state {
		t.Fatalf("sent back to %v, %v", to, err)
	}
	return to.Query().Get("code")
}

func TestSignIn(t *testing.T) {
	p := oidctest.New(t)
	p.SignIn(map[string]any{"sub": "42", "email": "Ada@example.org", "email_verified": true, "name": "Ada L."})
	c := client(t, p, nil)
	got, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", verifier)
	want := access.Claims{Issuer: p.URL, Subject: "42", Email: "Ada@example.org", EmailVerified: true, Name: "Ada L."}
	if err != nil || got != want {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
}

func TestEmailVerified(t *testing.T) {
	p := oidctest.New(t)
	c := client(t, p, nil)
	for value, want := range map[any]bool{true: true, "true": true, false: false, "false": false, "yes": false, 1: false} {
		p.SignIn(map[string]any{"sub": "42", "email": "ada@example.org", "email_verified": value})
		got, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", verifier)
		if err != nil || got.EmailVerified != want {
			t.Errorf("%v: %+v, %v", value, got, err)
		}
	}
}

// TestHostileTokens changes one thing of an ID token at a time.
func TestHostileTokens(t *testing.T) {
	p := oidctest.New(t)
	c := client(t, p, nil)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Unix()
	claim := func(name string, value any) func(*oidctest.Token) {
		return func(t *oidctest.Token) { t.Claims[name] = value }
	}
	missing := func(name string) func(*oidctest.Token) {
		return func(t *oidctest.Token) { delete(t.Claims, name) }
	}
	header := func(name string, value any) func(*oidctest.Token) {
		return func(t *oidctest.Token) { t.Header[name] = value }
	}
	for name, change := range map[string]func(*oidctest.Token){
		"another nonce":               claim("nonce", "other"),
		"no nonce":                    missing("nonce"),
		"another audience":            claim("aud", "other"),
		"no audience":                 missing("aud"),
		"two audiences, and no party": claim("aud", []string{oidctest.ClientID, "other"}),
		"another party":               claim("azp", "other"),
		"another issuer":              claim("iss", "https://login.example.com"),
		"no issuer":                   missing("iss"),
		"expired":                     claim("exp", now-10),
		"no expiry":                   missing("exp"),
		"not yet":                     claim("nbf", now+3600),
		"from the future":             claim("iat", now+3600),
		"no subject":                  missing("sub"),
		"a long subject":              claim("sub", strings.Repeat("x", 300)),
		"of another access token":     claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"claims of other types":       claim("email", 7),
		"alg none":                    header("alg", "none"),
		"alg HS256 with the key":      header("alg", "HS256"),
		"an unknown key":              header("kid", "key 2"),
		"signed by another key":       func(t *oidctest.Token) { t.Key = other },
		"enormous":                    claim("padding", strings.Repeat("x", tokenBytesMax)),
	} {
		t.Run(name, func(t *testing.T) {
			p.SignIn(map[string]any{"sub": "42"})
			p.Change(nil)
			if _, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", verifier); err != nil {
				t.Fatalf("unchanged: %v", err)
			}
			p.Change(change)
			got, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", verifier)
			if err == nil {
				t.Fatalf("is taken, as %+v", got)
			}
			t.Log(err)
		})
	}
}

func TestCodes(t *testing.T) {
	p := oidctest.New(t)
	p.SignIn(map[string]any{"sub": "42"})
	c := client(t, p, nil)
	refused := func(what string, err error) {
		t.Helper()
		if err == nil || strings.Contains(err.Error(), "@") {
			t.Errorf("%s: got error %v, want one without what the provider says of people", what, err)
		}
	}
	_, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", "another verifier")
	refused("another verifier", err)
	_, err = c.Finish(t.Context(), "guessed", "n", verifier)
	refused("a guessed code", err)
	_, err = c.Finish(t.Context(), visit(t, p, c, "s", ""+"n"), "", verifier)
	refused("a sign-in without a nonce", err)
	code := visit(t, p, c, "s", "n")
	if _, err := c.Finish(t.Context(), code, "n", verifier); err != nil {
		t.Fatal(err)
	}
	_, err = c.Finish(t.Context(), code, "n", verifier)
	refused("a code used twice", err)
	wrong := client(t, p, func(o *Options) { o.ClientSecret = "wrong" })
	_, err = wrong.Finish(t.Context(), visit(t, p, wrong, "s", "n"), "n", verifier)
	refused("another secret", err)
}

// TestProviderIsDown starts without the provider, and uses it once it is there.
func TestProviderIsDown(t *testing.T) {
	p := oidctest.New(t)
	p.SignIn(map[string]any{"sub": "42"})
	c := client(t, p, nil)
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"down": func(w http.ResponseWriter, _ *http.Request) bool {
			http.Error(w, "down", http.StatusBadGateway)
			return true
		},
		"garbage": func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write([]byte("<html>"))
			return true
		},
		"endless": func(w http.ResponseWriter, r *http.Request) bool {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return true
				}
			}
			return true
		},
		"redirects": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
			return true
		},
		"another issuer": func(w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, `{"issuer":"https://login.example.com","token_endpoint":"https://login.example.com/token"}`)
			return true
		},
	} {
		p.Answer(answer)
		if address, err := c.Begin(t.Context(), "s", "n", verifier); err == nil {
			t.Errorf("%s: sent to %s", name, address)
		}
	}
	p.Answer(nil)
	if _, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", verifier); err != nil {
		t.Fatal(err)
	}
}

// TestInClear wants no secret sent where others can read it.
func TestInClear(t *testing.T) {
	for name, o := range map[string]Options{
		"issuer":        {Issuer: "http://login.example.org", ClientID: "a", RedirectURL: back},
		"no issuer":     {ClientID: "a", RedirectURL: back},
		"back":          {Issuer: "https://login.example.org", ClientID: "a", RedirectURL: "http://laurel.example.org/back"},
		"user info":     {Issuer: "https://ada@login.example.org", ClientID: "a", RedirectURL: back},
		"no client":     {Issuer: "https://login.example.org", RedirectURL: back},
		"another thing": {Issuer: "javascript:alert(1)", ClientID: "a", RedirectURL: back},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%s: is taken", name)
		}
	}
	for _, ok := range []string{"http://localhost:1/back", "http://127.0.0.1/back", "http://[::1]:8080/back"} {
		if _, err := New(Options{Issuer: "https://login.example.org", ClientID: "a", RedirectURL: ok}); err != nil {
			t.Errorf("%s: %v", ok, err)
		}
	}
	p := oidctest.New(t)
	c := client(t, p, nil)
	p.Answer(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, "openid-configuration") {
			return false
		}
		fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":"%[1]s/authorize",
			"token_endpoint":"http://login.example.org/token","jwks_uri":"%[1]s/keys"}`, p.URL)
		return true
	})
	if _, err := c.Finish(t.Context(), visit(t, p, c, "s", "n"), "n", verifier); err == nil ||
		!strings.Contains(err.Error(), "not https") {
		t.Fatalf("the code went in the clear: %v", err)
	}
}

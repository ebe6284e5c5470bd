package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/adapters/oidc"
	"laurel/adapters/oidc/oidctest"
	"laurel/adapters/web"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// served is a server that runs until stop is called, which returns its exit status.
type served struct {
	url, welcome string // where it is, and its one-time link, if it printed one
	stop         func() int
}

// startServe runs laurel with arguments that make it serve, and waits until it says where it is. What it says after that
// goes to stderr.
func startServe(t *testing.T, links bool, stderr io.Writer, args ...string) served {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, args, strings.NewReader(""), io.Discard, w, nil)
		w.Close()
	}()
	s := served{stop: func() int { cancel(); return <-ended }}
	lines := bufio.NewScanner(r)
	for s.url == "" || links && s.welcome == "" {
		if !lines.Scan() {
			t.Fatalf("the server ended with status %d before it said where it is", <-ended)
		}
		if found := regexp.MustCompile(`https?://\S+`).FindString(lines.Text()); strings.Contains(found, "/welcome") {
			s.welcome = found
		} else if found != "" {
			s.url = found
		}
	}
	go func() {
		for lines.Scan() {
			fmt.Fprintln(stderr, lines.Text())
		}
	}()
	return s
}

// person is a browser with its cookies.
func person(t *testing.T, transport http.RoundTripper) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: transport, Jar: jar, Timeout: time.Minute}
}

// page reads an answer and returns its status and body.
func page(t *testing.T) func(*http.Response, error) (int, string) {
	return func(answer *http.Response, err error) (int, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(body)
	}
}

// certificate writes a certificate of this machine and its key.
func certificate(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", keyDER), roots
}

const goodPassword = "violet anchor plum seventeen"

// TestServeTakesCharge starts a server with TLS twice: the first start prints a link that makes an administrator, who
// invites; the second one lets both in.
func TestServeTakesCharge(t *testing.T) {
	store := "file:" + t.TempDir()
	certFile, keyFile, roots := certificate(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	args := []string{"serve", "--store", store, "--listen", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile}
	first := startServe(t, true, io.Discard, args...)
	if !strings.HasPrefix(first.welcome, first.url+"/welcome?code=") || !strings.HasPrefix(first.url, "https://") {
		t.Fatalf("the server is at %s, and its link %s", first.url, first.welcome)
	}
	root := person(t, transport)
	status, body := page(t)(root.Get(first.welcome))
	if status != http.StatusOK || !strings.Contains(body, "Take charge") {
		t.Fatalf("the link shows status %d: %s", status, body)
	}
	code := strings.TrimPrefix(first.welcome, first.url+"/welcome?code=")
	status, body = page(t)(root.PostForm(first.url+"/welcome", url.Values{"code": {code}, "name": {"Root"},
		"login": {"root@example.org"}, "new_password": {goodPassword}, "again": {goodPassword}}))
	if status != http.StatusOK || !strings.Contains(body, "Your account") {
		t.Fatalf("after taking charge: status %d: %s", status, body)
	}
	status, body = page(t)(root.PostForm(first.url+"/users", url.Values{"name": {"Ada"}, "login": {"ada@example.org"},
		"grant": {"viewer"}}))
	link := regexp.MustCompile(regexp.QuoteMeta(first.url) + `/welcome\?code=[\w-]+`).FindString(body)
	if status != http.StatusOK || link == "" {
		t.Fatalf("the invitation: status %d: %s", status, body)
	}
	if status := first.stop(); status != exitDone {
		t.Fatalf("exit status %d", status)
	}

	second := startServe(t, false, io.Discard, args...)
	defer second.stop()
	if second.welcome != "" {
		t.Errorf("another link is printed, though there is an administrator: %s", second.welcome)
	}
	address, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	ada := person(t, transport)
	status, body = page(t)(ada.PostForm(second.url+"/welcome", url.Values{"code": {address.Query().Get("code")},
		"new_password": {goodPassword}, "again": {goodPassword}}))
	if status == http.StatusGone || strings.Contains(body, "New password") {
		t.Fatalf("the invitation is no good after a new start: status %d: %s", status, body)
	}
	if status, body = page(t)(ada.Get(second.url + "/account")); !strings.Contains(body, "ada@example.org") {
		t.Fatalf("status %d: %s", status, body)
	}
	if status, _ = page(t)(ada.Get(second.url + "/users")); status != http.StatusForbidden {
		t.Errorf("a viewer sees the accounts: status %d", status)
	}
}

func TestServeRefuses(t *testing.T) {
	store := "file:" + t.TempDir()
	certFile, keyFile, _ := certificate(t)
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for says, args := range map[string][]string{
		"could be read on the way":       {"--listen", "0.0.0.0:0"},
		"no administrator yet":           {"--listen", "0.0.0.0:0", "--behind-proxy"},
		"there is no administrator":      {"--listen", ":0", "--tls-cert", certFile, "--tls-key", keyFile},
		"go together":                    {"--tls-cert", certFile},
		"choose":                         {"--tls-cert", certFile, "--tls-key", keyFile, "--behind-proxy"},
		"a certificate and its key":      {"--listen", "127.0.0.1:0", "--tls-cert", keyFile, "--tls-key", certFile},
		"no address to listen on":        {"--listen", "8080"},
		"is not the address of a server": {"--public-url", "https://example.org/laurel"},
		"--oidc-issuer is missing":       {"--oidc-client", "laurel"},
		"is no https address":            {"--oidc-issuer", "http://login.example.org", "--oidc-client", "laurel"},
		"the client id is missing":       {"--oidc-issuer", "https://login.example.org"},
		"leaves the port open":           {"--oidc-issuer", "https://login.example.org", "--listen", "127.0.0.1:0"},
		"it holds no secret": {"--oidc-issuer", "https://login.example.org", "--oidc-client", "laurel",
			"--oidc-secret-file", empty},
	} {
		var stderr strings.Builder
		code := run(t.Context(), append([]string{"serve", "--store", store}, args...), strings.NewReader(""), io.Discard,
			&stderr, nil)
		if code != exitUsage || !strings.Contains(stderr.String(), says) {
			t.Errorf("%q: status %d: %s", args, code, &stderr)
		}
	}
}

// TestProviderEndToEnd signs in through the server with a provider that tells the truth, and then with one that does
// not in one way or another.
func TestProviderEndToEnd(t *testing.T) {
	provider := oidctest.New(t)
	provider.SignIn(map[string]any{"sub": "42", "email": "ada@example.org", "email_verified": true})
	storage, err := bbolt.OpenAccounts(t.TempDir(), bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer storage.Close()
	accounts := access.NewRegistry(storage)
	if _, err := accounts.Create(access.Account{ID: uuid.New(), Login: "ada@example.org", Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	engine, err := serving.Open(t.Context(), eventstore.NewMemory(), serving.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	var handler http.Handler
	front := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r)
	}))
	defer front.Close()
	client, err := oidc.New(oidc.Options{Issuer: provider.URL, ClientID: oidctest.ClientID,
		ClientSecret: oidctest.ClientSecret, RedirectURL: front.URL + web.ProviderBack, Client: provider.Client})
	if err != nil {
		t.Fatal(err)
	}
	server, err := web.New(web.Options{Engine: engine, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Accounts: accounts, Provider: client, ProviderName: "Example Login", PublicURL: front.URL})
	if err != nil {
		t.Fatal(err)
	}
	handler = server
	// One browser trusts both.
	roots := x509.NewCertPool()
	roots.AddCert(front.Certificate())
	roots.AddCert(provider.Certificate())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	signIn := func() (*http.Client, *http.Response, string) {
		browser := person(t, transport)
		answer, err := browser.Get(front.URL + "/sign-in/provider?next=/account")
		if err != nil {
			t.Fatal(err)
		}
		_, body := page(t)(answer, nil)
		return browser, answer, body
	}
	ada, answer, body := signIn()
	if answer.Request.URL.Path != "/account" || !strings.Contains(body, "ada@example.org") {
		t.Fatalf("ends at %s with status %d: %s", answer.Request.URL, answer.StatusCode, body)
	}
	last := answer.Request.Response.Request.URL // the address with state and code
	if status, _ := page(t)(ada.Get(last.String())); status != http.StatusBadRequest {
		t.Errorf("a state is taken twice: status %d", status)
	}
	claim := func(name string, value any) func(*oidctest.Token) {
		return func(t *oidctest.Token) { t.Claims[name] = value }
	}
	alg := func(name string) func(*oidctest.Token) {
		return func(t *oidctest.Token) { t.Header["alg"] = name }
	}
	for name, change := range map[string]func(*oidctest.Token){
		"wrong nonce": claim("nonce", "other"), "wrong audience": claim("aud", "other"),
		"wrong issuer": claim("iss", "https://login.example.com"), "expired": claim("exp", time.Now().Unix()-60),
		"alg none": alg("none"), "alg HS256": alg("HS256"),
	} {
		provider.Change(change)
		browser, answer, body := signIn()
		if answer.StatusCode != http.StatusForbidden || strings.Contains(body, "ada@") {
			t.Errorf("%s: status %d: %s", name, answer.StatusCode, body)
		}
		if status, body := page(t)(browser.Get(front.URL + "/account")); strings.Contains(body, "ada@") {
			t.Errorf("%s: signed in all the same: status %d", name, status)
		}
		if cookies := browser.Jar.Cookies(answer.Request.URL); len(cookies) != 0 {
			t.Errorf("%s: left are %v", name, cookies)
		}
	}
	provider.Change(nil)
	if _, answer, _ := signIn(); answer.Request.URL.Path != "/account" {
		t.Errorf("the truth again: ends at %s", answer.Request.URL)
	}
}

// TestDemoCast enters each account of a demonstration with a click.
func TestDemoCast(t *testing.T) {
	s := startServe(t, false, io.Discard, "demo", "--serve", "--quiet", "--listen", "127.0.0.1:0")
	defer s.stop()
	anybody := person(t, http.DefaultTransport)
	status, body := page(t)(anybody.Get(s.url + "/sign-in"))
	if status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	buttons := regexp.MustCompile(`name="account" value="([^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(buttons) != len(demoCast) {
		t.Fatalf("%d accounts to enter, want %d: %s", len(buttons), len(demoCast), body)
	}
	for i, c := range demoCast {
		// The cookie is for TLS, which a browser takes this machine for, and Go's cookies do not.
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/sign-in/demo",
			strings.NewReader(url.Values{"account": {buttons[i][1]}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusSeeOther || len(answer.Cookies()) != 1 {
			t.Fatalf("%s: status %d with cookies %v", c.name, answer.StatusCode, answer.Cookies())
		}
		r, err = http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/account", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(answer.Cookies()[0])
		if _, body := page(t)(http.DefaultTransport.RoundTrip(r)); !strings.Contains(body, c.email) {
			t.Errorf("%s is not in: %s", c.name, body)
		}
	}
}

// Package oidctest is an OpenID Connect provider for tests, in the process of the test. Everybody who comes is who the
// test says, and what it answers can be made wrong in every way that a client must notice.
package oidctest

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// The client that the provider knows.
const (
	ClientID     = "laurel"
	ClientSecret = "a secret of the client"
)

const keyID = "key 1"

// Token is an ID token in the making. Whatever a test changes is signed as it then is.
type Token struct {
	Header map[string]any // "alg" chooses how it is signed: RS256, HS256 with the public key, or none
	Claims map[string]any
	Key    *rsa.PrivateKey
}

// Provider is a provider that runs until the end of the test.
type Provider struct {
	URL    string       // its issuer
	Client *http.Client // reaches it

	key    *rsa.PrivateKey
	server *httptest.Server

	mu     sync.Mutex
	user   map[string]any
	change func(*Token)
	answer func(http.ResponseWriter, *http.Request) bool
	codes  map[string]url.Values // what each code was asked for with
}

// New starts a provider.
func New(t testing.TB) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{key: key, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.configuration)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		answer := p.answer
		p.mu.Unlock()
		if answer == nil || !answer(w, r) {
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(p.server.Close)
	p.URL, p.Client = p.server.URL, p.server.Client()
	return p
}

// Certificate returns what a browser has to trust.
func (p *Provider) Certificate() *x509.Certificate { return p.server.Certificate() }

// SignIn sets who comes: claims such as sub, email, email_verified and name.
func (p *Provider) SignIn(claims map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.user = claims
}

// Change has every ID token changed before it is signed; nil for none.
func (p *Provider) Change(change func(*Token)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change = change
}

// Answer has requests answered in another way, wherever it returns true; nil for none.
func (p *Provider) Answer(answer func(http.ResponseWriter, *http.Request) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

func (p *Provider) configuration(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize",
		"token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	encode := base64.RawURLEncoding.EncodeToString
	writeJSON(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "use": "sig", "kid": keyID, "alg": "RS256",
		"n": encode(p.key.N.Bytes()), "e": encode(big.NewInt(int64(p.key.E)).Bytes())}}})
}

// authorize sends whoever comes back at once, with a code.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "not a request of a code with PKCE, state and nonce", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = q
	p.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(),
		http.StatusFound)
}

// token redeems a code, once.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	if secret == "" {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	} else {
		secret, _ = url.QueryUnescape(secret)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	asked, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if id != ClientID || secret != ClientSecret || !known ||
		r.PostFormValue("redirect_uri") != asked.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(challenge[:]) != asked.Get("code_challenge") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant","error_description":"of somebody@example.org"}`))
		return
	}
	now := time.Now().Unix()
	t := Token{Key: p.key, Header: map[string]any{"alg": "RS256", "kid": keyID},
		Claims: map[string]any{"iss": p.URL, "aud": ClientID, "nonce": asked.Get("nonce"), "iat": now, "exp": now + 300}}
	for name, value := range p.user {
		t.Claims[name] = value
	}
	if p.change != nil {
		p.change(&t)
	}
	writeJSON(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": t.sign()})
}

// sign writes the token down as a JWT.
func (t *Token) sign() string {
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	signed := part(t.Header) + "." + part(t.Claims)
	var signature []byte
	switch t.Header["alg"] {
	case "RS256":
		sum := sha256.Sum256([]byte(signed))
		var err error
		if signature, err = rsa.SignPKCS1v15(nil, t.Key, crypto.SHA256, sum[:]); err != nil {
			panic(err)
		}
	case "HS256":
		mac := hmac.New(sha256.New, x509.MarshalPKCS1PublicKey(&t.Key.PublicKey))
		mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"laurel/domain/access"
)

const (
	answerBytesMax = 1 << 20 // of a provider
	answerTimeMax  = 10 * time.Second
	clockSkewMax   = 5 * time.Minute // between the provider's clock and ours
	tokenBytesMax  = 64 << 10        // of an ID token
)

// algorithms are those that only the provider can sign with, and everybody can check.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// Options say who the provider is, and who Laurel is to it.
type Options struct {
	Issuer       string // such as https://login.example.org: where its configuration is found
	ClientID     string
	ClientSecret string           // "" for a public client
	RedirectURL  string           // of Laurel, where the provider sends the browser back to
	Client       *http.Client     // to reach the provider with; a plain one if nil
	Clock        func() time.Time // time.Now if nil
}

// Provider is an OpenID Connect provider. It may be used by several goroutines.
type Provider struct {
	options Options
	client  *http.Client

	finding chan struct{} // holds one value while nobody looks for the configuration
	found   *configured   // once it was found; guarded by finding
}

// configured is a provider whose configuration is known.
type configured struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// New returns the provider of the options, without reaching out to it.
func New(o Options) (*Provider, error) {
	switch {
	case o.ClientID == "":
		return nil, errors.New("the client id is missing: the provider gives one when Laurel is registered there")
	case !confidential(o.Issuer):
		return nil, fmt.Errorf("the issuer %q is no https address", o.Issuer)
	case !confidential(o.RedirectURL):
		return nil, fmt.Errorf("the address %q to come back to is no https address", o.RedirectURL)
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	client := &http.Client{Timeout: answerTimeMax, CheckRedirect: func(*http.Request, []*http.Request) error {
		return errors.New("the provider redirects, which it has no reason to")
	}}
	base := http.DefaultTransport
	if o.Client != nil && o.Client.Transport != nil {
		base = o.Client.Transport
	}
	client.Transport = boundedTransport{base}
	p := &Provider{options: o, client: client, finding: make(chan struct{}, 1)}
	p.finding <- struct{}{}
	return p, nil
}

// confidential tells whether what is sent to an address is seen by nobody else: https, or this very machine.
func confidential(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// boundedTransport bounds answers and keeps secrets from going over the network in the clear.
type boundedTransport struct{ base http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !confidential(r.URL.String()) {
		return nil, errors.New("the provider names an address that is not https")
	}
	answer, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, answerBytesMax), answer.Body}
	return answer, nil
}

// discover finds the configuration, once.
func (p *Provider) discover(ctx context.Context) (*configured, error) {
	select {
	case <-p.finding:
		defer func() { p.finding <- struct{}{} }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.found != nil {
		return p.found, nil
	}
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.options.Issuer)
	if err != nil {
		return nil, fmt.Errorf("find the configuration of %s: %w", p.options.Issuer, plain(err))
	}
	p.found = &configured{
		oauth: oauth2.Config{ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: found.Endpoint(),
			RedirectURL: p.options.RedirectURL, Scopes: []string{oidc.ScopeOpenID, "email", "profile"}},
		verifier: found.Verifier(&oidc.Config{ClientID: p.options.ClientID, SupportedSigningAlgs: algorithms,
			Now: p.options.Clock}),
	}
	return p.found, nil
}

// plain cuts an error down to what may be logged and needs no more than a line.
func plain(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its text holds all that the provider answered
		code := refused.ErrorCode
		if code == "" || len(code) > 50 {
			code = "no reason"
		}
		return fmt.Errorf("the provider refuses, and gives %q", code)
	}
	const textBytesMax = 200
	if text := err.Error(); len(text) > textBytesMax {
		return errors.New(text[:textBytesMax] + "...")
	}
	return err
}

// Begin returns the address to send the browser to. The three secrets are for Finish: the state comes back beside the
// code, and the caller compares it; the nonce comes back in the ID token; the verifier is sent when the code is
// redeemed.
func (p *Provider) Begin(ctx context.Context, state, nonce, verifier string) (string, error) {
	c, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return c.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), nil
}

// Finish redeems a code, and returns who signed in.
func (p *Provider) Finish(ctx context.Context, code, nonce, verifier string) (access.Claims, error) {
	none := access.Claims{}
	c, err := p.discover(ctx)
	if err != nil {
		return none, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	token, err := c.oauth.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return none, fmt.Errorf("redeem the code: %w", plain(err))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || len(raw) > tokenBytesMax {
		return none, errors.New("redeem the code: there is no ID token in the answer")
	}
	id, err := c.verifier.Verify(ctx, raw)
	if err != nil {
		return none, fmt.Errorf("check the ID token: %w", plain(err))
	}
	claims, err := p.check(id, token.AccessToken, nonce)
	if err != nil {
		return none, fmt.Errorf("check the ID token: %w", err)
	}
	return claims, nil
}

// check does what the verification of a token leaves to its user.
func (p *Provider) check(id *oidc.IDToken, accessToken, nonce string) (access.Claims, error) {
	none, now := access.Claims{}, p.options.Clock()
	var more struct {
		Party    string          `json:"azp"`
		Email    string          `json:"email"`
		Verified json.RawMessage `json:"email_verified"` // some providers send a string
		Name     string          `json:"name"`
	}
	if err := id.Claims(&more); err != nil {
		return none, errors.New("its claims are not of the types that they should have")
	}
	switch {
	case nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1:
		return none, errors.New("it is not for this sign-in: its nonce is another")
	case more.Party != "" && more.Party != p.options.ClientID, more.Party == "" && len(id.Audience) != 1:
		return none, errors.New("it was issued to another client")
	case id.IssuedAt.After(now.Add(clockSkewMax)):
		return none, errors.New("it is from the future")
	case id.Subject == "", len(id.Subject) > access.SubjectBytesMax:
		return none, errors.New("it has no subject, or one that is too long")
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(accessToken); err != nil {
			return none, errors.New("it belongs to another access token")
		}
	}
	return access.Claims{Issuer: p.options.Issuer, Subject: id.Subject, Email: more.Email, Name: more.Name,
		EmailVerified: slices.Contains([]string{`true`, `"true"`}, string(more.Verified))}, nil
}

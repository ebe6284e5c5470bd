package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"

	"laurel/domain/access"
)

// ProviderBack is the path to which a provider sends browsers back.
const ProviderBack = "/sign-in/provider/back"

// SignInProvider is an OpenID Connect provider, as package adapters/oidc has it.
type SignInProvider interface {
	// Begin returns the address to send the browser to.
	Begin(ctx context.Context, state, nonce, verifier string) (string, error)
	// Finish redeems the code that the browser comes back with.
	Finish(ctx context.Context, code, nonce, verifier string) (access.Claims, error)
}

const (
	flowCookieName = "__Host-laurel-flow"
	flowTimeMax    = 10 * time.Minute // to sign in at the provider
	flowsMax       = 10_000           // that are under way
	codeBytesMax   = 4096             // of a provider's code
)

// flow is a sign-in that is under way at the provider.
type flow struct {
	browser         access.Hash // of the secret in the cookie of the browser that began it
	nonce, verifier string
	next            string
	link            access.Hash // of the one-time link that it uses; zero for none
	ends            time.Time
}

// flows keeps the sign-ins that are under way, by the hash of their state.
type flows struct {
	mu    sync.Mutex
	state map[access.Hash]flow
}

// add keeps a flow. Where there are too many, those that have ended go, or else any.
func (f *flows) add(state access.Hash, begun flow, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	makeRoom(f.state, flowsMax, func(old flow) bool { return !now.Before(old.ends) })
	f.state[state] = begun
}

// take returns a flow, once.
func (f *flows) take(state access.Hash, now time.Time) (flow, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.state[state]
	delete(f.state, state)
	return found, ok && now.Before(found.ends)
}

// errNotBegun is the one answer to whoever comes back from the provider without having been sent there from here.
var errNotBegun = &fault{status: http.StatusBadRequest,
	text: "this sign-in was not begun in this browser, took too long, or was finished already; sign in again"}

// toProvider sends the visitor to the provider.
func (v *visit) toProvider() error {
	if v.provider == nil {
		return missing("there is no provider to sign in with")
	}
	if wait, ok := v.limits.starts.allow(v.addressOf(v.r), v.now()); !ok {
		return tooOften(v.w, wait, "there were too many attempts from where you are")
	}
	begun := flow{next: v.next(), ends: v.now().Add(flowTimeMax)}
	if code := v.r.URL.Query().Get("code"); code != "" {
		link, _, err := v.oneTimeLink(code)
		if err != nil {
			return errors.Join(v.guess(), err)
		}
		begun.link = link.Hash
	}
	browser, browserHash, err := access.NewSecret(rand.Reader, "")
	if err != nil {
		return err
	}
	state, stateHash, err := access.NewSecret(rand.Reader, "")
	if err != nil {
		return err
	}
	begun.browser, begun.nonce, begun.verifier = browserHash, rand.Text(), rand.Text()+rand.Text()
	address, err := v.provider.Begin(v.ctx(), state, begun.nonce, begun.verifier)
	if err != nil {
		v.log.Warn("the provider cannot be reached", slog.String("error", err.Error()))
		return &fault{status: http.StatusBadGateway, text: v.providerName + " cannot be reached at the moment; try again"}
	}
	v.flows.add(stateHash, begun, v.now())
	http.SetCookie(v.w, flowCookie(browser, int(flowTimeMax/time.Second)))
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

func flowCookie(secret string, age int) *http.Cookie {
	c := sessionCookie(secret, age)
	c.Name = flowCookieName
	return c
}

// fromProvider takes the visitor back, and signs in who the provider says that they are.
func (v *visit) fromProvider() error {
	if v.provider == nil {
		return missing("there is no provider to sign in with")
	}
	q := v.r.URL.Query()
	cookies := v.r.CookiesNamed(flowCookieName)
	http.SetCookie(v.w, flowCookie("", -1))
	if len(q["state"]) != 1 || len(q.Get("state")) > access.SecretTextMax || len(cookies) != 1 {
		return errNotBegun
	}
	begun, ok := v.flows.take(access.HashSecret(q.Get("state")), v.now())
	browser := access.HashSecret(cookies[0].Value)
	if !ok || subtle.ConstantTimeCompare(browser[:], begun.browser[:]) != 1 {
		return errNotBegun
	}
	if q.Has("error") || len(q["code"]) != 1 || len(q.Get("code")) > codeBytesMax {
		v.log.Info("sign-in refused by the provider")
		return notAllowed(v.providerName + " did not let you in")
	}
	claims, err := v.provider.Finish(v.ctx(), q.Get("code"), begun.nonce, begun.verifier)
	if err != nil {
		v.log.Warn("sign-in with the provider failed", slog.String("error", err.Error()))
		return notAllowed("what " + v.providerName + " says does not let you in; sign in again")
	}
	account, err := v.accountOf(claims, begun.link)
	if err != nil {
		return err
	}
	if err := v.enter(account); err != nil {
		return err
	}
	return v.goTo(begun.next)
}

// accountOf finds the account of who signed in with the provider, or links one to it: by a one-time link; or by an
// e-mail address that the provider has verified, if an administrator has made an account for it that has nothing else
// to sign in with.
func (v *visit) accountOf(c access.Claims, link access.Hash) (access.Account, error) {
	set := access.Credential{Issuer: c.Issuer, Subject: c.Subject}
	if !link.IsZero() {
		return v.acceptWith(c, set, link)
	}
	account, err := v.accounts.AccountBySubject(c.Issuer, c.Subject)
	if err == nil && account.CanSignIn() || err != nil && !isNotFound(err) {
		return account, err
	}
	unknown := notAllowed("no account here belongs to who you are at " + v.providerName +
		"; ask an administrator to invite you")
	login, badLogin := access.ParseLogin(c.Email)
	if err == nil || !c.EmailVerified || badLogin != nil {
		return account, unknown
	}
	account, err = v.accounts.AccountByLogin(login)
	if isNotFound(err) || err == nil && (account.Password != "" || account.Subject != "" || account.Disabled) {
		return account, unknown
	}
	if err != nil {
		return account, err
	}
	return v.accounts.Change(account.ID, account.Revision, access.Hash{}, func(a *access.Account) error {
		a.Issuer, a.Subject = set.Issuer, set.Subject
		return nil
	})
}

// acceptWith uses a one-time link with what the provider says.
func (v *visit) acceptWith(c access.Claims, set access.Credential, hash access.Hash) (access.Account, error) {
	var account access.Account
	link, _, err := v.accounts.Link(hash, v.now())
	switch {
	case err != nil:
	case link.Purpose == access.PurposeFirst:
		account = access.Account{ID: uuid.New(), Name: c.Name, Issuer: c.Issuer, Subject: c.Subject}
		if access.CheckName("name", account.Name) != nil {
			account.Name = "Administrator"
		}
		if !c.EmailVerified {
			return account, notAllowed(v.providerName +
				" does not say that your e-mail address is yours; choose a password instead")
		}
		if err = fillFirst(&account, c.Email, true); err == nil {
			account, err = v.accounts.AcceptFirst(hash, account, v.now())
		}
	default:
		account, err = v.accounts.AcceptInvitation(hash, set, v.now())
	}
	if errors.Is(err, access.ErrSignedOut) {
		err = deadLink
	}
	return account, err
}

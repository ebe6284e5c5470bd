package web

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
)

func (s *Server) signInPages() []route {
	return []route{
		{"GET /sign-in", access.PublicRead, nil, (*visit).signInPage},
		{"POST /sign-in", access.PublicRead, nil, (*visit).signIn},
		{"POST /sign-in/demo", access.PublicRead, nil, (*visit).signInDemo},
		{"GET /sign-in/provider", access.PublicRead, nil, (*visit).toProvider},
		{"GET " + ProviderBack, access.PublicRead, nil, (*visit).fromProvider},
		{"POST /sign-out", access.PublicRead, nil, (*visit).signOut},
		{"GET /welcome", access.PublicRead, nil, (*visit).welcomePage},
		{"POST /welcome", access.PublicRead, nil, (*visit).welcome},
	}
}

// signInShown is what the page for signing in shows.
type signInShown struct {
	Next     string           // where to go afterwards
	Provider string           // the name of the provider; "" for none
	Demo     []access.Account // accounts that anybody may enter
	Roles    map[uuid.UUID]string
}

// signInPage asks who it is.
func (v *visit) signInPage() error {
	if v.who != nil && v.problem == nil {
		return v.goTo(v.next())
	}
	shown := signInShown{Next: v.next(), Provider: v.providerName, Roles: map[uuid.UUID]string{}}
	for _, id := range v.demo {
		a, err := v.accounts.Account(id)
		if err != nil {
			return err
		}
		shown.Demo = append(shown.Demo, a)
		shown.Roles[id] = grantList(a.Grants)
	}
	return v.render("sign-in", frameOf{Title: "Sign in", Plain: true, Page: &shown})
}

func grantList(grants []access.Grant) string {
	words := make([]string, len(grants))
	for i, g := range grants {
		words[i] = g.String()
	}
	return strings.Join(words, ", ")
}

// nextBytesMax bounds the address to go to after signing in.
const nextBytesMax = 2000

// next reads where to go after signing in: an address of this server, or "" for none.
func (v *visit) next() string {
	text := v.r.URL.Query().Get("next")
	if v.r.Method == http.MethodPost {
		text = v.r.PostFormValue("next")
	}
	return localAddress(text)
}

// localAddress returns an address that leads to this very server whatever a browser makes of it, or "".
func localAddress(text string) string {
	if len(text) > nextBytesMax || !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") ||
		strings.ContainsAny(text, "\\\x00\t\r\n") {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil {
		return ""
	}
	return u.RequestURI()
}

// goTo sends the visitor to an address of this server, or where they can begin if there is none.
func (v *visit) goTo(address string) error {
	if address == "" || strings.HasPrefix(address, "/sign-in") {
		if address = "/account"; v.who == nil || v.who.MaySomewhere(access.StandingsRead) {
			address = "/"
		}
	}
	v.release()
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil
}

// wrongPassword is the one answer to a login that is not there, an account that is disabled, and a wrong password.
var wrongPassword = &fault{status: http.StatusUnauthorized, text: "E-mail address and password do not go together."}

// signIn signs in with a password.
func (v *visit) signIn() error {
	account, err := v.checkSignIn()
	if err == nil {
		err = v.enter(account)
	}
	if errors.Is(err, access.ErrSignedOut) {
		err = wrongPassword
	}
	if err != nil {
		v.problem = err
		return v.signInPage()
	}
	return v.goTo(v.next())
}

// checkSignIn finds the account that login and password are of.
func (v *visit) checkSignIn() (access.Account, error) {
	none := access.Account{}
	text, err := v.text("login", access.LoginBytesMax)
	if err != nil {
		return none, err
	}
	password, err := v.secret("password", passwordBytesMax)
	if err != nil {
		return none, err
	}
	login, err := access.ParseLogin(text)
	if err != nil {
		return none, err
	}
	if err := v.guess(); err != nil {
		return none, err
	}
	if wait, ok := v.limits.login.allow(access.HashSecret(login).String(), v.now()); !ok {
		return none, tooOften(v.w, wait, "this account was tried too often")
	}
	account, err := v.accounts.AccountByLogin(login)
	if err != nil && domain.ErrorCode(err) != domain.CodeNotFound {
		return none, err
	}
	ok, stale, err := v.passwords.match(v.ctx(), account.Password, password)
	switch {
	case err != nil:
		return none, err
	case !ok || !account.CanSignIn():
		return none, wrongPassword
	case stale:
		return v.rehash(account, password)
	}
	return account, nil
}

// guess counts something that could be a guess.
func (v *visit) guess() error {
	if wait, ok := v.limits.guesses.allow(v.addressOf(v.r), v.now()); !ok {
		return tooOften(v.w, wait, "there were too many attempts from where you are")
	}
	return nil
}

// rehash hashes a password in the present way, once it is known.
func (v *visit) rehash(account access.Account, password string) (access.Account, error) {
	hash, err := v.passwords.hash(v.ctx(), password)
	if err != nil {
		return account, err
	}
	return v.accounts.Change(account.ID, account.Revision, access.Hash{}, func(a *access.Account) error {
		a.Password = hash
		return nil
	})
}

// enter starts a session with a new secret, in place of the one that the browser had.
func (v *visit) enter(account access.Account) error {
	secret, hash, err := access.NewSecret(rand.Reader, "")
	if err != nil {
		return err
	}
	before, _ := sessionOf(v.r)
	if err := v.accounts.StartSession(account, hash, before, v.r.UserAgent(), v.now()); err != nil {
		return err
	}
	http.SetCookie(v.w, sessionCookie(secret, 0))
	if v.who, err = v.accounts.UseSession(hash, v.now()); err != nil {
		return err
	}
	v.log.Info("signed in", slog.String("account", account.ID.String()))
	return nil
}

// signInDemo enters one of the accounts that anybody may enter.
func (v *visit) signInDemo() error {
	text, err := v.text("account", parameterBytesMax)
	if err != nil {
		return err
	}
	id, err := uuid.Parse(text)
	if err != nil || !slices.Contains(v.demo, id) {
		return missing("there is no such account to try")
	}
	account, err := v.accounts.Account(id)
	if err != nil {
		return err
	}
	if err := v.enter(account); err != nil {
		return err
	}
	return v.goTo(v.next())
}

// signOut ends the session.
func (v *visit) signOut() error {
	if hash, ok := sessionOf(v.r); ok {
		if err := v.accounts.EndSession(hash); err != nil {
			return err
		}
	}
	http.SetCookie(v.w, sessionCookie("", -1))
	v.release()
	http.Redirect(v.w, v.r, "/sign-in", http.StatusSeeOther)
	return nil
}

// toSignIn sends who is not signed in there, and back afterwards.
func (v *visit) toSignIn() {
	v.release()
	address := "/sign-in?" + url.Values{"next": {localAddress(v.r.URL.RequestURI())}}.Encode()
	if v.r.Header.Get("HX-Request") != "" { // a piece of a page cannot be exchanged for this
		v.w.Header().Set("HX-Redirect", "/sign-in")
		v.w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
}

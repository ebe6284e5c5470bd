package web

import (
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
)

// welcomeShown is what the page behind a one-time link shows.
type welcomeShown struct {
	Code     string
	First    bool   // it makes the first administrator
	Login    string // of the account that it is for
	Provider string // the name of the provider; "" for none
	ByWay    string // the address at which to choose the provider
}

// deadLink is the one answer to links that are used, expired, replaced, or made up.
var deadLink = &fault{status: http.StatusGone,
	text: "This link is good no longer, or never was. Ask whoever gave it to you for another one."}

// welcomePage shows what a one-time link is for. To look does not use it: programs look at links that people are sent.
func (v *visit) welcomePage() error {
	code := v.r.URL.Query().Get("code")
	if v.r.Method == http.MethodPost {
		code = v.r.PostFormValue("code")
	} else if err := v.guess(); err != nil {
		return err
	}
	link, account, err := v.oneTimeLink(code)
	if err != nil {
		return err
	}
	shown := welcomeShown{Code: code, First: link.Purpose == access.PurposeFirst, Login: account.Login,
		Provider: v.providerName, ByWay: "/sign-in/provider?" + url.Values{"code": {code}}.Encode()}
	title := "Welcome, " + account.Name
	if shown.First {
		title = "The first administrator"
	}
	return v.render("welcome", frameOf{Title: title, Plain: true, Page: &shown})
}

// oneTimeLink looks at the one-time link of a code.
func (v *visit) oneTimeLink(code string) (access.Link, access.Account, error) {
	if code == "" || len(code) > access.SecretTextMax {
		return access.Link{}, access.Account{}, deadLink
	}
	link, account, err := v.accounts.Link(access.HashSecret(code), v.now())
	if errors.Is(err, access.ErrSignedOut) {
		err = deadLink
	}
	return link, account, err
}

// welcome uses a one-time link: a password is chosen, and whoever chose it is signed in.
func (v *visit) welcome() error {
	code, err := v.secret("code", access.SecretTextMax)
	if err != nil {
		return err
	}
	link, account, err := v.oneTimeLink(code)
	if err != nil {
		return errors.Join(v.guess(), err)
	}
	if link.Purpose == access.PurposeFirst {
		account, err = v.readFirst()
	}
	if err == nil {
		account, err = v.accept(link, account)
	}
	if errors.Is(err, access.ErrSignedOut) {
		return deadLink // somebody was faster
	}
	if err != nil {
		v.problem = err
		return v.welcomePage()
	}
	if err := v.enter(account); err != nil {
		return err
	}
	return v.goTo("")
}

// readFirst reads from the form who the first administrator is.
func (v *visit) readFirst() (access.Account, error) {
	a := access.Account{ID: uuid.New()}
	login, err := v.text("login", access.LoginBytesMax)
	if err != nil {
		return a, err
	}
	if a.Name, err = v.text("name", access.NameBytesMax); err != nil {
		return a, err
	}
	all, err := v.text("all_roles", parameterBytesMax)
	if err != nil {
		return a, err
	}
	return a, fillFirst(&a, login, all != "")
}

// fillFirst makes an account that of a first administrator, perhaps with all that there is to see and to do.
func fillFirst(a *access.Account, login string, allRoles bool) (err error) {
	if allRoles {
		a.Grants = []access.Grant{{Role: access.RoleAnalyst}, {Role: access.RoleOwner}}
	}
	if a.Login, err = access.ParseLogin(login); err != nil {
		return err
	}
	return access.CheckName("name", a.Name)
}

// accept uses a link with the password of the form.
func (v *visit) accept(link access.Link, account access.Account) (access.Account, error) {
	hash, err := v.newPassword(account.Login, account.Name)
	if err != nil {
		return account, err
	}
	if link.Purpose == access.PurposeFirst {
		account.Password = hash
		account, err = v.accounts.AcceptFirst(link.Hash, account, v.now())
	} else {
		account, err = v.accounts.AcceptInvitation(link.Hash, access.Credential{Password: hash}, v.now())
	}
	if err == nil {
		v.log.Info("link used", slog.String("purpose", string(link.Purpose)), slog.String("account", account.ID.String()))
	}
	return account, err
}

// newPassword reads a password that is chosen, twice so that it is not mistyped, and hashes it.
func (v *visit) newPassword(login, name string) (string, error) {
	password, err := v.secret("new_password", passwordBytesMax)
	if err != nil {
		return "", err
	}
	again, err := v.secret("again", passwordBytesMax)
	if err != nil {
		return "", err
	}
	if err := checkPassword("new_password", password, login, name); err != nil {
		return "", err
	}
	if password != again {
		return "", invalid("again", "is not the same password")
	}
	return v.passwords.hash(v.ctx(), password)
}

// FirstLink makes a one-time link by which somebody becomes administrator. Earlier ones are good no longer.
func (s *Server) FirstLink() (string, error) {
	code, hash, err := access.NewSecret(rand.Reader, "")
	if err != nil {
		return "", err
	}
	return "/welcome?" + url.Values{"code": {code}}.Encode(), s.accounts.OfferFirst(hash, s.now())
}

// notAllowed is a refusal of this package for a reason that is no rule of the table.
func notAllowed(text string) error { return &fault{status: http.StatusForbidden, text: text} }

// isNotFound tells whether what was looked for does not exist.
func isNotFound(err error) bool { return domain.ErrorCode(err) == domain.CodeNotFound }

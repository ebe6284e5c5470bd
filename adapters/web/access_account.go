package web

import (
	"log/slog"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain/access"
	"laurel/projections/serving"
)

func (s *Server) accountPages() []route {
	return []route{
		{"GET /account", access.AccountOwn, onAll, (*visit).accountPage},
		{"POST /account/password", access.AccountOwn, onAll, (*visit).changePassword},
		{"POST /account/sessions/end", access.AccountOwn, onAll, (*visit).endSessions},
		{"POST /account/tokens", access.TokensOwn, onAll, (*visit).makeOwnToken},
		{"POST /account/tokens/{token}/revoke", access.TokensOwn, onAll, (*visit).revokeOwnToken},
		{"GET /account/roles", access.AccountOwn, onAll, (*visit).rolesPage},
		{"GET /people/{person}/views", access.PersonViews, onPersonAlone, (*visit).viewsPage},
	}
}

// onPersonAlone is the target of what is about the person in the path, whatever the program.
func onPersonAlone(v *visit) (access.Target, error) {
	person, err := v.person()
	return access.Target{People: []uuid.UUID{person}}, err
}

// accountShown is what somebody's own account page shows.
type accountShown struct {
	Account  access.Account
	Grants   []access.Grant
	Person   string // the name of the person that the account is linked to
	Provider string // with which they sign in; "" for a password
	Sessions []sessionShown
	Tokens   *tokenForm
	Views    *viewsShown
}

type sessionShown struct {
	ID      string
	Client  string
	Created time.Time
	Seen    time.Time
	Current bool
}

// accountPage shows somebody their own account.
func (v *visit) accountPage() error { return v.accountWith("") }

// accountWith shows it with the secret of a token that was just made.
func (v *visit) accountWith(made string) error {
	a, err := v.accounts.Account(v.who.Account)
	if err != nil {
		return err
	}
	shown := accountShown{Account: a, Grants: a.Grants}
	if a.Subject != "" {
		shown.Provider = v.providerName
	}
	sessions, err := v.accounts.Sessions(a.ID, v.now())
	if err != nil {
		return err
	}
	for _, s := range sessions {
		shown.Sessions = append(shown.Sessions, sessionShown{s.ID(), s.Client, s.Created, s.Seen, s.Hash == v.who.Session})
	}
	if shown.Tokens, err = v.tokensOf(&a, "/account/tokens"); err != nil {
		return err
	}
	shown.Tokens.Made = made
	if a.Person != uuid.Nil {
		if shown.Person, err = v.personName(a.Person); err != nil {
			return err
		}
		if shown.Views, err = v.viewsOf(a.Person, time.Time{}, viewsOnAccount); err != nil {
			return err
		}
	}
	return v.render("account", frameOf{Title: "Your account", Page: &shown})
}

// personName is the name of a person, or the first digits of their id.
func (v *visit) personName(id uuid.UUID) (string, error) {
	view, err := v.engine.Look(v.ctx(), serving.At{Across: true})
	if err != nil {
		return "", err
	}
	defer view.Close()
	if c, ok := view.People.Contact(id); ok && c.Name != "" {
		return c.Name, nil
	}
	return id.String()[:8], nil
}

// changePassword changes the password of who is signed in, who has to know the present one. Other sessions end.
func (v *visit) changePassword() error {
	err := v.newOwnPassword()
	if err != nil {
		v.problem = err
		return v.accountPage()
	}
	return v.redirect("/account", "password-changed")
}

func (v *visit) newOwnPassword() error {
	a, err := v.accounts.Account(v.who.Account)
	if err != nil {
		return err
	}
	present, err := v.secret("password", passwordBytesMax)
	if err != nil {
		return err
	}
	if err := v.guess(); err != nil {
		return err
	}
	if wait, ok := v.limits.login.allow(access.HashSecret(a.Login).String(), v.now()); !ok {
		return tooOften(v.w, wait, "this account was tried too often")
	}
	ok, _, err := v.passwords.match(v.ctx(), a.Password, present)
	if err != nil {
		return err
	}
	if !ok {
		return invalid("password", "is not your present password")
	}
	hash, err := v.newPassword(a.Login, a.Name)
	if err != nil {
		return err
	}
	_, err = v.accounts.Change(a.ID, a.Revision, v.who.Session, func(a *access.Account) error {
		a.Password = hash
		return nil
	})
	if err == nil {
		v.log.Info("password changed", slog.String("account", a.ID.String()))
	}
	return err
}

// endSessions ends one session of who is signed in, or all but this one.
func (v *visit) endSessions() error {
	id, err := v.text("session", parameterBytesMax)
	if err != nil {
		return err
	}
	if err := v.accounts.EndSessions(v.who.Account, id, v.who.Session); err != nil {
		return err
	}
	return v.redirect("/account", "sessions-ended")
}

func (v *visit) makeOwnToken() error {
	secret, err := v.makeToken(v.who.Account)
	v.problem = err
	return v.accountWith(secret)
}

func (v *visit) revokeOwnToken() error {
	if err := v.revokeToken(v.who.Account); err != nil {
		return err
	}
	return v.redirect("/account", "token-revoked")
}

// rolesPage shows the table of who may do what.
func (v *visit) rolesPage() error {
	return v.render("roles", frameOf{Title: "Who may do what", Room: "/users",
		Lead: "What is not in this table is refused, to everybody. A role given for one program counts there.",
		Page: struct {
			Roles []access.Role
			Rows  []access.Row
		}{access.Roles(), access.Table()}})
}

const (
	viewsOnAccount = 20
	viewsOnPage    = 100
)

// viewsShown are who looked at a person's record.
type viewsShown struct {
	Person uuid.UUID
	Views  []viewShown
	Next   string // the cursor of the next page; "" for none
}

type viewShown struct {
	At    time.Time
	By    string // the name of the account
	Token bool   // through the API
	Where string
}

// viewsOf lists who looked at a person's record, the newest first, from before a time.
func (v *visit) viewsOf(person uuid.UUID, before time.Time, limit int) (*viewsShown, error) {
	views, err := v.accounts.Views(person, before, limit+1)
	if err != nil {
		return nil, err
	}
	shown := &viewsShown{Person: person}
	if len(views) > limit {
		views = views[:limit]
		shown.Next = views[limit-1].At.Format(time.RFC3339Nano)
	}
	names := map[uuid.UUID]string{}
	for _, look := range views {
		if _, ok := names[look.Account]; !ok {
			a, err := v.accounts.Account(look.Account)
			if err != nil && !isNotFound(err) {
				return nil, err
			}
			names[look.Account] = a.Name
		}
		_, where, _ := strings.Cut(look.Route, " ")
		shown.Views = append(shown.Views, viewShown{look.At, names[look.Account], look.Token != uuid.Nil, where})
	}
	return shown, nil
}

// viewsPage shows who looked at the record of the person in the path.
func (v *visit) viewsPage() error {
	person, err := v.person()
	if err != nil {
		return err
	}
	before := time.Time{}
	if text := v.r.URL.Query().Get("after"); text != "" {
		if before, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return invalid("after", "is no place in the list; follow the link to the next page")
		}
	}
	shown, err := v.viewsOf(person, before, viewsOnPage)
	if err != nil {
		return err
	}
	return v.render("views", frameOf{Title: "Who looked", Page: shown,
		Lead: "Every look at this person's record, by somebody else, in the last year."})
}

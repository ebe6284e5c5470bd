package web

import (
	"crypto/rand"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections/serving"
)

func (s *Server) userPages() []route {
	return []route{
		{"GET /users", access.UsersManage, onAll, (*visit).usersPage},
		{"POST /users", access.UsersManage, onAll, (*visit).invite},
		{"POST /users/systems", access.UsersManage, onAll, (*visit).addSystem},
		{"GET /users/{account}", access.UsersManage, onAll, (*visit).userPage},
		{"POST /users/{account}", access.UsersManage, onAll, (*visit).changeUser},
		{"POST /users/{account}/link", access.UsersManage, onAll, (*visit).linkUser},
		{"POST /users/{account}/disable", access.UsersManage, onAll, (*visit).disableUser},
		{"POST /users/{account}/enable", access.UsersManage, onAll, (*visit).enableUser},
		{"POST /users/{account}/sign-out", access.UsersManage, onAll, (*visit).signOutUser},
		{"POST /users/{account}/tokens", access.UsersManage, onAll, (*visit).makeSystemToken},
		{"POST /users/{account}/tokens/{token}/revoke", access.UsersManage, onAll, (*visit).revokeUserToken},
	}
}

// usersShown is what the page of all accounts shows.
type usersShown struct {
	Users  []userRow
	Grants *grantForm
}

type userRow struct {
	access.Account
	Roles string
	State string // such as "invited"
}

// stateOf says in a word whether an account can be used.
func stateOf(a *access.Account) string {
	switch {
	case a.Disabled:
		return "disabled"
	case a.System():
		return "system"
	case !a.CanSignIn():
		return "invited"
	}
	return "active"
}

// grantForm is a table of boxes to tick: what is granted.
type grantForm struct {
	Limited []access.Role // roles that can be for one program
	Rows    []grantRow    // the first is for all programs
	Others  []grantBox
}

type grantRow struct {
	Program string // "" for all
	Boxes   []grantBox
}

type grantBox struct {
	Value  string // as access.ParseGrant reads it
	Role   access.Role
	Ticked bool
}

// grants makes the boxes for an account that has these grants, or as the form that was sent has them.
func (v *visit) grants(has []access.Grant) (*grantForm, error) {
	ticked := map[string]bool{}
	for _, g := range has {
		ticked[g.String()] = true
	}
	if v.problem != nil {
		clear(ticked)
		for _, text := range v.r.PostForm["grant"] {
			ticked[text] = true
		}
	}
	programs, err := v.programNames()
	if err != nil {
		return nil, err
	}
	rows := append([]string{""}, programs...)
	for _, g := range has { // also for a program that is no more
		if !slices.Contains(rows, string(g.Program)) {
			rows = append(rows, string(g.Program))
		}
	}
	form := &grantForm{}
	for _, role := range access.Roles() {
		if role.LimitedToPrograms() {
			form.Limited = append(form.Limited, role)
		} else {
			form.Others = append(form.Others, grantBox{string(role), role, ticked[string(role)]})
		}
	}
	for _, program := range rows {
		row := grantRow{Program: program}
		for _, role := range form.Limited {
			value := access.Grant{Role: role, Program: domain.Slug(program)}.String()
			row.Boxes = append(row.Boxes, grantBox{value, role, ticked[value]})
		}
		form.Rows = append(form.Rows, row)
	}
	return form, nil
}

// readGrants reads the boxes that are ticked.
func (v *visit) readGrants() ([]access.Grant, error) {
	texts, err := v.choices("grant", access.GrantsMax, parameterBytesMax)
	if err != nil {
		return nil, err
	}
	var grants []access.Grant
	for _, text := range texts {
		g, err := access.ParseGrant(text)
		if err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	return access.CheckGrants(grants)
}

// usersPage lists all accounts, and invites.
func (v *visit) usersPage() error {
	accounts, err := v.accounts.Accounts()
	if err != nil {
		return err
	}
	shown := usersShown{}
	for _, a := range accounts {
		shown.Users = append(shown.Users, userRow{a, grantList(a.Grants), stateOf(&a)})
	}
	if shown.Grants, err = v.grants(nil); err != nil {
		return err
	}
	return v.render("users", frameOf{Title: "Users and roles", Room: "/users", Page: &shown,
		Lead: "Who may sign in, and what they may do."})
}

// userShown is what the page of one account shows.
type userShown struct {
	Account access.Account
	State   string
	Person  string
	Grants  *grantForm
	Tokens  *tokenForm
	Link    string // a one-time link that was just made; "" for none
	Self    bool   // it is the visitor's own
}

// user finds the account in the path.
func (v *visit) user() (access.Account, error) {
	id, err := v.pathID("account")
	if err != nil {
		return access.Account{}, err
	}
	a, err := v.accounts.Account(id)
	if isNotFound(err) {
		err = missing("there is no such account")
	}
	return a, err
}

func (v *visit) userPage() error {
	a, err := v.user()
	if err != nil {
		return err
	}
	return v.showUser(&a, "", "")
}

// showUser shows an account, with the link or the secret of a token that was just made. They are shown this once.
func (v *visit) showUser(a *access.Account, link, made string) (err error) {
	shown := userShown{Account: *a, State: stateOf(a), Link: link, Self: a.ID == v.who.Account}
	if a.Person != uuid.Nil {
		if shown.Person, err = v.personName(a.Person); err != nil {
			return err
		}
	}
	if shown.Grants, err = v.grants(a.Grants); err != nil {
		return err
	}
	if shown.Tokens, err = v.tokensOf(a, "/users/"+a.ID.String()+"/tokens"); err != nil {
		return err
	}
	shown.Tokens.Made = made
	return v.render("user", frameOf{Title: a.Name, Room: "/users", Page: &shown})
}

// invite makes an account for a person, and a link with which they choose how to sign in.
func (v *visit) invite() error {
	a, err := v.readInvitation()
	if err == nil {
		a, err = v.accounts.Create(a)
	}
	if err != nil {
		v.problem = err
		return v.usersPage()
	}
	v.changed("account made", a.ID)
	return v.offer(&a)
}

func (v *visit) readInvitation() (access.Account, error) {
	meta, err := v.meta()
	if err != nil {
		return access.Account{}, err
	}
	a := access.Account{ID: meta.ID, Created: v.now()}
	if err := v.readUser(&a); err != nil {
		return a, err
	}
	a.Grants, err = v.readGrants()
	return a, err
}

// readUser reads from a form who an account is of.
func (v *visit) readUser(a *access.Account) (err error) {
	if a.Name, err = v.text("name", access.NameBytesMax); err != nil {
		return err
	}
	if err := access.CheckName("name", a.Name); err != nil {
		return err
	}
	login, err := v.text("login", access.LoginBytesMax)
	if err != nil {
		return err
	}
	if a.Login, err = access.ParseLogin(login); err != nil {
		return err
	}
	text, err := v.text("person", parameterBytesMax)
	if err != nil {
		return err
	}
	a.Person, err = v.findPerson(text, a.Login)
	return err
}

// findPerson finds the person that a text means: an id, an e-mail address or a name. No text is the person with the
// address to sign in with, if there is one; "-" is nobody.
func (v *visit) findPerson(text, login string) (uuid.UUID, error) {
	if text == "-" {
		return uuid.Nil, nil
	}
	view, err := v.engine.Look(v.ctx(), serving.At{Across: true})
	if err != nil {
		return uuid.Nil, err
	}
	defer view.Close()
	asked := text != ""
	if !asked {
		text = login
	}
	switch found := view.People.Find(text); {
	case len(found) == 1:
		return found[0], nil
	case !asked:
		return uuid.Nil, nil
	case len(found) == 0:
		return uuid.Nil, invalid("person", "is nobody who is known; give an id, an e-mail address or a whole name")
	default:
		return uuid.Nil, invalid("person", "is the name of %d people; give an id or an e-mail address", len(found))
	}
}

// offer makes a one-time link for an account and shows it.
func (v *visit) offer(a *access.Account) error {
	code, hash, err := access.NewSecret(rand.Reader, "")
	if err != nil {
		return err
	}
	if err := v.accounts.OfferInvitation(hash, a.ID, v.who.Account, v.now()); err != nil {
		return err
	}
	v.changed("link made", a.ID)
	return v.showUser(a, v.publicURL+"/welcome?"+url.Values{"code": {code}}.Encode(), "")
}

// changed logs what an administrator did to an account.
func (v *visit) changed(what string, account uuid.UUID) {
	v.log.Info(what, slog.String("account", account.String()), slog.String("by", v.who.Account.String()))
}

// addSystem makes an account for a system, which has tokens and does not sign in.
func (v *visit) addSystem() error {
	meta, err := v.meta()
	if err != nil {
		return err
	}
	a := access.Account{ID: meta.ID, Created: v.now()}
	if a.Name, err = v.text("system", access.NameBytesMax); err == nil {
		err = access.CheckName("system", a.Name)
	}
	if err == nil {
		a.Grants, err = v.readGrants()
	}
	if err == nil {
		a, err = v.accounts.Create(a)
	}
	if err != nil {
		v.problem = err
		return v.usersPage()
	}
	v.changed("account made", a.ID)
	return v.redirect("/users/"+a.ID.String(), "user-made")
}

// changeUser changes who an account is of and what it may do, as the form says that was made from some revision of it.
func (v *visit) changeUser() error {
	a, err := v.user()
	if err != nil {
		return err
	}
	changed, err := v.readChange(a)
	if err == nil {
		_, err = v.accounts.Change(a.ID, changed.Revision, v.who.Session, func(now *access.Account) error {
			now.Name, now.Login, now.Person, now.Grants = changed.Name, changed.Login, changed.Person, changed.Grants
			return nil
		})
	}
	if err != nil {
		v.problem = err
		return v.showUser(&a, "", "")
	}
	v.changed("account changed", a.ID)
	return v.redirect("/users/"+a.ID.String(), "user-changed")
}

func (v *visit) readChange(a access.Account) (access.Account, error) {
	text, err := v.text("revision", 20)
	if err != nil {
		return a, err
	}
	revision, err := strconv.Atoi(text)
	if err != nil {
		return a, invalid("revision", "is missing; load the page again")
	}
	if a.System() {
		if a.Name, err = v.text("name", access.NameBytesMax); err == nil {
			err = access.CheckName("name", a.Name)
		}
	} else {
		err = v.readUser(&a)
	}
	if err != nil {
		return a, err
	}
	a.Revision = revision
	a.Grants, err = v.readGrants()
	return a, err
}

// linkUser makes another one-time link, such as for somebody who has forgotten the password.
func (v *visit) linkUser() error {
	a, err := v.user()
	if err != nil {
		return err
	}
	return v.offer(&a)
}

func (v *visit) disableUser() error { return v.switchUser(true, "user-disabled") }
func (v *visit) enableUser() error  { return v.switchUser(false, "user-enabled") }

// switchUser disables an account, or enables it again.
func (v *visit) switchUser(off bool, done string) error {
	a, err := v.user()
	if err != nil {
		return err
	}
	_, err = v.accounts.Change(a.ID, a.Revision, access.Hash{}, func(a *access.Account) error {
		a.Disabled = off
		return nil
	})
	if err != nil {
		v.problem = err
		return v.showUser(&a, "", "")
	}
	v.changed(strings.ReplaceAll(done, "-", " "), a.ID)
	return v.redirect("/users/"+a.ID.String(), done)
}

// signOutUser ends all sessions of an account.
func (v *visit) signOutUser() error {
	a, err := v.user()
	if err != nil {
		return err
	}
	if err := v.accounts.EndSessions(a.ID, "", access.Hash{}); err != nil {
		return err
	}
	v.changed("sessions ended", a.ID)
	return v.redirect("/users/"+a.ID.String(), "sessions-ended")
}

// makeSystemToken makes a token for a system. People make theirs themselves: nobody acts in the name of another.
func (v *visit) makeSystemToken() error {
	a, err := v.user()
	if err != nil {
		return err
	}
	if !a.System() {
		return notAllowed("people make their tokens themselves, on the page of their account")
	}
	secret, err := v.makeToken(a.ID)
	v.problem = err
	return v.showUser(&a, "", secret)
}

// revokeUserToken revokes a token of whomever.
func (v *visit) revokeUserToken() error {
	a, err := v.user()
	if err != nil {
		return err
	}
	if err := v.revokeToken(a.ID); err != nil {
		return err
	}
	return v.redirect("/users/"+a.ID.String(), "token-revoked")
}

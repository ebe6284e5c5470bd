package access

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// hashed is the form of a hashed password, which is all that this package asks of one.
const hashed = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"

var start = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// desk is a registry with one administrator.
type desk struct {
	*Registry
	t     *testing.T
	admin Account
}

func newDesk(t *testing.T) desk {
	d := desk{Registry: NewRegistry(NewMemory()), t: t}
	link := HashSecret("first")
	d.must(d.OfferFirst(link, start))
	var err error
	d.admin, err = d.AcceptFirst(link, Account{ID: uuid.New(), Login: "root@example.org", Name: "Root", Password: hashed},
		start)
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// refused wants an error of a code that says something.
func refused(t *testing.T, err error, code domain.Code, says string) {
	t.Helper()
	if domain.ErrorCode(err) != code || !strings.Contains(err.Error(), says) {
		t.Fatalf("got error %v, want one of code %s that says %q", err, code, says)
	}
}

func signedOut(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrSignedOut) {
		t.Fatalf("got error %v, want %v", err, ErrSignedOut)
	}
}

// member adds an account that can sign in.
func (d *desk) member(name string, grants ...Grant) Account {
	d.t.Helper()
	a, err := d.Create(Account{ID: uuid.New(), Login: strings.ToLower(name) + "@example.org", Name: name, Password: hashed,
		Grants: grants, Created: start})
	d.must(err)
	return a
}

func (d *desk) change(a Account, change func(*Account)) (Account, error) {
	return d.Change(a.ID, a.Revision, Hash{}, func(a *Account) error { change(a); return nil })
}

func TestAccountRules(t *testing.T) {
	good := Account{ID: uuid.New(), Login: "ada@example.org", Name: "Ada", Password: hashed}
	for name, c := range map[string]struct {
		change func(*Account)
		field  string // "" for none
	}{
		"good":                  {func(*Account) {}, ""},
		"no id":                 {func(a *Account) { a.ID = uuid.Nil }, "id"},
		"no name":               {func(a *Account) { a.Name = "" }, "name"},
		"a name of space":       {func(a *Account) { a.Name = "  " }, "name"},
		"a name with space":     {func(a *Account) { a.Name = "Ada " }, "name"},
		"a long name":           {func(a *Account) { a.Name = strings.Repeat("a", NameBytesMax+1) }, "name"},
		"a name that turns":     {func(a *Account) { a.Name = "Ada\u202eneb" }, "name"},
		"a name of two lines":   {func(a *Account) { a.Name = "Ada\nBen" }, "name"},
		"a name that is broken": {func(a *Account) { a.Name = "Ada\xff" }, "name"},
		"a login in upper case": {func(a *Account) { a.Login = "Ada@example.org" }, "login"},
		"a login without @":     {func(a *Account) { a.Login = "ada" }, "login"},
		"a login with a name":   {func(a *Account) { a.Login = "ada <ada@example.org>" }, "login"},
		"a long login":          {func(a *Account) { a.Login = strings.Repeat("a", 250) + "@e.org" }, "login"},
		"a plain password":      {func(a *Account) { a.Password = "correct horse" }, "password"},
		"a long password": {func(a *Account) { a.Password = hashed + strings.Repeat("a", PasswordHashMax) },
			"password"},
		"a subject of nobody":  {func(a *Account) { a.Subject = "1" }, "subject"},
		"a role of nowhere":    {func(a *Account) { a.Grants = []Grant{{Role: "king"}} }, "role"},
		"a system signs in":    {func(a *Account) { a.Login = "" }, "login"},
		"a system is a person": {func(a *Account) { a.Login, a.Password, a.Person = "", "", ada }, "login"},
		"a system":             {func(a *Account) { a.Login, a.Password = "", "" }, ""},
	} {
		a := good
		c.change(&a)
		_, err := NewRegistry(NewMemory()).Create(a)
		var e *domain.Error
		if got := errors.As(err, &e); got != (c.field != "") || got && e.Field != c.field {
			t.Errorf("%s: got error %v, want one of field %q", name, err, c.field)
		}
	}
}

func TestParseLogin(t *testing.T) {
	if got, err := ParseLogin("  Ada.L@Example.ORG "); err != nil || got != "ada.l@example.org" {
		t.Fatalf("%q, %v", got, err)
	}
	for _, text := range []string{"", " ", "ada", "@", "ada@", "@example.org", "ada@example.org, ben@example.org",
		"ada\n@example.org", "a b@example.org", "ada@example.org\x00", "<ada@example.org>"} {
		if got, err := ParseLogin(text); err == nil {
			t.Errorf("%q is %q", text, got)
		}
	}
}

func TestAccountsAreUnique(t *testing.T) {
	d := newDesk(t)
	first, err := d.Create(Account{ID: uuid.New(), Login: "ada@example.org", Name: "Ada", Person: ada,
		Issuer: "https://id.example.org", Subject: "1", Created: start})
	d.must(err)
	for says, a := range map[string]Account{
		"another account has this e-mail address": {Login: "ada@example.org"},
		"another account is linked to this":       {Login: "ben@example.org", Person: ada},
		"is linked to another account":            {Login: "ben@example.org", Issuer: "https://id.example.org", Subject: "1"},
	} {
		a.ID, a.Name = uuid.New(), "Ben"
		_, err := d.Create(a)
		refused(t, err, domain.CodeConflict, says)
	}
	_, err = d.Create(Account{ID: first.ID, Login: "new@example.org", Name: "New"})
	refused(t, err, domain.CodeConflict, "taken")

	// Found by each of them, and after a change by the new ones alone.
	moved, err := d.change(first, func(a *Account) { a.Login, a.Person, a.Subject = "lovelace@example.org", ben, "2" })
	d.must(err)
	for name, find := range map[string]func() (Account, error){
		"login":   func() (Account, error) { return d.AccountByLogin("lovelace@example.org") },
		"person":  func() (Account, error) { return d.AccountByPerson(ben) },
		"subject": func() (Account, error) { return d.AccountBySubject("https://id.example.org", "2") },
		"id":      func() (Account, error) { return d.Account(first.ID) },
	} {
		if a, err := find(); err != nil || a.ID != moved.ID || a.Revision != 2 {
			t.Errorf("by %s: %v, %v", name, a.ID, err)
		}
	}
	for name, find := range map[string]func() (Account, error){
		"login":      func() (Account, error) { return d.AccountByLogin("ada@example.org") },
		"no login":   func() (Account, error) { return d.AccountByLogin("") },
		"person":     func() (Account, error) { return d.AccountByPerson(ada) },
		"no person":  func() (Account, error) { return d.AccountByPerson(uuid.Nil) },
		"subject":    func() (Account, error) { return d.AccountBySubject("https://id.example.org", "1") },
		"no subject": func() (Account, error) { return d.AccountBySubject("", "") },
		"id":         func() (Account, error) { return d.Account(ben) },
	} {
		if a, err := find(); domain.ErrorCode(err) != domain.CodeNotFound {
			t.Errorf("by %s: %v, %v", name, a.ID, err)
		}
	}
	d.member("Ben") // what was let go of is free
	_, err = d.Create(Account{ID: uuid.New(), Login: "ada@example.org", Name: "Another", Person: ada})
	d.must(err)
}

func TestChange(t *testing.T) {
	d := newDesk(t)
	a := d.member("Ada")
	b, err := d.change(a, func(a *Account) { a.ID, a.Created, a.Name = ben, start.Add(time.Hour), "Ada L." })
	d.must(err)
	if b.ID != a.ID || b.Created != a.Created || b.Name != "Ada L." || b.Revision != a.Revision+1 {
		t.Fatalf("changed to %+v", b)
	}
	_, err = d.change(a, func(a *Account) { a.Name = "Late" })
	refused(t, err, domain.CodeConflict, "somebody else has changed")
	_, err = d.change(b, func(a *Account) { a.Name = "" })
	refused(t, err, domain.CodeInvalid, "missing")
	failure := errors.New("changed my mind")
	if _, err := d.Change(b.ID, b.Revision, Hash{}, func(*Account) error { return failure }); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	if c, err := d.Account(a.ID); err != nil || c.Name != "Ada L." || c.Revision != b.Revision {
		t.Fatalf("%+v, %v", c, err)
	}
}

func TestAnAdministratorIsLeft(t *testing.T) {
	d := newDesk(t)
	demotions := map[string]func(*Account){
		"disabled": func(a *Account) { a.Disabled = true },
		"demoted":  func(a *Account) { a.Grants = nil },
		"unarmed":  func(a *Account) { a.Password = "" },
	}
	for _, demote := range demotions {
		_, err := d.change(d.admin, demote)
		refused(t, err, domain.CodeConflict, "last administrator")
	}
	// One who cannot sign in yet does not count.
	invited, err := d.Create(Account{ID: uuid.New(), Login: "two@example.org", Name: "Two",
		Grants: []Grant{{Role: RoleAdministrator}}})
	d.must(err)
	_, err = d.change(d.admin, demotions["demoted"])
	refused(t, err, domain.CodeConflict, "last administrator")
	link := HashSecret("two")
	d.must(d.OfferInvitation(link, invited.ID, d.admin.ID, start))
	_, err = d.AcceptInvitation(link, Credential{Password: hashed}, start)
	d.must(err)
	_, err = d.change(d.admin, demotions["disabled"])
	d.must(err)
	if yes, err := d.Administered(); err != nil || !yes {
		t.Fatalf("administered: %v, %v", yes, err)
	}
	if yes, err := NewRegistry(NewMemory()).Administered(); err != nil || yes {
		t.Fatalf("an empty registry is administered: %v, %v", yes, err)
	}
}

func TestForget(t *testing.T) {
	d := newDesk(t)
	a := d.member("Ada")
	a, err := d.change(a, func(a *Account) { a.Person = ada })
	d.must(err)
	d.must(d.StartSession(a, HashSecret("s"), Hash{}, "", start))
	d.must(d.Forget(ada))
	d.must(d.Forget(ada)) // nothing is left to forget
	_, err = d.UseSession(HashSecret("s"), start)
	signedOut(t, err)
	b, err := d.Account(a.ID)
	d.must(err)
	if b.Login != "" || b.Password != "" || b.Person != uuid.Nil || strings.Contains(b.Name, "Ada") || !b.Disabled {
		t.Fatalf("left is %+v", b)
	}
	accounts, err := d.Accounts()
	if err != nil || len(accounts) != 2 || accounts[0].ID != d.admin.ID {
		t.Fatalf("%v, %v", accounts, err)
	}
	_, err = d.AccountByLogin("ada@example.org")
	refused(t, err, domain.CodeNotFound, "no such account")
}

func TestSessions(t *testing.T) {
	d := newDesk(t)
	a := d.member("Ada", Grant{RoleOwner, "git"})
	first, second := HashSecret("1"), HashSecret("2")
	d.must(d.StartSession(a, first, Hash{}, "Firefox\n\xff\u202e", start))
	i, err := d.UseSession(first, start)
	d.must(err)
	if i.Account != a.ID || i.Session != first || i.ByToken() || !i.May(CriteriaPropose, Target{Program: "git"}) {
		t.Fatalf("%+v", i)
	}
	sessions, err := d.Sessions(a.ID, start)
	if err != nil || len(sessions) != 1 || sessions[0].Client != "Firefox" {
		t.Fatalf("%+v, %v", sessions, err)
	}
	// Signing in again in the same browser ends the session from before, which somebody else may know.
	d.must(d.StartSession(a, second, first, "", start))
	_, err = d.UseSession(first, start)
	signedOut(t, err)
	_, err = d.UseSession(second, start)
	d.must(err)
	_, err = d.UseSession(HashSecret("guess"), start)
	signedOut(t, err)
	_, err = d.UseSession(Hash{}, start)
	signedOut(t, err)
	d.must(d.EndSession(second))
	d.must(d.EndSession(second))
	_, err = d.UseSession(second, start)
	signedOut(t, err)
	if keys := keysIn(d.Registry, "session"); len(keys) != 0 {
		t.Fatalf("left are %q", keys)
	}
}

func keysIn(r *Registry, prefix string) (keys []string) {
	_ = r.storage.View(func(tx Tx) error { keys = keysOf(tx, prefix); return nil })
	return keys
}

func TestSessionsEnd(t *testing.T) {
	d := newDesk(t)
	a, h := d.member("Ada"), HashSecret("s")
	for name, c := range map[string]struct {
		uses  []time.Duration // after the start
		after time.Duration
		good  bool
	}{
		"at once":           {nil, 0, true},
		"just not idle":     {nil, SessionIdleMax - 1, true},
		"idle":              {nil, SessionIdleMax, false},
		"used in between":   {[]time.Duration{time.Hour}, SessionIdleMax, true},
		"idle after use":    {[]time.Duration{time.Hour}, time.Hour + SessionIdleMax, false},
		"a use too soon":    {[]time.Duration{time.Second}, SessionIdleMax, false}, // is not noted
		"used until old":    {hours(1, 11), SessionAgeMax - 1, true},
		"old, however used": {hours(1, 11), SessionAgeMax, false},
		"the clock is back": {nil, -time.Hour, true},
	} {
		d.must(d.StartSession(a, h, h, "", start))
		for _, use := range c.uses {
			_, err := d.UseSession(h, start.Add(use))
			d.must(err)
		}
		if _, err := d.UseSession(h, start.Add(c.after)); (err == nil) != c.good {
			t.Errorf("%s: got error %v", name, err)
		}
	}
}

func hours(from, to int) (all []time.Duration) {
	for h := from; h <= to; h++ {
		all = append(all, time.Duration(h)*time.Hour)
	}
	return all
}

func TestSessionsEndWithTheAccount(t *testing.T) {
	for name, c := range map[string]struct {
		change   func(*Account)
		end, all bool // whether the others end, and whether the one to keep does
	}{
		"a new name":     {func(a *Account) { a.Name = "Ada L." }, false, false},
		"a new password": {func(a *Account) { a.Password = hashed + "1" }, true, false},
		"a new subject":  {func(a *Account) { a.Issuer, a.Subject = "https://id.example.org", "1" }, true, false},
		"disabled":       {func(a *Account) { a.Disabled = true }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			a := d.member("Ada")
			kept, other := HashSecret("1"), HashSecret("2")
			d.must(d.StartSession(a, kept, Hash{}, "", start))
			d.must(d.StartSession(a, other, Hash{}, "", start))
			_, err := d.Change(a.ID, a.Revision, kept, func(a *Account) error { c.change(a); return nil })
			d.must(err)
			if _, err := d.UseSession(other, start); (err != nil) != c.end {
				t.Errorf("the other: %v", err)
			}
			if _, err := d.UseSession(kept, start); (err != nil) != c.all {
				t.Errorf("the one to keep: %v", err)
			}
			// A sign-in that looked at the account before the change comes too late.
			signedOut(t, d.StartSession(a, HashSecret("3"), Hash{}, "", start))
		})
	}
}

func TestSessionsAreBounded(t *testing.T) {
	d := newDesk(t)
	a := d.member("Ada")
	secret := func(i int) Hash { return HashSecret(string(rune('a' + i))) }
	for i := range SessionsMax + 1 {
		d.must(d.StartSession(a, secret(i), Hash{}, "", start.Add(time.Duration(i)*time.Second)))
	}
	now := start.Add(time.Minute)
	_, err := d.UseSession(secret(0), now)
	signedOut(t, err)
	sessions, err := d.Sessions(a.ID, now)
	if err != nil || len(sessions) != SessionsMax {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	refused(t, d.EndSessions(d.admin.ID, sessions[0].ID(), Hash{}), domain.CodeNotFound, "no such session")
	d.must(d.EndSessions(a.ID, sessions[0].ID(), Hash{}))
	d.must(d.EndSessions(a.ID, "", sessions[1].Hash))
	if left, err := d.Sessions(a.ID, now); err != nil || len(left) != 1 || left[0].Hash != sessions[1].Hash {
		t.Fatalf("%v, %v", left, err)
	}
}

func TestTokens(t *testing.T) {
	d := newDesk(t)
	a := d.member("Ada", Grant{Role: RoleAnalyst})
	issue := func(change func(*Token)) (Token, error) {
		tok := Token{ID: uuid.New(), Hash: HashSecret("t"), Account: a.ID, Name: "report",
			Scopes: []Action{LogRead, StandingsRead, LogRead}, Expires: start.Add(time.Hour)}
		change(&tok)
		return d.IssueToken(tok, start)
	}
	for says, change := range map[string]func(*Token){
		"id: is missing":                          func(t *Token) { t.ID = uuid.Nil },
		"name: is missing":                        func(t *Token) { t.Name = "" },
		"scopes: are missing":                     func(t *Token) { t.Scopes = nil },
		"did you mean log.read?":                  func(t *Token) { t.Scopes = []Action{"log.raed"} },
		"tokens.own is not for tokens":            func(t *Token) { t.Scopes = []Action{TokensOwn} },
		"the account may not do criteria.propose": func(t *Token) { t.Scopes = []Action{CriteriaPropose} },
		"program: is not a slug":                  func(t *Token) { t.Program = "Git!" },
		"expires: is out of range":                func(t *Token) { t.Expires = start },
		"up to 366 days":                          func(t *Token) { t.Expires = start.Add(TokenAgeMax + 1) },
	} {
		_, err := issue(change)
		refused(t, err, domain.CodeInvalid, says)
	}
	_, err := issue(func(t *Token) { t.Account = ben })
	refused(t, err, domain.CodeNotFound, "no account")
	tok, err := issue(func(t *Token) { t.Program = "git" })
	d.must(err)
	_, err = issue(func(t *Token) { t.ID, t.Hash = tok.ID, HashSecret("another") })
	refused(t, err, domain.CodeConflict, "used for a token already")
	if !slices.Equal(tok.Scopes, []Action{StandingsRead, LogRead}) {
		t.Fatalf("scopes %v", tok.Scopes)
	}

	i, err := d.UseToken(tok.Hash, start.Add(2*time.Minute))
	d.must(err)
	if !i.ByToken() || i.Token != tok.ID || i.Program != "git" || !i.May(StandingsRead, Target{Program: "git"}) ||
		i.May(AwardsRead, Target{Program: "git"}) || i.May(StandingsRead, Target{}) {
		t.Fatalf("%+v", i)
	}
	tokens, err := d.Tokens(a.ID)
	if err != nil || len(tokens) != 1 || !tokens[0].Used.Equal(start.Add(2*time.Minute)) {
		t.Fatalf("%+v, %v", tokens, err)
	}
	_, err = d.UseToken(tok.Hash, tok.Expires)
	signedOut(t, err)
	_, err = d.UseToken(HashSecret("guess"), start)
	signedOut(t, err)
	_, err = d.UseSession(tok.Hash, start) // a token is no session
	signedOut(t, err)

	// What the account may is asked at each use.
	a, err = d.change(a, func(a *Account) { a.Grants = nil })
	d.must(err)
	if i, err = d.UseToken(tok.Hash, start); err != nil || i.May(StandingsRead, Target{Program: "git"}) {
		t.Fatalf("%+v, %v", i, err)
	}
	refused(t, d.RevokeToken(d.admin.ID, tok.ID), domain.CodeNotFound, "no such token")
	d.must(d.RevokeToken(a.ID, tok.ID))
	_, err = d.UseToken(tok.Hash, start)
	signedOut(t, err)
	refused(t, d.RevokeToken(a.ID, tok.ID), domain.CodeNotFound, "no such token")
}

func TestTokensEndWithTheAccount(t *testing.T) {
	d := newDesk(t)
	system, err := d.Create(Account{ID: uuid.New(), Name: "CRM", Grants: []Grant{{Role: RoleIngest}}})
	d.must(err)
	issue := func() error {
		_, err := d.IssueToken(Token{ID: uuid.New(), Hash: HashSecret(uuid.NewString()), Account: system.ID, Name: "nightly",
			Scopes: []Action{EventsIngest}, Expires: start.Add(time.Hour)}, start)
		return err
	}
	for range TokensMax {
		d.must(issue())
	}
	refused(t, issue(), domain.CodeConflict, "revoke one")
	off, err := d.change(system, func(a *Account) { a.Disabled = true })
	d.must(err)
	refused(t, issue(), domain.CodeConflict, "disabled")
	_, err = d.change(off, func(a *Account) { a.Disabled = false })
	d.must(err)
	if keys := keysIn(d.Registry, "token"); len(keys) != 0 { // they do not come back
		t.Fatalf("left are %q", keys)
	}
	refused(t, d.OfferInvitation(HashSecret("l"), system.ID, d.admin.ID, start), domain.CodeConflict, "system")
}

func TestLinks(t *testing.T) {
	d := newDesk(t)
	invited, err := d.Create(Account{ID: uuid.New(), Login: "ada@example.org", Name: "Ada"})
	d.must(err)
	l1, l2 := HashSecret("1"), HashSecret("2")
	d.must(d.OfferInvitation(l1, invited.ID, d.admin.ID, start))
	d.must(d.OfferInvitation(l2, invited.ID, d.admin.ID, start)) // in place of the first
	_, _, err = d.Link(l1, start)
	signedOut(t, err)
	if l, a, err := d.Link(l2, start); err != nil || a.ID != invited.ID || l.By != d.admin.ID ||
		l.Purpose != PurposeInvite {
		t.Fatalf("%+v, %+v, %v", l, a, err)
	}
	_, _, err = d.Link(l2, start.Add(InviteLinkAge))
	signedOut(t, err)
	_, err = d.AcceptInvitation(l2, Credential{}, start)
	refused(t, err, domain.CodeInvalid, "choose one")
	_, err = d.AcceptInvitation(l2, Credential{Password: "plain"}, start)
	refused(t, err, domain.CodeInvalid, "hash")
	_, err = d.AcceptFirst(l2, Account{ID: uuid.New(), Login: "eve@example.org", Name: "Eve", Password: hashed}, start)
	signedOut(t, err) // an invitation makes no administrator
	a, err := d.AcceptInvitation(l2, Credential{Issuer: "https://id.example.org", Subject: "1"}, start)
	d.must(err)
	if !a.CanSignIn() || a.Subject != "1" {
		t.Fatalf("%+v", a)
	}
	_, err = d.AcceptInvitation(l2, Credential{Password: hashed}, start)
	signedOut(t, err)

	// A new invitation resets: what was signed in is no longer.
	d.must(d.StartSession(a, HashSecret("s"), Hash{}, "", start))
	d.must(d.OfferInvitation(l1, a.ID, d.admin.ID, start))
	a, err = d.AcceptInvitation(l1, Credential{Password: hashed}, start)
	d.must(err)
	_, err = d.UseSession(HashSecret("s"), start)
	signedOut(t, err)

	// The first administrator's.
	d.must(d.OfferFirst(l1, start))
	d.must(d.OfferFirst(l2, start))
	_, err = d.AcceptInvitation(l2, Credential{Password: hashed}, start)
	signedOut(t, err)
	_, err = d.AcceptFirst(l1, Account{ID: uuid.New(), Login: "eve@example.org", Name: "Eve", Password: hashed}, start)
	signedOut(t, err)
	_, err = d.AcceptFirst(l2, Account{ID: uuid.New(), Login: "eve@example.org", Name: "Eve"}, start)
	refused(t, err, domain.CodeInvalid, "sign in with")
	_, err = d.AcceptFirst(l2, Account{ID: uuid.New(), Login: "eve@example.org", Name: "Eve", Password: hashed},
		start.Add(FirstLinkAge))
	signedOut(t, err)
	eve, err := d.AcceptFirst(l2, Account{ID: uuid.New(), Login: "eve@example.org", Name: "Eve", Password: hashed,
		Grants: []Grant{{Role: RoleAnalyst}}}, start)
	d.must(err)
	if !slices.Equal(eve.Grants, []Grant{{Role: RoleAnalyst}, {Role: RoleAdministrator}}) {
		t.Fatalf("%v", eve.Grants)
	}

	// Disabled while an invitation is open.
	d.must(d.OfferInvitation(l1, a.ID, d.admin.ID, start))
	a, err = d.change(a, func(a *Account) { a.Disabled = true })
	d.must(err)
	_, _, err = d.Link(l1, start)
	signedOut(t, err)
	refused(t, d.OfferInvitation(l1, a.ID, d.admin.ID, start), domain.CodeConflict, "disabled")
}

func TestViews(t *testing.T) {
	d := newDesk(t)
	for i := range 5 {
		d.must(d.RecordView(View{Person: ada, Account: d.admin.ID, At: start.Add(time.Duration(i/2) * time.Hour),
			Route: "GET /p"}))
	}
	d.must(d.RecordView(View{Person: ben, Account: d.admin.ID, At: start}))
	views, err := d.Views(ada, time.Time{}, 4)
	d.must(err)
	if len(views) != 4 || !slices.IsSortedFunc(views, func(a, b View) int { return b.At.Compare(a.At) }) ||
		views[0].Person != ada || views[0].Account != d.admin.ID || views[0].Route != "GET /p" {
		t.Fatalf("%+v", views)
	}
	if views, err = d.Views(ada, start.Add(time.Hour), ViewsPageMax+1); err != nil || len(views) != 2 {
		t.Fatalf("%+v, %v", views, err)
	}
	for _, v := range []View{{}, {Person: ada, At: start}, {Account: ada, At: start}, {Person: ada, Account: ada},
		{Person: ada, Account: ada, At: start, Route: strings.Repeat("x", RouteBytesMax+1)}} {
		refused(t, d.RecordView(v), domain.CodeInvalid, "incomplete")
	}
}

func TestSweep(t *testing.T) {
	d := newDesk(t)
	a := d.member("Ada", Grant{Role: RoleViewer})
	later := start.Add(ViewsKept)
	for i, at := range []time.Time{start, later} {
		name := string(rune('a' + i))
		d.must(d.StartSession(a, HashSecret(name), Hash{}, "", at))
		_, err := d.IssueToken(Token{ID: uuid.New(), Hash: HashSecret(name), Account: a.ID, Name: "t",
			Scopes: []Action{StandingsRead}, Expires: at.Add(time.Hour)}, at)
		d.must(err)
		d.must(d.RecordView(View{Person: ada, Account: a.ID, At: at}))
		d.must(d.OfferInvitation(HashSecret(name), []uuid.UUID{a.ID, d.admin.ID}[i], d.admin.ID, at))
	}
	for range 2 * sweepMax {
		d.must(d.RecordView(View{Person: ben, Account: a.ID, At: start.Add(-time.Hour)}))
	}
	now := later.Add(time.Minute)
	removed, err := d.Sweep(now)
	if err != nil || removed != 2*sweepMax+4 {
		t.Fatalf("removed %d, %v", removed, err)
	}
	for prefix, want := range map[string]int{"session/": 1, "sessions-of/": 1, "token/": 1, "tokens-of/": 1, "link/": 1,
		"view/": 1, "account/": 2} {
		if got := keysIn(d.Registry, prefix); len(got) != want {
			t.Errorf("%d of %s are left, want %d", len(got), prefix, want)
		}
	}
	if removed, err := d.Sweep(now); err != nil || removed != 0 {
		t.Fatalf("removed %d more, %v", removed, err)
	}
	_, err = d.UseSession(HashSecret("b"), now)
	d.must(err)
}

func TestParseGrant(t *testing.T) {
	for _, g := range []Grant{{RoleOwner, "git"}, {RoleOwner, ""}, {RoleAdministrator, ""}, {RoleIngest, ""}} {
		if got, err := ParseGrant(g.String()); err != nil || got != g {
			t.Errorf("%s is %v, %v", g, got, err)
		}
	}
	for _, text := range []string{"", "owner of ", "owner of Git", "king", "ingest of git", " of git",
		"owner of git of svn"} {
		if got, err := ParseGrant(text); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestSecrets(t *testing.T) {
	text, hash, err := NewSecret(strings.NewReader(strings.Repeat("x", secretBytes)), TokenPrefix)
	if err != nil || hash != HashSecret(text) || !strings.HasPrefix(text, TokenPrefix) || len(text) > SecretTextMax {
		t.Fatalf("%q, %v", text, err)
	}
	if _, _, err := NewSecret(strings.NewReader("short"), ""); err == nil {
		t.Fatal("a secret of five bytes")
	}
	var again Hash
	if err := again.UnmarshalText([]byte(hash.String())); err != nil || again != hash {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "00", strings.Repeat("x", 64), strings.Repeat("0", 66)} {
		if again.UnmarshalText([]byte(bad)) == nil {
			t.Errorf("%q is a hash", bad)
		}
	}
}

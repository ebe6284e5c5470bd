package access

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of what an account may hold, in bytes.
const (
	LoginBytesMax    = 254
	NameBytesMax     = 100
	SubjectBytesMax  = 255 // of OpenID Connect
	PasswordHashMax  = 300
	passwordHashMark = "$argon2id$"
)

// Account is somebody, or some system, that may be let in.
type Account struct {
	ID       uuid.UUID `json:"id"`
	Login    string    `json:"login,omitempty"` // e-mail address in lower case; "" for a system, which has tokens only
	Name     string    `json:"name"`            // for display
	Person   uuid.UUID `json:"person"`          // that the account is linked to, whose events it records; zero if none
	Grants   []Grant   `json:"grants,omitempty"`
	Password string    `json:"password,omitempty"` // its argon2id hash, in the PHC format; "" if there is none
	Issuer   string    `json:"issuer,omitempty"`   // of OpenID Connect, with the subject there
	Subject  string    `json:"subject,omitempty"`
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`
	Revision int       `json:"revision"` // counts the changes, from 1
}

// System tells whether the account is of a system, which cannot sign in.
func (a *Account) System() bool { return a.Login == "" }

// CanSignIn tells whether the account has something to sign in with, and may.
func (a *Account) CanSignIn() bool {
	return !a.Disabled && !a.System() && (a.Password != "" || a.Subject != "")
}

// administers tells whether the account is an administrator who can sign in.
func (a *Account) administers() bool {
	return a.CanSignIn() && slices.Contains(a.Grants, Grant{Role: RoleAdministrator})
}

// identity is the account as it asks.
func (a *Account) identity() *Identity {
	return &Identity{Account: a.ID, Name: a.Name, Person: a.Person, Grants: a.Grants}
}

// ParseLogin brings an e-mail address into the form in which it is kept.
func ParseLogin(text string) (string, error) {
	login := strings.ToLower(strings.TrimSpace(text))
	if login == "" {
		return "", invalid("login", "is missing", "give an e-mail address")
	}
	if len(login) > LoginBytesMax {
		return "", invalid("login", "is too long", "an e-mail address has at most 254 bytes")
	}
	if a, err := mail.ParseAddress(login); err != nil || a.Address != login || strings.ContainsFunc(login, notShown) {
		return "", invalid("login", "is not an e-mail address", "give one such as ada@example.org")
	}
	return login, nil
}

// CheckName finds what is wrong with a name for display.
func CheckName(field, name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return invalid(field, "is missing", "give a name")
	case strings.TrimSpace(name) != name:
		return invalid(field, "has space around it", "trim it")
	case len(name) > NameBytesMax:
		return invalid(field, "is too long", "at most 100 bytes are allowed")
	case !utf8.ValidString(name), strings.ContainsFunc(name, notShown):
		return invalid(field, "contains what is no text", "use one line of plain text")
	}
	return nil
}

// notShown tells whether a rune is not part of a line of text: a control, or one that changes how others are shown.
func notShown(r rune) bool {
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Cs, unicode.Co) ||
		unicode.Is(unicode.Bidi_Control, r)
}

// check finds what is wrong with an account by itself, and puts its grants in order.
func (a *Account) check() (err error) {
	if a.ID == uuid.Nil {
		return invalid("id", "is missing", "give a uuid")
	}
	if a.Login != "" {
		if login, err := ParseLogin(a.Login); err != nil {
			return err
		} else if login != a.Login {
			return invalid("login", "is not in lower case", "parse it first")
		}
	}
	if err := CheckName("name", a.Name); err != nil {
		return err
	}
	if a.Grants, err = CheckGrants(a.Grants); err != nil {
		return err
	}
	switch {
	case a.Password != "" && (!strings.HasPrefix(a.Password, passwordHashMark) || len(a.Password) > PasswordHashMax):
		return invalid("password", "is not hashed", "hash it first")
	case (a.Issuer == "") != (a.Subject == ""), len(a.Issuer) > SubjectBytesMax, len(a.Subject) > SubjectBytesMax:
		return invalid("subject", "is not one of OpenID Connect", "issuer and subject go together, of at most 255 bytes each")
	case a.System() && (a.Password != "" || a.Subject != "" || a.Person != uuid.Nil):
		return invalid("login", "is missing", "only systems have none, and they have no password and are no person")
	}
	return nil
}

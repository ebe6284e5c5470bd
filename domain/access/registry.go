package access

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// AccountsMax is how many accounts a registry holds.
const AccountsMax = 100_000

// Registry knows accounts, sessions, tokens, links and views, and keeps the rules about them. Each method is one
// transaction: what it checks holds when it writes. It may be used by several goroutines.
type Registry struct {
	storage Storage
}

// NewRegistry returns the registry of what a storage keeps.
func NewRegistry(s Storage) *Registry { return &Registry{s} }

// The keys. Accounts are found by what is unique about them; sessions and tokens are listed by account.
func accountKey(id uuid.UUID) string    { return "account/" + id.String() }
func loginKey(login string) string      { return "login/" + login }
func personKey(person uuid.UUID) string { return "person/" + person.String() }

func subjectKey(issuer, subject string) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(len(issuer)) + issuer + subject))
	return "subject/" + hex.EncodeToString(sum[:])
}

// claim is a key that only one account may have, and what to say where another has it.
type claim struct {
	key   string
	taken error
}

// claims returns what only this account may have.
func (a *Account) claims() []claim {
	var claims []claim
	if a.Login != "" {
		claims = append(claims, claim{loginKey(a.Login),
			conflict("login", "another account has this e-mail address", "change that account instead")})
	}
	if a.Subject != "" {
		claims = append(claims, claim{subjectKey(a.Issuer, a.Subject),
			conflict("subject", "is linked to another account", "sign in with that one")})
	}
	if a.Person != uuid.Nil {
		claims = append(claims, claim{personKey(a.Person),
			conflict("person", "another account is linked to this person", "a person has one account")})
	}
	return claims
}

// write checks an account against all others, in place of an earlier state of it, and writes it.
func write(tx Tx, before, after *Account) error {
	if err := after.check(); err != nil {
		return err
	}
	for _, c := range before.claims() {
		if err := tx.Delete(c.key); err != nil {
			return err
		}
	}
	for _, c := range after.claims() {
		if tx.Get(c.key) != nil {
			return c.taken
		}
		if err := save(tx, c.key, after.ID); err != nil {
			return err
		}
	}
	after.Revision = before.Revision + 1
	if err := save(tx, accountKey(after.ID), after); err != nil {
		return err
	}
	if before.administers() && !after.administers() {
		left, err := administered(tx)
		if err == nil && !left {
			err = conflict("", "this is the last administrator who can sign in", "make somebody else administrator first")
		}
		return err
	}
	return nil
}

// administered tells whether there is an administrator who can sign in.
func administered(tx Tx) (bool, error) {
	for key := range tx.Prefix("account/") {
		a, _, err := load[Account](tx, key)
		if err != nil || a.administers() {
			return err == nil, err
		}
	}
	return false, nil
}

func account(tx Tx, id uuid.UUID) (Account, error) {
	a, ok, err := load[Account](tx, accountKey(id))
	if err == nil && !ok {
		err = notFound("account", "there is no account "+id.String(), "")
	}
	return a, err
}

// accountAt finds the account to which a unique key leads.
func (r *Registry) accountAt(key string) (a Account, err error) {
	err = r.storage.View(func(tx Tx) error {
		id, ok, err := load[uuid.UUID](tx, key)
		if err != nil {
			return err
		}
		if !ok {
			return notFound("account", "there is no such account", "")
		}
		a, err = account(tx, id)
		return err
	})
	return a, err
}

// Administered tells whether there is an administrator who can sign in.
func (r *Registry) Administered() (yes bool, err error) {
	err = r.storage.View(func(tx Tx) error {
		yes, err = administered(tx)
		return err
	})
	return yes, err
}

// Account finds an account by its id.
func (r *Registry) Account(id uuid.UUID) (a Account, err error) {
	err = r.storage.View(func(tx Tx) error {
		a, err = account(tx, id)
		return err
	})
	return a, err
}

// AccountByLogin finds an account by its e-mail address, as ParseLogin returns it.
func (r *Registry) AccountByLogin(login string) (Account, error) {
	if login == "" || len(login) > LoginBytesMax {
		return Account{}, notFound("account", "there is no such account", "")
	}
	return r.accountAt(loginKey(login))
}

// AccountBySubject finds an account by whom OpenID Connect says that it is.
func (r *Registry) AccountBySubject(issuer, subject string) (Account, error) {
	return r.accountAt(subjectKey(issuer, subject))
}

// AccountByPerson finds the account of a person.
func (r *Registry) AccountByPerson(person uuid.UUID) (Account, error) {
	return r.accountAt(personKey(person))
}

// Accounts returns all accounts: people by name, then systems.
func (r *Registry) Accounts() (accounts []Account, err error) {
	err = r.storage.View(func(tx Tx) error {
		for key := range tx.Prefix("account/") {
			a, _, err := load[Account](tx, key)
			if err != nil {
				return err
			}
			accounts = append(accounts, a)
		}
		return nil
	})
	slices.SortFunc(accounts, func(a, b Account) int {
		if a.System() != b.System() {
			if b.System() {
				return -1
			}
			return 1
		}
		if c := strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)); c != 0 {
			return c
		}
		return strings.Compare(a.ID.String(), b.ID.String())
	})
	return accounts, err
}

// Create adds an account.
func (r *Registry) Create(a Account) (Account, error) {
	err := r.storage.Update(func(tx Tx) error { return create(tx, &a) })
	return a, err
}

func create(tx Tx, a *Account) error {
	if tx.Get(accountKey(a.ID)) != nil {
		return conflict("id", "is taken", "give another")
	}
	count := 0
	for range tx.Prefix("account/") {
		count++
	}
	if count >= AccountsMax {
		return conflict("", "there are "+strconv.Itoa(count)+" accounts, and no more are possible", "")
	}
	return write(tx, &Account{}, a)
}

// Change changes an account that still has the revision. Where it is disabled, or its password or subject change, its
// sessions end, but for the one to keep, which may be zero; where it is disabled, its tokens and links are gone, too.
func (r *Registry) Change(id uuid.UUID, revision int, keep Hash, change func(*Account) error) (Account, error) {
	var after Account
	err := r.storage.Update(func(tx Tx) error {
		before, err := account(tx, id)
		if err != nil {
			return err
		}
		if before.Revision != revision {
			return conflict("revision", "somebody else has changed the account meanwhile", "look at it again")
		}
		after = before
		after.Grants = slices.Clone(before.Grants)
		if err := change(&after); err != nil {
			return err
		}
		after.ID, after.Created = before.ID, before.Created
		return replace(tx, &before, &after, keep)
	})
	return after, err
}

// replace writes a changed account and ends what the change ends.
func replace(tx Tx, before, after *Account, keep Hash) error {
	if err := write(tx, before, after); err != nil {
		return err
	}
	if after.Disabled && !before.Disabled {
		for _, remove := range []func(Tx, uuid.UUID) error{removeTokens, removeLinks} {
			if err := remove(tx, after.ID); err != nil {
				return err
			}
		}
	}
	if after.Disabled || after.Password != before.Password || after.Subject != before.Subject ||
		after.Issuer != before.Issuer {
		return removeSessions(tx, after.ID, keep)
	}
	return nil
}

// Forget takes from the account of a person all that tells who they are, as when the person is erased, and disables it.
// It does nothing where the person has none.
func (r *Registry) Forget(person uuid.UUID) error {
	return r.storage.Update(func(tx Tx) error {
		id, ok, err := load[uuid.UUID](tx, personKey(person))
		if err != nil || !ok {
			return err
		}
		before, err := account(tx, id)
		if err != nil {
			return err
		}
		after := Account{ID: before.ID, Name: "erased", Created: before.Created, Disabled: true}
		return replace(tx, &before, &after, Hash{})
	})
}

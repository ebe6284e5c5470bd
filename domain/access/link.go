package access

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// Limits of one-time links.
const (
	LinksMax      = 1000 // that are open
	FirstLinkAge  = 24 * time.Hour
	InviteLinkAge = 7 * 24 * time.Hour
)

// Purpose is what a one-time link lets do.
type Purpose string

// The purposes.
const (
	PurposeFirst  Purpose = "first-administrator" // make an account that is administrator
	PurposeInvite Purpose = "invitation"          // choose how to sign in to an account: the first time, or anew
)

// Link is a one-time link that was given out.
type Link struct {
	Hash    Hash      `json:"hash"`
	Purpose Purpose   `json:"purpose"`
	Account uuid.UUID `json:"account"` // of an invitation
	By      uuid.UUID `json:"by"`      // the account that invited; zero for the first administrator
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
}

// Claims is what an OpenID Connect provider says of somebody who signed in with it.
type Claims struct {
	Issuer, Subject string // together, who it is, for ever
	Email           string // "" if the provider does not say
	EmailVerified   bool   // whether the provider knows that the address is theirs
	Name            string // for display; may be ""
}

// Credential is what somebody chose to sign in with: the hash of a password, or who they are to OpenID Connect.
type Credential struct {
	Password        string
	Issuer, Subject string
}

func (c *Credential) set(a *Account) {
	if c.Password != "" {
		a.Password = c.Password
	}
	if c.Subject != "" {
		a.Issuer, a.Subject = c.Issuer, c.Subject
	}
}

func linkKey(h Hash) string { return "link/" + h.String() }

// OfferFirst keeps a link by which an administrator is made. Earlier ones are good no longer.
func (r *Registry) OfferFirst(hash Hash, now time.Time) error {
	return r.storage.Update(func(tx Tx) error {
		if err := removeLinks(tx, uuid.Nil); err != nil {
			return err
		}
		return save(tx, linkKey(hash), Link{Hash: hash, Purpose: PurposeFirst, Created: now,
			Expires: now.Add(FirstLinkAge)})
	})
}

// OfferInvitation keeps a link by which somebody chooses how to sign in to an account. Earlier ones for it are good no
// longer.
func (r *Registry) OfferInvitation(hash Hash, to, by uuid.UUID, now time.Time) error {
	return r.storage.Update(func(tx Tx) error {
		a, err := account(tx, to)
		if err != nil {
			return err
		}
		switch {
		case a.Disabled:
			return conflict("account", "is disabled", "enable it first")
		case a.System():
			return conflict("account", "is of a system", "it has tokens, and does not sign in")
		}
		if err := removeLinks(tx, to); err != nil {
			return err
		}
		if n := len(keysOf(tx, "link/")); n >= LinksMax {
			return conflict("", strconv.Itoa(n)+" links are open", "wait until some are used or have expired")
		}
		return save(tx, linkKey(hash), Link{Hash: hash, Purpose: PurposeInvite, Account: to, By: by, Created: now,
			Expires: now.Add(InviteLinkAge)})
	})
}

// Link looks at a link without using it, and returns the account that it invites to, if it does.
func (r *Registry) Link(hash Hash, now time.Time) (l Link, a Account, err error) {
	err = r.storage.View(func(tx Tx) error {
		l, a, err = linkIn(tx, hash, now)
		return err
	})
	return l, a, err
}

// linkIn finds a link that is good, and its account.
func linkIn(tx Tx, hash Hash, now time.Time) (l Link, a Account, err error) {
	l, ok, err := load[Link](tx, linkKey(hash))
	if err != nil {
		return l, a, err
	}
	if !ok || !now.Before(l.Expires) {
		return l, a, ErrSignedOut
	}
	if l.Purpose == PurposeInvite {
		if a, err = account(tx, l.Account); err == nil && a.Disabled {
			err = ErrSignedOut
		}
	}
	return l, a, err
}

// AcceptFirst uses a link to make an administrator, who has whatever other roles the account says.
func (r *Registry) AcceptFirst(hash Hash, a Account, now time.Time) (Account, error) {
	err := r.storage.Update(func(tx Tx) error {
		l, _, err := linkIn(tx, hash, now)
		if err != nil {
			return err
		}
		if l.Purpose != PurposeFirst {
			return ErrSignedOut
		}
		a.Created, a.Grants = now, append(slices.Clone(a.Grants), Grant{Role: RoleAdministrator})
		if err := create(tx, &a); err != nil {
			return err
		}
		if !a.administers() {
			return invalid("password", "is missing", "an administrator has something to sign in with")
		}
		return tx.Delete(linkKey(hash))
	})
	return a, err
}

// AcceptInvitation uses a link to give its account what it signs in with. Its sessions end.
func (r *Registry) AcceptInvitation(hash Hash, c Credential, now time.Time) (after Account, err error) {
	err = r.storage.Update(func(tx Tx) error {
		l, before, err := linkIn(tx, hash, now)
		if err != nil {
			return err
		}
		if l.Purpose != PurposeInvite {
			return ErrSignedOut
		}
		after = before
		c.set(&after)
		if !after.CanSignIn() {
			return invalid("password", "is missing", "choose one")
		}
		if err := replace(tx, &before, &after, Hash{}); err != nil {
			return err
		}
		return tx.Delete(linkKey(hash))
	})
	return after, err
}

// removeLinks takes away the links to an account; those for the first administrator are to none.
func removeLinks(tx Tx, account uuid.UUID) error {
	for _, hash := range keysOf(tx, "link/") {
		l, ok, err := load[Link](tx, "link/"+hash)
		if err != nil {
			return err
		}
		if ok && l.Account == account {
			if err := tx.Delete("link/" + hash); err != nil {
				return err
			}
		}
	}
	return nil
}

package access

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Limits of sessions.
const (
	SessionAgeMax  = 12 * time.Hour // from signing in to having to sign in again
	SessionIdleMax = 2 * time.Hour  // without a request
	SessionsMax    = 20             // of an account; the oldest makes room
	seenStep       = time.Minute    // how exactly it is noted when a session or token was used
	ClientBytesMax = 200            // of what a browser says that it is
)

// Session is an account that is signed in, in one browser.
type Session struct {
	Hash    Hash      `json:"hash"`
	Account uuid.UUID `json:"account"`
	Client  string    `json:"client,omitempty"` // what the browser says that it is, so that the person recognises it
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"` // the last request, to the minute
}

// ID returns a name of the session that is no secret.
func (s *Session) ID() string { return s.Hash.String()[:16] }

// over tells whether the session has ended by age or idleness.
func (s *Session) over(now time.Time) bool {
	return !now.Before(s.Created.Add(SessionAgeMax)) || !now.Before(s.Seen.Add(SessionIdleMax))
}

func sessionKey(h Hash) string            { return "session/" + h.String() }
func sessionsOf(account uuid.UUID) string { return "sessions-of/" + account.String() + "/" }

// StartSession signs an account in, that must still be as it was when its password or its subject was found right. The
// session that the browser had before, if any, ends: nobody who knew its secret is signed in by this.
func (r *Registry) StartSession(a Account, hash, replaces Hash, client string, now time.Time) error {
	client = strings.Map(func(c rune) rune {
		if notShown(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(client[:min(len(client), ClientBytesMax)], ""))
	return r.storage.Update(func(tx Tx) error {
		current, err := account(tx, a.ID)
		if err != nil {
			return err
		}
		if current.Revision != a.Revision || !current.CanSignIn() {
			return ErrSignedOut
		}
		if !replaces.IsZero() {
			if err := removeSession(tx, replaces); err != nil {
				return err
			}
		}
		if err := makeRoom(tx, a.ID); err != nil {
			return err
		}
		s := Session{Hash: hash, Account: a.ID, Client: client, Created: now, Seen: now}
		if err := tx.Put(sessionsOf(a.ID)+hash.String(), []byte("{}")); err != nil {
			return err
		}
		return save(tx, sessionKey(hash), s)
	})
}

// makeRoom ends the oldest session of an account that has as many as it may.
func makeRoom(tx Tx, id uuid.UUID) error {
	sessions, err := sessionsIn(tx, id)
	if err != nil || len(sessions) < SessionsMax {
		return err
	}
	oldest := sessions[0]
	for _, s := range sessions {
		if s.Created.Before(oldest.Created) {
			oldest = s
		}
	}
	return removeSession(tx, oldest.Hash)
}

// UseSession tells who asks in a session, and notes that it is used. It fails with ErrSignedOut where the session is
// over.
func (r *Registry) UseSession(hash Hash, now time.Time) (*Identity, error) {
	var identity *Identity
	var s Session
	err := r.storage.View(func(tx Tx) (err error) {
		var ok bool
		if s, ok, err = load[Session](tx, sessionKey(hash)); err != nil {
			return err
		}
		if !ok || s.over(now) {
			return ErrSignedOut
		}
		a, err := account(tx, s.Account)
		if err != nil {
			return err
		}
		if !a.CanSignIn() {
			return ErrSignedOut
		}
		identity = a.identity()
		identity.Session = hash
		return nil
	})
	if err != nil || now.Before(s.Seen.Add(seenStep)) {
		return identity, err
	}
	if err := noteUse(r, sessionKey(hash), func(s *Session) { s.Seen = now }); err != nil {
		return nil, err
	}
	return identity, nil
}

// noteUse notes that a session or a token was used, and fails with ErrSignedOut where it is gone by now. Where nothing
// can be written, as on a full disk, whoever is signed in may go on reading until it ends by itself.
func noteUse[T any](r *Registry, key string, note func(*T)) error {
	err := r.storage.Update(func(tx Tx) error {
		v, ok, err := load[T](tx, key)
		if err != nil {
			return err
		}
		if !ok {
			return ErrSignedOut
		}
		note(&v)
		return save(tx, key, v)
	})
	if errors.Is(err, ErrSignedOut) {
		return err
	}
	return nil
}

// Sessions returns the sessions of an account that are not over.
func (r *Registry) Sessions(id uuid.UUID, now time.Time) (sessions []Session, err error) {
	err = r.storage.View(func(tx Tx) error {
		all, err := sessionsIn(tx, id)
		for _, s := range all {
			if !s.over(now) {
				sessions = append(sessions, s)
			}
		}
		return err
	})
	return sessions, err
}

// EndSession ends a session. It does nothing where there is none.
func (r *Registry) EndSession(hash Hash) error {
	return r.storage.Update(func(tx Tx) error { return removeSession(tx, hash) })
}

// EndSessions ends the sessions of an account: the one with an ID, or where that is "" all but the one to keep.
func (r *Registry) EndSessions(account uuid.UUID, id string, keep Hash) error {
	return r.storage.Update(func(tx Tx) error {
		if id == "" {
			return removeSessions(tx, account, keep)
		}
		sessions, err := sessionsIn(tx, account)
		if err != nil {
			return err
		}
		for _, s := range sessions {
			if s.ID() == id {
				return removeSession(tx, s.Hash)
			}
		}
		return notFound("session", "there is no such session", "it may have ended by itself")
	})
}

func sessionsIn(tx Tx, account uuid.UUID) ([]Session, error) {
	var sessions []Session
	for _, hash := range keysOf(tx, sessionsOf(account)) {
		s, ok, err := load[Session](tx, "session/"+hash)
		if err != nil {
			return nil, err
		}
		if ok {
			sessions = append(sessions, s)
		}
	}
	return sessions, nil
}

func removeSession(tx Tx, hash Hash) error {
	s, ok, err := load[Session](tx, sessionKey(hash))
	if err != nil || !ok {
		return err
	}
	if err := tx.Delete(sessionsOf(s.Account) + hash.String()); err != nil {
		return err
	}
	return tx.Delete(sessionKey(hash))
}

func removeSessions(tx Tx, account uuid.UUID, keep Hash) error {
	sessions, err := sessionsIn(tx, account)
	for _, s := range sessions {
		if err == nil && s.Hash != keep {
			err = removeSession(tx, s.Hash)
		}
	}
	return err
}

package access

import (
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// Limits of API tokens.
const (
	TokensMax   = 50 // of an account
	TokenAgeMax = 366 * 24 * time.Hour
)

// Token is an API token: it lets a program do some of what its account may.
type Token struct {
	ID      uuid.UUID   `json:"id"`
	Hash    Hash        `json:"hash"`
	Account uuid.UUID   `json:"account"`
	Name    string      `json:"name"` // what it is for
	Scopes  []Action    `json:"scopes"`
	Program domain.Slug `json:"program,omitempty"` // the one program that it is for; "" for all that the account may
	Created time.Time   `json:"created"`
	Expires time.Time   `json:"expires"`
	Used    time.Time   `json:"used"` // the last use, to the minute; zero if none
}

// Over tells whether the token has expired.
func (t *Token) Over(now time.Time) bool { return !now.Before(t.Expires) }

func tokenKey(h Hash) string            { return "token/" + h.String() }
func tokensOf(account uuid.UUID) string { return "tokens-of/" + account.String() + "/" }

// check finds what is wrong with a new token of an account, and puts its scopes in order.
func (t *Token) check(a *Account, now time.Time) error {
	if t.ID == uuid.Nil || t.Hash.IsZero() {
		return invalid("id", "is missing", "give the token a uuid and a hash")
	}
	if err := CheckName("name", t.Name); err != nil {
		return err
	}
	if len(t.Scopes) == 0 {
		return invalid("scopes", "are missing", "name at least one action that the token is for")
	}
	for _, scope := range t.Scopes {
		switch {
		case !scope.Known():
			return invalid("scopes", strconv.Quote(string(scope))+" is not known", scopeHint(scope))
		case !scope.ByToken():
			return invalid("scopes", string(scope)+" is not for tokens", "sign in with a browser")
		case !a.identity().MaySomewhere(scope):
			return invalid("scopes", "the account may not do "+string(scope), "a token can do what its account may")
		}
	}
	t.Scopes = slices.DeleteFunc(Actions(), func(a Action) bool { return !slices.Contains(t.Scopes, a) })
	if t.Program != "" && !t.Program.Valid() {
		return invalid("program", "is not a slug", "name a program, such as git, or none for all")
	}
	if !t.Expires.After(now) || t.Expires.After(now.Add(TokenAgeMax)) {
		return invalid("expires", "is out of range", "a token is good for up to 366 days from now")
	}
	return nil
}

func scopeHint(scope Action) string {
	names := make([]string, 0, len(table))
	for _, a := range Actions() {
		names = append(names, string(a))
	}
	if s := domain.Suggest(string(scope), names); s != "" {
		return "did you mean " + s + "?"
	}
	return "scopes are actions of the table, such as standings.read"
}

// IssueToken keeps a new token.
func (r *Registry) IssueToken(t Token, now time.Time) (Token, error) {
	err := r.storage.Update(func(tx Tx) error {
		a, err := account(tx, t.Account)
		if err != nil {
			return err
		}
		if a.Disabled {
			return conflict("account", "is disabled", "enable it first")
		}
		if err := t.check(&a, now); err != nil {
			return err
		}
		tokens, err := tokensIn(tx, a.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(tokens, func(other Token) bool { return other.ID == t.ID }) {
			return conflict("id", "was used for a token already", "make another one")
		}
		if n := len(tokens); n >= TokensMax {
			return conflict("", "the account has "+strconv.Itoa(n)+" tokens", "revoke one that is no longer used")
		}
		t.Created, t.Used = now, time.Time{}
		if err := tx.Put(tokensOf(a.ID)+t.Hash.String(), []byte("{}")); err != nil {
			return err
		}
		return save(tx, tokenKey(t.Hash), t)
	})
	return t, err
}

// UseToken tells who asks with a token, and notes that it is used. It fails with ErrSignedOut where it is no good.
func (r *Registry) UseToken(hash Hash, now time.Time) (*Identity, error) {
	var identity *Identity
	var t Token
	err := r.storage.View(func(tx Tx) (err error) {
		var ok bool
		if t, ok, err = load[Token](tx, tokenKey(hash)); err != nil {
			return err
		}
		if !ok || t.Over(now) {
			return ErrSignedOut
		}
		a, err := account(tx, t.Account)
		if err != nil {
			return err
		}
		if a.Disabled {
			return ErrSignedOut
		}
		identity = a.identity()
		identity.Token, identity.Scopes, identity.Program = t.ID, t.Scopes, t.Program
		return nil
	})
	if err != nil || now.Before(t.Used.Add(seenStep)) {
		return identity, err
	}
	if err := noteUse(r, tokenKey(hash), func(t *Token) { t.Used = now }); err != nil {
		return nil, err
	}
	return identity, nil
}

// Tokens returns the tokens of an account, also those that have expired, the newest first.
func (r *Registry) Tokens(account uuid.UUID) (tokens []Token, err error) {
	err = r.storage.View(func(tx Tx) error {
		tokens, err = tokensIn(tx, account)
		return err
	})
	slices.SortFunc(tokens, func(a, b Token) int { return b.Created.Compare(a.Created) })
	return tokens, err
}

// RevokeToken takes a token of an account away.
func (r *Registry) RevokeToken(account, id uuid.UUID) error {
	return r.storage.Update(func(tx Tx) error {
		tokens, err := tokensIn(tx, account)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			if t.ID == id {
				return removeToken(tx, &t)
			}
		}
		return notFound("token", "there is no such token", "it may have been revoked already")
	})
}

func tokensIn(tx Tx, account uuid.UUID) ([]Token, error) {
	var tokens []Token
	for _, hash := range keysOf(tx, tokensOf(account)) {
		t, ok, err := load[Token](tx, "token/"+hash)
		if err != nil {
			return nil, err
		}
		if ok {
			tokens = append(tokens, t)
		}
	}
	return tokens, nil
}

func removeToken(tx Tx, t *Token) error {
	if err := tx.Delete(tokensOf(t.Account) + t.Hash.String()); err != nil {
		return err
	}
	return tx.Delete(tokenKey(t.Hash))
}

func removeTokens(tx Tx, account uuid.UUID) error {
	tokens, err := tokensIn(tx, account)
	for _, t := range tokens {
		if err == nil {
			err = removeToken(tx, &t)
		}
	}
	return err
}

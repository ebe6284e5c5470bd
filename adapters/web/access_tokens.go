package web

import (
	"crypto/rand"
	"log/slog"
	"strconv"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/projections/serving"
)

// tokenForm is what the form for an API token offers.
type tokenForm struct {
	Path     string // where the form is sent, and below which a token is revoked
	Tokens   []tokenShown
	Scopes   []scopeChoice
	Programs []string
	Days     []int
	Made     string // the secret of a token that was just made; "" for none
}

type tokenShown struct {
	access.Token
	Over bool
}

// scopeChoice is an action that a token may be for.
type scopeChoice struct {
	Action access.Action
	Says   string
	Ticked bool
}

// tokenDays are for how many days a token may be made; the first is what is proposed.
var tokenDays = []int{90, 1, 7, 30, 366}

// tokensOf fills the form for the tokens of an account. An account of a person may do what the person's grants say.
func (v *visit) tokensOf(a *access.Account, path string) (*tokenForm, error) {
	tokens, err := v.accounts.Tokens(a.ID)
	if err != nil {
		return nil, err
	}
	form := &tokenForm{Path: path, Days: tokenDays}
	for _, t := range tokens {
		form.Tokens = append(form.Tokens, tokenShown{t, t.Over(v.now())})
	}
	ticked := map[string]bool{}
	for _, scope := range v.r.PostForm["scope"] {
		ticked[scope] = v.problem != nil
	}
	who := access.Identity{Account: a.ID, Person: a.Person, Grants: a.Grants}
	for _, action := range access.Actions() {
		if action.ByToken() && !action.Public() && who.MaySomewhere(action) {
			form.Scopes = append(form.Scopes, scopeChoice{action, action.Says(), ticked[string(action)]})
		}
	}
	form.Programs, err = v.programNames()
	return form, err
}

// programNames lists the programs that there are.
func (v *visit) programNames() ([]string, error) {
	view, err := v.engine.Look(v.ctx(), serving.At{Across: true})
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return view.ProgramNames(), nil
}

// makeToken makes the token that the form asks for, and returns its secret.
func (v *visit) makeToken(account uuid.UUID) (string, error) {
	meta, err := v.meta()
	if err != nil {
		return "", err
	}
	t := access.Token{ID: meta.ID, Account: account}
	if t.Name, err = v.text("token_name", access.NameBytesMax); err != nil {
		return "", err
	}
	if err := access.CheckName("token_name", t.Name); err != nil {
		return "", err
	}
	program, err := v.text("program", domain.SlugBytesMax)
	if err != nil {
		return "", err
	}
	t.Program = domain.Slug(program)
	days, err := v.text("days", 4)
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(days)
	if err != nil || n < 1 || time.Duration(n)*24*time.Hour > access.TokenAgeMax {
		return "", invalid("days", "is not a number from 1 to 366")
	}
	t.Expires = v.now().Add(time.Duration(n) * 24 * time.Hour)
	scopes, err := v.choices("scope", len(access.Actions()), parameterBytesMax)
	if err != nil {
		return "", err
	}
	for _, s := range scopes {
		t.Scopes = append(t.Scopes, access.Action(s))
	}
	secret, hash, err := access.NewSecret(rand.Reader, access.TokenPrefix)
	if err != nil {
		return "", err
	}
	t.Hash = hash
	if _, err := v.accounts.IssueToken(t, v.now()); err != nil {
		return "", err
	}
	v.log.Info("token made", slog.String("token", t.ID.String()), slog.String("account", account.String()),
		slog.String("by", v.who.Account.String()))
	return secret, nil
}

// revokeToken revokes the token in the path.
func (v *visit) revokeToken(account uuid.UUID) error {
	id, err := v.pathID("token")
	if err != nil {
		return err
	}
	if err := v.accounts.RevokeToken(account, id); err != nil {
		return err
	}
	v.log.Info("token revoked", slog.String("token", id.String()), slog.String("account", account.String()),
		slog.String("by", v.who.Account.String()))
	return nil
}

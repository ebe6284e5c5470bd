package access

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
)

// Identity is who asks: an account, and by what it signed in. The nil identity is a visitor.
type Identity struct {
	Account uuid.UUID
	Name    string    // for display
	Person  uuid.UUID // that the account is linked to; zero if none
	Grants  []Grant
	Session Hash        // of the session; zero with a token
	Token   uuid.UUID   // the API token; zero with a session
	Scopes  []Action    // with a token: what it was made for
	Program domain.Slug // with a token: the one program that it is for; "" for all that the account may
}

// Target is what an action is about.
type Target struct {
	Program domain.Slug // "" where it is not about one program, but about all of them
	People  []uuid.UUID // whose data it is: the person of a record, both of a mentorship
}

// ByToken tells whether an API token was used.
func (i *Identity) ByToken() bool { return i != nil && i.Token != uuid.Nil }

// Is tells whether the identity is linked to a person.
func (i *Identity) Is(person uuid.UUID) bool {
	return i != nil && person != uuid.Nil && i.Person == person
}

// Has tells whether the account was given a role, for whatever program.
func (i *Identity) Has(role Role) bool {
	return i != nil && slices.ContainsFunc(i.Grants, func(g Grant) bool { return g.Role == role })
}

// May tells whether the action is allowed on the target. What the table does not say is refused.
func (i *Identity) May(a Action, on Target) bool {
	r := i.row(a)
	if r == nil {
		return false
	}
	if r.anyone {
		return true
	}
	if i.Program != "" && i.Program != on.Program { // also where it is the person's own
		return false
	}
	switch r.account {
	case Yes:
		return true
	case Own:
		if slices.ContainsFunc(on.People, i.Is) {
			return true
		}
	}
	return slices.ContainsFunc(i.Grants, func(g Grant) bool {
		switch r.roles[g.Role] {
		case Yes:
			return true
		case Programs:
			return g.covers(on.Program)
		case Whole:
			return g.Program == ""
		}
		return false
	})
}

// MaySomewhere tells whether there is a target on which the action is allowed: whether a link to it is worth showing.
func (i *Identity) MaySomewhere(a Action) bool {
	r := i.row(a)
	if r == nil {
		return false
	}
	all, some := i.Programs(a)
	return r.anyone || all || len(some) > 0 || r.account == Own && i.Person != uuid.Nil
}

// Programs returns in which programs the action is allowed whoever the data belongs to: in all, or in these, in order.
func (i *Identity) Programs(a Action) (all bool, some []domain.Slug) {
	r := i.row(a)
	if r == nil || r.anyone {
		return r != nil, nil
	}
	all = r.account == Yes
	for _, g := range i.Grants {
		switch cell := r.roles[g.Role]; {
		case cell == Yes, cell != No && g.Program == "":
			all = true
		case cell == Programs:
			some = append(some, g.Program)
		}
	}
	if i.Program != "" { // a token for one program
		if !all && !slices.Contains(some, i.Program) {
			return false, nil
		}
		return false, []domain.Slug{i.Program}
	}
	if all {
		return true, nil
	}
	slices.Sort(some)
	return false, slices.Compact(some)
}

// row is the line of the table that can allow the action to this identity, or nil.
func (i *Identity) row(a Action) *row {
	r := rowOf(a)
	switch {
	case r == nil, r.anyone:
		return r
	case i == nil, i.Account == uuid.Nil:
		return nil
	case i.ByToken() && (r.manual || !slices.Contains(i.Scopes, a)), i.Program != "" && !r.ofProgram():
		return nil
	}
	return r
}

// Refusal says why May said no, and what would be needed.
func (i *Identity) Refusal(a Action, on Target) error {
	err := &domain.Error{Code: domain.CodeForbidden, Message: "your account may not do this: " + a.Says()}
	r := rowOf(a)
	switch {
	case r == nil:
		err.Message = "nobody may do this"
	case i == nil:
		return ErrSignedOut
	case i.ByToken() && r.manual:
		err.Message, err.Hint = "no token may do this: "+r.says, "sign in with a browser"
	case i.ByToken() && !slices.Contains(i.Scopes, a):
		err.Message, err.Hint = "this token may not do this: "+r.says, "make one with the scope "+string(a)
	case i.Program != "" && !r.ofProgram():
		err.Message, err.Hint = "a token for one program may not do this: "+r.says, "make one for all programs"
	case i.Program != "" && i.Program != on.Program:
		err.Message, err.Hint = "this token is for program "+string(i.Program)+" alone", "name that program"
	case r.account == Own && i.Person == uuid.Nil && len(RolesFor(a)) == 0:
		err.Hint = "an administrator links your account to the person that you are"
	default:
		err.Hint = needed(r, on.Program)
	}
	return err
}

// needed says what roles allow the actions of a row.
func needed(r *row, program domain.Slug) string {
	roles := RolesFor(r.action)
	if len(roles) == 0 {
		return "only the person whose it is may"
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
		switch cell := r.roles[role]; {
		case cell == Programs && program != "":
			words[i] = Grant{Role: role, Program: program}.String()
		case cell == Programs, cell == Whole:
			words[i] += " of all programs"
		}
	}
	return "it needs the role " + strings.Join(words, " or ")
}

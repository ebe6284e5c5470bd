package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/web"
	"laurel/domain/access"
	"laurel/projections/serving"
)

// demoCast are the accounts that anybody may enter in a demonstration: one for each of those who use Laurel, so that
// what one proposes another can approve.
var demoCast = []struct {
	name   string // of a person of the bundled history, unless it is of none
	email  string
	grants []access.Grant
	nobody bool // is no person: runs the server, and does not mentor
}{
	{name: "Willow Kite", email: "owner@example.org",
		grants: []access.Grant{{Role: access.RoleOwner, Program: demoProgram}}},
	{name: "Pearl Dunlin", email: "analyst@example.org", grants: []access.Grant{{Role: access.RoleAnalyst}}},
	{name: "Maple Crane", email: "mentee@example.org",
		grants: []access.Grant{{Role: access.RoleViewer, Program: demoProgram}}},
	{name: "Administrator", email: "administrator@example.org", grants: []access.Grant{{Role: access.RoleAdministrator}},
		nobody: true},
}

// castDemo makes these accounts, and returns their ids. Their passwords are known to nobody.
func castDemo(ctx context.Context, engine *serving.Engine, accounts *access.Registry, now time.Time,
) ([]uuid.UUID, error) {
	view, err := engine.Look(ctx, serving.At{Across: true})
	if err != nil {
		return nil, err
	}
	defer view.Close()
	var ids []uuid.UUID
	for _, c := range demoCast {
		a := access.Account{ID: uuid.New(), Login: c.email, Name: c.name, Grants: c.grants, Created: now}
		if !c.nobody {
			if a.Person, err = findPerson(view.People, c.name); err != nil {
				return nil, err
			}
		}
		if a.Password, err = web.HashPassword(rand.Reader, rand.Text()); err != nil {
			return nil, err
		}
		if _, err := accounts.Create(a); err != nil {
			return nil, fmt.Errorf("demo account of %s: %w", c.name, err)
		}
		ids = append(ids, a.ID)
	}
	return ids, nil
}

package access

import (
	"slices"
	"strconv"
	"strings"

	"laurel/domain"
)

// Role is what an account was given to do.
type Role string

// The roles. An account may have several.
const (
	RoleViewer        Role = "viewer"        // sees standings and programs
	RoleAnalyst       Role = "analyst"       // audits: reads everything, approves criteria, corrects the log
	RoleOwner         Role = "owner"         // runs a program: its criteria, rooms, awards and rewards
	RoleIngest        Role = "ingest"        // a system that sends events
	RoleAdministrator Role = "administrator" // accounts, roles and operations; not what people did
)

// Roles returns all roles, in the order of the table.
func Roles() []Role {
	return []Role{RoleViewer, RoleAnalyst, RoleOwner, RoleIngest, RoleAdministrator}
}

// LimitedToPrograms tells whether the role can be given for one program.
func (r Role) LimitedToPrograms() bool {
	return r == RoleViewer || r == RoleAnalyst || r == RoleOwner
}

// Grant gives a role, for one program or for all.
type Grant struct {
	Role    Role        `json:"role"`
	Program domain.Slug `json:"program,omitempty"` // "" for all programs
}

// String returns the grant as "owner of git", or "viewer" where it is for all programs.
func (g Grant) String() string {
	if g.Program == "" {
		return string(g.Role)
	}
	return string(g.Role) + " of " + string(g.Program)
}

// ParseGrant reads a grant as String writes it.
func ParseGrant(text string) (Grant, error) {
	role, program, limited := strings.Cut(text, " of ")
	g := Grant{Role: Role(role), Program: domain.Slug(program)}
	if limited && program == "" {
		return g, invalid("program", "is missing", "write a grant such as owner of git")
	}
	return g, g.Check()
}

// Check finds what is wrong with a grant.
func (g Grant) Check() error {
	if !slices.Contains(Roles(), g.Role) {
		return invalid("role", strconv.Quote(string(g.Role))+" is not known", "it is one of "+roleList(Roles()))
	}
	if g.Program == "" {
		return nil
	}
	if !g.Role.LimitedToPrograms() {
		return invalid("program", string(g.Role)+" is not a role of one program", "leave the program out")
	}
	if !g.Program.Valid() {
		return invalid("program", "is not a slug", "name a program, such as git")
	}
	return nil
}

// covers tells whether the grant is for a program; "" is all of them.
func (g Grant) covers(program domain.Slug) bool { return g.Program == "" || g.Program == program }

// GrantsMax is how many grants an account may have.
const GrantsMax = 100

// CheckGrants finds what is wrong with the grants of an account, and returns them in order, each once.
func CheckGrants(grants []Grant) ([]Grant, error) {
	if len(grants) > GrantsMax {
		return nil, invalid("grants", "are "+strconv.Itoa(len(grants)), "at most "+strconv.Itoa(GrantsMax)+" are allowed")
	}
	for _, g := range grants {
		if err := g.Check(); err != nil {
			return nil, err
		}
	}
	sorted := slices.Clone(grants)
	slices.SortFunc(sorted, func(a, b Grant) int {
		if c := slices.Index(Roles(), a.Role) - slices.Index(Roles(), b.Role); c != 0 {
			return c
		}
		return strings.Compare(string(a.Program), string(b.Program))
	})
	return slices.Compact(sorted), nil
}

func roleList(roles []Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

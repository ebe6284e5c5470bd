package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
)

var (
	ada = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0001")
	ben = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0002")
)

// who makes an identity of Ada with grants such as "owner of git".
func who(grants ...string) *Identity {
	i := &Identity{Account: uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f00aa"), Person: ada}
	for _, g := range grants {
		role, program, _ := strings.Cut(g, " of ")
		i.Grants = append(i.Grants, Grant{Role: Role(role), Program: domain.Slug(program)})
	}
	return i
}

// token makes of an identity one that came by an API token.
func token(i *Identity, program domain.Slug, scopes ...Action) *Identity {
	i.Token, i.Scopes, i.Program = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f00bb"), scopes, program
	return i
}

func TestMay(t *testing.T) {
	git, svn, all := Target{Program: "git"}, Target{Program: "svn"}, Target{}
	ownRecord, otherRecord := Target{Program: "git", People: []uuid.UUID{ada}},
		Target{Program: "git", People: []uuid.UUID{ben}}
	ownRoom := Target{Program: "git", People: []uuid.UUID{ben, ada}}
	nobodys := Target{Program: "git", People: []uuid.UUID{uuid.Nil}}
	unlinked := who()
	unlinked.Person = uuid.Nil
	for _, c := range []struct {
		name   string
		who    *Identity
		action Action
		on     Target
		want   bool
	}{
		{"a visitor signs in", nil, PublicRead, all, true},
		{"a visitor looks", nil, StandingsRead, git, false},
		{"a visitor looks at criteria", nil, CriteriaRead, git, false},
		{"a zero identity is a visitor", &Identity{}, CriteriaRead, git, false},
		{"a role that is not there", who("emperor"), LogRead, all, false},
		{"an action that is not there", who("administrator"), "users.mange", all, false},
		{"every account reads criteria", who(), CriteriaRead, git, true},
		{"no role, no standings", who(), StandingsRead, git, false},

		{"a viewer looks", who("viewer"), StandingsRead, git, true},
		{"a viewer of git looks", who("viewer of git"), StandingsRead, git, true},
		{"a viewer of git looks elsewhere", who("viewer of git"), StandingsRead, svn, false},
		{"a viewer of git looks at all", who("viewer of git"), StandingsRead, all, false},
		{"a viewer at a record", who("viewer"), PersonRead, otherRecord, false},
		{"a viewer retunes", who("viewer"), CriteriaPreview, git, false},

		{"an analyst audits", who("analyst"), AwardsAudit, git, true},
		{"an analyst reads the log", who("analyst"), LogRead, all, true},
		{"an analyst of git reads the log", who("analyst of git"), LogRead, all, false},
		{"an analyst of git reads the log of git", who("analyst of git"), LogRead, git, false},
		{"an analyst voids", who("analyst"), LogVoid, all, true},
		{"an analyst activates", who("analyst"), CriteriaActivate, git, false},
		{"an analyst approves", who("analyst"), CriteriaApprove, git, true},

		{"an owner proposes", who("owner of git"), CriteriaPropose, git, true},
		{"an owner proposes elsewhere", who("owner of git"), CriteriaPropose, svn, false},
		{"an owner of two", who("owner of svn", "owner of git"), CriteriaPropose, git, true},
		{"an owner voids", who("owner"), LogVoid, all, false},
		{"an owner registers", who("owner of git"), PeopleRegister, all, true},
		{"an owner records a promotion", who("owner of git"), PeoplePromote, all, false},
		{"an owner consents for somebody", who("owner"), ConsentGive, otherRecord, false},
		{"an owner claims for somebody", who("owner"), RewardsClaim, otherRecord, false},

		{"a system sends", who("ingest"), EventsIngest, all, true},
		{"a system looks", who("ingest"), StandingsRead, git, false},
		{"an analyst sends", who("analyst"), EventsIngest, all, false},

		{"an administrator invites", who("administrator"), UsersManage, all, true},
		{"an administrator at a record", who("administrator"), PersonRead, otherRecord, false},
		{"an administrator at who looked", who("administrator"), PersonViews, otherRecord, true},
		{"an owner invites", who("owner"), UsersManage, all, false},

		{"one's own record", who(), PersonRead, ownRecord, true},
		{"another's record", who(), PersonRead, otherRecord, false},
		{"who looked at oneself", who(), PersonViews, ownRecord, true},
		{"who looked at another", who("analyst"), PersonViews, otherRecord, false},
		{"one's own room", who(), RoomsAct, ownRoom, true},
		{"another's room", who(), RoomsAct, otherRecord, false},
		{"one's own consent", who(), ConsentGive, ownRecord, true},
		{"one's own feedback", who(), FeedbackGive, ownRoom, true},
		{"one's own reward", who(), RewardsClaim, ownRecord, true},
		{"one's own practice", who(), PracticeShare, ownRecord, true},
		{"an account without a person owns nothing", unlinked, PersonRead, nobodys, false},

		{"a token within its scopes", token(who("analyst"), "", LogRead), LogRead, all, true},
		{"a token beyond its scopes", token(who("analyst"), "", LogRead), AwardsAudit, git, false},
		{"a token beyond its account", token(who("viewer"), "", LogRead), LogRead, all, false},
		{"a token without scopes", token(who("analyst"), ""), CriteriaRead, git, false},
		{"a token without scopes is a visitor", token(who("analyst"), ""), PublicRead, all, true},
		{"a token for git", token(who("analyst"), "git", AwardsAudit), AwardsAudit, git, true},
		{"a token for git elsewhere", token(who("analyst"), "git", AwardsAudit), AwardsAudit, svn, false},
		{"a token for git at all", token(who("analyst"), "git", AwardsAudit), AwardsAudit, all, false},
		{"a token for git at the log", token(who("analyst"), "git", LogRead), LogRead, all, false},
		{"a token for git at the log of git", token(who("analyst"), "git", LogRead), LogRead, git, false},
		{"a token for git at one's own", token(who(), "git", PersonRead), PersonRead, ownRecord, true},
		{"a token for svn at one's own in git", token(who(), "svn", PersonRead), PersonRead, ownRecord, false},
		{"a token makes a token", token(who(), "", TokensOwn), TokensOwn, all, false},
		{"a token invites", token(who("administrator"), "", UsersManage), UsersManage, all, false},
	} {
		if got := c.who.May(c.action, c.on); got != c.want {
			t.Errorf("%s: %s is %v, want %v", c.name, c.action, got, c.want)
		}
		err := c.who.Refusal(c.action, c.on)
		if !c.want && (domain.ErrorCode(err) != domain.CodeForbidden || err.Error() == "") {
			t.Errorf("%s: refusal %v", c.name, err)
		}
	}
}

func TestRefusal(t *testing.T) {
	bens, runner := Target{People: []uuid.UUID{ben}}, token(who("owner"), "git", AwardsRun)
	for want, err := range map[string]error{
		"it needs the role analyst of git or owner of git": who().Refusal(AwardsAudit, Target{Program: "git"}),
		"analyst of all programs":                          who("analyst of git").Refusal(LogRead, Target{}),
		"only the person whose it is may":                  who("owner").Refusal(ConsentGive, bens),
		"make one with the scope log.read":                 token(who("analyst"), "").Refusal(LogRead, Target{}),
		"sign in with a browser":                           token(who(), "").Refusal(AccountOwn, Target{}),
		"make one for all programs":                        token(who("analyst"), "git", LogRead).Refusal(LogRead, Target{}),
		"this token is for program git alone":              runner.Refusal(AwardsRun, Target{}),
		"links your account":                               (&Identity{Account: ben}).Refusal(RewardsClaim, Target{}),
		"you are not signed in":                            (*Identity)(nil).Refusal(StandingsRead, Target{}),
		"nobody may do this":                               who("owner").Refusal("no.such", Target{}),
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

// TestProgramsAgreesWithMay holds the two ways to ask together, for every action and any grants.
func TestProgramsAgreesWithMay(t *testing.T) {
	programs := []domain.Slug{"", "git", "svn", "hg"}
	rapid.Check(t, func(t *rapid.T) {
		i := who()
		for range rapid.IntRange(0, 4).Draw(t, "grants") {
			g := Grant{Role: rapid.SampledFrom(Roles()).Draw(t, "role")}
			if g.Role.LimitedToPrograms() {
				g.Program = rapid.SampledFrom(programs).Draw(t, "program")
			}
			i.Grants = append(i.Grants, g)
		}
		if rapid.Bool().Draw(t, "token") {
			token(i, rapid.SampledFrom(programs).Draw(t, "only"),
				rapid.SliceOfN(rapid.SampledFrom(Actions()), 0, 30).Draw(t, "scopes")...)
		}
		if rapid.IntRange(0, 9).Draw(t, "visitor") == 0 {
			i = nil
		}
		for _, a := range Actions() {
			all, some := i.Programs(a)
			if all && len(some) > 0 || !slices.IsSorted(some) || len(slices.Compact(slices.Clone(some))) != len(some) {
				t.Fatalf("%s: programs are %v, %v", a, all, some)
			}
			somewhere := false
			for _, p := range programs {
				may := i.May(a, Target{Program: p})
				if want := all || p != "" && slices.Contains(some, p); may != want {
					t.Fatalf("%s in %q: may is %v, programs are %v, %v", a, p, may, all, some)
				}
				somewhere = somewhere || may || i.May(a, Target{Program: p, People: []uuid.UUID{ada}})
			}
			if got := i.MaySomewhere(a); got != somewhere {
				t.Fatalf("%s: somewhere is %v, want %v", a, got, somewhere)
			}
		}
	})
}

func TestGrants(t *testing.T) {
	got, err := CheckGrants([]Grant{{RoleOwner, "svn"}, {RoleAdministrator, ""}, {RoleOwner, "git"}, {RoleOwner, "svn"}})
	want := []Grant{{RoleOwner, "git"}, {RoleOwner, "svn"}, {RoleAdministrator, ""}}
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v, %v; want %v", got, err, want)
	}
	for says, g := range map[string]Grant{
		"is not known":                 {Role: "king"},
		"is not a role of one program": {RoleAdministrator, "git"},
		"is not a slug":                {RoleOwner, "Git!"},
	} {
		if err := g.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", g, err)
		}
	}
	if _, err := CheckGrants(make([]Grant, GrantsMax+1)); err == nil {
		t.Error("too many grants pass")
	}
}

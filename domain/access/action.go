package access

import "slices"

// Action is something that can be asked of the server. Every route has one.
type Action string

// The actions.
const (
	PublicRead Action = "public.read" // sign in, assets, health, public badge pages

	AccountOwn Action = "account.own" // one's own account, sessions, and signing out
	TokensOwn  Action = "tokens.own"  // one's own API tokens

	StandingsRead   Action = "standings.read"   // overview, standings, comparison of tiers, live changes
	CriteriaRead    Action = "criteria.read"    // criteria documents and their history
	ProgramsRead    Action = "programs.read"    // programs with roadmaps and rhythm
	RewardsRead     Action = "rewards.read"     // rewards and what is left of them
	PracticeRead    Action = "practice.read"    // what communities share, before the audience that may see it
	PersonRead      Action = "person.read"      // a person's record: why card, history, badges
	PersonViews     Action = "person.views"     // who looked at a person's record
	RoomsRead       Action = "rooms.read"       // mentorships with sessions, goals, threads
	FeedbackRead    Action = "feedback.read"    // what feedback is asked for, due, given
	AwardsRead      Action = "awards.read"      // the register, and an award with its evidence
	AwardsAudit     Action = "awards.audit"     // recompute awards, and download audit packets
	CriteriaPreview Action = "criteria.preview" // try other criteria on the history: the retune workbench
	FlagsRead       Action = "flags.read"       // patterns that a human should look at
	DigestRead      Action = "digest.read"      // preview the newsletter
	LogRead         Action = "log.read"         // the event log, its verification, and following it
	OperationsRead  Action = "operations.read"  // projections, rejected input, metrics

	CriteriaPropose  Action = "criteria.propose"
	CriteriaApprove  Action = "criteria.approve"
	CriteriaActivate Action = "criteria.activate" // and roll back
	CriteriaWithdraw Action = "criteria.withdraw"

	AwardsRun    Action = "awards.run"    // have the award process decide now
	AwardsReview Action = "awards.review" // grant or decline what was proposed
	AwardsRevoke Action = "awards.revoke"

	ProgramsOpen   Action = "programs.open"
	ProgramsManage Action = "programs.manage" // close, roadmaps, feedback rhythm
	RewardsDefine  Action = "rewards.define"
	RewardsClaim   Action = "rewards.claim" // and give back

	PeopleList     Action = "people.list"     // find people by name
	PeopleRegister Action = "people.register" // and join units
	PeopleAttest   Action = "people.attest"   // skills and projects
	PeoplePromote  Action = "people.promote"
	PeopleErase    Action = "people.erase"

	RoomsStart              Action = "rooms.start"
	RoomsAct                Action = "rooms.act"      // sessions, goals, roadmaps, threads, pauses, the end
	FeedbackAsk             Action = "feedback.ask"   // and remind
	FeedbackGive            Action = "feedback.give"  // about a mentorship of one's own
	PracticeShare           Action = "practice.share" // with a community
	ConsentRead             Action = "consent.read"
	ConsentGive             Action = "consent.give"             // and take back; for oneself
	AcknowledgementsPublish Action = "acknowledgements.publish" // publish before an audience, and retract
	AcknowledgementsRead    Action = "acknowledgements.read"

	LogVoid      Action = "log.void"      // correct the log
	EventsIngest Action = "events.ingest" // CloudEvents and JSON lines

	UsersManage Action = "users.manage" // accounts, invitations, roles, and the tokens of systems
)

// Cell says to whom, of those in a column of the table, an action is allowed.
type Cell uint8

// The cells, from the strictest.
const (
	No       Cell = iota
	Own           // where the account's person is among those whose data it is
	Whole         // with the role for all programs
	Programs      // in the programs that the role was given for
	Yes
)

// String returns the word that the printed table has.
func (c Cell) String() string {
	return [...]string{"", "own", "whole", "programs", "yes"}[c]
}

// row is one line of the table.
type row struct {
	action  Action
	anyone  bool // also who is not signed in
	account Cell // whoever is signed in: No, Own or Yes
	roles   map[Role]Cell
	manual  bool // only by a person who signed in, never by a token
	record  bool // shows what is kept of people, and that it did is kept for them
	says    string
}

// table is who may do what. There is no other rule.
var table = []row{
	{action: PublicRead, anyone: true, account: Yes, says: "sign in, assets, health, public badges"},

	{action: AccountOwn, account: Yes, manual: true, says: "one's own account, password, sessions"},
	{action: TokensOwn, account: Yes, manual: true, says: "one's own API tokens"},

	{action: StandingsRead, says: "overview, standings, comparison, live changes", roles: map[Role]Cell{
		RoleViewer: Programs, RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: CriteriaRead, account: Yes, says: "the criteria and their history"},
	{action: ProgramsRead, account: Yes, says: "programs, roadmaps, rhythm"},
	{action: RewardsRead, account: Yes, says: "rewards, and what is left of them"},
	{action: PracticeRead, account: Yes, says: "what communities share"},
	{action: PersonRead, account: Own, record: true, says: "a person's record", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: PersonViews, account: Own, says: "who looked at a person's record", roles: map[Role]Cell{
		RoleAdministrator: Yes}},
	{action: RoomsRead, account: Own, record: true, says: "mentorships", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: FeedbackRead, account: Own, record: true, says: "feedback asked for, due, given", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: AwardsRead, account: Own, record: true, says: "awards with their evidence", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: AwardsAudit, says: "recompute awards, audit packets", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: CriteriaPreview, says: "try other criteria", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: FlagsRead, says: "patterns to look at", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: DigestRead, says: "preview the newsletter", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: LogRead, says: "the event log", roles: map[Role]Cell{RoleAnalyst: Whole}},
	{action: OperationsRead, says: "projections, rejected input, metrics", roles: map[Role]Cell{RoleAdministrator: Yes}},

	{action: CriteriaPropose, says: "propose criteria", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: CriteriaApprove, says: "approve criteria of somebody else", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},
	{action: CriteriaActivate, says: "activate criteria, and roll back", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: CriteriaWithdraw, says: "withdraw criteria", roles: map[Role]Cell{RoleOwner: Programs}},

	{action: AwardsRun, says: "have awards decided now", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: AwardsReview, says: "grant or decline what was proposed", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: AwardsRevoke, says: "revoke an award", roles: map[Role]Cell{RoleAnalyst: Programs, RoleOwner: Programs}},

	{action: ProgramsOpen, says: "open a program", roles: map[Role]Cell{RoleOwner: Whole, RoleAdministrator: Yes}},
	{action: ProgramsManage, says: "close a program, define roadmaps, set the rhythm",
		roles: map[Role]Cell{RoleOwner: Programs}},
	{action: RewardsDefine, says: "define a reward", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: RewardsClaim, account: Own, says: "claim a reward, and give it back"},

	{action: PeopleList, says: "find people by name", roles: map[Role]Cell{
		RoleAnalyst: Yes, RoleOwner: Yes, RoleAdministrator: Yes}},
	{action: PeopleRegister, says: "register people, have them join units", roles: map[Role]Cell{
		RoleAnalyst: Whole, RoleOwner: Yes, RoleAdministrator: Yes}},
	{action: PeopleAttest, says: "record skills and projects", roles: map[Role]Cell{RoleAnalyst: Whole, RoleOwner: Yes}},
	{action: PeoplePromote, says: "record promotions", roles: map[Role]Cell{RoleAnalyst: Whole, RoleOwner: Whole}},
	{action: PeopleErase, says: "forget a person for good", roles: map[Role]Cell{
		RoleAnalyst: Whole, RoleAdministrator: Yes}},

	{action: RoomsStart, says: "bring a mentor and a mentee together", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: RoomsAct, account: Own, says: "sessions, goals, roadmaps, threads",
		roles: map[Role]Cell{RoleOwner: Programs}},
	{action: FeedbackAsk, says: "ask for feedback, and remind", roles: map[Role]Cell{RoleOwner: Programs}},
	{action: FeedbackGive, account: Own, says: "give feedback"},
	{action: PracticeShare, account: Own, says: "share a practice"},
	{action: ConsentRead, account: Own, record: true, says: "who may be named before whom", roles: map[Role]Cell{
		RoleAnalyst: Whole, RoleOwner: Yes}},
	{action: ConsentGive, account: Own, says: "consent to be named, and take it back"},
	{action: AcknowledgementsPublish, says: "publish an acknowledgement, and retract it",
		roles: map[Role]Cell{RoleOwner: Programs}},
	{action: AcknowledgementsRead, says: "what was acknowledged, and what is due to be retracted", roles: map[Role]Cell{
		RoleAnalyst: Programs, RoleOwner: Programs}},

	{action: LogVoid, says: "correct the log", roles: map[Role]Cell{RoleAnalyst: Whole}},
	{action: EventsIngest, says: "send events of other systems", roles: map[Role]Cell{RoleIngest: Yes}},

	{action: UsersManage, manual: true, says: "accounts, invitations, roles, tokens of systems",
		roles: map[Role]Cell{RoleAdministrator: Yes}},
}

// rowOf finds the line of an action, or nil.
func rowOf(a Action) *row {
	if i := slices.IndexFunc(table, func(r row) bool { return r.action == a }); i >= 0 {
		return &table[i]
	}
	return nil
}

// Actions returns all actions, in the order of the table.
func Actions() []Action {
	actions := make([]Action, len(table))
	for i, r := range table {
		actions[i] = r.action
	}
	return actions
}

// ofProgram tells whether the action can be about one program. What is not, such as reading the log, a token for one
// program never may, whatever its target says.
func (r *row) ofProgram() bool {
	if r.account != No {
		return true
	}
	for _, c := range r.roles {
		if c == Programs {
			return true
		}
	}
	return false
}

// Known tells whether the action is in the table.
func (a Action) Known() bool { return rowOf(a) != nil }

// Public tells whether the action is allowed to visitors who are not signed in.
func (a Action) Public() bool {
	r := rowOf(a)
	return r != nil && r.anyone
}

// ByToken tells whether an API token may have the action as a scope.
func (a Action) ByToken() bool {
	r := rowOf(a)
	return r != nil && !r.manual
}

// Record tells whether the action shows what is kept of people, so that they are told who looked.
func (a Action) Record() bool {
	r := rowOf(a)
	return r != nil && r.record
}

// Says returns what the action is, in a few words, such as "revoke an award".
func (a Action) Says() string {
	if r := rowOf(a); r != nil {
		return r.says
	}
	return ""
}

// ActionsOf returns what a role allows, at least for some programs, and a token may have as a scope. What every account
// may is not among it.
func ActionsOf(role Role) []Action {
	var actions []Action
	for _, r := range table {
		if !r.manual && !r.anyone && r.roles[role] != No {
			actions = append(actions, r.action)
		}
	}
	return actions
}

// RolesFor returns the roles that allow an action, at least for some programs.
func RolesFor(a Action) []Role {
	var roles []Role
	if r := rowOf(a); r != nil {
		for _, role := range Roles() {
			if r.roles[role] != No {
				roles = append(roles, role)
			}
		}
	}
	return roles
}

package domain

import (
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestPerson(t *testing.T) {
	registered := history(&PersonRegistered{})
	consenting := history(&PersonRegistered{}, &ConsentGranted{Audience: AudienceTeam, TextVersion: "1"},
		&ConsentGranted{Audience: AudiencePublic, TextVersion: "1"})
	erased := history(&PersonRegistered{}, &PersonErased{})
	details := PersonDetails{Of: ada, Name: "Ada", Email: "ada@example.org", HRID: "7"}
	runScenarios(t, PersonStream(ada), map[string]scenario{
		"register": {when: RegisterPerson{CommandMeta: at(1), Person: ada, Name: "Ada", Email: "ada@example.org", HRID: "7"},
			then: []Payload{&PersonRegistered{Personal: details}}},
		"register without a name": {when: RegisterPerson{CommandMeta: at(1), Person: ada},
			then: []Payload{&PersonRegistered{}}},
		"register into a unit": {
			when: RegisterPerson{CommandMeta: at(1), Person: ada, Name: "Ada", Unit: "platform", Program: "git"},
			then: []Payload{&PersonRegistered{Personal: PersonDetails{Of: ada, Name: "Ada"}},
				&PersonJoinedUnit{Unit: "platform", Program: "git"}}},
		"register into a unit of no program": {
			when: RegisterPerson{CommandMeta: at(1), Person: ada, Unit: "platform", Program: "No Slug"},
			code: CodeInvalid, field: "program"},
		"register on the stream of another": {when: RegisterPerson{CommandMeta: at(1), Person: ben, Name: "Ben"},
			code: CodeInvalid, field: "person", says: []string{PersonStream(ben)}},
		"details of another": {when: record(1, &PersonRegistered{Personal: PersonDetails{Of: ben, Name: "Ben"}}),
			code: CodeInvalid, field: "personal.of", says: []string{ada.String()}},
		"details of nobody": {when: record(1, &PersonRegistered{Personal: PersonDetails{Name: "Ben"}}),
			code: CodeInvalid, field: "personal.of"},
		"register twice": {given: registered, when: RegisterPerson{CommandMeta: at(2), Person: ada},
			code: CodeConflict, says: []string{"already registered"}},
		"register twice by import": {given: registered, when: RegisterPerson{CommandMeta: imported(2), Person: ada}},
		"register into a unit twice by import": {given: registered,
			when: RegisterPerson{CommandMeta: imported(2), Person: ada, Unit: "platform"},
			then: []Payload{&PersonJoinedUnit{Unit: "platform"}}},
		"register into a unit twice": {given: registered,
			when: RegisterPerson{CommandMeta: at(2), Person: ada, Unit: "platform"}, code: CodeConflict},
		"register the erased by import": {given: erased, when: RegisterPerson{CommandMeta: imported(3), Person: ada},
			code: CodeConflict},
		"long name": {when: RegisterPerson{CommandMeta: at(1), Person: ada, Name: strings.Repeat("x", PersonalBytesMax+1)},
			code: CodeInvalid, field: "personal.name"},

		"before registration": {when: JoinUnit{CommandMeta: at(1), Unit: "platform"}, code: CodeNotFound},
		"imported before registration": {when: JoinUnit{CommandMeta: imported(1), Unit: "p"},
			then: []Payload{&PersonJoinedUnit{Unit: "p"}}},
		"join": {given: registered, when: JoinUnit{CommandMeta: at(2), Unit: "p"},
			then: []Payload{&PersonJoinedUnit{Unit: "p"}}},
		"join nothing": {given: registered, when: JoinUnit{CommandMeta: at(2)}, code: CodeInvalid,
			field: "unit"},

		"attest": {given: registered,
			when: AttestSkill{CommandMeta: at(2), Skill: "go", Level: 20, By: ben, Attested: true},
			then: []Payload{&SkillAttested{Skill: "go", Level: 20, By: ben, Attested: true}}},
		"attest nothing": {given: registered, when: AttestSkill{CommandMeta: at(2)}, code: CodeInvalid,
			field: "skill"},
		"attest a high level": {given: registered, when: AttestSkill{CommandMeta: at(2), Skill: "go", Level: 21},
			code: CodeInvalid, field: "level"},
		"attest a low level": {given: registered, when: AttestSkill{CommandMeta: at(2), Skill: "go", Level: -1},
			code: CodeInvalid, field: "level"},
		"attest one's own": {given: registered,
			when: AttestSkill{CommandMeta: at(2), Skill: "go", By: ada, Attested: true}, code: CodeForbidden,
			field: "by"},
		"state one's own": {given: registered, when: AttestSkill{CommandMeta: at(2), Skill: "go", By: ada},
			then: []Payload{&SkillAttested{Skill: "go", By: ada}}},
		"attest one's project": {given: registered,
			when: CompleteProject{CommandMeta: at(2), Project: "p", By: ada, Attested: true}, code: CodeForbidden,
			field: "by"},
		"attest one's rise": {given: registered,
			when: RecordPromotion{CommandMeta: at(2), Levels: 1, By: ada, Attested: true}, code: CodeForbidden,
			field: "by"},
		"project": {given: registered,
			when: CompleteProject{CommandMeta: at(2), Project: "p", Skill: "go",
				Personal: ProjectTitle{Of: ada, Title: "P"}},
			then: []Payload{&ProjectCompleted{Project: "p", Skill: "go",
				Personal: ProjectTitle{Of: ada, Title: "P"}}}},
		"no project": {given: registered, when: CompleteProject{CommandMeta: at(2)}, code: CodeInvalid,
			field: "project"},
		"promotion": {given: registered,
			when: RecordPromotion{CommandMeta: at(2), Levels: 2, To: "lead"},
			then: []Payload{&PromotionRecorded{Levels: 2, To: "lead"}}},
		"promotion by nothing": {given: registered, when: RecordPromotion{CommandMeta: at(2)}, code: CodeInvalid,
			field: "levels", says: []string{"1 to 20"}},
		"promotion to the clouds": {given: registered, when: RecordPromotion{CommandMeta: at(2), Levels: 21},
			code: CodeInvalid, field: "levels"},
		"practice": {given: registered,
			when: SharePractice{CommandMeta: at(2), Community: "gophers",
				Personal: PracticeText{Of: ada, Title: "T", Text: "x"}},
			then: []Payload{&PracticeShared{Community: "gophers",
				Personal: PracticeText{Of: ada, Title: "T", Text: "x"}}}},
		"practice of another": {given: registered,
			when: SharePractice{CommandMeta: at(2), Community: "gophers", Personal: PracticeText{Of: ben, Text: "x"}},
			code: CodeInvalid, field: "personal.of"},
		"practice in no community": {given: registered, when: SharePractice{CommandMeta: at(2)}, code: CodeInvalid,
			field: "community"},

		"consent": {given: registered,
			when: GrantConsent{CommandMeta: at(2), Audience: AudienceTeam, TextVersion: "1"},
			then: []Payload{&ConsentGranted{Audience: AudienceTeam, TextVersion: "1"}}},
		"consent for an unknown audience": {given: registered,
			when: GrantConsent{CommandMeta: at(2), Audience: "organization", TextVersion: "1"},
			code: CodeInvalid, field: "audience", says: []string{"did you mean organisation?"}},
		"consent for nobody": {given: registered, when: GrantConsent{CommandMeta: at(2), TextVersion: "1"},
			code: CodeInvalid, field: "audience"},
		"consent to no text": {given: registered,
			when: GrantConsent{CommandMeta: at(2), Audience: AudienceTeam}, code: CodeInvalid, field: "text_version"},
		"withdraw": {given: consenting,
			when: WithdrawConsent{CommandMeta: at(4), Audience: AudienceTeam},
			then: []Payload{&ConsentWithdrawn{Audience: AudienceTeam}}},
		"withdraw what never was": {given: consenting,
			when: WithdrawConsent{CommandMeta: at(4), Audience: AudienceOrganisation}, code: CodeConflict,
			field: "audience"},
		"withdraw what was voided": {
			given: append(consenting[:3:3], given(4, &EventVoided{EventID: number(2), Reason: "r"})),
			when:  WithdrawConsent{CommandMeta: at(5), Audience: AudienceTeam}, code: CodeConflict, field: "audience"},

		"erase": {given: registered, when: ErasePerson{at(2)}, then: []Payload{&PersonErased{}}},
		"erase with consents": {given: consenting, when: ErasePerson{at(4)},
			then: []Payload{&ConsentWithdrawn{Audience: AudienceTeam},
				&ConsentWithdrawn{Audience: AudiencePublic}, &PersonErased{}}},
		"erase the unknown": {when: ErasePerson{at(4)}, code: CodeNotFound},
		"anything on the erased": {given: erased, when: RecordPromotion{CommandMeta: at(3), Levels: 1},
			code: CodeConflict, says: []string{"erased"}},
		"an import on the erased": {given: erased,
			when: RecordPromotion{CommandMeta: imported(3), Levels: 1}, code: CodeConflict},
		"register the erased": {given: erased, when: RegisterPerson{CommandMeta: at(3), Person: ada},
			code: CodeConflict},
		"void an erasure": {given: erased, when: VoidEvent{at(3), number(2), "r"},
			code: CodeConflict, says: []string{"erased"}},
		"void": {given: registered, when: VoidEvent{at(3), number(1), "r"},
			then: []Payload{&EventVoided{EventID: number(1), Reason: "r"}}},
		"register anew after a void": {
			given: append(registered[:1:1], given(2, &EventVoided{EventID: number(1), Reason: "r"})),
			when:  RegisterPerson{CommandMeta: at(3), Person: ada}, then: []Payload{&PersonRegistered{}}},
		"a session on a person's stream": {given: registered, when: HoldSession{CommandMeta: at(2)},
			code: CodeInvalid, field: "type", says: []string{"SessionHeld", "mentorship-"}},
	})
}

func TestConsentsTellWhatIsInForce(t *testing.T) {
	d := PersonDecider(ada)
	p := d.Fold(d.Initial, history(&PersonRegistered{}, &ConsentGranted{Audience: AudienceTeam, TextVersion: "1"},
		&ConsentGranted{Audience: AudiencePublic, TextVersion: "1"}, &ConsentWithdrawn{Audience: AudienceTeam})...)
	for audience, want := range map[Audience]bool{
		AudienceTeam: false, AudienceOrganisation: false, AudiencePublic: true, "x": false,
	} {
		if p.Consents(audience) != want {
			t.Errorf("consent for %s is %v, want %v", audience, !want, want)
		}
	}
	p = d.Evolve(p, given(5, &EventVoided{EventID: number(4), Reason: "r"}))
	if !p.Consents(AudienceTeam) {
		t.Error("voiding the withdrawal did not bring the consent back")
	}
}

func TestProgram(t *testing.T) {
	opened := history(&ProgramOpened{Title: "Git"})
	closed := history(&ProgramOpened{Title: "Git"}, &ProgramClosed{})
	reward := func(capacity int) DefineReward {
		return DefineReward{CommandMeta: at(3), Reward: "book", Title: "A book", Capacity: capacity}
	}
	backwards := reward(1)
	backwards.ValidFrom, backwards.ValidTo = hour(5), hour(5)
	runScenarios(t, ProgramStream("git"), map[string]scenario{
		"open": {when: OpenProgram{at(1), "Git", "open-source"},
			then: []Payload{&ProgramOpened{Title: "Git", Kind: "open-source"}}},
		"open without title": {when: OpenProgram{CommandMeta: at(1)}, code: CodeInvalid, field: "title"},
		"open twice": {given: opened, when: OpenProgram{CommandMeta: at(2), Title: "Git"},
			code: CodeConflict, says: []string{"already open"}},
		"reward": {given: opened, when: reward(3),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book", Capacity: 3}}},
		"reward again": {given: append(opened[:1:1], given(2, &RewardDefined{Reward: "book", Title: "A"})),
			when: reward(3),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book", Capacity: 3}}},
		"reward without limit": {given: opened, when: reward(0),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book"}}},
		"reward for less than one": {given: opened, when: reward(-1), code: CodeInvalid, field: "capacity",
			says: []string{"-1"}},
		"reward valid for no time": {given: opened, when: backwards, code: CodeInvalid, field: "valid_to"},
		"reward without a slug": {given: opened, when: DefineReward{CommandMeta: at(3), Title: "x"},
			code: CodeInvalid, field: "reward"},
		"reward of no program":    {when: reward(3), code: CodeNotFound, says: []string{"never opened"}},
		"close":                   {given: opened, when: CloseProgram{at(3)}, then: []Payload{&ProgramClosed{}}},
		"close what never opened": {when: CloseProgram{at(3)}, code: CodeNotFound},
		"close twice": {given: closed, when: CloseProgram{at(3)}, code: CodeConflict,
			says: []string{"closed"}},
		"open what is closed": {given: closed, when: OpenProgram{CommandMeta: at(3), Title: "Git"},
			code: CodeConflict},
		"reward of a closed program": {given: closed, when: reward(3), code: CodeConflict},
		"void the closing": {given: closed, when: VoidEvent{at(3), number(2), "r"},
			then: []Payload{&EventVoided{EventID: number(2), Reason: "r"}}},
		"open again": {
			given: append(closed[:2:2], given(3, &EventVoided{EventID: number(2), Reason: "r"})), when: reward(0),
			then: []Payload{&RewardDefined{Reward: "book", Title: "A book"}}},
	})
}

func TestProgramKnowsItsRewards(t *testing.T) {
	d := ProgramDecider("git")
	p := d.Fold(d.Initial, history(&ProgramOpened{Title: "Git"}, &RewardDefined{Reward: "book", Title: "A"})...)
	if !p.HasReward("book") || p.HasReward("car") {
		t.Error("rewards are not as defined")
	}
	if p = d.Evolve(p, given(3, &EventVoided{EventID: number(2), Reason: "r"})); p.HasReward("book") {
		t.Error("a voided reward is still there")
	}
}

func TestOtherStreamsTakeWhatBelongsThere(t *testing.T) {
	hash := "sha256:" + strings.Repeat("0a", 32)
	runScenarios(t, CriteriaStream("git"), map[string]scenario{
		"propose": {when: record(1, &CriteriaProposed{Hash: hash, Document: "x", By: ada}),
			then: []Payload{&CriteriaProposed{Hash: hash, Document: "x", By: ada}}},
		"no hash": {when: record(1, &CriteriaApproved{By: ada}), code: CodeInvalid, field: "hash"},
		"half a hash": {when: record(1, &CriteriaApproved{Hash: "sha256:00", By: ada}), code: CodeInvalid,
			field: "hash"},
		"impact no object": {
			when: record(1, &CriteriaProposed{Hash: hash, Document: "x", By: ada, Impact: []byte("[]")}),
			code: CodeInvalid, field: "impact"},
		"an award": {when: record(1, &AwardExpired{}), code: CodeInvalid, field: "type",
			says: []string{"award-"}},
		"void": {given: history(&CriteriaApproved{Hash: hash, By: ada}),
			when: VoidEvent{at(3), number(1), "r"}, then: []Payload{&EventVoided{EventID: number(1), Reason: "r"}}},
		"void the unknown": {when: VoidEvent{at(3), number(1), "r"}, code: CodeNotFound, field: "event_id"},
		"void a void": {
			given: history(&CriteriaApproved{Hash: hash, By: ada}, &EventVoided{EventID: number(1), Reason: "r"}),
			when:  VoidEvent{at(3), number(2), "r"}, code: CodeConflict, field: "event_id"},
		"nobody's approval": {when: record(1, &CriteriaApproved{Hash: hash}), code: CodeInvalid, field: "by"},
	})
	runScenarios(t, AwardStream(number(5)), map[string]scenario{
		"expire":        {when: record(1, &AwardExpired{}), then: []Payload{&AwardExpired{}}},
		"grant nothing": {when: record(1, &AwardGranted{}), code: CodeInvalid, field: "program"},
		"publish no names": {
			when: record(1, &AcknowledgementPublished{Audience: AudienceTeam, TextVersion: "1"}), code: CodeInvalid,
			field: "names"},
		"publish for an unknown public": {
			when: record(1, &AcknowledgementPublished{
				Audience: "world", TextVersion: "1", Names: []uuid.UUID{ada}}), code: CodeInvalid, field: "audience"},
	})
}

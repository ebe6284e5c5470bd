package domain

import (
	"strings"
	"testing"
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
			when: GrantConsent{CommandMeta: by(ada, 2), Audience: AudienceTeam, TextVersion: "1"},
			then: []Payload{&ConsentGranted{Audience: AudienceTeam, TextVersion: "1"}}},
		"consent for an unknown audience": {given: registered,
			when: GrantConsent{CommandMeta: by(ada, 2), Audience: "organization", TextVersion: "1"},
			code: CodeInvalid, field: "audience", says: []string{"did you mean organisation?"}},
		"consent for nobody": {given: registered, when: GrantConsent{CommandMeta: at(2), TextVersion: "1"},
			code: CodeInvalid, field: "audience"},
		"consent to no text": {given: registered,
			when: GrantConsent{CommandMeta: by(ada, 2), Audience: AudienceTeam}, code: CodeInvalid, field: "text_version"},
		"withdraw": {given: consenting,
			when: WithdrawConsent{CommandMeta: by(ada, 4), Audience: AudienceTeam},
			then: []Payload{&ConsentWithdrawn{Audience: AudienceTeam}}},
		"consent for somebody else": {given: registered,
			when: GrantConsent{CommandMeta: by(ben, 2), Audience: AudienceTeam, TextVersion: "1"},
			code: CodeForbidden, field: "actor", says: []string{"actor: consent for somebody else is not accepted; the " +
				"person gives it and takes it back: " + ada.String()}},
		"withdraw for somebody else": {given: consenting,
			when: WithdrawConsent{CommandMeta: at(4), Audience: AudienceTeam}, code: CodeForbidden, field: "actor"},
		"void somebody's withdrawal": {
			given: append(consenting[:3:3], given(4, &ConsentWithdrawn{Audience: AudienceTeam})),
			when:  VoidEvent{by(ben, 5), number(4), "r"}, code: CodeForbidden, field: "actor"},
		"void one's withdrawal": {
			given: append(consenting[:3:3], given(4, &ConsentWithdrawn{Audience: AudienceTeam})),
			when:  VoidEvent{by(ada, 5), number(4), "r"}, then: []Payload{&EventVoided{EventID: number(4), Reason: "r"}}},
		"void somebody's consent": {given: consenting, when: VoidEvent{by(ben, 5), number(2), "r"},
			then: []Payload{&EventVoided{EventID: number(2), Reason: "r"}}},
		"imported consent": {given: registered, when: record(4, &ConsentGranted{Audience: AudienceTeam, TextVersion: "1"}),
			then: []Payload{&ConsentGranted{Audience: AudienceTeam, TextVersion: "1"}}},
		"imported withdrawal": {given: consenting, when: record(4, &ConsentWithdrawn{Audience: AudienceTeam}),
			then: []Payload{&ConsentWithdrawn{Audience: AudienceTeam}}},
		"withdraw what follows from a wider consent": {given: consenting,
			when: WithdrawConsent{CommandMeta: by(ada, 4), Audience: AudienceOrganisation},
			then: []Payload{&ConsentWithdrawn{Audience: AudienceOrganisation}}},
		"withdraw what never was": {given: consenting[:2],
			when: WithdrawConsent{CommandMeta: by(ada, 4), Audience: AudienceOrganisation}, code: CodeConflict,
			field: "audience"},
		"withdraw what was taken back with a narrower one": {
			given: append(consenting[:3:3], given(4, &ConsentWithdrawn{Audience: AudienceTeam})),
			when:  WithdrawConsent{CommandMeta: by(ada, 5), Audience: AudiencePublic}, code: CodeConflict, field: "audience"},
		"withdraw what was voided": {
			given: append(consenting[:2:2], given(4, &EventVoided{EventID: number(2), Reason: "r"})),
			when:  WithdrawConsent{CommandMeta: by(ada, 5), Audience: AudienceTeam}, code: CodeConflict, field: "audience"},
		"an imported withdrawal of what is not known": {given: registered,
			when: record(4, &ConsentWithdrawn{Audience: AudienceTeam}),
			then: []Payload{&ConsentWithdrawn{Audience: AudienceTeam}}},

		"erase": {given: registered, when: ErasePerson{at(2)}, then: []Payload{&PersonErased{}}},
		"erase with consents": {given: consenting, when: ErasePerson{at(4)},
			then: []Payload{&ConsentWithdrawn{Audience: AudienceTeam}, &PersonErased{}}},
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

// Audiences are ordered: a consent holds for the narrower ones too, and a withdrawal for the wider ones.
func TestConsentsTellWhatIsInForce(t *testing.T) {
	d := PersonDecider(ada)
	grant := func(a Audience) Payload { return &ConsentGranted{Audience: a, TextVersion: "1"} }
	withdraw := func(a Audience) Payload { return &ConsentWithdrawn{Audience: a} }
	const team, organisation, public = AudienceTeam, AudienceOrganisation, AudiencePublic
	for name, c := range map[string]struct {
		then                       []Payload
		team, organisation, public bool
	}{
		"nothing":               {},
		"a team":                {[]Payload{grant(team)}, true, false, false},
		"an organisation":       {[]Payload{grant(organisation)}, true, true, false},
		"the public":            {[]Payload{grant(public)}, true, true, true},
		"the public taken back": {[]Payload{grant(public), withdraw(public)}, false, false, false},
		"the widest taken back": {[]Payload{grant(team), grant(public), withdraw(public)}, true, false, false},
		"the middle taken back": {[]Payload{grant(team), grant(public), withdraw(organisation)},
			true, false, false},
		"the narrowest taken back":         {[]Payload{grant(team), grant(public), withdraw(team)}, false, false, false},
		"a narrower one under a wider":     {[]Payload{grant(public), withdraw(team)}, false, false, false},
		"given again":                      {[]Payload{grant(public), withdraw(team), grant(team)}, true, false, false},
		"a withdrawal that comes too soon": {[]Payload{withdraw(public), grant(team)}, true, false, false},
		"a withdrawal voided": {[]Payload{grant(public), withdraw(team), &EventVoided{EventID: number(3), Reason: "r"}},
			true, true, true},
		"a consent voided": {[]Payload{grant(team), grant(public), &EventVoided{EventID: number(3), Reason: "r"}},
			true, false, false},
	} {
		p := d.Fold(d.Initial, history(append([]Payload{&PersonRegistered{}}, c.then...)...)...)
		if p.Consents(team) != c.team || p.Consents(organisation) != c.organisation || p.Consents(public) != c.public ||
			p.Consents("x") {
			t.Errorf("%s: team %v, organisation %v, public %v", name, p.Consents(team), p.Consents(organisation),
				p.Consents(public))
		}
	}
}

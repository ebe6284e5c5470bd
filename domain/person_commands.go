package domain

import "github.com/google/uuid"

// RegisterPerson makes a person known. Where Unit is given, they join it in the same breath.
type RegisterPerson struct {
	CommandMeta
	Person            uuid.UUID
	Name, Email, HRID string
	Unit              string
	Program           Slug // with Unit
}

// JoinUnit moves a person to a part of the organisation.
type JoinUnit struct {
	CommandMeta
	Unit    string
	Program Slug
}

// AttestSkill records a skill that somebody saw.
type AttestSkill struct {
	CommandMeta
	Skill    string
	Level    int
	By       uuid.UUID
	Attested bool
}

// CompleteProject records a project that the person finished.
type CompleteProject struct {
	CommandMeta
	Project  string
	Skill    string
	By       uuid.UUID
	Attested bool
	Personal ProjectTitle
}

// RecordPromotion records a step up.
type RecordPromotion struct {
	CommandMeta
	Levels   int
	To       string
	By       uuid.UUID
	Attested bool
}

// GrantConsent allows the person to be named before an audience.
type GrantConsent struct {
	CommandMeta
	Audience    Audience
	TextVersion string
}

// WithdrawConsent takes a consent back.
type WithdrawConsent struct {
	CommandMeta
	Audience Audience
}

// SharePractice records that the person shared a practice with a community.
type SharePractice struct {
	CommandMeta
	Community  string
	Skill      string
	Visibility Visibility
	Personal   PracticeText
}

// ErasePerson withdraws the consents that the person has given and closes their stream.
type ErasePerson struct {
	CommandMeta
}

func (c RegisterPerson) payload() Payload {
	p := &PersonRegistered{}
	if c.Name != "" || c.Email != "" || c.HRID != "" {
		p.Personal = PersonDetails{Of: c.Person, Name: c.Name, Email: c.Email, HRID: c.HRID}
	}
	return p
}

func (c JoinUnit) payload() Payload { return &PersonJoinedUnit{Unit: c.Unit, Program: c.Program} }

func (c AttestSkill) payload() Payload {
	return &SkillAttested{Skill: c.Skill, Level: c.Level, By: c.By, Attested: c.Attested}
}

func (c CompleteProject) payload() Payload {
	return &ProjectCompleted{Project: c.Project, Skill: c.Skill, By: c.By, Attested: c.Attested, Personal: c.Personal}
}

func (c RecordPromotion) payload() Payload {
	return &PromotionRecorded{Levels: c.Levels, To: c.To, By: c.By, Attested: c.Attested}
}

func (c GrantConsent) payload() Payload {
	return &ConsentGranted{Audience: c.Audience, TextVersion: c.TextVersion}
}

func (c WithdrawConsent) payload() Payload { return &ConsentWithdrawn{Audience: c.Audience} }

func (c SharePractice) payload() Payload {
	return &PracticeShared{Community: c.Community, Skill: c.Skill, Visibility: c.Visibility, Personal: c.Personal}
}

func (c ErasePerson) payload() Payload { return &PersonErased{} }

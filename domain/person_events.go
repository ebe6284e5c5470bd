package domain

import "github.com/google/uuid"

// PersonRegistered opens a person's stream.
type PersonRegistered struct {
	Personal PersonDetails `json:"personal,omitzero"`
}

// PersonDetails are the personal fields of PersonRegistered.
type PersonDetails struct {
	Of    uuid.UUID `json:"of"`
	Name  string    `json:"name,omitempty"`
	Email string    `json:"email,omitempty"`
	HRID  string    `json:"hr_id,omitempty"`
}

// PersonJoinedUnit says in which part of the organisation the person is from then on.
type PersonJoinedUnit struct {
	Unit    string `json:"unit"`
	Program Slug   `json:"program,omitempty"`
}

// SkillAttested says that someone saw the person have a skill: an outcome of their mentors.
type SkillAttested struct {
	Skill    string    `json:"skill"`
	Level    int       `json:"level,omitempty"` // 1 to LevelsMax, where the scale has levels
	By       uuid.UUID `json:"by,omitzero"`
	Attested bool      `json:"attested,omitempty"` // someone other than the mentor recorded it
}

// ProjectCompleted is an outcome of the person's mentors.
type ProjectCompleted struct {
	Project  string       `json:"project"` // the id of the project in the system that it came from
	Skill    string       `json:"skill,omitempty"`
	By       uuid.UUID    `json:"by,omitzero"`
	Attested bool         `json:"attested,omitempty"`
	Personal ProjectTitle `json:"personal,omitzero"`
}

// ProjectTitle is the personal field of ProjectCompleted.
type ProjectTitle struct {
	Of    uuid.UUID `json:"of"`
	Title string    `json:"title,omitempty"`
}

// PromotionRecorded is an outcome of the person's mentors.
type PromotionRecorded struct {
	Levels   int       `json:"levels"`       // how many levels up, 1 to LevelsMax
	To       string    `json:"to,omitempty"` // the role, such as reviewer; never a name
	By       uuid.UUID `json:"by,omitzero"`
	Attested bool      `json:"attested,omitempty"`
}

// Audience is who may see a public acknowledgement.
type Audience string

// The audiences, each wider than the one before.
const (
	AudienceTeam         Audience = "team"
	AudienceOrganisation Audience = "organisation"
	AudiencePublic       Audience = "public"
)

// ConsentGranted allows the person to be named before an audience and all narrower ones.
type ConsentGranted struct {
	Audience    Audience `json:"audience"`
	TextVersion string   `json:"text_version"` // of the wording that the person agreed to
}

// ConsentWithdrawn takes the consents to an audience and all wider ones back, from then on.
type ConsentWithdrawn struct {
	Audience Audience `json:"audience"`
}

// Visibility is who may read something that a person wrote.
type Visibility string

// The visibilities, each wider than the one before.
const (
	VisibilityRoom    Visibility = "room"
	VisibilityProgram Visibility = "program"
	VisibilityPublic  Visibility = "public"
)

// PracticeShared says that the person shared a practice with a community.
type PracticeShared struct {
	Community  string       `json:"community"`
	Skill      string       `json:"skill,omitempty"`
	Visibility Visibility   `json:"visibility,omitempty"`
	Personal   PracticeText `json:"personal,omitzero"`
}

// PracticeText are the personal fields of PracticeShared.
type PracticeText struct {
	Of    uuid.UUID `json:"of"`
	Title string    `json:"title,omitempty"`
	Text  string    `json:"text,omitempty"`
}

// PersonErased closes a person's stream: their personal fields are to be forgotten, and nothing new is recorded.
type PersonErased struct{}

func (*PersonRegistered) EventType() EventType  { return TypePersonRegistered }
func (*PersonJoinedUnit) EventType() EventType  { return TypePersonJoinedUnit }
func (*SkillAttested) EventType() EventType     { return TypeSkillAttested }
func (*ProjectCompleted) EventType() EventType  { return TypeProjectCompleted }
func (*PromotionRecorded) EventType() EventType { return TypePromotionRecorded }
func (*ConsentGranted) EventType() EventType    { return TypeConsentGranted }
func (*ConsentWithdrawn) EventType() EventType  { return TypeConsentWithdrawn }
func (*PracticeShared) EventType() EventType    { return TypePracticeShared }
func (*PersonErased) EventType() EventType      { return TypePersonErased }

// PersonalOf implements HasPersonal.
func (p *PersonRegistered) PersonalOf() uuid.UUID { return p.Personal.Of }

// PersonalOf implements HasPersonal.
func (p *ProjectCompleted) PersonalOf() uuid.UUID { return p.Personal.Of }

// PersonalOf implements HasPersonal.
func (p *PracticeShared) PersonalOf() uuid.UUID { return p.Personal.Of }

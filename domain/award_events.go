package domain

import (
	"time"

	"github.com/google/uuid"
)

// AwardCase is what an award rests on: who reached what, when, under which criteria, shown by which events.
type AwardCase struct {
	Program  Slug             `json:"program"`
	Person   uuid.UUID        `json:"person"`
	Tier     Slug             `json:"tier"`
	EarnedAt time.Time        `json:"earned_at"` // when the qualifying event occurred
	Criteria string           `json:"criteria"`  // hash of the document
	Position string           `json:"position"`  // of the log up to which the standing was computed
	Measures map[string]Milli `json:"measures,omitempty"`
	Evidence []uuid.UUID      `json:"evidence,omitempty"` // ids of events
	Backlog  bool             `json:"backlog,omitempty"`  // decided long after the fact: nobody is to be notified
	By       uuid.UUID        `json:"by,omitzero"`        // the reviewer

	EffectiveAt   time.Time `json:"effective_at,omitzero"`    // see From
	AsOf          time.Time `json:"as_of,omitzero"`           // up to which the standing was computed
	EvidenceTotal int       `json:"evidence_total,omitempty"` // where Evidence holds the latest ones only
}

// From is when the award takes its place in the register: when it was earned, or the later time at which the criteria
// that give it came into force.
func (c *AwardCase) From() time.Time {
	if c.EffectiveAt.IsZero() {
		return c.EarnedAt
	}
	return c.EffectiveAt
}

// AwardProposed puts an award before a reviewer, where the tier asks for one.
type AwardProposed struct{ AwardCase }

// AwardGranted gives the award.
type AwardGranted struct{ AwardCase }

// AwardDeclined says that a reviewer turned the proposal down.
type AwardDeclined struct {
	By         uuid.UUID `json:"by"`
	ReasonCode string    `json:"reason_code,omitempty"`
}

// AwardKept says that the award stands although new criteria would not give it.
type AwardKept struct {
	Criteria string    `json:"criteria"`
	By       uuid.UUID `json:"by,omitzero"`
}

// AwardRevoked takes the award back.
type AwardRevoked struct {
	Criteria   string    `json:"criteria,omitempty"`
	By         uuid.UUID `json:"by,omitzero"`
	ReasonCode string    `json:"reason_code,omitempty"`
}

// AwardExpired says that the award ran out.
type AwardExpired struct {
	Criteria   string `json:"criteria,omitempty"`
	ReasonCode string `json:"reason_code,omitempty"`
}

// RewardClaimed says that a reward of the award was taken up.
type RewardClaimed struct {
	Reward Slug      `json:"reward"`
	By     uuid.UUID `json:"by"`
}

// AcknowledgementPublished names people before an audience, each of whom consented to it.
type AcknowledgementPublished struct {
	Audience    Audience    `json:"audience"`
	Names       []uuid.UUID `json:"names"` // the people named
	TextVersion string      `json:"text_version"`
}

func (*AwardProposed) EventType() EventType            { return TypeAwardProposed }
func (*AwardGranted) EventType() EventType             { return TypeAwardGranted }
func (*AwardDeclined) EventType() EventType            { return TypeAwardDeclined }
func (*AwardKept) EventType() EventType                { return TypeAwardKept }
func (*AwardRevoked) EventType() EventType             { return TypeAwardRevoked }
func (*AwardExpired) EventType() EventType             { return TypeAwardExpired }
func (*RewardClaimed) EventType() EventType            { return TypeRewardClaimed }
func (*AcknowledgementPublished) EventType() EventType { return TypeAcknowledgementPublished }

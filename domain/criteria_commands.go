package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// ProposeCriteria puts a criteria document forward: its canonical form, from which the hash follows.
type ProposeCriteria struct {
	CommandMeta
	Document string
	By       uuid.UUID
	Impact   json.RawMessage // the report that the author saw; may be left out
	Position string          // of the log that the report was computed from
}

// ApproveCriteria agrees to a proposal of somebody else.
type ApproveCriteria struct {
	CommandMeta
	Hash     string
	By       uuid.UUID
	Position string
	Impact   json.RawMessage
}

// ActivateCriteria puts criteria in force: approved ones, or, to roll back, earlier ones.
type ActivateCriteria struct {
	CommandMeta
	Hash        string
	EffectiveAt time.Time
	By          uuid.UUID
	Backdated   bool // EffectiveAt may be before OccurredAt
}

// WithdrawCriteria takes a proposal back, or an activation that has not come into force yet.
type WithdrawCriteria struct {
	CommandMeta
	Hash string
	By   uuid.UUID
}

// DocumentHash is the name of a criteria document: "sha256:" and the hexadecimal SHA-256 of its canonical form.
func DocumentHash(document string) string {
	sum := sha256.Sum256([]byte(document))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func (c ProposeCriteria) payload() Payload {
	return &CriteriaProposed{
		Hash: DocumentHash(c.Document), Document: c.Document, By: c.By, Impact: c.Impact, Position: c.Position,
	}
}

func (c ApproveCriteria) payload() Payload {
	return &CriteriaApproved{Hash: c.Hash, By: c.By, Impact: c.Impact, Position: c.Position}
}

func (c ActivateCriteria) payload() Payload {
	return &CriteriaActivated{Hash: c.Hash, EffectiveAt: c.EffectiveAt, By: c.By}
}

func (c WithdrawCriteria) payload() Payload { return &CriteriaWithdrawn{Hash: c.Hash, By: c.By} }

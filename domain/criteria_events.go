package domain

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// CriteriaProposed puts a criteria document forward. Its hash names it from then on.
type CriteriaProposed struct {
	Hash     string          `json:"hash"`     // "sha256:" and 64 hexadecimal digits, of the canonical document
	Document string          `json:"document"` // the canonical document
	By       uuid.UUID       `json:"by"`
	Impact   json.RawMessage `json:"impact,omitempty"`   // the report that the author saw: a JSON object, no names
	Position string          `json:"position,omitempty"` // of the log that the report was computed from
}

// CriteriaApproved is the second pair of eyes.
type CriteriaApproved struct {
	Hash     string          `json:"hash"`
	By       uuid.UUID       `json:"by"`
	Impact   json.RawMessage `json:"impact,omitempty"`   // the report that the approver saw, as in CriteriaProposed
	Position string          `json:"position,omitempty"` // of the log that the report was computed from
}

// CriteriaActivated puts a document in force. Activating an earlier one is how to roll back.
type CriteriaActivated struct {
	Hash        string    `json:"hash"`
	EffectiveAt time.Time `json:"effective_at"`
	Document    string    `json:"document,omitempty"`
	By          uuid.UUID `json:"by,omitzero"`
}

// CriteriaWithdrawn takes a proposal back, or an activation that has not come into force yet.
type CriteriaWithdrawn struct {
	Hash string    `json:"hash"`
	By   uuid.UUID `json:"by"`
}

func (*CriteriaProposed) EventType() EventType  { return TypeCriteriaProposed }
func (*CriteriaApproved) EventType() EventType  { return TypeCriteriaApproved }
func (*CriteriaActivated) EventType() EventType { return TypeCriteriaActivated }
func (*CriteriaWithdrawn) EventType() EventType { return TypeCriteriaWithdrawn }

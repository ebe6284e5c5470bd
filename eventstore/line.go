package eventstore

import (
	"encoding/json"
	"time"
)

// Line is an event as JSON: the envelope, flat, and the payload as it is stored.
type Line struct {
	ID            string          `json:"id"`
	Type          string          `json:"type"`
	Stream        string          `json:"stream"`
	Revision      uint64          `json:"revision"`
	Position      string          `json:"position"`
	RecordedAt    time.Time       `json:"recorded_at"`
	OccurredAt    time.Time       `json:"occurred_at"`
	Actor         string          `json:"actor,omitempty"`
	Source        string          `json:"source,omitempty"`
	CorrelationID string          `json:"correlation_id,omitempty"`
	CausationID   string          `json:"causation_id,omitempty"`
	Schema        int             `json:"schema"`
	Data          json.RawMessage `json:"data,omitempty"`
}

// NewLine returns an event as JSON. A payload that is no JSON, damaged or foreign, is shown as text, not hidden.
func NewLine(e RecordedEvent) Line {
	line := Line{ID: e.ID.String(), Type: string(e.Type), Stream: e.Stream, Revision: uint64(e.Revision),
		Position: e.Position.String(), RecordedAt: e.RecordedAt.UTC(), OccurredAt: e.Meta.OccurredAt.UTC(),
		Actor: e.Meta.Actor, Source: e.Meta.Source, CorrelationID: e.Meta.CorrelationID, CausationID: e.Meta.CausationID,
		Schema: e.Meta.Schema}
	if json.Valid(e.Data) {
		line.Data = e.Data
	} else if len(e.Data) > 0 {
		line.Data, _ = json.Marshal(string(e.Data)) // a text always can be
	}
	return line
}

package awarding

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections"
)

// Waiting is an award that waits for a reviewer.
type Waiting struct {
	Award uuid.UUID
	Case  domain.AwardCase
	Since time.Time // when it was proposed; looking back before that, when it took its place in the register
}

// WaitingAwards lists what waits for review as of a time, the longest first; of one program, or of all for "".
func WaitingAwards(register *projections.Register, program string, asOf time.Time) []Waiting {
	var waiting []Waiting
	for _, a := range register.All(program) {
		state, ok := a.AsOf(asOf)
		if !ok || state.Status != domain.AwardStatusProposed {
			continue
		}
		since := a.Events[0].RecordedAt
		if since.After(asOf) {
			since = state.Case.From()
		}
		waiting = append(waiting, Waiting{a.ID, state.Case, since.UTC()})
	}
	slices.SortStableFunc(waiting, func(a, b Waiting) int { return a.Since.Compare(b.Since) })
	return waiting
}

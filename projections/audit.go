package projections

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// AuditReason is why an award does not hold up.
type AuditReason string

// The reasons. The first three are about awards that were right, given what was known when they were decided.
const (
	AuditEvidenceVoided  AuditReason = "evidence voided since"
	AuditHistoryChanged  AuditReason = "history changed since"
	AuditCriteriaChanged AuditReason = "criteria changed since"
	AuditNeverJustified  AuditReason = "never justified"
)

// Audit is what became of recomputing awards from the log and the criteria that they name.
type Audit struct {
	Program  string         `json:"program,omitempty"` // "" for all
	AsOf     time.Time      `json:"as_of"`
	Position string         `json:"position"`
	Awards   int            `json:"awards"` // looked at
	Closed   int            `json:"closed"` // left out, as they were declined, revoked or expired
	HoldUp   int            `json:"hold_up"`
	Unmet    int            `json:"unmet"` // of those that hold up: open, and their own criteria are not met any more
	Findings []AuditFinding `json:"findings"`
}

// AuditFinding is an award that does not hold up.
type AuditFinding struct {
	Award    uuid.UUID          `json:"award"`
	Program  string             `json:"program"`
	Person   uuid.UUID          `json:"person"`
	Name     string             `json:"name,omitempty"`
	Tier     string             `json:"tier"`
	Status   domain.AwardStatus `json:"status"`
	EarnedAt time.Time          `json:"earned_at"`
	From     time.Time          `json:"effective_at"`
	Criteria string             `json:"criteria"`
	Position string             `json:"position"` // on which it was decided
	Reasons  []AuditCause       `json:"reasons"`
	Decided  *AuditDecision     `json:"decided,omitempty"` // what explains that it stands
}

// AuditCause is one reason with what it is about.
type AuditCause struct {
	Reason   AuditReason `json:"reason"`
	Detail   string      `json:"detail"`
	Events   []uuid.UUID `json:"events,omitempty"`   // those voided
	Criteria string      `json:"criteria,omitempty"` // those in force that do not support it
}

// AuditDecision is what was decided about an award that does not hold up.
type AuditDecision struct {
	Kind     string    `json:"kind"`               // kept, grace, reached, proposed or closed
	Criteria string    `json:"criteria,omitempty"` // under which it was kept, or is in grace
	Until    time.Time `json:"until,omitzero"`     // end of the grace
	At       time.Time `json:"at,omitzero"`        // when the tier was reached, as is known now, or the award was closed
	Code     string    `json:"code,omitempty"`     // why it was closed
}

// The kinds of decisions.
const (
	DecidedKept     = "kept"     // the policy of the criteria in force lets it stand
	DecidedGrace    = "grace"    // it ends later, unless it is supported again
	DecidedReached  = "reached"  // the tier was reached at another time, and is held
	DecidedProposed = "proposed" // a reviewer is to decide
	DecidedClosed   = "closed"   // declined, revoked or expired
)

// AuditOptions choose what to audit.
type AuditOptions struct {
	Program string    // "" for all
	Person  uuid.UUID // the zero id for everybody
	All     bool      // closed awards, too
	Workers int       // 0 for one a core
}

// AuditSources are what an audit reads, all up to the same position. People and Plans may be nil.
type AuditSources struct {
	Store      eventstore.Store // for what was known earlier
	Facts      *Facts
	Register   *Register
	Governance *Governance
	People     *People
	Plans      *Plans // compiled criteria of before
}

// NewAudit recomputes the awards of a register as of a time and lists those that do not hold up.
//
// An award holds up when its tier was held at the time at which it was earned, under the criteria that it names and that
// were activated, with the measures and by the events that it names; and while it is open, the criteria in force support
// it, or its own are not met any more either: then nothing changed but time, and the policy of the criteria in force has
// it.
//
// Each is recomputed with what is known now. Those that do not come out right are recomputed with what was known at
// their own positions, for which the log is read once more.
func NewAudit(ctx context.Context, from AuditSources, asOf time.Time, opt AuditOptions) (*Audit, error) {
	x := &auditor{AuditSources: from, asOf: asOf, plans: map[string]*auditPlan{}, inForce: map[string]*auditPlan{}}
	audit := &Audit{Program: opt.Program, AsOf: asOf.UTC(), Position: from.Facts.position.String(),
		Findings: []AuditFinding{}}
	for _, a := range from.Register.All(opt.Program) {
		if opt.Person != uuid.Nil && a.First.Person != opt.Person {
			continue
		}
		state, ok := a.AsOf(asOf)
		if !ok {
			continue
		}
		if !opt.All && !state.Status.Open() {
			audit.Closed++
			continue
		}
		if err := x.add(a, state); err != nil {
			return nil, err
		}
	}
	// One mentor after the other: what they hold now is computed once.
	slices.SortStableFunc(x.cases, func(a, b *auditCase) int {
		return bytes.Compare(a.state.Case.Person[:], b.state.Case.Person[:])
	})
	x.judgeNow(opt.Workers)
	if err := x.judgeThen(ctx); err != nil {
		return nil, err
	}
	audit.Awards = len(x.cases)
	for _, c := range x.cases {
		if len(c.causes) > 0 {
			finding, err := x.finding(c)
			if err != nil {
				return nil, err
			}
			audit.Findings = append(audit.Findings, finding)
			continue
		}
		audit.HoldUp++
		if c.unmet {
			audit.Unmet++
		}
	}
	slices.SortStableFunc(audit.Findings, func(a, b AuditFinding) int { return a.From.Compare(b.From) })
	return audit, nil
}

// finding puts together what is said about an award that does not hold up.
func (x *auditor) finding(c *auditCase) (AuditFinding, error) {
	given := &c.state.Case
	f := AuditFinding{
		Award: c.state.ID, Program: string(given.Program), Person: given.Person, Tier: string(given.Tier),
		Status: c.state.Status, EarnedAt: given.EarnedAt.UTC(), From: given.From().UTC(), Criteria: given.Criteria,
		Position: given.Position, Reasons: c.causes,
	}
	if x.People != nil {
		contact, _ := x.People.Contact(f.Person)
		f.Name = contact.Name
	}
	var err error
	f.Decided, err = x.decided(c)
	return f, err
}

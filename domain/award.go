package domain

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Award is the state of an award's stream: what was decided about it. The lists belong to the state and are not to be
// changed.
type Award struct {
	ID     uuid.UUID
	Status AwardStatus // "" before anything was decided
	Case   AwardCase   // of the grant, or of the proposal while there is none

	ProposedAt time.Time // zero where it was granted without a proposal
	GrantedAt  time.Time
	GrantedBy  uuid.UUID // the reviewer; zero where the criteria alone decided
	KeptUnder  []string  // hashes of criteria, oldest first

	// Where it is declined, revoked or expired:
	ClosedAt    time.Time
	ClosedBy    uuid.UUID // zero where the criteria decided
	ClosedUnder string    // hash of the criteria, where the event names them
	ReasonCode  string

	Claims           []Claim
	Acknowledgements []Acknowledgement
	ledger           ledger
}

// AwardStatus is what was decided about an award last.
type AwardStatus string

// The statuses. The last three are final.
const (
	AwardStatusProposed AwardStatus = "proposed"
	AwardStatusGranted  AwardStatus = "granted"
	AwardStatusKept     AwardStatus = "kept" // granted, and standing although later criteria would not give it
	AwardStatusDeclined AwardStatus = "declined"
	AwardStatusRevoked  AwardStatus = "revoked"
	AwardStatusExpired  AwardStatus = "expired"
)

// Claim is a reward taken up.
type Claim struct {
	EventID uuid.UUID
	Reward  Slug
	By      uuid.UUID
	At      time.Time
}

// Acknowledgement is one that stands: its event was not voided.
type Acknowledgement struct {
	EventID     uuid.UUID
	Audience    Audience
	Names       []uuid.UUID
	TextVersion string
	At          time.Time
}

// Held tells whether the person has the award: granted or kept.
func (s AwardStatus) Held() bool { return s == AwardStatusGranted || s == AwardStatusKept }

// Open tells whether the award is held or proposed.
func (s AwardStatus) Open() bool { return s == AwardStatusProposed || s.Held() }

// AwardDecider returns the decider of an award's stream.
//
// An award is granted at once; or it is proposed, and then granted as it was proposed, or declined, by a reviewer who
// is not the person. A proposal that is revoked or expires lapses. A granted award may be kept, once under the same
// criteria, until it is revoked or expires. While it is held, the person claims each of its rewards once, and it is
// acknowledged once before an audience, until that acknowledgement is voided. What is decided is final: only to void
// the deciding event takes the award back to where it was. Voiding a grant takes what was decided after it along.
//
// Imported events may come in any order of time.
func AwardDecider(award uuid.UUID) Decider[*Award] {
	return Decider[*Award]{Initial: &Award{ID: award}, Decide: (*Award).decide, Evolve: (*Award).Evolve}
}

// HasClaimed tells whether a reward was taken up.
func (a *Award) HasClaimed(reward Slug) bool {
	return slices.ContainsFunc(a.Claims, func(c Claim) bool { return c.Reward == reward })
}

func (a *Award) evolve(e Event) State { return a.Evolve(e) }

// Evolve returns the award after an event.
func (a *Award) Evolve(e Event) *Award {
	next := *a
	var voids bool
	if next.ledger, voids = a.ledger.after(e); voids {
		next.refold()
	} else {
		next.apply(e.ID, e.Meta.OccurredAt, e.Payload)
	}
	return &next
}

// refold computes the state anew from the events that still count.
func (a *Award) refold() {
	*a = Award{ID: a.ID, ledger: a.ledger}
	a.ledger.kept(a.apply)
}

func (a *Award) apply(id uuid.UUID, at time.Time, p Payload) {
	at = at.UTC()
	switch v := p.(type) {
	case *AwardProposed:
		a.Status, a.Case, a.ProposedAt = AwardStatusProposed, v.AwardCase, at
	case *AwardGranted:
		a.Status, a.Case, a.GrantedAt, a.GrantedBy = AwardStatusGranted, v.AwardCase, at, v.By
	case *AwardDeclined:
		a.close(AwardStatusDeclined, at, v.By, "", v.ReasonCode)
	case *AwardKept:
		if a.Status.Held() {
			a.Status = AwardStatusKept
			a.KeptUnder = append(slices.Clip(a.KeptUnder), v.Criteria)
		}
	case *AwardRevoked:
		a.close(AwardStatusRevoked, at, v.By, v.Criteria, v.ReasonCode)
	case *AwardExpired:
		a.close(AwardStatusExpired, at, uuid.Nil, v.Criteria, v.ReasonCode)
	case *RewardClaimed:
		if a.Status.Held() { // it is not, where the grant was voided since
			a.Claims = append(slices.Clip(a.Claims), Claim{EventID: id, Reward: v.Reward, By: v.By, At: at})
		}
	case *AcknowledgementPublished:
		a.Acknowledgements = append(slices.Clip(a.Acknowledgements), Acknowledgement{
			EventID: id, Audience: v.Audience, Names: v.Names, TextVersion: v.TextVersion, At: at,
		})
	}
}

// close ends the award. Where its grant was voided there is nothing to end, and it stays undecided.
func (a *Award) close(s AwardStatus, at time.Time, by uuid.UUID, criteria, reason string) {
	if a.Status == "" {
		return
	}
	a.Status, a.ClosedAt, a.ClosedBy, a.ClosedUnder, a.ReasonCode = s, at, by, criteria, reason
}

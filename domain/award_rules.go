package domain

import (
	"maps"
	"slices"

	"github.com/google/uuid"
)

func (a *Award) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if review, ok := cmd.(ReviewAward); ok && review.Grant {
		if a.ledger.find(meta.ID) >= 0 {
			return nil, nil
		}
		if a.Status == "" {
			return nil, a.undecidedError("reviewed")
		}
		granted := &AwardGranted{a.Case}
		granted.By = review.By
		payload = granted
	}
	if done, err := judgeCommon(a.ledger, CategoryAward, meta, payload); done || err != nil {
		return nil, err
	}
	if err := a.judge(meta, payload); err != nil {
		return nil, err
	}
	return []Event{meta.event(0, payload)}, nil
}

func (a *Award) judge(meta *CommandMeta, payload Payload) error {
	switch v := payload.(type) {
	case *EventVoided:
		return a.ledger.judgeVoid(v, meta.ID)
	case *AwardProposed:
		if a.Status != "" {
			return a.decidedError("an award is proposed once")
		}
	case *AwardGranted:
		return a.judgeGranted(meta, v)
	case *AwardDeclined:
		return a.judgeReview(meta, v.By)
	case *AwardKept:
		return a.judgeKept(v)
	case *AwardRevoked:
		return a.judgeRevoked(meta, v)
	case *AwardExpired:
		return a.judgeEnd()
	case *RewardClaimed:
		return a.judgeClaim(meta, v)
	case *AcknowledgementPublished:
		return a.judgeAcknowledgement(meta, v)
	}
	return nil
}

// undecidedError refuses what needs an award or a proposal where there is none.
func (a *Award) undecidedError(done string) error {
	return notFound("", "award "+a.ID.String()+" was never proposed or granted", "only then can it be "+done)
}

// decidedError says how the award was decided.
func (a *Award) decidedError(hint string) error {
	at, by := a.ClosedAt, a.ClosedBy
	switch a.Status {
	case AwardStatusProposed:
		at, by = a.ProposedAt, uuid.Nil
	case AwardStatusGranted, AwardStatusKept:
		at, by = a.GrantedAt, a.GrantedBy
	}
	how := string(a.Status)
	if a.Status == AwardStatusKept {
		how = string(AwardStatusGranted)
	}
	message := "the award was already " + how + ", at " + formatTime(at)
	if by != uuid.Nil {
		message += ", by " + by.String()
	}
	return conflict("", message, hint)
}

// finalHint is how to go on where a decision stands in the way.
const finalHint = "a decision stands unless its event is voided"

func (a *Award) judgeGranted(meta *CommandMeta, v *AwardGranted) error {
	if a.Status == AwardStatusProposed {
		if err := a.judgeReview(meta, v.By); err != nil {
			return err
		}
		if field := a.Case.differs(&v.AwardCase); field != "" {
			return conflict(field, "is not what was proposed", "a review grants the award as it was proposed")
		}
		return nil
	}
	if a.Status != "" {
		return a.decidedError(finalHint)
	}
	if v.By == v.Person {
		return forbidden("by", "nobody grants an award to themselves", "somebody else reviews it")
	}
	return nil
}

// judgeReview says whether somebody may review the award now.
func (a *Award) judgeReview(meta *CommandMeta, by uuid.UUID) error {
	switch {
	case a.Status == "":
		return a.undecidedError("reviewed")
	case a.Status != AwardStatusProposed:
		return a.decidedError(finalHint)
	case by == uuid.Nil:
		return invalid("by", "is missing", "a proposed award is decided by a reviewer")
	case by == a.Case.Person:
		return forbidden("by", "nobody reviews their own award", "somebody else reviews it")
	case meta.OccurredAt.Before(a.ProposedAt) && !meta.Imported:
		return conflict("occurred_at", "is before the proposal at "+formatTime(a.ProposedAt), "review an award after it")
	}
	return nil
}

// differs names the first field in which two cases are not the same, the reviewer aside; "" when they are.
func (c *AwardCase) differs(o *AwardCase) string {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"program", c.Program == o.Program},
		{"person", c.Person == o.Person},
		{"tier", c.Tier == o.Tier},
		{"earned_at", c.EarnedAt.Equal(o.EarnedAt)},
		{"criteria", c.Criteria == o.Criteria},
		{"position", c.Position == o.Position},
		{"measures", maps.Equal(c.Measures, o.Measures)},
		{"evidence", slices.Equal(c.Evidence, o.Evidence)},
		{"backlog", c.Backlog == o.Backlog},
		{"effective_at", c.EffectiveAt.Equal(o.EffectiveAt)},
		{"as_of", c.AsOf.Equal(o.AsOf)},
		{"evidence_total", c.EvidenceTotal == o.EvidenceTotal},
	} {
		if !f.same {
			return f.name
		}
	}
	return ""
}

// judgeHeld says whether the person has the award.
func (a *Award) judgeHeld(done string) error {
	switch {
	case a.Status == "":
		return a.undecidedError(done)
	case a.Status == AwardStatusProposed:
		return conflict("", "the award is only proposed, since "+formatTime(a.ProposedAt), "review it first")
	case !a.Status.Held():
		return a.decidedError("only an award that is held can be " + done)
	}
	return nil
}

func (a *Award) judgeKept(v *AwardKept) error {
	if err := a.judgeHeld("kept"); err != nil {
		return err
	}
	if slices.Contains(a.KeptUnder, v.Criteria) {
		return conflict("criteria", "the award was already kept under "+nameCriteria(v.Criteria),
			"an award is kept once under the same criteria")
	}
	return nil
}

func (a *Award) judgeEnd() error {
	switch {
	case a.Status == "":
		return a.undecidedError("ended")
	case !a.Status.Open():
		return a.decidedError(finalHint)
	}
	return nil
}

// judgeRevoked lets a person end the award from when it is held. The award process may find out later that one ended
// before somebody reviewed it.
func (a *Award) judgeRevoked(meta *CommandMeta, v *AwardRevoked) error {
	if err := a.judgeEnd(); err != nil || v.By == uuid.Nil {
		return err
	}
	return a.judgeTime(meta)
}

func (a *Award) judgeClaim(meta *CommandMeta, v *RewardClaimed) error {
	if err := a.judgeHeld("claimed from"); err != nil {
		return err
	}
	if v.By != a.Case.Person {
		return forbidden("by", v.By.String()+" does not hold this award", "its holder claims: "+a.Case.Person.String())
	}
	for _, c := range a.Claims {
		if c.Reward == v.Reward {
			return conflict("reward", string(v.Reward)+" was already claimed, at "+formatTime(c.At),
				"an award brings a reward once")
		}
	}
	return a.judgeTime(meta)
}

func (a *Award) judgeAcknowledgement(meta *CommandMeta, v *AcknowledgementPublished) error {
	if err := a.judgeHeld("acknowledged"); err != nil {
		return err
	}
	for _, k := range a.Acknowledgements {
		if k.Audience == v.Audience {
			return conflict("audience",
				"the award was already acknowledged before "+string(v.Audience)+", at "+formatTime(k.At),
				"void that acknowledgement to publish another, event "+k.EventID.String())
		}
	}
	return a.judgeTime(meta)
}

// judgeTime refuses what would have happened before the award.
func (a *Award) judgeTime(meta *CommandMeta) error {
	from := a.Case.From()
	if a.GrantedAt.After(from) {
		from = a.GrantedAt
	}
	if meta.OccurredAt.Before(from) && !meta.Imported {
		return conflict("occurred_at", "is before "+formatTime(from)+", from when the award is held", "")
	}
	return nil
}

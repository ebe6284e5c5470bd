package domain

import "github.com/google/uuid"

func (c *AwardCase) check() error {
	if err := firstError(
		c.Program.check("program"), requiredID("person", c.Person), c.Tier.check("tier"),
		checkTime("earned_at", c.EarnedAt), checkHash("criteria", c.Criteria),
		required("position", c.Position), checkID("position", c.Position)); err != nil {
		return err
	}
	if len(c.Measures) > MeasuresPerAwardMax {
		return invalid("measures", itoa(len(c.Measures))+" measures", "at most "+itoa(MeasuresPerAwardMax)+" are allowed")
	}
	for name := range c.Measures {
		if err := firstError(required("measures", name), checkName("measures", name)); err != nil {
			return err
		}
	}
	if len(c.Evidence) > EvidenceEventsMax {
		return invalid("evidence", itoa(len(c.Evidence))+" events", "at most "+itoa(EvidenceEventsMax)+" are allowed")
	}
	if c.EvidenceTotal != 0 && (c.EvidenceTotal <= len(c.Evidence) || c.EvidenceTotal > EvidenceTotalMax) {
		return invalid("evidence_total", itoa(c.EvidenceTotal)+" is out of range",
			"it is more than the events in evidence, at most "+itoa(EvidenceTotalMax)+"; leave it out where those are all")
	}
	if !c.EffectiveAt.IsZero() && c.EffectiveAt.Before(c.EarnedAt) {
		return invalid("effective_at", "is before earned_at", "an award takes its place when it is earned, or later")
	}
	return firstError(checkOptionalTime("effective_at", c.EffectiveAt), checkOptionalTime("as_of", c.AsOf))
}

func (p *AwardDeclined) check() error {
	return firstError(requiredID("by", p.By), checkCode("reason_code", p.ReasonCode))
}

func (p *AwardKept) check() error { return checkHash("criteria", p.Criteria) }

func (p *AwardRevoked) check() error {
	return firstError(checkOptionalHash("criteria", p.Criteria), checkCode("reason_code", p.ReasonCode))
}

func (p *AwardExpired) check() error {
	return firstError(checkOptionalHash("criteria", p.Criteria), checkCode("reason_code", p.ReasonCode))
}

func (p *RewardClaimed) check() error {
	return firstError(p.Reward.check("reward"), requiredID("by", p.By))
}

func (p *AcknowledgementPublished) check() error {
	if len(p.Names) == 0 || len(p.Names) > NamedPeopleMax {
		return invalid("names", itoa(len(p.Names))+" people", "name 1 to "+itoa(NamedPeopleMax))
	}
	seen := make(map[uuid.UUID]bool, len(p.Names))
	for _, person := range p.Names {
		if person == uuid.Nil || seen[person] {
			return invalid("names", person.String()+" is nobody, or is there twice", "name each person once, by uuid")
		}
		seen[person] = true
	}
	return firstError(
		p.Audience.check(), required("text_version", p.TextVersion), checkWord("text_version", p.TextVersion))
}

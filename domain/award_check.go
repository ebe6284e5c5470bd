package domain

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
	return nil
}

func (p *AwardDeclined) check() error {
	return firstError(requiredID("by", p.By), checkName("reason_code", p.ReasonCode))
}

func (p *AwardKept) check() error { return checkHash("criteria", p.Criteria) }

func (p *AwardRevoked) check() error {
	if p.Criteria != "" {
		if err := checkHash("criteria", p.Criteria); err != nil {
			return err
		}
	}
	return checkName("reason_code", p.ReasonCode)
}

func (p *AwardExpired) check() error { return nil }

func (p *RewardClaimed) check() error {
	return firstError(p.Reward.check("reward"), requiredID("by", p.By))
}

func (p *AcknowledgementPublished) check() error {
	if len(p.Names) == 0 || len(p.Names) > NamedPeopleMax {
		return invalid("names", itoa(len(p.Names))+" people", "name 1 to "+itoa(NamedPeopleMax))
	}
	return firstError(
		p.Audience.check(), required("text_version", p.TextVersion), checkID("text_version", p.TextVersion))
}

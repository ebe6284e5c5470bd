package domain

import "time"

func (p *ProgramOpened) check() error {
	return firstError(required("title", p.Title), checkID("title", p.Title), checkName("kind", p.Kind))
}

func (p *RewardDefined) check() error {
	if err := firstError(
		p.Reward.check("reward"), required("title", p.Title), checkID("title", p.Title), checkName("kind", p.Kind),
		checkOptionalTime("valid_from", p.ValidFrom), checkOptionalTime("valid_to", p.ValidTo)); err != nil {
		return err
	}
	if p.Capacity < 0 || p.Capacity > CapacityMax {
		return invalid("capacity", itoa(p.Capacity)+" is out of range",
			"1 to "+itoa(CapacityMax)+" are allowed; leave it out for no limit")
	}
	if !p.ValidFrom.IsZero() && !p.ValidTo.IsZero() && !p.ValidFrom.Before(p.ValidTo) {
		return invalid("valid_to", p.ValidTo.UTC().Format(time.RFC3339)+" is not after valid_from",
			"a reward is valid from valid_from to before valid_to")
	}
	return nil
}

func (p *RewardReserved) check() error {
	return firstError(p.Reward.check("reward"), requiredID("award", p.Award), requiredID("person", p.Person))
}

func (p *RewardReleased) check() error {
	return firstError(p.Reward.check("reward"), requiredID("award", p.Award), checkCode("reason_code", p.ReasonCode))
}

func (p *RoadmapDefined) check() error {
	return firstError(
		p.Roadmap.check("roadmap"), required("title", p.Title), checkID("title", p.Title), checkMilestones(p.Milestones))
}

func (p *FeedbackRhythmSet) check() error {
	if p.AfterSessions < 0 || p.AfterSessions > SessionsMax {
		return invalid("after_sessions", itoa(p.AfterSessions)+" is out of range",
			"1 to "+itoa(SessionsMax)+" are allowed; leave it out to ask at other times")
	}
	if p.DueDays < 0 || p.DueDays > DueDaysMax {
		return invalid("due_days", itoa(p.DueDays)+" is out of range",
			"1 to "+itoa(DueDaysMax)+" are allowed; leave it out for "+itoa(FeedbackDueDays))
	}
	return checkOneOf("every", p.Every, EveryMonth, EveryQuarter, EveryHalfYear, EveryYear)
}

func (p *ProgramClosed) check() error { return nil }

package domain

import "time"

func (p *ProgramOpened) check() error {
	return firstError(required("title", p.Title), checkID("title", p.Title), checkName("kind", p.Kind))
}

func (p *RewardDefined) check() error {
	if err := firstError(
		p.Reward.check("reward"), required("title", p.Title), checkID("title", p.Title),
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

func (p *ProgramClosed) check() error { return nil }

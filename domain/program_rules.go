package domain

import "time"

func (p *Program) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(p.ledger, CategoryProgram, meta, payload); done || err != nil {
		return nil, err
	}
	if err := p.judge(meta, payload); err != nil {
		return nil, err
	}
	return []Event{meta.event(0, payload)}, nil
}

func (p *Program) judge(meta *CommandMeta, payload Payload) error {
	switch v := payload.(type) {
	case *EventVoided:
		return p.judgeVoid(meta, v)
	case *ProgramOpened:
		if p.Opened {
			return conflict("", "program "+string(p.Slug)+" is already open", "choose another slug")
		}
		return nil
	}
	_, releases := payload.(*RewardReleased)
	switch {
	case !p.Opened:
		return notFound("", "program "+string(p.Slug)+" was never opened", "open it first")
	case p.Closed && !releases:
		return conflict("", "program "+string(p.Slug)+" is closed", "void its ProgramClosed to open it again")
	}
	switch v := payload.(type) {
	case *RewardDefined:
		return p.judgeReward(meta, v)
	case *RewardReserved:
		return p.judgeReservation(meta, v)
	case *RewardReleased:
		if _, ok := p.Reservation(v.Reward, v.Award); !ok {
			return notFound("award", "no "+string(v.Reward)+" is reserved for award "+v.Award.String(),
				"only what is reserved can be released")
		}
	}
	return nil
}

func (p *Program) judgeReward(meta *CommandMeta, v *RewardDefined) error {
	if d := p.definition(v.Reward); d != nil && meta.OccurredAt.Before(d.at) {
		if meta.Imported {
			return nil // it replaces nothing
		}
		return conflict("occurred_at", "is before "+formatTime(d.at)+", when "+string(v.Reward)+" was defined last",
			"a definition replaces those before it; void that one to go back")
	}
	reserved := p.Reserved(v.Reward)
	if v.Capacity == 0 || v.Capacity >= reserved {
		return nil
	}
	return conflict("capacity", itoa(reserved)+" of "+string(v.Reward)+" are reserved, more than "+itoa(v.Capacity),
		"give at least "+itoa(reserved)+", or release some first")
}

func (p *Program) judgeReservation(meta *CommandMeta, v *RewardReserved) error {
	d := p.definition(v.Reward)
	if d == nil {
		known := make([]string, len(p.rewards))
		for i := range p.rewards {
			known[i] = string(p.rewards[i].Reward)
		}
		hint := "define it first"
		if s := Suggest(string(v.Reward), known); s != "" {
			hint = "did you mean " + s + "?"
		}
		return notFound("reward", "program "+string(p.Slug)+" has no reward "+quote(string(v.Reward)), hint)
	}
	if _, ok := p.Reservation(v.Reward, v.Award); ok {
		return conflict("award", string(v.Reward)+" is already reserved for award "+v.Award.String(),
			"an award brings a reward once")
	}
	if !meta.Imported {
		if err := d.judgeTime(meta.OccurredAt); err != nil {
			return err
		}
	}
	if d.Capacity > 0 && p.Reserved(v.Reward) >= d.Capacity {
		return conflict("reward", "all "+itoa(d.Capacity)+" of "+string(v.Reward)+" are taken",
			"wait until one is released, or define it with a larger capacity")
	}
	return nil
}

// judgeTime says whether the reward is valid at a time.
func (p *RewardDefined) judgeTime(at time.Time) error {
	switch {
	case !p.ValidFrom.IsZero() && at.Before(p.ValidFrom):
		return conflict("occurred_at", "is before "+formatTime(p.ValidFrom)+", from when "+string(p.Reward)+" is valid",
			"a reward is claimed from valid_from to before valid_to")
	case !p.ValidTo.IsZero() && !at.Before(p.ValidTo):
		return conflict("occurred_at", "is not before "+formatTime(p.ValidTo)+", until when "+string(p.Reward)+" is valid",
			"a reward is claimed from valid_from to before valid_to")
	}
	return nil
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// judgeVoid refuses voids that would leave more of a reward reserved than there are, or a reservation or its release
// without what came before it.
func (p *Program) judgeVoid(meta *CommandMeta, v *EventVoided) error {
	if err := p.ledger.judgeVoid(v, meta.ID); err != nil {
		return err
	}
	after := p.Evolve(meta.event(0, v))
	switch gone := p.ledger.payload(v.EventID).(type) {
	case *RewardDefined:
		return after.judgeLeft(gone.Reward)
	case *RewardReserved:
		if r, ok := p.Reservation(gone.Reward, gone.Award); !ok || r.EventID != v.EventID {
			return conflict("event_id", "what event "+v.EventID.String()+" reserved was released", "void the release first")
		}
	case *RewardReleased:
		if _, ok := p.Reservation(gone.Reward, gone.Award); ok {
			return conflict("event_id", string(gone.Reward)+" was reserved again for award "+gone.Award.String(),
				"void the later reservation first")
		}
		return after.judgeLeft(gone.Reward)
	}
	return nil
}

// judgeLeft says whether there are enough of a reward for those that are reserved.
func (p *Program) judgeLeft(reward Slug) error {
	reserved := p.Reserved(reward)
	switch d := p.definition(reward); {
	case reserved == 0:
	case d == nil:
		return conflict("event_id", "without it, "+string(reward)+" is not defined, and "+itoa(reserved)+" are reserved",
			"release them first")
	case d.Capacity > 0 && reserved > d.Capacity:
		return conflict("event_id",
			"without it, "+itoa(reserved)+" of "+string(reward)+" are reserved, more than its capacity of "+itoa(d.Capacity),
			"release some first, or define it with a larger capacity")
	}
	return nil
}

package domain

import (
	"time"
)

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
		return p.judgeReward(v)
	case *RewardReserved:
		return p.judgeReservation(meta, v)
	case *RewardReleased:
		if _, _, ok := p.Reservation(v.Reward, v.Award); !ok {
			return notFound("award", "no "+string(v.Reward)+" is reserved for award "+v.Award.String(),
				"only what is reserved can be released")
		}
	}
	return nil
}

func (p *Program) judgeReward(v *RewardDefined) error {
	i := p.rewardIndex(v.Reward)
	if i < 0 || v.Capacity == 0 || v.Capacity >= p.Rewards[i].Reserved {
		return nil
	}
	reserved := itoa(p.Rewards[i].Reserved)
	return conflict("capacity", itoa(v.Capacity)+" is less than the "+reserved+" of "+string(v.Reward)+" that are reserved",
		"give "+reserved+" or more, or release some first")
}

func (p *Program) judgeReservation(meta *CommandMeta, v *RewardReserved) error {
	r, ok := p.Reward(v.Reward)
	if !ok {
		var known []string
		for _, r := range p.Rewards {
			if r.Defined {
				known = append(known, string(r.Slug))
			}
		}
		hint := "define it first"
		if s := Suggest(string(v.Reward), known); s != "" {
			hint = "did you mean " + s + "?"
		}
		return notFound("reward", "program "+string(p.Slug)+" has no reward "+quote(string(v.Reward)), hint)
	}
	if _, _, ok := p.Reservation(v.Reward, v.Award); ok {
		return conflict("award", "one "+string(v.Reward)+" is already reserved for award "+v.Award.String(),
			"an award brings each of its rewards once")
	}
	if !meta.Imported {
		if err := r.judgeTime(meta.OccurredAt); err != nil {
			return err
		}
	}
	if r.Capacity > 0 && r.Reserved >= r.Capacity {
		return conflict("reward", "all "+itoa(r.Capacity)+" of "+string(v.Reward)+" are taken",
			"no more are given than its capacity; define it with a larger one, or release one")
	}
	return nil
}

// judgeTime says whether the reward is valid at a time.
func (r *Reward) judgeTime(at time.Time) error {
	switch {
	case !r.ValidFrom.IsZero() && at.Before(r.ValidFrom):
		return conflict("occurred_at", "is before "+string(r.Slug)+" is valid, from "+formatTime(r.ValidFrom)+" on",
			"claim it then")
	case !r.ValidTo.IsZero() && !at.Before(r.ValidTo):
		return conflict("occurred_at", "is too late: "+string(r.Slug)+" was valid until "+formatTime(r.ValidTo),
			"define it anew with a later valid_to")
	}
	return nil
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// judgeVoid refuses voids that would leave more of a reward reserved than there are.
func (p *Program) judgeVoid(meta *CommandMeta, v *EventVoided) error {
	if err := p.ledger.judgeVoid(v, meta.ID); err != nil {
		return err
	}
	for i, after := range p.Evolve(meta.event(0, v)).Rewards {
		before := Reward{Slug: after.Slug}
		if j := p.rewardIndex(after.Slug); j >= 0 {
			before = p.Rewards[j]
		}
		_ = i
		if after.excess() > before.excess() {
			return conflict("event_id", "without it, "+itoa(after.Reserved)+" of "+string(after.Slug)+
				" would be reserved and "+itoa(after.Reserved-after.excess())+" be there", "release some first")
		}
	}
	return nil
}

// excess is how many more are reserved than there are.
func (r *Reward) excess() int {
	switch {
	case !r.Defined:
		return r.Reserved
	case r.Capacity == 0:
		return 0
	}
	return max(r.Reserved-r.Capacity, 0)
}

package domain

// Program is the state of a program's stream.
type Program struct {
	Slug   Slug
	Opened bool
	Closed bool
	ledger ledger
}

// ProgramDecider returns the decider of a program's stream.
func ProgramDecider(program Slug) Decider[*Program] {
	return Decider[*Program]{Initial: &Program{Slug: program}, Decide: (*Program).decide, Evolve: (*Program).Evolve}
}

// HasReward tells whether a reward is defined.
func (p *Program) HasReward(reward Slug) bool {
	return p.ledger.latest(kindOther, string(reward)) != nil
}

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
		return p.ledger.judgeVoid(v, meta.ID)
	case *ProgramOpened:
		if p.Opened {
			return conflict("", "program "+string(p.Slug)+" is already open", "choose another slug")
		}
		return nil
	}
	switch {
	case !p.Opened:
		return notFound("", "program "+string(p.Slug)+" was never opened", "open it first")
	case p.Closed:
		return conflict("", "program "+string(p.Slug)+" is closed", "void its ProgramClosed to open it again")
	}
	return nil
}

func (p *Program) evolve(e Event) State { return p.Evolve(e) }

// Evolve returns the program after an event.
func (p *Program) Evolve(e Event) *Program {
	next := *p
	k, text := kindOther, ""
	switch v := e.Payload.(type) {
	case *ProgramOpened:
		k = kindOpening
		next.Opened = true
	case *RewardDefined:
		text = string(v.Reward)
	case *ProgramClosed:
		k = kindClosing
		next.Closed = true
	case *EventVoided:
		k = kindVoid
		next.ledger = next.ledger.void(v.EventID)
		next.refold()
	}
	next.ledger = next.ledger.add(k, e.ID, e.Meta.OccurredAt, text, 0)
	return &next
}

// refold computes the status anew from the events that still count.
func (p *Program) refold() {
	p.Opened, p.Closed = false, false
	for _, e := range p.ledger.entries() {
		if e.voided {
			continue
		}
		switch e.kind {
		case kindOpening:
			p.Opened = true
		case kindClosing:
			p.Closed = true
		}
	}
}

package domain

// Chronicle is the state of a stream that has no rules of its own here, such as an award's.
type Chronicle struct {
	Stream StreamID
	ledger ledger
}

func (c *Chronicle) decide(cmd Command) ([]Event, error) {
	common, p := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(c.ledger, c.Stream.Category, meta, p); done || err != nil {
		return nil, err
	}
	if v, ok := p.(*EventVoided); ok {
		if err := c.ledger.judgeVoid(v, meta.ID); err != nil {
			return nil, err
		}
	}
	return []Event{meta.event(0, p)}, nil
}

func (c *Chronicle) evolve(e Event) State {
	next := *c
	k := kindOther
	if v, ok := e.Payload.(*EventVoided); ok {
		next.ledger, k = next.ledger.void(v.EventID), kindVoid
	}
	next.ledger = next.ledger.add(k, e.ID, e.Meta.OccurredAt, "", 0)
	return &next
}

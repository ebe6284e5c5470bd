package domain

func (c *Criteria) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(c.ledger, CategoryCriteria, meta, payload); done || err != nil {
		return nil, err
	}
	if v, ok := payload.(*EventVoided); ok {
		if err := c.ledger.judgeVoid(v, meta.ID); err != nil {
			return nil, err
		}
	}
	return []Event{meta.event(0, payload)}, nil
}

package domain

func (a *Award) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(a.ledger, CategoryAward, meta, payload); done || err != nil {
		return nil, err
	}
	if v, ok := payload.(*EventVoided); ok {
		if err := a.ledger.judgeVoid(v, meta.ID); err != nil {
			return nil, err
		}
	}
	return []Event{meta.event(0, payload)}, nil
}

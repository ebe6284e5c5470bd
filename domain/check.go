package domain

import (
	"github.com/google/uuid"
)

// checked is implemented by every payload: check says what could never be right about it, whatever the state.
type checked interface {
	check() error
}

// CheckPayload says what could never be right about a payload, whatever the stream and its state: required fields,
// limits and vocabulary. The error is an *Error with CodeInvalid.
func CheckPayload(p Payload) error {
	if c, ok := p.(checked); ok {
		return c.check()
	}
	if p == nil {
		return invalid("", "the event has no payload", "")
	}
	return invalid("type", "no event type is called "+quote(string(p.EventType())), UnknownTypeHint(p.EventType()))
}

// firstError returns the first that is not nil.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *EventVoided) check() error {
	return firstError(
		requiredID("event_id", p.EventID), required("reason", p.Reason), checkCode("reason", p.Reason))
}

type personalText = struct{ field, text string }

// judgeCommon applies the rules that are the same for every stream. Its first result tells that the command was
// carried out before.
func judgeCommon(l ledger, category string, m *CommandMeta, p Payload) (done bool, err error) {
	if err := checkMeta(m); err != nil {
		return false, err
	}
	if err := CheckPayload(p); err != nil {
		return false, err
	}
	if own, _ := CategoryOf(p.EventType()); own != "" && own != category {
		return false, invalid("type", string(p.EventType())+" does not belong on a "+category+" stream",
			"it belongs on "+own+"-...")
	}
	return l.find(m.ID) >= 0, nil
}

// isOneOf tells whether a person is one of two.
func isOneOf(id, a, b uuid.UUID) bool { return id == a || id == b }

package domain

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// What holds for every command on every stream.
func TestEveryCommand(t *testing.T) {
	start := history(started())
	with := func(change func(*CommandMeta)) HoldSession {
		m := at(2)
		change(&m)
		return HoldSession{CommandMeta: m}
	}
	held := []Payload{&SessionHeld{}}
	runScenarios(t, MentorshipStream(number(7)), map[string]scenario{
		"no id": {given: start, when: with(func(m *CommandMeta) { m.ID = uuid.Nil }), code: CodeInvalid,
			field: "id"},
		"no time": {given: start, when: with(func(m *CommandMeta) { m.OccurredAt = time.Time{} }),
			code: CodeInvalid, field: "occurred_at"},
		"year 0": {given: start,
			when: with(func(m *CommandMeta) { m.OccurredAt = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC) }),
			code: CodeInvalid, field: "occurred_at", says: []string{"0000-01-01", "1900-01-01"}},
		"year 9999": {given: start,
			when: with(func(m *CommandMeta) { m.OccurredAt = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) }),
			code: CodeInvalid, field: "occurred_at", says: []string{"9999-01-01"}},
		"the first time": {given: start,
			when: with(func(m *CommandMeta) { m.OccurredAt, m.Imported = OccurredMin, true }), then: held},
		"before it": {given: start,
			when: with(func(m *CommandMeta) { m.OccurredAt, m.Imported = OccurredMin.Add(-1), true }),
			code: CodeInvalid, field: "occurred_at"},
		"the last time": {given: start, when: with(func(m *CommandMeta) { m.OccurredAt = OccurredMax.Add(-1) }),
			then: held},
		"after it": {given: start, when: with(func(m *CommandMeta) { m.OccurredAt = OccurredMax }),
			code: CodeInvalid, field: "occurred_at"},
		"everything": {given: start, when: with(func(m *CommandMeta) {
			m.Actor, m.Source, m.CorrelationID, m.CausationID = ada.String(), "git", "c0ffee", "d"
		}), then: held},
		"an e-mail as actor": {given: start, when: with(func(m *CommandMeta) { m.Actor = "ada@example.org" }),
			code: CodeInvalid, field: "actor", says: []string{"personal"}},
		"a name as actor": {given: start, when: with(func(m *CommandMeta) { m.Actor = "Ada King" }),
			code: CodeInvalid, field: "actor", says: []string{"personal", "uuid"}, silent: "King"},
		"a name as correlation id": {given: start, when: with(func(m *CommandMeta) { m.CorrelationID = "Ada King" }),
			code: CodeInvalid, field: "correlation_id", silent: "King"},
		"an e-mail as causation id": {given: start, when: with(func(m *CommandMeta) { m.CausationID = "ada@example.org" }),
			code: CodeInvalid, field: "causation_id", silent: "ada@"},
		"a name as source": {given: start, when: with(func(m *CommandMeta) { m.Source = "Jürgen" }),
			code: CodeInvalid, field: "source", silent: "rgen"},
		"a phrase as the reason of a void": {given: start,
			when: VoidEvent{CommandMeta: at(2), EventID: number(1), Reason: "Ada entered it twice"},
			code: CodeInvalid, field: "reason", says: []string{"entered-twice"}, silent: "Ada"},
		"a phrase for a thread": {given: start, when: PostThread{CommandMeta: at(2), Thread: "how Ben learned",
			Visibility: VisibilityRoom,
			Personal:   ThreadText{Of: ben, Text: "x"}},
			code: CodeInvalid, field: "thread", silent: "Ben"},
		"a long source": {given: start,
			when: with(func(m *CommandMeta) { m.Source = strings.Repeat("x", IDBytesMax+1) }),
			code: CodeInvalid, field: "source"},
		"a correlation id that is not UTF-8": {given: start,
			when: with(func(m *CommandMeta) { m.CorrelationID = "\xff" }),
			code: CodeInvalid, field: "correlation_id", says: []string{"UTF-8"}},
		"a causation id of two lines": {given: start, when: with(func(m *CommandMeta) { m.CausationID = "a\nb" }),
			code: CodeInvalid, field: "causation_id"},
		"no payload": {given: start, when: record(2, nil), code: CodeInvalid, says: []string{"no payload"}},
		"an unknown type": {given: start, when: record(2, unknownPayload{}), code: CodeInvalid, field: "type",
			says: []string{"SesionHeld", "did you mean SessionHeld?"}},
		"done before": {given: start,
			when: func() Command { m := at(2); m.ID = number(1); return HoldSession{CommandMeta: m} }()},
	})
}

type unknownPayload struct{}

func (unknownPayload) EventType() EventType { return "SesionHeld" }

func TestTimesAreKeptInUTC(t *testing.T) {
	d := MentorshipDecider(number(7))
	cmd := StartMentorship{CommandMeta: at(1), Program: "git", Mentor: ada, Mentee: ben}
	cmd.OccurredAt = hour(1).In(time.FixedZone("", 3600))
	events, err := d.Decide(d.Initial, cmd)
	if err != nil || events[0].Meta.OccurredAt != hour(1) {
		t.Errorf("got %v, %v, want %v", events, err, hour(1))
	}
}

func TestDeciderForRefusesOtherStreams(t *testing.T) {
	if _, err := DeciderFor("mentor-1"); ErrorCode(err) != CodeInvalid {
		t.Errorf("got %v", err)
	}
}

func TestErrorCode(t *testing.T) {
	if got := ErrorCode(nil); got != "" {
		t.Errorf("nil has code %q", got)
	}
	if got := (&Error{Code: CodeInvalid, Field: "f", Message: "m", Hint: "h"}).Error(); got != "f: m; h" {
		t.Errorf("got %q", got)
	}
}

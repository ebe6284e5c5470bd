package naive

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestHistoryGrows holds the replay to what must be true of any log and document: looking earlier gives a beginning of
// the same history, and events of other programs and of nobody change nothing. Replay itself checks that no instant
// at which a measure changes was missed.
func TestHistoryGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, doc := History(t), []byte(Document(t))
		asOf := AsOf(t, events)
		early := must(Replay(events, CaseProgram, doc, Options{AsOf: asOf}))
		later := early.AsOf.AddDate(2, 0, 0)
		late := must(Replay(events, CaseProgram, doc, Options{AsOf: &later}))
		for _, m := range early.Mentors {
			i := slices.IndexFunc(late.Mentors, func(other Mentor) bool { return other.Person == m.Person })
			if i < 0 {
				t.Fatalf("mentor %s is gone later", m.Person)
			}
			history := late.Mentors[i].History
			if len(history) < len(m.History) || !slices.Equal(history[:len(m.History)], m.History) {
				t.Fatalf("history of %s is %v, and later %v", m.Person, m.History, history)
			}
			if len(history) > len(m.History) && !history[len(m.History)].At.After(early.AsOf) {
				t.Fatalf("transition %v is missing as of %v", history[len(m.History)], early.AsOf)
			}
		}
	})
}

// TestVoidIsAsIfNever compares a log that voids an event with the same log without both.
func TestVoidIsAsIfNever(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events, doc := History(t), []byte(Document(t))
		i := rapid.IntRange(0, len(events)-1).Draw(t, "voided")
		if slices.Contains([]string{"EventVoided", "PersonRegistered"}, events[i].Type) {
			t.Skip("not voided")
		}
		asOf := AsOf(t, events)
		if asOf == nil {
			last := must(Replay(events, CaseProgram, doc, Options{})).AsOf
			asOf = &last
		}
		without := slices.Delete(slices.Clone(events), i, i+1)
		void := Event{
			ID: EventID("void"), Type: "EventVoided", Stream: events[i].Stream, OccurredAt: events[i].OccurredAt,
			Data: []byte(`{"event_id":"` + events[i].ID + `","reason":"mistake"}`),
		}
		got := must(Replay(append(slices.Clone(events), void), CaseProgram, doc, Options{AsOf: asOf})).MentorsJSON()
		want := must(Replay(without, CaseProgram, doc, Options{AsOf: asOf})).MentorsJSON()
		if !bytes.Equal(got, want) {
			t.Fatalf("voided: %s\nnever:  %s", got, want)
		}
	})
}

package domain

import (
	"encoding/json"
	"reflect"
	"runtime"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// anyCommand draws a command on a mentorship from a world that is small enough for things to meet.
func anyCommand(t *rapid.T) Command {
	person := rapid.SampledFrom([]uuid.UUID{ada, ben, cyd})
	event := rapid.Map(rapid.IntRange(1, 40), number)
	word := rapid.SampledFrom([]string{"", "a", "b", "c"})
	meta := CommandMeta{
		ID: event.Draw(t, "id"), OccurredAt: hour(rapid.IntRange(0, 10).Draw(t, "hour")),
		Imported: rapid.Bool().Draw(t, "imported"),
	}
	switch rapid.IntRange(0, 15).Draw(t, "command") {
	case 0, 1:
		return StartMentorship{meta, "git", person.Draw(t, "mentor"), person.Draw(t, "mentee")}
	case 2, 3:
		return HoldSession{CommandMeta: meta, Minutes: rapid.IntRange(-1, 1441).Draw(t, "minutes")}
	case 4:
		return ConfirmSession{meta, event.Draw(t, "session"), person.Draw(t, "by")}
	case 5:
		return SetGoal{CommandMeta: meta, Goal: word.Draw(t, "goal")}
	case 6:
		return MeetGoal{CommandMeta: meta, Goal: word.Draw(t, "goal")}
	case 7:
		return AssignRoadmap{meta, "r", []Slug{"a", Slug(word.Draw(t, "milestone"))}}
	case 8:
		return ReachMilestone{CommandMeta: meta, Roadmap: "r", Milestone: Slug(word.Draw(t, "milestone"))}
	case 9:
		return RequestFeedback{CommandMeta: meta, Request: word.Draw(t, "request"), From: person.Draw(t, "from"),
			About: person.Draw(t, "about")}
	case 10:
		return GiveFeedback{CommandMeta: meta, Request: word.Draw(t, "request"), By: person.Draw(t, "by"),
			About: person.Draw(t, "about"), Rater: rapid.SampledFrom([]Rater{RaterMentee, RaterMentor}).Draw(t, "rater"),
			Rating: Rating(rapid.Int32Range(900, 5100).Draw(t, "rating"))}
	case 11:
		return PauseMentorship{meta}
	case 12:
		return ResumeMentorship{meta}
	case 13:
		return EndMentorship{CommandMeta: meta}
	default:
		return VoidEvent{meta, event.Draw(t, "event"), "r"}
	}
}

// observe is what a state answers to a fixed set of commands, and so all that can be told about it.
func observe(d Decider[*Mentorship], m *Mentorship) []string {
	probes := []Command{
		StartMentorship{at(9), "git", ada, ben}, HoldSession{CommandMeta: at(9)}, PauseMentorship{at(9)},
		ResumeMentorship{at(9)}, EndMentorship{CommandMeta: at(9)},
	}
	for _, w := range []string{"a", "b", "c"} {
		probes = append(probes, SetGoal{CommandMeta: at(9), Goal: w}, MeetGoal{CommandMeta: at(9), Goal: w},
			ReachMilestone{CommandMeta: at(9), Roadmap: "r", Milestone: Slug(w)},
			GiveFeedback{CommandMeta: at(9), Request: w, By: m.Mentor, About: m.Mentee, Rater: RaterMentor, Rating: 4000})
	}
	for n := 1; n <= 40; n++ {
		probes = append(probes, VoidEvent{at(9), number(n), "r"}, ConfirmSession{at(9), number(n), cyd})
	}
	answers := make([]string, len(probes))
	for i, probe := range probes {
		events, err := d.Decide(m, probe)
		if err != nil {
			answers[i] = err.Error()
		} else {
			answers[i] = string(events[0].Payload.EventType())
		}
	}
	return answers
}

// Whatever is decided can be evolved by and read back. Evolving leaves the state before as it was, also when two grow
// from it, and evolving step by step is the same as folding everything at once.
func TestWhateverIsDecidedHolds(t *testing.T) {
	d := MentorshipDecider(number(7))
	rapid.Check(t, func(t *rapid.T) {
		state, log := d.Initial, []Event(nil)
		for range rapid.IntRange(1, 90).Draw(t, "commands") {
			command := anyCommand(t)
			events, err := d.Decide(state, command)
			if err != nil {
				e, ok := err.(*Error)
				if !ok || e.Code == "" || e.Message == "" || len(events) != 0 {
					t.Fatalf("refused with %#v", err)
				}
				continue
			}
			for _, e := range events {
				checkReadsBack(t, e.Payload)
			}
			before := observe(d, state)
			next := d.Fold(state, events...)
			fork := d.Evolve(state, given(41, &GoalSet{Goal: "a"}))
			d.Fold(fork, given(42, &EventVoided{EventID: number(41), Reason: "r"}), given(43, &MentorshipEnded{}))
			if after := observe(d, state); !reflect.DeepEqual(before, after) {
				t.Fatalf("evolving by %+v changed the state before", events)
			}
			state, log = next, append(log, events...)
		}
		if got, want := observe(d, state), observe(d, d.Fold(d.Initial, log...)); !reflect.DeepEqual(got, want) {
			t.Fatalf("step by step %v, at once %v", got, want)
		}
	})
}

func checkReadsBack(t *rapid.T, p Payload) {
	data, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	again := NewPayload(p.EventType())
	if err := json.Unmarshal(data, again); err != nil || !reflect.DeepEqual(again, p) {
		t.Fatalf("%+v reads back as %+v, %v", p, again, err)
	}
}

// A void leaves the mentorship as if the voided event had never been, but for its id, which stays taken.
func TestVoidingUndoes(t *testing.T) {
	d := MentorshipDecider(number(7))
	status := func(m *Mentorship) []any {
		s := []any{m.Started, m.Ended, m.Paused, m.startedAt, m.endedAt}
		for _, k := range []kind{kindGoalSet, kindGoalMet, kindMilestone, kindRequest, kindFeedback} {
			for _, w := range []string{"a", "b", "c", "r\na", "r\nb"} {
				s = append(s, m.ledger.latest(k, w) != nil)
			}
		}
		return s
	}
	rapid.Check(t, func(t *rapid.T) {
		state, log, voided := d.Initial, []Event(nil), map[uuid.UUID]bool{}
		for range rapid.IntRange(1, 90).Draw(t, "commands") {
			events, _ := d.Decide(state, anyCommand(t))
			for _, e := range events {
				if v, ok := e.Payload.(*EventVoided); ok {
					voided[v.EventID] = true
				}
				state, log = d.Evolve(state, e), append(log, e)
			}
		}
		without := d.Initial
		for _, e := range log {
			if _, void := e.Payload.(*EventVoided); !void && !voided[e.ID] {
				without = d.Evolve(without, e)
			}
		}
		if got, want := status(state), status(without); !reflect.DeepEqual(got, want) {
			t.Fatalf("with voids %v, without the voided %v", got, want)
		}
	})
}

// Long streams look ids up in a map, which must know what belongs to which state.
func TestLongStreams(t *testing.T) {
	d := MentorshipDecider(number(7))
	states := []*Mentorship{d.Evolve(d.Initial, given(1, started()))}
	for n := 2; n <= 3*indexedMin; n++ {
		states = append(states, d.Evolve(states[n-2], given(n, &SessionHeld{})))
	}
	void := func(m *Mentorship, n int) error {
		_, err := d.Decide(m, VoidEvent{CommandMeta{ID: number(9999), OccurredAt: hour(1)}, number(n), "r"})
		return err
	}
	for n := 1; n <= 3*indexedMin; n++ {
		m := states[n-1]
		if err := void(m, n); err != nil {
			t.Fatalf("event %d of %d: %v", n, n, err)
		}
		if err := void(m, n+1); ErrorCode(err) != CodeNotFound {
			t.Fatalf("event %d of %d: %v", n+1, n, err)
		}
		fork := d.Evolve(m, given(5000, &SessionHeld{}))
		if err := void(fork, n+1); ErrorCode(err) != CodeNotFound || void(fork, 5000) != nil || void(fork, n) != nil {
			t.Fatalf("the fork at %d knows the wrong events: %v", n, err)
		}
	}
}

func BenchmarkHoldSession(b *testing.B) {
	for _, events := range []int{1, 100, 10_000} {
		b.Run(itoa(events), func(b *testing.B) {
			d, err := DeciderFor(MentorshipStream(number(7)))
			if err != nil {
				b.Fatal(err)
			}
			state := d.Evolve(d.Initial, given(1, started()))
			for n := 2; n <= events; n++ {
				state = d.Evolve(state, given(n, &SessionHeld{}))
			}
			first := state
			b.ReportAllocs()
			n := events
			for b.Loop() {
				if n++; n > 2*events+100 {
					state, n = first, events+1
				}
				command := HoldSession{CommandMeta: CommandMeta{ID: number(n), OccurredAt: day0, Imported: true}, Channel: "call"}
				decided, err := d.Decide(state, command)
				if err != nil {
					b.Fatal(err)
				}
				state = d.Evolve(state, decided[0])
			}
		})
	}
}

// BenchmarkMentorshipsInMemory reports what a mentorship with 12 sessions takes while its state is kept.
func BenchmarkMentorshipsInMemory(b *testing.B) {
	sessions := make([]Event, 12)
	for n := range sessions {
		sessions[n] = given(n+2, &SessionHeld{})
	}
	start := given(1, started())
	var kept []*Mentorship
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for n := 0; b.Loop(); n++ {
		d := MentorshipDecider(number(n))
		kept = append(kept, d.Fold(d.Evolve(d.Initial, start), sessions...))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(kept)), "bytes/mentorship")
	runtime.KeepAlive(kept)
}

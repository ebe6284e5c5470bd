package domain

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func anyMeta(t *rapid.T) CommandMeta {
	return CommandMeta{
		ID:         number(rapid.IntRange(1, 60).Draw(t, "id")),
		OccurredAt: hour(rapid.IntRange(0, 12).Draw(t, "hour")), Imported: rapid.Bool().Draw(t, "imported"),
	}
}

// simulate sends random commands and checks that evolving leaves the state before as it was, that what is decided reads
// back, and that folding at once is the same as step by step. It calls check after every decision with the events that
// count.
func simulate[S any](t *rapid.T, d Decider[S], command func(*rapid.T) Command, see func(S) any,
	check func(state S, log, counting []Event)) {
	state, log := d.Initial, []Event(nil)
	for range rapid.IntRange(1, 60).Draw(t, "commands") {
		events, err := d.Decide(state, command(t))
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Code == "" || e.Message == "" || len(events) != 0 {
				t.Fatalf("refused with %#v", err)
			}
			continue
		}
		before := see(state)
		next := d.Fold(state, events...)
		if after := see(state); !reflect.DeepEqual(before, after) {
			t.Fatalf("evolving by %+v changed the state before", events)
		}
		for _, e := range events {
			checkReadsBack(t, e.Payload)
			if v, ok := e.Payload.(*EventVoided); ok {
				d.Evolve(state, given(99, v)) // a second state that grows from the same one
			}
		}
		state, log = next, append(log, events...)
		check(state, log, counting(log))
	}
	if got, want := see(state), see(d.Fold(d.Initial, log...)); !reflect.DeepEqual(got, want) {
		t.Fatalf("step by step %+v, at once %+v", got, want)
	}
	if got, want := see(state), see(d.Fold(d.Initial, counting(log)...)); !reflect.DeepEqual(got, want) {
		t.Fatalf("with voids %+v, without the voided %+v", got, want)
	}
}

// counting leaves out voids and what they void.
func counting(log []Event) []Event {
	gone := map[uuid.UUID]bool{}
	for _, e := range log {
		if v, ok := e.Payload.(*EventVoided); ok {
			gone[v.EventID], gone[e.ID] = true, true
		}
	}
	return slices.DeleteFunc(slices.Clone(log), func(e Event) bool { return gone[e.ID] })
}

func anyVoid(t *rapid.T, meta CommandMeta) Command {
	return VoidEvent{meta, number(rapid.IntRange(1, 60).Draw(t, "event")), "r"}
}

func TestNoMoreIsReservedThanThereIs(t *testing.T) {
	d := ProgramDecider("git")
	command := func(t *rapid.T) Command {
		meta := anyMeta(t)
		reward := Slug(rapid.SampledFrom([]string{"book", "talk"}).Draw(t, "reward"))
		award := number(rapid.IntRange(51, 55).Draw(t, "award"))
		switch rapid.IntRange(0, 8).Draw(t, "command") {
		case 0, 1:
			return OpenProgram{CommandMeta: meta, Title: "Git"}
		case 2:
			capacity := rapid.IntRange(0, 3).Draw(t, "capacity")
			return DefineReward{CommandMeta: meta, Reward: reward, Title: "A", Capacity: capacity}
		case 3, 4, 5:
			return ReserveReward{meta, reward, award, ada}
		case 6:
			return ReleaseReward{CommandMeta: meta, Reward: reward, Award: award}
		case 7:
			if rapid.IntRange(0, 9).Draw(t, "close") == 0 {
				return CloseProgram{meta}
			}
			return SetFeedbackRhythm{CommandMeta: meta, AtEnd: true}
		}
		return anyVoid(t, meta)
	}
	see := func(p *Program) any { return []any{p.Opened, p.Closed, p.Rewards(), p.Reservations(), p.Rhythm} }
	rapid.Check(t, func(t *rapid.T) {
		simulate(t, d, command, see, func(p *Program, _, counting []Event) {
			reserved := map[Slug]int{}
			for _, e := range counting {
				switch v := e.Payload.(type) {
				case *RewardReserved:
					reserved[v.Reward]++
				case *RewardReleased:
					reserved[v.Reward]--
				}
			}
			for _, r := range p.Rewards() {
				if r.Reserved != reserved[r.Slug] || r.Capacity > 0 && r.Reserved > r.Capacity {
					t.Fatalf("%+v, and counted %d", r, reserved[r.Slug])
				}
			}
		})
	})
}

func TestAnAwardIsDecidedOnce(t *testing.T) {
	d := AwardDecider(number(5))
	command := func(t *rapid.T) Command {
		meta := anyMeta(t)
		person := rapid.SampledFrom([]uuid.UUID{{}, ada, ben, cyd}).Draw(t, "by")
		hash := hashOf(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "criteria"))
		switch rapid.IntRange(0, 10).Draw(t, "command") {
		case 0:
			return ProposeAward{meta, ofAda()}
		case 1:
			return GrantAward{meta, reviewedBy(person)}
		case 2, 3:
			return ReviewAward{meta, person, rapid.Bool().Draw(t, "grant"), ""}
		case 4:
			return KeepAward{CommandMeta: meta, Criteria: hash}
		case 5:
			return RevokeAward{CommandMeta: meta, By: person}
		case 6:
			return ExpireAward{CommandMeta: meta, Criteria: hash}
		case 7:
			return ClaimReward{meta, "book", person}
		case 8:
			return PublishAcknowledgement{meta, AudienceTeam, []uuid.UUID{ada}, "1"}
		}
		return anyVoid(t, meta)
	}
	see := func(a *Award) any {
		shown := *a
		shown.ledger = ledger{}
		return shown
	}
	rapid.Check(t, func(t *rapid.T) {
		simulate(t, d, command, see, func(a *Award, log, _ []Event) {
			switch last := log[len(log)-1].Payload.(type) {
			case *AwardGranted:
				if a.Status != AwardStatusGranted || last.By == ada || a.Case.differs(&last.AwardCase) != "" {
					t.Fatalf("got %+v", a)
				}
			case *AwardDeclined:
				if a.Status != AwardStatusDeclined || last.By == ada || last.By == uuid.Nil {
					t.Fatalf("got %+v", a)
				}
			case *EventVoided:
			default:
				return
			}
			if a.Status.Open() != a.ClosedAt.IsZero() && a.Status != "" {
				t.Fatalf("%s, closed at %v", a.Status, a.ClosedAt)
			}
		})
	})
}

func TestInForceIsWhatTheActivationsSay(t *testing.T) {
	d := CriteriaDecider("git")
	command := func(t *rapid.T) Command {
		meta := anyMeta(t)
		person := rapid.SampledFrom([]uuid.UUID{ada, ben, cyd}).Draw(t, "by")
		version := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "version")
		switch rapid.IntRange(0, 9).Draw(t, "command") {
		case 0, 1:
			return ProposeCriteria{CommandMeta: meta, Document: document(version), By: person}
		case 2, 3:
			return ApproveCriteria{CommandMeta: meta, Hash: hashOf(version), By: person}
		case 4, 5, 6:
			effective := hour(rapid.IntRange(0, 12).Draw(t, "effective"))
			return ActivateCriteria{meta, hashOf(version), effective, person, rapid.Bool().Draw(t, "backdated")}
		case 7:
			return WithdrawCriteria{meta, hashOf(version), person}
		}
		return anyVoid(t, meta)
	}
	see := func(c *Criteria) any { return []any{len(c.Proposals), c.Proposals, c.Activations} }
	rapid.Check(t, func(t *rapid.T) {
		simulate(t, d, command, see, func(c *Criteria, _, counting []Event) {
			for h := range 13 {
				if got, want := inForceAt(c, hour(h)), naiveInForce(counting, hour(h)); got != want {
					t.Fatalf("at hour %d %q is in force, want %q", h, got, want)
				}
			}
			for _, a := range c.Activations {
				if _, ok := c.Document(a.Hash); !ok && !a.Cancelled {
					t.Fatalf("no document for %+v", a)
				}
			}
			for _, p := range c.Proposals {
				if slices.ContainsFunc(p.Approvals, func(a Approval) bool { return a.By == p.By }) {
					t.Fatalf("the author approved %+v", p)
				}
			}
		})
	})
}

func inForceAt(c *Criteria, at time.Time) string {
	hash, _ := c.InForce(at)
	return hash
}

// naiveInForce goes through the log for the activations that are effective by then. A withdrawal takes back those of
// its hash that are not effective yet, unless it is of a proposal that was open then.
func naiveInForce(log []Event, at time.Time) string {
	type activation struct {
		hash      string
		effective time.Time
	}
	var all []activation
	open := map[string]bool{}
	for _, e := range log {
		switch v := e.Payload.(type) {
		case *CriteriaProposed:
			open[v.Hash] = true
		case *CriteriaActivated:
			open[v.Hash] = false
			all = append(all, activation{v.Hash, v.EffectiveAt})
		case *CriteriaWithdrawn:
			if !open[v.Hash] {
				all = slices.DeleteFunc(all, func(a activation) bool {
					return a.hash == v.Hash && a.effective.After(e.Meta.OccurredAt)
				})
			}
			open[v.Hash] = false
		}
	}
	best := activation{}
	for _, a := range all {
		if !a.effective.After(at) && !a.effective.Before(best.effective) {
			best = a
		}
	}
	return best.hash
}

package awarding_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

// claimTestID is a uuid for a test to refer to.
func claimTestID(n int) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

var claimDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

const claimCriteria = `{"apiVersion":"laurel/v1","kind":"Criteria","program":"git","measures":{"n":{"count":"events",
"of":"SessionHeld"}},"score":"n","tiers":[{"id":"champion","when":"n >= 1","rewards":["talk"]}]}`

// crashing is a store whose appends fail now and then, before or after they are recorded, as if the process had died.
type crashing struct {
	eventstore.Store
	calls atomic.Int64
}

var errCrash = errors.New("the process died")

func (c *crashing) Append(ctx context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	n := c.calls.Add(1)
	if n%7 == 3 {
		return eventstore.AppendResult{}, errCrash
	}
	result, err := c.Store.Append(ctx, a)
	if err == nil && n%5 == 2 {
		return eventstore.AppendResult{}, errCrash
	}
	return result, err
}

// send appends events of a stream to a store.
func send(t *testing.T, store eventstore.Store, stream string, n int, payloads ...domain.Payload) {
	t.Helper()
	for i, p := range payloads {
		e, err := eventstore.Encode(domain.Event{ID: claimTestID(n + i), Payload: p,
			Meta: domain.Metadata{OccurredAt: claimDay, Schema: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Append(t.Context(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
			Events: []eventstore.NewEvent{e}}); err != nil {
			t.Fatal(err)
		}
	}
}

func prepareClaims(t *testing.T, store eventstore.Store, awards, capacity int) {
	t.Helper()
	doc, findings := criteria.Parse("criteria", []byte(claimCriteria))
	if err := findings.Err(); err != nil {
		t.Fatal(err)
	}
	text := string(doc.Canonical())
	hash := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(text)))
	send(t, store, domain.CriteriaStream("git"), 1,
		&domain.CriteriaProposed{Hash: hash, Document: text, By: claimTestID(9)})
	send(t, store, domain.ProgramStream("git"), 2, &domain.ProgramOpened{Title: "Git"},
		&domain.RewardDefined{Reward: "talk", Title: "A talk", Capacity: capacity},
		&domain.RewardDefined{Reward: "other", Title: "Not offered"})
	for n := range awards {
		send(t, store, domain.AwardStream(claimTestID(1000+n)), 10, &domain.AwardGranted{AwardCase: domain.AwardCase{
			Program: "git", Person: claimTestID(2000 + n), Tier: "champion", EarnedAt: claimDay, Criteria: hash,
			Position: "p"}})
	}
}

func claimOf(n int) awarding.Claim {
	return awarding.Claim{Award: claimTestID(1000 + n), Reward: "talk", By: claimTestID(2000 + n),
		Meta: domain.CommandMeta{OccurredAt: claimDay.Add(time.Hour), Actor: claimTestID(2000 + n).String()}}
}

// countClaims counts what is reserved and what is claimed.
func countClaims(t *testing.T, store eventstore.Store, awards int) (reserved, claimed int) {
	t.Helper()
	d := domain.ProgramDecider("git")
	program := d.Initial
	for e, err := range store.ReadStream(t.Context(), domain.ProgramStream("git"), 0, eventstore.Forward) {
		if err != nil {
			t.Fatal(err)
		}
		event, err := eventstore.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		if program = d.Evolve(program, event); program.Reserved("talk") > 10 {
			t.Fatalf("%d are reserved at revision %d", program.Reserved("talk"), e.Revision)
		}
	}
	for n := range awards {
		a := domain.AwardDecider(claimTestID(1000 + n))
		state := a.Initial
		for e, err := range store.ReadStream(t.Context(), domain.AwardStream(claimTestID(1000+n)), 0, eventstore.Forward) {
			if err != nil {
				t.Fatal(err)
			}
			event, err := eventstore.Decode(e)
			if err != nil {
				t.Fatal(err)
			}
			state = a.Evolve(state, event)
		}
		_, held := program.Reservation("talk", claimTestID(1000+n))
		if held {
			reserved++
		}
		if state.HasClaimed("talk") {
			claimed++
		}
	}
	return reserved, claimed
}

// 64 people claim a reward of which there are 10, while processes die at any step: never more than 10 have it, and
// afterwards every reservation has its claim.
func TestClaimsNeverExceedCapacity(t *testing.T) {
	const awards, capacity = 64, 10
	stores := map[string]func(t *testing.T) eventstore.Store{
		"memory": func(*testing.T) eventstore.Store { return eventstore.NewMemory() },
		"bbolt": func(t *testing.T) eventstore.Store {
			store, err := bbolt.Open(t.TempDir(), bbolt.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			return store
		},
	}
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			store := open(t)
			prepareClaims(t, store, awards, capacity)
			faulty := &crashing{Store: store}
			var group sync.WaitGroup
			for n := range awards {
				group.Go(func() {
					_, err := awarding.ClaimReward(t.Context(), faulty, claimOf(n))
					if err != nil && !errors.Is(err, errCrash) && domain.ErrorCode(err) != domain.CodeConflict {
						t.Errorf("claim %d: %v", n, err)
					}
				})
				if n%16 == 0 {
					group.Go(func() { _, _ = awarding.RepairClaims(t.Context(), faulty, claimDay) })
				}
			}
			group.Wait()
			if _, err := awarding.RepairClaims(t.Context(), store, claimDay); err != nil {
				t.Fatal(err)
			}
			if reserved, claimed := countClaims(t, store, awards); reserved != claimed || claimed > capacity {
				t.Fatalf("%d reserved, %d claimed of %d", reserved, claimed, capacity)
			}
			for n := range awards { // what is left goes to those who ask again
				_, _ = awarding.ClaimReward(t.Context(), store, claimOf(n))
			}
			if reserved, claimed := countClaims(t, store, awards); reserved != capacity || claimed != capacity {
				t.Fatalf("%d reserved, %d claimed of %d", reserved, claimed, capacity)
			}
			if again, err := awarding.RepairClaims(t.Context(), store, claimDay); err != nil || len(again) != 0 {
				t.Fatalf("repaired what was whole: %v, %v", again, err)
			}
		})
	}
}

func TestClaims(t *testing.T) {
	store := eventstore.NewMemory()
	prepareClaims(t, store, 3, 1)
	code := func(c awarding.Claim) domain.Code {
		_, err := awarding.ClaimReward(t.Context(), store, c)
		return domain.ErrorCode(err)
	}
	if c := claimOf(0); true {
		c.By = claimTestID(7)
		if got := code(c); got != domain.CodeForbidden {
			t.Errorf("for somebody else: %q", got)
		}
		c = claimOf(0)
		c.Reward = "other"
		if got := code(c); got != domain.CodeForbidden {
			t.Errorf("not offered: %q", got)
		}
		c = claimOf(8)
		if got := code(c); got != domain.CodeNotFound {
			t.Errorf("no award: %q", got)
		}
	}
	for i, want := range []bool{false, true} {
		if report, err := awarding.ClaimReward(t.Context(), store, claimOf(0)); err != nil || report.Before != want {
			t.Errorf("claim %d: %+v, %v", i, report, err)
		}
	}
	if got := code(claimOf(1)); got != domain.CodeConflict {
		t.Errorf("beyond capacity: %q", got)
	}
	others := claimOf(0)
	others.By = claimOf(1).By
	if err := awarding.ReleaseReward(t.Context(), store, others); domain.ErrorCode(err) != domain.CodeForbidden {
		t.Errorf("given back by somebody else: %v", err)
	}
	if err := awarding.ReleaseReward(t.Context(), store, claimOf(0)); err != nil {
		t.Fatal(err)
	}
	for n, want := range []domain.Code{"", domain.CodeConflict} { // given back, it can be claimed again
		if got := code(claimOf(n)); got != want {
			t.Errorf("claim %d after the release: %q, want %q", n, got, want)
		}
	}
}

// Without its grant, an award brings nothing: what it had claimed is there for others.
func TestClaimsOfVoidedGrant(t *testing.T) {
	store := eventstore.NewMemory()
	prepareClaims(t, store, 2, 1)
	if _, err := awarding.ClaimReward(t.Context(), store, claimOf(0)); err != nil {
		t.Fatal(err)
	}
	send(t, store, domain.AwardStream(claimTestID(1000)), 20,
		&domain.EventVoided{EventID: claimTestID(10), Reason: "entered-twice"})
	repaired, err := awarding.RepairClaims(t.Context(), store, claimDay)
	if err != nil || len(repaired) != 1 || repaired[0].Done != awarding.RepairReleased {
		t.Fatalf("repaired: %v, %v", repaired, err)
	}
	if _, err := awarding.ClaimReward(t.Context(), store, claimOf(1)); err != nil {
		t.Error(err)
	}
}

// reads counts how often streams are read.
type reads struct {
	eventstore.Store
	streams map[string]int
}

func (r *reads) ReadStream(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction,
) iter.Seq2[eventstore.RecordedEvent, error] {
	r.streams[stream]++
	return r.Store.ReadStream(ctx, stream, from, d)
}

// A pass with many claims, all of them whole, does not read the program's long stream for each.
func TestRepairOfWholeClaimsIsCheap(t *testing.T) {
	const awards = 20
	store := eventstore.NewMemory()
	prepareClaims(t, store, awards, 0)
	for n := range awards {
		if _, err := awarding.ClaimReward(t.Context(), store, claimOf(n)); err != nil {
			t.Fatal(err)
		}
	}
	counting := &reads{store, map[string]int{}}
	if repaired, err := awarding.RepairClaims(t.Context(), counting, claimDay); err != nil || len(repaired) != 0 {
		t.Fatalf("repaired: %v, %v", repaired, err)
	}
	if n := counting.streams[domain.ProgramStream("git")]; n != 0 {
		t.Errorf("the program's stream was read %d times", n)
	}
}

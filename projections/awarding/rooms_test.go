package awarding_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

var startAnn, startBen = claimTestID(9001), claimTestID(9002)

// openCalls opens a program and registers two people in a store.
func openCalls(t *testing.T, store eventstore.Store) {
	t.Helper()
	send(t, store, domain.ProgramStream("calls"), 9000, &domain.ProgramOpened{Title: "Calls"})
	send(t, store, domain.PersonStream(startAnn), 9001, &domain.PersonRegistered{})
	send(t, store, domain.PersonStream(startBen), 9002, &domain.PersonRegistered{})
}

// starting is a command that brings Ann and Ben together.
func starting(id uuid.UUID, day int) domain.StartMentorship {
	return domain.StartMentorship{Program: "calls", Mentor: startAnn, Mentee: startBen,
		CommandMeta: domain.CommandMeta{ID: id, OccurredAt: claimDay.AddDate(0, 0, day), Actor: "test"}}
}

func end(t *testing.T, store eventstore.Store, room uuid.UUID, day int) {
	t.Helper()
	c := domain.EndMentorship{CommandMeta: domain.CommandMeta{ID: uuid.New(), OccurredAt: claimDay.AddDate(0, 0, day)}}
	if _, err := eventstore.Handle(t.Context(), store, domain.MentorshipStream(room), domain.MentorshipDecider(room),
		c); err != nil {
		t.Fatal(err)
	}
}

// gathering is one caller's view of a store: its first append waits until those of all callers have come, so that all
// were decided on the same log.
type gathering struct {
	eventstore.Store
	comers *sync.WaitGroup
	came   sync.Once
}

func (g *gathering) Append(ctx context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	g.came.Do(func() {
		g.comers.Done()
		g.comers.Wait()
	})
	return g.Store.Append(ctx, a)
}

// TestMentorshipsStartAtOnce has many start a mentorship of the same two on the same log, again and again after the one
// that was started has ended.
func TestMentorshipsStartAtOnce(t *testing.T) {
	for name, open := range map[string]func() (eventstore.Store, error){
		"memory": func() (eventstore.Store, error) { return eventstore.NewMemory(), nil },
		"bbolt": func() (eventstore.Store, error) {
			store, err := bbolt.Open(t.TempDir(), bbolt.Options{})
			return store, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			store, err := open()
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			openCalls(t, store)
			for round := range 3 {
				room := startAtOnce(t, store, round)
				if want := domain.MentorshipID("calls", startAnn, startBen, round); room != want {
					t.Errorf("round %d: got mentorship %s, want %s", round, room, want)
				}
				end(t, store, room, 10*round+5)
			}
		})
	}
}

// startAtOnce returns the mentorship of the one of many that got it, and wants the others refused with the rule.
func startAtOnce(t *testing.T, store eventstore.Store, round int) uuid.UUID {
	t.Helper()
	const starters = 32
	var group sync.WaitGroup
	var comers sync.WaitGroup
	comers.Add(starters)
	rooms, errs := make([]uuid.UUID, starters), make([]error, starters)
	for i := range starters {
		group.Go(func() {
			rooms[i], _, errs[i] = awarding.StartMentorship(t.Context(), &gathering{Store: store, comers: &comers},
				starting(uuid.New(), 10*round))
		})
	}
	group.Wait()
	won := -1
	for i, err := range errs {
		switch {
		case err == nil && won >= 0:
			t.Fatalf("round %d: mentorships %s and %s have both started", round, rooms[won], rooms[i])
		case err == nil:
			won = i
		}
	}
	if won < 0 {
		t.Fatalf("round %d: nobody could start: %v", round, errs[0])
	}
	for i, err := range errs {
		if i != won && (domain.ErrorCode(err) != domain.CodeConflict ||
			!strings.Contains(err.Error(), "a mentorship in this program that goes on: "+rooms[won].String())) {
			t.Errorf("round %d: got error %v", round, err)
		}
	}
	return rooms[won]
}

// Given mentorships of the two, when another is started, then it has the next id that is free, or is refused.
func TestStartMentorshipAfterOthers(t *testing.T) {
	id := func(ordinal int) uuid.UUID { return domain.MentorshipID("calls", startAnn, startBen, ordinal) }
	started := &domain.MentorshipStarted{Program: "calls", Mentor: startAnn, Mentee: startBen}
	ended, foreign := &domain.MentorshipEnded{Reason: domain.EndCompleted}, claimTestID(9100)
	for name, c := range map[string]struct {
		given map[uuid.UUID][]domain.Payload // of mentorships; their first event has id 9200
		when  domain.StartMentorship
		want  uuid.UUID
		says  string // the refusal; "" for none
	}{
		"none":     {when: starting(claimTestID(9300), 1), want: id(0)},
		"imported": {given: map[uuid.UUID][]domain.Payload{foreign: {started}}, when: starting(claimTestID(9300), 1), says: foreign.String()},
		"imported and ended": {given: map[uuid.UUID][]domain.Payload{foreign: {started, ended}},
			when: starting(claimTestID(9300), 1), want: id(0)},
		"ended": {given: map[uuid.UUID][]domain.Payload{id(0): {started, ended}}, when: starting(claimTestID(9300), 1),
			want: id(1)},
		"voided": {given: map[uuid.UUID][]domain.Payload{id(0): {started, &domain.EventVoided{EventID: claimTestID(9200),
			Reason: "r"}}}, when: starting(claimTestID(9300), 1), want: id(1)},
		"the second only": {given: map[uuid.UUID][]domain.Payload{id(1): {started, ended}},
			when: starting(claimTestID(9300), 1), want: id(0)},
		"the same command": {given: map[uuid.UUID][]domain.Payload{id(0): {started}}, when: starting(claimTestID(9200), 0),
			want: id(0)},
		"the same command, ended since": {given: map[uuid.UUID][]domain.Payload{id(0): {started, ended}},
			when: starting(claimTestID(9200), 0), want: id(0)},
		"the id of another": {given: map[uuid.UUID][]domain.Payload{id(0): {started, ended}},
			when: starting(claimTestID(9200), 1), says: "is the id of another command, which led to MentorshipStarted"},
	} {
		t.Run(name, func(t *testing.T) {
			store := eventstore.NewMemory()
			openCalls(t, store)
			for room, payloads := range c.given {
				send(t, store, domain.MentorshipStream(room), 9200, payloads...)
			}
			room, _, err := awarding.StartMentorship(t.Context(), store, c.when)
			switch {
			case c.says != "":
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("got %s, %v, want an error with %q", room, err, c.says)
				}
			case err != nil || room != c.want:
				t.Errorf("got %s, %v, want %s", room, err, c.want)
			}
		})
	}
}

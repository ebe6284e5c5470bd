package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

var handlerStream = "program-git"

func command(n int) domain.Command {
	return domain.DefineReward{
		CommandMeta: domain.CommandMeta{ID: handlerID(n), OccurredAt: time.Unix(int64(n), 0), Actor: "test"},
		Reward:      domain.Slug(fmt.Sprintf("reward-%d", n)), Title: "A reward", Capacity: 1,
	}
}

func handlerID(n int) uuid.UUID { return uuid.NewSHA1(uuid.NameSpaceOID, fmt.Append(nil, n)) }

func handle(t *testing.T, s eventstore.Store, c domain.Command) (eventstore.Handled, error) {
	t.Helper()
	return handleOn(t, s, handlerStream, c)
}

func handleOn(t *testing.T, s eventstore.Store, stream string, c domain.Command) (eventstore.Handled, error) {
	t.Helper()
	decider, err := domain.DeciderFor(stream)
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.Handle(t.Context(), s, stream, decider, c)
}

func judgeOn(t *testing.T, s eventstore.Store, stream string, c domain.Command) (eventstore.Handled, error) {
	t.Helper()
	decider, err := domain.DeciderFor(stream)
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.Judge(t.Context(), s, stream, decider, c)
}

func openProgram(t *testing.T, s eventstore.Store) {
	t.Helper()
	c := domain.OpenProgram{CommandMeta: domain.CommandMeta{ID: handlerID(-1), OccurredAt: time.Unix(0, 0), Actor: "test"},
		Title: "Git"}
	if h, err := handle(t, s, c); err != nil || len(h.Events) != 1 || h.Revision != 0 {
		t.Fatalf("got %+v, %v", h, err)
	}
}

func TestHandleRefusesWhatTheDeciderRefuses(t *testing.T) {
	s := openMemory(t)
	if _, err := handle(t, s, command(1)); domain.ErrorCode(err) == "" {
		t.Fatalf("a reward of a program that is not open: got error %v", err)
	}
	if p, _ := s.Head(t.Context()); !p.IsZero() {
		t.Fatalf("head is %s", p)
	}
}

func TestHandleTwiceIsOnce(t *testing.T) {
	s := openMemory(t)
	openProgram(t, s)
	first, err := handle(t, s, command(1))
	if err != nil || len(first.Events) != 1 || first.Revision != 1 {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := handle(t, s, command(1))
	if err != nil || len(second.Events) != 0 || second.AppendResult != first.AppendResult {
		t.Fatalf("got %+v, %v, want %+v and no events", second, err, first)
	}
}

// TestHandleTwiceHasTheOriginalResult repeats commands, of one event and of several, after later ones.
func TestHandleTwiceHasTheOriginalResult(t *testing.T) {
	for stream, commands := range commandsOfEveryStream() {
		s := openMemory(t)
		var results []eventstore.AppendResult
		for i, c := range commands {
			h, err := handleOn(t, s, stream, c)
			if err != nil || len(h.Events) == 0 {
				t.Fatalf("%s: command %d: got %+v, %v", stream, i, h, err)
			}
			results = append(results, h.AppendResult)
		}
		for i, c := range commands {
			h, err := handleOn(t, s, stream, c)
			if err != nil || len(h.Events) != 0 || h.AppendResult != results[i] {
				t.Errorf("%s: command %d again: got %+v, %v, want %+v and no events", stream, i, h, err, results[i])
			}
		}
	}
}

// TestHandleRefusesTheIDOfAnotherCommand gives every command of a stream the id of every other.
func TestHandleRefusesTheIDOfAnotherCommand(t *testing.T) {
	for stream, commands := range commandsOfEveryStream() {
		s := openMemory(t)
		for _, c := range commands {
			if _, err := handleOn(t, s, stream, c); err != nil {
				t.Fatal(err)
			}
		}
		head, err := s.Head(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range commands {
			others := []domain.Command{withMeta(c, func(m *domain.CommandMeta) { m.OccurredAt = m.OccurredAt.Add(time.Second) })}
			for j := range commands {
				if j != i {
					others = append(others, withMeta(c, func(m *domain.CommandMeta) { m.ID = commands[j].Common().ID }))
				}
			}
			for _, other := range others {
				h, err := handleOn(t, s, stream, other)
				var reused *eventstore.CommandReusedError
				if !errors.As(err, &reused) || reused.ID != other.Common().ID || reused.Stream != stream || len(h.Events) > 0 {
					t.Errorf("%s: command %d as %+v: got %+v, error %v, want %T", stream, i, other, h, err, reused)
				}
				if _, err := judgeOn(t, s, stream, other); !errors.As(err, &reused) {
					t.Errorf("%s: command %d as %+v, judged: got error %v, want %T", stream, i, other, err, reused)
				}
			}
		}
		if now, err := s.Head(t.Context()); err != nil || now != head {
			t.Errorf("%s: the log has grown, or %v", stream, err)
		}
	}
}

// TestHandleAgainWithAnotherReport repeats commands that come with a report of the log, which has moved on.
func TestHandleAgainWithAnotherReport(t *testing.T) {
	const stream = "criteria-git"
	s := openMemory(t)
	commands := commandsOfEveryStream()[stream]
	for _, c := range commands {
		if _, err := handleOn(t, s, stream, c); err != nil {
			t.Fatal(err)
		}
	}
	proposal, approval := commands[0].(domain.ProposeCriteria), commands[1].(domain.ApproveCriteria)
	proposal.Impact, proposal.Position = []byte(`{"gained":2}`), "8"
	approval.Impact, approval.Position = nil, ""
	for _, c := range []domain.Command{proposal, approval} {
		if h, err := handleOn(t, s, stream, c); err != nil || len(h.Events) > 0 {
			t.Errorf("got %+v, %v", h, err)
		}
	}
}

// TestHandleAnotherWriterTakesTheID has another command take the id while one is decided.
func TestHandleAnotherWriterTakesTheID(t *testing.T) {
	s := &overtaken{Store: openMemory(t)}
	openProgram(t, s)
	s.by = withMeta(command(2), func(m *domain.CommandMeta) { m.ID = handlerID(1) })
	var reused *eventstore.CommandReusedError
	if h, err := handle(t, s, command(1)); !errors.As(err, &reused) {
		t.Fatalf("got %+v, error %v, want %T", h, err, reused)
	}
}

// overtaken is a store in which another command is carried out before the next append.
type overtaken struct {
	eventstore.Store
	by domain.Command
}

func (o *overtaken) Append(ctx context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	if by := o.by; by != nil {
		o.by = nil
		decider, err := domain.DeciderFor(a.Stream)
		if err != nil {
			return eventstore.AppendResult{}, err
		}
		if _, err := eventstore.Handle(ctx, o.Store, a.Stream, decider, by); err != nil {
			return eventstore.AppendResult{}, err
		}
	}
	return o.Store.Append(ctx, a)
}

// commandsOfEveryStream are commands that can be carried out one after the other on a stream of each category.
func commandsOfEveryStream() map[string][]domain.Command {
	ann, ben, cyd := handlerID(1001), handlerID(1002), handlerID(1003)
	n := 0
	meta := func(by uuid.UUID) domain.CommandMeta {
		n++
		return domain.CommandMeta{ID: handlerID(n), OccurredAt: time.Unix(int64(1000+n), 0), Actor: by.String()}
	}
	document := `{"program":"git"}`
	hash := domain.DocumentHash(document)
	earned := domain.AwardCase{Program: "git", Person: ann, Tier: "champion", EarnedAt: time.Unix(1000, 0), Criteria: hash,
		Position: "7", AsOf: time.Unix(1000, 0), Measures: map[string]domain.Milli{"n": 1000}}
	return map[string][]domain.Command{
		domain.PersonStream(ann): {
			domain.RegisterPerson{CommandMeta: meta(ann), Person: ann, Name: "Ann", Unit: "research", Program: "git"},
			domain.AttestSkill{CommandMeta: meta(ben), Skill: "review", By: ben, Attested: true},
			domain.RecordPromotion{CommandMeta: meta(ben), Levels: 1, By: ben},
			domain.GrantConsent{CommandMeta: meta(ann), Audience: domain.AudienceTeam, TextVersion: "1"},
			domain.GrantConsent{CommandMeta: meta(ann), Audience: domain.AudiencePublic, TextVersion: "1"},
			domain.VoidEvent{CommandMeta: meta(ann), EventID: handlerID(3), Reason: "entered-twice"},
			domain.ErasePerson{CommandMeta: meta(cyd)},
		},
		domain.MentorshipStream(cyd): {
			domain.StartMentorship{CommandMeta: meta(ann), Program: "git", Mentor: ann, Mentee: ben},
			domain.HoldSession{CommandMeta: meta(ann), Minutes: 45},
			domain.HoldSession{CommandMeta: meta(ann), Minutes: 30},
			domain.SetGoal{CommandMeta: meta(ann), Goal: "talk", Owner: ben},
			domain.MeetGoal{CommandMeta: meta(ann), Goal: "talk", By: ann},
			domain.PauseMentorship{CommandMeta: meta(ann)},
			domain.EndMentorship{CommandMeta: meta(ann), Reason: domain.EndCompleted},
		},
		domain.ProgramStream("git"): {
			domain.OpenProgram{CommandMeta: meta(cyd), Title: "Git"},
			domain.DefineReward{CommandMeta: meta(cyd), Reward: "talk", Title: "A talk", Capacity: 1},
			domain.DefineReward{CommandMeta: meta(cyd), Reward: "talk", Title: "A talk", Capacity: 2},
			domain.CloseProgram{CommandMeta: meta(cyd)},
		},
		domain.CriteriaStream("git"): {
			domain.ProposeCriteria{CommandMeta: meta(ann), Document: document, By: ann, Impact: []byte(`{}`), Position: "3"},
			domain.ApproveCriteria{CommandMeta: meta(ben), Hash: hash, By: ben, Impact: []byte(`{}`), Position: "4"},
			domain.ActivateCriteria{CommandMeta: meta(ben), Hash: hash, By: ben, EffectiveAt: time.Unix(5000, 0)},
			domain.WithdrawCriteria{CommandMeta: meta(ben), Hash: hash, By: ben},
		},
		domain.AwardStream(cyd): {
			domain.ProposeAward{CommandMeta: meta(cyd), AwardCase: earned},
			domain.ReviewAward{CommandMeta: meta(ben), By: ben, Grant: true},
			domain.KeepAward{CommandMeta: meta(cyd), Criteria: hash},
			domain.RevokeAward{CommandMeta: meta(ben), By: ben, ReasonCode: "mistake"},
		},
	}
}

// withMeta returns a command with its metadata changed.
func withMeta(c domain.Command, change func(*domain.CommandMeta)) domain.Command {
	changed := reflect.New(reflect.TypeOf(c)).Elem()
	changed.Set(reflect.ValueOf(c))
	change(changed.FieldByName("CommandMeta").Addr().Interface().(*domain.CommandMeta))
	return changed.Interface().(domain.Command)
}

func TestHandleConcurrently(t *testing.T) {
	s := openMemory(t)
	openProgram(t, s)
	const commands = 12 // fewer than the attempts of one, of which each failed one is another's success
	var done sync.WaitGroup
	for n := range commands {
		for range 2 { // each command is sent twice
			done.Go(func() {
				if _, err := handle(t, s, command(n)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	done.Wait()
	seen := map[uuid.UUID]bool{}
	for e, err := range s.ReadStream(t.Context(), handlerStream, 0, eventstore.Forward) {
		if err != nil || seen[e.ID] {
			t.Fatalf("event %s: twice, or %v", e.ID, err)
		}
		seen[e.ID] = true
	}
	if len(seen) != commands+1 {
		t.Fatalf("%d events, want %d", len(seen), commands+1)
	}
}

// contested is a store in which another writer always comes first.
type contested struct {
	eventstore.Store
	appends int
}

func (c *contested) Append(_ context.Context, a eventstore.StreamAppend) (eventstore.AppendResult, error) {
	c.appends++
	return eventstore.AppendResult{}, &eventstore.ConflictError{Stream: a.Stream, Expected: a.Expected, Exists: true}
}

func TestHandleGivesUp(t *testing.T) {
	s := &contested{Store: openMemory(t)}
	openProgram(t, s.Store)
	_, err := handle(t, s, command(1))
	var conflict *eventstore.ConflictError
	if !errors.As(err, &conflict) || s.appends < 2 || s.appends > 100 {
		t.Fatalf("got error %v after %d attempts", err, s.appends)
	}
}

func TestHandleNamesTheEventThatDoesNotDecode(t *testing.T) {
	s := openMemory(t)
	if _, err := s.Append(t.Context(), eventstore.StreamAppend{Stream: handlerStream, Events: []eventstore.NewEvent{{
		ID: handlerID(1), Type: "Unheard", Meta: domain.Metadata{OccurredAt: time.Unix(0, 0), Schema: 1}, Data: []byte("{}"),
	}}}); err != nil {
		t.Fatal(err)
	}
	var unknown *eventstore.UnknownTypeError
	if _, err := handle(t, s, command(1)); !errors.As(err, &unknown) {
		t.Fatalf("got error %v, want %T", err, unknown)
	}
}

package awarding_test

import (
	"sync"
	"testing"
	"time"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// prepareFeedback fills a store with mentorships in each of which both are to be asked once.
func prepareFeedback(t *testing.T, rooms int) eventstore.Store {
	t.Helper()
	store := eventstore.NewMemory()
	send(t, store, domain.ProgramStream("git"), 1, &domain.ProgramOpened{Title: "Git"},
		&domain.FeedbackRhythmSet{AfterSessions: 2, DueDays: 7})
	for n := range rooms {
		send(t, store, domain.MentorshipStream(claimTestID(100+n)), 10000+10*n,
			&domain.MentorshipStarted{Program: "git", Mentor: claimTestID(2000 + n), Mentee: claimTestID(3000 + n)},
			&domain.SessionHeld{}, &domain.SessionHeld{})
	}
	return store
}

func feedbackOptions(command, daysLater int) awarding.FeedbackOptions {
	return awarding.FeedbackOptions{Meta: domain.CommandMeta{ID: claimTestID(command), Actor: "test",
		OccurredAt: claimDay.Add(time.Duration(daysLater) * 24 * time.Hour)}}
}

// TestFeedbackOnce asks and reminds from many goroutines at once: every request is made once, and reminded of once.
func TestFeedbackOnce(t *testing.T) {
	const rooms, workers = 12, 8
	store := prepareFeedback(t, rooms)
	for _, step := range []struct {
		name      string
		daysLater int
		do        func(o awarding.FeedbackOptions) ([]projections.Feedback, error)
		recorded  domain.EventType
	}{
		{"ask", 1, func(o awarding.FeedbackOptions) ([]projections.Feedback, error) {
			return awarding.AskFeedback(t.Context(), store, o)
		}, domain.TypeFeedbackRequested},
		{"remind", 8, func(o awarding.FeedbackOptions) ([]projections.Feedback, error) {
			return awarding.RemindFeedback(t.Context(), store, o)
		}, domain.TypeFeedbackReminded},
	} {
		var all sync.WaitGroup
		done := make([]int, workers)
		for w := range workers {
			all.Go(func() {
				found, err := step.do(feedbackOptions(500+w, step.daysLater))
				if err != nil {
					t.Error(err)
				}
				done[w] = len(found)
			})
		}
		all.Wait()
		total := 0
		for _, n := range done {
			total += n
		}
		if total != 2*rooms {
			t.Errorf("%s: the workers did %d, want %d", step.name, total, 2*rooms)
		}
		recorded := 0
		filter := eventstore.Filter{Types: []domain.EventType{step.recorded}}
		for _, err := range store.ReadAll(t.Context(), eventstore.Position{}, filter) {
			if err != nil {
				t.Fatal(err)
			}
			recorded++
		}
		if recorded != 2*rooms {
			t.Errorf("%s: %d are recorded, want %d", step.name, recorded, 2*rooms)
		}
		if again, err := step.do(feedbackOptions(600, step.daysLater)); err != nil || len(again) != 0 {
			t.Errorf("%s again: %d, %v", step.name, len(again), err)
		}
	}
}

// Given requests, when one of one mentorship is asked for, then no other is.
func TestFeedbackOfOneRoom(t *testing.T) {
	store := prepareFeedback(t, 3)
	o := feedbackOptions(500, 1)
	o.Room, o.Request = claimTestID(101), "after-2-mentee"
	found, err := awarding.AskFeedback(t.Context(), store, o)
	if err != nil || len(found) != 1 || found[0].Room != o.Room || found[0].Request != o.Request {
		t.Fatalf("got %v, %v", found, err)
	}
	if found, err := awarding.RemindFeedback(t.Context(), store, feedbackOptions(501, 5)); err != nil || len(found) != 0 {
		t.Errorf("reminded before it was due: %v, %v", found, err)
	}
}

// Given an answer, when reminders go out, then it is not reminded of.
func TestFeedbackAnswered(t *testing.T) {
	store := prepareFeedback(t, 1)
	if _, err := awarding.AskFeedback(t.Context(), store, feedbackOptions(500, 1)); err != nil {
		t.Fatal(err)
	}
	give := domain.GiveFeedback{CommandMeta: feedbackOptions(501, 2).Meta, Request: "after-2-mentor", Rating: 4500}
	_, err := awarding.GiveFeedback(t.Context(), store, claimTestID(999), give)
	if domain.ErrorCode(err) != domain.CodeNotFound {
		t.Errorf("in no mentorship: %v", err)
	}
	give.By = claimTestID(3000)
	_, err = awarding.GiveFeedback(t.Context(), store, claimTestID(100), give)
	if domain.ErrorCode(err) != domain.CodeForbidden {
		t.Errorf("by the other: %v", err)
	}
	give.By = claimTestID(2000)
	for range 2 { // the second time it is the same command
		if _, err := awarding.GiveFeedback(t.Context(), store, claimTestID(100), give); err != nil {
			t.Fatal(err)
		}
	}
	found, err := awarding.RemindFeedback(t.Context(), store, feedbackOptions(502, 9))
	if err != nil || len(found) != 1 || found[0].Request != "after-2-mentee" {
		t.Errorf("reminded of %v, %v", found, err)
	}
}

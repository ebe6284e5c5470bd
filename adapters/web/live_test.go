package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
)

// TestStreamsHoldNothing keeps streams open while the log grows, and wants what is recorded to be seen, and told.
func TestStreamsHoldNothing(t *testing.T) {
	b := newBench(t, free)
	server := httptest.NewServer(b.server)
	defer server.Close()
	a := b.account("Reader", uuid.Nil, "analyst")
	_, err := b.accounts.IssueToken(access.Token{ID: uuid.New(), Account: a.ID, Name: "t", Hash: access.HashSecret("laurel_test"),
		Scopes: []access.Action{access.StandingsRead}, Expires: b.clock().AddDate(0, 1, 0)}, b.clock())
	b.must(err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	told := make(chan struct{}, 1000)
	open := func() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/live?program=git", nil)
		b.must(err)
		r.Header.Set("Authorization", "Bearer laurel_test")
		w, err := http.DefaultClient.Do(r)
		b.must(err)
		go func() {
			defer func() { _ = w.Body.Close() }() // the stream has ended
			for lines := bufio.NewScanner(w.Body); lines.Scan(); {
				if lines.Text() == "event: changed" {
					told <- struct{}{}
				}
			}
		}()
	}
	room := uuid.MustParse(theRoom)
	for i := range 12 {
		open() // each at another version, so that each copy of what is known would be held
		handled, err := eventstore.Handle(t.Context(), b.store, domain.MentorshipStream(room), domain.MentorshipDecider(room),
			domain.HoldSession{CommandMeta: domain.CommandMeta{ID: uuid.New(), Actor: "test",
				OccurredAt: b.clock().Add(time.Duration(i-20) * time.Minute)}, Channel: "call"})
		b.must(err)
		waiting, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		if err := b.engine.Wait(waiting, handled.Position); err != nil {
			t.Fatalf("what is recorded beside %d streams is not seen: %v", i+1, err)
		}
		cancel()
	}
	for range 12 {
		select {
		case <-told:
		case <-time.After(10 * time.Second):
			t.Fatal("a stream is not told of what changes")
		}
	}
}

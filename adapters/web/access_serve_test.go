package web

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
)

// TestServeBoundsHeaders sends longer and longer headers to a listening server.
func TestServeBoundsHeaders(t *testing.T) {
	b := newBench(t, nil)
	old := b.account("Ada", ada, "viewer")
	b.must(b.accounts.StartSession(old, access.HashSecret("old"), access.Hash{}, "",
		benchStart.Add(-access.SessionAgeMax)))
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	b.must(err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	door := OpenDoor(l, b.server.log)
	door.Lead(b.server)
	go func() { ended <- door.Serve(ctx, time.Second) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	const tooLong = headerBytesMax + 8192
	for size, want := range map[int]int{1000: http.StatusOK, tooLong: http.StatusRequestHeaderFieldsTooLarge} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s/sign-in", l.Addr()), nil)
		b.must(err)
		r.Header.Set("X-Padding", strings.Repeat("x", size))
		answer, err := client.Do(r)
		b.must(err)
		_, err = io.Copy(io.Discard, answer.Body)
		b.must(err)
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%d bytes: status %d, want %d", size, answer.StatusCode, want)
		}
	}
	stop()
	b.must(<-ended)
	// What was over when the server started has been swept.
	if removed, err := b.accounts.Sweep(benchStart); err != nil || removed != 0 {
		t.Errorf("%d entries were left to sweep, %v", removed, err)
	}
}

// brokenStorage cannot be written to, as on a full disk.
type brokenStorage struct{ access.Storage }

func (s brokenStorage) Update(func(access.Tx) error) error {
	return fmt.Errorf("write /var/lib/laurel/accounts.db: no space left for %s", "ada@example.org")
}

// TestAccountsCannotBeWritten wants no record shown whose showing cannot be recorded, all else to go on, and nobody
// told what is inside.
func TestAccountsCannotBeWritten(t *testing.T) {
	memory := access.NewMemory()
	whole := access.NewRegistry(memory)
	b := newBench(t, func(o *Options) { o.Accounts = access.NewRegistry(brokenStorage{memory}) })
	b.accounts = whole
	br := b.as(nobody, "analyst")
	b.pass(5 * time.Minute) // when the use of the session would be noted
	wantStatus(t, br.get("/people?program=git"), http.StatusOK)
	w := br.get("/people/" + ada.String() + "?program=git")
	wantStatus(t, w, http.StatusInternalServerError, "under number "+w.Header().Get("Request-Id"))
	if text := w.Body.String(); strings.Contains(text, "/var/lib") || strings.Contains(text, "space") {
		t.Errorf("the answer tells what is inside: %s", shown(w))
	}
	if !strings.Contains(b.log.String(), w.Header().Get("Request-Id")) {
		t.Error("the log does not have the number")
	}
	if strings.Contains(b.log.String(), "@") {
		t.Errorf("the log has an address: %s", b.log)
	}
	if views, err := whole.Views(ada, time.Time{}, 1); err != nil || len(views) != 0 {
		t.Errorf("%v, %v", views, err)
	}
	wantStatus(t, b.browser().get("/people/"+uuid.NewString()), http.StatusSeeOther)
}

// TestErasedAccounts erases a person: while the server runs, and before it does. Their account is nobody's then.
func TestErasedAccounts(t *testing.T) {
	b := newBench(t, nil)
	hers, his := b.account("Ada", ada, "viewer"), b.account("Ben", ben, "viewer")
	br := b.signedIn(hers)
	erase := func(person uuid.UUID) {
		handled, err := eventstore.Handle(t.Context(), b.store, domain.PersonStream(person), domain.PersonDecider(person),
			domain.ErasePerson{CommandMeta: domain.CommandMeta{ID: uuid.New(), OccurredAt: b.clock(), Actor: "test"}})
		b.must(err)
		b.must(b.engine.Wait(t.Context(), handled.Position))
	}
	forgotten := func(id uuid.UUID) {
		t.Helper()
		for t.Context().Err() == nil { // the server hears of it by itself
			if a := b.mustAccount(b.accounts.Account(id)); a.Login == "" && a.Disabled && a.Person == uuid.Nil {
				return
			}
			runtime.Gosched()
		}
		t.Fatal("the account is still there")
	}
	erase(ben)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { b.server.sweep(ctx); close(ended) }()
	forgotten(his.ID)
	wantStatus(t, br.get("/account"), http.StatusOK)
	erase(ada)
	forgotten(hers.ID)
	wantLocation(t, br.get("/account"), "/sign-in?next=%2Faccount")
	stop()
	<-ended
	if log := b.log.String(); strings.Contains(log, "failed") {
		t.Error(log)
	}
}

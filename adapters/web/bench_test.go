package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// The people of the log that tests look at.
var (
	ada = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0001")
	ben = uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0002")
)

// benchStart is when a bench begins.
var benchStart = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

// bench is a server over a small log in memory, with a clock of its own: Ada mentors Ben in the program git, and there
// is a program svn.
type bench struct {
	t        *testing.T
	server   *Server
	accounts *access.Registry
	engine   *serving.Engine
	store    eventstore.Store
	log      *lockedBuffer // what the server logs

	mu  sync.Mutex
	now time.Time
}

// lockedBuffer is a buffer that several goroutines write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// newBench makes a bench; change, if not nil, changes the options of its server.
func newBench(t *testing.T, change func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, now: benchStart, store: eventstore.NewMemory(), log: &lockedBuffer{},
		accounts: access.NewRegistry(access.NewMemory())}
	b.record()
	var err error
	b.engine, err = serving.Open(t.Context(), b.store, serving.Options{Now: b.clock, Workers: 1})
	b.must(err)
	t.Cleanup(func() { _ = b.engine.Close() })
	o := Options{Engine: b.engine, Now: b.clock, Log: slog.New(slog.NewTextHandler(b.log, nil)), Accounts: b.accounts,
		PublicURL: "https://laurel.test"}
	if change != nil {
		change(&o)
	}
	b.server, err = New(o)
	b.must(err)
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// pass lets time pass.
func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// record writes the log.
func (b *bench) record() {
	b.t.Helper()
	at := func(days int) domain.CommandMeta {
		return domain.CommandMeta{ID: uuid.New(), OccurredAt: benchStart.AddDate(0, 0, days-30), Actor: "test"}
	}
	for _, p := range []domain.Slug{"git", "svn"} {
		_, err := eventstore.Handle(b.t.Context(), b.store, domain.ProgramStream(p), domain.ProgramDecider(p),
			domain.OpenProgram{CommandMeta: at(0), Title: strings.ToUpper(string(p))})
		b.must(err)
	}
	for person, name := range map[uuid.UUID]string{ada: "Ada", ben: "Ben"} {
		_, err := eventstore.Handle(b.t.Context(), b.store, domain.PersonStream(person), domain.PersonDecider(person),
			domain.RegisterPerson{CommandMeta: at(1), Person: person, Name: name, Email: strings.ToLower(name) + "@example.org"})
		b.must(err)
	}
	room := uuid.MustParse("6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011")
	for _, c := range []domain.Command{
		domain.StartMentorship{CommandMeta: at(2), Program: "git", Mentor: ada, Mentee: ben},
		domain.HoldSession{CommandMeta: at(3), Channel: "call", Minutes: 30},
	} {
		_, err := eventstore.Handle(b.t.Context(), b.store, domain.MentorshipStream(room), domain.MentorshipDecider(room), c)
		b.must(err)
	}
}

// goodPassword is one that the rules take.
const goodPassword = "violet anchor plum seventeen"

// quickHash is a hash of it that is quick to make, so that tests are.
var quickHash = func() string {
	h := passwordHash{memoryKiB: 8, times: 1, threads: 1, salt: []byte("saltsalt")}
	h.key = h.of(goodPassword, 32)
	return h.String()
}()

// account makes an account that signs in with goodPassword, linked to a person unless that is zero.
func (b *bench) account(name string, person uuid.UUID, grants ...string) access.Account {
	b.t.Helper()
	a := access.Account{ID: uuid.New(), Login: strings.ToLower(name) + "@example.org", Name: name, Person: person,
		Password: quickHash, Created: b.clock()}
	for _, text := range grants {
		g, err := access.ParseGrant(text)
		b.must(err)
		a.Grants = append(a.Grants, g)
	}
	return b.mustAccount(b.accounts.Create(a))
}

// browser is a browser that keeps cookies, as strictly as the real ones where it matters.
type browser struct {
	*bench
	cookies map[string]string
	address string // where its requests come from
}

func (b *bench) browser() *browser {
	return &browser{b, map[string]string{}, "192.0.2.1:4711"}
}

// signedIn is a browser in which the account is signed in.
func (b *bench) signedIn(a access.Account) *browser {
	b.t.Helper()
	secret := "session of " + uuid.NewString()
	b.must(b.accounts.StartSession(a, access.HashSecret(secret), access.Hash{}, "test", b.clock()))
	br := b.browser()
	br.cookies[cookieName] = secret
	return br
}

// as is a browser of a new account with these grants, which is Ada where person is hers.
func (b *bench) as(person uuid.UUID, grants ...string) *browser {
	b.t.Helper()
	return b.signedIn(b.account("someone-"+uuid.NewString()[:8], person, grants...))
}

// do sends a request with the cookies, and keeps those that come back.
func (br *browser) do(r *http.Request) *httptest.ResponseRecorder {
	r.Host, r.RemoteAddr = "laurel.test", br.address
	for name, value := range br.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	br.server.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if strings.HasPrefix(c.Name, "__Host-") && (!c.Secure || c.Path != "/" || c.Domain != "") {
			br.t.Errorf("no browser takes the cookie %q", c)
		}
		if c.MaxAge < 0 {
			delete(br.cookies, c.Name)
			continue
		}
		br.cookies[c.Name] = c.Value
	}
	return w
}

func (br *browser) get(address string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, address, nil)
	return br.do(r)
}

// post sends a form as a page of the server does.
func (br *browser) post(address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return br.do(r)
}

// wantStatus fails unless the answer has a status, and where says are given, their texts.
func wantStatus(t *testing.T, w *httptest.ResponseRecorder, status int, says ...string) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d to %q, want %d: %s", w.Code, w.Header().Get("Location"), status, shown(w))
	}
	for _, s := range says {
		if !strings.Contains(w.Body.String(), s) {
			t.Fatalf("%q is not in %s", s, shown(w))
		}
	}
}

// wantLocation fails unless the answer sends elsewhere.
func wantLocation(t *testing.T, w *httptest.ResponseRecorder, location string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != location {
		t.Fatalf("status %d to %q, want %d to %q: %s", w.Code, w.Header().Get("Location"), http.StatusSeeOther, location,
			shown(w))
	}
}

// shown is what an answer says, without its marks.
func shown(w *httptest.ResponseRecorder) string {
	return strings.Join(strings.Fields(marks.ReplaceAllString(w.Body.String(), " ")), " ")
}

var marks = regexp.MustCompile(`<[^>]*>`)

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/web"
	"laurel/cmd/laurel/internal/render"
	"laurel/domain/access"
	"laurel/projections/serving"
)

// toldSample is the bundled history with the demonstration's story, in a store of its own.
func toldSample(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	a := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, env: map[string]string{},
		cfg: config{store: "file:" + dir, program: demoProgram, quiet: true}}
	a.out = render.New(io.Discard, render.Table, render.Terminal{})
	if err := a.importSample(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := a.tellStory(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// apiBench is a server over a store, and a caller who may do everything.
type apiBench struct {
	t      *testing.T
	server http.Handler
	token  string
}

func newAPIBench(t *testing.T, dir string, person uuid.UUID) *apiBench {
	t.Helper()
	store, err := openToWrite("file:" + dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	engine, err := serving.Open(t.Context(), store, serving.Options{Documents: map[string][]byte{refSample: sampleCriteria}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	accounts := access.NewRegistry(access.NewMemory())
	mayEverything(t, accounts, person)
	server, err := web.New(web.Options{Engine: engine, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Accounts: accounts, Version: version, Rates: web.Rates{Account: web.Rate{Every: time.Nanosecond, Burst: 1 << 20},
			Address: web.Rate{Every: time.Nanosecond, Burst: 1 << 20}}})
	if err != nil {
		t.Fatal(err)
	}
	return &apiBench{t, server, "secret"}
}

// mayEverything makes an account with every role, and a token of it for everything, which is "secret".
func mayEverything(t *testing.T, accounts *access.Registry, person uuid.UUID) access.Account {
	t.Helper()
	account := access.Account{ID: uuid.New(), Login: "all@example.org", Name: "All", Person: person, Created: time.Now(),
		Issuer: "https://login.test", Subject: "42"}
	for _, role := range access.Roles() {
		account.Grants = append(account.Grants, access.Grant{Role: role})
	}
	account, err := accounts.Create(account)
	if err != nil {
		t.Fatal(err)
	}
	token := access.Token{ID: uuid.New(), Account: account.ID, Name: "test", Hash: access.HashSecret("secret"),
		Expires: time.Now().Add(time.Hour)}
	for _, a := range access.Actions() {
		if a.ByToken() && !a.Public() {
			token.Scopes = append(token.Scopes, a)
		}
	}
	if _, err := accounts.IssueToken(token, time.Now()); err != nil {
		t.Fatal(err)
	}
	return account
}

// do sends a request, with headers as name, value, name, value.
func (b *apiBench) do(method, address, body string, headers ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w
}

// TestAPIEqualsCommandLine asks the same of both, over the bundled history with the demonstration's story.
func TestAPIEqualsCommandLine(t *testing.T) {
	dir := toldSample(t)
	laurel := func(args ...string) []byte {
		t.Helper()
		var out, problems bytes.Buffer
		args = append([]string{"--store", "file:" + dir, "-q"}, args...)
		if code := run(t.Context(), args, strings.NewReader(""), &out, &problems, nil); code != exitDone {
			t.Fatalf("laurel %s: %s", strings.Join(args, " "), problems.String())
		}
		return out.Bytes()
	}
	find := func(name string) string {
		t.Helper()
		var shown struct {
			Person string `json:"person"`
		}
		if err := json.Unmarshal(laurel("person", "show", name, "-o", "json"), &shown); err != nil {
			t.Fatal(err)
		}
		return shown.Person
	}
	willow, crane := find("Willow Kite"), find("Maple Crane")
	const when = "2026-08-10"
	var register struct {
		Awards []struct{ Award, Status string }
	}
	if err := json.Unmarshal(laurel("awards", "list", "-o", "json"), &register); err != nil {
		t.Fatal(err)
	}
	award := register.Awards[0].Award
	var rooms struct{ Rooms []struct{ Room string } }
	if err := json.Unmarshal(laurel("room", "list", "--mentor", "Willow Kite", "--mentee", "Maple Crane", "-o", "json"), &rooms); err != nil {
		t.Fatal(err)
	}
	room := rooms.Rooms[0].Room
	const all = "limit=10000"
	cases := []struct {
		command string
		args    []string
		address string
		now     bool // without a time
	}{
		{"replay", []string{"--criteria", "sample"}, "/v1/standings?criteria=sample&" + all, false},
		{"replay", []string{"--program", "git"}, "/v1/standings?program=git&" + all, false},
		{"explain", []string{willow}, "/v1/people/" + willow + "/explanation", false},
		{"explain", []string{willow, "--loses"}, "/v1/people/" + willow + "/losses", false},
		{"explain", []string{crane, "--to", "rising-star", "--only", "SessionHeld"}, "/v1/people/" + crane + "/reach?tier=rising-star&only=SessionHeld", false},
		{"flags", []string{"--kind", "burst,one-mentee"}, "/v1/flags?kind=burst,one-mentee", false},
		{"criteria list", nil, "/v1/criteria?" + all, false},
		{"criteria show", []string{"active"}, "/v1/criteria/active", false},
		{"criteria show", []string{"sample"}, "/v1/criteria/sample", false},
		{"criteria show", []string{"active", "--record"}, "/v1/criteria/active/record", false},
		{"criteria diff", []string{"active", "sample"}, "/v1/comparison?to=sample", false},
		{"criteria schema", nil, "/v1/criteria-schema", true},
		{"awards list", []string{"--tier", "champion"}, "/v1/awards?tier=champion&" + all, false},
		{"awards show", []string{award}, "/v1/awards/" + award, false},
		{"awards show", []string{award, "--would-hold-today"}, "/v1/awards/" + award + "/would-hold", false},
		{"awards review", nil, "/v1/awards/waiting", false},
		{"awards audit", []string{"--all", "--program", "git"}, "/v1/awards/audit?all=true", false},
		{"program list", nil, "/v1/programs", false},
		{"program show", []string{"git"}, "/v1/programs/git", false},
		{"person list", nil, "/v1/people?" + all, false},
		{"person show", []string{willow}, "/v1/people/" + willow, false},
		{"room list", []string{"--health", "fading"}, "/v1/rooms?health=fading&" + all, false},
		{"room health", nil, "/v1/rooms/health", false},
		{"room show", []string{room}, "/v1/rooms/" + room, false},
		{"room thread", []string{room, "--audience", "public"}, "/v1/rooms/" + room + "/threads?audience=public", false},
		{"room thread", []string{room}, "/v1/rooms/" + room + "/threads", false},
		{"feedback list", nil, "/v1/feedback?" + all, false},
		{"feedback due", nil, "/v1/feedback/due?" + all, false},
		{"community list", nil, "/v1/communities", false},
		{"community show", []string{"reviewers", "--audience", "public"}, "/v1/communities/reviewers?audience=public", false},
		{"rewards list", nil, "/v1/rewards", false},
		{"consent list", nil, "/v1/consents", false},
		{"consent show", []string{willow}, "/v1/people/" + willow + "/consents", false},
		{"acknowledge list", nil, "/v1/acknowledgements", false},
		{"acknowledge due", nil, "/v1/acknowledgements/due", false},
		{"digest", []string{"--since", "2026-01-01", "--audience", "public"}, "/v1/digest?since=2026-01-01&audience=public", false},
		{"log show", []string{"--limit", "500", "--type", "GoalMet"}, "/v1/log?limit=500&type=GoalMet", false},
		{"log show", []string{"person-" + willow}, "/v1/log?limit=100&stream=person-" + willow, false},
		{"log tail", []string{"-n", "7"}, "/v1/log/tail?lines=7", false},
		{"log head", nil, "/v1/log/head", true},
		{"log verify", nil, "/v1/log/verify", true},
	}
	want := make([][]byte, len(cases))
	for i, c := range cases {
		args := append(append(strings.Fields(c.command), c.args...), "-o", "json")
		if !c.now {
			args = append(args, "--as-of", when)
		}
		want[i] = laurel(args...)
	}
	b := newAPIBench(t, dir, uuid.MustParse(crane))
	asked := map[string]bool{}
	for i, c := range cases {
		address := c.address
		switch {
		case c.now:
		case strings.Contains(address, "?"):
			address += "&as_of=" + when
		default:
			address += "?as_of=" + when
		}
		asked[c.command] = true
		w := b.do(http.MethodGet, address, "")
		if w.Code != http.StatusOK {
			t.Errorf("GET %s: %d %s", address, w.Code, w.Body)
			continue
		}
		var got, wanted any
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(want[i], &wanted); err != nil {
			t.Fatalf("laurel %s: %v", c.command, err)
		}
		if !reflect.DeepEqual(got, wanted) {
			t.Errorf("GET %s differs from laurel %s %s:\n%s\n%s", address, c.command, strings.Join(c.args, " "), short(w.Body.Bytes()), short(want[i]))
		}
	}
}

func short(text []byte) string { return string(text[:min(len(text), 600)]) }

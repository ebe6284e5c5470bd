package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/adapters/bbolt"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections"
)

// sink keeps what is written to it, from several goroutines.
type sink struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// collector takes traces, and keeps what it was sent.
func collector(t *testing.T) (address string, sent *sink) {
	t.Helper()
	sent = &sink{}
	c := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(sent, r.Body); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(c.Close)
	return c.URL, sent
}

// contactsOf returns the name and the e-mail address of everybody in a log, and somebody's id.
func contactsOf(t *testing.T, store eventstore.Store) (texts []string, someone uuid.UUID) {
	t.Helper()
	people := projections.NewPeople()
	if _, err := projections.ReadLog(t.Context(), store, eventstore.Filter{}, nil, people); err != nil {
		t.Fatal(err)
	}
	for _, name := range people.Names() {
		for _, id := range people.Find(name) {
			contact, _ := people.Contact(id)
			someone = id
			for _, text := range []string{contact.Name, contact.Email} {
				if text != "" && !slices.Contains(texts, text) {
					texts = append(texts, text)
				}
			}
		}
	}
	return texts, someone
}

// TestNobodyIsTold sends a server over the bundled history requests of all kinds that hold names and e-mail addresses of
// people in it, in every place where a request can hold something, and wants none of them in the log, in the metrics, in
// the traces or among the rejected input.
func TestNobodyIsTold(t *testing.T) {
	dir := toldSample(t)
	store, err := bbolt.Open(dir, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	texts, someone := contactsOf(t, store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if len(texts) < 1000 {
		t.Fatalf("only %d names and addresses", len(texts))
	}
	storage, err := bbolt.OpenAccounts(dir, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	accounts := access.NewRegistry(storage)
	account := mayEverything(t, accounts, someone)
	if err := accounts.StartSession(account, access.HashSecret("session"), access.Hash{}, "test", time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := storage.Close(); err != nil {
		t.Fatal(err)
	}
	otlp, traces := collector(t)
	var stderr sink
	s := startServe(t, false, &stderr, "serve", "--store", "file:"+dir, "--listen", "127.0.0.1:0", "--otlp", otlp)
	ended := false
	defer func() {
		if !ended {
			s.stop()
		}
	}()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, address string, header http.Header, body string) (*http.Response, string, error) {
		r, err := http.NewRequestWithContext(t.Context(), method, s.url+address, strings.NewReader(body))
		if err != nil {
			return nil, "", err
		}
		r.Header = header
		answer, err := client.Do(r)
		if err != nil {
			return nil, "", err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
		return answer, string(text), err
	}
	all := http.Header{"Authorization": {"Bearer secret"}}
	_, text, err := send(http.MethodGet, "/v1/openapi.json", all, "")
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &document)
	}
	if err != nil {
		t.Fatal(err)
	}
	routes := []string{"GET /", "GET /people", "GET /people/{person}", "POST /people/find", "GET /rooms", "POST /rooms", "GET /log",
		"GET /awards", "GET /nowhere/{x}", "POST /users", "GET /users/{account}", "POST /sign-in", "GET /flags", "GET /readyz",
		"GET /consent", "POST /communities", "POST /retune", "GET /operations", "GET /static/{version}/{file}"}
	for path, methods := range document.Paths {
		for method := range methods {
			if path != "/v1/changes" && path != "/v1/log/verify" && !strings.Contains(path, "parameters") {
				routes = append(routes, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(routes)
	statuses := map[int]int{2: 1}
	requests := 1
	for _, route := range []string{"/people", "/v1/standings"} { // some that are surely answered
		answer, _, err := send(http.MethodGet, route+"?program=git", http.Header{"Authorization": {"Bearer secret"},
			"User-Agent": {texts[0]}}, "")
		if err != nil {
			t.Fatal(err)
		}
		requests++
		statuses[answer.StatusCode/100]++
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(texts)
		held := func(what string) string { return name.Draw(t, what) }
		method, path, _ := strings.Cut(rapid.SampledFrom(routes).Draw(t, "route"), " ")
		for {
			before, rest, ok := strings.Cut(path, "{")
			if !ok {
				break
			}
			_, after, _ := strings.Cut(rest, "}")
			hole := someone.String()
			if rapid.Bool().Draw(t, "a name in the path") {
				hole = url.PathEscape(held("hole"))
			}
			path = before + hole + after
		}
		query := url.Values{"program": {"git"}}
		for _, key := range []string{"program", "as_of", "position", "criteria", "find", "name", "person", "mentor", "cursor", "q"} {
			if rapid.IntRange(0, 5).Draw(t, key) == 0 {
				query.Set(key, held(key+" is"))
			}
		}
		header := http.Header{"User-Agent": {held("agent")}, "Referer": {"http://x/?" + url.QueryEscape(held("referer"))},
			"X-Forwarded-For": {held("for")}, "Tracestate": {"name=" + held("state")}, "Baggage": {"name=" + held("baggage")},
			"Traceparent":    {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
			"Sec-Fetch-Site": {"same-origin"}, "Idempotency-Key": {held("key")}, "If-Match": {held("match")}}
		switch rapid.SampledFrom([]string{"token", "session", "nobody", "bad token"}).Draw(t, "who") {
		case "token":
			header.Set("Authorization", "Bearer secret")
		case "session":
			header.Set("Cookie", "__Host-laurel=session")
		case "bad token":
			header.Set("Authorization", "Bearer "+held("token"))
		}
		body := ""
		if method != http.MethodGet {
			fields := map[string]string{}
			for _, key := range []string{"name", "email", "login", "person", "mentor", "mentee", "minutes", "note", "personal.text",
				"title", "community", "document", "find", "password", "occurred_at", held("field")} {
				if rapid.Bool().Draw(t, "send "+key) {
					fields[key] = held("value")
				}
			}
			if rapid.Bool().Draw(t, "as a form") {
				header.Set("Content-Type", "application/x-www-form-urlencoded")
				form := url.Values{}
				for key, value := range fields {
					form.Set(key, value)
				}
				body = form.Encode()
			} else {
				header.Set("Content-Type", "application/json")
				text, err := json.Marshal(fields)
				if err != nil {
					t.Fatal(err)
				}
				body = string(text)
			}
		}
		if rapid.IntRange(0, 20).Draw(t, "a name as method") == 0 {
			method = strings.ReplaceAll(strings.ReplaceAll(held("method"), " ", "."), "@", "-")
		}
		answer, _, err := send(method, path+"?"+query.Encode(), header, body)
		if err != nil {
			return // what HTTP does not allow, such as a method of other letters
		}
		requests++
		statuses[answer.StatusCode/100]++
	})
	finally := func(address string) string {
		for {
			answer, text, err := send(http.MethodGet, address, http.Header{"Cookie": {"__Host-laurel=session"}}, "")
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != http.StatusTooManyRequests {
				return text
			}
			time.Sleep(100 * time.Millisecond) // there were more requests than one may send
		}
	}
	metrics, operations := finally("/metrics"), finally("/operations")
	_, rejected, found := strings.Cut(operations, `id="h-rejected"`)
	if !found {
		t.Fatalf("there is no rejected input: %s", operations)
	}
	for _, line := range []string{`laurel_http_requests_total{method="GET",route="/v1/openapi.json",status="2xx"} 1`, "laurel_ready 1",
		"laurel_projection_lag_seconds ", "laurel_projection_events 8", "laurel_award_pass_failures_total 0"} {
		if !strings.Contains(metrics, line) {
			t.Errorf("%s is not in the metrics: %s", line, metrics)
		}
	}
	ended = true
	if code := s.stop(); code != exitDone {
		t.Errorf("exit status %d", code)
	}
	log := stderr.String()
	if lines := strings.Count(log, `"msg":"request"`); lines < requests*8/10 || statuses[2] == 0 || statuses[4] == 0 ||
		!strings.Contains(traces.String(), "GET /v1/openapi.json") || !strings.Contains(traces.String(), "award pass") {
		t.Errorf("%d lines tell of %d requests with statuses %v; %d bytes of traces", lines, requests, statuses, len(traces.String()))
	}
	for where, told := range map[string]string{"the log": log, "metrics": metrics, "traces": traces.String(), "rejected input": rejected} {
		told = strings.ToLower(told)
		for _, text := range texts {
			for _, as := range []string{text, url.QueryEscape(text), url.PathEscape(text), strings.ReplaceAll(text, " ", ".")} {
				if i := strings.Index(told, strings.ToLower(as)); i >= 0 {
					t.Errorf("%s holds %s: %s", where, as, fmt.Sprintf("%.300s", told[max(0, i-150):]))
				}
			}
		}
	}
}

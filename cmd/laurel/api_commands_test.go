package main

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/adapters/web"
)

// notByAPI are the commands that the API has no operation for, each with the reason.
var notByAPI = map[string]string{
	"demo":          "makes a store on this machine",
	"serve":         "is the server",
	"import git":    "reads files of this machine; programs send events to /v1/events",
	"import jsonl":  "reads files of this machine; programs send events to /v1/events",
	"import csv":    "reads files of this machine; programs send events to /v1/events",
	"generate":      "fills a store of this machine for measurements",
	"bench":         "measures this machine",
	"bench serve":   "measures this machine",
	"awards packet": "writes a file of this machine; the server's page /packet makes the same",
	"log copy":      "copies between stores of this machine",
	"log backup":    "writes a file of this machine",
	"criteria init": "writes a file of this machine; /v1/criteria/sample is the text of it",
}

// TestAPIHasEveryCommand holds the commands against the operations: a new command needs one, or a reason why not.
func TestAPIHasEveryCommand(t *testing.T) {
	b := newAPIBench(t, t.TempDir(), uuid.New())
	var document struct {
		Paths map[string]map[string]struct {
			Command string `json:"x-laurel-command"`
		}
	}
	if err := json.Unmarshal(b.do(http.MethodGet, "/v1/openapi.json", "").Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	operations := map[string]bool{}
	for _, methods := range document.Paths {
		for _, o := range methods {
			operations[o.Command] = true
		}
	}
	var commands []string
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if !c.HasSubCommands() || c.Name() == "bench" {
			commands = append(commands, subject(c))
		}
		for _, child := range c.Commands() {
			walk(child)
		}
	}
	for _, c := range newRoot(&app{env: map[string]string{}}).Commands() {
		walk(c)
	}
	for _, c := range commands {
		if !operations[c] && notByAPI[c] == "" {
			t.Errorf("laurel %s has no operation of the API, and there is no reason why not", c)
		}
		if operations[c] && notByAPI[c] != "" {
			t.Errorf("laurel %s has an operation of the API, and a reason why not", c)
		}
		delete(operations, c)
	}
	delete(operations, "")
	for c := range operations {
		t.Errorf("an operation of the API is said to be laurel %s, which there is not", c)
	}
}

// TestAPIAnswers looks at what surrounds the documents: media, pages, tags.
func TestAPIAnswers(t *testing.T) {
	dir := toldSample(t)
	b := newAPIBench(t, dir, uuid.New())
	var standings struct {
		Mentors []map[string]any
	}
	all := b.do(http.MethodGet, "/v1/standings?limit=10000", "")
	if err := json.Unmarshal(all.Body.Bytes(), &standings); err != nil {
		t.Fatal(err)
	}
	lines := b.do(http.MethodGet, "/v1/standings?limit=10000", "", "Accept", "application/jsonl")
	if n := strings.Count(lines.Body.String(), "\n"); n != len(standings.Mentors) || lines.Header().Get("Content-Type") != "application/jsonl; charset=utf-8" {
		t.Errorf("%d lines of %s, want %d", n, lines.Header().Get("Content-Type"), len(standings.Mentors))
	}
	table, err := csv.NewReader(b.do(http.MethodGet, "/v1/standings?limit=10000", "", "Accept", "text/csv;q=0.9, text/html").Body).ReadAll()
	if err != nil || len(table) != len(standings.Mentors)+1 || table[0][0] != "person" || !slices.Contains(table[0], "measures_effort") {
		t.Errorf("a table of %d rows, head %v: %v", len(table), table[0], err)
	}
	wantProblem(t, b.do(http.MethodGet, "/v1/standings", "", "Accept", "image/png"), http.StatusNotAcceptable, "Accept")

	var paged []map[string]any
	pages := 0
	for address := "/v1/standings?limit=100"; address != ""; pages++ {
		w := b.do(http.MethodGet, address, "")
		var page struct{ Mentors []map[string]any }
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK {
			t.Fatalf("GET %s: %d %s", address, w.Code, w.Body)
		}
		paged = append(paged, page.Mentors...)
		if pages == 0 { // what is recorded meanwhile is on no page
			now := b.do(http.MethodPost, "/v1/people", `{"name":"Late Comer"}`)
			if now.Code != http.StatusCreated && now.Code != http.StatusOK {
				t.Fatalf("register: %d %s", now.Code, now.Body)
			}
		}
		address = strings.TrimSuffix(strings.TrimPrefix(w.Header().Get("Link"), "<"), `>; rel="next"`)
	}
	if !reflect.DeepEqual(paged, standings.Mentors) || pages != (len(standings.Mentors)+99)/100 {
		t.Errorf("%d pages hold %d mentors, not the %d that there are", pages, len(paged), len(standings.Mentors))
	}
	wantProblem(t, b.do(http.MethodGet, "/v1/people?cursor=abc", ""), http.StatusUnprocessableEntity, "cursor")
	first := b.do(http.MethodGet, "/v1/standings?limit=1", "")
	other := strings.Replace(strings.TrimSuffix(strings.TrimPrefix(first.Header().Get("Link"), "<"), `>; rel="next"`), "/v1/standings", "/v1/flags", 1)
	wantProblem(t, b.do(http.MethodGet, other, ""), http.StatusUnprocessableEntity, "cursor")

	tag := first.Header().Get("ETag")
	again := b.do(http.MethodGet, "/v1/standings?limit=1", "", "If-None-Match", `"x", `+tag)
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 || again.Header().Get("ETag") != tag {
		t.Errorf("asked again: %d, %d bytes, tag %s, want %s", again.Code, again.Body.Len(), again.Header().Get("ETag"), tag)
	}
	for _, address := range []string{"/v1/standings?limit=2", "/v1/standings?limit=1&as_of=2020-01-01", "/v1/standings?limit=1&criteria=sample"} {
		if w := b.do(http.MethodGet, address, "", "If-None-Match", tag); w.Code != http.StatusOK {
			t.Errorf("GET %s is said to be what /v1/standings?limit=1 was", address)
		}
	}
	b.do(http.MethodPost, "/v1/people", `{"name":"Late Comer"}`)
	if w := b.do(http.MethodGet, "/v1/standings?limit=1", "", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Error("the tag stays although the log has grown")
	}
}

// wantProblem fails unless the answer is a problem with the status, about the field.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, field string) {
	t.Helper()
	var p web.Problem
	err := json.Unmarshal(w.Body.Bytes(), &p)
	if err != nil || w.Code != status || p.Status != status || p.Field != field || p.Detail == "" ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d (%s) %s, want a problem %d about %q", w.Code, w.Header().Get("Content-Type"), w.Body, status, field)
	}
}

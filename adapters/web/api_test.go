package web

import (
	"bufio"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"laurel/domain/access"
)

// free is no bound on how often the server is asked.
func free(o *Options) {
	o.Rates = Rates{Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}}
}

// call sends a request as a program does, with headers as name, value, name, value.
func (br *browser) call(method, address, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != "" {
		r.Header.Set("Content-Type", mediaJSON)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return br.do(r)
}

// wantProblem fails unless the answer is a problem about a field.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, field string) Problem {
	t.Helper()
	var p Problem
	err := json.Unmarshal(w.Body.Bytes(), &p)
	if err != nil || w.Code != status || p.Status != status || p.Field != field || p.Detail == "" || p.Title == "" ||
		w.Header().Get("Content-Type") != mediaProblem {
		t.Errorf("status %d (%s): %s; want a problem %d about %q", w.Code, w.Header().Get("Content-Type"), w.Body, status, field)
	}
	return p
}

var hole = regexp.MustCompile(`\{[a-z]+\}`)

// theRoom is the mentorship of the bench.
const theRoom = "6f1c1f8e-3d7f-4d1c-9a55-0d3c5a1f0011"

// addressOf is an address of an operation, with ids that are there where that can be.
func addressOf(o *operation) string {
	path := strings.NewReplacer("{room}", theRoom, "{person}", ben.String(), "{slug}", "git", "{ref}", "abcd", "{community}", "x").Replace(o.path)
	return hole.ReplaceAllString(path, uuid.NewString())
}

// TestAPIRefuses sends every operation to everybody who has no use for it, and none gets through.
func TestAPIRefuses(t *testing.T) {
	b := newBench(t, free)
	visitors := map[string]*browser{"no role": b.as(uuid.Nil)}
	identities := map[string]*access.Identity{"no role": {Account: ada}}
	for _, role := range access.Roles() {
		visitors[string(role)] = b.as(uuid.Nil, string(role))
		identities[string(role)] = &access.Identity{Account: ada, Grants: []access.Grant{{Role: role}}}
	}
	for i := range b.server.api.operations {
		o := &b.server.api.operations[i]
		if !o.action.Known() {
			t.Errorf("%s: %q is in no table", o.id, o.action)
		}
		if w := b.browser().call(o.method, addressOf(o), ""); !o.action.Public() {
			wantProblem(t, w, http.StatusUnauthorized, "")
		}
		for name, br := range visitors {
			if o.stream && identities[name].MaySomewhere(o.action) {
				continue // TestChanges listens
			}
			address := addressOf(o)
			if strings.Contains(o.path, "{award}") {
				continue // there is none; a page's test has one
			}
			if o.on == nil {
				address += "?program=git"
			}
			w := br.call(o.method, address, "{}")
			switch {
			case w.Code >= 500:
				t.Errorf("%s as %s: status %d", o.id, name, w.Code)
			case o.action.Public(), identities[name].MaySomewhere(o.action):
			case w.Code != http.StatusForbidden && o.on != nil && w.Code == http.StatusUnprocessableEntity:
				t.Errorf("%s as %s: looked at before it was refused: %s", o.id, name, w.Body)
			case w.Code != http.StatusForbidden:
				t.Errorf("%s as %s: status %d %s", o.id, name, w.Code, w.Body)
			}
		}
	}
}

// TestAPIHostile sends every command what no honest caller does.
func TestAPIHostile(t *testing.T) {
	b := newBench(t, free)
	br := b.as(ada, "analyst", "owner", "administrator", "ingest")
	deep := strings.Repeat(`{"a":`, jsonDepthMax+1) + "1" + strings.Repeat("}", jsonDepthMax+1)
	for i := range b.server.api.operations {
		o := &b.server.api.operations[i]
		if o.method == http.MethodGet || strings.Contains(o.path, "{award}") || o.id == "sendEvents" {
			continue
		}
		address := addressOf(o)
		if o.on == nil {
			address += "?program=git"
		}
		for name, c := range map[string]struct {
			body, field string
			status      int
		}{
			"twice":       {`{"x":1,"x":2}`, "x", http.StatusUnprocessableEntity},
			"twice deep":  {`{"x":{"y":[{"z":1,"z":2}]}}`, "x.y[0].z", http.StatusUnprocessableEntity},
			"deep":        {deep, strings.Repeat("a.", jsonDepthMax-1) + "a", http.StatusUnprocessableEntity},
			"no UTF-8":    {"{\"x\":\"\xff\"}", "body", http.StatusBadRequest},
			"no JSON":     {`{"x":`, "body", http.StatusBadRequest},
			"two values":  {`{} {}`, "body", http.StatusBadRequest},
			"a zero byte": {`{"x":"a\u0000"}`, "x", http.StatusUnprocessableEntity},
		} {
			w := br.call(o.method, address, c.body)
			if p := wantProblem(t, w, c.status, c.field); t.Failed() {
				t.Fatalf("%s, %s: %+v", o.id, name, p)
			}
		}
		if w := br.call(o.method, address, `{"nonsense":1}`); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"field":"nonsense"`) {
			t.Errorf("%s with an unknown member: %d %s", o.id, w.Code, w.Body)
		}
		if w := br.call(o.method, address, `{}`, "Content-Type", "text/plain"); w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s as text: %d %s", o.id, w.Code, w.Body)
		}
		if w := br.call(o.method, address, `[]`); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s with a list: %d %s", o.id, w.Code, w.Body)
		}
		if w := br.call(o.method, address, `{"x":"`+strings.Repeat("x", bodyBytesMax)+`"}`); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s with a long body: %d", o.id, w.Code)
		}
	}
	for address, field := range map[string]string{
		"/v1/standings?nonsense=1": "nonsense", "/v1/standings?limit=0": "limit", "/v1/standings?limit=x": "limit",
		"/v1/standings?limit=1&limit=2": "limit", "/v1/standings?as_of=x": "as_of", "/v1/standings?program=%ff": "program",
		"/v1/people?cursor=x": "cursor", "/v1/rooms?program=git&health=x": "health", "/v1/awards?program=git&person=x": "person",
		"/v1/log?type=x": "type", "/v1/log?category=x": "category", "/v1/digest?program=git&since=2020-01-01": "audience",
	} {
		if w := br.call(http.MethodGet, address, ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `"field":"`+field+`"`) {
			t.Errorf("GET %s: %d %s, want %s", address, w.Code, w.Body, field)
		}
	}
	wantProblem(t, br.call(http.MethodGet, "/v1/standings?a=%zz", ""), http.StatusBadRequest, "")
	list, all := b.server.Rejected()
	if all == 0 || len(list) == 0 {
		t.Error("nothing is kept of what was refused")
	}
	for _, r := range list {
		if strings.Contains(r.Reason, "nonsense") || strings.Contains(r.Field, "nonsense") && r.Field != "nonsense" {
			t.Errorf("what is kept repeats what was sent: %+v", r)
		}
	}
}

func TestIdempotency(t *testing.T) {
	b := newBench(t, free)
	br, other := b.as(ada, "owner"), b.as(ben, "owner")
	head := func() string {
		position, err := b.store.Head(t.Context())
		b.must(err)
		return position.String()
	}
	const body = `{"channel":"call","minutes":30}`
	address := "/v1/rooms/" + theRoom + "/sessions"
	first := br.call(http.MethodPost, address, body, "Idempotency-Key", "one")
	wantStatus(t, first, http.StatusOK, `"before":false`)
	at := head()
	b.pass(1e9)
	again := br.call(http.MethodPost, address, body, "Idempotency-Key", "one")
	wantStatus(t, again, http.StatusOK)
	if again.Body.String() != first.Body.String() || again.Header().Get("Idempotency-Replayed") != "true" || head() != at {
		t.Errorf("sent again: %s, then %s", first.Body, again.Body)
	}
	wantProblem(t, br.call(http.MethodPost, address, `{"channel":"visit"}`, "Idempotency-Key", "one"), http.StatusUnprocessableEntity, "Idempotency-Key")
	b.server.api.replies = newReplies() // as when the server starts anew
	again = br.call(http.MethodPost, address, body, "Idempotency-Key", "one")
	wantStatus(t, again, http.StatusOK, `"before":true`)
	wantProblem(t, br.call(http.MethodPost, address, `{"channel":"visit"}`, "Idempotency-Key", "one"), http.StatusUnprocessableEntity, "Idempotency-Key")
	wantProblem(t, br.call(http.MethodPost, "/v1/rooms/"+theRoom+"/pause", "", "Idempotency-Key", "one"), http.StatusUnprocessableEntity, "Idempotency-Key")
	if head() != at {
		t.Error("something was recorded that was sent again")
	}
	wantStatus(t, other.call(http.MethodPost, address, body, "Idempotency-Key", "one"), http.StatusOK, `"before":false`)
	wantStatus(t, br.call(http.MethodPost, address, body), http.StatusOK, `"before":false`)
}

func TestCloudEvents(t *testing.T) {
	b := newBench(t, free)
	br := b.as(uuid.Nil, "ingest")
	const event = `{"specversion":"1.0","id":"17","source":"crm","type":"SessionHeld","subject":"mentorship-` + theRoom + `",
		"time":"2026-02-20T10:00:00Z","datacontenttype":"application/json","traceparent":"x","data":{"channel":"call"}}`
	counts := func(w *httptest.ResponseRecorder) EventsReport {
		t.Helper()
		var r EventsReport
		if w.Code != http.StatusOK || json.Unmarshal(w.Body.Bytes(), &r) != nil {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		return r
	}
	if r := counts(br.call(http.MethodPost, "/v1/events", event, "Content-Type", mediaEvent)); r.Appended != 1 || r.ByType["SessionHeld"] != 1 {
		t.Errorf("structured: %+v", r)
	}
	if r := counts(br.call(http.MethodPost, "/v1/events", event, "Content-Type", mediaEvent+"; charset=utf-8")); r.Appended != 0 || r.AlreadyThere != 1 {
		t.Errorf("sent again: %+v", r)
	}
	binary := []string{"Ce-Specversion", "1.0", "Ce-Id", "17", "Ce-Source", "crm", "Ce-Type", "SessionHeld", "Ce-Subject",
		"mentorship-" + theRoom, "Ce-Time", "2026-02-20T10:00:00Z"}
	if r := counts(br.call(http.MethodPost, "/v1/events", `{"channel":"call"}`, binary...)); r.AlreadyThere != 1 {
		t.Errorf("the same with its envelope in headers: %+v", r)
	}
	binary[3] = "18%20b"
	if r := counts(br.call(http.MethodPost, "/v1/events", `{"channel":"call"}`, binary...)); r.Appended != 1 {
		t.Errorf("another in headers: %+v", r)
	}
	change := func(old, new string) string { return strings.Replace(event, old, new, 1) }
	batch := "[" + event + "," + change(`"17"`, `"19"`) + "," + change(`"17"`, `"18 b"`) + "]"
	if r := counts(br.call(http.MethodPost, "/v1/events", batch, "Content-Type", mediaEvents)); r.Items != 3 || r.Appended != 1 || r.AlreadyThere != 2 {
		t.Errorf("batch: %+v", r)
	}
	mixed := "[" + change(`"17"`, `"20"`) + "," + change("SessionHeld", "SessionHelt") + "," + change(`{"channel":"call"}`, `{"chanel":"call"}`) + `,7]`
	p := wantProblem(t, br.call(http.MethodPost, "/v1/events", mixed, "Content-Type", mediaEvents), http.StatusUnprocessableEntity, "[1].type")
	if len(p.Errors) != 3 || p.Events == nil || p.Events.Appended != 1 || p.Events.Rejected != 3 || !strings.HasPrefix(p.Errors[2].Field, "[3]") {
		t.Errorf("some were rejected: %+v %+v", p, p.Events)
	}
	for name, c := range map[string]struct {
		text, kind, field string
		status            int
	}{
		"other content":  {change(`"call"`, `"visit"`), mediaEvent, "", 422},
		"no id":          {change(`"id":"17",`, ``), mediaEvent, "id", 422},
		"old version":    {change(`"1.0"`, `"0.3"`), mediaEvent, "specversion", 422},
		"no stream":      {change("mentorship-", "room-"), mediaEvent, "subject", 422},
		"another stream": {change("mentorship-", "person-"), mediaEvent, "subject", 422},
		"no time":        {change("2026-02-20T10:00:00Z", "yesterday"), mediaEvent, "time", 422},
		"base64":         {change(`"data":{"channel":"call"}`, `"data_base64":"e30="`), mediaEvent, "data_base64", 422},
		"a number":       {change(`"17"`, `17`), mediaEvent, "id", 422},
		"twice":          {change(`"id"`, `"id":"1","id"`), mediaEvent, "id", 422},
		"a list":         {"[]", mediaEvent, "body", 400},
		"no list":        {event, mediaEvents, "body", 400},
		"no UTF-8":       {change("crm", "\xff"), mediaEvent, "body", 400},
		"text":           {event, "text/plain", "Content-Type", 415},
		"latin":          {event, mediaEvent + "; charset=latin1", "Content-Type", 415},
		"too many":       {"[" + strings.Repeat("1,", eventsMax) + "1]", mediaEvents, "body", 413},
	} {
		w := br.call(http.MethodPost, "/v1/events", c.text, "Content-Type", c.kind)
		if wantProblem(t, w, c.status, c.field); t.Failed() {
			t.Fatal(name)
		}
	}
}

// TestChanges listens to changes, is cut off, and goes on where it was.
func TestChanges(t *testing.T) {
	b := newBench(t, free)
	server := httptest.NewServer(b.server)
	defer server.Close()
	a := b.account("Reader", uuid.Nil, "analyst")
	secret := "laurel_test"
	_, err := b.accounts.IssueToken(access.Token{ID: uuid.New(), Account: a.ID, Name: "t", Hash: access.HashSecret(secret),
		Scopes: []access.Action{access.StandingsRead, access.LogRead}, Expires: b.clock().AddDate(0, 1, 0)}, b.clock())
	b.must(err)
	listen := func(last string) (*bufio.Reader, func()) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/changes?program=git", nil)
		b.must(err)
		r.Header.Set("Authorization", "Bearer "+secret)
		if last != "" {
			r.Header.Set("Last-Event-ID", last)
		}
		w, err := http.DefaultClient.Do(r)
		b.must(err)
		if w.StatusCode != http.StatusOK || w.Header.Get("Content-Type") != mediaStream {
			t.Fatalf("status %d, %s", w.StatusCode, w.Header.Get("Content-Type"))
		}
		return bufio.NewReader(w.Body), func() { _ = w.Body.Close() }
	}
	next := func(r *bufio.Reader) (id string, word Changed) {
		t.Helper()
		for {
			line, err := r.ReadString('\n')
			b.must(err)
			switch name, value, _ := strings.Cut(strings.TrimSpace(line), ": "); name {
			case "id":
				id = value
			case "data":
				b.must(json.Unmarshal([]byte(value), &word))
				return id, word
			}
		}
	}
	owner := b.as(ada, "owner")
	record := func() {
		t.Helper()
		wantStatus(t, owner.call(http.MethodPost, "/v1/rooms/"+theRoom+"/sessions", "{}"), http.StatusOK)
	}
	stream, end := listen("")
	if _, err := stream.ReadString('\n'); err != nil { // it listens
		t.Fatal(err)
	}
	record()
	id, word := next(stream)
	if !slices.Contains(word.Programs, "git") || !slices.Contains(word.Rooms, uuid.MustParse(theRoom)) || word.Position == "" || word.All {
		t.Errorf("word of a session: %+v", word)
	}
	end()
	record()
	stream, end = listen(id)
	if _, word = next(stream); word.All || !slices.Contains(word.Rooms, uuid.MustParse(theRoom)) {
		t.Errorf("word of what was missed: %+v", word)
	}
	end()
	stream, end = listen("another-7")
	if _, word = next(stream); !word.All {
		t.Errorf("word to who comes from another process: %+v", word)
	}
	end()
}

// documentFile is where the gate wants the document of the API, to have it judged by others.
var documentFile = flag.String("openapi", "", "write the document of the API to `FILE`")

// TestAPIDocument reads the document as clients do.
func TestAPIDocument(t *testing.T) {
	b := newBench(t, free)
	w := b.browser().call(http.MethodGet, "/v1/openapi.json", "")
	wantStatus(t, w, http.StatusOK)
	if *documentFile != "" {
		b.must(os.WriteFile(*documentFile, w.Body.Bytes(), 0o600))
	}
	var document struct {
		OpenAPI    string
		Paths      map[string]map[string]struct{ OperationID, Summary string }
		Components struct{ Schemas map[string]any }
	}
	b.must(json.Unmarshal(w.Body.Bytes(), &document))
	n := 0
	for path, methods := range document.Paths {
		for method, o := range methods {
			n++
			if o.OperationID == "" || o.Summary == "" {
				t.Errorf("%s %s has no name or no summary", method, path)
			}
		}
	}
	if n != len(b.server.api.operations) || document.OpenAPI != "3.1.0" || len(document.Components.Schemas) == 0 {
		t.Errorf("%d operations of %d, OpenAPI %s", n, len(b.server.api.operations), document.OpenAPI)
	}
	for name := range document.Components.Schemas {
		if !strings.Contains(w.Body.String(), `"#/components/schemas/`+name+`"`) {
			t.Errorf("nothing uses the schema %s", name)
		}
	}
	wantStatus(t, b.browser().call(http.MethodGet, "/v1/openapi.yaml", ""), http.StatusOK, "openapi: 3.1.0")
}

// TestCriteriaMatch decides about criteria with and without having looked at them.
func TestCriteriaMatch(t *testing.T) {
	b := newBench(t, free)
	br, analyst := b.as(ada, "owner"), b.as(ben, "analyst")
	const document = `{"document":"apiVersion: laurel/v1\nkind: Criteria\nprogram: git\ntitle: T\ntimezone: UTC\nmeasures:\n  effort: {count: events, of: SessionHeld}\nscore: effort\ntiers:\n  - {id: some, name: Some, when: effort >= 1}\n"}`
	const address = "/v1/criteria?program=git"
	tag := br.call(http.MethodGet, address, "").Header().Get("ETag")
	wantProblem(t, br.call(http.MethodPost, address, document), http.StatusPreconditionRequired, "If-Match")
	wantProblem(t, br.call(http.MethodPost, address, document, "If-Match", `"c.x"`), http.StatusPreconditionFailed, "If-Match")
	w := br.call(http.MethodPost, address, document, "If-Match", tag, "Idempotency-Key", "1")
	wantStatus(t, w, http.StatusOK, `"recorded":true`)
	var done struct{ Criteria string }
	b.must(json.Unmarshal(w.Body.Bytes(), &done))
	b.server.api.replies = newReplies() // as when the server starts anew
	wantStatus(t, br.call(http.MethodPost, address, document, "If-Match", tag, "Idempotency-Key", "1"), http.StatusOK, `"recorded":false`)
	approval := "/v1/criteria/" + done.Criteria[7:15] + "/approval?program=git"
	wantProblem(t, analyst.call(http.MethodPost, approval, "{}", "If-Match", tag), http.StatusPreconditionFailed, "If-Match")
	tag = analyst.call(http.MethodGet, address, "").Header().Get("ETag")
	wantStatus(t, analyst.call(http.MethodPost, approval, "{}", "If-Match", tag), http.StatusOK, `"act":"approve"`)
	tag = br.call(http.MethodGet, address, "").Header().Get("ETag")
	wantStatus(t, br.call(http.MethodPost, strings.Replace(approval, "approval", "activation", 1), "{}", "If-Match", tag), http.StatusOK, `"act":"activate"`)
	wantStatus(t, br.call(http.MethodGet, "/v1/standings?program=git", ""), http.StatusOK, `"tier":"some"`)
}

package web

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"laurel/eventstore"
	"laurel/projections/serving"
)

// heard is telemetry that keeps what it is told.
type heard struct {
	untold
	mu   sync.Mutex
	told []string
}

func (h *heard) Request(ctx context.Context, method, route string) (context.Context, func(int, bool)) {
	return ctx, func(status int, streamed bool) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told = append(h.told, fmt.Sprint(method, " ", route, " ", status, " ", streamed))
	}
}

func (h *heard) ServeHTTP(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "laurel_up 1") }

func (h *heard) last() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told[len(h.told)-1]
}

// TestObserved wants each request to be told by its route, whatever became of it, and nothing of what it held.
func TestObserved(t *testing.T) {
	told := &heard{}
	var logged lockedBuffer
	b := newBench(t, func(o *Options) {
		o.Telemetry = told
		o.Log = slog.New(slog.NewTextHandler(&logged, nil))
		o.Rates = Rates{Rate{1, 1e6}, Rate{time.Hour, 4}, Rate{1, 1e6}, Rate{1, 1e6}, Rate{1, 1e6}}
	})
	viewer := b.as(nobody, "viewer")
	for _, c := range []struct {
		by             *browser
		method, target string
		want           string
	}{
		{viewer, "GET", "/people?program=git&find=SECRET", "GET /people 200 false"},
		{viewer, "GET", "/people/" + ada.String() + "?x=SECRET", "GET /people/{person} 403 false"},
		{viewer, "GET", "/SECRET", "GET unmatched 404 false"},
		{viewer, "SECRET", "/people", "SECRET unmatched 405 false"}, // which the telemetry takes care of
		{viewer, "GET", "/?program=git", "GET / 200 false"},
		{viewer, "HEAD", "/readyz", "HEAD /readyz 200 false"},
		{viewer, "POST", "/rooms", "POST /rooms 403 false"},
		{b.browser(), "GET", "/people", "GET /people 303 false"},
		{b.browser(), "GET", "/v1/standings", "GET /v1/standings 401 false"},
		{b.browser(), "GET", "/metrics", "GET /metrics 401 false"},
		{b.browser(), "GET", "/sign-in", "GET /sign-in 200 false"},
		{b.browser(), "GET", "/sign-in", "GET /sign-in 429 false"},
		{b.browser(), "GET", "/livez", "GET /livez 200 false"}, // is asked however often
		{b.browser(), "GET", "/static/" + b.server.assets.version + "/app.css", "GET /static/{version}/{file...} 200 false"},
	} {
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("User-Agent", "SECRET")
		c.by.do(r)
		if got := told.last(); got != c.want {
			t.Errorf("%s %s is told as %q, want %q", c.method, c.target, got, c.want)
		}
	}
	text := logged.String()
	for _, line := range []string{"msg=request", "method=GET route=/people/{person} status=403 bytes=", "route=/sign-in status=429"} {
		if !strings.Contains(text, line) {
			t.Errorf("%s is not in the log", line)
		}
	}
	for _, never := range []string{"SECRET", ada.String(), "192.0.2.1", "route=/static", "route=/livez"} {
		if strings.Contains(text, never) {
			t.Errorf("%s is in the log: %s", never, text)
		}
	}
}

func TestMetricsAreForOperators(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Telemetry = &heard{} })
	wantStatus(t, b.as(nobody, "administrator").get("/metrics"), http.StatusOK, "laurel_up 1")
	w := b.as(nobody, "owner").get("/metrics")
	wantStatus(t, w, http.StatusForbidden, "administrator")
	w = b.browser().get("/metrics")
	wantStatus(t, w, http.StatusUnauthorized)
	if w.Header().Get("WWW-Authenticate") == "" {
		t.Error("it is not said how to sign in")
	}
}

func TestOperationsPage(t *testing.T) {
	b := newBench(t, nil)
	wantStatus(t, b.as(uuid.Nil, "owner").post("/rooms?program=git", form("mentor", `Robert "Bob" Marley`, "mentee", "Ben")),
		http.StatusUnprocessableEntity)
	wantStatus(t, b.as(ada, "owner").call(http.MethodPost, "/v1/rooms/"+theRoom+"/sessions", `{"minutes":"Marley"}`),
		http.StatusUnprocessableEntity)
	b.pass(26 * time.Hour)
	admin := b.as(nobody, "administrator")
	w := admin.get("/operations")
	wantStatus(t, w, http.StatusOK, "Ready: ", `<td class="mono small">/rooms</td><td class="num">422</td><td>mentor</td>`,
		`<td class="mono small">/v1/rooms/{room}/sessions</td><td class="num">422</td><td>minutes</td>`,
		"26h 0m", "no pass yet", `href="/metrics"`, `href="/users"`, `aria-current="page">Operations`)
	if strings.Contains(w.Body.String(), "Marley") || strings.Contains(w.Body.String(), "Bob") {
		t.Error("the page repeats what was refused")
	}
	if w := b.as(nobody, "analyst").get("/"); strings.Contains(w.Body.String(), "/operations") {
		t.Error("the navigation leads an analyst to operations")
	}
	for range 2 * rejectedMax {
		b.server.rejections.add(Rejected{Route: "/x"})
	}
	list, all := b.server.Rejected()
	if len(list) != rejectedMax || all != 2*rejectedMax+2 {
		t.Errorf("%d of %d are kept", len(list), all)
	}
}

func TestUnquoted(t *testing.T) {
	for text, want := range map[string]string{
		"is missing":      "is missing",
		`"Ada" is nobody`: `… is nobody`,
		`name "Robert \"Bob\" M" and "x" are wrong`: `name … are wrong`,
		`this "is not closed`:                       `this …`,
		strings.Repeat("ä", 201):                    strings.Repeat("ä", 200) + "…",
	} {
		if got := unquoted(text); got != want {
			t.Errorf("%s becomes %s, want %s", text, got, want)
		}
	}
}

// severed is a store whose subscriptions fail while it is cut.
type severed struct {
	eventstore.Store
	cut atomic.Bool
}

func (s *severed) Subscribe(ctx context.Context, after eventstore.Position, f eventstore.Filter) iter.Seq2[eventstore.Message, error] {
	return func(yield func(eventstore.Message, error) bool) {
		for m, err := range s.Store.Subscribe(ctx, after, f) {
			if s.cut.Load() {
				yield(eventstore.Message{}, errors.New("the cable was pulled at /srv/laurel"))
				return
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// TestReadiness wants a server to be ready once it follows its log, not while it cannot, again afterwards, and no more once
// it was told to stop; and to be alive all the time.
func TestReadiness(t *testing.T) {
	b := newBench(t, nil)
	store := &severed{Store: b.store}
	engine, err := serving.Open(t.Context(), store, serving.Options{})
	b.must(err)
	t.Cleanup(func() { _ = engine.Close() })
	b.server.engine = engine
	asks := b.browser()
	becomes := func(status int, reason string) {
		t.Helper()
		var w *httptest.ResponseRecorder
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			if w = asks.get("/readyz"); w.Code == status && strings.Contains(w.Body.String(), reason) {
				wantStatus(t, asks.get("/livez"), http.StatusOK, "alive")
				if strings.Contains(w.Body.String(), "/srv") {
					t.Errorf("the answer tells what is inside: %s", w.Body)
				}
				return
			}
		}
		t.Fatalf("status %d: %s, want %d: %s", w.Code, w.Body, status, reason)
	}
	becomes(http.StatusOK, "ready")
	store.cut.Store(true)
	b.server.engine = b.engine // which can follow, so that what is recorded can be waited for
	b.as(ada).records(1, benchRoom+"/session", form())
	b.server.engine = engine
	becomes(http.StatusServiceUnavailable, unreadyLost)
	r := httptest.NewRequest("GET", "/readyz", nil)
	r.Header.Set("Accept", "application/json")
	if got := strings.TrimSpace(asks.do(r).Body.String()); got != `{"status":"not ready","reason":"the log cannot be followed"}` {
		t.Error(got)
	}
	wantStatus(t, b.as(nobody, "administrator").get("/operations"), http.StatusOK, "Not ready: the log cannot be followed",
		"tries again", "the cable was pulled")
	store.cut.Store(false)
	becomes(http.StatusOK, "ready")
	b.server.stop()
	becomes(http.StatusServiceUnavailable, unreadyStopping)
}

// TestDoor opens a door before there is a server, lets a server in, and has it stop while a stream is open and a request
// under way: the first ends, the second is answered.
func TestDoor(t *testing.T) {
	b := newBench(t, nil)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	b.must(err)
	door := OpenDoor(l, b.server.log)
	base := "http://" + l.Addr().String()
	get := func(path string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+path, nil)
		b.must(err)
		answer, err := http.DefaultClient.Do(r)
		b.must(err)
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		b.must(err)
		return answer.StatusCode, string(body)
	}
	for path, want := range map[string]int{"/livez": 200, "/readyz": 503, "/": 503, "/v1/standings": 503} {
		if status, body := get(path); status != want || want == 503 && !strings.Contains(body, unreadyReading) {
			t.Errorf("%s while the log is read: status %d: %s", path, status, body)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	door.Lead(b.server)
	go func() { ended <- door.Serve(ctx, time.Minute) }()
	for status := 0; status != http.StatusOK; { // once the engine follows the log
		status, _ = get("/readyz")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/live?program=git", nil)
	b.must(err)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: b.as(nobody, "viewer").cookies[cookieName]})
	stream, err := http.DefaultClient.Do(r)
	b.must(err)
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "id: ") {
	}
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	b.must(err)
	defer slow.Close()
	fmt.Fprintf(slow, "POST /sign-in HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\n")
	answer := bufio.NewReader(slow)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") { // somebody reads the body
		t.Fatalf("%q, %v", line, err)
	}
	stop()
	for lines.Scan() { // until the stream ends
	}
	b.must(lines.Err())
	fmt.Fprint(slow, "login=x")
	rest, err := io.ReadAll(answer)
	b.must(err)
	if !strings.Contains(string(rest), "HTTP/1.1 422 ") || !strings.Contains(string(rest), "</html>") {
		t.Errorf("the request under way is answered with %q", rest)
	}
	b.must(<-ended)
	if b.server.Streams() != 0 {
		t.Errorf("%d streams are open", b.server.Streams())
	}
}

// TestCutOff wants a server that was told to stop to wait for a request that never ends no longer than it was given.
func TestCutOff(t *testing.T) {
	b := newBench(t, nil)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	b.must(err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	door := OpenDoor(l, b.server.log)
	door.Lead(b.server)
	go func() { ended <- door.Serve(ctx, 50*time.Millisecond) }()
	slow, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	b.must(err)
	defer slow.Close()
	fmt.Fprintf(slow, "POST /sign-in HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 7\r\n\r\n")
	if line, err := bufio.NewReader(slow).ReadString('\n'); err != nil || !strings.Contains(line, " ") {
		t.Fatalf("%q, %v", line, err)
	}
	stop()
	b.must(<-ended)
	if text := b.log.String(); !strings.Contains(text, "cut off") || strings.Contains(text, "127.0.0.1") {
		t.Errorf("the log says %s", text)
	}
}

// pipes is a listener within the process, for tests in which time is not real.
type pipes struct{ conns chan net.Conn }

// Accept implements net.Listener.
func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

// Close implements net.Listener.
func (p pipes) Close() error { close(p.conns); return nil }

// Addr implements net.Listener.
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestSilentStream has nothing happen for longer than a write may take, and wants the stream to end as it should; and
// whoever comes back to hear what happened meanwhile.
func TestSilentStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, nil)
		l := pipes{make(chan net.Conn, 1)}
		door := OpenDoor(l, b.server.log)
		door.Lead(b.server)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- door.Serve(ctx, time.Minute) }()
		cookie := &http.Cookie{Name: cookieName, Value: b.as(nobody, "viewer").cookies[cookieName]}
		listen := func(last string) string {
			ours, theirs := net.Pipe()
			l.conns <- theirs
			r := httptest.NewRequest(http.MethodGet, "/live?program=git", nil)
			r.AddCookie(cookie)
			r.Header.Set("Last-Event-ID", last)
			r.Header.Set("Connection", "close")
			b.must(r.Write(ours))
			text, err := io.ReadAll(ours)
			b.must(err)
			if !strings.Contains(string(text), "retry: ") || !strings.HasSuffix(string(text), "\r\n0\r\n\r\n") {
				t.Errorf("the stream is %q", text)
			}
			return string(text)
		}
		first := listen("")
		if strings.Contains(first, "event: changed") {
			t.Errorf("nothing has changed: %q", first)
		}
		last := regexp.MustCompile(`id: (\S+)`).FindStringSubmatch(first)[1]
		b.as(ada).records(1, benchRoom+"/session", form())
		time.AfterFunc(streamWriteMax+time.Second, stop)
		if again := listen(last); strings.Count(again, "event: changed") != 1 {
			t.Errorf("what has changed meanwhile is not told: %q", again)
		}
		b.must(<-ended)
	})
}

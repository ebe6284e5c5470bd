package telemetry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"laurel/adapters/telemetry"
)

// collected is a collector that keeps the names of spans, and how many of them failed.
type collected struct {
	*httptest.Server
	mu     sync.Mutex
	names  []string
	failed int
	text   strings.Builder
}

func collect(t *testing.T) *collected {
	c := &collected{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var sent collector.ExportTraceServiceRequest
		if err := errors.Join(err, proto.Unmarshal(body, &sent)); err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL.Path, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.text.Write(body)
		for _, resource := range sent.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				for _, span := range scope.Spans {
					c.names = append(c.names, span.Name)
					if span.Status.GetMessage() != "" {
						c.failed++
					}
					if span.EndTimeUnixNano < span.StartTimeUnixNano {
						t.Errorf("%s ends before it starts", span.Name)
					}
				}
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

func TestTraces(t *testing.T) {
	c := collect(t)
	told, err := telemetry.New(t.Context(), telemetry.Options{Endpoint: c.URL, Failed: func(err error) { t.Error(err) }})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			_, done := told.Request(t.Context(), http.MethodGet, "/people/{person}")
			done(http.StatusOK, false)
		})
	}
	_, done := told.Request(t.Context(), "ADA", "/people")
	done(http.StatusInternalServerError, false)
	told.AwardPass(time.Now(), time.Second, 3, 1, false)
	told.AwardPass(time.Now(), time.Second, 3, 0, true)
	group.Wait()
	if err := told.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(c.names)
	want := append(slices.Repeat([]string{"GET /people/{person}"}, 50), "award pass", "award pass", "other /people")
	if !slices.Equal(c.names, want) || c.failed != 2 {
		t.Errorf("%d failed of %q", c.failed, c.names)
	}
	if strings.Contains(c.text.String(), "ADA") {
		t.Error("a text of a caller is passed on")
	}
}

// TestCollectorIsAway wants requests to be answered, failures to be told, and Close to end in time.
func TestCollectorIsAway(t *testing.T) {
	c := httptest.NewServer(http.NotFoundHandler())
	var mu sync.Mutex
	var failures []error
	told, err := telemetry.New(t.Context(), telemetry.Options{Endpoint: c.URL, Failed: func(err error) {
		mu.Lock()
		defer mu.Unlock()
		failures = append(failures, err)
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, done := told.Request(t.Context(), http.MethodGet, "/people")
	done(http.StatusOK, false)
	c.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := told.Close(ctx); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(failures) != 1 || !strings.Contains(failures[0].Error(), "send 1 spans") {
		t.Errorf("told %v", failures)
	}
	for _, endpoint := range []string{"collector:4318", "ftp://collector", "http://", "http://a b", "http://x?y=z"} {
		if _, err := telemetry.New(t.Context(), telemetry.Options{Endpoint: endpoint}); err == nil {
			t.Errorf("%q is taken for the address of a collector", endpoint)
		}
	}
}

func TestMetrics(t *testing.T) {
	told, err := telemetry.New(t.Context(), telemetry.Options{Version: "1.2.3"})
	if err != nil {
		t.Fatal(err)
	}
	told.Watch(func() telemetry.State {
		return telemetry.State{Ready: true, Lag: 1500 * time.Millisecond, Events: 7706, Pending: 2, Place: 7708, Streams: 4,
			AwardPasses: 9, AwardFailures: 1, Awarded: time.Unix(1_700_000_000, 5e8)}
	})
	answer := func(method, route string, status int, streamed bool) {
		_, done := told.Request(t.Context(), method, route)
		done(status, streamed)
	}
	answer("GET", "/people", 200, false)
	answer("GET", "/people", 200, false)
	answer("GET", "/live", 200, true)
	answer("POST", "/rooms", 429, false)
	answer("Ada Lovelace", "unmatched", 404, false)
	told.Previewed(3 * time.Millisecond)
	w := httptest.NewRecorder()
	told.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	body := w.Body.String()
	for _, line := range []string{
		`laurel_http_requests_total{method="GET",route="/people",status="2xx"} 2`,
		`laurel_http_requests_total{method="POST",route="/rooms",status="4xx"} 1`,
		`laurel_http_requests_total{method="other",route="unmatched",status="4xx"} 1`,
		`laurel_http_request_duration_seconds_count{method="GET",route="/people"} 2`,
		`laurel_http_requests_refused_total{reason="rate"} 1`,
		`laurel_http_requests_refused_total{reason="forbidden"} 0`,
		`laurel_retune_preview_duration_seconds_bucket{le="0.0025"} 0`,
		`laurel_retune_preview_duration_seconds_bucket{le="0.005"} 1`,
		"laurel_ready 1", "laurel_projection_lag_seconds 1.5", "laurel_projection_events 7706",
		"laurel_projection_pending_events 2", "laurel_projection_position 7708", "laurel_live_streams 4",
		"laurel_award_passes_total 9", "laurel_award_pass_failures_total 1",
		"laurel_award_pass_last_success_timestamp_seconds 1.7000000005e+09", `version="1.2.3"`, "go_goroutines ",
	} {
		if !strings.Contains(body, line) {
			t.Errorf("%s is missing", line)
		}
	}
	if strings.Contains(body, "Ada") || strings.Contains(body, `duration_seconds_count{method="GET",route="/live"}`) {
		t.Errorf("more is told than should be: %s", body)
	}
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
		t.Error(w.Header())
	}
}

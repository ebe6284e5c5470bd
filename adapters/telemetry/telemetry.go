package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Options are what a Telemetry needs.
type Options struct {
	Version, Revision string // of the program

	// Endpoint is the URL of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318; "" sends no traces.
	Endpoint string
	// Failed is told what goes wrong when traces are sent. It may be nil.
	Failed func(error)
}

// Telemetry keeps metrics and sends traces. It is safe for concurrent use.
type Telemetry struct {
	metrics *metrics
	traces  *traces
}

// New makes a Telemetry. It fails on an endpoint that is none.
func New(ctx context.Context, o Options) (*Telemetry, error) {
	t, err := newTraces(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Telemetry{newMetrics(o), t}, nil
}

// Close sends what is left of the traces, until the context ends.
func (t *Telemetry) Close(ctx context.Context) error { return t.traces.close(ctx) }

// ServeHTTP answers with the metrics.
func (t *Telemetry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.metrics.handler.ServeHTTP(w, r)
}

// Watch has readers of the metrics be told a state, which is asked for at that moment. It is called once.
func (t *Telemetry) Watch(state func() State) { t.metrics.registry.MustRegister(&watcher{state}) }

// Request notes that a request begins, by the pattern of its route. The context returned carries its span; done is
// called once with the status of the answer. A streamed answer lasts for as long as somebody listens, and is left out of
// the durations.
func (t *Telemetry) Request(ctx context.Context, method, route string) (_ context.Context, done func(status int, streamed bool)) {
	method = knownMethod(method)
	began := time.Now()
	ctx, span := t.traces.tracer.Start(ctx, method+" "+route, trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer),
		trace.WithTimestamp(began),
		trace.WithAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route)))
	return ctx, func(status int, streamed bool) {
		t.metrics.request(method, route, status, streamed, time.Since(began))
		span.SetAttributes(attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, strconv.Itoa(status))
		}
		span.End()
	}
}

// AwardPass notes a pass of the award process that is over: when it ended and how long it took, how many people it looked
// at, how many events it recorded, and whether it failed.
func (t *Telemetry) AwardPass(ended time.Time, took time.Duration, people, decided int, failed bool) {
	_, span := t.traces.tracer.Start(context.Background(), "award pass", trace.WithTimestamp(ended.Add(-took)),
		trace.WithAttributes(attribute.Int("laurel.people", people), attribute.Int("laurel.decided", decided)))
	if failed {
		span.SetStatus(codes.Error, "the pass is tried again")
	}
	span.End(trace.WithTimestamp(ended))
}

// Previewed notes how long a preview of changed criteria took to compute.
func (t *Telemetry) Previewed(took time.Duration) { t.metrics.previews.Observe(took.Seconds()) }

// knownMethod is a method as metrics and traces name it: one that HTTP does not know may hold any text.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	}
	return "other"
}

package telemetry

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// tracesPath is where collectors take traces.
const tracesPath = "/v1/traces"

// traces send spans.
type traces struct {
	tracer   trace.Tracer
	provider *sdk.TracerProvider // nil where nothing is sent
}

// newTraces prepares to send spans. That a collector answers is not asked: it may start later, or stop.
func newTraces(ctx context.Context, o Options) (*traces, error) {
	if o.Endpoint == "" {
		return &traces{tracer: noop.NewTracerProvider().Tracer("")}, nil
	}
	endpoint, err := tracesURL(o.Endpoint)
	if err != nil {
		return nil, err
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, fmt.Errorf("send traces to %s: %w", endpoint, err)
	}
	about, err := resource.New(ctx, resource.WithTelemetrySDK(), resource.WithAttributes(
		attribute.String("service.name", "laurel"), attribute.String("service.version", o.Version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe the service in traces: %w", err)
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(&telling{exporter, o.Failed}), sdk.WithResource(about))
	return &traces{provider.Tracer("laurel"), provider}, nil
}

// tracesURL is where a collector takes traces.
func tracesURL(endpoint string) (string, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("is not the address of a collector; it is such as http://127.0.0.1:4318")
	}
	if !strings.HasSuffix(u.Path, tracesPath) {
		u.Path = strings.TrimSuffix(u.Path, "/") + tracesPath
	}
	return u.String(), nil
}

func (t *traces) close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// telling tells what goes wrong, where the one it stands before would have it printed.
type telling struct {
	sdk.SpanExporter
	failed func(error)
}

// ExportSpans implements sdk.SpanExporter.
func (t *telling) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if err := t.SpanExporter.ExportSpans(ctx, spans); err != nil && t.failed != nil {
		t.failed(fmt.Errorf("send %d spans: %w", len(spans), err))
	}
	return nil
}

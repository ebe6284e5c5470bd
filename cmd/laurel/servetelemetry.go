package main

import (
	"context"
	"log/slog"
	"time"

	"laurel/adapters/telemetry"
	"laurel/adapters/web"
	"laurel/projections/serving"
)

// otlpVariables name the collector of traces where --otlp does not, as OpenTelemetry has it: the first that is set.
var otlpVariables = [...]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"}

// flushTimeMax bounds how long the end of the process waits for the collector of traces.
const flushTimeMax = 5 * time.Second

// telemetry makes what monitoring reads.
func (a *app) telemetry(ctx context.Context, logger *slog.Logger, o *serveOptions) (*telemetry.Telemetry, error) {
	endpoint, name := o.otlp, "--otlp"
	for _, variable := range otlpVariables {
		if endpoint == "" {
			endpoint, name = a.env[variable], variable
		}
	}
	told, err := telemetry.New(ctx, telemetry.Options{Version: version, Revision: revision(), Endpoint: endpoint,
		Failed: func(err error) { logger.Warn("traces were lost", slog.String("error", err.Error())) }})
	if err != nil {
		return nil, usage(name+" "+err.Error(), "")
	}
	return told, nil
}

// closeTelemetry sends the traces that are left. A collector that is not there does not make the end a failure.
func closeTelemetry(ctx context.Context, told *telemetry.Telemetry) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeMax)
	defer cancel()
	if err := told.Close(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}

// stateOf is what monitoring is told of an engine and the server over it.
func stateOf(engine *serving.Engine, server *web.Server) telemetry.State {
	f := engine.Freshness()
	return telemetry.State{Ready: server.Unready() == "", Lag: f.Lag, Events: f.Events, Pending: f.Pending,
		Place: float64(f.Position.Minor()), Streams: server.Streams(), AwardPasses: f.AwardPasses,
		AwardFailures: f.AwardFailures, Awarded: f.Awards.At}
}

// decidedBy counts the events that a pass of the award process recorded.
func decidedBy(r serving.AwardReport) (n int) {
	for _, events := range r.Decided {
		n += events
	}
	return n
}

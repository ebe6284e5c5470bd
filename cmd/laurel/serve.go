package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/adapters/telemetry"
	"laurel/adapters/web"
	"laurel/domain/access"
	"laurel/eventstore"
	"laurel/projections/serving"
)

// serveOptions are the flags of a server.
type serveOptions struct {
	listen   string
	noAwards bool
	otlp     string // where traces are sent; "" for nowhere
	access   accessOptions
	demo     bool // a demonstration: anybody may enter the accounts of demoCast
}

// shutdownTimeMax is how long requests under way may take once the server was told to stop.
const shutdownTimeMax = 15 * time.Second

func newServe(a *app) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve pages and an API over a log, and keep awards current",
		Long: `Serve pages and an API over the log at --store until the process is told to stop. Standings, awards and everything
else on the pages follow the log; the award process runs along, unless --no-awards.

The first start prints a link by which somebody becomes administrator, who invites others. Accounts are kept beside the
log. An address that other machines reach needs TLS: --tls-cert and --tls-key, or --behind-proxy; and an administrator.

A line of JSON on standard error says what became of each request, by its route; none with --quiet. /livez and /readyz
tell whoever asks how the server does; /metrics, for Prometheus, who may do operations.read. With --otlp, or
OTEL_EXPORTER_OTLP_ENDPOINT, requests and passes of the award process are sent as traces.

Told to stop, the server ends streams of changes and waits for requests under way; told again, it ends at once.`,
		Example: `  laurel serve --store file:laurel-data
  laurel serve --listen 127.0.0.1:9000`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := a.openToWrite()
			if err != nil {
				return err
			}
			return errors.Join(a.serve(cmd.Context(), store, &o), store.Close())
		},
	}
	o.flags(cmd)
	return cmd
}

func (o *serveOptions) flags(cmd *cobra.Command) {
	o.access.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "the `ADDRESS` to listen on")
	f.BoolVar(&o.noAwards, "no-awards", false, "do not run the award process")
	textFlag(cmd, &o.otlp, "otlp", "send traces by OTLP over HTTP to the collector at `URL`; or set "+otlpVariables[1])
}

// serve runs a server over a store until the context ends.
func (a *app) serve(ctx context.Context, store eventstore.Store, o *serveOptions) (err error) {
	logger := a.logger(o)
	storage, err := a.openAccounts(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, storage.Close()) }()
	told, err := a.telemetry(ctx, logger, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeTelemetry(ctx, told)) }()
	options := web.Options{Now: a.now, Log: logger, Telemetry: told, Version: version, Accounts: access.NewRegistry(storage)}
	if err := o.access.complete(o, &options, a.env); err != nil {
		return err
	}
	l, err := o.access.listen(ctx, o.listen)
	if err != nil {
		return err
	}
	door := web.OpenDoor(l, logger)
	defer func() { err = errors.Join(err, door.Close()) }()
	reading := a.progress("Reading the log", "events", 0)
	engine, err := serving.Open(ctx, store, serving.Options{
		Now: a.now, Awards: !o.noAwards, Documents: map[string][]byte{refSample: sampleCriteria},
		Reading: func(events int) { reading.SetOf(int64(events), 0) },
		Failed: func(err error) {
			logger.Error("following the log failed; trying again", slog.String("error", err.Error()))
		},
		Awarded: func(r serving.AwardReport, err error) {
			told.AwardPass(r.At, r.Took, r.People, decidedBy(r), err != nil)
		},
	})
	reading.Done()
	switch {
	case ctx.Err() != nil && err != nil:
		return nil // told to stop before it began
	case err != nil:
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	if o.access.publicURL == "" { // the port may have been left to the system
		options.PublicURL = strings.Replace(options.PublicURL, o.listen, l.Addr().String(), 1)
	}
	options.Engine = engine
	if o.demo {
		if options.Demo, err = castDemo(ctx, engine, options.Accounts, a.now()); err != nil {
			return err
		}
	}
	server, err := web.New(options)
	if err != nil {
		return err
	}
	told.Watch(func() telemetry.State { return stateOf(engine, server) })
	door.Lead(server)
	fmt.Fprintf(a.stderr, "Laurel is at %s\n", options.PublicURL)
	if err := a.firstLink(&o.access, server, options.Accounts, options.PublicURL); err != nil {
		return err
	}
	return door.Serve(ctx, shutdownTimeMax)
}

// logger writes what operators read: lines of JSON on standard error; with --quiet, and in a demonstration, only
// warnings.
func (a *app) logger(o *serveOptions) *slog.Logger {
	level := slog.LevelInfo
	if a.cfg.quiet || o.demo {
		level = slog.LevelWarn
	}
	return slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: level}))
}

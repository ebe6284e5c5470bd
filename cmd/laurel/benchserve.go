package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"laurel/adapters/gitlog"
	"laurel/cmd/laurel/internal/bench"
	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
)

func newBenchServe(a *app) *cobra.Command {
	var o bench.ServeOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Measure how quickly a server answers on this machine",
		Long: `Start a server over a generated log, on loopback, and ask it as browsers and dashboards do: pages of people, previews
of one change of the criteria after the other, and then, for a while, pages and API with live streams open and events
coming in. Previews are measured over the bundled history, too. Whoever asks runs on the same cores.

The log is made in a temporary directory and removed at the end.`,
		Example: `  laurel bench serve
  laurel bench serve --events 100000 --mentors 2000 --load 5s -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Events < 1000 || o.Mentors < 1 || o.Streams < 0 || o.Streams > 1000 || o.Reads < 1 || o.Appends < 1 || o.Load <= 0 ||
				o.WarmUp < 0 {
				return usage("bench serve: a size is out of range",
					"use at least --events 1000 --mentors 1 --reads 1 --appends 1, and at most --streams 1000")
			}
			o.Sample = a.benchSample
			stages := a.stages()
			o.Stage = stages.report
			r, err := bench.Serve(cmd.Context(), o)
			stages.done()
			if err != nil {
				return err
			}
			return a.out.Print(benchServeResult(r))
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&o.Events, "events", 1_000_000, "generate `N` events")
	flags.IntVar(&o.Mentors, "mentors", 20_000, "of `M` mentors")
	flags.Uint64Var(&o.Seed, "seed", 1, "the same `S` gives the same history")
	flags.IntVar(&o.Streams, "streams", 200, "keep `N` live streams open")
	flags.IntVar(&o.Reads, "reads", 1000, "ask for `N` pages and API answers a second")
	flags.IntVar(&o.Appends, "appends", 200, "append `N` events a second")
	flags.DurationVar(&o.Load, "load", time.Minute, "read and append for this long")
	flags.DurationVar(&o.WarmUp, "warm-up", 10*time.Second, "and for this long before that is measured")
	flags.StringVar(&o.Dir, "dir", "", "make the log in `DIR`; the system's temporary directory if empty")
	return cmd
}

// benchSample writes the bundled history to a store.
func (a *app) benchSample(ctx context.Context, store eventstore.Store) (string, error) {
	source := gitlog.Sample()
	log, err := gitlog.Parse(source)
	if err := errors.Join(err, source.Close()); err != nil {
		return "", err
	}
	_, err = a.importGit(ctx, store, log, demoProgram, "the bundled history")
	return demoProgram, err
}

// stages shows the progress of one stage after the other.
type stages struct {
	app      *app
	name     string
	progress *render.Progress
}

func (a *app) stages() *stages { return &stages{app: a} }

func (s *stages) report(name string, done, total int64) {
	if name != s.name {
		s.done()
		s.name, s.progress = name, s.app.progress(name, "", total)
	}
	s.progress.SetOf(done, total)
}

func (s *stages) done() {
	if s.progress != nil {
		s.progress.Done()
	}
	s.progress = nil
}

// benchServeResult puts the report into a table of figures.
func benchServeResult(r *bench.ServeReport) render.Result {
	milliseconds := func(s float64) string { return strconv.FormatFloat(s*1000, 'f', 1, 64) + " ms" }
	var rows [][]string
	latency := func(what string, l bench.Latency) {
		rows = append(rows, []string{what, strconv.Itoa(l.Count), milliseconds(l.Median), milliseconds(l.P99),
			milliseconds(l.Worst)})
	}
	latency("page of a person", r.Person)
	latency("overview", r.Overview)
	latency("preview of criteria", r.Retune)
	latency("  over the bundled history", r.RetuneSample)
	latency(fmt.Sprintf("under load: %.0f reads/s", r.Load.ReadsRate), r.Load.Reads)
	latency(fmt.Sprintf("  beside %.0f appends/s", r.Load.AppendsRate), r.Load.Appends)
	table := render.Section{
		Lines: []string{
			fmt.Sprintf("%s on %s, %d cores, %d events of %d mentors. The server started in %.1f s.", r.Go, r.Platform, r.Cores,
				r.Events, r.Mentors, r.Started),
			fmt.Sprintf("Load: %.0f s with %d live streams, which were told of changes %d times; %d requests failed.",
				r.Load.Seconds, r.Load.Streams, r.Load.Told, r.Load.Failed),
		},
		Columns: render.Columns("what", "times", "median", "p99", "worst"), Rows: rows,
	}
	return render.Result{Document: r, Sections: []render.Section{table}, Data: table}
}

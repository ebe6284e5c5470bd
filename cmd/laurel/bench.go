package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/bench"
	"laurel/cmd/laurel/internal/render"
)

func newBench(a *app) *cobra.Command {
	var o bench.Options
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure replays, facts, rebuilds and appends on this machine",
		Long: `Measure the engine on a generated history: replays of all of it, under the sample criteria and under criteria that
use everything at once, against a loop written by hand for exactly the sample criteria; the memory that facts take;
previews of one change of these criteria after the other, with the awards under each policy; the rebuild of facts from a
log on disk, and a pass of the award process over it; and the rate of appends.

The log on disk is made in a temporary directory and removed at the end.`,
		Example: `  laurel bench
  laurel bench --events 10000000 --mentors 100000 -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Events < 1000 || o.Mentors < 1 || o.Rounds < 1 || o.AppendTime <= 0 || o.LogEvents < 0 {
				return usage("bench: a size is out of range", "use at least --events 1000 --mentors 1 --rounds 1")
			}
			stages := a.stages()
			o.Stage = stages.report
			r, err := bench.Run(cmd.Context(), o)
			stages.done()
			if err != nil {
				return err
			}
			return a.out.Print(benchResult(r))
		},
	}
	cmd.AddCommand(newBenchServe(a))
	flags := cmd.Flags()
	flags.IntVar(&o.Events, "events", 2_000_000, "generate `N` events in memory")
	flags.IntVar(&o.Mentors, "mentors", 20_000, "of `M` mentors")
	flags.Uint64Var(&o.Seed, "seed", 1, "the same `S` gives the same history")
	flags.IntVar(&o.LogEvents, "log-events", 0, "generate `N` events on disk; as --events, but at most 2,000,000, if 0")
	flags.IntVar(&o.Rounds, "rounds", 5, "repeat each replay `N` times; the quickest counts")
	flags.DurationVar(&o.AppendTime, "append-time", 2*time.Second, "measure each rate of appends for this long")
	flags.StringVar(&o.Dir, "dir", "", "make the log on disk in `DIR`; the system's temporary directory if empty")
	return cmd
}

// benchResult puts the report into a table of figures.
func benchResult(r *bench.Report) render.Result {
	milliseconds := func(s float64) string { return strconv.FormatFloat(s*1000, 'f', 1, 64) + " ms" }
	million := func(perSecond float64) string { return strconv.FormatFloat(perSecond/1e6, 'f', 2, 64) + " M/s" }
	seconds := func(s float64) string { return strconv.FormatFloat(s, 'f', 2, 64) + " s" }
	rows := [][]string{
		{"facts", fmt.Sprintf("%d of %d events", r.Facts, r.Events)},
		{"memory of a fact", strconv.FormatFloat(r.FactBytes, 'f', 1, 64) + " bytes"},
		{"replay, sample criteria", million(r.Sample.FactsRate) + " facts"},
		{"  the loop by hand", million(r.Sample.ByHandRate) + " facts"},
		{"  time to the loop by hand", strconv.FormatFloat(r.Sample.ByHandRatio, 'f', 2, 64) + " times"},
		{"  allocations a fact", strconv.FormatFloat(r.Sample.AllocsPerFact, 'f', 5, 64)},
		{"replay, everything in use", million(r.Heavy.FactsRate) + " facts"},
		{fmt.Sprintf("preview of criteria, median of %d changes", r.Retune.Changes), milliseconds(r.Retune.Median)},
		{"  the slowest", milliseconds(r.Retune.Worst)},
		{"  median, everything in use", milliseconds(r.Retune.HeavyMedian)},
		{"  prepared in", milliseconds(r.Retune.Prepare)},
		{"  without a retuner", milliseconds(r.Retune.Whole)},
		{"generate into a log on disk", million(r.GeneratedRate) + " events"},
		{"rebuild facts from that log", million(r.RebuildRate) + " events"},
		{"award pass over that log", seconds(r.Awards.Pass) + fmt.Sprintf(", %d decisions", r.Awards.Decisions)},
		{"  replay alone", seconds(r.Awards.Replay)},
		{"  appends alone", seconds(r.Awards.Append)},
		{"  pass without appends, to the replay", strconv.FormatFloat(r.Awards.Ratio, 'f', 2, 64) + " times"},
		{"single appends, 1 writer", strconv.FormatFloat(r.AppendsByOne, 'f', 0, 64) + " /s"},
		{"single appends, 64 writers", strconv.FormatFloat(r.AppendsBy64, 'f', 0, 64) + " /s"},
		{"  64 writers to 1", strconv.FormatFloat(r.AppendsGrouped, 'f', 1, 64) + " times"},
	}
	table := render.Section{
		Lines:   []string{fmt.Sprintf("%s on %s, %d cores, %d mentors.", r.Go, r.Platform, r.Cores, r.Mentors)},
		Columns: render.Columns("what", "measured"), Rows: rows,
	}
	return render.Result{Document: r, Sections: []render.Section{table}, Data: table}
}

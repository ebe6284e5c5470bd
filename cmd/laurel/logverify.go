package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
)

func newLogVerify(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Check every record of the log",
		Long: `Walk the whole log and check every record against its checksum, every stream for gaps, and the chain of
hashes that ties each record to those before it. The first damaged record is named by its position and place in the
file.

The chain value that is printed stands for the whole history up to the position beside it: whoever keeps a copy of it
elsewhere can tell later whether anything before was changed.`,
		Example: `  laurel log verify
  laurel log verify --store file:/backup/laurel-data -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			store, err := a.openToRead()
			if err != nil {
				return err
			}
			defer store.Close()
			verifier, ok := store.(eventstore.Verifier)
			if !ok {
				return failed("verify log", a.cfg.store, "this kind of store cannot check itself", "copy it into a file: store")
			}
			progress := a.progress("Verifying", "events", 0)
			report, err := verifier.Verify(ctx, func(done, total uint64) {
				progress.SetOf(int64(done), int64(total))
			})
			progress.Done()
			if err != nil {
				return err
			}
			hash := fmt.Sprintf("sha256:%x", report.Chain.Hash)
			return a.out.Print(render.Result{
				Document: struct {
					OK       bool   `json:"ok"`
					Events   uint64 `json:"events"`
					Streams  uint64 `json:"streams"`
					Bytes    int64  `json:"bytes"`
					Position string `json:"position"`
					Chain    string `json:"chain"`
				}{true, report.Events, report.Streams, report.Bytes, report.Chain.Position.String(), hash},
				Sections: []render.Section{{Lines: []string{
					fmt.Sprintf("The log is whole: %s in %s, %s bytes checked.", plural(int(report.Events), "event", "events"),
						plural(int(report.Streams), "stream", "streams"), thousands(report.Bytes)),
					fmt.Sprintf("Chain at %s: %s", report.Chain.Position, hash),
				}}},
				Data: render.Section{
					Columns: render.Columns("events", "streams", "bytes", "position", "chain"),
					Rows: [][]string{{fmt.Sprint(report.Events), fmt.Sprint(report.Streams), fmt.Sprint(report.Bytes),
						report.Chain.Position.String(), hash}},
				},
			})
		},
	}
}

func newLogBackup(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE",
		Short: "Write a consistent copy of the log to a new file",
		Long: `Write a consistent copy of the log to a new file. The copy appears under its name only when it is whole and
on disk.

To restore it, put the file into an empty directory under the name events.bolt and name that directory in --store.`,
		Example: `  laurel log backup /backup/laurel-2026-01-31.bolt`,
		Args:    args("FILE"),
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			store, err := a.openToRead()
			if err != nil {
				return err
			}
			defer store.Close()
			backuper, ok := store.(eventstore.Backuper)
			if !ok {
				return failed("back up log", a.cfg.store, "this kind of store cannot be copied to a file", "use `laurel log copy`")
			}
			if err := backuper.Backup(ctx, given[0]); err != nil {
				return err
			}
			head, err := store.Head(ctx)
			if err != nil {
				return err
			}
			return a.out.Print(render.Result{
				Document: struct {
					File     string `json:"file"`
					Position string `json:"position"`
				}{given[0], head.String()},
				Sections: []render.Section{{Lines: []string{fmt.Sprintf("%s holds the log up to %s.", given[0], head)}}},
				Data: render.Section{Columns: render.Columns("file", "position"),
					Rows: [][]string{{given[0], head.String()}}},
			})
		},
	}
}

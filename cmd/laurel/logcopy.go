package main

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
	"laurel/projections"
)

// copyEventsMax bounds how many events one batch of a copy holds, and copyBytesMax their data.
const (
	copyEventsMax = 20_000
	copyBytesMax  = 16 << 20
)

func newLogCopy(a *app) *cobra.Command {
	var forget bool
	cmd := &cobra.Command{
		Use:   "copy FROM TO [--forget]",
		Short: "Copy the log of one store into another",
		Long: `Copy every event of the store FROM into the store TO: ids, order, revisions and metadata stay the same;
positions and the time of recording are the other store's own.

A copy that was interrupted goes on when the same command runs again, and what is already there is compared and not
written twice. TO must be empty or hold the beginning of FROM.

The events of a log never change, so its file still holds the names and texts of people who were erased. With --forget,
the copy does not: all events are there, and every score is the same, but nothing personal of those people is, and
their names are replaced in what others wrote. Where they are to be gone, use such a copy and destroy the file.`,
		Example: `  laurel log copy file:laurel-data file:/backup/laurel-data
  laurel log copy file:laurel-data file:laurel-data-2027 --forget`,
		Args: args("FROM", "TO"),
		RunE: func(cmd *cobra.Command, given []string) error {
			fromURL, err := parseStoreURL(given[0])
			if err != nil {
				return err
			}
			toURL, err := parseStoreURL(given[1])
			if err != nil {
				return err
			}
			if fromURL == toURL {
				return usage("FROM and TO are the same store", "copy into another directory")
			}
			ctx := cmd.Context()
			from, err := openToRead(given[0])
			if err != nil {
				return err
			}
			defer from.Close()
			to, err := openToWrite(given[1])
			if err != nil {
				return err
			}
			c := copier{from: from, to: to, toName: given[1]}
			if forget {
				if c.redactor, err = projections.ReadRedactor(ctx, from); err != nil {
					return errors.Join(err, to.Close())
				}
			}
			progress := a.progress("Copying", "events", 0)
			c.progress = progress
			err = c.run(ctx)
			progress.Done()
			if err := errors.Join(err, to.Close()); err != nil {
				return err
			}
			return a.out.Print(render.Result{
				Document: struct {
					Copied  int64 `json:"copied"`
					Present int64 `json:"present"`
				}{c.copied, c.present},
				Sections: []render.Section{{Lines: []string{
					fmt.Sprintf("%s copied, %s already there.", plural(int(c.copied), "event", "events"), thousands(c.present)),
				}}},
				Data: render.Section{
					Columns: render.Columns("copied", "present"),
					Rows:    [][]string{{fmt.Sprint(c.copied), fmt.Sprint(c.present)}},
				},
			})
		},
	}
	cmd.Flags().BoolVar(&forget, "forget", false, "leave out what belongs to people who were erased")
	return cmd
}

// copier copies one log behind what the other already holds of it.
type copier struct {
	from, to        eventstore.Store
	toName          string
	redactor        *projections.Redactor // nil for a copy of everything
	progress        *render.Progress
	present, copied int64

	batch       []eventstore.StreamAppend
	batchEvents int
	batchBytes  int
}

// run walks both logs side by side as long as the target has events, then appends the rest. Every append expects the
// revision that the event had, so that nobody else's events can come between.
func (c *copier) run(ctx context.Context) error {
	next, stop := iter.Pull2(c.to.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}))
	defer stop()
	behind := true // the target may still hold the event
	for e, err := range c.from.ReadAll(ctx, eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			return fmt.Errorf("read the log to copy: %w", err)
		}
		if behind {
			there, err, ok := next()
			if err != nil {
				return fmt.Errorf("read the log that is copied to: %w", err)
			}
			if ok {
				if there.ID != e.ID || there.Stream != e.Stream || there.Revision != e.Revision {
					return c.differs(e, there)
				}
				c.present++
				c.progress.Add(1)
				continue
			}
			behind = false
		}
		if err := c.add(ctx, e); err != nil {
			return err
		}
	}
	if behind {
		if there, err, ok := next(); err != nil || ok {
			if err != nil {
				return fmt.Errorf("read the log that is copied to: %w", err)
			}
			wrong := fmt.Sprintf("it goes on with event %s at position %s, which FROM does not have", there.ID, there.Position)
			return badInput("copy log", c.toName, wrong, "copy into an empty store")
		}
	}
	return c.flush(ctx)
}

func (c *copier) differs(e, there eventstore.RecordedEvent) error {
	return badInput("copy log", c.toName, fmt.Sprintf("position %s holds event %s of stream %s, where FROM has %s of %s",
		there.Position, there.ID, there.Stream, e.ID, e.Stream), "copy into an empty store")
}

// add puts an event into the batch, behind the event before it when both are of one stream.
func (c *copier) add(ctx context.Context, e eventstore.RecordedEvent) error {
	if c.redactor != nil {
		e.Data = c.redactor.Data(&e)
	}
	n := eventstore.NewEvent{ID: e.ID, Type: e.Type, Meta: e.Meta, Data: e.Data}
	last := len(c.batch) - 1
	if last >= 0 && c.batch[last].Stream == e.Stream {
		c.batch[last].Events = append(c.batch[last].Events, n)
	} else {
		expected := eventstore.NoStream
		if e.Revision > 0 {
			expected = eventstore.Exact(e.Revision - 1)
		}
		c.batch = append(c.batch, eventstore.StreamAppend{Stream: e.Stream, Expected: expected,
			Events: []eventstore.NewEvent{n}})
	}
	c.batchEvents++
	c.batchBytes += len(e.Data)
	if c.batchEvents >= copyEventsMax || c.batchBytes >= copyBytesMax {
		return c.flush(ctx)
	}
	return nil
}

func (c *copier) flush(ctx context.Context) error {
	if len(c.batch) == 0 {
		return nil
	}
	if _, err := c.to.AppendBatch(ctx, c.batch); err != nil {
		return fmt.Errorf("copy log into %s: %w", c.toName, err)
	}
	c.copied += int64(c.batchEvents)
	c.progress.Add(int64(c.batchEvents))
	c.batch, c.batchEvents, c.batchBytes = nil, 0, 0
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

func newLog(a *app) *cobra.Command {
	return group("log", "Look at the log of events", "Look at the log of events, check it, and copy it.",
		lookBack(newLogShow(a)), lookBack(newLogTail(a)), newLogHead(a), newLogVerify(a), newLogCopy(a), newLogBackup(a))
}

// eventColumns are the columns of events in tables and CSV.
var eventColumns = []render.Column{
	{Name: "position", Right: true}, {Name: "occurred at", Whole: true}, {Name: "stream"},
	{Name: "revision", Right: true}, {Name: "type"},
	{Name: "data"},
}

// printEvent prints one event of a stream of them, without what belongs to people who were erased.
func printEvent(s *render.Stream, e eventstore.RecordedEvent, redactor *projections.Redactor) error {
	e.Data = redactor.Data(&e)
	line := eventstore.NewLine(e)
	return s.Item(line, line.Position, line.OccurredAt.Format(time.RFC3339), e.Stream, fmt.Sprint(e.Revision),
		string(e.Type), string(e.Data))
}

// eventSelection holds the flags that select events.
type eventSelection struct {
	types, categories []string
	after             string
	past              pastView
}

// pastView is how far a listing of events looks, by --as-of and --position.
type pastView struct {
	asOf  *time.Time           // events that occurred after it are left out; nil: none are
	upTo  *eventstore.Position // events recorded after it are not known; nil: all are
	store eventstore.Store
}

func (a *app) pastView(store eventstore.Store) (pastView, error) {
	asOf, err := a.asOf()
	if err != nil {
		return pastView{}, err
	}
	upTo, err := a.position(store)
	return pastView{asOf: asOf, upTo: upTo, store: store}, err
}

// unknown tells that the event, and so all after it, was recorded too late.
func (v *pastView) unknown(e *eventstore.RecordedEvent) bool {
	return v.upTo != nil && v.store.ComparePositions(e.Position, *v.upTo) > 0
}

// later tells that the event occurred too late.
func (v *pastView) later(e *eventstore.RecordedEvent) bool {
	return v.asOf != nil && e.Meta.OccurredAt.After(*v.asOf)
}

func (sel *eventSelection) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&sel.types, "type", nil, "only events of these `TYPES`, such as GoalMet")
	cmd.Flags().StringSliceVar(&sel.categories, "category", nil, "only streams of these `CATEGORIES`, such as mentorship")
	must(cmd.RegisterFlagCompletionFunc("type", completeTypes))
	must(cmd.RegisterFlagCompletionFunc("category",
		cobra.FixedCompletions(categories, cobra.ShellCompDirectiveNoFileComp)))
}

func completeTypes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return eventTypeNames(), cobra.ShellCompDirectiveNoFileComp
}

// categories are the categories of streams that Laurel writes.
var categories = []string{"person", "mentorship", "program", "criteria", "award"}

// filter checks the selection and turns it into the store's filter.
func (sel *eventSelection) filter() (eventstore.Filter, error) {
	var f eventstore.Filter
	known := eventTypeNames()
	for _, name := range sel.types {
		exact := ""
		for _, k := range known {
			if strings.EqualFold(k, name) {
				exact = k
			}
		}
		if exact == "" {
			return f, usage(fmt.Sprintf("unknown event type %q", name),
				didYouMean(name, known, "such as GoalMet or SessionHeld"))
		}
		f.Types = append(f.Types, domain.EventType(exact))
	}
	for _, name := range sel.categories {
		found := false
		for _, k := range categories {
			found = found || k == name
		}
		if !found {
			return f, usage(fmt.Sprintf("unknown category %q", name),
				didYouMean(name, categories, "one of "+strings.Join(categories, ", ")))
		}
	}
	f.Categories = sel.categories
	return f, nil
}

func newLogShow(a *app) *cobra.Command {
	var sel eventSelection
	var limit int
	cmd := &cobra.Command{
		Use:   "show [STREAM]",
		Short: "Show events, oldest first",
		Long: `Show the events of one stream, or of the whole log, oldest first, as they were recorded. What belongs to people
who were erased since is left out, and their names are hidden in what others wrote: the log itself keeps it.

The position of the last event shown goes into --after to see the next ones.`,
		Example: `  laurel log show --limit 20
  laurel log show --type GoalMet,PromotionRecorded -o csv
  laurel log show person-5c1b0a3e-...-00000000 -o json`,
		Args: args("[STREAM]"),
		RunE: func(cmd *cobra.Command, given []string) error {
			if limit < 0 {
				return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
			}
			filter, err := sel.filter()
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			store, err := a.openToRead()
			if err != nil {
				return err
			}
			defer store.Close()
			if sel.past, err = a.pastView(store); err != nil {
				return err
			}
			if len(given) == 1 {
				if sel.after != "" {
					return usage("--after goes with the whole log, not with a stream", "leave one of them out")
				}
				events := store.ReadStream(ctx, given[0], 0, eventstore.Forward)
				return a.showEvents(ctx, events, filter, &sel.past, limit, "see all with --limit 0")
			}
			after, err := parsePosition(store, sel.after, "--after")
			if err != nil {
				return err
			}
			return a.showEvents(ctx, store.ReadAll(ctx, after, filter), filter, &sel.past, limit,
				"see them with --after, or all with --limit 0")
		},
	}
	sel.register(cmd)
	cmd.Flags().StringVar(&sel.after, "after", "", "only events after position `P`")
	cmd.Flags().IntVar(&limit, "limit", 100, "at most `N` events; 0 is all")
	return cmd
}

// showEvents prints the events that are selected, up to a limit, and says how to see more.
func (a *app) showEvents(ctx context.Context, events iter.Seq2[eventstore.RecordedEvent, error],
	filter eventstore.Filter, past *pastView, limit int, more string) error {
	redactor, err := projections.ReadRedactor(ctx, past.store)
	if err != nil {
		return err
	}
	out, n := a.out.Stream(eventColumns...), 0
	for e, err := range events {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		if past.unknown(&e) {
			break
		}
		if past.later(&e) || !selected(filter, e) {
			continue
		}
		if n++; limit > 0 && n > limit {
			break
		}
		if err := printEvent(out, e, redactor); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	switch {
	case n == 0:
		a.note("no event matches")
	case limit > 0 && n > limit:
		a.note("more events follow; %s", more)
	}
	return nil
}

// selected applies a filter to an event: the store does it for the log, but not for a stream.
func selected(f eventstore.Filter, e eventstore.RecordedEvent) bool {
	category, _, _ := strings.Cut(e.Stream, "-")
	ok := len(f.Categories) == 0
	for _, c := range f.Categories {
		ok = ok || c == category
	}
	okType := len(f.Types) == 0
	for _, t := range f.Types {
		okType = okType || t == e.Type
	}
	return ok && okType
}

func newLogTail(a *app) *cobra.Command {
	var sel eventSelection
	var lines int
	var follow bool
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Show the newest events, and with -f those to come",
		Example: `  laurel log tail
  laurel log tail -f --type GoalMet -o jsonl`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lines < 0 || lines > tailEventsMax {
				return usage(fmt.Sprintf("-n %d is out of range", lines), fmt.Sprintf("use 0 to %d", tailEventsMax))
			}
			filter, err := sel.filter()
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			store, err := a.openToRead()
			if err != nil {
				return err
			}
			defer store.Close()
			if sel.past, err = a.pastView(store); err != nil {
				return err
			}
			if follow && (sel.past.asOf != nil || sel.past.upTo != nil) {
				return usage("--follow waits for what is new, and --as-of and --position look at the past",
					"leave one of them out")
			}
			return a.tail(ctx, store, filter, &sel.past, lines, follow)
		},
	}
	sel.register(cmd)
	cmd.Flags().IntVarP(&lines, "lines", "n", 10, "show `N` events")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "wait for new events until interrupted")
	return cmd
}

const tailEventsMax = 100_000

func (a *app) tail(
	ctx context.Context, store eventstore.Store, filter eventstore.Filter, past *pastView, lines int, follow bool,
) error {
	newest := make([]eventstore.RecordedEvent, 0, min(lines, 1024))
	oldest := 0 // index into newest once it is full
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	for e, err := range store.ReadAll(ctx, eventstore.Position{}, filter) {
		if err != nil {
			return err
		}
		if past.unknown(&e) {
			break
		}
		head = e.Position
		switch {
		case lines == 0, past.later(&e):
		case len(newest) < lines:
			newest = append(newest, e)
		default:
			newest[oldest] = e
			oldest = (oldest + 1) % lines
		}
	}
	redactor, err := projections.ReadRedactor(ctx, store)
	if err != nil {
		return err
	}
	out := a.out.Stream(eventColumns...)
	for i := range newest {
		if err := printEvent(out, newest[(oldest+i)%len(newest)], redactor); err != nil {
			return err
		}
	}
	if !follow {
		return out.Close()
	}
	if err := out.Flush(); err != nil {
		return err
	}
	for m, err := range store.Subscribe(ctx, head, filter) {
		if errors.Is(err, context.Canceled) {
			return out.Close() // an interrupt is how one stops following
		}
		if err != nil {
			return err
		}
		if m.Kind == eventstore.MessageEvent {
			if err := redactor.Catch(ctx, store); err != nil {
				return err
			}
			if err := printEvent(out, m.Event, redactor); err != nil {
				return err
			}
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return out.Close()
}

func newLogHead(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "head",
		Short: "Print the position of the newest event",
		Long: `Print the position of the newest event. Give it to --position later to see what was known now.

The position of an empty log is "start".`,
		Example: `  laurel log head
  laurel replay --program git --position "$(laurel log head)"`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := a.openToRead()
			if err != nil {
				return err
			}
			defer store.Close()
			head, err := store.Head(cmd.Context())
			if err != nil {
				return err
			}
			return a.out.Print(render.Result{
				Document: struct {
					Position string `json:"position"`
				}{head.String()},
				Sections: []render.Section{{Lines: []string{head.String()}}},
				Data:     render.Section{Columns: render.Columns("position"), Rows: [][]string{{head.String()}}},
			})
		},
	}
}

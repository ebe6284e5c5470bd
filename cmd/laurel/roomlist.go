package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// roomFilter selects mentorships on the command line.
type roomFilter struct {
	mentor, mentee, person string
	health, status         string
}

func (a *app) roomFilterFlags(cmd *cobra.Command, f *roomFilter) {
	cmd.Flags().String("program", "", "only those of the program `SLUG`")
	must(cmd.RegisterFlagCompletionFunc("program", cobra.NoFileCompletions))
	textFlag(cmd, &f.mentor, "mentor", "only those of this mentor, a `PERSON`")
	textFlag(cmd, &f.mentee, "mentee", "only those of this mentee, a `PERSON`")
	textFlag(cmd, &f.person, "person", "only those that this `PERSON` is in")
	cmd.Flags().StringVar(&f.health, "health", "", "only those that are active, fading or one-off")
	cmd.Flags().StringVar(&f.status, "status", "", "only those that are running, paused or ended")
	must(cmd.RegisterFlagCompletionFunc("health",
		cobra.FixedCompletions([]string{"active", "fading", "one-off"}, cobra.ShellCompDirectiveNoFileComp)))
	must(cmd.RegisterFlagCompletionFunc("status",
		cobra.FixedCompletions([]string{"running", "paused", "ended"}, cobra.ShellCompDirectiveNoFileComp)))
}

// query looks up the people of the flags.
func (f *roomFilter) query(a *app, people *projections.People) (projections.RoomQuery, error) {
	q := projections.RoomQuery{Program: domain.Slug(a.cfg.program)}
	for _, named := range []struct {
		text string
		id   *uuid.UUID
	}{{f.mentor, &q.Mentor}, {f.mentee, &q.Mentee}, {f.person, &q.Person}} {
		if named.text == "" {
			continue
		}
		var err error
		if *named.id, err = findPerson(people, named.text); err != nil {
			return q, err
		}
	}
	return q, nil
}

// check refuses words that name no health or no status.
func (f *roomFilter) check() error {
	if f.health != "" && !slices.Contains(projections.Healths, projections.Health(f.health)) {
		return usage(fmt.Sprintf("--health %q is not known", f.health), "active, fading or one-off")
	}
	switch projections.RoomStatus(f.status) {
	case "", projections.RoomRunning, projections.RoomPaused, projections.RoomEnded:
		return nil
	}
	return usage(fmt.Sprintf("--status %q is not known", f.status), "running, paused or ended")
}

// relationships reads the mentorships that the flags select, as they were at a time.
func (a *app) relationships(ctx context.Context, store eventstore.Store, f *roomFilter, asOf time.Time,
	upTo *eventstore.Position) ([]projections.Relationship, error) {
	people, rooms := projections.NewPeople(), projections.NewRooms()
	filter := eventstore.Filter{Categories: []string{domain.CategoryPerson, domain.CategoryMentorship}}
	if _, err := projections.ReadLog(ctx, store, filter, upTo, people, rooms); err != nil {
		return nil, err
	}
	q, err := f.query(a, people)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(rooms.Relationships(people, q, asOf), func(r projections.Relationship) bool {
		return f.health != "" && string(r.Health) != f.health || f.status != "" && string(r.Status) != f.status
	})
	return append([]projections.Relationship{}, found...), nil
}

// relationshipTable shows mentorships by their sessions.
func relationshipTable(list []projections.Relationship) render.Section {
	table := render.Section{Columns: []render.Column{{Name: "room", Whole: true}, {Name: "program"}, {Name: "mentor"},
		{Name: "mentee"}, {Name: "status", Whole: true}, {Name: "health", Whole: true}, {Name: "sessions", Right: true},
		{Name: "days", Right: true}, {Name: "months", Right: true}, {Name: "last", Whole: true}, {Name: "idle", Right: true},
		{Name: "rhythm", Right: true}}}
	for _, r := range list {
		table.Rows = append(table.Rows, []string{r.Room.String(), r.Program, partyName(r.Mentor), partyName(r.Mentee),
			string(r.Status), string(r.Health), fmt.Sprint(r.Sessions), fmt.Sprint(r.SessionDays), fmt.Sprint(r.ActiveMonths),
			dayOrNone(r.LastSession), fmt.Sprint(r.IdleDays), fmt.Sprint(r.RhythmDays)})
	}
	return table
}

// healthTable counts mentorships by health.
func healthTable(counts []projections.HealthCount) render.Section {
	table := render.Section{Columns: []render.Column{{Name: "program"}, {Name: "rooms", Right: true},
		{Name: "active", Right: true}, {Name: "fading", Right: true}, {Name: "one-off", Right: true},
		{Name: "ended", Right: true}}}
	for _, c := range counts {
		table.Rows = append(table.Rows, []string{c.Program, fmt.Sprint(c.Rooms), fmt.Sprint(c.Active), fmt.Sprint(c.Fading),
			fmt.Sprint(c.OneOff), fmt.Sprint(c.Ended)})
	}
	return table
}

// limitFlag adds --limit to a command that prints a long table.
func limitFlag(cmd *cobra.Command, limit *int, most int) {
	cmd.Flags().IntVar(limit, "limit", most, "show at most `N` in a table; 0 is all")
	must(cmd.RegisterFlagCompletionFunc("limit", cobra.NoFileCompletions))
}

// cutRows keeps the first rows of a table, and says how many it leaves out.
func cutRows(table render.Section, limit int) []render.Section {
	left := len(table.Rows) - limit
	if limit == 0 || left <= 0 {
		return []render.Section{table}
	}
	table.Rows = table.Rows[:limit]
	return []render.Section{table, {Lines: []string{fmt.Sprintf("and %d more; --limit 0 shows all", left)}}}
}

const healthHelp = `The rhythm of a mentorship is the median gap between its days with a session, from 7 to 90 days,
and 30 days while there are fewer than two such days. It is active while the last session, or the start, is no more
than two rhythms ago, pauses left out; else it is fading, or one-off where there was no more than one day with a
session. An ended mentorship keeps the health that it had when it ended; where healths are counted, "ended" says how
many of all of them are.`

func newRoomList(a *app) *cobra.Command {
	var f roomFilter
	var limit int
	cmd := &cobra.Command{
		Use: "list [--program P] [--health H] [--status S]", Short: "List mentorships, the longest lasting first",
		Long: "List mentorships by program, the longest lasting first.\n\n" + healthHelp,
		Example: `  laurel room list --program git --health active
  laurel room list --person ada@example.org --as-of 2026-01-01`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.lookAtRooms(cmd.Context(), &f, limit, func(asOf time.Time, list []projections.Relationship) error {
				table, counts := relationshipTable(list), projections.CountHealth(list)
				sections := cutRows(shortIDs(table, 0), limit)
				if len(list) == 0 {
					sections = []render.Section{{Lines: []string{"No mentorship is like that."}}}
				} else {
					sections = append(sections, healthTable(counts))
				}
				return a.out.Print(render.Result{
					Document: map[string]any{"as_of": asOf, "counts": counts, "rooms": list}, Sections: sections, Data: table,
					Items: itemsOf(list)})
			})
		},
	}
	a.roomFilterFlags(cmd, &f)
	limitFlag(cmd, &limit, 50)
	return cmd
}

func newRoomHealth(a *app) *cobra.Command {
	var f roomFilter
	var limit int
	cmd := &cobra.Command{
		Use: "health [--program P]", Short: "Tell lasting mentorship from single meetings",
		Long: "Count mentorships by health, and show those that last.\n\n" + healthHelp,
		Example: `  laurel room health
  laurel room health --program git --as-of 2026-01-01 -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.lookAtRooms(cmd.Context(), &f, limit, func(asOf time.Time, list []projections.Relationship) error {
				counts := projections.CountHealth(list)
				lasting := slices.DeleteFunc(slices.Clone(list), func(r projections.Relationship) bool {
					return r.Health != projections.HealthActive || r.Status == projections.RoomEnded || r.SessionDays < 2
				})
				slices.SortStableFunc(lasting, func(a, b projections.Relationship) int { return b.SessionDays - a.SessionDays })
				data := healthTable(counts)
				sections := []render.Section{data}
				if len(lasting) > 0 {
					table := shortIDs(relationshipTable(lasting), 0)
					table.Title = "Lasting longest"
					sections = append(sections, cutRows(table, limit)...)
				}
				if len(list) == 0 {
					sections = []render.Section{{Lines: []string{"No mentorship is like that."}}}
				}
				return a.out.Print(render.Result{Document: map[string]any{"as_of": asOf, "programs": counts},
					Sections: sections, Data: data, Items: itemsOf(counts)})
			})
		},
	}
	a.roomFilterFlags(cmd, &f)
	limitFlag(cmd, &limit, 10)
	return cmd
}

// lookAtRooms reads the mentorships that the flags select.
func (a *app) lookAtRooms(ctx context.Context, f *roomFilter, limit int,
	show func(time.Time, []projections.Relationship) error) error {
	if limit < 0 {
		return usage(fmt.Sprintf("--limit %d is negative", limit), "use 0 for all")
	}
	if err := f.check(); err != nil {
		return err
	}
	return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
		list, err := a.relationships(ctx, store, f, asOf, upTo)
		if err == nil && len(list) == 0 {
			err = a.checkKnown(ctx, store, upTo)
		}
		if err != nil {
			return err
		}
		return show(asOf, list)
	})
}

// idPrefix tells whether an id begins with what somebody typed of it.
func idPrefix(id uuid.UUID, text string) bool {
	return strings.HasPrefix(id.String(), strings.ToLower(text))
}

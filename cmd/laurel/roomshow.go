package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// lookAtRoom reads the mentorship that was named, with names, as it was at a time.
func (a *app) lookAtRoom(ctx context.Context, choice *roomChoice, text string,
	show func(time.Time, *projections.RoomView) error) error {
	return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
		people, err := readPeople(ctx, store, upTo)
		if err != nil {
			return err
		}
		ref, err := a.findRoom(ctx, store, people, choice, text, asOf, upTo)
		if err != nil {
			return err
		}
		reader := projections.RoomReader{People: people}
		if reader.Programs, err = readPrograms(ctx, store, upTo); err != nil {
			return err
		}
		room, err := projections.ReadRoom(ctx, store, ref.Room, upTo)
		if err != nil {
			return err
		}
		view, _ := room.At(asOf, reader) // findRoom has seen that it stands
		return show(asOf, view)
	})
}

func newRoomShow(a *app) *cobra.Command {
	var choice roomChoice
	cmd := &cobra.Command{
		Use: "show ROOM", Short: "Show a mentorship: sessions, goals, roadmaps, threads, feedback",
		Long: "Show a mentorship as the two see it, with their notes and what they wrote for each other.\n\n" + healthHelp,
		Example: `  laurel room show 3fa85f64 --as-of 2026-01-01
  laurel room show --mentor ada@example.org --mentee ben@example.org`,
		Args: roomArgs(), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			text, _ := splitRoom(cmd, given)
			return a.lookAtRoom(cmd.Context(), &choice, text, func(asOf time.Time, view *projections.RoomView) error {
				return a.printRoom(asOf, view)
			})
		},
	}
	a.roomChoiceFlags(cmd, &choice)
	return cmd
}

func (a *app) printRoom(asOf time.Time, v *projections.RoomView) error {
	sessions := sessionTable(v.Held)
	sections := []render.Section{roomHead(v)}
	for _, s := range []render.Section{sessions, goalTable(v.Goals), roadmapTable(v.Roadmaps), postTable(v.Threads),
		requestTable(v.Feedback)} {
		if len(s.Rows) > 0 {
			sections = append(sections, s)
		}
	}
	document := struct {
		AsOf time.Time `json:"as_of"`
		*projections.RoomView
	}{asOf, v}
	return a.out.Print(render.Result{Document: document, Sections: sections, Data: sessions})
}

func roomHead(v *projections.RoomView) render.Section {
	state := fmt.Sprintf("Mentorship %s in program %s, started %s, %s.", v.Room, v.Program, day(v.StartedAt), v.Status)
	if v.Status == projections.RoomEnded {
		state = fmt.Sprintf("Mentorship %s in program %s, %s to %s.", v.Room, v.Program, day(v.StartedAt), day(v.EndedAt))
		if v.EndReason != "" {
			state += fmt.Sprintf(" Ended: %s.", v.EndReason)
		}
	}
	health := fmt.Sprintf("Health: %s; %s on %s in %s, a rhythm of %v days, %s without one.", v.Health,
		plural(v.Sessions, "session", "sessions"), plural(v.SessionDays, "day", "days"),
		plural(v.ActiveMonths, "month", "months"), v.RhythmDays, plural(v.IdleDays, "day", "days"))
	return render.Section{Title: partyName(v.Mentor) + " and " + partyName(v.Mentee), Lines: []string{state, health}}
}

func noteText(n *projections.NoteText) string {
	if n == nil {
		return ""
	}
	return n.Text
}

func sessionTable(sessions []projections.RoomSession) render.Section {
	table := render.Section{Title: "Sessions", Columns: []render.Column{{Name: "day", Whole: true}, {Name: "channel"},
		{Name: "minutes", Right: true}, {Name: "skill"}, {Name: "confirmed"}, {Name: "note", Wrap: true}, {Name: "event"}}}
	for _, s := range sessions {
		minutes := ""
		if s.Minutes > 0 {
			minutes = fmt.Sprint(s.Minutes)
		}
		table.Rows = append(table.Rows, []string{day(s.At), s.Channel, minutes, s.Skill, yesNo(s.Confirmed),
			noteText(s.Personal), s.Event.String()})
	}
	return table
}

func goalTable(goals []projections.RoomGoal) render.Section {
	table := render.Section{Title: "Goals", Columns: []render.Column{{Name: "goal"}, {Name: "owner"}, {Name: "state"},
		{Name: "due", Whole: true}, {Name: "met", Whole: true}, {Name: "attested"}, {Name: "skill"},
		{Name: "wording", Wrap: true}}}
	for _, g := range goals {
		owner, state := "", string(g.State)
		if g.Owner != nil {
			owner = partyName(*g.Owner)
		}
		if g.Late {
			state += " late"
		}
		table.Rows = append(table.Rows, []string{g.Goal, owner, state, dayOrNone(g.Due), dayOrNone(g.MetAt),
			yesNo(g.Attested), g.Skill, noteText(g.Personal)})
	}
	return table
}

func roadmapTable(roadmaps []projections.RoomRoadmap) render.Section {
	table := render.Section{Title: "Roadmaps", Columns: []render.Column{{Name: "roadmap"}, {Name: "reached", Right: true},
		{Name: "milestone"}, {Name: "on", Whole: true}, {Name: "attested"}}}
	for _, r := range roadmaps {
		for _, m := range r.Milestones {
			table.Rows = append(table.Rows, []string{string(r.Roadmap), fmt.Sprintf("%d/%d", r.Reached, len(r.Milestones)),
				string(m.Milestone), dayOrNone(m.ReachedAt), yesNo(m.Attested)})
		}
	}
	return table
}

func postTable(threads []projections.RoomThread) render.Section {
	table := render.Section{Title: "Threads", Columns: []render.Column{{Name: "thread"}, {Name: "day", Whole: true},
		{Name: "by"}, {Name: "visibility"}, {Name: "text", Wrap: true}, {Name: "event"}}}
	for _, t := range threads {
		for _, p := range t.Posts {
			table.Rows = append(table.Rows, []string{t.Thread, day(p.At), partyName(p.Personal.Of), string(p.Visibility),
				p.Personal.Text, p.Event.String()})
		}
	}
	return table
}

func requestTable(requests []projections.Feedback) render.Section {
	table := render.Section{Title: "Feedback", Columns: []render.Column{{Name: "request"}, {Name: "from"}, {Name: "about"},
		{Name: "state"}, {Name: "due", Whole: true}, {Name: "rating", Right: true}}}
	for _, f := range requests {
		rating := ""
		if f.State == projections.FeedbackAnswered {
			rating = fmt.Sprint(f.Rating)
		}
		table.Rows = append(table.Rows, []string{f.Request, partyName(f.From), partyName(f.About), string(f.State),
			dayOrNone(f.Due), rating})
	}
	return table
}

func newRoomThread(a *app) *cobra.Command {
	var choice roomChoice
	var audience string
	cmd := &cobra.Command{
		Use: "thread ROOM [THREAD] [--audience A]", Short: "Read growth threads, as those see them who may",
		Example: "  laurel room thread 3fa85f64 --audience public\n  laurel room thread 3fa85f64 journey",
		Args:    roomArgs("[THREAD]"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if !slices.Contains(visibilities, audience) {
				return usage(fmt.Sprintf("--audience %q is not known", audience), strings.Join(visibilities, ", "))
			}
			text, rest := splitRoom(cmd, given)
			return a.lookAtRoom(cmd.Context(), &choice, text, func(asOf time.Time, view *projections.RoomView) error {
				threads := slices.DeleteFunc(view.VisibleTo(domain.Visibility(audience)), func(t projections.RoomThread) bool {
					return len(rest) > 0 && t.Thread != rest[0]
				})
				table := postTable(threads)
				table.Title = ""
				sections := []render.Section{table}
				if len(table.Rows) == 0 {
					sections = []render.Section{{Lines: []string{"Nothing is to be read by " + audience + "."}}}
				}
				return a.out.Print(render.Result{Document: map[string]any{"as_of": asOf, "room": view.Room,
					"audience": audience, "threads": threads}, Sections: sections, Data: table, Items: itemsOf(threads)})
			})
		},
	}
	a.roomChoiceFlags(cmd, &choice)
	cmd.Flags().StringVar(&audience, "audience", visibilities[0], "who reads: room, program or public")
	must(cmd.RegisterFlagCompletionFunc("audience",
		cobra.FixedCompletions(visibilities, cobra.ShellCompDirectiveNoFileComp)))
	return cmd
}

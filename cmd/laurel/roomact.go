package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newRoomStart(a *app) *cobra.Command {
	var f actFlags
	var mentor, mentee string
	cmd := &cobra.Command{
		Use: "start --program P --mentor PERSON --mentee PERSON", Short: "Bring a mentor and a mentee together in a program",
		Example: "  laurel room start --program git --mentor ada@example.org --mentee ben@example.org --by ada@example.org",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.writingAs(ctx, &f, false, func(store eventstore.Store, people *projections.People, who actor) error {
				c := domain.StartMentorship{CommandMeta: who.meta}
				for _, side := range []struct {
					flag, text string
					id         *uuid.UUID
				}{{"--mentor", mentor, &c.Mentor}, {"--mentee", mentee, &c.Mentee}} {
					if side.text == "" {
						return usage(side.flag+" is missing", "such as "+side.flag+" ada@example.org")
					}
					var err error
					if *side.id, err = findPerson(people, side.text); err != nil {
						return err
					}
				}
				program, err := a.openedProgram(ctx, store, nil)
				if err != nil {
					return err
				}
				c.Program = program
				room, handled, err := awarding.StartMentorship(ctx, store, c)
				if err != nil {
					return err
				}
				return a.said(map[string]any{"room": room, "program": c.Program, "mentor": c.Mentor, "mentee": c.Mentee},
					"Mentorship %s in program %s has started%s.", room, c.Program, again(handled))
			})
		},
	}
	a.actFlags(cmd, &f)
	a.programFlag(cmd)
	textFlag(cmd, &mentor, "mentor", "the mentor, a `PERSON`")
	textFlag(cmd, &mentee, "mentee", "the mentee, a `PERSON`")
	return cmd
}

func newRoomSession(a *app) *cobra.Command {
	var c domain.HoldSession
	var note string
	return newRoomAct(a, roomAct{
		name: "session", rest: "[--at TIME] [--minutes N] [--skill S]", short: "Record that the two met",
		long: `Record that the two met. What the mentee records is confirmed; what the mentor records is confirmed with
` + "`laurel room confirm`" + `. --note - reads the note from standard input.`,
		example: `  laurel room session 3fa85f64 --by ada@example.org --at 2026-03-02 --minutes 45 --skill review
  laurel room session --mentor ada@example.org --mentee ben@example.org --by ben@example.org`,
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &c.Channel, "channel", "how they met, a short `NAME` such as call")
			cmd.Flags().IntVar(&c.Minutes, "minutes", 0, "how long it took: `N` minutes")
			textFlag(cmd, &c.Skill, "skill", "the `SKILL` that it was about")
			textFlag(cmd, &note, "note", "a note; it belongs to whoever --by names")
		},
		command: func(ctx context.Context, d *roomDesk) (domain.Command, error) {
			text, err := a.personalText(d, d.who.person, note)
			if err != nil {
				return nil, err
			}
			if text != "" {
				c.Personal = domain.SessionNote{Of: d.who.person, Note: text}
			}
			c.CommandMeta, c.Confirmed = d.who.meta, d.who.person == d.room.Mentee
			return c, nil
		},
		done: func(d *roomDesk) string {
			if d.who.person == d.room.Mentee {
				return fmt.Sprintf("Session %s was held, and is confirmed,", d.who.meta.ID)
			}
			return fmt.Sprintf("Session %s was held", d.who.meta.ID)
		},
	})
}

func newRoomConfirm(a *app) *cobra.Command {
	var session uuid.UUID
	return newRoomAct(a, roomAct{
		name: "confirm", args: []string{"SESSION"}, short: "Say that a recorded session did happen; the mentor cannot",
		long:    "Say that a recorded session did happen. SESSION is its id, or as many of the first digits as are needed.",
		example: "  laurel room confirm 3fa85f64 5c1b0a3e --by ben@example.org",
		command: func(ctx context.Context, d *roomDesk) (domain.Command, error) {
			view, err := d.view(ctx)
			if err != nil {
				return nil, err
			}
			if session, err = uuid.Parse(d.given[0]); err != nil {
				if session, err = oneSession(view, d.given[0]); err != nil {
					return nil, err
				}
			}
			return domain.ConfirmSession{CommandMeta: d.who.meta, Session: session, By: d.who.person}, nil
		},
		done: func(*roomDesk) string { return fmt.Sprintf("Session %s is confirmed", session) },
	})
}

// view is the mentorship with all that was recorded of it.
func (d *roomDesk) view(ctx context.Context) (*projections.RoomView, error) {
	room, err := projections.ReadRoom(ctx, d.store, d.room.Room, nil)
	if err != nil {
		return nil, err
	}
	view, _ := room.At(domain.OccurredMax, projections.RoomReader{}) // findRoom has seen that it stands
	return view, nil
}

// oneSession finds the one session whose id begins so.
func oneSession(view *projections.RoomView, text string) (uuid.UUID, error) {
	var found []uuid.UUID
	for i := range view.Held {
		if idPrefix(view.Held[i].Event, text) {
			found = append(found, view.Held[i].Event)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return uuid.Nil, badInput("find session", quoted(text), "no session of the mentorship has an id that begins so",
			"`laurel room show` lists them")
	}
	return uuid.Nil, badInput("find session", quoted(text),
		fmt.Sprintf("%d sessions have an id that begins so", len(found)), "give more digits")
}

func newRoomGoal(a *app) *cobra.Command {
	return group("goal", "Set goals, and record that they are met", "", newRoomGoalSet(a), newRoomGoalMeet(a))
}

func newRoomGoalSet(a *app) *cobra.Command {
	var c domain.SetGoal
	var owner, due, wording string
	return newRoomAct(a, roomAct{
		name: "set", args: []string{"GOAL"}, rest: "[--owner PERSON] [--due TIME]", short: "Set a goal",
		long: `Set a goal. GOAL is a short name, unique in the mentorship, that tells nothing personal; the wording is
personal, and belongs to the owner. --wording - reads it from standard input.`,
		example: "  laurel room goal set 3fa85f64 first-review --due 2026-06-30 --skill review --by ben@example.org",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &owner, "owner", "whose goal it is, a `PERSON`; the mentee if left out")
			textFlag(cmd, &due, "due", "to be met by this `TIME`")
			textFlag(cmd, &c.Skill, "skill", "the `SKILL` that it is about")
			textFlag(cmd, &wording, "wording", "the goal in their own words")
		},
		command: func(ctx context.Context, d *roomDesk) (domain.Command, error) {
			c.CommandMeta, c.Goal, c.Owner = d.who.meta, d.given[0], d.room.Mentee
			var err error
			if owner != "" {
				if c.Owner, err = findPerson(d.people, owner); err != nil {
					return nil, err
				}
			}
			if due != "" {
				if c.Due, err = a.parseTime("--due", due); err != nil {
					return nil, err
				}
			}
			text, err := a.personalText(d, c.Owner, wording)
			if text != "" {
				c.Personal = domain.GoalWording{Of: c.Owner, Wording: text}
			}
			return c, err
		},
		done: func(d *roomDesk) string { return fmt.Sprintf("Goal %s is set", d.given[0]) },
	})
}

func newRoomGoalMeet(a *app) *cobra.Command {
	var c domain.MeetGoal
	return newRoomAct(a, roomAct{
		name: "meet", args: []string{"GOAL"}, rest: "[--attested]", short: "Record that a goal was met",
		example: "  laurel room goal meet 3fa85f64 first-review --attested --by ada@example.org",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &c.Skill, "skill", "the `SKILL` that it was about")
			attestedFlag(cmd, &c.Attested)
		},
		command: func(_ context.Context, d *roomDesk) (domain.Command, error) {
			c.CommandMeta, c.Goal, c.By = d.who.meta, d.given[0], d.who.person
			return c, nil
		},
		done: func(d *roomDesk) string { return fmt.Sprintf("Goal %s is met", d.given[0]) },
	})
}

func newRoomRoadmap(a *app) *cobra.Command {
	return group("roadmap", "Assign a roadmap of the program", "", newRoomRoadmapAssign(a))
}

func newRoomRoadmapAssign(a *app) *cobra.Command {
	return newRoomDo(a, roomAct{
		name: "assign", args: []string{"ROADMAP"}, short: "Assign a roadmap, with the milestones that the program defines",
		example: "  laurel room roadmap assign 3fa85f64 reviewer --by ada@example.org",
		done:    func(d *roomDesk) string { return fmt.Sprintf("Roadmap %s is assigned", d.given[0]) },
	}, func(ctx context.Context, d *roomDesk) (eventstore.Handled, error) {
		return awarding.AssignRoadmap(ctx, d.store, d.room.Room, domain.Slug(d.given[0]), d.who.meta)
	})
}

func newRoomMilestone(a *app) *cobra.Command {
	var c domain.ReachMilestone
	return newRoomAct(a, roomAct{
		name: "milestone", args: []string{"ROADMAP", "MILESTONE"}, rest: "[--attested]",
		short:   "Record that a milestone was reached",
		example: "  laurel room milestone 3fa85f64 reviewer read --attested --by ada@example.org",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &c.Skill, "skill", "the `SKILL` that it took")
			attestedFlag(cmd, &c.Attested)
		},
		command: func(_ context.Context, d *roomDesk) (domain.Command, error) {
			c.CommandMeta, c.By = d.who.meta, d.who.person
			c.Roadmap, c.Milestone = domain.Slug(d.given[0]), domain.Slug(d.given[1])
			return c, nil
		},
		done: func(d *roomDesk) string { return fmt.Sprintf("Milestone %s of %s is reached", d.given[1], d.given[0]) },
	})
}

// visibilities lists who may read something, the fewest first.
var visibilities = []string{
	string(domain.VisibilityRoom), string(domain.VisibilityProgram), string(domain.VisibilityPublic),
}

func newRoomPost(a *app) *cobra.Command {
	var text, visibility string
	return newRoomAct(a, roomAct{
		name: "post", args: []string{"THREAD"}, rest: "--text T [--visibility V]", short: "Write on a growth thread",
		long: `Write on a growth thread. THREAD is a short name, unique in the mentorship, that tells nothing personal. The
text belongs to whoever --by names; --text - reads it from standard input. It is read by the two of the room, unless
they show it to the program, or to the public.`,
		example: "  laurel room post 3fa85f64 journey --text \"My first review\" --visibility program --by ben@example.org",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &text, "text", "what to write")
			cmd.Flags().StringVar(&visibility, "visibility", visibilities[0], "who may read it: room, program or public")
			must(cmd.RegisterFlagCompletionFunc("visibility",
				cobra.FixedCompletions(visibilities, cobra.ShellCompDirectiveNoFileComp)))
		},
		command: func(ctx context.Context, d *roomDesk) (domain.Command, error) {
			if text == "" {
				return nil, usage("--text is missing", "such as --text \"My first review\", or --text - for standard input")
			}
			written, err := a.personalText(d, d.who.person, text)
			return domain.PostThread{CommandMeta: d.who.meta, Thread: d.given[0], Visibility: domain.Visibility(visibility),
				Personal: domain.ThreadText{Of: d.who.person, Text: written}}, err
		},
		done: func(d *roomDesk) string { return fmt.Sprintf("Post %s is on thread %s", d.who.meta.ID, d.given[0]) },
	})
}

func newRoomPause(a *app) *cobra.Command {
	return newRoomAct(a, roomAct{
		name: "pause", short: "Let a mentorship rest: it does not fade meanwhile",
		example: "  laurel room pause 3fa85f64 --by ada@example.org --at 2026-07-01",
		command: func(_ context.Context, d *roomDesk) (domain.Command, error) {
			return domain.PauseMentorship{CommandMeta: d.who.meta}, nil
		},
		done: saying("A rest begins"),
	})
}

func newRoomResume(a *app) *cobra.Command {
	return newRoomAct(a, roomAct{
		name: "resume", short: "Go on after a rest",
		example: "  laurel room resume 3fa85f64 --by ada@example.org --at 2026-09-01",
		command: func(_ context.Context, d *roomDesk) (domain.Command, error) {
			return domain.ResumeMentorship{CommandMeta: d.who.meta}, nil
		},
		done: saying("The rest is over"),
	})
}

func newRoomEnd(a *app) *cobra.Command {
	var reason string
	return newRoomAct(a, roomAct{
		name: "end", rest: "[--reason completed|moved|mismatch|other]", short: "End a mentorship",
		example: "  laurel room end 3fa85f64 --reason completed --by ada@example.org",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().StringVar(&reason, "reason", "", "why: completed, moved, mismatch or other")
			must(cmd.RegisterFlagCompletionFunc("reason", cobra.FixedCompletions([]string{string(domain.EndCompleted),
				string(domain.EndMoved), string(domain.EndMismatch), string(domain.EndOther)},
				cobra.ShellCompDirectiveNoFileComp)))
		},
		command: func(_ context.Context, d *roomDesk) (domain.Command, error) {
			return domain.EndMentorship{CommandMeta: d.who.meta, Reason: domain.EndReason(reason)}, nil
		},
		done: saying("Work is over"),
	})
}

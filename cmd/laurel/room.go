package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

func newRoom(a *app) *cobra.Command {
	return group("room", "Work in a mentorship: sessions, goals, roadmaps, threads",
		`Work in a mentorship: what the two do and write.

ROOM is the id of a mentorship, or as many of its first digits as no other begins with. Instead of it, a mentorship is
named by who is in it: --mentor PERSON --mentee PERSON, and --program SLUG where they have several; of those, the one
that has not ended.`,
		newRoomStart(a), lookBack(newRoomList(a)), lookBack(newRoomShow(a)), newRoomSession(a), newRoomConfirm(a),
		newRoomGoal(a), newRoomRoadmap(a), newRoomMilestone(a), newRoomPost(a), lookBack(newRoomThread(a)),
		newRoomPause(a), newRoomResume(a), newRoomEnd(a), lookBack(newRoomHealth(a)))
}

// roomChoice names a mentorship: by what was given for ROOM, or by the flags.
type roomChoice struct {
	mentor, mentee string
}

func (a *app) roomChoiceFlags(cmd *cobra.Command, choice *roomChoice) {
	cmd.Flags().String("program", "", "with --mentor and --mentee: the program `SLUG` of their mentorship")
	must(cmd.RegisterFlagCompletionFunc("program", cobra.NoFileCompletions))
	textFlag(cmd, &choice.mentor, "mentor", "instead of ROOM: its mentor, a `PERSON`")
	textFlag(cmd, &choice.mentee, "mentee", "instead of ROOM: its mentee, a `PERSON`")
}

// byPair tells whether the flags name the mentorship.
func byPair(cmd *cobra.Command) bool {
	return cmd.Flags().Changed("mentor") || cmd.Flags().Changed("mentee")
}

// roomArgs accepts ROOM, unless the flags name the mentorship, and then the named arguments.
func roomArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if byPair(cmd) {
			return args(names...)(cmd, given)
		}
		return args(append([]string{"ROOM"}, names...)...)(cmd, given)
	}
}

// splitRoom tells ROOM, "" where the flags name the mentorship, from the arguments after it.
func splitRoom(cmd *cobra.Command, given []string) (room string, rest []string) {
	if byPair(cmd) {
		return "", given
	}
	return given[0], given[1:]
}

// roomDigitsMin is how much of an id has to be given.
const roomDigitsMin = 4

// checkRoomDigits fails where too little of an id was given.
func checkRoomDigits(text string) error {
	if len(text) >= roomDigitsMin {
		return nil
	}
	return usage(fmt.Sprintf("ROOM %q is too short", text),
		fmt.Sprintf("give %d digits or more of its id; `laurel room list` shows them", roomDigitsMin))
}

// findRoom finds the one mentorship that was named, of those started by a time.
func (a *app) findRoom(ctx context.Context, store eventstore.Store, people *projections.People, choice *roomChoice,
	text string, asOf time.Time, upTo *eventstore.Position) (projections.RoomRef, error) {
	none := projections.RoomRef{}
	var q projections.RoomQuery
	switch {
	case text != "":
		if err := checkRoomDigits(text); err != nil {
			return none, err
		}
	case choice.mentor == "" || choice.mentee == "":
		return none, usage("--mentor and --mentee go together", "name both, or give ROOM")
	default:
		var err error
		q.Program = domain.Slug(a.cfg.program)
		if q.Mentor, err = findPerson(people, choice.mentor); err != nil {
			return none, err
		}
		if q.Mentee, err = findPerson(people, choice.mentee); err != nil {
			return none, err
		}
	}
	rooms := projections.NewRooms()
	filter := eventstore.Filter{Categories: []string{domain.CategoryMentorship},
		Types: []domain.EventType{domain.TypeMentorshipStarted, domain.TypeMentorshipEnded, domain.TypeEventVoided}}
	if _, err := projections.ReadLog(ctx, store, filter, upTo, rooms); err != nil {
		return none, err
	}
	found := rooms.Find(q, asOf)
	if text != "" {
		return oneRoom(found, text)
	}
	return oneOfPair(found, rooms.Relationships(nil, q, asOf))
}

// oneRoom finds the one mentorship whose id begins so.
func oneRoom(rooms []projections.RoomRef, text string) (projections.RoomRef, error) {
	var found []projections.RoomRef
	for _, r := range rooms {
		if idPrefix(r.Room, text) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return projections.RoomRef{}, badInput("find room", quoted(text), "no mentorship has an id that begins so",
			"`laurel room list` shows them")
	}
	return projections.RoomRef{}, badInput("find room", quoted(text),
		fmt.Sprintf("%d mentorships have an id that begins so", len(found)), "give more digits")
}

// oneOfPair takes the one mentorship of two people that there is, or the one of several that has not ended.
func oneOfPair(found []projections.RoomRef, as []projections.Relationship) (projections.RoomRef, error) {
	const what = "of --mentor and --mentee"
	if len(found) == 0 {
		return projections.RoomRef{}, badInput("find room", what, "they have no mentorship, this way round",
			"start one with `laurel room start`; `laurel room list --person` shows those of a person")
	}
	ended := map[uuid.UUID]bool{}
	for i := range as {
		ended[as[i].Room] = as[i].Status == projections.RoomEnded
	}
	var ids []uuid.UUID
	running := found[0]
	for _, r := range found {
		if !ended[r.Room] {
			ids, running = append(ids, r.Room), r
		}
	}
	switch {
	case len(ids) == 1, len(found) == 1:
		return running, nil
	case len(ids) > 1:
		return projections.RoomRef{}, badInput("find room", what, fmt.Sprintf("they have %d mentorships", len(ids)),
			"choose with --program, or give ROOM: "+listIDs(ids))
	}
	return projections.RoomRef{}, badInput("find room", what,
		fmt.Sprintf("all %d mentorships of theirs have ended", len(found)),
		"give ROOM; `laurel room list --person` shows those of a person")
}

// roomDesk is what a command that records something in a mentorship works on.
type roomDesk struct {
	store  eventstore.Store
	people *projections.People
	room   projections.RoomRef
	who    actor
	given  []string // after ROOM
}

// roomAct is a command that records something in a mentorship.
type roomAct struct {
	name, rest           string // of its use: before and after what names the mentorship
	short, long, example string
	args                 []string // after ROOM
	flags                func(*cobra.Command)
	command              func(context.Context, *roomDesk) (domain.Command, error)
	done                 func(*roomDesk) string // what was done, before the mentorship's id
}

func newRoomAct(a *app, act roomAct) *cobra.Command {
	return newRoomDo(a, act, func(ctx context.Context, d *roomDesk) (eventstore.Handled, error) {
		c, err := act.command(ctx, d)
		if err != nil {
			return eventstore.Handled{}, err
		}
		return eventstore.Handle(ctx, d.store, domain.MentorshipStream(d.room.Room), domain.MentorshipDecider(d.room.Room), c)
	})
}

// newRoomDo is newRoomAct for what takes more than the mentorship's own stream.
func newRoomDo(a *app, act roomAct, do func(context.Context, *roomDesk) (eventstore.Handled, error)) *cobra.Command {
	var f actFlags
	var choice roomChoice
	words := append(append([]string{act.name, "ROOM"}, act.args...), "--by PERSON")
	if act.rest != "" {
		words = append(words, act.rest)
	}
	cmd := &cobra.Command{
		Use: strings.Join(words, " "), Short: act.short, Long: act.long, Example: act.example,
		Args: roomArgs(act.args...), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, people *projections.People, who actor) error {
				text, rest := splitRoom(cmd, given)
				room, err := a.findRoom(ctx, store, people, &choice, text, domain.OccurredMax, nil)
				if err != nil {
					return err
				}
				d := &roomDesk{store: store, people: people, room: room, who: who, given: rest}
				handled, err := do(ctx, d)
				if err != nil {
					return err
				}
				return a.said(map[string]any{"room": room.Room, "event": who.meta.ID, "before": len(handled.Events) == 0},
					"%s in mentorship %s%s.", act.done(d), room.Room, again(handled))
			})
		},
	}
	a.actFlags(cmd, &f)
	a.roomChoiceFlags(cmd, &choice)
	if act.flags != nil {
		act.flags(cmd)
	}
	return cmd
}

// saying is what is always said.
func saying(text string) func(*roomDesk) string { return func(*roomDesk) string { return text } }

// textBytesMax bounds what is read of a personal text from standard input; the domain's own limit is lower.
const textBytesMax = 1 << 20

// personalText is the text of a flag, or what standard input holds for "-", so that no shell remembers it. Nothing is
// kept that would belong to somebody who was erased.
func (a *app) personalText(d *roomDesk, of uuid.UUID, text string) (string, error) {
	if text == "-" {
		data, err := io.ReadAll(io.LimitReader(a.stdin, textBytesMax))
		if err != nil {
			return "", fmt.Errorf("read standard input: %w", err)
		}
		text = strings.TrimRight(string(data), "\r\n")
	}
	if text == "" {
		return "", nil
	}
	if d.people.Erased(of) {
		return "", badInput("record a text", of.String(), "the person was erased",
			"nothing is recorded that would belong to an erased person")
	}
	return text, nil
}

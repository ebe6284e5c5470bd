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

// actFlags are the flags of a command that records something: who acts, when it happened, and the id of the command.
type actFlags struct {
	by, at, id string
}

// actFlags adds --by, --at and --id to a command that records something.
func (a *app) actFlags(cmd *cobra.Command, f *actFlags) {
	cmd.Flags().StringVar(&f.by, "by", "", "who does it: a `PERSON`, by id, e-mail or name")
	cmd.Flags().StringVar(&f.at, "at", "", "when it happened: a `TIME`; now if left out")
	cmd.Flags().StringVar(&f.id, "id", "", "the `UUID` of the command: repeating it records it once")
	must(cmd.RegisterFlagCompletionFunc("by", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("at", cobra.NoFileCompletions))
	must(cmd.RegisterFlagCompletionFunc("id", cobra.NoFileCompletions))
}

// actor is who acts, and when.
type actor struct {
	person uuid.UUID
	meta   domain.CommandMeta
}

// act reads the flags. People are looked up among those whom the log knows; --by may be left out only where the command
// can do without, and then the actor is "laurel". It returns the store to record in, which takes the id of the command
// on no other stream than the one that has it.
func (a *app) act(ctx context.Context, store eventstore.Store, f *actFlags, people *projections.People, byRequired bool) (
	eventstore.Store, actor, error) {
	a.people = people
	at, err := a.actTime(f)
	if err != nil {
		return nil, actor{}, err
	}
	id := uuid.New()
	if f.id != "" {
		if id, err = uuid.Parse(f.id); err != nil || id == uuid.Nil {
			return nil, actor{}, usage(fmt.Sprintf("--id %q is no uuid", f.id), "leave it out for a random one")
		}
		before, found, err := eventstore.FindEvent(ctx, store, id)
		if err != nil {
			return nil, actor{}, err
		}
		if found {
			store = eventstore.HeldID{Store: store, By: before}
			if f.at == "" {
				at = before.Meta.OccurredAt // repeated, the command means the same time
			}
		}
	}
	act := actor{meta: domain.CommandMeta{ID: id, OccurredAt: at, Actor: "laurel", Source: "laurel"}}
	if f.by == "" {
		if byRequired {
			return nil, actor{}, usage("--by is missing", "say who does it, such as --by ada@example.org")
		}
		return store, act, nil
	}
	if act.person, err = findPerson(people, f.by); err != nil {
		return nil, actor{}, err
	}
	act.meta.Actor = act.person.String()
	return store, act, nil
}

// actTime is --at, or now.
func (a *app) actTime(f *actFlags) (time.Time, error) {
	if f.at == "" {
		return a.now(), nil
	}
	return a.parseTime("--at", f.at)
}

// now is the time by the clock, in UTC.
func (a *app) now() time.Time { return time.Now().UTC() }

// writing opens the store, which has to be there, and reads the people and the flags of a command that records
// something.
func (a *app) writing(ctx context.Context, f *actFlags,
	do func(eventstore.Store, *projections.People, actor) error) error {
	return a.writingAs(ctx, f, true, do)
}

// writingAs is writing for commands that may do without --by.
func (a *app) writingAs(ctx context.Context, f *actFlags, byRequired bool,
	do func(eventstore.Store, *projections.People, actor) error) error {
	return a.writingIn(ctx, a.openToChange, f, byRequired, do)
}

// writingNew is writing for commands with which a log may begin: they may do without --by, and the store is made when
// it is not there.
func (a *app) writingNew(ctx context.Context, f *actFlags,
	do func(eventstore.Store, *projections.People, actor) error) error {
	return a.writingIn(ctx, a.openToWrite, f, false, do)
}

func (a *app) writingIn(ctx context.Context, open func() (eventstore.Store, error), f *actFlags, byRequired bool,
	do func(eventstore.Store, *projections.People, actor) error) error {
	store, err := open()
	if err != nil {
		return err
	}
	defer store.Close()
	people, err := readPeople(ctx, store, nil)
	if err != nil {
		return err
	}
	in, who, err := a.act(ctx, store, f, people, byRequired)
	if err != nil {
		return err
	}
	return do(in, people, who)
}

// said prints one line, or the same as data.
func (a *app) said(document map[string]any, format string, args ...any) error {
	return a.out.Print(render.Result{Document: document,
		Sections: []render.Section{{Lines: []string{fmt.Sprintf(format, args...)}}},
		Data:     render.Section{Columns: render.Columns("result"), Rows: [][]string{{fmt.Sprintf(format, args...)}}}})
}

// textFlag adds a flag that has nothing to complete.
func textFlag(cmd *cobra.Command, text *string, name, about string) {
	cmd.Flags().StringVar(text, name, "", about)
	must(cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions))
}

// findPerson finds the one person that an id, an e-mail address or a name means. An id needs no registration.
func findPerson(people *projections.People, text string) (uuid.UUID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return uuid.UUID{}, usage("PERSON is empty", "name someone by id, e-mail or name")
	}
	switch found := people.Find(text); len(found) {
	case 1:
		return found[0], nil
	case 0:
		return uuid.UUID{}, badInput("find person", quoted(text), "nobody in the log has this id, e-mail or name",
			"register them with `laurel person register`")
	default:
		return uuid.UUID{}, badInput("find person", quoted(text), fmt.Sprintf("%d people are called so", len(found)),
			"choose one by id: "+listIDs(found))
	}
}

// readPeople reads the directory of persons up to a position; nil for all of the log.
func readPeople(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (*projections.People, error) {
	people := projections.NewPeople()
	filter := eventstore.Filter{Categories: []string{domain.CategoryPerson}}
	if _, err := projections.ReadLog(ctx, store, filter, upTo, people); err != nil {
		return nil, err
	}
	return people, nil
}

// looksBack is the annotation of commands that can look at an earlier time or position.
const looksBack = "looks-back"

// lookBack marks a command as one that can look at an earlier time or position, and returns it.
func lookBack(cmd *cobra.Command) *cobra.Command {
	if cmd.Annotations == nil {
		cmd.Annotations = map[string]string{}
	}
	cmd.Annotations[looksBack] = "yes"
	return cmd
}

// takesTime marks a command that takes --as-of but looks at the whole log, and returns it.
func takesTime(cmd *cobra.Command) *cobra.Command {
	lookBack(cmd).Annotations[looksBack] = "as-of"
	return cmd
}

// thoseLookingBack lists the commands below cmd that can look at an earlier time or position.
func thoseLookingBack(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.Annotations[looksBack] != "" {
			names = append(names, subject(c))
		}
		names = append(names, thoseLookingBack(c)...)
	}
	slices.Sort(names)
	return names
}

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

func newPerson(a *app) *cobra.Command {
	return group("person", "Register people and record what they achieve", `Register people and record what they achieve.

A PERSON is an id, an e-mail address or a name. Somebody with an e-mail address has an id that follows from it, so that
every source that knows the address means the same person.`,
		newPersonRegister(a), lookBack(newPersonShow(a)), newPersonJoin(a), newPersonAttest(a), newPersonPromote(a),
		newPersonProject(a), newPersonErase(a), lookBack(newPersonList(a)))
}

func newPersonRegister(a *app) *cobra.Command {
	var f actFlags
	var c domain.RegisterPerson
	var id, program string
	cmd := &cobra.Command{
		Use:   "register --name N [--email E] [--hr-id ID] [--unit U [--program P]]",
		Short: "Make a person known",
		Example: `  laurel person register --name "Ada King" --email ada@example.org
  laurel person register --name "Ben Moss" --email ben@example.org --unit research --program git`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.writingNew(ctx, &f, func(store eventstore.Store, _ *projections.People, who actor) error {
				c.CommandMeta, c.Program = who.meta, domain.Slug(program)
				var err error
				switch {
				case id != "":
					if c.Person, err = uuid.Parse(id); err != nil || c.Person == uuid.Nil {
						return usage(fmt.Sprintf("--person %q is no uuid", id), "leave it out for an id that follows from --email")
					}
				case c.Email != "":
					c.Person = domain.PersonID(c.Email)
				case c.Name == "" && c.HRID == "":
					return usage("--name is missing", "such as --name \"Ada King\" --email ada@example.org")
				default:
					c.Person = uuid.NewSHA1(who.meta.ID, []byte("person"))
				}
				handled, err := eventstore.Handle(ctx, store, domain.PersonStream(c.Person), domain.PersonDecider(c.Person), c)
				if err != nil {
					return err
				}
				return a.said(map[string]any{"person": c.Person, "name": c.Name}, "Person %s is registered%s.", c.Person,
					again(handled))
			})
		},
	}
	a.actFlags(cmd, &f)
	textFlag(cmd, &c.Name, "name", "what they are called")
	textFlag(cmd, &c.Email, "email", "their e-mail `ADDRESS`")
	textFlag(cmd, &c.HRID, "hr-id", "their `ID` in the personnel system")
	textFlag(cmd, &c.Unit, "unit", "the part of the organisation that they join, a short `NAME`")
	textFlag(cmd, &program, "program", "the program `SLUG` in which they are of that unit")
	textFlag(cmd, &id, "person", "their `UUID`, where another source has given them one")
	return cmd
}

// personAct is a command that records something on a person's own stream.
type personAct struct {
	use, short, long, example string
	byRequired                bool
	flags                     func(*cobra.Command)
	command                   func(person uuid.UUID, who actor) domain.Command
	done                      string // what the person did, after their id
}

func newPersonAct(a *app, act personAct) *cobra.Command {
	var f actFlags
	cmd := &cobra.Command{
		Use: act.use, Short: act.short, Long: act.long, Example: act.example,
		Args: args("PERSON"), ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			do := func(store eventstore.Store, people *projections.People, who actor) error {
				person, err := findPerson(people, given[0])
				if err != nil {
					return err
				}
				c := act.command(person, who)
				handled, err := eventstore.Handle(ctx, store, domain.PersonStream(person), domain.PersonDecider(person), c)
				if err != nil {
					return err
				}
				if _, erases := c.(domain.ErasePerson); erases {
					if err := a.noteRetractions(ctx, store, who.meta); err != nil {
						return err
					}
				}
				return a.said(map[string]any{"person": person, "event": who.meta.ID}, "Person %s %s%s.", person, act.done,
					again(handled))
			}
			return a.writingAs(ctx, &f, act.byRequired, do)
		},
	}
	a.actFlags(cmd, &f)
	if act.flags != nil {
		act.flags(cmd)
	}
	return cmd
}

// noteRetractions says how many acknowledgements have lost their consent: also those that were published after the time
// for which the withdrawal is recorded.
func (a *app) noteRetractions(ctx context.Context, store eventstore.Store, meta domain.CommandMeta) error {
	asOf := a.now()
	if meta.OccurredAt.After(asOf) {
		asOf = meta.OccurredAt
	}
	due, err := awarding.DueRetractions(ctx, store, asOf, nil)
	if err != nil {
		return err
	}
	if len(due) > 0 {
		a.note("%s to be retracted; see `laurel acknowledge due`",
			plural(len(due), "acknowledgement is due", "acknowledgements are due"))
	}
	return nil
}

func newPersonJoin(a *app) *cobra.Command {
	var c domain.JoinUnit
	var program string
	return newPersonAct(a, personAct{
		use: "join PERSON --unit U [--program P]", short: "Move a person to a part of the organisation",
		example: "  laurel person join ada@example.org --unit research --program git --at 2026-02-01",
		done:    "joined the unit",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &c.Unit, "unit", "the part of the organisation, a short `NAME`")
			textFlag(cmd, &program, "program", "the program `SLUG` in which they are of that unit")
		},
		command: func(_ uuid.UUID, who actor) domain.Command {
			c.CommandMeta, c.Program = who.meta, domain.Slug(program)
			return c
		},
	})
}

func newPersonAttest(a *app) *cobra.Command {
	var c domain.AttestSkill
	return newPersonAct(a, personAct{
		use: "attest PERSON --skill S [--level N] --by PERSON", short: "Say that somebody else has a skill",
		example:    "  laurel person attest ben@example.org --skill review --level 2 --by ada@example.org",
		byRequired: true, done: "was attested the skill",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &c.Skill, "skill", "the `SKILL` that was seen")
			cmd.Flags().IntVar(&c.Level, "level", 0, "how far it goes, from 1 on; left out where skills have no levels")
		},
		command: func(_ uuid.UUID, who actor) domain.Command {
			c.CommandMeta, c.By, c.Attested = who.meta, who.person, true
			return c
		},
	})
}

// attestedFlag adds --attested to a command that records what somebody achieved.
func attestedFlag(cmd *cobra.Command, attested *bool) {
	cmd.Flags().BoolVar(attested, "attested", false, "whoever --by names has seen it, and is somebody else")
}

func newPersonPromote(a *app) *cobra.Command {
	var c domain.RecordPromotion
	return newPersonAct(a, personAct{
		use: "promote PERSON [--levels N] [--to LEVEL] [--attested]", short: "Record that a person was promoted",
		example: "  laurel person promote ben@example.org --to senior --attested --by hr@example.org",
		done:    "was promoted",
		flags: func(cmd *cobra.Command) {
			cmd.Flags().IntVar(&c.Levels, "levels", 1, "by `N` levels")
			textFlag(cmd, &c.To, "to", "the `LEVEL` reached, a short name")
			attestedFlag(cmd, &c.Attested)
		},
		command: func(_ uuid.UUID, who actor) domain.Command {
			c.CommandMeta, c.By = who.meta, who.person
			return c
		},
	})
}

func newPersonProject(a *app) *cobra.Command {
	var c domain.CompleteProject
	return newPersonAct(a, personAct{
		use:     "project PERSON --project ID [--title T] [--skill S] [--attested]",
		short:   "Record a project that a person finished",
		example: "  laurel person project ben@example.org --project bisect-docs --skill writing --by ada@example.org",
		done:    "completed the project",
		flags: func(cmd *cobra.Command) {
			textFlag(cmd, &c.Project, "project", "the `ID` of the project, which names nobody")
			textFlag(cmd, &c.Personal.Title, "title", "what the person calls it; it is theirs, and is forgotten with them")
			textFlag(cmd, &c.Skill, "skill", "the `SKILL` that it took")
			attestedFlag(cmd, &c.Attested)
		},
		command: func(person uuid.UUID, who actor) domain.Command {
			if c.Personal.Title != "" {
				c.Personal.Of = person
			}
			c.CommandMeta, c.By = who.meta, who.person
			return c
		},
	})
}

func newPersonErase(a *app) *cobra.Command {
	return newPersonAct(a, personAct{
		use: "erase PERSON", short: "Forget a person for good: their name, their texts and their consents",
		long: `Forget a person for good: their name, their texts and their consents.

Their consents are withdrawn first. Nothing is recorded about them any more, and it cannot be undone. What they did
still counts, under an id that nobody's name belongs to. From then on no command shows what belongs to them, whatever
--as-of or --position says, nor their names in what others wrote. The log itself keeps its events; a copy with
"log copy FROM TO --forget" does not.`,
		example: "  laurel person erase ben@example.org --by owner@example.org",
		done:    "is erased",
		command: func(_ uuid.UUID, who actor) domain.Command { return domain.ErasePerson{CommandMeta: who.meta} },
	})
}

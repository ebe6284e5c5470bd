package main

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

func newAcknowledge(a *app) *cobra.Command {
	return group("acknowledge", "Acknowledge awards in public, by consent", `Acknowledge awards in public, by consent.

An acknowledgement may name only people whose consent is current when it is published. Where one withdraws it later, or
is erased, the acknowledgement is due to be retracted: "due" lists it at once.`,
		newAcknowledgePublish(a), newAcknowledgeRetract(a), lookBack(newAcknowledgeList(a)), lookBack(newAcknowledgeDue(a)))
}

// findAward finds the award that an id, or the first digits of one, names.
func (a *app) findAward(ctx context.Context, store eventstore.Store, text string) (uuid.UUID, error) {
	if id, err := uuid.Parse(text); err == nil && id != uuid.Nil {
		return id, nil
	}
	r, err := a.readRegistry(ctx, store)
	if err != nil {
		return uuid.UUID{}, err
	}
	award, err := r.find(text)
	if err != nil {
		return uuid.UUID{}, err
	}
	return award.ID, nil
}

func newAcknowledgePublish(a *app) *cobra.Command {
	var f actFlags
	var audience, version string
	var with []string
	cmd := &cobra.Command{
		Use:               "publish AWARD --by PERSON --audience A --text-version V [--with MENTEE...]",
		Short:             "Name the person of an award, and mentees with them, before an audience",
		Example:           "  laurel acknowledge publish 3f6c01ab --by owner@example.org --audience team --text-version 2026-01",
		Args:              args("AWARD"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			before, err := parseAudience(audience)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, people *projections.People, who actor) error {
				award, err := a.findAward(ctx, store, given[0])
				if err != nil {
					return err
				}
				var mentees []uuid.UUID
				for _, text := range with {
					mentee, err := findPerson(people, text)
					if err != nil {
						return err
					}
					mentees = append(mentees, mentee)
				}
				report, err := awarding.PublishAcknowledgement(ctx, store, award, mentees,
					domain.PublishAcknowledgement{CommandMeta: who.meta, Audience: before, TextVersion: version})
				if err != nil {
					return err
				}
				if report.Retracted {
					return failed("acknowledge publish", "", "a consent was withdrawn meanwhile, so it was retracted at once",
						"publish it without "+render.Printable(namesOf(people, report.Lacking)))
				}
				return a.said(map[string]any{"award": award, "event": who.meta.ID, "audience": before,
					"text_version": version, "names": report.Names},
					"Published before %s, naming %s.", before, plural(len(report.Names), "person", "people"))
			})
		},
	}
	a.actFlags(cmd, &f)
	audienceFlag(cmd, &audience)
	textFlag(cmd, &version, "text-version", "the `VERSION` of the wording that people have to have agreed to")
	cmd.Flags().StringArrayVar(&with, "with", nil, "name a `MENTEE` too; may be repeated")
	must(cmd.RegisterFlagCompletionFunc("with", cobra.NoFileCompletions))
	return cmd
}

func newAcknowledgeRetract(a *app) *cobra.Command {
	var f actFlags
	var audience string
	cmd := &cobra.Command{
		Use: "retract AWARD --by PERSON [--audience A]", Short: "Take back what was published about an award",
		Example:           "  laurel acknowledge retract 3f6c01ab --by owner@example.org",
		Args:              args("AWARD"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			if audience != "" {
				if _, err := parseAudience(audience); err != nil {
					return err
				}
			}
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, _ *projections.People, who actor) error {
				award, err := a.findAward(ctx, store, given[0])
				if err != nil {
					return err
				}
				n, err := awarding.Retract(ctx, store, award, domain.Audience(audience), who.meta, "retracted")
				if err != nil {
					return err
				}
				return a.said(map[string]any{"award": award, "retracted": n}, "%s retracted.",
					plural(n, "acknowledgement was", "acknowledgements were"))
			})
		},
	}
	a.actFlags(cmd, &f)
	audienceFlag(cmd, &audience)
	return cmd
}

func newAcknowledgeList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List what was published about awards", Example: "  laurel acknowledge list", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				published, err := projections.ReadAcknowledgements(ctx, store, upTo)
				if err != nil {
					return err
				}
				var rows []projections.DueRetraction
				for _, p := range published.AsOf(asOf) {
					rows = append(rows, projections.DueRetraction{Acknowledgement: p})
				}
				return a.printAcknowledgements(ctx, store, upTo, rows, false)
			})
		},
	}
}

func newAcknowledgeDue(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "due", Short: "List what is due to be retracted, because a consent is gone", Example: "  laurel acknowledge due",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				due, err := awarding.DueRetractions(ctx, store, asOf, upTo)
				if err != nil {
					return err
				}
				return a.printAcknowledgements(ctx, store, upTo, due, true)
			})
		},
	}
}

// printAcknowledgements prints what was published; of what is due, who lacks a consent.
func (a *app) printAcknowledgements(ctx context.Context, store eventstore.Store, upTo *eventstore.Position,
	rows []projections.DueRetraction, due bool) error {
	people, err := readPeople(ctx, store, upTo)
	if err != nil {
		return err
	}
	section := render.Section{Columns: []render.Column{{Name: "award", Whole: true}, {Name: "audience"},
		{Name: "text version"}, {Name: "at", Whole: true}, {Name: "names", Wrap: true}, {Name: "retracted", Whole: true}}}
	if due {
		section.Columns[5] = render.Column{Name: "without consent", Wrap: true}
	}
	var items []any
	for _, r := range rows {
		last := ""
		switch {
		case due:
			last = namesOf(people, r.Lacking)
			items = append(items, r)
		default:
			if !r.Retracted.IsZero() {
				last = day(r.Retracted)
			}
			items = append(items, r.Acknowledgement)
		}
		section.Rows = append(section.Rows, []string{r.Award.String(), string(r.Audience), r.TextVersion, day(r.At),
			namesOf(people, r.Names), last})
	}
	shown := shortIDs(section, 0)
	if len(rows) == 0 {
		shown = render.Section{Lines: []string{"Nothing."}}
	}
	return a.out.Print(render.Result{Document: map[string]any{"acknowledgements": append([]any{}, items...)},
		Sections: []render.Section{shown}, Data: section})
}

// namesOf lists people by name, or by id where they have none.
func namesOf(people *projections.People, ids []uuid.UUID) string {
	var names []string
	for _, id := range ids {
		contact, _ := people.Contact(id)
		names = append(names, nameOf(contact.Name, id.String()))
	}
	return strings.Join(names, ", ")
}

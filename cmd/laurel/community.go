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

func newCommunity(a *app) *cobra.Command {
	return group("community", "Share practice in a community, and read it", `Share practice in a community, and read it.

A community is a name under which people share what works for them; it is there from the first time. What is shared is
public, or for the people of the program, or for those in the room alone. The text is its author's, and is forgotten
with them.`,
		newCommunityShare(a), lookBack(newCommunityList(a)), lookBack(newCommunityShow(a)))
}

var visibilityNames = []string{
	string(domain.VisibilityRoom), string(domain.VisibilityProgram), string(domain.VisibilityPublic),
}

// visibilityFlag adds a flag that takes a visibility, program if left out.
func visibilityFlag(cmd *cobra.Command, v *string, name, about string) {
	cmd.Flags().StringVar(v, name, string(domain.VisibilityProgram), about)
	must(cmd.RegisterFlagCompletionFunc(name,
		cobra.FixedCompletions(visibilityNames, cobra.ShellCompDirectiveNoFileComp)))
}

// parseVisibility reads what visibilityFlag takes.
func parseVisibility(flag, text string) (domain.Visibility, error) {
	if !slices.Contains(visibilityNames, text) {
		return "", usage(fmt.Sprintf("--%s %q is not known", flag, text), strings.Join(visibilityNames, ", "))
	}
	return domain.Visibility(text), nil
}

func newCommunityShare(a *app) *cobra.Command {
	var f actFlags
	var community, skill, title, text, visibility string
	cmd := &cobra.Command{
		Use:     "share --community NAME --by PERSON --title T [--text T] [--skill S] [--visibility V]",
		Short:   "Share a practice with a community",
		Example: `  laurel community share --community reviewers --by ada@example.org --title "Small patches"`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case community == "":
				return usage("--community is missing", "such as --community reviewers")
			case title == "" && text == "":
				return usage("--title and --text are missing", "say what works for you")
			}
			visible, err := parseVisibility("visibility", visibility)
			if err != nil {
				return err
			}
			ctx := cmd.Context()
			return a.writing(ctx, &f, func(store eventstore.Store, _ *projections.People, who actor) error {
				handled, err := eventstore.Handle(ctx, store, domain.PersonStream(who.person), domain.PersonDecider(who.person),
					domain.SharePractice{CommandMeta: who.meta, Community: community, Skill: skill, Visibility: visible,
						Personal: domain.PracticeText{Of: who.person, Title: title, Text: text}})
				if err != nil {
					return err
				}
				done := "Shared with %s."
				if len(handled.Events) == 0 {
					done = "Was shared with %s before, by this command."
				}
				return a.said(map[string]any{"community": community, "event": who.meta.ID, "visibility": visible,
					"recorded": len(handled.Events) > 0}, done, community)
			})
		},
	}
	a.actFlags(cmd, &f)
	textFlag(cmd, &community, "community", "the `NAME` of the community")
	textFlag(cmd, &skill, "skill", "the `SKILL` that it is about")
	textFlag(cmd, &title, "title", "what it is, in a few words")
	textFlag(cmd, &text, "text", "how it goes")
	visibilityFlag(cmd, &visibility, "visibility", "who may read it: room, program or public")
	return cmd
}

// communityQuery says what is read of communities, and as whom.
type communityQuery struct {
	community, person, audience string
}

func newCommunityList(a *app) *cobra.Command {
	var q communityQuery
	cmd := &cobra.Command{
		Use: "list", Short: "List the communities with what they have shared",
		Example: `  laurel community list
  laurel community list --audience public --as-of 2026-01-01 -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.readCommunities(cmd.Context(), &q, func(r *communityReading) error {
				return a.printCommunities(r, r.communities.List(r.people, r.audience, r.asOf))
			})
		},
	}
	visibilityFlag(cmd, &q.audience, "audience", "as whom it is read: room, program or public")
	return cmd
}

func newCommunityShow(a *app) *cobra.Command {
	var q communityQuery
	cmd := &cobra.Command{
		Use: "show COMMUNITY", Short: "Show what was shared with a community, newest first",
		Example: `  laurel community show reviewers
  laurel community show reviewers --audience public --person ada@example.org`,
		Args:              args("COMMUNITY"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			q.community = given[0]
			return a.readCommunities(cmd.Context(), &q, a.showCommunity)
		},
	}
	visibilityFlag(cmd, &q.audience, "audience", "as whom it is read: room, program or public")
	textFlag(cmd, &q.person, "person", "only what a `PERSON` shared: by id, e-mail or name")
	return cmd
}

// communityReading is the communities as somebody may read them at a time.
type communityReading struct {
	communities *projections.Communities
	people      *projections.People
	community   string
	person      uuid.UUID
	audience    domain.Visibility
	asOf        time.Time
}

func (a *app) readCommunities(ctx context.Context, q *communityQuery, do func(*communityReading) error) error {
	r := &communityReading{
		communities: projections.NewCommunities(), people: projections.NewPeople(), community: q.community,
	}
	var err error
	if r.audience, err = parseVisibility("audience", q.audience); err != nil {
		return err
	}
	return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
		r.asOf = asOf
		filter := eventstore.Filter{Categories: []string{domain.CategoryPerson}}
		if _, err := projections.ReadLog(ctx, store, filter, upTo, r.communities, r.people); err != nil {
			return err
		}
		if q.person != "" {
			if r.person, err = findPerson(r.people, q.person); err != nil {
				return err
			}
		}
		return do(r)
	})
}

func (a *app) printCommunities(r *communityReading, list []projections.Community) error {
	table := render.Section{Columns: []render.Column{{Name: "community"}, {Name: "practices", Right: true},
		{Name: "people", Right: true}, {Name: "latest", Whole: true}, {Name: "skills", Wrap: true}}}
	for i := range list {
		c := &list[i]
		c.Shared = nil // show prints it
		table.Rows = append(table.Rows, []string{c.Community, fmt.Sprint(c.Practices), fmt.Sprint(c.Members),
			day(c.Latest), strings.Join(c.Skills, ", ")})
	}
	shown := table
	if len(list) == 0 {
		shown = render.Section{Lines: []string{"No community has shared anything."}}
	}
	return a.out.Print(render.Result{
		Document: map[string]any{"as_of": r.asOf, "audience": r.audience, "communities": list},
		Items: func(yield func(any) bool) {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		},
		Sections: []render.Section{shown},
		Data:     table,
	})
}

func (a *app) showCommunity(r *communityReading) error {
	var known []string
	for _, c := range r.communities.List(nil, r.audience, r.asOf) {
		known = append(known, c.Community)
	}
	if !slices.Contains(known, r.community) {
		return badInput("find community", quoted(r.community), "nothing was shared with it that may be read",
			didYouMean(r.community, known, "see `laurel community list`"))
	}
	found := r.communities.Practices(r.people, r.community, r.person, r.audience, r.asOf)
	table := render.Section{Columns: []render.Column{{Name: "at", Whole: true}, {Name: "by"}, {Name: "skill"},
		{Name: "title", Wrap: true}, {Name: "text", Wrap: true}}}
	data := render.Section{Columns: render.Columns("event", "at", "person", "name", "skill", "visibility", "title",
		"text")}
	for i := range found {
		p := &found[i]
		of := p.Personal.Of
		table.Rows = append(table.Rows, []string{day(p.At), nameOf(of.Name, of.Person.String()), p.Skill,
			p.Personal.Title, p.Personal.Text})
		data.Rows = append(data.Rows, []string{p.Event.String(), timeOrNone(p.At), of.Person.String(), of.Name, p.Skill,
			string(p.Visibility), p.Personal.Title, p.Personal.Text})
	}
	return a.out.Print(render.Result{
		Document: map[string]any{"as_of": r.asOf, "audience": r.audience, "community": r.community, "shared": found},
		Items: func(yield func(any) bool) {
			for i := range found {
				if !yield(&found[i]) {
					return
				}
			}
		},
		Sections: []render.Section{table},
		Data:     data,
	})
}

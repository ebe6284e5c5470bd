package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// personShown is a person as person show prints them.
type personShown struct {
	projections.PersonView
	AsOf        time.Time                  `json:"as_of"`
	Mentorships []projections.Relationship `json:"mentorships"`
	Consents    []projections.Consent      `json:"consents"`
}

func newPersonShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show PERSON", Short: "Show a person: mentorships, consents, and what they achieved",
		Example:           "  laurel person show ada@example.org --as-of 2026-01-01",
		Args:              args("PERSON"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, given []string) error {
			ctx := cmd.Context()
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				people, rooms := projections.NewPeople(), projections.NewRooms()
				filter := eventstore.Filter{Categories: []string{domain.CategoryPerson, domain.CategoryMentorship}}
				if _, err := projections.ReadLog(ctx, store, filter, upTo, people, rooms); err != nil {
					return err
				}
				person, err := findPerson(people, given[0])
				if err != nil {
					return err
				}
				record, err := projections.ReadPersonRecord(ctx, store, person, upTo)
				if err != nil {
					return err
				}
				consents, err := projections.ReadConsents(ctx, store, upTo)
				if err != nil {
					return err
				}
				shown := personShown{PersonView: record.At(people, asOf), AsOf: asOf,
					Mentorships: rooms.Relationships(people, projections.RoomQuery{Person: person}, asOf),
					Consents:    append([]projections.Consent{}, consents.Of(person, asOf)...)}
				if shown.Mentorships == nil {
					shown.Mentorships = []projections.Relationship{}
				}
				return a.printPerson(&shown)
			})
		},
	}
}

func (a *app) printPerson(p *personShown) error {
	outcomes := outcomeTable(p.Outcomes)
	sections := []render.Section{personHead(p)}
	if len(p.Mentorships) > 0 {
		table := shortIDs(relationshipTable(p.Mentorships), 0)
		table.Title = "Mentorships"
		sections = append(sections, table)
	}
	if len(outcomes.Rows) > 0 {
		sections = append(sections, outcomes)
	}
	if len(p.Consents) > 0 {
		table := render.Section{Title: "Consents", Columns: render.Columns("audience", "text version", "since")}
		for _, c := range p.Consents {
			table.Rows = append(table.Rows, []string{string(c.Audience), c.TextVersion, day(c.Since)})
		}
		sections = append(sections, table)
	}
	return a.out.Print(render.Result{Document: p, Sections: sections, Data: outcomes})
}

func personHead(p *personShown) render.Section {
	head := render.Section{Title: nameOf(p.Name, p.Person.String())}
	head.Lines = append(head.Lines, "Person "+p.Person.String()+".")
	if p.Email != "" {
		head.Lines = append(head.Lines, "E-mail "+p.Email+".")
	}
	switch {
	case !p.ErasedAt.IsZero():
		head.Lines = append(head.Lines, "Erased "+day(p.ErasedAt)+".")
	case !p.RegisteredAt.IsZero():
		head.Lines = append(head.Lines, "Registered "+day(p.RegisteredAt)+".")
	default:
		head.Lines = append(head.Lines, "Not registered by then.")
	}
	for _, u := range p.Units {
		line := fmt.Sprintf("In %s since %s", u.Unit, day(u.Since))
		if u.Program != "" {
			line += fmt.Sprintf(", program %s", u.Program)
		}
		head.Lines = append(head.Lines, line+".")
	}
	return head
}

func outcomeTable(outcomes []projections.Outcome) render.Section {
	table := render.Section{Title: "Achieved", Columns: []render.Column{{Name: "day", Whole: true}, {Name: "what"},
		{Name: "which", Wrap: true}, {Name: "level", Right: true}, {Name: "by"}, {Name: "attested"}, {Name: "event"}}}
	for _, o := range outcomes {
		what, which, level := "skill", o.Skill, ""
		switch o.Type {
		case domain.TypeProjectCompleted:
			what, which = "project", o.Project
			if o.Personal != nil {
				which = o.Personal.Text
			}
		case domain.TypePromotionRecorded:
			what, which, level = "promotion", o.To, fmt.Sprintf("+%d", o.Levels)
		default:
			if o.Level > 0 {
				level = fmt.Sprint(o.Level)
			}
		}
		by := ""
		if o.By != nil {
			by = partyName(*o.By)
		}
		table.Rows = append(table.Rows, []string{day(o.At), what, which, level, by, yesNo(o.Attested), o.Event.String()})
	}
	return table
}

// partyName is what people see of a party.
func partyName(p projections.Party) string { return nameOf(p.Name, p.Person.String()) }

func newPersonList(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the people of whom something was recorded",
		Example: "  laurel person list -o csv", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.looking(func(store eventstore.Store, asOf time.Time, upTo *eventstore.Position) error {
				people, records := projections.NewPeople(), projections.NewPersonRecords()
				filter := eventstore.Filter{Categories: []string{domain.CategoryPerson}}
				if _, err := projections.ReadLog(cmd.Context(), store, filter, upTo, people, records); err != nil {
					return err
				}
				list := records.List(people, asOf)
				table := render.Section{Columns: []render.Column{{Name: "person"}, {Name: "name"}, {Name: "email"},
					{Name: "unit"}, {Name: "registered", Whole: true}, {Name: "erased", Whole: true}, {Name: "achieved", Right: true}}}
				for _, p := range list {
					unit := ""
					if n := len(p.Units); n > 0 {
						unit = p.Units[n-1].Unit
					}
					table.Rows = append(table.Rows, []string{p.Person.String(), p.Name, p.Email, unit, dayOrNone(p.RegisteredAt),
						dayOrNone(p.ErasedAt), fmt.Sprint(len(p.Outcomes))})
				}
				return a.out.Print(render.Result{Document: map[string]any{"as_of": asOf, "people": list},
					Sections: []render.Section{table}, Items: itemsOf(list)})
			})
		},
	}
}

package main

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain/criteria"
	"laurel/projections"
)

// printLosses prints which voided events would lose the tier as the result of a command.
func (a *app) printLosses(r *projections.Losses, doc *criteria.Document, limit int) error {
	return a.out.Print(render.Result{
		Document: r,
		Items: func(yield func(any) bool) {
			for i := range r.Events {
				if !yield(&r.Events[i]) {
					return
				}
			}
		},
		Sections: []render.Section{lossesHead(r, doc, limit), lossesTable(r, doc, limit)},
		Data:     lossesData(r),
	})
}

func lossesHead(r *projections.Losses, doc *criteria.Document, limit int) render.Section {
	name := nameOf(r.Name, r.Person.String())
	section := render.Section{}
	switch {
	case r.Tier == "":
		section.Title = name + " holds no tier that could be lost"
	case len(r.Events) == 0:
		section.Title = fmt.Sprintf("%s would stay %s whichever one event were voided", name, tierName(doc, r.Tier))
	default:
		section.Title = fmt.Sprintf("%s would no longer be %s if one of %s were voided", name, tierName(doc, r.Tier),
			plural(len(r.Events), "event", "events"))
	}
	section.Lines = []string{fmt.Sprintf("Program %s at %s.", r.Program, r.AsOf.UTC().Format(time.RFC3339))}
	if r.Tier != "" {
		section.Lines = append(section.Lines, fmt.Sprintf("Of %s around the mentor, the tier can depend on %s: each was voided on trial.",
			plural(r.Considered, "event", "events"), thousands(int64(r.Evaluated))))
	}
	section.Lines = append(section.Lines, "Criteria "+r.Criteria+", known up to "+r.Position+".")
	if hidden := len(r.Events) - limit; limit > 0 && hidden > 0 {
		section.Lines = append(section.Lines, fmt.Sprintf("The oldest; %s with --limit 0.", plural(hidden, "more", "more")))
	}
	return section
}

func lossesTable(r *projections.Losses, doc *criteria.Document, limit int) render.Section {
	if len(r.Events) == 0 {
		return render.Section{}
	}
	section := render.Section{Columns: []render.Column{
		{Name: "at", Whole: true}, {Name: "type"}, {Name: "mentee"}, {Name: "then", Whole: true},
		{Name: "event", Whole: true}, {Name: "fails", Wrap: true},
	}}
	for i, l := range r.Events {
		if limit > 0 && i == limit {
			break
		}
		kind := l.Type
		if l.Mentor != (uuid.UUID{}) {
			kind += " (another mentor's)"
		}
		section.Rows = append(section.Rows, []string{day(l.At), kind, nameOf(l.MenteeName, idText(l.Mentee)),
			tierName(doc, l.TierAfter), l.Event.String(), clausesText(l.Clauses)})
	}
	return section
}

// clausesText spells clauses with the values that they are over.
func clausesText(clauses []projections.ClauseCheck) string {
	text := ""
	for i, c := range clauses {
		if i > 0 {
			text += "; "
		}
		text += fmt.Sprintf("%s (%s)", c.Text, c.Value)
	}
	return text
}

func lossesData(r *projections.Losses) render.Section {
	section := render.Section{Columns: render.Columns("event", "type", "at", "mentor", "mentee", "mentee_name", "tier_after",
		"score", "fails")}
	for _, l := range r.Events {
		section.Rows = append(section.Rows, []string{l.Event.String(), l.Type, l.At.UTC().Format(time.RFC3339Nano),
			idText(l.Mentor), idText(l.Mentee), l.MenteeName, l.TierAfter, l.Score.String(), clausesText(l.Clauses)})
	}
	return section
}

// idText is an id, "" for none.
func idText(id uuid.UUID) string {
	if id == (uuid.UUID{}) {
		return ""
	}
	return id.String()
}

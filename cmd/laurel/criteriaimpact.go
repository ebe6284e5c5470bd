package main

import (
	"fmt"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain/criteria"
	"laurel/projections"
)

// impactSections show a report to people.
func (d *desk) impactSections(i *projections.Impact, limit int) []render.Section {
	names := d.tierNames(i.From, i.To)
	sections := []render.Section{{Lines: []string{impactLine(i)}}}
	if len(i.Movers) == 0 {
		return sections
	}
	return append(sections, flowTable(&projections.Comparison{Flow: i.Flow}, names),
		d.moverTable("Who would change tier", i.Movers, names, limit))
}

// impactLine counts who is affected.
func impactLine(i *projections.Impact) string {
	against := "nothing in force"
	if i.From != "" {
		against = shortHash(i.From) + " in force"
	}
	return fmt.Sprintf("Against %s, as of %s: of %s, %d would rise and %d would fall; %s would change.", against,
		day(i.AsOf), plural(i.Mentors, "mentor", "mentors"), i.Rise, i.Fall, plural(i.Scores, "score", "scores"))
}

func (d *desk) moverTable(title string, movers []projections.ImpactMover, names map[string]string,
	limit int) render.Section {
	section := render.Section{Title: title, Columns: []render.Column{
		{Name: "mentor"}, {Name: "from"}, {Name: "to"}, {Name: "decided by", Wrap: true},
	}}
	n := shorten(&section, len(movers), limit)
	for _, m := range movers[:n] {
		contact, _ := d.people.Contact(m.Person)
		section.Rows = append(section.Rows, []string{nameOf(contact.Name, m.Person.String()), names[m.From], names[m.To],
			m.Clause})
	}
	return section
}

// changeSections show how a report differs from the one that somebody saw.
func (d *desk) changeSections(c *projections.ImpactChange, hash string, limit int) []render.Section {
	names := d.tierNames(c.FromBefore, c.FromNow, hash)
	head := render.Section{Lines: []string{fmt.Sprintf("The impact of %s has changed between %s and %s.",
		shortHash(hash), c.Before, c.Now)}}
	if c.FromBefore != c.FromNow {
		head.Lines = append(head.Lines, fmt.Sprintf("In force was %s, and is %s.", orNothing(c.FromBefore),
			orNothing(c.FromNow)))
	}
	if c.Unlisted {
		head.Lines = append(head.Lines, "A report that was kept lists not everybody; there may be more changes than these.")
	}
	sections := []render.Section{head}
	if len(c.Flow) > 0 {
		flow := render.Section{Title: "Tiers", Columns: []render.Column{{Name: "from"}, {Name: "to"},
			{Name: "before", Right: true}, {Name: "now", Right: true}}}
		for _, f := range c.Flow {
			flow.Rows = append(flow.Rows, []string{names[f.From], names[f.To], thousands(int64(f.Before)),
				thousands(int64(f.Now))})
		}
		sections = append(sections, flow)
	}
	if len(c.Came) > 0 {
		sections = append(sections, d.moverTable("Who would change tier now", c.Came, names, limit))
	}
	if len(c.Left) > 0 {
		sections = append(sections, d.moverTable("Who would have changed tier before", c.Left, names, limit))
	}
	return sections
}

func orNothing(hash string) string {
	if hash == "" {
		return "nothing"
	}
	return shortHash(hash)
}

// tierNames maps tiers to what the criteria of the hashes call them, those of the last given first.
func (d *desk) tierNames(hashes ...string) map[string]string {
	names := map[string]string{"": "no tier"}
	for _, hash := range hashes {
		text, _ := d.governance.Document(hash)
		doc, findings := criteria.Parse(hash, []byte(text))
		if findings.HasErrors() {
			continue
		}
		for _, t := range doc.Tiers {
			names[t.ID] = t.Name
		}
	}
	return names
}

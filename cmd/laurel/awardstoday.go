package main

import (
	"context"
	"fmt"

	"laurel/cmd/laurel/internal/render"
	"laurel/projections"
)

// findOf returns the award that an id names or, with a tier, the newest award of that tier of a person.
func (r *registry) findOf(text, program, tier string) (*projections.RegisteredAward, error) {
	if tier == "" {
		return r.find(text)
	}
	person, err := findPerson(r.people, text)
	if err != nil {
		return nil, err
	}
	all := r.register.All(program)
	for i := len(all) - 1; i >= 0; i-- {
		if _, there := r.state(all[i]); there && all[i].First.Person == person && string(all[i].First.Tier) == tier {
			return all[i], nil
		}
	}
	return nil, badInput("find award", quoted(text), "no award of tier "+tier+" is in the register",
		"see `laurel awards list --person`")
}

// wouldHold is an award with the answer whether it would be given.
type wouldHold struct {
	projections.AwardRow
	Today *projections.WouldHold `json:"would_hold"`
}

// printWouldHold answers whether the criteria in force would give an award.
func (a *app) printWouldHold(ctx context.Context, r *registry, award *projections.RegisteredAward, d *projections.AwardDetail) error {
	from, asOf, err := a.auditSources(ctx, r)
	if err != nil {
		return err
	}
	state, ok := award.AsOf(asOf)
	if !ok {
		state = award.Award
	}
	w, err := projections.NewWouldHold(from, award, state, asOf)
	if err != nil {
		return err
	}
	answer := "Yes"
	if !w.Holds {
		answer = "No"
	}
	lines := []string{
		fmt.Sprintf("%s: award %s (%s, %s) as of %s.", answer, d.Award.String()[:8], d.Tier, d.Status, day(w.AsOf)),
		"Criteria in force " + w.Criteria + ", known up to " + w.Position + ".",
	}
	switch {
	case w.Missing:
		lines = append(lines, fmt.Sprintf("These criteria have no tier %s.", d.Tier))
	case w.NoMentor:
		lines = append(lines, fmt.Sprintf("%s is no mentor in program %s.", r.name(d.Person), d.Program))
	case w.Holds && len(w.Fails) > 0 && w.Kept != "":
		lines = append(lines, "The tier is kept "+w.Kept+".")
	case w.Holds && len(w.Fails) > 0:
		lines = append(lines, fmt.Sprintf("A higher tier is held: %s.", w.Held))
	}
	if !w.Holds && w.Decided != nil {
		lines = append(lines, "Decided: "+auditDecision(w.Decided)+".")
	}
	sections := []render.Section{{Lines: lines}}
	clauses := render.Section{Title: "What fails", Columns: []render.Column{{Name: "clause", Wrap: true},
		{Name: "value", Right: true}, {Name: "needed", Right: true}}}
	data := render.Section{Columns: render.Columns("award", "holds", "clause", "value", "threshold")}
	for _, c := range w.Fails {
		clauses.Rows = append(clauses.Rows, []string{c.Text, c.Value, c.Threshold})
		data.Rows = append(data.Rows, []string{d.Award.String(), fmt.Sprint(w.Holds), c.Text, c.Value, c.Threshold})
	}
	if len(clauses.Rows) > 0 {
		sections = append(sections, clauses)
	} else {
		data.Rows = append(data.Rows, []string{d.Award.String(), fmt.Sprint(w.Holds), "", "", ""})
	}
	return a.out.Print(render.Result{Document: wouldHold{d.AwardRow, w}, Sections: sections, Data: data})
}

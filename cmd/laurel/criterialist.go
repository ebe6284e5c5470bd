package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"laurel/cmd/laurel/internal/render"
	"laurel/eventstore"
	"laurel/projections"
)

func newCriteriaList(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the criteria of a program: status, author, approvals, when in force",
		Long: `List all criteria that were proposed for a program, newest first, with their status: proposed, approved,
scheduled (activated, and to come into force later), in-force, replaced or withdrawn.`,
		Example: `  laurel criteria list --program git
  laurel criteria list --program git --as-of 2020-01-01 -o json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := a.openRecords(cmd.Context())
			if err != nil {
				return err
			}
			defer d.close()
			if err := d.chooseProgram(cmd.Context(), a.cfg.program, a.positionText); err != nil {
				return err
			}
			return a.printRecords(d)
		},
	}
	a.programFlag(cmd)
	return cmd
}

// openRecords reads what the log says about criteria, at --as-of and as known at --position.
func (a *app) openRecords(ctx context.Context) (*desk, error) {
	asOf, err := a.asOf()
	if err != nil {
		return nil, err
	}
	store, err := a.openToRead()
	if err != nil {
		return nil, err
	}
	d := &desk{history: history{store: store, people: projections.NewPeople()}}
	if err := a.readRecords(ctx, d, asOf); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return d, nil
}

func (a *app) readRecords(ctx context.Context, d *desk, asOf *time.Time) (err error) {
	if d.upTo, err = a.position(d.store); err != nil {
		return err
	}
	if d.governance, err = projections.ReadGovernance(ctx, d.store, d.upTo); err != nil {
		return err
	}
	d.facts = projections.NewFacts()
	if d.upTo == nil || !d.upTo.IsZero() {
		upTo := eventstore.Position{}
		if d.upTo != nil {
			upTo = *d.upTo
		}
		if d.facts, err = a.buildFacts(ctx, d.store, upTo, d.people); err != nil {
			return err
		}
	}
	d.asOf, _ = d.facts.Newest()
	if asOf != nil {
		d.asOf = *asOf
	}
	return nil
}

func (a *app) printRecords(d *desk) error {
	records := d.governance.Records(d.program, d.asOf)
	if records == nil {
		records = []projections.CriteriaRecord{}
	}
	table := render.Section{Columns: []render.Column{{Name: "criteria", Whole: true}, {Name: "title"},
		{Name: "status", Whole: true}, {Name: "author"}, {Name: "proposed", Whole: true}, {Name: "approved by"},
		{Name: "in force", Wrap: true}}}
	data := render.Section{Columns: render.Columns("criteria", "title", "status", "by", "proposed_at", "approvals",
		"in_force")}
	for i := range records {
		r := &records[i]
		var approvers, ids []string
		for _, v := range r.Approvals {
			name := d.nameOf(v.By)
			if v.Lapsed {
				name += " (lapsed)"
			} else {
				ids = append(ids, v.By.String())
			}
			approvers = append(approvers, name)
		}
		proposed := ""
		if !r.ProposedAt.IsZero() {
			proposed = day(r.ProposedAt)
		}
		table.Rows = append(table.Rows, []string{shortHash(r.Criteria), r.Title, string(r.Status), d.nameOf(r.By), proposed,
			strings.Join(approvers, ", "), intervals(r.InForce, day)})
		data.Rows = append(data.Rows, []string{r.Criteria, r.Title, string(r.Status), idOrNone(r.By),
			timeOrNone(r.ProposedAt), strings.Join(ids, " "), intervals(r.InForce, timeOrNone)})
	}
	lines := []string{fmt.Sprintf("Program %s at %s: %s.", d.program, day(d.asOf),
		plural(len(records), "document", "documents"))}
	return a.out.Print(render.Result{
		Document: struct {
			Program  string                       `json:"program"`
			AsOf     time.Time                    `json:"as_of"`
			Criteria []projections.CriteriaRecord `json:"criteria"`
		}{d.program, d.asOf.UTC(), records},
		Items: func(yield func(any) bool) {
			for _, r := range records {
				if !yield(r) {
					return
				}
			}
		},
		Sections: withRows(render.Section{Lines: lines}, table),
		Data:     data,
	})
}

// nameOf is what a person is called; "" for nobody.
func (d *desk) nameOf(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	contact, _ := d.people.Contact(id)
	return nameOf(contact.Name, id.String())
}

// intervals lists when criteria are in force.
func intervals(regimes []projections.Regime, format func(time.Time) string) string {
	var texts []string
	for _, r := range regimes {
		text := format(r.From) + " –"
		if !r.To.IsZero() {
			text += " " + format(r.To)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func idOrNone(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func timeOrNone(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// printRecord prints all that happened to one document.
func (a *app) printRecord(d *desk, r *projections.CriteriaRecord, limit int) error {
	type approval struct {
		projections.ApprovalRecord
		Impact json.RawMessage `json:"impact,omitempty"`
	}
	approvals := make([]approval, len(r.Approvals))
	head := render.Section{Lines: []string{fmt.Sprintf("%s of program %s: %s at %s.", r.Criteria, r.Program, r.Status,
		day(d.asOf))}}
	if r.By != uuid.Nil {
		head.Lines = append(head.Lines, fmt.Sprintf("Proposed at %s by %s.", timeOrNone(r.ProposedAt), d.nameOf(r.By)))
	}
	for i, v := range r.Approvals {
		approvals[i] = approval{v, v.Impact}
		lapsed := ""
		if v.Lapsed {
			lapsed = "; it lapsed, as other criteria were activated since"
		}
		head.Lines = append(head.Lines, fmt.Sprintf("Approved at %s by %s%s.", timeOrNone(v.At), d.nameOf(v.By), lapsed))
	}
	for _, v := range r.Activations {
		by, cancelled := "", ""
		if v.By != uuid.Nil {
			by = " by " + d.nameOf(v.By)
		}
		if v.Cancelled {
			cancelled = "; withdrawn before"
		}
		head.Lines = append(head.Lines, fmt.Sprintf("Activated at %s%s, in force from %s%s.", timeOrNone(v.At), by,
			timeOrNone(v.EffectiveAt), cancelled))
	}
	sections := []render.Section{head}
	if impact, ok := projections.DecodeImpact(r.Impact); ok {
		sections = append(sections, render.Section{Lines: []string{"What the author saw, at " + impact.Position + ":"}})
		sections = append(sections, d.impactSections(impact, limit)...)
	}
	return a.out.Print(render.Result{
		Document: struct {
			*projections.CriteriaRecord
			Approvals []approval      `json:"approvals"`
			Impact    json.RawMessage `json:"impact,omitempty"`
			Document  string          `json:"document"`
		}{r, approvals, r.Impact, r.Document},
		Sections: sections,
		Data: render.Section{
			Columns: render.Columns("criteria", "program", "title", "document"),
			Rows:    [][]string{{r.Criteria, r.Program, r.Title, r.Document}},
		},
	})
}

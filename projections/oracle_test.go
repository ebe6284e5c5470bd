package projections_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// record turns the oracle's events into recorded ones, as a store would hand them out.
func record(events []naive.Event) []eventstore.RecordedEvent {
	recorded := make([]eventstore.RecordedEvent, len(events))
	for i, e := range events {
		recorded[i] = eventstore.RecordedEvent{
			ID: uuid.MustParse(e.ID), Type: domain.EventType(e.Type), Stream: e.Stream, Data: e.Data,
			Position: eventstore.NewPosition(1, uint64(i+1), 0),
			Meta:     domain.Metadata{OccurredAt: e.OccurredAt, Schema: domain.SchemaOf(domain.EventType(e.Type))},
		}
	}
	return recorded
}

func compile(t testing.TB, text []byte) *criteria.Plan {
	t.Helper()
	doc, diagnostics := criteria.Parse("criteria.yaml", text)
	if diagnostics.HasErrors() {
		t.Fatalf("criteria:\n%s\n%v", text, diagnostics)
	}
	checked, diagnostics := criteria.CheckExpressions(doc)
	if diagnostics.HasErrors() {
		t.Fatalf("criteria:\n%s\n%v", text, diagnostics)
	}
	plan, err := criteria.Compile(checked)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func fold(t testing.TB, events []eventstore.RecordedEvent) *projections.Facts {
	t.Helper()
	f := projections.NewFacts()
	if _, err := f.Apply(events); err != nil {
		t.Fatal(err)
	}
	return f
}

// asOfOr returns the as-of time asked for, or the newest event's.
func asOfOr(f *projections.Facts, asked *time.Time) time.Time {
	if asked != nil {
		return *asked
	}
	newest, _ := f.Newest()
	return newest
}

// TestCases holds the engine to the cases that were worked out by hand.
func TestCases(t *testing.T) {
	for _, c := range naive.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			plan := compile(t, c.Criteria())
			for _, check := range c.Checks {
				events := record(c.Events())
				if check.Limit > 0 {
					events = events[:check.Limit]
				}
				f := fold(t, events)
				s := projections.NewStandings(f, nil, naive.CaseProgram, plan, asOfOr(f, check.Time()), 1)
				got, err := json.Marshal(s)
				if err != nil {
					t.Fatal(err)
				}
				if err := check.Compare(got); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

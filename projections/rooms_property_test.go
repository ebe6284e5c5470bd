package projections_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// TestRoomQueriesSelect holds what a query finds to what it selects of everything, over random histories: with starts
// that are voided, and made anew with others.
func TestRoomQueriesSelect(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := record(naive.History(t))
		rooms := projections.NewRooms()
		cut := rapid.IntRange(0, len(events)).Draw(t, "cut")
		for _, part := range [][2]int{{0, cut}, {cut, len(events)}} {
			if err := rooms.Apply(events[part[0]:part[1]]); err != nil {
				t.Fatal(err)
			}
		}
		asOf := rapid.SampledFrom(events).Draw(t, "as of").Meta.OccurredAt
		person := func(name string) uuid.UUID {
			return uuid.MustParse(naive.Person(rapid.SampledFrom([]string{"ann", "bob", "cas", "dee", "nobody"}).Draw(t, name)))
		}
		var q projections.RoomQuery
		if rapid.Bool().Draw(t, "of a program") {
			q.Program = domain.Slug(rapid.SampledFrom(programs).Draw(t, "program"))
		}
		if rapid.Bool().Draw(t, "of a mentor") {
			q.Mentor = person("mentor")
		}
		if rapid.Bool().Draw(t, "of a mentee") {
			q.Mentee = person("mentee")
		}
		if rapid.Bool().Draw(t, "of a person") {
			q.Person = person("person")
		}
		all := rooms.Find(projections.RoomQuery{}, asOf)
		want := slices.DeleteFunc(slices.Clone(all), func(r projections.RoomRef) bool {
			return q.Program != "" && r.Program != q.Program || q.Mentor != uuid.Nil && r.Mentor != q.Mentor ||
				q.Mentee != uuid.Nil && r.Mentee != q.Mentee ||
				q.Person != uuid.Nil && r.Mentor != q.Person && r.Mentee != q.Person
		})
		if got := rooms.Find(q, asOf); !slices.Equal(got, want) {
			t.Fatalf("%+v finds %v, want %v of %v", q, got, want, all)
		}
	})
}

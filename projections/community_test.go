package projections_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections"
)

// practicesHistory shares five practices of ann and bob, one a day.
func practicesHistory(t *testing.T) *history {
	h := &history{t: t}
	share := func(person, title, community, skill string, day int, v domain.Visibility) {
		h.add(title, domain.PersonStream(named(person)), day, &domain.PracticeShared{Community: community, Skill: skill,
			Visibility: v, Personal: domain.PracticeText{Of: named(person), Title: title, Text: "about " + title}})
	}
	h.add("ann", domain.PersonStream(named("ann")), 0,
		&domain.PersonRegistered{Personal: domain.PersonDetails{Of: named("ann"), Name: "Ann Lee"}})
	share("ann", "patches", "reviewers", "review", 1, domain.VisibilityPublic) // position 2
	share("bob", "tests", "reviewers", "testing", 2, domain.VisibilityProgram)
	share("ann", "secret", "reviewers", "", 3, domain.VisibilityRoom)
	share("ann", "nobody's", "reviewers", "", 4, "")
	share("bob", "names", "gophers", "", 5, domain.VisibilityPublic) // position 6
	return h
}

func communitiesOf(t *testing.T, h *history, known int) (*projections.Communities, *projections.People) {
	t.Helper()
	communities, people := projections.NewCommunities(), projections.NewPeople()
	for _, m := range []projections.Model{communities, people} {
		if err := m.Apply(h.events[:known]); err != nil {
			t.Fatal(err)
		}
	}
	return communities, people
}

// Given practices, then an audience reads what is for it, as of a time and a position.
func TestPractices(t *testing.T) {
	h := practicesHistory(t)
	h.add("v", domain.PersonStream(named("ann")), 6, // position 7
		&domain.EventVoided{EventID: named("patches"), Reason: "mistake"})
	h.add("v2", domain.PersonStream(named("ann")), 6, // of somebody else's stream: it voids nothing
		&domain.EventVoided{EventID: named("tests"), Reason: "mistake"})
	for _, c := range []struct {
		name       string
		community  string
		person     uuid.UUID
		audience   domain.Visibility
		day, known int
		want       []string
	}{
		{name: "the room reads all", audience: domain.VisibilityRoom, day: 9, known: 6,
			want: []string{"names", "nobody's", "secret", "tests", "patches"}},
		{name: "the program", audience: domain.VisibilityProgram, day: 9, known: 6,
			want: []string{"names", "tests", "patches"}},
		{name: "the public", audience: domain.VisibilityPublic, day: 9, known: 6, want: []string{"names", "patches"}},
		{name: "one community", community: "reviewers", audience: domain.VisibilityPublic, day: 9, known: 6,
			want: []string{"patches"}},
		{name: "one person", person: named("bob"), audience: domain.VisibilityRoom, day: 9, known: 6,
			want: []string{"names", "tests"}},
		{name: "up to a time", audience: domain.VisibilityRoom, day: 2, known: 6, want: []string{"tests", "patches"}},
		{name: "up to a position", audience: domain.VisibilityRoom, day: 9, known: 2, want: []string{"patches"}},
		{name: "a voided one never was", audience: domain.VisibilityProgram, day: 1, known: 8},
		{name: "nor is what another voids", audience: domain.VisibilityProgram, day: 9, known: 8,
			want: []string{"names", "tests"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			communities, people := communitiesOf(t, h, c.known)
			var got []string
			for _, p := range communities.Practices(people, c.community, c.person, c.audience, feedbackDay(c.day)) {
				got = append(got, p.Personal.Title)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A community counts only what its reader may read.
func TestCommunityList(t *testing.T) {
	communities, people := communitiesOf(t, practicesHistory(t), 6)
	list := communities.List(people, domain.VisibilityProgram, feedbackDay(9))
	if len(list) != 2 || list[0].Community != "gophers" || list[1].Community != "reviewers" {
		t.Fatalf("got %v", list)
	}
	c := list[1]
	if c.Members != 2 || c.Practices != 2 || !c.Latest.Equal(feedbackDay(2)) ||
		!slices.Equal(c.Skills, []string{"review", "testing"}) || c.Shared[1].Personal.Of.Name != "Ann Lee" {
		t.Errorf("got %+v", c)
	}
	public := communities.List(people, domain.VisibilityPublic, feedbackDay(9))
	if c := public[1]; c.Members != 1 || !slices.Equal(c.Skills, []string{"review"}) {
		t.Errorf("the public got %+v", c)
	}
}

// Of a person who was erased it stays that they shared something; what they wrote is forgotten, for the past too.
func TestPracticesForgotten(t *testing.T) {
	h := practicesHistory(t)
	h.add("erased", domain.PersonStream(named("ann")), 8, &domain.PersonErased{})
	communities, people := communitiesOf(t, h, len(h.events))
	found := communities.Practices(people, "", named("ann"), domain.VisibilityPublic, feedbackDay(1))
	if len(found) != 1 {
		t.Fatalf("got %v", found)
	}
	if p := found[0].Personal; p.Title != "" || p.Text != "" || p.Of.Name != "" {
		t.Errorf("got %+v", p)
	}
}

package projections_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections"
)

// Given publications and consents, then these stand, and these are due to be retracted.
func TestAcknowledgements(t *testing.T) {
	h := &history{t: t}
	person := func(name string) string { return domain.PersonStream(named(name)) }
	publish := func(id string, day int, audience domain.Audience, names ...string) {
		var ids []uuid.UUID
		for _, name := range names {
			ids = append(ids, named(name))
		}
		h.add(id, domain.AwardStream(named("award")), day,
			&domain.AcknowledgementPublished{Audience: audience, TextVersion: "v1", Names: ids})
	}
	h.add("c0", person("ann"), 0, &domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: "v1"})
	h.add("c1", person("ann"), 0, &domain.ConsentGranted{Audience: domain.AudiencePublic, TextVersion: "v1"})
	h.add("c2", person("bob"), 0, &domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: "v1"})
	publish("p1", 1, domain.AudienceTeam, "ann", "bob")
	publish("p2", 2, domain.AudiencePublic, "ann") // position 5
	h.add("w1", person("ann"), 3, &domain.ConsentWithdrawn{Audience: domain.AudiencePublic})
	h.add("void", domain.AwardStream(named("award")), 4, &domain.EventVoided{EventID: named("p2"), Reason: "retracted"})
	h.add("w2", person("bob"), 5, &domain.ConsentWithdrawn{Audience: domain.AudienceTeam})
	h.add("c3", person("bob"), 6, &domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: "v2"})
	h.add("c4", person("bob"), 7, &domain.ConsentGranted{Audience: domain.AudienceTeam, TextVersion: "v1"})
	h.add("erased", person("ann"), 8, &domain.PersonErased{}) // position 11
	for _, c := range []struct {
		name       string
		day, known int
		stand, due []string
	}{
		{"before", 0, 10, nil, nil},
		{"published", 2, 10, []string{"team", "public"}, nil},
		{"published, as known then", 3, 5, []string{"team", "public"}, nil},
		{"withdrawn before the wider", 3, 10, []string{"team", "public"}, []string{"public lacks [ann]"}},
		{"retracted", 4, 10, []string{"team"}, nil},
		{"not known to be retracted", 4, 6, []string{"team", "public"}, []string{"public lacks [ann]"}},
		{"withdrawn by one of two", 5, 10, []string{"team"}, []string{"team lacks [bob]"}},
		{"agreed to another text", 6, 10, []string{"team"}, []string{"team lacks [bob]"}},
		{"agreed again", 7, 10, []string{"team"}, nil},
		{"erased", 8, 11, []string{"team"}, []string{"team lacks [ann]"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			published, consents := projections.NewAcknowledgements(), projections.NewConsents()
			for _, m := range []projections.Model{published, consents} {
				if err := m.Apply(h.events[:c.known]); err != nil {
					t.Fatal(err)
				}
			}
			var stand, due []string
			for _, p := range published.AsOf(feedbackDay(c.day)) {
				if p.Retracted.IsZero() {
					stand = append(stand, string(p.Audience))
				}
			}
			for _, d := range published.Due(consents, feedbackDay(c.day)) {
				var lacking []string
				for _, name := range []string{"ann", "bob"} {
					if slices.Contains(d.Lacking, named(name)) {
						lacking = append(lacking, name)
					}
				}
				due = append(due, fmt.Sprintf("%s lacks %v", d.Audience, lacking))
			}
			if !slices.Equal(stand, c.stand) || !slices.Equal(due, c.due) {
				t.Errorf("got %q stand, %q due; want %q, %q", stand, due, c.stand, c.due)
			}
		})
	}
}

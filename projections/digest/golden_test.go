package digest_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"laurel/domain"
	"laurel/projections/digest"
)

// TestGolden compares the renderings of one digest with files; LAUREL_UPDATE=1 writes them.
func TestGolden(t *testing.T) {
	ann, hostile := digest.Person{ID: number(1), Name: "Ann Lee"}, digest.Person{ID: number(2), Name: "B<i>n & *Moss*"}
	at := time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)
	d := &digest.Digest{
		Program: "git", Title: "Git mentoring", Audience: domain.AudienceOrganisation, TextVersion: "v1",
		Since: day0, Until: day0.AddDate(0, 1, 0), AsOf: day0.AddDate(0, 1, 0), Position: "p",
		Awards: []digest.AwardGroup{
			{Tier: "champion", Name: "Champion", People: digest.People{Named: []digest.Person{ann, hostile}, Others: 4}},
			{Tier: "rising-star", Name: "Rising Star", People: digest.People{Others: 1}},
		},
		Backlog: 12,
		Journeys: []digest.Journey{{More: 2, Posts: []digest.Post{
			{Author: ann, At: at, Text: "# not a heading, <b>not bold</b>, [no link](https://evil.example) and a line that " +
				"goes on for longer than a terminal is wide"},
			{Author: hostile, At: at, Text: "1. not a list www.evil.example"},
		}}},
		MoreJourneys: 3,
		Milestones: []digest.MilestoneGroup{{Roadmap: "reviewer", Title: "Becoming a reviewer", Milestone: "first-review",
			People: digest.People{Named: []digest.Person{ann}}}},
		Promotions: []digest.PromotionGroup{{To: "reviewer", People: digest.People{Others: 2}}},
		GoalsMet:   7,
	}
	html, err := d.HTML()
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"digest.txt": d.Text(), "digest.md": d.Markdown(), "digest.html": html} {
		path := filepath.Join("testdata", name)
		if os.Getenv("LAUREL_UPDATE") != "" {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}

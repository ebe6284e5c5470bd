package digest

import (
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// Digest is what a newsletter tells, with consent applied: it names and quotes only those who agreed to it. All texts
// are cleaned, and not escaped.
type Digest struct {
	Program     domain.Slug     `json:"program"`
	Title       string          `json:"title"` // of the program
	Audience    domain.Audience `json:"audience"`
	TextVersion string          `json:"text_version"` // of the consents; "" where nobody has given one
	Since       time.Time       `json:"since"`        // exclusive
	Until       time.Time       `json:"until"`        // inclusive
	AsOf        time.Time       `json:"as_of"`        // of the consents
	Position    string          `json:"position"`     // of the log

	Awards       []AwardGroup     `json:"awards"`        // the highest tier first
	Backlog      int              `json:"backlog"`       // awards of the period that are no news
	Journeys     []Journey        `json:"journeys"`      // by their first post shown
	MoreJourneys int              `json:"more_journeys"` // journeys that may not be quoted, or for which there is no room
	Milestones   []MilestoneGroup `json:"milestones"`
	Promotions   []PromotionGroup `json:"promotions"`
	GoalsMet     int              `json:"goals_met"`
}

// People are those of one piece of news: some by name, the others counted.
type People struct {
	Named  []Person `json:"named"`
	Others int      `json:"others"`
}

// Person is someone who agreed to be named.
type Person struct {
	ID   uuid.UUID `json:"person"`
	Name string    `json:"name"`
}

// AwardGroup are the new awards of a tier.
type AwardGroup struct {
	Tier string `json:"tier"`
	Name string `json:"name"` // of the tier
	People
}

// Journey is a growth thread: what two people wrote on their way.
type Journey struct {
	Posts []Post `json:"posts"` // in order of time
	More  int    `json:"more"`  // posts that may not be quoted, or for which there is no room
}

// Post is a post on a growth thread.
type Post struct {
	Author Person    `json:"author"`
	At     time.Time `json:"at"`
	Text   string    `json:"text"` // one line, cut to TextRunesMax
}

// MilestoneGroup are the mentees who reached a milestone of a roadmap.
type MilestoneGroup struct {
	Roadmap   domain.Slug `json:"roadmap"`
	Title     string      `json:"title"` // of the roadmap, as the program calls it
	Milestone domain.Slug `json:"milestone"`
	People
}

// PromotionGroup are the mentees who were promoted to a role.
type PromotionGroup struct {
	To string `json:"to"` // "" where the role is not known
	People
}

// Limits of what one digest shows. What is left out is counted.
const (
	JourneysMax  = 20
	PostsMax     = 4   // of a journey, the newest
	TextRunesMax = 400 // of a post
	NameRunesMax = 80
	NamedMax     = 200 // of one piece of news
)

// Empty tells that there is no news at all.
func (d *Digest) Empty() bool {
	return len(d.Awards)+d.Backlog+len(d.Journeys)+d.MoreJourneys+len(d.Milestones)+len(d.Promotions)+d.GoalsMet == 0
}

package digest

import (
	"fmt"
	"time"

	"laurel/domain"
)

// part is a piece of a phrase: words of ours, or a name.
type part struct {
	Text string
	Name bool
}

// phrase lists people in words: "Ann, Ben and 4 others". The names are parts of their own, for renderings to escape.
func (p People) phrase() []part {
	var parts []part
	for i, person := range p.Named {
		switch last := i == len(p.Named)-1 && p.Others == 0; {
		case i == 0:
		case last:
			parts = append(parts, part{Text: " and "})
		default:
			parts = append(parts, part{Text: ", "})
		}
		parts = append(parts, part{Text: person.Name, Name: true})
	}
	switch {
	case p.Others == 0:
	case len(p.Named) == 0:
		parts = append(parts, part{Text: plural(p.Others, "person", "people")})
	default:
		parts = append(parts, part{Text: " and " + plural(p.Others, "other", "others")})
	}
	return parts
}

// join writes the phrase with its names escaped.
func (p People) join(escape func(string) string) string {
	text := ""
	for _, part := range p.phrase() {
		if part.Name {
			text += escape(part.Text)
		} else {
			text += part.Text
		}
	}
	return text
}

// period says in words which days the digest is about.
func (d *Digest) period() string {
	return fmt.Sprintf("News from %s to %s", moment(d.Since), moment(d.Until))
}

// moment is a time in words; the time of day only where there is one.
func moment(t time.Time) string {
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return date(t)
	}
	return t.Format("2 January 2006, 15:04 UTC")
}

func date(t time.Time) string { return t.Format("2 January 2006") }

// backlog says what the awards of a first run are.
func (d *Digest) backlog() string {
	if d.Backlog == 0 {
		return ""
	}
	return plural(d.Backlog, "award was", "awards were") + " added to the register for earlier times."
}

// moreJourneys says how many journeys are not quoted.
func (d *Digest) moreJourneys() string {
	switch {
	case d.MoreJourneys == 0:
		return ""
	case len(d.Journeys) == 0:
		return plural(d.MoreJourneys, "journey", "journeys") + " went on."
	}
	return plural(d.MoreJourneys, "more journey", "more journeys") + " went on."
}

// morePosts says how many posts of a journey are not quoted.
func (j Journey) morePosts() string {
	if j.More == 0 {
		return ""
	}
	return "and " + plural(j.More, "more post", "more posts")
}

// goals says how many goals were met.
func (d *Digest) goals() string {
	if d.GoalsMet == 0 {
		return ""
	}
	return plural(d.GoalsMet, "goal was", "goals were") + " met."
}

// label says what was reached.
func (m MilestoneGroup) label() string { return words(m.Milestone) + " (" + m.Title + ")" }

// label says what was reached.
func (p PromotionGroup) label() string {
	if p.To == "" {
		return "Promoted"
	}
	return "Promoted to " + p.To
}

// consent tells readers who is named, and why others are not.
func (d *Digest) consent() string {
	to := map[domain.Audience]string{
		domain.AudienceTeam: "before the team", domain.AudienceOrganisation: "within the organisation",
		domain.AudiencePublic: "in public",
	}[d.Audience]
	return "Named are those who agreed to be named " + to + "; everyone else is counted. " +
		"Whoever agreed can take it back at any time."
}

// plural counts things in words.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

package digest

import (
	_ "embed"
	"html/template"
	"strings"
)

//go:embed digest.html.tmpl
var htmlText string

// HTML renders the digest as a page for mail clients: tables, inline styles, no script, and nothing to load from
// elsewhere. Clients that know dark colours show it in them.
func (d *Digest) HTML() (string, error) {
	page, err := template.New("digest").Funcs(template.FuncMap{
		"date": date,
	}).Parse(htmlText)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = page.Execute(&b, d.page())
	return b.String(), err
}

// htmlPage is what the template shows. Its texts are not escaped: the template does that.
type htmlPage struct {
	Title, Period, Consent string
	Empty                  bool
	Awards                 []htmlItem
	Backlog                string
	Journeys               []htmlJourney
	MoreJourneys           string
	Milestones             []htmlItem
	Goals                  string
}

type htmlItem struct {
	Label  string
	People []part
}

type htmlJourney struct {
	Posts []Post
	More  string
}

func (d *Digest) page() htmlPage {
	p := htmlPage{Title: d.Title, Period: d.period(), Consent: d.consent(), Empty: d.Empty(), Backlog: d.backlog(),
		MoreJourneys: d.moreJourneys(), Goals: d.goals()}
	for _, g := range d.Awards {
		p.Awards = append(p.Awards, htmlItem{g.Name, g.phrase()})
	}
	for _, j := range d.Journeys {
		p.Journeys = append(p.Journeys, htmlJourney{j.Posts, j.morePosts()})
	}
	for _, m := range d.Milestones {
		p.Milestones = append(p.Milestones, htmlItem{m.label(), m.phrase()})
	}
	for _, g := range d.Promotions {
		p.Milestones = append(p.Milestones, htmlItem{g.label(), g.phrase()})
	}
	return p
}

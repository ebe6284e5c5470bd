package digest

import "strings"

// Markdown renders the digest as CommonMark. What people typed shows as they typed it: nothing of it is markup, nor HTML,
// nor a link, also in the dialects that make links of bare addresses.
func (d *Digest) Markdown() string {
	var b strings.Builder
	line := func(texts ...string) {
		for _, t := range texts {
			b.WriteString(t)
		}
		b.WriteByte('\n')
	}
	line("# ", escapeMarkdown(d.Title))
	line()
	line(d.period())
	section := func(title string) {
		line()
		line("## ", title)
		line()
	}
	remark := func(text string, after bool) {
		if text == "" {
			return
		}
		if after {
			line()
		}
		line(text)
	}
	if d.Empty() {
		line()
		line("Nothing new in this time.")
	}
	if len(d.Awards) > 0 || d.Backlog > 0 {
		section("New awards")
		for _, g := range d.Awards {
			line("- **", escapeMarkdown(g.Name), "**: ", g.join(escapeMarkdown))
		}
		remark(d.backlog(), len(d.Awards) > 0)
	}
	if len(d.Journeys) > 0 || d.MoreJourneys > 0 {
		section("Journeys")
		for i, j := range d.Journeys {
			if i > 0 {
				line()
				line("---")
				line()
			}
			for k, p := range j.Posts {
				if k > 0 {
					line()
				}
				line("**", escapeMarkdown(p.Author.Name), "**, ", date(p.At), ":")
				line()
				line("> ", escapeMarkdown(p.Text))
			}
			remark(j.morePosts(), true)
		}
		remark(d.moreJourneys(), len(d.Journeys) > 0)
	}
	if d.hasMilestones() {
		section("Milestones")
		for _, m := range d.Milestones {
			line("- **", escapeMarkdown(m.label()), "**: ", m.join(escapeMarkdown))
		}
		for _, p := range d.Promotions {
			line("- **", escapeMarkdown(p.label()), "**: ", p.join(escapeMarkdown))
		}
		remark(d.goals(), len(d.Milestones)+len(d.Promotions) > 0)
	}
	line()
	line("---")
	line()
	line("*", d.consent(), "*")
	return b.String()
}

// markdownSpecial are the characters that mean something anywhere in a line of Markdown, or of the languages that
// generators of sites mix with it.
const markdownSpecial = "\\`*_{}[]<>|~$^&#!"

// escapeMarkdown makes one line of cleaned text literal. A backslash before ASCII punctuation is what CommonMark has for
// it; the marks of lists and headings need one only where a line begins, and those of bare links only within one.
func escapeMarkdown(text string) string {
	var b strings.Builder
	digits := true // only digits so far: a point would make a list of it
	for i := range len(text) {
		c := text[i]
		special := strings.IndexByte(markdownSpecial, c) >= 0
		switch c {
		case '+', '-', '=':
			special = i == 0
		case '.', ')':
			special = digits && i > 0 || c == '.' && strings.HasSuffix(strings.ToLower(text[:i]), "www")
		case ':':
			special = strings.HasPrefix(text[i:], "://")
		}
		if special {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
		digits = digits && '0' <= c && c <= '9'
	}
	return b.String()
}

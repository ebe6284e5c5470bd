package digest

import (
	"strings"
	"unicode"
)

// ColumnsMax is the longest line of the text.
const ColumnsMax = 78

// Text renders the digest as plain text of at most ColumnsMax columns.
func (d *Digest) Text() string {
	t := &textWriter{}
	t.paragraph("", d.Title)
	t.paragraph("", d.period())
	if d.Empty() {
		t.section("Nothing new in this time.")
	}
	if len(d.Awards) > 0 || d.Backlog > 0 {
		t.section("NEW AWARDS")
		for _, g := range d.Awards {
			t.item(g.Name + ": " + g.join(plain))
		}
		t.paragraph(indent, d.backlog())
	}
	if len(d.Journeys) > 0 || d.MoreJourneys > 0 {
		t.section("JOURNEYS")
		for i, j := range d.Journeys {
			if i > 0 {
				t.blank()
			}
			for _, p := range j.Posts {
				t.paragraph(indent, p.Author.Name+", "+date(p.At)+":")
				t.paragraph(indent+indent, p.Text)
			}
			t.paragraph(indent, j.morePosts())
		}
		if len(d.Journeys) > 0 && d.MoreJourneys > 0 {
			t.blank()
		}
		t.paragraph(indent, d.moreJourneys())
	}
	if d.hasMilestones() {
		t.section("MILESTONES")
		for _, m := range d.Milestones {
			t.item(m.label() + ": " + m.join(plain))
		}
		for _, p := range d.Promotions {
			t.item(p.label() + ": " + p.join(plain))
		}
		t.paragraph(indent, d.goals())
	}
	t.section("--")
	t.paragraph("", d.consent())
	return t.b.String()
}

func (d *Digest) hasMilestones() bool { return len(d.Milestones)+len(d.Promotions)+d.GoalsMet > 0 }

const indent = "  "

// plain is the escaping of plain text: none is needed in what was cleaned.
func plain(s string) string { return s }

type textWriter struct{ b strings.Builder }

func (t *textWriter) blank() { t.b.WriteByte('\n') }

func (t *textWriter) section(title string) {
	t.blank()
	t.paragraph("", title)
}

// item writes a paragraph whose further lines are indented more.
func (t *textWriter) item(text string) { t.lines("- ", indent, text) }

// paragraph writes text in lines that begin with the prefix; nothing for "".
func (t *textWriter) paragraph(prefix, text string) { t.lines(prefix, prefix, text) }

func (t *textWriter) lines(first, next, text string) {
	for _, line := range wrap(text, ColumnsMax-len(first)) {
		t.b.WriteString(first)
		t.b.WriteString(line)
		t.blank()
		first = next
	}
}

// wrap breaks a text at its spaces into lines of at most so many columns, and inside words that are longer.
func wrap(text string, columns int) []string {
	var lines []string
	line, used := "", 0
	for word := range strings.FieldsSeq(text) {
		width := widthOf(word)
		if used > 0 && used+1+width <= columns {
			line, used = line+" "+word, used+1+width
			continue
		}
		if used > 0 {
			lines = append(lines, line)
		}
		for width > columns {
			var head string
			head, word = splitAt(word, columns)
			lines = append(lines, head)
			width = widthOf(word)
		}
		line, used = word, width
	}
	if used > 0 {
		lines = append(lines, line)
	}
	return lines
}

// splitAt splits a word after so many columns, never before a combining mark.
func splitAt(word string, columns int) (head, tail string) {
	used := 0
	for i, r := range word {
		if used += runeWidth(r); used > columns {
			return word[:i], word[i:]
		}
	}
	return word, ""
}

func widthOf(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is how many columns a character takes in a fixed-width font: East Asian wide ones and pictures take two.
func runeWidth(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.Is(unicode.M, r):
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x231a && r <= 0x23ff, r >= 0x2600 && r <= 0x27bf, r >= 0x2b00 && r <= 0x2bff,
		r >= 0x2e80 && r <= 0xa4cf, r >= 0xa960 && r <= 0xa97f, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
		r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
		r >= 0x1b000 && r <= 0x1b2ff, r >= 0x1f000 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

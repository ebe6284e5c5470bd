package render

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

const (
	columnGap    = "  "
	columnMin    = 6 // a column is not cut below this width
	escapeBold   = "\x1b[1m"
	escapeNormal = "\x1b[0m"
)

func (p *Printer) sections(sections []Section) {
	for i, s := range sections {
		if i > 0 {
			p.w.WriteString("\n")
		}
		if s.Title != "" {
			p.bold(s.Title)
			p.w.WriteString("\n")
		}
		for _, line := range s.Lines {
			p.w.WriteString(Printable(line))
			p.w.WriteString("\n")
		}
		if len(s.Columns) > 0 {
			widths := p.fit(s.Columns, s.Rows)
			p.header(s.Columns, widths)
			for _, row := range s.Rows {
				p.row(s.Columns, widths, row)
			}
		}
	}
}

func (p *Printer) bold(text string) {
	if p.term.Color {
		text = escapeBold + text + escapeNormal
	}
	p.w.WriteString(text)
}

func (p *Printer) header(columns []Column, widths []int) {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.ToUpper(c.Name)
	}
	p.row(columns, widths, names)
}

// row writes one line of a table. Errors stay in the buffered writer until it is flushed.
func (p *Printer) row(columns []Column, widths []int, cells []string) {
	var line strings.Builder
	for i, c := range columns {
		cell := ""
		if i < len(cells) {
			cell = cut(Printable(cells[i]), widths[i])
		}
		pad := strings.Repeat(" ", max(0, widths[i]-uniseg.StringWidth(cell)))
		if i > 0 {
			line.WriteString(columnGap)
		}
		if c.Right {
			line.WriteString(pad + cell)
		} else {
			line.WriteString(cell + pad)
		}
	}
	p.w.WriteString(strings.TrimRight(line.String(), " "))
	p.w.WriteString("\n")
}

// fit returns the columns' widths: what their cells need, and on a terminal that is too narrow less for the widest
// texts. Numbers are never cut.
func (p *Printer) fit(columns []Column, rows [][]string) []int {
	widths := make([]int, len(columns))
	for i, c := range columns {
		widths[i] = uniseg.StringWidth(c.Name)
		for _, row := range rows {
			if i < len(row) {
				widths[i] = max(widths[i], uniseg.StringWidth(Printable(row[i])))
			}
		}
	}
	if p.term.Width <= 0 {
		return widths
	}
	total := len(columnGap) * (len(columns) - 1)
	for _, w := range widths {
		total += w
	}
	for total > p.term.Width {
		widest := -1
		for i, c := range columns {
			if !c.Right && widths[i] > columnMin && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}

// cut shortens text to a width in terminal cells, whole characters only, and marks the cut with "…".
func cut(text string, width int) string {
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var kept strings.Builder
	used := 0
	rest, state := text, -1
	for rest != "" {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > width-1 {
			break
		}
		kept.WriteString(cluster)
		used += w
	}
	return kept.String() + "…"
}

// Printable replaces what could move the cursor or hide text on a terminal: control and direction characters.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '\ufffd'
		}
		return r
	}, text)
}

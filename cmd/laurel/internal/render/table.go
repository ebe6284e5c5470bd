package render

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

const (
	columnGap    = "  "
	columnMin    = 6  // a column is not cut below this width
	textMin      = 12 // columns are left out rather than to cut texts below this width
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
			p.leftOut(s.Columns, widths)
		}
	}
}

// leftOut says which columns a narrow terminal has no room for.
func (p *Printer) leftOut(columns []Column, widths []int) {
	var names []string
	for i, c := range columns {
		if widths[i] == 0 && c.Name != "" {
			names = append(names, c.Name)
		}
	}
	if len(names) > 0 {
		p.w.WriteString("(no room for: " + strings.Join(names, ", ") + ")\n")
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

// row writes one row of a table. Errors stay in the buffered writer until it is flushed.
func (p *Printer) row(columns []Column, widths []int, cells []string) {
	rows := 1
	lines := make([][]string, len(columns))
	for i, c := range columns {
		if widths[i] > 0 && i < len(cells) {
			lines[i] = cellLines(c, cells[i], widths[i])
			rows = max(rows, len(lines[i]))
		}
	}
	for r := range rows {
		var line strings.Builder
		for i, c := range columns {
			if widths[i] == 0 && c.Name != "" {
				continue
			}
			cell := ""
			if r < len(lines[i]) {
				cell = lines[i][r]
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
}

// fit returns the columns' widths: what their cells need, and on a terminal that is too narrow less, in steps that cost
// the reader more and more. First the names of numbers are cut, then sentences wrap, then texts are cut, and at last
// whole columns are left out, the last ones first; those have width 0. Numbers and dates are never cut.
func (p *Printer) fit(columns []Column, rows [][]string) []int {
	names, cells := make([]int, len(columns)), make([]int, len(columns))
	widths := make([]int, len(columns))
	for i, c := range columns {
		names[i] = uniseg.StringWidth(c.Name)
		for _, row := range rows {
			if i < len(row) {
				cells[i] = max(cells[i], uniseg.StringWidth(Printable(row[i])))
			}
		}
		widths[i] = max(names[i], cells[i])
	}
	if p.term.Width <= 0 {
		return widths
	}
	p.shrink(widths, func(i int) int {
		if columns[i].Right {
			return max(cells[i], min(names[i], columnMin))
		}
		return widths[i]
	})
	p.shrink(widths, func(i int) int {
		if columns[i].Wrap {
			return min(widths[i], textMin)
		}
		return widths[i]
	})
	for _, least := range []int{textMin, columnMin} {
		p.shrink(widths, func(i int) int {
			if columns[i].Right || columns[i].Whole {
				return widths[i]
			}
			return min(widths[i], least)
		})
		for last := len(columns) - 1; last > 1 && least == textMin && total(widths) > p.term.Width; last-- {
			widths[last] = 0
		}
	}
	return widths
}

// shrink takes cells from the widest columns until the table fits, but not below what a column needs least.
func (p *Printer) shrink(widths []int, least func(column int) int) {
	floor := make([]int, len(widths))
	for i := range widths {
		floor[i] = least(i)
	}
	for over := total(widths) - p.term.Width; over > 0; over-- {
		widest := -1
		for i := range widths {
			if widths[i] > floor[i] && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
	}
}

// total is the width of a line of the table.
func total(widths []int) int {
	n := -len(columnGap)
	for _, w := range widths {
		if w > 0 {
			n += w + len(columnGap)
		}
	}
	return n
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

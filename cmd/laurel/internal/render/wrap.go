package render

import (
	"strings"

	"github.com/rivo/uniseg"
)

// cellLines lays a cell out in the lines that it takes: one, cut where there is no room, or, in a column that wraps, as
// many as its words need.
func cellLines(c Column, cell string, width int) []string {
	cell = Printable(cell)
	if !c.Wrap || uniseg.StringWidth(cell) <= width {
		return []string{cut(cell, width)}
	}
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(cell) {
		switch {
		case line == "":
			line = word
		case uniseg.StringWidth(line)+1+uniseg.StringWidth(word) <= width:
			line += " " + word
		default:
			lines = append(lines, cut(line, width))
			line = word
		}
	}
	return append(lines, cut(line, width))
}

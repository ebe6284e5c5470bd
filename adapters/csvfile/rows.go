package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of a table. They bound the memory that one row can take.
const (
	columnsMax   = 1000
	cellBytesMax = 64 << 10
	lineBytesMax = 1 << 20
	rowLinesMax  = 50 // of a row whose cells hold line breaks
)

// row is one row of a table, with what is wrong with it, if anything.
type row struct {
	line  int // the first, from 1
	cells []string
	text  string // as it stands, where it cannot be split
	err   error
}

// rowReader splits a table into rows. Unlike encoding/csv it finds its way again after a row with an unclosed quote:
// only the line in which the quote was opened is lost.
type rowReader struct {
	r     *bufio.Reader
	delim byte
	want  int // cells in a row, 0 while the header is not known
	line  int // of the next line to come from r
	ahead []physicalLine
	err   error
}

type physicalLine struct {
	number  int
	text    string
	tooLong bool
}

func newRowReader(r io.Reader, delim byte) *rowReader {
	return &rowReader{r: bufio.NewReaderSize(r, 64<<10), delim: delim, line: 1}
}

// next returns the next row that is not empty, io.EOF after the last one.
func (t *rowReader) next() (row, error) {
	for {
		first, err := t.peek(0)
		if err != nil {
			return row{}, err
		}
		if strings.TrimSpace(first.text) == "" {
			t.ahead = t.ahead[1:]
			continue
		}
		return t.row(first), nil
	}
}

// row takes the row that begins with a line.
func (t *rowReader) row(first physicalLine) row {
	out := row{line: first.number, text: first.text}
	if first.tooLong {
		t.ahead = t.ahead[1:]
		out.err = fmt.Errorf("the line is longer than %d bytes", lineBytesMax)
		return out
	}
	text := first.text
	for lines := 1; ; lines++ {
		cells, open, err := split(text, t.delim)
		// Lines that were joined by a quote and then make no row were not meant to be joined.
		astray := lines > 1 && !open && (err != nil || t.want > 0 && len(cells) != t.want)
		if !open && !astray {
			t.ahead = t.ahead[lines:]
			out.cells, out.err = cells, err
			return out
		}
		next, nextErr := t.peek(lines)
		if astray || nextErr != nil || lines == rowLinesMax || next.tooLong || len(text)+len(next.text) > lineBytesMax {
			// The quote belongs to this line alone: the ones after it are read for themselves.
			t.ahead = t.ahead[1:]
			out.err = errors.New("a quotation mark is opened and not closed; close it, or write it twice inside a quoted cell")
			return out
		}
		text += "\n" + next.text
	}
}

// peek returns a line ahead without taking it.
func (t *rowReader) peek(i int) (physicalLine, error) {
	for len(t.ahead) <= i {
		if t.err != nil {
			return physicalLine{}, t.err
		}
		var l physicalLine
		if l, t.err = t.read(); t.err != nil {
			if t.err != io.EOF || l.text == "" {
				return physicalLine{}, t.err
			}
		}
		t.ahead = append(t.ahead, l)
	}
	return t.ahead[i], nil
}

func (t *rowReader) read() (physicalLine, error) {
	l := physicalLine{number: t.line}
	t.line++
	var text []byte
	for {
		part, err := t.r.ReadSlice('\n')
		if room := lineBytesMax - len(text); len(part) > room {
			part, l.tooLong = part[:max(room, 0)], true
		}
		text = append(text, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		text = bytes.TrimSuffix(text, []byte("\n"))
		l.text = string(bytes.TrimSuffix(text, []byte("\r")))
		return l, err
	}
}

// split takes the text of a row apart. Open tells that it ends inside a quoted cell.
func split(text string, delim byte) (cells []string, open bool, err error) {
	for {
		var cell string
		if strings.HasPrefix(text, `"`) {
			rest := text[1:]
			var b strings.Builder
			for {
				i := strings.IndexByte(rest, '"')
				if i < 0 {
					return nil, true, nil
				}
				b.WriteString(rest[:i])
				rest = rest[i+1:]
				if !strings.HasPrefix(rest, `"`) {
					break
				}
				b.WriteByte('"')
				rest = rest[1:]
			}
			cell = b.String()
			text = strings.TrimLeft(rest, " ")
			if text != "" && text[0] != delim {
				return nil, false, fmt.Errorf("cell %d goes on after its closing quotation mark; write a quotation mark "+
					"inside a cell twice", len(cells)+1)
			}
		} else {
			i := strings.IndexByte(text, delim)
			if i < 0 {
				i = len(text)
			}
			cell, text = text[:i], text[i:]
		}
		if len(cell) > cellBytesMax {
			return nil, false, fmt.Errorf("cell %d is longer than %d bytes", len(cells)+1, cellBytesMax)
		}
		cells = append(cells, cell)
		if len(cells) > columnsMax {
			return nil, false, fmt.Errorf("the row has more than %d cells", columnsMax)
		}
		if text == "" {
			return cells, false, nil
		}
		text = text[1:] // the delimiter
	}
}

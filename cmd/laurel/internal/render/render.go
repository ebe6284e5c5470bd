// Package render prints results one way for every command: as tables that fit the terminal, as one JSON document, as
// JSON lines, or as CSV. A command says what its result is; how it looks is decided here alone.
package render

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"syscall"
)

// Format is how results are printed.
type Format string

// The formats.
const (
	Table Format = "table" // for people; cells are cut to fit a terminal
	JSON  Format = "json"  // one document; indented on a terminal
	JSONL Format = "jsonl" // one document a line
	CSV   Format = "csv"   // with a header; cells that a spreadsheet would take for a formula are defused
)

// Formats lists every format, for help and completion.
var Formats = []string{string(Table), string(JSON), string(JSONL), string(CSV)}

// ParseFormat reads the name of a format.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats {
		if name == f {
			return Format(f), nil
		}
	}
	return "", fmt.Errorf("unknown output format %q: use %s", name, strings.Join(Formats, ", "))
}

// Column heads one column of a table.
type Column struct {
	Name  string
	Right bool // numbers: aligned right and never cut
	Whole bool // dates and the like: never cut
	Wrap  bool // sentences: they go on in the next line before anything else is cut
}

// Section is a part of a result as people see it: a title, lines of text, then a table. Each part may be absent.
type Section struct {
	Title   string
	Lines   []string
	Columns []Column
	Rows    [][]string
}

// Result is everything that a command found, in the shapes that the formats take it.
type Result struct {
	Document any           // for JSON
	Items    iter.Seq[any] // for JSONL; nil prints the document on one line
	Sections []Section     // for tables, all of them
	Data     Section       // for CSV; without columns, the first section that has some is taken
}

// Terminal describes where results go.
type Terminal struct {
	Width int  // columns; 0 when it is no terminal: nothing is cut
	Color bool // escape sequences are welcome
}

// Printer writes results. It is not safe for concurrent use.
type Printer struct {
	w      *bufio.Writer
	format Format
	term   Terminal
}

// New returns a printer to w.
func New(w io.Writer, format Format, term Terminal) *Printer {
	return &Printer{w: bufio.NewWriterSize(w, 64<<10), format: format, term: term}
}

// Format tells how the printer prints.
func (p *Printer) Format() Format { return p.format }

// ForPeople tells whether someone reads the output directly, so that advice may follow the result.
func (p *Printer) ForPeople() bool { return p.format == Table }

// Print writes a result and flushes it.
func (p *Printer) Print(r Result) error {
	var err error
	switch p.format {
	case JSON:
		err = p.document(r.Document, p.term.Width > 0)
	case JSONL:
		err = p.items(r)
	case CSV:
		err = p.csv(r)
	default:
		p.sections(r.Sections)
	}
	return errors.Join(err, p.w.Flush())
}

// Text writes a line as it stands, whatever the format, and flushes it. It is for results that are text by nature.
func (p *Printer) Text(text string) error {
	_, err := p.w.WriteString(text)
	return errors.Join(err, p.w.Flush())
}

func (p *Printer) document(v any, indent bool) error {
	enc := json.NewEncoder(p.w)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

func (p *Printer) items(r Result) error {
	if r.Items == nil {
		return p.document(r.Document, false)
	}
	for item := range r.Items {
		if err := p.document(item, false); err != nil {
			return err
		}
	}
	return nil
}

func (p *Printer) csv(r Result) error {
	data := r.Data
	for i := 0; len(data.Columns) == 0 && i < len(r.Sections); i++ {
		data = r.Sections[i]
	}
	w := csv.NewWriter(p.w)
	if err := w.Write(columnNames(data.Columns)); err != nil {
		return err
	}
	for _, row := range data.Rows {
		if err := w.Write(defused(row)); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func columnNames(columns []Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = strings.ReplaceAll(c.Name, " ", "_")
	}
	return names
}

// defused returns the row with an apostrophe before every cell that a spreadsheet would run as a formula. Numbers,
// negative ones too, stay as they are.
func defused(row []string) []string {
	safe := make([]string, len(row))
	for i, cell := range row {
		if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !isNumber(cell) {
			cell = "'" + cell
		}
		safe[i] = cell
	}
	return safe
}

func isNumber(s string) bool {
	digits := false
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits = true
		case i == 0 && (r == '-' || r == '+'), r == '.':
		default:
			return false
		}
	}
	return digits
}

// IsClosedPipe tells whether an error only says that the reader of the output has seen enough, as `head` does.
func IsClosedPipe(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

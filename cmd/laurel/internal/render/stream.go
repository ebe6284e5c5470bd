package render

import (
	"encoding/csv"
	"errors"
)

// streamRowsMax is how many rows a table waits for before it settles on the widths of its columns.
const streamRowsMax = 500

// Stream prints items as they come, in any format, without keeping them all.
type Stream struct {
	p       *Printer
	columns []Column
	waiting [][]string // rows that wait for the widths
	widths  []int
	csv     *csv.Writer
	items   int
	err     error
}

// Stream starts a stream of items with these columns. Close it to see the end of the output.
func (p *Printer) Stream(columns ...Column) *Stream {
	s := &Stream{p: p, columns: columns}
	if p.format == CSV {
		s.csv = csv.NewWriter(p.w)
		s.err = s.csv.Write(columnNames(columns))
	}
	return s
}

// Item prints one item: the value for JSON, the cells for the others.
func (s *Stream) Item(value any, cells ...string) error {
	if s.err != nil {
		return s.err
	}
	switch s.p.format {
	case JSON:
		if s.items == 0 {
			s.p.w.WriteString("[")
		} else {
			s.p.w.WriteString(",")
		}
		s.err = s.p.document(value, s.p.term.Width > 0)
	case JSONL:
		s.err = s.p.document(value, false)
	case CSV:
		s.err = s.csv.Write(defused(cells))
	default:
		s.waiting = append(s.waiting, cells)
		if s.widths != nil || len(s.waiting) >= streamRowsMax {
			s.settle()
		}
	}
	s.items++
	return s.err
}

// Flush prints what was held back: a live stream calls it whenever it has nothing more for now.
func (s *Stream) Flush() error {
	if s.p.format == Table && (s.widths != nil || len(s.waiting) > 0) {
		s.settle()
	}
	if s.csv != nil {
		s.csv.Flush()
		s.err = errors.Join(s.err, s.csv.Error())
	}
	s.err = errors.Join(s.err, s.p.w.Flush())
	return s.err
}

// Close ends the stream and flushes it.
func (s *Stream) Close() error {
	if s.p.format == JSON {
		if s.items == 0 {
			s.p.w.WriteString("[")
		}
		s.p.w.WriteString("]\n")
	}
	err := s.Flush()
	if s.widths != nil {
		s.p.leftOut(s.columns, s.widths)
		err = s.p.w.Flush()
	}
	return err
}

func (s *Stream) settle() {
	if s.widths == nil {
		s.widths = s.p.fit(s.columns, s.waiting)
		s.p.header(s.columns, s.widths)
	}
	for _, row := range s.waiting {
		s.p.row(s.columns, s.widths, row)
	}
	s.waiting = s.waiting[:0]
	_, s.err = s.p.w.Write(nil) // the buffered writer remembers an earlier failure, such as a closed pipe
}

package csvfile

import (
	"encoding/csv"
	"errors"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"
)

// RejectsName is where the rejected rows of a file go unless another name is given.
func RejectsName(name string) string {
	if name == "-" {
		return "stdin.rejected.csv"
	}
	return name + ".rejected.csv"
}

// The columns that the rejects have beside those of the file.
const (
	rejectsLineColumn   = "laurel_line"
	rejectsReasonColumn = "laurel_reason"
)

// Rejects writes rejected rows to a file, in UTF-8 and with the delimiter of the original, so that the rows can be
// mended there and imported again (by a profile that says utf-8). The file is created at the first row, for its owner
// alone to read: it is a copy of the input, with the personal fields.
//
// A cell that a spreadsheet would take for a formula gets a ' in front, because whoever opens the file did not write
// its cells.
type Rejects struct {
	name   string
	header []string
	delim  byte
	f      *os.File
	w      *csv.Writer
}

// NewRejects prepares a file of rejected rows.
func NewRejects(name string) *Rejects { return &Rejects{name: name} }

func (r *Rejects) begin(header []string, delim byte) { r.header, r.delim = header, delim }

func (r *Rejects) add(reject Reject) error {
	if r.f == nil {
		f, err := os.OpenFile(r.name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		r.f, r.w = f, csv.NewWriter(f)
		r.w.Comma = rune(r.delim)
		header := defuseAll(r.header)
		if err := r.w.Write(append(header, rejectsLineColumn, rejectsReasonColumn)); err != nil {
			return err
		}
	}
	cells := defuseAll(reject.Cells)
	for len(cells) < len(r.header) {
		cells = append(cells, "")
	}
	// Cells beyond the header stay, so that nothing is lost; the reason comes last then, too.
	return r.w.Write(append(cells, strconv.Itoa(reject.Line), defuse(reject.Reason)))
}

// Close completes the file and returns its name, "" if nothing was rejected.
func (r *Rejects) Close() (string, error) {
	if r.f == nil {
		return "", nil
	}
	r.w.Flush()
	return r.name, errors.Join(r.w.Error(), r.f.Close())
}

func defuseAll(cells []string) []string {
	out := make([]string, len(cells), len(cells)+2)
	for i, c := range cells {
		out[i] = defuse(c)
	}
	return out
}

// defuse keeps a spreadsheet from running a cell. A plain number may begin with a sign.
func defuse(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && cell[0] < utf8.RuneSelf {
		return cell
	}
	if first, _ := utf8.DecodeRuneInString(cell); cell[0] >= utf8.RuneSelf && !strings.ContainsRune("＝＋－＠", first) {
		return cell
	}
	if _, err := strconv.ParseFloat(strings.Replace(cell, ",", ".", 1), 64); err == nil {
		return cell
	}
	return "'" + cell
}

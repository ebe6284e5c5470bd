package jsonl

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"laurel/eventstore"
)

// lineBytesMax bounds a line; a longer one is rejected.
const lineBytesMax = 1 << 20

// Stdin is the name that stands for standard input.
const Stdin = "-"

// Open opens a file to import: standard input for "-", unpacked if its name ends in .gz.
func Open(name string) (io.ReadCloser, error) {
	if name == Stdin {
		return io.NopCloser(os.Stdin), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".gz") {
		return f, nil
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s is not compressed by gzip: %w; rename it if it is plain text", name, err)
	}
	return &gzipFile{z, f}, nil
}

type gzipFile struct {
	*gzip.Reader
	f *os.File
}

func (g *gzipFile) Close() error { return errors.Join(g.Reader.Close(), g.f.Close()) }

// RejectsName is where the rejected lines of a file go unless another name is given.
func RejectsName(name string) string {
	if name == Stdin {
		return "stdin.rejected.jsonl"
	}
	return name + ".rejected.jsonl"
}

// Reject is a line that was not imported, as the rejects hold it.
type Reject struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Reason string `json:"reason"`
	Text   string `json:"text"` // the line; its beginning if it is longer than 64 KiB
}

const rejectTextBytesMax = 64 << 10

// Report is what an import did. Rejected counts the lines that could not be read too.
type Report struct {
	eventstore.IngestReport
	Lines int // that are not empty
}

// Import reads events from r and records them. File names the source in messages. Rejects, if not nil, is called for
// every line that is not imported; an error of it ends the import.
func Import(ctx context.Context, store eventstore.Store, r io.Reader, file string, rejects func(Reject) error,
	o eventstore.IngestOptions,
) (Report, error) {
	im := &importer{file: file, rejects: rejects, limit: o.Rejected}
	o.Rejected = im.rejected
	report, err := eventstore.Ingest(ctx, store, im.items(r), o)
	if err == nil {
		err = im.err
	}
	report.Rejected += im.unreadable
	report.Rejections = append(im.rejections, report.Rejections...)
	return Report{IngestReport: report, Lines: im.lines}, err
}

type importer struct {
	file       string
	rejects    func(Reject) error
	limit      func(eventstore.Rejection) // of the caller
	lines      int
	unreadable int
	rejections []eventstore.Rejection // of lines that cannot be read, the first ones
	err        error                  // of rejects
}

// items yields the events of r.
func (im *importer) items(r io.Reader) iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		lines := bufio.NewReaderSize(r, 64<<10)
		for n := 1; ; n++ {
			line, err := readLine(lines)
			if n == 1 {
				line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
				if problem := wrongEncoding(line); problem != nil {
					yield(eventstore.IngestItem{}, fmt.Errorf("%s: %w", im.file, problem))
					return
				}
			}
			if err != nil && err != io.EOF && !errors.Is(err, errTooLong) {
				yield(eventstore.IngestItem{}, fmt.Errorf("read %s after line %d: %w", im.file, n-1, err))
				return
			}
			if len(bytes.TrimSpace(line)) > 0 && !im.line(n, line, errors.Is(err, errTooLong), yield) {
				return
			}
			if err == io.EOF {
				return
			}
			if im.err != nil {
				yield(eventstore.IngestItem{}, im.err)
				return
			}
		}
	}
}

// line yields the event of one line, or rejects it.
func (im *importer) line(n int, line []byte, tooLong bool, yield func(eventstore.IngestItem, error) bool) bool {
	im.lines++
	place := eventstore.Place{File: im.file, Line: n}
	var item eventstore.IngestItem
	var err error
	if tooLong {
		err = wrong("", "the line is longer than %d bytes", lineBytesMax)
	} else {
		item, err = ParseLine(line)
	}
	if err != nil {
		const rejectionsKept = 1000
		im.unreadable++
		rejection := eventstore.Rejection{Place: place, Err: err, Origin: line}
		if len(im.rejections) < rejectionsKept {
			rejection.Origin = nil
			im.rejections = append(im.rejections, rejection)
			rejection.Origin = line
		}
		im.rejected(rejection)
		return true
	}
	item.Place, item.Origin = place, line
	return yield(item, nil)
}

func (im *importer) rejected(r eventstore.Rejection) {
	if im.limit != nil {
		im.limit(r)
	}
	if im.rejects == nil || im.err != nil {
		return
	}
	line, _ := r.Origin.([]byte)
	line = line[:min(len(line), rejectTextBytesMax)]
	text := strings.ToValidUTF8(strings.TrimRight(string(line), "\r\n"), "\uFFFD")
	if err := im.rejects(Reject{File: r.Place.File, Line: r.Place.Line, Reason: r.Err.Error(), Text: text}); err != nil {
		im.err = fmt.Errorf("write rejected lines: %w", err)
	}
}

var errTooLong = errors.New("line too long")

// readLine returns the next line, freshly allocated. Of a line beyond the limit it returns the beginning and
// errTooLong, and skips the rest.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		if room := lineBytesMax + 1 - len(line); len(part) <= room {
			line = append(line, part...)
		} else {
			line, tooLong = append(line, part[:room]...), true
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil && tooLong:
			return line, errTooLong
		case err == io.EOF && tooLong:
			return line, errTooLong // the next call returns io.EOF
		}
		return line, err
	}
}

func wrongEncoding(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return errors.New("the file is UTF-16; convert it to UTF-8, such as with `iconv -f UTF-16 -t UTF-8`")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return errors.New("the file is compressed by gzip; give it a name that ends in .gz")
	}
	return nil
}

// RejectsFile writes rejects to a file, which it creates at the first one.
type RejectsFile struct {
	name string
	f    *os.File
	w    *bufio.Writer
	n    int
}

// NewRejectsFile prepares a file of rejects.
func NewRejectsFile(name string) *RejectsFile { return &RejectsFile{name: name} }

// Add writes a reject.
func (r *RejectsFile) Add(reject Reject) error {
	if r.f == nil {
		f, err := os.Create(r.name)
		if err != nil {
			return err
		}
		r.f, r.w = f, bufio.NewWriter(f)
	}
	r.n++
	e := json.NewEncoder(r.w)
	e.SetEscapeHTML(false)
	return e.Encode(reject)
}

// Close completes the file and returns its name, "" if there was nothing to write.
func (r *RejectsFile) Close() (name string, err error) {
	if r.f == nil {
		return "", nil
	}
	return r.name, errors.Join(r.w.Flush(), r.f.Close())
}

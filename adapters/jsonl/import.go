package jsonl

import (
	"bufio"
	"bytes"
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

// chunkLinesMax is how many lines are parsed at a time, while those before them are being recorded.
const chunkLinesMax = 256

// chunk is some lines of the source.
type chunk struct {
	lines []line
	err   error         // after the lines: io.EOF, or what reading failed with
	done  chan struct{} // closed when every line is parsed
}

type line struct {
	number  int
	text    []byte
	tooLong bool
	item    eventstore.IngestItem
	err     error
}

// items yields the events of r. Lines are parsed one chunk ahead, on another core if there is one.
func (im *importer) items(r io.Reader) iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		lines := &lineReader{r: bufio.NewReaderSize(r, 64<<10), file: im.file}
		for now := lines.chunk(); now != nil; {
			var next *chunk
			if now.err == nil {
				next = lines.chunk()
			}
			<-now.done
			if !im.chunk(now, yield) {
				if next != nil {
					<-next.done
				}
				return
			}
			now = next
		}
	}
}

// chunk yields the events of a chunk, and rejects what is none.
func (im *importer) chunk(c *chunk, yield func(eventstore.IngestItem, error) bool) bool {
	for i := range c.lines {
		if im.err != nil {
			yield(eventstore.IngestItem{}, im.err)
			return false
		}
		l := &c.lines[i]
		im.lines++
		place := eventstore.Place{File: im.file, Line: l.number}
		if l.err != nil {
			const rejectionsKept = 1000
			im.unreadable++
			if len(im.rejections) < rejectionsKept {
				im.rejections = append(im.rejections, eventstore.Rejection{Place: place, Err: l.err})
			}
			im.rejected(eventstore.Rejection{Place: place, Err: l.err, Origin: l.text})
			continue
		}
		l.item.Place, l.item.Origin = place, l.text
		if !yield(l.item, nil) {
			return false
		}
	}
	if c.err != nil && c.err != io.EOF {
		yield(eventstore.IngestItem{}, c.err)
		return false
	}
	return true
}

// lineReader cuts a source into chunks.
type lineReader struct {
	r      *bufio.Reader
	file   string
	number int // of the last line read
}

// chunk reads the next lines and begins to parse them.
func (r *lineReader) chunk() *chunk {
	c := &chunk{done: make(chan struct{}), lines: make([]line, 0, chunkLinesMax)}
	for len(c.lines) < chunkLinesMax && c.err == nil {
		text, err := readLine(r.r)
		r.number++
		if r.number == 1 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
			if problem := wrongEncoding(text); problem != nil {
				c.err = fmt.Errorf("%s: %w", r.file, problem)
				break
			}
		}
		tooLong := errors.Is(err, errTooLong)
		if err != nil && !tooLong {
			if c.err = err; err != io.EOF {
				c.err = fmt.Errorf("read %s after line %d: %w", r.file, r.number-1, err)
				break
			}
		}
		if len(bytes.TrimSpace(text)) > 0 {
			c.lines = append(c.lines, line{number: r.number, text: text, tooLong: tooLong})
		}
	}
	go func() {
		defer close(c.done)
		for i := range c.lines {
			l := &c.lines[i]
			if l.tooLong {
				l.err = wrong("", "the line is longer than %d bytes", lineBytesMax)
				continue
			}
			l.item, l.err = ParseLine(l.text)
		}
	}()
	return c
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

// RejectsFile writes rejects to a file, which it creates at the first one, for its owner alone to read: it is a copy of
// the input, with the personal fields.
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
		f, err := os.OpenFile(r.name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
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

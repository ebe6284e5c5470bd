package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is how the characters of a file are written.
type Encoding string

// The encodings. A byte order mark is passed over in any of the Unicode ones.
const (
	UTF8        Encoding = "utf-8"
	UTF8BOM     Encoding = "utf-8-bom"
	UTF16       Encoding = "utf-16" // its byte order mark says which
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
	Latin1      Encoding = "iso-8859-1"
)

var encodings = []Encoding{UTF8, UTF8BOM, UTF16, UTF16LE, UTF16BE, Windows1252, Latin1}

// EncodingError names the first place of a file that is not in the encoding of the profile.
type EncodingError struct {
	Encoding Encoding
	Offset   int64 // in bytes, from 0
	Line     int   // from 1
	Problem  string
	Remedy   string
}

func (e *EncodingError) Error() string {
	return fmt.Sprintf("line %d, byte offset %d: the file is not %s: %s; %s", e.Line, e.Offset, e.Encoding, e.Problem,
		e.Remedy)
}

var (
	bomUTF8    = []byte("\xef\xbb\xbf")
	bomUTF16LE = []byte("\xff\xfe")
	bomUTF16BE = []byte("\xfe\xff")
)

// decoder turns a file into UTF-8 text. It fails with *EncodingError.
type decoder struct {
	r        *bufio.Reader
	encoding Encoding
	table    *charmap.Charmap
	offset   int64
	line     int
	pending  []byte
	scratch  [utf8.UTFMax]byte
	err      error
}

func newDecoder(r io.Reader, e Encoding) *decoder {
	d := &decoder{r: bufio.NewReaderSize(r, 64<<10), encoding: e, line: 1}
	d.err = d.begin()
	return d
}

func (d *decoder) fail(problem, remedy string, args ...any) error {
	return &EncodingError{d.encoding, d.offset, d.line, problem, fmt.Sprintf(remedy, args...)}
}

// begin looks at the byte order mark.
func (d *decoder) begin() error {
	head, err := d.r.Peek(4)
	if err != nil && err != io.EOF {
		return err
	}
	const setEncoding = "write `encoding: %s` into the profile"
	isLE, isBE, is8 := bytes.HasPrefix(head, bomUTF16LE), bytes.HasPrefix(head, bomUTF16BE), bytes.HasPrefix(head, bomUTF8)
	switch d.encoding {
	case UTF8, UTF8BOM:
		switch {
		case isLE, isBE:
			return d.fail("it begins with the byte order mark of UTF-16", setEncoding, UTF16)
		case len(head) >= 2 && head[0] == 0 && head[1] != 0:
			return d.fail("every second byte is 0, as in UTF-16", setEncoding, UTF16BE)
		case len(head) >= 2 && head[1] == 0 && head[0] != 0:
			return d.fail("every second byte is 0, as in UTF-16", setEncoding, UTF16LE)
		}
	case UTF16:
		switch {
		case isLE:
			d.encoding = UTF16LE
		case isBE:
			d.encoding = UTF16BE
		case len(head) > 0:
			return d.fail("it has no byte order mark", "write `encoding: %s` or %s, or the encoding that it has",
				UTF16LE, UTF16BE)
		}
	case UTF16LE, UTF16BE:
		if isBE && d.encoding == UTF16LE || isLE && d.encoding == UTF16BE {
			return d.fail("its byte order mark is that of the other byte order", setEncoding, UTF16)
		}
	case Windows1252, Latin1:
		switch {
		case is8:
			return d.fail("it begins with the byte order mark of UTF-8", setEncoding, UTF8)
		case isLE, isBE:
			return d.fail("it begins with the byte order mark of UTF-16", setEncoding, UTF16)
		}
		d.table = charmap.Windows1252
		if d.encoding == Latin1 {
			d.table = charmap.ISO8859_1
		}
	}
	skip := 0
	switch {
	case is8 && (d.encoding == UTF8 || d.encoding == UTF8BOM):
		skip = len(bomUTF8)
	case isLE && d.encoding == UTF16LE, isBE && d.encoding == UTF16BE:
		skip = len(bomUTF16LE)
	}
	d.offset += int64(skip)
	_, err = d.r.Discard(skip)
	return err
}

// Read returns decoded text.
func (d *decoder) Read(p []byte) (int, error) {
	n := copy(p, d.pending)
	d.pending = d.pending[n:]
	for d.err == nil && n < len(p) && len(d.pending) == 0 {
		// Only what is buffered is taken after the first character, so that a pipe is not waited for needlessly.
		var r rune
		if r, d.err = d.next(); d.err != nil {
			break
		}
		if r == '\n' {
			d.line++
		}
		if r < utf8.RuneSelf {
			p[n] = byte(r)
			n++
			continue
		}
		d.pending = utf8.AppendRune(d.scratch[:0], r)
		copied := copy(p[n:], d.pending)
		n, d.pending = n+copied, d.pending[copied:]
	}
	if n > 0 {
		return n, nil
	}
	return 0, d.err
}

// next returns the next character.
func (d *decoder) next() (rune, error) {
	switch {
	case d.table != nil:
		b, err := d.r.ReadByte()
		if err != nil {
			return 0, err
		}
		r := d.table.DecodeByte(b)
		if r == utf8.RuneError || b == 0 {
			return 0, d.fail(fmt.Sprintf("byte 0x%02x means nothing in it", b), "give the encoding that the file has")
		}
		d.offset++
		return r, nil
	case d.encoding == UTF16LE, d.encoding == UTF16BE:
		return d.nextUTF16()
	}
	r, size, err := d.r.ReadRune()
	if err != nil {
		return 0, err
	}
	if r == utf8.RuneError && size == 1 {
		d.r.UnreadRune()
		b, _ := d.r.ReadByte()
		return 0, d.fail(fmt.Sprintf("byte 0x%02x stands where none can", b),
			"write `encoding: %s` into the profile if the file comes from a Windows system, or save it as UTF-8", Windows1252)
	}
	if r == 0 {
		return 0, d.fail("byte 0x00 is no text", "export the table as CSV text anew")
	}
	d.offset += int64(size)
	return r, nil
}

func (d *decoder) nextUTF16() (rune, error) {
	unit := func() (rune, error) {
		var b [2]byte
		if _, err := io.ReadFull(d.r, b[:]); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return 0, d.fail("it ends in the middle of a character", "check that the file is complete")
			}
			return 0, err
		}
		if d.encoding == UTF16LE {
			b[0], b[1] = b[1], b[0]
		}
		return rune(b[0])<<8 | rune(b[1]), nil
	}
	r, err := unit()
	if err != nil {
		return 0, err
	}
	size := int64(2)
	if utf16.IsSurrogate(r) {
		low, err := unit()
		if err != nil && err != io.EOF {
			return 0, err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return 0, d.fail("half a character stands alone", "give the encoding that the file has")
		}
		size = 4
	}
	if r == 0 {
		return 0, d.fail("it holds a zero character", "give the encoding that the file has")
	}
	d.offset += size
	return r, nil
}

// CheckEncoding reads a file to its end and fails with *EncodingError if it is not in the encoding. It also notices a
// file that is UTF-8 where an encoding of one byte a character was given: its text would come out garbled.
func CheckEncoding(r io.ReadSeeker, e Encoding) error {
	if _, err := io.Copy(io.Discard, newDecoder(r, e)); err != nil {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if e != Windows1252 && e != Latin1 {
		return nil
	}
	d := newDecoder(r, UTF8)
	var place *EncodingError
	buf := make([]byte, 32<<10)
	for {
		n, err := d.Read(buf)
		for _, b := range buf[:n] {
			if b >= utf8.RuneSelf && place == nil {
				place = &EncodingError{Encoding: e, Offset: d.offset, Line: d.line,
					Problem: "it reads as UTF-8 from beginning to end", Remedy: "write `encoding: utf-8` into the profile"}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			place = nil // not UTF-8, as the profile says
			break
		}
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if place != nil {
		return place
	}
	return nil
}

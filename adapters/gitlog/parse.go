package gitlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// The limits of what the parser keeps. They bound the memory that one hostile line or commit can take.
const (
	lineBytesMax      = 64 << 10
	trailersCommitMax = 1000
	commitsMax        = 50_000_000
)

// Channel is the kind of help that a trailer names; its text is the channel of the session.
type Channel uint8

// The trailers that count.
const (
	Mentored Channel = iota + 1
	Helped
	Reviewed
)

// String returns the session channel.
func (c Channel) String() string {
	switch c {
	case Mentored:
		return "mentored"
	case Helped:
		return "helped"
	case Reviewed:
		return "reviewed"
	}
	return "unknown"
}

// key is the trailer's key, as it is mostly written.
func (c Channel) key() string { return strings.ToUpper(c.String()[:1]) + c.String()[1:] + "-by" }

// trailerKeys are the keys of trailers that count, in lower case.
var trailerKeys = []struct {
	key     string
	channel Channel
}{{"mentored-by", Mentored}, {"helped-by", Helped}, {"reviewed-by", Reviewed}}

// Person is someone that the log names.
type Person struct {
	Name  string // the first one seen
	Email string // lower case
}

// Trailer names a person of Log.People who helped.
type Trailer struct {
	Channel Channel
	Person  uint32
	Line    int
}

// Commit is a commit with at least one readable trailer that counts.
type Commit struct {
	Hash     string
	Line     int // of its "commit" line
	At       time.Time
	Author   uint32 // of Log.People
	Trailers []Trailer
}

// Problem is something that the parser could not read and skipped, or had to repair. It says where and what kind of
// fault it is, and quotes nobody's name or address.
type Problem struct {
	Hash   string
	Line   int
	Reason string
}

// String gives the problem as one line.
func (p Problem) String() string {
	if p.Hash == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Reason)
	}
	return fmt.Sprintf("line %d: commit %s: %s", p.Line, p.Hash, p.Reason)
}

// Command is how to save a log. Without --no-mailmap, git would write other authors than the commits have, which
// depend on the machine.
const Command = "git log --reverse --no-mailmap --format=fuller --date=iso-strict"

// Log is what matters of a git log.
type Log struct {
	People   []Person
	Commits  []Commit
	Problems []Problem
	Seen     int // commits in the log, also those without a trailer that counts
}

// Parse reads a git log. It fails only when the text is not a git log at all or cannot be read; everything smaller is
// one of the Problems.
func Parse(r io.Reader) (*Log, error) {
	p := parser{log: &Log{}, people: map[string]uint32{}}
	lines := bufio.NewReaderSize(r, lineBytesMax)
	if err := checkEncoding(lines); err != nil {
		return nil, err
	}
	for {
		line, err := lines.ReadSlice('\n')
		tooLong := false
		for errors.Is(err, bufio.ErrBufferFull) {
			// The head of the line is kept aside, because reading on overwrites it.
			if !tooLong {
				line, tooLong = bytes.Clone(line), true
			}
			_, err = lines.ReadSlice('\n')
		}
		if len(line) > 0 {
			p.lineNo++
			if lineErr := p.line(trimEOL(line), tooLong); lineErr != nil {
				return nil, lineErr
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read git log after line %d: %w", p.lineNo, err)
		}
	}
	p.endCommit()
	if p.log.Seen == 0 {
		return nil, fmt.Errorf("no commit in %s: want the text of `%s`, where each commit begins with a line "+
			"\"commit <hash>\"", countLines(p.lineNo), Command)
	}
	return p.log, nil
}

// checkEncoding skips a UTF-8 byte order mark and refuses UTF-16, which is what redirecting to a file in some Windows
// shells writes.
func checkEncoding(r *bufio.Reader) error {
	head, _ := r.Peek(3)
	switch {
	case bytes.Equal(head, []byte("\xef\xbb\xbf")):
		_, err := r.Discard(3)
		return err
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return errors.New("the git log is UTF-16: save it as UTF-8, such as with `git log --output=FILE`")
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return errors.New("the git log is compressed by gzip: give it a name that ends in .gz, or unpack it")
	}
	return nil
}

func countLines(n int) string {
	switch n {
	case 0:
		return "an empty text"
	case 1:
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

func trimEOL(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// section is the part of a commit that the parser is in.
type section uint8

const (
	beforeCommit section = iota // also after a commit line that cannot be read
	inHeaders
	inMessage
	afterMessage // notes and diffs
)

type parser struct {
	log     *Log
	people  map[string]uint32 // e-mail to index of log.People
	lineNo  int
	section section
	block   block
	folded  folded
}

// folded is the trailer that counts at the end of the message so far: the next line may go on with it.
type folded struct {
	channel Channel // 0: none
	value   []byte  // reused from one trailer to the next
	line    int
	tooLong bool
}

// block is the commit being read.
type block struct {
	hash       string
	line       int
	author     string // as written
	authorLine int
	date       string
	dateLine   int
	trailers   []rawTrailer
	dropped    int // trailers beyond trailersCommitMax
	problems   []Problem
}

type rawTrailer struct {
	channel Channel
	name    string
	email   string
	line    int
}

func (p *parser) line(line []byte, tooLong bool) error {
	if rest, ok := bytes.CutPrefix(line, []byte("commit ")); ok {
		p.endCommit()
		p.beginCommit(rest)
		if p.log.Seen++; p.log.Seen > commitsMax {
			return fmt.Errorf("line %d: more than %d commits: import the log in parts", p.lineNo, commitsMax)
		}
		return nil
	}
	if p.section == beforeCommit || p.section == afterMessage {
		return nil
	}
	if len(line) == 0 {
		p.endTrailer()
		return nil
	}
	if text, ok := bytes.CutPrefix(line, []byte("    ")); ok {
		p.section = inMessage
		p.message(text, tooLong)
		return nil
	}
	if p.section == inMessage {
		p.endTrailer()
		if len(bytes.TrimSpace(line)) > 0 {
			p.section = afterMessage
		}
		return nil
	}
	p.header(line, tooLong)
	return nil
}

// beginCommit starts a commit at the rest of its "commit" line: a hash, maybe after a mark of git log (such as
// --left-right or --boundary make) and before decorations or parents.
func (p *parser) beginCommit(rest []byte) {
	fields := strings.Fields(string(bytes.TrimLeft(rest, "<>-+=^ ")))
	if len(fields) == 0 || !isHash(fields[0]) {
		p.report(Problem{Line: p.lineNo,
			Reason: "no commit hash after \"commit\": want 7 to 64 hexadecimal digits; the commit is skipped"})
		p.section = beforeCommit
		return
	}
	p.block = block{hash: strings.ToLower(fields[0]), line: p.lineNo, trailers: p.block.trailers[:0]}
	p.section = inHeaders
}

func (p *parser) header(line []byte, tooLong bool) {
	key, value, ok := bytes.Cut(line, []byte(":"))
	if !ok {
		return
	}
	b := &p.block
	switch string(key) {
	case "Author":
		if b.author, b.authorLine = strings.TrimSpace(string(value)), p.lineNo; tooLong {
			b.author = ""
		}
	case "CommitDate":
		b.date, b.dateLine = strings.TrimSpace(excerpt(string(value))), p.lineNo
	case "Notes":
		p.section = afterMessage
	}
}

// message takes a line of the message, without its indent.
func (p *parser) message(text []byte, tooLong bool) {
	f := &p.folded
	if more := bytes.Trim(text, " \t\r"); f.channel != 0 && len(more) > 0 && (text[0] == ' ' || text[0] == '\t') {
		if f.tooLong = f.tooLong || tooLong || len(f.value)+len(more) > lineBytesMax; !f.tooLong {
			f.value = append(append(f.value, ' '), more...)
		}
		return
	}
	p.endTrailer()
	if channel, value := trailerOf(text); channel != 0 {
		*f = folded{channel, append(f.value[:0], value...), p.lineNo, tooLong}
	}
}

// endTrailer completes the trailer that the message ended with so far, if any.
func (p *parser) endTrailer() {
	channel, value, line := p.folded.channel, p.folded.value, p.folded.line
	if channel == 0 {
		return
	}
	p.folded.channel = 0
	b := &p.block
	if len(b.trailers)+len(b.problems) >= trailersCommitMax {
		b.dropped++
		return
	}
	if p.folded.tooLong {
		p.trailerProblem(channel, line, fmt.Sprintf("it is longer than %d bytes", lineBytesMax))
		return
	}
	name, email, repaired, err := parseIdent(string(value), true)
	if err != nil {
		p.trailerProblem(channel, line, err.Error())
		return
	}
	if repaired {
		b.problems = append(b.problems, Problem{b.hash, line, fmt.Sprintf(
			"the name in the %s trailer is not clean UTF-8 text: its bad bytes are replaced", channel.key())})
	}
	b.trailers = append(b.trailers, rawTrailer{channel, name, email, line})
}

func (p *parser) trailerProblem(c Channel, line int, reason string) {
	p.block.problems = append(p.block.problems, Problem{p.block.hash, line, fmt.Sprintf(
		"malformed %s trailer, skipped: %s", c.key(), reason)})
}

// trailerOf tells which trailer that counts the line is, with its value; 0 if none.
func trailerOf(text []byte) (Channel, []byte) {
	for _, k := range trailerKeys {
		if len(text) <= len(k.key) || !strings.EqualFold(string(text[:len(k.key)]), k.key) {
			continue
		}
		rest := bytes.TrimLeft(text[len(k.key):], " \t")
		if value, ok := bytes.CutPrefix(rest, []byte(":")); ok {
			return k.channel, value
		}
	}
	return 0, nil
}

// endCommit completes the commit being read, if any.
func (p *parser) endCommit() {
	b := &p.block
	if p.section == beforeCommit {
		return
	}
	p.endTrailer()
	p.section = beforeCommit
	names := len(b.trailers)+len(b.problems)+b.dropped > 0
	authorName, authorEmail, repaired, authorErr := parseIdent(b.author, false)
	var author uint32
	if authorErr == nil {
		author = p.person(authorName, authorEmail)
	}
	trailers := make([]Trailer, len(b.trailers))
	for i, t := range b.trailers {
		trailers[i] = Trailer{t.channel, p.person(t.name, t.email), t.line}
	}
	if !names {
		return
	}
	for _, problem := range b.problems {
		p.report(problem)
	}
	if b.dropped > 0 {
		p.report(Problem{b.hash, b.line, fmt.Sprintf("%d trailers beyond the first %d are skipped", b.dropped,
			trailersCommitMax)})
	}
	at, dateErr := parseDate(b.date)
	switch {
	case authorErr != nil:
		p.report(Problem{b.hash, max(b.authorLine, b.line), "malformed author, commit skipped: " + authorErr.Error()})
		return
	case dateErr != nil:
		p.report(Problem{b.hash, max(b.dateLine, b.line), "commit skipped: " + dateErr.Error()})
		return
	case repaired:
		p.report(Problem{b.hash, b.authorLine,
			"the name of the author is not clean UTF-8 text: its bad bytes are replaced"})
	}
	if len(trailers) > 0 {
		p.log.Commits = append(p.log.Commits,
			Commit{Hash: b.hash, Line: b.line, At: at, Author: author, Trailers: trailers})
	}
}

// person returns the index of the person with this e-mail. The first name seen stays.
func (p *parser) person(name, email string) uint32 {
	if i, ok := p.people[email]; ok {
		if p.log.People[i].Name == "" {
			p.log.People[i].Name = name
		}
		return i
	}
	i := uint32(len(p.log.People))
	p.people[email] = i
	p.log.People = append(p.log.People, Person{Name: name, Email: email})
	return i
}

func (p *parser) report(problem Problem) { p.log.Problems = append(p.log.Problems, problem) }

func isHash(text string) bool {
	if len(text) < 7 || len(text) > 64 {
		return false
	}
	for _, c := range []byte(text) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
			return false
		}
	}
	return true
}

// excerpt shortens text for a message and a field that is known to be short.
func excerpt(text string) string {
	const bytesMax = 80
	if len(text) <= bytesMax {
		return text
	}
	return text[:bytesMax] + "..."
}

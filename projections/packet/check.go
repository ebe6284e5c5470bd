package packet

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Verdict is what came out of checking a packet.
type Verdict struct {
	Holds       bool         `json:"holds"`
	Program     string       `json:"program,omitempty"`
	AsOf        time.Time    `json:"as_of,omitzero"`
	Position    string       `json:"position,omitempty"`
	Criteria    string       `json:"criteria,omitempty"`
	Names       bool         `json:"names"`
	Chain       *Chain       `json:"chain,omitempty"` // as the packet has it: to be held against the log
	Counts      Counts       `json:"counts"`          // as they were computed again
	Differences []Difference `json:"differences"`     // in the order of the files
}

// Difference is something in a packet that is not as it should be.
type Difference struct {
	File string `json:"file"` // "" for the packet as a whole
	What string `json:"what"`
}

// differ adds what is wrong with a file.
func (v *Verdict) differ(file, format string, args ...any) {
	v.Differences = append(v.Differences, Difference{file, fmt.Sprintf(format, args...)})
}

// Check makes a packet again from what is in it, and tells whether it comes out the same, and what differs if not. It
// fails only where the file cannot be read, or the context ends: whatever is in it leads to a verdict.
func Check(ctx context.Context, r io.ReaderAt, size int64, workers int) (*Verdict, error) {
	v := &Verdict{Differences: []Difference{}}
	if err := v.check(ctx, r, size, workers); err != nil {
		var found *wrong
		if !errors.As(err, &found) {
			return nil, err
		}
		v.differ(found.file, "%s", found.text)
	}
	v.Holds = len(v.Differences) == 0
	return v, nil
}

func (v *Verdict) check(ctx context.Context, r io.ReaderAt, size int64, workers int) error {
	a, err := openArchive(r, size)
	if err != nil {
		return err
	}
	text, err := a.small(manifestName)
	if err != nil {
		return err
	}
	m, err := readManifest(text)
	if err != nil {
		return wrongf(manifestName, "%v", err)
	}
	v.Program, v.AsOf, v.Position, v.Criteria = m.Program, m.AsOf, m.Position, m.Criteria
	v.Names, v.Chain = m.Names, m.Chain
	if err := v.compareFiles(ctx, a, m); err != nil {
		return err
	}
	p, err := again(ctx, a, m, workers)
	if err != nil {
		return judged(ctx, err, "it cannot be computed again")
	}
	return v.compare(ctx, a, p, text)
}

// compareFiles holds the files against the manifest.
func (v *Verdict) compareFiles(ctx context.Context, a *archive, m *Manifest) error {
	listed := map[string]bool{manifestName: true}
	for _, f := range m.Files {
		if listed[f.Name] {
			v.differ(manifestName, "it lists %.80q more than once", f.Name)
			continue
		}
		listed[f.Name] = true
		if a.files[f.Name] == nil {
			v.differ(f.Name, "the manifest lists it, and it is not there")
			continue
		}
		s := newSumming(io.Discard)
		if err := a.copy(ctx, s, f.Name); err != nil {
			return err
		}
		if got := s.file(f.Name); got.SHA256 != f.SHA256 {
			v.differ(f.Name, "its SHA-256 is %.12s…, and the manifest says %.12s…", got.SHA256, f.SHA256)
		} else if got.Bytes != f.Bytes {
			v.differ(f.Name, "it has %d bytes, and the manifest says %d", got.Bytes, f.Bytes)
		}
	}
	for _, name := range a.names {
		if !listed[name] {
			v.differ(name, "it is there, and the manifest does not list it")
		}
	}
	return nil
}

// copy unpacks a file, until the context ends.
func (a *archive) copy(ctx context.Context, w io.Writer, name string) error {
	r, err := a.open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	for err == nil {
		if err = ctx.Err(); err == nil {
			_, err = io.CopyN(w, r, 1<<20)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// chainHash matches a value of a log's chain.
var chainHash = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// again makes the packet from its own events and criteria.
func again(ctx context.Context, a *archive, m *Manifest, workers int) (*Packet, error) {
	head, err := eventstore.ParsePositionText(m.Position)
	if err != nil || head.IsZero() {
		return nil, wrongf(manifestName, "its position %.80q is none", m.Position)
	}
	if name := documentName(m.Criteria); bytesMaxOf(name) == 0 {
		return nil, wrongf(manifestName, "its criteria %.80q are no hash", m.Criteria)
	}
	if m.AsOf.Before(domain.OccurredMin) || !m.AsOf.Before(domain.OccurredMax) {
		return nil, wrongf(manifestName, "its as_of is out of range")
	}
	if m.Chain != nil {
		if _, err := eventstore.ParsePositionText(m.Chain.Position); err != nil || !chainHash.MatchString(m.Chain.Hash) {
			return nil, wrongf(manifestName, "its chain value is none")
		}
	}
	document, err := a.small(documentName(m.Criteria))
	if err != nil {
		return nil, err
	}
	plan, err := criteria.Load(documentName(m.Criteria), document)
	if err != nil {
		return nil, wrongf(documentName(m.Criteria), "%v", err)
	}
	if plan.Hash != m.Criteria {
		return nil, wrongf(documentName(m.Criteria), "its hash is %s", plan.Hash)
	}
	s := &store{archive: a, head: head}
	from := Source{Store: s, Position: head, Program: m.Program, AsOf: m.AsOf, Plan: plan, Chain: m.Chain,
		Workers: workers, Register: projections.NewRegister(), Governance: projections.NewGovernance()}
	models := []projections.Model{from.Register, from.Governance}
	if m.Names {
		from.People = projections.NewPeople()
		models = append(models, from.People)
	}
	if _, err := projections.ReadLog(ctx, s, eventstore.Filter{}, nil, models...); err != nil {
		return nil, err
	}
	if from.Facts, err = projections.Build(ctx, s, projections.BuildOptions{}); err != nil {
		return nil, err
	}
	return New(ctx, from)
}

// judged tells what is wrong with a packet from what is wrong with the machine that checks it.
func judged(ctx context.Context, err error, what string) error {
	var found *wrong
	if ctx.Err() != nil || errors.As(err, &found) {
		return err
	}
	return wrongf("", "%s: %v", what, err)
}

// compare writes the packet that was computed again, and compares every file of it with the one that is there.
func (v *Verdict) compare(ctx context.Context, a *archive, p *Packet, manifest []byte) error {
	var files []ManifestFile
	expected := map[string]bool{manifestName: true}
	for _, f := range p.files {
		expected[f.name] = true
		c, err := a.comparing(f.name)
		if err != nil {
			v.differ(f.name, "%v", unnamed(err))
			continue
		}
		s := newSumming(c)
		err = f.write(ctx, s)
		if err == nil {
			err = c.end()
		}
		c.file.Close()
		var d *differs
		switch {
		case errors.As(err, &d):
			v.differ(f.name, "%s", d.text)
		case err != nil:
			return judged(ctx, err, "it cannot be computed again")
		}
		files = append(files, s.file(f.name))
	}
	for _, name := range a.names {
		if !expected[name] {
			v.differ(name, "it does not belong to this packet")
		}
	}
	v.Counts = p.counts
	if len(v.Differences) > 0 {
		return nil
	}
	m := p.manifest(files)
	text, err := m.encode()
	if err != nil {
		return err
	}
	if !bytes.Equal(text, manifest) {
		v.differ(manifestName, "%s", firstDifference(manifest, text))
	}
	return nil
}

// unnamed is an error without the name of its file.
func unnamed(err error) error {
	var found *wrong
	if errors.As(err, &found) {
		return errors.New(found.text)
	}
	return err
}

// firstDifference tells where two texts begin to differ.
func firstDifference(have, want []byte) string {
	c := comparing{r: bufio.NewReader(bytes.NewReader(have)), line: 1}
	_, err := c.Write(want)
	if err == nil {
		err = c.end()
	}
	if err == nil {
		return "it differs"
	}
	return err.Error()
}

// comparing is a writer that compares what is written with a file of the packet.
type comparing struct {
	file   io.Closer
	r      *bufio.Reader
	line   int
	before []byte // of the line, the end of what was the same
	have   [32 << 10]byte
}

// differs is the error at the first difference.
type differs struct{ text string }

func (d *differs) Error() string { return d.text }

// contextBytes is how much of a file is shown before and after a difference.
const contextBytes = 40

func (a *archive) comparing(name string) (*comparing, error) {
	r, err := a.open(name)
	if err != nil {
		return nil, err
	}
	return &comparing{file: r, r: bufio.NewReaderSize(r, 64<<10), line: 1}, nil
}

func (c *comparing) Write(want []byte) (int, error) {
	done := 0
	for part := range slices.Chunk(want, len(c.have)) {
		n, err := io.ReadFull(c.r, c.have[:len(part)])
		have := c.have[:n]
		if same := commonPrefix(have, part); same < len(part) {
			if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return done, err
			}
			c.pass(part[:same])
			if same == n {
				return done, &differs{fmt.Sprintf("line %d: it ends after %q, and then %q was computed", c.line, c.before,
					clip(want[done+same:]))}
			}
			rest, _ := c.r.Peek(contextBytes)
			return done, &differs{fmt.Sprintf("line %d, after %q: it says %q, and %q was computed", c.line, c.before,
				clip(slices.Concat(have[same:], rest)), clip(want[done+same:]))}
		}
		c.pass(part)
		done += len(part)
	}
	return done, nil
}

// commonPrefix is how many bytes two texts have in common at their beginning.
func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// pass goes over a part that is the same.
func (c *comparing) pass(part []byte) {
	c.line += bytes.Count(part, []byte{'\n'})
	if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
		c.before, part = c.before[:0], part[i+1:]
	}
	c.before = append(c.before, part[max(len(part)-contextBytes, 0):]...)
	c.before = append(c.before[:0], c.before[max(len(c.before)-contextBytes, 0):]...)
}

// end fails unless the file ends here, too.
func (c *comparing) end() error {
	rest, err := c.r.Peek(1)
	if len(rest) > 0 {
		more, _ := c.r.Peek(contextBytes)
		return &differs{fmt.Sprintf("line %d: after its end follows %q", c.line, clip(more))}
	}
	if err != io.EOF {
		return err
	}
	return nil
}

// clip shortens a text to what is shown of it.
func clip(b []byte) []byte { return b[:min(len(b), contextBytes)] }

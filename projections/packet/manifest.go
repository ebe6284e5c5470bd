package packet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"time"

	"laurel/eventstore"
)

// Format names this version of the format of packets.
const Format = "laurel/packet/v1"

// Manifest says what a packet is of, and what is in it.
type Manifest struct {
	Format   string         `json:"format"`
	Program  string         `json:"program"`
	AsOf     time.Time      `json:"as_of"`
	Position string         `json:"position"` // of the log up to which events are in the packet
	Criteria string         `json:"criteria"` // hash of the criteria of the standings
	Names    bool           `json:"names"`    // people are named in it
	Chain    *Chain         `json:"chain,omitempty"`
	Counts   Counts         `json:"counts"`
	Files    []ManifestFile `json:"files"` // all but the manifest, in order
}

// Chain is the value of the log's hash chain at a position, which is that of the packet or a later one.
type Chain struct {
	Position string `json:"position"`
	Hash     string `json:"hash"` // "sha256:" and 64 digits
}

// NewChain returns the value of a log's chain as a manifest has it.
func NewChain(head eventstore.ChainHead) *Chain {
	return &Chain{head.Position.String(), fmt.Sprintf("sha256:%x", head.Hash)}
}

// Counts tells how much is in a packet.
type Counts struct {
	Events   int `json:"events"`
	Mentors  int `json:"mentors"`
	Awards   int `json:"awards"`
	Criteria int `json:"criteria"` // documents
	Findings int `json:"findings"` // awards that do not hold up
}

// ManifestFile is a file of a packet.
type ManifestFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// manifest makes the manifest of a packet whose files were written.
func (p *Packet) manifest(files []ManifestFile) Manifest {
	return Manifest{Format: Format, Program: p.from.Program, AsOf: p.from.AsOf, Position: p.from.Position.String(),
		Criteria: p.from.Plan.Hash, Names: p.from.People != nil, Chain: p.from.Chain, Counts: p.counts, Files: files}
}

// encode writes the manifest, for people to read.
func (m *Manifest) encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", "  ")
	return append(b, '\n'), err
}

// readManifest reads a manifest that may be anybody's.
func readManifest(text []byte) (*Manifest, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	m := &Manifest{}
	if err := dec.Decode(m); err != nil {
		return nil, fmt.Errorf("it cannot be read: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows after its end")
	}
	if m.Format != Format {
		return nil, fmt.Errorf("its format is %q; this program knows %q", m.Format, Format)
	}
	return m, nil
}

// summing is a writer that keeps size and hash of what goes through it.
type summing struct {
	w     io.Writer
	sum   hash.Hash
	bytes int64
}

func newSumming(w io.Writer) *summing { return &summing{w: w, sum: sha256.New()} }

func (s *summing) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.sum.Write(b[:n])
	s.bytes += int64(n)
	return n, err
}

func (s *summing) file(name string) ManifestFile {
	return ManifestFile{name, s.bytes, hex.EncodeToString(s.sum.Sum(nil))}
}

package packet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Source is what a packet is made of: models that were read up to a position, and the store that holds the events.
type Source struct {
	Store    eventstore.Store
	Position eventstore.Position // up to which everything was read
	Program  string
	AsOf     time.Time
	Plan     *criteria.Plan // the criteria of the standings

	Facts      *projections.Facts
	Register   *projections.Register
	Governance *projections.Governance
	People     *projections.People // nil: no names

	Chain   *Chain // of the log; nil where the store keeps none
	Workers int    // 0 for one a core
}

// Packet is a packet that can be written.
type Packet struct {
	from   *Source
	counts Counts
	files  []file // all but the manifest
}

// file is one file of a packet.
type file struct {
	name  string
	write func(context.Context, io.Writer) error
}

// The names of files.
const (
	readmeName    = "README.txt"
	criteriaName  = "criteria.json"
	standingsName = "standings.json"
	awardsName    = "awards.json"
	auditName     = "audit.json"
	eventsName    = "events.jsonl"
	manifestName  = "manifest.json"
)

// documentName is the name of the file that holds a criteria document.
func documentName(hash string) string {
	return "criteria/" + strings.TrimPrefix(hash, "sha256:") + ".json"
}

// New computes what is in a packet. The models are not read any more once it returns.
func New(ctx context.Context, from Source) (*Packet, error) {
	from.AsOf = from.AsOf.UTC()
	p := &Packet{from: &from}
	standings := projections.NewStandings(from.Facts, from.People, from.Program, from.Plan, from.AsOf, from.Workers)
	standings.Position = from.Position.String()
	rows := from.Register.Rows(from.People, from.Program, &from.AsOf, func(*projections.AwardRow) bool { return true })
	audit, err := projections.NewAudit(ctx, projections.AuditSources{Store: from.Store, Facts: from.Facts,
		Register: from.Register, Governance: from.Governance, People: from.People}, from.AsOf,
		projections.AuditOptions{Program: from.Program, All: true, Workers: from.Workers})
	if err != nil {
		return nil, err
	}
	audit.Position = from.Position.String()
	records := from.Governance.Records(from.Program, from.AsOf)
	if records == nil {
		records = []projections.CriteriaRecord{}
	}
	p.counts = Counts{Mentors: len(standings.Mentors), Awards: len(rows), Findings: len(audit.Findings)}
	p.add(readmeName, []byte(readme(&from)))
	if err := p.addDocument(criteriaName, map[string]any{"criteria": records}); err != nil {
		return nil, err
	}
	documents := map[string]string{from.Plan.Hash: string(from.Plan.Doc.Canonical())}
	for i := range records {
		if records[i].Document != "" {
			documents[records[i].Criteria] = records[i].Document
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(documents)) {
		p.add(documentName(hash), []byte(documents[hash]))
	}
	if p.counts.Criteria = len(documents); p.counts.Criteria > documentsMax {
		return nil, fmt.Errorf("the program has %d criteria documents, and a packet holds at most %d", p.counts.Criteria,
			documentsMax)
	}
	for _, d := range []struct {
		name  string
		value any
	}{{standingsName, standings}, {awardsName, map[string]any{"awards": rows}}, {auditName, audit}} {
		if err := p.addDocument(d.name, d.value); err != nil {
			return nil, err
		}
	}
	p.files = append(p.files, file{eventsName, p.writeEvents})
	return p, nil
}

// Counts tells how much is in the packet. The number of events is known once they were written.
func (p *Packet) Counts() Counts { return p.counts }

// add adds a file that is in memory.
func (p *Packet) add(name string, content []byte) {
	p.files = append(p.files, file{name, func(_ context.Context, w io.Writer) error {
		_, err := w.Write(content)
		return err
	}})
}

// addDocument adds a file as the command line prints a document.
func (p *Packet) addDocument(name string, value any) error {
	content, err := encode(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	p.add(name, content)
	return nil
}

// encode writes a value as the command line prints it.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(value)
	return b.Bytes(), err
}

package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// Governance is what the log says about criteria: which were proposed by whom, approved and activated, and so which
// were in force when. The state of each stream is the domain's own, so that what is asked here is what commands are
// judged by.
//
// Two times are asked about. What is known is everything applied so far; ReadGovernance reads up to a position. As of T
// is an argument of each question: an activation counts from its effective_at on, whenever it was recorded.
type Governance struct {
	position  eventstore.Position
	programs  map[string]*programCriteria
	documents map[string]string             // by hash, over all programs, those of voided events included
	programOf map[string]string             // of a hash: the program in whose stream it came first
	impacts   map[uuid.UUID]json.RawMessage // reports that approvals hold, by event
}

// programCriteria is the criteria stream of a program.
type programCriteria struct {
	events []domain.Event // in the order recorded
	state  *domain.Criteria
}

// NewGovernance starts with an empty log.
func NewGovernance() *Governance {
	return &Governance{programs: map[string]*programCriteria{}, documents: map[string]string{},
		programOf: map[string]string{}, impacts: map[uuid.UUID]json.RawMessage{}}
}

// ReadGovernance reads the criteria streams of a log up to a position; nil for all of it.
func ReadGovernance(ctx context.Context, store eventstore.Store, upTo *eventstore.Position) (*Governance, error) {
	g := NewGovernance()
	if err := readCategory(ctx, store, domain.CategoryCriteria, upTo, g); err != nil {
		return nil, err
	}
	return g, nil
}

// Apply reads events that follow those read before. Those of other streams say nothing about criteria.
func (g *Governance) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		e := &events[i]
		g.position = e.Position
		program, ours := strings.CutPrefix(e.Stream, domain.CategoryCriteria+"-")
		if !ours {
			continue
		}
		event, err := eventstore.Decode(*e)
		if err != nil {
			return fmt.Errorf("read criteria: %w", err)
		}
		g.apply(strings.Clone(program), detached(event))
	}
	return nil
}

func (g *Governance) apply(program string, e domain.Event) {
	switch p := e.Payload.(type) {
	case *domain.CriteriaProposed:
		g.keep(program, p.Hash, p.Document)
	case *domain.CriteriaActivated:
		g.keep(program, p.Hash, p.Document)
	case *domain.CriteriaApproved:
		g.impacts[e.ID] = p.Impact
	}
	c := g.programs[program]
	if c == nil {
		c = &programCriteria{state: domain.CriteriaDecider(domain.Slug(program)).Initial}
		g.programs[program] = c
	}
	c.events = append(c.events, e)
	c.state = c.state.Evolve(e)
}

// keep remembers the document of a hash. A voided proposal leaves it readable: what a hash means does not change.
func (g *Governance) keep(program, hash, document string) {
	if document == "" {
		return
	}
	if _, known := g.documents[hash]; !known {
		g.documents[hash], g.programOf[hash] = document, program
	}
}

// Position returns the position of the last event applied. ReadGovernance applies those of criteria streams only.
func (g *Governance) Position() eventstore.Position { return g.position }

// Programs returns the programs that have a criteria stream, in order.
func (g *Governance) Programs() []string { return slices.Sorted(maps.Keys(g.programs)) }

// State returns the state of a program's criteria stream, to judge a command before it is sent.
func (g *Governance) State(program string) *domain.Criteria {
	if c := g.programs[program]; c != nil {
		return c.state
	}
	return domain.CriteriaDecider(domain.Slug(program)).Initial
}

// Document returns the canonical document of a hash.
func (g *Governance) Document(hash string) (string, bool) {
	document, ok := g.documents[hash]
	return document, ok
}

// ProgramOf returns the program in whose stream the document of a hash came first, "" for a hash that is not known.
func (g *Governance) ProgramOf(hash string) string { return g.programOf[hash] }

// everActivated tells whether a document was ever to be in force by a time, voided and withdrawn activations included.
func (g *Governance) everActivated(program, hash string, by time.Time) bool {
	c := g.programs[program]
	return c != nil && slices.ContainsFunc(c.events, func(e domain.Event) bool {
		p, ok := e.Payload.(*domain.CriteriaActivated)
		return ok && p.Hash == hash && !p.EffectiveAt.After(by)
	})
}

// hashScheme begins every hash; people may leave it out.
const hashScheme = "sha256:"

// Find returns the hashes that begin with a prefix, with or without "sha256:", in order, over all programs.
func (g *Governance) Find(prefix string) []string {
	prefix = hashScheme + strings.TrimPrefix(prefix, hashScheme)
	var found []string
	for hash := range g.documents {
		if strings.HasPrefix(hash, prefix) {
			found = append(found, hash)
		}
	}
	slices.Sort(found)
	return found
}

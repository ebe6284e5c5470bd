package serving

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/projections"
)

// CriteriaActive names the criteria in force. It is what no name means, too, but where nothing is in force it fails.
const CriteriaActive = "active"

// plansMax bounds how many compiled documents are kept.
const plansMax = 64

// Criteria is a document to look at standings under.
type Criteria struct {
	Ref  string // as it was asked for: CriteriaActive, a hash or its first digits, or the name of a document
	Text string // of the document, as it was given
	Hash string // "sha256:" and 64 digits
	Doc  *criteria.Document
	Plan *criteria.Plan
}

// plans finds and keeps compiled documents.
type plans struct {
	named map[string]*Criteria // those that the log need not hold

	mu     sync.Mutex
	byHash map[string]*plan
	clock  uint64
}

type plan struct {
	*criteria.Plan
	used uint64
}

// newPlans compiles the documents that have names.
func newPlans(named map[string][]byte) (*plans, error) {
	p := &plans{named: map[string]*Criteria{}, byHash: map[string]*plan{}}
	for name, text := range named {
		compiled, err := criteria.Load(name, text)
		if err != nil {
			return nil, fmt.Errorf("criteria %s: %w", name, err)
		}
		p.named[name] = &Criteria{Ref: name, Text: string(text), Hash: compiled.Doc.Hash(), Doc: compiled.Doc, Plan: compiled}
	}
	return p, nil
}

// hashPrefix matches what may be the first digits of a hash.
var hashPrefix = regexp.MustCompile(`^(sha256:)?[0-9a-f]{4,64}$`)

// find returns the criteria that a reference names, as the state knows them.
func (p *plans) find(s *state, ref, program string, asOf time.Time) (*Criteria, error) {
	if ref == "" || ref == CriteriaActive {
		return p.active(s, program, asOf)
	}
	if c := p.named[ref]; c != nil {
		return c, nil
	}
	var found []string
	if hashPrefix.MatchString(ref) {
		found = s.Governance.Find(ref)
	}
	if len(found) != 1 {
		return nil, &domain.Error{Code: domain.CodeNotFound, Field: "criteria", Message: notOne(ref, len(found)),
			Hint: p.hint()}
	}
	document, _ := s.Governance.Document(found[0])
	return p.compile(ref, found[0], document)
}

func notOne(ref string, found int) string {
	if found > 1 {
		return fmt.Sprintf("%d criteria have a hash that begins with %q", found, ref)
	}
	return fmt.Sprintf("there are no criteria %q", ref)
}

// hint says what criteria may be called.
func (p *plans) hint() string {
	names := []string{`"` + CriteriaActive + `"`}
	for name := range p.named {
		names = append(names, `"`+name+`"`)
	}
	slices.Sort(names)
	return "write " + strings.Join(names, ", ") + ", or as many digits of a hash as tell it apart"
}

// active returns the criteria in force for a program at a time. It fails with *projections.NoCriteriaError when there are
// none.
func (p *plans) active(s *state, program string, asOf time.Time) (*Criteria, error) {
	regime, ok := s.Governance.InForce(program, asOf)
	if !ok {
		return nil, &projections.NoCriteriaError{Program: program, AsOf: asOf}
	}
	if regime.Document == "" {
		return nil, &domain.Error{Code: domain.CodeNotFound, Field: "criteria",
			Message: "the log holds no document with the hash " + regime.Hash + ", which is in force",
			Hint:    "propose the document again"}
	}
	return p.compile(CriteriaActive, regime.Hash, regime.Document)
}

// compile returns the plan of a document, compiling it the first time.
func (p *plans) compile(ref, hash, document string) (*Criteria, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock++
	found := p.byHash[hash]
	if found == nil {
		compiled, err := criteria.Load(hash, []byte(document))
		if err != nil {
			return nil, fmt.Errorf("criteria %s: %w", hash, err)
		}
		found = &plan{Plan: compiled, used: p.clock}
		p.byHash[hash] = found
		p.evict()
	}
	found.used = p.clock
	return &Criteria{Ref: ref, Text: document, Hash: hash, Doc: found.Doc, Plan: found.Plan}, nil
}

// evict drops the plans that were asked for longest ago.
func (p *plans) evict() {
	for len(p.byHash) > plansMax {
		oldest := ""
		for hash, plan := range p.byHash {
			if oldest == "" || plan.used < p.byHash[oldest].used {
				oldest = hash
			}
		}
		delete(p.byHash, oldest)
	}
}

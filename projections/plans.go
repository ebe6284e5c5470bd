package projections

import (
	"fmt"
	"sync"
	"time"

	"laurel/domain/awards"
	"laurel/domain/criteria"
)

// plansMax bounds how many compiled documents are kept. A program's history of criteria has far fewer.
const plansMax = 256

// Plans keeps compiled criteria for those who need the same documents again and again, as award passes do: compiling
// takes longer than to read and judge a small history. The zero value is empty and ready, also for several goroutines at
// once; nil keeps nothing.
type Plans struct {
	mu sync.Mutex
	of map[string]*criteria.Plan // by the text of the document: a hash is only what an event says
}

// load returns the plan of a document, whose name is for errors.
func (p *Plans) load(name, document string) (*criteria.Plan, error) {
	if p == nil {
		return criteria.Load(name, []byte(document))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if plan := p.of[document]; plan != nil {
		return plan, nil
	}
	plan, err := criteria.Load(name, []byte(document))
	if err != nil {
		return nil, err
	}
	if p.of == nil || len(p.of) == plansMax {
		p.of = map[string]*criteria.Plan{}
	}
	p.of[document] = plan
	return plan, nil
}

// Regimes compiles the criteria that were in force for a program up to a time.
func (p *Plans) Regimes(g *Governance, program string, asOf time.Time) ([]awards.Regime, error) {
	if p == nil {
		p = &Plans{} // of regimes with one document, too
	}
	var regimes []awards.Regime
	for _, r := range g.Regimes(program, asOf) {
		plan, err := p.load(r.Hash, r.Document)
		if err != nil {
			return nil, fmt.Errorf("criteria %s: %w", r.Hash, err)
		}
		regime := awards.Regime{From: r.From.UnixNano(), To: maxTime, Hash: r.Hash, Plan: plan}
		if !r.To.IsZero() {
			regime.To = r.To.UnixNano()
		}
		regimes = append(regimes, regime)
	}
	if len(regimes) == 0 {
		return nil, &NoCriteriaError{Program: program, AsOf: asOf}
	}
	return regimes, nil
}

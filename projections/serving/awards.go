package serving

import (
	"errors"
	"fmt"
	"time"

	"laurel/domain"
	"laurel/projections"
	"laurel/projections/awarding"
)

// AwardReport is what a pass of the award process did.
type AwardReport struct {
	At      time.Time                `json:"at,omitzero"` // when it ended
	AsOf    time.Time                `json:"as_of,omitzero"`
	Decided map[domain.EventType]int `json:"decided,omitempty"`
	Took    time.Duration            `json:"took"`
}

// awardEvery is the least time between two passes.
const awardEvery = time.Second

// awardAll runs the award process after changes, until the engine ends.
func (e *Engine) awardAll() {
	delay, seen := awardEvery, uint64(0)
	for {
		change, next := e.Changed(seen)
		if change.Version == seen {
			select {
			case <-next:
			case <-e.ctx.Done():
				return
			}
			continue
		}
		seen = change.Version
		if err := e.award(); err != nil {
			if e.ctx.Err() != nil {
				return
			}
			e.failed(&e.health.awardErr, err)
			seen = 0
			if !e.sleep(&delay) {
				return
			}
			continue
		}
		delay = awardEvery
		if !e.pause(awardEvery) {
			return
		}
	}
}

// award makes one pass over every program with criteria in force.
func (e *Engine) award() error {
	v, err := e.Look(e.ctx, At{Across: true})
	if err != nil {
		return err
	}
	programs := v.Governance.Programs()
	v.Close()
	began := e.o.Now()
	report := AwardReport{Decided: map[domain.EventType]int{}}
	for _, program := range programs {
		r, err := awarding.Run(e.ctx, e.store, program, awarding.Options{Now: began, Workers: e.o.Workers})
		var none *projections.NoCriteriaError
		if errors.As(err, &none) {
			continue
		}
		if err != nil {
			return fmt.Errorf("program %s: %w", program, err)
		}
		report.AsOf = r.AsOf
		for t, n := range r.Decided {
			report.Decided[t] += n
		}
	}
	report.At = e.o.Now()
	report.Took = report.At.Sub(began)
	e.mu.Lock()
	e.health.awards, e.health.awardErr = report, nil
	e.mu.Unlock()
	if e.o.Decided != nil && len(report.Decided) > 0 {
		e.o.Decided(report)
	}
	return nil
}

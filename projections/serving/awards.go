package serving

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/awarding"
)

// AwardReport is what a pass of the award process did, over every program with criteria in force.
type AwardReport struct {
	At       time.Time                `json:"at,omitzero"` // when it ended
	AsOf     time.Time                `json:"as_of,omitzero"`
	Position eventstore.Position      `json:"position"` // everything up to it was considered
	Took     time.Duration            `json:"took"`
	People   int                      `json:"people"` // whom it looked at
	Whole    []string                 `json:"whole"`  // the programs in which it looked at everybody
	Decided  map[domain.EventType]int `json:"decided"`
	Left     int                      `json:"left"`     // decisions left to somebody who was faster, to be looked at again
	Repaired int                      `json:"repaired"` // claims of rewards that were finished or released
}

const (
	awardEvery  = time.Second // the least time between two passes
	repairEvery = time.Minute // the least time between two looks for unfinished claims
	awardBatch  = 2048        // people planned for at once
)

// noted is what the award process has to look at.
type noted struct {
	people map[string]map[uuid.UUID]bool // by program
	claims bool                          // something about a claim was corrected
}

// notedOf tells whom a batch concerns, given the state after it and the mentors whose facts it changed.
func notedOf(s *state, b batch, touched []projections.MentorID) *noted {
	n := &noted{}
	for _, id := range touched {
		n.add(s.Facts.ProgramOf(id), s.Facts.Person(id))
	}
	for i := range b.events {
		e := &b.events[i]
		switch domain.Category(e.Stream) {
		case domain.CategoryAward:
			if stream, err := domain.ParseStream(e.Stream); err == nil {
				if a, ok := s.Register.Award(stream.ID); ok && a.First.Program != "" {
					n.add(string(a.First.Program), a.First.Person)
				}
			}
			n.claims = n.claims || e.Type == domain.TypeEventVoided
		case domain.CategoryProgram:
			n.claims = n.claims || e.Type == domain.TypeEventVoided
		}
	}
	return n
}

func (n *noted) add(program string, person uuid.UUID) {
	if n.people == nil {
		n.people = map[string]map[uuid.UUID]bool{}
	}
	if n.people[program] == nil {
		n.people[program] = map[uuid.UUID]bool{}
	}
	n.people[program][person] = true
}

func (n *noted) include(other *noted) {
	n.claims = n.claims || other.claims
	for program, people := range other.people {
		for person := range people {
			n.add(program, person)
		}
	}
}

// awarder is the award process: what it remembers from one pass to the next, so that it need not look at everybody.
type awarder struct {
	*Engine
	programs map[string]*awardedProgram
	repaired time.Time // when claims were last looked through; zero before the first time
	claims   bool      // they are to be looked through again
}

// awardedProgram is a program whose awards are decided.
type awardedProgram struct {
	regimes  []projections.Regime // that the last pass went by; none before the first
	compiled []awards.Regime
	people   map[uuid.UUID]bool // to be looked at
	dueOf    map[uuid.UUID]int64
	due      awardsDue // the same, in order of time
}

// awardAll runs the award process after changes, until the engine ends. What fails is tried again, with everything that
// was to be looked at.
func (e *Engine) awardAll() {
	a := &awarder{Engine: e, programs: map[string]*awardedProgram{}, claims: true}
	delay, seen := awardEvery, uint64(0)
	for {
		change, next := e.Changed(seen)
		if change.Version == seen {
			var repair <-chan time.Time
			if a.claims {
				repair = time.After(repairEvery)
			}
			select {
			case <-next:
				continue
			case <-repair:
			case <-e.ctx.Done():
				return
			}
		}
		seen = change.Version
		report, err := a.pass()
		if e.ctx.Err() != nil {
			return
		}
		e.passed(report, err)
		if e.o.Awarded != nil {
			e.o.Awarded(report, err)
		}
		if err != nil || report.Left > 0 {
			seen = 0
		}
		if err != nil {
			e.failed(&e.health.awardErr, err)
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

// passed notes a pass.
func (e *Engine) passed(report AwardReport, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := &e.health
	h.awardErr = err
	h.awardPasses++
	if err != nil {
		h.awardFailures++
		h.awardFailedAt = report.At
		return
	}
	h.awards = report
}

// pass looks at everybody who is to be looked at, in every program. One that fails does not stop the others.
func (a *awarder) pass() (report AwardReport, err error) {
	began := a.o.Now()
	report = AwardReport{Decided: map[domain.EventType]int{}, Whole: []string{}}
	defer func() {
		report.At = a.o.Now()
		report.Took = report.At.Sub(began)
	}()
	v, err := a.Look(a.ctx, At{Across: true})
	if err != nil {
		return report, err
	}
	report.AsOf, report.Position = v.AsOf, v.Position
	programs := v.Governance.Programs()
	v.Close()
	a.collect()
	var failed []error
	for _, program := range programs {
		if err := a.program(program, &report); err != nil {
			failed = append(failed, fmt.Errorf("award in program %s: %w", program, err))
		}
	}
	if a.claims && (a.repaired.IsZero() || began.Sub(a.repaired) >= repairEvery) {
		repairs, err := awarding.RepairClaims(a.ctx, a.store, report.AsOf)
		report.Repaired = len(repairs)
		if err != nil {
			failed = append(failed, err)
		} else {
			a.claims, a.repaired = false, began
		}
	}
	return report, errors.Join(failed...)
}

// collect takes over what was noted since the last pass.
func (a *awarder) collect() {
	a.mu.Lock()
	noted := a.noted
	a.noted.people, a.noted.claims = nil, false
	a.mu.Unlock()
	a.claims = a.claims || noted.claims
	for program, people := range noted.people {
		maps.Copy(a.of(program).people, people)
	}
}

func (a *awarder) of(program string) *awardedProgram {
	p := a.programs[program]
	if p == nil {
		p = &awardedProgram{people: map[uuid.UUID]bool{}, dueOf: map[uuid.UUID]int64{}}
		a.programs[program] = p
	}
	return p
}

// program decides about one program. People are looked at in parts, each under a view of its own: nothing is appended
// while a view is open, and each part is planned on all that was recorded before.
func (a *awarder) program(program string, report *AwardReport) error {
	p := a.of(program)
	var left []uuid.UUID // whom somebody else decided about meanwhile
	for first := true; ; first = false {
		v, err := a.Look(a.ctx, At{Program: program, Across: true})
		if err != nil {
			return err
		}
		part, err := p.part(v, first, report)
		v.Close()
		if err != nil || len(part.people) == 0 {
			p.look(left)
			return err
		}
		report.People += len(part.people)
		recorded, err := awarding.Record(a.ctx, a.store, program, part.plans, awarding.Options{Workers: a.o.Workers})
		for t, n := range recorded.Decided {
			report.Decided[t] += n
		}
		if err != nil {
			p.look(left)
			p.look(part.people)
			return err
		}
		if recorded.Passed > 0 {
			report.Left += recorded.Passed
			left = append(left, part.people...)
		}
		p.wake(part)
		if len(part.plans) == 0 {
			continue
		}
		// What is planned next has to know what was recorded now.
		head, err := a.store.Head(a.ctx)
		if err == nil {
			err = a.Wait(a.ctx, head)
		}
		if err != nil {
			p.look(left)
			return err
		}
	}
}

// look notes people to be looked at in the next pass.
func (p *awardedProgram) look(people []uuid.UUID) {
	for _, id := range people {
		p.people[id] = true
	}
}

// awardPart is what was planned for some people, and when to look at each of them again.
type awardPart struct {
	people []uuid.UUID
	plans  []projections.AwardPlan
	due    []time.Time
}

// part takes some of those who are to be looked at, and plans for them. At the beginning of a pass it finds out who is
// due, and whether the criteria in force have changed so that everybody is to be looked at.
func (p *awardedProgram) part(v *View, begins bool, report *AwardReport) (awardPart, error) {
	regimes := v.Governance.Regimes(v.Program, v.AsOf)
	anew := !slices.Equal(regimes, p.regimes)
	if anew {
		compiled, err := projections.CompileRegimes(v.Governance, v.Program, v.AsOf)
		var none *projections.NoCriteriaError
		if errors.As(err, &none) {
			p.regimes, p.compiled = nil, nil
			p.forget()
			return awardPart{}, nil // everybody is looked at when there are some
		}
		if err != nil {
			return awardPart{}, err
		}
		p.compiled = compiled
	}
	if len(p.compiled) == 0 {
		p.forget()
		return awardPart{}, nil
	}
	planner := projections.NewAwardPlanner(v.Facts, v.Program, p.compiled, v.Register, v.AsOf)
	if anew {
		p.forget()
		p.regimes = regimes
		p.look(planner.People())
		report.Whole = append(report.Whole, v.Program)
	}
	if begins {
		for len(p.due) > 0 && p.due[0].at <= v.AsOf.UnixNano() {
			if due := heap.Pop(&p.due).(awardDue); p.dueOf[due.person] == due.at {
				p.people[due.person] = true
			}
		}
	}
	var part awardPart
	for id := range p.people {
		part.people = append(part.people, id)
	}
	slices.SortFunc(part.people, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	part.people = part.people[:min(len(part.people), awardBatch)]
	for _, id := range part.people {
		delete(p.people, id)
	}
	part.plans, part.due = planner.PlanAndDue(part.people, v.engine.o.Workers)
	return part, nil
}

// forget drops what is known of people.
func (p *awardedProgram) forget() {
	clear(p.people)
	clear(p.dueOf)
	p.due = nil
}

// wake notes when to look at people again.
func (p *awardedProgram) wake(part awardPart) {
	for i, at := range part.due {
		id := part.people[i]
		if at.IsZero() {
			delete(p.dueOf, id)
			continue
		}
		if known, ok := p.dueOf[id]; !ok || known != at.UnixNano() {
			p.dueOf[id] = at.UnixNano()
			heap.Push(&p.due, awardDue{at.UnixNano(), id})
		}
	}
	if len(p.due) > dueSpareMin+2*len(p.dueOf) {
		p.due = p.due[:0]
		for id, at := range p.dueOf {
			p.due = append(p.due, awardDue{at, id})
		}
		heap.Init(&p.due)
	}
}

// dueSpareMin is how many entries out of date the order may hold beside as many as there are people.
const dueSpareMin = 1024

// awardsDue orders people by when to look at them again. It may hold entries that are out of date.
type awardsDue []awardDue

type awardDue struct {
	at     int64
	person uuid.UUID
}

func (h awardsDue) Len() int           { return len(h) }
func (h awardsDue) Less(i, j int) bool { return h[i].at < h[j].at }
func (h awardsDue) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *awardsDue) Push(x any)        { *h = append(*h, x.(awardDue)) }
func (h *awardsDue) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// Award makes one pass of the award process over a program now, whether the engine runs it continuously or not, and
// waits until the engine knows the decisions. It fails with *projections.NoCriteriaError when no criteria are in force.
func (e *Engine) Award(ctx context.Context, program string) (awarding.Report, error) {
	s, release := e.acquire()
	asOf := s.asOf
	release()
	report, err := awarding.Run(ctx, e.store, program, awarding.Options{AsOf: asOf, Now: e.o.Now(), Workers: e.o.Workers})
	if err != nil {
		return report, err
	}
	head, err := e.store.Head(ctx)
	if err != nil {
		return report, err
	}
	return report, e.Wait(ctx, head)
}

package awarding

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// Options say how Run goes about it. The zero value is right for most.
type Options struct {
	// AsOf is the time up to which to look; the zero time is the newest in the log, but not after Now.
	AsOf time.Time

	// Now is the time by the clock: an event that is dated in the future by mistake must not take awards before their
	// time. The zero time is no bound.
	Now time.Time

	// DryRun plans a pass and appends nothing.
	DryRun bool

	// Plans keeps compiled criteria from one pass to the next; nil compiles them anew.
	Plans *projections.Plans

	Workers  int                     // goroutines that plan; 0 for one a core
	Progress func(done, total int)   // if not nil, called now and then with the number of people looked at
	Decided  func(Decision)          // if not nil, called for each decision, once it is recorded
	Reading  func(events int)        // if not nil, called while the log is read
	planned  func(round, people int) // for tests: called before a batch is appended
}

// Decision is one event about an award.
type Decision struct {
	Award uuid.UUID
	Case  domain.AwardCase // what the award rests on
	Event domain.Event
}

// Report tells what Run did.
type Report struct {
	Program  string
	AsOf     time.Time
	Position eventstore.Position      // up to which the last pass had read
	Decided  map[domain.EventType]int // recorded, or what would be in a dry run
	Backlog  int                      // proposals and grants among them that are old news
	Repaired int                      // claims of rewards that were finished or released
	Passes   int
	Passed   int // decisions left to somebody who was faster
}

// Total is the number of decisions.
func (r *Report) Total() int {
	total := 0
	for _, n := range r.Decided {
		total += n
	}
	return total
}

const (
	passesMax   = 16   // each but the first follows because somebody else made progress
	peopleBatch = 2048 // planned, then appended, at once
)

// Run decides about the awards of a program whatever is to be decided, as of a time. Every decision that it reports is
// durable. It fails with *projections.NoCriteriaError when no criteria are in force.
func Run(ctx context.Context, store eventstore.Store, program string, o Options) (Report, error) {
	report := Report{Program: program, Decided: map[domain.EventType]int{}}
	for {
		passed := report.Passed
		if err := pass(ctx, store, &report, o); err != nil {
			return report, fmt.Errorf("award: %w", err)
		}
		if o.DryRun {
			return report, nil
		}
		if report.Passed == passed {
			repairs, err := RepairClaims(ctx, store, report.AsOf)
			report.Repaired = len(repairs)
			return report, err
		}
		if report.Passes == passesMax {
			return report, fmt.Errorf("award: after %d passes others still write to the same awards", passesMax)
		}
	}
}

// Record records what was planned for a program: each award's decisions at the revision that they were planned on. What
// somebody else has written to since is left, and counted as passed. The report is of these plans alone: AsOf and
// Position are the caller's to know.
func Record(ctx context.Context, store eventstore.Store, program string, plans []projections.AwardPlan, o Options) (
	Report, error) {
	report := Report{Program: program, Decided: map[domain.EventType]int{}, Passes: 1}
	for len(plans) > 0 {
		n := min(len(plans), peopleBatch)
		b, err := decideAll(plans[:n], o.Workers)
		if err == nil {
			err = record(ctx, store, b, &report, o)
		}
		if err != nil {
			return report, fmt.Errorf("award: %w", err)
		}
		plans = plans[n:]
	}
	return report, nil
}

// pass reads, plans and appends once.
func pass(ctx context.Context, store eventstore.Store, report *Report, o Options) error {
	report.Passes++
	planner, err := prepare(ctx, store, report, o)
	if err != nil {
		return err
	}
	// The next batch is planned while one is being recorded.
	recorded := make(chan error, 1)
	recorded <- nil
	people := planner.People()
	for from := 0; from < len(people); from += peopleBatch {
		to := min(from+peopleBatch, len(people))
		b, err := decideAll(planner.Plan(people[from:to], o.Workers), o.Workers)
		if before := <-recorded; before != nil || err != nil {
			return errors.Join(before, err)
		}
		if o.planned != nil {
			o.planned(report.Passes, to)
		}
		go func() { recorded <- record(ctx, store, b, report, o) }()
		if o.Progress != nil {
			o.Progress(to, len(people))
		}
	}
	return <-recorded
}

// prepare reads everything that a pass plans on, all up to the same position.
func prepare(ctx context.Context, store eventstore.Store, report *Report, o Options) (*projections.AwardPlanner, error) {
	head, err := store.Head(ctx)
	if err != nil {
		return nil, err
	}
	facts := projections.NewFacts()
	if !head.IsZero() {
		facts, err = projections.Build(ctx, store, projections.BuildOptions{UpTo: head, Progress: o.Reading})
		if err != nil {
			return nil, err
		}
	}
	register, err := projections.ReadRegister(ctx, store, &head)
	if err != nil {
		return nil, err
	}
	governance, err := projections.ReadGovernance(ctx, store, &head)
	if err != nil {
		return nil, err
	}
	report.Position, report.AsOf = head, o.AsOf
	if report.AsOf.IsZero() {
		report.AsOf, _ = facts.Newest()
		if !o.Now.IsZero() && report.AsOf.After(o.Now) {
			report.AsOf = o.Now
		}
	}
	regimes, err := o.Plans.Regimes(governance, report.Program, report.AsOf)
	if err != nil {
		return nil, err
	}
	return projections.NewAwardPlanner(facts, report.Program, regimes, register, report.AsOf), nil
}

// batch is what was decided about some awards, ready to be appended.
type batch struct {
	appends   []eventstore.StreamAppend
	decisions [][]Decision // of each append
}

// decideAll has the decider of awards judge plans, on the given number of goroutines, 0 for one a core.
func decideAll(plans []projections.AwardPlan, workers int) (batch, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	b := batch{make([]eventstore.StreamAppend, len(plans)), make([][]Decision, len(plans))}
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < len(plans) && errs[w] == nil; i += workers {
				errs[w] = b.decide(i, &plans[i])
			}
		})
	}
	group.Wait()
	return b, errors.Join(errs...)
}

// decide has the decider judge a plan, command by command.
func (b *batch) decide(i int, plan *projections.AwardPlan) error {
	decider := domain.AwardDecider(plan.Award)
	state := plan.State
	a := eventstore.StreamAppend{Stream: domain.AwardStream(plan.Award), Expected: plan.Expected}
	for _, command := range plan.Commands {
		events, err := decider.Decide(state, command)
		if err != nil {
			return fmt.Errorf("award %s: %w", plan.Award, err)
		}
		state = decider.Fold(state, events...)
		for _, e := range events {
			encoded, err := eventstore.Encode(e)
			if err != nil {
				return fmt.Errorf("award %s: %w", plan.Award, err)
			}
			a.Events = append(a.Events, encoded)
			b.decisions[i] = append(b.decisions[i], Decision{plan.Award, state.Case, e})
		}
	}
	b.appends[i] = a
	return nil
}

// record appends decisions, each award's on its stream. A stream that somebody else has written to since is left.
func record(ctx context.Context, store eventstore.Store, b batch, report *Report, o Options) error {
	appends, decisions := b.appends, b.decisions
	for len(appends) > 0 {
		n := len(appends)
		var err error
		if !o.DryRun {
			var results []eventstore.AppendResult
			results, err = store.AppendBatch(ctx, appends)
			n = len(results)
		}
		for _, decided := range decisions[:n] {
			report.count(decided, o)
		}
		appends, decisions = appends[n:], decisions[n:]
		if err == nil {
			continue
		}
		var conflict *eventstore.ConflictError
		var reused *eventstore.IDReusedError
		if !errors.As(err, &conflict) && !errors.As(err, &reused) {
			return err
		}
		report.Passed += len(decisions[0])
		appends, decisions = appends[1:], decisions[1:]
	}
	return nil
}

// count adds recorded decisions to the report.
func (r *Report) count(decisions []Decision, o Options) {
	for _, d := range decisions {
		t := d.Event.Payload.EventType()
		r.Decided[t]++
		if d.Case.Backlog && (t == domain.TypeAwardProposed || t == domain.TypeAwardGranted) {
			r.Backlog++
		}
		if o.Decided != nil {
			o.Decided(d)
		}
	}
}

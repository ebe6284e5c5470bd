package bench

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"time"

	"laurel/domain"
	"laurel/domain/awards"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// Retune is how quickly previews of other criteria come, one change after the other, over the history in memory: each
// from the changed text on, with comparison, groups, and awards under each of the three policies.
type Retune struct {
	Prepare     float64 `json:"prepare_seconds"` // before the first preview
	Changes     int     `json:"changes"`
	Median      float64 `json:"median_seconds"`
	Worst       float64 `json:"worst_seconds"`
	HeavyMedian float64 `json:"heavy_median_seconds"` // under the criteria that use everything
	Whole       float64 `json:"whole_seconds"`        // one comparison and three previews of awards, from nothing
}

// retuneChanges is how many changes are measured.
const retuneChanges = 50

// awardedBefore is how long before the newest event the awards were decided that exist.
const awardedBefore = 30 * 24 * time.Hour

// measure tries out changes of the sample criteria, and of the heavy ones.
func (r *Retune) measure(ctx context.Context, o Options, f *projections.Facts) error {
	for _, text := range []string{sampleText, heavyText} {
		bench, err := newRetuneBench(f, text)
		if err != nil {
			return err
		}
		runtime.GC()
		start := time.Now()
		retuner, err := projections.NewRetuner(ctx, bench.basis)
		if err != nil {
			return err
		}
		prepare := time.Since(start).Seconds()
		var seconds []float64
		for i := range bench.texts {
			o.Stage("retune", int64(i), int64(len(bench.texts)))
			start := time.Now()
			plan, err := criteria.Load("changed.yaml", bench.texts[i])
			if err != nil {
				return err
			}
			if _, err := retuner.Preview(ctx, plan); err != nil {
				return err
			}
			seconds = append(seconds, time.Since(start).Seconds())
		}
		slices.Sort(seconds)
		if median := seconds[len(seconds)/2]; text == heavyText {
			r.HeavyMedian = median
		} else {
			r.Prepare, r.Changes, r.Median, r.Worst = prepare, len(seconds), median, seconds[len(seconds)-1]
			r.Whole = bench.whole(bench.texts[0])
		}
	}
	return nil
}

// retuneBench is a program whose criteria are in force, and have been since before its first event, with the awards
// that they led to up to awardedBefore, and changes to try out.
type retuneBench struct {
	basis projections.RetuneBasis
	texts [][]byte
}

func newRetuneBench(f *projections.Facts, text string) (*retuneBench, error) {
	plan, err := compile("in-force.yaml", text)
	if err != nil {
		return nil, err
	}
	newest, _ := f.Newest()
	b := &retuneBench{basis: projections.RetuneBasis{
		Facts: f, Program: program, AsOf: newest, From: plan, Register: projections.NewRegister(),
		Regimes: []awards.Regime{{
			From: domain.OccurredMin.UnixNano(), To: math.MaxInt64, Hash: plan.Doc.Hash(), Plan: plan,
		}},
	}}
	decided, err := decidedAwards(&b.basis, newest.Add(-awardedBefore))
	if err != nil {
		return nil, err
	}
	if err := b.basis.Register.Apply(decided); err != nil {
		return nil, err
	}
	b.texts, err = changesOf([]byte(text))
	return b, err
}

// decidedAwards are the events that a first pass of the award process would record.
func decidedAwards(basis *projections.RetuneBasis, asOf time.Time) ([]eventstore.RecordedEvent, error) {
	var recorded []eventstore.RecordedEvent
	planner := projections.NewAwardPlanner(basis.Facts, basis.Program, basis.Regimes, basis.Register, asOf)
	for _, p := range planner.Plan(planner.People(), 0) {
		decider := domain.AwardDecider(p.Award)
		state := p.State
		for n, command := range p.Commands {
			events, err := decider.Decide(state, command)
			if err != nil {
				return nil, err
			}
			for _, e := range events {
				state = decider.Evolve(state, e)
				encoded, err := eventstore.Encode(e)
				if err != nil {
					return nil, err
				}
				recorded = append(recorded, eventstore.RecordedEvent{
					ID: e.ID, Type: encoded.Type, Stream: domain.AwardStream(p.Award), Revision: eventstore.Revision(n),
					RecordedAt: asOf, Meta: encoded.Meta, Data: encoded.Data,
				})
			}
		}
	}
	return recorded, nil
}

// changesOf turns one knob of a text after the other, up and down, each time further.
func changesOf(text []byte) ([][]byte, error) {
	knobs, err := criteria.Knobs("in-force.yaml", text)
	if err != nil {
		return nil, err
	}
	var texts [][]byte
	for n := 0; len(texts) < retuneChanges; n++ {
		k := &knobs[n%len(knobs)]
		steps := float64(1 + n/len(knobs)/2)
		if n/len(knobs)%2 == 1 {
			steps = -steps
		}
		value := min(max(k.Value+steps*k.Step, k.Least), k.Most)
		value = math.Round(value*1e6) / 1e6
		if value == k.Value {
			value += k.Step
		}
		changed, err := criteria.Set("changed.yaml", text, k.ID, value)
		if err != nil {
			return nil, fmt.Errorf("turn %s to %v: %w", k.ID, value, err)
		}
		texts = append(texts, changed)
	}
	return texts, nil
}

// whole measures what a preview would take without a retuner.
func (b *retuneBench) whole(text []byte) float64 {
	plan, err := criteria.Load("changed.yaml", text)
	if err != nil {
		return math.NaN()
	}
	start := time.Now()
	projections.Compare(b.basis.Facts, nil, program, b.basis.From, plan, b.basis.AsOf, 0)
	for _, policy := range []criteria.Policy{
		{Gained: "award", Lost: criteria.LostGrandfather}, {Gained: "award", Lost: criteria.LostRevoke},
		{Gained: "award", Lost: criteria.LostGrace, GraceNS: projections.RetuneGraceNS},
	} {
		projections.PreviewAwards(b.basis.Facts, program, b.basis.Regimes, b.basis.Register, plan.WithPolicy(policy),
			b.basis.AsOf, b.basis.AsOf)
	}
	return time.Since(start).Seconds()
}

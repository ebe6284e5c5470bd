package projections

import (
	"context"

	"laurel/domain/criteria"
)

// retuneCacheBytesMax bounds what a retuner keeps of what it computed. A measure or a kept tier that was tried takes 8
// bytes or 1 a mentor.
const retuneCacheBytesMax = 64 << 20

// columns keeps what was computed about everybody who is present: values of measures, and whether a tier that is kept
// is held, each by the text that it follows from. What was not used for longest leaves first.
type columns struct {
	crowd   *crowd
	asOf    int64
	workers int
	byKey   map[string]*column
	bytes   int
	round   uint64 // counts outcomes asked for
}

// column is one number about everybody.
type column struct {
	values []criteria.Milli // of a measure
	held   []heldState      // of a tier
	used   uint64           // in which round
}

// heldState tells whether a tier is held by itself, once it was found out.
type heldState uint8

const (
	heldUnknown heldState = iota
	heldNot
	heldSo
)

func newColumns(c *crowd, asOf int64, workers int) *columns {
	return &columns{crowd: c, asOf: asOf, workers: workers, byKey: map[string]*column{}}
}

// find returns a column that was computed, and notes that it is used.
func (c *columns) find(key string) *column {
	found := c.byKey[key]
	if found != nil {
		found.used = c.round
	}
	return found
}

// put keeps a column, and forgets others where all take too much.
func (c *columns) put(key string, added *column) {
	added.used = c.round
	c.byKey[key] = added
	c.bytes += added.bytes(key)
	for c.bytes > retuneCacheBytesMax {
		oldest := ""
		for key, column := range c.byKey {
			if column.used < c.round && (oldest == "" || column.used < c.byKey[oldest].used) {
				oldest = key
			}
		}
		if oldest == "" {
			return // all are in use
		}
		c.bytes -= c.byKey[oldest].bytes(oldest)
		delete(c.byKey, oldest)
	}
}

func (c *column) bytes(key string) int { return len(key) + 8*len(c.values) + len(c.held) }

// outcome is how everybody present stands under a plan.
type outcome struct {
	plan   *criteria.Plan // nil: under no criteria
	values []*column      // by measure; nil where it decides nothing
	kept   []*column      // by tier; nil where a tier is not kept
	parts  []*criteria.Plan
	tiers  []int16 // filled in by whoever looks at everybody
	scores []criteria.Milli
}

// outcomeOf computes the measures that a plan reads and that are not known yet. Tiers and scores follow from looking at
// everybody.
func (c *columns) outcomeOf(ctx context.Context, plan *criteria.Plan) (*outcome, error) {
	c.round++
	o := &outcome{
		plan: plan, values: make([]*column, len(plan.Doc.Measures)), kept: make([]*column, len(plan.Doc.Tiers)),
		parts: make([]*criteria.Plan, len(plan.Doc.Tiers)),
		tiers: make([]int16, c.crowd.present), scores: make([]criteria.Milli, c.crowd.present),
	}
	var missing []int
	keys := make([]string, len(plan.Doc.Measures))
	for _, i := range plan.MeasuresDeciding() {
		keys[i] = plan.MeasureKey(i)
		if o.values[i] = c.find(keys[i]); o.values[i] == nil {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		for _, i := range missing {
			o.values[i] = &column{values: make([]criteria.Milli, c.crowd.present)}
		}
		if err := c.compute(ctx, plan, missing, o.values); err != nil {
			return nil, err
		}
		for _, i := range missing {
			c.put(keys[i], o.values[i])
		}
	}
	for tier := range plan.Doc.Tiers {
		if plan.Doc.Tiers[tier].Keep == criteria.KeepWhileMet {
			continue
		}
		key := plan.TierKey(tier)
		if o.kept[tier] = c.find(key); o.kept[tier] == nil {
			o.kept[tier] = &column{held: make([]heldState, c.crowd.present)}
			c.put(key, o.kept[tier])
		}
		o.parts[tier] = plan.Part(nil, tier)
	}
	return o, nil
}

// compute evaluates some measures of a plan for everybody.
func (c *columns) compute(ctx context.Context, plan *criteria.Plan, measures []int, into []*column) error {
	part := plan.Part(measures, criteria.NoTier)
	var order []*column // by measure of the part
	for i := range part.Doc.Measures {
		order = append(order, nil)
		for _, m := range measures {
			if plan.Doc.Measures[m].Name == part.Doc.Measures[i].Name {
				order[i] = into[m]
			}
		}
	}
	return spread(ctx, c.crowd.present, evaluationBatch, c.workers, func(int) func(int) {
		evaluator := part.NewEvaluator(&c.crowd.tables)
		return func(i int) {
			t := evaluator.Evaluate(&c.crowd.mentors[i].Mentor, c.asOf)
			for m, column := range order {
				if column != nil {
					column.values[i] = t.Measures[m]
				}
			}
		}
	})
}

// timeline is what is known of how a mentor stands, as far as clauses look at it.
func (o *outcome) timeline(i int) criteria.Timeline {
	t := criteria.Timeline{Tier: o.tiers[i], Score: o.scores[i]}
	if o.plan != nil {
		t.Measures = make([]criteria.Milli, len(o.values))
		o.gather(i, t.Measures)
	}
	return t
}

func (o *outcome) gather(i int, measures []criteria.Milli) {
	for m, column := range o.values {
		if column != nil {
			measures[m] = column.values[i]
		}
	}
}

// looker finds the score and the tier of one mentor after the other.
type looker struct {
	*outcome
	columns    *columns
	judge      *criteria.Judge
	measures   []criteria.Milli
	evaluators []*criteria.Evaluator // by tier that is kept; nil until needed
}

func (c *columns) looker(o *outcome) *looker {
	return &looker{
		outcome: o, columns: c, judge: o.plan.NewJudge(), measures: make([]criteria.Milli, len(o.values)),
		evaluators: make([]*criteria.Evaluator, len(o.kept)),
	}
}

// look finds how mentor i stands. The judge has the mentor's values afterwards.
func (l *looker) look(i int) {
	l.gather(i, l.measures)
	l.scores[i] = l.judge.Look(l.measures)
	tier := len(l.kept) - 1
	for tier >= 0 && !l.judge.Holds(tier) && !l.isKept(tier, i) {
		tier--
	}
	l.tiers[i] = int16(tier)
}

// isKept tells whether a tier is held though its when does not hold.
func (l *looker) isKept(tier, i int) bool {
	kept := l.kept[tier]
	if kept == nil {
		return false
	}
	if kept.held[i] == heldUnknown {
		if l.evaluators[tier] == nil {
			l.evaluators[tier] = l.parts[tier].NewEvaluator(&l.columns.crowd.tables)
		}
		kept.held[i] = heldNot
		t := l.evaluators[tier].Evaluate(&l.columns.crowd.mentors[i].Mentor, l.columns.asOf)
		if t.Tier != criteria.NoTier {
			kept.held[i] = heldSo
		}
	}
	return kept.held[i] == heldSo
}

// cannotRise tells whether it is certain that whoever was looked at last comes to no higher tier than theirs as long as
// nothing but time passes.
func (l *looker) cannotRise(tier int16) bool {
	for higher := int(tier) + 1; higher < len(l.kept); higher++ {
		if !l.judge.Gone(higher) {
			return false
		}
	}
	return true
}

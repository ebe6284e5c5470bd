package criteria

// Trace records what every measure did with every fact, for those who ask why. Set Evaluator.Trace before Evaluate.
type Trace struct {
	Records []TraceRecord // in order of the facts, then of the measures
}

// TraceRecord is what one measure did with one fact.
type TraceRecord struct {
	Fact     int   // index into Mentor.Facts
	Measure  int   // index into Document.Measures
	Points   Milli // before caps; of a sum only
	Credited Milli // after caps; of a sum only
	Cap      int   // index of the cap that left the least, where Credited is less than Points
	Excluded Exclusion
}

// Exclusion says why a measure did not count a fact.
type Exclusion uint8

// Why a measure did not count a fact.
const (
	NotExcluded      Exclusion = iota // it counts
	ExcludedByWhere                   // where does not hold for it
	ExcludedByCredit                  // an outcome outside the measure's credit
	ExcludedByCap                     // nothing is left in a cap's bucket
	ExcludedByWindow                  // older than the window
	ExcludedByDecay                   // nothing is kept at its age
)

// SetTrace makes the evaluator record into t from now on; nil ends it.
func (e *Evaluator) SetTrace(t *Trace) { e.trace = t }

func (t *Trace) excluded(measure, fact int, points Milli, why Exclusion) {
	if t != nil {
		t.Records = append(t.Records, TraceRecord{Fact: fact, Measure: measure, Points: points, Excluded: why})
	}
}

func (t *Trace) counted(measure, fact int) {
	if t != nil {
		t.Records = append(t.Records, TraceRecord{Fact: fact, Measure: measure})
	}
}

func (t *Trace) credited(measure, fact int, points, credited Milli, byCap int) {
	if t == nil {
		return
	}
	r := TraceRecord{Fact: fact, Measure: measure, Points: points, Credited: credited, Cap: byCap}
	if credited == 0 && points > 0 {
		r.Excluded = ExcludedByCap
	}
	t.Records = append(t.Records, r)
}

// Remaining returns what a traced fact contributes at T to a sum, or 1000 where it counts in another aggregate, and why
// it contributes nothing.
func (p *Plan) Remaining(r TraceRecord, f *Fact, asOf int64) (Milli, Exclusion) {
	m := &p.measures[r.Measure]
	if r.Excluded != NotExcluded {
		return 0, r.Excluded
	}
	amount := r.Credited
	if m.Aggregate != SumPoints {
		amount = 1000
	}
	if m.WindowNS > 0 && addNS(f.At, m.WindowNS) <= asOf {
		return 0, ExcludedByWindow
	}
	keep := int64(1_000_000)
	for _, d := range m.Decay {
		if addNS(f.At, d.AfterNS) <= asOf {
			keep = d.KeepMicro
		}
	}
	if m.Aggregate == SumPoints && keep != 1_000_000 {
		left := kept(amount, keep)
		if left == 0 && amount > 0 {
			return 0, ExcludedByDecay
		}
		return left, NotExcluded
	}
	return amount, NotExcluded
}

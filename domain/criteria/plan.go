package criteria

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
)

// Plan is a criteria document compiled for evaluation. It is immutable and safe for concurrent use.
type Plan struct {
	Doc  *Document
	Hash string // of the document, which is not to change any more

	calendar *calendar
	cuts     [EveryYear + 1]bool // the calendar units that some measure needs
	measures []measurePlan
	takers   [factTypeCount][]int // measures that take a type, by its code
	relevant [factTypeCount]bool  // some measure takes it
	sums     []sharePlan          // shares, each with the sum that it is of
	linear   *linearForm          // of the score; nil where it is none
	expiring []int                // measures that change as time passes
	patient  []int                // those among them whose expiries may be put off
	sharers  int64                // patient measures that the score adds
	memoryNS int64                // how far back facts matter; the greatest int64 where all do

	when      []when
	scoreOf   *scorePlan
	scoreRead bool      // some tier's when refers to the score
	scored    []string  // the measures that the score refers to
	gates     [][]Milli // by variable: where one of its comparisons changes, ascending
	ungated   []bool    // by variable: any change may matter
	names     []string  // of the variables: the measures, and "score"
	vars      variables // by name
}

// measurePlan is a compiled measure. What every fact needs stands first.
type measurePlan struct {
	aggregate Aggregate
	unit      Every // of counts of units and of streaks
	inParts   bool  // a sum that some share divides by mentee
	caps      []Cap
	offsets   []int64 // ages at which a fact's contribution changes: decay steps, then the window
	windowNS  int64
	apartMax  int64 // of a streak: how far neighbouring units may be apart
	pred      *predicate
	points    [factTypeCount]Milli
	keeps     []int64 // by offset: the millionths that are kept from then on
	starts    unitStarts
	quick     quick
	patient   bool  // its expiries may be put off: see patience.go
	dropMax   Milli // of a patient measure: the most that one entry can take from the value
	sum       int   // of a share: the index of its sum
	*Measure
}

// quick is a way to see at a glance that a fact leaves a measure as it is.
type quick uint8

const (
	quickNone quick = iota
	quickSeen       // a mentee who is counted for good
	quickUnit       // the unit that is active anyway
)

type sharePlan struct{ share, sum int }

// when is a tier's compiled condition.
type when struct {
	bounds  []bound      // if not nil, all that decides
	truth   truth        // nil: the interpreter decides
	parts   []clausePart // that must all hold
	gone    truth        // it does not hold, and will not as long as no fact is added; nil: nobody can tell
	program cel.Program
	root    ast.Expr
	info    *ast.SourceInfo
}

type scorePlan struct {
	number  number // nil: the interpreter computes
	program cel.Program
	root    ast.Expr
}

// defaultCredit is what a measure that says nothing about credit uses.
var defaultCredit = Credit{WithinNS: 365 * dayNS}

// Compile turns a checked document into a plan.
func Compile(checked *CheckedDocument) (*Plan, error) {
	doc := checked.Doc
	loc, err := time.LoadLocation(doc.Timezone)
	if err != nil {
		return nil, fmt.Errorf("time zone %q of the criteria: %w", doc.Timezone, err)
	}
	p := &Plan{Doc: doc, Hash: doc.Hash(), calendar: newCalendar(loc), vars: variables{}, memoryNS: never}
	for i := range doc.Measures {
		p.names = append(p.names, doc.Measures[i].Name)
		p.vars[doc.Measures[i].Name] = i
	}
	p.names = append(p.names, "score")
	for i := range doc.Measures {
		m, err := p.compileMeasure(i, checked)
		if err != nil {
			return nil, err
		}
		p.enterMeasure(m)
	}
	score, err := checked.Score.Program()
	if err != nil {
		return nil, fmt.Errorf("score: %w", err)
	}
	p.enterScore(checked.Score.AST.NativeRep().Expr(), score, checked.Score.Measures)
	for i := range doc.Tiers {
		program, err := checked.When[i].Program()
		if err != nil {
			return nil, fmt.Errorf("when of tier %s: %w", doc.Tiers[i].ID, err)
		}
		native := checked.When[i].AST.NativeRep()
		p.enterWhen(native.Expr(), native.SourceInfo(), program)
	}
	p.finish()
	return p, nil
}

// finish works out what depends on several parts of a plan.
func (p *Plan) finish() {
	for _, s := range p.sums {
		p.measures[s.sum].inParts = true
	}
	p.findPatient()
	falls := p.falling()
	for i := range p.when {
		p.when[i].gone = compileGone(p.when[i].root, p.vars, falls)
	}
	for i := range p.gates {
		slices.Sort(p.gates[i])
		p.gates[i] = slices.Compact(p.gates[i])
	}
}

func (p *Plan) compileMeasure(i int, checked *CheckedDocument) (measurePlan, error) {
	doc := &p.Doc.Measures[i]
	m := measurePlan{
		Measure: doc, aggregate: doc.Aggregate, caps: doc.Caps, windowNS: doc.WindowNS, apartMax: int64(1 + doc.Grace),
	}
	for _, of := range m.Of {
		code, ok := TypeCode(of.Type)
		if !ok {
			return m, fmt.Errorf("measure %s: events of type %s are not facts", m.Name, of.Type)
		}
		m.points[code] = of.Points
	}
	if where := checked.Where[i]; where != nil {
		program, err := where.Program()
		if err != nil {
			return m, fmt.Errorf("where of measure %s: %w", m.Name, err)
		}
		m.pred = compilePredicate(where.AST.NativeRep().Expr(), program)
	}
	for _, d := range m.Decay {
		if m.WindowNS == 0 || d.AfterNS < m.WindowNS {
			m.offsets, m.keeps = append(m.offsets, d.AfterNS), append(m.keeps, d.KeepMicro)
		}
	}
	if m.WindowNS > 0 {
		m.offsets, m.keeps = append(m.offsets, m.WindowNS), append(m.keeps, 0)
	}
	switch m.Aggregate {
	case CountDays:
		m.unit = EveryDay
	case CountWeeks, StreakWeek:
		m.unit = EveryWeek
	case CountMonths, StreakMonth:
		m.unit = EveryMonth
	case ShareMentee:
		sum, ok := p.vars[m.In]
		if !ok {
			return m, fmt.Errorf("measure %s: there is no measure %s", m.Name, m.In)
		}
		m.sum = sum
	}
	if m.isStreak() {
		m.starts = p.calendar.startsOf(m.unit)
	}
	switch {
	case m.aggregate == CountMentees && m.windowNS == 0:
		m.quick = quickSeen
	case m.unit != 0:
		m.quick = quickUnit
	}
	return m, nil
}

// enterMeasure makes a compiled measure the plan's next one.
func (p *Plan) enterMeasure(m measurePlan) {
	i := len(p.measures)
	p.measures = append(p.measures, m)
	for _, of := range m.Of {
		if code, ok := TypeCode(of.Type); ok && !slices.Contains(p.takers[code], i) {
			p.takers[code] = append(p.takers[code], i)
			p.relevant[code] = true
		}
	}
	if m.Aggregate == ShareMentee {
		p.sums = append(p.sums, sharePlan{share: i, sum: m.sum})
	}
	if len(m.offsets) > 0 || m.isStreak() {
		p.expiring = append(p.expiring, i)
	}
	p.cuts[m.unit] = true
	for _, c := range m.caps {
		p.cuts[c.Every] = true
	}
}

func (m *measurePlan) isStreak() bool { return m.Aggregate == StreakWeek || m.Aggregate == StreakMonth }

// enterScore compiles the score over the plan's measures, which are all there.
func (p *Plan) enterScore(root ast.Expr, program cel.Program, measures []string) {
	n := len(p.measures)
	if f := (&linearForm{factors: make([]Milli, n), weights: make([]Milli, n)}); linear(root, p.vars, 1, f) {
		p.linear = f
	}
	p.scoreOf = &scorePlan{number: compileNumber(root, p.vars), program: program, root: root}
	p.scored = measures
	p.vars["score"] = n
	p.gates, p.ungated = make([][]Milli, len(p.names)), make([]bool, len(p.names))
}

// enterWhen compiles the condition of the plan's next tier.
func (p *Plan) enterWhen(root ast.Expr, info *ast.SourceInfo, program cel.Program) {
	w := when{truth: compileTruth(root, p.vars), program: program, root: root, info: info}
	w.bounds = p.boundsOf(root)
	w.parts = p.partsOf(root)
	p.when = append(p.when, w)
	p.gate(root)
	found := map[int]bool{}
	variablesOf(root, p.vars, found)
	p.scoreRead = p.scoreRead || found[p.vars["score"]]
}

// bound is a comparison of a variable with a constant, as the whole range in which it holds.
type bound struct {
	variable int
	low      Milli
	high     Milli
}

// boundsOf turns a conjunction of comparisons into ranges; nil when it is anything else.
func (p *Plan) boundsOf(e ast.Expr) []bound {
	var bounds []bound
	for _, part := range conjuncts(e) {
		c, ok := asComparison(part, p.vars)
		if !ok {
			return nil
		}
		b, ok := c.bound()
		if !ok {
			return nil
		}
		bounds = append(bounds, b)
	}
	return bounds
}

// gate notes at which values of its variables the truth of an expression can change.
func (p *Plan) gate(e ast.Expr) {
	if c, ok := asComparison(e, p.vars); ok {
		p.gates[c.variable] = append(p.gates[c.variable], boundaries(c.constant)...)
		return
	}
	if e.Kind() == ast.CallKind {
		switch call := e.AsCall(); call.FunctionName() {
		case "_&&_", "_||_", "!_":
			for _, arg := range call.Args() {
				p.gate(arg)
			}
			return
		}
	}
	found := map[int]bool{}
	variablesOf(e, p.vars, found)
	for i := range found {
		p.ungated[i] = true
	}
}

package projections

import (
	"cmp"
	"fmt"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// reaching is a search for further events.
type reaching struct {
	base     part // without what happened after from
	plan     *criteria.Plan
	target   int
	from, to int64

	measures  []int                // those that decide about the target or a higher tier
	direction []criteria.Direction // by measure: of these tiers together
	shared    []int                // the sums among them that some share divides
	rated     bool                 // a mean may have to be neither as high nor as low as possible
	keeps     bool                 // one of these tiers stays after its when ceased to hold

	whos     []furtherWho // existing mentees, new ones, sessions
	existing int
	mentees  int   // of the mentor, with those whose mentorships were voided
	sessions []int // by index into whos
	ahead    criteria.Mentor
	kinds    []furtherKind
	dropped  bool     // kinds were dropped that might do where others do not
	fresh    []uint16 // codes of skills that nobody has
	trial    *trial

	records    records
	starts     [criteria.EveryYear + 1][]int64 // of the calendar units in use, after from
	presentEnd [criteria.EveryYear + 1]int64   // of each calendar unit, when the next one begins
	leaves     []*stretch
	outlook    *stretch // all of them
	past       []*stretch
	classes    []class
	pieces     map[creditKey][]piece
	ratings    []int   // by measure: how many surely count
	spans      []int64 // after which a credit begins to count
	changed    []int64
	combined   [][]int // the combinations of kinds that were looked at last
	counts     []int

	instants int // at which events were tried

	unsure      bool // something was left out that might do
	evaluations int
	budget      int
	checks      int // of bounds
	checksEnd   int // for sets of the present size
	limits      []string
	best        *found
	proven      bool
	atLeast     int
}

// found is a set of further events that reaches the tier.
type found struct {
	events []further
	at     int64 // when it is reached
	tier   int16
}

// The work of a search, in evaluations: fewer for mentors with long histories.
const (
	reachWork           = 12_000_000
	reachEvaluationsMax = 60_000
	reachEvaluationsMin = 3_000
	reachChecksMax      = 100_000

	reachChecksOfSizeMax = 40_000
)

func newReaching(whole part, plan *criteria.Plan, target int, from, to int64, q *ReachQuery) *reaching {
	s := &reaching{
		base: whole.until(from), plan: plan, target: target, from: from, to: max(from, to),
		pieces: map[creditKey][]piece{},
	}
	s.findMeasures()
	s.findWhos()
	s.ahead = s.mentorAhead()
	s.findKinds(q.Only)
	s.findStarts()
	s.countRatings()
	s.trial = newTrial(s)
	s.readRecords()
	s.lookAhead()
	s.findClasses()
	if s.budget = q.Evaluations; s.budget <= 0 {
		s.budget = min(max(reachWork/(len(s.base.mentors[s.base.self].Facts)+100), reachEvaluationsMin), reachEvaluationsMax)
	}
	return s
}

// findMeasures finds what decides about the target or a higher tier.
func (s *reaching) findMeasures() {
	s.direction = make([]criteria.Direction, len(s.plan.Doc.Measures))
	decides := map[int]bool{}
	for tier := s.target; tier < len(s.plan.Doc.Tiers); tier++ {
		for _, i := range s.plan.MeasuresOf(tier) {
			decides[i] = true
			s.direction[i] |= s.plan.DirectionOf(tier, i)
		}
		s.keeps = s.keeps || s.plan.Doc.Tiers[tier].Keep != criteria.KeepWhileMet
	}
	for i := range s.plan.Doc.Measures {
		m := &s.plan.Doc.Measures[i]
		if !decides[i] {
			continue
		}
		s.measures = append(s.measures, i)
		if sum := s.indexOf(m.In); m.Aggregate == criteria.ShareMentee && !slices.Contains(s.shared, sum) {
			s.shared = append(s.shared, sum)
		}
		if m.Credit.AtLeastNS > 0 && !slices.Contains(s.spans, m.Credit.AtLeastNS) {
			s.spans = append(s.spans, m.Credit.AtLeastNS)
		}
	}
	s.rated = s.needsRatings()
}

// countRatings finds out, by measure, how many ratings surely count at any time.
func (s *reaching) countRatings() {
	given, _ := criteria.TypeCode(domain.TypeFeedbackGiven)
	s.ratings = make([]int, len(s.plan.Doc.Measures))
	m := &s.base.mentors[s.base.self]
	for _, i := range s.measures {
		if doc := &s.plan.Doc.Measures[i]; doc.Aggregate == criteria.MeanRating && doc.WindowNS == 0 {
			for f := range m.Facts {
				if m.Facts[f].Type == given && s.plan.Passes(i, &s.base.tables, &m.Mentor, &m.Facts[f]) {
					s.ratings[i]++
				}
			}
		}
	}
}

func (s *reaching) limit(text string) {
	if !slices.Contains(s.limits, text) {
		s.limits = append(s.limits, text)
	}
}

// unsureOf notes something that was left out and that might do: then nothing is proven.
func (s *reaching) unsureOf(text string) {
	s.limit(text)
	s.unsure = true
}

// order orders events as they are recorded: by time, and at the same instant so that each can be.
func (s *reaching) order(events []further) {
	slices.SortStableFunc(events, func(a, b further) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(s.kinds[a.kind].order, s.kinds[b.kind].order),
			cmp.Compare(a.kind, b.kind), cmp.Compare(a.who, b.who))
	})
}

// try evaluates a set of events, in order, and keeps it if it reaches the tier earlier than the best of its size.
func (s *reaching) try(events []further) {
	s.evaluations++
	t := s.trial.evaluate(events, s.to)
	at, tier, ok := s.reachedIn(&t)
	if ok && (s.best == nil || at < s.best.at) {
		s.best = &found{slices.Clone(events), at, tier}
	}
}

// reachedIn finds when a tier that is wanted is held first.
func (s *reaching) reachedIn(t *criteria.Timeline) (at int64, tier int16, ok bool) {
	held := int16(criteria.NoTier)
	for _, tr := range t.Transitions {
		if tr.At > s.from {
			if int(held) >= s.target {
				break
			}
			if int(tr.To) >= s.target {
				return tr.At, tr.To, true
			}
		}
		held = tr.To
	}
	return s.from, held, int(held) >= s.target
}

func (s *reaching) spent() bool { return s.evaluations >= s.budget }

// spentChecks reports whether no more bounds are to be looked at for sets of the present size.
func (s *reaching) spentChecks() bool { return s.checks >= s.checksEnd }

// search looks for the smallest set.
func (s *reaching) search() {
	if s.try(nil); s.best != nil {
		s.proven = true
		return
	}
	s.atLeast = 1
	if len(s.kinds) == 0 || !s.feasible(s.upTo(manyEvents)) {
		s.proven = !s.unsure
		return
	}
	refuted, n := !s.unsure, 1
	for ; n <= reachEventsMax && s.best == nil && !s.spent() && s.checks < reachChecksMax; n++ {
		if refuted = s.ofSize(n) && refuted; refuted {
			s.atLeast = n + 1
		}
	}
	s.proven = s.best != nil && s.atLeast == len(s.best.events)
	if s.best == nil {
		s.widen(n)
	}
	if s.best != nil {
		s.reduce()
		instants, _ := s.findInstants(0)
		s.instants = max(s.instants, len(instants))
		s.polish(instants)
		return
	}
	if n > reachEventsMax {
		s.limit(fmt.Sprintf("no more than %d events were tried", reachEventsMax))
	} else {
		s.limit(fmt.Sprintf("the search ended after %d evaluations", s.evaluations))
	}
}

// Bounds of what is tried where the search for a smallest set has come to its end.
const (
	widenSizesMax        = 12
	widenCombinationsMax = 40
)

// widen looks for larger sets, of combinations that are the last ones that were looked at and some events more.
func (s *reaching) widen(n int) {
	s.budget += s.budget / 2
	limit := s.evaluations + s.budget/2
	for round := 0; round < widenSizesMax && n <= reachEventsMax && s.best == nil && s.evaluations < limit; round++ {
		var more [][]int
		seen := map[string]bool{}
		for _, counts := range s.combined {
			for kind := range counts {
				with := slices.Clone(counts)
				with[kind]++
				key := fmt.Sprint(with)
				if seen[key] || s.kinds[kind].joker || s.kinds[kind].flips != nil && with[kind] > len(s.sessions) {
					continue
				}
				if seen[key] = true; len(more) < widenCombinationsMax && s.feasible(&shape{loose: with}) {
					more = append(more, with)
				}
			}
		}
		s.combined = more
		for _, counts := range more {
			s.scheduleAll(s.dealt(counts), limit)
		}
		n++
	}
}

// reduce takes away from what was found whatever it does without, where no smaller size was ruled out.
func (s *reaching) reduce() {
	for i := 0; !s.proven && i < len(s.best.events); {
		less := slices.Delete(slices.Clone(s.best.events), i, i+1)
		found := s.best
		if s.best = nil; s.inTime(less) {
			s.try(less)
		}
		if s.best == nil {
			s.best = found
			i++
		} else {
			i = 0
		}
	}
}

// manyEvents is more than any answer has.
const manyEvents = 1 << 30

// upTo is a shape with up to so many events of each kind.
func (s *reaching) upTo(n int) *shape {
	sh := &shape{loose: make([]int, len(s.kinds)), upTo: true}
	for k := range sh.loose {
		sh.loose[k] = n
		if s.kinds[k].flips != nil {
			sh.loose[k] = min(n, len(s.sessions))
		}
	}
	return sh
}

// Schedules that are tried of each shape: a few of all of them first, and then more.
const (
	schedulesPlainMax = 30
	schedulesMax      = 200
)

// ofSize looks for a set of n events. Without one it reports whether there is none.
func (s *reaching) ofSize(n int) (ruledOut bool) {
	if !s.feasible(s.upTo(n)) {
		return true
	}
	s.checksEnd = s.checks + reachChecksOfSizeMax
	combinations, all := s.combinations(n)
	if all && len(combinations) == 0 {
		return true
	}
	s.combined = combinations
	shapes, complete := s.shapesOf(combinations)
	if complete = complete && all; complete && len(shapes) == 0 {
		return true
	}
	limit := s.evaluations + (s.budget-s.evaluations)/4
	for i := 0; i < len(combinations) && (!complete || len(shapes) > shapesFew) && s.best == nil; i++ {
		s.scheduleAll(s.dealt(combinations[i]), limit)
	}
	if s.best == nil {
		s.scheduleAll(shapes, limit)
	}
	if s.best != nil {
		return false
	}
	return s.exhaustAll(n, shapes) && complete
}

// shapesFew is up to how many shapes are gone through one by one before others are.
const shapesFew = 200

// scheduleAll tries shapes on likely schedules, the plainest first, while there is time for it.
func (s *reaching) scheduleAll(shapes []shape, limit int) {
	for _, plain := range []bool{true, false} {
		most := schedulesMax
		if plain {
			most = schedulesPlainMax
		}
		for i := range shapes {
			if s.evaluations < limit {
				s.schedules(&shapes[i], plain, most)
			}
		}
		if s.best != nil {
			return
		}
	}
}

// exhaustAll goes through all sets of shapes of n events, if there is time for it, and reports whether none does.
func (s *reaching) exhaustAll(n int, shapes []shape) bool {
	instants, all := s.findInstants(n)
	s.instants = len(instants)
	all = all && !s.dropped
	work := 0.0
	for i := range shapes {
		if s.hasJoker(&shapes[i]) {
			all = false
			continue
		}
		work += s.setsOf(&shapes[i], len(instants))
	}
	if work > float64(s.budget-s.evaluations)/2 {
		return false
	}
	for i := range shapes {
		if s.hasJoker(&shapes[i]) {
			continue
		}
		if s.exhaust(&shapes[i], instants); s.best != nil {
			return false
		}
	}
	return all
}

// shapesOf lists the shapes of combinations that no bound rules out. Complete says that these are all.
func (s *reaching) shapesOf(combinations [][]int) (shapes []shape, complete bool) {
	complete = true
	for _, counts := range combinations {
		all := s.distribute(counts, func(sh *shape) bool {
			shapes = append(shapes, shape{loose: slices.Clone(sh.loose), slots: slices.Clone(sh.slots)})
			return len(shapes) < shapesMax
		})
		complete = complete && all
		if len(shapes) >= shapesMax || s.spentChecks() {
			return shapes, false
		}
	}
	return shapes, complete
}

package projections

import (
	"cmp"
	"fmt"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// further is a further event: of a kind, with someone, at some time. Who is -1 for what is shared with everybody.
type further struct {
	kind, who int
	at        int64
}

// found is a set of further events that reaches the tier.
type found struct {
	events []further
	at     int64 // when it is reached
	tier   int16
}

// reaching is a search for further events.
type reaching struct {
	base     part // without what happened after from
	probe    part // with a new mentee
	plan     *criteria.Plan
	trier    *trier
	target   int
	from, to int64

	measures   []int // those that decide about the target or a higher tier
	rated      bool  // a mean may have to be neither as high nor as low as possible
	kinds      []furtherKind
	whos       []furtherWho // existing mentees, new ones, sessions
	existing   int
	menteesAll int
	sessions   []int // by index into whos
	instants   []int64
	always     []int64                         // those that matter to events of every kind
	units      [criteria.EveryYear + 1][]int64 // by calendar unit in use: from, and its beginnings after that
	spans      []int64                         // after which a credit begins to count
	cells      []cell
	hull       cell        // that all of them are in
	checks     int         // of bounds
	ratings    []int       // by measure: how many surely count
	shared     []int       // the sums that shares are measured of
	sharers    map[int]int // by sum: the mentees who have a part in it

	cut         bool // not everyone is tried
	unsure      bool // not every kind of event is
	evaluations int
	budget      int
	limits      []string
	best        *found
	proven      bool
	atLeast     int
}

// The work of a search, in evaluations: fewer for mentors with long histories.
const (
	reachWork           = 12_000_000
	reachEvaluationsMax = 60_000
	reachEvaluationsMin = 3_000
	combinationsMax     = 2_000
	checksMax           = 100_000
	schedulesMax        = 400 // for one combination
)

func newReaching(whole part, plan *criteria.Plan, target int, from, to int64, q *ReachQuery) *reaching {
	s := &reaching{base: whole.until(from), plan: plan, target: target, from: from, to: max(from, to), sharers: map[int]int{}}
	decides := map[int]bool{}
	for tier := target; tier < len(plan.Doc.Tiers); tier++ {
		for _, i := range plan.MeasuresOf(tier) {
			decides[i] = true
		}
	}
	for i := range plan.Doc.Measures {
		if decides[i] {
			s.measures = append(s.measures, i)
		}
	}
	s.rated = s.needsRatings()
	s.findShared()
	s.findWhos()
	s.probe = s.base.copy()
	s.start(s.probe, s.existing, from)
	s.probe.settle()
	s.findKinds(q.Only)
	s.trier = newTrier(plan, s.base)
	s.findInstants()
	s.countRatings()
	if s.budget = q.Evaluations; s.budget <= 0 {
		s.budget = min(max(reachWork/(len(s.base.mentors[s.base.self].Facts)+100), reachEvaluationsMin), reachEvaluationsMax)
	}
	return s
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

// needsRatings reports whether some mean that decides is used otherwise than as something to be large.
func (s *reaching) needsRatings() bool {
	zero := make([]criteria.Milli, len(s.plan.Doc.Measures))
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		if m.Aggregate != criteria.MeanRating {
			continue
		}
		for tier := s.target; tier < len(s.plan.Doc.Tiers); tier++ {
			for _, c := range s.plan.Clauses(tier, zero, 0) {
				if c.Variable == "score" || !c.Compares || c.Variable == m.Name && c.Operator != ">=" && c.Operator != ">" {
					return true
				}
			}
		}
	}
	return false
}

// start begins a mentorship with a new mentee.
func (s *reaching) start(p part, who int, at int64) {
	code, _ := criteria.TypeCode(domain.TypeMentorshipStarted)
	w := &s.whos[who]
	s.fold(p, &Input{
		ID: furtherID("start", who), Stream: w.stream, At: at, Kind: InputStart, Code: code, Program: p.programs[0],
		Mentor: p.Person(p.self), Mentee: w.person,
	})
}

func (s *reaching) fold(p part, in *Input) {
	in.Position = p.position
	if err := p.fold(in); err != nil { // the encoding is full: then the event does nothing
		s.limit(err.Error())
	}
}

// rank orders events of the same instant: mentorships start, then sessions, and outcomes come last.
func (s *reaching) rank(e further) int { return int(s.kinds[e.kind].kind) }

func (s *reaching) order(events []further) {
	slices.SortStableFunc(events, func(a, b further) int {
		return cmp.Or(compareInt64(a.at, b.at), cmp.Compare(s.rank(a), s.rank(b)), cmp.Compare(a.kind, b.kind), a.who-b.who)
	})
}

// with returns the base with further events.
func (s *reaching) with(events []further) part {
	p := s.base.copy()
	fresh := 0
	for i, e := range events {
		k := &s.kinds[e.kind]
		if k.kind == InputStart {
			s.start(p, e.who, e.at)
			continue
		}
		in := Input{
			ID: furtherID("event", i), At: e.at, Kind: k.kind, Code: k.code, Flags: k.flags, Value: k.value,
			Label: k.label, Skill: k.skill,
		}
		if k.fresh {
			fresh++
			in.Skill = freshSkill(fresh)
		}
		switch k.kind {
		case InputShared:
			in.Stream = p.Person(p.self)
		case InputOutcome:
			in.Stream = s.whos[e.who].person
		default:
			in.Stream, in.Ref = s.whos[e.who].stream, s.whos[e.who].session
			if criteria.FactType(k.code) == domain.TypeFeedbackGiven {
				in.Ref = p.Person(p.self)
			}
		}
		s.fold(p, &in)
	}
	p.settle()
	return p
}

// try evaluates a set of events, and keeps it if it reaches the tier earlier than the best of its size.
func (s *reaching) try(events []further) bool {
	s.order(events)
	s.evaluations++
	at, tier, ok := s.reachedBy(s.with(events))
	if ok && (s.best == nil || at < s.best.at) {
		s.best = &found{slices.Clone(events), at, tier}
	}
	return ok
}

// reachedBy finds when a tier that is wanted is held first.
func (s *reaching) reachedBy(p part) (at int64, tier int16, ok bool) {
	t := s.trier.evaluate(p, s.to)
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

// search looks for the smallest set.
func (s *reaching) search() {
	if s.try(nil) {
		s.proven = true
		return
	}
	s.atLeast = 1
	s.findCells()
	s.findHull()
	if len(s.kinds) == 0 || s.hopeless() {
		s.proven = !s.unsure
		return
	}
	refuted := !s.unsure
	for n := 1; n <= reachEventsMax && !s.spent() && s.checks <= checksMax; n++ {
		ruledOut := s.ofSize(n)
		if s.best != nil {
			s.proven = refuted
			s.polish()
			return
		}
		if refuted = refuted && ruledOut; refuted {
			s.atLeast = n + 1
		}
	}
	if s.spent() || s.checks > checksMax {
		s.limit(fmt.Sprintf("the search ended after %d evaluations", s.evaluations))
	} else {
		s.limit(fmt.Sprintf("no more than %d events were tried", reachEventsMax))
	}
}

// hopeless reports whether no number of events can reach the tier.
func (s *reaching) hopeless() bool {
	const many = 1_000_000
	counts := make([]int, len(s.kinds))
	for i := range counts {
		counts[i] = many
	}
	return !s.feasible(counts)
}

// ofSize looks for a set of n events. Without one it reports whether there is none.
func (s *reaching) ofSize(n int) (ruledOut bool) {
	var candidates [][]int
	all := make([]int, len(s.kinds))
	for i := range all {
		all[i] = n
	}
	if !s.feasible(all) {
		return true
	}
	seen, complete := 0, true
	s.combinations(n, func(counts []int) bool {
		if seen++; seen > combinationsMax || s.checks > checksMax {
			complete = false
			return false
		}
		if s.feasible(counts) {
			candidates = append(candidates, slices.Clone(counts))
		}
		return true
	})
	if !complete {
		s.plainCombinations(n, func(counts []int) {
			if s.checks <= checksMax && s.feasible(counts) {
				candidates = append(candidates, counts)
			}
		})
	}
	if complete && len(candidates) == 0 {
		return true
	}
	limit := s.evaluations + (s.budget-s.evaluations)/4
	for _, counts := range candidates {
		if s.evaluations >= limit {
			break
		}
		s.schedules(counts)
	}
	if s.best != nil {
		return false
	}
	work := 0.0
	for _, counts := range candidates {
		work += s.sizeOf(counts)
	}
	if !complete || work > float64(s.budget-s.evaluations)/2 {
		return false
	}
	for _, counts := range candidates {
		if s.exhaust(counts); s.best != nil {
			return false
		}
	}
	if s.aging() {
		s.limit("what is tried next to each other ages: other times than those tried may do")
		return false
	}
	return !s.cut
}

// aging reports whether the times tried may not be all that matter, as further events lose worth or leave a window: where
// more of that is never worse, all at once is best, unless calendar units or the age of a mentorship keep them apart.
func (s *reaching) aging() bool {
	ages, apart, falls := false, false, false
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		ages = ages || m.WindowNS > 0 || len(m.Decay) > 0
		apart = apart || unitOf(m.Aggregate) != 0 || m.Credit.AtLeastNS > 0 ||
			slices.ContainsFunc(m.Caps, func(c criteria.Cap) bool { return c.Every != criteria.Ever })
		for tier := s.target; tier < len(s.plan.Doc.Tiers); tier++ {
			d := s.plan.DirectionOf(tier, i)
			share := m.Aggregate == criteria.ShareMentee || m.Aggregate == criteria.MeanRating
			falls = falls || d&criteria.Falling != 0 || share && d != criteria.NoDirection
		}
	}
	return ages && (apart || falls)
}

package projections

import (
	"cmp"
	"math"
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// confirmations finds the sessions that may be confirmed, and what that may do.
//
// A confirmation works back in time: from then on, its session is a confirmed one, and a measure that asks for that
// counts it, or counts it no more. What caps leave to the facts after it changes with it.
func (s *reaching) confirmations() {
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	code, _ := criteria.TypeCode(domain.TypeSessionConfirmed)
	m := &s.base.mentors[s.base.self]
	n := len(s.plan.Doc.Measures)
	k := furtherKind{
		code: code, kind: InputFact, order: orderOf(domain.TypeSessionConfirmed), fact: criteria.Fact{Type: code},
		passes: make([][]bool, n), points: make([]criteria.Milli, n), flips: make([]flip, n),
	}
	matters := false
	tables := s.tablesAhead()
	for _, i := range s.measures {
		if points, takes := s.points(i, domain.TypeSessionConfirmed); takes {
			k.points[i], k.passes[i] = points, s.passing(i, &tables, &k)
			matters = matters || k.countsSomewhere(i)
		}
	}
	for at := len(m.Facts) - 1; at >= 0; at-- {
		fact := m.Facts[at]
		if fact.Type != session || fact.Flags&criteria.FlagConfirmed != 0 || m.bonds[fact.Bond].voided() {
			continue
		}
		if !s.flipsOf(&k, fact) && !matters {
			continue
		}
		w := furtherWho{
			person: s.base.tables.People[m.menteeOf(fact.Bond)], local: m.Bonds[fact.Bond], bond: fact.Bond,
			session: s.base.ids[fact.Seq], sessionFact: at,
		}
		for _, r := range s.base.rooms {
			if r.bondRef == (bondRef{uint32(s.base.self), fact.Bond}) {
				w.stream = r.id
			}
		}
		s.sessions = append(s.sessions, len(s.whos))
		s.whos = append(s.whos, w)
	}
	if len(s.sessions) > 0 {
		s.kinds = append(s.kinds, k)
	}
}

// flipsOf notes what confirming one session does to the measures, and reports whether it does anything.
func (s *reaching) flipsOf(k *furtherKind, fact criteria.Fact) bool {
	flips := false
	m := &s.base.mentors[s.base.self]
	with := fact
	with.Flags |= criteria.FlagConfirmed
	for _, i := range s.measures {
		points, takes := s.points(i, domain.TypeSessionHeld)
		if !takes {
			continue
		}
		before := s.plan.Passes(i, &s.base.tables, &m.Mentor, &fact)
		after := s.plan.Passes(i, &s.base.tables, &m.Mentor, &with)
		if before == after {
			continue
		}
		flips = true
		if after {
			k.flips[i].gains = max(k.flips[i].gains, points)
		} else {
			k.flips[i].loses = true
		}
	}
	return flips
}

// stretchFlips widens what a measure can be by what so many confirmations may do to it.
//
// A fact more or less shifts what caps leave to others, by more than its own points if it comes to that. But however
// caps share out, the whole stays below what the facts could come to in the best order, and that grows by no more than
// the points of a fact that is added.
func (s *reaching) stretchFlips(r *criteria.Range, st *stretch, measure, n int, f flip) {
	if f.gains == 0 && !f.loses {
		return
	}
	m := &s.plan.Doc.Measures[measure]
	switch m.Aggregate {
	case criteria.SumPoints:
		if len(m.Caps) > 0 {
			r.High, r.Low = max(r.High, s.potential(st, measure)), 0
		}
		r.High += f.gains * criteria.Milli(n)
		if f.loses {
			r.Low = 0
		}
	case criteria.StreakWeek, criteria.StreakMonth:
		// One unit may join two runs: at most all units of the past are in one run.
		r.High, r.Low = max(r.High, 1000*criteria.Milli(s.records.units[measure]))+1000*criteria.Milli(n), 0
	default:
		if f.gains > 0 {
			r.High += 1000 * criteria.Milli(n)
		}
		if f.loses {
			r.Low = max(0, r.Low-1000*criteria.Milli(n))
		}
	}
}

// atomKey names the facts that are in the same bucket of every cap.
type atomKey struct {
	mentee uint32
	starts [criteria.EveryYear + 1]int64 // of the calendar units, by those in use
}

// bucketKey names a bucket of one cap.
type bucketKey struct {
	limit  int
	mentee uint32 // nobody's number where the bucket is the mentor's
	start  int64
}

// potential is what the facts that a sum counts could come to within a stretch if caps shared out in the best way: at
// most what each single cap leaves of what all of them leave to the facts that share all buckets.
func (s *reaching) potential(st *stretch, measure int) criteria.Milli {
	if most, known := st.potentials[measure]; known {
		return most
	}
	m := &s.plan.Doc.Measures[measure]
	atoms := map[atomKey]criteria.Milli{}
	for _, r := range s.records.sums[measure] {
		_, points := keptBetween(m, r.points, st.from-r.at, st.to-r.at)
		if points == 0 {
			continue
		}
		key := atomKey{mentee: r.mentee}
		for _, limit := range m.Caps {
			key.starts[limit.Every], _ = s.plan.UnitOf(limit.Every, r.at)
		}
		atoms[key] += points
	}
	buckets := map[bucketKey]criteria.Milli{}
	for key, points := range atoms {
		for _, limit := range m.Caps {
			points = min(points, limit.Max)
		}
		for i, limit := range m.Caps {
			bucket := bucketKey{i, uint32(s.mentees), key.starts[limit.Every]}
			if limit.Per == criteria.PerMentee {
				bucket.mentee = key.mentee
			}
			buckets[bucket] += points
		}
	}
	sums := make([]criteria.Milli, len(m.Caps))
	for bucket, points := range buckets {
		sums[bucket.limit] += min(points, m.Caps[bucket.limit].Max)
	}
	if st.potentials == nil {
		st.potentials = map[int]criteria.Milli{}
	}
	st.potentials[measure] = slices.Min(sums)
	return st.potentials[measure]
}

// pastMax bounds the instants of the past that are looked at.
const pastMax = 500

// mayHaveHeld reports whether a shape that confirms sessions may have the when of a tier hold in the past so that the
// tier is kept until now. All sets of fewer events were ruled out, so nothing else need be in a set that does.
func (s *reaching) mayHaveHeld(sh *shape) bool {
	kind := s.confirmKind()
	if !s.keeps || kind < 0 || sh.loose[kind] == 0 {
		return false
	}
	k := &s.kinds[kind]
	if !slices.ContainsFunc(k.flips, func(f flip) bool { return f.gains > 0 || f.loses }) {
		return false
	}
	for other, n := range sh.loose {
		if n > 0 && other != kind && !sh.upTo {
			return false
		}
	}
	if len(sh.slots) > 0 {
		return false
	}
	only := shape{loose: make([]int, len(s.kinds)), upTo: sh.upTo}
	only.loose[kind] = sh.loose[kind]
	return slices.ContainsFunc(s.lookBack(), func(st *stretch) bool {
		return s.checked(st, &only)
	})
}

// lookBack cuts the past, as far as a tier that is wanted may be kept from it, where a fact or the passage of time changes
// something. Where that is too often, it is one stretch in which anything is possible.
func (s *reaching) lookBack() []*stretch {
	if s.past != nil {
		return s.past
	}
	begin := s.from
	for tier := s.target; tier < len(s.plan.Doc.Tiers); tier++ {
		switch doc := &s.plan.Doc.Tiers[tier]; doc.Keep {
		case criteria.KeepForever:
			begin = math.MinInt64
		case criteria.KeepFor:
			begin = min(begin, s.from-doc.KeepNS)
		}
	}
	s.past = []*stretch{}
	if begin == s.from {
		return s.past
	}
	facts := s.base.mentors[s.base.self].Facts
	for at := begin; at < s.from && len(s.past) < pastMax; {
		now := s.trial.evaluate(nil, at)
		next := min(now.Due, s.from)
		i, _ := slices.BinarySearchFunc(facts, at, func(f criteria.Fact, t int64) int { return cmp.Compare(f.At, t+1) })
		if i < len(facts) {
			next = min(next, facts[i].At)
		}
		st := s.stretchOf(&now, &now, at, next-1)
		st.runs = make([]criteria.Milli, len(st.ranges))
		s.past = append(s.past, st)
		at = next
	}
	if len(s.past) == 0 || s.past[len(s.past)-1].to+1 < s.from {
		s.limit("confirmations may change what held in the past: that was not looked at")
		s.past = []*stretch{s.anything()}
	}
	return s.past
}

// anything is a stretch of the past in which every measure is whatever it can be.
func (s *reaching) anything() *stretch {
	n := len(s.plan.Doc.Measures)
	st := &stretch{from: s.from, to: s.from, ranges: make([]criteria.Range, n), parts: make([][]criteria.Range, n)}
	for i := range st.ranges {
		st.ranges[i] = criteria.Range{High: boundless}
	}
	for _, sum := range s.shared {
		st.parts[sum] = make([]criteria.Range, s.mentees+1)
		for i := range st.parts[sum] {
			st.parts[sum][i].High = boundless / int64(s.mentees+1)
		}
	}
	st.runs = make([]criteria.Milli, n)
	return st
}

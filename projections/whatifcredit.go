package projections

import (
	"iter"
	"slices"

	"laurel/domain/criteria"
)

// piece is a span of the time ahead in which it stays the same who is credited with an outcome of a mentee.
type piece struct {
	from, to int64          // both included
	asIs     bool           // the mentor is, even when nothing further happens with the mentee
	awake    bool           // the mentor is if a session is held in time
	others   criteria.Milli // how many other mentors are
}

// creditKey names the pieces of a mentee under one rule.
type creditKey struct {
	who    int
	credit criteria.Credit
}

// piecesOf cuts the time ahead by who is credited with an outcome of a mentee. Other mentors do nothing further, so
// that one after the other is credited no more.
func (s *reaching) piecesOf(who int, c criteria.Credit) []piece {
	w := &s.whos[who]
	if w.fresh > 0 {
		who = s.existing // all alike
	}
	key := creditKey{who, c}
	if pieces, known := s.pieces[key]; known {
		return pieces
	}
	var pieces []piece
	if w.fresh > 0 {
		// Such a mentorship begins now at the earliest.
		if at := addNS(s.from, c.AtLeastNS); at <= s.to {
			pieces = []piece{{at, s.to, c.AtLeastNS <= c.WithinNS, true, 0}}
		}
	} else {
		pieces = s.cutPieces(w, c)
	}
	s.pieces[key] = pieces
	return pieces
}

func (s *reaching) cutPieces(w *furtherWho, c criteria.Credit) []piece {
	cuts := []int64{s.from}
	cut := func(b bondSpan) {
		for _, at := range []int64{addNS(b.startedNS, c.AtLeastNS), addNS(b.active, c.WithinNS+1)} {
			if at > s.from && at <= s.to {
				cuts = append(cuts, at)
			}
		}
	}
	for _, b := range w.own {
		cut(b)
	}
	for _, o := range w.others {
		cut(o.bondSpan)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var pieces []piece
	for i, at := range cuts {
		p := piece{from: at, to: s.to}
		if i+1 < len(cuts) {
			p.to = cuts[i+1] - 1
		}
		for _, b := range w.own {
			p.asIs = p.asIs || b.credited(at, c)
			p.awake = p.awake || b.bond == w.bond && w.state <= roomPaused && addNS(b.startedNS, c.AtLeastNS) <= at
		}
		p.awake = p.awake || p.asIs
		last := none
		for _, o := range w.others {
			if o.mentor != last && o.credited(at, c) {
				p.others++
				last = o.mentor
			}
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// credited reports whether the mentor is credited with an outcome at t for a mentorship that goes on without further
// sessions.
func (b *bondSpan) credited(t int64, c criteria.Credit) bool {
	return addNS(b.startedNS, c.AtLeastNS) <= t && addNS(b.active, c.WithinNS) >= t
}

// addNS adds a span to a time, stopping at the greatest time.
func addNS(t, span int64) int64 {
	if t > maxTime-span {
		return maxTime
	}
	return t + span
}

// worth is the most that an outcome of a mentee adds to a measure at some time within a stretch: of a sum, what is left
// of its share of the points, and else 1000 where it is credited.
func (s *reaching) worth(st *stretch, measure, who int, points criteria.Milli, awake bool) criteria.Milli {
	most := criteria.Milli(0)
	for left := range s.worths(st, measure, who, points, awake) {
		most = max(most, left)
	}
	return most
}

// worths yields all that an outcome of a mentee can add to a measure that credits it, within a stretch.
func (s *reaching) worths(st *stretch, measure, who int, points criteria.Milli, awake bool) iter.Seq[criteria.Milli] {
	return func(yield func(criteria.Milli) bool) {
		m := &s.plan.Doc.Measures[measure]
		for _, p := range s.piecesOf(who, m.Credit) {
			if p.from > st.to {
				break
			}
			if !p.asIs && !(awake && p.awake) {
				continue
			}
			part := points
			if m.Credit.Split {
				part /= p.others + 1
			}
			for left := range keptAt(m, underCaps(m, part), st.from-min(p.to, st.to), st.to-p.from) {
				if !yield(left) {
					return
				}
			}
		}
	}
}

// underCaps is what caps leave of the points of one event at the most.
func underCaps(m *criteria.Measure, points criteria.Milli) criteria.Milli {
	for _, limit := range m.Caps {
		points = min(points, limit.Max)
	}
	return points
}

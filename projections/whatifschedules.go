package projections

import (
	"encoding/binary"
	"slices"
)

// timing is a way to lay out events other than outcomes in time.
type timing struct {
	unit   []int64 // beginnings of a calendar unit; none: all at once
	per    int     // so many events at each of them
	bySlot bool    // with each mentee; else in all
	back   bool    // from the end backwards; else from the beginning on
}

// schedules tries a shape at likely times with likely mentees, up to so many ways. Plain are those where everything but
// outcomes comes at once.
func (s *reaching) schedules(sh *shape, plain bool, most int) {
	if s.hasJoker(sh) {
		return
	}
	y := &scheduling{s: s, sh: sh, most: most, seen: map[string]bool{}}
	timings := []timing{{}, {back: true}}
	if !plain {
		timings = s.timings(sh)
	}
	anchors := s.anchors(sh)
	for _, t := range timings {
		for _, anchor := range anchors {
			if t.back && anchor == s.from {
				continue
			}
			for _, whos := range s.castings(sh, anchor) {
				if y.at(whos, &t, anchor, anchors); y.tried >= most || s.spent() {
					return
				}
			}
		}
	}
}

// scheduling is the trial of one shape.
type scheduling struct {
	s           *reaching
	sh          *shape
	tried, most int
	seen        map[string]bool
}

// at tries to begin, or to end, at a time.
func (y *scheduling) at(whos []int, t *timing, anchor int64, anchors []int64) {
	l := layout{s: y.s, t: t, anchor: anchor, last: anchor, placed: map[int]int{}}
	if !l.facts(y.sh, whos) {
		return
	}
	if !y.s.hasOutcomes(y.sh) {
		y.try(l.started(y.sh, whos))
		return
	}
	for _, end := range y.s.ends(y.sh, whos, &l, anchors) {
		y.s.outcomes(y.sh, whos, end, func(outcomes []further) bool {
			set := slices.Concat(l.set, outcomes)
			y.s.wakeInTime(set)
			with := l
			with.set = set
			y.try(with.started(y.sh, whos))
			return y.tried < y.most && !y.s.spent()
		})
		if y.tried >= y.most || y.s.spent() {
			return
		}
	}
}

func (y *scheduling) try(set []further) {
	y.s.order(set)
	key := keyOfSet(set)
	if y.seen[key] || !y.s.inTime(set) {
		return
	}
	y.seen[key] = true
	y.tried++
	y.s.try(set)
}

func keyOfSet(set []further) string {
	var b []byte
	for _, e := range set {
		b = binary.AppendVarint(b, int64(e.kind))
		b = binary.AppendVarint(b, int64(e.who))
		b = binary.AppendVarint(b, e.at)
	}
	return string(b)
}

// anchorsMax is how many beginnings and ends of a schedule are tried.
const anchorsMax = 5

// anchors lists when a shape may well begin or reach the tier: now, and when something changes so that it may.
func (s *reaching) anchors(sh *shape) []int64 {
	all := []int64{s.from}
	after := s.from
	for st := s.feasibleFrom(sh, after); st != nil && len(all) < anchorsMax; st = s.feasibleFrom(sh, after) {
		if st.from > all[len(all)-1] && (st.cut || st.from > after) {
			all = append(all, st.from)
		}
		if st.to == s.to || st.to < after { // the last, or one of the past
			break
		}
		after = st.to + 1
	}
	return all
}

// timings lists likely ways to lay out a shape: all at once, or so many at the beginning of each calendar unit that some
// measure uses.
func (s *reaching) timings(sh *shape) []timing {
	all := []timing{{}, {back: true}}
	facts := 0
	for _, sl := range sh.slots {
		for k, n := range sl.bundle {
			facts += n * b2i(s.kinds[k].kind == InputFact)
		}
	}
	for k, n := range sh.loose {
		facts += n * b2i(!s.kinds[k].withSomeone())
	}
	for _, starts := range s.starts {
		for _, per := range []int{1, 2, 4, 8} {
			if len(starts) == 0 || per > 1 && per >= facts {
				continue
			}
			for _, back := range []bool{false, true} {
				all = append(all, timing{unit: starts, per: per, back: back})
				if len(sh.slots) > 1 {
					all = append(all, timing{unit: starts, per: per, back: back, bySlot: true})
				}
			}
		}
	}
	return all
}

// layout is a schedule on its way.
type layout struct {
	s      *reaching
	t      *timing
	anchor int64
	set    []further
	placed map[int]int // by slot; all of them under -1
	last   int64       // when the last of them comes
}

// facts lays out the events of a shape that are neither starts nor outcomes, and reports whether they fit in.
func (l *layout) facts(sh *shape, whos []int) bool {
	sessions := 0
	for kind := range l.s.kinds {
		switch k := &l.s.kinds[kind]; {
		case k.flips != nil:
			for range sh.loose[kind] {
				l.set = append(l.set, further{kind, l.s.sessions[sessions], l.s.from})
				sessions++
			}
		case k.kind == InputShared:
			for range sh.loose[kind] {
				if !l.add(kind, -1, len(sh.slots)) {
					return false
				}
			}
		case k.alike:
			hosts := l.s.hostsOf(sh, whos)
			for range sh.loose[kind] {
				if len(hosts) == 0 || !l.add(kind, hosts[0], len(sh.slots)) {
					return false
				}
			}
		case k.kind == InputFact:
			if !l.inTurns(sh, whos, kind) {
				return false
			}
		}
	}
	return true
}

// inTurns lays out the events of a kind with one mentee after the other.
func (l *layout) inTurns(sh *shape, whos []int, kind int) bool {
	for round := 0; ; round++ {
		more := false
		for i := range sh.slots {
			if sh.slots[i].bundle[kind] > round {
				if more = true; !l.add(kind, whos[i], i) {
					return false
				}
			}
		}
		if !more {
			return true
		}
	}
}

// add adds an event at the next of the times, and reports whether there is one.
func (l *layout) add(kind, who, slot int) bool {
	at := l.anchor
	if l.t.unit != nil {
		if !l.t.bySlot {
			slot = -1
		}
		n := l.placed[slot] / l.t.per
		l.placed[slot]++
		after, _ := slices.BinarySearch(l.t.unit, l.anchor+1)
		switch i := after + n - 1; {
		case n == 0:
		case l.t.back:
			if i = after - n; i < 0 {
				if at = l.s.from; i < -1 {
					return false
				}
			} else {
				at = l.t.unit[i] - 1 // the end of the unit before
			}
		case i >= len(l.t.unit):
			return false
		default:
			at = l.t.unit[i]
		}
	}
	l.set = append(l.set, further{kind, who, at})
	l.last = max(l.last, at)
	return true
}

// started adds the starts of mentorships: as late as the events with the mentee let them be where the schedule was laid
// out backwards, else at the beginning.
func (l *layout) started(sh *shape, whos []int) []further {
	set := slices.Clone(l.set)
	for kind := range l.s.kinds {
		if l.s.kinds[kind].kind != InputStart {
			continue
		}
		for i, sl := range sh.slots {
			if sl.bundle[kind] == 0 {
				continue
			}
			at := l.anchor
			for _, e := range l.set {
				switch {
				case e.who != whos[i]:
				case l.s.kinds[e.kind].kind == InputOutcome:
					at = min(at, e.at-l.s.oldest())
				default:
					at = min(at, e.at)
				}
			}
			set = append(set, further{kind, whos[i], max(at, l.s.from)})
		}
	}
	return set
}

// oldest is the longest that a credit asks a mentorship to have gone on.
func (s *reaching) oldest() int64 {
	if len(s.spans) == 0 {
		return 0
	}
	return slices.Max(s.spans)
}

// wakeInTime moves what only keeps a mentorship active to when the first outcome with the mentee comes.
func (s *reaching) wakeInTime(set []further) {
	for i := range set {
		e := &set[i]
		if k := &s.kinds[e.kind]; !k.idle || !s.wakes(e.kind) {
			continue
		}
		first := int64(maxTime)
		for _, o := range set {
			if o.who == e.who && s.kinds[o.kind].kind == InputOutcome {
				first = min(first, o.at)
			}
		}
		if first != maxTime {
			e.at = first
		}
	}
}

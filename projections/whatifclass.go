package projections

import (
	"fmt"
	"slices"
	"strings"

	"laurel/domain/criteria"
)

// class is a group of mentees with whom further events do the same, as far as bounds are concerned: what is said of a
// class is the best that can be said of one of its mentees.
type class struct {
	members []int // by index into whos, those met last first
	state   roomState
	fresh   bool // the new mentees
}

// classesMax is how many classes of mentees there are at most: beyond it, those that are least alike are put together.
const classesMax = 24

// findClasses groups the mentees by what decides about further events with them: whether their mentorship takes events,
// the measures that count events with them, whether they are counted, what caps leave, and what their outcomes are
// worth at the best time. What is left apart is what they have part in sums, which shares look at: see shareBetween.
func (s *reaching) findClasses() {
	for _, fine := range []bool{true, false} {
		s.classes = s.classes[:0]
		byKey := map[string]int{}
		for who := range s.existing {
			key := s.classKey(who, fine)
			i, known := byKey[key]
			if !known {
				i = len(s.classes)
				byKey[key] = i
				s.classes = append(s.classes, class{state: s.whos[who].state})
			}
			s.classes[i].members = append(s.classes[i].members, who)
		}
		if len(s.classes) <= classesMax {
			break
		}
	}
	c := class{state: roomNone, fresh: true}
	for n := range reachNewMax {
		c.members = append(c.members, s.existing+n)
	}
	s.classes = append(s.classes, c)
}

// classKey spells what decides about further events with a mentee.
func (s *reaching) classKey(who int, fine bool) string {
	var b strings.Builder
	w := &s.whos[who]
	fmt.Fprintf(&b, "%d", w.state)
	for i := range s.kinds {
		for _, m := range s.measures {
			if k := &s.kinds[i]; k.withSomeone() {
				b.WriteByte("01"[b2i(k.counts(m, who))])
			}
		}
	}
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		if m.Aggregate == criteria.CountMentees {
			b.WriteByte("01"[b2i(s.countedAt(i, w.local, s.from))])
			if fine && m.WindowNS > 0 {
				fmt.Fprintf(&b, "%d", s.records.latest[i][w.local])
			}
		}
		for c, limit := range m.Caps {
			if limit.Per == criteria.PerMentee && fine {
				fmt.Fprintf(&b, " %d", s.records.used[i][c][w.local])
			}
		}
	}
	if fine {
		s.spellWorth(&b, who)
	}
	return b.String()
}

// spellWorth spells what outcomes of a mentee are worth now, and at the best time.
func (s *reaching) spellWorth(b *strings.Builder, who int) {
	for i := range s.kinds {
		k := &s.kinds[i]
		if k.kind != InputOutcome {
			continue
		}
		for _, m := range s.measures {
			if k.counts(m, who) {
				for _, awake := range []bool{false, true} {
					fmt.Fprintf(b, " %d", s.worth(s.outlook, m, who, k.points[m], awake))
				}
				fmt.Fprintf(b, " %d", s.worth(s.leaves[0], m, who, k.points[m], false))
			}
		}
	}
}

// countedAt reports whether a count of mentees surely counts one at a time, without further events.
func (s *reaching) countedAt(measure int, local uint32, t int64) bool {
	if int(local) >= s.mentees {
		return false
	}
	latest, window := s.records.latest[measure][local], s.plan.Doc.Measures[measure].WindowNS
	return latest != notCounted && (window == 0 || addNS(latest, window) > t)
}

// uncounted reports whether some mentee of a class may not be counted at the end of a stretch.
func (s *reaching) uncounted(st *stretch, measure, class int) bool {
	return slices.ContainsFunc(s.classes[class].members, func(who int) bool {
		return !s.countedAt(measure, s.whos[who].local, st.to)
	})
}

// uncountedAll is how many of the mentees may not be counted at the end of a stretch.
func (s *reaching) uncountedAll(st *stretch, measure int) int {
	n := 0
	for who := range s.existing {
		if !s.countedAt(measure, s.whos[who].local, st.to) {
			n++
		}
	}
	return n
}

// most is the most that one event of a kind with a mentee of a class adds to a measure within a stretch; awake says that
// a session is held with the mentee, too.
func (s *reaching) most(st *stretch, measure, kind, class int, awake bool) criteria.Milli {
	if st.adds == nil {
		st.adds = slices.Repeat([]criteria.Milli{-1}, 2*len(s.plan.Doc.Measures)*len(s.kinds)*len(s.classes))
	}
	of := &st.adds[((measure*len(s.kinds)+kind)*len(s.classes)+class)*2+b2i(awake)]
	if *of < 0 {
		*of = s.mostOf(st, measure, kind, class, awake)
	}
	return *of
}

func (s *reaching) mostOf(st *stretch, measure, kind, class int, awake bool) criteria.Milli {
	k, c := &s.kinds[kind], &s.classes[class]
	members := c.members
	if c.fresh {
		members = members[:1] // all alike
	}
	if k.passes[measure] == nil || !k.counts(measure, members[0]) {
		return 0
	}
	if k.kind != InputOutcome {
		return s.mostPlain(st, measure, k)
	}
	most := criteria.Milli(0)
	for _, who := range members {
		most = max(most, s.worth(st, measure, who, k.points[measure], awake))
	}
	return most
}

// mostPlain is the most that an event that needs no credit adds to a measure that counts it.
func (s *reaching) mostPlain(st *stretch, measure int, k *furtherKind) criteria.Milli {
	m := &s.plan.Doc.Measures[measure]
	_, left := keptBetween(m, underCaps(m, k.points[measure]), 0, st.to-s.from)
	return left
}

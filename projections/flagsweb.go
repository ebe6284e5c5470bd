package projections

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// web is who mentors whom among the mentors of a program: persons who are mentors and mentees both. Its nodes are in
// order of the persons' ids, so that what is found in it does not depend on the order of the log.
type web struct {
	mentors []*mentor // by node
	out, in [][]int   // by node: whom they mentor, and who mentors them, ascending
	counts  []map[int]int
	from    int64 // sessions before do not count
}

// web builds the web of mentorships with enough sessions from a time on.
func (x *flagFinder) web(from int64) *web {
	w := &web{mentors: slices.Clone(x.mentors), from: from}
	people := x.facts.tables.People
	slices.SortFunc(w.mentors, func(a, b *mentor) int {
		return bytes.Compare(people[a.person][:], people[b.person][:])
	})
	nodeOf := make(map[uint32]int, len(w.mentors))
	for node, m := range w.mentors {
		nodeOf[m.person] = node
	}
	w.out, w.in = make([][]int, len(w.mentors)), make([][]int, len(w.mentors))
	w.counts = make([]map[int]int, len(w.mentors))
	var sessions []int
	for node, m := range w.mentors {
		sessions = append(sessions[:0], make([]int, len(m.Mentees))...)
		for _, g := range x.until(m) {
			if g.Type == x.session && g.At >= from && m.bonds[g.Bond].startedNS <= x.asOf {
				sessions[m.Bonds[g.Bond]]++
			}
		}
		for local, n := range sessions {
			to, also := nodeOf[m.Mentees[local]]
			if !also || n < max(1, x.EachWayMin) {
				continue
			}
			if w.counts[node] == nil {
				w.counts[node] = map[int]int{}
			}
			w.counts[node][to] = n
			w.out[node] = append(w.out[node], to)
			w.in[to] = append(w.in[to], node)
		}
		slices.Sort(w.out[node])
	}
	return w
}

// sessionsOf returns the sessions that one person of the web held with another.
func (x *flagFinder) sessionsOf(w *web, from, to int) []evidence {
	m, mentee := w.mentors[from], w.mentors[to].person
	var events []evidence
	for i, g := range x.until(m) {
		if g.Type == x.session && g.At >= w.from && m.menteeOf(g.Bond) == mentee &&
			m.bonds[g.Bond].startedNS <= x.asOf {
			events = append(events, x.evidenceOf(&m.Facts[i]))
		}
	}
	return events
}

// reciprocal finds the pairs who mentor each other.
func (x *flagFinder) reciprocal(w *web) []Flag {
	var flags []Flag
	for a := range w.mentors {
		for _, b := range w.out[a] {
			if _, back := w.counts[b][a]; b < a || !back {
				continue
			}
			first, second := x.flagPerson(w.mentors[a].person), x.flagPerson(w.mentors[b].person)
			there, back := w.counts[a][b], w.counts[b][a]
			g := Flag{
				Kind: FlagReciprocal, People: []FlagPerson{first, second},
				Text: fmt.Sprintf("%s and %s mentor each other: %s one way and %s the other.", first, second,
					sessionsText(there), sessionsText(back)),
				Numbers: []NamedDecimal{count("sessions_first", there), count("sessions_second", back)},
			}
			x.rest(&g, x.sessionsOf(w, a, b), x.sessionsOf(w, b, a))
			flags = append(flags, g)
		}
	}
	return flags
}

func sessionsText(n int) string {
	if n == 1 {
		return "1 session"
	}
	return fmt.Sprintf("%d sessions", n)
}

// ringLengthMin is the length of the shortest ring; two people are a reciprocal pair.
const ringLengthMin = 3

// rings finds the rings of each length, the short ones first, each once and turned so that the person with the lowest
// id comes first. With a person, it finds those that the person is in, which needs a far smaller search.
//
// Where many mentor many, nearly any few of them can be put in a ring, which says nothing. So it looks for rings in
// which nobody mentors another one but the next: where somebody does, fewer of the people are a ring or a reciprocal
// pair, and that is told of.
//
// It walks from each start along the mentorships to people with higher ids only, and never further from the start than
// the steps that are left lead back.
func (x *flagFinder) rings(w *web, person uuid.UUID) (flags []Flag, cutOff []string) {
	for length := ringLengthMin; length <= x.RingLengthMax; length++ {
		s := &ringSearch{
			web: w, length: length, ringsMax: x.RingsMax, stepsMax: x.RingStepsMax, back: make([]int, len(w.mentors)),
		}
		for start := range w.mentors {
			if person == uuid.Nil {
				s.from(start, start)
			} else if x.facts.tables.People[w.mentors[start].person] == person {
				s.from(start, 0)
			}
		}
		for _, ring := range s.rings {
			flags = append(flags, x.ring(w, ring))
		}
		if s.why != "" {
			cutOff = append(cutOff, fmt.Sprintf("rings of %d: %s", length, s.why))
		}
	}
	return flags, cutOff
}

func (x *flagFinder) ring(w *web, ring []int) Flag {
	g := Flag{Kind: FlagRing, Numbers: []NamedDecimal{count("people", len(ring))}}
	var steps []string
	parts, total := make([][]evidence, len(ring)), 0
	for i, from := range ring {
		to := ring[(i+1)%len(ring)]
		g.People = append(g.People, x.flagPerson(w.mentors[from].person))
		parts[i] = x.sessionsOf(w, from, to)
		total += len(parts[i])
		steps = append(steps, fmt.Sprintf("%s (%s)", g.People[i], sessionsText(len(parts[i]))))
	}
	g.Text = "Each mentors the next, and the last the first: " + strings.Join(steps, ", ") + "."
	g.Numbers = append(g.Numbers, count("sessions", total))
	x.rest(&g, parts...)
	return g
}

// ringSearch looks for the rings of one length.
type ringSearch struct {
	*web
	length             int
	ringsMax, stepsMax int

	rings [][]int
	steps int
	why   string // it ended before it was through
	path  []int
	back  []int // by node: the steps back to the start, 0 where it is too far
	least int   // nodes below are left out
}

// from finds the rings of a start through nodes from least on.
func (s *ringSearch) from(start, least int) {
	if s.why != "" {
		return
	}
	s.least = least
	reached := s.measure(start)
	s.path = append(s.path[:0], start)
	s.walk(start)
	for _, n := range reached {
		s.back[n] = 0
	}
}

// measure finds who leads back to the start, in how few steps, and returns them.
func (s *ringSearch) measure(start int) (reached []int) {
	layer := []int{start}
	for far := 1; far < s.length && len(layer) > 0; far++ {
		var next []int
		for _, n := range layer {
			s.steps += len(s.in[n])
			for _, m := range s.in[n] {
				if m >= s.least && m != start && s.back[m] == 0 {
					s.back[m] = far
					next = append(next, m)
				}
			}
		}
		reached = append(reached, next...)
		layer = next
	}
	return reached
}

func (s *ringSearch) walk(at int) {
	left := s.length - len(s.path)
	if left == 0 {
		if s.back[at] == 1 {
			s.found()
		}
		return
	}
	for _, n := range s.out[at] {
		if s.steps++; s.steps > s.stepsMax {
			s.why = "the search ended early: ask about one --person"
		}
		if s.why != "" {
			return
		}
		if s.back[n] == 0 || s.back[n] > left || slices.Contains(s.path, n) || s.shorter(n) {
			continue
		}
		s.path = append(s.path, n)
		s.walk(n)
		s.path = s.path[:len(s.path)-1]
	}
}

// shorter reports whether a ring that goes on from the path to n would be cut short: somebody on the path mentors n and
// is not the last, or is mentored by n and is not the one with whom the ring closes.
func (s *ringSearch) shorter(n int) bool {
	last := len(s.path) - 1
	for i, p := range s.path {
		_, there := s.counts[p][n]
		_, back := s.counts[n][p]
		closes := i == 0 && len(s.path) == s.length-1
		if there && i != last || back && !closes {
			return true
		}
	}
	return false
}

// found keeps a ring, turned so that its lowest node comes first.
func (s *ringSearch) found() {
	if len(s.rings) == s.ringsMax {
		s.why = fmt.Sprintf("there are more than the %d that are listed: ask about one --person", s.ringsMax)
		return
	}
	lowest := slices.Index(s.path, slices.Min(s.path))
	s.rings = append(s.rings, slices.Concat(s.path[lowest:], s.path[:lowest]))
}

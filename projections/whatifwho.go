package projections

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// furtherWho is with whom a further event can be: a mentee that there is, a new one, or the mentee of a session that
// can be confirmed.
type furtherWho struct {
	person uuid.UUID
	stream uuid.UUID // of the mentorship that the events are on: one that takes them, if there is one
	bond   uint32    // the mentorship
	state  roomState // of the mentorship
	local  uint32    // the mentee's number
	own    []bondSpan
	others []mentorSpan // of other mentors in the program
	fresh  int          // of new mentees: 1 for the first; 0 for one that there is

	session     uuid.UUID // to be confirmed
	sessionFact int       // where it is among the mentor's facts
}

// bondSpan is when a mentorship began and when it was last active.
type bondSpan struct {
	bond              uint32
	startedNS, active int64
}

// mentorSpan is a mentorship of the mentee with another mentor.
type mentorSpan struct {
	mentor uint32
	bondSpan
}

// roomState says which events a mentorship takes.
type roomState uint8

const (
	roomOpen   roomState = iota // any
	roomPaused                  // to be resumed, or to end
	roomEnded                   // none, but sessions can be confirmed
	roomNone                    // to be started
)

// after returns the state of a mentorship after an event, and whether the event may be.
func (r roomState) after(t domain.EventType) (roomState, bool) {
	switch t {
	case domain.TypeMentorshipStarted:
		return roomOpen, r == roomNone
	case domain.TypeMentorshipPaused:
		return roomPaused, r == roomOpen
	case domain.TypeMentorshipResumed:
		return roomOpen, r == roomPaused
	case domain.TypeMentorshipEnded:
		return roomEnded, r == roomOpen || r == roomPaused
	}
	return r, r == roomOpen
}

// Bounds of what is tried.
const (
	reachNewMax    = reachEventsMax // new mentees in one set
	reachEventsMax = 60             // events in one set
)

// until returns the part without what happened after t.
func (p part) until(t int64) part {
	c := p.copy()
	for i := range c.mentors {
		m := &c.mentors[i]
		m.Facts = slices.DeleteFunc(m.Facts, func(f criteria.Fact) bool { return f.At > t })
		for b := range m.bonds {
			if !m.bonds[b].voided() && m.bonds[b].startedNS > t {
				m.bonds[b].startedNS = voidedStart
			}
		}
	}
	for i := range c.own {
		if c.own[i].at > t {
			c.own[i].flags |= flagVoided
		}
	}
	for _, mentee := range c.mentors[c.self].Mentees {
		c.unsettle(mentee)
	}
	c.settle()
	return c
}

// roomStates returns the state of each of the mentor's mentorships, by what was recorded last.
func (p part) roomStates() []roomState {
	m := &p.mentors[p.self]
	states, order := make([]roomState, len(m.bonds)), slices.Clone(m.Facts)
	slices.SortFunc(order, func(a, b criteria.Fact) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, fact := range order {
		if fact.Bond == criteria.NoBond || states[fact.Bond] == roomEnded {
			continue
		}
		switch criteria.FactType(fact.Type) {
		case domain.TypeMentorshipPaused:
			states[fact.Bond] = roomPaused
		case domain.TypeMentorshipResumed:
			states[fact.Bond] = roomOpen
		case domain.TypeMentorshipEnded:
			states[fact.Bond] = roomEnded
		}
	}
	return states
}

// lastActive returns, by mentorship, when it was last active: its newest session, or its start.
func (m *mentor) lastActive() []int64 {
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	active := make([]int64, len(m.bonds))
	for i := range m.bonds {
		active[i] = m.bonds[i].startedNS
	}
	for _, fact := range m.Facts {
		if fact.Type == session {
			active[fact.Bond] = max(active[fact.Bond], fact.At)
		}
	}
	return active
}

// findWhos lists the mentees, those met last first, and then new ones.
func (s *reaching) findWhos() {
	m, states := &s.base.mentors[s.base.self], s.base.roomStates()
	actives := make([][]int64, len(s.base.mentors))
	for i := range s.base.mentors {
		actives[i] = s.base.mentors[i].lastActive()
	}
	streams := make([]uuid.UUID, len(m.bonds))
	for _, r := range s.base.rooms {
		if r.mentor == uint32(s.base.self) {
			streams[r.bond] = r.id
		}
	}
	byMentee := map[uint32]int{}
	for i := range m.bonds {
		if m.bonds[i].voided() {
			continue
		}
		local, bond := m.Bonds[i], uint32(i)
		n, known := byMentee[local]
		if !known {
			n = len(s.whos)
			byMentee[local] = n
			s.whos = append(s.whos, furtherWho{person: s.base.tables.People[m.Mentees[local]], local: local, state: roomNone})
		}
		w := &s.whos[n]
		w.own = append(w.own, bondSpan{bond, m.bonds[i].startedNS, actives[s.base.self][i]})
		// Of several that take events, the one that began first does all that the others do.
		if states[i] < w.state || states[i] == w.state && m.bonds[i].startedNS < m.bonds[w.bond].startedNS {
			w.state, w.bond, w.stream = states[i], bond, streams[i]
		}
	}
	for i := range s.whos {
		s.whos[i].others = s.othersOf(m.Mentees[s.whos[i].local], actives)
	}
	slices.SortStableFunc(s.whos, func(a, b furtherWho) int {
		return cmp.Or(cmp.Compare(a.state, b.state), -cmp.Compare(a.latest(), b.latest()))
	})
	s.existing = len(s.whos)
	for n := 1; n <= reachNewMax; n++ {
		s.whos = append(s.whos, furtherWho{
			person: furtherID("person", n), stream: furtherID("mentorship", n), state: roomNone, fresh: n,
			local: uint32(len(m.Mentees) + n - 1), bond: uint32(len(m.bonds) + n - 1),
		})
	}
	s.mentees = len(m.Mentees)
}

// othersOf lists the mentorships of a person with other mentors in the program, those of a mentor next to each other.
func (s *reaching) othersOf(person uint32, actives [][]int64) []mentorSpan {
	var others []mentorSpan
	for ref := s.base.persons[person].bond; ref.mentor != none; ref = s.base.bondAt(ref).before {
		if b := s.base.bondAt(ref); ref.mentor != uint32(s.base.self) && !b.voided() {
			span := bondSpan{ref.bond, b.startedNS, actives[ref.mentor][ref.bond]}
			others = append(others, mentorSpan{ref.mentor, span})
		}
	}
	slices.SortStableFunc(others, func(a, b mentorSpan) int { return cmp.Compare(a.mentor, b.mentor) })
	return others
}

// latest is when the mentor was last active with the mentee.
func (w *furtherWho) latest() int64 {
	latest := int64(math.MinInt64)
	for _, b := range w.own {
		latest = max(latest, b.active)
	}
	return latest
}

// furtherID makes an id for something that does not exist.
func furtherID(what string, n int) uuid.UUID {
	return uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "further %s %d", what, n))
}

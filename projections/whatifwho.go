package projections

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// furtherWho is a mentee that a further event can be about, or a session that can be confirmed.
type furtherWho struct {
	person  uuid.UUID
	stream  uuid.UUID // the mentorship's
	open    bool      // the mentorship takes further events
	fresh   int       // of new mentees: 1 for the first; 0 for one that there is
	session uuid.UUID // to be confirmed
}

// Bounds of what is tried.
const (
	reachMenteesMax  = 12 // existing mentees, those met last
	reachSessionsMax = 12 // sessions to be confirmed, the newest
	reachNewMax      = 8  // new mentees in one set
	reachUnitsMax    = 60 // beginnings of each calendar unit
	reachEventsMax   = 60 // events in one set
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

// mayTakeEvents reports, by mentorship, whether it has begun and is neither paused nor over.
func (p part) mayTakeEvents() []bool {
	m := &p.mentors[p.self]
	open, order := make([]bool, len(m.bonds)), slices.Clone(m.Facts)
	for i := range m.bonds {
		open[i] = !m.bonds[i].voided()
	}
	slices.SortFunc(order, func(a, b criteria.Fact) int { return int(int64(a.Seq) - int64(b.Seq)) })
	for _, fact := range order {
		if fact.Bond == criteria.NoBond || m.bonds[fact.Bond].voided() {
			continue
		}
		switch criteria.FactType(fact.Type) {
		case domain.TypeMentorshipPaused, domain.TypeMentorshipEnded:
			open[fact.Bond] = false
		case domain.TypeMentorshipResumed:
			open[fact.Bond] = true
		}
	}
	return open
}

// findWhos lists the mentees, those met last first, and then new ones.
func (s *reaching) findWhos() {
	m, open := &s.base.mentors[s.base.self], s.base.mayTakeEvents()
	streams, latest := make([]uuid.UUID, len(m.bonds)), make([]int64, len(m.Mentees))
	for _, r := range s.base.rooms {
		if r.mentor == uint32(s.base.self) {
			streams[r.bond] = r.id
		}
	}
	for _, fact := range m.Facts {
		if fact.Bond != criteria.NoBond {
			latest[m.Bonds[fact.Bond]] = fact.At
		}
	}
	byMentee := map[uint32]int{}
	var at []int64
	for bond := range m.bonds {
		if m.bonds[bond].voided() {
			continue
		}
		local := m.Bonds[bond]
		i, known := byMentee[local]
		if !known {
			i = len(s.whos)
			byMentee[local] = i
			s.whos = append(s.whos, furtherWho{person: s.base.tables.People[m.Mentees[local]], stream: streams[bond]})
			at = append(at, latest[local])
		}
		if open[bond] {
			s.whos[i].stream, s.whos[i].open = streams[bond], true
		}
	}
	order := make([]int, len(s.whos))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if s.whos[a].open != s.whos[b].open {
			return b2i(s.whos[b].open) - b2i(s.whos[a].open)
		}
		return -compareInt64(at[a], at[b])
	})
	all := s.whos
	s.whos, s.menteesAll = nil, len(all)
	for _, i := range order {
		s.whos = append(s.whos, all[i])
	}
	if len(s.whos) > reachMenteesMax {
		s.whos, s.cut = s.whos[:reachMenteesMax:reachMenteesMax], true
		s.limit(fmt.Sprintf("of %d mentees the %d met last were tried", len(all), reachMenteesMax))
	}
	s.existing = len(s.whos)
	for n := 1; n <= reachNewMax; n++ {
		s.whos = append(s.whos, furtherWho{
			person: furtherID("person", n), stream: furtherID("mentorship", n), open: true, fresh: n,
		})
	}
}

func compareInt64(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// furtherID makes an id for something that does not exist.
func furtherID(what string, n int) uuid.UUID {
	return uuid.NewSHA1(uuid.Nil, fmt.Appendf(nil, "further %s %d", what, n))
}

// confirmations finds the sessions that may be confirmed, and what that would do.
func (s *reaching) confirmations() {
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	code, _ := criteria.TypeCode(domain.TypeSessionConfirmed)
	m := &s.base.mentors[s.base.self]
	k := furtherKind{code: code, kind: InputFact, most: make([]criteria.Milli, len(s.plan.Doc.Measures))}
	matters := false
	for _, i := range s.measures {
		if points, takes := s.points(i, domain.TypeSessionConfirmed); takes {
			matters = true
			k.most[i] = max(1000, points)
		}
	}
	for _, fact := range slices.Backward(m.Facts) {
		if fact.Type != session || fact.Flags&criteria.FlagConfirmed != 0 || m.bonds[fact.Bond].voided() {
			continue
		}
		flips := false
		for _, i := range s.measures {
			if points, takes := s.points(i, domain.TypeSessionHeld); takes {
				with := fact
				with.Flags |= criteria.FlagConfirmed
				if s.plan.Passes(i, &s.base.tables, &m.Mentor, &fact) != s.plan.Passes(i, &s.base.tables, &m.Mentor, &with) {
					flips = true
					k.most[i] = max(k.most[i], 1000, points)
					k.unsure = k.unsure || !s.boundedWhenChanged(i)
				}
			}
		}
		if !flips && !matters {
			continue
		}
		if len(s.sessions) == reachSessionsMax {
			s.cut = true
			s.limit(fmt.Sprintf("of the sessions that could be confirmed the newest %d were tried", reachSessionsMax))
			break
		}
		w := furtherWho{session: s.base.ids[fact.Seq], person: s.base.tables.People[m.menteeOf(fact.Bond)]}
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

// boundedWhenChanged reports whether a measure changes by no more than one event's worth when an earlier event begins
// to count: not where caps pass on what it takes away, and not where it joins runs or shifts shares.
func (s *reaching) boundedWhenChanged(measure int) bool {
	m := &s.plan.Doc.Measures[measure]
	switch m.Aggregate {
	case criteria.StreakMonth, criteria.StreakWeek, criteria.MeanRating:
		return false
	case criteria.SumPoints:
		for _, i := range s.measures {
			if s.plan.Doc.Measures[i].In == m.Name {
				return false
			}
		}
		return len(m.Caps) == 0
	}
	return true
}

// findInstants lists the instants at which events are tried.
func (s *reaching) findInstants() {
	units := map[criteria.Every]bool{}
	s.instants = []int64{s.from}
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		for _, c := range m.Caps {
			units[c.Every] = true
		}
		units[unitOf(m.Aggregate)] = true
		if m.Credit.AtLeastNS > 0 && s.from+m.Credit.AtLeastNS <= s.to {
			s.instants = append(s.instants, s.from+m.Credit.AtLeastNS)
			s.spans = append(s.spans, m.Credit.AtLeastNS)
		}
		for _, b := range s.base.mentors[s.base.self].bonds {
			if at := b.startedNS + m.Credit.AtLeastNS; !b.voided() && m.Credit.AtLeastNS > 0 && at > s.from && at <= s.to {
				s.instants = append(s.instants, at) // when the mentorship is old enough
			}
		}
	}
	s.instants = append(s.instants, s.changes()...)
	s.always = slices.Clone(s.instants)
	zone, err := time.LoadLocation(s.plan.Doc.Timezone)
	if err != nil {
		zone = time.UTC
	}
	for every := criteria.EveryDay; every <= criteria.EveryYear; every++ {
		if !units[every] {
			continue
		}
		starts := unitsFrom(s.from, s.to, every, zone)
		s.units[every] = append([]int64{s.from}, starts...)
		s.instants = append(s.instants, starts...)
	}
	slices.Sort(s.instants)
	s.instants = slices.Compact(s.instants)
	slices.Sort(s.spans)
	s.spans = slices.Compact(s.spans)
	slices.Sort(s.always)
	s.always = slices.Compact(s.always)
}

// changes lists the next instants at which something changes by itself.
func (s *reaching) changes() []int64 {
	const changesMax = 8
	var found []int64
	for due := s.trier.evaluate(s.base, s.from).Due; due <= s.to && len(found) < changesMax; {
		found = append(found, due)
		due = s.trier.evaluate(s.base, due).Due
	}
	return found
}

// instantsFor lists the instants at which an event of a kind is tried: of the calendar units, the beginnings of those
// that matter to some measure that it counts in.
func (s *reaching) instantsFor(kind int) []int64 {
	instants := slices.Clone(s.always)
	for every, starts := range s.units {
		matters := slices.ContainsFunc(s.measures, func(i int) bool {
			m := &s.plan.Doc.Measures[i]
			return s.kinds[kind].most[i] > 0 && (int(unitOf(m.Aggregate)) == every ||
				slices.ContainsFunc(m.Caps, func(c criteria.Cap) bool { return int(c.Every) == every }))
		})
		if matters {
			instants = append(instants, starts...)
		}
	}
	slices.Sort(instants)
	return slices.Compact(instants)
}

// unitsFrom lists the beginnings of calendar units after one time and up to another.
func unitsFrom(from, to int64, every criteria.Every, zone *time.Location) []int64 {
	y, month, d := time.Unix(0, from).In(zone).Date()
	weekday := (int(time.Unix(0, from).In(zone).Weekday()) + 6) % 7
	var starts []int64
	for n := 1; n <= reachUnitsMax; n++ {
		var t time.Time
		switch every {
		case criteria.EveryDay:
			t = time.Date(y, month, d+n, 0, 0, 0, 0, zone)
		case criteria.EveryWeek:
			t = time.Date(y, month, d-weekday+7*n, 0, 0, 0, 0, zone)
		case criteria.EveryMonth:
			t = time.Date(y, month+time.Month(n), 1, 0, 0, 0, 0, zone)
		case criteria.EveryQuarter:
			t = time.Date(y, month-(month-1)%3+time.Month(3*n), 1, 0, 0, 0, 0, zone)
		default:
			t = time.Date(y+n, 1, 1, 0, 0, 0, 0, zone)
		}
		if t.UnixNano() > to {
			break
		}
		starts = append(starts, t.UnixNano())
	}
	return starts
}

package projections

import (
	"slices"

	"laurel/domain"
	"laurel/domain/criteria"
)

// Bounds of the shapes that are looked at, of one size.
const (
	combinationsMax = 4_000
	shapesMax       = 1_500
	bundlesMax      = 200_000
)

// combinations lists in which ways n events can be of the kinds that there are, without those that no measure can get
// far enough with. Complete says that no other way is possible.
func (s *reaching) combinations(n int) (found [][]int, complete bool) {
	sh := shape{loose: make([]int, len(s.kinds)), upTo: true}
	complete = true
	var place func(kind, left int)
	place = func(kind, left int) {
		if len(found) >= combinationsMax || s.spentChecks() {
			complete = false
			return
		}
		if kind == len(s.kinds) {
			sh.upTo = false
			if left == 0 && s.feasible(&sh) {
				found = append(found, slices.Clone(sh.loose))
			}
			sh.upTo = true
			return
		}
		for count := min(left, s.countMax(kind, n)); count >= 0; count-- {
			sh.loose[kind] = count
			for later := kind + 1; later < len(s.kinds); later++ {
				sh.loose[later] = min(left-count, s.countMax(later, n))
			}
			if s.feasible(&sh) {
				place(kind+1, left-count)
			}
		}
	}
	place(0, n)
	return found, complete
}

// countMax is how many of n events can be of a kind: a start that adds nothing by itself is only there for an event with
// its mentee, and a session is confirmed once.
func (s *reaching) countMax(kind, n int) int {
	k := &s.kinds[kind]
	switch {
	case k.flips != nil:
		return min(n, len(s.sessions))
	case k.kind == InputStart && k.idle:
		return min(n/2, reachNewMax)
	case k.kind == InputStart:
		return min(n, reachNewMax)
	}
	return n
}

// distribution deals the events of a combination out to mentees.
type distribution struct {
	s     *reaching
	sh    shape
	tried int // bundles
	yield func(*shape) bool
}

// distribute yields the shapes that a combination can have, without those that no measure can get far enough with,
// until told to stop. Complete says that no other shape is possible.
func (s *reaching) distribute(counts []int, yield func(*shape) bool) (complete bool) {
	d := &distribution{s: s, sh: shape{loose: slices.Clone(counts)}, yield: yield}
	return d.place(0, nil, 0) && !s.spentChecks()
}

// place deals out to the mentees of a class and of those after it. A mentee gets a bundle; within a class, no mentee
// gets a greater one than the mentee before, so that each shape comes once. It returns false when told to stop.
func (d *distribution) place(class int, most []int, dealt int) bool {
	s := d.s
	if !d.left() {
		return !s.hosted(&d.sh) || d.yield(&d.sh)
	}
	if class == len(s.classes) {
		return true
	}
	if dealt < len(s.classes[class].members) {
		goOn := d.bundles(class, most, func(bundle []int) bool {
			d.take(bundle, -1)
			d.sh.slots = append(d.sh.slots, slot{class: class, bundle: bundle})
			goOn := !s.spentChecks()
			if goOn && s.feasible(&d.sh) { // of a whole shape, too
				goOn = d.place(class, bundle, dealt+1)
			}
			d.sh.slots = d.sh.slots[:len(d.sh.slots)-1]
			d.take(bundle, 1)
			return goOn
		})
		if !goOn {
			return false
		}
	}
	return d.place(class+1, nil, 0)
}

// left reports whether there are events left that are with someone.
func (d *distribution) left() bool {
	for k, n := range d.sh.loose {
		if n > 0 && d.s.kinds[k].withSomeone() {
			return true
		}
	}
	return false
}

// take adds a bundle to what is left, or takes it away.
func (d *distribution) take(bundle []int, sign int) {
	for k, n := range bundle {
		d.sh.loose[k] += sign * n
	}
}

// bundles yields what a mentee of a class may get of what is left, the greatest first, and none greater than most.
func (d *distribution) bundles(class int, most []int, yield func([]int) bool) bool {
	bundle := make([]int, len(d.sh.loose))
	var fill func(kind int, below bool) bool
	fill = func(kind int, below bool) bool {
		if kind == len(bundle) {
			if d.tried++; d.tried > bundlesMax {
				return false
			}
			if !d.s.sensible(class, bundle) {
				return true
			}
			return yield(slices.Clone(bundle))
		}
		limit := 0
		if k := &d.s.kinds[kind]; k.withSomeone() {
			limit = d.sh.loose[kind]
			switch {
			case k.kind == InputStart:
				limit = min(limit, b2i(d.s.classes[class].fresh))
			case k.onRoom() && d.s.classes[class].state == roomEnded:
				limit = 0
			}
		}
		if most != nil && !below {
			limit = min(limit, most[kind])
		}
		for n := limit; n >= 0; n-- {
			bundle[kind] = n
			if !fill(kind+1, below || most != nil && n < most[kind]) {
				return false
			}
		}
		return true
	}
	return fill(0, false)
}

// sensible reports whether a smallest set can have such a bundle: it is not empty, the events can be, and what adds
// nothing by itself is there for something.
func (s *reaching) sensible(class int, bundle []int) bool {
	all, starts, resumes, ends, outcomes, idleSessions, rooms := 0, 0, 0, 0, 0, 0, 0
	idleStart, idleResume := false, false
	for kind, n := range bundle {
		if n == 0 {
			continue
		}
		k := &s.kinds[kind]
		all += n
		switch t := criteria.FactType(k.code); {
		case t == domain.TypeMentorshipStarted:
			starts, idleStart = starts+n, k.idle
		case t == domain.TypeMentorshipResumed:
			resumes, idleResume = resumes+n, k.idle
		case k.kind == InputOutcome:
			outcomes += n
		default:
			rooms += n
			if t == domain.TypeMentorshipEnded {
				ends += n
			} else if k.idle {
				idleSessions += n
			}
		}
	}
	c := &s.classes[class]
	switch {
	case all == 0, idleSessions > outcomes, ends > 1, (starts == 1) != c.fresh:
		return false
	case idleStart && all == 1 && !s.needsHost(), idleResume && (rooms == 0 || resumes > rooms) && !(resumes == 1 && s.needsHost()):
		return false
	case c.state == roomPaused && rooms > ends && resumes == 0:
		return false
	}
	return true
}

// needsHost reports whether events that it makes no difference with whom they are need a mentorship that is yet to begin
// or to go on.
func (s *reaching) needsHost() bool {
	return s.whos[0].state != roomOpen && slices.ContainsFunc(s.kinds, func(k furtherKind) bool { return k.alike })
}

// hosted reports whether some mentorship takes the events of a shape that it makes no difference with whom they are.
func (s *reaching) hosted(sh *shape) bool {
	for k, n := range sh.loose {
		if n > 0 && s.kinds[k].alike && s.whos[0].state != roomOpen {
			return slices.ContainsFunc(sh.slots, s.hosts)
		}
	}
	return true
}

// hosts reports whether a mentorship begins or goes on in a slot.
func (s *reaching) hosts(sl slot) bool {
	for k, n := range sl.bundle {
		t := criteria.FactType(s.kinds[k].code)
		if n > 0 && (t == domain.TypeMentorshipStarted || t == domain.TypeMentorshipResumed) {
			return true
		}
	}
	return false
}

// hostsOf lists with whom events can be that it makes no difference with whom they are: one with whom nothing else
// happens, or all others.
func (s *reaching) hostsOf(sh *shape, whos []int) []int {
	var hosts []int
	for who := range s.existing {
		if s.whos[who].state != roomOpen {
			break // those that are open come first
		}
		if !slices.Contains(whos, who) {
			return []int{who}
		}
		hosts = append(hosts, who)
	}
	for i, sl := range sh.slots {
		if i < len(whos) && s.hosts(sl) {
			hosts = append(hosts, whos[i])
		}
	}
	return hosts
}

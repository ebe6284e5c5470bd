package projections

import (
	"fmt"
	"slices"

	"laurel/domain/criteria"
)

// hasOutcomes reports whether a shape has outcomes.
func (s *reaching) hasOutcomes(sh *shape) bool {
	return slices.ContainsFunc(sh.slots, func(sl slot) bool {
		for k, n := range sl.bundle {
			if n > 0 && s.kinds[k].kind == InputOutcome {
				return true
			}
		}
		return false
	})
}

// ends lists when the tier may well be reached with outcomes by then: with the last of the other events, when something
// changes so that it may, when a mentorship is old enough, and when fewer others share an outcome.
func (s *reaching) ends(sh *shape, whos []int, l *layout, anchors []int64) []int64 {
	if l.t.back {
		return []int64{l.anchor}
	}
	all := []int64{l.last}
	add := func(at int64) {
		if at > l.last && at <= s.to && !slices.Contains(all, at) {
			all = append(all, at)
		}
	}
	for _, span := range s.spans {
		add(l.last + span)
	}
	for _, at := range anchors {
		add(at)
	}
	for i := range sh.slots {
		for k, n := range sh.slots[i].bundle {
			if n > 0 && s.kinds[k].kind == InputOutcome {
				add(s.bestTime(&sh.slots[i], whos[i], k, l.last))
			}
		}
	}
	return all
}

// bestTime is the first time from some time on at which an outcome of a kind is shared with the fewest others.
func (s *reaching) bestTime(sl *slot, who, kind int, from int64) int64 {
	k, awake := &s.kinds[kind], s.awake(sl)
	best, fewest, found := from, criteria.Milli(0), false
	for _, i := range s.measures {
		if !k.counts(i, who) {
			continue
		}
		for _, p := range s.piecesOf(who, s.plan.Doc.Measures[i].Credit) {
			if p.to >= from && (p.asIs || awake && p.awake) && (!found || p.others < fewest) {
				best, fewest, found = max(p.from, from), p.others, true
			}
		}
	}
	return best
}

// outcomesMax bounds the ways to time the outcomes of a shape that are looked at.
const outcomesMax = 200

// outcomes yields ways to time the outcomes of a shape so that they may do at an end, until told to stop.
func (s *reaching) outcomes(sh *shape, whos []int, end int64, yield func([]further) bool) {
	o := &outcomeTimes{s: s, whos: whos, end: end, st: s.leafAt(end), yield: yield, left: outcomesMax}
	o.sh = shape{loose: sh.loose, slots: slices.Clone(sh.slots)}
	o.slot(0)
}

// outcomeTimes goes through the times of outcomes.
type outcomeTimes struct {
	s     *reaching
	sh    shape
	whos  []int
	end   int64
	st    *stretch
	set   []further
	left  int
	yield func([]further) bool
}

// slot chooses times for the outcomes of the slots from one on. It returns false when told to stop.
func (o *outcomeTimes) slot(i int) bool {
	if i == len(o.sh.slots) {
		return o.yield(o.set)
	}
	return o.kind(i, 0, nil)
}

// kind chooses times for the outcomes of a slot from a kind on; fixed are what the chosen ones add to the sums that
// shares divide.
func (o *outcomeTimes) kind(i, kind int, fixed []criteria.Milli) bool {
	sl := &o.sh.slots[i]
	if kind == len(sl.bundle) {
		if o.left--; o.left < 0 {
			return false
		}
		sl.fixed = fixed
		goOn := true
		if len(o.s.shared) == 0 || o.s.possible(o.st, &o.sh, halvingsMin) {
			goOn = o.slot(i + 1)
		}
		sl.fixed = nil
		return goOn
	}
	n := sl.bundle[kind]
	if n == 0 || o.s.kinds[kind].kind != InputOutcome {
		return o.kind(i, kind+1, fixed)
	}
	options := o.s.options(o.whos[i], kind, o.end, o.s.awake(sl))
	return o.times(i, kind, n, options, fixed)
}

// times chooses so many of the options, with repetition.
func (o *outcomeTimes) times(i, kind, n int, options []option, fixed []criteria.Milli) bool {
	if n == 0 {
		return o.kind(i, kind+1, fixed)
	}
	for j, choice := range options {
		o.set = append(o.set, further{kind, o.whos[i], choice.at})
		with := slices.Clone(choice.worth)
		for m := range fixed {
			with[m] += fixed[m]
		}
		goOn := o.times(i, kind, n-1, options[j:], with)
		o.set = o.set[:len(o.set)-1]
		if !goOn {
			return false
		}
	}
	return true
}

// option is a time for an outcome, with what it is worth at the end.
type option struct {
	at    int64
	worth []criteria.Milli // by measure
}

// options lists times for an outcome that differ in what it is worth at an end, the latest of each, those at the end
// first.
func (s *reaching) options(who, kind int, end int64, awake bool) []option {
	k := &s.kinds[kind]
	times := []int64{end}
	for _, i := range s.measures {
		if !k.counts(i, who) {
			continue
		}
		m := &s.plan.Doc.Measures[i]
		for _, p := range s.piecesOf(who, m.Credit) {
			times = append(times, p.to)
		}
		for _, d := range m.Decay {
			times = append(times, end-d.AfterNS)
		}
	}
	times = slices.DeleteFunc(times, func(at int64) bool { return at < s.from || at > end })
	slices.Sort(times)
	var options []option
	seen := map[string]bool{}
	for _, at := range slices.Backward(slices.Compact(times)) {
		o := option{at: at, worth: make([]criteria.Milli, len(s.plan.Doc.Measures))}
		some := false
		for _, i := range s.measures {
			if k.counts(i, who) {
				o.worth[i] = s.worthAt(i, who, k.points[i], awake, at, end)
				some = some || o.worth[i] > 0
			}
		}
		if key := fmt.Sprint(o.worth); some && !seen[key] {
			seen[key] = true
			options = append(options, o)
		}
	}
	return options
}

// worthAt is what an outcome at a time is worth at an end.
func (s *reaching) worthAt(measure, who int, points criteria.Milli, awake bool, at, end int64) criteria.Milli {
	m := &s.plan.Doc.Measures[measure]
	for _, p := range s.piecesOf(who, m.Credit) {
		if p.from > at || p.to < at || !p.asIs && !(awake && p.awake) {
			continue
		}
		if m.Credit.Split {
			points /= p.others + 1
		}
		_, left := keptBetween(m, underCaps(m, points), end-at, end-at)
		return left
	}
	return 0
}

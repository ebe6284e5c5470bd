package projections

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"laurel/domain/criteria"
)

// burst is many sessions of a mentor at once.
type burst struct {
	sessions []int // indexes into the facts, ascending
	from, to int64 // the first and the last
	usual    criteria.Milli
	seqs     map[uint32]bool
}

// bursts finds the bursts of a mentor that lie shortly before an edge: an instant at which something ran out. There are
// three ways in which a burst can have worked at an edge, each decided by evaluating the mentor otherwise:
//
//   - without it, time alone would have taken a tier that was held before it and after the edge;
//   - it reached a tier, which it would not have reached so many days later, up to EdgeWithin;
//   - it filled the bucket of a cap in the bucket's last quarter, and without it the tier held when the bucket closed
//     would not have been held.
//
// The last two look at what happened until the edge, so that a burst is told of only when that time is over.
func (w *stander) bursts() []Flag {
	var flags []Flag
	for _, b := range w.clusters() {
		g, found := w.keeping(&b)
		if !found {
			g, found = w.reaching(&b)
		}
		if !found {
			g, found = w.squeezing(&b)
		}
		if found {
			flags = append(flags, g)
		}
	}
	return flags
}

// clusters finds the bursts of the mentor's sessions: of those that overlap the one with the most sessions.
func (w *stander) clusters() []burst {
	var sessions []int
	for i := range w.facts {
		if w.facts[i].Type == w.session {
			sessions = append(sessions, i)
		}
	}
	at := func(i int) int64 { return w.facts[sessions[i]].At }
	span := w.BurstSpan.Nanoseconds()
	endOf := func(i int) int { // of a burst that begins with i, exclusive
		j := i
		for j < len(sessions) && at(j)-at(i) <= span {
			j++
		}
		return j
	}
	var bursts []burst
	for i := 0; i+w.BurstSessionsMin <= len(sessions); i++ {
		if at(i+w.BurstSessionsMin-1)-at(i) > span {
			continue
		}
		from, to := i, endOf(i)
		for k := i + 1; k < to; k++ {
			if end := endOf(k); end-k > to-from {
				from, to = k, end
			}
		}
		b := burst{sessions: sessions[from:to], from: at(from), to: at(to - 1)}
		b.usual = w.usual(sessions[:from], b.from)
		if criteria.Milli(to-from)*1000 >= criteria.Milli(w.BurstTimesUsual)*b.usual {
			b.seqs = make(map[uint32]bool, to-from)
			for _, s := range b.sessions {
				b.seqs[w.facts[s].Seq] = true
			}
			bursts = append(bursts, b)
		}
		i = to - 1
	}
	return bursts
}

// usual returns how many sessions a mentor with these before usually held in the time of a burst, in thousandths.
func (w *stander) usual(before []int, until int64) criteria.Milli {
	from := until - w.UsualSpan.Nanoseconds()
	first, _ := slices.BinarySearchFunc(before, from, func(s int, t int64) int {
		if w.facts[s].At < t {
			return -1
		}
		return 1
	})
	n := len(before) - first
	if n == 0 {
		return 0
	}
	if first == 0 { // the mentor began within the span
		from = min(w.facts[before[0]].At, until-w.UsualSpan.Nanoseconds()/6)
	}
	spanMS := w.BurstSpan.Milliseconds()
	return criteria.Milli(n) * 1000 * spanMS / ((until - from) / int64(time.Millisecond))
}

// without leaves the sessions of a burst out, and what confirms them.
func (w *stander) without(b *burst) func(criteria.Fact) (criteria.Fact, bool) {
	return func(g criteria.Fact) (criteria.Fact, bool) {
		return g, !b.seqs[g.Seq] && (g.Type != w.confirmed || !b.seqs[sessionOf(&g)])
	}
}

// later puts the sessions of a burst off, and what confirms them.
func (w *stander) later(b *burst, by int64) func(criteria.Fact) (criteria.Fact, bool) {
	return func(g criteria.Fact) (criteria.Fact, bool) {
		if b.seqs[g.Seq] || g.Type == w.confirmed && b.seqs[sessionOf(&g)] {
			g.At += by
		}
		return g, true
	}
}

// keeping finds out whether a burst kept a tier that time would have taken.
func (w *stander) keeping(b *burst) (Flag, bool) {
	now := w.now()
	before := heldAt(now, b.from-1)
	if before == criteria.NoTier || w.plan.Doc.Tiers[before].Keep == criteria.KeepForever {
		return Flag{}, false
	}
	until := min(w.asOf, b.to+w.EdgeWithin.Nanoseconds())
	then := w.were(until, w.without(b))
	for _, tr := range then.Transitions {
		held := min(before, heldAt(now, tr.At))
		if tr.At > b.from && tr.Cause == criteria.Elapsed && tr.To < tr.From && tr.To < held {
			why := fmt.Sprintf("Without them, %s would have run out on %s.", w.tierName(held), dayOf(tr.At))
			return w.burst(b, tr.At, why), true
		}
	}
	return Flag{}, false
}

// reaching finds out whether a burst reached a tier just in time.
func (w *stander) reaching(b *burst) (Flag, bool) {
	now := w.now()
	reached, at := heldAt(now, b.from-1), int64(0)
	for _, tr := range now.Transitions {
		if tr.At >= b.from && tr.At <= b.to && tr.To > reached {
			reached, at = tr.To, tr.At
		}
	}
	if at == 0 || b.to+w.EdgeWithin.Nanoseconds() > w.asOf {
		return Flag{}, false
	}
	if then := w.were(at, w.without(b)); then.Tier >= reached {
		return Flag{}, false
	}
	tooLate := int64(0)
	for days := w.EdgeWithin.Nanoseconds() / dayNS; days > 0; days-- {
		if then := w.were(b.to+days*dayNS, w.later(b, days*dayNS)); then.Tier >= reached {
			break
		}
		tooLate = days
	}
	if tooLate == 0 {
		return Flag{}, false
	}
	late := "a day"
	if tooLate > 1 {
		late = fmt.Sprintf("%d days", tooLate)
	}
	return w.burst(b, b.to+tooLate*dayNS, fmt.Sprintf("They reached %s on %s; held %s later they would not have.",
		w.tierName(reached), dayOf(at), late)), true
}

// squeezing finds out whether a burst filled the bucket of a cap before it closed, and a tier rests on that.
func (w *stander) squeezing(b *burst) (Flag, bool) {
	now := w.now()
	for i := range w.plan.Doc.Measures {
		m := &w.plan.Doc.Measures[i]
		for _, c := range m.Caps {
			opens, closes := w.bucket(c.Every, b.from)
			if c.Every == criteria.Ever || b.to >= closes || closes > w.asOf ||
				b.from < closes-min((closes-opens)/4, w.EdgeWithin.Nanoseconds()) || !w.fills(b, i, &c, opens) {
				continue
			}
			held := heldAt(now, closes-1)
			if then := w.were(closes-1, w.without(b)); then.Tier < held {
				return w.burst(b, closes, fmt.Sprintf("They filled %s (%s) before it closed on %s; "+
					"without them %s would not have been held then.", m.Name, capText(&c), dayOf(closes), w.tierName(held))), true
			}
		}
	}
	return Flag{}, false
}

// fills reports whether a burst filled a bucket that opened at a time: enough of its sessions were credited to it, and
// nothing is left in it.
func (w *stander) fills(b *burst, measure int, c *criteria.Cap, opens int64) bool {
	type bucket struct {
		credited criteria.Milli
		sessions int
	}
	buckets := map[uint32]*bucket{}
	for _, r := range w.trace.Records {
		g := &w.facts[r.Fact]
		if r.Measure != measure || r.Credited == 0 || g.At < opens || g.At > b.to {
			continue
		}
		key := none // the mentor's own
		if c.Per == criteria.PerMentee && g.Bond != criteria.NoBond {
			key = w.mentor.Bonds[g.Bond]
		}
		if buckets[key] == nil {
			buckets[key] = &bucket{}
		}
		buckets[key].credited += r.Credited
		if b.seqs[g.Seq] {
			buckets[key].sessions++
		}
	}
	for _, full := range buckets {
		if full.sessions >= w.BurstSessionsMin && full.credited >= c.Max {
			return true
		}
	}
	return false
}

// bucket returns when the bucket of a cap that is open at t opens and closes.
func (w *stander) bucket(every criteria.Every, t int64) (opens, closes int64) {
	at := time.Unix(0, t).In(w.location)
	year, month, day := at.Date()
	var from, to time.Time
	date := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, w.location)
	}
	switch every {
	case criteria.EveryDay:
		from, to = date(year, month, day), date(year, month, day+1)
	case criteria.EveryWeek:
		monday := day - (int(at.Weekday())+6)%7
		from, to = date(year, month, monday), date(year, month, monday+7)
	case criteria.EveryMonth:
		from, to = date(year, month, 1), date(year, month+1, 1)
	case criteria.EveryQuarter:
		first := month - (month-1)%3
		from, to = date(year, first, 1), date(year, first+3, 1)
	case criteria.EveryYear:
		from, to = date(year, 1, 1), date(year+1, 1, 1)
	default:
		return -maxTime, maxTime
	}
	return from.UnixNano(), to.UnixNano()
}

// burst makes the flag of a burst that lies before an edge.
func (w *stander) burst(b *burst, edge int64, why string) Flag {
	person := w.flagPerson(w.mentor.person)
	events := make([]evidence, len(b.sessions))
	with := map[uint32]bool{}
	for i, s := range b.sessions {
		events[i] = w.evidenceOf(&w.facts[s])
		with[w.mentor.Bonds[w.facts[s].Bond]] = true
	}
	days := func(ns int64) NamedDecimal { return NamedDecimal{Value: Decimal((ns + dayNS/2000) / (dayNS / 1000))} }
	span, left := days(b.to-b.from), days(max(0, edge-b.to)) // it may go on beyond the edge
	span.Name, left.Name = "days", "days_to_edge"
	mentees := "1 mentee"
	if len(with) > 1 {
		mentees = strconv.Itoa(len(with)) + " mentees"
	}
	g := Flag{
		Kind: FlagBurst, People: []FlagPerson{person}, Edge: time.Unix(0, edge).UTC(),
		Text: fmt.Sprintf("%s held %s with %s within %s days, where %s are usual. %s",
			person, sessionsText(len(events)), mentees, span.Value, Decimal(b.usual), why),
		Numbers: []NamedDecimal{count("sessions", len(events)), span, {"usual", Decimal(b.usual)}, left},
	}
	w.rest(&g, events)
	return g
}

func dayOf(at int64) string { return time.Unix(0, at).UTC().Format(time.DateOnly) }

package bench

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/projections"
)

// byHand is what a programmer would write for exactly the sample criteria: every constant in its place, no document, no
// expression, no measure that could be another. It gives the same timelines and is the yardstick for the engine.
type byHand struct {
	tables *criteria.Tables

	sessions  []int64 // credited sessions, by time
	expired   int     // of sessions
	weekOf    []int64 // by mentee: the week that has its session
	monthCap  int64
	monthUsed int

	outcomes      []handOutcome
	older, oldest int // outcomes past 365 and 730 days
	parts         []int64
	total         int64

	months      []handMonth
	monthsHead  int
	runStart    int
	streakEnds  int64
	streakOver  bool
	seen        []bool
	mentees     int
	transitions []criteria.Transition
	monthTable  []uint16 // by day from firstDay
	monthStarts []int64  // by month from firstMonth
}

type handOutcome struct {
	at, amount int64
	mentee     uint32
}

type handMonth struct{ at, month int64 }

const (
	handDay      = int64(24 * time.Hour)
	handNever    = int64(math.MaxInt64)
	handFirstDay = -25567 // 1900-01-01
	handMonth0   = 1900 * 12
)

func newByHand(tables *criteria.Tables) *byHand {
	h := &byHand{tables: tables}
	for d := domain.OccurredMin; d.Before(domain.OccurredMax.AddDate(0, 0, 1)); d = d.AddDate(0, 0, 1) {
		h.monthTable = append(h.monthTable, uint16(d.Year()*12+int(d.Month())-1))
	}
	for m := domain.OccurredMin; m.Before(domain.OccurredMax.AddDate(1, 0, 0)); m = m.AddDate(0, 1, 0) {
		h.monthStarts = append(h.monthStarts, m.UnixNano())
	}
	return h
}

// replayByHand runs the loop over all mentors on as many goroutines as the engine.
func replayByHand(f *projections.Facts, mentors []projections.MentorID, asOf time.Time, workers int) []criteria.Timeline {
	result := make([]criteria.Timeline, len(mentors))
	var next atomic.Int64
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			h := newByHand(f.Tables())
			for {
				to := int(next.Add(32))
				if to-32 >= len(mentors) {
					return
				}
				for i := to - 32; i < min(to, len(mentors)); i++ {
					result[i] = h.evaluate(f.Mentor(mentors[i]), asOf.UnixNano())
				}
			}
		})
	}
	group.Wait()
	return result
}

var (
	handSession, _   = criteria.TypeCode(domain.TypeSessionHeld)
	handGoal, _      = criteria.TypeCode(domain.TypeGoalMet)
	handPromotion, _ = criteria.TypeCode(domain.TypePromotionRecorded)
)

func (h *byHand) evaluate(m *criteria.Mentor, asOf int64) criteria.Timeline {
	n := len(m.Mentees)
	h.sessions, h.expired, h.monthCap, h.monthUsed = h.sessions[:0], 0, -1, 0
	h.outcomes, h.older, h.oldest, h.total = h.outcomes[:0], 0, 0, 0
	h.months, h.monthsHead, h.runStart, h.streakEnds, h.streakOver = h.months[:0], 0, 0, handNever, true
	h.mentees = 0
	h.weekOf, h.parts, h.seen = sized(h.weekOf, n), sized(h.parts, n), sized(h.seen, n)
	for i := range h.weekOf {
		h.weekOf[i] = math.MinInt64
	}
	reviewed := uint16(math.MaxUint16)
	for i, label := range h.tables.Labels {
		if label == "reviewed" {
			reviewed = uint16(i)
		}
	}

	first := len(h.transitions)
	tier, reached, stopped, rising := int16(criteria.NoTier), false, int64(0), false
	keepEnds, heldRising := handNever, false
	outcome, i := 0, 0
	for {
		t := min(h.due(), keepEnds)
		for i < len(m.Facts) && m.Facts[i].At < t {
			if k := m.Facts[i].Type; k == handSession || k == handGoal || k == handPromotion {
				break
			}
			if criteria.IsOutcome(m.Facts[i].Type) {
				outcome++
			}
			i++
		}
		if i < len(m.Facts) && m.Facts[i].At < t {
			t = m.Facts[i].At
		}
		if t > asOf {
			break
		}
		cause := criteria.Elapsed
		for ; i < len(m.Facts) && m.Facts[i].At == t; i++ {
			f := &m.Facts[i]
			switch f.Type {
			case handSession:
				h.session(m.Bonds[f.Bond], f, reviewed)
			case handGoal:
				h.outcome(t, 3000, m.Bonds[f.Bond])
			case handPromotion:
				share := h.share(m, outcome)
				outcome++
				if share == 0 {
					continue
				}
				h.outcome(t, share, m.Bonds[f.Bond])
			default:
				if criteria.IsOutcome(f.Type) {
					credited := h.share2(m, outcome)
					outcome++
					if !credited {
						continue
					}
				}
			}
			cause = int64(f.Seq)
		}
		h.expire(t)
		effort := len(h.sessions) - h.expired
		reached = reached || effort >= 1
		now := len(h.months)-h.monthsHead >= 4 && h.mentees >= 2
		if rising && !now {
			stopped = t
		}
		rising, heldRising = now, heldRising || now
		to := int16(criteria.NoTier)
		keepEnds = handNever
		if reached {
			to = 0
		}
		if rising {
			to = 1
		} else if heldRising && t < stopped+180*handDay {
			to, keepEnds = 1, stopped+180*handDay
		}
		if int64(effort)*1000+h.total >= 60_000 && h.mentees >= 3 && h.dependence() <= 600 {
			to = 2
		}
		if to != tier {
			h.transitions = append(h.transitions, criteria.Transition{At: t, Cause: cause, From: tier, To: to})
			tier = to
		}
	}
	streak := 0
	if !h.streakOver {
		streak = len(h.months) - h.runStart
	}
	end := len(h.transitions)
	effort := int64(len(h.sessions)-h.expired) * 1000
	timeline := criteria.Timeline{
		Tier: tier, Score: effort + h.total, Transitions: h.transitions[first:end:end],
		Measures: []int64{effort, h.total, int64(len(h.months)-h.monthsHead) * 1000, int64(streak) * 1000,
			int64(h.mentees) * 1000, h.dependence()},
	}
	if cap(h.transitions)-end < 1024 {
		h.transitions = make([]criteria.Transition, 0, 1<<14)
	}
	return timeline
}

func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, 2*n)
	}
	s = s[:n]
	clear(s)
	return s
}

func (h *byHand) session(mentee uint32, f *criteria.Fact, reviewed uint16) {
	day := f.At / handDay
	if f.At%handDay < 0 {
		day--
	}
	month := int64(h.monthTable[day-handFirstDay])
	if !h.seen[mentee] {
		h.seen[mentee] = true
		h.mentees++
	}
	if k := len(h.months); k > 0 && h.months[k-1].month == month {
		h.months[k-1].at = f.At
		h.streakOver = false
	} else {
		if k > 0 && month-h.months[k-1].month > 2 {
			h.runStart = k
		}
		h.months = append(h.months, handMonth{f.At, month})
		h.streakOver, h.streakEnds = false, h.monthStarts[month+3-handMonth0]
	}
	if f.Label == reviewed && f.Flags&criteria.FlagConfirmed == 0 {
		return
	}
	if h.monthCap != month {
		h.monthCap, h.monthUsed = month, 0
	}
	week := (day + 3 + 7*10_000) / 7
	if h.monthUsed == 8 || h.weekOf[mentee] == week {
		return
	}
	h.monthUsed++
	h.weekOf[mentee] = week
	h.sessions = append(h.sessions, f.At)
}

func (h *byHand) outcome(at, amount int64, mentee uint32) {
	h.outcomes = append(h.outcomes, handOutcome{at, amount, mentee})
	h.total += amount
	h.parts[mentee] += amount
}

func (h *byHand) share(m *criteria.Mentor, ordinal int) int64 {
	mine, mentors, last := false, int64(0), int64(-1)
	for _, c := range h.tables.CandidatesOf(m.Outcomes[ordinal]) {
		if c.ActiveMin <= 540*24*60 {
			if int64(c.Mentor) != last {
				mentors++
				last = int64(c.Mentor)
			}
			mine = mine || c.Mentor == m.Index
		}
	}
	if !mine {
		return 0
	}
	return 20_000 / mentors
}

func (h *byHand) share2(m *criteria.Mentor, ordinal int) bool {
	for _, c := range h.tables.CandidatesOf(m.Outcomes[ordinal]) {
		if c.ActiveMin <= 365*24*60 && c.Mentor == m.Index {
			return true
		}
	}
	return false
}

func (h *byHand) due() int64 {
	t := handNever
	if h.expired < len(h.sessions) {
		t = h.sessions[h.expired] + 730*handDay
	}
	if h.older < len(h.outcomes) {
		t = min(t, h.outcomes[h.older].at+365*handDay)
	}
	if h.oldest < len(h.outcomes) {
		t = min(t, h.outcomes[h.oldest].at+730*handDay)
	}
	if h.monthsHead < len(h.months) {
		t = min(t, h.months[h.monthsHead].at+365*handDay)
	}
	if !h.streakOver {
		t = min(t, h.streakEnds)
	}
	return t
}

func (h *byHand) expire(t int64) {
	for h.expired < len(h.sessions) && h.sessions[h.expired]+730*handDay <= t {
		h.expired++
	}
	for ; h.older < len(h.outcomes) && h.outcomes[h.older].at+365*handDay <= t; h.older++ {
		o := &h.outcomes[h.older]
		h.age(o, o.amount*6/10-o.amount)
	}
	for ; h.oldest < len(h.outcomes) && h.outcomes[h.oldest].at+730*handDay <= t; h.oldest++ {
		o := &h.outcomes[h.oldest]
		h.age(o, o.amount*3/10-o.amount*6/10)
	}
	for h.monthsHead < len(h.months) && h.months[h.monthsHead].at+365*handDay <= t {
		h.monthsHead++
	}
	h.streakOver = h.streakOver || h.streakEnds <= t
}

func (h *byHand) age(o *handOutcome, change int64) {
	h.total += change
	h.parts[o.mentee] += change
}

func (h *byHand) dependence() int64 {
	if h.total == 0 {
		return 0
	}
	most := int64(0)
	for _, p := range h.parts {
		most = max(most, p)
	}
	return most * 1000 / h.total
}

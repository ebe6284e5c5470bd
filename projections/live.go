package projections

import (
	"bytes"
	"cmp"
	"container/heap"
	"iter"
	"slices"
	"time"

	"laurel/domain/criteria"
)

// Live keeps the timelines of a program under one plan current while its facts grow. It evaluates only the mentors whose
// facts changed and those for whom time alone changes something: by the same function that a replay uses, so the result
// is that of a replay at every position.
//
// It reads the facts and never changes them, so that any number of Live may share the same: whoever applies events tells
// each of them, with Touch, whose facts changed, and has it evaluate them with Advance. It is not safe for concurrent
// use, but any number of goroutines may read between two changes.
type Live struct {
	facts   *Facts
	program string
	plan    *criteria.Plan
	asOf    time.Time
	of      map[MentorID]criteria.Timeline
	ranked  []MentorID // those who are listed, in the order of standings
	counts  []int      // of those who are listed, by tier; the first is of those with none
	touched map[MentorID]struct{}
	due     dueHeap
}

// NewLive starts with a replay of the facts, up to a time, on the given number of goroutines; 0 is one a core.
func NewLive(f *Facts, program string, plan *criteria.Plan, asOf time.Time, workers int) *Live {
	l := &Live{facts: f, program: program, plan: plan, asOf: asOf, touched: map[MentorID]struct{}{},
		counts: make([]int, len(plan.Doc.Tiers)+1)}
	all := Replay(f, program, plan, asOf, workers)
	l.of = make(map[MentorID]criteria.Timeline, len(all.Mentors))
	for i, id := range all.Mentors {
		l.of[id] = all.Of[i]
		l.wake(id)
		if l.listed(id) {
			l.ranked = append(l.ranked, id)
			l.counts[all.Of[i].Tier+1]++
		}
	}
	slices.SortFunc(l.ranked, l.compare)
	return l
}

// Touch notes mentors whose facts changed, as Facts.Apply returns them: those of other programs are passed over.
func (l *Live) Touch(ids []MentorID) {
	for _, id := range ids {
		if m := &l.facts.mentors[id]; l.facts.programs[m.program] == l.program {
			l.touched[id] = struct{}{}
		}
	}
}

// Advance moves on to a time, which is not before the present one, and evaluates those who were touched and those for
// whom time alone changes something. It returns the mentors that it evaluated, in order.
func (l *Live) Advance(asOf time.Time) []MentorID {
	l.asOf = asOf
	for len(l.due) > 0 && l.due[0].at <= asOf.UnixNano() {
		l.touched[heap.Pop(&l.due).(dueAt).id] = struct{}{}
	}
	if len(l.touched) == 0 {
		return nil
	}
	ids := make([]MentorID, 0, len(l.touched))
	for id := range l.touched {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	clear(l.touched)
	anew := len(ids) > len(l.ranked)/rankAnewShare
	if anew {
		clear(l.counts)
	} else {
		for _, id := range ids {
			l.unrank(id)
		}
	}
	evaluated := ids[:0:0]
	evaluator := l.plan.NewEvaluator(&l.facts.tables)
	for _, id := range ids {
		m := &l.facts.mentors[id]
		if !m.startedBy(maxTime) {
			delete(l.of, id)
			continue
		}
		t := evaluator.Evaluate(&m.Mentor, asOf.UnixNano())
		// What the evaluator hands out is part of a block for many, and would keep the whole of it.
		t.Measures, t.Transitions = slices.Clone(t.Measures), slices.Clone(t.Transitions)
		l.of[id] = t
		l.wake(id)
		evaluated = append(evaluated, id)
		if !anew && l.listed(id) {
			at, _ := slices.BinarySearchFunc(l.ranked, id, l.compare)
			l.ranked = slices.Insert(l.ranked, at, id)
			l.counts[t.Tier+1]++
		}
	}
	if anew {
		l.ranked = l.ranked[:0]
		for id, t := range l.of {
			if l.listed(id) {
				l.ranked = append(l.ranked, id)
				l.counts[t.Tier+1]++
			}
		}
		slices.SortFunc(l.ranked, l.compare)
	}
	return evaluated
}

// rankAnewShare is the share of the mentors from which on sorting all of them is quicker than moving each.
const rankAnewShare = 64

// listed tells whether standings list a mentor.
func (l *Live) listed(id MentorID) bool { return l.facts.mentors[id].startedBy(l.asOf.UnixNano()) }

// compare orders mentors as standings do: by score descending, then by person.
func (l *Live) compare(a, b MentorID) int {
	people := l.facts.tables.People
	x, y := &people[l.facts.mentors[a].person], &people[l.facts.mentors[b].person]
	return cmp.Or(cmp.Compare(l.of[b].Score, l.of[a].Score), bytes.Compare(x[:], y[:]))
}

// unrank takes a mentor out of the order, by the timeline that put it there.
func (l *Live) unrank(id MentorID) {
	if _, known := l.of[id]; !known {
		return
	}
	at, found := slices.BinarySearchFunc(l.ranked, id, l.compare)
	if found && l.ranked[at] == id {
		l.ranked = slices.Delete(l.ranked, at, at+1)
		l.counts[l.of[id].Tier+1]--
	}
}

// wake notes when time alone next changes something for a mentor: also where a fact is still to come.
func (l *Live) wake(id MentorID) {
	at := min(l.of[id].Due, l.facts.mentors[id].nextFact(l.asOf.UnixNano()))
	if at == maxTime {
		return
	}
	heap.Push(&l.due, dueAt{at, id})
	if len(l.due) > dueSpareMin+2*len(l.of) {
		l.compactDue()
	}
}

// compactDue leaves each mentor the entry that comes first.
func (l *Live) compactDue() {
	first := make(map[MentorID]int64, len(l.of))
	for _, d := range l.due {
		if at, known := first[d.id]; !known || d.at < at {
			first[d.id] = d.at
		}
	}
	l.due = l.due[:0]
	for id, at := range first {
		l.due = append(l.due, dueAt{at, id})
	}
	heap.Init(&l.due)
}

// dueSpareMin is how many entries out of date the heap may hold beside as many as there are mentors.
const dueSpareMin = 1024

// Timeline returns a mentor's present timeline.
func (l *Live) Timeline(id MentorID) (criteria.Timeline, bool) {
	t, ok := l.of[id]
	return t, ok
}

// AsOf returns the time up to which the timelines reach.
func (l *Live) AsOf() time.Time { return l.asOf }

// Plan returns the plan of the timelines.
func (l *Live) Plan() *criteria.Plan { return l.plan }

// Len is how many mentors are listed: as many as standings have.
func (l *Live) Len() int { return len(l.ranked) }

// Count tells how many of those who are listed hold a tier, by its index; criteria.NoTier for none.
func (l *Live) Count(tier int) int { return l.counts[tier+1] }

// Ranked yields those who are listed with their timelines, in the order of standings.
func (l *Live) Ranked() iter.Seq2[MentorID, criteria.Timeline] {
	return func(yield func(MentorID, criteria.Timeline) bool) {
		for _, id := range l.ranked {
			if !yield(id, l.of[id]) {
				return
			}
		}
	}
}

// Page returns a part of the standings: at most n rows from a place on, counted from 0. People may be nil.
func (l *Live) Page(people *People, from, n int) []Standing {
	from = min(max(from, 0), len(l.ranked))
	to := from + min(max(n, 0), len(l.ranked)-from)
	page := make([]Standing, 0, to-from)
	for _, id := range l.ranked[from:to] {
		t := l.of[id]
		page = append(page, l.facts.standing(id, people, l.plan.Doc, &t))
	}
	return page
}

// Place returns a mentor's row of the standings, and its place in them, counted from 0. It reports false for one who is
// not listed. People may be nil.
func (l *Live) Place(people *People, id MentorID) (place int, row Standing, ok bool) {
	t, known := l.of[id]
	if !known || !l.listed(id) {
		return 0, Standing{}, false
	}
	place, ok = slices.BinarySearchFunc(l.ranked, id, l.compare)
	return place, l.facts.standing(id, people, l.plan.Doc, &t), ok
}

// Timelines returns what a replay would: to be read until the next change.
func (l *Live) Timelines() *Timelines {
	t := &Timelines{Mentors: l.facts.MentorsOf(l.program)}
	t.Of = make([]criteria.Timeline, len(t.Mentors))
	for i, id := range t.Mentors {
		t.Of[i] = l.of[id]
	}
	return t
}

// Standings returns what a replay would.
func (l *Live) Standings(people *People) *Standings {
	return l.facts.standings(l.Timelines(), people, l.program, l.plan, l.asOf)
}

// StandingsPage returns what Standings does, with at most n of its mentors, from a place on, counted from 0.
func (l *Live) StandingsPage(people *People, from, n int) *Standings {
	s := l.facts.standingsHead(l.program, l.plan, l.asOf)
	s.Mentors = l.Page(people, from, n)
	return s
}

// dueHeap orders mentors by when time alone next changes something. It may hold entries that are out of date: they
// cost one evaluation more.
type dueHeap []dueAt

type dueAt struct {
	at int64
	id MentorID
}

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h dueHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *dueHeap) Push(x any)        { *h = append(*h, x.(dueAt)) }
func (h *dueHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

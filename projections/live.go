package projections

import (
	"container/heap"
	"time"

	"laurel/domain/criteria"
	"laurel/eventstore"
)

// Live keeps the timelines of a program current while the log grows. It evaluates only the mentors whose facts changed
// and those for whom time alone changes something: by the same function that a replay uses, so the result is that of
// a replay at every position.
type Live struct {
	facts   *Facts
	program string
	plan    *criteria.Plan
	asOf    time.Time
	follow  bool // asOf is the newest event's time
	of      map[MentorID]criteria.Timeline
	due     dueHeap
}

// NewLive starts from facts that have been applied so far. A zero asOf follows the newest event.
func NewLive(f *Facts, program string, plan *criteria.Plan, asOf time.Time) *Live {
	l := &Live{facts: f, program: program, plan: plan, asOf: asOf, follow: asOf.IsZero(), of: map[MentorID]criteria.Timeline{}}
	if l.follow {
		l.asOf, _ = f.Newest()
	}
	all := Replay(f, program, plan, l.asOf, 0)
	for i, id := range all.Mentors {
		l.put(id, all.Of[i])
	}
	return l
}

// Apply folds new events and returns the mentors that were evaluated again, in order.
func (l *Live) Apply(events []eventstore.RecordedEvent) ([]MentorID, error) {
	touched, err := l.facts.Apply(events)
	if err != nil {
		return nil, err
	}
	if newest, ok := l.facts.Newest(); l.follow && ok {
		l.asOf = newest
	}
	again := map[uint32]struct{}{}
	for _, id := range touched {
		again[uint32(id)] = struct{}{}
	}
	for len(l.due) > 0 && l.due[0].at <= l.asOf.UnixNano() {
		again[uint32(heap.Pop(&l.due).(dueAt).id)] = struct{}{}
	}
	var evaluated []MentorID
	evaluator := l.plan.NewEvaluator(&l.facts.tables)
	for _, index := range sortedKeys(again) {
		id := MentorID(index)
		m := &l.facts.mentors[id]
		if l.facts.programs[m.program] != l.program {
			continue
		}
		if !m.startedBy(maxTime) {
			delete(l.of, id)
			continue
		}
		l.put(id, evaluator.Evaluate(&m.Mentor, l.asOf.UnixNano()))
		evaluated = append(evaluated, id)
	}
	return evaluated, nil
}

func (l *Live) put(id MentorID, t criteria.Timeline) {
	l.of[id] = t
	if t.Due != maxTime {
		heap.Push(&l.due, dueAt{t.Due, id})
	}
	if len(l.due) > dueSpareMin+2*len(l.of) {
		l.due = l.due[:0]
		for id, t := range l.of {
			if t.Due != maxTime {
				l.due = append(l.due, dueAt{t.Due, id})
			}
		}
		heap.Init(&l.due)
	}
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

// Standings returns what a replay would.
func (l *Live) Standings(people *People) *Standings {
	t := &Timelines{Mentors: l.facts.MentorsOf(l.program)}
	for _, id := range t.Mentors {
		t.Of = append(t.Of, l.of[id])
	}
	return l.facts.standings(t, people, l.program, l.plan, l.asOf)
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

package naive

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// timeline evaluates one mentor at every instant up to asOf where anything could change.
func (h *history) timeline(person, program string, doc *document, asOf time.Time) (Mentor, error) {
	var facts [][]taken
	for _, m := range doc.measures {
		facts = append(facts, h.take(m, person, program, doc.zone))
	}
	seen := h.seen(person, program, doc)
	instants := map[time.Time]bool{}
	for _, f := range seen {
		instants[f.at] = true
	}
	for i, m := range doc.measures {
		for _, f := range facts[i] {
			for _, t := range m.boundaries(f, doc.zone) {
				instants[t.UTC()] = true
			}
		}
	}

	mentor := Mentor{Person: person, History: []Transition{}}
	held := make([]bool, len(doc.tiers))         // its when held at some instant so far
	stopped := make([]time.Time, len(doc.tiers)) // when it stopped; zero while it holds
	var values []int64
	for {
		now, ok := next(instants)
		if !ok || now.After(asOf) {
			break
		}
		delete(instants, now)
		values = doc.values(facts, now)
		variables := map[string]any{}
		for i, m := range doc.measures {
			variables[m.name] = float64(values[i]) / 1000
		}
		mentor.Score = doc.score.score(variables)
		variables["score"] = mentor.Score

		current := ""
		for i, t := range doc.tiers { // lowest first: the last that counts wins
			if t.when.holds(variables) {
				held[i], stopped[i] = true, time.Time{}
				current = t.id
				continue
			}
			if !held[i] {
				continue
			}
			if stopped[i].IsZero() {
				stopped[i] = now
				if t.keep == "for" && t.keepFor > 0 {
					instants[now.Add(t.keepFor)] = true
				}
			}
			if t.keep == "forever" || t.keep == "for" && now.Before(stopped[i].Add(t.keepFor)) {
				current = t.id
			}
		}
		if current != mentor.Tier {
			mentor.History = append(mentor.History, Transition{now, current, mentor.Tier, cause(seen, now)})
			mentor.Tier = current
		}
	}
	if again := doc.values(facts, asOf); !slices.Equal(values, again) {
		return Mentor{}, fmt.Errorf("an instant is missing: %v at the last one, %v at %v", values, again, asOf)
	}
	for i, m := range doc.measures {
		mentor.Measures = append(mentor.Measures, Value{m.name, values[i]})
	}
	return mentor, nil
}

// seen are the facts that can cause a transition, in order: the mentor's own, and outcomes that some measure credits to
// the mentor, or the default credit where no measure takes the type.
func (h *history) seen(person, program string, doc *document) []fact {
	facts := h.facts(person, program)
	for _, i := range h.outcomes() {
		used, credited := false, false
		for _, m := range doc.measures {
			if _, ok := m.of[h.events[i].Type]; ok {
				used = true
				credited = credited || h.credited(i, program, m.within, m.atLeast)[person]
			}
		}
		if !used {
			credited = h.credited(i, program, 365*day, 0)[person]
		}
		if credited {
			facts = append(facts, h.fact(i, person, strings.TrimPrefix(h.events[i].Stream, "person-")))
		}
	}
	sort.Slice(facts, func(i, j int) bool { return facts[i].before(facts[j]) })
	return facts
}

// boundaries are the instants after a fact at which the measure's value may change because of it.
func (m measure) boundaries(f taken, zone *time.Location) []time.Time {
	var found []time.Time
	if m.window > 0 {
		found = append(found, f.at.Add(m.window))
	}
	for _, s := range m.decay {
		found = append(found, f.at.Add(s.after))
	}
	if every, ok := strings.CutPrefix(m.kind, "streak "); ok && !m.longest {
		found = append(found, unitStart(unit(f.at, every, zone)+m.grace+2, every, zone))
	}
	return found
}

// cause is the last fact at an instant.
func cause(facts []fact, now time.Time) string {
	id := "elapsed"
	for _, f := range facts {
		if f.at.Equal(now) {
			id = f.id
		}
	}
	return id
}

// next is the earliest of some instants.
func next(instants map[time.Time]bool) (time.Time, bool) {
	var first time.Time
	found := false
	for t := range instants {
		if !found || t.Before(first) {
			first, found = t, true
		}
	}
	return first, found
}

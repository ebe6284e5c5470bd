package naive

import (
	"math/big"
	"sort"
	"strings"
	"time"
)

// taken is a fact that a measure takes, with its points before caps.
type taken struct {
	fact
	points int64 // thousandths
}

// take selects a mentor's facts for a measure: by type, credit and where, in order.
func (h *history) take(m measure, mentor, program string, zone *time.Location) []taken {
	var all []taken
	for _, f := range h.facts(mentor, program) {
		if points, ok := m.of[f.kind]; ok {
			all = append(all, taken{f, points})
		}
	}
	for _, i := range h.outcomes() {
		points, ok := m.of[h.events[i].Type]
		if !ok {
			continue
		}
		mentors := h.credited(i, program, m.within, m.atLeast)
		if !mentors[mentor] {
			continue
		}
		if m.split {
			points /= int64(len(mentors)) // not negative: this rounds down
		}
		all = append(all, taken{h.fact(i, mentor, strings.TrimPrefix(h.events[i].Stream, "person-")), points})
	}
	sort.Slice(all, func(i, j int) bool { return all[i].before(all[j].fact) })

	var passed []taken
	for _, f := range all {
		if m.where == nil || m.where.holds(attributes(f.fact)) {
			passed = append(passed, f)
		}
	}
	return passed
}

func attributes(f fact) map[string]any {
	rating, _ := f.rating.Float64()
	return map[string]any{
		"type": f.kind, "channel": f.channel, "rater": f.rater, "skill": f.skill, "visibility": f.visibility,
		"mentee": f.mentee, "minutes": f.minutes, "levels": f.levels, "rating": rating,
		"confirmed": f.confirmed, "attested": f.attested,
	}
}

// part is what a fact contributes to a sum at one instant.
type part struct {
	mentee string
	points int64
}

// parts are the contributions to a sum at now: caps in order over all facts so far, then window, then decay.
func (m measure) parts(facts []taken, now time.Time, zone *time.Location) []part {
	used := map[string]int64{}
	var parts []part
	for _, f := range facts {
		if f.at.After(now) {
			break
		}
		credited := f.points
		keys := make([]string, len(m.caps))
		for i, c := range m.caps {
			keys[i] = string(rune('a'+i)) + " " + bucket(f.at, c.every, zone)
			if c.per == "mentee" {
				keys[i] += " " + f.mentee
			}
			credited = min(credited, c.max-used[keys[i]])
		}
		for _, key := range keys {
			used[key] += credited
		}
		if m.counts(f, now) {
			parts = append(parts, part{f.mentee, m.decayed(credited, now.Sub(f.at))})
		}
	}
	return parts
}

// counts says whether the window counts a fact at now.
func (m measure) counts(f taken, now time.Time) bool {
	return !f.at.After(now) && (m.window == 0 || now.Before(f.at.Add(m.window)))
}

// decayed is what is kept of credited points at an age, rounded down to a thousandth.
func (m measure) decayed(credited int64, age time.Duration) int64 {
	keep, longest := big.NewRat(1, 1), time.Duration(-1)
	for _, s := range m.decay {
		if s.after <= age && s.after > longest {
			keep, longest = s.keep, s.after
		}
	}
	if longest < 0 {
		return credited
	}
	return floor(new(big.Rat).Mul(big.NewRat(credited, 1), keep))
}

func floor(r *big.Rat) int64 {
	return new(big.Int).Div(r.Num(), r.Denom()).Int64() // Euclidean, and the divisor is positive
}

// values computes every measure at now, from nothing, in thousandths.
func (doc *document) values(facts [][]taken, now time.Time) []int64 {
	values := make([]int64, len(doc.measures))
	for i, m := range doc.measures {
		if m.kind == "share mentee" {
			for j, other := range doc.measures {
				if other.name == m.in {
					values[i] = share(other.parts(facts[j], now, doc.zone))
				}
			}
			continue
		}
		values[i] = m.value(facts[i], now, doc.zone)
	}
	return values
}

func (m measure) value(facts []taken, now time.Time, zone *time.Location) int64 {
	if m.kind == "sum points" {
		var sum int64
		for _, p := range m.parts(facts, now, zone) {
			sum += p.points
		}
		return sum
	}
	var counting []taken
	for _, f := range facts {
		if m.counts(f, now) {
			counting = append(counting, f)
		}
	}
	switch m.kind {
	case "count events":
		return int64(len(counting)) * 1000
	case "count mentees":
		return distinct(counting, func(f taken) string { return f.mentee }) * 1000
	case "count skills":
		return distinct(counting, func(f taken) string { return f.skill }) * 1000
	case "count days", "count weeks", "count months":
		every := strings.TrimSuffix(strings.TrimPrefix(m.kind, "count "), "s")
		return distinct(counting, func(f taken) string { return bucket(f.at, every, zone) }) * 1000
	case "mean rating":
		return m.meanRating(counting)
	case "streak week", "streak month":
		return m.streak(counting, now, zone) * 1000
	}
	panic("unknown aggregate " + m.kind)
}

// distinct counts the different keys; an empty one is none.
func distinct(facts []taken, key func(taken) string) int64 {
	seen := map[string]bool{}
	for _, f := range facts {
		if k := key(f); k != "" {
			seen[k] = true
		}
	}
	return int64(len(seen))
}

// meanRating is round_half_up((mean x weight + sum) / (weight + n)) in thousandths.
func (m measure) meanRating(facts []taken) int64 {
	total := new(big.Rat).Mul(m.mean, m.weight)
	count := new(big.Rat).Set(m.weight)
	for _, f := range facts {
		total.Add(total, f.rating)
		count.Add(count, big.NewRat(1, 1))
	}
	mean := new(big.Rat).Quo(total, count)
	mean.Mul(mean, big.NewRat(1000, 1))
	return floor(mean.Add(mean, big.NewRat(1, 2)))
}

// streak is the number of active units in the latest run, or in the longest.
func (m measure) streak(facts []taken, now time.Time, zone *time.Location) int64 {
	every := strings.TrimPrefix(m.kind, "streak ")
	active := map[int64]bool{}
	for _, f := range facts {
		active[unit(f.at, every, zone)] = true
	}
	var units []int64
	for u := range active {
		units = append(units, u)
	}
	sort.Slice(units, func(i, j int) bool { return units[i] < units[j] })
	if len(units) == 0 {
		return 0
	}
	var run, longest int64
	for i, u := range units {
		if i > 0 && u-units[i-1] > 1+m.grace {
			run = 0
		}
		run++
		longest = max(longest, run)
	}
	if m.longest {
		return longest
	}
	if unit(now, every, zone)-units[len(units)-1] > 1+m.grace {
		return 0
	}
	return run
}

// share is the largest part that one mentee has in a sum, rounded down to a thousandth.
func share(parts []part) int64 {
	var total, largest int64
	byMentee := map[string]int64{}
	for _, p := range parts {
		total += p.points
		if p.mentee != "" {
			byMentee[p.mentee] += p.points
			largest = max(largest, byMentee[p.mentee])
		}
	}
	if total == 0 {
		return 0
	}
	return floor(big.NewRat(largest*1000, total))
}

package awards

import (
	"math"
	"slices"

	"laurel/domain/criteria"
)

// timeMax is the end of what has no end.
const timeMax = int64(math.MaxInt64)

// Regime is a time during which one criteria document was in force.
type Regime struct {
	From, To int64 // Unix nanoseconds; To is exclusive, and the greatest int64 for the last
	Hash     string
	Plan     *criteria.Plan
}

// Until is the last instant at which the regime is in force, not after a time.
func (r *Regime) Until(until int64) int64 {
	if r.To == timeMax {
		return until
	}
	return min(until, r.To-1)
}

// tier finds a tier by its id, NoTier if the document has none such.
func (r *Regime) tier(id string) int {
	return slices.IndexFunc(r.Plan.Doc.Tiers, func(t criteria.Tier) bool { return t.ID == id })
}

// supports tells whether holding a tier supports an award of another, named by its id.
func (r *Regime) supports(held int16, id string) bool {
	i := r.tier(id)
	return i >= 0 && int(held) >= i
}

// Point is where the tier of a mentor may have changed.
type Point struct {
	At     int64
	Regime int   // index of the regime in force
	Starts bool  // the regime begins here
	Tier   int16 // held from here on, in the regime's document; NoTier for none

	// Since is when the mentor came to hold this tier or a higher one, under these criteria, without a break since; it
	// is not after At. Cause is the fact that did it, or Elapsed.
	Since, Cause int64
}

// Path lists the points of a mentor up to a time, given their timeline in each regime, evaluated up to the regime's
// Until. Regimes follow each other in time.
func Path(regimes []Regime, timelines []criteria.Timeline, until int64) []Point {
	var path []Point
	for i := range regimes {
		r := &regimes[i]
		if r.From > until {
			break
		}
		transitions := timelines[i].Transitions
		held := 0 // transitions up to the regime's start
		for held < len(transitions) && transitions[held].At <= r.From {
			held++
		}
		path = append(path, point(transitions[:held], r.From, i, true))
		for n := held + 1; n <= len(transitions); n++ {
			path = append(path, point(transitions[:n], transitions[n-1].At, i, false))
		}
	}
	return path
}

// Since leaves out of a path what was before a time, as before somebody was a mentor: it begins then, with what they
// stood at by then.
func Since(path []Point, since int64) []Point {
	held := 0 // points up to then
	for held < len(path) && path[held].At <= since {
		held++
	}
	if held > 0 {
		path = path[held-1:]
		path[0].At = since
	}
	return path
}

// point is where a mentor stands after some transitions.
func point(transitions []criteria.Transition, at int64, regime int, starts bool) Point {
	p := Point{At: at, Regime: regime, Starts: starts, Tier: criteria.NoTier, Since: at, Cause: criteria.Elapsed}
	if len(transitions) == 0 {
		return p
	}
	first := len(transitions) - 1
	p.Tier = transitions[first].To
	for first > 0 && transitions[first-1].To >= p.Tier {
		first--
	}
	p.Since, p.Cause = transitions[first].At, transitions[first].Cause
	return p
}

package awards

import (
	"slices"

	"laurel/domain/criteria"
)

// Due is the next instant after a time at which Reconcile may decide something else, although nothing was recorded and
// the timelines and the criteria in force are as they were: the greatest int64 for never.
func Due(regimes []Regime, episodes []Episode, held []Held, until int64) int64 {
	due := timeMax
	later := func(t int64) {
		if t > until {
			due = min(due, t)
		}
	}
	for i := range episodes {
		later(episodes[i].Lapses)
	}
	now := -1 // the regime in force
	for i := range regimes {
		if regimes[i].From <= until {
			now = i
		}
	}
	for i := range held {
		a := &held[i]
		later(a.From)
		if a.Standing == Closed {
			later(a.ClosedAt)
			continue
		}
		explained := slices.ContainsFunc(episodes, func(e Episode) bool { return a.overlaps(&e) })
		if now < 0 || explained {
			continue
		}
		if policy := &regimes[now].Plan.Doc.Policy; policy.Lost == criteria.LostGrace {
			later(a.From + policy.GraceNS)
		}
	}
	return due
}

package projections

import (
	"time"

	"laurel/domain/criteria"
)

// ScoreAt is the score that a mentor had at a time.
type ScoreAt struct {
	At    int64 // Unix nanoseconds
	Score criteria.Milli
}

// ScoresAt evaluates a mentor as of each of the times, which are given in Unix nanoseconds.
func ScoresAt(f *Facts, id MentorID, plan *criteria.Plan, times []int64) []ScoreAt {
	evaluator := plan.NewEvaluator(&f.tables)
	scores := make([]ScoreAt, len(times))
	for i, at := range times {
		scores[i] = ScoreAt{at, evaluator.Evaluate(&f.mentors[id].Mentor, at).Score}
	}
	return scores
}

// FirstOf returns the time of a mentor's first fact, and false for one without any.
func (f *Facts) FirstOf(id MentorID) (time.Time, bool) {
	facts := f.mentors[id].Facts
	if len(facts) == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, facts[0].At).UTC(), true
}

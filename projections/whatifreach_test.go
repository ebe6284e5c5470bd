package projections_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"laurel/domain"
	"laurel/projections"
)

// TestReachesCases holds answers to what was worked out by hand: ann has met bob in January and February, and cas once.
func TestReachesCases(t *testing.T) {
	h := &history{t: t}
	bob, cas := domain.MentorshipStream(named("ann with bob")), domain.MentorshipStream(named("ann with cas"))
	h.add("start", bob, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")})
	h.add("start cas", cas, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("cas")})
	h.add("s1", bob, 1, &domain.SessionHeld{})
	h.add("s2", cas, 2, &domain.SessionHeld{})
	h.add("s3", bob, 40, &domain.SessionHeld{Channel: "call"})
	h.add("paused", cas, 41, &domain.MentorshipPaused{})
	f := fold(t, h.events)
	asOf, _ := f.Newest()
	tests := []struct {
		name, measures, when string
		only                 []domain.EventType
		days                 int // by when; 0: five years
		want                 string
	}{
		{"held already", "m: {count: events, of: SessionHeld}", "m >= 3", nil, 0, "reached in 0 days, proven:"},
		{"time alone", "m: {count: events, of: SessionHeld, window: 10d}", "m == 0", nil, 0, "reached in 9 days, proven:"},
		{"not in time", "m: {count: events, of: SessionHeld, window: 10d}", "m == 0", nil, 5, "impossible"},
		{"two sessions", "m: {count: events, of: SessionHeld}", "m >= 5", nil, 0,
			"reached in 0 days, proven: SessionHeld, SessionHeld"},
		{"with a channel", "m: {count: events, of: SessionHeld, where: 'channel == \"call\"'}", "m >= 2", nil, 0,
			"reached in 0 days, proven: SessionHeld channel call"},
		{"next month", "m: {count: months, of: SessionHeld}", "m >= 3", nil, 0, "reached in 19 days, proven: SessionHeld"},
		{"no month left", "m: {count: months, of: SessionHeld}", "m >= 4", nil, 15, "impossible"},
		{"a new mentee", "m: {count: mentees, of: SessionHeld}", "m >= 3", nil, 0,
			"reached in 0 days, proven: MentorshipStarted, SessionHeld"},
		{"no new mentee", "m: {count: mentees, of: SessionHeld}", "m >= 3", []domain.EventType{domain.TypeSessionHeld}, 0,
			"impossible"},
		{"under a cap", "m: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: ever, max: 4}]}", "m >= 5", nil, 0,
			"impossible"},
		{"a cap a month", "m: {sum: points, of: {GoalMet: 1}, caps: [{per: mentor, every: month, max: 1}]}", "m >= 2", nil, 0,
			"reached in 19 days, proven: GoalMet, GoalMet"},
		{"an old mentorship", "m: {sum: points, of: {ProjectCompleted: 1}, credit: {within: 30d, at_least: 60d}}", "m >= 1", nil,
			0, "reached in 19 days, proven: ProjectCompleted"},
		{"active again", "m: {sum: points, of: {ProjectCompleted: 1}, credit: {within: 5d, at_least: 60d}}", "m >= 1", nil, 0,
			"reached in 19 days, proven: ProjectCompleted, SessionHeld"},
		{"balance", "o: {sum: points, of: {GoalMet: 1}}\n  m: {share: mentee, in: o}", "o >= 2 && m <= 0.5", nil, 0,
			"reached in 0 days, proven: GoalMet, GoalMet, MentorshipStarted"},
		{"a rating", "m: {mean: rating, of: FeedbackGiven, prior: {mean: 3, weight: 1}}", "m >= 4", nil, 0,
			"reached in 0 days, proven: FeedbackGiven rater mentee rating 5"},
		{"skills", "m: {count: skills, of: PracticeShared}", "m >= 2", nil, 0,
			"reached in 0 days, proven: PracticeShared skill new-skill-1 visibility program, PracticeShared skill new-skill-2 visibility program"},
		{"confirmed", "m: {count: events, of: SessionHeld, where: confirmed}", "m >= 2",
			[]domain.EventType{domain.TypeSessionConfirmed}, 0,
			"reached in 0 days, proven: SessionConfirmed, SessionConfirmed"},
		{"below zero", "m: {count: events, of: SessionHeld}", "m <= 2", nil, 0, "impossible"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan := compile(t, fmt.Appendf(nil, "apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\ntitle: Test\n"+
				"measures:\n  %s\nscore: m\ntiers: [{id: one, when: '%s'}]\n", test.measures, test.when))
			q := projections.ReachQuery{Tier: "one", Only: test.only}
			if test.days > 0 {
				q.By = asOf.AddDate(0, 0, test.days)
			}
			r, err := projections.Reaches(f, nil, "alpha", named("ann"), plan, asOf, q)
			if err != nil {
				t.Fatal(err)
			}
			if got := spellReach(r); got != test.want {
				t.Errorf("\n got %s\nwant %s\n%+v", got, test.want, r)
			}
		})
	}
}

func spellReach(r *projections.Reach) string {
	text := ""
	switch {
	case !r.Reached && r.Proven:
		return "impossible"
	case !r.Reached:
		return "not found"
	case r.Proven:
		text = fmt.Sprintf("reached in %d days, proven:", int(r.ReachedAt.Sub(r.AsOf).Hours()/24+0.5))
	default:
		text = fmt.Sprintf("reached in %d days, at least %d:", int(r.ReachedAt.Sub(r.AsOf).Hours()/24+0.5), r.AtLeast)
	}
	var events []string
	for _, e := range r.Events {
		event := e.Type
		for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
			event += " " + name + " " + e.Attributes[name]
		}
		events = append(events, event)
	}
	slices.Sort(events)
	if len(events) == 0 {
		return text
	}
	return text + " " + strings.Join(events, ", ")
}

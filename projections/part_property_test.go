package projections_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"laurel/domain/criteria"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// TestPartIsOfTheWhole compares parts of random plans with the whole, over random histories: the values of any
// measures, and whether a tier is held or kept.
func TestPartIsOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := naive.History(t)
		if rapid.IntRange(0, 3).Draw(t, "long") == 0 {
			events = naive.LongHistory(t)
		}
		f := projections.NewFacts()
		if _, err := f.Apply(record(events)); err != nil {
			t.Fatal(err)
		}
		plan := compileIn(t, naive.Document(t))
		whole, judge := plan.NewEvaluator(f.Tables()), plan.NewJudge()
		var measures []int
		for i := range plan.Doc.Measures {
			if rapid.Bool().Draw(t, "measure") {
				measures = append(measures, i)
			}
		}
		part := plan.Part(measures, criteria.NoTier)
		of := part.NewEvaluator(f.Tables())
		single := make([]*criteria.Evaluator, len(plan.Doc.Tiers))
		for tier := range single {
			single[tier] = plan.Part(nil, tier).NewEvaluator(f.Tables())
		}
		for range 12 {
			at := rapid.SampledFrom(events).Draw(t, "at").OccurredAt
			at = at.AddDate(0, 0, rapid.SampledFrom([]int{0, 0, 1, 7, 30, 366, 1200}).Draw(t, "days"))
			for _, id := range f.MentorsOf(naive.CaseProgram) {
				m := f.Mentor(id)
				want := whole.Evaluate(m, at.UnixNano())
				got := of.Evaluate(m, at.UnixNano())
				for i := range part.Doc.Measures {
					name := part.Doc.Measures[i].Name
					n := slices.IndexFunc(plan.Doc.Measures, func(m criteria.Measure) bool { return m.Name == name })
					if got.Measures[i] != want.Measures[n] {
						t.Fatalf("%s at %v: %d, want %d", name, at, got.Measures[i], want.Measures[n])
					}
				}
				started := slices.ContainsFunc(m.Facts, func(f criteria.Fact) bool {
					return f.At <= at.UnixNano() && !criteria.IsOutcome(f.Type)
				})
				if score := judge.Look(want.Measures); score != want.Score {
					t.Fatalf("score at %v: %d, want %d", at, score, want.Score)
				}
				for tier := range single {
					holds, keptUntil := whole.TierState(tier)
					if holds != (started && judge.Holds(tier)) {
						t.Fatalf("tier %d at %v holds: %t", tier, at, holds)
					}
					alone := single[tier].Evaluate(m, at.UnixNano())
					if held := holds || keptUntil > at.UnixNano(); held != (alone.Tier != criteria.NoTier) {
						t.Fatalf("tier %d at %v is held: %t, alone %d", tier, at, held, alone.Tier)
					}
				}
			}
		}
	})
}

// TestGoneIsGone lets time pass after any event, as if nothing came after it: what a judge called gone never holds
// again.
func TestGoneIsGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := projections.NewFacts()
		if _, err := f.Apply(record(naive.History(t))); err != nil {
			t.Fatal(err)
		}
		text := naive.Document(t)
		if rapid.Bool().Draw(t, "thresholds") {
			text = drawThresholds(t)
		}
		plan := compileIn(t, text)
		evaluator, judge := plan.NewEvaluator(f.Tables()), plan.NewJudge()
		step := time.Duration(rapid.SampledFrom([]int{5, 24, 24 * 5, 24 * 13}).Draw(t, "hours")) * time.Hour
		for _, id := range f.MentorsOf(naive.CaseProgram) {
			m := *f.Mentor(id)
			for n := len(m.Facts); n > 0; n-- {
				m.Facts = m.Facts[:n]
				gone := make([]bool, len(plan.Doc.Tiers))
				for i := range 20 {
					timeline := evaluator.Evaluate(&m, m.Facts[n-1].At+int64(i)*int64(step))
					judge.Look(timeline.Measures)
					for tier := range gone {
						gone[tier] = gone[tier] || judge.Gone(tier)
						if holds, _ := evaluator.TierState(tier); holds && gone[tier] {
							t.Fatalf("tier %d is gone after fact %d, and holds %v later", tier, n-1, time.Duration(i)*step)
						}
					}
				}
			}
		}
	})
}

// drawThresholds draws tiers that ask of every sort of measure to be at least something, under scores that rise and
// fall.
func drawThresholds(t *rapid.T) string {
	const types = "[SessionHeld, GoalMet, ThreadPosted]"
	text := "apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\nmeasures:\n" +
		"  plain: {sum: points, of: {SessionHeld: 1, GoalMet: 2}}\n" +
		"  windowed: {sum: points, of: {SessionHeld: 1, GoalMet: 2}, window: 30d}\n" +
		"  decayed: {sum: points, of: {SessionHeld: 1}, decay: [{after: 5d, keep: 0.5}, {after: 20d, keep: 0.1}]}\n" +
		"  grown: {sum: points, of: {SessionHeld: 1}, decay: [{after: 0d, keep: 0.2}, {after: 20d, keep: 1}]}\n" +
		"  rating: {mean: rating, of: FeedbackGiven, prior: {mean: 3, weight: 1}}\n" +
		"  recent: {mean: rating, of: FeedbackGiven, prior: {mean: 3, weight: 1}, window: 30d}\n" +
		"  part: {share: mentee, in: plain}\n  recent_part: {share: mentee, in: windowed}\n" +
		"  streak: {streak: week, of: " + types + "}\n" +
		"  longest: {streak: week, of: " + types + ", longest: true, window: 60d}\n" +
		"  months: {count: months, of: " + types + ", window: 60d}\n" +
		"score: '" + rapid.SampledFrom([]string{
		"windowed + decayed", "2 * plain - 1", "plain - windowed", "-(0.5 * decayed)", "grown + plain", "3 - rating",
		"recent", "plain / windowed", "part + recent_part",
	}).Draw(t, "score") + "'\ntiers:\n"
	variable := rapid.SampledFrom([]string{
		"plain", "windowed", "decayed", "grown", "rating", "recent", "part", "recent_part", "streak", "longest", "months",
		"score",
	})
	clause := func() string {
		return variable.Draw(t, "variable") + rapid.SampledFrom([]string{" >= ", " > ", " == ", " <= "}).Draw(t, "operator") +
			rapid.SampledFrom([]string{"-1", "0.2", "0.6", "1", "1.5", "2", "2.5", "3", "3.2", "5"}).Draw(t, "constant")
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "tiers") {
		text += fmt.Sprintf("  - {id: t%d, name: T%d, when: '%s%s%s', keep: %s}\n", i+1, i+1, clause(),
			rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "join"), clause(),
			rapid.SampledFrom([]string{"while-met", "while-met", "10d", "forever"}).Draw(t, "keep"))
	}
	return text + "policy: {gained: award, lost: grandfather}\n"
}

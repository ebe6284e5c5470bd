package bench

import (
	"fmt"

	"laurel/domain/criteria"
)

// sampleText is the sample document without feedback, as the program that is measured against a loop by hand.
const sampleText = `
apiVersion: laurel/v1
kind: Criteria
program: bench
title: Mentor tiers
timezone: UTC
measures:
  effort: {sum: points, of: {SessionHeld: 1}, window: 730d, where: channel != "reviewed" || confirmed,
           caps: [{per: mentee, every: week, max: 1}, {per: mentor, every: month, max: 8}]}
  outcome: {sum: points, of: {GoalMet: 3, PromotionRecorded: 20}, credit: {within: 540d, at_least: 0d, split: true},
            decay: [{after: 365d, keep: 0.6}, {after: 730d, keep: 0.3}]}
  active_months: {count: months, of: SessionHeld, window: 365d}
  streak: {streak: month, of: SessionHeld, grace: 1}
  mentees: {count: mentees, of: SessionHeld}
  dependence: {share: mentee, in: outcome}
score: effort + outcome
tiers:
  - {id: participant, name: Participant, when: effort >= 1, keep: forever}
  - {id: rising-star, name: Rising Star, when: active_months >= 4 && mentees >= 2, keep: 180d}
  - {id: champion, name: Champion, when: score >= 60 && mentees >= 3 && dependence <= 0.6, keep: while-met}
`

// heavyText uses rolling windows, decay, streaks and caps all at once, on most types of fact.
const heavyText = `
apiVersion: laurel/v1
kind: Criteria
program: bench
title: Everything at once
timezone: Europe/Berlin
measures:
  effort: {sum: points, of: {SessionHeld: 1, ThreadPosted: 0.2, GoalSet: 0.5}, window: 365d,
           decay: [{after: 90d, keep: 0.8}, {after: 180d, keep: 0.5}],
           caps: [{per: mentee, every: week, max: 2}, {per: mentee, every: month, max: 5}, {per: mentor, every: quarter, max: 40}]}
  depth: {sum: points, of: {SessionHeld: 1}, where: minutes >= 45 && channel != "chat", window: 180d,
          caps: [{per: mentor, every: day, max: 2}]}
  outcome: {sum: points, of: {GoalMet: 3, PromotionRecorded: 20, SkillAttested: 2, ProjectCompleted: 5, MilestoneReached: 1},
            credit: {within: 540d, at_least: 30d, split: true}, window: 1095d,
            decay: [{after: 365d, keep: 0.6}, {after: 730d, keep: 0.3}]}
  weeks: {streak: week, of: SessionHeld, grace: 2}
  months: {streak: month, of: [SessionHeld, FeedbackGiven], grace: 1, longest: true}
  active: {count: weeks, of: SessionHeld, window: 180d}
  circle: {count: mentees, of: SessionHeld, window: 365d}
  feedback: {mean: rating, of: FeedbackGiven, where: rater == "mentee", window: 730d, prior: {mean: 3.8, weight: 5}}
  dependence: {share: mentee, in: outcome}
score: effort + 2 * outcome + 0.5 * depth
tiers:
  - {id: participant, name: Participant, when: effort >= 1, keep: forever}
  - {id: steady, name: Steady, when: weeks >= 4 || months >= 6, keep: 90d}
  - {id: rising-star, name: Rising Star, when: active >= 8 && circle >= 2 && feedback >= 3.5, keep: 180d}
  - {id: champion, name: Champion, when: score >= 120 && circle >= 3 && dependence <= 0.6, keep: while-met}
`

func compile(name, text string) (*criteria.Plan, error) {
	doc, diagnostics := criteria.Parse(name, []byte(text))
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("bench: %w", diagnostics.Err())
	}
	checked, diagnostics := criteria.CheckExpressions(doc)
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("bench: %w", diagnostics.Err())
	}
	return criteria.Compile(checked)
}

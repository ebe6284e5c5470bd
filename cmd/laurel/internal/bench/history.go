// Package bench measures Laurel's engine on a generated history: the speed of replays against a loop written by hand,
// the size of facts, the rebuild of facts from a log on disk, and the rate of appends. It is the command laurel bench.
package bench

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"laurel/adapters/synthetic"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/projections"
)

// program is the one program of the measured history.
const program = "bench"

// options are those of the generator.
func generatorOptions(events, mentors int, seed uint64) synthetic.Options {
	return synthetic.Options{Events: events, Mentors: mentors, Seed: seed, Programs: []domain.Slug{program}}
}

// generateFacts folds a generated history into facts without a log in between.
func generateFacts(ctx context.Context, events, mentors int, seed uint64, progress func(done int)) (*projections.Facts, error) {
	generator, err := synthetic.New(generatorOptions(events, mentors, seed))
	if err != nil {
		return nil, err
	}
	codes := map[domain.EventType]uint8{}
	for _, t := range criteria.FactTypes() {
		codes[t], _ = criteria.TypeCode(t)
	}
	builder := projections.NewBuilder()
	batch := make([]projections.Input, 0, 4096)
	done := 0
	for e := range generator.Events() {
		batch = append(batch, input(e, codes))
		if len(batch) < cap(batch) {
			continue
		}
		if err := builder.Fold(batch); err != nil {
			return nil, err
		}
		done += len(batch)
		batch = batch[:0]
		progress(done)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if err := builder.Fold(batch); err != nil {
		return nil, err
	}
	return builder.Finish(), nil
}

// input is what decoding the event's payload would give.
func input(e *synthetic.Event, codes map[domain.EventType]uint8) projections.Input {
	in := projections.Input{ID: e.ID, At: e.OccurredAt}
	code, isFact := codes[e.Type]
	switch {
	case e.Type == domain.TypeEventVoided:
		in.Kind, in.Ref = projections.InputVoid, e.Target
	case !isFact:
		return in
	case criteria.IsOutcome(code):
		in.Kind, in.Ref = projections.InputOutcome, e.By
	case e.Type == domain.TypePracticeShared:
		in.Kind = projections.InputShared
	case e.Type == domain.TypeMentorshipStarted:
		in.Kind = projections.InputStart
		in.Program, in.Mentor, in.Mentee = string(e.Program), e.Mentor, e.Mentee
	default:
		in.Kind = projections.InputFact
	}
	in.Stream, in.Code = e.Mentorship, code
	if e.Person != uuid.Nil {
		in.Stream = e.Person
	}
	if e.Confirmed {
		in.Flags |= criteria.FlagConfirmed
	}
	if e.Attested {
		in.Flags |= criteria.FlagAttested
	}
	switch e.Type {
	case domain.TypeSessionHeld:
		in.Label, in.Value = e.Channel, int16(e.Minutes)
	case domain.TypeSessionConfirmed:
		in.Ref = e.Target
	case domain.TypePromotionRecorded:
		in.Value = int16(e.Levels)
	case domain.TypeFeedbackGiven:
		in.Label, in.Value = string(e.Rater), int16(e.Rating)
		in.Ref = e.Mentor
		if e.By == e.Mentor {
			in.Ref = e.Mentee
		}
	case domain.TypeThreadPosted, domain.TypePracticeShared:
		in.Label = string(e.Visible)
	case domain.TypeGoalMet, domain.TypeMilestoneReached:
		in.Ref = e.By
	}
	if slices.Contains(skilled(), e.Type) {
		in.Skill = e.Skill
	}
	return in
}

// skilled lists the types that carry a skill.
func skilled() []domain.EventType {
	return []domain.EventType{
		domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePracticeShared, domain.TypeSessionHeld,
		domain.TypeGoalSet, domain.TypeGoalMet, domain.TypeMilestoneReached,
	}
}

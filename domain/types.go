package domain

import (
	"slices"
	"strings"
)

// eventTypes lists every type with a maker of empty payloads, by the streams that they belong to.
var eventTypes = []struct {
	name EventType
	make func() Payload
}{
	{TypePersonRegistered, func() Payload { return new(PersonRegistered) }},
	{TypePersonJoinedUnit, func() Payload { return new(PersonJoinedUnit) }},
	{TypeSkillAttested, func() Payload { return new(SkillAttested) }},
	{TypeProjectCompleted, func() Payload { return new(ProjectCompleted) }},
	{TypePromotionRecorded, func() Payload { return new(PromotionRecorded) }},
	{TypeConsentGranted, func() Payload { return new(ConsentGranted) }},
	{TypeConsentWithdrawn, func() Payload { return new(ConsentWithdrawn) }},
	{TypePracticeShared, func() Payload { return new(PracticeShared) }},
	{TypePersonErased, func() Payload { return new(PersonErased) }},

	{TypeMentorshipStarted, func() Payload { return new(MentorshipStarted) }},
	{TypeSessionHeld, func() Payload { return new(SessionHeld) }},
	{TypeSessionConfirmed, func() Payload { return new(SessionConfirmed) }},
	{TypeGoalSet, func() Payload { return new(GoalSet) }},
	{TypeGoalMet, func() Payload { return new(GoalMet) }},
	{TypeRoadmapAssigned, func() Payload { return new(RoadmapAssigned) }},
	{TypeMilestoneReached, func() Payload { return new(MilestoneReached) }},
	{TypeThreadPosted, func() Payload { return new(ThreadPosted) }},
	{TypeFeedbackRequested, func() Payload { return new(FeedbackRequested) }},
	{TypeFeedbackGiven, func() Payload { return new(FeedbackGiven) }},
	{TypeFeedbackReminded, func() Payload { return new(FeedbackReminded) }},
	{TypeMentorshipPaused, func() Payload { return new(MentorshipPaused) }},
	{TypeMentorshipResumed, func() Payload { return new(MentorshipResumed) }},
	{TypeMentorshipEnded, func() Payload { return new(MentorshipEnded) }},

	{TypeProgramOpened, func() Payload { return new(ProgramOpened) }},
	{TypeRewardDefined, func() Payload { return new(RewardDefined) }},
	{TypeRewardReserved, func() Payload { return new(RewardReserved) }},
	{TypeRewardReleased, func() Payload { return new(RewardReleased) }},
	{TypeRoadmapDefined, func() Payload { return new(RoadmapDefined) }},
	{TypeFeedbackRhythmSet, func() Payload { return new(FeedbackRhythmSet) }},
	{TypeProgramClosed, func() Payload { return new(ProgramClosed) }},

	{TypeCriteriaProposed, func() Payload { return new(CriteriaProposed) }},
	{TypeCriteriaApproved, func() Payload { return new(CriteriaApproved) }},
	{TypeCriteriaActivated, func() Payload { return new(CriteriaActivated) }},
	{TypeCriteriaWithdrawn, func() Payload { return new(CriteriaWithdrawn) }},

	{TypeAwardProposed, func() Payload { return new(AwardProposed) }},
	{TypeAwardGranted, func() Payload { return new(AwardGranted) }},
	{TypeAwardDeclined, func() Payload { return new(AwardDeclined) }},
	{TypeAwardKept, func() Payload { return new(AwardKept) }},
	{TypeAwardRevoked, func() Payload { return new(AwardRevoked) }},
	{TypeAwardExpired, func() Payload { return new(AwardExpired) }},
	{TypeRewardClaimed, func() Payload { return new(RewardClaimed) }},
	{TypeAcknowledgementPublished, func() Payload { return new(AcknowledgementPublished) }},

	{TypeEventVoided, func() Payload { return new(EventVoided) }},
}

// typeIndex finds a type's row in eventTypes.
var typeIndex = func() map[EventType]int {
	m := make(map[EventType]int, len(eventTypes))
	for i, t := range eventTypes {
		m[t.name] = i
	}
	return m
}()

// EventTypes returns every event type, in the order of the streams that they belong to.
func EventTypes() []EventType {
	types := make([]EventType, len(eventTypes))
	for i, t := range eventTypes {
		types[i] = t.name
	}
	return types
}

// NewPayload returns an empty payload of the type, to decode into, or nil when there is no such type.
func NewPayload(t EventType) Payload {
	if i, ok := typeIndex[t]; ok {
		return eventTypes[i].make()
	}
	return nil
}

// CategoryOf returns the category of the streams that events of the type belong to, "" for a type that belongs to any.
// It reports false for an unknown type.
func CategoryOf(t EventType) (string, bool) {
	switch t {
	case TypePersonRegistered, TypePersonJoinedUnit, TypeSkillAttested, TypeProjectCompleted,
		TypePromotionRecorded, TypeConsentGranted, TypeConsentWithdrawn, TypePracticeShared,
		TypePersonErased:
		return CategoryPerson, true
	case TypeMentorshipStarted, TypeSessionHeld, TypeSessionConfirmed, TypeGoalSet, TypeGoalMet,
		TypeRoadmapAssigned, TypeMilestoneReached, TypeThreadPosted, TypeFeedbackRequested,
		TypeFeedbackGiven, TypeFeedbackReminded, TypeMentorshipPaused, TypeMentorshipResumed, TypeMentorshipEnded:
		return CategoryMentorship, true
	case TypeProgramOpened, TypeRewardDefined, TypeRewardReserved, TypeRewardReleased, TypeRoadmapDefined,
		TypeFeedbackRhythmSet, TypeProgramClosed:
		return CategoryProgram, true
	case TypeCriteriaProposed, TypeCriteriaApproved, TypeCriteriaActivated, TypeCriteriaWithdrawn:
		return CategoryCriteria, true
	case TypeAwardProposed, TypeAwardGranted, TypeAwardDeclined, TypeAwardKept, TypeAwardRevoked,
		TypeAwardExpired, TypeRewardClaimed, TypeAcknowledgementPublished:
		return CategoryAward, true
	case TypeEventVoided:
		return "", true
	}
	return "", false
}

// UnknownTypeHint says what would be right where an event type is not known.
func UnknownTypeHint(t EventType) string {
	known := make([]string, len(eventTypes))
	for i := range eventTypes {
		known[i] = string(eventTypes[i].name)
	}
	if s := Suggest(string(t), known); s != "" {
		return "did you mean " + s + "?"
	}
	slices.Sort(known)
	return "known are " + strings.Join(known, ", ")
}

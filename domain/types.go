package domain

import "slices"

// eventTypes lists every type with the category of the streams that it belongs to and a maker of empty payloads.
var eventTypes = []struct {
	name     EventType
	category string // "" for any
	make     func() Payload
}{
	{TypePersonRegistered, CategoryPerson, func() Payload { return new(PersonRegistered) }},
	{TypePersonJoinedUnit, CategoryPerson, func() Payload { return new(PersonJoinedUnit) }},
	{TypeSkillAttested, CategoryPerson, func() Payload { return new(SkillAttested) }},
	{TypeProjectCompleted, CategoryPerson, func() Payload { return new(ProjectCompleted) }},
	{TypePromotionRecorded, CategoryPerson, func() Payload { return new(PromotionRecorded) }},
	{TypeConsentGranted, CategoryPerson, func() Payload { return new(ConsentGranted) }},
	{TypeConsentWithdrawn, CategoryPerson, func() Payload { return new(ConsentWithdrawn) }},
	{TypePracticeShared, CategoryPerson, func() Payload { return new(PracticeShared) }},
	{TypePersonErased, CategoryPerson, func() Payload { return new(PersonErased) }},

	{TypeMentorshipStarted, CategoryMentorship, func() Payload { return new(MentorshipStarted) }},
	{TypeSessionHeld, CategoryMentorship, func() Payload { return new(SessionHeld) }},
	{TypeSessionConfirmed, CategoryMentorship, func() Payload { return new(SessionConfirmed) }},
	{TypeGoalSet, CategoryMentorship, func() Payload { return new(GoalSet) }},
	{TypeGoalMet, CategoryMentorship, func() Payload { return new(GoalMet) }},
	{TypeRoadmapAssigned, CategoryMentorship, func() Payload { return new(RoadmapAssigned) }},
	{TypeMilestoneReached, CategoryMentorship, func() Payload { return new(MilestoneReached) }},
	{TypeThreadPosted, CategoryMentorship, func() Payload { return new(ThreadPosted) }},
	{TypeFeedbackRequested, CategoryMentorship, func() Payload { return new(FeedbackRequested) }},
	{TypeFeedbackGiven, CategoryMentorship, func() Payload { return new(FeedbackGiven) }},
	{TypeMentorshipPaused, CategoryMentorship, func() Payload { return new(MentorshipPaused) }},
	{TypeMentorshipResumed, CategoryMentorship, func() Payload { return new(MentorshipResumed) }},
	{TypeMentorshipEnded, CategoryMentorship, func() Payload { return new(MentorshipEnded) }},

	{TypeProgramOpened, CategoryProgram, func() Payload { return new(ProgramOpened) }},
	{TypeRewardDefined, CategoryProgram, func() Payload { return new(RewardDefined) }},
	{TypeProgramClosed, CategoryProgram, func() Payload { return new(ProgramClosed) }},

	{TypeCriteriaProposed, CategoryCriteria, func() Payload { return new(CriteriaProposed) }},
	{TypeCriteriaApproved, CategoryCriteria, func() Payload { return new(CriteriaApproved) }},
	{TypeCriteriaActivated, CategoryCriteria, func() Payload { return new(CriteriaActivated) }},
	{TypeCriteriaWithdrawn, CategoryCriteria, func() Payload { return new(CriteriaWithdrawn) }},

	{TypeAwardProposed, CategoryAward, func() Payload { return new(AwardProposed) }},
	{TypeAwardGranted, CategoryAward, func() Payload { return new(AwardGranted) }},
	{TypeAwardDeclined, CategoryAward, func() Payload { return new(AwardDeclined) }},
	{TypeAwardKept, CategoryAward, func() Payload { return new(AwardKept) }},
	{TypeAwardRevoked, CategoryAward, func() Payload { return new(AwardRevoked) }},
	{TypeAwardExpired, CategoryAward, func() Payload { return new(AwardExpired) }},
	{TypeRewardClaimed, CategoryAward, func() Payload { return new(RewardClaimed) }},
	{TypeAcknowledgementPublished, CategoryAward, func() Payload { return new(AcknowledgementPublished) }},

	{TypeEventVoided, "", func() Payload { return new(EventVoided) }},
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
	i, ok := typeIndex[t]
	if !ok {
		return "", false
	}
	return eventTypes[i].category, true
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
	hint := "known are "
	for i, k := range known {
		if i > 0 {
			hint += ", "
		}
		hint += k
	}
	return hint
}

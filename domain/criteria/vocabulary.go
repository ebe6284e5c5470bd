package criteria

import (
	"slices"

	"laurel/domain"
)

// An Attribute is what a measure's where may ask about one fact.
type Attribute struct {
	Name      string
	Kind      AttributeKind
	CarriedBy []domain.EventType // nil: every type
	About     string
}

// AttributeKind is the type of an attribute in CEL.
type AttributeKind string

// The types of attributes, by their names in CEL.
const (
	AttributeString AttributeKind = "string"
	AttributeInt    AttributeKind = "int"
	AttributeDouble AttributeKind = "double"
	AttributeBool   AttributeKind = "bool"
)

// Attributes lists what where sees, in the order of the documentation.
func Attributes() []Attribute {
	return []Attribute{
		{"type", AttributeString, nil, "the event type, such as \"SessionHeld\""},
		{"channel", AttributeString, []domain.EventType{domain.TypeSessionHeld}, "how the session was held"},
		{"rater", AttributeString, []domain.EventType{domain.TypeFeedbackGiven},
			"who gave the feedback: \"mentee\" or \"mentor\""},
		{"skill", AttributeString, []domain.EventType{
			domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePracticeShared, domain.TypeSessionHeld,
			domain.TypeGoalSet, domain.TypeGoalMet, domain.TypeMilestoneReached,
		}, "the skill that it was about"},
		{"visibility", AttributeString, []domain.EventType{domain.TypeThreadPosted, domain.TypePracticeShared},
			"who may read it: \"room\", \"program\" or \"public\""},
		{"mentee", AttributeString, slices.DeleteFunc(FactTypes(), func(t domain.EventType) bool {
			return t == domain.TypePracticeShared
		}), "the mentee's uuid"},
		{"minutes", AttributeInt, []domain.EventType{domain.TypeSessionHeld}, "how long the session took"},
		{"levels", AttributeInt, []domain.EventType{domain.TypePromotionRecorded}, "how many levels the promotion was"},
		{"rating", AttributeDouble, []domain.EventType{domain.TypeFeedbackGiven}, "the rating, 1 to 5"},
		{"confirmed", AttributeBool, []domain.EventType{domain.TypeSessionHeld}, "whether the session was confirmed"},
		{"attested", AttributeBool, []domain.EventType{
			domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePromotionRecorded, domain.TypeGoalMet,
			domain.TypeMilestoneReached,
		}, "whether someone other than the mentor recorded it"},
	}
}

// CarriedByType reports whether facts of the type can carry the attribute.
func (a Attribute) CarriedByType(t domain.EventType) bool {
	return a.CarriedBy == nil || slices.Contains(a.CarriedBy, t)
}

// attribute finds an attribute by name.
func attribute(name string) (Attribute, bool) {
	all := Attributes()
	if i := slices.IndexFunc(all, func(a Attribute) bool { return a.Name == name }); i >= 0 {
		return all[i], true
	}
	return Attribute{}, false
}

// FactTypes lists the event types that a measure may take: those that become facts of a mentor.
func FactTypes() []domain.EventType {
	return append(OutcomeTypes(),
		domain.TypePracticeShared,
		domain.TypeMentorshipStarted, domain.TypeSessionHeld, domain.TypeSessionConfirmed, domain.TypeGoalSet,
		domain.TypeGoalMet, domain.TypeRoadmapAssigned, domain.TypeMilestoneReached, domain.TypeThreadPosted,
		domain.TypeFeedbackRequested, domain.TypeFeedbackGiven, domain.TypeMentorshipPaused,
		domain.TypeMentorshipResumed, domain.TypeMentorshipEnded)
}

// OutcomeTypes lists the event types on a person's stream that are credited to that person's mentors.
func OutcomeTypes() []domain.EventType {
	return []domain.EventType{domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePromotionRecorded}
}

// aggregateName is how a document spells an aggregate: the key and its value.
type aggregateName struct {
	aggregate  Aggregate
	key, value string
}

// aggregateNames spells every aggregate.
func aggregateNames() []aggregateName {
	return []aggregateName{
		{SumPoints, "sum", "points"},
		{CountEvents, "count", "events"},
		{CountMentees, "count", "mentees"},
		{CountDays, "count", "days"},
		{CountWeeks, "count", "weeks"},
		{CountMonths, "count", "months"},
		{CountSkills, "count", "skills"},
		{MeanRating, "mean", "rating"},
		{StreakWeek, "streak", "week"},
		{StreakMonth, "streak", "month"},
		{ShareMentee, "share", "mentee"},
	}
}

// everyNames spells the calendar units of caps; a unit's value is its index plus one.
func everyNames() []string { return []string{"ever", "day", "week", "month", "quarter", "year"} }

// namesReserved cannot be names of measures: they mean something else in an expression.
func namesReserved() []string {
	return []string{
		"score", "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if",
		"import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "bool", "int", "uint", "double",
		"string", "bytes", "list", "map", "type", "dyn", "null_type", "google",
	}
}

// ratingCarried reports whether facts of the type carry a rating.
func ratingCarried(t domain.EventType) bool {
	a, _ := attribute("rating")
	return a.CarriedByType(t)
}

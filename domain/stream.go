package domain

import (
	"strings"

	"github.com/google/uuid"
)

// The stream categories: what stands before the first "-" of a stream's name.
const (
	CategoryPerson     = "person"
	CategoryMentorship = "mentorship"
	CategoryProgram    = "program"
	CategoryCriteria   = "criteria"
	CategoryAward      = "award"
)

// PersonStream names the stream of a person.
func PersonStream(person uuid.UUID) string { return CategoryPerson + "-" + person.String() }

// MentorshipStream names the stream of a mentorship.
func MentorshipStream(mentorship uuid.UUID) string {
	return CategoryMentorship + "-" + mentorship.String()
}

// ProgramStream names the stream of a program.
func ProgramStream(program Slug) string { return CategoryProgram + "-" + string(program) }

// CriteriaStream names the stream in which the criteria of a program are proposed, approved and activated.
func CriteriaStream(criteria Slug) string { return CategoryCriteria + "-" + string(criteria) }

// AwardStream names the stream of an award.
func AwardStream(award uuid.UUID) string { return CategoryAward + "-" + award.String() }

// StreamID is a stream's name taken apart: ID for persons, mentorships and awards, Slug for programs and criteria.
type StreamID struct {
	Category string
	ID       uuid.UUID
	Slug     Slug
}

// String returns the stream's name.
func (s StreamID) String() string {
	if s.Slug != "" {
		return s.Category + "-" + string(s.Slug)
	}
	return s.Category + "-" + s.ID.String()
}

// Category returns the part of a stream's name before the first "-", or the whole name without one. It does not check.
func Category(stream string) string {
	category, _, _ := strings.Cut(stream, "-")
	return category
}

// ParseStream takes a stream's name apart. Only the canonical spelling is accepted: two names are never one stream.
func ParseStream(stream string) (StreamID, error) {
	category, rest, _ := strings.Cut(stream, "-")
	switch category {
	case CategoryPerson, CategoryMentorship, CategoryAward:
		id, err := uuid.Parse(rest)
		if err != nil || id.String() != rest {
			return StreamID{}, invalid("stream", quote(stream)+" has no lower-case uuid after "+category+"-",
				"write for example "+category+"-5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11")
		}
		return StreamID{Category: category, ID: id}, nil
	case CategoryProgram, CategoryCriteria:
		if err := Slug(rest).check("stream"); err != nil {
			return StreamID{}, err
		}
		return StreamID{Category: category, Slug: Slug(rest)}, nil
	}
	hint := "streams are person-<uuid>, mentorship-<uuid>, program-<slug>, criteria-<slug> and award-<uuid>"
	known := []string{CategoryPerson, CategoryMentorship, CategoryProgram, CategoryCriteria, CategoryAward}
	if s := Suggest(category, known); s != "" {
		hint = "did you mean " + s + "?"
	}
	return StreamID{}, invalid("stream", "no kind of stream is called "+quote(category), hint)
}

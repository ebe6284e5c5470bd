package domain

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// PersonID is the id of a person who is known by an e-mail address: version 5 of "mailto:" and the address in lower
// case, so that every source that knows the address means the same person.
func PersonID(email string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("mailto:"+strings.ToLower(email)))
}

// AwardID is the id of an award: version 5 of the program, the person, the tier, and how many awards of these three
// came before it, so that whoever decides the same award records it under the same id.
func AwardID(program Slug, person uuid.UUID, tier Slug, ordinal int) uuid.UUID {
	key := string(program) + "/" + person.String() + "/" + string(tier) + "/" + strconv.Itoa(ordinal)
	return uuid.NewSHA1(SourceSpace("award"), []byte(key))
}

// MentorshipID is the id of a mentorship that has none from an import: version 5 of the program, the two people, and how
// many mentorships of these were named so before, so that whoever brings the same two together means the same stream.
func MentorshipID(program Slug, mentor, mentee uuid.UUID, ordinal int) uuid.UUID {
	key := string(program) + "/" + mentor.String() + "/" + mentee.String() + "/" + strconv.Itoa(ordinal)
	return uuid.NewSHA1(SourceSpace("mentorship"), []byte(key))
}

// SourceSpace is the namespace of the ids that come from a source, such as "git". The id of a thing is version 5 of the
// namespace and the source's own key for it: importing the thing twice gives the same id, and so changes nothing.
//
//	id := uuid.NewSHA1(domain.SourceSpace("git"), []byte("mentorship/"+key))
func SourceSpace(source string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("laurel:"+source))
}

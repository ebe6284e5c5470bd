package domain

import (
	"strings"

	"github.com/google/uuid"
)

// PersonID is the id of a person who is known by an e-mail address: version 5 of "mailto:" and the address in lower
// case, so that every source that knows the address means the same person.
func PersonID(email string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("mailto:"+strings.ToLower(email)))
}

// SourceSpace is the namespace of the ids that come from a source, such as "git". The id of a thing is version 5 of the
// namespace and the source's own key for it: importing the thing twice gives the same id, and so changes nothing.
//
//	id := uuid.NewSHA1(domain.SourceSpace("git"), []byte("mentorship/"+key))
func SourceSpace(source string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("laurel:"+source))
}

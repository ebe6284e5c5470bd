package access

import "laurel/domain"

// ErrSignedOut is the one answer to a session, a token or a link that is not there, is over, or belongs to an account
// that may not sign in, so that nobody learns which.
var ErrSignedOut error = &domain.Error{Code: domain.CodeForbidden, Message: "you are not signed in",
	Hint: "sign in, or send a token that is still good"}

func invalid(field, message, hint string) *domain.Error {
	return &domain.Error{Code: domain.CodeInvalid, Field: field, Message: message, Hint: hint}
}

func conflict(field, message, hint string) *domain.Error {
	return &domain.Error{Code: domain.CodeConflict, Field: field, Message: message, Hint: hint}
}

func notFound(field, message, hint string) *domain.Error {
	return &domain.Error{Code: domain.CodeNotFound, Field: field, Message: message, Hint: hint}
}

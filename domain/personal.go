package domain

import "github.com/google/uuid"

// HasPersonal is implemented by payloads that can carry personal fields: names, e-mail addresses, HR ids and free text.
// They stand together under the one key "personal" of the payload, beside "of", the person to whom they belong, so
// that they can be encrypted or erased without looking at the rest. Nothing that is scored is a personal field.
type HasPersonal interface {
	Payload

	// PersonalOf is the person to whom the payload's personal fields belong; the zero UUID when it carries none.
	PersonalOf() uuid.UUID
}

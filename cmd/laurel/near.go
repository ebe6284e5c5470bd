package main

import (
	"fmt"

	"laurel/domain"
)

// didYouMean is a hint with the word that was most likely meant, or otherwise the other hint.
func didYouMean(given string, known []string, otherwise string) string {
	if word := domain.Suggest(given, known); word != "" {
		return fmt.Sprintf("did you mean %q?", word)
	}
	return otherwise
}

// eventTypeNames lists every event type.
func eventTypeNames() []string {
	types := domain.EventTypes()
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return names
}

package main

import (
	"fmt"
	"slices"

	"laurel/cmd/laurel/internal/render"
	"laurel/domain"
)

// didYouMean is a hint with the word that was most likely meant, or otherwise the other hint.
func didYouMean(given string, known []string, otherwise string) string {
	if word := domain.Suggest(given, known); word != "" {
		return fmt.Sprintf("did you mean %q?", word)
	}
	return otherwise
}

// idDigitsShown is how much of an id a table shows, unless two of its ids begin so.
const idDigitsShown = 8

// shortIDs is a table with as many digits of the ids in a column as tell them apart: a table is for people, who name
// things by the first digits.
func shortIDs(table render.Section, column int) render.Section {
	digits := idDigitsShown
	for taken := map[string]string{}; ; clear(taken) {
		apart := true
		for _, row := range table.Rows {
			id := row[column]
			if other, ok := taken[id[:min(digits, len(id))]]; ok && other != id {
				apart = false
				break
			}
			taken[id[:min(digits, len(id))]] = id
		}
		if apart {
			break
		}
		digits++
	}
	short := make([][]string, 0, len(table.Rows))
	for _, row := range table.Rows {
		row = slices.Clone(row)
		row[column] = row[column][:min(digits, len(row[column]))]
		short = append(short, row)
	}
	table.Rows = short
	return table
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

package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
)

// candidatesShownMax bounds how many ids an ambiguous name lists.
const candidatesShownMax = 8

// findMentor finds the mentor of the history's program that an id, an e-mail address or a name means.
func (h *history) findMentor(text string) (uuid.UUID, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return uuid.UUID{}, usage("PERSON is empty", "name someone by id, e-mail or name")
	}
	found := h.people.Find(text)
	var mentors []uuid.UUID
	for _, id := range found {
		if _, ok := h.facts.MentorOf(h.program, id); ok {
			mentors = append(mentors, id)
		}
	}
	switch {
	case len(mentors) == 1:
		return mentors[0], nil
	case len(mentors) > 1:
		return uuid.UUID{}, badInput("find person", quoted(text), fmt.Sprintf("%d mentors are called so", len(mentors)),
			"choose one by id: "+listIDs(mentors))
	case len(found) > 0 && h.isKnown(found):
		return uuid.UUID{}, badInput("find person", quoted(text), fmt.Sprintf("no mentor in program %q", h.program),
			"only those who were a mentor in the program have standings; see `laurel replay`, or choose another --program")
	}
	return uuid.UUID{}, badInput("find person", quoted(text), "nobody in the log has this id, e-mail or name",
		h.suggest(text))
}

// isKnown tells whether the log knows one of the ids; a lookup by id finds any.
func (h *history) isKnown(ids []uuid.UUID) bool {
	return slices.ContainsFunc(ids, func(id uuid.UUID) bool {
		_, ok := h.people.Contact(id)
		return ok
	})
}

// suggest is a hint with whom the text may have meant: those whose names are near to it or contain it. It gives their
// ids, because personal fields of people that were not asked for have no place on standard error.
func (h *history) suggest(text string) string {
	const list = "`laurel replay -o csv` lists every mentor with id and name"
	names := h.people.Names()
	lower := strings.ToLower(text)
	var near []string
	for _, n := range names {
		if len(lower) >= 3 && strings.Contains(strings.ToLower(n), lower) {
			near = append(near, n)
		}
	}
	if len(near) == 0 {
		near = append(near, domain.Suggest(text, names))
	}
	var ids []uuid.UUID
	for _, n := range near {
		if n != "" {
			ids = append(ids, h.people.Find(n)...)
		}
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	if ids = slices.Compact(ids); len(ids) == 0 {
		return list
	}
	return plural(len(ids), "person has", "people have") + " a name or e-mail like it: " + listIDs(ids) + "; " + list
}

func listIDs(ids []uuid.UUID) string {
	var texts []string
	for _, id := range ids[:min(len(ids), candidatesShownMax)] {
		texts = append(texts, id.String())
	}
	if more := len(ids) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, ", ")
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

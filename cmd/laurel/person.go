package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
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

// suggest is a hint with whom the text may have meant: names near to it, or the first ones that contain it.
func (h *history) suggest(text string) string {
	names := h.people.Names()
	slices.Sort(names)
	names = slices.Compact(names)
	lower := strings.ToLower(text)
	var containing []string
	for _, n := range names {
		if len(containing) < 3 && len(lower) >= 3 && strings.Contains(strings.ToLower(n), lower) {
			containing = append(containing, quoted(n))
		}
	}
	if len(containing) > 0 {
		return "did you mean " + strings.Join(containing, " or ") + "?"
	}
	return didYouMean(text, names, "`laurel replay -o csv` lists every mentor with id and name")
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

// Package naive computes Laurel's standings a second time, in the plainest way that the text of the semantics allows,
// so that tests can compare the engine with it byte by byte. Only tests import it.
//
// It shares no code with the engine: it reads the document with its own structs, runs CEL in cel-go's own interpreter,
// and at every instant where something could change computes every measure again from all facts, caps included. Where
// the engine has an index, an increment or a bound, this package has a loop.
//
// Beside the replay it holds what tests of any implementation need: random histories (History) and criteria documents
// (Document) for property tests, and a table of cases worked out by hand (Cases).
//
// Readings that this package takes where the rules leave room:
//
//   - A void, and a confirmation of a session, hold for every T from the moment that they are recorded, whatever their
//     own time. A voided MentorshipStarted takes every event of its stream out of the facts.
//   - PracticeShared is a fact of the person in every program where the person is a mentor. It has no mentee: it has a
//     per-mentee bucket of its own, is not counted as a mentee, and is in the whole but never the largest part of a
//     share.
//   - Caps look at all facts, also those that the window no longer counts: what a fact was credited never changes.
//   - An empty skill is not a skill in count: skills.
//   - A tier is kept if its own when held, whether or not a higher tier was held then.
//   - A transition at an instant with facts is caused by the last of them, of whatever type; an outcome is such a fact
//     where a measure that takes its type credits it, or the default credit if no measure takes its type.
//   - Comparing what is not a number is false, as in IEEE 754 and cel-go (!= is true). A condition that fails, such as
//     a division of integers by zero, is false. A score that is not a number or infinite is 0, and there is no negative
//     zero.
package naive

import (
	"fmt"
	"sort"
	"time"
)

// Event is one recorded event. Its place in the slice is its place in the log.
type Event struct {
	ID         string // uuid
	Type       string
	Stream     string
	OccurredAt time.Time
	Data       []byte // the payload, a JSON object
}

// GoString is how a failing property shows the event.
func (e Event) GoString() string {
	return fmt.Sprintf("\n\t%s %s %s %s %s", e.ID, e.OccurredAt.Format(time.RFC3339Nano), e.Type, e.Stream, e.Data)
}

// Options say which part of the log to see, and when.
type Options struct {
	AsOf  *time.Time // nil: the newest occurred_at among the events seen
	Limit int        // only the first Limit events of the log; 0: all of them
}

// Replay computes the standings of a program under a criteria document. The document must be valid.
func Replay(events []Event, program string, criteriaYAML []byte, opt Options) (*Result, error) {
	if opt.Limit > 0 && opt.Limit < len(events) {
		events = events[:opt.Limit]
	}
	doc, err := readDocument(criteriaYAML)
	if err != nil {
		return nil, fmt.Errorf("naive: read criteria: %w", err)
	}
	var asOf time.Time
	for i, e := range events {
		if i == 0 || e.OccurredAt.After(asOf) {
			asOf = e.OccurredAt
		}
	}
	if opt.AsOf != nil {
		asOf = *opt.AsOf
	}
	asOf = asOf.UTC()

	h, err := readHistory(events)
	if err != nil {
		return nil, fmt.Errorf("naive: read events: %w", err)
	}
	result := &Result{Program: program, AsOf: asOf, Events: h.countFacts(program, asOf), Mentors: []Mentor{}}
	for _, person := range h.mentors(program, asOf) {
		mentor, err := h.timeline(person, program, doc, asOf)
		if err != nil {
			return nil, fmt.Errorf("naive: mentor %s: %w", person, err)
		}
		mentor.Name = h.names[person]
		result.Mentors = append(result.Mentors, mentor)
	}
	sort.Slice(result.Mentors, func(i, j int) bool {
		a, b := result.Mentors[i], result.Mentors[j]
		if a.Score != b.Score {
			return a.Score > b.Score
		}
		return a.Person < b.Person
	})
	return result, nil
}

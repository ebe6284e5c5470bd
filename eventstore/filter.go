package eventstore

import (
	"slices"
	"strings"

	"laurel/domain"
)

// Category returns the category of a stream: its name up to the first "-", or the whole name without one.
func Category(stream string) string {
	category, _, _ := strings.Cut(stream, "-")
	return category
}

// MatchesAll tells whether the filter selects every event.
func (f Filter) MatchesAll() bool { return len(f.Categories) == 0 && len(f.Types) == 0 }

// Match tells whether the filter selects an event of this stream and type.
func (f Filter) Match(stream string, t domain.EventType) bool {
	if len(f.Types) > 0 && !slices.Contains(f.Types, t) {
		return false
	}
	return len(f.Categories) == 0 || slices.Contains(f.Categories, Category(stream))
}

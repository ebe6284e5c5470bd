package synthetic

import (
	"fmt"
	"math"

	"laurel/domain"
)

// Options say what to generate.
type Options struct {
	Events  int // in total, everything counted
	Mentors int // who have at least one mentorship
	Seed    uint64

	// Programs are the slugs of the programs; DefaultPrograms if empty. Every mentor belongs to one.
	Programs []domain.Slug
}

// DefaultPrograms are the programs of a history that names none.
func DefaultPrograms() []domain.Slug {
	return []domain.Slug{"engineering", "leadership", "nursing", "returners"}
}

// Limits of Options. The first follows from a mentor taking up to three events to introduce.
const (
	eventsPerMentorMin = 5
	eventsSpareMin     = 20
	eventsMax          = 2_000_000_000
	programsMax        = 100
)

// EventsMin is the smallest number of events that a number of mentors fits into.
func EventsMin(mentors, programs int) int {
	return eventsPerMentorMin*mentors + programs + eventsSpareMin
}

func (o *Options) check() error {
	if len(o.Programs) == 0 {
		o.Programs = DefaultPrograms()
	}
	if len(o.Programs) > programsMax {
		return fmt.Errorf("%d programs are too many: at most %d", len(o.Programs), programsMax)
	}
	for i, p := range o.Programs {
		if !p.Valid() {
			return fmt.Errorf("program %q is not a slug: use 1 to %d of a-z, 0-9 and -, not starting with -", p,
				domain.SlugBytesMax)
		}
		for _, other := range o.Programs[:i] {
			if other == p {
				return fmt.Errorf("program %q is given twice", p)
			}
		}
	}
	if o.Mentors < 1 || o.Mentors > math.MaxInt32/8 {
		return fmt.Errorf("%d mentors: want 1 or more, up to %d", o.Mentors, math.MaxInt32/8)
	}
	if o.Events > eventsMax {
		return fmt.Errorf("%d events are too many: at most %d", o.Events, eventsMax)
	}
	if need := EventsMin(o.Mentors, len(o.Programs)); o.Events < need {
		return fmt.Errorf("%d events are too few for %d mentors in %d programs: want at least %d", o.Events, o.Mentors,
			len(o.Programs), need)
	}
	return nil
}

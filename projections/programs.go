package projections

import (
	"slices"
	"strings"
	"time"

	"laurel/domain"
	"laurel/eventstore"
)

// Programs holds what programs say of themselves: their title, roadmaps and the rhythm of their feedback. Rewards has
// what they offer.
// Definitions are replaced by later ones, in order of (occurred at, place in the log); voided ones count at no time.
type Programs struct {
	bySlug map[domain.Slug]*programLog
}

// programLog is a program's stream.
type programLog struct {
	slug   domain.Slug
	events streamEvents
}

// NewPrograms returns the programs of an empty log.
func NewPrograms() *Programs { return &Programs{bySlug: map[domain.Slug]*programLog{}} }

// Apply implements Model.
func (p *Programs) Apply(events []eventstore.RecordedEvent) error {
	for i := range events {
		text, ok := strings.CutPrefix(events[i].Stream, domain.CategoryProgram+"-")
		if !ok {
			continue
		}
		log := p.bySlug[domain.Slug(text)]
		if log == nil {
			log = &programLog{slug: domain.Slug(strings.Clone(text))}
			p.bySlug[log.slug] = log
		}
		if err := log.events.take(events[i]); err != nil {
			return err
		}
	}
	return nil
}

// Program is what a program said of itself up to a time.
type Program struct {
	Program  domain.Slug    `json:"program"`
	Title    string         `json:"title"`
	Kind     string         `json:"kind,omitempty"`
	Status   string         `json:"status"` // open or closed
	OpenedAt time.Time      `json:"opened_at"`
	ClosedAt time.Time      `json:"closed_at,omitzero"`
	Rhythm   FeedbackRhythm `json:"rhythm,omitzero"`
	Roadmaps []Roadmap      `json:"roadmaps"`
}

// Roadmap is a list of milestones that a program defines.
type Roadmap struct {
	Roadmap    domain.Slug   `json:"roadmap"`
	Title      string        `json:"title,omitempty"`
	Milestones []domain.Slug `json:"milestones"`
}

// FeedbackRhythm is when a program asks both of a mentorship for feedback.
type FeedbackRhythm struct {
	AfterSessions int    `json:"after_sessions,omitempty"` // after every so many sessions
	AtEnd         bool   `json:"at_end,omitempty"`
	Every         string `json:"every,omitempty"` // month, quarter, half-year or year with a session
	DueDays       int    `json:"due_days,omitempty"`
}

// Asks tells whether feedback is asked at all.
func (r FeedbackRhythm) Asks() bool { return r.AfterSessions > 0 || r.AtEnd || r.Every != "" }

// The statuses of a program.
const (
	ProgramOpen   = "open"
	ProgramClosed = "closed"
)

// Find returns a program as it was at a time, and false when it was not opened by then.
func (p *Programs) Find(program domain.Slug, asOf time.Time) (Program, bool) {
	log := p.bySlug[program]
	if log == nil {
		return Program{}, false
	}
	return log.at(asOf)
}

// List returns the programs that were opened by a time, in order of their names.
func (p *Programs) List(asOf time.Time) []Program {
	list := []Program{}
	for _, log := range p.bySlug {
		if program, opened := log.at(asOf); opened {
			list = append(list, program)
		}
	}
	slices.SortFunc(list, func(a, b Program) int { return strings.Compare(string(a.Program), string(b.Program)) })
	return list
}

// at folds the definitions up to a time.
func (l *programLog) at(asOf time.Time) (program Program, opened bool) {
	program = Program{Program: l.slug, Status: ProgramOpen, Roadmaps: []Roadmap{}}
	for i := range l.events {
		at := unixUTC(l.events[i].at)
		if at.After(asOf) {
			break
		}
		switch v := l.events[i].payload.(type) {
		case *domain.ProgramOpened:
			program.Title, program.Kind, program.OpenedAt = v.Title, v.Kind, at
			opened = true
		case *domain.ProgramClosed:
			program.Status, program.ClosedAt = ProgramClosed, at
		case *domain.FeedbackRhythmSet:
			program.Rhythm = rhythmSet(v)
		case *domain.RoadmapDefined:
			program.Roadmaps = replace(program.Roadmaps, Roadmap{v.Roadmap, v.Title, v.Milestones},
				func(r Roadmap) bool { return r.Roadmap == v.Roadmap })
		}
	}
	return program, opened
}

// replace puts a definition in the place of the one that it replaces, or at the end.
func replace[D any](list []D, definition D, same func(D) bool) []D {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = definition
		return list
	}
	return append(list, definition)
}

func rhythmSet(v *domain.FeedbackRhythmSet) FeedbackRhythm {
	r := FeedbackRhythm{AfterSessions: v.AfterSessions, AtEnd: v.AtEnd, Every: v.Every, DueDays: v.DueDays}
	if r.DueDays == 0 && r.Asks() {
		r.DueDays = domain.FeedbackDueDays
	}
	return r
}

// rhythmChange is the rhythm in force from a time on.
type rhythmChange struct {
	from int64 // Unix nanoseconds
	FeedbackRhythm
}

// rhythms returns every rhythm that a program ever set, in order.
func (p *Programs) rhythms(program domain.Slug) []rhythmChange {
	log := p.bySlug[program]
	if log == nil {
		return nil
	}
	var changes []rhythmChange
	for i := range log.events {
		if v, ok := log.events[i].payload.(*domain.FeedbackRhythmSet); ok {
			changes = append(changes, rhythmChange{log.events[i].at, rhythmSet(v)})
		}
	}
	return changes
}

// rhythmAt returns the rhythm in force at t.
func rhythmAt(changes []rhythmChange, t int64) FeedbackRhythm {
	for i := len(changes) - 1; i >= 0; i-- {
		if changes[i].from <= t {
			return changes[i].FeedbackRhythm
		}
	}
	return FeedbackRhythm{}
}

package serving

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
)

// Change says what is different between two versions, so that a page can tell whether it is concerned.
type Change struct {
	Version  uint64              // the newer one
	Position eventstore.Position // of it
	Programs []string            // of which something was recorded, or a mentor's facts changed; in order
	People   []uuid.UUID         // on whose streams something was recorded, or whose facts as mentors changed; in order
	Rooms    []uuid.UUID         // mentorships in which something was recorded, in order
	Awards   []uuid.UUID         // about which something was recorded, in order
	Criteria bool                // something was recorded about criteria
	All      bool                // there was too much to list: everything may be different
}

const (
	changeListedMax = 200 // of each kind, in a change
	changesKept     = 256 // versions of which changes are kept
)

// changes keeps the latest changes. Engine.mu guards it.
type changes struct {
	version uint64
	next    chan struct{}           // closed at the next change
	latest  []Change                // oldest first
	times   [busyVersions]time.Time // when the latest versions were made, by version modulo their number
}

// A log grows quickly while this many versions are made in this time, or in the longer one that something takes.
const (
	busyVersions = 6
	busyTime     = time.Second
)

// busy tells whether the log grows quickly: more than somebody makes it grow who records something and looks at it.
func (c *changes) busy(now time.Time, within time.Duration) bool {
	return now.Sub(c.times[(c.version+1)%busyVersions]) < max(within, busyTime)
}

// add makes a change known.
func (c *changes) add(change Change) {
	c.version = change.Version
	c.times[c.version%busyVersions] = time.Now()
	if len(c.latest) == changesKept {
		c.latest = append(c.latest[:0], c.latest[1:]...)
	}
	c.latest = append(c.latest, change)
	close(c.next)
	c.next = make(chan struct{})
}

// Changed returns what has changed since a version, together, and a channel that is closed at the next change. Where
// nothing has, the change holds the present version alone. 0, or a version too long ago, gives All.
func (e *Engine) Changed(since uint64) (Change, <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := &e.changes
	present := Change{Version: c.version, Position: e.replicas.current.state.position}
	missed := int(c.version - min(since, c.version))
	switch {
	case since > c.version, missed > len(c.latest):
		present.All = true
		return present, c.next
	case missed == 0:
		return present, c.next
	}
	together := newChangeSet()
	for _, change := range c.latest[len(c.latest)-missed:] {
		together.include(&change)
	}
	return together.change(present.Version, present.Position), c.next
}

// changeSet collects what has changed.
type changeSet struct {
	programs              map[string]bool
	people, rooms, awards map[uuid.UUID]bool
	criteria, all         bool
}

func newChangeSet() *changeSet {
	return &changeSet{map[string]bool{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, false, false}
}

func (s *changeSet) include(c *Change) {
	s.criteria, s.all = s.criteria || c.Criteria, s.all || c.All
	for _, p := range c.Programs {
		s.programs[p] = true
	}
	for _, list := range []struct {
		ids []uuid.UUID
		in  map[uuid.UUID]bool
	}{{c.People, s.people}, {c.Rooms, s.rooms}, {c.Awards, s.awards}} {
		for _, id := range list.ids {
			list.in[id] = true
		}
	}
}

func (s *changeSet) change(version uint64, position eventstore.Position) Change {
	c := Change{Version: version, Position: position}
	if s.all || max(len(s.programs), len(s.people), len(s.rooms), len(s.awards)) > changeListedMax {
		c.All = true
		return c
	}
	c.Programs, c.Criteria = slices.Sorted(maps.Keys(s.programs)), s.criteria
	c.People, c.Rooms, c.Awards = sorted(s.people), sorted(s.rooms), sorted(s.awards)
	return c
}

func sorted(ids map[uuid.UUID]bool) []uuid.UUID {
	return slices.SortedFunc(maps.Keys(ids), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
}

// changeOf tells what a batch changed, given the state after it and the mentors whose facts it changed.
func changeOf(s *state, b batch, touched []projections.MentorID) Change {
	set := newChangeSet()
	for i := range b.events {
		stream, err := domain.ParseStream(b.events[i].Stream)
		if err != nil {
			continue
		}
		switch stream.Category {
		case domain.CategoryPerson:
			set.people[stream.ID] = true
		case domain.CategoryMentorship:
			set.rooms[stream.ID] = true
		case domain.CategoryAward:
			set.awards[stream.ID] = true
			if a, ok := s.Register.Award(stream.ID); ok && a.First.Program != "" {
				set.programs[string(a.First.Program)] = true
				set.people[a.First.Person] = true
			}
		case domain.CategoryCriteria:
			set.criteria = true
			set.programs[string(stream.Slug)] = true
		case domain.CategoryProgram:
			set.programs[string(stream.Slug)] = true
		}
	}
	for _, id := range touched {
		set.programs[s.Facts.ProgramOf(id)] = true
		set.people[s.Facts.Person(id)] = true
	}
	return set.change(s.version, s.position)
}

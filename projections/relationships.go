package projections

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Health is what the rhythm of its sessions says about a relationship.
type Health string

// The healths.
//
// The rhythm of a relationship is the median gap between neighbouring days with a session, UTC, of at least RhythmMin
// and at most RhythmMax; RhythmUnknown while there are fewer than two such days. More than two rhythms without a
// session since the last one, or since the start, is too long: pauses left out. An ended mentorship keeps the health
// that it had when it ended.
const (
	HealthActive Health = "active"  // not too long ago
	HealthFading Health = "fading"  // two days with a session or more, the last too long ago
	HealthOneOff Health = "one-off" // no more than one such day, and too long ago
)

// Healths lists every health, the best first.
var Healths = []Health{HealthActive, HealthFading, HealthOneOff}

// The bounds of a rhythm.
const (
	RhythmMin     = 7 * 24 * time.Hour
	RhythmMax     = 90 * 24 * time.Hour
	RhythmUnknown = 30 * 24 * time.Hour
)

// Relationship is a mentorship by its sessions, up to a time.
type Relationship struct {
	Room         uuid.UUID  `json:"room"`
	Program      string     `json:"program"`
	Mentor       Party      `json:"mentor"`
	Mentee       Party      `json:"mentee"`
	Status       RoomStatus `json:"status"`
	Health       Health     `json:"health"`
	StartedAt    time.Time  `json:"started_at"`
	EndedAt      time.Time  `json:"ended_at,omitzero"`
	Sessions     int        `json:"sessions"`
	SessionDays  int        `json:"session_days"`  // days with a session
	ActiveMonths int        `json:"active_months"` // months with a session
	SpanDays     int        `json:"span_days"`     // from the first session's day to the last one's
	LastSession  time.Time  `json:"last_session,omitzero"`
	RhythmDays   float64    `json:"rhythm_days"` // in steps of a half
	IdleDays     int        `json:"idle_days"`   // whole days since the last session, or the start, pauses left out
}

// HealthCount is how many relationships of a program are in which health.
type HealthCount struct {
	Program string `json:"program"`
	Rooms   int    `json:"rooms"`
	Active  int    `json:"active"`
	Fading  int    `json:"fading"`
	OneOff  int    `json:"one_off"`
	Ended   int    `json:"ended"` // of all of these
}

func (c *HealthCount) add(rel *Relationship) {
	c.Rooms++
	switch rel.Health {
	case HealthActive:
		c.Active++
	case HealthFading:
		c.Fading++
	default:
		c.OneOff++
	}
	if rel.Status == RoomEnded {
		c.Ended++
	}
}

// Relationships returns the mentorships that a query selects of those started by a time, as they were then: by
// program, the longest lasting first.
func (r *Rooms) Relationships(people *People, q RoomQuery, asOf time.Time) []Relationship {
	var found []Relationship
	for rel := range r.relationships(people, q, asOf) {
		found = append(found, rel)
	}
	slices.SortFunc(found, func(a, b Relationship) int {
		return cmp.Or(strings.Compare(a.Program, b.Program), b.SessionDays-a.SessionDays,
			b.LastSession.Compare(a.LastSession), compareIDs(a.Room, b.Room))
	})
	return found
}

// relationships yields them in log order.
func (r *Rooms) relationships(people *People, q RoomQuery, asOf time.Time) iter.Seq[Relationship] {
	return func(yield func(Relationship) bool) {
		var life roomLife
		var days []int64
		for log := range r.selected(&q, asOf.UnixNano()) {
			if !yield(log.relationship(people, asOf.UnixNano(), &life, &days)) {
				return
			}
		}
	}
}

// CountHealth counts the relationships that a query selects, as Relationships does, by program, in order of the
// programs' names.
func (r *Rooms) CountHealth(q RoomQuery, asOf time.Time) []HealthCount {
	return countHealth(r.relationships(nil, q, asOf))
}

// CountHealth counts relationships by program, in order of the programs' names.
func CountHealth(relationships []Relationship) []HealthCount {
	return countHealth(slices.Values(relationships))
}

func countHealth(relationships iter.Seq[Relationship]) []HealthCount {
	byProgram := map[string]*HealthCount{}
	for rel := range relationships {
		count := byProgram[rel.Program]
		if count == nil {
			count = &HealthCount{Program: rel.Program}
			byProgram[rel.Program] = count
		}
		count.add(&rel)
	}
	counts := make([]HealthCount, 0, len(byProgram))
	for _, count := range byProgram {
		counts = append(counts, *count)
	}
	slices.SortFunc(counts, func(a, b HealthCount) int { return strings.Compare(a.Program, b.Program) })
	return counts
}

// relationship judges a mentorship at t. The life and the days are room to work in.
func (r *roomLog) relationship(people *People, t int64, life *roomLife, days *[]int64) Relationship {
	r.life(t, life)
	rel := Relationship{
		Room: r.id, Program: string(r.start.Program), Mentor: partyOf(people, r.start.Mentor),
		Mentee: partyOf(people, r.start.Mentee), Status: life.status, StartedAt: unixUTC(r.began),
		Sessions: len(life.sessions),
	}
	if life.status == RoomEnded {
		rel.EndedAt = unixUTC(life.endedAt)
		t = life.endedAt
	}
	*days = sessionDays(life.sessions, (*days)[:0])
	since := r.began
	if n := len(*days); n > 0 {
		since = life.sessions[len(life.sessions)-1]
		rel.SessionDays, rel.LastSession = n, unixUTC(since)
		rel.ActiveMonths, rel.SpanDays = monthsOf(*days), int((*days)[n-1]-(*days)[0])
	}
	idle := max(0, time.Duration(t-since)-life.pausedWithin(since, t))
	rhythm := rhythmOf(*days)
	rel.RhythmDays, rel.IdleDays = rhythm.Hours()/24, int(idle/(24*time.Hour))
	switch {
	case idle <= 2*rhythm:
		rel.Health = HealthActive
	case rel.SessionDays >= 2:
		rel.Health = HealthFading
	default:
		rel.Health = HealthOneOff
	}
	return rel
}

// sessionDays appends the distinct days, in days since 1970 UTC, of sessions in order.
func sessionDays(sessions, days []int64) []int64 {
	for _, at := range sessions {
		day := floorDiv(at, dayNS)
		if n := len(days); n == 0 || days[n-1] != day {
			days = append(days, day)
		}
	}
	return days
}

// monthsOf counts the distinct months of days in order.
func monthsOf(days []int64) int {
	months, latest := 0, 0
	for _, day := range days {
		year, month, _ := unixUTC(day * dayNS).Date()
		if m := year*12 + int(month); months == 0 || m != latest {
			months, latest = months+1, m
		}
	}
	return months
}

// rhythmOf is the median gap between days in order, within its bounds; of an even number, the mean of the middle two.
func rhythmOf(days []int64) time.Duration {
	if len(days) < 2 {
		return RhythmUnknown
	}
	gaps := make([]int64, len(days)-1)
	for i := range gaps {
		gaps[i] = days[i+1] - days[i]
	}
	slices.Sort(gaps)
	n := len(gaps)
	median := time.Duration((gaps[(n-1)/2] + gaps[n/2]) * dayNS / 2)
	return min(max(median, RhythmMin), RhythmMax)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

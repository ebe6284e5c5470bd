package projections

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
)

// FeedbackState is how far a request for feedback has come.
type FeedbackState string

// The states, in the order in which a request goes through them.
const (
	FeedbackDue         FeedbackState = "due"          // the rhythm asks for it, and nobody has been asked
	FeedbackAsked       FeedbackState = "asked"        // and still in time
	FeedbackReminderDue FeedbackState = "reminder-due" // asked, past its due time, and not reminded
	FeedbackReminded    FeedbackState = "reminded"     // once; there is no second reminder
	FeedbackAnswered    FeedbackState = "answered"
)

// FeedbackStates lists every state.
var FeedbackStates = []FeedbackState{
	FeedbackDue, FeedbackAsked, FeedbackReminderDue, FeedbackReminded, FeedbackAnswered,
}

// Feedback is one request for feedback, or an answer that nobody asked for, whose Request is "".
type Feedback struct {
	Room       uuid.UUID     `json:"room"`
	Program    string        `json:"program"`
	Request    string        `json:"request"`
	State      FeedbackState `json:"state"`
	From       Party         `json:"from"`
	About      Party         `json:"about"`
	Rater      domain.Rater  `json:"rater"` // the role of From
	Trigger    time.Time     `json:"trigger,omitzero"`
	Due        time.Time     `json:"due,omitzero"`
	AskedAt    time.Time     `json:"asked_at,omitzero"`
	RemindedAt time.Time     `json:"reminded_at,omitzero"`
	AnsweredAt time.Time     `json:"answered_at,omitzero"`
	Rating     float64       `json:"rating,omitempty"` // of an answer
}

// Feedback returns the requests of the mentorships that a query selects, as they were at a time, ordered by when they
// are due.
//
// What is due follows from a program's rhythm and the sessions that count: after every so many sessions, in the order
// in which they were held; at the end; and when a month, quarter, half-year or year with a session is over, cut at the
// mentorship's end, where the request at the end takes its place if the program asks for one. Times are UTC. The rhythm
// in force at that moment decides, so that a change is not retroactive. Each trigger asks both, under ids that follow
// from it, such as after-5-mentee, end-mentor and 2024-q3-mentee for who is asked: asking twice asks once. A request
// that was made stays, whatever is voided or recorded late afterwards.
func (r *Rooms) Feedback(people *People, programs *Programs, q RoomQuery, asOf time.Time) []Feedback {
	var found []Feedback
	for list := range r.feedback(people, programs, q, asOf) {
		found = append(found, list...)
	}
	slices.SortStableFunc(found, func(a, b Feedback) int {
		return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.Program, b.Program), compareIDs(a.Room, b.Room),
			strings.Compare(a.Request, b.Request))
	})
	return found
}

// feedback yields the requests of one mentorship after the other.
func (r *Rooms) feedback(people *People, programs *Programs, q RoomQuery, asOf time.Time) iter.Seq[[]Feedback] {
	return func(yield func([]Feedback) bool) {
		rhythms := map[domain.Slug][]rhythmChange{}
		var life roomLife
		for log := range r.selected(&q, asOf.UnixNano()) {
			changes, known := rhythms[log.start.Program]
			if !known {
				changes = programs.rhythms(log.start.Program)
				rhythms[log.start.Program] = changes
			}
			if r.erased[log.start.Mentor] || r.erased[log.start.Mentee] {
				changes = nil
			}
			if !yield(log.feedback(people, changes, asOf.UnixNano(), &life)) {
				return
			}
		}
	}
}

// FeedbackCount counts requests for feedback.
type FeedbackCount struct {
	Asked    int     // that were made
	Answered int     // with those that nobody had asked for
	Waiting  int     // for an answer: due, whether they were made or not
	Mean     float64 // of the ratings that answers gave; 0 without any
}

// CountFeedback counts the requests of the mentorships that a query selects, as they were at a time.
func (r *Rooms) CountFeedback(programs *Programs, q RoomQuery, asOf time.Time) FeedbackCount {
	var c FeedbackCount
	for list := range r.feedback(nil, programs, q, asOf) {
		for i := range list {
			f := &list[i]
			if !f.AskedAt.IsZero() {
				c.Asked++
			}
			if f.AnsweredAt.IsZero() {
				c.Waiting++
				continue
			}
			c.Answered++
			c.Mean += f.Rating
		}
	}
	if c.Answered > 0 {
		c.Mean /= float64(c.Answered)
	}
	return c
}

// feedback returns the requests of one mentorship at t: those that were made or answered, in the order in which they
// were, then those that are due.
func (r *roomLog) feedback(people *People, changes []rhythmChange, t int64, life *roomLife) []Feedback {
	var list []Feedback
	at := map[string]int{} // into list, by request
	entry := func(request string, from uuid.UUID) *Feedback {
		if i, known := at[request]; known && request != "" {
			return &list[i]
		}
		at[request] = len(list)
		list = append(list, r.newFeedback(people, request, from))
		return &list[len(list)-1]
	}
	for e := range r.until(t) {
		switch p := e.payload.(type) {
		case *domain.FeedbackRequested:
			f := entry(p.Request, p.From)
			f.AskedAt, f.Due = unixUTC(e.at), p.Due
		case *domain.FeedbackReminded:
			if i, known := at[p.Request]; known {
				list[i].RemindedAt = unixUTC(e.at)
			}
		case *domain.FeedbackGiven:
			f := entry(p.Request, p.By)
			f.AnsweredAt, f.Rating = unixUTC(e.at), float64(p.Rating)/1000
		}
	}
	if len(changes) > 0 {
		r.life(t, life)
		for _, trigger := range triggersOf(life, changes, t) {
			for _, from := range []uuid.UUID{r.start.Mentor, r.start.Mentee} {
				f := entry(trigger.name+"-"+string(r.raterOf(from)), from)
				f.Trigger = unixUTC(trigger.at)
				if f.AskedAt.IsZero() {
					f.Due = f.Trigger.AddDate(0, 0, trigger.dueDays)
				}
			}
		}
	}
	for i := range list {
		list[i].State = list[i].stateAt(unixUTC(t))
	}
	return list
}

func (r *roomLog) newFeedback(people *People, request string, from uuid.UUID) Feedback {
	about := r.start.Mentor
	if from == r.start.Mentor {
		about = r.start.Mentee
	}
	return Feedback{
		Room: r.id, Program: string(r.start.Program), Request: request, From: partyOf(people, from),
		About: partyOf(people, about), Rater: r.raterOf(from),
	}
}

func (r *roomLog) raterOf(person uuid.UUID) domain.Rater {
	if person == r.start.Mentor {
		return domain.RaterMentor
	}
	return domain.RaterMentee
}

func (f *Feedback) stateAt(t time.Time) FeedbackState {
	switch {
	case !f.AnsweredAt.IsZero():
		return FeedbackAnswered
	case f.AskedAt.IsZero():
		return FeedbackDue
	case !f.RemindedAt.IsZero():
		return FeedbackReminded
	case !f.Due.IsZero() && t.After(f.Due):
		return FeedbackReminderDue
	}
	return FeedbackAsked
}

// trigger is a moment at which a rhythm asks for feedback.
type trigger struct {
	name    string
	at      int64
	dueDays int
}

// triggersOf returns the moments up to t at which the rhythms in force then asked for feedback.
func triggersOf(life *roomLife, changes []rhythmChange, t int64) []trigger {
	var found []trigger
	for i, at := range life.sessions {
		rhythm := rhythmAt(changes, at)
		if n := rhythm.AfterSessions; n > 0 && (i+1)%n == 0 {
			found = append(found, trigger{fmt.Sprintf("after-%d", i+1), at, rhythm.DueDays})
		}
	}
	found = append(found, periodTriggers(life, changes, t)...)
	if life.status == RoomEnded {
		if rhythm := rhythmAt(changes, life.endedAt); rhythm.AtEnd {
			found = append(found, trigger{"end", life.endedAt, rhythm.DueDays})
		}
	}
	return found
}

// periodTriggers returns the ends of the calendar periods with a session. As the unit is that of the rhythm in force
// when a period ends, every unit that was ever set is looked at.
func periodTriggers(life *roomLife, changes []rhythmChange, t int64) []trigger {
	var found []trigger
	for _, every := range []string{domain.EveryMonth, domain.EveryQuarter, domain.EveryHalfYear, domain.EveryYear} {
		if !slices.ContainsFunc(changes, func(c rhythmChange) bool { return c.Every == every }) {
			continue
		}
		latest := ""
		for _, at := range life.sessions {
			name, end := periodOf(every, unixUTC(at))
			if name == latest {
				continue
			}
			latest = name
			over := end.UnixNano()
			cut := life.status == RoomEnded && life.endedAt < over
			if cut {
				over = life.endedAt
			}
			rhythm := rhythmAt(changes, over)
			if over <= t && rhythm.Every == every && !(cut && rhythm.AtEnd) {
				found = append(found, trigger{name, over, rhythm.DueDays})
			}
		}
	}
	return found
}

// periodOf names the calendar period of a time, UTC, and says when it is over.
func periodOf(every string, at time.Time) (name string, end time.Time) {
	year, month, _ := at.Date()
	months := map[string]int{domain.EveryMonth: 1, domain.EveryQuarter: 3, domain.EveryHalfYear: 6, domain.EveryYear: 12}[every]
	number := (int(month) - 1) / months
	end = time.Date(year, time.Month((number+1)*months+1), 1, 0, 0, 0, 0, time.UTC)
	switch every {
	case domain.EveryMonth:
		return fmt.Sprintf("%d-%02d", year, month), end
	case domain.EveryQuarter:
		return fmt.Sprintf("%d-q%d", year, number+1), end
	case domain.EveryHalfYear:
		return fmt.Sprintf("%d-h%d", year, number+1), end
	}
	return fmt.Sprint(year), end
}

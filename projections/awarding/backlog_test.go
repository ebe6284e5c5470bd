package awarding_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/awarding"
)

const backlogCriteria = `{"apiVersion":"laurel/v1","kind":"Criteria","program":"git","measures":{"n":{"count":"events",
"of":"SessionHeld"}},"score":"n","tiers":[{"id":"guide","when":"n >= %d"}]}`

// TestBacklog has passes over a program in which mentors meet on some days; each pass is told by whom it gives awards
// as news, and whose are old news.
func TestBacklog(t *testing.T) {
	const start = 1000 // of the mentors' history, in days
	type pass struct {
		day       int
		news, old []int // mentors
	}
	for name, c := range map[string]struct {
		given func(w *auditWorld)
		first pass
		then  func(w *auditWorld)
		later pass
	}{
		"criteria long in force": {
			given: func(w *auditWorld) {
				w.activate(start, fmt.Sprintf(backlogCriteria, 1))
				w.meet(1, start+10)
				w.meet(2, start+92)
				w.meet(3, start+93)
			},
			first: pass{day: start + 100, old: []int{1, 2}, news: []int{3}},
			then:  func(w *auditWorld) { w.meet(4, start+105) },
			later: pass{day: start + 130, news: []int{4}}, // late, but the first pass was long before
		},
		"criteria in force only just": {
			given: func(w *auditWorld) {
				w.meet(1, start+10)
				w.meet(2, start+98)
				w.activate(start+100, fmt.Sprintf(backlogCriteria, 1))
			},
			first: pass{day: start + 100, old: []int{1}, news: []int{2}},
		},
		"other criteria after the first pass": {
			given: func(w *auditWorld) {
				w.activate(start, fmt.Sprintf(backlogCriteria, 2))
				w.meet(1, start+10, start+11)
				w.meet(2, start+10)
			},
			first: pass{day: start + 100, old: []int{1}},
			then:  func(w *auditWorld) { w.activate(start+110, fmt.Sprintf(backlogCriteria, 1)) },
			later: pass{day: start + 110, news: []int{2}},
		},
		"history that comes late": {
			given: func(w *auditWorld) {
				w.activate(start, fmt.Sprintf(backlogCriteria, 1))
				w.meet(1, start+10)
			},
			first: pass{day: start + 100, old: []int{1}},
			then:  func(w *auditWorld) { w.meet(2, start+20) },
			later: pass{day: start + 101, old: []int{2}},
		},
		"an award from elsewhere": {
			given: func(w *auditWorld) {
				hash := w.activate(start, fmt.Sprintf(backlogCriteria, 1))
				w.add(domain.AwardStream(claimTestID(800)), start+1, &domain.AwardGranted{AwardCase: domain.AwardCase{Program: "git",
					Person: backlogMentor(9), Tier: "guide", EarnedAt: auditDay(start + 1), Criteria: hash, Position: "7"}})
				w.meet(1, start+10)
				w.meet(2, start+99)
			},
			first: pass{day: start + 100, old: []int{1}, news: []int{2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := &auditWorld{t: t, store: eventstore.NewMemory()}
			c.given(w)
			for _, p := range []pass{c.first, c.later} {
				if p.day == 0 {
					continue
				}
				var news, old []uuid.UUID
				o := awarding.Options{AsOf: auditDay(p.day), Decided: func(d awarding.Decision) {
					if _, granted := d.Event.Payload.(*domain.AwardGranted); !granted {
						return
					}
					if d.Case.Backlog {
						old = append(old, d.Case.Person)
					} else {
						news = append(news, d.Case.Person)
					}
				}}
				report, err := awarding.Run(t.Context(), w.store, "git", o)
				if err != nil {
					t.Fatal(err)
				}
				if !sameMentors(news, p.news) || !sameMentors(old, p.old) || report.Backlog != len(p.old) {
					t.Errorf("day %d: got news %v and old news %v, %d of them, want %v and %v", p.day-start, news, old, report.Backlog,
						p.news, p.old)
				}
				if c.then != nil {
					c.then(w)
					c.then = nil
				}
			}
		})
	}
}

func backlogMentor(n int) uuid.UUID { return claimTestID(6000 + n) }

// meet has a mentor start a mentorship on the first of some days, and hold a session on each.
func (w *auditWorld) meet(mentor int, days ...int) {
	w.t.Helper()
	room := domain.MentorshipStream(claimTestID(5000 + mentor))
	w.add(room, days[0], &domain.MentorshipStarted{Program: "git", Mentor: backlogMentor(mentor), Mentee: claimTestID(701)})
	for _, day := range days {
		w.add(room, day, &domain.SessionHeld{})
	}
}

func sameMentors(people []uuid.UUID, mentors []int) bool {
	return len(people) == len(mentors) && !slices.ContainsFunc(mentors, func(n int) bool {
		return !slices.Contains(people, backlogMentor(n))
	})
}

package naive

import (
	"encoding/json"
	"fmt"
	"math/big"
	"sort"
	"strings"
	"time"
)

// fact is an event as one mentor sees it.
type fact struct {
	id      string
	ordinal int // place in the log
	at      time.Time
	kind    string // event type
	mentee  string // "" where there is none

	channel, rater, skill, visibility string
	minutes, levels                   int64
	rating                            *big.Rat
	confirmed, attested               bool
}

// before is the order of facts: by time, then by place in the log.
func (f fact) before(g fact) bool {
	if !f.at.Equal(g.at) {
		return f.at.Before(g.at)
	}
	return f.ordinal < g.ordinal
}

// payload has every field of any payload that a fact needs.
type payload struct {
	Program    string      `json:"program"`
	Mentor     string      `json:"mentor"`
	Mentee     string      `json:"mentee"`
	Channel    string      `json:"channel"`
	Minutes    int64       `json:"minutes"`
	Levels     int64       `json:"levels"`
	Skill      string      `json:"skill"`
	Visibility string      `json:"visibility"`
	Confirmed  bool        `json:"confirmed"`
	Attested   bool        `json:"attested"`
	By         string      `json:"by"`
	About      string      `json:"about"`
	Rater      string      `json:"rater"`
	Rating     json.Number `json:"rating"`
	Session    string      `json:"session"`
	EventID    string      `json:"event_id"`
	Personal   struct {
		Name string `json:"name"`
	} `json:"personal"`
}

// history is the log as read: voided events gone, mentorships known.
type history struct {
	events      []Event
	payloads    []payload
	gone        []bool // voided, or on a mentorship without a start
	mentorships map[string]mentorship
	confirmed   map[string]bool // stream and event id of sessions
	names       map[string]string
}

type mentorship struct {
	stream, program, mentor, mentee string
	start                           time.Time
	sessions                        []fact // the order and time of its sessions, in log order
}

func readHistory(events []Event) (*history, error) {
	h := &history{
		events: events, payloads: make([]payload, len(events)), gone: make([]bool, len(events)),
		mentorships: map[string]mentorship{}, confirmed: map[string]bool{}, names: map[string]string{},
	}
	voided := map[string]bool{}
	for i, e := range events {
		if err := json.Unmarshal(e.Data, &h.payloads[i]); err != nil {
			return nil, fmt.Errorf("event %s: %w", e.ID, err)
		}
		if e.Type == "EventVoided" {
			voided[e.Stream+" "+h.payloads[i].EventID] = true
		}
	}
	for i, e := range events {
		p := h.payloads[i]
		h.gone[i] = voided[e.Stream+" "+e.ID]
		switch {
		case h.gone[i]:
		case e.Type == "PersonRegistered":
			h.names[strings.TrimPrefix(e.Stream, "person-")] = p.Personal.Name
		case e.Type == "MentorshipStarted":
			h.mentorships[e.Stream] = mentorship{e.Stream, p.Program, p.Mentor, p.Mentee, e.OccurredAt, nil}
		case e.Type == "SessionConfirmed":
			h.confirmed[e.Stream+" "+p.Session] = true
		}
	}
	for i, e := range events {
		if strings.HasPrefix(e.Stream, "mentorship-") && h.mentorships[e.Stream].stream == "" {
			h.gone[i] = true
		}
		if e.Type == "SessionHeld" && !h.gone[i] {
			m := h.mentorships[e.Stream]
			m.sessions = append(m.sessions, fact{ordinal: i, at: e.OccurredAt})
			h.mentorships[e.Stream] = m
		}
	}
	return h, nil
}

// mentors are those with a mentorship in the program that started by asOf.
func (h *history) mentors(program string, asOf time.Time) []string {
	found := map[string]bool{}
	for _, m := range h.mentorships {
		if m.program == program && !m.start.After(asOf) {
			found[m.mentor] = true
		}
	}
	var persons []string
	for person := range found {
		persons = append(persons, person)
	}
	sort.Strings(persons)
	return persons
}

// facts are the mentor's facts of every type but outcomes, in order.
func (h *history) facts(mentor, program string) []fact {
	var facts []fact
	for i, e := range h.events {
		if h.gone[i] || e.Type == "EventVoided" {
			continue
		}
		p := h.payloads[i]
		switch m := h.mentorships[e.Stream]; {
		case m.mentor == mentor && m.program == program:
			if e.Type == "FeedbackGiven" && p.About != mentor {
				continue
			}
			facts = append(facts, h.fact(i, mentor, m.mentee))
		case e.Type == "PracticeShared" && e.Stream == "person-"+mentor:
			facts = append(facts, h.fact(i, mentor, ""))
		}
	}
	sort.Slice(facts, func(i, j int) bool { return facts[i].before(facts[j]) })
	return facts
}

// fact reads event i as the mentor sees it. Only what the type carries is read.
func (h *history) fact(i int, mentor, mentee string) fact {
	e, p := h.events[i], h.payloads[i]
	f := fact{
		id: e.ID, ordinal: i, at: e.OccurredAt.UTC(), kind: e.Type, mentee: mentee, rating: new(big.Rat),
	}
	switch e.Type {
	case "SessionHeld":
		f.channel, f.minutes, f.skill = p.Channel, p.Minutes, p.Skill
		f.confirmed = p.Confirmed || h.confirmed[e.Stream+" "+e.ID]
	case "GoalSet":
		f.skill = p.Skill
	case "GoalMet", "MilestoneReached", "SkillAttested", "ProjectCompleted":
		f.skill = p.Skill
		f.attested = p.Attested || p.By != "" && p.By != mentor
	case "PromotionRecorded":
		f.levels = p.Levels
		f.attested = p.Attested || p.By != "" && p.By != mentor
	case "ThreadPosted":
		f.visibility = p.Visibility
	case "PracticeShared":
		f.skill, f.visibility = p.Skill, p.Visibility
	case "FeedbackGiven":
		f.rater, f.rating = p.Rater, number(string(p.Rating))
	}
	return f
}

func isOutcome(kind string) bool {
	return kind == "SkillAttested" || kind == "ProjectCompleted" || kind == "PromotionRecorded"
}

// outcomes are the places in the log of all outcomes of anyone.
func (h *history) outcomes() []int {
	var found []int
	for i, e := range h.events {
		if !h.gone[i] && isOutcome(e.Type) && strings.HasPrefix(e.Stream, "person-") {
			found = append(found, i)
		}
	}
	return found
}

// credited are the mentors in the program whom outcome i belongs to under a credit rule.
func (h *history) credited(i int, program string, within, atLeast time.Duration) map[string]bool {
	mentors := map[string]bool{}
	outcome := h.fact(i, "", "")
	person := strings.TrimPrefix(h.events[i].Stream, "person-")
	for _, m := range h.mentorships {
		if m.program != program || m.mentee != person {
			continue
		}
		lastActive := m.start
		for _, session := range m.sessions {
			if session.before(outcome) && session.at.After(lastActive) {
				lastActive = session.at
			}
		}
		if !m.start.After(outcome.at.Add(-atLeast)) && !lastActive.Before(outcome.at.Add(-within)) {
			mentors[m.mentor] = true
		}
	}
	return mentors
}

// countFacts is the number of events up to asOf that are facts of the program's mentors; those of any mentee count.
func (h *history) countFacts(program string, asOf time.Time) int {
	mentors, mentees := map[string]bool{}, map[string]bool{}
	for _, m := range h.mentorships {
		if m.program == program {
			mentors[m.mentor], mentees[m.mentee] = true, true
		}
	}
	n := 0
	for i, e := range h.events {
		if h.gone[i] || e.Type == "EventVoided" || e.OccurredAt.After(asOf) {
			continue
		}
		person := strings.TrimPrefix(e.Stream, "person-")
		m := h.mentorships[e.Stream]
		switch {
		case m.stream != "":
			if m.program == program && (e.Type != "FeedbackGiven" || h.payloads[i].About == m.mentor) {
				n++
			}
		case isOutcome(e.Type):
			if mentees[person] {
				n++
			}
		case e.Type == "PracticeShared":
			if mentors[person] {
				n++
			}
		}
	}
	return n
}

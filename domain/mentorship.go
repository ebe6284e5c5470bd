package domain

import (
	"strings"

	"github.com/google/uuid"
)

// Mentorship is the state of a mentorship's stream.
type Mentorship struct {
	ID      uuid.UUID
	Program Slug
	Mentor  uuid.UUID
	Mentee  uuid.UUID
	Started bool
	Ended   bool
	Paused  bool

	startedAt, endedAt int64 // Unix nanoseconds
	ledger             ledger
}

// MentorshipDecider returns the decider of a mentorship's stream.
//
// A mentorship starts once, is paused and resumed in turn, and ends once. After the end only what happened before it
// may still come late: events with an occurred_at before the end's. While it is paused only what happened before the
// pause, a resume and an end are accepted. What looks back, confirming a session and feedback, and voids are accepted
// at any time. Nothing may be older than the start, a session's confirmation than the session, a goal's meeting than
// its setting, a resume than its pause, or the end than the last session.
//
// Imported events may come in any order of time: to them, only the rule about the end applies.
//
// Voiding an event restores what it changed: a goal is open again, an ended mentorship goes on. What depended on it
// stays: a goal met stays met when its setting is voided. Voiding the start is allowed, whatever came after it: the
// mentorship counts as not started, and may be started anew between the same two people: what else was recorded then
// counts again.
func MentorshipDecider(mentorship uuid.UUID) Decider[*Mentorship] {
	return Decider[*Mentorship]{
		Initial: &Mentorship{ID: mentorship}, Decide: (*Mentorship).decide, Evolve: (*Mentorship).Evolve,
	}
}

func (m *Mentorship) decide(cmd Command) ([]Event, error) {
	common, payload := cmd.Common(), cmd.payload()
	meta := &common
	if done, err := judgeCommon(m.ledger, CategoryMentorship, meta, payload); done || err != nil {
		return nil, err
	}
	if err := m.judge(meta, payload); err != nil {
		return nil, err
	}
	return []Event{meta.event(0, payload)}, nil
}

func (m *Mentorship) evolve(e Event) State { return m.Evolve(e) }

// Evolve returns the mentorship after an event.
func (m *Mentorship) Evolve(e Event) *Mentorship {
	next := *m
	k, text, mark := kindOther, "", uint8(0)
	switch v := e.Payload.(type) {
	case *SessionHeld:
		k = kindSession
	case *MentorshipStarted:
		k = kindOpening
		next.Program, next.Mentor, next.Mentee = v.Program, v.Mentor, v.Mentee
	case *SessionConfirmed:
		k, text = kindConfirmation, string(v.Session[:])
	case *GoalSet:
		k, text = kindGoalSet, v.Goal
	case *GoalMet:
		k, text = kindGoalMet, v.Goal
	case *RoadmapAssigned:
		k, text = kindRoadmap, roadmapText(v)
	case *MilestoneReached:
		k, text = kindMilestone, milestoneText(v)
	case *FeedbackRequested:
		k, text = kindRequest, v.Request
		if v.From == m.Mentor {
			mark = markFromMentor
		}
	case *FeedbackGiven:
		k, text = kindFeedback, v.Request
	case *FeedbackReminded:
		k, text = kindReminder, v.Request
	case *MentorshipPaused:
		k = kindPause
	case *MentorshipResumed:
		k = kindResume
	case *MentorshipEnded:
		k = kindClosing
	case *EventVoided:
		k = kindVoid
		next.ledger = next.ledger.void(v.EventID)
		next.refold()
	}
	next.apply(k, e.Meta.OccurredAt.UnixNano())
	next.ledger = next.ledger.add(k, e.ID, e.Meta.OccurredAt, text, mark)
	return &next
}

func roadmapText(p *RoadmapAssigned) string {
	var b strings.Builder
	b.WriteString(string(p.Roadmap))
	for _, m := range p.Milestones {
		b.WriteByte('\n')
		b.WriteString(string(m))
	}
	return b.String()
}

// apply changes the status by what happened.
func (m *Mentorship) apply(k kind, at int64) {
	switch k {
	case kindOpening:
		m.Started, m.startedAt = true, at
	case kindPause:
		m.Paused = true
	case kindResume:
		m.Paused = false
	case kindClosing:
		m.Ended, m.endedAt, m.Paused = true, at, false
	}
}

// refold computes the status anew from the events that still count.
func (m *Mentorship) refold() {
	m.Started, m.Ended, m.Paused, m.startedAt, m.endedAt = false, false, false, 0, 0
	for _, e := range m.ledger.entries() {
		if !e.voided {
			m.apply(e.kind, e.at)
		}
	}
}

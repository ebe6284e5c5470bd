package domain

import (
	"slices"
	"strings"
	"time"

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
// may still come late: events with an occurred_at before the end's, and voids. While it is paused nothing but a resume,
// an end, a void and what happened before the pause is accepted. Nothing may be older than the start. The last two
// rules do not hold for what is imported, which may come in any order of time.
//
// Voiding an event restores what it changed: a goal is open again, an ended mentorship goes on. Voiding the start is
// allowed, whatever came after it: the mentorship counts as not started, and may be started anew.
func MentorshipDecider(mentorship uuid.UUID) Decider[*Mentorship] {
	return Decider[*Mentorship]{
		Initial: &Mentorship{ID: mentorship}, Decide: (*Mentorship).decide, Evolve: (*Mentorship).Evolve,
	}
}

func (m *Mentorship) decide(cmd Command) ([]Event, error) {
	meta, payload := cmd.Common(), cmd.payload()
	if done, err := judgeCommon(m.ledger, CategoryMentorship, meta, payload); done || err != nil {
		return nil, err
	}
	if err := m.judge(meta, payload); err != nil {
		return nil, err
	}
	return []Event{meta.event(0, payload)}, nil
}

func (m *Mentorship) judge(meta CommandMeta, payload Payload) error {
	switch v := payload.(type) {
	case *EventVoided:
		return m.ledger.judgeVoid(v, meta.ID)
	case *MentorshipStarted:
		if m.Started {
			return conflict("", "the mentorship has already started", "start another under an id of its own")
		}
		return nil
	}
	if err := m.judgeTime(meta, payload); err != nil {
		return err
	}
	if owned, ok := payload.(HasPersonal); ok {
		if of := owned.PersonalOf(); of != uuid.Nil && !m.has(of) {
			return invalid("personal.of", of.String()+" is not in this mentorship", "name its mentor or its mentee")
		}
	}
	switch v := payload.(type) {
	case *SessionConfirmed:
		return m.judgeConfirmation(v)
	case *GoalSet:
		return m.judgeGoalSet(v)
	case *GoalMet:
		return m.judgeGoalMet(meta, v)
	case *MilestoneReached:
		return m.judgeMilestone(v)
	case *ThreadPosted:
		return requiredID("personal.of", v.Personal.Of)
	case *FeedbackRequested:
		return m.judgeFeedbackRequest(v)
	case *FeedbackGiven:
		return m.judgeFeedback(meta, v)
	}
	return nil
}

func (m *Mentorship) has(person uuid.UUID) bool { return isOneOf(person, m.Mentor, m.Mentee) }

// judgeTime says whether anything may happen at that time.
func (m *Mentorship) judgeTime(meta CommandMeta, payload Payload) error {
	if !m.Started {
		return notFound("", "the mentorship was never started", "start it first")
	}
	at := meta.OccurredAt.UnixNano()
	if m.Ended {
		_, lifecycle := lifecycleOf(payload)
		if lifecycle || at >= m.endedAt {
			return conflict("", "the mentorship ended at "+formatNano(m.endedAt),
				"only what happened before that may still be recorded")
		}
	}
	if at < m.startedAt && !meta.Imported {
		return conflict("occurred_at", "is before the mentorship's start at "+formatNano(m.startedAt),
			"only imported events may be older than the start")
	}
	switch payload.(type) {
	case *MentorshipPaused:
		if m.Paused {
			return conflict("", "the mentorship is already paused", "resume it first")
		}
	case *MentorshipResumed:
		if !m.Paused {
			return conflict("", "the mentorship is not paused", "only a paused mentorship can be resumed")
		}
	case *MentorshipEnded:
	default:
		if m.Paused && !meta.Imported {
			if p := m.lastPause(); p != nil && at >= p.at {
				return conflict("", "the mentorship has been paused since "+formatNano(p.at), "resume it first")
			}
		}
	}
	return nil
}

func (m *Mentorship) lastPause() *entry { return m.ledger.latest(kindPause, "") }

func lifecycleOf(payload Payload) (kind, bool) {
	switch payload.(type) {
	case *MentorshipPaused:
		return kindPause, true
	case *MentorshipResumed:
		return kindResume, true
	case *MentorshipEnded:
		return kindClosing, true
	}
	return kindOther, false
}

func formatNano(at int64) string { return time.Unix(0, at).UTC().Format(time.RFC3339) }

func (m *Mentorship) judgeConfirmation(p *SessionConfirmed) error {
	i := m.ledger.find(p.Session)
	if i < 0 || m.ledger.entries()[i].kind != kindSession {
		return notFound("session", "no session "+p.Session.String()+" is in this mentorship",
			"give the id of a SessionHeld event of this stream")
	}
	if m.ledger.entries()[i].voided {
		return conflict("session", "session "+p.Session.String()+" was voided", "confirm the session that replaced it")
	}
	if p.By == m.Mentor {
		return forbidden("by", "the mentor cannot confirm their own session", "the mentee or somebody else confirms it")
	}
	if m.ledger.latest(kindConfirmation, string(p.Session[:])) != nil {
		return conflict("session", "session "+p.Session.String()+" is already confirmed", "confirm a session once")
	}
	return nil
}

func (m *Mentorship) judgeGoalSet(p *GoalSet) error {
	if p.Owner != uuid.Nil && !m.has(p.Owner) {
		return invalid("owner", p.Owner.String()+" is not in this mentorship", "name its mentor or its mentee")
	}
	if m.ledger.latest(kindGoalSet, p.Goal) != nil {
		return conflict("goal", "goal "+quote(p.Goal)+" is already set", "choose another name")
	}
	return nil
}

func (m *Mentorship) judgeGoalMet(meta CommandMeta, p *GoalMet) error {
	if p.Imported && !meta.Imported {
		return invalid("imported", "only an import may say that a goal is imported", "leave it out and set the goal first")
	}
	if p.Goal == "" {
		return nil
	}
	if m.ledger.latest(kindGoalMet, p.Goal) != nil {
		return conflict("goal", "goal "+quote(p.Goal)+" is already met", "a goal is met once")
	}
	if !p.Imported && m.ledger.latest(kindGoalSet, p.Goal) == nil {
		var known []string
		for _, e := range m.ledger.entries() {
			if e.kind == kindGoalSet && !e.voided {
				known = append(known, m.ledger.text(&e))
			}
		}
		hint := "set it first, or record it as imported"
		if s := Suggest(p.Goal, known); s != "" {
			hint = "did you mean " + s + "?"
		}
		return notFound("goal", "goal "+quote(p.Goal)+" was never set", hint)
	}
	return nil
}

func (m *Mentorship) judgeMilestone(p *MilestoneReached) error {
	var milestones []string
	entries := m.ledger.entries()
	for i := len(entries) - 1; i >= 0; i-- {
		if e := &entries[i]; e.kind == kindRoadmap && !e.voided {
			if words := strings.Split(m.ledger.text(e), "\n"); words[0] == string(p.Roadmap) {
				milestones = words[1:]
				break
			}
		}
	}
	if milestones == nil {
		return notFound("roadmap", "roadmap "+quote(string(p.Roadmap))+" was never assigned", "assign it first")
	}
	if !slices.Contains(milestones, string(p.Milestone)) {
		hint := "its milestones are " + strings.Join(milestones, ", ")
		if s := Suggest(string(p.Milestone), milestones); s != "" {
			hint = "did you mean " + s + "?"
		}
		return notFound("milestone", quote(string(p.Milestone))+" is not on roadmap "+string(p.Roadmap), hint)
	}
	if m.ledger.latest(kindMilestone, milestoneText(p)) != nil {
		return conflict("milestone", quote(string(p.Milestone))+" is already reached", "a milestone is reached once")
	}
	return nil
}

func milestoneText(p *MilestoneReached) string { return string(p.Roadmap) + "\n" + string(p.Milestone) }

func (m *Mentorship) judgeFeedbackRequest(p *FeedbackRequested) error {
	if err := m.judgePair("from", p.From, p.About); err != nil {
		return err
	}
	if m.ledger.latest(kindRequest, p.Request) != nil {
		return conflict("request", "request "+quote(p.Request)+" was already made", "choose another id")
	}
	return nil
}

// judgePair says whether feedback goes from one of the two to the other.
func (m *Mentorship) judgePair(field string, giver, about uuid.UUID) error {
	if !m.has(giver) {
		return forbidden(field, giver.String()+" is not in this mentorship", "feedback comes from its mentor or its mentee")
	}
	if !m.has(about) {
		return invalid("about", about.String()+" is not in this mentorship", "feedback is about its mentor or its mentee")
	}
	return nil
}

// The marks of a FeedbackRequested entry: who is asked.
const (
	markFromMentee uint8 = iota
	markFromMentor
)

func (m *Mentorship) judgeFeedback(meta CommandMeta, p *FeedbackGiven) error {
	if err := m.judgePair("by", p.By, p.About); err != nil {
		return err
	}
	mark, rater := markFromMentee, RaterMentee
	if p.By == m.Mentor {
		mark, rater = markFromMentor, RaterMentor
	}
	if p.Rater != rater {
		return invalid("rater", string(p.Rater)+" does not match by", "it is given by the "+string(rater))
	}
	if p.Request == "" {
		return nil
	}
	request := m.ledger.latest(kindRequest, p.Request)
	switch {
	case request == nil && meta.Imported:
	case request == nil:
		return notFound("request", "request "+quote(p.Request)+" was never made", "leave it out for unasked feedback")
	case request.mark != mark:
		return forbidden("by", "request "+quote(p.Request)+" asked the other person", "")
	}
	if m.ledger.latest(kindFeedback, p.Request) != nil {
		return conflict("request", "request "+quote(p.Request)+" is already answered", "answer a request once")
	}
	return nil
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
	case *MentorshipPaused, *MentorshipResumed, *MentorshipEnded:
		k, _ = lifecycleOf(v)
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

package domain

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

func (m *Mentorship) judge(meta *CommandMeta, payload Payload) error {
	switch v := payload.(type) {
	case *EventVoided:
		return m.ledger.judgeVoid(v, meta.ID)
	case *MentorshipStarted:
		if m.Started {
			return conflict("", "the mentorship has already started", "start another under an id of its own")
		}
		if m.Mentor != uuid.Nil && (v.Mentor != m.Mentor || v.Mentee != m.Mentee) {
			return conflict("", "this mentorship is between other people: its start was voided, what else was recorded stays",
				"start another under an id of its own")
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
		return m.judgeConfirmation(meta, v)
	case *GoalSet:
		return m.judgeGoalSet(meta, v)
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
	case *FeedbackReminded:
		return m.judgeReminder(meta, v)
	}
	return nil
}

func (m *Mentorship) has(person uuid.UUID) bool { return isOneOf(person, m.Mentor, m.Mentee) }

// judgeTime says whether that may happen at that time.
func (m *Mentorship) judgeTime(meta *CommandMeta, payload Payload) error {
	if !m.Started {
		return notFound("", "the mentorship was never started", "start it first")
	}
	at := meta.OccurredAt.UnixNano()
	if at < m.startedAt && !meta.Imported {
		return conflict("occurred_at", "is before the mentorship's start at "+formatNano(m.startedAt),
			"only imported events may be older than the start")
	}
	switch payload.(type) {
	case *SessionConfirmed, *FeedbackRequested, *FeedbackGiven, *FeedbackReminded:
		return nil // they look back
	case *MentorshipPaused:
		if m.Ended {
			return m.endedError()
		}
		if m.Paused {
			return conflict("", "the mentorship is already paused", "resume it first")
		}
	case *MentorshipResumed:
		return m.judgeResume(meta, at)
	case *MentorshipEnded:
		return m.judgeEnd(meta, at)
	}
	if m.Ended && at >= m.endedAt {
		return m.endedError()
	}
	if m.Paused && !meta.Imported {
		if pause := m.ledger.latest(kindPause, ""); pause != nil && at >= pause.at {
			return conflict("", "the mentorship has been paused since "+formatNano(pause.at), "resume it first")
		}
	}
	return nil
}

func (m *Mentorship) endedError() error {
	return conflict("", "the mentorship ended at "+formatNano(m.endedAt),
		"only what happened before that may still be recorded; void its MentorshipEnded to go on")
}

func (m *Mentorship) judgeResume(meta *CommandMeta, at int64) error {
	if m.Ended {
		return m.endedError()
	}
	if !m.Paused {
		return conflict("", "the mentorship is not paused", "only a paused mentorship can be resumed")
	}
	if pause := m.ledger.latest(kindPause, ""); pause != nil && at < pause.at && !meta.Imported {
		return conflict("occurred_at", "is before the pause at "+formatNano(pause.at), "a resume comes after its pause")
	}
	return nil
}

func (m *Mentorship) judgeEnd(meta *CommandMeta, at int64) error {
	if m.Ended {
		return conflict("", "the mentorship already ended at "+formatNano(m.endedAt), "a mentorship ends once")
	}
	if meta.Imported {
		return nil
	}
	for _, e := range m.ledger.entries() {
		if e.kind == kindSession && !e.voided && e.at > at {
			return conflict("occurred_at", "is before the session at "+formatNano(e.at),
				"a mentorship ends after its last session; void the session if it was never held")
		}
	}
	return nil
}

func formatNano(at int64) string { return time.Unix(0, at).UTC().Format(time.RFC3339) }

func (m *Mentorship) judgeConfirmation(meta *CommandMeta, p *SessionConfirmed) error {
	i := m.ledger.find(p.Session)
	if i < 0 || m.ledger.entries()[i].kind != kindSession {
		return notFound("session", "no session "+p.Session.String()+" is in this mentorship",
			"give the id of a SessionHeld event of this stream")
	}
	session := &m.ledger.entries()[i]
	if session.voided {
		return conflict("session", "session "+p.Session.String()+" was voided", "confirm the session that replaced it")
	}
	if p.By == m.Mentor {
		return forbidden("by", "the mentor cannot confirm their own session", "the mentee or somebody else confirms it")
	}
	if meta.OccurredAt.UnixNano() < session.at && !meta.Imported {
		return conflict("occurred_at", "is before the session at "+formatNano(session.at), "confirm a session after it")
	}
	if m.ledger.latest(kindConfirmation, string(p.Session[:])) != nil {
		return conflict("session", "session "+p.Session.String()+" is already confirmed", "confirm a session once")
	}
	return nil
}

func (m *Mentorship) judgeGoalSet(meta *CommandMeta, p *GoalSet) error {
	const day = 24 * time.Hour // a due date stands for its start, and may be that of the same day
	if !p.Due.IsZero() && !p.Due.Add(day).After(meta.OccurredAt) && !meta.Imported {
		return invalid("due", formatTime(p.Due)+" is over when the goal is set, at "+formatTime(meta.OccurredAt),
			"give a day that is still to come, or none")
	}
	if p.Owner != uuid.Nil && !m.has(p.Owner) {
		return invalid("owner", p.Owner.String()+" is not in this mentorship", "name its mentor or its mentee")
	}
	if m.ledger.latest(kindGoalSet, p.Goal) != nil {
		return conflict("goal", "goal "+quote(p.Goal)+" is already set", "choose another name")
	}
	return nil
}

func (m *Mentorship) judgeGoalMet(meta *CommandMeta, p *GoalMet) error {
	if p.Imported && !meta.Imported {
		return invalid("imported", "only an import may say that a goal is imported", "leave it out and set the goal first")
	}
	if p.Goal == "" {
		return nil
	}
	if m.ledger.latest(kindGoalMet, p.Goal) != nil {
		return conflict("goal", "goal "+quote(p.Goal)+" is already met", "a goal is met once")
	}
	set := m.ledger.latest(kindGoalSet, p.Goal)
	switch {
	case set == nil && !p.Imported:
		hint := "set it first, or import it as imported"
		if s := Suggest(p.Goal, m.texts(kindGoalSet)); s != "" {
			hint = "did you mean " + s + "?"
		}
		return notFound("goal", "goal "+quote(p.Goal)+" was never set", hint)
	case set != nil && meta.OccurredAt.UnixNano() < set.at && !meta.Imported:
		return conflict("occurred_at", "is before the goal was set at "+formatNano(set.at), "a goal is met after it is set")
	}
	return nil
}

// texts returns the texts of the entries of a kind that count.
func (m *Mentorship) texts(k kind) []string {
	var texts []string
	for _, e := range m.ledger.entries() {
		if e.kind == k && !e.voided {
			texts = append(texts, m.ledger.text(&e))
		}
	}
	return texts
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

func (m *Mentorship) judgeFeedback(meta *CommandMeta, p *FeedbackGiven) error {
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

func (m *Mentorship) judgeReminder(meta *CommandMeta, p *FeedbackReminded) error {
	request := m.ledger.latest(kindRequest, p.Request)
	switch {
	case request == nil:
		hint := "remind of a request that was made here"
		if s := Suggest(p.Request, m.texts(kindRequest)); s != "" {
			hint = "did you mean " + s + "?"
		}
		return notFound("request", "request "+quote(p.Request)+" was never made", hint)
	case m.ledger.latest(kindFeedback, p.Request) != nil:
		return conflict("request", "request "+quote(p.Request)+" is already answered", "remind of open requests only")
	case m.ledger.latest(kindReminder, p.Request) != nil:
		return conflict("request", "request "+quote(p.Request)+" was already reminded of", "remind of a request once")
	case meta.OccurredAt.UnixNano() < request.at && !meta.Imported:
		return conflict("occurred_at", "is before the request at "+formatNano(request.at), "remind of a request after it")
	}
	return nil
}

package eventstore

import (
	"time"

	"laurel/domain"
)

// appendLessCommon goes on where appendFast has no case of its own.
func (o *object) appendLessCommon(p domain.Payload) bool {
	switch p := p.(type) {
	case *domain.SessionConfirmed:
		o.open()
		o.idAlways("session", p.Session)
		o.id("by", p.By)
	case *domain.GoalSet:
		o.open()
		o.textAlways("goal", p.Goal)
		o.id("owner", p.Owner)
		if !o.time("due", p.Due) {
			return false
		}
		o.text("skill", p.Skill)
		if p.Personal != (domain.GoalWording{}) {
			o.personal(p.Personal.Of)
			o.text("wording", p.Personal.Wording)
			o.close()
		}
	case *domain.MilestoneReached:
		o.open()
		o.textAlways("roadmap", string(p.Roadmap))
		o.textAlways("milestone", string(p.Milestone))
		o.text("skill", p.Skill)
		o.id("by", p.By)
		o.flag("attested", p.Attested)
	case *domain.ThreadPosted:
		o.open()
		o.textAlways("thread", p.Thread)
		o.textAlways("visibility", string(p.Visibility))
		if p.Personal != (domain.ThreadText{}) {
			o.personal(p.Personal.Of)
			o.text("text", p.Personal.Text)
			o.close()
		}
	case *domain.FeedbackRequested:
		o.open()
		o.textAlways("request", p.Request)
		o.idAlways("from", p.From)
		o.idAlways("about", p.About)
		return o.time("due", p.Due)
	case *domain.MentorshipPaused, *domain.MentorshipResumed, *domain.PersonErased:
		o.open()
	case *domain.MentorshipEnded:
		o.open()
		o.text("reason", string(p.Reason))
	case *domain.EventVoided:
		o.open()
		o.idAlways("event_id", p.EventID)
		o.textAlways("reason", p.Reason)
	default:
		return o.appendOfPerson(p)
	}
	return true
}

// appendOfPerson appends payloads of persons' streams.
func (o *object) appendOfPerson(p domain.Payload) bool {
	switch p := p.(type) {
	case *domain.PersonJoinedUnit:
		o.open()
		o.textAlways("unit", p.Unit)
		o.text("program", string(p.Program))
	case *domain.SkillAttested:
		o.open()
		o.textAlways("skill", p.Skill)
		o.count("level", p.Level)
		o.id("by", p.By)
		o.flag("attested", p.Attested)
	case *domain.ProjectCompleted:
		o.open()
		o.textAlways("project", p.Project)
		o.text("skill", p.Skill)
		o.id("by", p.By)
		o.flag("attested", p.Attested)
		if p.Personal != (domain.ProjectTitle{}) {
			o.personal(p.Personal.Of)
			o.text("title", p.Personal.Title)
			o.close()
		}
	case *domain.PromotionRecorded:
		if p.Levels == 0 {
			return false
		}
		o.open()
		o.count("levels", p.Levels)
		o.text("to", p.To)
		o.id("by", p.By)
		o.flag("attested", p.Attested)
	case *domain.ConsentGranted:
		o.open()
		o.textAlways("audience", string(p.Audience))
		o.textAlways("text_version", p.TextVersion)
	case *domain.ConsentWithdrawn:
		o.open()
		o.textAlways("audience", string(p.Audience))
	case *domain.PracticeShared:
		o.open()
		o.textAlways("community", p.Community)
		o.text("skill", p.Skill)
		o.text("visibility", string(p.Visibility))
		if p.Personal != (domain.PracticeText{}) {
			o.personal(p.Personal.Of)
			o.text("title", p.Personal.Title)
			o.text("text", p.Personal.Text)
			o.close()
		}
	default:
		return false
	}
	return true
}

// time appends a time that is not zero, and reports false for one that RFC 3339 cannot write.
func (o *object) time(name string, t time.Time) bool {
	if t.IsZero() {
		return true
	}
	if y := t.Year(); y < 0 || y > 9999 {
		return false
	}
	if _, offset := t.Zone(); offset%60 != 0 || offset <= -24*60*60 || offset >= 24*60*60 {
		return false
	}
	o.name(name)
	o.b = append(o.b, '"')
	o.b = t.AppendFormat(o.b, time.RFC3339Nano)
	o.b = append(o.b, '"')
	return true
}

package domain

import "github.com/google/uuid"

func (p *MentorshipStarted) check() error {
	if err := p.Program.check("program"); err != nil {
		return err
	}
	if err := firstError(requiredID("mentor", p.Mentor), requiredID("mentee", p.Mentee)); err != nil {
		return err
	}
	if p.Mentor == p.Mentee {
		return invalid("mentee", "nobody is their own mentor", "mentor and mentee are two people")
	}
	return nil
}

func (p *SessionHeld) check() error {
	if p.Minutes < 0 || p.Minutes > MinutesMax {
		return invalid("minutes", itoa(p.Minutes)+" is out of range",
			"1 to "+itoa(MinutesMax)+" are allowed; leave it out when unknown")
	}
	if err := checkName("channel", p.Channel); err != nil {
		return err
	}
	if err := checkName("skill", p.Skill); err != nil {
		return err
	}
	if p.Personal.Note == "" {
		return nil
	}
	return checkPersonal(p.Personal.Of, personalText{"note", p.Personal.Note})
}

func (p *SessionConfirmed) check() error { return requiredID("session", p.Session) }

// checkGoal checks a goal's name: a slug, or a uuid, which is one too.
func checkGoal(goal string) error {
	if Slug(goal).Valid() {
		return nil
	}
	return invalid("goal", quote(goal)+" is neither a slug nor a uuid", "use 1 to 63 of a-z, 0-9 and -, or a uuid")
}

func (p *GoalSet) check() error {
	return firstError(
		required("goal", p.Goal), checkGoal(p.Goal), checkOptionalTime("due", p.Due), checkName("skill", p.Skill),
		checkPersonal(p.Personal.Of, personalText{"wording", p.Personal.Wording}))
}

func (p *GoalMet) check() error {
	if p.Goal != "" {
		if err := checkGoal(p.Goal); err != nil {
			return err
		}
	} else if !p.Imported {
		return invalid("goal", "is missing", "name the goal that was set; only an imported goal may have no name")
	}
	return checkName("skill", p.Skill)
}

func (p *RoadmapAssigned) check() error {
	if err := p.Roadmap.check("roadmap"); err != nil {
		return err
	}
	return checkMilestones(p.Milestones)
}

// checkMilestones checks the milestones of a roadmap.
func checkMilestones(milestones []Slug) error {
	if len(milestones) == 0 || len(milestones) > MilestonesMax {
		return invalid("milestones", itoa(len(milestones))+" milestones", "give 1 to "+itoa(MilestonesMax))
	}
	seen := make(map[Slug]bool, len(milestones))
	for _, m := range milestones {
		if err := m.check("milestones"); err != nil {
			return err
		}
		if seen[m] {
			return invalid("milestones", quote(string(m))+" is there twice", "name each milestone once")
		}
		seen[m] = true
	}
	return nil
}

func (p *MilestoneReached) check() error {
	return firstError(p.Roadmap.check("roadmap"), p.Milestone.check("milestone"), checkName("skill", p.Skill))
}

func (p *ThreadPosted) check() error {
	return firstError(
		required("thread", p.Thread), checkWord("thread", p.Thread),
		required("visibility", string(p.Visibility)), p.Visibility.check(),
		checkPersonal(p.Personal.Of, personalText{"text", p.Personal.Text}))
}

func (p *FeedbackRequested) check() error {
	if err := firstError(
		required("request", p.Request), checkWord("request", p.Request),
		requiredID("from", p.From), requiredID("about", p.About), checkOptionalTime("due", p.Due)); err != nil {
		return err
	}
	return twoPeople("from", p.From, p.About)
}

func (p *FeedbackGiven) check() error {
	if err := checkWord("request", p.Request); err != nil {
		return err
	}
	if err := firstError(requiredID("by", p.By), requiredID("about", p.About)); err != nil {
		return err
	}
	if err := twoPeople("by", p.By, p.About); err != nil {
		return err
	}
	if p.Rater != RaterMentee && p.Rater != RaterMentor {
		return firstError(required("rater", string(p.Rater)), checkOneOf("rater", p.Rater, RaterMentee, RaterMentor))
	}
	if !p.Rating.Valid() {
		return ratingError(Milli(p.Rating))
	}
	if p.Personal.Comment == "" {
		return nil
	}
	return checkPersonal(p.Personal.Of, personalText{"comment", p.Personal.Comment})
}

func (p *FeedbackReminded) check() error {
	return firstError(required("request", p.Request), checkWord("request", p.Request))
}

func twoPeople(field string, giver, about uuid.UUID) error {
	if giver == about {
		return invalid("about", "is the same person as "+field, "feedback is about somebody else")
	}
	return nil
}

func (p *MentorshipPaused) check() error  { return nil }
func (p *MentorshipResumed) check() error { return nil }

func (p *MentorshipEnded) check() error {
	return checkOneOf("reason", p.Reason, EndCompleted, EndMoved, EndMismatch, EndOther)
}

package synthetic

import (
	"time"

	"laurel/domain"
)

// act makes something happen in one of a mentor's mentorships.
func (g *Generator) act(e *Event, mentorN uint32) {
	m := &g.mentors[mentorN]
	index := uint8(g.random.below(uint64(m.count)))
	slot := m.active[index]
	s := &g.slots[slot]
	draw := g.random.below(1000)
	if s.events >= mentorshipEventsMax || s.paused && draw < 150 {
		draw = drawEnd
	} else if s.paused {
		s.paused = false
		e.Type = domain.TypeMentorshipResumed
		g.room(e, m, s)
		return
	}
	switch {
	case draw < 490:
		g.session(e, s)
	case draw < 620:
		g.confirm(e, s)
	case draw < 670:
		g.setGoal(e, s)
	case draw < 715:
		g.meetGoal(e, m, s)
	case draw < 785:
		g.post(e, m, s)
	case draw < 850:
		g.giveFeedback(e, m, s)
	case draw < 870:
		g.requestFeedback(e, m, s)
	case draw < 940:
		g.personal(e, m, s, draw-870)
		return
	case draw < 946:
		s.paused = true
		e.Type = domain.TypeMentorshipPaused
	case draw < drawEnd:
		g.milestone(e, m, s)
	case draw < 986:
		e.Type, e.reason = domain.TypeMentorshipEnded, reasons[g.random.below(uint64(len(reasons)))]
		g.room(e, m, s)
		m.count--
		m.active[index] = m.active[m.count]
		g.free = append(g.free, slot)
		return
	case draw < 995:
		g.void(e, s)
	default:
		g.session(e, s)
	}
	g.room(e, m, s)
}

// drawEnd is the draw of act with which a mentorship ends.
const drawEnd = 974

// late moves the event to some time before it was recorded, in 4 % of cases, but not before the mentorship's start.
func (g *Generator) late(e *Event, s *mentorship) {
	if !g.random.chance(40) {
		return
	}
	at := g.now - int64(1+g.random.below(40))*dayNanos
	at += int64(g.random.below(uint64(4*time.Hour/time.Second))) * int64(time.Second)
	if at > s.startedAt {
		e.OccurredAt = at
	}
}

func (g *Generator) skill() string { return skills[g.random.below(uint64(len(skills)))] }

func (g *Generator) session(e *Event, s *mentorship) {
	e.Type = domain.TypeSessionHeld
	e.Channel = channels[g.random.below(uint64(len(channels)))]
	e.Minutes = int(15 * (1 + g.random.below(6)))
	if g.random.chance(300) {
		e.Skill = g.skill()
	}
	e.Confirmed = g.random.chance(100)
	g.late(e, s)
	s.session, s.sessionOpen = e.Ordinal, !e.Confirmed
}

func (g *Generator) confirm(e *Event, s *mentorship) {
	if !s.sessionOpen {
		g.session(e, s)
		return
	}
	e.Type, e.Target, e.By = domain.TypeSessionConfirmed, id(g.options.Seed, eventSpace, s.session), g.people[s.mentee].id
	s.sessionOpen = false
}

func (g *Generator) setGoal(e *Event, s *mentorship) {
	const goalsOpenMax = 5
	if s.goalsSet-s.goalsMet >= goalsOpenMax {
		g.session(e, s)
		return
	}
	s.goalsSet++
	e.Type, e.number, e.Skill = domain.TypeGoalSet, uint32(s.goalsSet), g.skill()
}

func (g *Generator) meetGoal(e *Event, m *mentor, s *mentorship) {
	if s.goalsSet == s.goalsMet {
		g.setGoal(e, s)
		return
	}
	s.goalsMet++
	e.Type, e.number = domain.TypeGoalMet, uint32(s.goalsMet)
	g.attest(e, m, s)
	if g.random.chance(500) {
		e.Skill = g.skill()
	}
	g.late(e, s)
}

// attest says who recorded an outcome: mostly the mentor, else the mentee or somebody else.
func (g *Generator) attest(e *Event, m *mentor, s *mentorship) {
	switch draw := g.random.below(10); {
	case draw < 5:
		e.By = g.people[m.person].id
	case draw < 8:
		if other := g.random.below(uint64(len(g.people))); uint32(other) != s.mentee && uint32(other) != m.person {
			e.By, e.Attested = g.people[other].id, true
		}
	default:
		e.Attested = true
	}
}

func (g *Generator) post(e *Event, m *mentor, s *mentorship) {
	e.Type = domain.TypeThreadPosted
	if s.threads == 0 || g.random.chance(300) {
		s.threads++
	}
	e.number = uint32(s.threads)
	e.By = g.people[s.mentee].id
	if g.random.chance(450) {
		e.By = g.people[m.person].id
	}
	e.Visible = visibility[min(g.random.below(10)/6+g.random.below(10)/9, 2)]
}

func (g *Generator) giveFeedback(e *Event, m *mentor, s *mentorship) {
	e.Type = domain.TypeFeedbackGiven
	byMentee := g.random.chance(700)
	if s.requestOpen && g.random.chance(600) {
		s.requestOpen = false
		byMentee, e.asked, e.number = s.requestMentee, true, uint32(s.requests)
	}
	base, bias := int64(4100), int64(m.quality)
	e.By, e.Rater = g.people[s.mentee].id, domain.RaterMentee
	if !byMentee {
		e.By, e.Rater, bias = g.people[m.person].id, domain.RaterMentor, 0
	}
	// Ratings come in steps of a half, around the mentor's usual one.
	rating := base + bias + int64(g.random.below(1000)) + int64(g.random.below(1000)) - 1000
	rating = (rating + 250) / 500 * 500
	e.Rating = domain.Rating(min(max(rating, int64(domain.RatingMin)), int64(domain.RatingMax)))
	g.late(e, s)
	s.feedback, s.feedbackOpen = e.Ordinal, !e.asked
}

func (g *Generator) requestFeedback(e *Event, m *mentor, s *mentorship) {
	e.Type = domain.TypeFeedbackRequested
	s.requests++
	s.requestOpen, s.requestMentee = true, g.random.chance(700)
	e.number, e.By = uint32(s.requests), g.people[m.person].id
	if s.requestMentee {
		e.By = g.people[s.mentee].id
	}
}

func (g *Generator) milestone(e *Event, m *mentor, s *mentorship) {
	switch {
	case !s.assigned:
		s.assigned, s.roadmap = true, uint8(g.random.below(uint64(len(roadmaps))))
		e.Type, e.roadmap = domain.TypeRoadmapAssigned, s.roadmap
	case int(s.reached) < len(milestones[s.roadmap]):
		e.Type, e.roadmap, e.number = domain.TypeMilestoneReached, s.roadmap, uint32(s.reached)
		s.reached++
		g.attest(e, m, s)
		g.late(e, s)
	default:
		g.session(e, s)
	}
}

// void takes back a session that nobody confirmed, or feedback that nobody asked for.
func (g *Generator) void(e *Event, s *mentorship) {
	switch {
	case s.sessionOpen:
		e.Target, s.sessionOpen = id(g.options.Seed, eventSpace, s.session), false
	case s.feedbackOpen:
		e.Target, s.feedbackOpen = id(g.options.Seed, eventSpace, s.feedback), false
	default:
		g.session(e, s)
		return
	}
	e.Type = domain.TypeEventVoided
}

// personal makes something happen on the stream of the mentee, or of the mentor. Draw is from 0 to 69.
func (g *Generator) personal(e *Event, m *mentor, s *mentorship, draw uint64) {
	const promotionsMax = 5
	who := s.mentee
	p := &g.people[who]
	switch {
	case draw < 26:
		e.Type, e.Skill, e.Levels = domain.TypeSkillAttested, g.skill(), int(1+g.random.below(5))
		g.attest(e, m, s)
		g.late(e, s)
	case draw < 38:
		g.projects++
		e.Type, e.number, e.Skill = domain.TypeProjectCompleted, g.projects, g.skill()
		g.attest(e, m, s)
		g.late(e, s)
	case draw < 45 && p.promotions < promotionsMax:
		p.promotions++
		e.Type, e.Levels, e.Attested = domain.TypePromotionRecorded, 1, true
		if g.random.chance(60) {
			e.Levels = 2
		}
	case draw < 53:
		if g.random.chance(600) {
			who = m.person
		}
		g.consent(e, who)
	case draw < 58:
		e.Type, e.number = domain.TypePersonJoinedUnit, uint32(g.random.below(uint64(len(units))))
	default:
		who = m.person
		e.Type, e.Skill = domain.TypePracticeShared, g.skill()
		e.number = uint32(g.random.below(uint64(len(communities))))
		e.Visible = visibility[g.random.below(uint64(len(visibility)))]
	}
	e.Person = g.people[who].id
}

// consent grants the consent to be named in the team or the organisation, or now and then withdraws it.
func (g *Generator) consent(e *Event, who uint32) {
	p := &g.people[who]
	bit := uint8(1 << g.random.below(2))
	e.audience = domain.AudienceTeam
	if bit == 2 {
		e.audience = domain.AudienceOrganisation
	}
	if p.consents&bit != 0 {
		e.Type = domain.TypeConsentWithdrawn
	} else {
		e.Type = domain.TypeConsentGranted
	}
	p.consents ^= bit
}

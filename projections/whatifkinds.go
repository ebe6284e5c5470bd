package projections

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// furtherKind is a kind of further event: a type with attributes, and what one such event can add.
type furtherKind struct {
	code   uint8
	kind   InputKind
	flags  uint8
	value  int16
	label  string
	skill  string
	fresh  bool             // the skill is one that nobody has, another one each time
	most   []criteria.Milli // by measure: points, or the rating; 1000 in counts; 0 where it is not counted
	idle   bool             // it adds nothing by itself, but keeps a mentorship active or starts one
	unsure bool             // it changes what earlier events were credited: nothing bounds what that does
}

// freshSkill names the n-th skill that nobody has.
func freshSkill(n int) string { return "new-skill-" + strconv.Itoa(n) }

// freshSkills is how many skills that nobody has there are for one set of events.
const freshSkills = reachEventsMax

// attributes spells what a kind of event carries. The fresh skills of a set are counted.
func (k *furtherKind) attributes(fresh *int) map[string]string {
	t, out := criteria.FactType(k.code), map[string]string{}
	skill := k.skill
	if k.fresh {
		*fresh++
		skill = freshSkill(*fresh)
	}
	for name, text := range map[string]string{labelName(t): k.label, "skill": skill} {
		if text != "" {
			out[name] = text
		}
	}
	switch {
	case t == domain.TypeSessionHeld && k.value > 0:
		out["minutes"] = strconv.Itoa(int(k.value))
	case t == domain.TypePromotionRecorded:
		out["levels"] = strconv.Itoa(int(k.value))
	case t == domain.TypeFeedbackGiven:
		out["rating"] = FormatMilli(int64(k.value))
	}
	if k.flags&criteria.FlagConfirmed != 0 {
		out["confirmed"] = "true"
	}
	if k.flags&criteria.FlagAttested != 0 {
		out["attested"] = "true"
	}
	return out
}

// labelName is the attribute that a fact's label holds.
func labelName(t domain.EventType) string {
	switch t {
	case domain.TypeFeedbackGiven:
		return "rater"
	case domain.TypeThreadPosted, domain.TypePracticeShared:
		return "visibility"
	}
	return "channel"
}

// choices are the values of each attribute that can make a difference to some where, the plainest first.
type choices struct {
	labels, skills []string
	values         []int16
	flags          []uint8
}

// computedMax is up to which number all are tried where a where computes.
const computedMax = 180

// choicesOf lists the values for a type: those that a where names, what lies beside numbers, and others than those.
func (s *reaching) choicesOf(t domain.EventType) choices {
	var texts []string
	var numbers []float64
	computes := false
	for _, i := range s.measures {
		if s.takes(i, t) {
			moreTexts, moreNumbers, all := s.plan.Constants(i)
			texts, numbers = append(texts, moreTexts...), append(numbers, moreNumbers...)
			computes = computes || !all
		}
	}
	if computes {
		s.unsureOf("a where computes with attributes: not everything that they can be was tried")
	}
	for _, text := range texts {
		if id, err := uuid.Parse(text); err == nil && s.isStranger(id) {
			s.unsureOf("a where names someone who is no mentee yet: new mentees are others")
		}
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return !nameable(text) })
	c := choices{labels: []string{""}, skills: []string{""}, values: []int16{0}, flags: []uint8{0}}
	between := func(low, high int16, of ...float64) {
		c.values = c.values[:0]
		for _, v := range of {
			if v >= float64(low) && v <= float64(high) && !slices.Contains(c.values, int16(v)) {
				c.values = append(c.values, int16(v))
			}
		}
	}
	beside := func(plain []float64, scale float64) []float64 {
		for n := 1.0; computes && n <= computedMax; n++ {
			plain = append(plain, n*scale, n*scale/2)
		}
		for _, n := range numbers {
			plain = append(plain, math.Floor(n*scale), math.Floor(n*scale)-1, math.Floor(n*scale)+1)
		}
		return plain
	}
	switch t {
	case domain.TypeSessionHeld:
		c.labels = append(append(c.labels, texts...), s.channels()...)
		c.values = nil
		between(0, domain.MinutesMax, append(beside([]float64{0}, 1), 1, domain.MinutesMax)...)
		c.flags = []uint8{0, criteria.FlagConfirmed}
	case domain.TypeFeedbackGiven:
		c.labels = []string{string(domain.RaterMentee)}
		ratings := []float64{5000, 1000}
		for v := 4500.0; s.rated && v > 1000; v -= 500 {
			ratings = append(ratings, v)
		}
		between(int16(domain.RatingMin), int16(domain.RatingMax), beside(ratings, 1000)...)
	case domain.TypeThreadPosted, domain.TypePracticeShared:
		c.labels = []string{
			string(domain.VisibilityProgram), string(domain.VisibilityRoom), string(domain.VisibilityPublic),
		}
	case domain.TypePromotionRecorded:
		between(1, domain.LevelsMax, append(beside([]float64{1}, 1), domain.LevelsMax)...)
	}
	if carriesAttested(t) {
		c.flags = []uint8{0, criteria.FlagAttested}
	}
	if s.base.decoder.types[t].skilled {
		c.skills = append(append(c.skills, texts...), freshSkill(1))
		if len(s.base.tables.Skills) > 1 {
			c.skills = append(c.skills, s.base.tables.Skills[1])
		}
		if t == domain.TypeSkillAttested {
			c.skills = c.skills[1:] // which names one
		}
	}
	return c
}

// channelsTried bounds how many of the channels in use are tried.
const channelsTried = 32

// channels lists channels that the mentor's sessions use, and one that is another.
func (s *reaching) channels() []string {
	session, _ := criteria.TypeCode(domain.TypeSessionHeld)
	var found []string
	for _, fact := range s.base.mentors[s.base.self].Facts {
		if fact.Type != session || fact.Label == 0 || len(found) == channelsTried {
			continue
		}
		if word := s.base.tables.Labels[fact.Label]; !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	return append(found, "another")
}

// nameable reports whether a text can be a name in an event.
func nameable(text string) bool {
	return text != "" && len(text) <= domain.NameBytesMax && !strings.Contains(text, "@") &&
		strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// isStranger reports whether someone is neither the mentor nor a mentee.
func (s *reaching) isStranger(id uuid.UUID) bool {
	return id != s.base.Person(s.base.self) && !slices.ContainsFunc(s.whos, func(w furtherWho) bool { return w.person == id }) &&
		!slices.ContainsFunc(s.base.mentors[s.base.self].Mentees, func(p uint32) bool { return s.base.tables.People[p] == id })
}

// takes reports whether a measure takes a type.
func (s *reaching) takes(measure int, t domain.EventType) bool {
	_, takes := s.points(measure, t)
	return takes
}

func (s *reaching) points(measure int, t domain.EventType) (criteria.Milli, bool) {
	for _, of := range s.plan.Doc.Measures[measure].Of {
		if of.Type == t {
			return of.Points, true
		}
	}
	return 0, false
}

// findKinds lists the kinds of events that differ in what they do to the measures that decide.
func (s *reaching) findKinds(only []domain.EventType) {
	for n := 1; n <= freshSkills; n++ {
		s.intern("", freshSkill(n))
	}
	types := []domain.EventType{domain.TypeMentorshipStarted, domain.TypeSessionHeld}
	for _, t := range criteria.FactTypes() {
		if !slices.Contains(types, t) && slices.ContainsFunc(s.measures, func(i int) bool { return s.takes(i, t) }) {
			types = append(types, t)
		}
	}
	for _, t := range types {
		if len(only) > 0 && !slices.Contains(only, t) {
			continue
		}
		switch t {
		case domain.TypeMentorshipPaused, domain.TypeMentorshipResumed, domain.TypeMentorshipEnded:
			s.unsureOf("mentorships are neither paused nor resumed nor ended")
			continue
		case domain.TypeSessionConfirmed:
			continue // see confirmations
		}
		s.kindsOf(t)
	}
	if len(only) == 0 || slices.Contains(only, domain.TypeSessionConfirmed) {
		s.confirmations()
	}
}

func (s *reaching) intern(label, skill string) {
	// The words are few: there is room for them wherever there is room for a log's own.
	if _, err := s.base.labelCodes.encode(&s.base.tables.Labels, label, "labels"); err != nil {
		s.limit(err.Error())
	}
	if _, err := s.base.skillCodes.encode(&s.base.tables.Skills, skill, "skills"); err != nil {
		s.limit(err.Error())
	}
}

func (s *reaching) kindsOf(t domain.EventType) {
	c := s.choicesOf(t)
	code, _ := criteria.TypeCode(t)
	credits := slices.ContainsFunc(s.measures, func(i int) bool {
		return slices.ContainsFunc(criteria.OutcomeTypes(), func(o domain.EventType) bool { return s.takes(i, o) })
	})
	idle := t == domain.TypeMentorshipStarted || t == domain.TypeSessionHeld && credits
	seen := map[string]bool{}
	for _, flags := range c.flags {
		for _, label := range c.labels {
			for _, skill := range c.skills {
				for _, value := range c.values {
					k := furtherKind{
						code: code, kind: s.base.decoder.types[t].kind, flags: flags, value: value, label: label, skill: skill,
						fresh: skill == freshSkill(1),
					}
					s.intern(label, skill)
					signature, counts := s.judge(&k, t)
					if !counts {
						k.idle = true
					}
					if (counts || idle) && !seen[signature] {
						seen[signature] = true
						s.kinds = append(s.kinds, k)
					}
				}
			}
		}
	}
}

// judge finds out what an event of a kind can add to each measure. Kinds with the same signature do the same.
func (s *reaching) judge(k *furtherKind, t domain.EventType) (signature string, counts bool) {
	fact, err := s.base.fact(&Input{Code: k.code, Flags: k.flags, Value: k.value, Label: k.label, Skill: k.skill}, 0)
	if err != nil {
		s.limit(err.Error())
		return "", false
	}
	k.most = make([]criteria.Milli, len(s.plan.Doc.Measures))
	m := &s.probe.mentors[s.probe.self].Mentor
	tables := s.probe.tables
	tables.Labels, tables.Skills = s.base.tables.Labels, s.base.tables.Skills
	var b strings.Builder
	for _, i := range s.measures {
		points, takes := s.points(i, t)
		if !takes {
			continue
		}
		doc := &s.plan.Doc.Measures[i]
		passes := false
		for bond := range max(1, len(m.Bonds)) {
			fact.Bond = uint32(bond)
			if k.kind == InputShared {
				fact.Bond = criteria.NoBond
			}
			yes := s.plan.Passes(i, &tables, m, &fact)
			passes = passes || yes
			b.WriteByte("01"[b2i(yes)])
		}
		if !passes {
			continue
		}
		counts = true
		k.most[i] = 1000
		switch doc.Aggregate {
		case criteria.SumPoints:
			for _, limit := range doc.Caps {
				points = min(points, limit.Max)
			}
			k.most[i] = points
		case criteria.MeanRating:
			k.most[i] = criteria.Milli(k.value)
			fmt.Fprintf(&b, "r%d", k.value)
		case criteria.CountSkills:
			fmt.Fprintf(&b, "s%d", fact.Skill)
			if fact.Skill == 0 {
				k.most[i] = 0
			}
		}
	}
	return b.String(), counts
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

package projections

import (
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/criteria"
)

// choices are the values of each attribute that can make a difference to some where, the plainest first.
type choices struct {
	labels, skills []string
	values         []int16
	flags          []uint8
	computed       bool // some where does more than compare with constants: others may make a difference too
}

// computedMax is up to which number all are tried where a where computes.
const computedMax = 180

// channelsTried bounds how many of the channels in use are tried where a where computes.
const channelsTried = 32

// choicesOf lists the values for a type: those that a where names, what lies beside numbers, and others than those.
func (s *reaching) choicesOf(t domain.EventType) choices {
	var texts []string
	var numbers []float64
	c := choices{labels: []string{""}, skills: []string{""}, values: []int16{0}, flags: []uint8{0}}
	for _, i := range s.measures {
		if s.takes(i, t) {
			moreTexts, moreNumbers, all := s.plan.Constants(i)
			texts, numbers = append(texts, moreTexts...), append(numbers, moreNumbers...)
			c.computed = c.computed || !all
		}
	}
	if c.computed {
		s.limit("a where computes with attributes: not everything that they can be was tried")
	}
	for _, text := range texts {
		if id, err := uuid.Parse(text); err == nil && s.isStranger(id) {
			s.unsureOf("a where names someone who is no mentee yet: new mentees are others")
		}
	}
	texts = slices.DeleteFunc(texts, func(text string) bool { return !nameable(text) })
	switch t {
	case domain.TypeSessionHeld:
		c.labels = append(append(c.labels, texts...), "another")
		if c.computed {
			c.labels = append(c.labels, s.channels()...)
		}
		c.values = c.numbers(0, domain.MinutesMax, 1, numbers, 0, 1, domain.MinutesMax)
		c.flags = []uint8{0, criteria.FlagConfirmed}
	case domain.TypeFeedbackGiven:
		c.labels = []string{string(domain.RaterMentee)}
		plain := []float64{5000, 1000}
		for v := 4500.0; s.rated && v > 1000; v -= 500 {
			plain = append(plain, v)
		}
		c.values = c.numbers(float64(domain.RatingMin), float64(domain.RatingMax), 1000, numbers, plain...)
		c.computed = c.computed || s.rated
	case domain.TypeThreadPosted, domain.TypePracticeShared:
		c.labels = []string{
			string(domain.VisibilityProgram), string(domain.VisibilityRoom), string(domain.VisibilityPublic),
		}
	case domain.TypePromotionRecorded:
		c.values = c.numbers(1, domain.LevelsMax, 1, numbers, 1, domain.LevelsMax)
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

// numbers lists numbers between two bounds: some plain ones, and, where wheres name numbers, these and what lies beside
// them, each times a scale.
func (c *choices) numbers(low, high, scale float64, named []float64, plain ...float64) []int16 {
	all := slices.Clone(plain)
	for n := 1.0; c.computed && n <= computedMax; n++ {
		all = append(all, n*scale, n*scale/2)
	}
	for _, n := range named {
		at := math.Floor(n * scale)
		all = append(all, at, at-1, at+1)
	}
	var values []int16
	for _, v := range all {
		if v >= low && v <= high && !slices.Contains(values, int16(v)) {
			values = append(values, int16(v))
		}
	}
	return values
}

// channels lists channels that the mentor's sessions use.
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
	return found
}

// nameable reports whether a text can be a name in an event.
func nameable(text string) bool {
	return text != "" && len(text) <= domain.NameBytesMax && !strings.Contains(text, "@") &&
		strings.TrimSpace(text) == text &&
		!strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// isStranger reports whether someone is neither the mentor nor a mentee.
func (s *reaching) isStranger(id uuid.UUID) bool {
	return id != s.base.Person(s.base.self) &&
		!slices.ContainsFunc(s.whos[:s.existing], func(w furtherWho) bool { return w.person == id })
}

// needsRatings reports whether some mean that decides is used otherwise than as something to be large.
func (s *reaching) needsRatings() bool {
	return slices.ContainsFunc(s.measures, func(i int) bool {
		return s.plan.Doc.Measures[i].Aggregate == criteria.MeanRating && s.direction[i] != criteria.Rising
	})
}

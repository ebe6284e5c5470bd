package projections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"laurel/domain"
	"laurel/domain/criteria"
)

// furtherKind is a kind of further event: a type with attributes, and what one such event can add.
type furtherKind struct {
	code  uint8
	kind  InputKind
	flags uint8
	value int16
	label string
	skill string
	fresh bool // the skill is one that nobody has, another one each time

	fact   criteria.Fact // of an event at no time with nobody
	order  int           // among events of the same instant
	joker  bool          // stands for all attributes that were not tried: nothing of it can be recorded
	idle   bool          // it adds nothing by itself, but lets other events happen or count
	alike  bool          // it does the same with anyone whose mentorship takes it
	passes [][]bool      // by measure: whether it counts, by who as of whoOf; nil where the measure does not take it
	points []criteria.Milli
	flips  []flip // of a confirmation, by measure
}

// flip is what confirming sessions may do to a measure, beside the event's own facts.
type flip struct {
	gains  criteria.Milli // the most points of a session that begins to count, 0 for none
	loses  bool           // some session ceases to count
	potent criteria.Milli // of a sum: what all could come to, caps considered
}

// withSomeone reports whether it makes a difference with whom such an event is.
func (k *furtherKind) withSomeone() bool { return k.kind != InputShared && k.flips == nil && !k.alike }

// onRoom reports whether such an event needs a mentorship that takes it.
func (k *furtherKind) onRoom() bool { return k.kind == InputFact && k.flips == nil }

// counts reports whether a measure counts such an event with someone, or with nobody, whoever is given.
func (k *furtherKind) counts(measure, who int) bool {
	passes := k.passes[measure]
	return passes != nil && passes[min(who, len(passes)-1)]
}

// countsSomewhere reports whether a measure counts such an event with anyone.
func (k *furtherKind) countsSomewhere(measure int) bool {
	return slices.Contains(k.passes[measure], true)
}

// freshSkill names the n-th skill that nobody has.
func freshSkill(n int) string { return "new-skill-" + strconv.Itoa(n) }

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

// orderOf orders types of events of the same instant so that each can be, and be credited: mentorships start or go on,
// then sessions, pauses and ends, and outcomes come last.
func orderOf(t domain.EventType) int {
	switch t {
	case domain.TypeMentorshipStarted:
		return 0
	case domain.TypeMentorshipResumed:
		return 1
	case domain.TypeMentorshipPaused:
		return 3
	case domain.TypeMentorshipEnded:
		return 4
	case domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePromotionRecorded:
		return 5
	}
	return 2
}

// takes reports whether a measure takes a type.
func (s *reaching) takes(measure int, t domain.EventType) bool {
	_, takes := s.points(measure, t)
	return takes
}

// points is what a measure gives for an event of a type, before caps: 1000 where it does not give points.
func (s *reaching) points(measure int, t domain.EventType) (criteria.Milli, bool) {
	m := &s.plan.Doc.Measures[measure]
	for _, of := range m.Of {
		switch {
		case of.Type != t:
		case m.Aggregate != criteria.SumPoints:
			return 1000, true
		default:
			return of.Points, true
		}
	}
	return 0, false
}

// findKinds lists the kinds of events that differ in what they do to the measures that decide.
func (s *reaching) findKinds(only []domain.EventType) {
	for n := 1; n <= reachEventsMax; n++ {
		s.fresh = append(s.fresh, s.intern("", freshSkill(n)))
	}
	wanted := func(t domain.EventType) bool { return len(only) == 0 || slices.Contains(only, t) }
	types := []domain.EventType{
		domain.TypeMentorshipStarted, domain.TypeMentorshipResumed, domain.TypeSessionHeld,
	}
	for _, t := range criteria.FactTypes() {
		if !slices.Contains(types, t) && slices.ContainsFunc(s.measures, func(i int) bool { return s.takes(i, t) }) {
			types = append(types, t)
		}
	}
	for _, t := range types {
		if wanted(t) && t != domain.TypeSessionConfirmed {
			s.kindsOf(t)
		}
	}
	s.dropKinds()
	for i := range s.kinds {
		s.kinds[i].alike = s.isAlike(&s.kinds[i])
	}
	if wanted(domain.TypeSessionConfirmed) {
		s.confirmations()
	}
}

// dropKinds drops the kinds of events instead of which others of the same type do as well: those count wherever these
// do, and where they count besides, more is better.
func (s *reaching) dropKinds() {
	var kept []furtherKind
	for i := range s.kinds {
		dropped := false
		for j := range s.kinds {
			if i == j || s.kinds[i].code != s.kinds[j].code {
				continue
			}
			instead, surely := s.doesInstead(&s.kinds[j], &s.kinds[i])
			if back, _ := s.doesInstead(&s.kinds[i], &s.kinds[j]); !instead || back && i < j {
				continue
			}
			dropped = true
			s.dropped = s.dropped || !surely
			break
		}
		if !dropped {
			kept = append(kept, s.kinds[i])
		}
	}
	s.kinds = kept
}

// doesInstead reports whether an event of kind a does all that bounds know of one of kind b, and whether it surely does
// as well: not where it takes from what caps leave to others.
func (s *reaching) doesInstead(a, b *furtherKind) (instead, surely bool) {
	if a.joker || b.joker {
		return false, false
	}
	surely = true
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		rising := s.direction[i] == criteria.Rising
		for who := range len(s.whos[:s.existing+1]) {
			switch countsA, countsB := a.counts(i, who), b.counts(i, who); {
			case countsB && !countsA, countsA && !countsB && !rising:
				return false, false
			case countsA && !countsB:
				surely = surely && len(m.Caps) == 0 && !slices.Contains(s.shared, i)
				if slices.Contains(s.shared, i) {
					return false, false
				}
			case countsA && m.Aggregate == criteria.MeanRating && a.value != b.value && (a.value < b.value || !rising):
				return false, false
			case countsA && m.Aggregate == criteria.CountSkills && !s.skillsInstead(a, b):
				return false, false
			}
		}
	}
	return true, surely
}

// skillsInstead reports whether the skill of an event adds wherever another's does.
func (s *reaching) skillsInstead(a, b *furtherKind) bool {
	return a.fresh || b.fact.Skill == 0 || a.fact.Skill == b.fact.Skill
}

// isAlike reports whether it makes no difference with whom an event of a kind is: no measure that counts it looks at the
// mentee, and no other event depends on it.
func (s *reaching) isAlike(k *furtherKind) bool {
	t := criteria.FactType(k.code)
	if !k.onRoom() || t == domain.TypeSessionHeld && s.mayBeIdle(t) {
		return false
	}
	switch t {
	case domain.TypeMentorshipPaused, domain.TypeMentorshipResumed, domain.TypeMentorshipEnded:
		return false
	}
	for _, i := range s.measures {
		m := &s.plan.Doc.Measures[i]
		if k.passes[i] == nil || !k.countsSomewhere(i) {
			continue
		}
		perMentee := slices.ContainsFunc(m.Caps, func(c criteria.Cap) bool { return c.Per == criteria.PerMentee })
		if m.Aggregate == criteria.CountMentees || perMentee || slices.Contains(s.shared, i) || slices.Contains(k.passes[i], false) {
			return false
		}
	}
	return true
}

// intern gives a word its code in the dictionaries and returns the skill's. The words are few: there is room for them
// wherever there is room for a log's own.
func (s *reaching) intern(label, skill string) uint16 {
	if _, err := s.base.labelCodes.encode(&s.base.tables.Labels, label, "labels"); err != nil {
		s.unsureOf(err.Error())
	}
	code, err := s.base.skillCodes.encode(&s.base.tables.Skills, skill, "skills")
	if err != nil {
		s.unsureOf(err.Error())
	}
	return code
}

// kindsOf lists the kinds of one type, and a joker where others might do what none of them does.
func (s *reaching) kindsOf(t domain.EventType) {
	c := s.choicesOf(t)
	code, _ := criteria.TypeCode(t)
	idle := s.mayBeIdle(t)
	seen := map[string]bool{}
	for _, flags := range c.flags {
		for _, label := range c.labels {
			for _, skill := range c.skills {
				for _, value := range c.values {
					k := furtherKind{
						code: code, kind: s.base.decoder.types[t].kind, flags: flags, value: value, label: label, skill: skill,
						fresh: skill == freshSkill(1), order: orderOf(t),
					}
					s.intern(label, skill)
					signature, counts := s.judge(&k, t)
					k.idle = !counts
					if (counts || idle) && !seen[signature] {
						seen[signature] = true
						s.kinds = append(s.kinds, k)
					}
				}
			}
		}
	}
	if c.computed {
		s.kinds = append(s.kinds, s.jokerOf(t))
	}
}

// mayBeIdle reports whether events of a type can be of use though no measure counts them.
func (s *reaching) mayBeIdle(t domain.EventType) bool {
	switch t {
	case domain.TypeMentorshipStarted:
		return true
	case domain.TypeMentorshipResumed:
		return slices.ContainsFunc(s.whos[:s.existing], func(w furtherWho) bool { return w.state == roomPaused })
	case domain.TypeSessionHeld:
		return slices.ContainsFunc(s.measures, func(i int) bool {
			return slices.ContainsFunc(criteria.OutcomeTypes(), func(o domain.EventType) bool { return s.takes(i, o) })
		})
	}
	return false
}

// jokerOf stands for all events of a type, whatever their attributes.
func (s *reaching) jokerOf(t domain.EventType) furtherKind {
	code, _ := criteria.TypeCode(t)
	k := furtherKind{code: code, kind: s.base.decoder.types[t].kind, order: orderOf(t), joker: true}
	k.fresh = s.base.decoder.types[t].skilled
	n := len(s.plan.Doc.Measures)
	k.passes, k.points = make([][]bool, n), make([]criteria.Milli, n)
	for _, i := range s.measures {
		if points, takes := s.points(i, t); takes {
			k.passes[i], k.points[i] = []bool{true}, points
		}
	}
	return k
}

// judge finds out which measures count an event of a kind, with whom. Kinds of a type with the same signature do the
// same.
func (s *reaching) judge(k *furtherKind, t domain.EventType) (signature string, counts bool) {
	fact, err := s.base.fact(&Input{Code: k.code, Flags: k.flags, Value: k.value, Label: k.label, Skill: k.skill}, 0)
	if err != nil {
		s.unsureOf(err.Error())
		return "", false
	}
	n := len(s.plan.Doc.Measures)
	k.fact, k.passes, k.points = fact, make([][]bool, n), make([]criteria.Milli, n)
	tables := s.tablesAhead()
	var b strings.Builder
	for _, i := range s.measures {
		points, takes := s.points(i, t)
		if !takes {
			continue
		}
		k.points[i] = points
		k.passes[i] = s.passing(i, &tables, k)
		for _, yes := range k.passes[i] {
			b.WriteByte("01"[b2i(yes)])
		}
		if !slices.Contains(k.passes[i], true) {
			continue
		}
		counts = true
		switch s.plan.Doc.Measures[i].Aggregate {
		case criteria.MeanRating:
			fmt.Fprintf(&b, "r%d", k.value)
		case criteria.CountSkills:
			fmt.Fprintf(&b, "s%d", fact.Skill)
		}
	}
	return b.String(), counts
}

// passing tells, by who, whether a measure's where holds for an event of a kind: with each mentee and a new one, or, if
// that makes no difference, with anyone.
func (s *reaching) passing(measure int, tables *criteria.Tables, k *furtherKind) []bool {
	fact := k.fact
	if k.kind == InputShared {
		fact.Bond = criteria.NoBond
		return []bool{s.plan.Passes(measure, tables, &s.ahead, &fact)}
	}
	of := s.whos[:1]
	if s.plan.AsksAbout(measure, "mentee") {
		of = s.whos[:s.existing+1]
	}
	var passes []bool
	for i := range of {
		fact.Bond = of[i].bond
		passes = append(passes, s.plan.Passes(measure, tables, &s.ahead, &fact))
	}
	return passes
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

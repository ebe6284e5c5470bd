package projections

import (
	"bytes"
	"fmt"

	"laurel/domain/criteria"
)

// oneMentee finds out whether the mentor's standing hangs on one mentee: whether, without everything from the
// mentorships with that person, most of the score would be lost, or the present tier. Only a mentee who gives a good
// part of some measure is looked at: where a threshold is met exactly, everybody is needed and nobody stands out. A
// mentor who has come no further than the lowest of several tiers has only begun, and is left out.
//
// There is at most one flag a mentor, about the mentee without whom they would lose the tier, and the most of the
// score.
func (w *stander) oneMentee() []Flag {
	m, now := w.mentor, w.now()
	if int(now.Tier) < min(1, len(w.plan.Doc.Tiers)-1) {
		w.low.Add(1)
		return nil
	}
	best, alike := none, 0
	var then criteria.Timeline
	for _, local := range w.heavy() {
		t := w.were(w.asOf, func(g criteria.Fact) (criteria.Fact, bool) {
			return g, g.Bond == criteria.NoBond || m.Bonds[g.Bond] != local
		})
		lost := now.Score > 0 && float64(now.Score-t.Score)*1000 >= float64(now.Score)*float64(w.LossMin)
		if t.Tier >= now.Tier && !lost {
			continue
		}
		alike++
		if best == none || w.worse(now.Tier, &t, local, &then, best) {
			best, then = local, t
		}
	}
	if best == none {
		return nil
	}
	return []Flag{w.hanging(best, alike, &then)}
}

// worse reports whether a mentor of a tier would lose more without mentee a than without mentee b.
func (w *stander) worse(tier int16, withoutA *criteria.Timeline, a uint32, withoutB *criteria.Timeline, b uint32) bool {
	if loses, alsoLoses := withoutA.Tier < tier, withoutB.Tier < tier; loses != alsoLoses {
		return loses
	}
	if withoutA.Score != withoutB.Score {
		return withoutA.Score < withoutB.Score
	}
	people := w.flagFinder.facts.tables.People
	p, q := people[w.mentor.Mentees[a]], people[w.mentor.Mentees[b]]
	return bytes.Compare(p[:], q[:]) < 0
}

// heavy returns the mentees, by local number, who give a good part of what now counts in some measure.
func (w *stander) heavy() []uint32 {
	n := len(w.mentor.Mentees)
	parts := make([]criteria.Milli, n*len(w.plan.Doc.Measures))
	totals := make([]criteria.Milli, len(w.plan.Doc.Measures))
	for _, r := range w.trace.Records {
		g := &w.facts[r.Fact]
		left, _ := w.plan.Remaining(r, g, w.asOf)
		totals[r.Measure] += left
		if g.Bond != criteria.NoBond {
			parts[r.Measure*n+int(w.mentor.Bonds[g.Bond])] += left
		}
	}
	var heavy []uint32
	for local := range n {
		for measure, total := range totals {
			part := parts[measure*n+local]
			if part > 0 && float64(part)*1000 >= float64(total)*float64(w.PartMin) {
				heavy = append(heavy, uint32(local))
				break
			}
		}
	}
	return heavy
}

// hanging makes the flag of a mentor whose standing hangs on a mentee, without whom it would be another one.
func (w *stander) hanging(local uint32, alike int, then *criteria.Timeline) Flag {
	now := w.now()
	mentor, mentee := w.flagPerson(w.mentor.person), w.flagPerson(w.mentor.Mentees[local])
	g := Flag{
		Kind: FlagOneMentee, People: []FlagPerson{mentor, mentee},
		Text: fmt.Sprintf("Without %s, the score of %s would be %s instead of %s", mentee, mentor,
			FormatMilli(then.Score), FormatMilli(now.Score)),
		Numbers: []NamedDecimal{
			{"score", Decimal(now.Score)}, {"score_without", Decimal(then.Score)}, count("mentees_alike", alike),
		},
	}
	if then.Tier < now.Tier {
		g.Text += fmt.Sprintf(", and the tier %s instead of %s", w.tierName(then.Tier), w.tierName(now.Tier))
	}
	g.Text += "."
	if alike > 1 {
		g.Text += fmt.Sprintf(" It hangs on each of %d mentees.", alike)
	}
	var events []evidence
	last := -1
	for _, r := range w.trace.Records {
		fact := &w.facts[r.Fact]
		if fact.Bond == criteria.NoBond || w.mentor.Bonds[fact.Bond] != local || r.Fact == last {
			continue
		}
		if left, _ := w.plan.Remaining(r, fact, w.asOf); left > 0 {
			events = append(events, w.evidenceOf(fact))
			last = r.Fact
		}
	}
	w.rest(&g, events)
	return g
}

package criteria

import (
	"bytes"
	"strings"
)

// Part is a plan that computes some of the measures, by index in any order, and decides one tier, or none for NoTier.
// What it computes is what the whole plan does: the value of a measure depends on no other, but that of a share on its
// sum, and a tier, being held or kept, on the measures and the score in its when. Measures that are needed for what is
// asked come on their own: the part's document tells which there are, in document order. Its hash means nothing, and
// the causes of its transitions may be Elapsed where the whole plan knows of an outcome that it has no measure for.
// A part without a tier looks only as far back as its windows do.
func (p *Plan) Part(measures []int, tier int) *Plan {
	found := map[int]bool{}
	for _, i := range measures {
		found[i] = true
	}
	scored := false
	if tier != NoTier {
		for _, i := range p.MeasuresOf(tier) {
			found[i] = true
		}
		scored = p.readBy(tier)[p.vars["score"]]
	}
	measures = p.withSums(found)
	doc := *p.Doc
	doc.Measures, doc.Tiers = nil, nil
	part := &Plan{Doc: &doc, calendar: p.calendar, vars: variables{}, memoryNS: never}
	for _, i := range measures {
		part.vars[p.names[i]] = len(doc.Measures)
		part.names = append(part.names, p.names[i])
		doc.Measures = append(doc.Measures, p.Doc.Measures[i])
	}
	part.names = append(part.names, "score")
	for _, i := range measures {
		m := p.measures[i]
		m.sum = part.vars[m.In]
		m.inParts, m.patient, m.dropMax = false, false, 0
		part.enterMeasure(m)
	}
	if scored {
		part.enterScore(p.scoreOf.root, p.scoreOf.program, p.scored)
	} else {
		part.enterNoScore()
	}
	if tier != NoTier {
		doc.Tiers = p.Doc.Tiers[tier : tier+1]
		w := &p.when[tier]
		part.enterWhen(w.root, w.info, w.program)
	}
	part.finish()
	if tier == NoTier {
		part.memoryNS = part.memory()
	}
	return part
}

// memory is how long before a time the facts are on which the values of the measures depend then: those that a window
// has not passed, and those that share a cap's bucket with them.
func (p *Plan) memory() int64 {
	longest := int64(0)
	for i := range p.measures {
		m := &p.measures[i]
		if m.aggregate == ShareMentee {
			continue // it depends on its sum
		}
		if m.windowNS == 0 {
			return never
		}
		span := int64(0)
		for _, c := range m.caps {
			span = max(span, bucketSpans[c.Every])
		}
		longest = max(longest, addNS(m.windowNS, span))
	}
	return longest
}

// bucketSpans are how long the buckets of caps are at most, however clocks change.
var bucketSpans = [...]int64{
	Ever: never, EveryDay: 3 * dayNS, EveryWeek: 9 * dayNS, EveryMonth: 33 * dayNS, EveryQuarter: 94 * dayNS,
	EveryYear: 368 * dayNS,
}

// enterNoScore gives the plan a score of 0, which nobody reads.
func (p *Plan) enterNoScore() {
	n := len(p.measures)
	p.linear = &linearForm{factors: make([]Milli, n), weights: make([]Milli, n)}
	p.scoreOf = &scorePlan{number: func(*values) float64 { return 0 }}
	p.vars["score"] = n
	p.gates, p.ungated = make([][]Milli, len(p.names)), make([]bool, len(p.names))
}

// WithPolicy is the plan of the same document with another policy. It has no Hash: computing one takes longer than
// trying the policy out, so that is left to who needs it.
func (p *Plan) WithPolicy(policy Policy) *Plan {
	other, doc := *p, *p.Doc
	doc.Policy = policy
	other.Doc, other.Hash = &doc, ""
	return &other
}

// MeasureKey names what a measure computes, whatever its name: measures with the same key, of whatever documents, have
// the same values.
func (p *Plan) MeasureKey(measure int) string {
	m := &p.measures[measure]
	if m.aggregate == ShareMentee {
		return "share of " + p.MeasureKey(m.sum)
	}
	var b bytes.Buffer
	b.WriteString(p.Doc.Timezone)
	b.WriteByte(' ')
	writeJSON(&b, m.canonical())
	return b.String()
}

// TierKey names what decides about holding a tier by itself, whatever its id and its place among others.
func (p *Plan) TierKey(tier int) string {
	t := &p.Doc.Tiers[tier]
	parts := []string{t.When.canonical(), t.keepText()}
	if p.readBy(tier)[p.vars["score"]] {
		parts = append(parts, p.Doc.Score.canonical())
	}
	for _, i := range p.MeasuresOf(tier) {
		parts = append(parts, p.names[i], p.MeasureKey(i))
	}
	return strings.Join(parts, "\x00")
}

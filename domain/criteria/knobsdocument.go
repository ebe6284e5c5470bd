package criteria

import (
	"fmt"
	"strconv"
)

// The units of knobs.
const (
	unitDays   = "days"
	unitPoints = "points"
	unitRating = "stars"
	unitShare  = "share"
)

// child is the value of a key of a mapping; nil where there is none.
func (n *node) child(key string) *node {
	if n != nil {
		for i := range n.pairs {
			if n.pairs[i].key == key {
				return n.pairs[i].value
			}
		}
	}
	return nil
}

// document goes through the text in its order.
func (r *knobReader) document() {
	for _, entry := range r.root.pairs {
		switch entry.key {
		case "measures":
			for _, m := range entry.value.pairs {
				r.measureKnobs(m.key, m.value)
			}
		case "score":
			r.expressionKnobs("score", "Score", r.checked.Score)
		case "tiers":
			for i, n := range entry.value.items {
				r.tierKnobs(i, n)
			}
		case "policy":
			if grace := entry.value.child("lost").child("grace"); grace != nil {
				r.scalar(grace, knob{Knob: Knob{ID: "policy.lost.grace", Kind: KnobLostGrace,
					Label: "Awards: grace after a tier is no longer met", Unit: unitDays}})
			}
		}
	}
}

func (r *knobReader) measureKnobs(name string, n *node) {
	index := 0
	for r.checked.Doc.Measures[index].Name != name {
		index++
	}
	m := &r.checked.Doc.Measures[index]
	path := "measures." + name
	// number notes a scalar of the measure.
	number := func(n *node, key string, kind KnobKind, unit string, allowed bounds, label string) {
		if n == nil {
			return
		}
		scale := 1.0
		for range allowed.decimals {
			scale *= 10
		}
		r.scalar(n, knob{Knob: Knob{
			ID: path + "." + key, Kind: kind, Label: name + ": " + label, Unit: unit, Decimals: allowed.decimals,
			Least: float64(allowed.min) / scale, Most: float64(allowed.max) / scale,
		}})
	}
	anyDays := bounds{max: durationDaysMax}
	for _, entry := range n.pairs {
		switch entry.key {
		case "of":
			for _, of := range entry.value.pairs {
				number(of.value, "of."+of.key, KnobPoints, unitPoints, bounds{decimals: 3, max: milliMax}, "points for "+of.key)
			}
		case "where":
			r.expressionKnobs(path+".where", name+", where", r.checked.Where[index])
		case "caps":
			for i, c := range entry.value.items {
				number(c.child("max"), fmt.Sprintf("caps.%d.max", i), KnobCap, unitPoints,
					bounds{decimals: 3, min: 1, max: milliMax}, "at most "+bucketText(c.child("per").text, c.child("every").text))
			}
		case "window":
			number(entry.value, "window", KnobWindow, unitDays, bounds{min: 1, max: durationDaysMax}, "counts for")
		case "credit":
			if m.takesOutcomes() { // it means nothing to others
				number(entry.value.child("within"), "credit.within", KnobWithin, unitDays, anyDays, "mentors active within")
				number(entry.value.child("at_least"), "credit.at_least", KnobAtLeast, unitDays, anyDays,
					"mentorships of at least")
			}
		case "decay":
			for i, step := range entry.value.items {
				key := "decay." + strconv.Itoa(i)
				number(step.child("after"), key+".after", KnobDecayAfter, unitDays, anyDays, ordinal(i+1)+" decay begins after")
				number(step.child("keep"), key+".keep", KnobDecayKeep, unitShare, bounds{decimals: 6, max: microMax},
					ordinal(i+1)+" decay keeps")
			}
		case "grace":
			number(entry.value, "grace", KnobGrace, unitOf(m), bounds{max: graceMax}, unitOf(m)+" that may be missing")
		case "prior":
			number(entry.value.child("mean"), "prior.mean", KnobPriorMean, unitRating,
				bounds{decimals: 3, min: 1000, max: 5000}, "mean to begin with")
			number(entry.value.child("weight"), "prior.weight", KnobPriorWeight, "ratings",
				bounds{decimals: 3, min: 1, max: milliMax}, "weight of the mean to begin with")
		}
	}
}

// bucketText names the bucket of a cap.
func bucketText(per, every string) string {
	if every == "ever" {
		return "per " + per + " for all time"
	}
	return "per " + per + " and " + every
}

func ordinal(n int) string {
	switch {
	case n%100/10 == 1:
	case n%10 == 1:
		return strconv.Itoa(n) + "st"
	case n%10 == 2:
		return strconv.Itoa(n) + "nd"
	case n%10 == 3:
		return strconv.Itoa(n) + "rd"
	}
	return strconv.Itoa(n) + "th"
}

func (r *knobReader) tierKnobs(i int, n *node) {
	t := &r.checked.Doc.Tiers[i]
	path := "tiers." + t.ID
	for _, entry := range n.pairs {
		switch entry.key {
		case "when":
			r.expressionKnobs(path+".when", t.Name, r.checked.When[i])
		case "keep":
			r.scalar(entry.value, knob{Knob: Knob{ID: path + ".keep", Kind: KnobKeep,
				Label: t.Name + ": stays, once no longer met, for", Unit: unitDays}})
		}
	}
}

// unitOf is what a measure counts.
func unitOf(m *Measure) string {
	switch m.Aggregate {
	case SumPoints:
		return unitPoints
	case CountMentees:
		return "mentees"
	case CountDays:
		return unitDays
	case CountWeeks, StreakWeek:
		return "weeks"
	case CountMonths, StreakMonth:
		return "months"
	case CountSkills:
		return "skills"
	case MeanRating:
		return unitRating
	case ShareMentee:
		return unitShare
	}
	return "events"
}

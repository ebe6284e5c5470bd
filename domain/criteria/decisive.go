package criteria

// MeasuresOf returns the measures that decide about a tier, by index into Document.Measures, ascending: those that its
// when refers to, by itself or through the score, and the sums that shares among them are of.
func (p *Plan) MeasuresOf(tier int) []int {
	found := p.readBy(tier)
	if found[p.vars["score"]] {
		for _, name := range p.scored {
			found[p.vars[name]] = true
		}
	}
	return p.withSums(found)
}

// MeasuresDeciding returns the measures that decide about some tier, or the score: the others are shown in standings
// only.
func (p *Plan) MeasuresDeciding() []int {
	found := map[int]bool{}
	for _, name := range p.scored {
		found[p.vars[name]] = true
	}
	for tier := range p.when {
		for _, i := range p.MeasuresOf(tier) {
			found[i] = true
		}
	}
	return p.withSums(found)
}

// readBy returns the variables that a tier's when refers to.
func (p *Plan) readBy(tier int) map[int]bool {
	found := map[int]bool{}
	variablesOf(p.when[tier].root, p.vars, found)
	return found
}

// withSums returns the measures among some variables, with the sums that shares among them are of, ascending.
func (p *Plan) withSums(found map[int]bool) []int {
	for _, s := range p.sums {
		if found[s.share] {
			found[s.sum] = true
		}
	}
	var measures []int
	for i := range p.measures {
		if found[i] {
			measures = append(measures, i)
		}
	}
	return measures
}

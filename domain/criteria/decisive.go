package criteria

// MeasuresOf returns the measures that decide about a tier, by index into Document.Measures, ascending: those that its
// when refers to, by itself or through the score, and the sums that shares among them are of.
func (p *Plan) MeasuresOf(tier int) []int {
	found := map[int]bool{}
	variablesOf(p.when[tier].root, p.vars, found)
	if found[p.vars["score"]] {
		for _, name := range p.scored {
			found[p.vars[name]] = true
		}
	}
	var measures []int
	for _, s := range p.sums {
		if found[s.share] {
			found[s.sum] = true
		}
	}
	for i := range p.measures {
		if found[i] {
			measures = append(measures, i)
		}
	}
	return measures
}

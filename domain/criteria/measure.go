package criteria

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// measureFields are the keys of a measure, with the aggregates that each belongs to; nil means all but share.
func measureFields() map[string][]Aggregate {
	return map[string][]Aggregate{
		"of":      nil,
		"where":   nil,
		"window":  nil,
		"credit":  nil,
		"caps":    {SumPoints},
		"decay":   {SumPoints},
		"prior":   {MeanRating},
		"grace":   {StreakWeek, StreakMonth},
		"longest": {StreakWeek, StreakMonth},
		"in":      {ShareMentee},
	}
}

// aggregateKeys are the keys that say what a measure computes.
func aggregateKeys() []string { return []string{"sum", "count", "mean", "streak", "share"} }

// measure reads one measure.
func (p *parse) measure(n *node, name string) (m Measure) {
	path := join("measures", name)
	m.Credit = Credit{WithinNS: creditWithinDay * int64(day)}
	fields := []field{}
	for _, key := range aggregateKeys() {
		fields = append(fields, optional(key))
	}
	for _, key := range []string{"of", "where", "caps", "window", "credit", "decay", "grace", "longest", "prior", "in"} {
		fields = append(fields, optional(key))
	}
	got := p.object(n, path, "the measure", fields...)
	if got == nil || !p.aggregate(&m, n, got, path) {
		return m
	}
	p.belong(&m, n, path)
	if of := got["of"]; of != nil && m.Aggregate != ShareMentee {
		p.of(&m, of, path+".of")
	}
	if where := got["where"]; where != nil {
		m.Where = p.expression(where, path+".where", "where")
	}
	if caps := got["caps"]; caps != nil {
		p.caps(&m, caps, path+".caps")
	}
	if window := got["window"]; window != nil {
		ns, ok := p.duration(window, path+".window", "window")
		if m.WindowNS = ns; ok && ns == 0 {
			p.errorf(window.at, path+".window", "leave window out to take all facts", "a window of 0d takes no fact")
		}
	}
	if credit := got["credit"]; credit != nil {
		p.credit(&m, credit, path+".credit")
	}
	if decay := got["decay"]; decay != nil {
		p.decay(&m, decay, path+".decay")
	}
	if grace := got["grace"]; grace != nil {
		units, _ := p.decimal(grace, path+".grace", "grace", bounds{max: graceMax})
		m.Grace = int(units)
	}
	if longest := got["longest"]; longest != nil {
		m.Longest, _ = p.boolean(longest, path+".longest", "longest")
	}
	if prior := got["prior"]; prior != nil {
		p.prior(&m, prior, path+".prior")
	}
	// Their order has no meaning, so documents that differ in nothing else become equal.
	slices.SortStableFunc(m.Of, func(a, b TypePoints) int { return strings.Compare(string(a.Type), string(b.Type)) })
	slices.SortStableFunc(m.Caps, func(a, b Cap) int {
		return cmp.Or(cmp.Compare(a.Per, b.Per), cmp.Compare(a.Every, b.Every), cmp.Compare(a.Max, b.Max))
	})
	if in := got["in"]; in != nil {
		m.In, _ = p.oneLine(in, path+".in", "in", 1<<10)
	}
	return m
}

// aggregate reads which one of the aggregates a measure has.
func (p *parse) aggregate(m *Measure, n *node, got map[string]*node, path string) bool {
	var keys []string
	var key string
	for _, k := range aggregateKeys() {
		if slices.ContainsFunc(n.pairs, func(e pair) bool { return e.key == k }) {
			keys, key = append(keys, k), k
		}
	}
	const right = "give one of `sum: points`, `count: events`, `mean: rating`, `streak: month` and `share: mentee`"
	switch {
	case len(keys) == 0:
		p.errorf(n.at, path, right, "the measure does not say what it computes")
		return false
	case len(keys) > 1:
		p.errorf(n.at, path, "make it "+strconv.Itoa(len(keys))+" measures", "the measure has %s at once", allOf(keys))
		return false
	case got[key] == nil:
		return false
	}
	var words []string
	for _, a := range aggregateNames() {
		if a.key == key {
			words = append(words, a.value)
		}
	}
	word, ok := p.choice(got[key], path+"."+key, key, words...)
	if !ok {
		return false
	}
	for _, a := range aggregateNames() {
		if a.key == key && a.value == word {
			m.Aggregate = a.aggregate
		}
	}
	return true
}

// belong reports options that the measure's aggregate does not take, and those that it cannot be without.
func (p *parse) belong(m *Measure, n *node, path string) {
	fields := measureFields()
	given := map[string]bool{}
	for _, entry := range n.pairs {
		given[entry.key] = true
		only, known := fields[entry.key]
		if !known {
			continue
		}
		if only == nil && m.Aggregate == ShareMentee {
			p.errorf(entry.at, join(path, entry.key), "set it on the measure that `in` names",
				"`%s` does not go with share", entry.key)
		}
		if only != nil && !slices.Contains(only, m.Aggregate) {
			p.errorf(entry.at, join(path, entry.key), "remove it", "`%s` goes only with %s", entry.key,
				spellAggregates(only))
		}
	}
	missing := func(key, hint string) {
		if !given[key] {
			p.errorf(n.at, join(path, key), hint, "the measure has no `%s`", key)
		}
	}
	switch m.Aggregate {
	case ShareMentee:
		missing("in", "add `in:` with the name of a sum")
		return
	case MeanRating:
		missing("prior", "add `prior: {mean: 3.8, weight: 5}`")
	}
	missing("of", "add the event types that it takes, such as `of: SessionHeld`")
}

// spellAggregates names aggregates by their keys.
func spellAggregates(list []Aggregate) string {
	var keys []string
	for _, a := range aggregateNames() {
		if slices.Contains(list, a.aggregate) && !slices.Contains(keys, a.key) {
			keys = append(keys, a.key)
		}
	}
	return strings.Join(keys, " and ")
}

// of reads the event types that a measure takes.
func (p *parse) of(m *Measure, n *node, path string) {
	switch {
	case n.kind == kindMap && m.Aggregate != SumPoints:
		p.errorf(n.at, path, "name the types without points, such as `of: [SessionHeld]`",
			"points go only with sum")
		return
	case n.kind == kindMap:
		entries := p.distinct(n, path)
		if len(entries) == 0 {
			p.errorf(n.at, path, "add one, such as `of: {SessionHeld: 1}`", "the measure takes no event types")
		}
		for _, entry := range entries {
			t, ok := p.factType(entry.key, entry.at, join(path, entry.key))
			points, _ := p.decimal(entry.value, join(path, entry.key), "points", bounds{decimals: 3, max: milliMax})
			if ok {
				m.Of = append(m.Of, TypePoints{Type: t, Points: points, At: entry.at})
			}
		}
		return
	case m.Aggregate == SumPoints:
		first := "SessionHeld"
		if n.kind == kindList && len(n.items) > 0 {
			first = n.items[0].text
		} else if n.text != "" {
			first = n.text
		}
		p.errorf(n.at, path, "write `of: {"+clip(first)+": 1}`", "a sum needs the points of each event type")
		return
	}
	items := []*node{n}
	if n.kind == kindList {
		items = p.list(n, path, "of", len(FactTypes()))
		if len(items) == 0 {
			p.errorf(n.at, path, "add one, such as `of: SessionHeld`", "the measure takes no event types")
		}
	}
	for i, item := range items {
		at := path
		if n.kind == kindList {
			at += "[" + strconv.Itoa(i) + "]"
		}
		text, ok := p.oneLine(item, at, "the event type", 1<<10)
		if !ok {
			continue
		}
		t, ok := p.factType(text, item.at, at)
		if !ok {
			continue
		}
		if slices.ContainsFunc(m.Of, func(o TypePoints) bool { return o.Type == t }) {
			p.errorf(item.at, at, "keep one of them", "the event type `%s` is given twice", t)
			continue
		}
		m.Of = append(m.Of, TypePoints{Type: t, At: item.at})
		if m.Aggregate == MeanRating && !ratingCarried(t) {
			p.errorf(item.at, at, "use FeedbackGiven", "`%s` carries no rating", t)
		}
	}
}

func (p *parse) caps(m *Measure, n *node, path string) {
	for i, item := range p.list(n, path, "caps", capsMax) {
		path := path + "[" + strconv.Itoa(i) + "]"
		c := Cap{At: item.at}
		got := p.object(item, path, "the cap", required("per"), required("every"), required("max"))
		if per := got["per"]; per != nil {
			word, _ := p.choice(per, path+".per", "per", "mentor", "mentee")
			c.Per = PerMentor
			if word == "mentee" {
				c.Per = PerMentee
			}
		}
		if every := got["every"]; every != nil {
			word, _ := p.choice(every, path+".every", "every", everyNames()...)
			c.Every = Every(slices.Index(everyNames(), word) + 1)
		}
		if n := got["max"]; n != nil {
			c.Max, _ = p.decimal(n, path+".max", "max", bounds{decimals: 3, min: 1, max: milliMax})
		}
		same := func(o Cap) bool { return o.Per == c.Per && o.Every == c.Every }
		if c.Every != 0 && c.Per != 0 && slices.ContainsFunc(m.Caps, same) {
			p.warnf(item.at, path, "only the smaller one matters", "there are two caps per %s every %s",
				[]string{"mentor", "mentee"}[c.Per-1], everyNames()[c.Every-1])
		}
		m.Caps = append(m.Caps, c)
	}
}

func (p *parse) credit(m *Measure, n *node, path string) {
	got := p.object(n, path, "credit", optional("within"), optional("at_least"), optional("split"))
	if within := got["within"]; within != nil {
		if ns, ok := p.duration(within, path+".within", "within"); ok {
			m.Credit.WithinNS = ns
		}
	}
	if atLeast := got["at_least"]; atLeast != nil {
		m.Credit.AtLeastNS, _ = p.duration(atLeast, path+".at_least", "at_least")
	}
	if split := got["split"]; split != nil {
		m.Credit.Split, _ = p.boolean(split, path+".split", "split")
		if m.Credit.Split && m.Aggregate != SumPoints && m.Aggregate != ShareMentee {
			p.errorf(split.at, path+".split", "remove it", "`split` divides points and goes only with sum")
		}
	}
	if got == nil || m.Aggregate == ShareMentee || len(m.Of) == 0 {
		return
	}
	if !m.takesOutcomes() {
		m.Credit = Credit{WithinNS: creditWithinDay * int64(day)}
		var names []string
		for _, t := range OutcomeTypes() {
			names = append(names, string(t))
		}
		p.warnf(n.at, path, "it is about "+allOf(names), "credit changes nothing here: the measure takes no outcomes")
	}
}

func (p *parse) decay(m *Measure, n *node, path string) {
	for i, item := range p.list(n, path, "decay", decayMax) {
		path := path + "[" + strconv.Itoa(i) + "]"
		got := p.object(item, path, "the step", required("after"), required("keep"))
		var step DecayStep
		ok := false
		if after := got["after"]; after != nil {
			step.AfterNS, ok = p.duration(after, path+".after", "after")
		}
		if keep := got["keep"]; keep != nil {
			step.KeepMicro, _ = p.decimal(keep, path+".keep", "keep", bounds{decimals: 6, max: microMax})
		}
		if ok && slices.ContainsFunc(m.Decay, func(d DecayStep) bool { return d.AfterNS == step.AfterNS }) {
			p.errorf(item.at, path, "keep one of them", "there are two steps after %s", FormatDays(step.AfterNS))
			continue
		}
		m.Decay = append(m.Decay, step)
	}
	slices.SortFunc(m.Decay, func(a, b DecayStep) int { return int((a.AfterNS - b.AfterNS) / int64(day)) })
}

func (p *parse) prior(m *Measure, n *node, path string) {
	got := p.object(n, path, "prior", required("mean"), required("weight"))
	if mean := got["mean"]; mean != nil {
		m.PriorMean, _ = p.decimal(mean, path+".mean", "mean", bounds{decimals: 3, min: 1000, max: 5000})
	}
	if weight := got["weight"]; weight != nil {
		m.PriorWeight, _ = p.decimal(weight, path+".weight", "weight", bounds{decimals: 3, min: 1, max: milliMax})
	}
}

// takesOutcomes reports whether credit has a meaning for the measure.
func (m *Measure) takesOutcomes() bool {
	return slices.ContainsFunc(m.Of, func(o TypePoints) bool { return slices.Contains(OutcomeTypes(), o.Type) })
}

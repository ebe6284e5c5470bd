package criteria

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// warn reports what is allowed and surely not meant: measures that decide nothing, filters that nothing passes or that
// ask for what is never there, tiers that nobody can reach, and tiers that a higher one always hides. It says nothing
// where it cannot be certain.
func warn(checked *CheckedDocument, f *findings, locate locator) {
	unused(checked, f)
	passNothing(checked, f)
	misspelt(checked, f, locate)
	r := newReach(checked)
	decided := make([][]oneCase, len(checked.When))
	known := make([]bool, len(checked.When))
	for i, when := range checked.When {
		decided[i], known[i] = r.cases(when)
		if known[i] && len(decided[i]) == 0 {
			f.warnf(when.At, fmt.Sprintf("tiers[%d].when", i), r.reason(when), "the tier `%s` can never be reached",
				checked.Doc.Tiers[i].ID)
		}
	}
	for i := range decided {
		for j := i + 1; j < len(decided); j++ {
			if !known[i] || !known[j] || len(decided[i]) == 0 || !keepsAsLong(&checked.Doc.Tiers[j], &checked.Doc.Tiers[i]) {
				continue
			}
			if r.allImply(decided[i], decided[j]) {
				lower, higher := &checked.Doc.Tiers[i], &checked.Doc.Tiers[j]
				f.warnf(checked.When[i].At, fmt.Sprintf("tiers[%d].when", i),
					"order tiers from the lowest to the highest, and make the higher one harder",
					"the tier `%s` is never held: whoever meets it also meets the higher tier `%s`", lower.ID, higher.ID)
				break
			}
		}
	}
}

// allImply reports whether each case of a lower tier surely meets one case of a higher one.
func (r *reach) allImply(lower, higher []oneCase) bool {
	for _, c := range lower {
		if !slices.ContainsFunc(higher, func(o oneCase) bool { return c.implies(o, r.ranges) }) {
			return false
		}
	}
	return true
}

// keepsAsLong reports whether a stays, after its when stopped holding, at least as long as b.
func keepsAsLong(a, b *Tier) bool {
	span := func(t *Tier) int64 {
		switch t.Keep {
		case KeepForever:
			return math.MaxInt64
		case KeepFor:
			return t.KeepNS
		}
		return 0
	}
	return span(a) >= span(b)
}

// reason names a variable of a condition that cannot be met, with what it can be, when one alone decides.
func (r *reach) reason(when *CheckedExpr) string {
	const contradiction = "its conditions contradict each other"
	alternatives := split(when.AST.NativeRep().Expr(), true)
	if len(alternatives) != 1 {
		return "none of its alternatives can hold"
	}
	for _, l := range alternatives[0] {
		variable, _, _, ok := comparisonOf(l.expr, r.ranges)
		if !ok {
			if v, _ := truthOf(l.expr, rangesIn(r.ranges)); v == atNoTime && l.wanted || v == atAllTimes && !l.wanted {
				return "`" + clip(textOf(when, l)) + "` never holds"
			}
			continue
		}
		if _, possible := r.oneCase(when, []literal{l}); !possible {
			return fmt.Sprintf("`%s` never holds: %s is %s", clip(textOf(when, l)), variable, r.ranges[variable])
		}
	}
	return contradiction
}

// String says what a number can be.
func (r milliRange) String() string {
	what := "a number"
	if r.whole {
		what = "a whole number"
	}
	switch {
	case r.lo > -milliTop && r.hi < milliTop:
		return fmt.Sprintf("%s from %s to %s", what, formatDecimal(r.lo, 3), formatDecimal(r.hi, 3))
	case r.lo > -milliTop:
		return fmt.Sprintf("%s, at least %s", what, formatDecimal(r.lo, 3))
	case r.hi < milliTop:
		return fmt.Sprintf("%s, at most %s", what, formatDecimal(r.hi, 3))
	}
	return what
}

// unused reports measures that no tier and no score looks at.
func unused(checked *CheckedDocument, f *findings) {
	used := slices.Clone(checked.Score.Measures)
	for _, when := range checked.When {
		used = append(used, when.Measures...)
	}
	for _, m := range checked.Doc.Measures {
		if m.Aggregate == ShareMentee {
			used = append(used, m.In)
		}
	}
	for _, m := range checked.Doc.Measures {
		if !slices.Contains(used, m.Name) {
			f.warnf(m.At, "measures."+m.Name, "it is shown in standings only; use it in a when or in the score, or remove it",
				"the measure `%s` decides nothing", m.Name)
		}
	}
}

// passNothing reports filters without a question about the fact that let nothing through.
func passNothing(checked *CheckedDocument, f *findings) {
	for i, where := range checked.Where {
		if where == nil || len(where.Asks) > 0 {
			continue
		}
		program, err := where.Program()
		if err != nil {
			continue
		}
		if out, _, err := program.Eval(cel.NoVars()); err != nil || out != types.True {
			name := checked.Doc.Measures[i].Name
			f.warnf(where.At, strings.Join([]string{"measures", name, "where"}, "."), "leave where out to take every fact",
				"no fact passes the where of `%s`", name)
		}
	}
}

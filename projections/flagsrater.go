package projections

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"laurel/domain/criteria"
)

// maximum finds the raters who only ever give the highest rating, although others rate the same mentors lower, or to so
// many mentors that it says nothing about any. Feedback about mentees is no fact: no score depends on it.
func (x *flagFinder) maximum() []Flag {
	const highest = 5000
	type rater struct {
		ratings int
		lower   bool
		mentors []*mentor // ascending
	}
	raters := make(map[uint32]*rater)
	for _, m := range x.mentors {
		for _, g := range x.until(m) {
			if g.Type != x.feedback {
				continue
			}
			by := m.menteeOf(g.Bond)
			r := raters[by]
			if r == nil {
				r = &rater{}
				raters[by] = r
			}
			r.ratings++
			r.lower = r.lower || g.Value < highest
			if n := len(r.mentors); n == 0 || r.mentors[n-1] != m {
				r.mentors = append(r.mentors, m)
			}
		}
	}
	var flags []Flag
	for by, r := range raters {
		if r.lower || r.ratings < x.RatingsMin {
			continue
		}
		people := x.facts.tables.People
		slices.SortFunc(r.mentors, func(a, b *mentor) int {
			return bytes.Compare(people[a.person][:], people[b.person][:])
		})
		others, sum := 0, criteria.Milli(0)
		var events []evidence
		g := Flag{Kind: FlagMaximum, People: []FlagPerson{x.flagPerson(by)}}
		for _, m := range r.mentors {
			g.People = append(g.People, x.flagPerson(m.person))
			for i, fact := range x.until(m) {
				switch {
				case fact.Type != x.feedback:
				case m.menteeOf(fact.Bond) == by:
					events = append(events, x.evidenceOf(&m.Facts[i]))
				default:
					others, sum = others+1, sum+criteria.Milli(fact.Value)
				}
			}
		}
		lower := others >= max(1, x.RatingsOfOthers) &&
			highest*criteria.Milli(others)-sum >= x.OthersBelow*criteria.Milli(others)
		if !lower && len(r.mentors) < x.RatedMin {
			continue
		}
		whom := g.People[1].String()
		if len(r.mentors) > 1 {
			whom = fmt.Sprintf("%d mentors", len(r.mentors))
		}
		g.Text = fmt.Sprintf("%s gave %d ratings, all of them 5, to %s.", g.People[0], r.ratings, whom)
		g.Numbers = []NamedDecimal{
			count("ratings", r.ratings), count("mentors", len(r.mentors)), count("ratings_of_others", others),
		}
		if others > 0 {
			mean := sum / criteria.Milli(others)
			g.Text = strings.TrimSuffix(g.Text, ".") + fmt.Sprintf("; others rate the same %s on average.", FormatMilli(mean))
			g.Numbers = append(g.Numbers, NamedDecimal{"mean_of_others", Decimal(mean)})
		}
		x.rest(&g, events)
		flags = append(flags, g)
	}
	return flags
}

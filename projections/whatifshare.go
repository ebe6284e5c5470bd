package projections

import (
	"math"
	"math/bits"

	"laurel/domain/criteria"
)

// shareBetween is what the largest part of a sum can be of the whole within a stretch, with the events of a shape and
// while the sum is within a range.
//
// Say the largest part is L. Then each mentee has part by no more than L, nor by more than there can be, and the sum is
// at most what these come to. That grows with L, ever more slowly: so the sum asks for an L of some size, and the
// share is smallest where the largest part is the least that it must be and the sum all that goes with it.
func (s *reaching) shareBetween(st *stretch, sh *shape, z *sizes, sum int, total criteria.Range) criteria.Range {
	if k := s.confirmKind(); k >= 0 && z.counts[k] > 0 {
		if f := s.kinds[k].flips[sum]; f.gains > 0 || f.loses {
			return criteria.Range{Low: 0, High: 1000}
		}
	}
	if total.High <= 0 {
		return criteria.Range{}
	}
	b := s.balanceOf(st, sh, z, sum)
	largest := b.largest(total.Low)
	r := criteria.Range{High: 1000}
	if at := min(b.whole(largest), total.High); at > 0 {
		r.Low = inThousandths(largest, at)
	}
	if total.Low > 0 {
		r.High = inThousandths(b.most, total.Low)
	}
	return r
}

// balance is what mentees can have part in a sum.
type balance struct {
	least   criteria.Milli   // what the largest part is at the least
	most    criteria.Milli   // and at the most
	parts   []criteria.Range // by mentee, and at the end nobody
	added   []addition
	nobodys criteria.Milli // what has no mentee
}

// addition is what events may add to the part of one mentee, or each of several to that of any.
type addition struct {
	to     criteria.Milli // what the mentee has part already, at the least that this can be for one of the class
	points criteria.Milli
	times  criteria.Milli
}

func (s *reaching) balanceOf(st *stretch, sh *shape, z *sizes, sum int) balance {
	b := balance{parts: st.parts[sum][:s.mentees], nobodys: st.parts[sum][s.mentees].High}
	for _, p := range b.parts {
		b.least, b.most = max(b.least, p.Low), max(b.most, p.High)
	}
	all := criteria.Milli(0)
	for i := range sh.slots {
		sl := &sh.slots[i]
		if points := s.addedIn(st, sl, sum); points > 0 {
			b.added = append(b.added, addition{s.leastPart(st, sum, sl.class), points, 1})
			all += points
		}
	}
	for k, n := range sh.loose {
		points := criteria.Milli(0)
		if n > 0 {
			points = s.mostLoose(st, z, sum, k)
		}
		switch {
		case points == 0:
		case s.kinds[k].kind == InputShared:
			b.nobodys += points * criteria.Milli(n)
		default:
			b.added = append(b.added, addition{0, points, criteria.Milli(n)})
			all += points * criteria.Milli(n)
		}
	}
	b.most += all
	return b
}

// leastPart is the least that the part of a mentee of a class can be at its largest within a stretch.
func (s *reaching) leastPart(st *stretch, sum, class int) criteria.Milli {
	c := &s.classes[class]
	if c.fresh {
		return 0
	}
	least := criteria.Milli(math.MaxInt64)
	for _, who := range c.members {
		least = min(least, st.parts[sum][s.whos[who].local].High)
	}
	return least
}

// whole is the most that the sum can be while no part is larger than the largest.
func (b *balance) whole(largest criteria.Milli) criteria.Milli {
	whole := b.nobodys
	for _, p := range b.parts {
		whole += min(largest, p.High)
	}
	for _, a := range b.added {
		whole += a.times * (min(largest, a.to+a.points) - min(largest, a.to))
	}
	return whole
}

// largest is the least that the largest part can be while the sum is what it is.
func (b *balance) largest(sum criteria.Milli) criteria.Milli {
	low, high := b.least, max(b.least, b.most)
	for low < high {
		middle := low + (high-low)/2
		if b.whole(middle) >= sum {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// inThousandths is a part of a whole, rounded down to a thousandth; of more than the whole it is 1000.
func inThousandths(part, whole criteria.Milli) criteria.Milli {
	if part >= whole {
		return 1000
	}
	high, low := bits.Mul64(uint64(part), 1000)
	q, _ := bits.Div64(high, low, uint64(whole))
	return criteria.Milli(q)
}

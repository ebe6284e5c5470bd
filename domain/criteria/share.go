package criteria

import "math/bits"

// share returns the largest part of the sum that one mentee contributed, rounded down to a thousandth.
func (s *state) share() Milli {
	if s.total == 0 {
		return 0
	}
	// At most 10^9 thousandths a fact and 4*10^9 facts: 1000 times the part may pass an int64.
	hi, lo := bits.Mul64(uint64(s.parts.max()), 1000)
	q, _ := bits.Div64(hi, lo, uint64(s.total))
	return Milli(q)
}

// maxTree keeps one amount for each of n mentees and the greatest of them: a binary tree in an array, whose leaves
// are at n and above, where a parent holds the greater of its two children.
type maxTree struct {
	n    int
	node []Milli
}

func (t *maxTree) reset(n int) {
	t.n = n
	t.node = cleared(t.node, 2*n)
}

func (t *maxTree) add(mentee uint32, amount Milli) {
	i := t.n + int(mentee)
	t.node[i] += amount
	for ; i > 1; i /= 2 {
		greater := max(t.node[i], t.node[i^1])
		if t.node[i/2] == greater {
			return
		}
		t.node[i/2] = greater
	}
}

func (t *maxTree) max() Milli {
	switch {
	case t.n == 0:
		return 0
	default:
		return t.node[1]
	}
}

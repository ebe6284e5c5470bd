package projections

import "slices"

// best keeps the first few of many in an order, without sorting them all.
type best[T any] struct {
	max     int
	compare func(a, b T) int
	list    []T // the first max in order, once there are that many, and after them newer ones
	full    bool
}

// add takes one in.
func (b *best[T]) add(v T) {
	if b.full && b.compare(v, b.list[b.max-1]) >= 0 {
		return
	}
	b.list = append(b.list, v)
	if len(b.list) >= 2*b.max {
		b.settle()
	}
}

func (b *best[T]) settle() {
	slices.SortFunc(b.list, b.compare)
	b.full = len(b.list) >= b.max
	b.list = b.list[:min(len(b.list), b.max)]
}

// first returns what was kept, in order.
func (b *best[T]) first() []T {
	b.settle()
	return b.list
}

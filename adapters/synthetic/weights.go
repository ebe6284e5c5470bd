package synthetic

// weights say how busy each mentor is, in the order in which they join. They follow the law of Zipf and Mandelbrot:
// the weight of rank k is as 1/(k + q), so that few do much and most do little, but nobody does everything.
type weights struct {
	sums []uint64 // of the weights up to each mentor, inclusive
	// guide[i] is the first mentor whose sum is above i << shift: where to begin to look.
	guide []uint32
	shift uint
}

const weightOne = 1 << 30

func newWeights(mentors int, seed uint64) weights {
	w := weights{sums: make([]uint64, mentors)}
	ranks := make([]uint32, mentors)
	for i := range ranks {
		ranks[i] = uint32(i)
	}
	r := newRandom(mix(seed))
	for i := len(ranks) - 1; i > 0; i-- {
		j := r.below(uint64(i + 1))
		ranks[i], ranks[j] = ranks[j], ranks[i]
	}
	q := uint64(mentors)/200 + 2
	total := uint64(0)
	for i, rank := range ranks {
		total += weightOne / (uint64(rank) + q)
		w.sums[i] = total
	}
	for total>>w.shift > uint64(mentors) {
		w.shift++
	}
	w.guide = make([]uint32, total>>w.shift+1)
	m := uint32(0)
	for i := range w.guide {
		for w.sums[m] <= uint64(i)<<w.shift && int(m) < mentors-1 {
			m++
		}
		w.guide[i] = m
	}
	return w
}

// pick draws one of the first mentors.
func (w *weights) pick(r *random, joined int) uint32 {
	u := r.below(w.sums[joined-1])
	m := w.guide[u>>w.shift]
	for w.sums[m] <= u {
		m++
	}
	return m
}

package synthetic

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"github.com/google/uuid"
)

// random draws integers only, so that every machine draws the same.
type random struct{ pcg rand.PCG }

func newRandom(seed uint64) random {
	var r random
	r.pcg.Seed(seed, 0x6c617572656c) // "laurel"
	return r
}

// below returns a number from 0 to n-1. The bias is below n in 2^64.
func (r *random) below(n uint64) uint64 {
	high, _ := bits.Mul64(r.pcg.Uint64(), n)
	return high
}

// chance is true in so many of 1000 cases.
func (r *random) chance(thousandths uint64) bool { return r.below(1000) < thousandths }

// mix scrambles a number: the finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// space keeps the ids of different kinds of things apart.
type space uint64

const (
	eventSpace space = iota + 1
	mentorshipSpace
)

// id derives a uuid of version 8, the one for ids of a maker's own scheme, from the seed and a number.
func id(seed uint64, s space, n uint64) uuid.UUID {
	var u uuid.UUID
	high := mix(seed ^ mix(uint64(s)<<56^n))
	binary.BigEndian.PutUint64(u[:8], high)
	binary.BigEndian.PutUint64(u[8:], mix(high^n))
	u[6] = u[6]&0x0f | 0x80
	u[8] = u[8]&0x3f | 0x80
	return u
}

package projections

import (
	"hash/maphash"

	"github.com/google/uuid"
)

// idIndex finds small numbers by uuid: an open-addressing hash table that holds only the numbers and looks the uuids up
// where they are kept anyway. It takes a quarter of the memory of a map.
type idIndex struct {
	seed  maphash.Seed
	slots []uint32 // a number plus one; 0 is free
	used  int
}

func newIDIndex() idIndex { return idIndex{seed: maphash.MakeSeed(), slots: make([]uint32, 16)} }

func (x *idIndex) slot(id uuid.UUID) int {
	return int(maphash.Bytes(x.seed, id[:]) & uint64(len(x.slots)-1))
}

// find returns the number of an id; idOf returns the id of a number.
func (x *idIndex) find(id uuid.UUID, idOf func(uint32) uuid.UUID) (uint32, bool) {
	for i := x.slot(id); x.slots[i] != 0; i = (i + 1) & (len(x.slots) - 1) {
		if n := x.slots[i] - 1; idOf(n) == id {
			return n, true
		}
	}
	return 0, false
}

// add enters a number that is not there. Its own id need not be known to idOf yet.
func (x *idIndex) add(n uint32, id uuid.UUID, idOf func(uint32) uuid.UUID) {
	if x.used*8 >= len(x.slots)*7 {
		old := x.slots
		x.slots = make([]uint32, 2*len(old))
		for _, s := range old {
			if s != 0 {
				x.put(s, idOf(s-1))
			}
		}
	}
	x.put(n+1, id)
	x.used++
}

func (x *idIndex) put(value uint32, id uuid.UUID) {
	i := x.slot(id)
	for x.slots[i] != 0 {
		i = (i + 1) & (len(x.slots) - 1)
	}
	x.slots[i] = value
}

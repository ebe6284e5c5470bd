package projections

import (
	"hash/maphash"

	"github.com/google/uuid"
)

// idIndex finds small numbers by uuid: an open-addressing hash table that holds only the numbers and looks the uuids up
// where they are kept anyway. It takes a quarter of the memory of a map.
//
// Numbers are given out in turn, so they leave the upper bits of their slots free. These hold a part of the uuid's hash:
// a number with another one need not be looked up, which would mostly have to wait for memory.
type idIndex struct {
	seed  maphash.Seed
	slots []uint32 // below the length, a number plus one; above, the tag of its uuid; 0 is free
	used  int
}

func newIDIndex() idIndex { return idIndex{seed: maphash.MakeSeed(), slots: make([]uint32, 16)} }

// slot returns where to look for an id first, and the tag of its entry.
func (x *idIndex) slot(id *uuid.UUID) (i int, tag uint32) {
	h := maphash.Bytes(x.seed, id[:])
	mask := uint32(len(x.slots) - 1)
	return int(uint32(h) & mask), uint32(h>>32) &^ mask
}

// find returns the number of an id; idOf returns the id of a number.
func (x *idIndex) find(id uuid.UUID, idOf func(uint32) uuid.UUID) (uint32, bool) {
	slots := x.slots
	mask := uint32(len(slots) - 1)
	for i, tag := x.slot(&id); slots[i] != 0; i = (i + 1) & int(mask) {
		if s := slots[i]; s&^mask == tag {
			if n := s&mask - 1; idOf(n) == id {
				return n, true
			}
		}
	}
	return 0, false
}

// add enters the next number, which is how many are there. Its own id need not be known to idOf yet.
func (x *idIndex) add(n uint32, id uuid.UUID, idOf func(uint32) uuid.UUID) {
	if x.used*8 >= len(x.slots)*7 {
		old, mask := x.slots, uint32(len(x.slots)-1)
		x.slots = make([]uint32, 2*len(old))
		for _, s := range old {
			if s != 0 {
				x.put(s&mask-1, idOf(s&mask-1))
			}
		}
	}
	x.put(n, id)
	x.used++
}

func (x *idIndex) put(n uint32, id uuid.UUID) {
	i, tag := x.slot(&id)
	for x.slots[i] != 0 {
		i = (i + 1) & (len(x.slots) - 1)
	}
	x.slots[i] = (n + 1) | tag
}

package projections

// warmWindow is how many inputs are looked up ahead: few enough that what they touch is still in the caches when they
// are folded.
const warmWindow = 128

// warmer brings what folding will touch into the processor's caches. Folding is a chain of look-ups, each in another
// part of the memory, and would wait for each; looking up many inputs side by side waits for all of them at once.
type warmer struct {
	refs [warmWindow]bondRef
	sum  int64 // what was touched, so that nothing is optimized away
}

// warm touches what the inputs, at most warmWindow, refer to. It changes nothing.
func (w *warmer) warm(f *Facts, inputs []Input) {
	sum := w.sum
	for i := range inputs {
		if inputs[i].Kind == InputFact {
			slot, _ := f.roomOf.slot(&inputs[i].Stream)
			sum += int64(f.roomOf.slots[slot])
		}
	}
	for i := range inputs {
		w.refs[i].mentor = none
		if inputs[i].Kind == InputFact {
			if room, found := f.roomOf.find(inputs[i].Stream, f.roomID); found {
				w.refs[i] = f.rooms[room].bondRef
			}
		}
	}
	for _, ref := range w.refs[:len(inputs)] {
		if ref.mentor != none {
			m := &f.mentors[ref.mentor]
			sum += int64(len(m.Facts)) + int64(m.person) + int64(len(m.Bonds))
		}
	}
	for _, ref := range w.refs[:len(inputs)] {
		if ref.mentor != none {
			m := &f.mentors[ref.mentor]
			if n := len(m.Facts); n > 0 {
				sum += m.Facts[n-1].At
			}
			if ref.bond < uint32(len(m.bonds)) {
				sum += m.bonds[ref.bond].startedNS + int64(m.Bonds[ref.bond])
			}
		}
	}
	w.sum = sum
}

// foldWarm folds inputs.
func (f *Facts) foldWarm(w *warmer, inputs []Input) error {
	for len(inputs) > 0 {
		n := min(len(inputs), warmWindow)
		w.warm(f, inputs[:n])
		if err := f.foldAll(inputs[:n]); err != nil {
			return err
		}
		inputs = inputs[n:]
	}
	return nil
}

package criteria

// Fact is one thing that counts for one mentor in one program, folded from one event: fixed size, dictionary-encoded,
// no pointers. Facts of a mentor are kept in order of (At, Seq).
type Fact struct {
	At    int64  // occurred at, Unix nanoseconds
	Seq   uint32 // the event's ordinal in the log, from 0
	Bond  uint32 // index into Mentor.Bonds: the mentorship; NoBond for a PracticeShared
	Type  uint8  // TypeCode
	Flags uint8  // FlagConfirmed, FlagAttested
	Value int16  // minutes, levels, or rating in thousandths, by the type
	Label uint16 // dictionary code of channel, rater or visibility, by the type
	Skill uint16 // dictionary code; 0 is ""
}

// NoBond is the Bond of a fact that belongs to no mentorship.
const NoBond = ^uint32(0)

const (
	FlagConfirmed uint8 = 1 << iota
	FlagAttested
)

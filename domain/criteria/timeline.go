package criteria

// NoTier is the tier of a mentor who holds none. Tiers are numbered as in the document, lowest first.
const NoTier = -1

// Elapsed is the cause of a transition that no fact caused but the passage of time.
const Elapsed = int64(-1)

// Transition is a change of tier.
type Transition struct {
	At    int64 // Unix nanoseconds
	Cause int64 // Fact.Seq of the last fact at that instant, or Elapsed
	From  int16 // tier or NoTier
	To    int16 // tier or NoTier
}

// Timeline is what Evaluate finds out about one mentor. Its slices belong to whoever evaluates: see Evaluator.
type Timeline struct {
	Tier        int16        // held at the as-of time, or NoTier
	Score       Milli        // at the as-of time
	Measures    []Milli      // at the as-of time, in document order
	Transitions []Transition // all up to the as-of time, oldest first
	Due         int64        // the next instant at which something changes without a fact; the greatest int64 for never
}

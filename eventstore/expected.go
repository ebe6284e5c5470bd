package eventstore

import "strconv"

// Expected is what an append expects of its stream. The zero value is Any.
type Expected uint64

const (
	Any          Expected = iota // whatever the stream holds
	NoStream                     // the stream has no events
	StreamExists                 // the stream has at least one event

	expectedExact // Exact(0)
)

// Exact expects the stream's newest event to have this revision.
func Exact(r Revision) Expected { return expectedExact + Expected(r) }

// Revision returns the revision that an exact expectation names.
func (e Expected) Revision() (r Revision, exact bool) {
	if e < expectedExact {
		return 0, false
	}
	return Revision(e - expectedExact), true
}

func (e Expected) String() string {
	switch e {
	case Any:
		return "any revision"
	case NoStream:
		return "no stream"
	case StreamExists:
		return "an existing stream"
	}
	return "revision " + strconv.FormatUint(uint64(e-expectedExact), 10)
}

// Met tells whether a stream in this state is as expected; actual is its newest revision, when it exists.
func (e Expected) Met(exists bool, actual Revision) bool {
	switch e {
	case Any:
		return true
	case NoStream:
		return !exists
	case StreamExists:
		return exists
	}
	return exists && Exact(actual) == e
}

// metBefore tells whether the expectation held for an append whose first event got this revision.
func (e Expected) metBefore(first Revision) bool {
	switch e {
	case Any, StreamExists:
		return true
	case NoStream:
		return first == 0
	}
	return first > 0 && Exact(first-1) == e
}

package eventstore

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// positionStart is the text of the zero Position.
const positionStart = "start"

// NewPosition makes a position of the log with this tag, for stores to hand out. The tag is not 0: that is how the zero
// Position, which belongs to every log, is told from the others.
func NewPosition(log uint32, major, minor uint64) Position {
	return Position{log: log, major: major, minor: minor}
}

// Log returns the tag of the log that gave the position out, 0 for the zero Position.
func (p Position) Log() uint32 { return p.log }

// Major returns the more significant part, whose meaning is the store's; 0 where a store needs only one.
func (p Position) Major() uint64 { return p.major }

// Minor returns the less significant part, whose meaning is the store's.
func (p Position) Minor() uint64 { return p.minor }

// IsZero tells whether p is the position before the first event.
func (p Position) IsZero() bool { return p == Position{} }

// String returns the text that ParsePosition reads back: "start" for the zero Position, else the tag of the log and
// the place in it, such as "9c1e22a0-7706".
func (p Position) String() string {
	if p.IsZero() {
		return positionStart
	}
	if p.major == 0 {
		return fmt.Sprintf("%08x-%d", p.log, p.minor)
	}
	return fmt.Sprintf("%08x-%d.%d", p.log, p.major, p.minor)
}

// MarshalText is String, for JSON.
func (p Position) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// ComparePositions orders two positions of one log by their parts, for stores whose positions are ordered so.
func ComparePositions(a, b Position) int {
	return cmp.Or(cmp.Compare(a.major, b.major), cmp.Compare(a.minor, b.minor))
}

// ParsePositionText reads the text form of a position of any log. Stores use it in their ParsePosition, which also
// knows whether the position is theirs.
func ParsePositionText(text string) (Position, error) {
	if text == positionStart {
		return Position{}, nil
	}
	tag, place, _ := strings.Cut(text, "-")
	major, minor, two := strings.Cut(place, ".")
	if !two {
		major, minor = "0", place
	}
	log, errLog := strconv.ParseUint(tag, 16, 32)
	high, errMajor := strconv.ParseUint(major, 10, 64)
	low, errMinor := strconv.ParseUint(minor, 10, 64)
	p := NewPosition(uint32(log), high, low)
	// Only the canonical text is accepted, so that equal positions have equal texts.
	if errLog != nil || errMajor != nil || errMinor != nil || log == 0 || p.String() != text {
		return Position{}, &InvalidError{What: fmt.Sprintf("position %q", text),
			Reason: `want "start", or a position as a command printed it, such as "9c1e22a0-7706"`}
	}
	return p, nil
}

// ParsePositionOf is ParsePosition for a store with this tag and newest position.
func ParsePositionOf(text string, log uint32, head Position) (Position, error) {
	p, err := ParsePositionText(text)
	if err != nil {
		return Position{}, err
	}
	return p, CheckPosition(p, log, head)
}

// CheckPosition refuses a position that the log with this tag and newest position did not give out: one of another
// log, or one after the head.
func CheckPosition(p Position, log uint32, head Position) error {
	switch {
	case p.IsZero():
		return nil
	case p.log != log:
		return &InvalidError{What: "position " + p.String(),
			Reason: fmt.Sprintf("it belongs to another log; this log's positions begin with %08x", log)}
	case ComparePositions(p, head) > 0:
		return &InvalidError{What: "position " + p.String(), Reason: "it is after the head of the log, " + head.String()}
	case p.major == 0 && p.minor == 0:
		return &InvalidError{What: "position " + p.String(), Reason: `the position before the first event is "start"`}
	}
	return nil
}

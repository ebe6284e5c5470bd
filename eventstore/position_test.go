package eventstore

import (
	"errors"
	"fmt"
	"testing"
)

func TestCodes(t *testing.T) {
	for want, errs := range map[Code][]error{
		CodeConflict:    {&ConflictError{}, &IDReusedError{}},
		CodeInvalid:     {&InvalidError{}},
		CodeNotFound:    {&StreamNotFoundError{}},
		CodeTooLarge:    {&TooLargeError{}},
		CodeCorrupt:     {&CorruptError{}},
		CodeLocked:      {&LockedError{}},
		CodeUnavailable: {&UnavailableError{Err: errors.New("x")}, ErrClosed},
		"":              {errors.New("x"), nil},
	} {
		for _, err := range errs {
			if got := CodeOf(err); got != want {
				t.Errorf("%T has code %q, want %q", err, got, want)
			}
			if err == nil {
				continue
			}
			if got := CodeOf(fmt.Errorf("wrapped: %w", err)); got != want {
				t.Errorf("%T wrapped has code %q, want %q", err, got, want)
			}
		}
	}
}

func TestCorruptErrorNamesThePlace(t *testing.T) {
	err := &CorruptError{Path: "d/events.bolt", Position: NewPosition(0x9c1e22a0, 0, 7706), Offset: 123, Reason: "bad"}
	want := "event log d/events.bolt is damaged at position 9c1e22a0-7706, byte offset 123: bad; restore it from a backup"
	if err.Error() != want {
		t.Fatalf("got %q, want %q", err, want)
	}
}

func FuzzPosition(f *testing.F) {
	for _, text := range []string{"start", "9c1e22a0-7706", "00000001-1.2", "", "-", "ffffffff-18446744073709551615.0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePositionText(text)
		if err != nil {
			return
		}
		if p.String() != text {
			t.Fatalf("%q came back as %q", text, p)
		}
	})
}

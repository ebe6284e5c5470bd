package bbolt

import (
	"errors"
	"reflect"
	"testing"

	"laurel/eventstore"
)

func TestReadRawReadsWhatReadAllReads(t *testing.T) {
	want := newSample(t)
	s := open(t, want.dir)
	for _, r := range []struct{ after, until int }{
		{0, 0}, {0, 420}, {0, 1}, {0, 137}, {61, 0}, {199, 200}, {420, 0}, {300, 200},
	} {
		var after, until eventstore.Position
		if r.after > 0 {
			after = want.events[r.after-1].Position
		}
		end := len(want.events)
		if r.until > 0 {
			until, end = want.events[r.until-1].Position, r.until
		}
		at := r.after
		for chunk, err := range s.ReadRaw(t.Context(), after, until) {
			if err != nil {
				t.Fatal(err)
			}
			if err := chunk.Each(func(e *eventstore.RecordedEvent) error {
				if !reflect.DeepEqual(*e, want.events[at]) {
					t.Fatalf("event %d is %+v, want %+v", at, *e, want.events[at])
				}
				at++
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if at != max(end, r.after) {
			t.Errorf("after %d until %d: read up to %d", r.after, r.until, at)
		}
	}
	stop := errors.New("stop")
	for chunk := range s.ReadRaw(t.Context(), eventstore.Position{}, eventstore.Position{}) {
		if err := chunk.Each(func(*eventstore.RecordedEvent) error { return stop }); err != stop {
			t.Fatalf("got error %v, want that of the callback", err)
		}
	}
	other := eventstore.NewPosition(s.tag+1, 0, 1)
	for _, err := range s.ReadRaw(t.Context(), eventstore.Position{}, other) {
		var invalid *eventstore.InvalidError
		if !errors.As(err, &invalid) {
			t.Fatalf("got error %v for a foreign position, want %T", err, invalid)
		}
	}
}

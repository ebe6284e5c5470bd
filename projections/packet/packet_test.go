package packet_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"laurel/eventstore"
	"laurel/projections"
)

// TestRoundTrip writes packets of several times and positions: each holds, and is the same when it is written again.
func TestRoundTrip(t *testing.T) {
	small := smallWorld(t)
	for name, w := range map[string]*world{"git": gitWorld(t), "small": small} {
		n := 0
		for _, err := range w.store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
			w.must(err)
			n++
		}
		for _, asOf := range []time.Time{{}, time.Date(2025, 1, 6, 13, 0, 0, 0, time.UTC),
			time.Date(2016, 6, 1, 0, 0, 0, 0, time.UTC)} {
			places := []int{0, n * 2 / 3}
			if w == small {
				places = append(places, n/2, n-1, n-2, n-3, n-4)
			}
			for _, upTo := range places {
				for _, names := range []bool{false, true} {
					from := w.source(asOf, upTo, names)
					b, m := w.write(from)
					v := check(t, b)
					if !v.Holds || v.Counts != m.Counts || v.Position != from.Position.String() || !v.AsOf.Equal(from.AsOf) {
						t.Fatalf("%s as of %s, %d events, names %v: %+v\n%s", name, asOf, upTo, names, v, describe(v))
					}
					if upTo > 0 && w != small {
						continue
					}
					if again, _ := w.write(from); !bytes.Equal(again, b) {
						t.Fatal("the same log gives another packet")
					}
				}
			}
		}
	}
	if v := check(t, first(small.write(small.source(time.Time{}, 0, false)))); v.Counts.Findings != 2 {
		t.Errorf("%d awards do not hold up, want 2", v.Counts.Findings)
	}
}

func first[A, B any](a A, _ B) A { return a }

// TestWhatIsInIt holds the files of a packet against what they are said to be.
func TestWhatIsInIt(t *testing.T) {
	w := smallWorld(t)
	from := w.source(time.Time{}, 0, true)
	b, m := w.write(from)
	files := unzip(t, b)
	standings := projections.NewStandings(from.Facts, from.People, "git", w.plan, from.AsOf, 1)
	want, err := json.Marshal(standings)
	w.must(err)
	if got := *body(t, files, "standings.json"); !bytes.Equal(bytes.TrimSpace(got), want) {
		t.Errorf("the standings are\n%s\nwant\n%s", got, want)
	}
	document := "criteria/" + strings.TrimPrefix(w.plan.Hash, "sha256:") + ".json"
	if got := *body(t, files, document); string(got) != string(w.plan.Doc.Canonical()) {
		t.Errorf("the criteria are %s", got)
	}
	// Every line is the line of the log, apart from what is personal.
	events := string(*body(t, files, "events.jsonl"))
	n := 0
	for e, err := range w.store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		w.must(err)
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		w.must(enc.Encode(eventstore.NewLine(e)))
		if strings.Contains(events, e.ID.String()) && !bytes.Contains(e.Data, []byte("personal")) {
			n++
			if !strings.Contains(events, line.String()) {
				t.Errorf("event %s is not as the log has it", &line)
			}
		}
	}
	if n < 8 || m.Counts.Events != strings.Count(events, "\n") {
		t.Errorf("%d events were compared, of %d", n, m.Counts.Events)
	}
}

// TestNothingPersonal looks for what must not be in a packet.
func TestNothingPersonal(t *testing.T) {
	w := smallWorld(t)
	for _, names := range []bool{false, true} {
		var all strings.Builder
		for _, f := range unzip(t, first(w.write(w.source(time.Time{}, 0, names)))) {
			all.Write(f.body)
		}
		never := []string{"example.org", "hr-", "between", "Cid", "Thyme", "Zoe", zoe.String(), elsewhere.String(), "svn",
			"secret", "ConsentGranted"}
		if !names {
			never = append(never, "Ada", "Ben", "Fern", "PersonRegistered")
		} else if !strings.Contains(all.String(), `"name":"Ada Fern"`) {
			t.Error("names were asked for, and are not there")
		}
		for _, text := range never {
			if strings.Contains(all.String(), text) {
				t.Errorf("names %v: the packet holds %q", names, text)
			}
		}
	}
}

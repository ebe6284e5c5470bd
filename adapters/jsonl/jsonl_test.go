package jsonl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/jsonl"
	"laurel/domain"
	"laurel/eventstore"
)

const (
	mentor  = "0b0f8f4e-53a2-4d3e-9d0b-0f3f5f0d7a01"
	mentee  = "0b0f8f4e-53a2-4d3e-9d0b-0f3f5f0d7a02"
	room    = "mentorship-0b0f8f4e-53a2-4d3e-9d0b-0f3f5f0d7a03"
	started = `{"id":"0b0f8f4e-53a2-4d3e-9d0b-0f3f5f0d7a04","type":"MentorshipStarted","stream":"` + room +
		`","occurred_at":"2026-01-01T00:00:00Z","data":{"program":"p","mentor":"` + mentor + `","mentee":"` + mentee + `"}}`
	session = `{"type":"SessionHeld","stream":"` + room + `","occurred_at":"2026-01-02T00:00:00+01:00","source":"crm",` +
		`"actor":"import:crm","schema":1,"payload":{"channel":"call","minutes":30}}`
)

func importText(t *testing.T, store eventstore.Store, text string) (jsonl.Report, []jsonl.Reject) {
	t.Helper()
	var rejects []jsonl.Reject
	report, err := jsonl.Import(t.Context(), store, strings.NewReader(text), "in.jsonl",
		func(r jsonl.Reject) error { rejects = append(rejects, r); return nil }, eventstore.IngestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return report, rejects
}

func TestImport(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	text := "\xef\xbb\xbf" + started + "\r\n\n" + session // a byte order mark, an empty line, no end of line
	report, rejects := importText(t, store, text)
	if report.AppendedTotal() != 2 || report.Lines != 2 || len(rejects) != 0 {
		t.Fatalf("%+v, rejects %+v", report, rejects)
	}
	for e, err := range store.ReadStream(t.Context(), room, 1, eventstore.Forward) {
		if err != nil {
			t.Fatal(err)
		}
		wantID := uuid.NewSHA1(uuid.NewSHA1(uuid.NameSpaceURL, []byte("laurel:crm")), []byte(session))
		if e.ID != wantID || e.Meta.Source != "crm" || e.Meta.Actor != "import:crm" ||
			!e.Meta.OccurredAt.Equal(time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)) ||
			string(e.Data) != `{"channel":"call","minutes":30}` {
			t.Errorf("recorded %+v %s", e, e.Data)
		}
	}
	report, rejects = importText(t, store, text)
	if report.AppendedTotal() != 0 || report.AlreadyThere != 2 || len(rejects) != 0 {
		t.Errorf("imported again: %+v, rejects %+v", report, rejects)
	}
}

func TestRejects(t *testing.T) {
	line := func(old, new string) string {
		changed := strings.Replace(session, old, new, 1)
		if changed == session {
			t.Fatalf("%q is not in the line", old)
		}
		return changed
	}
	for _, c := range []struct{ name, line, want string }{
		{"not JSON", `hello`, "the line is not a JSON object"},
		{"array", `[1]`, "the line is not a JSON object"},
		{"cut off", session[:60], "ends too early"},
		{"two objects", session + session, "something after the JSON object"},
		{"unknown field", line(`"actor"`, `"acter"`), "did you mean actor?"},
		{"twice", line(`"schema":1`, `"type":"GoalMet"`), "type: is given twice"},
		{"no type", line(`"type":"SessionHeld",`, ``), "type: is missing"},
		{"misspelt type", line(`SessionHeld`, `SesionHeld`), "did you mean SessionHeld?"},
		{"no time", line(`"occurred_at":"2026-01-02T00:00:00+01:00",`, ``), "occurred_at: is missing"},
		{"time without zone", line(`00:00:00+01:00`, `00:00:00`), "is not an RFC 3339 time"},
		{"year 0", line(`2026`, `0000`), "occurred_at: 0000-01-02T00:00:00+01:00 is out of range; times go from 1900"},
		{"before year 0", line(`2026-01-02`, `0000-01-01`), "occurred_at: 0000-01-01T00:00:00+01:00 is out of range"},
		{"year 9999", line(`2026`, `9999`), "occurred_at: 9999-01-02T00:00:00+01:00 is out of range"},
		{"bad id", line(`{"type"`, `{"id":"7","type"`), `id: "7" is not a uuid`},
		{"id a number", line(`{"type"`, `{"id":7,"type"`), "id: 7 is not a text"},
		{"bad stream", line(room, "mentorships-1"), "did you mean mentorship?"},
		{"wrong stream", line(room, "person-"+mentor), "belongs on a stream mentorship-"},
		{"schema 0", line(`"schema":1`, `"schema":0`), "schema: 0 is not a version"},
		{"schema 9", line(`"schema":1`, `"schema":9`), "9"},
		{"data a text", line(`{"channel":"call","minutes":30}`, `"x"`), "data: it is not a JSON object"},
		{"unknown payload field", line(`"minutes"`, `"minuts"`), "minutes"},
		{"wrong kind", line(`30`, `"30"`), "minutes"},
		{"out of range", line(`30`, `3000`), "minutes: 3000 is out of range"},
		{"both", line(`"schema":1`, `"data":{}`), "payload: is another name for data"},
		{"no such mentorship", line(room, room[:len(room)-1]+"9"), "never started"},
		{"not UTF-8", line(`call`, "c\xffll"), "not UTF-8"},
		{"too long", line(`call`, strings.Repeat("x", 1<<20)), "longer than 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := eventstore.NewMemory()
			defer store.Close()
			report, rejects := importText(t, store, started+"\n"+c.line+"\n"+session+"\n")
			if report.AppendedTotal() != 2 || report.Rejected != 1 || len(rejects) != 1 || len(report.Rejections) != 1 {
				t.Fatalf("%+v, rejects %+v", report, rejects)
			}
			if r := rejects[0]; r.Line != 2 || r.File != "in.jsonl" || !strings.Contains(r.Reason, c.want) {
				t.Errorf("rejected for %q, want %q", r.Reason, c.want)
			}
		})
	}
}

func TestOtherContentIsRejected(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	importText(t, store, started)
	_, rejects := importText(t, store, strings.Replace(started, `"program":"p"`, `"program":"q"`, 1))
	if len(rejects) != 1 || !strings.Contains(rejects[0].Reason, "another event with this id") {
		t.Errorf("rejects %+v", rejects)
	}
}

func TestWrongEncoding(t *testing.T) {
	for _, text := range []string{"\xff\xfe{\x00", "\x1f\x8b\x08"} {
		_, err := jsonl.Import(t.Context(), eventstore.NewMemory(), strings.NewReader(text), "in.jsonl", nil,
			eventstore.IngestOptions{})
		if err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}

// TestRoundTrip exports a log as `laurel log show -o jsonl` does, and imports it into another store.
func TestRoundTrip(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	importText(t, store, started+"\n"+session)
	export := func(s eventstore.Store, own bool) string {
		var b strings.Builder
		for e, err := range s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			line := map[string]any{
				"id": e.ID, "type": e.Type, "stream": e.Stream, "revision": e.Revision, "occurred_at": e.Meta.OccurredAt,
				"source": e.Meta.Source, "schema": e.Meta.Schema, "data": json.RawMessage(e.Data),
			}
			if own {
				line["position"], line["recorded_at"] = e.Position, e.RecordedAt
			}
			if e.Meta.Actor != "" {
				line["actor"] = e.Meta.Actor
			}
			text, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%s\n", text)
		}
		return b.String()
	}
	other := eventstore.NewMemory()
	defer other.Close()
	if _, rejects := importText(t, other, export(store, true)); len(rejects) > 0 {
		t.Fatal(rejects)
	}
	if a, b := export(store, false), export(other, false); a != b {
		t.Errorf("exported\n%s, imported\n%s", a, b)
	}
}

func TestRejectsFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "events.jsonl")
	r := strings.NewReader(started + "\n")
	store := eventstore.NewMemory()
	defer store.Close()
	file := jsonl.NewRejectsFile(jsonl.RejectsName(name))
	report, err := jsonl.Import(t.Context(), store, r, name, file.Add, eventstore.IngestOptions{})
	if err != nil || report.Appended[domain.TypeMentorshipStarted] != 1 {
		t.Fatal(report, err)
	}
	if got, err := file.Close(); got != "" || err != nil {
		t.Errorf("rejects file %q, %v although nothing was rejected", got, err)
	}
	if _, err := jsonl.Import(t.Context(), store, strings.NewReader("<&>\n"), name, file.Add, eventstore.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	got, err := file.Close()
	if err != nil || got != name+".rejected.jsonl" {
		t.Fatal(got, err)
	}
	info, err := os.Stat(got)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %o", mode)
	}
	text, err := os.ReadFile(got)
	if err != nil || !strings.Contains(string(text), `"line":1`) || !strings.Contains(string(text), `"text":"<&>"`) {
		t.Errorf("%s, %v", text, err)
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(started))
	f.Add([]byte(session))
	f.Add([]byte(strings.Replace(session, "2026-01-02T00:00:00+01:00", "0000-01-01T00:00:00+01:00", 1)))
	f.Add([]byte(`{"type":"GoalMet","stream":"` + room + `","occurred_at":"2026-01-01T00:00:00Z","data":{"imported":true}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		item, err := jsonl.ParseLine(line)
		if err != nil {
			return
		}
		e := item.Event
		n, err := eventstore.Encode(e)
		if err != nil {
			t.Fatalf("what was parsed cannot be encoded: %v", err)
		}
		text, err := json.Marshal(map[string]any{
			"id": e.ID, "type": n.Type, "stream": item.Stream, "occurred_at": e.Meta.OccurredAt.Format(time.RFC3339Nano),
			"actor": e.Meta.Actor, "source": e.Meta.Source, "correlation_id": e.Meta.CorrelationID,
			"causation_id": e.Meta.CausationID, "schema": n.Meta.Schema, "data": json.RawMessage(n.Data),
		})
		if err != nil {
			t.Fatal(err)
		}
		again, err := jsonl.ParseLine(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		m, err := eventstore.Encode(again.Event)
		if err != nil || again.Stream != item.Stream || again.Event.ID != e.ID || !bytes.Equal(m.Data, n.Data) ||
			!again.Event.Meta.OccurredAt.Equal(e.Meta.OccurredAt) {
			t.Errorf("%s became %s, %v", n.Data, m.Data, err)
		}
	})
}

package csvfile_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"laurel/adapters/csvfile"
	"laurel/eventstore"
)

var update = flag.Bool("update", false, "write the golden files anew")

func profile(t testing.TB, name string) *csvfile.Profile {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	p, err := csvfile.ParseProfile(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// dump lists a log as text.
func dump(t *testing.T, store eventstore.Store) string {
	t.Helper()
	var b strings.Builder
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s\n  %s %s %s %s\n  %s\n", e.Type, e.Stream, e.ID, e.Meta.OccurredAt.Format("2006-01-02T15:04:05Z07:00"),
			e.Meta.Source, e.Meta.Actor, e.Data)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// TestExamples imports the example tables, twice, and compares the log and the rejects with golden files.
func TestExamples(t *testing.T) {
	for _, name := range []string{"promotions", "sessions", "survey"} {
		t.Run(name, func(t *testing.T) {
			p := profile(t, name+".profile.yaml")
			store := eventstore.NewMemory()
			defer store.Close()
			load := func(o eventstore.IngestOptions) (csvfile.Report, string) {
				f, err := os.Open(filepath.Join("testdata", name+".csv"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				rejects := csvfile.NewRejects(filepath.Join(t.TempDir(), "rejects.csv"))
				report, err := csvfile.Import(t.Context(), store, f, name+".csv", p, rejects, o)
				if err != nil {
					t.Fatal(err)
				}
				file, err := rejects.Close()
				if err != nil {
					t.Fatal(err)
				}
				info, err := os.Stat(file)
				if err != nil {
					t.Fatal(err)
				}
				if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
					t.Errorf("mode %o", mode)
				}
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				return report, string(text)
			}
			dry, dryRejects := load(eventstore.IngestOptions{DryRun: true})
			if text := dump(t, store); text != "" {
				t.Fatalf("a dry run recorded\n%s", text)
			}
			report, rejects := load(eventstore.IngestOptions{})
			if dry.AppendedTotal() != report.AppendedTotal() || dry.Rejected != report.Rejected || dryRejects != rejects {
				t.Errorf("dry run: %+v\nreal: %+v", dry, report)
			}
			first := dump(t, store)
			golden(t, name+".log.golden", first)
			golden(t, name+".rejected.golden", rejects)
			again, rejectsAgain := load(eventstore.IngestOptions{})
			if again.AppendedTotal() != 0 || dump(t, store) != first || rejectsAgain != rejects {
				t.Errorf("importing again: %+v", again)
			}
		})
	}
}

func TestProfileErrors(t *testing.T) {
	good, err := os.ReadFile("testdata/sessions.profile.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new, want string }{
		{"empty", string(good), "# nothing\n", "p.yaml:1:1: the profile is empty"},
		{"list", string(good), "- a\n", "a profile is a mapping"},
		{"not YAML", "key: [Row]", "key: [Row", "p.yaml:"},
		{"alias", "key: [Row]", "key: *a", "anchors, aliases"},
		{"unknown key", "source:", "sorce:", `p.yaml:4:1: a profile has no "sorce"; did you mean source?`},
		{"missing", "source: sessions-sheet\n", "", "source is missing"},
		{"twice", "program: nursing\n", "program: nursing\nprogram: other\n", "p.yaml:6:1: program is given twice"},
		{"version", "laurel/v1", "laurel/v2", `apiVersion "laurel/v2" is not known; did you mean laurel/v1?`},
		{"slug", "sessions-sheet", "Sessions Sheet", "is not a slug"},
		{"type", "SessionHeld", "SesionHeld", `no event type is called "SesionHeld"; did you mean SessionHeld?`},
		{"wrong stream", "SessionHeld", "PromotionRecorded", "PromotionRecorded belongs on the stream of a person, not of a mentorship"},
		{"award", "SessionHeld", "AwardGranted", "decided in Laurel"},
		{"field", "minutes:", "minuts:", `has no field "minuts"; did you mean minutes?`},
		{"personal field", "note:", "notes:", `did you mean personal.note?`},
		{"value key", "minutes: {column", "minutes: {colum", `minutes has no "colum"; did you mean column?`},
		{"zone", "Europe/Berlin", "Europe/Berlln", `time zone "Europe/Berlln" is not known`},
		{"date", "YYYY-MM-DD hh:mm", "yyyy-MM-DD", `"y" is not part of a date format`},
		{"date without year", `"YYYY-MM-DD hh:mm"`, `"MM-DD"`, "the format has no year"},
		{"encoding", "key: [Row]", "key: [Row]\nencoding: windows-1253", "did you mean windows-1252?"},
		{"delimiter", "key: [Row]", `{key: [Row]`, "p.yaml:"},
		{"delimiter word", "key: [Row]", "key: [Row]\ndelimiter: comma", `delimiter "comma" is not known`},
		{"a person as actor", "key: [Row]", "key: [Row]\nactor: Ann Lee", "actor names a system"},
		{"no program", "program: nursing\n", "", "no program"},
		{"no mentee", "    mentee: {email: Mentee e-mail, name: Mentee}\n", "", "mentee is missing"},
		{"no email", "{email: Mentor e-mail, name: Mentor}", "{name: Mentor}", "email is missing"},
		{"two streams", "stream:\n", "stream:\n  person: X\n", "one of person, mentorship and program"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(string(good), c.old, c.new, 1)
			if text == string(good) {
				t.Fatalf("%q is not in the profile", c.old)
			}
			_, err := csvfile.ParseProfile("p.yaml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error\n%v\nwant %q", err, c.want)
			}
			var place *csvfile.ProfileError
			if !errors.As(err, &place) || place.Line < 1 || place.Column < 1 {
				t.Errorf("error without a place: %v", err)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	table := "Nr,E-Mail,Date,Name\n1,a@example.org,2025-01-01,J\u00f6rg \u20ac\n2,b@example.org,2025-01-02,Z\n"
	utf16le := []byte{0xff, 0xfe}
	for _, r := range table {
		utf16le = append(utf16le, byte(r), byte(r>>8))
	}
	windows := bytes.ReplaceAll(bytes.ReplaceAll([]byte(table), []byte("\u00f6"), []byte{0xf6}), []byte("\u20ac"), []byte{0x80})
	for _, c := range []struct {
		name, encoding string
		text           []byte
		want           string // "" where it is right
	}{
		{"utf-8", "utf-8", []byte(table), ""},
		{"utf-8 with mark", "utf-8", append([]byte("\xef\xbb\xbf"), table...), ""},
		{"utf-16", "utf-16", utf16le, ""},
		{"utf-16le with mark", "utf-16le", utf16le, ""},
		{"utf-16le", "utf-16le", utf16le[2:], ""},
		{"windows", "windows-1252", windows, ""},
		{"windows as utf-8", "utf-8", windows, "line 2, byte offset 48: the file is not utf-8: byte 0xf6 stands where none can; write `encoding: windows-1252`"},
		{"utf-16 as utf-8", "utf-8", utf16le, "line 1, byte offset 0: the file is not utf-8: it begins with the byte order mark of UTF-16; write `encoding: utf-16`"},
		{"utf-16 without mark as utf-8", "utf-8", utf16le[2:], "write `encoding: utf-16le`"},
		{"utf-8 as utf-16", "utf-16", []byte(table), "no byte order mark"},
		{"utf-8 as windows", "windows-1252", []byte(table), "write `encoding: utf-8`"},
		{"utf-8 with mark as windows", "windows-1252", append([]byte("\xef\xbb\xbf"), table...), "byte order mark of UTF-8"},
		{"undefined byte", "windows-1252", append([]byte("\x81"), windows...), "byte 0x81 means nothing in it"},
		{"cut off", "utf-16", utf16le[:len(utf16le)-1], "middle of a character"},
		{"wrong end", "utf-16be", utf16le, "the other byte order"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := csvfile.ParseProfile("p.yaml", []byte("apiVersion: laurel/v1\nkind: CSVProfile\nsource: s\nkey: [Nr]\nencoding: "+
				c.encoding+"\ntype: PersonRegistered\noccurred_at: date\nstream: {person: {email: e-mail, name: NAME}}\n"))
			if err != nil {
				t.Fatal(err)
			}
			store := eventstore.NewMemory()
			defer store.Close()
			report, err := csvfile.Import(t.Context(), store, bytes.NewReader(c.text), "in.csv", p, nil, eventstore.IngestOptions{})
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v, want %q", err, c.want)
				}
				if text := dump(t, store); text != "" {
					t.Errorf("recorded all the same\n%s", text)
				}
				return
			}
			if err != nil || report.AppendedTotal() != 2 {
				t.Fatal(report, err)
			}
			if text := dump(t, store); !strings.Contains(text, `"name":"Jörg €"`) {
				t.Error(text)
			}
		})
	}
}

// A row may be shifted, or a profile name the wrong column: what is personal then gets into a message for whoever runs
// the import, and into no event but under personal.
func TestMisplacedNamesAreNotRecorded(t *testing.T) {
	const header = "Nr;Date;Mentor;Mentee;Goal;Minutes;Thread;About\n"
	const text = `apiVersion: laurel/v1
kind: CSVProfile
source: s
program: nursing
delimiter: ";"
dates: {formats: [YYYY-MM-DD], timezone: UTC}
key: [Nr]
type: {column: Nr, map: {void: EventVoided, "*": SessionHeld}}
occurred_at: Date
correlation: Thread
stream: {mentorship: {mentor: Mentor, mentee: Mentee}}
fields:
  minutes: {column: Minutes}
  event_id: {column: Goal}
  reason: {column: About}
  personal.note: {column: About}
`
	p, err := csvfile.ParseProfile("p.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	id := "5e0c2a3e-8f7a-4c65-9a35-7d1c6f0f2b11"
	for _, c := range []struct{ name, row, want string }{
		{"a name for minutes", "1;2024-01-02;a@x.org;b@x.org;;Quixwood;t;", `"Quixwood" is not a whole number`},
		{"a name for a date", "1;Quixwood;a@x.org;b@x.org;;;t;", "date"},
		{"a name for a person", "1;2024-01-02;Quixwood;b@x.org;;;t;", "it is not an e-mail address"},
		{"a name in metadata", "1;2024-01-02;a@x.org;b@x.org;;;Zeb Quixwood;", "correlation_id: is no id"},
		{"an address in metadata", "1;2024-01-02;a@x.org;b@x.org;;;zeb@quixwood.org;", "correlation_id: looks like"},
		{"a name in a reason", "void;2024-01-02;a@x.org;b@x.org;" + id + ";;t;Quixwood was ill", "reason: is no short code"},
	} {
		store := eventstore.NewMemory()
		report, err := csvfile.Import(t.Context(), store, strings.NewReader(header+c.row+"\n"), "in.csv", p, nil,
			eventstore.IngestOptions{})
		if err != nil || report.Rejected != 1 || !strings.Contains(report.Rejections[0].String(), c.want) {
			t.Errorf("%s: %+v, %v, want a rejection that says %q", c.name, report, err, c.want)
		}
		if recorded := dump(t, store); recorded != "" {
			t.Errorf("%s: recorded\n%s", c.name, recorded)
		}
		store.Close()
	}
}

func TestHeaderErrors(t *testing.T) {
	p := profile(t, "promotions.profile.yaml")
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"delimiter", "Vorgang,Personalnummer,Name,E-Mail,Datum,Neue Rolle,Stufen\n", "write the delimiter that the file has into the profile, such as `delimiter: \",\"`"},
		{"misspelt", "Vorgang;Personalnummer;Name;E-Mail;Datun;Neue Rolle;Stufen\n", `the file has no column "Datum", which line 10 of the profile names; did you mean Datun?`},
		{"twice", "Vorgang;Personalnummer;Name;E-Mail;Datum;datum;Neue Rolle;Stufen\n", `two columns "Datum"`},
		{"open quote", "\"Vorgang;Personalnummer\n", "a quotation mark is opened and not closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := csvfile.Import(t.Context(), eventstore.NewMemory(), strings.NewReader(c.text), "in.csv", p, nil,
				eventstore.IngestOptions{})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "in.csv: ") {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// FuzzImport feeds tables to the example profiles: nothing but an error may come of it, and what is recorded once is
// there the second time.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"promotions", "sessions", "survey"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".csv"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	profiles := []*csvfile.Profile{
		profile(f, "promotions.profile.yaml"), profile(f, "sessions.profile.yaml"), profile(f, "survey.profile.yaml"),
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, p := range profiles {
			store := eventstore.NewMemory()
			report, err := csvfile.Import(t.Context(), store, bytes.NewReader(text), "in.csv", p, nil, eventstore.IngestOptions{})
			if err == nil {
				again, err := csvfile.Import(t.Context(), store, bytes.NewReader(text), "in.csv", p, nil, eventstore.IngestOptions{})
				if err != nil || again.AppendedTotal() != 0 || again.Rejected != report.Rejected {
					t.Errorf("first %+v, again %+v, %v", report, again, err)
				}
			}
			store.Close()
		}
	})
}

func FuzzProfile(f *testing.F) {
	for _, name := range []string{"promotions", "sessions", "survey"} {
		text, err := os.ReadFile(filepath.Join("testdata", name+".profile.yaml"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := csvfile.ParseProfile("p.yaml", text)
		if (p == nil) == (err == nil) {
			t.Errorf("profile %v, error %v", p, err)
		}
	})
}

package gitlog_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"laurel/adapters/gitlog"
)

var update = flag.Bool("update", false, "write the golden files anew")

// describe lists what a log was read as.
func describe(log *gitlog.Log) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d commits\n", log.Seen)
	for _, c := range log.Commits {
		fmt.Fprintf(&b, "%s line %d %s by %s\n", c.Hash, c.Line, c.At.Format(time.RFC3339), person(log, c.Author))
		for _, t := range c.Trailers {
			fmt.Fprintf(&b, "  line %d %s %s\n", t.Line, t.Channel, person(log, t.Person))
		}
	}
	for _, p := range log.Problems {
		fmt.Fprintln(&b, p)
	}
	return b.String()
}

func person(log *gitlog.Log, i uint32) string {
	return fmt.Sprintf("%q <%s>", log.People[i].Name, log.People[i].Email)
}

// TestParse reads logs with every kind of oddity and compares with golden files.
func TestParse(t *testing.T) {
	for _, name := range []string{"formats", "malformed", "fuller"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + name + ".log")
			if err != nil {
				t.Fatal(err)
			}
			log, err := gitlog.Parse(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			got := describe(log)
			for _, p := range log.Problems {
				if strings.Contains(p.String(), "@x") || strings.Contains(p.String(), "Bo") {
					t.Errorf("quotes someone: %s", p)
				}
			}
			if *update {
				if err := os.WriteFile("testdata/"+name+".golden", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile("testdata/" + name + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			for _, variant := range []struct {
				name string
				r    io.Reader
			}{
				{"with CRLF", bytes.NewReader(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")))},
				{"byte by byte", iotest.OneByteReader(bytes.NewReader(text))},
				{"with a byte order mark", io.MultiReader(strings.NewReader("\xef\xbb\xbf"), bytes.NewReader(text))},
			} {
				log, err := gitlog.Parse(variant.r)
				if err != nil {
					t.Fatal(err)
				}
				if again := describe(log); again != got {
					t.Errorf("%s: got\n%s\nwant\n%s", variant.name, again, got)
				}
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	broken := errors.New("broken pipe")
	for _, c := range []struct {
		name string
		r    io.Reader
		want string
	}{
		{"another text", strings.NewReader("hello\nworld\n"), "no commit in 2 lines: want the text of `git log"},
		{"one line", strings.NewReader("hello"), "no commit in 1 line: want"},
		{"nothing", strings.NewReader(""), "no commit in an empty text: want"},
		{"UTF-16", strings.NewReader("\xff\xfec\x00"), "UTF-16"},
		{"gzip", strings.NewReader("\x1f\x8b\x08"), "gzip"},
		{"failing reader", io.MultiReader(strings.NewReader("commit 1234567\n"), iotest.ErrReader(broken)), "after line 1: broken pipe"},
	} {
		_, err := gitlog.Parse(c.r)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

// TestParseLimits proves that one long line or commit costs no more than itself.
func TestParseLimits(t *testing.T) {
	commit := func(message string) string {
		return "commit 1234567\nAuthor: A <a@x.org>\nCommitDate: 2020-01-01T00:00:00Z\n\n" + message +
			"    Helped-by: B <b@x.org>\n\n"
	}
	long := strings.Repeat("x", 200<<10)
	log, err := gitlog.Parse(strings.NewReader(commit("    " + long + "\n    Reviewed-by: " + long + " <c@x.org>\n")))
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Commits) != 1 || len(log.Commits[0].Trailers) != 1 || log.Commits[0].Trailers[0].Line != 7 ||
		len(log.Problems) != 1 || !strings.Contains(log.Problems[0].String(), "longer than 65536 bytes") {
		t.Errorf("%+v", log)
	}
	log, err = gitlog.Parse(strings.NewReader(commit(strings.Repeat("    Reviewed-by: C <c@x.org>\n", 5000))))
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Commits) != 1 || len(log.Commits[0].Trailers) != 1000 || len(log.Problems) != 1 ||
		!strings.Contains(log.Problems[0].String(), "4001 trailers beyond the first 1000") {
		t.Errorf("%d trailers, %v", len(log.Commits[0].Trailers), log.Problems)
	}
}

// TestParseFolded proves that a trailer goes on in the lines after it that begin with white space, and only there.
func TestParseFolded(t *testing.T) {
	const text = `commit 0000000000000000000000000000000000000001
Author: Ann <ann@x.org>
CommitDate: 2020-01-01T00:00:00Z

      Helped-by: Not A. Trailer <not@x.org>
    Mentored-by:
     Bo
    	Birch
      <bo@x.org>
    Helped-by: Cy
    
      <not@x.org>
    Helped-by: Di <di@x.org>

      <not@x.org>
    Reviewed-by: Ed   E.
        Elm <ed@x.org>
    
    Reviewed-by: Fay
    Fern <not@x.org>
    Helped-by: Gil
      Gum <gil@x.org>
commit 0000000000000000000000000000000000000002
Author: Ann <ann@x.org>
CommitDate: 2020-01-01T00:00:00Z

      <not@x.org>
`
	log, err := gitlog.Parse(strings.NewReader(strings.ReplaceAll(text, `\t`, "\t")))
	if err != nil {
		t.Fatal(err)
	}
	const want = `2 commits
0000000000000000000000000000000000000001 line 1 2020-01-01T00:00:00Z by "Ann" <ann@x.org>
  line 6 mentored "Bo Birch" <bo@x.org>
  line 13 helped "Di" <di@x.org>
  line 16 reviewed "Ed E. Elm" <ed@x.org>
  line 21 helped "Gil Gum" <gil@x.org>
line 10: commit 0000000000000000000000000000000000000001: malformed Helped-by trailer, skipped: it has no address; want Name <email>
line 19: commit 0000000000000000000000000000000000000001: malformed Reviewed-by trailer, skipped: it has no address; want Name <email>
`
	if got := describe(log); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	// Many short lines make a long one.
	long := "commit 1234567\nAuthor: A <a@x.org>\nCommitDate: 2020-01-01T00:00:00Z\n\n    Reviewed-by: B\n" +
		strings.Repeat("     "+strings.Repeat("x", 1000)+"\n", 100) + "    Helped-by: C <c@x.org>\n"
	if log, err = gitlog.Parse(strings.NewReader(long)); err != nil {
		t.Fatal(err)
	}
	if len(log.Commits) != 1 || len(log.Commits[0].Trailers) != 1 || len(log.Problems) != 1 ||
		!strings.Contains(log.Problems[0].String(), "line 5: commit 1234567: malformed Reviewed-by trailer, skipped: it is longer") {
		t.Errorf("%+v", log)
	}
}

// FuzzParse proves that any text is read or refused, and that what is read from it can be written and read again.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"formats", "malformed", "fuller"} {
		text, err := os.ReadFile("testdata/" + name + ".log")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		log, err := gitlog.Parse(bytes.NewReader(text))
		if err != nil {
			return
		}
		var b strings.Builder
		for _, c := range log.Commits {
			fmt.Fprintf(&b, "commit %s\nAuthor: %s <%s>\nCommitDate: %s\n\n", c.Hash, log.People[c.Author].Name,
				log.People[c.Author].Email, c.At.Format(time.RFC3339Nano))
			for _, tr := range c.Trailers {
				p := log.People[tr.Person]
				fmt.Fprintf(&b, "    %s-by: %s <%s>\n", tr.Channel, p.Name, p.Email)
			}
		}
		again, err := gitlog.Parse(strings.NewReader(b.String()))
		if err != nil && len(log.Commits) > 0 {
			t.Fatalf("%v\n%s", err, b.String())
		}
		if err == nil && len(again.Commits) != len(log.Commits) {
			t.Fatalf("%d commits became %d\n%s", len(log.Commits), len(again.Commits), b.String())
		}
	})
}

func BenchmarkParse(b *testing.B) {
	sample := gitlog.Sample()
	defer sample.Close()
	text, err := io.ReadAll(sample)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gitlog.Parse(bytes.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

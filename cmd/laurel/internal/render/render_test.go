package render

import (
	"bytes"
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rivo/uniseg"
)

func sample() Result {
	rows := [][]string{{"Cobalt Jay", "61.5"}, {"=HYPERLINK(\"x\")", "-3"}, {"青い鳥の先生", "1,000"}}
	columns := []Column{{Name: "name"}, {Name: "score", Right: true}}
	return Result{Document: map[string]int{"n": 3},
		Sections: []Section{{Title: "Standings", Columns: columns, Rows: rows}}}
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		name   string
		format Format
		term   Terminal
		want   string
	}{
		{"table", Table, Terminal{}, "Standings\n" +
			"NAME             SCORE\n" +
			"Cobalt Jay        61.5\n" +
			"=HYPERLINK(\"x\")     -3\n" +
			"青い鳥の先生     1,000\n"},
		{"table cut to the terminal", Table, Terminal{Width: 16}, "Standings\n" +
			"NAME       SCORE\n" +
			"Cobalt J…   61.5\n" +
			"=HYPERLI…     -3\n" +
			"青い鳥の…  1,000\n"},
		{"json", JSON, Terminal{}, "{\"n\":3}\n"},
		{"json on a terminal", JSON, Terminal{Width: 80}, "{\n  \"n\": 3\n}\n"},
		{"jsonl without items", JSONL, Terminal{Width: 80}, "{\"n\":3}\n"},
		{"csv", CSV, Terminal{}, "name,score\nCobalt Jay,61.5\n\"'=HYPERLINK(\"\"x\"\")\",-3\n青い鳥の先生,\"1,000\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := New(&b, c.format, c.term).Print(sample()); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("got\n%s\nwant\n%s", b.String(), c.want)
			}
		})
	}
}

func TestStream(t *testing.T) {
	for format, want := range map[Format]string{
		Table: "N\n1\n2\n",
		JSON:  "[1\n,2\n]\n",
		JSONL: "1\n2\n",
		CSV:   "n\n1\n2\n",
	} {
		var b bytes.Buffer
		s := New(&b, format, Terminal{}).Stream(Column{Name: "n", Right: true})
		for i, cell := range []string{"1", "2"} {
			if err := s.Item(i+1, cell); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("%s: got %q, want %q", format, b.String(), want)
		}
	}
}

// TestNarrowTerminal shows what goes first where there is no room: the names of numbers, then text, then columns.
func TestNarrowTerminal(t *testing.T) {
	section := Section{
		Columns: []Column{{Name: "mentor"}, {Name: "since", Whole: true}, {Name: "active_months", Right: true},
			{Name: "score", Right: true}},
		Rows: [][]string{{"Maple Albatross", "2013-03-19", "11", "99.289"}},
	}
	for width, want := range map[int]string{
		60: "MENTOR           SINCE       ACTIVE_MONTHS   SCORE\nMaple Albatross  2013-03-19             11  99.289\n",
		43: "MENTOR           SINCE       ACTIV…   SCORE\nMaple Albatross  2013-03-19      11  99.289\n",
		40: "MENTOR        SINCE       ACTIV…   SCORE\nMaple Albat…  2013-03-19      11  99.289\n",
		35: "MENTOR        SINCE       ACTIV…\nMaple Albat…  2013-03-19      11\n(no room for: score)\n",
		18: "MENTOR  SINCE\nMaple…  2013-03-19\n(no room for: active_months, score)\n",
	} {
		var b bytes.Buffer
		if err := New(&b, Table, Terminal{Width: width}).Print(Result{Sections: []Section{section}}); err != nil {
			t.Fatal(err)
		}
		if b.String() != want {
			t.Errorf("width %d: got\n%s\nwant\n%s", width, b.String(), want)
		}
	}
}

// TestSentencesWrap shows that a column that wraps loses nothing, and shrinks before any other.
func TestSentencesWrap(t *testing.T) {
	section := Section{
		Columns: []Column{{Name: "mentor"}, {Name: "decided by", Wrap: true}, {Name: "value", Right: true}},
		Rows:    [][]string{{"Maple Albatross", "score >= 50 and mentees >= 10", "55"}},
	}
	const want = "MENTOR           DECIDED BY    VALUE\nMaple Albatross  score >= 50      55\n" +
		"                 and mentees\n                 >= 10\n"
	var b bytes.Buffer
	if err := New(&b, Table, Terminal{Width: 36}).Print(Result{Sections: []Section{section}}); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestEmptyStreamIsEmptyJSON(t *testing.T) {
	var b bytes.Buffer
	if err := New(&b, JSON, Terminal{}).Stream().Close(); err != nil || b.String() != "[]\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// closedPipe fails as a pipe does whose reader is gone.
type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, syscall.EPIPE }

func TestStreamStopsAtAClosedPipe(t *testing.T) {
	s := New(closedPipe{}, Table, Terminal{}).Stream(Column{Name: "n"})
	for range 1_000_000 {
		if err := s.Item(nil, strings.Repeat("x", 100)); err != nil {
			if !IsClosedPipe(err) {
				t.Fatalf("got %v, want a closed pipe", err)
			}
			return
		}
	}
	t.Error("a million rows went into a closed pipe without an error")
}

func TestPrintReportsAFullDisk(t *testing.T) {
	err := New(fullDisk{}, CSV, Terminal{}).Print(sample())
	if !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want no space left", err)
	}
}

// fullDisk fails as a file on a full disk does.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestPrintable(t *testing.T) {
	if got := Printable("a\tb\x1b[31m\u202ec"); got != "a b\ufffd[31m\ufffdc" {
		t.Errorf("got %q", got)
	}
}

func TestProgress(t *testing.T) {
	now := time.Unix(0, 0)
	clock := func() time.Time { return now }
	var log, bar bytes.Buffer
	onLog, onTerminal := NewProgress(&log, false, clock, "Importing", "events", 200),
		NewProgress(&bar, true, clock, "Importing", "events", 200)
	for range 10 {
		now = now.Add(time.Second)
		onLog.Add(10)
		onTerminal.Add(10)
	}
	onLog.Done()
	onTerminal.Done()
	want := "Importing:  25 % (50 of 200 events, 10 events/s)\nImporting:  50 % (100 of 200 events, 10 events/s)\n"
	if log.String() != want {
		t.Errorf("log lines: got %q, want %q", log.String(), want)
	}
	if !strings.Contains(bar.String(), "[============            ]") || !strings.HasSuffix(bar.String(), "\r\x1b[K") {
		t.Errorf("bar: got %q", bar.String())
	}
	var none *Progress
	none.Add(1)
	none.SetOf(1, 2)
	none.Done()
}

func FuzzCut(f *testing.F) {
	f.Add("Cobalt Jay", 5)
	f.Add("👩‍👩‍👧‍👦 family", 3)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 200 {
			return
		}
		if got := uniseg.StringWidth(cut(text, width)); got > width {
			t.Errorf("%q cut to %d takes %d cells", text, width, got)
		}
	})
}

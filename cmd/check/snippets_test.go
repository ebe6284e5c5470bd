package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestExtractSnippets(t *testing.T) {
	readme := strings.ReplaceAll(`# Title

'''sh
# two commands
go run ./cmd/laurel demo

laurel replay --program git \
  -o json
'''

Text with 'code' and a picture:

'''
$ not a command
'''

'''console
$ laurel replay
person  tier
...
Cobalt Jay  champion

$ laurel verify
$ cat > events.jsonl <<'END'
$ {}

END
$ cat events.jsonl
'''

'''console skip
$ laurel serve
'''

'''go
$ nor this
'''

- in a list

  '''sh
  echo indented
  '''
`, "'''", "```")
	got, skipped, err := extractSnippets(readme)
	if err != nil {
		t.Fatal(err)
	}
	want := []snippet{
		{line: 5, block: 3, command: "go run ./cmd/laurel demo"},
		{line: 7, block: 3, command: "laurel replay --program git \\\n  -o json"},
		{line: 18, block: 17, command: "laurel replay", shown: []string{"person  tier", "...", "Cobalt Jay  champion"}},
		{line: 23, block: 17, command: "laurel verify"},
		{line: 24, block: 17, command: "cat > events.jsonl <<'END'\n$ {}\n\nEND"},
		{line: 28, block: 17, command: "cat events.jsonl"},
		{line: 42, block: 41, command: "echo indented"},
	}
	if len(want) != len(got) {
		t.Fatalf("got %d snippets, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("snippet %d is\n%+v, want\n%+v", i, got[i], want[i])
		}
	}
	if !reflect.DeepEqual(skipped, []int{31}) {
		t.Errorf("skipped blocks at %v, want 31", skipped)
	}
}

func TestExtractSnippetsRefuses(t *testing.T) {
	for name, test := range map[string]struct{ readme, want string }{
		"a block without end":     {"```sh\nls\n", "README.md:1: the block that starts here is not closed"},
		"a misspelt skip":         {"\n```sh skpi\nls\n```\n", `README.md:2: "skpi"`},
		"a text without end":      {"```sh\ncat <<'END'\nEN\n```\n", "README.md:2: the text that ends at END"},
		"output before a command": {"```console\nhello\n$ ls\n```\n", "README.md:2: output is shown before any command"},
	} {
		if _, _, err := extractSnippets(test.readme); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
}

func TestFirstMissing(t *testing.T) {
	output := "mentors 253\nchampion  6  \nsha256:12ab34 active\n\nlast (line)\n"
	for _, test := range []struct {
		shown []string
		want  string
	}{
		{nil, ""},
		{[]string{"mentors 253", "last (line)"}, ""},
		{[]string{"...", "champion  6", "...", "last (line)"}, ""},
		{[]string{"sha256:... active"}, ""},
		{[]string{"champion"}, "champion"},                      // whole lines
		{[]string{"last (line)", "mentors 253"}, "mentors 253"}, // in order
		{[]string{"mentors 253", "mentors 253"}, "mentors 253"}, // each its own line
		{[]string{"last .line."}, "last .line."},                // no pattern
		{[]string{"mentors 253", "  ...", "gone"}, "gone"},
	} {
		if got := firstMissing(test.shown, output); got != test.want {
			t.Errorf("firstMissing(%q) = %q, want %q", test.shown, got, test.want)
		}
	}
}

func TestRewrite(t *testing.T) {
	for command, want := range map[string]string{
		"go run ./cmd/laurel demo":                      "laurel demo",
		"go run ./cmd/laurel x | go run ./cmd/laurel y": "laurel x | laurel y",
		"go run ./cmd/check":                            "laurel-check -list",
		"go run ./cmd/check -short":                     "laurel-check -list -short",
		".ci/run -only test":                            "laurel-check -list -only test",
		"laurel replay --program git":                   "laurel replay --program git",
	} {
		if got := rewrite(command); got != want {
			t.Errorf("rewrite(%q) = %q, want %q", command, got, want)
		}
	}
}

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// scratch makes a small git checkout out of files and returns the gate for it. A file with a .new ending is left
// untracked, under its name without the ending.
func scratch(t *testing.T, files map[string]string) gate {
	t.Helper()
	root := t.TempDir()
	var tracked []string
	for name, content := range files {
		path, isNew := strings.CutSuffix(name, ".new")
		if !isNew {
			tracked = append(tracked, path)
		}
		full := filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"git", "init", "-q"},
		append([]string{"git", "add"}, tracked...),
		{"git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "-q", "-m", "first"},
	} {
		if _, err := (command{dir: root, args: args}).output(t.Context()); err != nil {
			t.Fatal(detailed(err))
		}
	}
	return gate{root: root, out: &bytes.Buffer{}}
}

// scratchMain is a binary that greets.
const scratchMain = `// Command laurel greets.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "whom?")
		os.Exit(2)
	}
	fmt.Println("hello", os.Args[1])
	fmt.Println("in", os.Getenv("LAUREL_STORE"))
}
`

func TestFilesOfTheCheckout(t *testing.T) {
	g := scratch(t, map[string]string{
		"go.mod": "module laurel\n\ngo 1.26.0\n", ".gitignore": "/built\n", "built.new": "x", "a.go": "package a\n",
		"new.go.new": "package  a\n", "gone.go": "package a\n",
	})
	if err := os.Remove(filepath.Join(g.root, "gone.go")); err != nil {
		t.Fatal(err)
	}
	files, err := g.files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	if want := []string{".gitignore", "a.go", "go.mod", "new.go"}; !slices.Equal(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	_, err = checkFormat(t.Context(), g)
	if err == nil || !strings.Contains(detailed(err), "gofmt -w new.go") {
		t.Errorf("an unformatted new file passes: %v", err)
	}
	_, err = checkLayout(t.Context(), g)
	if err == nil {
		t.Fatal("a layout without README.md passes")
	}
	for _, want := range []string{"README.md is missing", "LICENSE is missing", "a.go does not belong"} {
		if !strings.Contains(detailed(err), want) {
			t.Errorf("the message lacks %q:\n%s", want, detailed(err))
		}
	}
}

func TestReadmeStep(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the commands of the README are for bash")
	}
	readme := func(blocks string) string { return strings.ReplaceAll("# Laurel\n\n"+blocks, "'''", "```") }
	tests := []struct {
		name, readme string
		want         string // part of the error; empty when the step passes
	}{
		{"commands and their output", `'''sh
go run ./cmd/laurel everyone
go run ./cmd/check -short
laurel x | grep -q hello
cat notes.txt && git log --oneline
yes | head -n 1
'''

'''console
$ go run ./cmd/laurel ada
hello ada
...
$ LAUREL_STORE=memory: laurel bob
in memory:
'''

'''console skip
$ rm -rf everything
'''
`, ""},
		{"a server in the background", "'''sh\nsleep 600 &\necho next\n'''\n", ""},
		{"wrong output", "'''console\n$ laurel ada\nhello bob\n'''\n", `README.md:4: $ laurel ada`},
		{"a command that fails", "'''sh\nlaurel\n'''\n", "whom?"},
		{"a pipe that fails early", "'''sh\nlaurel | cat\n'''\n", "exit status 2"},
		{"nothing to run", "'''go\npackage x\n'''\n", "no command that can be run"},
		{"all skipped", "'''sh skip\nlaurel x\n'''\n", "no command that can be run"},
	}
	g := scratch(t, map[string]string{
		"go.mod":             "module laurel\n\ngo 1.26.0\n",
		"cmd/laurel/main.go": scratchMain,
		"cmd/check/main.go":  strings.ReplaceAll(scratchMain, "greets", "checks"),
		"notes.txt.new":      "not yet tracked\n",
	})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(filepath.Join(g.root, "README.md"), []byte(readme(test.readme)), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := checkReadme(t.Context(), g)
			switch {
			case test.want == "" && err != nil:
				t.Error(detailed(err))
			case test.want != "" && (err == nil || !strings.Contains(detailed(err), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestCommandThatIsMissing(t *testing.T) {
	_, err := command{args: []string{"laurel-no-such-program"}}.output(t.Context())
	if err == nil || err.Error() != "laurel-no-such-program is not installed" {
		t.Errorf("got %v", err)
	}
}

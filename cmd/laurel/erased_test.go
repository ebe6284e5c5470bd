package main

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestErasedScriptTriesEveryCommand holds the script that looks for an erased person to its word: that it runs every
// command that shows what is in the log.
func TestErasedScriptTriesEveryCommand(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/script/erased.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var tried []string
	for _, f := range archive.Files {
		if f.Name == "commands" {
			tried = strings.Split(string(f.Data), "\n")
		}
	}
	others := []string{
		"awards packet", // writes a file, which the script looks into
		"awards run",    // records, and shows counts
		"demo",          // has a log of its own
	}
	for _, command := range thoseLookingBack(newRoot(&app{})) {
		is := func(line string) bool { return line == command || strings.HasPrefix(line, command+" ") }
		if !slices.ContainsFunc(tried, is) && !slices.Contains(others, command) {
			t.Errorf("the commands of erased.txtar lack %q", command)
		}
	}
}

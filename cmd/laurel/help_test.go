package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestEveryCommandHasHelp holds the command tree to its own standard: a short text, an example, and no argument that is
// taken in silence.
func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range allCommands(newRoot(&app{})) {
		if c.Short == "" || len(c.Short) > 80 || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: short text %q: want one phrase without a full stop", c.CommandPath(), c.Short)
		}
		if !c.HasSubCommands() && c.Example == "" && c.Name() != "version" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		if c.Args == nil {
			t.Errorf("%s does not say which arguments it takes", c.CommandPath())
		}
		for _, line := range strings.Split(c.Long+"\n"+c.Example, "\n") {
			if len(line) > 120 {
				t.Errorf("%s: %q is longer than 120 columns", c.CommandPath(), line)
			}
		}
	}
}

// TestExamplesAreRight parses every example of the help, so that none names a flag or an argument that does not exist.
func TestExamplesAreRight(t *testing.T) {
	for _, c := range allCommands(newRoot(&app{})) {
		for _, line := range strings.Split(c.Example, "\n") {
			for _, part := range regexp.MustCompile(`&&|\||"\$\(|\)"`).Split(line, -1) {
				words := shellWords(part)
				if len(words) == 0 || words[0] != "laurel" {
					continue
				}
				root := newRoot(&app{})
				found, rest, err := root.Find(words[1:])
				if err != nil {
					t.Errorf("%s: example %q: %v", c.CommandPath(), line, err)
					continue
				}
				if err := found.ParseFlags(rest); err != nil {
					t.Errorf("%s: example %q: %v", c.CommandPath(), line, err)
				}
				if err := found.ValidateArgs(found.Flags().Args()); err != nil {
					t.Errorf("%s: example %q: %v", c.CommandPath(), line, err)
				}
			}
		}
	}
}

// shellWords splits an example into words, without a redirection.
func shellWords(line string) []string {
	line, _, _ = strings.Cut(line, " > ")
	line = strings.TrimSuffix(strings.TrimSpace(line), " --position")
	var words []string
	for _, w := range regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(line, -1) {
		words = append(words, strings.Trim(w, `"`))
	}
	return words
}

// allCommands lists a command and everything below it.
func allCommands(c *cobra.Command) []*cobra.Command {
	list := []*cobra.Command{c}
	for _, child := range c.Commands() {
		list = append(list, allCommands(child)...)
	}
	return list
}

package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// demoStory is what the people of the bundled history go on to do: a command a line.
//
//go:embed sample/story.txt
var demoStory string

// tellStory carries the demonstration's story out on the store of the settings, by the commands that it consists of.
func (a *app) tellStory(ctx context.Context) error {
	progress := a.progress("Telling the story", "commands", int64(strings.Count(demoStory, "\n")))
	defer progress.Done()
	for i, line := range strings.Split(demoStory, "\n") {
		progress.SetOf(int64(i), 0)
		words, err := splitWords(line)
		if err != nil {
			return fmt.Errorf("story, line %d: %w", i+1, err)
		}
		if len(words) == 0 {
			continue
		}
		teller := &app{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, env: a.env}
		root := newRoot(teller)
		root.SetArgs(append([]string{"--store", a.cfg.store, "--quiet", "--output", "json"}, words...))
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		if err := root.ExecuteContext(ctx); err != nil {
			return fmt.Errorf("story, line %d: %w", i+1, err)
		}
	}
	return nil
}

// splitWords takes a command line apart: words stand between spaces, or in double quotes. A line that begins with # says
// something to its readers alone.
func splitWords(line string) ([]string, error) {
	if strings.HasPrefix(line, "#") {
		return nil, nil
	}
	var words []string
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
		end, quoted := " ", strings.HasPrefix(rest, `"`)
		if quoted {
			end, rest = `"`, rest[1:]
		}
		word, after, found := strings.Cut(rest, end)
		if quoted && !found {
			return nil, fmt.Errorf("a quote is not closed")
		}
		words, rest = append(words, word), after
	}
	return words, nil
}

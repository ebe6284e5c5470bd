package main

import (
	"fmt"
	"regexp"
	"strings"
)

// snippet is one command of the README with the output shown below it.
type snippet struct {
	line    int // in the README, from 1
	block   int // line where the fence of its block stands
	command string
	shown   []string // lines of output; empty when none is shown
}

// extractSnippets reads the commands out of Markdown. Fenced blocks of the languages sh, bash, shell and console count.
// In one that has lines beginning with "$ " these are the commands, and the lines after each are its output; in a
// console block there must be such lines. In any other every line that is not blank or a comment is a command. A
// command that ends in a backslash goes on in the next line, and one that ends in <<'WORD' up to the line that is WORD.
// The word skip in the info string leaves the block out: skipped gives the lines where those start.
func extractSnippets(markdown string) (snippets []snippet, skipped []int, err error) {
	var block []string
	var language, fence, indent string
	start := 0
	for i, text := range strings.Split(markdown, "\n") {
		text = strings.TrimRight(text, " \r")
		trimmed := strings.TrimLeft(text, " ")
		if fence == "" {
			if !strings.HasPrefix(trimmed, "```") {
				continue
			}
			info := strings.TrimLeft(trimmed, "`")
			fence, start, block, language = trimmed[:len(trimmed)-len(info)], i+1, nil, ""
			indent = text[:len(text)-len(trimmed)]
			words := strings.Fields(info)
			if len(words) == 0 || !strings.Contains(" sh bash shell console ", " "+words[0]+" ") {
				continue
			}
			language = words[0]
			for _, word := range words[1:] {
				if word != "skip" {
					return nil, nil, fmt.Errorf("README.md:%d: %q after the language means nothing: only skip does", i+1, word)
				}
				language = ""
				skipped = append(skipped, i+1)
			}
			continue
		}
		if trimmed != fence {
			block = append(block, strings.TrimPrefix(text, indent))
			continue
		}
		fence = ""
		if language == "" {
			continue
		}
		found, err := blockSnippets(block, start, language)
		if err != nil {
			return nil, nil, err
		}
		snippets = append(snippets, found...)
	}
	if fence != "" {
		return nil, nil, fmt.Errorf("README.md:%d: the block that starts here is not closed", start)
	}
	return snippets, skipped, nil
}

// blockSnippets reads the commands out of the lines of one block. The fence stands in line start.
func blockSnippets(block []string, start int, language string) ([]snippet, error) {
	prompted := language == "console"
	for _, text := range block {
		prompted = prompted || strings.HasPrefix(text, "$ ")
	}
	var found []snippet
	goesOn, document := false, ""
	begin := func(number int, command string) {
		found = append(found, snippet{line: number, block: start, command: command})
		goesOn, document = strings.HasSuffix(command, `\`), hereDocument(command)
	}
	for i, text := range block {
		number := start + 1 + i
		command, isCommand := strings.CutPrefix(text, "$ ")
		blank := strings.TrimSpace(text) == ""
		switch {
		case document != "":
			found[len(found)-1].command += "\n" + text
			if text == document {
				document = ""
			}
		case goesOn:
			found[len(found)-1].command += "\n" + text
			goesOn, document = strings.HasSuffix(text, `\`), hereDocument(text)
		case prompted && isCommand, !prompted && !blank && !strings.HasPrefix(strings.TrimSpace(text), "#"):
			if !prompted {
				command = text
			}
			begin(number, command)
		case prompted && len(found) == 0 && !blank:
			return nil, fmt.Errorf("README.md:%d: output is shown before any command: commands begin with \"$ \"", number)
		case prompted && !blank:
			last := &found[len(found)-1]
			last.shown = append(last.shown, text)
		}
	}
	if document != "" {
		return nil, fmt.Errorf("README.md:%d: the text that ends at %s does not end in the block",
			found[len(found)-1].line, document)
	}
	return found, nil
}

// opensDocument is the end of a line of shell that is followed by a text.
var opensDocument = regexp.MustCompile(`<<'(\w+)'$`)

// hereDocument is the line that ends the text which a line of shell opens, or "".
func hereDocument(line string) string {
	if found := opensDocument.FindStringSubmatch(line); found != nil {
		return found[1]
	}
	return ""
}

// firstMissing gives the first shown line that the output does not have after the ones before it, or "". Spaces at the
// end of a line do not count. A line that is "..." stands for any lines, and "..." inside a line for any text.
func firstMissing(shown []string, output string) string {
	lines := strings.Split(output, "\n")
	for _, want := range shown {
		want = strings.TrimRight(want, " ")
		if strings.TrimSpace(want) == "..." {
			continue
		}
		pattern := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(want), `\.\.\.`, ".*") + "$")
		found := false
		for !found && len(lines) > 0 {
			found = pattern.MatchString(strings.TrimRight(lines[0], " \r"))
			lines = lines[1:]
		}
		if !found {
			return want
		}
	}
	return ""
}

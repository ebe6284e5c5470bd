package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// topLevel is what may stand at the top of the tree, beside names that start with a dot.
var topLevel = []string{"cmd", "domain", "projections", "eventstore", "adapters",
	"go.mod", "go.sum", "README.md", "LICENSE"}

// topLevelNeeded is what has to stand there.
var topLevelNeeded = []string{"go.mod", "go.sum", "README.md", "LICENSE"}

// checkLayout looks at the top level of the tree.
func checkLayout(ctx context.Context, g gate) (report, error) {
	files, err := g.files(ctx)
	if err != nil {
		return report{}, err
	}
	rep := report{note: fmt.Sprintf("%d files", len(files))}
	return rep, failed(layoutFindings(files), "the top level is not as agreed")
}

// layoutFindings names what is at the top level and should not be, and what should be and is not.
func layoutFindings(files []string) []string {
	var findings []string
	seen := map[string]bool{}
	for _, name := range files {
		top, _, _ := strings.Cut(name, "/")
		if seen[top] {
			continue
		}
		seen[top] = true
		if !strings.HasPrefix(top, ".") && !slices.Contains(topLevel, top) {
			findings = append(findings, fmt.Sprintf("%s does not belong at the top level, which holds %s and dotfiles",
				top, strings.Join(topLevel, " ")))
		}
	}
	for _, name := range topLevelNeeded {
		if !seen[name] {
			findings = append(findings, name+" is missing")
		}
	}
	return findings
}

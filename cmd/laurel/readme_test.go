package main

import (
	"os"
	"strings"
	"testing"

	"laurel/domain/criteria"
)

// TestCriteriaOfTheREADME checks every criteria document that the README shows.
func TestCriteriaOfTheREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	documents := 0
	for _, block := range strings.Split(string(readme), "```yaml\n")[1:] {
		text, _, closed := strings.Cut(block, "```")
		if !closed || !strings.Contains(text, "kind: Criteria\n") {
			continue
		}
		documents++
		if _, diagnostics := criteria.Parse("README.md", []byte(text)); diagnostics.HasErrors() {
			t.Errorf("%v\nin\n%s", diagnostics, text)
		}
	}
	if documents == 0 {
		t.Error("the README shows no criteria")
	}
}

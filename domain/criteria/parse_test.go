package criteria

import (
	"os"
	"testing"
)

// parseFile parses a document of the test data.
func parseFile(t *testing.T, path string) (*Document, Diagnostics) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(path, text)
}

func TestSample(t *testing.T) {
	doc, ds := parseFile(t, "testdata/valid/sample.yaml")
	if ds.HasErrors() {
		t.Fatalf("the sample has errors:\n%s", ds)
	}
	checked, ds := CheckExpressions(doc)
	if ds.HasErrors() {
		t.Fatalf("the sample's expressions have errors:\n%s", ds)
	}
	if got := checked.Score.Measures; len(got) != 2 || got[0] != "effort" || got[1] != "outcome" {
		t.Errorf("score refers to %v", got)
	}
	t.Logf("%+v\n%s", doc, ds)
}

package criteria

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/goccy/go-yaml"
	"github.com/google/cel-go/cel"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite the golden files of the test data")

// golden compares with a file, or writes it under -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the result differs from %s\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}

// files are the documents of a folder of the test data.
func files(t testing.TB, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(list) == 0 {
		t.Fatalf("no test data for %s: %v", pattern, err)
	}
	return list
}

// compileSchema compiles the published schema with a validator that shares no code with the parser.
func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(Schema())))
	if err != nil {
		t.Fatalf("the schema is not JSON: %v", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schemaID, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(schemaID)
	if err != nil {
		t.Fatalf("the schema is not valid: %v", err)
	}
	return schema
}

// validate says what the schema thinks of a text: accepts, rejects, or that it is not YAML at all.
func validate(schema *jsonschema.Schema, text []byte) string {
	var value any
	if err := yaml.Unmarshal(text, &value); err != nil {
		return "not YAML"
	}
	if schema.Validate(value) != nil {
		return "rejects"
	}
	return "accepts"
}

func TestValidDocuments(t *testing.T) {
	schema := compileSchema(t)
	for _, path := range append(files(t, "valid/*.*"), files(t, "warnings/*.yaml")...) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			doc, ds := Parse(path, text)
			if doc == nil || ds.HasErrors() {
				t.Fatalf("refused:\n%s", ds)
			}
			if got := validate(schema, text); got != "accepts" {
				t.Errorf("the schema: %s", got)
			}
			checkRoundTrip(t, doc)
			if checked, ds := CheckExpressions(doc); checked == nil {
				t.Errorf("Parse accepted and CheckExpressions refused:\n%s", ds)
			}
		})
	}
}

// beyondSchema are mistakes that a JSON Schema cannot see.
var beyondSchema = []string{
	"duplicate-keys", "timezone-near", "timezone-city", "timezone-unknown", "timezone-path", "tiers-twice", "share-itself",
	"share-unknown", "share-count", "anchors", "tags", "complex-key", "merge-key", "directive", "decay-twice",
	"empty", "comments-only", "points-octal", "points-underscore", "points-hex", "not-utf8",
	"too-large", "two-documents",
}

func TestInvalidDocuments(t *testing.T) {
	schema := compileSchema(t)
	for _, path := range files(t, "invalid/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(path), ".yaml")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			doc, ds := Parse(filepath.Base(path), text)
			t.Logf("took %v", time.Since(began))
			if doc != nil || !ds.HasErrors() {
				t.Fatalf("accepted:\n%s", ds)
			}
			for _, d := range ds {
				if d.Place.Line < 1 || d.Place.Column < 1 {
					t.Errorf("no place: %s", d)
				}
			}
			if len(ds) > findingsMax+1 {
				t.Errorf("%d findings", len(ds))
			}
			says := validate(schema, text)
			golden(t, strings.TrimSuffix(path, ".yaml")+".txt", ds.String()+"schema: "+says+"\n")
			inside := strings.HasPrefix(name, "when-") || strings.HasPrefix(name, "score-") ||
				strings.HasPrefix(name, "where-") || slices.Contains(beyondSchema, name)
			if says == "accepts" && !inside {
				t.Error("the schema accepts a document of the wrong shape")
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	for _, path := range files(t, "warnings/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			doc, ds := parseFile(t, path)
			if doc == nil {
				t.Fatalf("refused:\n%s", ds)
			}
			golden(t, strings.TrimSuffix(path, ".yaml")+".txt", ds.String())
		})
	}
}

// checkRoundTrip checks that the canonical form is a document with the same meaning and the same hash.
func checkRoundTrip(t testing.TB, doc *Document) {
	t.Helper()
	canonical := doc.Canonical()
	again, ds := Parse("canonical", canonical)
	if again == nil {
		t.Fatalf("the canonical form is refused:\n%s\n%s", ds, canonical)
	}
	if got := again.Canonical(); string(got) != string(canonical) {
		t.Errorf("the canonical form changes:\n%s\n%s", canonical, got)
	}
	if again.Hash() != doc.Hash() {
		t.Errorf("the hash changes")
	}
	if a, b := meanings(t, doc), meanings(t, again); !slices.Equal(a, b) {
		t.Errorf("expressions change:\n%q\n%q", a, b)
	}
	if a, b := placeless(doc), placeless(again); !equalDocuments(a, b) {
		t.Errorf("the document changes:\n%+v\n%+v", a, b)
	}
}

// meanings are a document's expressions as CEL understands them.
func meanings(t testing.TB, doc *Document) (out []string) {
	t.Helper()
	checked, ds := CheckExpressions(doc)
	if checked == nil {
		t.Fatalf("refused:\n%s", ds)
	}
	for _, e := range slices.Concat([]*CheckedExpr{checked.Score}, checked.When, checked.Where) {
		if e == nil {
			continue
		}
		text, err := cel.AstToString(e.AST)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

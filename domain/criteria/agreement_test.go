package criteria

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/goccy/go-yaml"
)

// mutant changes one thing somewhere inside a document: a key leaves, or changes its name, or a value becomes another.
func mutant(g *rand.Rand, value any, names []string) any {
	others := []any{
		nil, true, false, 0, 1, -1, 1.5, 2.0005, 1e7, "", "x", "0d", "90d", "1.5d", "forever", "SessionHeld", "GoalMet",
		"mentee", "points", "effort", "local-time", []any{}, []any{"SessionHeld"}, []any{1}, map[string]any{},
		map[string]any{"grace": "5d"}, map[string]any{"SessionHeld": 2},
		map[string]any{"per": "mentee", "every": "day", "max": 1},
	}
	switch v := value.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 || g.IntN(12) == 0 {
			break
		}
		out := maps.Clone(v)
		key := keys[g.IntN(len(keys))]
		switch g.IntN(8) {
		case 0:
			delete(out, key)
		case 1:
			delete(out, key)
			out[names[g.IntN(len(names))]] = v[key]
		case 2:
			out[names[g.IntN(len(names))]] = others[g.IntN(len(others))]
		default:
			out[key] = mutant(g, v[key], names)
		}
		return out
	case []any:
		if len(v) == 0 || g.IntN(12) == 0 {
			break
		}
		out := slices.Clone(v)
		i := g.IntN(len(out))
		if g.IntN(8) == 0 {
			return append(out, out[i])
		}
		out[i] = mutant(g, out[i], names)
		return out
	}
	return others[g.IntN(len(others))]
}

// The schema does not look inside expressions, nor at what names refer to, nor for repetitions that it cannot compare.
var (
	expressionPath = regexp.MustCompile(`(^score|\.when|\.where)$`)
	shapeOfScalar  = regexp.MustCompile("must be an expression|is empty|has no|does not go with|unknown key")
	references     = regexp.MustCompile("given twice|there is no (measure|time zone)|a share is taken|share in itself|" +
		"two steps")
)

// aboutShape reports whether a finding is one that a schema should have too.
func aboutShape(d Diagnostic) bool {
	if d.Severity != SeverityError || references.MatchString(d.Message) {
		return false
	}
	return !expressionPath.MatchString(d.Path) || shapeOfScalar.MatchString(d.Message)
}

// Documents made by random changes are accepted by the schema exactly when the parser finds nothing wrong with their
// shape.
func TestSchemaAndParserAgree(t *testing.T) {
	const seed, mutants = 42, 600
	g := rand.New(rand.NewPCG(seed, 1))
	schema := compileSchema(t)
	names := []string{
		"sum", "count", "mean", "streak", "share", "of", "where", "caps", "window", "credit", "decay", "grace", "longest",
		"prior", "in", "within", "after", "keep", "max", "when", "name", "title", "SessionHeld", "GoalMet", "FeedbackGiven",
		"effort", "score", "review", "rewards", "lost", "unheard_of",
	}
	rejected := 0
	for _, path := range []string{"testdata/valid/sample.yaml", "testdata/valid/every-feature.yaml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var whole map[string]any
		if err := yaml.Unmarshal(text, &whole); err != nil {
			t.Fatal(err)
		}
		for range mutants / 2 {
			changed := mutant(g, whole, names)
			if g.IntN(3) == 0 {
				changed = mutant(g, changed, names)
			}
			text, err := json.Marshal(changed)
			if err != nil {
				t.Fatal(err)
			}
			var value any
			if err := yaml.Unmarshal(text, &value); err != nil {
				t.Fatal(err)
			}
			complaint := schema.Validate(value)
			doc, ds := Parse("mutant", text)
			if doc != nil && complaint != nil {
				t.Fatalf("seed %d: the parser accepts what the schema rejects:\n%s\n%v", seed, text, complaint)
			}
			if slices.ContainsFunc(ds, aboutShape) && complaint == nil {
				t.Fatalf("seed %d: the schema accepts what the parser rejects:\n%s\n%s", seed, text, ds)
			}
			if doc == nil {
				rejected++
			}
		}
	}
	if rejected < mutants/4 || rejected == mutants {
		t.Errorf("%d of %d documents rejected: the test tests little", rejected, mutants)
	}
}

package criteria

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"
)

func TestKnobsOfSample(t *testing.T) {
	text, err := os.ReadFile("testdata/valid/sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	knobs, err := Knobs("sample.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, k := range knobs {
		fmt.Fprintf(&b, "%s (%s) %d:%d\n  %s: %v %s, %v to %v by %v, allowed %v to %v with %d decimals\n", k.ID, k.Kind,
			k.At.Line, k.At.Column, k.Label, k.Value, k.Unit, k.Min, k.Max, k.Step, k.Least, k.Most, k.Decimals)
	}
	golden(t, "testdata/knobs.txt", b.String())
}

// expressionNumberRE finds the numbers of an expression, without signs, and passes over names, texts and comments.
var expressionNumberRE = regexp.MustCompile(
	`//[^\n]*|"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*|0x[0-9a-f]+|([0-9]*\.)?[0-9]+([eE][-+]?[0-9]+)?`)

// without blanks out the numbers of an expression and returns them. Signs, which may belong to either, are left out.
func without(source string) (rest string, numbers []float64) {
	rest = expressionNumberRE.ReplaceAllStringFunc(source, func(token string) string {
		v, err := strconv.ParseFloat(token, 64)
		if n, hex := strings.CutPrefix(token, "0x"); hex {
			var whole int64
			whole, err = strconv.ParseInt(n, 16, 64)
			v = float64(whole)
		}
		if err != nil {
			return token
		}
		numbers = append(numbers, v)
		return "#"
	})
	return strings.NewReplacer("-", "", " ", "").Replace(rest), numbers
}

// wantSet compares what a document means, after a knob was set, with what it meant and the one change asked for, found
// by the id alone.
func wantSet(t failer, before, after []byte, id string, value float64) {
	want, got := mustParse(t, before), mustParse(t, after)
	milli := func() Milli { return int64(math.Round(value * 1000)) }
	days := int64(value) * dayNS
	steps := strings.Split(id, ".")
	// expression compares two expressions, and makes them equal.
	expression := func(a, b *Expr) {
		aRest, aNumbers := without(a.Source)
		bRest, bNumbers := without(b.Source)
		changed := 0
		for i := range aNumbers {
			if i < len(bNumbers) && aNumbers[i] != bNumbers[i] {
				changed++
				if bNumbers[i] != math.Abs(value) {
					t.Fatalf("%s: %v, want %v\n%s\n%s", id, bNumbers[i], value, a.Source, b.Source)
				}
			}
		}
		if aRest != bRest || len(aNumbers) != len(bNumbers) || changed > 1 {
			t.Fatalf("%s = %v changed\n%s\nto\n%s", id, value, a.Source, b.Source)
		}
		a.Source = b.Source
	}
	switch steps[0] {
	case "score":
		expression(&want.Score, &got.Score)
	case "policy":
		want.Policy.GraceNS = days
	case "tiers":
		i := slices.IndexFunc(want.Tiers, func(t Tier) bool { return t.ID == steps[1] })
		if steps[2] == "keep" {
			want.Tiers[i].KeepNS = days
		} else {
			expression(&want.Tiers[i].When, &got.Tiers[i].When)
		}
	case "measures":
		i := slices.IndexFunc(want.Measures, func(m Measure) bool { return m.Name == steps[1] })
		m := &want.Measures[i]
		switch strings.Join(steps[2:], ".") {
		case "window":
			m.WindowNS = days
		case "grace":
			m.Grace = int(value)
		case "credit.within":
			m.Credit.WithinNS = days
		case "credit.at_least":
			m.Credit.AtLeastNS = days
		case "prior.mean":
			m.PriorMean = milli()
		case "prior.weight":
			m.PriorWeight = milli()
		default:
			switch steps[2] {
			case "of":
				j := slices.IndexFunc(m.Of, func(o TypePoints) bool { return string(o.Type) == steps[3] })
				m.Of[j].Points = milli()
			case "where":
				expression(&m.Where, &got.Measures[i].Where)
			case "caps":
				wantCap(t, m, before, steps[3], milli())
			case "decay":
				wantDecay(t, m, before, steps[3], steps[4], value)
			default:
				t.Fatalf("nobody knows what %s is", id)
			}
		}
	}
	if a, b := placeless(want), placeless(got); !equalDocuments(a, b) {
		t.Fatalf("%s = %v:\n got %+v\nwant %+v", id, value, b, a)
	}
}

// written returns a list of a measure as it stands in the text, before it is sorted.
func written(t failer, text []byte, measure, key string) []map[string]any {
	var doc struct {
		Measures map[string]map[string]any
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatalf("%v", err)
	}
	var list []map[string]any
	for _, item := range doc.Measures[measure][key].([]any) {
		list = append(list, item.(map[string]any))
	}
	return list
}

func wantCap(t failer, m *Measure, text []byte, index string, limit Milli) {
	list := written(t, text, m.Name, "caps")
	n, _ := strconv.Atoi(index)
	var caps []string
	for i, c := range list {
		most := fmt.Sprint(c["max"])
		if i == n {
			most = formatDecimal(limit, 3)
		}
		caps = append(caps, fmt.Sprintf("{per: %v, every: %v, max: %v}", c["per"], c["every"], most))
	}
	m.Caps = mustParse(t, []byte("apiVersion: laurel/v1\nkind: Criteria\nprogram: p\nmeasures:\n  m: {sum: points, "+
		"of: {GoalMet: 1}, caps: ["+strings.Join(caps, ", ")+"]}\nscore: m\ntiers: [{id: t, when: m > 0}]")).Measures[0].Caps
}

func wantDecay(t failer, m *Measure, text []byte, index, key string, value float64) {
	list := written(t, text, m.Name, "decay")
	n, _ := strconv.Atoi(index)
	m.Decay = nil
	for i, c := range list {
		days, _ := parseDays(fmt.Sprint(c["after"]))
		keep, _ := strconv.ParseFloat(fmt.Sprint(c["keep"]), 64)
		if i == n && key == "after" {
			days = int(value)
		} else if i == n {
			keep = value
		}
		m.Decay = append(m.Decay, DecayStep{AfterNS: int64(days) * dayNS, KeepMicro: int64(math.Round(keep * 1e6))})
	}
	slices.SortFunc(m.Decay, func(a, b DecayStep) int { return int((a.AfterNS - b.AfterNS) / dayNS) })
}

func mustParse(t failer, text []byte) *Document {
	doc, findings := Parse("test.yaml", text)
	if doc == nil {
		t.Fatalf("%s\n%s", text, findings)
	}
	return doc
}

// drawValue draws a value that a knob allows: on the slider, at the bounds, or anywhere.
func drawValue(t *rapid.T, k *Knob) float64 {
	scale := math.Pow10(min(k.Decimals, 6))
	low, high := k.Min, k.Max
	switch rapid.IntRange(0, 3).Draw(t, "where") {
	case 0:
		low, high = k.Least, k.Most
	case 1:
		return rapid.SampledFrom([]float64{k.Least, k.Most, k.Min, k.Max}).Draw(t, "bound")
	}
	n := rapid.Int64Range(int64(math.Ceil(low*scale)), int64(math.Floor(high*scale))).Draw(t, "value")
	return float64(n) / scale
}

// TestSetChangesOneNumber turns knobs of all documents, in any of the styles in which YAML and JSON are written.
func TestSetChangesOneNumber(t *testing.T) {
	for _, path := range knobFiles(t) {
		text, knobs := readKnobFile(t, path)
		for i := range knobs {
			for _, value := range []float64{knobs[i].Min, knobs[i].Max} {
				turn(t, path, text, knobs, &knobs[i], value)
			}
		}
	}
}

// TestSetIsExact sets any knob to anything that it may be, and back.
func TestSetIsExact(t *testing.T) {
	paths := knobFiles(t)
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SampledFrom(paths).Draw(t, "file")
		text, knobs := readKnobFile(t, path)
		if rapid.Bool().Draw(t, "another") {
			if other := drawMutant(t, text); other != nil {
				text = other
				var err error
				if knobs, err = Knobs(path, text); err != nil {
					t.Fatalf("%v", err)
				}
			}
		}
		if len(knobs) == 0 {
			return
		}
		k := rapid.SampledFrom(knobs).Draw(t, "knob")
		value := drawValue(t, &k)
		changed := turn(t, path, text, knobs, &k, value)
		if changed == nil {
			return
		}
		again, err := Knobs(path, changed)
		if err != nil || len(again) != len(knobs) {
			t.Fatalf("%d knobs of %d: %v", len(again), len(knobs), err)
		}
		for i := range again {
			want := knobs[i].Value
			if again[i].ID == k.ID {
				want = value
			}
			if again[i].ID != knobs[i].ID || again[i].Value != want {
				t.Fatalf("%s = %v has become %s = %v", knobs[i].ID, want, again[i].ID, again[i].Value)
			}
			if s := &again[i]; s.Step <= 0 || s.Min > want || s.Max < want || s.Min < s.Least || s.Max > s.Most {
				t.Fatalf("a slider that cannot be: %+v", s)
			}
		}
		back, err := Set(path, changed, k.ID, k.Value)
		if err != nil {
			t.Fatalf("%s: %s back to %v: %v", path, k.ID, k.Value, err)
		}
		restored, err := Knobs(path, back)
		same := func(a, b Knob) bool { return a.ID == b.ID && a.Value == b.Value }
		if err != nil || !slices.EqualFunc(restored, knobs, same) {
			t.Fatalf("%s back to %v: %v\n%s", k.ID, k.Value, err, back)
		}
	})
}

// drawMutant changes a document here and there, and writes it as JSON; nil where nothing came of it that can be used.
func drawMutant(t *rapid.T, text []byte) []byte {
	var whole any
	if err := yaml.Unmarshal(text, &whole); err != nil {
		t.Fatalf("%v", err)
	}
	g := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	names := []string{"of", "caps", "window", "credit", "decay", "grace", "prior", "keep", "GoalMet", "SkillAttested"}
	var last []byte
	for range 10 {
		changed := mutant(g, whole, names)
		text, err := json.Marshal(changed)
		if err != nil {
			t.Fatalf("%v", err)
		}
		if doc, _ := Parse("mutant", text); doc != nil {
			whole, last = changed, text
		}
	}
	return last
}

func knobFiles(t *testing.T) []string {
	return slices.Concat(files(t, "valid/*.*"), files(t, "warnings/*.yaml"), files(t, "knobs/*.*"))
}

func readKnobFile(t failer, path string) ([]byte, []Knob) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v", err)
	}
	knobs, err := Knobs(path, text)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return text, knobs
}

// turn sets a knob and wants that, and nothing else, to change. It returns nil where the document could not be used
// then.
func turn(t failer, path string, text []byte, knobs []Knob, k *Knob, value float64) []byte {
	changed, err := Set(path, text, k.ID, value)
	var invalid *InvalidError
	if errors.As(err, &invalid) && k.Kind == KnobDecayAfter {
		for i := range knobs { // two steps at one age
			if knobs[i].Kind == KnobDecayAfter && knobs[i].Value == value && strings.Contains(err.Error(), "two steps") {
				return nil
			}
		}
	}
	if err != nil {
		t.Fatalf("%s: %s = %v: %v", path, k.ID, value, err)
	}
	wantSet(t, text, changed, k.ID, value)
	wantOneToken(t, text, changed, k, value)
	return changed
}

// failer is what *testing.T and *rapid.T offer.
type failer interface {
	Fatalf(format string, args ...any)
}

// wantOneToken wants the texts to be the same before and after one number, which is spelled as a decimal.
func wantOneToken(t failer, before, after []byte, k *Knob, value float64) {
	lines, changed := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
	if len(lines) != len(changed) {
		t.Fatalf("the text has %d lines, and had %d", len(changed), len(lines))
	}
	for i := range lines {
		if i != k.At.Line-1 {
			if lines[i] != changed[i] {
				t.Fatalf("line %d changed: %q to %q", i+1, lines[i], changed[i])
			}
			continue
		}
		old, new := []rune(strings.TrimPrefix(lines[i], "\ufeff")), []rune(strings.TrimPrefix(changed[i], "\ufeff"))
		at := k.At.Column - 1
		number := strconv.FormatFloat(value, 'f', -1, 64)
		if value == 0 {
			number = "0"
		}
		if string(old[:at]) != string(new[:at]) || !strings.HasPrefix(string(new[at:]), number) {
			t.Fatalf("%q became %q for %s = %s at column %d", lines[i], changed[i], k.ID, number, at+1)
		}
		rest := string(new[at+len(number):])
		if !strings.HasSuffix(string(old[at:]), rest) {
			t.Fatalf("%q became %q for %s = %s", lines[i], changed[i], k.ID, number)
		}
	}
}

// TestKnobsAreComplete counts the numbers of documents in another way.
func TestKnobsAreComplete(t *testing.T) {
	for _, path := range slices.Concat(files(t, "valid/*.*"), files(t, "knobs/*.*")) {
		text, knobs := readKnobFile(t, path)
		got := map[KnobKind]int{}
		for _, k := range knobs {
			if k.Kind == KnobThreshold || k.Kind == KnobCoefficient || k.Kind == KnobConstant {
				if strings.HasPrefix(k.ID, "measures.") {
					continue
				}
				got["in expressions"]++
				continue
			}
			got[k.Kind]++
		}
		doc := mustParse(t, text)
		want := map[KnobKind]int{}
		add := func(kind KnobKind, n int) {
			if n > 0 {
				want[kind] += n
			}
		}
		count := func(e Expr) {
			_, numbers := without(e.Source)
			add("in expressions", len(numbers))
		}
		bare := regexp.MustCompile(`(?m)#.*$`).ReplaceAll(text, nil)
		spelled := func(key string) int { return len(regexp.MustCompile(`\b`+key+`"?:`).FindAll(bare, -1)) }
		for i := range doc.Measures {
			m := &doc.Measures[i]
			if m.Aggregate == SumPoints {
				add(KnobPoints, len(m.Of))
			}
			add(KnobCap, len(m.Caps))
			add(KnobDecayAfter, len(m.Decay))
			add(KnobDecayKeep, len(m.Decay))
			if m.WindowNS > 0 {
				add(KnobWindow, 1)
			}
			if m.Aggregate == MeanRating {
				add(KnobPriorMean, 1)
				add(KnobPriorWeight, 1)
			}
		}
		add(KnobWithin, spelled("within"))
		add(KnobAtLeast, spelled("at_least"))
		count(doc.Score)
		graces := spelled("grace")
		for i := range doc.Tiers {
			count(doc.Tiers[i].When)
			if doc.Tiers[i].Keep == KeepFor {
				add(KnobKeep, 1)
			}
		}
		if doc.Policy.Lost == LostGrace {
			add(KnobLostGrace, 1)
			graces--
		}
		add(KnobGrace, graces)
		for kind, n := range want {
			if got[kind] != n {
				t.Errorf("%s: %d knobs %s, want %d", path, got[kind], kind, n)
			}
			delete(got, kind)
		}
		if len(got) > 0 {
			t.Errorf("%s: knobs that nobody expects: %v", path, got)
		}
	}
}

func TestSetRefuses(t *testing.T) {
	text, err := os.ReadFile("testdata/valid/sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id    string
		value float64
		want  string
	}{
		{"measures.effort.windows", 3, "knob measures.effort.windows: the document has no such number"},
		{"measures.effort.window", 0, "it cannot be 0; use a whole number, 1 to 36500"},
		{"measures.effort.window", 40000, "it cannot be 40000"},
		{"measures.effort.window", 1.5, "it cannot be 1.5; use a whole number"},
		{"measures.effort.of.SessionHeld", 0.0001, "use a number with at most 3 decimals, 0 to 1000000"},
		{"measures.effort.of.SessionHeld", -1, "it cannot be -1"},
		{"measures.effort.of.SessionHeld", math.NaN(), "it cannot be NaN"},
		{"tiers.champion.when.score", math.Inf(1), "it cannot be +Inf"},
		{"tiers.champion.when.score", 1e300, "use a number with at most 6 decimals, -1000000000 to 1000000000"},
		{"measures.outcome.decay.0.after", 730, "two steps"},
		{"measures.outcome.decay.0.keep", 1.1, "0 to 1"},
	} {
		changed, err := Set("sample.yaml", text, c.id, c.value)
		if err == nil || changed != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %v: %v, want %q", c.id, c.value, err, c.want)
		}
	}
	if _, err := Knobs("broken.yaml", []byte("measures: [")); err == nil {
		t.Error("knobs of a text that is no document")
	}
	if _, err := Set("broken.yaml", []byte("measures: ["), "score.constant-1", 1); err == nil {
		t.Error("a knob was set in a text that is no document")
	}
}

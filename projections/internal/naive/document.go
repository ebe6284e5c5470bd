package naive

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // the zones of the documents, also where the system has none

	"github.com/goccy/go-yaml"
)

const day = 24 * time.Hour

type document struct {
	zone     *time.Location
	measures []measure
	score    expression
	tiers    []tier
}

type measure struct {
	name    string
	kind    string           // "sum points", "count mentees", "mean rating", "streak month", "share mentee"
	of      map[string]int64 // type to points in thousandths
	where   *expression
	caps    []limit
	window  time.Duration // 0: none
	within  time.Duration
	atLeast time.Duration
	split   bool
	decay   []step
	grace   int64
	longest bool
	mean    *big.Rat // of the prior
	weight  *big.Rat
	in      string
}

type limit struct {
	per, every string
	max        int64 // thousandths
}

type step struct {
	after time.Duration
	keep  *big.Rat
}

type tier struct {
	id      string
	when    expression
	keep    string        // forever, while-met or for
	keepFor time.Duration // if keep is for
}

// readDocument reads a valid document. It knows no defaults but the documented ones and refuses what it does not know.
func readDocument(text []byte) (doc *document, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, err = nil, fmt.Errorf("%v", r)
		}
	}()
	var root yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(text, &root, yaml.UseOrderedMap()); err != nil {
		return nil, err
	}
	doc = &document{zone: time.UTC}
	var score, tiers any
	for _, item := range root {
		switch key := item.Key.(string); key {
		case "apiVersion", "kind", "program", "title", "policy":
		case "timezone":
			zone, err := time.LoadLocation(item.Value.(string))
			if err != nil {
				return nil, err
			}
			doc.zone = zone
		case "measures":
			for _, m := range item.Value.(yaml.MapSlice) {
				doc.measures = append(doc.measures, readMeasure(m.Key.(string), m.Value.(yaml.MapSlice)))
			}
		case "score":
			score = item.Value
		case "tiers":
			tiers = item.Value
		default:
			return nil, fmt.Errorf("unknown key %q", key)
		}
	}
	var names []string
	for _, m := range doc.measures {
		names = append(names, m.name)
	}
	doc.score = compileNumber(scalar(score), names)
	for _, t := range tiers.([]any) {
		doc.tiers = append(doc.tiers, readTier(t.(yaml.MapSlice), append(names, "score")))
	}
	return doc, nil
}

func readMeasure(name string, fields yaml.MapSlice) measure {
	m := measure{name: name, of: map[string]int64{}, within: 365 * day}
	for _, f := range fields {
		switch key := f.Key.(string); key {
		case "sum", "count", "mean", "streak", "share":
			m.kind = key + " " + f.Value.(string)
		case "of":
			switch of := f.Value.(type) {
			case string:
				m.of[of] = 0
			case []any:
				for _, t := range of {
					m.of[t.(string)] = 0
				}
			case yaml.MapSlice:
				for _, t := range of {
					m.of[t.Key.(string)] = milli(t.Value)
				}
			}
		case "where":
			e := compileWhere(scalar(f.Value))
			m.where = &e
		case "caps":
			for _, c := range f.Value.([]any) {
				m.caps = append(m.caps, readCap(c.(yaml.MapSlice)))
			}
		case "window":
			m.window = days(f.Value)
		case "credit":
			for _, c := range f.Value.(yaml.MapSlice) {
				switch c.Key.(string) {
				case "within":
					m.within = days(c.Value)
				case "at_least":
					m.atLeast = days(c.Value)
				case "split":
					m.split = c.Value.(bool)
				default:
					panic(fmt.Sprintf("unknown key %v of credit", c.Key))
				}
			}
		case "decay":
			for _, d := range f.Value.([]any) {
				m.decay = append(m.decay, readStep(d.(yaml.MapSlice)))
			}
		case "grace":
			m.grace = milli(f.Value) / 1000
		case "longest":
			m.longest = f.Value.(bool)
		case "prior":
			for _, p := range f.Value.(yaml.MapSlice) {
				switch p.Key.(string) {
				case "mean":
					m.mean = number(p.Value)
				case "weight":
					m.weight = number(p.Value)
				default:
					panic(fmt.Sprintf("unknown key %v of prior", p.Key))
				}
			}
		case "in":
			m.in = f.Value.(string)
		default:
			panic(fmt.Sprintf("unknown key %q of measure %s", key, name))
		}
	}
	return m
}

func readCap(fields yaml.MapSlice) limit {
	var c limit
	for _, f := range fields {
		switch f.Key.(string) {
		case "per":
			c.per = f.Value.(string)
		case "every":
			c.every = f.Value.(string)
		case "max":
			c.max = milli(f.Value)
		default:
			panic(fmt.Sprintf("unknown key %v of cap", f.Key))
		}
	}
	return c
}

func readStep(fields yaml.MapSlice) step {
	var s step
	for _, f := range fields {
		switch f.Key.(string) {
		case "after":
			s.after = days(f.Value)
		case "keep":
			s.keep = number(f.Value)
		default:
			panic(fmt.Sprintf("unknown key %v of decay", f.Key))
		}
	}
	return s
}

func readTier(fields yaml.MapSlice, names []string) tier {
	t := tier{keep: "while-met"}
	for _, f := range fields {
		switch f.Key.(string) {
		case "id":
			t.id = f.Value.(string)
		case "when":
			t.when = compileCondition(scalar(f.Value), names)
		case "keep":
			t.keep = f.Value.(string)
			if t.keep != "forever" && t.keep != "while-met" {
				t.keep, t.keepFor = "for", days(f.Value)
			}
		case "name", "review", "rewards":
		default:
			panic(fmt.Sprintf("unknown key %v of tier", f.Key))
		}
	}
	return t
}

// days reads a duration such as 30d. A d is 24 hours.
func days(v any) time.Duration {
	n, err := strconv.Atoi(strings.TrimSuffix(v.(string), "d"))
	if err != nil || !strings.HasSuffix(v.(string), "d") {
		panic(fmt.Sprintf("%v is no duration in days", v))
	}
	return time.Duration(n) * day
}

// number reads a YAML number exactly.
func number(v any) *big.Rat {
	r, ok := new(big.Rat).SetString(scalar(v))
	if !ok {
		panic(fmt.Sprintf("%v is no number", v))
	}
	return r
}

// milli reads a YAML number with at most three decimals.
func milli(v any) int64 {
	r := new(big.Rat).Mul(number(v), big.NewRat(1000, 1))
	if !r.IsInt() {
		panic(fmt.Sprintf("%v has more than three decimals", v))
	}
	return r.Num().Int64()
}

// scalar is a YAML scalar as text: an expression such as 1 or true arrives as a number or a bool.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case uint64, int64, int, bool:
		return fmt.Sprint(v)
	}
	panic(fmt.Sprintf("%v is no scalar", v))
}

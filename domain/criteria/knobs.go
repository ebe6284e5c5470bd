package criteria

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Knob is one number of a criteria document that can be turned: a threshold, a weight, a cap, a window and the like.
type Knob struct {
	// ID names the number by where it stands in the document, such as measures.effort.window,
	// measures.effort.caps.0.max, tiers.champion.when.score or score.outcome.weight. It stays the same when any knob is
	// turned. Caps and decay steps are numbered in the order of the text. In an expression a number is named by the
	// measure that it is compared with or multiplies, and by its turn where that is none or not the first.
	ID    string   `json:"id"`
	Kind  KnobKind `json:"kind"`
	Label string   `json:"label"` // what it says, in words
	Unit  string   `json:"unit"`  // what it counts, such as "days"; "" for a bare number
	Value float64  `json:"value"`

	// Min, Max and Step are for a slider: a sensible range around the value, which is one of its steps. The document
	// allows Least to Most, with at most Decimals decimals.
	Min      float64 `json:"min"`
	Max      float64 `json:"max"`
	Step     float64 `json:"step"`
	Least    float64 `json:"least"`
	Most     float64 `json:"most"`
	Decimals int     `json:"decimals"`

	At Place `json:"at"` // of its first character
}

// KnobKind says what a knob does.
type KnobKind string

// The kinds of knobs.
const (
	KnobThreshold   KnobKind = "threshold"    // a number that a when, where or score compares with
	KnobPoints      KnobKind = "points"       // of an event type in a sum
	KnobCoefficient KnobKind = "coefficient"  // a number that multiplies in a score or when
	KnobConstant    KnobKind = "constant"     // any other number of a score or when
	KnobCap         KnobKind = "cap"          // the max of a cap
	KnobWindow      KnobKind = "window"       // how long a fact counts
	KnobDecayAfter  KnobKind = "decay-after"  // the age from which on a decay step holds
	KnobDecayKeep   KnobKind = "decay-keep"   // what it keeps
	KnobWithin      KnobKind = "within"       // of credit
	KnobAtLeast     KnobKind = "at-least"     // of credit
	KnobPriorMean   KnobKind = "prior-mean"   // of a mean
	KnobPriorWeight KnobKind = "prior-weight" // likewise
	KnobGrace       KnobKind = "streak-grace" // units that may be missing in a streak
	KnobKeep        KnobKind = "keep"         // how long a tier stays
	KnobLostGrace   KnobKind = "lost-grace"   // of the policy
)

// knobsMax bounds the knobs of a document. Few have more than fifty.
const knobsMax = 1000

// knob is a Knob with where its number stands.
type knob struct {
	Knob
	from, to int    // bytes of the text
	suffix   string // of a duration, the unit
}

// Knobs lists the numbers of a document that can be turned, in the order of the text. It fails with *InvalidError on a
// document that cannot be used. Of a where, these are the numbers that an attribute is compared with. A number that is
// spelled with escapes of YAML is left out.
func Knobs(name string, text []byte) ([]Knob, error) {
	found, err := readKnobs(name, text)
	if err != nil {
		return nil, err
	}
	return exported(found), nil
}

func exported(found []knob) []Knob {
	knobs := make([]Knob, len(found))
	for i := range found {
		knobs[i] = found[i].Knob
	}
	return knobs
}

// Set turns one knob: the text comes back with another number in its place and is the same otherwise, comments and
// layout included. It fails with *KnobError where there is no such knob or the value is none that it can have, and with
// *InvalidError where the document could not be used then, as with two decay steps at the same age.
func Set(name string, text []byte, id string, value float64) ([]byte, error) {
	found, err := readKnobs(name, text)
	if err != nil {
		return nil, err
	}
	k := findKnob(found, id)
	if k == nil {
		return nil, &KnobError{ID: id, Problem: "the document has no such number"}
	}
	number, err := k.format(value)
	if err != nil {
		return nil, err
	}
	changed := string(text[:k.from]) + number + k.suffix + string(text[k.to:])
	again, err := readKnobs(name, []byte(changed))
	if err != nil {
		return nil, err
	}
	if now := findKnob(again, id); now == nil || now.Value != value || len(again) != len(found) {
		return nil, &KnobError{ID: id, Problem: "the number cannot become " + number + " where it stands"}
	}
	return []byte(changed), nil
}

// KnobError says why a knob cannot be turned.
type KnobError struct {
	ID      string
	Problem string
}

func (e *KnobError) Error() string { return fmt.Sprintf("knob %s: %s", clip(e.ID), e.Problem) }

func findKnob(knobs []knob, id string) *knob {
	for i := range knobs {
		if knobs[i].ID == id {
			return &knobs[i]
		}
	}
	return nil
}

// format spells a value that the knob can have.
func (k *knob) format(value float64) (string, error) {
	spell := func(v float64) string { return strconv.FormatFloat(v+0, 'f', -1, 64) }
	number := spell(value)
	_, decimals, _ := strings.Cut(number, ".")
	if !(value >= k.Least && value <= k.Most) || len(decimals) > k.Decimals {
		right := "a whole number"
		if k.Decimals > 0 {
			right = fmt.Sprintf("a number with at most %d decimals", k.Decimals)
		}
		return "", &KnobError{ID: k.ID, Problem: fmt.Sprintf("it cannot be %s; use %s, %s to %s", number, right,
			spell(k.Least), spell(k.Most))}
	}
	if value == 0 {
		return "0", nil // also of -0
	}
	return number, nil
}

// knobReader collects the knobs of a document.
type knobReader struct {
	*reading
	text  []byte
	lines []int // by line from 0: where it begins in the text
	found []knob
}

func readKnobs(name string, text []byte) ([]knob, error) {
	r, findings := read(name, text)
	if r == nil {
		return nil, findings.Err()
	}
	return r.knobs(text), nil
}

// knobs finds the knobs of a text that was read.
func (r *reading) knobs(text []byte) []knob {
	k := &knobReader{reading: r, text: text, lines: []int{0}}
	if strings.HasPrefix(string(text), "\ufeff") {
		k.lines[0] = len("\ufeff")
	}
	for i, c := range text {
		if c == '\n' {
			k.lines = append(k.lines, i+1)
		}
	}
	k.document()
	return k.found[:min(len(k.found), knobsMax)]
}

// offset is where a character stands in the text.
func (r *knobReader) offset(at Place) int {
	i := r.lines[at.Line-1]
	for range at.Column - 1 {
		_, size := utf8.DecodeRune(r.text[i:])
		i += size
	}
	return i
}

// add notes a knob whose number is the token at some characters, if the text spells it as it is.
func (r *knobReader) add(k knob, token string, places []Place) {
	if len(places) != len(token) || token == "" {
		return // of several bytes a character: no number
	}
	k.At = places[0]
	k.from = r.offset(k.At)
	k.to = k.from + len(token)
	if k.to <= len(r.text) && string(r.text[k.from:k.to]) == token {
		k.slide()
		r.found = append(r.found, k)
	}
}

// scalar notes a knob that is a scalar of its own.
func (r *knobReader) scalar(n *node, k knob) {
	token := n.text
	if days, ok := parseDays(token); ok && k.Unit == unitDays {
		k.Value, k.suffix = float64(days), "d"
		k.Most = durationDaysMax
	} else if value, err := strconv.ParseFloat(token, 64); err == nil {
		k.Value = value
	} else {
		return // a word, such as forever
	}
	r.add(k, token, r.placesOf(n))
}

// slide chooses the range of a slider and its steps.
func (k *knob) slide() {
	low, high := 0.0, niceAbove(2*math.Abs(k.Value))
	switch {
	case k.Unit == unitShare:
		high = max(1, niceAbove(math.Abs(k.Value)))
	case k.Unit == unitRating:
		low, high = min(1, math.Floor(k.Value)), max(5, math.Ceil(k.Value))
	case k.Kind == KnobCoefficient:
		high = max(high, 2)
	case k.Unit == unitDays:
		high = max(high, 30)
	default:
		high = max(high, 10)
	}
	if k.Value < 0 {
		low = -niceAbove(2 * math.Abs(k.Value))
	}
	low, high = max(low, k.Least), min(high, k.Most)
	k.Step = k.stepIn(low, high)
	if low > 0 && low == k.Least && k.Unit != unitRating {
		low = k.Step // so that the steps are round
	}
	k.Min, k.Max = min(low, k.Value), max(high, k.Value)
}

// stepsWanted is from how many steps on a slider is fine enough.
const stepsWanted = 40

// stepIn returns the largest round step by which the value can be reached from 0 and which makes steps enough.
func (k *knob) stepIn(low, high float64) float64 {
	const millionths = 1_000_000
	value := int64(math.Round(k.Value * millionths))
	for size := int64(millionths * millionths); size >= 1; size /= 10 {
		for _, step := range []int64{5 * size, size} {
			fine := float64(step) <= (high-low)*millionths/stepsWanted || step <= k.finest()
			if fine && value%step == 0 {
				return float64(step) / millionths
			}
		}
	}
	return 1.0 / millionths
}

// finest is the smallest step that makes sense, in millionths: what is counted is whole.
func (k *knob) finest() int64 {
	switch {
	case k.Decimals == 0, k.Unit != "" && k.Unit != unitPoints && k.Unit != unitRating && k.Unit != unitShare:
		return 1_000_000
	}
	return 1
}

// niceAbove is the least number of 1, 2 and 5 times a power of ten that is not below.
func niceAbove(x float64) float64 {
	for size := 1e-6; size < 1e12; size *= 10 {
		for _, factor := range []float64{1, 2, 5} {
			if nice := math.Round(factor*size*1e6) / 1e6; nice >= x {
				return nice
			}
		}
	}
	return x
}

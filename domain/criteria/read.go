package criteria

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// field is a key that a mapping may have.
type field struct {
	name     string
	required bool
}

func required(name string) field { return field{name: name, required: true} }
func optional(name string) field { return field{name: name} }

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// object reads a mapping with the given keys: every unknown, repeated, empty and missing key is an error. The result
// has the keys that are there and not empty; it is nil when n is no mapping.
func (s *source) object(n *node, path, what string, fields ...field) map[string]*node {
	if n.kind != kindMap {
		s.wrongType(n, path, what, "a mapping")
		return nil
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	got, seen := map[string]*node{}, map[string]bool{}
	for _, p := range s.distinct(n, path) {
		if !slices.Contains(names, p.key) {
			hint := didYouMean(p.key, names)
			if path == "" && looksLikeMeasure(p.value) {
				hint = "indent it under `measures:`"
			}
			s.errorf(p.at, join(path, p.key), hint, "unknown key `%s` in %s", clip(p.key), what)
			continue
		}
		seen[p.key] = true
		if p.value.kind == kindNull {
			s.errorf(p.value.at, join(path, p.key), "give it a value or leave the key out", "`%s` is empty", p.key)
			continue
		}
		got[p.key] = p.value
	}
	for _, f := range fields {
		if f.required && !seen[f.name] {
			s.errorf(n.at, join(path, f.name), "add `"+f.name+":`", "%s has no `%s`", what, f.name)
		}
	}
	return got
}

// looksLikeMeasure reports whether a mapping says what it computes.
func looksLikeMeasure(n *node) bool {
	return slices.ContainsFunc(n.pairs, func(p pair) bool { return slices.Contains(aggregateKeys(), p.key) })
}

// distinct is a mapping's entries with an error for each repeated key.
func (s *source) distinct(n *node, path string) []pair {
	first := map[string]Place{}
	var out []pair
	for _, p := range n.pairs {
		if at, ok := first[p.key]; ok {
			s.errorf(p.at, join(path, p.key), "keep one of them", "`%s` is given twice, first on line %d",
				clip(p.key), at.Line)
			continue
		}
		first[p.key] = p.at
		out = append(out, p)
	}
	return out
}

func (s *source) wrongType(n *node, path, what, want string) {
	s.errorf(n.at, path, "", "%s must be %s and is %s", what, want, n.describe())
}

// describe names a node for a message about what it should have been.
func (n *node) describe() string {
	switch n.kind {
	case kindNull:
		return "empty"
	case kindMap:
		return "a mapping"
	case kindList:
		return "a list"
	case kindQuoted:
		return fmt.Sprintf("the text %q", clip(n.text))
	}
	switch n.plainType() {
	case "number":
		return "the number " + clip(n.text)
	case "boolean":
		return n.text
	}
	return fmt.Sprintf("%q", clip(n.text))
}

// clip bounds what a message repeats of the document.
func clip(text string) string {
	const clipRunes = 60
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	if utf8.RuneCountInString(text) <= clipRunes {
		return text
	}
	return string([]rune(text)[:clipRunes]) + "..."
}

// plainType is the type of an unquoted scalar under YAML's core schema: number, boolean or string.
func (n *node) plainType() string {
	if n.kind != kindPlain {
		return "string"
	}
	switch n.text {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return "boolean"
	}
	if numberRE.MatchString(n.text) {
		return "number"
	}
	switch strings.ToLower(strings.TrimLeft(n.text, "+-")) {
	case ".inf", ".nan":
		return "number"
	}
	return "string"
}

// oneLine reads a text of 1 to bytesMax bytes that prints on one line.
func (s *source) oneLine(n *node, path, what string, bytesMax int) (string, bool) {
	if n.kind != kindPlain && n.kind != kindQuoted {
		s.wrongType(n, path, what, "a text")
		return "", false
	}
	if n.plainType() != "string" {
		s.errorf(n.at, path, "put it in quotes: \""+clip(n.text)+"\"", "%s must be a text and is %s", what, n.describe())
		return "", false
	}
	if strings.TrimSpace(n.text) == "" {
		s.errorf(n.at, path, "", "%s is an empty text", what)
		return "", false
	}
	if len(n.text) > bytesMax {
		s.errorf(n.at, path, fmt.Sprintf("at most %d bytes are allowed", bytesMax), "%s is too long: %d bytes", what,
			len(n.text))
		return "", false
	}
	if strings.ContainsFunc(n.text, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) {
		s.errorf(n.at, path, "write it on one line", "%s has a line break or another control character", what)
		return "", false
	}
	return n.text, true
}

const slugBytesMax = 63

// slug reads a name of lower-case letters, digits and hyphens.
func (s *source) slug(n *node, path, what string) (string, bool) {
	text, ok := s.oneLine(n, path, what, 1<<10)
	if !ok || isSlug(text) {
		return text, ok
	}
	hint := "use 1 to 63 lower-case letters, digits and hyphens, not starting with a hyphen"
	if better := slugged(text); isSlug(better) {
		hint += "; did you mean `" + better + "`?"
	}
	s.errorf(n.at, path, hint, "%s `%s` is not a slug", what, clip(text))
	return "", false
}

func isSlug(text string) bool {
	if text == "" || len(text) > slugBytesMax || text[0] == '-' {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// slugged is the slug nearest to a text; it may be none.
func slugged(text string) string {
	mapped := strings.Map(func(r rune) rune {
		if r = unicode.ToLower(r); r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, text)
	return strings.Trim(mapped, "-")
}

// choice reads one of a few words.
func (s *source) choice(n *node, path, what string, words ...string) (string, bool) {
	if n.kind != kindPlain && n.kind != kindQuoted {
		s.wrongType(n, path, what, oneOf(words))
		return "", false
	}
	if !slices.Contains(words, n.text) {
		s.errorf(n.at, path, didYouMean(n.text, words), "%s cannot be `%s`", what, clip(n.text))
		return "", false
	}
	return n.text, true
}

// boolean reads true or false.
func (s *source) boolean(n *node, path, what string) (value, ok bool) {
	if n.kind == kindPlain && (n.text == "true" || n.text == "false") {
		return n.text == "true", true
	}
	hint := ""
	if n.kind == kindPlain || n.kind == kindQuoted {
		switch strings.ToLower(n.text) {
		case "yes", "on", "true", "y":
			hint = "write true, without quotes"
		case "no", "off", "false", "n":
			hint = "write false, without quotes"
		}
	}
	s.errorf(n.at, path, hint, "%s must be true or false and is %s", what, n.describe())
	return false, false
}

// duration reads whole days into nanoseconds.
func (s *source) duration(n *node, path, what string) (ns int64, ok bool) {
	if n.kind != kindPlain && n.kind != kindQuoted {
		s.wrongType(n, path, what, "a duration such as 90d")
		return 0, false
	}
	days, ok := parseDays(n.text)
	if !ok {
		s.errorf(n.at, path, daysHint(n.text), "%s cannot be `%s`", what, clip(n.text))
		return 0, false
	}
	return int64(days) * int64(day), true
}

// numberRE matches decimal numbers of YAML and JSON, with an exponent that cannot explode.
var numberRE = regexp.MustCompile(`^[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?$`)

// bounds are the numbers that a place accepts, counted in steps of 10^-decimals.
type bounds struct {
	decimals int
	min, max int64
}

// decimal reads a number exactly, as a count of 10^-decimals.
func (s *source) decimal(n *node, path, what string, b bounds) (int64, bool) {
	between := fmt.Sprintf("%s to %s", formatDecimal(b.min, b.decimals), formatDecimal(b.max, b.decimals))
	if n.kind == kindQuoted {
		hint := ""
		if numberRE.MatchString(n.text) {
			hint = "remove the quotes"
		}
		s.errorf(n.at, path, hint, "%s must be a number and is %s", what, n.describe())
		return 0, false
	}
	if n.kind != kindPlain {
		s.wrongType(n, path, what, "a number")
		return 0, false
	}
	if !numberRE.MatchString(n.text) || len(n.text) > 64 {
		s.errorf(n.at, path, "write a decimal number, "+between, "%s must be a number and is `%s`", what, clip(n.text))
		return 0, false
	}
	value, ok := new(big.Rat).SetString(strings.TrimPrefix(n.text, "+"))
	if !ok {
		s.errorf(n.at, path, "write a decimal number, "+between, "%s must be a number and is `%s`", what, clip(n.text))
		return 0, false
	}
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(b.decimals)), nil)
	value.Mul(value, new(big.Rat).SetInt(scale))
	if value.Cmp(new(big.Rat).SetInt64(b.min)) < 0 || value.Cmp(new(big.Rat).SetInt64(b.max)) > 0 {
		s.errorf(n.at, path, "use "+between, "%s cannot be %s", what, clip(n.text))
		return 0, false
	}
	if !value.IsInt() {
		hint := fmt.Sprintf("use at most %d decimals", b.decimals)
		if b.decimals == 0 {
			hint = "use a whole number"
		}
		s.errorf(n.at, path, hint, "%s cannot be %s", what, clip(n.text))
		return 0, false
	}
	return value.Num().Int64(), true
}

// formatDecimal is the shortest decimal of a count of 10^-decimals.
func formatDecimal(n int64, decimals int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := fmt.Sprintf("%0*d", decimals+1, n)
	whole, fraction := digits[:len(digits)-decimals], strings.TrimRight(digits[len(digits)-decimals:], "0")
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}

// list reads a list of at most lengthMax items.
func (s *source) list(n *node, path, what string, lengthMax int) []*node {
	if n.kind != kindList {
		s.wrongType(n, path, what, "a list")
		return nil
	}
	if len(n.items) > lengthMax {
		s.errorf(n.items[lengthMax].at, path, "at most "+strconv.Itoa(lengthMax)+" are allowed", "%s has %d entries",
			what, len(n.items))
		return n.items[:lengthMax]
	}
	return n.items
}

package criteria

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Texts that make careless parsers recurse, expand or slow down. Each is refused; the times are in the log of the test
// and bounded only by the deadline of the whole test run.
func TestHostileTexts(t *testing.T) {
	const size = documentBytesMax - 2048
	fill := func(unit string) string { return strings.Repeat(unit, size/len(unit)) }
	indented := &strings.Builder{}
	for i := 0; indented.Len() < size; i++ {
		fmt.Fprintf(indented, "%sa:\n", strings.Repeat(" ", i))
	}
	const head = "apiVersion: laurel/v1\nkind: Criteria\nprogram: p\nscore: 0\ntiers: [{id: a, when: true}]\n"
	measure := head + "measures: {m: {sum: points, of: {SessionHeld: 1}, where: '%s'}}\n"
	expression := func(source string) string { return fmt.Sprintf(measure, strings.ReplaceAll(source, "'", "''")) }
	full := func(unit string) string { return strings.Repeat(unit, (expressionBytesMax-64)/len(unit)) }
	nested := func(open, inside string) string {
		return strings.Repeat(open, 20) + inside + strings.Repeat(")", 20)
	}
	growing := &strings.Builder{} // each quotation mark takes two bytes in JSON
	growing.WriteString(head + "measures:\n")
	for i := range 14 {
		fmt.Fprintf(growing, "  m%d:\n    count: days\n    of: SessionHeld\n    where: |\n      channel == '%s'\n", i,
			strings.Repeat(`"`, 4000))
	}
	texts := map[string]string{
		"open lists":             "a: " + fill("["),
		"open mappings":          "a: " + fill("{"),
		"keys in flow":           "a: " + fill("{a: "),
		"lists in lists":         "a: " + fill("[]"),
		"closing":                fill("]"),
		"dashes":                 fill("- "),
		"dashes on lines":        fill("-\n"),
		"question marks":         fill("? "),
		"colons":                 fill(": "),
		"colons on lines":        fill(":\n"),
		"keys":                   fill("a:\n"),
		"indented keys":          indented.String(),
		"anchors":                fill("&a "),
		"aliases":                fill("*a "),
		"tags":                   fill("!a "),
		"merges":                 fill("<<: "),
		"documents":              fill("---\n"),
		"ends":                   fill("...\n"),
		"comments":               fill("#\n"),
		"single quotes":          fill("'"),
		"double quotes":          fill("\""),
		"escapes":                "a: \"" + fill("\\u0061"),
		"blocks":                 fill("a: |\n"),
		"folds":                  fill("a: >\n b\n"),
		"plain text":             fill("a "),
		"plain lines":            "a: b\n" + fill(" c\n"),
		"one long list":          head + "measures: [" + fill("a,") + "]",
		"one long mapping":       head + "measures: {" + fill("a: {},") + "}",
		"long block list":        head + "measures:\n" + fill("- a\n"),
		"percent":                fill("%"),
		"at signs":               fill("@"),
		"commas":                 fill(","),
		"larger when stored":     growing.String(),
		"as many keys as can be": strings.Repeat("a:\n", keysMax),
		"pipes":                  fill("|"),
		"backslashes":            fill("\\"),
		"many tabs":              fill("\t"),
		"bangs":                  expression(full("!")),
		"parentheses":            expression(full("(")),
		"brackets":               expression(full("[")),
		"braces":                 expression(full("{")),
		"minuses":                expression(full("-")),
		"ternaries":              expression(full("confirmed?")),
		"selections":             expression("a" + full(".a")),
		"calls":                  expression(full("size(")),
		"sums":                   expression("minutes > " + full("1+") + "1"),
		"texts of quotes":        expression(full("\"\"+") + "\"\""),
		"raw texts":              expression(full("r\"")),
		"triple quotes":          expression(full("\"\"\"")),
		"comparisons":            expression("1" + full(">1")),
		"loops":                  expression(full("[1].all(a,")),
		"loops in loops":         expression(nested("[1,2,3,4,5,6,7,8,9].all(a, ", "true")),
		"map in map":             expression("size(" + nested("[1,2,3,4,5,6,7,8,9].map(a, ", "1") + ") > 1"),
		"dots":                   expression(full(".")),
		"unknown characters":     expression(full("$")),
		"a list of everything":   expression("minutes in [" + full("1,") + "1]"),
		"digits":                 expression("minutes > " + full("1")),
		"large pattern":          expression(`channel.matches("` + full("(a*)*") + `")`),
		"repeated pattern":       expression(`channel.matches("((((a{9}){9}){9}){9})")`),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			doc, ds := Parse("hostile.yaml", []byte(text))
			took := time.Since(began).Round(time.Millisecond)
			first, _, _ := strings.Cut(ds.String(), "\n")
			t.Logf("%d bytes took %v: %s", len(text), took, first)
			if doc != nil || !ds.HasErrors() {
				t.Errorf("accepted:\n%s", ds)
			}
			if len(ds) > findingsMax+1 {
				t.Errorf("%d findings", len(ds))
			}
		})
	}
}

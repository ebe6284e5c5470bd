package projections_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"laurel/projections"
)

// Given whom a text may not name, then what of it may be shown.
func TestMask(t *testing.T) {
	is := func(names ...string) (people []projections.Contact) {
		for _, name := range names {
			people = append(people, projections.Contact{Name: name})
		}
		return people
	}
	ben := projections.Contact{Name: "Ben Moss", Email: "ben@example.org", HRID: "HR-4711"}
	for _, c := range []struct {
		name         string
		whole, parts []projections.Contact
		spared       []projections.Contact
		text, want   string
	}{
		{name: "nobody", text: "thanks to Ben Moss", want: "thanks to Ben Moss"},
		{name: "a whole name", whole: is("Ben Moss"), text: "thanks to Ben Moss!", want: "thanks to someone!"},
		{name: "its case", whole: is("Ben Moss"), text: "BEN MOSS and ben moss", want: "someone and someone"},
		{name: "between its words", whole: is("Ben Moss"), text: "Ben, <i>Ben</i>: <b>Ben</>\n Moss",
			want: "Ben, <i>Ben</i>: <b>someone"},
		{name: "the family name first", whole: is("Ben Moss"), text: "by Moss, Ben", want: "by someone"},
		{name: "an initial between", whole: is("Ben Q. Moss"), text: "Moss, Ben Q and Ben Q Moss",
			want: "someone and someone"},
		{name: "a given name is not enough", whole: is("Ben Moss"), text: "Ben and Moss", want: "Ben and Moss"},
		{name: "but in its parts", parts: is("Ben Moss"), text: "Ben, and Mr. Moss", want: "someone, and Mr. someone"},
		{name: "in lower case", parts: is("Ben Moss"), text: "thanks ben", want: "thanks someone"},
		{name: "not within words", parts: is("Ben Moss"), text: "Bench, mossy, Reuben", want: "Bench, mossy, Reuben"},
		{name: "genitives", parts: is("Ben Moss"), text: "Ben's, Ben’s, Bens Rat, Ben Moss's, Ben Moss' and Ben Mosss",
			want: "someone's, someone’s, someones Rat, someone's, someone' and someones"},
		{name: "no genitive in lower case", parts: is("Pat Lee"), text: "pats", want: "pats"},
		{name: "double names", parts: is("Anna-Lena Schmidt"), text: "Anna-Lena and Lena Schmidt, anna",
			want: "someone and someone, someone"},
		{name: "two people", parts: is("Ben Moss", "Cleo Park"), text: "Ben, Moss. Cleo: Park, Ben",
			want: "someone. someone, someone"},
		{name: "accents", parts: is("José Núñez"), text: "Jose NUNEZ, jose\u0301, JOSÉ", want: "someone, someone, someone"},
		{name: "accents in the text", whole: is("Jose Nunez"), text: "José Núñez", want: "someone"},
		{name: "umlauts written out", parts: is("Jörg Müller"), text: "Mueller: Joerg; MÜLLER: Jorg",
			want: "someone: someone; someone: someone"},
		{name: "other letters", parts: is("Łukasz Groß", "Søren Ægir"), text: "GROSS: lukasz; aegir: soren; soeren",
			want: "someone: someone; someone: someone; someone"},
		{name: "full width, and invisible", parts: is("Ben Moss"), text: "Ｂｅｎ and B\u200den", want: "someone and someone"},
		{name: "Greek and Cyrillic", parts: is("Ανδρέας Παππάς", "Сергей Ёлкин"), text: "παππας: ΑΝΔΡΕΑΣ; Елкин: сергей",
			want: "someone: someone; someone: someone"},
		{name: "no spaces between words", whole: is("王小明", "สมชาย ใจดี"), text: "谢谢王小明帮助，ขอบคุณสมชายใจดีมาก",
			want: "谢谢someone帮助，ขอบคุณsomeoneมาก"},
		{name: "Korean", parts: is("김 민수"), text: "김민수가 도왔다, 민수는", want: "someone가 도왔다, someone는"},
		{name: "one Chinese character stands for anything", parts: is("王 明"), text: "明天", want: "明天"},
		{name: "everyday words", parts: is("Will May"), text: "I will, in may; Will did, and MAY",
			want: "I will, in may; someone did, and someone"},
		{name: "one name only", whole: is("Olga"), text: "olga, OLGA", want: "someone, someone"},
		{name: "one name that is a word", whole: is("Will"), text: "Will will", want: "someone will"},
		{name: "particles, titles, initials", parts: is("Dr. J. van der Berg"), text: "Der Van, Dr. J. Doe and Berg",
			want: "Der Van, Dr. J. Doe and someone"},
		{name: "names of two letters", parts: is("Jo Li", "An So"), text: "li: Jo; So. An!",
			want: "someone: someone; So. An!"},
		{name: "only signs", whole: is("☃"), text: "a ☃!", want: "a someone!"},
		{name: "addresses and ids", whole: []projections.Contact{ben},
			text: "Ben@Example.org, <mailto:ben@example.org>, HR 4711, ann@x.org",
			want: "(address) (address) someone, ann@x.org"},
		{name: "a short id is a number", whole: []projections.Contact{{Name: "Ben Moss", HRID: "12"}}, text: "12 times",
			want: "12 times"},
		{name: "an address for a name", whole: is("ben@example.org"), text: "ask ben@example.org", want: "ask (address)"},
		{name: "spared", parts: is("Ann Moss"), spared: is("Ann Lee"), text: "Ann Lee, Lee Ann's, ANN LEE, Ann, and Ann Moss",
			want: "Ann Lee, Lee Ann's, ANN LEE, someone, and someone"},
		{name: "not spared where two are called so", whole: is("Ann Lee"), spared: is("Ann Lee"), text: "Ann Lee",
			want: "someone"},
		{name: "the longest name", whole: is("Ben Moss", "Ben Moss Lee"), text: "Ben Moss Lee", want: "someone"},
		{name: "no name at all", whole: is("", " "), parts: is(""), text: "a b", want: "a b"},
	} {
		m := projections.NewMasker()
		for _, who := range c.whole {
			m.Add(who)
		}
		for _, who := range c.parts {
			m.AddParts(who)
		}
		for _, who := range c.spared {
			m.Spare(who)
		}
		if got := m.Mask(c.text); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func TestMaskAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"write to ann@example.org, or (@ann)": "write to (address) or (address)",
		"ann＠example.org":                     "(address)",
		"no address":                          "no address",
	} {
		if got := projections.MaskAddresses(text); got != want || projections.HasAddress(text) != (got != text) {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// Whatever is written around it, a name is not found in what was masked, and nothing else is lost.
func TestNoNameIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`\pL{6,8}`)
		given, family := word.Draw(t, "given"), word.Draw(t, "family")
		m := projections.NewMasker()
		m.AddParts(projections.Contact{Name: given + " " + family})
		between := rapid.SampledFrom([]string{" ", ", ", "  ", "-", "\n", "... ", "\u00a0"}).Draw(t, "between")
		text := rapid.StringMatching(`([0-9]{1,5}[ .,!?]){0,5}`).Draw(t, "before") + given + between + family +
			rapid.StringMatching(`([ .,!?][0-9]{1,5}){0,5}`).Draw(t, "after")
		got := m.Mask(text)
		if strings.Contains(got, given) || strings.Contains(got, family) {
			if !strings.Contains("someone", given) && !strings.Contains("someone", family) {
				t.Fatalf("%q became %q, with %q or %q in it", text, got, given, family)
			}
		}
		if again := m.Mask(got); again != got && !strings.Contains("someone", given+family) {
			t.Fatalf("%q became %q, and that %q", text, got, again)
		}
		for digits := range strings.FieldsFuncSeq(text, func(r rune) bool { return r < '0' || r > '9' }) {
			if !strings.Contains(got, digits) {
				t.Fatalf("%q became %q, without %s", text, got, digits)
			}
		}
	})
}

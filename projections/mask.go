package projections

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masker hides people's names in texts that others wrote about them. A name is found
//
//   - by its words, whatever stands between them, and with the last one first: "Ann Lee", "ANN - LEE", "Lee, Ann";
//   - whatever its case and accents are, or how they are written out: "José" as "jose", "Müller" as "Mueller";
//   - at word boundaries, with an English or German genitive s: "Ann's", "Anns"; in scripts that are written without
//     spaces, such as Chinese or Thai, and in Korean, anywhere.
//
// Somebody's given and family name are also found alone where they were added with their Parts. A word of everyday
// English or German that is some people's name, too, such as will or may, is one only with a capital.
//
// What cannot be derived from a registered name is not found: nicknames, initials, misspellings, other inflections,
// transcriptions into another script. Nor are letters put apart, such as "A n n". And where a name is a word, such as
// Winter in German, the word is hidden with it: a text loses a word rather than that somebody is named.
type Masker struct {
	whole   map[string][]fullName // names by their first word, folded
	spared  map[string][]fullName // whole names that are left as they are
	alone   map[string]bool       // single words, folded
	within  []string              // names that are found anywhere, the longest first
	literal []string              // names without any letter or digit
	mails   map[string]bool       // in lower case
}

const (
	maskName       = "someone"   // what stands in place of a name
	maskAddress    = "(address)" // what stands in place of an e-mail address
	nameWordsMax   = 16          // more words than that no name has
	partLettersMin = 2           // a single letter is an initial, and stands for anybody
	hrIDLettersMin = 4           // an HR id that is shorter is a number like any other
)

// NewMasker returns a masker that knows no names.
func NewMasker() *Masker {
	return &Masker{
		whole: map[string][]fullName{}, spared: map[string][]fullName{}, alone: map[string]bool{}, mails: map[string]bool{},
	}
}

// Add makes the masker know the name and addresses of somebody.
func (m *Masker) Add(c Contact) {
	m.addName(c.Name)
	if utf8.RuneCountInString(c.HRID) >= hrIDLettersMin {
		m.addName(c.HRID)
	}
	m.addMail(c.Email)
}

// AddParts is Add, and makes the masker know the given and family names alone, too.
func (m *Masker) AddParts(c Contact) {
	m.Add(c)
	if HasAddress(c.Name) {
		return
	}
	for _, w := range wordsOf(c.Name) {
		word := c.Name[w.from:w.to]
		switch folded := fold(word); {
		case unspaced(word):
			m.addWithin(word)
		case utf8.RuneCountInString(folded) < partLettersMin, particles[folded],
			utf8.RuneCountInString(folded) == partLettersMin && everyday[folded]:
		default:
			m.addAlone(word)
		}
	}
}

// Spare makes the masker leave the whole name of somebody who may be named, where it would hide a part of it because
// others are called so, too. A name that it knows as a whole is hidden all the same: it cannot tell who is meant.
func (m *Masker) Spare(c Contact) {
	if words := wordsOf(c.Name); len(words) > 1 && len(words) <= nameWordsMax && !HasAddress(c.Name) {
		addWhole(m.spared, c.Name, words)
	}
}

func (m *Masker) addName(name string) {
	if name = strings.TrimSpace(name); name == "" {
		return
	}
	if HasAddress(name) {
		m.addMail(name)
		return
	}
	words := wordsOf(name)
	words = words[:min(len(words), nameWordsMax)]
	if unspaced(name) {
		m.addWithin(name)
		m.addWithin(strings.Join(strings.Fields(name), ""))
	}
	switch len(words) {
	case 0:
		m.literal = append(m.literal, name)
	case 1:
		m.addAlone(name[words[0].from:words[0].to])
	default:
		addWhole(m.whole, name, words)
	}
}

func (m *Masker) addMail(mail string) {
	if mail = strings.ToLower(strings.TrimSpace(mail)); mail != "" {
		m.mails[mail] = true
	}
}

// fullName is a way to write a name of several words, folded.
type fullName struct {
	words       []string
	familyFirst bool // the last word comes first, with no more than a comma after it
}

// addWhole adds the ways to write a name of several words.
func addWhole(names map[string][]fullName, name string, words []span) {
	for _, spell := range spellings(name) {
		folded := make([]string, len(words))
		for i, w := range words {
			folded[i] = spell(name[w.from:w.to])
		}
		last := len(folded) - 1
		for _, full := range []fullName{{folded, false}, {slices.Concat(folded[last:], folded[:last]), true}} {
			first := full.words[0]
			is := func(other fullName) bool {
				return slices.Equal(other.words, full.words) && other.familyFirst == full.familyFirst
			}
			if !slices.ContainsFunc(names[first], is) {
				names[first] = append(names[first], full)
			}
		}
	}
}

func (m *Masker) addAlone(word string) {
	for _, spell := range spellings(word) {
		m.alone[spell(word)] = true
	}
}

func (m *Masker) addWithin(name string) {
	if utf8.RuneCountInString(name) < partLettersMin || slices.Contains(m.within, name) {
		return
	}
	m.within = append(m.within, name)
	slices.SortStableFunc(m.within, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
}

// Mask replaces names and addresses in a text.
func (m *Masker) Mask(text string) string {
	if len(m.mails) > 0 {
		text = address.ReplaceAllStringFunc(text, func(found string) string {
			lower := strings.ToLower(found)
			for mail := range m.mails {
				if strings.Contains(lower, mail) {
					return maskAddress
				}
			}
			return found
		})
	}
	for _, name := range m.literal {
		text = strings.ReplaceAll(text, name, maskName)
	}
	for _, name := range m.within {
		text = strings.ReplaceAll(text, name, maskName)
	}
	if len(m.whole)+len(m.alone) == 0 {
		return text
	}
	words := wordsOf(text)
	folded := make([]string, len(words))
	for i, w := range words {
		folded[i] = fold(text[w.from:w.to])
	}
	var b strings.Builder
	done := 0 // what stands before is written; from the first name on, the last of it is one
	for i := 0; i < len(words); {
		n, tail := m.nameAt(text, words[i:], folded[i:])
		if spared, _ := longest(m.spared, text, words[i:], folded[i:]); spared > n {
			i += spared
			continue
		}
		if n == 0 {
			i++
			continue
		}
		if gap := text[done:words[i].from]; done == 0 || !joins(gap) {
			b.WriteString(gap)
			b.WriteString(maskName)
		}
		i += n
		done = words[i-1].to - tail
	}
	b.WriteString(text[done:])
	return b.String()
}

// joins tells whether two names with this between them are parts of one.
func joins(gap string) bool { return gap == " " || gap == "-" || gap == "\u2010" || gap == "\u00a0" }

// nameAt returns how many words at the beginning make a name, 0 for none, and how many bytes at the end of the last
// one do not belong to it.
func (m *Masker) nameAt(text string, words []span, folded []string) (n, tail int) {
	if n, tail = longest(m.whole, text, words, folded); n > 0 {
		return n, tail
	}
	first := text[words[0].from:words[0].to]
	switch {
	case m.alone[folded[0]]:
		if everyday[folded[0]] && first == strings.ToLower(first) {
			return 0, 0
		}
		return 1, 0
	case genitive(first) > 0 && m.alone[strings.TrimSuffix(folded[0], "s")]:
		return 1, genitive(first)
	}
	return 0, 0
}

// longest finds the longest of some names at the beginning of the words.
func longest(names map[string][]fullName, text string, words []span, folded []string) (n, tail int) {
	for _, full := range names[folded[0]] {
		name := full.words
		if len(name) <= n || len(name) > len(words) {
			continue
		}
		if full.familyFirst && strings.Trim(text[words[0].to:words[1].from], ", \u00a0") != "" {
			continue
		}
		last, extra := len(name)-1, 0
		if folded[last] != name[last] {
			if extra = genitive(text[words[last].from:words[last].to]); extra == 0 || folded[last] != name[last]+"s" {
				continue
			}
		}
		if slices.Equal(folded[:last], name[:last]) {
			n, tail = len(name), extra
		}
	}
	return n, tail
}

// genitive is the length of a genitive s that a capitalised word may end with, 0 for none.
func genitive(word string) int {
	const shortest = 4 // with the s
	first, _ := utf8.DecodeRuneInString(word)
	if len(word) < shortest || !unicode.IsUpper(first) || word[len(word)-1] != 's' {
		return 0
	}
	return 1
}

// address finds e-mail addresses, handles, and whatever looks like one.
var address = regexp.MustCompile(`\S+[@＠﹫]\S*|[@＠﹫]\S+`)

// HasAddress tells whether there is an e-mail address or a handle in a text.
func HasAddress(text string) bool { return address.MatchString(text) }

// MaskAddresses replaces all e-mail addresses and handles in a text, whosever they are.
func MaskAddresses(text string) string { return address.ReplaceAllString(text, maskAddress) }

// span is a part of a text, in bytes.
type span struct{ from, to int }

// wordsOf finds the runs of letters, marks and digits, with the invisible characters in them.
func wordsOf(text string) []span {
	var words []span
	from := -1
	for i, r := range text {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) || from >= 0 && unicode.Is(unicode.Cf, r)
		switch {
		case in && from < 0:
			from = i
		case !in && from >= 0:
			words = append(words, span{from, i})
			from = -1
		}
	}
	if from >= 0 {
		words = append(words, span{from, len(text)})
	}
	return words
}

package digest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"laurel/projections"
)

// marksMax bounds the combining marks on one letter; more of them run over the lines around it.
const marksMax = 3

// clean makes one line of what somebody typed: white space of any kind becomes single spaces, and characters that no
// reader sees, or that change how others are shown, go away.
func clean(text string) string {
	var b strings.Builder
	space, marks := false, 0
	for _, r := range strings.ToValidUTF8(text, "\ufffd") {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.Is(unicode.C, r), noncharacter(r), r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0':
			continue // controls, formats, private use; fillers that show as nothing
		case unicode.Is(unicode.M, r):
			if marks++; marks > marksMax {
				continue
			}
		default:
			marks = 0
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func noncharacter(r rune) bool { return r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef }

// cut shortens a cleaned text to a number of runes, at a space where one is near, and marks the cut.
func cut(text string, runesMax int) string {
	if utf8.RuneCountInString(text) <= runesMax {
		return text
	}
	end, n := 0, 0
	for i, r := range text {
		if n >= runesMax-1 && !unicode.Is(unicode.M, r) {
			end = i
			break
		}
		n++
		end = i + utf8.RuneLen(r)
	}
	const nearBytes = 40
	if space := strings.LastIndexByte(text[:end], ' '); space > end-nearBytes && space > 0 {
		end = space
	}
	return strings.TrimRight(text[:end], " ") + "…"
}

// address finds e-mail addresses, handles, and whatever looks like one.
var address = regexp.MustCompile(`\S+[@＠﹫]\S*|[@＠﹫]\S+`)

const (
	someone      = "someone"   // in place of a name
	someAddress  = "(address)" // in place of an e-mail address
	tokensOfName = 16          // more words than that no name has
)

// masker replaces the names of people who may not be named.
type masker struct {
	names map[string][][]string // by their first word; all words in lower case
	alone map[string]bool       // names of one word, as they are written: "Will" is not "will"
	odd   []string              // names without any letter or digit
}

// newMasker returns a masker that knows no names.
func newMasker() *masker { return &masker{names: map[string][][]string{}, alone: map[string]bool{}} }

// add makes the masker know someone who may not be named.
func (m *masker) add(c projections.Contact) {
	for _, text := range []string{c.Name, c.Email} {
		text = clean(text)
		if text == "" || address.MatchString(text) {
			continue // addresses are replaced whosever they are
		}
		words := wordsOf(text)
		switch {
		case len(words) == 0:
			m.odd = append(m.odd, text)
		case len(words) == 1:
			m.alone[text[words[0].from:words[0].to]] = true
		default:
			var lower []string
			for _, w := range words[:min(len(words), tokensOfName)] {
				lower = append(lower, strings.ToLower(text[w.from:w.to]))
			}
			m.names[lower[0]] = append(m.names[lower[0]], lower)
		}
	}
}

// mask replaces names and addresses in a cleaned text. A name is found by its words, whatever stands between them.
func (m *masker) mask(text string) string {
	text = address.ReplaceAllString(text, someAddress)
	for _, name := range m.odd {
		text = strings.ReplaceAll(text, name, someone)
	}
	words := wordsOf(text)
	var b strings.Builder
	done := 0
	for i := 0; i < len(words); {
		n := m.nameAt(text, words[i:])
		if n == 0 {
			i++
			continue
		}
		b.WriteString(text[done:words[i].from])
		b.WriteString(someone)
		done = words[i+n-1].to
		i += n
	}
	b.WriteString(text[done:])
	return b.String()
}

// nameAt returns how many words at the beginning make a name that must not be shown.
func (m *masker) nameAt(text string, words []span) int {
	first := text[words[0].from:words[0].to]
	longest := 0
	for _, name := range m.names[strings.ToLower(first)] {
		if len(name) <= longest || len(name) > len(words) {
			continue
		}
		same := true
		for i := 1; i < len(name) && same; i++ {
			same = strings.ToLower(text[words[i].from:words[i].to]) == name[i]
		}
		if same {
			longest = len(name)
		}
	}
	if longest == 0 && m.alone[first] {
		return 1
	}
	return longest
}

// span is a part of a text, in bytes.
type span struct{ from, to int }

// wordsOf finds the runs of letters, marks and digits.
func wordsOf(text string) []span {
	var words []span
	from := -1
	for i, r := range text {
		in := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r)
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

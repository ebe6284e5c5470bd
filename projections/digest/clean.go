package digest

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

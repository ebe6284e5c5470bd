package projections

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold makes words that differ only in case, accents, width or invisible characters the same.
func fold(word string) string {
	if plain(word) {
		return strings.ToLower(word)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(word) {
		if unicode.Is(unicode.M, r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		r = unicode.ToLower(r)
		if letters, ok := unaccented[r]; ok {
			b.WriteString(letters)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func plain(word string) bool {
	for i := range len(word) {
		if word[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unaccented are letters that do not come apart into a plain one and an accent.
var unaccented = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i", 'ŋ': "ng",
	'ς': "σ",
}

// spellings are the ways in which the words of a name are written: folded, and with umlauts written out first.
func spellings(name string) []func(string) string {
	if plain(name) {
		return []func(string) string{fold}
	}
	return []func(string) string{
		fold, func(word string) string { return fold(writtenOut.Replace(norm.NFC.String(word))) },
	}
}

var writtenOut = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ø", "oe", "å", "aa",
	"Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "Ø", "Oe", "Å", "Aa")

// unspaced tells that a text is in a script that puts no spaces between words, or, as Korean does, attaches particles
// to names.
func unspaced(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao,
			unicode.Khmer, unicode.Myanmar)
	})
}

// particles are words in names that are nobody's name alone.
var particles = setOf(`
	af al auf aus av bin bint da dal de degli dei del della delle den der des di do dos du e el ibn in la las le les lo los
	mac mc o of san santa st ten ter the und van vom von y zu zum zur
	dipl dr fr frau herr hr ing jr lady lord madame miss monsieur mr mrs ms phd prof sir sr
	ii iii iv`)

// everyday are words of everyday English and German that are some people's names, too. In lower case they are words.
var everyday = setOf(`
	abbey ace amber angel april art august autumn baker barber bay bell berry best bill bird bishop bliss bloom blue bond
	book booth brand brook brooks brown bush butler can carter case cash chance charity chase clay cliff coach cook cooper
	cotton crane cross crystal dale dawn day dean destiny drew earl early east fair faith field fields fisher flower ford
	forest foster fox frank free fry gale gardener gene gift glass gold good grace grant gray green grey grove guy hale
	hall hand hardy harmony hart hill home hood hope horn house hunt hunter iris ivory ivy jack jade jay jewel joy june
	king knight lake lamb lance land lane law lee little long love low major march mark marks marsh mason may means melody
	mercy miles mill miller moody moon more moss mount north olive page paige park parks patience patient penny pearl
	piper pierce place pond poole pope porter potter power powers price pride prince prior prudence ray read reed rich
	ring rob robin rock rose rowan ruby rush rusty sandy sage sharp short silver singer sky small smart smith snow sparks
	star stark stern stone storm strong sue summer sunny swift taylor tiger trinity turner victor violet wade walk walker
	wall ward waters way weaver west white will winter wise wolf wood woods worth wren wright young
	am an as at be by do go he hi if is it me my no of on or ox so to up us we
	bald bar blank braun da du ein einer ende er es falls fast fein frei froh fromm frost ganz gern gerne groß grosse gross
	große gut hart hell ich im in jung kalt klein klug kurz lang lange laut lieb lustig ja mal man mit nah neu noch nun nur
	ob orth recht reich roth rot sauer scharf schade schnell schön schon schwarz sehr selig sie so stark still süß teuer
	treu um voll wach war warm weiss weiß wer wie wild wo zart`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[fold(w)] = true
	}
	return set
}

package gitlog

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of an identity. They are those of the domain's personal fields, well beyond what people are called.
const (
	nameBytesMax  = 400
	emailBytesMax = 320
)

// parseIdent reads `Name <email>`. Text after the address is tolerated, a second address is not. The e-mail comes back
// in lower case. repaired tells that the name held a NUL, another control character or bytes that are not UTF-8, each
// replaced by U+FFFD. An error says what is wrong without what the text is: it goes where personal fields must not.
func parseIdent(text string, needName bool) (name, email string, repaired bool, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", "", false, errors.New("it is empty; want Name <email>")
	}
	before, rest, open := strings.Cut(text, "<")
	if !open {
		return "", "", false, errors.New("it has no address; want Name <email>")
	}
	email, after, closed := strings.Cut(rest, ">")
	if !closed {
		return "", "", false, errors.New("its < has no >; want Name <email>")
	}
	if strings.ContainsAny(after, "<>@") || strings.Contains(before, ">") {
		return "", "", false, errors.New("it has more than one address; want one Name <email> a line")
	}
	if err := checkEmail(email); err != nil {
		return "", "", false, err
	}
	// A saved log has its tabs expanded: any run of space is one.
	name = strings.Join(strings.FieldsFunc(before, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
	if len(name) >= 2 && name[0] == '"' && name[len(name)-1] == '"' {
		name = strings.TrimSpace(name[1 : len(name)-1])
	}
	if name == "" && needName {
		return "", "", false, errors.New("it has no name; want Name <email>")
	}
	if len(name) > nameBytesMax {
		return "", "", false, fmt.Errorf("its name is longer than %d bytes", nameBytesMax)
	}
	clean := cleanName(name)
	return clean, strings.ToLower(email), clean != name, nil
}

func checkEmail(email string) error {
	at := strings.IndexByte(email, '@')
	switch {
	case email == "":
		return errors.New("its address is empty; want Name <email>")
	case len(email) > emailBytesMax:
		return fmt.Errorf("its address is longer than %d bytes", emailBytesMax)
	case !utf8.ValidString(email):
		return errors.New("its address is not UTF-8")
	case at <= 0 || at == len(email)-1:
		return errors.New("its address is not one; want something@somewhere")
	case strings.ContainsFunc(email, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
		return errors.New("its address holds a space or a control character")
	}
	return nil
}

// cleanName replaces what cannot be shown: bytes that are not UTF-8, and control characters.
func cleanName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
}

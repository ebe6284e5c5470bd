package web

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// readForm reads the form in the body of a request, and refuses one that is not as browsers send it.
func (v *visit) readForm() error {
	if v.r.Method != http.MethodPost || v.r.PostForm != nil {
		return nil
	}
	kind, _, err := mime.ParseMediaType(v.r.Header.Get("Content-Type"))
	if v.r.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return &fault{status: http.StatusUnsupportedMediaType, text: "a form is sent as application/x-www-form-urlencoded"}
	}
	if err := v.r.ParseForm(); err != nil {
		if tell(err).Status == http.StatusRequestEntityTooLarge {
			return err
		}
		return &fault{status: http.StatusBadRequest, text: "the form cannot be read; send it again from the page"}
	}
	return checkForm(v.r.PostForm)
}

// severalTimes are the fields that a form may hold more than once: boxes that are ticked.
var severalTimes = map[string]bool{"scope": true, "grant": true}

// checkForm refuses what no page sends, whether a handler reads it or not: fields that are there twice, and what is no
// text.
func checkForm(form url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if len(name) > parameterBytesMax || checkField("", name, parameterBytesMax) != nil {
			return &fault{status: http.StatusBadRequest, text: "the form has a field with a name that no page sends"}
		}
		if len(form[name]) > 1 && !severalTimes[name] {
			return invalid(name, "is given more than once; give it once")
		}
		for _, value := range form[name] {
			if err := checkField(name, value, bodyBytesMax); err != nil {
				return err
			}
		}
	}
	return nil
}

// text reads a field of the form that was sent, without space around it: a line of text of at most so many bytes, or ""
// where it is not there.
func (v *visit) text(name string, bytesMax int) (string, error) {
	secret, err := v.secret(name, bytesMax)
	return strings.TrimSpace(secret), err
}

// secret reads a field as it was sent, where space counts.
func (v *visit) secret(name string, bytesMax int) (string, error) {
	value := v.r.PostForm.Get(name)
	return value, checkField(name, value, bytesMax)
}

// choices reads a field that may be given several times, such as boxes that are ticked.
func (v *visit) choices(name string, countMax, bytesMax int) ([]string, error) {
	values := v.r.PostForm[name]
	if len(values) > countMax {
		return nil, invalid(name, "is given %d times; at most %d are allowed", len(values), countMax)
	}
	for _, value := range values {
		if err := checkField(name, value, bytesMax); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func checkField(name, value string, bytesMax int) error {
	switch {
	case len(value) > bytesMax:
		return invalid(name, "is too long; at most %d bytes are allowed", bytesMax)
	case !utf8.ValidString(value):
		return invalid(name, "is not text in UTF-8")
	case strings.ContainsRune(value, 0):
		return invalid(name, "contains a zero byte")
	}
	return nil
}

package web

import (
	"cmp"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// sentForm is a form as a browser would send it if nobody touched it.
type sentForm struct {
	action string
	fields url.Values
	text   []string // the names of those that anything can be typed into
}

var (
	formPattern     = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	fieldPattern    = regexp.MustCompile(`(?s)<(input|textarea|select|button)\b([^>]*)>(.*?)(?:</(?:textarea|select|button)>|$|<)`)
	requiredPattern = regexp.MustCompile(`\srequired\b`)
	optionPattern   = regexp.MustCompile(`<option([^>]*)>`)
)

// plausible is what goes into fields that must not be empty, by their type.
var plausible = map[string]string{"email": "someone@example.org", "number": "1", "date": "2026-03-01"}

func attribute(tag, name string) (string, bool) {
	found := regexp.MustCompile(`(?:^|\s)` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return "", false
	}
	return html.UnescapeString(found[1]), true
}

// formsOf are the forms of a page that change something.
func formsOf(page string) []sentForm {
	var forms []sentForm
	for _, form := range formPattern.FindAllStringSubmatch(page, -1) {
		action, there := attribute(form[1], "action")
		if method, _ := attribute(form[1], "method"); method != "post" || !there {
			continue
		}
		f := sentForm{action: action, fields: url.Values{}}
		for _, field := range fieldPattern.FindAllStringSubmatch(form[2], -1) {
			name, named := attribute(field[2], "name")
			if !named {
				continue
			}
			value, _ := attribute(field[2], "value")
			kind, _ := attribute(field[2], "type")
			switch field[1] {
			case "textarea":
				value = html.UnescapeString(strings.TrimPrefix(field[3], "\n"))
				kind = "text"
			case "select":
				if option := optionPattern.FindStringSubmatch(form[2][strings.Index(form[2], field[0]):]); option != nil {
					value, _ = attribute(option[1], "value")
				}
				kind = "choice"
			case "button":
				kind = "choice"
			}
			if value == "" && requiredPattern.MatchString(field[2]) {
				value = cmp.Or(plausible[kind], "word")
			}
			if f.fields.Has(name) {
				continue // the other of several boxes or buttons
			}
			f.fields.Set(name, value)
			switch kind {
			case "hidden", "checkbox", "radio", "choice", "password":
			default:
				f.text = append(f.text, name)
			}
		}
		forms = append(forms, f)
	}
	return forms
}

// TestFormsHostile fills in each form of each page as no honest visitor does. What is malformed is refused with the name
// of the field, or does no harm; a script stays text.
func TestFormsHostile(t *testing.T) {
	b := newBench(t, free)
	award := b.grant()
	visitors := []*browser{b.as(ada, "owner", "analyst", "administrator"), b.as(ben, "owner")}
	holes := strings.NewReplacer("{person}", ada.String(), "{award}", award.String(), "{room}", theRoom, "{slug}", "git",
		"{hash}", b.inForce(), "{$}", "", "{measure}", "sessions")
	var pages []string
	for _, r := range b.server.pages() {
		method, path, _ := strings.Cut(r.pattern, " ")
		if path = holes.Replace(path); method == http.MethodGet && !strings.Contains(path, "{") && path != "/live" {
			pages = append(pages, path)
		}
	}
	const script = `"><script>alert(1)</script>`
	tried := map[string]bool{}
	for _, br := range visitors {
		for _, path := range pages {
			w := br.get(path + "?program=git")
			if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				continue
			}
			for _, f := range formsOf(w.Body.String()) {
				if strings.Contains(f.action, "/sign-out") || strings.Contains(f.action, "/password") {
					continue // whoever does it has to sign in again; tests of access do
				}
				route := regexp.MustCompile(`[0-9a-f]{8,}[0-9a-f-]*`).ReplaceAllString(f.action, "*")
				for _, name := range f.text {
					if key := route + " " + name; tried[key] {
						continue
					} else {
						tried[key] = true
					}
					f.hostile(t, br, name, script)
				}
			}
		}
	}
	if len(tried) < 40 {
		t.Errorf("only %d fields were found: %v", len(tried), tried)
	}
	for _, br := range visitors {
		for _, path := range pages {
			if w := br.get(path + "?program=git"); strings.Contains(w.Body.String(), "<script>alert") {
				t.Errorf("%s shows a script that somebody sent", path)
			}
		}
	}
}

// hostile sends a form with one field malformed.
func (f *sentForm) hostile(t *testing.T, br *browser, name, script string) {
	t.Helper()
	send := func(change func(url.Values)) *httptest.ResponseRecorder {
		fields := url.Values{}
		for key, values := range f.fields {
			fields[key] = values
		}
		if fields.Has("command_id") {
			fields.Set("command_id", uuid.NewString())
		}
		change(fields)
		return br.post(f.action, fields)
	}
	for what, value := range map[string][]string{
		"twice":         {"one", "two"},
		"no UTF-8":      {"a\xff"},
		"a zero byte":   {"a\x00b"},
		"long":          {strings.Repeat("long ", bodyBytesMax/10)},
		"longer a body": {strings.Repeat("x", bodyBytesMax+1)},
	} {
		w := send(func(v url.Values) { v[name] = value })
		switch {
		case w.Code >= 500 || w.Code < 400:
			t.Errorf("%s with %s %s: status %d to %q", f.action, name, what, w.Code, w.Header().Get("Location"))
		case w.Code == http.StatusUnprocessableEntity:
			said := strings.ToLower(strings.ReplaceAll(shown(w), "_", " "))
			if !strings.Contains(said, strings.ReplaceAll(name, "_", " ")) && !strings.Contains(w.Body.String(), "wrong-"+name) {
				t.Errorf("%s with %s %s: the field is not named in %.600s", f.action, name, what, shown(w))
			}
		}
	}
	w := send(func(v url.Values) { v.Set(name, script) })
	if w.Code >= 500 || strings.Contains(w.Body.String(), "<script>alert") {
		t.Errorf("%s with a script in %s: status %d", f.action, name, w.Code)
	}
}

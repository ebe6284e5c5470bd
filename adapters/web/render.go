package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/domain/access"
	"laurel/domain/criteria"
	"laurel/projections"
)

//go:embed templates
var templateFiles embed.FS

// frameOf is a page with what the frame around it shows.
type frameOf struct {
	Title string
	Lead  string // a sentence under the title; may be empty
	Room  string // the path of the entry of the navigation that is current
	Plain bool   // without navigation and time machine: signing in, public pages
	Live  bool   // the page wants to hear of changes
	Page  any    // what the page's own template shows
}

// frame is what layout.html shows.
type frame struct {
	frameOf
	v       *visit
	Static  string // where assets are
	Who     *access.Identity
	Rooms   []navGroup
	Machine *timeMachine
	Done    string
	Problem *told
	Command uuid.UUID // the id of the command that a form of this page would give
}

// Link is visit.link for templates.
func (f *frame) Link(path string, more ...any) string {
	var text []string
	for _, m := range more {
		text = append(text, fmt.Sprint(m))
	}
	return f.v.link(path, text...)
}

// Keep are the parameters of the address that say what is looked at, for forms that look at something else of it.
func (f *frame) Keep() map[string]string {
	keep := map[string]string{}
	for _, key := range atKeys {
		if value := f.v.r.URL.Query().Get(key); value != "" {
			keep[key] = value
		}
	}
	return keep
}

// May tells a template whether to offer something.
func (f *frame) May(action string, people ...uuid.UUID) bool {
	return f.v.may(access.Action(action), people...)
}

// Sent is what the visitor had written into a field of a form that could not be carried out.
func (f *frame) Sent(name string) string {
	if f.v.problem == nil {
		return ""
	}
	return f.v.r.PostFormValue(name)
}

// Wrong is what is wrong with a field of the form that was sent; "" for nothing.
func (f *frame) Wrong(name string) string {
	if f.Problem != nil && f.Problem.Field == name {
		return f.Problem.Text
	}
	return ""
}

// NewCommand is the id of the command that one of several forms of the page would give.
func (f *frame) NewCommand() uuid.UUID { return uuid.New() }

// In is what the visitor had written into a field of the form of that name, where that could not be carried out.
func (f *frame) In(form, name string) string {
	if !f.Was(form) {
		return ""
	}
	return f.v.r.PostFormValue(name)
}

// Amiss is what is wrong with a field of the form of that name; "" for nothing.
func (f *frame) Amiss(form, name string) string {
	if !f.Was(form) {
		return ""
	}
	return f.Wrong(name)
}

// Was tells whether the form of that name was sent and could not be carried out.
func (f *frame) Was(form string) bool {
	return f.v.problem != nil && f.v.r.PostFormValue("form") == form
}

// timeMachine is where the visitor looks at, and from where.
type timeMachine struct {
	Programs           []string
	Program            string
	AsOf               time.Time
	Position, Criteria string
	Past               bool // not the present
	AsOfText           string
	PositionText       string
	CriteriaText       string
	Keep               map[string]string // further parameters of the address, kept when it is sent
}

// doneTexts are what a page says after a form was carried out, by the word in its address.
var doneTexts = map[string]string{
	"password-changed": "Your password is changed. Other browsers are signed out.",
	"sessions-ended":   "Signed out there.",
	"token-revoked":    "The token is revoked, and good no longer.",
	"user-made":        "The account is made.",
	"user-changed":     "The account is changed.",
	"user-disabled":    "The account is disabled: its sessions have ended, and its tokens are gone.",
	"user-enabled":     "The account is enabled again.",

	"recorded":       "Recorded.",
	"feedback-given": "Thank you. Your feedback is recorded.",
	"consent-given":  "Your consent is recorded.",
	"consent-taken":  "Your consent is taken back, for that audience and all wider ones.",
	"retracted":      "What was published is taken back.",
	"erased":         "The person is forgotten for good.",
	"room-started":   "The mentorship has started.",

	"reviewed": "Your decision is recorded.",
	"revoked":  "The award is taken back.",

	"proposed":    "The proposal is recorded, with the report of what it would change. Somebody else approves it.",
	"approved":    "Your approval is recorded, with what it would change now. It can be activated.",
	"activated":   "The activation is recorded.",
	"rolled-back": "Rolled back: these criteria are in force again. What was decided in between stays recorded.",
	"withdrawn":   "Withdrawn.",
}

// render answers with a page.
func (v *visit) render(name string, f frameOf) error {
	status := http.StatusOK
	if v.problem != nil {
		status = tell(v.problem).Status
	}
	return v.renderAs(status, name, f)
}

func (v *visit) renderAs(status int, name string, of frameOf) error {
	t, ok := v.templates[name]
	if !ok {
		return fmt.Errorf("render: there is no template %q", name)
	}
	f := &frame{frameOf: of, v: v, Static: "/static/" + v.assets.version, Who: v.who, Command: uuid.New(),
		Done: doneTexts[v.r.URL.Query().Get("done")]}
	if v.problem != nil {
		t := tell(v.problem)
		v.keepRejected(t)
		if t.Status == http.StatusInternalServerError {
			t.Text = "Something went wrong inside Laurel. The log of the server has it under number " + v.report(v.problem) + "."
		}
		f.Problem = &t
	}
	if !of.Plain {
		f.Rooms = v.navigation(of.Room)
	}
	if v.view != nil && !of.Plain {
		f.Machine = v.machine()
	}
	// The page is made in memory, so that an error is a page of its own, and what was looked at is let go of before it is
	// sent to somebody with a slow line.
	var b bytes.Buffer
	err := t.ExecuteTemplate(&b, entry(v.r, t), f)
	v.release()
	if err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = b.WriteTo(v.w) // whoever has gone away has no use for the error
	return nil
}

// entry is the template to begin with: the piece that htmx asks for by its name, where the page has one, or the frame
// with everything in it.
func entry(r *http.Request, t *template.Template) string {
	if piece := r.Header.Get("Laurel-Piece"); piece != "" && t.Lookup("piece-"+piece) != nil {
		return "piece-" + piece
	}
	return "layout"
}

// machine describes what is looked at.
func (v *visit) machine() *timeMachine {
	q := v.r.URL.Query()
	m := &timeMachine{
		Programs: v.view.ProgramNames(), Program: v.view.Program, AsOf: v.view.AsOf, Position: v.view.Position.String(),
		AsOfText: q.Get("as_of"), PositionText: q.Get("position"), CriteriaText: q.Get("criteria"), Keep: map[string]string{},
	}
	m.Past = m.AsOfText != "" || m.PositionText != "" || m.CriteriaText != ""
	if v.view.Criteria != nil {
		m.Criteria = v.view.Criteria.Hash
	}
	for key, values := range q {
		if key != "done" && key != "after" && !strings.Contains(strings.Join(atKeys, " "), key) && len(values) == 1 {
			m.Keep[key] = values[0]
		}
	}
	return m
}

// navGroup is a part of the navigation.
type navGroup struct {
	Title string
	Rooms []navRoom
}

type navRoom struct {
	Path, Title string
	action      access.Action
	Current     bool
}

// serves tells whether there is a page at a path.
func (s *Server) serves(path string) bool {
	_, exact := s.actions["GET "+path]
	_, root := s.actions["GET "+path+"{$}"]
	return exact || root
}

// navigation lists the rooms that the visitor may enter.
func (v *visit) navigation(current string) []navGroup {
	var groups []navGroup
	for _, g := range rooms {
		group := navGroup{Title: g.Title}
		for _, r := range g.Rooms {
			if v.serves(r.Path) && v.who.MaySomewhere(r.action) {
				r.Current = r.Path == current
				group.Rooms = append(group.Rooms, r)
			}
		}
		if len(group.Rooms) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// loadTemplates parses every page together with the frame and the shared parts.
func loadTemplates() (map[string]*template.Template, error) {
	pages, err := templateFiles.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	all := map[string]*template.Template{}
	for _, p := range pages {
		name, ok := strings.CutSuffix(p.Name(), ".page.html")
		if !ok {
			continue
		}
		t, err := template.New(name).Funcs(templateFuncs).ParseFS(templateFiles, "templates/layout.html", "templates/*.part.html",
			"templates/"+p.Name())
		if err != nil {
			return nil, fmt.Errorf("template %s: %w", p.Name(), err)
		}
		all[name] = t
	}
	return all, nil
}

// templateFuncs are the words that templates have beside Go's own.
var templateFuncs = template.FuncMap{
	"date":     func(t time.Time) string { return formatTime(t, time.DateOnly) },
	"datetime": func(t time.Time) string { return formatTime(t, "2006-01-02 15:04") },
	"year":     func(t time.Time) string { return formatTime(t, "2006") },
	"rfc3339":  func(t time.Time) string { return formatTime(t, time.RFC3339Nano) },
	"count":    func(n int) string { return thousands(n) },
	"plural":   plural,
	"short":    func(id uuid.UUID) string { return id.String()[:8] },
	"hash":     shortHash,
	"decimal":  func(m criteria.Milli) string { return projections.FormatMilli(int64(m)) },
	"percent":  func(milli int64) string { return projections.FormatMilli(milli*100) + " %" },
	"type":     func(t domain.EventType) string { return string(t) },
	"join":     strings.Join,
	"args":     argsOf,
	"list":     func(values ...any) []any { return values },
	"pairs":    func(values []any) [][]any { return slices.Collect(slices.Chunk(values, 2)) },
	"add":      func(a, b int) int { return a + b },

	"deref":      func(s *string) string { return *s },
	"isNil":      func(id uuid.UUID) bool { return id == uuid.Nil },
	"since":      since,
	"streamName": streamName,
	"reverseTiers": func(t []projections.TierCheck) []projections.TierCheck {
		r := slices.Clone(t)
		slices.Reverse(r)
		return r
	},

	"chartBase": func(c *chart) float64 { return c.Height - chartBottom },
	"plus":      func(a, b float64) float64 { return a + b },
	"isNumber":  func(c *chart, column int) bool { return column >= len(c.Columns)-c.Numbers },
}

// argsOf makes a map of pairs, for templates that take several values.
func argsOf(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("args: %v is no name", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

func formatTime(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(layout)
}

// shortHash is a hash as people read it.
func shortHash(hash string) string {
	digits := strings.TrimPrefix(hash, "sha256:")
	return digits[:min(10, len(digits))]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands writes a count with commas, such as 1,503.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// since is when the present tier began.
func since(history []projections.TierChange) time.Time {
	if len(history) == 0 {
		return time.Time{}
	}
	return history[len(history)-1].At
}

// streamName is a stream as lists show it: its category and the first digits of its id.
func streamName(stream string) string {
	category, id, _ := strings.Cut(stream, "-")
	if _, err := uuid.Parse(id); err != nil {
		return stream
	}
	return category + "-" + id[:8]
}

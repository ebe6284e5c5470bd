package digest_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/digest"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func number(n int) uuid.UUID {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// log is a store that a test writes to.
type log struct {
	store *eventstore.Memory
	n     int
	at    []eventstore.Position // of each event
}

func (l *log) add(t interface{ Fatal(...any) }, stream string, at int, p domain.Payload) uuid.UUID {
	l.n++
	e, err := eventstore.Encode(domain.Event{ID: number(l.n), Payload: p,
		Meta: domain.Metadata{OccurredAt: day0.AddDate(0, 0, at), Schema: 1}})
	if err != nil {
		t.Fatal(err)
	}
	result, err := l.store.Append(context.Background(), eventstore.StreamAppend{Stream: stream, Expected: eventstore.Any,
		Events: []eventstore.NewEvent{e}})
	if err != nil {
		t.Fatal(err)
	}
	l.at = append(l.at, result.Position)
	return number(l.n)
}

// hostile are ways to hide a name in a text, and to break out of a format.
var hostile = []string{"thanks to %s!", "Th%s", "<b>%s</b>", "[%s](http://evil.example)", "\u202e%s\u202c", "a\x00\x1b[31m%s",
	"x%sx" + "", "# %s\n\n- a\n> b", "<script>alert('%s')</script>", "{{%s}}", "www.evil.example %s", "```%s```"}

// Whatever the history and the position that is asked about, nothing of a person without a consent in force is in any
// rendering; of people of the program, also no given name.
func TestNobodyIsNamedWithoutConsent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &log{store: eventstore.NewMemory()}
		people := 5
		name := func(i int) string { return fmt.Sprintf("Qz%c Vx%cw", 'a'+i, 'a'+i) }
		given := func(i int) string { return fmt.Sprintf("Qz%c", 'a'+i) }
		text := func(i int) string { return fmt.Sprintf("zqtext%c", 'a'+i) }
		person := func(i int) string { return domain.PersonStream(number(1000 + i)) }
		room := domain.MentorshipStream(number(3000))
		l.add(t, domain.ProgramStream("git"), 0, &domain.ProgramOpened{Title: "Git"})
		l.add(t, room, 0, &domain.MentorshipStarted{Program: "git", Mentor: number(1000), Mentee: number(1001)})
		for i := range people {
			l.add(t, person(i), 0, &domain.PersonRegistered{Personal: domain.PersonDetails{Of: number(1000 + i),
				Name: name(i), Email: fmt.Sprintf("mail%c@z.example", 'a'+i)}})
		}
		audiences := []domain.Audience{domain.AudienceTeam, domain.AudienceOrganisation, domain.AudiencePublic}
		may := map[int]map[int]bool{} // person, audience: consent to v1 as the log tells it in order
		var day int
		for range rapid.IntRange(0, 40).Draw(t, "events") {
			day++
			i := rapid.IntRange(0, people-1).Draw(t, "person")
			a := rapid.IntRange(0, 2).Draw(t, "audience")
			if may[i] == nil {
				may[i] = map[int]bool{}
			}
			switch rapid.IntRange(0, 6).Draw(t, "event") {
			case 0, 1:
				version := rapid.SampledFrom([]string{"v1", "v1", "v2"}).Draw(t, "version")
				l.add(t, person(i), day, &domain.ConsentGranted{Audience: audiences[a], TextVersion: version})
				if version == "v1" {
					may[i][a] = !may[i][9]
				}
			case 2:
				l.add(t, person(i), day, &domain.ConsentWithdrawn{Audience: audiences[a]})
				for wide := a; wide <= 2; wide++ {
					may[i][wide] = false
				}
			case 3:
				l.add(t, domain.AwardStream(number(4000+day)), day, &domain.AwardGranted{AwardCase: domain.AwardCase{
					Program: "git", Person: number(1000 + i), Tier: "champion", EarnedAt: day0.AddDate(0, 0, day),
					Criteria: "sha256:" + strings.Repeat("a", 64), Position: "p"}})
			case 4:
				l.add(t, person(i), day, &domain.PersonErased{})
				may[i] = map[int]bool{9: true}
			default:
				about := rapid.IntRange(0, people-1).Draw(t, "about")
				form := rapid.SampledFrom(hostile).Draw(t, "form")
				called := rapid.SampledFrom([]string{name(about), given(about), strings.ToLower(given(about))}).Draw(t, "called")
				words := text(i) + " " + fmt.Sprintf(form, " "+called+" ") + fmt.Sprintf(" mail%c@z.example", 'a'+about)
				l.add(t, room, day, &domain.ThreadPosted{Thread: "t" + fmt.Sprint(about), Visibility: domain.VisibilityPublic,
					Personal: domain.ThreadText{Of: number(1000 + i), Text: words + strings.Repeat("w", about*40)}})
			}
		}
		var upTo *eventstore.Position
		if rapid.Bool().Draw(t, "at a position") {
			upTo = new(rapid.SampledFrom(l.at).Draw(t, "position"))
		}
		source, err := digest.Read(context.Background(), l.store, "git", upTo)
		if err != nil {
			t.Fatal(err)
		}
		for a, audience := range audiences {
			asOf := day0.AddDate(0, 0, rapid.IntRange(1, day+1).Draw(t, "as of"))
			d := digest.New(source, digest.Options{Audience: audience, TextVersion: "v1", Since: day0, Until: asOf, AsOf: asOf})
			html, err := d.HTML()
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			renderings := []string{d.Text(), d.Markdown(), html, string(data)}
			for i := range people {
				named := false
				for wide := a; wide <= 2; wide++ {
					named = named || may[i][wide]
				}
				for _, r := range renderings {
					if strings.Contains(r, fmt.Sprintf("mail%c@", 'a'+i)) {
						t.Fatalf("address in\n%s", r)
					}
					joined := strings.Join(strings.Fields(r), " ")
					if !named && (strings.Contains(joined, name(i)) || strings.Contains(joined, text(i))) {
						t.Fatalf("%s before %s in\n%s", name(i), audience, r)
					}
					const members = 2
					if !named && i < members && strings.Contains(strings.ToLower(joined), strings.ToLower(given(i))) {
						t.Fatalf("%s before %s in\n%s", given(i), audience, r)
					}
				}
			}
			checkForms(t, d.Text(), d.Markdown(), html)
		}
	})
}

var (
	escaped   = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]")
	reference = regexp.MustCompile(`(?i)<(script|img|a|iframe|link|form)\b|url\(|\b(href|src|on[a-z]+)=`)
)

// checkForms checks that nothing that a person typed is markup.
func checkForms(t *rapid.T, text, markdown, html string) {
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > digest.ColumnsMax {
			t.Fatalf("%d columns: %s", n, line)
		}
	}
	if strings.ContainsAny(text+markdown+html, "\x00\x1b\u202e") {
		t.Fatal("a control character")
	}
	if found := reference.FindString(html); found != "" {
		t.Fatalf("%q in\n%s", found, html)
	}
	for line := range strings.Lines(markdown) {
		if quote, ok := strings.CutPrefix(line, "> "); ok {
			if rest := escaped.ReplaceAllString(quote, ""); strings.ContainsAny(rest, "<>[]`*_{}") ||
				strings.Contains(rest, "://") || strings.Contains(rest, "www.") {
				t.Fatalf("markup in %s", line)
			}
		}
	}
}

// Given a post, then those who may not be named are not: people of the program by what they are called there, others by
// their whole names.
func TestPostsNameOnlyWhoAgreed(t *testing.T) {
	l := &log{store: eventstore.NewMemory()}
	names := []string{"Ann Lee", "Ben Moss", "Cleo Park", "Dora Ruiz", "Ann Moss", "Eve Stone"}
	for i, name := range names {
		l.add(t, domain.PersonStream(number(1000+i)), 0, &domain.PersonRegistered{Personal: domain.PersonDetails{
			Of: number(1000 + i), Name: name, HRID: fmt.Sprint("HR-", 4000+i)}})
	}
	wrong := l.add(t, domain.PersonStream(number(1001)), 0, &domain.PersonRegistered{Personal: domain.PersonDetails{
		Of: number(1001), Name: "Bennet Moose"}})
	l.add(t, domain.PersonStream(number(1001)), 0, &domain.EventVoided{EventID: wrong, Reason: "misspelt"})
	room := domain.MentorshipStream(number(3000))
	l.add(t, room, 0, &domain.MentorshipStarted{Program: "git", Mentor: number(1000), Mentee: number(1001)})
	l.add(t, domain.MentorshipStream(number(3001)), 0,
		&domain.MentorshipStarted{Program: "other", Mentor: number(1000), Mentee: number(1003)})
	l.add(t, domain.PersonStream(number(1002)), 0, &domain.PersonJoinedUnit{Unit: "u", Program: "git"})
	l.add(t, domain.PersonStream(number(1004)), 0, &domain.PersonJoinedUnit{Unit: "u", Program: "git"})
	l.add(t, domain.PersonStream(number(1000)), 0,
		&domain.ConsentGranted{Audience: domain.AudiencePublic, TextVersion: "v1"})
	for i, c := range []struct{ text, want string }{
		{"Ben helped me", "someone helped me"},
		{"BEN, ben's and Mr Moss'", "someone, someone's and Mr someone'"},
		{"Bennet Moose, as they called him", "someone, as they called him"},
		{"Cleo of my unit", "someone of my unit"},
		{"Dora of another program, Dora Ruiz", "Dora of another program, someone"},
		{"I am Ann Lee, not Ann", "I am Ann Lee, not someone"},
		{"a stone by Eve Stone, HR-4005", "a stone by someone, someone"},
	} {
		l.add(t, room, i+1, &domain.ThreadPosted{Thread: "t", Visibility: domain.VisibilityPublic,
			Personal: domain.ThreadText{Of: number(1000), Text: c.text}})
		source, err := digest.Read(t.Context(), l.store, "git", nil)
		if err != nil {
			t.Fatal(err)
		}
		at := day0.AddDate(0, 0, i+1)
		d := digest.New(source, digest.Options{Audience: domain.AudienceTeam, TextVersion: "v1", Since: at.Add(-time.Hour),
			Until: at, AsOf: at})
		if len(d.Journeys) != 1 || d.Journeys[0].Posts[0].Text != c.want {
			t.Errorf("%q is told as %+v, want %q", c.text, d.Journeys, c.want)
		}
	}
}

// Given a withdrawal or an erasure after a position, then a digest as known at the position does not name the person,
// and nothing else about it changes.
func TestAPositionBringsNobodyBack(t *testing.T) {
	for name, after := range map[string]domain.Payload{
		"nothing": nil, "erased": &domain.PersonErased{},
		"withdrawn":                       &domain.ConsentWithdrawn{Audience: domain.AudienceTeam},
		"withdrawn from a wider audience": &domain.ConsentWithdrawn{Audience: domain.AudiencePublic},
	} {
		l := &log{store: eventstore.NewMemory()}
		ann := domain.PersonStream(number(1000))
		l.add(t, ann, 0, &domain.PersonRegistered{Personal: domain.PersonDetails{Of: number(1000), Name: "Ann Lee"}})
		room := domain.MentorshipStream(number(3000))
		l.add(t, room, 0, &domain.MentorshipStarted{Program: "git", Mentor: number(1001), Mentee: number(1000)})
		l.add(t, room, 0, &domain.MilestoneReached{Roadmap: "r", Milestone: "m"})
		l.add(t, ann, 0, &domain.ConsentGranted{Audience: domain.AudienceOrganisation, TextVersion: "v1"})
		before := l.at[len(l.at)-1]
		if after != nil {
			l.add(t, ann, 9, after)
		}
		source, err := digest.Read(t.Context(), l.store, "git", &before)
		if err != nil {
			t.Fatal(err)
		}
		d := digest.New(source, digest.Options{Audience: domain.AudienceTeam, TextVersion: "v1", Since: day0.Add(-time.Hour),
			Until: day0, AsOf: day0})
		got, err := json.Marshal(d.Milestones[0].People)
		if err != nil {
			t.Fatal(err)
		}
		want := `{"named":[],"others":1}`
		if after == nil || name == "withdrawn from a wider audience" {
			want = `{"named":[{"person":"` + number(1000).String() + `","name":"Ann Lee"}],"others":0}`
		}
		if string(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

package projections_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/projections"
)

// patterns tells a history in few words, and what is flagged in it. Days are those of history.add.
type patterns struct {
	t     *testing.T
	h     history
	rooms map[string]bool
}

var flagPeople = []string{"ann", "bob", "cas", "dee", "eve", "fay"}

// in returns the stream in which one mentors another, who have begun by then.
func (p *patterns) in(mentor, mentee string, day int) string {
	name := mentor + " with " + mentee
	stream := domain.MentorshipStream(named(name))
	if !p.rooms[name] {
		p.rooms[name] = true
		p.h.add(name, stream, day, &domain.MentorshipStarted{Program: "alpha", Mentor: named(mentor), Mentee: named(mentee)})
	}
	return stream
}

// sessions records sessions, one on each of the days, and names them after the pair and the day: "ann>bob 3".
func (p *patterns) sessions(mentor, mentee string, days ...int) {
	p.t.Helper()
	for i, day := range days {
		stream := p.in(mentor, mentee, days[0])
		id := fmt.Sprintf("%s>%s %d", mentor, mentee, day)
		if n := countOf(days[:i], day); n > 0 {
			id += fmt.Sprintf(" no. %d", n+1)
		}
		p.h.add(id, stream, day, &domain.SessionHeld{})
	}
}

func countOf(days []int, day int) (n int) {
	for _, d := range days {
		if d == day {
			n++
		}
	}
	return n
}

func (p *patterns) void(id, mentor, mentee string, day int) {
	p.h.add("void "+id, p.in(mentor, mentee, day), day, &domain.EventVoided{EventID: named(id), Reason: "not-held"})
}

// ratings records what a mentee gives a mentor, in thousandths.
func (p *patterns) ratings(mentee, mentor string, values ...domain.Rating) {
	for i, value := range values {
		p.h.add(fmt.Sprintf("%s rates %s %d", mentee, mentor, i), p.in(mentor, mentee, i), i, &domain.FeedbackGiven{
			By: named(mentee), About: named(mentor), Rater: domain.RaterMentee, Rating: value,
		})
	}
}

func times(n int, r domain.Rating) []domain.Rating { return slices.Repeat([]domain.Rating{r}, n) }

// find looks for flags of a kind at noon of a day.
func (p *patterns) find(criteria string, day int, opt projections.FlagOptions) *projections.Flags {
	p.t.Helper()
	plan := compile(p.t, []byte("apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\ntitle: Test\n"+criteria))
	asOf := time.Date(2024, 1, 1+day, 12, 0, 0, 0, time.UTC)
	return projections.FindFlags(fold(p.t, p.h.events), nil, "alpha", plan, asOf, opt)
}

// told says which flags were found, each as its people and the days of its events, the latest first; a burst also
// until which day, from the latest event on, it lies before its edge.
func (p *patterns) told(found *projections.Flags) []string {
	var told []string
	for i := range found.Flags {
		g := &found.Flags[i]
		var words []string
		for _, who := range g.People {
			words = append(words, nameOf(who.Person))
		}
		text := strings.Join(words, " ") + ":"
		for _, id := range g.Evidence {
			for _, e := range p.h.events {
				if e.ID == id {
					text += fmt.Sprintf(" %d", e.Meta.OccurredAt.YearDay()-1+366*(e.Meta.OccurredAt.Year()-2024))
				}
			}
		}
		if g.EvidenceTotal != len(g.Evidence) {
			text += fmt.Sprintf(" of %d", g.EvidenceTotal)
		}
		if !g.Edge.IsZero() {
			text += fmt.Sprintf(", edge %s", g.Edge.Format(time.RFC3339))
		}
		told = append(told, text)
	}
	return told
}

func nameOf(id uuid.UUID) string {
	for _, name := range flagPeople {
		if named(name) == id {
			return name
		}
	}
	return id.String()
}

// flagCase is a history, and the flags of one kind in it.
type flagCase struct {
	given string
	kind  projections.FlagKind
	tell  func(p *patterns)
	with  func(t *projections.FlagThresholds) // nil for the default ones
	asOf  int                                 // the day
	want  []string
}

func checkFlags(t *testing.T, criteria string, cases []flagCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(string(c.kind)+"/"+c.given, func(t *testing.T) {
			p := &patterns{t: t, h: history{t: t}, rooms: map[string]bool{}}
			c.tell(p)
			opt := projections.FlagOptions{
				Kinds: []projections.FlagKind{c.kind}, Thresholds: projections.DefaultFlagThresholds(),
			}
			if c.with != nil {
				c.with(&opt.Thresholds)
			}
			found := p.find(criteria, c.asOf, opt)
			if got := p.told(found); !slices.Equal(got, c.want) {
				t.Errorf("flags\n got %q\nwant %q", got, c.want)
				for _, g := range found.Flags {
					t.Log(g.Text)
				}
			}
			for _, g := range found.Flags {
				if g.Kind != c.kind || g.Text == "" || len(g.Numbers) == 0 {
					t.Errorf("%s without kind, text or numbers: %+v", c.kind, g)
				}
			}
		})
	}
}

// anySession gives a tier to whoever held one.
const anySession = `
measures: {n: {count: events, of: SessionHeld}}
score: n
tiers: [{id: one, name: One, when: n >= 1}]
`

func TestWebFlags(t *testing.T) {
	reciprocal, ring := projections.FlagReciprocal, projections.FlagRing
	atLeastTwo := func(t *projections.FlagThresholds) { t.EachWayMin = 2 }
	circle := func(day int, people ...string) func(p *patterns) {
		return func(p *patterns) {
			for i, from := range people {
				p.sessions(from, people[(i+1)%len(people)], day+i)
			}
		}
	}
	also := func(tells ...func(p *patterns)) func(p *patterns) {
		return func(p *patterns) {
			for _, tell := range tells {
				tell(p)
			}
		}
	}
	session := func(from, to string, days ...int) func(p *patterns) {
		return func(p *patterns) { p.sessions(from, to, days...) }
	}
	checkFlags(t, anySession, []flagCase{
		{"one session each way", reciprocal, circle(1, "ann", "bob"), nil, 9, []string{pair("ann", "bob") + ": 2 1"}},
		{"both in one direction", reciprocal, session("ann", "bob", 1, 2), nil, 9, nil},
		{"the way back only begun", reciprocal, also(session("ann", "bob", 1), func(p *patterns) { p.in("bob", "ann", 2) }),
			nil, 9, nil},
		{"the way back on the day", reciprocal, circle(1, "ann", "bob"), nil, 2, []string{pair("ann", "bob") + ": 2 1"}},
		{"the way back a day later", reciprocal, circle(1, "ann", "bob"), nil, 1, nil},
		{"the way back voided, later", reciprocal, also(circle(1, "ann", "bob"), func(p *patterns) {
			p.void("bob>ann 2", "bob", "ann", 20)
		}), nil, 9, nil},
		{"its start voided", reciprocal, also(circle(1, "ann", "bob"), func(p *patterns) {
			p.void("bob with ann", "bob", "ann", 20)
		}), nil, 9, nil},
		{"fewer than two", reciprocal, also(session("ann", "bob", 1, 2, 3), session("bob", "ann", 4)), atLeastTwo, 9, nil},
		{"two each way", reciprocal, also(session("ann", "bob", 1, 2), session("bob", "ann", 4, 5)), atLeastTwo, 9,
			[]string{pair("ann", "bob") + ": 5 4 2 1"}},
		{"more than are listed", reciprocal, also(session("ann", "bob", 1, 2, 3, 4, 5), session("bob", "ann", 6)),
			func(t *projections.FlagThresholds) { t.EvidenceMax = 4 }, 9, []string{pair("ann", "bob") + ": 6 5 4 of 6"}},

		{"three", ring, circle(1, "ann", "bob", "cas"), nil, 9, []string{turned("ann", "bob", "cas") + ": 3 2 1"}},
		{"not closed", ring, also(session("ann", "bob", 1), session("bob", "cas", 2)), nil, 9, nil},
		{"closed later", ring, circle(1, "ann", "bob", "cas"), nil, 2, nil},
		{"two", ring, circle(1, "ann", "bob"), nil, 9, nil},
		{"five", ring, circle(1, "ann", "bob", "cas", "dee", "eve"), nil, 9,
			[]string{turned("ann", "bob", "cas", "dee", "eve") + ": 5 4 3 2 1"}},
		{"six", ring, circle(1, flagPeople...), nil, 9, nil},
		{"two years old", ring, circle(0, "ann", "bob", "cas"), nil, 730, []string{turned("ann", "bob", "cas") + ": 2 1 0"}},
		{"a day older", ring, circle(0, "ann", "bob", "cas"), nil, 731, nil},
		{"older and newer", ring, also(circle(0, "ann", "bob", "cas"), session("ann", "bob", 500)), nil, 730,
			[]string{turned("ann", "bob", "cas") + ": 500 2 1 0"}},
		{"only the newer", ring, also(circle(0, "ann", "bob", "cas"), circle(700, "ann", "bob", "cas")), nil, 732,
			[]string{turned("ann", "bob", "cas") + ": 702 701 700 2"}},
		{"fewer than two with the next", ring, also(circle(1, "ann", "bob", "cas"), session("ann", "bob", 2)), atLeastTwo, 9,
			nil},
		{"four, cut short to three", ring, also(circle(1, "ann", "bob", "cas", "dee"), session("ann", "cas", 7)), nil, 9,
			[]string{turned("ann", "cas", "dee") + ": 7 4 3"}},
		{"four, of whom two mentor each other", ring, also(circle(1, "ann", "bob", "cas", "dee"), session("bob", "ann", 7)),
			nil, 9, nil},
		{"four, once cut short", ring, also(session("ann", "cas", 0), circle(700, "ann", "bob", "cas", "dee")), nil, 740,
			[]string{turned("ann", "bob", "cas", "dee") + ": 703 702 701 700"}},
		{"both ways round", ring, also(circle(1, "ann", "bob", "cas"), circle(1, "cas", "bob", "ann")), nil, 9, nil},
	})
}

// pair is two people in the order of their ids.
func pair(a, b string) string {
	people := []string{a, b}
	slices.SortFunc(people, func(a, b string) int { return strings.Compare(named(a).String(), named(b).String()) })
	return strings.Join(people, " ")
}

// turned is a ring that begins with the lowest id.
func turned(ring ...string) string {
	first := slices.MinFunc(ring, func(a, b string) int { return strings.Compare(named(a).String(), named(b).String()) })
	i := slices.Index(ring, first)
	return strings.Join(slices.Concat(ring[i:], ring[:i]), " ")
}

// TestRingLimits covers a search that ends early, and that a smaller one, for a person, does not.
func TestRingLimits(t *testing.T) {
	p := &patterns{t: t, h: history{t: t}, rooms: map[string]bool{}}
	for _, ring := range [][]string{{"ann", "bob", "cas"}, {"dee", "eve", "fay"}} {
		for i, from := range ring {
			p.sessions(from, ring[(i+1)%3], i)
		}
	}
	kinds := []projections.FlagKind{projections.FlagRing}
	for _, c := range []struct {
		rings, steps int
		person       string
		found        int
		cutOff       string
	}{
		{2, 1000, "", 2, ""},
		{1, 1000, "", 1, "rings of 3: there are more than the 1 that are listed: ask about one --person"},
		{1, 1000, "fay", 1, ""},
		{2, 2, "", 0, "rings of 3: the search ended early: ask about one --person"},
	} {
		opt := projections.FlagOptions{Kinds: kinds, Thresholds: projections.DefaultFlagThresholds()}
		opt.Thresholds.RingsMax, opt.Thresholds.RingStepsMax, opt.Thresholds.RingLengthMax = c.rings, c.steps, 3
		if c.person != "" {
			opt.Person = named(c.person)
		}
		found := p.find(anySession, 9, opt)
		if got := strings.Join(found.CutOff, "; "); len(found.Flags) != c.found || got != c.cutOff {
			t.Errorf("at most %d rings, %d steps, of %q: %d found, cut off %q; want %d, %q", c.rings, c.steps, c.person,
				len(found.Flags), got, c.found, c.cutOff)
		}
		for i := range found.Flags {
			if c.person != "" && !found.Flags[i].Concerns(named(c.person)) {
				t.Errorf("%s is not in %v", c.person, found.Flags[i].People)
			}
		}
	}
}

func TestMaximumFlags(t *testing.T) {
	const top = domain.RatingMax
	maximum := projections.FlagMaximum
	given := func(byBob []domain.Rating, byCas ...domain.Rating) func(p *patterns) {
		return func(p *patterns) {
			p.ratings("bob", "ann", byBob...)
			p.ratings("cas", "ann", byCas...)
		}
	}
	everywhere := func(n int) func(p *patterns) {
		return func(p *patterns) {
			for i := range 5 {
				p.ratings("bob", flagPeople[2+i%n], times(i/n+1, top)[i/n:]...)
			}
		}
	}
	checkFlags(t, anySession, []flagCase{
		{"five, where others give a quarter less", maximum, given(times(5, top), 4750), nil, 9,
			[]string{"bob ann: 4 3 2 1 0"}},
		{"where others give nearly as much", maximum, given(times(5, top), 4751), nil, 9, nil},
		{"where others give so on average", maximum, given(times(5, top), top, 4500), nil, 9, []string{"bob ann: 4 3 2 1 0"}},
		{"where nobody else does", maximum, given(times(5, top)), nil, 9, nil},
		{"only four", maximum, given(times(4, top), 4000), nil, 9, nil},
		{"only four by then", maximum, given(times(5, top), 4000), nil, 3, nil},
		{"one of them lower", maximum, given(append(times(5, top), 4999), 4000), nil, 9, nil},
		{"the lower one voided", maximum, func(p *patterns) {
			given(append(times(5, top), 1000), 4000)(p)
			p.void("bob rates ann 5", "ann", "bob", 20)
		}, nil, 9, []string{"bob ann: 4 3 2 1 0"}},
		{"to two mentors", maximum, everywhere(2), nil, 9, nil},
		{"what a mentor gives", maximum, func(p *patterns) {
			given(nil, 1000)(p)
			for i := range 5 {
				p.h.add(fmt.Sprintf("ann rates bob %d", i), p.in("ann", "bob", 0), i, &domain.FeedbackGiven{
					By: named("ann"), About: named("bob"), Rater: domain.RaterMentor, Rating: top,
				})
			}
		}, nil, 9, nil},
	})
	p := &patterns{t: t, h: history{t: t}, rooms: map[string]bool{}}
	everywhere(3)(p)
	found := p.find(anySession, 9, projections.FlagOptions{Kinds: []projections.FlagKind{maximum}})
	if len(found.Flags) != 1 || found.Flags[0].People[0].Person != named("bob") || len(found.Flags[0].People) != 4 ||
		found.Flags[0].EvidenceTotal != 5 {
		t.Errorf("to three mentors: %+v", found.Flags)
	}
}

func TestOneMenteeFlags(t *testing.T) {
	oneMentee := projections.FlagOneMentee
	both := func(bob, cas int) func(p *patterns) {
		return func(p *patterns) {
			for day := range bob {
				p.sessions("ann", "bob", day)
			}
			for day := range cas {
				p.sessions("ann", "cas", bob+day)
			}
		}
	}
	const tiers = `
measures: {n: {count: events, of: SessionHeld}, mentees: {count: mentees, of: SessionHeld}}
score: n
tiers: [{id: low, name: Low, when: n >= 1}, {id: high, name: High, when: mentees >= %d}]
`
	checkFlags(t, fmt.Sprintf(strings.Replace(tiers, "mentees >=", "n >=", 1), 4), []flagCase{
		{"60 % of the score", oneMentee, both(6, 4), nil, 30, []string{"ann bob: 5 4 3 2 1 0"}},
		{"less of it", oneMentee, both(5, 4), nil, 30, nil},
		{"less of it, and the tier", oneMentee, both(5, 3), nil, 30, []string{"ann bob: 4 3 2 1 0"}},
		{"the lowest tier", oneMentee, both(3, 0), nil, 30, nil},
		{"the sessions voided since", oneMentee, func(p *patterns) {
			both(6, 4)(p)
			p.void("ann>bob 0", "ann", "bob", 40)
		}, nil, 30, nil},
		{"before the others", oneMentee, both(6, 4), nil, 5, []string{"ann bob: 5 4 3 2 1 0"}},
	})
	four := func(p *patterns) {
		for i, mentee := range flagPeople[1:5] {
			p.sessions("ann", mentee, i)
		}
	}
	checkFlags(t, fmt.Sprintf(tiers, 4), []flagCase{
		{"everybody is needed, a quarter each", oneMentee, four, nil, 30,
			[]string{"ann " + lowest("bob", "cas", "dee", "eve")}},
		{"everybody is needed, less than a part", oneMentee, four, func(t *projections.FlagThresholds) { t.PartMin = 251 },
			30, nil},
	})
	checkFlags(t, anySession, []flagCase{
		{"where there is one tier", oneMentee, both(1, 0), nil, 30, []string{"ann bob: 0"}},
	})

	p := &patterns{t: t, h: history{t: t}, rooms: map[string]bool{}}
	both(3, 0)(p)
	found := p.find(fmt.Sprintf(tiers, 4), 9, projections.FlagOptions{Kinds: []projections.FlagKind{oneMentee}})
	if !slices.Equal(found.LeftOut, []string{"one-mentee: mentors who hold no tier above the lowest, 1 of them"}) {
		t.Errorf("left out %q", found.LeftOut)
	}
}

// lowest is which of some mentees, who had one session each from day 0 on, has the lowest id.
func lowest(people ...string) string {
	first := slices.MinFunc(people, func(a, b string) int { return strings.Compare(named(a).String(), named(b).String()) })
	return fmt.Sprintf("%s: %d", first, slices.Index(people, first))
}

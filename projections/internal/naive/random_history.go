package naive

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"
)

// spansDays are the lengths that random documents use for windows, decay, credit and keep, and random histories for
// the distance between events, so that events often fall exactly on a boundary.
var spansDays = []int{1, 2, 7, 10, 30, 60, 90, 365}

// landmarks are instants at which calendars do something.
var landmarks = []string{
	"2020-02-29T12:00:00Z",           // a leap day
	"2020-03-08T07:00:00Z",           // summer time starts in New York
	"2020-03-29T01:00:00Z",           // and in Berlin
	"2020-03-31T22:00:00Z",           // April starts in Berlin
	"2020-10-25T01:00:00Z",           // winter time starts in Berlin
	"2020-11-01T06:00:00Z",           // and in New York
	"2020-12-27T23:00:00Z",           // ISO week 53 starts in Berlin
	"2020-12-28T00:00:00Z",           // and in UTC
	"2020-12-31T23:00:00Z",           // the new year in Berlin
	"2021-01-01T00:00:00Z",           // and in UTC
	"2021-01-01T05:00:00Z",           // and in New York
	"2021-01-03T23:59:59.999999999Z", // the last instant of week 53
	"2021-01-04T00:00:00Z",
	"2021-01-04T05:00:00Z", // week 1 starts in New York
}

// move is one random step, read against what the history holds so far: every number is taken modulo the choices that
// there are. So removing a step from a failing history leaves the others valid.
type move struct {
	action  string
	a, b, c int
	flag    bool
	timing  string
	ref     int // an event whose time the timing refers to
	days    int
	jitter  time.Duration
}

var actions = []string{
	"", // nothing, to which a step shrinks
	"SessionHeld", "SessionHeld", "SessionHeld", "SessionHeld", "SessionHeld", "MentorshipStarted", "MentorshipStarted",
	"PromotionRecorded", "PromotionRecorded", "SkillAttested", "SkillAttested", "ProjectCompleted", "GoalMet", "GoalMet",
	"FeedbackGiven", "FeedbackGiven", "FeedbackGiven", "PracticeShared", "PracticeShared", "EventVoided", "EventVoided",
	"SessionConfirmed", "GoalSet", "RoadmapAssigned", "MilestoneReached", "ThreadPosted", "FeedbackRequested",
	"MentorshipPaused", "MentorshipResumed", "MentorshipEnded", "PersonJoinedUnit",
}

var moves = rapid.Custom(func(t *rapid.T) move {
	return move{
		action: fair(t, actions),
		a:      fair(t, twelve),
		b:      fair(t, twelve),
		c:      fair(t, twelve),
		flag:   fair(t, []bool{false, true}),
		timing: fair(t, []string{"on", "on", "on", "on", "on", "same", "after", "before", "month", "landmark"}),
		ref:    4*fair(t, twelve) + fair(t, []int{0, 1, 2, 3}),
		days:   fair(t, append([]int{0, 0, 1, 1, 3, 5, 5, 14, 14, 20}, spansDays...)),
		jitter: fair(t, []time.Duration{0, 0, 0, 0, 0, 1, -1, time.Hour}),
	}
})

var twelve = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}

// fair draws one of some choices, each as likely as the others; rapid's own sampling prefers the first ones, which
// gives small logs in which nothing happens. It shrinks to the first.
func fair[V any](t *rapid.T, choices []V) V {
	i := 0
	for bits := 1; bits < 8*len(choices); bits *= 2 {
		i *= 2
		if rapid.Bool().Draw(t, "bit") {
			i++
		}
	}
	return choices[i%len(choices)]
}

// History draws a log: three to six people, one or two programs (CaseProgram is always one), every type of event that
// is a fact and some that are not, at times that cluster, coincide and fall on boundaries, recorded in another order
// than they happened, with voids of anything.
func History(t *rapid.T) []Event {
	return rapid.Custom(func(t *rapid.T) []Event { return randomHistory(t, 20, 60) }).Draw(t, "history")
}

// LongHistory draws a log like History's, but long enough that measures get far from every threshold and back.
func LongHistory(t *rapid.T) []Event {
	return rapid.Custom(func(t *rapid.T) []Event { return randomHistory(t, 150, 300) }).Draw(t, "long history")
}

// ShortHistory draws a log like History's, but so short that one can try what would come next.
func ShortHistory(t *rapid.T) []Event {
	return rapid.Custom(func(t *rapid.T) []Event { return randomHistory(t, 2, 16) }).Draw(t, "short history")
}

func randomHistory(t *rapid.T, movesMin, movesMax int) []Event {
	b := &builder{persons: people[:rapid.IntRange(3, len(people)).Draw(t, "persons")]}
	b.now = caseTime(fair(t, landmarks))
	b.programs = []string{CaseProgram}
	if rapid.Bool().Draw(t, "two programs") {
		b.programs = append(b.programs, "beta")
	}
	for _, person := range b.persons {
		b.emit("PersonRegistered", "person-"+Person(person), b.now, map[string]any{"personal": map[string]any{
			"of": Person(person), "name": strings.ToUpper(person[:1]) + person[1:] + " Müller & <Söhne>",
		}})
	}
	b.apply(move{action: "MentorshipStarted", timing: "on"})
	b.apply(move{action: "MentorshipStarted", timing: "on", b: 1})
	for _, m := range rapid.SliceOfN(moves, movesMin, movesMax).Draw(t, "moves") {
		if m.action != "" {
			b.apply(m)
		}
	}
	return b.events
}

// AsOf draws when to look at a history: at no stated time, or at or around an event or a boundary after it.
func AsOf(t *rapid.T, events []Event) *time.Time {
	return rapid.Custom(func(t *rapid.T) *time.Time { return randomAsOf(t, events) }).Draw(t, "as of")
}

func randomAsOf(t *rapid.T, events []Event) *time.Time {
	if fair(t, []bool{true, false, false, false}) {
		return nil
	}
	at := fair(t, events).OccurredAt
	at = at.AddDate(0, 0, fair(t, append([]int{0, 0, 1000, 1000, 1000, 1000}, spansDays...)))
	at = at.Add(time.Duration(fair(t, []int{0, 1, -1})))
	return &at
}

// builder turns steps into events.
type builder struct {
	persons  []string
	programs []string
	now      time.Time
	events   []Event
	rooms    []room
}

type room struct{ stream, mentor, mentee string }

func (b *builder) emit(kind, stream string, at time.Time, data map[string]any) {
	b.events = append(b.events, Event{
		ID: EventID(fmt.Sprintf("random %d", len(b.events))), Type: kind, Stream: stream, OccurredAt: at.UTC(),
		Data: must(json.Marshal(data)),
	})
}

func pick[V any](choices []V, i int) V { return choices[i%len(choices)] }

func (b *builder) time(s move) time.Time {
	ref := pick(b.events, s.ref).OccurredAt
	switch s.timing {
	case "on":
		b.now = b.now.AddDate(0, 0, s.days).Add(s.jitter)
		return b.now
	case "same":
		return ref
	case "after":
		return ref.Add(time.Duration(s.days)*day + s.jitter)
	case "before":
		return ref.Add(-time.Duration(s.days)*day + s.jitter)
	case "month":
		zone := must(time.LoadLocation(pick([]string{"UTC", "Europe/Berlin", "America/New_York"}, s.days)))
		local := ref.In(zone)
		start := time.Date(local.Year(), local.Month()+1, 1, 0, 0, 0, 0, zone)
		return start.Add(min(s.jitter, 1))
	}
	return caseTime(pick(landmarks, s.ref)).Add(s.jitter)
}

func (b *builder) apply(s move) {
	at := b.time(s)
	data := map[string]any{}
	for key, value := range required[s.action] {
		data[key] = value
	}
	person := pick(b.persons, s.a)
	stream := "person-" + Person(person)
	var in room
	if len(b.rooms) > 0 {
		in = pick(b.rooms, s.a)
	}
	some := func(key string, values ...any) {
		if v := pick(values, s.b); v != "" {
			data[key] = v
		}
	}
	recorded := func() { // by whom, or that it was someone else
		switch s.c % 4 {
		case 0:
			data["by"] = Person(pick(b.persons, s.b))
		case 1:
			data["attested"] = true
		}
	}
	switch s.action {
	case "MentorshipStarted":
		mentor := []int{0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 5}[s.a] % len(b.persons)
		mentee := (mentor + 1 + s.b%(len(b.persons)-1)) % len(b.persons)
		in = room{"mentorship-" + EventID(fmt.Sprintf("room %d", len(b.rooms))), Person(b.persons[mentor]),
			Person(b.persons[mentee])}
		b.rooms = append(b.rooms, in)
		data["program"] = pick([]string{CaseProgram, CaseProgram, b.programs[len(b.programs)-1]}, s.c)
		data["mentor"], data["mentee"] = in.mentor, in.mentee
		stream = in.stream
	case "PromotionRecorded":
		data["levels"] = 1 + s.b%3
		recorded()
	case "SkillAttested", "ProjectCompleted":
		some("skill", "go", "sql")
		recorded()
	case "PracticeShared":
		some("skill", "go", "", "talks")
		data["visibility"] = pick([]string{"public", "program"}, s.c)
	case "PersonJoinedUnit":
	case "EventVoided":
		target := pick(b.events, s.ref+s.a)
		if target.Type == "EventVoided" || target.Type == "PersonRegistered" ||
			target.Type == "MentorshipStarted" && s.c%4 > 0 { // which takes so much away that it is rarer
			return
		}
		stream = target.Stream
		data["event_id"] = target.ID
	default: // everything else is on a mentorship stream
		stream = in.stream
	}
	switch s.action {
	case "SessionHeld":
		some("channel", "call", "", "email")
		if s.c > 0 {
			data["minutes"] = 15 * s.c
		}
		if s.c%3 > 0 {
			data["skill"] = pick([]string{"go", "sql", "talks"}, s.c)
		}
		if s.flag {
			data["confirmed"] = true
		}
	case "SessionConfirmed":
		var sessions []Event
		for _, e := range b.events {
			if e.Type == "SessionHeld" {
				sessions = append(sessions, e)
			}
		}
		if len(sessions) == 0 {
			return
		}
		session := pick(sessions, s.b)
		stream = session.Stream
		data["session"] = session.ID
	case "GoalSet", "GoalMet", "MilestoneReached":
		some("skill", "go", "", "sql")
		if s.action != "GoalSet" {
			recorded()
		}
	case "ThreadPosted":
		data["visibility"] = pick([]string{"room", "program", "public"}, s.b)
	case "FeedbackRequested":
		data["from"], data["about"] = in.mentee, in.mentor
	case "FeedbackGiven":
		data["by"], data["about"], data["rater"] = in.mentee, in.mentor, "mentee"
		if s.flag && s.c%2 == 0 {
			data["by"], data["about"], data["rater"] = in.mentor, in.mentee, "mentor"
		}
		data["rating"] = json.RawMessage(pick([]string{"5", "1", "3.333", "4", "4.001", "2.5", "3.999"}, s.b))
	}
	b.emit(s.action, stream, at, data)
}

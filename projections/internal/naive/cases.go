package naive

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Case is a small log with criteria and the standings worked out by hand, for any implementation:
//
//	for _, c := range naive.Cases() {
//		for _, check := range c.Checks {
//			got := ... // the JSON of a replay of c.Events() under c.Criteria(), as of check.Time(), up to check.Limit
//			if err := check.Compare(got); err != nil { ... }
//		}
//	}
type Case struct {
	Name     string
	Log      string // one event a line: ID TIME TYPE SUBJECT KEY=VALUE...
	Zone     string // "" is UTC
	Measures string // one measure a line, as in a document
	Score    string // "" is the first measure
	Tiers    string // one tier a line, as in a document; "" is one tier out of reach
	Checks   []Check
}

// Check is what a replay of a case must give.
type Check struct {
	AsOf  string // "" is none
	Limit int    // only the first events; 0: all
	Want  string // one statement a line, see Compare
}

// CaseProgram is the program of every case.
const CaseProgram = "alpha"

// Person is the id of a person in cases and random histories. Ids are in the order of the names' first letters.
func Person(name string) string {
	return fmt.Sprintf("00000000-0000-4000-8000-0000000000%02x", name[0])
}

// EventID is the id of the event that a case calls name.
func EventID(name string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("laurel:case "+name)).String()
}

// Time is the check's as-of; nil is none.
func (k Check) Time() *time.Time {
	if k.AsOf == "" {
		return nil
	}
	t := caseTime(k.AsOf)
	return &t
}

func caseTime(s string) time.Time {
	if len(s) == len("2006-01-02") {
		s += "T00:00:00Z"
	}
	return must(time.Parse(time.RFC3339Nano, s)).UTC()
}

// Criteria is the case's document.
func (c Case) Criteria() []byte {
	zone, score, tiers := c.Zone, c.Score, lines(c.Tiers)
	if zone == "" {
		zone = "UTC"
	}
	if score == "" {
		score, _, _ = strings.Cut(lines(c.Measures)[0], ":")
	}
	if len(tiers) == 0 {
		tiers = []string{"{id: top, name: Top, when: score >= 1000000}"}
	}
	return fmt.Appendf(nil, "apiVersion: laurel/v1\nkind: Criteria\nprogram: %s\ntitle: Case\ntimezone: %s\n"+
		"measures:\n  %s\nscore: %q\ntiers:\n  - %s\npolicy: {gained: award, lost: grandfather}\n",
		CaseProgram, zone, strings.Join(lines(c.Measures), "\n  "), score, strings.Join(tiers, "\n  - "))
}

// required are fields that a payload has in every log, where a case does not say otherwise.
var required = map[string]map[string]any{
	"MentorshipStarted": {"program": CaseProgram},
	"SkillAttested":     {"skill": "sql"},
	"ProjectCompleted":  {"project": "p"},
	"PromotionRecorded": {"levels": 1},
	"PracticeShared":    {"community": "c"},
	"GoalSet":           {"goal": "g"},
	"GoalMet":           {"goal": "g"},
	"RoadmapAssigned":   {"roadmap": "r", "milestones": []string{"one", "two"}},
	"MilestoneReached":  {"roadmap": "r", "milestone": "one"},
	"ThreadPosted":      {"thread": "t", "visibility": "room"},
	"FeedbackRequested": {"request": "r"},
	"FeedbackGiven":     {"rater": "mentee"},
	"EventVoided":       {"reason": "mistake"},
	"ProgramOpened":     {"title": "Alpha"},
	"PersonJoinedUnit":  {"unit": "u"},
}

// Events is the case's log.
func (c Case) Events() []Event {
	var events []Event
	for _, line := range lines(c.Log) {
		words := strings.Fields(line)
		data := map[string]any{}
		for key, value := range required[words[2]] {
			data[key] = value
		}
		for _, pair := range words[4:] {
			key, value, _ := strings.Cut(pair, "=")
			data[key] = caseValue(key, value)
		}
		events = append(events, Event{
			ID: EventID(words[0]), Type: words[2], Stream: caseStream(words[2], words[3]),
			OccurredAt: caseTime(words[1]), Data: must(json.Marshal(data)),
		})
	}
	return events
}

func caseValue(key, value string) any {
	switch key {
	case "mentor", "mentee", "by", "about", "from":
		return Person(value)
	case "session", "event_id":
		return EventID(value)
	case "minutes", "levels", "rating", "confirmed", "attested":
		return json.RawMessage(value)
	}
	return value
}

func caseStream(kind, subject string) string {
	switch kind {
	case "PersonRegistered", "PersonJoinedUnit", "SkillAttested", "ProjectCompleted", "PromotionRecorded",
		"PracticeShared":
		return "person-" + Person(subject)
	case "ProgramOpened", "ProgramClosed":
		return "program-" + subject
	case "EventVoided":
		if slices.Contains(people, subject) {
			return "person-" + Person(subject)
		}
	}
	return "mentorship-" + EventID(subject)
}

// people are the persons of cases and random histories.
var people = []string{"ann", "bob", "cas", "dee", "eve", "fay"}

func lines(text string) []string {
	var found []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			found = append(found, line)
		}
	}
	return found
}

// standing is a mentor as read back from a replay's JSON.
type standing struct {
	Person, Tier string
	Score        json.Number
	Measures     map[string]json.Number
	History      []struct{ At, Tier, From, Cause string }
}

// Compare checks the JSON of a replay. Statements:
//
//	mentors ann bob                       exactly these, in this order
//	events 7                              the number of events
//	as_of 2024-01-01T00:00:00Z
//	ann tier=top score=1.5 effort=2       any of tier ("-" is none), score and measures
//	ann history TIME TIER CAUSE, ...      the whole history ("-" is no tier); nothing after history: an empty one
func (k Check) Compare(replay []byte) error {
	var got struct {
		AsOf    string `json:"as_of"`
		Events  json.Number
		Mentors []standing
	}
	if err := json.Unmarshal(replay, &got); err != nil {
		return fmt.Errorf("read replay: %w", err)
	}
	want := func(line string, is bool, what any) error {
		if is {
			return nil
		}
		return fmt.Errorf("as of %q, want %q, got %v", k.AsOf, line, what)
	}
	for _, line := range lines(k.Want) {
		words := strings.Fields(line)
		var err error
		switch words[0] {
		case "mentors":
			var listed []string
			for _, m := range got.Mentors {
				listed = append(listed, m.Person)
			}
			var persons []string
			for _, w := range words[1:] {
				persons = append(persons, Person(w))
			}
			err = want(line, slices.Equal(listed, persons), listed)
		case "events":
			err = want(line, got.Events.String() == words[1], got.Events)
		case "as_of":
			err = want(line, got.AsOf == words[1], got.AsOf)
		default:
			i := slices.IndexFunc(got.Mentors, func(m standing) bool { return m.Person == Person(words[0]) })
			if i < 0 {
				return want(line, false, "no such mentor")
			}
			m := got.Mentors[i]
			if words[1] == "history" {
				var history []string
				from := ""
				for _, t := range m.History {
					if t.From != from {
						return want(line, false, fmt.Sprintf("from %q after %q", t.From, from))
					}
					from = t.Tier
					history = append(history, t.At+" "+t.Tier+" "+t.Cause)
				}
				_, text, _ := strings.Cut(line, "history")
				err = want(line, slices.Equal(history, wantHistory(text)), history)
				break
			}
			for _, pair := range words[1:] {
				key, value, _ := strings.Cut(pair, "=")
				is := m.Measures[key].String()
				switch key {
				case "tier":
					is, value = m.Tier, strings.TrimPrefix(value, "-")
				case "score":
					is = m.Score.String()
				}
				if err == nil {
					err = want(line, is == value, key+"="+is)
				}
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func wantHistory(text string) []string {
	var history []string
	if strings.TrimSpace(text) == "" {
		return nil
	}
	for _, item := range strings.Split(text, ",") {
		words := strings.Fields(item)
		cause := words[2]
		if cause != "elapsed" {
			cause = EventID(cause)
		}
		history = append(history, formatTime(caseTime(words[0]))+" "+strings.TrimPrefix(words[1], "-")+" "+cause)
	}
	return history
}

// Cases are all cases, by what they are about.
func Cases() []Case {
	return slices.Concat(factCases, creditCases, capCases, agingCases, countCases, streakCases, ratioCases, scoreCases,
		tierCases)
}

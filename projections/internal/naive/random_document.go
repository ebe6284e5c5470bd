package naive

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"pgregory.net/rapid"
)

// factTypes are the event types that a measure can take, the frequent ones more often.
var factTypes = []string{
	"SessionHeld", "SessionHeld", "SessionHeld", "SessionHeld", "SessionHeld", "PromotionRecorded", "PromotionRecorded",
	"GoalMet", "GoalMet", "SkillAttested", "SkillAttested", "PracticeShared", "PracticeShared", "FeedbackGiven",
	"ProjectCompleted", "MentorshipStarted", "SessionConfirmed", "GoalSet", "RoadmapAssigned", "MilestoneReached",
	"ThreadPosted", "FeedbackRequested", "MentorshipPaused", "MentorshipResumed", "MentorshipEnded",
}

// Document draws a valid criteria document for CaseProgram, with numbers small enough that thresholds are crossed.
func Document(t *rapid.T) string {
	return rapid.Custom(randomDocument).Draw(t, "document")
}

func randomDocument(t *rapid.T) string {
	bodies := rapid.SliceOfN(rapid.Custom(randomMeasure), 2, 6).Draw(t, "measures")
	var sums, names []string
	for i, body := range bodies {
		names = append(names, fmt.Sprintf("m%d", i+1))
		if strings.HasPrefix(body, "sum: ") {
			sums = append(sums, names[i])
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "apiVersion: laurel/v1\nkind: Criteria\nprogram: %s\ntitle: Random\ntimezone: %s\nmeasures:\n",
		CaseProgram, fair(t, []string{
			"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Asuncion", "Pacific/Apia",
		}))
	for i, body := range bodies {
		if body == "share: mentee" {
			if len(sums) == 0 {
				body = "count: events, of: SessionHeld"
			} else {
				body += ", in: " + fair(t, sums)
			}
		}
		fmt.Fprintf(&b, "  %s: {%s}\n", names[i], body)
	}
	fmt.Fprintf(&b, "score: '%s'\ntiers:\n", randomNumber(t, names, 3))
	for i := range fair(t, []int{1, 2, 3, 4}) {
		keep := fair(t, []string{"", ", keep: while-met", ", keep: forever", ", keep: 1d", ", keep: 10d",
			", keep: 30d"})
		fmt.Fprintf(&b, "  - {id: t%d, name: T%d, when: '%s'%s}\n", i+1, i+1,
			randomCondition(t, append(slices.Clone(names), "score"), 2), keep)
	}
	b.WriteString("policy: {gained: award, lost: grandfather}\n")
	return b.String()
}

func randomMeasure(t *rapid.T) string {
	aggregate := fair(t, []string{
		"sum: points", "sum: points", "sum: points", "count: events", "count: mentees", "count: days", "count: weeks",
		"count: months", "count: skills", "mean: rating", "streak: week", "streak: month", "share: mentee",
	})
	if aggregate == "share: mentee" {
		return aggregate
	}
	types := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string { return fair(t, factTypes) }), 1, 4,
		rapid.ID[string]).Draw(t, "types")
	if aggregate == "mean: rating" {
		types = []string{"FeedbackGiven"}
	}
	fields := []string{aggregate}
	if aggregate == "sum: points" {
		var points []string
		for _, kind := range types {
			points = append(points, kind+": "+fair(t, []string{"1", "2", "3", "0.5", "0.333", "0.001", "20"}))
		}
		fields = append(fields, "of: {"+strings.Join(points, ", ")+"}")
		fields = append(fields, randomCaps(t)...)
		fields = append(fields, randomDecay(t)...)
	} else if len(types) == 1 {
		fields = append(fields, "of: "+types[0])
	} else {
		fields = append(fields, "of: ["+strings.Join(types, ", ")+"]")
	}
	if fair(t, []bool{false, false, true}) {
		fields = append(fields, "where: '"+randomWhere(t, types)+"'")
	}
	if rapid.Bool().Draw(t, "windowed") {
		fields = append(fields, fmt.Sprintf("window: %dd", fair(t, spansDays)))
	}
	if slices.ContainsFunc(types, isOutcome) && rapid.Bool().Draw(t, "own credit") {
		credit := fmt.Sprintf("credit: {within: %dd, at_least: %dd", fair(t, spansDays),
			fair(t, []int{0, 1, 10, 30}))
		if aggregate == "sum: points" {
			credit += fmt.Sprintf(", split: %t", rapid.Bool().Draw(t, "split"))
		}
		fields = append(fields, credit+"}")
	}
	if strings.HasPrefix(aggregate, "streak") {
		if grace := rapid.IntRange(0, 2).Draw(t, "grace"); grace > 0 {
			fields = append(fields, fmt.Sprintf("grace: %d", grace))
		}
		if rapid.Bool().Draw(t, "longest") {
			fields = append(fields, "longest: true")
		}
	}
	if aggregate == "mean: rating" {
		fields = append(fields, fmt.Sprintf("prior: {mean: %s, weight: %s}",
			fair(t, []string{"3", "3.8", "4", "4.001"}),
			fair(t, []string{"1", "2", "5", "0.5"})))
	}
	return strings.Join(fields, ", ")
}

// randomCaps draws up to three caps, no two of them for the same bucket.
func randomCaps(t *rapid.T) []string {
	var caps []string
	seen := map[string]bool{}
	for range fair(t, []int{0, 0, 1, 2, 3}) {
		bucket := "per: " + fair(t, []string{"mentor", "mentee"}) + ", every: " +
			fair(t, []string{"ever", "day", "week", "month", "quarter", "year"})
		if !seen[bucket] {
			caps = append(caps, "{"+bucket+", max: "+fair(t, []string{"1", "2", "0.7", "3.5"})+"}")
		}
		seen[bucket] = true
	}
	if caps == nil {
		return nil
	}
	return []string{"caps: [" + strings.Join(caps, ", ") + "]"}
}

func randomDecay(t *rapid.T) []string {
	spans := rapid.SliceOfNDistinct(rapid.SampledFrom(spansDays), 0, 3, rapid.ID[int]).Draw(t, "decay")
	if len(spans) == 0 {
		return nil
	}
	sort.Ints(spans)
	keeps := []string{"0.9", "0.6", "0.333333", "0.001", "0"}
	var steps []string
	keep := 0
	for _, span := range spans {
		keep = rapid.IntRange(keep, len(keeps)-1).Draw(t, "keep")
		steps = append(steps, fmt.Sprintf("{after: %dd, keep: %s}", span, keeps[keep]))
	}
	return []string{"decay: [" + strings.Join(steps, ", ") + "]"}
}

// randomWhere draws a condition over attributes that at least one of the types carries.
func randomWhere(t *rapid.T, types []string) string {
	clauses := []string{
		`type == "` + types[0] + `"`, `type != "` + types[len(types)-1] + `"`, `type in ["SessionHeld", "GoalMet"]`, `true`,
	}
	if slices.ContainsFunc(types, func(kind string) bool { return kind != "PracticeShared" }) {
		clauses = append(clauses, `mentee == "`+Person("bob")+`"`, `mentee != "`+Person("cas")+`"`)
	}
	carry := func(kinds string, more ...string) {
		if slices.ContainsFunc(types, func(kind string) bool { return slices.Contains(strings.Fields(kinds), kind) }) {
			clauses = append(clauses, more...)
			clauses = append(clauses, more...) // more often than what every fact has
		}
	}
	carry("SessionHeld", `channel == "call"`, `channel != "email"`, `minutes >= 60`, `minutes < 45.5`, `minutes == 30`,
		`120 / minutes >= 2`, `minutes % 30 == 0`, `confirmed`)
	carry("PromotionRecorded", `levels >= 2`, `levels == 1`, `levels * 2 < 5`)
	carry("FeedbackGiven", `rater == "mentee"`, `rating >= 4`, `rating < 3.5`, `rating == 4.001`)
	carry("ThreadPosted PracticeShared", `visibility == "public"`, `visibility != "room"`)
	carry("SkillAttested ProjectCompleted PracticeShared SessionHeld GoalSet GoalMet MilestoneReached",
		`skill == "go"`, `skill != ""`, `skill in ["go", "talks"]`, `skill.startsWith("s")`)
	carry("SkillAttested ProjectCompleted PromotionRecorded GoalMet MilestoneReached", `attested`)
	return combine(t, 2, func() string { return fair(t, clauses) })
}

// combine joins random clauses by boolean operators.
func combine(t *rapid.T, depth int, clause func() string) string {
	if depth == 0 {
		return clause()
	}
	again := func() string { return combine(t, depth-1, clause) }
	switch fair(t, []int{0, 0, 0, 0, 3, 4, 5, 6}) {
	case 3:
		return "(" + again() + " && " + again() + ")"
	case 4:
		return "(" + again() + " || " + again() + ")"
	case 5:
		return "!(" + again() + ")"
	case 6:
		return "(" + again() + " ? " + again() + " : " + again() + ")"
	}
	return clause()
}

func randomCondition(t *rapid.T, names []string, depth int) string {
	return combine(t, depth, func() string {
		if fair(t, []bool{true, true, false}) { // what documents mostly say
			return fair(t, names) + " " + fair(t, []string{">=", ">=", "<", "=="}) + " " +
				fair(t, []string{"1", "2", "3", "0.5", "1.5", "5", "8", "12", "25"})
		}
		return randomNumber(t, names, 1) + " " +
			fair(t, []string{">=", ">", "<", "<=", "==", "!="}) + " " + randomNumber(t, names, 1)
	})
}

// randomNumber draws an arithmetic expression. Divisors are names or literals, so that quotients stay small or are
// infinite.
func randomNumber(t *rapid.T, names []string, depth int) string {
	literals := []string{"1", "2", "3", "0", "5", "0.5", "1.5", "0.333", "16"}
	operator := 0
	if depth > 0 {
		operator = fair(t, []int{0, 0, 0, 0, 3, 4, 5, 6, 7, 8, 9})
	}
	again := func() string { return randomNumber(t, names, depth-1) }
	switch operator {
	case 4, 5:
		return "(" + again() + " + " + again() + ")"
	case 6:
		return "(" + again() + " - " + again() + ")"
	case 7:
		return "(" + again() + " * " + again() + ")"
	case 8:
		return "(" + again() + " / " + fair(t, append(slices.Clone(names), literals...)) + ")"
	case 9:
		if depth > 1 {
			return "(" + randomCondition(t, names, 1) + " ? " + again() + " : " + again() + ")"
		}
		return "-" + again()
	case 3:
		return fair(t, literals)
	}
	return fair(t, names)
}

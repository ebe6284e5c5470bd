package projections_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
)

// TestReachesAgreesWithTrying compares what would reach a tier with what happens when random further events are
// recorded: what is found reaches the tier in a fold of the whole log, and where it is proven, nothing smaller does.
func TestReachesAgreesWithTrying(t *testing.T) {
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) { outcomes[reachesAgrees(t, naive.History(t), naive.Document(t))]++ })
	t.Log(outcomes)
}

// TestReachesPlainCriteria is the same with criteria as programs write them: thresholds on sums and counts.
func TestReachesPlainCriteria(t *testing.T) {
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) { outcomes[reachesAgrees(t, naive.History(t), plainDocument(t))]++ })
	t.Log(outcomes)
}

// plainDocument draws criteria whose tiers are conjunctions of thresholds.
func plainDocument(t *rapid.T) string {
	of := func(choices ...string) string { return rapid.SampledFrom(choices).Draw(t, "choice") }
	measures := []string{
		"effort: {sum: points, of: {SessionHeld: 1}" + of("", ", where: 'channel == \"call\"'", ", where: confirmed") +
			of("", ", caps: [{per: mentee, every: week, max: 1}, {per: mentor, every: month, max: 2}]",
				", caps: [{per: mentor, every: ever, max: 6}]") + of("", ", window: 60d") + "}",
		"outcome: {sum: points, of: {GoalMet: 3, PromotionRecorded: 20}" +
			of("", ", credit: {within: 30d, at_least: 10d, split: true}", ", credit: {within: 30d}") +
			of("", ", decay: [{after: 30d, keep: 0.5}]") + "}",
		"months: {count: months, of: SessionHeld" + of("", ", window: 90d") + "}",
		"run: {streak: " + of("week", "month") + ", of: SessionHeld, grace: " + of("0", "1") + of("", ", longest: true") + "}",
		"mentees: {count: mentees, of: [SessionHeld, GoalMet]" + of("", ", window: 30d") + "}",
		"skills: {count: skills, of: [SkillAttested, PracticeShared]}",
		"rating: {mean: rating, of: FeedbackGiven, prior: {mean: 3.8, weight: 5}" + of("", ", window: 90d") + "}",
		"share: {share: mentee, in: outcome}",
	}
	clauses := []string{
		"effort >= ", "outcome >= ", "months >= ", "run >= ", "mentees >= ", "skills >= ", "score >= ", "share <= 0.6",
		"rating >= 4", "share < 0.4", "rating > 4.2", "months < 6", "score <= 40",
	}
	var when []string
	for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(clauses), 1, 3, rapid.ID[string]).Draw(t, "clauses") {
		if strings.HasSuffix(c, ">= ") {
			c += of("1", "2", "3", "4", "8", "25")
		}
		when = append(when, c)
	}
	return fmt.Sprintf("apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\ntitle: Plain\ntimezone: %s\nmeasures:\n  %s\n"+
		"score: effort + outcome\ntiers:\n  - {id: t1, name: T1, when: '%s'%s}\n",
		of("UTC", "America/New_York"), strings.Join(measures, "\n  "), strings.Join(when, " && "), of("", ", keep: 10d"))
}

func reachesAgrees(t *rapid.T, history []naive.Event, document string) string {
	events, plan := record(history), compileIn(t, document)
	const program = "alpha"
	facts := foldIn(t, events)
	asOf, _ := facts.Newest()
	standings := projections.NewStandings(facts, nil, program, plan, asOf, 1).Mentors
	if len(standings) == 0 {
		return "nobody"
	}
	person := rapid.SampledFrom(standings).Draw(t, "mentor").Person
	to := rapid.IntRange(0, len(plan.Doc.Tiers)-1).Draw(t, "tier")
	q := projections.ReachQuery{Tier: plan.Doc.Tiers[to].ID, By: asOf.AddDate(0, 0, 200), Evaluations: 500}
	r, err := projections.Reaches(facts, nil, program, person, plan, asOf, q)
	if err != nil {
		t.Fatal(err)
	}
	reached := func(further []eventstore.RecordedEvent) (time.Time, bool) {
		f := foldIn(t, append(slices.Clip(events), further...))
		id, _ := f.MentorOf(program, person)
		held := criteria.NoTier
		for _, tr := range projections.EvaluateOne(f, id, plan, q.By).Transitions {
			if tr.At > asOf.UnixNano() {
				if held >= to {
					break
				}
				if int(tr.To) >= to {
					return time.Unix(0, tr.At).UTC(), true
				}
			}
			held = int(tr.To)
		}
		return asOf, held >= to
	}
	if r.Reached {
		at, ok := reached(recordFurther(t, r, person, len(events)))
		if !ok || !at.Equal(r.ReachedAt) {
			t.Fatalf("with %+v\nthe tier is reached %t at %s, not at %s\n%s", r.Events, ok, at, r.ReachedAt, document)
		}
	}
	universe := reachUniverse(t, events, person, asOf)
	smallest := -1
	if _, ok := reached(nil); ok {
		smallest = 0
	}
	for size := 1; size <= 3 && smallest < 0; size++ {
		eachSubset(universe, size, func(set []eventstore.RecordedEvent) {
			if _, ok := reached(set); ok && smallest < 0 {
				smallest = size
				if r.Proven && (!r.Reached || len(r.Events) > size) || r.AtLeast > size {
					t.Fatalf("%d events do, but %d are found, proven %t, at least %d\n%s\n%s\n%+v\nsearched %+v", size, len(r.Events),
						r.Proven, r.AtLeast, spell(set), document, r, r.Searched)
				}
			}
		})
	}
	if smallest == 0 && (!r.Reached || len(r.Events) > 0) {
		t.Fatalf("time alone does, but the answer is %+v", r)
	}
	switch {
	case r.Reached && r.Proven:
		return fmt.Sprintf("proven %d", min(len(r.Events), 4))
	case r.Proven:
		return "impossible"
	case r.Reached && smallest > 0 && smallest < len(r.Events):
		return "larger than necessary"
	case r.Reached:
		return "not proven"
	case smallest > 0:
		return "not found"
	}
	return "open"
}

func spell(events []eventstore.RecordedEvent) string {
	text := ""
	for _, e := range events {
		text += fmt.Sprintf("%s %s %s %s\n", e.Meta.OccurredAt.Format(time.RFC3339), e.Stream, e.Type, e.Data)
	}
	return text
}

func eachSubset(universe []eventstore.RecordedEvent, size int, do func([]eventstore.RecordedEvent)) {
	var set []eventstore.RecordedEvent
	var place func(from int)
	place = func(from int) {
		if len(set) == size {
			do(slices.Clone(set))
			return
		}
		for i := from; i < len(universe); i++ {
			set = append(set, universe[i])
			place(i + 1)
			set = set[:len(set)-1]
		}
	}
	place(0)
}

// furtherEvent is an event of a log that goes on.
func furtherEvent(t require, n int, kind domain.EventType, stream string, at time.Time, fields map[string]any) eventstore.RecordedEvent {
	data, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return eventstore.RecordedEvent{
		ID: named(fmt.Sprint("further ", n)), Type: kind, Stream: stream, Data: data,
		Position: eventstore.NewPosition(1, uint64(n+1), 0),
		Meta:     domain.Metadata{OccurredAt: at, Schema: domain.SchemaOf(kind)},
	}
}

// recordFurther turns an answer into the events of a log that holds so many already.
func recordFurther(t require, r *projections.Reach, mentor uuid.UUID, events int) []eventstore.RecordedEvent {
	var out []eventstore.RecordedEvent
	for _, e := range r.Events {
		fields := map[string]any{}
		for name, value := range e.Attributes {
			switch name {
			case "minutes", "levels", "rating":
				fields[name] = json.RawMessage(value)
			case "confirmed", "attested":
				fields[name] = true
			default:
				fields[name] = value
			}
		}
		mentee, room := named("mentee "+e.Mentee), domain.MentorshipStream(named("mentorship "+e.Mentee))
		if !strings.HasPrefix(e.Mentee, "new-") && e.Mentee != "" {
			mentee, room = uuid.MustParse(e.Mentee), domain.MentorshipStream(e.Mentorship)
		}
		stream := room
		switch kind := domain.EventType(e.Type); kind {
		case domain.TypeMentorshipStarted:
			fields["program"], fields["mentor"], fields["mentee"] = r.Program, mentor, mentee
		case domain.TypeFeedbackGiven:
			fields["by"], fields["about"] = mentee, mentor
		case domain.TypeSessionConfirmed:
			fields["session"], fields["by"] = e.Session, mentee
		case domain.TypePracticeShared:
			stream = domain.PersonStream(mentor)
		default:
			if slices.Contains(criteria.OutcomeTypes(), kind) {
				stream = domain.PersonStream(mentee)
			}
		}
		out = append(out, furtherEvent(t, events+len(out), domain.EventType(e.Type), stream, e.At, fields))
	}
	return out
}

// reachUniverse draws further events of all kinds at any time: on mentorships that were never paused, ended or
// corrected, with a new mentee, and the mentees' outcomes.
func reachUniverse(t *rapid.T, events []eventstore.RecordedEvent, mentor uuid.UUID, asOf time.Time) []eventstore.RecordedEvent {
	type pair struct{ room, mentee string }
	var pairs []pair
	var sessions []eventstore.RecordedEvent
	touched := map[string]bool{}
	for _, e := range events {
		var start struct{ Program, Mentor, Mentee string }
		switch e.Type {
		case domain.TypeMentorshipStarted:
			if err := json.Unmarshal(e.Data, &start); err != nil {
				t.Fatal(err)
			}
			if start.Program == "alpha" && start.Mentor == mentor.String() {
				pairs = append(pairs, pair{e.Stream, start.Mentee})
			}
		case domain.TypeSessionHeld:
			sessions = append(sessions, e)
		case domain.TypeMentorshipPaused, domain.TypeMentorshipEnded, domain.TypeEventVoided:
			touched[e.Stream] = true
		}
	}
	pairs = slices.DeleteFunc(pairs, func(p pair) bool { return touched[p.room] })
	fresh := pair{domain.MentorshipStream(named("mentorship new")), named("mentee new").String()}
	starts := asOf.AddDate(0, 0, rapid.IntRange(0, 40).Draw(t, "start"))
	universe := []eventstore.RecordedEvent{furtherEvent(t, len(events), domain.TypeMentorshipStarted, fresh.room, starts,
		map[string]any{"program": "alpha", "mentor": mentor, "mentee": fresh.mentee})}
	pairs = append(pairs, fresh)
	types := []domain.EventType{
		domain.TypeSessionHeld, domain.TypeSessionHeld, domain.TypeSessionHeld, domain.TypePromotionRecorded, domain.TypeGoalMet,
		domain.TypeSkillAttested, domain.TypePracticeShared, domain.TypeFeedbackGiven, domain.TypeProjectCompleted,
		domain.TypeSessionConfirmed, domain.TypeGoalSet, domain.TypeMilestoneReached, domain.TypeThreadPosted,
	}
	for len(universe) < 9 {
		n := len(events) + len(universe)
		kind, with := rapid.SampledFrom(types).Draw(t, "type"), rapid.SampledFrom(pairs).Draw(t, "with")
		days := rapid.SampledFrom([]int{0, 0, 0, 1, 7, 10, 30, 31, 60, 95, 150}).Draw(t, "days")
		at := asOf.AddDate(0, 0, days).Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "later")) * 5 * time.Hour)
		if with == fresh && at.Before(starts) {
			at = starts
		}
		of := func(choices ...string) string { return rapid.SampledFrom(choices).Draw(t, "attribute") }
		fields, stream := map[string]any{}, with.room
		switch kind {
		case domain.TypeSessionHeld:
			fields["channel"], fields["skill"] = of("", "call", "email", "walk"), of("", "go", "talks", "tea")
			fields["minutes"], fields["confirmed"] = rapid.SampledFrom([]int{0, 30, 60, 45, 90}).Draw(t, "minutes"), of("", "y") == "y"
		case domain.TypePromotionRecorded:
			fields["levels"] = rapid.IntRange(1, 3).Draw(t, "levels")
		case domain.TypeFeedbackGiven:
			fields["rating"], _ = strconv.ParseFloat(of("5", "4", "1", "3.2"), 64)
			fields["rater"], fields["by"], fields["about"] = "mentee", with.mentee, mentor
		case domain.TypeThreadPosted, domain.TypePracticeShared:
			fields["visibility"] = of("room", "program", "public")
		case domain.TypeSessionConfirmed:
			i := slices.IndexFunc(sessions, func(e eventstore.RecordedEvent) bool { return e.Stream == with.room })
			if i < 0 {
				kind = domain.TypeSessionHeld
			} else {
				fields["session"] = sessions[i].ID
			}
		}
		switch kind {
		case domain.TypePromotionRecorded, domain.TypeSkillAttested, domain.TypeProjectCompleted:
			stream = "person-" + with.mentee
		case domain.TypePracticeShared:
			stream = domain.PersonStream(mentor)
		}
		switch kind {
		case domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePracticeShared, domain.TypeGoalMet, domain.TypeGoalSet:
			fields["skill"], fields["attested"] = of("go", "sql", "chess"), of("", "y") == "y"
		}
		universe = append(universe, furtherEvent(t, n, kind, stream, at, fields))
	}
	return universe
}

// TestReachesCases holds answers to what was worked out by hand: ann has met bob in January and February, and cas once.
func TestReachesCases(t *testing.T) {
	h := &history{t: t}
	bob, cas := domain.MentorshipStream(named("ann with bob")), domain.MentorshipStream(named("ann with cas"))
	h.add("start", bob, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("bob")})
	h.add("start cas", cas, 0, &domain.MentorshipStarted{Program: "alpha", Mentor: named("ann"), Mentee: named("cas")})
	h.add("s1", bob, 1, &domain.SessionHeld{})
	h.add("s2", cas, 2, &domain.SessionHeld{})
	h.add("s3", bob, 40, &domain.SessionHeld{Channel: "call"})
	h.add("paused", cas, 41, &domain.MentorshipPaused{})
	f := fold(t, h.events)
	asOf, _ := f.Newest()
	tests := []struct {
		name, measures, when string
		only                 []domain.EventType
		days                 int // by when; 0: five years
		want                 string
	}{
		{"held already", "m: {count: events, of: SessionHeld}", "m >= 3", nil, 0, "reached in 0 days, proven:"},
		{"time alone", "m: {count: events, of: SessionHeld, window: 10d}", "m == 0", nil, 0, "reached in 9 days, proven:"},
		{"not in time", "m: {count: events, of: SessionHeld, window: 10d}", "m == 0", nil, 5, "impossible"},
		{"two sessions", "m: {count: events, of: SessionHeld}", "m >= 5", nil, 0,
			"reached in 0 days, proven: SessionHeld, SessionHeld"},
		{"with a channel", "m: {count: events, of: SessionHeld, where: 'channel == \"call\"'}", "m >= 2", nil, 0,
			"reached in 0 days, proven: SessionHeld channel call"},
		{"next month", "m: {count: months, of: SessionHeld}", "m >= 3", nil, 0, "reached in 19 days, proven: SessionHeld"},
		{"no month left", "m: {count: months, of: SessionHeld}", "m >= 4", nil, 15, "impossible"},
		{"a new mentee", "m: {count: mentees, of: SessionHeld}", "m >= 3", nil, 0,
			"reached in 0 days, proven: MentorshipStarted, SessionHeld"},
		{"no new mentee", "m: {count: mentees, of: SessionHeld}", "m >= 3", []domain.EventType{domain.TypeSessionHeld}, 0,
			"impossible"},
		{"under a cap", "m: {sum: points, of: {SessionHeld: 1}, caps: [{per: mentor, every: ever, max: 4}]}", "m >= 5", nil, 0,
			"impossible"},
		{"a cap a month", "m: {sum: points, of: {GoalMet: 1}, caps: [{per: mentor, every: month, max: 1}]}", "m >= 2", nil, 0,
			"reached in 19 days, proven: GoalMet, GoalMet"},
		{"an old mentorship", "m: {sum: points, of: {ProjectCompleted: 1}, credit: {within: 30d, at_least: 60d}}", "m >= 1", nil,
			0, "reached in 19 days, proven: ProjectCompleted"},
		{"active again", "m: {sum: points, of: {ProjectCompleted: 1}, credit: {within: 5d, at_least: 60d}}", "m >= 1", nil, 0,
			"reached in 19 days, proven: ProjectCompleted, SessionHeld"},
		{"balance", "o: {sum: points, of: {GoalMet: 1}}\n  m: {share: mentee, in: o}", "o >= 2 && m <= 0.5", nil, 0,
			"reached in 0 days, proven: GoalMet, GoalMet, MentorshipStarted"},
		{"a rating", "m: {mean: rating, of: FeedbackGiven, prior: {mean: 3, weight: 1}}", "m >= 4", nil, 0,
			"reached in 0 days, proven: FeedbackGiven rater mentee rating 5"},
		{"skills", "m: {count: skills, of: PracticeShared}", "m >= 2", nil, 0,
			"reached in 0 days, proven: PracticeShared skill new-skill-1 visibility program, PracticeShared skill new-skill-2 visibility program"},
		{"confirmed", "m: {count: events, of: SessionHeld, where: confirmed}", "m >= 2",
			[]domain.EventType{domain.TypeSessionConfirmed}, 0,
			"reached in 0 days, proven: SessionConfirmed, SessionConfirmed"},
		{"a run that goes on", "m: {streak: month, of: SessionHeld, grace: 0}", "m >= 5", nil, 0,
			"reached in 80 days, proven: SessionHeld, SessionHeld, SessionHeld"},
		{"a share of nothing",
			"o: {sum: points, of: {GoalMet: 1}}\n  e: {count: events, of: SessionHeld}\n  m: {share: mentee, in: o}",
			"e >= 4 && m < 0.4", nil, 0, "reached in 0 days, proven: SessionHeld"},
		{"below zero", "m: {count: events, of: SessionHeld}", "m <= 2", nil, 0, "impossible"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			plan := compile(t, fmt.Appendf(nil, "apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\ntitle: Test\n"+
				"measures:\n  %s\nscore: m\ntiers: [{id: one, when: '%s'}]\n", test.measures, test.when))
			q := projections.ReachQuery{Tier: "one", Only: test.only}
			if test.days > 0 {
				q.By = asOf.AddDate(0, 0, test.days)
			}
			r, err := projections.Reaches(f, nil, "alpha", named("ann"), plan, asOf, q)
			if err != nil {
				t.Fatal(err)
			}
			if got := spellReach(r); got != test.want {
				t.Errorf("\n got %s\nwant %s\n%+v", got, test.want, r)
			}
		})
	}
}

func spellReach(r *projections.Reach) string {
	text := ""
	switch {
	case !r.Reached && r.Proven:
		return "impossible"
	case !r.Reached:
		return "not found"
	case r.Proven:
		text = fmt.Sprintf("reached in %d days, proven:", int(r.ReachedAt.Sub(r.AsOf).Hours()/24+0.5))
	default:
		text = fmt.Sprintf("reached in %d days, at least %d:", int(r.ReachedAt.Sub(r.AsOf).Hours()/24+0.5), r.AtLeast)
	}
	var events []string
	for _, e := range r.Events {
		event := e.Type
		for _, name := range slices.Sorted(maps.Keys(e.Attributes)) {
			event += " " + name + " " + e.Attributes[name]
		}
		events = append(events, event)
	}
	slices.Sort(events)
	if len(events) == 0 {
		return text
	}
	return text + " " + strings.Join(events, ", ")
}

package projections_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
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

// TestReachesAgainstBruteForce compares what would reach a tier with what happens when further events are recorded at
// random: what is found reaches the tier in a fold of the whole log, and in the naive evaluation, too; where it is
// proven, nothing smaller does; and where nothing is said to do, nothing does.
func TestReachesAgainstBruteForce(t *testing.T) {
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) { outcomes[reachesAgrees(t, naive.ShortHistory(t), naive.Document(t))]++ })
	t.Log(outcomes)
}

// TestReachesPlainCriteria is the same with criteria as programs write them, with thresholds that are near.
func TestReachesPlainCriteria(t *testing.T) {
	outcomes := map[string]int{}
	rapid.Check(t, func(t *rapid.T) { outcomes[reachesAgrees(t, naive.ShortHistory(t), "")]++ })
	t.Log(outcomes)
}

const bruteProgram = "alpha"

// bruteForce is one mentor of a history who is to reach a tier.
type bruteForce struct {
	t        *rapid.T
	events   []eventstore.RecordedEvent
	document string
	plan     *criteria.Plan
	person   uuid.UUID
	tier     int
	asOf, by time.Time

	random   *rand.Rand
	rooms    []bruteRoom
	sessions []eventstore.RecordedEvent
	instants []time.Time
	types    []domain.EventType
}

// bruteRoom is a mentorship that further events can be on.
type bruteRoom struct {
	stream, mentee string
	state          string // "new", "open", "paused" or "ended"
}

func reachesAgrees(t *rapid.T, history []naive.Event, document string) string {
	b := &bruteForce{t: t, events: record(history), document: document}
	facts := foldIn(t, b.events)
	b.asOf, _ = facts.Newest()
	mentors := facts.MentorsOf(bruteProgram)
	if len(mentors) == 0 {
		return "nobody"
	}
	b.person = facts.Person(rapid.SampledFrom(mentors).Draw(t, "mentor"))
	if document == "" {
		b.document = b.plainDocument(facts)
	}
	b.plan = compileIn(t, b.document)
	b.tier = rapid.IntRange(0, len(b.plan.Doc.Tiers)-1).Draw(t, "tier")
	b.by = b.asOf.AddDate(0, 0, rapid.SampledFrom([]int{200, 40, 400, 5}).Draw(t, "by"))
	q := projections.ReachQuery{Tier: b.plan.Doc.Tiers[b.tier].ID, By: b.by, Evaluations: 2000}
	r, err := projections.Reaches(facts, nil, bruteProgram, b.person, b.plan, b.asOf, q)
	if err != nil {
		t.Fatal(err)
	}
	if r.Reached {
		further := recordFurther(t, r, b.person, len(b.events))
		at, ok := b.reached(further)
		naively, also := b.reachedNaively(further)
		if !ok || !at.Equal(r.ReachedAt) || !also || !naively.Equal(at) {
			t.Fatalf("with\n%s\nthe tier is reached %t at %s, naively %t at %s, not at %s\n%s", spell(further), ok, at, also,
				naively, r.ReachedAt, b.document)
		}
	}
	smallest := b.smallest(r)
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

// Sets that are tried for one answer, by size.
const (
	bruteSizeMax = 3
	bruteTries   = 400
)

// smallest looks for a smaller set than the answer's, at random; it is -1 for none, and larger than the truth may be.
func (b *bruteForce) smallest(r *projections.Reach) int {
	if _, ok := b.reached(nil); ok {
		return 0
	}
	b.random = rand.New(rand.NewPCG(rapid.Uint64().Draw(b.t, "seed"), 0))
	b.findRooms()
	b.findInstants()
	b.findTypes()
	below := bruteSizeMax + 1
	if r.Reached {
		below = len(r.Events)
	}
	for size := 1; size < below; size++ {
		tries := bruteTries
		if size > bruteSizeMax {
			tries /= 4
		}
		for range tries {
			set := b.draw(size)
			if r.Reached && b.random.IntN(4) == 0 || size > bruteSizeMax {
				set = b.mutant(r, size)
			}
			if b.valid(set) && b.check(r, set) {
				return size
			}
		}
	}
	return -1
}

// check reports whether a set reaches the tier, and fails if the answer says that none of its size does.
func (b *bruteForce) check(r *projections.Reach, set []eventstore.RecordedEvent) bool {
	at, ok := b.reached(set)
	if !ok {
		return false
	}
	if r.Proven && (!r.Reached || len(r.Events) > len(set)) || r.AtLeast > len(set) {
		naively, also := b.reachedNaively(set)
		b.t.Fatalf("%d events do at %s (naively %t at %s), but %d are found, proven %t, at least %d, by %s\n%s\n%s\n%+v",
			len(set), at, also, naively, len(r.Events), r.Proven, r.AtLeast, b.by, spell(set), b.document, r)
	}
	return true
}

// reached folds the log with further events, and tells when a tier that is wanted is held first.
func (b *bruteForce) reached(further []eventstore.RecordedEvent) (time.Time, bool) {
	f := foldIn(b.t, append(slices.Clip(b.events), further...))
	id, _ := f.MentorOf(bruteProgram, b.person)
	held := criteria.NoTier
	for _, tr := range projections.EvaluateOne(f, id, b.plan, b.by).Transitions {
		if tr.At > b.asOf.UnixNano() {
			if held >= b.tier {
				break
			}
			if int(tr.To) >= b.tier {
				return time.Unix(0, tr.At).UTC(), true
			}
		}
		held = int(tr.To)
	}
	return b.asOf, held >= b.tier
}

// reachedNaively is as reached, with the naive evaluation.
func (b *bruteForce) reachedNaively(further []eventstore.RecordedEvent) (time.Time, bool) {
	var events []naive.Event
	for _, e := range append(slices.Clip(b.events), further...) {
		events = append(events, naive.Event{
			ID: e.ID.String(), Type: string(e.Type), Stream: e.Stream, OccurredAt: e.Meta.OccurredAt, Data: e.Data,
		})
	}
	result, err := naive.Replay(events, bruteProgram, []byte(b.document), naive.Options{AsOf: &b.by})
	if err != nil {
		b.t.Fatal(err)
	}
	rank := map[string]int{"": criteria.NoTier}
	for i, tier := range b.plan.Doc.Tiers {
		rank[tier.ID] = i
	}
	held := criteria.NoTier
	for _, m := range result.Mentors {
		if m.Person != b.person.String() {
			continue
		}
		for _, tr := range m.History {
			if tr.At.After(b.asOf) {
				if held >= b.tier {
					break
				}
				if rank[tr.Tier] >= b.tier {
					return tr.At.UTC(), true
				}
			}
			held = rank[tr.Tier]
		}
	}
	return b.asOf, held >= b.tier
}

// findRooms lists the mentor's mentorships as the log leaves them, but those of which anything was voided, and two new
// ones.
func (b *bruteForce) findRooms() {
	byStream, voided := map[string]*bruteRoom{}, map[string]bool{}
	for _, e := range b.events {
		var start struct{ Program, Mentor, Mentee string }
		room := byStream[e.Stream]
		switch e.Type {
		case domain.TypeMentorshipStarted:
			if err := json.Unmarshal(e.Data, &start); err != nil {
				b.t.Fatal(err)
			}
			if start.Program == bruteProgram && start.Mentor == b.person.String() {
				byStream[e.Stream] = &bruteRoom{e.Stream, start.Mentee, "open"}
			}
		case domain.TypeSessionHeld:
			b.sessions = append(b.sessions, e)
		case domain.TypeEventVoided:
			voided[e.Stream] = true
		case domain.TypeMentorshipPaused, domain.TypeMentorshipResumed, domain.TypeMentorshipEnded:
			if room != nil && room.state != "ended" {
				room.state = map[domain.EventType]string{
					domain.TypeMentorshipPaused: "paused", domain.TypeMentorshipResumed: "open",
				}[e.Type]
				if e.Type == domain.TypeMentorshipEnded {
					room.state = "ended"
				}
			}
		}
	}
	for _, e := range b.events {
		if room := byStream[e.Stream]; room != nil && !voided[e.Stream] && !slices.Contains(b.rooms, *room) {
			b.rooms = append(b.rooms, *room)
		}
	}
	for _, name := range []string{"new", "newer"} {
		b.rooms = append(b.rooms, bruteRoom{
			domain.MentorshipStream(named("mentorship " + name)), named("mentee " + name).String(), "new",
		})
	}
}

// findInstants lists instants that may matter, and others: now and soon, where calendar units begin, and where spans
// after what happened end.
func (b *bruteForce) findInstants() {
	zone, err := time.LoadLocation(b.plan.Doc.Timezone)
	if err != nil {
		b.t.Fatal(err)
	}
	spans := []int{0, 1, 2, 5, 7, 10, 20, 30, 31, 60, 90, 95, 150, 365}
	add := func(at time.Time) {
		for _, near := range []time.Duration{0, 1, -1} {
			if at := at.Add(near).UTC(); !at.Before(b.asOf) && !at.After(b.by) {
				b.instants = append(b.instants, at)
			}
		}
	}
	for _, days := range spans {
		add(b.asOf.Add(time.Duration(days) * 24 * time.Hour))
		for _, e := range b.events {
			add(e.Meta.OccurredAt.Add(time.Duration(days) * 24 * time.Hour))
		}
	}
	local := b.asOf.In(zone)
	for n := range 8 {
		add(time.Date(local.Year(), local.Month(), local.Day()+n, 0, 0, 0, 0, zone))
		add(time.Date(local.Year(), local.Month(), local.Day()-(int(local.Weekday())+6)%7+7*n, 0, 0, 0, 0, zone))
		add(time.Date(local.Year(), local.Month()+time.Month(n), 1, 0, 0, 0, 0, zone))
	}
}

// findTypes lists the types that the measures take, and those that other events need.
func (b *bruteForce) findTypes() {
	b.types = []domain.EventType{domain.TypeSessionHeld}
	for i := range b.plan.Doc.Measures {
		for _, of := range b.plan.Doc.Measures[i].Of {
			b.types = append(b.types, of.Type)
			if of.Type == domain.TypeSessionHeld {
				b.types = append(b.types, domain.TypeSessionConfirmed)
			}
		}
	}
	if slices.ContainsFunc(b.rooms, func(r bruteRoom) bool { return r.state == "paused" }) {
		b.types = append(b.types, domain.TypeMentorshipResumed)
	}
}

// instant draws a time, now as often as not.
func (b *bruteForce) instant() time.Time {
	if len(b.instants) == 0 || b.random.IntN(3) == 0 {
		return b.asOf
	}
	return pickOf(b.random, b.instants)
}

func pickOf[V any](random *rand.Rand, of []V) V { return of[random.IntN(len(of))] }

// draw draws a set: often several events with the same mentee.
func (b *bruteForce) draw(size int) []eventstore.RecordedEvent {
	var set []eventstore.RecordedEvent
	room, at := pickOf(b.random, b.rooms), b.instant()
	for len(set) < size {
		if b.random.IntN(2) == 0 {
			room = pickOf(b.random, b.rooms)
		}
		if b.random.IntN(2) == 0 {
			at = b.instant()
		}
		started := slices.ContainsFunc(set, func(e eventstore.RecordedEvent) bool { return e.Stream == room.stream })
		if room.state == "new" && !started {
			set = append(set, b.event(len(set), domain.TypeMentorshipStarted, room, at))
			continue
		}
		set = append(set, b.event(len(set), pickOf(b.random, b.types), room, at))
	}
	return set
}

// mutant is a part of what was found, with some events at other times or replaced.
func (b *bruteForce) mutant(r *projections.Reach, size int) []eventstore.RecordedEvent {
	if !r.Reached || size >= len(r.Events) {
		return b.draw(size)
	}
	less := *r
	less.Events = slices.Clone(r.Events)
	for len(less.Events) > size {
		i := b.random.IntN(len(less.Events))
		less.Events = slices.Delete(less.Events, i, i+1)
	}
	all := recordFurther(b.t, &less, b.person, len(b.events))
	at := b.instant()
	for i := range all {
		switch b.random.IntN(5) {
		case 0:
			all[i].Meta.OccurredAt = b.instant()
		case 1:
			all[i].Meta.OccurredAt = at
		case 2:
			if other := b.draw(1)[0]; other.Type != domain.TypeMentorshipStarted {
				all[i].Type, all[i].Stream, all[i].Data, all[i].Meta = other.Type, other.Stream, other.Data, other.Meta
			}
		}
	}
	return all
}

// event draws a further event.
func (b *bruteForce) event(n int, kind domain.EventType, room bruteRoom, at time.Time) eventstore.RecordedEvent {
	of := func(choices ...string) string { return pickOf(b.random, choices) }
	fields, stream := map[string]any{}, room.stream
	switch kind {
	case domain.TypeMentorshipStarted:
		fields["program"], fields["mentor"], fields["mentee"] = bruteProgram, b.person, room.mentee
	case domain.TypeSessionHeld:
		fields["channel"], fields["skill"] = of("", "call", "email", "walk"), of("", "go", "talks", "tea")
		fields["minutes"], fields["confirmed"] = pickOf(b.random, []int{0, 30, 60, 45, 90}), of("", "y") == "y"
	case domain.TypePromotionRecorded:
		fields["levels"] = 1 + b.random.IntN(3)
	case domain.TypeFeedbackGiven:
		fields["rating"] = json.RawMessage(of("5", "4", "1", "3.2", "4.001", "3.499"))
		fields["rater"], fields["by"], fields["about"] = "mentee", room.mentee, b.person
	case domain.TypeThreadPosted, domain.TypePracticeShared:
		fields["visibility"] = of("room", "program", "public")
	case domain.TypeSessionConfirmed:
		var sessions []eventstore.RecordedEvent
		for _, e := range b.sessions {
			if e.Stream == room.stream {
				sessions = append(sessions, e)
			}
		}
		if len(sessions) == 0 {
			return b.event(n, domain.TypeSessionHeld, room, at)
		}
		fields["session"] = pickOf(b.random, sessions).ID
	}
	switch kind {
	case domain.TypePromotionRecorded, domain.TypeSkillAttested, domain.TypeProjectCompleted:
		stream = "person-" + room.mentee
	case domain.TypePracticeShared:
		stream = domain.PersonStream(b.person)
	}
	switch kind {
	case domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePracticeShared, domain.TypeGoalMet,
		domain.TypeGoalSet, domain.TypeMilestoneReached:
		fields["skill"] = of("go", "sql", "chess", "talks")
	}
	switch kind {
	case domain.TypeSkillAttested, domain.TypeProjectCompleted, domain.TypePromotionRecorded, domain.TypeGoalMet,
		domain.TypeMilestoneReached:
		fields["attested"] = of("", "y") == "y"
	}
	return furtherEvent(b.t, len(b.events)+n, kind, stream, at, fields)
}

// valid reports whether each event finds its mentorship as it needs it, and no session is confirmed twice.
func (b *bruteForce) valid(set []eventstore.RecordedEvent) bool {
	states := map[string]string{}
	for _, room := range b.rooms {
		states[room.stream] = room.state
	}
	for _, e := range set {
		if e.Type == domain.TypeMentorshipStarted {
			if _, known := states[e.Stream]; !known {
				states[e.Stream] = "new" // of what was found
			}
		}
	}
	order := slices.Clone(set)
	slices.SortStableFunc(order, func(e, f eventstore.RecordedEvent) int {
		return e.Meta.OccurredAt.Compare(f.Meta.OccurredAt)
	})
	confirmed := map[string]bool{}
	for _, e := range order {
		if !strings.HasPrefix(e.Stream, "mentorship-") {
			continue
		}
		state, known := states[e.Stream]
		switch e.Type {
		case domain.TypeMentorshipStarted:
			if state != "new" {
				return false
			}
			states[e.Stream] = "open"
		case domain.TypeSessionConfirmed:
			if confirmed[string(e.Data)] || state == "new" {
				return false
			}
			confirmed[string(e.Data)] = true
		case domain.TypeMentorshipResumed:
			if state != "paused" {
				return false
			}
			states[e.Stream] = "open"
		case domain.TypeMentorshipEnded:
			if state != "open" && state != "paused" {
				return false
			}
			states[e.Stream] = "ended"
		case domain.TypeMentorshipPaused:
			if state != "open" {
				return false
			}
			states[e.Stream] = "paused"
		default:
			if known && state != "open" {
				return false
			}
		}
	}
	return true
}

// plainDocument draws criteria whose tiers are conjunctions of thresholds, most of them near what the mentor has.
func (b *bruteForce) plainDocument(facts *projections.Facts) string {
	t := b.t
	of := func(choices ...string) string { return rapid.SampledFrom(choices).Draw(t, "choice") }
	measures := []string{
		"effort: {sum: points, of: {SessionHeld: 1}" +
			of("", ", where: 'channel == \"call\"'", ", where: confirmed", ", where: 'channel != \"call\" || confirmed'") +
			of("", ", caps: [{per: mentee, every: week, max: 1}, {per: mentor, every: month, max: 2}]",
				", caps: [{per: mentor, every: ever, max: 6}]", ", caps: [{per: mentee, every: ever, max: 2}]",
				", caps: [{per: mentee, every: day, max: 0.5}]", ", caps: [{per: mentor, every: quarter, max: 1}]") +
			of("", ", window: 60d", ", window: 10d") + "}",
		"outcome: {sum: points, of: {GoalMet: 3, PromotionRecorded: 20" + of("", ", PracticeShared: 2") + "}" +
			of("", ", credit: {within: 30d, at_least: 10d, split: true}", ", credit: {within: 30d}",
				", credit: {within: 10d, at_least: 30d}", ", credit: {within: 90d, split: true}") +
			of("", ", decay: [{after: 30d, keep: 0.5}]", ", decay: [{after: 10d, keep: 0.6}, {after: 60d, keep: 0.1}]",
				", caps: [{per: mentee, every: ever, max: 25}]", ", window: 90d") + "}",
		"months: {count: months, of: SessionHeld" + of("", ", window: 90d") + "}",
		"days: {count: days, of: [SessionHeld, GoalMet]" + of("", ", window: 7d") + "}",
		"run: {streak: " + of("week", "month") + ", of: SessionHeld, grace: " + of("0", "1") +
			of("", ", longest: true", ", window: 60d") + "}",
		"mentees: {count: mentees, of: [SessionHeld, GoalMet]" + of("", ", window: 30d", ", where: confirmed") + "}",
		"skills: {count: skills, of: [SkillAttested, PracticeShared]" + of("", ", window: 30d") + "}",
		"rating: {mean: rating, of: FeedbackGiven, prior: {mean: 3.8, weight: " + of("5", "1") + "}" + of("", ", window: 90d") + "}",
		"ended: {count: events, of: MentorshipEnded}",
		"share: {share: mentee, in: outcome}",
	}
	text := func(when []string) string {
		return fmt.Sprintf("apiVersion: laurel/v1\nkind: Criteria\nprogram: alpha\ntitle: Plain\ntimezone: %s\n"+
			"measures:\n  %s\nscore: effort + outcome\ntiers:\n  - {id: t1, name: T1, when: '%s'%s}\n",
			of("UTC", "America/New_York", "America/Asuncion"), strings.Join(measures, "\n  "), strings.Join(when, " && "),
			of("", ", keep: 10d"))
	}
	plan := compileIn(t, text([]string{"score >= 0"}))
	id, _ := facts.MentorOf(bruteProgram, b.person)
	now := projections.EvaluateOne(facts, id, plan, b.asOf)
	clauses := []string{
		"effort >=", "effort >=", "outcome >=", "outcome >=", "months >=", "days >=", "run >=", "mentees >=", "mentees >=",
		"skills >=", "score >=", "ended >=", "share <= 0.6", "share < 0.4", "rating >=", "rating >=", "rating <",
		"months <=", "score <=", "effort <=", "mentees <=", "outcome <",
	}
	var when []string
	for _, c := range rapid.SliceOfNDistinct(rapid.SampledFrom(clauses), 1, 3, rapid.ID[string]).Draw(t, "clauses") {
		name, operator, _ := strings.Cut(c, " ")
		if len(operator) > 2 || operator == "<" && name == "share" {
			when = append(when, c)
			continue
		}
		value := float64(now.Score) / 1000
		for i := range plan.Doc.Measures {
			if plan.Doc.Measures[i].Name == name {
				value = float64(now.Measures[i]) / 1000
			}
		}
		steps := []float64{1, 2, 3, 0.5, 0, 10, 20}
		if name == "rating" {
			steps = []float64{0.1, 0.2, 0.3, 0.05}
		}
		step := rapid.SampledFrom(steps).Draw(t, "step")
		if strings.HasPrefix(operator, "<") {
			step = -step
		}
		when = append(when, fmt.Sprintf("%s %s %g", name, operator, max(0, value+step)))
	}
	return text(when)
}

func spell(events []eventstore.RecordedEvent) string {
	text := ""
	for _, e := range events {
		text += fmt.Sprintf("%s %s %s %s\n", e.Meta.OccurredAt.Format(time.RFC3339Nano), e.Stream, e.Type, e.Data)
	}
	return text
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

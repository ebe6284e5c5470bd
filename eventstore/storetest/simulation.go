package storetest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

const simulationSteps = 600

// simulate does random things to a store and to a model, and wants the same of both.
func simulate(t *testing.T, open Open, o Options) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("LAUREL_SIM_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("LAUREL_SIM_SEED=%q: want a number", text)
		}
	}
	steps := simulationSteps
	if text := os.Getenv("LAUREL_SIM_STEPS"); text != "" {
		var err error
		if steps, err = strconv.Atoi(text); err != nil {
			t.Fatalf("LAUREL_SIM_STEPS=%q: want a number", text)
		}
	}
	t.Logf("repeat with LAUREL_SIM_SEED=%d", seed)
	sim := simulation{t: t, rand: rand.New(rand.NewPCG(seed, 1)), store: open(t), options: o}
	for step := range steps {
		sim.step = step
		sim.act()
		if t.Failed() {
			t.Fatalf("failed at step %d; repeat with LAUREL_SIM_SEED=%d", step, seed)
		}
	}
	sim.compareAll(eventstore.Position{}, 0, eventstore.Filter{})
}

// modelEvent is an event as the model knows it.
type modelEvent struct {
	eventstore.NewEvent
	stream   string
	revision int
	position eventstore.Position // as the store said, for the last of an append; else learnt at the next read
}

// simulation holds the model: a list of all events, and nothing else. It finds everything by looking through the list.
type simulation struct {
	t       *testing.T
	rand    *rand.Rand
	store   eventstore.Store
	options Options
	step    int
	log     []modelEvent
	ids     int
	sent    []eventstore.StreamAppend // that succeeded, to send them again
}

func (sim *simulation) act() {
	switch n := sim.rand.IntN(100); {
	case n < 45:
		sim.append(sim.newAppend())
	case n < 60 && len(sim.sent) > 0:
		sim.append(sim.spoil(sim.sent[sim.rand.IntN(len(sim.sent))]))
	case n < 72:
		sim.batch()
	case n < 82:
		sim.readStream()
	case n < 94:
		sim.readAll()
	case n < 97:
		sim.subscribe()
	default:
		if sim.options.Reopen != nil {
			sim.store = sim.options.Reopen(sim.t, sim.store)
		}
	}
}

var (
	simStreams = []string{"person-a", "person-b", "mentorship-ä", "mentorship-long", "program-git", "solo"}
	simTypes   = []domain.EventType{domain.TypeSessionHeld, domain.TypeGoalMet, domain.TypeSkillAttested}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (sim *simulation) newAppend() eventstore.StreamAppend {
	a := eventstore.StreamAppend{Stream: pick(sim.rand, simStreams), Expected: sim.expected()}
	if sim.rand.IntN(3) > 0 { // mostly such that it can succeed
		a.Expected = eventstore.NoStream
		if n := len(sim.stream(a.Stream)); n > 0 {
			a.Expected = eventstore.Exact(eventstore.Revision(n - 1))
		}
	}
	for range 1 + sim.rand.IntN(6) {
		a.Events = append(a.Events, sim.event())
	}
	if sim.rand.IntN(20) == 0 {
		for range 150 {
			a.Events = append(a.Events, sim.event())
		}
	}
	return a
}

func (sim *simulation) event() eventstore.NewEvent {
	sim.ids++
	e := typed(sim.ids, pick(sim.rand, simTypes))
	if sim.rand.IntN(10) == 0 {
		// Ids that differ in the middle only.
		e.ID = uuid.UUID{6: 0x40, 7: byte(sim.ids >> 8), 8: 0x80, 9: byte(sim.ids)}
	}
	e.Data = make([]byte, sim.rand.IntN(300))
	for i := range e.Data {
		e.Data[i] = byte(sim.rand.Uint32())
	}
	e.Meta.OccurredAt = epoch.Add(time.Duration(sim.rand.Int64N(1e18)))
	return e
}

func (sim *simulation) expected() eventstore.Expected {
	switch sim.rand.IntN(4) {
	case 0:
		return eventstore.Any
	case 1:
		return eventstore.NoStream
	case 2:
		return eventstore.StreamExists
	}
	return eventstore.Exact(eventstore.Revision(sim.rand.IntN(40)))
}

// spoil returns an append like one that succeeded: the same, or changed in one of many ways.
func (sim *simulation) spoil(a eventstore.StreamAppend) eventstore.StreamAppend {
	a.Events = slices.Clone(a.Events)
	i := sim.rand.IntN(len(a.Events))
	switch sim.rand.IntN(9) {
	case 0:
		a.Expected = sim.expected()
	case 1:
		a.Events = append(a.Events, sim.event())
	case 2:
		a.Events = append([]eventstore.NewEvent{sim.event()}, a.Events...)
	case 3:
		a.Events[i].Data = append(slices.Clone(a.Events[i].Data), '!')
	case 4:
		sim.rand.Shuffle(len(a.Events), func(i, j int) { a.Events[i], a.Events[j] = a.Events[j], a.Events[i] })
	case 5:
		a.Events = a.Events[i:]
	case 6:
		a.Stream = pick(sim.rand, simStreams)
	case 7:
		a.Events = append(a.Events, a.Events[i])
	}
	return a
}

func (sim *simulation) append(a eventstore.StreamAppend) {
	result, err := sim.store.Append(sim.t.Context(), a)
	sim.check(a, result, err)
}

func (sim *simulation) batch() {
	var appends []eventstore.StreamAppend
	for range 1 + sim.rand.IntN(5) {
		a := sim.newAppend()
		if sim.rand.IntN(3) > 0 {
			a.Expected = eventstore.Any
		}
		appends = append(appends, a)
	}
	results, err := sim.store.AppendBatch(sim.t.Context(), appends)
	if len(results) > len(appends) || (err == nil) != (len(results) == len(appends)) {
		sim.t.Fatalf("a batch of %d gave %d results and error %v", len(appends), len(results), err)
	}
	for i := range results {
		sim.check(appends[i], results[i], nil)
	}
	if err != nil {
		sim.check(appends[len(results)], eventstore.AppendResult{}, err)
	}
}

// check wants the outcome of an append that the model has, and records it there.
func (sim *simulation) check(a eventstore.StreamAppend, result eventstore.AppendResult, err error) {
	sim.t.Helper()
	outcome, last := sim.judge(a)
	var conflict *eventstore.ConflictError
	var reused *eventstore.IDReusedError
	var invalid *eventstore.InvalidError
	got := "recorded"
	switch {
	case errors.As(err, &conflict):
		got = "conflict"
	case errors.As(err, &reused):
		got = "reused"
	case errors.As(err, &invalid):
		got = "invalid"
	case err != nil:
		got = err.Error()
	}
	if outcome == "retried" && got == "recorded" {
		got = "retried"
	}
	if got != outcome {
		sim.t.Fatalf("append of %d events to %q expecting %s: %s (%v), want %s", len(a.Events), a.Stream, a.Expected, got,
			err, outcome)
	}
	switch outcome {
	case "conflict":
		n := len(sim.stream(a.Stream))
		if conflict.Exists != (n > 0) || conflict.Exists && int(conflict.Actual) != n-1 {
			sim.t.Fatalf("got %+v, want %d events", *conflict, n)
		}
	case "retried":
		if int(result.Revision) != last.revision || !last.position.IsZero() && result.Position != last.position {
			sim.t.Fatalf("retry got %+v, want revision %d at %s", result, last.revision, last.position)
		}
	case "recorded":
		next := len(sim.stream(a.Stream))
		for i, e := range a.Events {
			sim.log = append(sim.log, modelEvent{NewEvent: e, stream: a.Stream, revision: next + i})
		}
		sim.log[len(sim.log)-1].position = result.Position
		if int(result.Revision) != next+len(a.Events)-1 {
			sim.t.Fatalf("got revision %d, want %d", result.Revision, next+len(a.Events)-1)
		}
		sim.sent = append(sim.sent, a)
	}
}

// judge says what must become of an append, straight from the words of Store.Append.
func (sim *simulation) judge(a eventstore.StreamAppend) (outcome string, last modelEvent) {
	seen := map[uuid.UUID]bool{}
	for _, e := range a.Events {
		if seen[e.ID] {
			return "invalid", last
		}
		seen[e.ID] = true
	}
	recorded := sim.stream(a.Stream)
	var revisions []int
	for _, e := range a.Events {
		for _, r := range recorded {
			if r.ID != e.ID {
				continue
			}
			if r.Type != e.Type || string(r.Data) != string(e.Data) {
				return "reused", last
			}
			revisions = append(revisions, r.revision)
		}
	}
	n := len(recorded)
	exact, isExact := a.Expected.Revision()
	met := a.Expected == eventstore.Any || a.Expected == eventstore.NoStream && n == 0 ||
		a.Expected == eventstore.StreamExists && n > 0 || isExact && int(exact) == n-1
	if len(revisions) == 0 && met {
		return "recorded", last
	}
	if len(revisions) == len(a.Events) {
		first := revisions[0]
		inOrder := true
		for i, r := range revisions {
			inOrder = inOrder && r == first+i
		}
		wasMet := a.Expected == eventstore.Any || a.Expected == eventstore.StreamExists ||
			a.Expected == eventstore.NoStream && first == 0 || isExact && first == int(exact)+1
		if inOrder && wasMet {
			return "retried", recorded[revisions[len(revisions)-1]]
		}
	}
	if !met {
		return "conflict", last
	}
	return "reused", last
}

func (sim *simulation) stream(name string) []modelEvent {
	var found []modelEvent
	for _, e := range sim.log {
		if e.stream == name {
			found = append(found, e)
		}
	}
	return found
}

func (sim *simulation) readStream() {
	name := pick(sim.rand, simStreams)
	want := sim.stream(name)
	if len(want) == 0 {
		var missing *eventstore.StreamNotFoundError
		if err := readError(sim.store.ReadStream(sim.t.Context(), name, 0, eventstore.Forward)); !errors.As(err, &missing) {
			sim.t.Fatalf("read of missing stream %q: got error %v", name, err)
		}
		return
	}
	from, dir := sim.rand.IntN(len(want)+2), eventstore.Direction(sim.rand.IntN(2))
	if dir == eventstore.Backward {
		want = slices.Clone(want[:min(from, len(want)-1)+1])
		slices.Reverse(want)
	} else {
		want = want[min(from, len(want)):]
	}
	sim.compare(fmt.Sprintf("stream %q from %d, direction %d", name, from, dir),
		readStream(sim.t, sim.store, name, eventstore.Revision(from), dir), want)
}

func (sim *simulation) filter() eventstore.Filter {
	var f eventstore.Filter
	if sim.rand.IntN(2) == 0 {
		f.Categories = []string{pick(sim.rand, []string{"person", "mentorship", "solo", "none"})}
	}
	if sim.rand.IntN(2) == 0 {
		f.Types = []domain.EventType{pick(sim.rand, simTypes)}
	}
	return f
}

// readAll reads after one of the positions that appends returned.
func (sim *simulation) readAll() {
	after, from := sim.anyPosition()
	sim.compareAll(after, from, sim.filter())
}

func (sim *simulation) anyPosition() (after eventstore.Position, from int) {
	if len(sim.log) == 0 {
		return eventstore.Position{}, 0
	}
	for i := sim.rand.IntN(len(sim.log)); i > 0; i-- {
		if !sim.log[i-1].position.IsZero() {
			return sim.log[i-1].position, i
		}
	}
	return eventstore.Position{}, 0
}

func (sim *simulation) selected(from int, f eventstore.Filter) []modelEvent {
	var want []modelEvent
	for _, e := range sim.log[from:] {
		if f.Match(e.stream, e.Type) {
			want = append(want, e)
		}
	}
	return want
}

func (sim *simulation) compareAll(after eventstore.Position, from int, f eventstore.Filter) {
	sim.t.Helper()
	want := sim.selected(from, f)
	read := readAll(sim.t, sim.store, after, f)
	sim.compare(fmt.Sprintf("log after event %d with filter %+v", from, f), read, want)
	if !slices.IsSortedFunc(read, func(a, b eventstore.RecordedEvent) int {
		return cmp.Or(sim.store.ComparePositions(a.Position, b.Position), -1)
	}) && len(read) > 1 {
		sim.t.Fatalf("positions do not rise")
	}
}

func (sim *simulation) subscribe() {
	after, from := sim.anyPosition()
	f := sim.filter()
	var read []eventstore.RecordedEvent
	for m, err := range sim.store.Subscribe(sim.t.Context(), after, f) {
		if err != nil {
			sim.t.Fatal(err)
		}
		if m.Kind == eventstore.MessageEvent {
			read = append(read, m.Event)
		}
		if m.Kind == eventstore.MessageCaughtUp {
			break
		}
	}
	sim.compare(fmt.Sprintf("subscription after event %d", from), read, sim.selected(from, f))
}

func (sim *simulation) compare(what string, got []eventstore.RecordedEvent, want []modelEvent) {
	sim.t.Helper()
	if len(got) != len(want) {
		sim.t.Fatalf("%s: %d events, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if err := same(w.NewEvent, g); err != nil || g.Stream != w.stream || int(g.Revision) != w.revision ||
			!w.position.IsZero() && g.Position != w.position {
			sim.t.Fatalf("%s: event %d is revision %d of %q at %s, want %d of %q at %s: %v", what, i, g.Revision, g.Stream,
				g.Position, w.revision, w.stream, w.position, err)
		}
	}
}

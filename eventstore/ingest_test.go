package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
)

// ingestID makes the ids of these tests.
func ingestID(parts ...any) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(fmt.Sprint(parts...)))
}

func ingestItem(stream, key string, payload domain.Payload) eventstore.IngestItem {
	return eventstore.IngestItem{
		Stream: stream,
		Event: domain.Event{
			ID: ingestID(key),
			Meta: domain.Metadata{
				OccurredAt: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Actor: "test", Source: "test", Schema: 1,
			},
			Payload: payload,
		},
		Place: eventstore.Place{File: "in", Note: key},
	}
}

func ingestRoom(n int) string { return domain.MentorshipStream(ingestID("room", n)) }

func ingestStart(n int) eventstore.IngestItem {
	return ingestItem(ingestRoom(n), fmt.Sprint("start", n),
		&domain.MentorshipStarted{Program: "p", Mentor: ingestID("mentor", n), Mentee: ingestID("mentee", n)})
}

func ingestSession(n, k int) eventstore.IngestItem {
	return ingestItem(ingestRoom(n), fmt.Sprint("session", n, "-", k), &domain.SessionHeld{Minutes: k%1440 + 1})
}

// ingestAll feeds items to Ingest.
func ingestAll(items []eventstore.IngestItem) iter.Seq2[eventstore.IngestItem, error] {
	return func(yield func(eventstore.IngestItem, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func mustIngest(t *testing.T, store eventstore.Store, items []eventstore.IngestItem, o eventstore.IngestOptions,
) eventstore.IngestReport {
	t.Helper()
	report, err := eventstore.Ingest(t.Context(), store, ingestAll(items), o)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// ingestLog lists the log by what the tests gave as keys.
func ingestLog(t *testing.T, store eventstore.Store) []string {
	t.Helper()
	var log []string
	for e, err := range store.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, fmt.Sprintf("%s@%d %s %s", e.Stream, e.Revision, e.ID, e.Data))
	}
	return log
}

func TestIngestRejectsOnlyWhatIsWrong(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	var rejected []string
	items := []eventstore.IngestItem{
		ingestSession(1, 1), // before its start
		ingestStart(1),
		ingestSession(1, 2),
		ingestItem("nonsense", "stream", &domain.SessionHeld{}),
		ingestItem(ingestRoom(1), "minutes", &domain.SessionHeld{Minutes: -1}),
		ingestItem(domain.PersonStream(ingestID("x")), "category", &domain.SessionHeld{}),
		ingestSession(1, 2), // again
		ingestItem(ingestRoom(1), "session1-2", &domain.SessionHeld{Minutes: 77}), // again, but other
		ingestSession(1, 3),
	}
	report := mustIngest(t, store, items, eventstore.IngestOptions{
		BatchEventsMax: 2,
		Rejected:       func(r eventstore.Rejection) { rejected = append(rejected, r.Place.Note) },
	})
	if want := []string{"session1-1", "stream", "minutes", "category", "session1-2"}; !slices.Equal(rejected, want) {
		t.Errorf("rejected %q, want %q", rejected, want)
	}
	if !errors.Is(report.Rejections[4].Err, eventstore.ErrOtherContent) ||
		!strings.Contains(report.Rejections[4].String(), "in (session1-2): SessionHeld on mentorship-") {
		t.Error(report.Rejections[4])
	}
	if report.Items != 9 || report.AppendedTotal() != 3 || report.AlreadyThere != 1 || report.Rejected != 5 {
		t.Errorf("%+v", report)
	}
	if head, err := store.Head(t.Context()); err != nil || report.Position != head {
		t.Errorf("position %v, want %v, %v", report.Position, head, err)
	}
	again := mustIngest(t, store, items[1:3], eventstore.IngestOptions{})
	if again.AppendedTotal() != 0 || again.AlreadyThere != 2 || again.Rejected != 0 {
		t.Errorf("again: %+v", again)
	}
}

// TestIngestWith proves that what an item needs is recorded with it, or not at all.
func TestIngestWith(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	with := func(item eventstore.IngestItem, needs ...eventstore.IngestItem) eventstore.IngestItem {
		item.With = needs
		return item
	}
	bad := ingestItem(ingestRoom(1), "bad", &domain.SessionHeld{Minutes: -1})
	report := mustIngest(t, store, []eventstore.IngestItem{
		with(bad, ingestStart(1)),
		with(ingestSession(1, 1), ingestStart(1)),
		with(ingestSession(1, 2), ingestStart(1)),
		with(bad, ingestStart(1), ingestStart(2)),
		ingestSession(2, 1), // its start was not recorded
		with(ingestSession(3, 1), ingestItem(ingestRoom(3), "other", &domain.MentorshipStarted{})),
	}, eventstore.IngestOptions{})
	if report.AppendedTotal() != 3 || report.Rejected != 4 || report.AlreadyThere != 1 {
		t.Errorf("%+v", report)
	}
	if log := ingestLog(t, store); len(log) != 3 {
		t.Errorf("log %q", log)
	}
}

func TestIngestOptional(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	person := ingestID("person")
	register := func(key, name string) eventstore.IngestItem {
		item := ingestItem(domain.PersonStream(person), key,
			&domain.PersonRegistered{Personal: domain.PersonDetails{Of: person, Name: name}})
		item.Optional = true
		return item
	}
	mustIngest(t, store, []eventstore.IngestItem{register("a", "Ann")}, eventstore.IngestOptions{})
	report := mustIngest(t, store, []eventstore.IngestItem{
		register("a", "Anna"), register("b", "Anne"),
		ingestItem(domain.PersonStream(person), "erased", &domain.PersonErased{}), register("c", "Ann"),
	}, eventstore.IngestOptions{})
	if report.AppendedTotal() != 1 || report.AlreadyThere != 3 || report.Rejected != 0 {
		t.Errorf("%+v", report)
	}
}

func TestIngestDryRun(t *testing.T) {
	store := eventstore.NewMemory()
	defer store.Close()
	var items []eventstore.IngestItem
	for n := range 50 {
		items = append(items, ingestStart(n))
	}
	for n := range 50 {
		items = append(items, ingestSession(n, 1), ingestSession(n, 1), ingestSession(n+100, 1))
	}
	report := mustIngest(t, store, items, eventstore.IngestOptions{DryRun: true, BatchEventsMax: 3, StatesMax: 4})
	if report.AppendedTotal() != 100 || report.AlreadyThere != 50 || report.Rejected != 50 {
		t.Errorf("%+v", report)
	}
	if log := ingestLog(t, store); len(log) != 0 {
		t.Errorf("a dry run recorded %q", log)
	}
}

// meddler is a store in which somebody else writes just before every batch.
type meddler struct {
	eventstore.Store
	meddle func(batch int, appends []eventstore.StreamAppend)
	batch  int
}

func (m *meddler) AppendBatch(ctx context.Context, a []eventstore.StreamAppend) ([]eventstore.AppendResult, error) {
	m.batch++
	m.meddle(m.batch, a)
	return m.Store.AppendBatch(ctx, a)
}

// TestIngestAmongOthers proves that every item is recorded once and in order while somebody else writes to the same
// streams, sometimes the very same events.
func TestIngestAmongOthers(t *testing.T) {
	memory := eventstore.NewMemory()
	defer memory.Close()
	others := 0
	store := &meddler{Store: memory, meddle: func(batch int, appends []eventstore.StreamAppend) {
		a := appends[len(appends)/2]
		var events []eventstore.NewEvent
		switch {
		case batch > 60 || a.Expected == eventstore.NoStream:
			return
		case batch%3 == 0: // the same event, that comes next anyway
			a = appends[0]
			events = a.Events[:1]
		default:
			others++
			e, err := eventstore.Encode(ingestItem(a.Stream, fmt.Sprint("other", others), &domain.SessionHeld{}).Event)
			if err != nil {
				t.Error(err)
			}
			events = []eventstore.NewEvent{e}
		}
		if _, err := memory.Append(t.Context(), eventstore.StreamAppend{Stream: a.Stream, Events: events}); err != nil {
			t.Error(err)
		}
	}}
	var items []eventstore.IngestItem
	for n := range 5 {
		items = append(items, ingestStart(n))
	}
	for k := range 200 {
		items = append(items, ingestSession(k%5, k))
	}
	report := mustIngest(t, store, items, eventstore.IngestOptions{BatchEventsMax: 7})
	if report.Rejected != 0 || report.AppendedTotal()+report.AlreadyThere != len(items) {
		t.Errorf("%+v", report)
	}
	if log := ingestLog(t, memory); len(log) != len(items)+others || others == 0 {
		t.Errorf("%d events, want %d and %d of others", len(log), len(items), others)
	}
	for n := range 5 {
		last := -1
		for e, err := range memory.ReadStream(t.Context(), ingestRoom(n), 0, eventstore.Forward) {
			if err != nil {
				t.Fatal(err)
			}
			for k := n; k < 200; k += 5 {
				if e.ID == ingestSession(n, k).Event.ID {
					if k <= last {
						t.Errorf("session %d of room %d comes after %d", k, n, last)
					}
					last = k
				}
			}
		}
	}
}

// TestIngestGivesUpOnAnItem proves that a store which refuses one item for ever does not keep the others out.
func TestIngestGivesUpOnAnItem(t *testing.T) {
	memory := eventstore.NewMemory()
	defer memory.Close()
	refused := ingestSession(1, 3).Event.ID
	store := &refuser{Store: memory, id: refused}
	items := []eventstore.IngestItem{ingestStart(1), ingestSession(1, 2), ingestSession(1, 3), ingestSession(1, 4), ingestStart(2)}
	report := mustIngest(t, store, items, eventstore.IngestOptions{})
	if report.AppendedTotal() != 4 || report.Rejected != 1 || report.Rejections[0].ID != refused {
		t.Errorf("%+v", report)
	}
}

type refuser struct {
	eventstore.Store
	id uuid.UUID
}

func (r *refuser) AppendBatch(ctx context.Context, appends []eventstore.StreamAppend) ([]eventstore.AppendResult, error) {
	for i, a := range appends {
		for _, e := range a.Events {
			if e.ID == r.id {
				results, err := r.Store.AppendBatch(ctx, appends[:i])
				if err != nil {
					return results, err
				}
				return results, &eventstore.TooLargeError{Stream: a.Stream, What: "bytes", Size: 2, Max: 1}
			}
		}
	}
	return r.Store.AppendBatch(ctx, appends)
}

// TestIngestCutShort proves that what was recorded before a failure is told, and that ingesting again completes it.
func TestIngestCutShort(t *testing.T) {
	items := []eventstore.IngestItem{ingestStart(1)}
	for k := range 100 {
		items = append(items, ingestSession(1, k))
	}
	broken := errors.New("disk full")
	memory := eventstore.NewMemory()
	defer memory.Close()
	for attempt := 1; ; attempt++ {
		store := &failing{Store: memory, after: 2, err: broken}
		report, err := eventstore.Ingest(t.Context(), store, ingestAll(items), eventstore.IngestOptions{BatchEventsMax: 10})
		if err == nil {
			if report.AppendedTotal()+report.AlreadyThere != len(items) {
				t.Errorf("%+v", report)
			}
			break
		}
		if !errors.Is(err, broken) || report.AppendedTotal() != 20 || attempt > 10 {
			t.Fatalf("attempt %d: %+v, %v", attempt, report, err)
		}
	}
	whole := eventstore.NewMemory()
	defer whole.Close()
	mustIngest(t, whole, items, eventstore.IngestOptions{})
	if a, b := ingestLog(t, memory), ingestLog(t, whole); !slices.Equal(a, b) {
		t.Errorf("in parts %q\nat once %q", a, b)
	}

	sourceErr := errors.New("source")
	_, err := eventstore.Ingest(t.Context(), memory, func(yield func(eventstore.IngestItem, error) bool) {
		yield(eventstore.IngestItem{}, sourceErr)
	}, eventstore.IngestOptions{})
	if !errors.Is(err, sourceErr) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := eventstore.Ingest(ctx, memory, ingestAll(items), eventstore.IngestOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

type failing struct {
	eventstore.Store
	after int
	err   error
}

func (f *failing) AppendBatch(ctx context.Context, a []eventstore.StreamAppend) ([]eventstore.AppendResult, error) {
	if f.after--; f.after < 0 {
		return nil, f.err
	}
	return f.Store.AppendBatch(ctx, a)
}

// TestIngestAnyBatchAnyMemory proves that sizes of batches and of the cache change nothing, with items that repeat, in
// any order, in two runs.
func TestIngestAnyBatchAnyMemory(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 20 {
		var items []eventstore.IngestItem
		for range 300 {
			n := r.IntN(20)
			if r.IntN(4) == 0 {
				items = append(items, ingestStart(n))
			} else {
				items = append(items, ingestSession(n, r.IntN(40)))
			}
		}
		var want []string
		var wantReport eventstore.IngestReport
		for i, o := range []eventstore.IngestOptions{
			{}, {BatchEventsMax: 1, StatesMax: 1}, {BatchEventsMax: 3, StatesMax: 2}, {BatchEventsMax: 5, StatesMax: 20},
		} {
			store := eventstore.NewMemory()
			half := r.IntN(len(items))
			first := mustIngest(t, store, items[:half], o)
			second := mustIngest(t, store, items[half:], o)
			log := ingestLog(t, store)
			store.Close()
			if i == 0 {
				want = log
				wantReport = first
			}
			total := first.AppendedTotal() + second.AppendedTotal()
			if !slices.Equal(log, want) || total != len(want) || first.Items+second.Items != len(items) {
				t.Fatalf("options %+v: %+v and %+v, first of all %+v\n%q\nwant\n%q", o, first, second, wantReport, log, want)
			}
		}
	}
}

// BenchmarkIngest decides and records events in memory, one of 10,000 streams after the other.
func BenchmarkIngest(b *testing.B) {
	store := eventstore.NewMemory()
	defer store.Close()
	const streams = 10_000
	items := func(yield func(eventstore.IngestItem, error) bool) {
		for i := range b.N {
			item := ingestStart(i % streams)
			if k := i / streams; k > 0 {
				item = ingestSession(i%streams, k)
			}
			if !yield(item, nil) {
				return
			}
		}
	}
	b.ReportAllocs()
	report, err := eventstore.Ingest(b.Context(), store, items, eventstore.IngestOptions{})
	if err != nil || report.Rejected != 0 || report.AppendedTotal() != b.N {
		b.Fatal(report, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

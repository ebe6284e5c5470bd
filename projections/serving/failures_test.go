package serving_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections/internal/naive"
	"laurel/projections/serving"
)

// faulty is a store that fails when it is told to.
type faulty struct {
	eventstore.Store
	subscribing atomic.Int32              // how many subscriptions still fail, each after a few messages
	spoil       atomic.Pointer[uuid.UUID] // the event whose payload cannot be read
	reading     atomic.Int32              // how often the log was read in chunks
	slow        chan struct{}             // if not nil, reading in chunks waits for it
	cancelled   atomic.Int32              // how many were told to stop meanwhile
}

var errFault = errors.New("the cable was pulled")

func (f *faulty) Subscribe(ctx context.Context, after eventstore.Position, filter eventstore.Filter,
) iter.Seq2[eventstore.Message, error] {
	return func(yield func(eventstore.Message, error) bool) {
		n := 0
		for m, err := range f.Store.Subscribe(ctx, after, filter) {
			m.Event = f.spoiled(m.Event)
			if n++; n > 2 && err == nil && f.subscribing.Load() > 0 {
				f.subscribing.Add(-1)
				yield(eventstore.Message{}, errFault)
				return
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

func (f *faulty) spoiled(e eventstore.RecordedEvent) eventstore.RecordedEvent {
	if id := f.spoil.Load(); id != nil && e.ID == *id {
		e.Data = []byte(`{"program":7}`)
	}
	return e
}

// ReadChunks implements eventstore.ChunkReader.
func (f *faulty) ReadChunks(ctx context.Context, after eventstore.Position, filter eventstore.Filter,
) iter.Seq2[[]eventstore.RecordedEvent, error] {
	return func(yield func([]eventstore.RecordedEvent, error) bool) {
		f.reading.Add(1)
		if f.slow != nil {
			select {
			case <-f.slow:
			case <-ctx.Done():
				f.cancelled.Add(1)
				yield(nil, ctx.Err())
				return
			}
		}
		for chunk, err := range eventstore.ReadChunks(ctx, f.Store, after, filter) {
			chunk = slices.Clone(chunk)
			for i := range chunk {
				chunk[i] = f.spoiled(chunk[i])
			}
			if !yield(chunk, err) {
				return
			}
		}
	}
}

// steps are what a log of one mentorship takes in.
type steps struct {
	*log
	room string
	at   time.Time
}

// begin starts a mentorship.
func begin(t fataler) *steps {
	t.Helper()
	s := &steps{newLog(t), domain.MentorshipStream(uuid.MustParse(naive.EventID("room"))),
		time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	s.record(s.room, s.at, &domain.MentorshipStarted{Program: naive.CaseProgram,
		Mentor: uuid.MustParse(naive.Person("ann")), Mentee: uuid.MustParse(naive.Person("bob"))})
	return s
}

// session has a session held, an hour after what was before.
func (s *steps) session() eventstore.Position {
	s.t.Helper()
	s.at = s.at.Add(time.Hour)
	return s.record(s.room, s.at, &domain.SessionHeld{Channel: "call", Minutes: 30})
}

// notes collects what an engine reports.
type notes struct {
	mu   sync.Mutex
	errs []error
}

func (n *notes) failed(err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.errs = append(n.errs, err)
}

func (n *notes) take() []error {
	n.mu.Lock()
	defer n.mu.Unlock()
	errs := n.errs
	n.errs = nil
	return errs
}

// TestFollowsAgain fails subscriptions, and wants the engine to say so, wait longer each time, and miss nothing.
func TestFollowsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, told := begin(t), &notes{}
		store := &faulty{Store: log.store}
		e := open(t, store, serving.Options{Failed: told.failed})
		defer e.Close()
		store.subscribing.Store(4)
		var last eventstore.Position
		for range 20 {
			last = log.session()
		}
		began := time.Now()
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited < 400*time.Millisecond || waited > 5*time.Second {
			t.Errorf("four failures took %v", waited)
		}
		errs := told.take()
		if len(errs) != 4 || !errors.Is(errs[0], errFault) || !strings.Contains(errs[0].Error(), "follow the log after ") {
			t.Errorf("told of %v", errs)
		}
		synctest.Wait()
		if f := e.Freshness(); f.Failure != "" || f.Lag != 0 || f.Events != 21 || !f.Following {
			t.Errorf("%+v", f)
		}
		v, err := e.Look(t.Context(), serving.At{})
		wantFresh(t, log.store, must(t, v, err))
		v.Close()
	})
}

// TestUnreadableEvent has an event that cannot be read for a while, and wants all before it applied, nothing after it,
// the failure told, and everything applied once it can be read.
func TestUnreadableEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, told := begin(t), &notes{}
		store := &faulty{Store: log.store}
		e := open(t, store, serving.Options{Failed: told.failed})
		defer e.Close()
		before := log.session()
		bad := uuid.NewSHA1(uuid.NameSpaceURL, []byte("step 3"))
		store.spoil.Store(&bad)
		log.record(domain.MentorshipStream(bad), log.at, &domain.MentorshipStarted{Program: naive.CaseProgram,
			Mentor: uuid.MustParse(naive.Person("cas")), Mentee: uuid.MustParse(naive.Person("bob"))})
		last := log.session()
		if err := e.Wait(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := e.Wait(ctx, last); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("waiting for what is after it: %v", err)
		}
		f := e.Freshness()
		if f.Position != before || f.Pending != 2 || f.Lag < time.Minute || !strings.Contains(f.Failure, bad.String()) {
			t.Errorf("%+v", f)
		}
		// The last attempt of a pending one came after a pause that had grown: few attempts in a minute.
		if errs := told.take(); len(errs) < 5 || len(errs) > 12 || !strings.Contains(errs[0].Error(), bad.String()) {
			t.Errorf("told %d times of %v", len(errs), errs)
		}
		v, err := e.Look(t.Context(), serving.At{})
		wantFresh(t, log.store, must(t, v, err))
		v.Close()
		// The subscription has delivered it as it could not be read; what an engine reads anew is right.
		store.spoil.Store(nil)
		again := open(t, store, serving.Options{})
		defer again.Close()
		if err := again.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
	})
}

// TestReadersStay has readers stay in their views while the log grows: each goes on to see the one position, others see
// the newest, and the writer gives a replica up rather than wait for ever.
func TestReadersStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := begin(t)
		e := open(t, log.store, serving.Options{})
		defer e.Close()
		synctest.Wait()
		type held struct {
			*serving.View
			before []byte
		}
		var stay []held
		for range 5 {
			v, err := e.Look(t.Context(), serving.At{})
			v = must(t, v, err)
			stay = append(stay, held{v, summary(t, v.Models, v.Rewards(naive.CaseProgram), v.AsOf)})
			last := log.session()
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err = e.Wait(ctx, last)
			cancel()
			if len(stay) == 5 {
				if err == nil {
					t.Fatal("more replicas were given up than may be")
				}
				break
			}
			if err != nil || time.Since(began) > 10*time.Second {
				t.Fatalf("after %v: %v", time.Since(began), err)
			}
			now, err := e.Look(t.Context(), serving.At{})
			if now = must(t, now, err); now.Position != last {
				t.Fatalf("others see %s, want %s", now.Position, last)
			}
			now.Close()
		}
		for i, v := range stay {
			if after := summary(t, v.Models, v.Rewards(naive.CaseProgram), v.AsOf); !bytes.Equal(after, v.before) {
				t.Errorf("view %d changed:\n%s\n%s", i, v.before, after)
			}
			v.Close()
			v.Close() // once more is nothing
		}
		last := log.session()
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		v, err := e.Look(t.Context(), serving.At{})
		wantFresh(t, log.store, must(t, v, err))
		v.Close()
	})
}

// TestPastIsReadOnce has many ask for the same state of the past, and wants it read once, kept, and read no further when
// nobody waits any more.
func TestPastIsReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := begin(t)
		var known []eventstore.Position
		for range 12 {
			known = append(known, log.session())
		}
		store := &faulty{Store: log.store}
		e := open(t, store, serving.Options{PastStatesMax: 2})
		defer e.Close()
		synctest.Wait()
		look := func(p eventstore.Position) int32 {
			t.Helper()
			before := store.reading.Load()
			v, err := e.Look(t.Context(), serving.At{Position: p.String()})
			v = must(t, v, err)
			if v.Position != p || v.Present || v.Version != 0 {
				t.Fatalf("at %s: %+v", p, v)
			}
			wantFresh(t, log.store, v)
			v.Close()
			return store.reading.Load() - before
		}
		once := look(known[0])
		if once == 0 || look(known[0]) != 0 {
			t.Fatalf("read %d times, then again", once)
		}
		look(known[1])
		if look(known[0]) != 0 || look(known[1]) != 0 {
			t.Fatal("two are not kept")
		}
		if look(known[2]) == 0 || look(known[1]) != 0 || look(known[0]) == 0 {
			t.Fatal("what was asked for longest ago is kept")
		}

		store.slow = make(chan struct{})
		before := store.reading.Load()
		var group sync.WaitGroup
		for i := range 20 {
			group.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if i%2 == 0 {
					time.AfterFunc(time.Second, cancel)
				}
				v, err := e.Look(ctx, serving.At{Position: known[7].String()})
				if i%2 == 0 {
					if !errors.Is(err, context.Canceled) {
						t.Errorf("who gave up got %v", err)
					}
					return
				}
				must(t, v, err).Close()
			})
		}
		time.Sleep(time.Minute)
		close(store.slow)
		group.Wait()
		if n := store.reading.Load() - before; n != once {
			t.Errorf("read %d times for many, want %d", n, once)
		}

		// All give up: reading ends, and who comes later has it read anew.
		store.slow = make(chan struct{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := e.Look(ctx, serving.At{Position: known[9].String()}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		synctest.Wait()
		if store.cancelled.Load() == 0 {
			t.Error("reading goes on for nobody")
		}
		close(store.slow)
		look(known[9])
	})
}

// TestClosed closes an engine with everything under way, and wants it to end, and to say so from then on. That no
// goroutine is left is what the bubble checks.
func TestClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := begin(t)
		first := log.session()
		store := &faulty{Store: log.store}
		e := open(t, store, serving.Options{Awards: true})
		_, last := log.activate(plainCriteria, log.at)
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		store.slow = make(chan struct{})
		v, err := e.Look(t.Context(), serving.At{})
		v = must(t, v, err)
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := e.Look(t.Context(), serving.At{Position: first.String()}); !errors.Is(err, serving.ErrClosed) {
				t.Errorf("looking at the past while it closes: %v", err)
			}
		})
		group.Go(func() {
			if err := e.Wait(t.Context(), eventstore.NewPosition(first.Log(), 0, 1000)); !errors.Is(err, serving.ErrClosed) {
				t.Errorf("waiting while it closes: %v", err)
			}
		})
		synctest.Wait()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		group.Wait()
		if _, err := e.Look(t.Context(), serving.At{}); !errors.Is(err, serving.ErrClosed) {
			t.Errorf("looking: %v", err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		wantFresh(t, log.store, v) // stays readable
		v.Close()
	})
}

// plainCriteria is a plain document.
const plainCriteria = `apiVersion: laurel/v1
kind: Criteria
program: alpha
timezone: UTC
measures: {all: {count: events, of: SessionHeld}}
score: all
tiers: [{id: met, when: all >= 2}]
`

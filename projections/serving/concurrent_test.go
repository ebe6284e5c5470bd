package serving_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/domain"
	"laurel/eventstore"
	"laurel/projections"
	"laurel/projections/internal/naive"
	"laurel/projections/serving"
)

// TestManyAskWhileTheLogGrows has writers, readers of everything, and listeners at once, for the race detector, and
// wants every reader to see one position, every writer its own write, and no goroutine left at the end.
func TestManyAskWhileTheLogGrows(t *testing.T) {
	before := runtime.NumGoroutine()
	events, writers := 600, 4
	if testing.Short() {
		events = 120
	}
	log := newLog(t)
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	log.activate(plainCriteria, start)
	id := func(kind string, n int) uuid.UUID {
		return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "%s %d", kind, n))
	}
	e := open(t, log.store, serving.Options{Awards: true, Documents: map[string][]byte{"sample": []byte(plainCriteria)}})
	ctx, cancel := context.WithCancel(t.Context())
	var readers, writing sync.WaitGroup
	for r := range 4 {
		readers.Go(func() {
			random := rand.New(rand.NewPCG(uint64(r), 1))
			for ctx.Err() == nil {
				readAll(ctx, t, e, random)
			}
		})
	}
	for range 20 {
		readers.Go(func() {
			seen, next := e.Changed(0)
			for {
				select {
				case <-next:
					var change serving.Change
					if change, next = e.Changed(seen.Version); change.Version <= seen.Version {
						t.Errorf("version %d after %d", change.Version, seen.Version)
					}
					seen = change
				case <-ctx.Done():
					return
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range events / writers {
				n := i%20*writers + w // each writer has rooms of its own
				room := domain.MentorshipStream(id("room", n))
				var p eventstore.Position
				if i < 20 {
					p = appendTo(t, log.store, room, start, &domain.MentorshipStarted{Program: naive.CaseProgram,
						Mentor: id("mentor", n%7), Mentee: id("mentee", n)})
				} else {
					p = appendTo(t, log.store, room, start.Add(time.Duration(i)*time.Hour),
						&domain.SessionHeld{Channel: "call", Minutes: 30})
				}
				if err := e.Wait(ctx, p); err != nil {
					t.Error(err)
					return
				}
				v, err := e.Look(ctx, serving.At{Across: true})
				if err != nil {
					t.Error(err)
					return
				}
				if log.store.ComparePositions(v.Position, p) < 0 {
					t.Errorf("wrote %s and sees %s", p, v.Position)
				}
				v.Close()
			}
		})
	}
	writing.Wait()
	cancel()
	readers.Wait()
	v, err := e.Look(t.Context(), serving.At{})
	wantFresh(t, log.store, must(t, v, err))
	v.Close()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines are left of %d more", runtime.NumGoroutine(), runtime.NumGoroutine()-before)
}

// readAll reads something of everything in one view, and wants it to be of one position.
func readAll(ctx context.Context, t *testing.T, e *serving.Engine, random *rand.Rand) {
	at := serving.At{Program: naive.CaseProgram}
	switch random.IntN(4) {
	case 0:
		at.Criteria = "sample"
	case 1:
		at.AsOf = time.Date(2020, 1, 1+random.IntN(20), 0, 0, 0, 0, time.UTC)
	}
	v, err := e.Look(ctx, at)
	if err != nil {
		if ctx.Err() == nil {
			t.Error(err)
		}
		return
	}
	defer v.Close()
	if _, err := v.TierMonths(); err != nil {
		t.Error(err)
	}
	s, err := v.Standings()
	if err != nil {
		t.Error(err)
		return
	}
	page, err := v.Page(serving.PageQuery{Limit: 1000})
	if err != nil || s.Position != v.Position.String() || s.Position != v.Facts.Position().String() ||
		page.Total != len(s.Mentors) || len(page.Rows) != len(s.Mentors) {
		t.Errorf("a page of %d, standings of %d, at %s in %s, %s: %v", page.Total, len(s.Mentors), s.Position, v.Position,
			v.Facts.Position(), err)
		return
	}
	for i := range page.Rows {
		if a, b := &page.Rows[i].Standing, &s.Mentors[i]; a.Person != b.Person || a.Score != b.Score || a.Tier != b.Tier {
			t.Errorf("row %d is %+v, want %+v", i, a, b)
		}
		if row, ok, err := v.Of(s.Mentors[i].Person); err != nil || !ok || row.Place != i+1 {
			t.Errorf("%+v, %v, %v in place %d", row, ok, err, i)
		}
	}
	summary(t, v.Models, v.Rewards(naive.CaseProgram), v.AsOf)
	if _, err := json.Marshal(v.Register.All("")); err != nil {
		t.Error(err)
	}
	if len(s.Mentors) > 0 {
		who := s.Mentors[random.IntN(len(s.Mentors))].Person
		v.Rooms.Find(projections.RoomQuery{Person: who}, v.AsOf)
		if _, err := projections.Explain(v.Facts, v.People, v.Program, who, v.Criteria.Plan, v.AsOf); err != nil {
			t.Error(err)
		}
	}
}

package serving_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"laurel/projections/serving"
)

// TestSummary wants a summary computed once however many ask, anew for each version of a quiet log, and seldom while the
// log grows quickly.
func TestSummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := begin(t)
		e := open(t, log.store, serving.Options{})
		defer e.Close()
		synctest.Wait()
		var computed atomic.Int32
		events := func(v *serving.View) (any, error) {
			computed.Add(1)
			n := v.Facts.Events()
			time.Sleep(time.Second)
			return n, nil
		}
		ask := func(at serving.At) *serving.Summary {
			t.Helper()
			s, err := e.Summary(t.Context(), at, "events", events)
			return must(t, s, err)
		}
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { ask(serving.At{}) })
		}
		group.Wait()
		ask(serving.At{})
		if n := computed.Swap(0); n != 1 {
			t.Errorf("computed %d times for many", n)
		}
		for i := range 5 {
			last := log.session()
			if err := e.Wait(t.Context(), last); err != nil {
				t.Fatal(err)
			}
			if s := ask(serving.At{}); s.Position != last || s.Value != i+2 || s.Program != "alpha" {
				t.Errorf("after %s: %+v", last, s)
			}
			time.Sleep(time.Second)
		}
		if n := computed.Swap(0); n != 5 {
			t.Errorf("computed %d times for five versions", n)
		}

		// 50 events a second for two minutes, and as many who ask.
		group.Go(func() {
			for range 120 * 50 {
				log.session()
				time.Sleep(20 * time.Millisecond)
			}
		})
		time.Sleep(time.Second)
		oldest := 0
		for began := time.Now(); time.Since(began) < 118*time.Second; {
			s := ask(serving.At{})
			v, err := e.Look(t.Context(), serving.At{})
			v = must(t, v, err)
			oldest = max(oldest, v.Facts.Events()-s.Value.(int))
			v.Close()
			time.Sleep(20 * time.Millisecond)
		}
		group.Wait()
		if n := computed.Swap(0); n < 5 || n > 15 || oldest > 50*30 {
			t.Errorf("computed %d times, up to %d events behind, while the log grew", n, oldest)
		}
		time.Sleep(10 * time.Second)
		if s := ask(serving.At{}); s.Value != 6006 {
			t.Errorf("when it is quiet again: %+v", s)
		}

		// A run that began before a write is not the answer to who wrote.
		group.Go(func() { ask(serving.At{Across: true}) })
		time.Sleep(500 * time.Millisecond)
		last := log.session()
		if err := e.Wait(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		if s := ask(serving.At{Across: true}); s.Position != last {
			t.Errorf("at %s, want %s", s.Position, last)
		}
		group.Wait()

		_, err := e.Summary(t.Context(), serving.At{}, "fails", func(*serving.View) (any, error) { return nil, errFault })
		if !errors.Is(err, errFault) {
			t.Errorf("%v", err)
		}
		_, err = e.Summary(t.Context(), serving.At{}, "panics", func(*serving.View) (any, error) { panic("oops") })
		if err == nil || !strings.Contains(err.Error(), "oops") {
			t.Errorf("%v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := e.Summary(ctx, serving.At{}, "slow", events); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		past := ask(serving.At{Position: last.String()})
		log.session()
		synctest.Wait()
		computed.Store(0)
		if again := ask(serving.At{Position: last.String()}); again.Position != past.Position {
			t.Errorf("%+v, want %+v", again, past)
		}
		e.Close()
		if _, err := e.Summary(t.Context(), serving.At{Across: true}, "late", events); !errors.Is(err, serving.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

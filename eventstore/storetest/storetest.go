// Package storetest holds what every event store must do, as a suite that each backend runs in one line:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t testing.TB) eventstore.Store { return open(t) }, storetest.Options{})
//	}
//
// The suite has three parts: named cases for each promise of eventstore.Store, a random simulation that compares the
// store with a trivial model after every step, and benchmarks. The simulation prints its seed; LAUREL_SIM_SEED repeats
// one, and LAUREL_SIM_STEPS makes it longer.
package storetest

import (
	"testing"

	"laurel/eventstore"
)

// Open returns a new and empty store, and closes it when the test ends.
type Open func(t testing.TB) eventstore.Store

// Options tell what the suite may do with a backend beyond the Store interface.
type Options struct {
	// Reopen closes the store and opens what it stored again; nil for a store that keeps nothing.
	Reopen func(t testing.TB, s eventstore.Store) eventstore.Store
}

// Run runs the suite against a backend.
func Run(t *testing.T, open Open, o Options) {
	for _, group := range []struct {
		name  string
		cases []testCase
	}{
		{"append", appendCases},
		{"idempotence", idempotenceCases},
		{"concurrency", concurrencyCases},
		{"read", readCases},
		{"subscribe", subscribeCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
			}
		})
	}
	t.Run("closed", func(t *testing.T) { testClosed(t, open(t)) })
	if o.Reopen != nil {
		t.Run("reopen", func(t *testing.T) { testReopen(t, open(t), o) })
	}
	t.Run("simulation", func(t *testing.T) { simulate(t, open, o) })
}

// testCase is one promise.
type testCase struct {
	name string
	run  func(t *testing.T, s eventstore.Store)
}

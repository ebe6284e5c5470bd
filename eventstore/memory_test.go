package eventstore_test

import (
	"testing"

	"laurel/eventstore"
	"laurel/eventstore/storetest"
)

func openMemory(t testing.TB) eventstore.Store {
	s := eventstore.NewMemory()
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestMemory(t *testing.T) { storetest.Run(t, openMemory, storetest.Options{}) }

func BenchmarkMemory(b *testing.B) { storetest.Benchmark(b, openMemory) }

package bbolt

import (
	"path/filepath"
	"testing"

	"laurel/eventstore"
	"laurel/eventstore/storetest"
)

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, func(t testing.TB) eventstore.Store { return open(t, t.TempDir()) })
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB) eventstore.Store { return open(t, t.TempDir()) }, storetest.Options{
		Reopen: func(t testing.TB, s eventstore.Store) eventstore.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return open(t, filepath.Dir(s.(*Store).Path()))
		},
	})
}

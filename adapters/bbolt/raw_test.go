package bbolt

import (
	"testing"

	"go.etcd.io/bbolt"
)

// rawLog changes a log behind the store's back.
type rawLog struct{ db *bbolt.DB }

func newRawLog(_ testing.TB, s *Store) rawLog { return rawLog{s.db} }

func (r rawLog) rewrite(t testing.TB, place uint64, f func(b []byte) []byte) {
	t.Helper()
	err := r.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketLog)
		b.FillPercent = 1
		return b.Put(placeKey(place), f(b.Get(placeKey(place))))
	})
	if err != nil {
		t.Fatal(err)
	}
}

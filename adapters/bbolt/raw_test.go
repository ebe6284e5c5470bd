package bbolt

import (
	"slices"
	"testing"

	"go.etcd.io/bbolt"
)

// rawLog changes a log behind the store's back.
type rawLog struct{ store *Store }

func newRawLog(_ testing.TB, s *Store) rawLog { return rawLog{s} }

func (r rawLog) rewrite(t testing.TB, place uint64, f func(b []byte) []byte) {
	t.Helper()
	err := r.store.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketLog)
		b.FillPercent = 1
		c := blockCursor{Cursor: b.Cursor(), store: r.store}
		if err := c.seek(place); err != nil {
			return err
		}
		before, rest := place, c.rest
		for before > 0 && b.Get(placeKey(before)) == nil {
			before--
		}
		block := b.Get(placeKey(before))
		record, after, err := nextRecord(rest)
		if err != nil {
			return err
		}
		made := slices.Concat(block[:len(block)-len(rest)], f(record), after)
		return b.Put(placeKey(before), made)
	})
	if err != nil {
		t.Fatal(err)
	}
}

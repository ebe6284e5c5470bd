// Package accesstest holds what every access.Storage has to pass.
package accesstest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"laurel/domain/access"
)

// Run tests a storage. Open opens a new and empty one; its cleanup closes it.
func Run(t *testing.T, open func(testing.TB) access.Storage) {
	t.Run("Model", func(t *testing.T) { testModel(t, open) })
	t.Run("Rollback", func(t *testing.T) { testRollback(t, open(t)) })
	t.Run("ViewsDoNotWrite", func(t *testing.T) { testViewsDoNotWrite(t, open(t)) })
	t.Run("Isolation", func(t *testing.T) { testIsolation(t, open(t)) })
	t.Run("OneTimeLink", func(t *testing.T) { testOneTimeLink(t, open(t)) })
}

// testModel compares a storage with a map, over random transactions of which some fail.
func testModel(t *testing.T, open func(testing.TB) access.Storage) {
	keys := []string{"a", "a/", "a/1", "a/1/x", "a/2", "a0", "b", "b/\xff", "b/\xff\xff", "c"}
	failure := errors.New("changed its mind")
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		model := map[string][]byte{}
		same := func(tx access.Tx, want map[string][]byte) {
			for _, k := range keys {
				if got := tx.Get(k); !bytes.Equal(got, want[k]) || (got == nil) != (want[k] == nil) {
					rt.Fatalf("%q is %q, want %q", k, got, want[k])
				}
			}
			for _, prefix := range []string{"", "a", "a/", "a/1", "b/\xff", "zz"} {
				var expected, found []string
				for _, k := range slices.Sorted(maps.Keys(want)) {
					if strings.HasPrefix(k, prefix) {
						expected = append(expected, k+"="+string(want[k]))
					}
				}
				for k, v := range tx.Prefix(prefix) {
					found = append(found, k+"="+string(v))
				}
				if !slices.Equal(found, expected) {
					rt.Fatalf("with %q begin %q, want %q", prefix, found, expected)
				}
			}
		}
		for range rapid.IntRange(1, 6).Draw(rt, "transactions") {
			next := maps.Clone(model)
			fail := rapid.IntRange(0, 3).Draw(rt, "fail") == 0
			err := s.Update(func(tx access.Tx) error {
				for range rapid.IntRange(0, 8).Draw(rt, "writes") {
					k := rapid.SampledFrom(keys).Draw(rt, "key")
					if rapid.Bool().Draw(rt, "delete") {
						delete(next, k)
						if err := tx.Delete(k); err != nil {
							return err
						}
						continue
					}
					v := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(rt, "value")
					next[k] = append([]byte{}, v...)
					if err := tx.Put(k, v); err != nil {
						return err
					}
					clear(v) // the storage has a copy of its own
				}
				same(tx, next)
				if fail {
					return failure
				}
				return nil
			})
			switch {
			case fail && !errors.Is(err, failure):
				rt.Fatalf("a transaction that failed: %v", err)
			case !fail && err != nil:
				rt.Fatal(err)
			case !fail:
				model = next
			}
			if err := s.View(func(tx access.Tx) error { same(tx, model); return nil }); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// testRollback lets a transaction panic: nothing of it stays, and the storage goes on.
func testRollback(t *testing.T, s access.Storage) {
	put := func(key string, then func()) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		return s.Update(func(tx access.Tx) error {
			defer then()
			return tx.Put(key, []byte("1"))
		})
	}
	if err := put("a", func() { panic("a mistake") }); err == nil {
		t.Error("a transaction that panics succeeds")
	}
	if err := put("b", func() {}); err != nil {
		t.Fatal(err)
	}
	err := s.View(func(tx access.Tx) error {
		if tx.Get("a") != nil || tx.Get("b") == nil {
			t.Errorf("a is %q, b is %q", tx.Get("a"), tx.Get("b"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testViewsDoNotWrite(t *testing.T, s access.Storage) {
	for name, write := range map[string]func(access.Tx) error{
		"Put":    func(tx access.Tx) error { return tx.Put("a", []byte("1")) },
		"Delete": func(tx access.Tx) error { return tx.Delete("a") },
	} {
		if err := s.View(write); err == nil {
			t.Errorf("a view can %s", name)
		}
	}
}

// testIsolation moves money between keys from several goroutines: every view sees the same sum.
func testIsolation(t *testing.T, s access.Storage) {
	const accounts, total, moves = 4, 100, 50
	key := func(i int) string { return fmt.Sprintf("money/%d", i%accounts) }
	err := s.Update(func(tx access.Tx) error {
		for i := range accounts {
			if err := tx.Put(key(i), []byte{total / accounts}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var working sync.WaitGroup
	for w := range 4 {
		working.Go(func() {
			for i := range moves {
				err := s.Update(func(tx access.Tx) error {
					from, to := key(w+i), key(w+i+1)
					have, other := tx.Get(from)[0], tx.Get(to)[0]
					if have == 0 {
						return nil
					}
					return errors.Join(tx.Put(from, []byte{have - 1}), tx.Put(to, []byte{other + 1}))
				})
				if err == nil {
					err = s.View(func(tx access.Tx) error {
						sum := 0
						for _, v := range tx.Prefix("money/") {
							sum += int(v[0])
						}
						if sum != total {
							return fmt.Errorf("the sum is %d, want %d", sum, total)
						}
						return nil
					})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	working.Wait()
}

// testOneTimeLink uses one link many times at once: one succeeds.
func testOneTimeLink(t *testing.T, s access.Storage) {
	r, now := access.NewRegistry(s), time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	link := access.HashSecret("a link")
	if err := r.OfferFirst(link, now); err != nil {
		t.Fatal(err)
	}
	const users = 16
	results := make([]error, users)
	var using sync.WaitGroup
	for i := range users {
		using.Go(func() {
			_, results[i] = r.AcceptFirst(link, access.Account{ID: uuid.New(), Name: "Ada",
				Login: fmt.Sprintf("ada%d@example.org", i), Password: "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"}, now)
		})
	}
	using.Wait()
	succeeded := 0
	for _, err := range results {
		if err == nil {
			succeeded++
		} else if !errors.Is(err, access.ErrSignedOut) {
			t.Error(err)
		}
	}
	accounts, err := r.Accounts()
	if succeeded != 1 || err != nil || len(accounts) != 1 {
		t.Fatalf("the link was good %d times and made %d accounts, %v", succeeded, len(accounts), err)
	}
}

package bbolt

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"laurel/domain/access"
	"laurel/domain/access/accesstest"
	"laurel/eventstore"
)

func openAccounts(t testing.TB, dir string) *Accounts {
	t.Helper()
	a, err := OpenAccounts(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

func TestAccounts(t *testing.T) {
	accesstest.Run(t, func(t testing.TB) access.Storage { return openAccounts(t, t.TempDir()) })
}

// accountsSample writes enough for branches, and returns all of it.
func accountsSample(t testing.TB, dir string) map[string]string {
	t.Helper()
	a, all := openAccounts(t, dir), map[string]string{}
	for round := range 3 {
		err := a.Update(func(tx access.Tx) error {
			for i := range 100 {
				key, value := fmt.Sprintf("view/%d/%d", i, round), strings.Repeat(fmt.Sprint(i), 30)
				if all[key] = value; i%7 == 0 {
					delete(all, fmt.Sprintf("view/%d/%d", i, round-1))
					if err := tx.Delete(fmt.Sprintf("view/%d/%d", i, round-1)); err != nil {
						return err
					}
				}
				if err := tx.Put(key, []byte(value)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return all
}

// readAccounts opens the file and reads everything in both ways.
func readAccounts(dir string) (map[string]string, error) {
	a, err := OpenAccounts(dir, Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	err = a.View(func(tx access.Tx) error {
		for k, v := range tx.Prefix("") {
			if all[k] = string(v); string(tx.Get(k)) != all[k] {
				return fmt.Errorf("%q is %q and %q", k, tx.Get(k), v)
			}
		}
		return nil
	})
	return all, errors.Join(err, a.Close())
}

func TestAccountsStay(t *testing.T) {
	dir := t.TempDir()
	want := accountsSample(t, dir)
	got, err := readAccounts(dir)
	if err != nil || !maps.Equal(got, want) {
		t.Fatalf("%d values after opening again, want %d; %v", len(got), len(want), err)
	}
}

func TestAccountsFileIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no such modes there")
	}
	dir := t.TempDir()
	accountsSample(t, dir)
	path := filepath.Join(dir, AccountsFileName)
	mode := func() os.FileMode {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	if mode() != 0o600 {
		t.Fatalf("the file is made with mode %o", mode())
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	openAccounts(t, dir)
	if mode() != 0o600 {
		t.Fatalf("the file is left with mode %o", mode())
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("the directory holds %v, %v", entries, err)
	}
}

func TestAccountsLocked(t *testing.T) {
	dir := t.TempDir()
	a := openAccounts(t, dir)
	var locked *eventstore.LockedError
	if _, err := OpenAccounts(dir, Options{LockTimeout: 1}); !errors.As(err, &locked) {
		t.Fatalf("got error %v, want %T", err, locked)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.View(func(access.Tx) error { return nil }); !errors.Is(err, eventstore.ErrClosed) {
		t.Fatalf("got error %v, want %v", err, eventstore.ErrClosed)
	}
}

// TestAccountsDamaged flips bits and cuts the file: what is then read is as it was, or an error.
func TestAccountsDamaged(t *testing.T) {
	dir := t.TempDir()
	want := accountsSample(t, dir)
	path := filepath.Join(dir, AccountsFileName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	found := 0
	for range 400 {
		broken := append([]byte{}, whole...)
		what := ""
		if random.IntN(20) == 0 {
			broken = broken[:random.IntN(len(broken))]
			what = fmt.Sprintf("cut to %d bytes", len(broken))
		} else {
			at, bit := random.IntN(len(broken)), random.IntN(8)
			broken[at] ^= 1 << bit
			what = fmt.Sprintf("bit %d of byte %d", bit, at)
		}
		if err := os.WriteFile(path, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readAccounts(dir)
		switch {
		case err != nil && eventstore.CodeOf(err) != eventstore.CodeCorrupt:
			t.Errorf("%s: got error %v, want one of corruption", what, err)
		case err != nil:
			found++
		case !maps.Equal(got, want):
			t.Errorf("%s: what is read has changed, and nobody said so", what)
		}
	}
	t.Logf("%d of 400 damages mattered", found)
}

// childAccounts writes until something ends it, and prints each write once it is acknowledged.
func childAccounts(dir string) {
	a, err := OpenAccounts(dir, Options{})
	for i := 0; err == nil; i++ {
		err = a.Update(func(tx access.Tx) error {
			return errors.Join(tx.Put(fmt.Sprintf("account/%d", i), fmt.Append(nil, i)),
				tx.Put("newest", fmt.Append(nil, i)))
		})
		fmt.Println(i)
	}
	fmt.Println("error", err)
}

// TestAccountsKilled kills a process while it writes: what was acknowledged is there, and no half of a write is.
func TestAccountsKilled(t *testing.T) {
	for range 3 {
		dir := t.TempDir()
		cmd, lines := child(t, "accounts", dir)
		acknowledged := -1
		for limit := 1 + rand.IntN(100); lines.Scan(); {
			n := 0
			if _, err := fmt.Sscan(lines.Text(), &n); err != nil {
				t.Fatal(lines.Text())
			}
			if acknowledged = n; acknowledged == limit {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		all, err := readAccounts(dir)
		if err != nil {
			t.Fatal(err)
		}
		n := len(all) - 2 // the newest, from 0
		if n < acknowledged || all["newest"] != fmt.Sprint(n) || all[fmt.Sprintf("account/%d", n)] != fmt.Sprint(n) {
			t.Fatalf("%d was acknowledged; the newest is %q of %d", acknowledged, all["newest"], n)
		}
	}
}

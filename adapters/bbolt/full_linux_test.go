package bbolt

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"laurel/domain/access"
	"laurel/eventstore"
)

// childFill runs fill under a limit of the size of files, which only a process of its own can set for itself.
func childFill(dir string) { underLimit(dir, 20<<20, fill) } // the file grows by 16 MiB

// childFillAccounts does so for the file of accounts.
func childFillAccounts(dir string) { underLimit(dir, 1<<20, fillAccounts) }

// underLimit runs fill where files may have so many bytes, until it lifts the limit.
func underLimit(dir string, bytesMax uint64, fill func(dir string, limit, lift func() error) error) {
	// Without this, going over the limit ends the process instead of failing the write.
	signal.Ignore(syscall.SIGXFSZ)
	var before syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before)
	if err == nil {
		limit := before
		limit.Cur = bytesMax
		err = fill(dir,
			func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit) },
			func() error { return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) })
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

// fillAccounts writes while there is little room, until a write fails, and then makes room.
func fillAccounts(dir string, limit, lift func() error) error {
	a, err := OpenAccounts(dir, Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	put := func(i int) error {
		return a.Update(func(tx access.Tx) error { return tx.Put(fmt.Sprintf("view/%d", i), make([]byte, 100_000)) })
	}
	if err := limit(); err != nil {
		return err
	}
	n := 0
	for err = nil; err == nil; {
		if n > 100 {
			return errors.New("10 MB went where only 1 MB fits")
		}
		if err = put(n); err == nil {
			n++
		}
	}
	if n == 0 || eventstore.CodeOf(err) != eventstore.CodeUnavailable || !strings.Contains(err.Error(), "make room") {
		return fmt.Errorf("after %d writes on a full disk: got %w, want an *UnavailableError with a remedy", n, err)
	}
	if err := lift(); err != nil {
		return err
	}
	if err := put(n); err != nil {
		return fmt.Errorf("write when there is room again: %w", err)
	}
	if err := a.Close(); err != nil {
		return err
	}
	all, err := readAccounts(dir)
	if err == nil && len(all) != n+1 {
		err = fmt.Errorf("%d values after %d writes", len(all), n+1)
	}
	return err
}

// fill appends to a log while there is little room, until an append fails, and then makes room.
func fill(dir string, limit, lift func() error) error {
	s, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	event := func(i int) eventstore.StreamAppend {
		e := newEvent(i)
		e.Data = make([]byte, 400_000)
		return eventstore.StreamAppend{Stream: "person-a", Events: []eventstore.NewEvent{e}}
	}
	if err := limit(); err != nil {
		return err
	}
	acknowledged, appendErr := 0, error(nil)
	for appendErr == nil {
		if acknowledged > 100 {
			return errors.New("40 MB went where only 20 MB fit")
		}
		if _, appendErr = s.Append(noContext, event(acknowledged)); appendErr == nil {
			acknowledged++
		}
	}
	if acknowledged == 0 {
		return fmt.Errorf("the first append failed: %w", appendErr)
	}
	if eventstore.CodeOf(appendErr) != eventstore.CodeUnavailable {
		return fmt.Errorf("append on a full disk: got %w, want an *UnavailableError", appendErr)
	}
	if !strings.Contains(appendErr.Error(), "make room") || !strings.Contains(appendErr.Error(), dir) {
		return fmt.Errorf("no remedy or place in %w", appendErr)
	}
	count := func() error {
		n := 0
		for e, err := range s.ReadStream(noContext, "person-a", 0, eventstore.Forward) {
			if err != nil {
				return err
			}
			if e.ID != newEvent(n).ID {
				return fmt.Errorf("event %d is %s", n, e.ID)
			}
			n++
		}
		if n != acknowledged {
			return fmt.Errorf("%d events after %d were acknowledged", n, acknowledged)
		}
		return nil
	}
	if err := count(); err != nil {
		return fmt.Errorf("reads on a full disk: %w", err)
	}
	if _, err := s.Append(noContext, event(acknowledged)); err == nil {
		return errors.New("a second append on the full disk succeeded")
	}
	if err := lift(); err != nil {
		return err
	}
	// There is room again: the same append, and more, succeed without opening the log anew.
	for range 5 {
		if _, err := s.Append(noContext, event(acknowledged)); err != nil {
			return fmt.Errorf("append when there is room again: %w", err)
		}
		acknowledged++
	}
	if err := count(); err != nil {
		return fmt.Errorf("reads when there is room again: %w", err)
	}
	if _, err := s.Verify(noContext, nil); err != nil {
		return err
	}
	if err := s.Close(); err != nil {
		return err
	}
	if s, err = Open(dir, Options{}); err != nil {
		return err
	}
	defer s.Close()
	if err := count(); err != nil {
		return fmt.Errorf("reads after opening again: %w", err)
	}
	return nil
}

// TestFileTooLarge makes the growth of a file fail, in a child process.
func TestFileTooLarge(t *testing.T) {
	for _, kind := range []string{"fill", "fill-accounts"} {
		_, lines := child(t, kind, t.TempDir())
		said := ""
		for lines.Scan() {
			said += lines.Text() + "\n"
		}
		if said != "ok\n" {
			t.Fatalf("the child for %s says: %s", kind, said)
		}
	}
}

// TestFullDisk makes the writes themselves fail, on a small file system in memory.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("NOT TESTED: a full disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	err := fill(dir,
		func() error { return nil },
		func() error { return syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_REMOUNT, "size=64m") })
	if err != nil {
		t.Fatal(err)
	}
}

//go:build unix

package bbolt

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"time"

	"laurel/eventstore"
)

const lockRetryDelay = 20 * time.Millisecond

// lockFile takes the same lock as bbolt takes a moment later, but before anything is read.
func lockFile(f *os.File, exclusive bool, timeout time.Duration) error {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	deadline := time.Now().Add(timeout)
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		if time.Now().After(deadline) {
			return &eventstore.LockedError{Path: f.Name()}
		}
		time.Sleep(lockRetryDelay)
	}
}

// isFull tells whether a write failed for lack of room. bbolt passes some errors on as text only.
func isFull(err error) bool {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, full) || strings.Contains(err.Error(), full.Error()) {
			return true
		}
	}
	return false
}

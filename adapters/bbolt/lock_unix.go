//go:build unix

package bbolt

import (
	"errors"
	"os"
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

// isFull tells whether a write failed for lack of room.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

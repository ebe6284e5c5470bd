//go:build !unix

package bbolt

import (
	"os"
	"time"
)

// lockFile leaves the lock to bbolt, which takes it a moment later.
func lockFile(*os.File, bool, time.Duration) error { return nil }

func isFull(error) bool { return false }

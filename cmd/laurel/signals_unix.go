//go:build unix

package main

import (
	"os"
	"syscall"
)

// writeSignals end a process that does nothing about them, where a failed write says all there is to say: a closed
// pipe, and a file that may not grow further.
var writeSignals = []os.Signal{syscall.SIGPIPE, syscall.SIGXFSZ}

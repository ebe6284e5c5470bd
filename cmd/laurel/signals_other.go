//go:build !unix

package main

import "os"

// writeSignals is empty where a failed write is only an error.
var writeSignals []os.Signal

package main

import (
	"os"
	"runtime/debug"
)

// gcPercent lets the heap grow to four times what is in use before it is collected. Commands are short, and those that
// take their time hold much that stays: facts, or the streams of an import. Collecting these more often costs up to a
// third of the processor.
const gcPercent = 300

// tuneMemory sets how often memory is collected, unless the environment does.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
)

// TestRoomStartsAtOnce has several processes start a mentorship of the same two: one of them does.
func TestRoomStartsAtOnce(t *testing.T) {
	store := "--store=file:" + t.TempDir()
	runLaurel(t, "program", "open", "calls", "--title", "Calls", "--at", "2026-01-01", store)
	for _, name := range []string{"Ann", "Ben"} {
		runLaurel(t, "person", "register", "--name", name, "--at", "2026-01-01", store)
	}
	start := []string{"room", "start", "--mentor", "Ann", "--mentee", "Ben", "--at", "2026-01-02", store}
	for round := 1; round <= 2; round++ {
		const starters = 6
		var group sync.WaitGroup
		var mu sync.Mutex
		started := 0
		for range starters {
			cmd := laurelProcess(t, start...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			group.Go(func() {
				err, line := cmd.Wait(), stderr.String()
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					started++
				case strings.Count(line, "\n") != 1 || !strings.Contains(line, "a mentorship in this program that goes on") &&
					!strings.Contains(line, "another process"): // that one was tired of waiting for the log
					t.Errorf("round %d: %v: %s", round, err, line)
				}
			})
		}
		group.Wait()
		if rooms := strings.Count(runLaurel(t, "room", "list", "-o", "jsonl", store), "\n"); started != 1 || rooms != round {
			t.Fatalf("round %d: %d have started one, and there are %d", round, started, rooms)
		}
		runLaurel(t, "room", "end", "--mentor", "Ann", "--mentee", "Ben", "--by", "Ann", "--at", "2026-01-02", store)
	}
}

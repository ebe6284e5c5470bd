package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"laurel/adapters/bbolt"
	"laurel/domain"
	"laurel/domain/criteria"
	"laurel/eventstore"
	"laurel/projections"
)

// laurelProcess is a laurel command in a process of its own: the test binary, which is the command by that name.
func laurelProcess(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Args[0] = "laurel"
	cmd.Env = append(os.Environ(), "NO_COLOR=1", raceEnv)
	return cmd
}

// runLaurel runs a command to its end.
func runLaurel(t *testing.T, args ...string) string {
	t.Helper()
	out, err := laurelProcess(t, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("laurel %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestAwardsRunIsKilled kills processes that award at random moments, one at a time and two at once, has another one get
// to the end, and wants what an undisturbed one awards. LAUREL_SIM_STEPS is the number of mentors, 400 if it is not set.
func TestAwardsRunIsKilled(t *testing.T) {
	mentors := 400
	if text := os.Getenv("LAUREL_SIM_STEPS"); text != "" {
		var err error
		if mentors, err = strconv.Atoi(text); err != nil || mentors < 1 {
			t.Fatalf("LAUREL_SIM_STEPS=%q: want a number", text)
		}
	}
	program := activateSample(t, nil)
	calm, rough := t.TempDir(), t.TempDir()
	runLaurel(t, "generate", "--events", strconv.Itoa(60*mentors), "--mentors", strconv.Itoa(mentors), "--seed", "5",
		"--program", program, "--store", "file:"+calm)
	store, err := bbolt.Open(calm, bbolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	activateSample(t, store)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	history, err := os.ReadFile(filepath.Join(calm, bbolt.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(rough, bbolt.FileName), history, 0o644); err != nil {
		t.Fatal(err)
	}
	award := func(dir string) []string {
		return []string{"awards", "run", "--program", program, "--store", "file:" + dir}
	}
	// Kills come within a little more than a run takes. How long that is changes with what else the machine does.
	var span atomic.Int64
	took := func(d time.Duration) { span.Store(int64(d + d/5)) }
	begun := time.Now()
	runLaurel(t, award(calm)...)
	took(time.Since(begun))
	want := awardLines(t, calm, program)
	if len(want) == 0 {
		t.Fatal("nobody has an award")
	}

	var kills atomic.Int64
	for round := range 24 {
		var group sync.WaitGroup
		for range 1 + round%2 { // two at once: one of them waits for the other, and may give up
			cmd := laurelProcess(t, award(rough)...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			begun, delay := time.Now(), time.Duration(rand.N(span.Load()))
			group.Go(func() {
				kill := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
				err := cmd.Wait()
				kill.Stop()
				code, text := cmd.ProcessState.ExitCode(), stderr.String()
				switch {
				case err == nil:
					took(time.Since(begun))
				case code < 0:
					kills.Add(1)
				case !strings.Contains(text, "another process"):
					t.Errorf("after %v: status %d: %s", delay, code, text)
				}
			})
		}
		group.Wait()
	}
	runLaurel(t, award(rough)...)
	if got := awardLines(t, rough, program); !slices.Equal(got, want) {
		t.Errorf("killed: %d awards, want %d", len(got), len(want))
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("got %s\nwant %s", got[i], want[i])
			}
		}
	}
	runLaurel(t, "log", "verify", "--store", "file:"+rough)
	if kills.Load() == 0 {
		t.Error("no process was killed")
	}
}

// activateSample puts the sample criteria in force from 2017 on, unless the store is nil, and returns their program.
func activateSample(t *testing.T, store eventstore.Store) string {
	t.Helper()
	doc, findings := criteria.Parse("sample", sampleCriteria)
	if err := findings.Err(); err != nil {
		t.Fatal(err)
	}
	if store == nil {
		return doc.Program
	}
	at := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	e, err := eventstore.Encode(domain.Event{ID: uuid.New(), Meta: domain.Metadata{OccurredAt: at, Schema: 1},
		Payload: &domain.CriteriaActivated{Hash: doc.Hash(), EffectiveAt: at, Document: string(doc.Canonical())}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(t.Context(), eventstore.StreamAppend{Stream: domain.CriteriaStream(domain.Slug(doc.Program)),
		Expected: eventstore.Any, Events: []eventstore.NewEvent{e}}); err != nil {
		t.Fatal(err)
	}
	return doc.Program
}

// awardLines tells all that was decided in a store, but for where in the log it was.
func awardLines(t *testing.T, dir, program string) []string {
	t.Helper()
	store, err := bbolt.Open(dir, bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	register, err := projections.ReadRegister(context.Background(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, a := range register.All(program) {
		c := a.First
		c.Position = ""
		line := fmt.Sprintf("%s %+v", a.ID, c)
		for _, e := range a.Events {
			line += fmt.Sprintf("; %s %s %s", e.ID, e.Payload.EventType(), e.Meta.OccurredAt.UTC().Format(time.RFC3339Nano))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

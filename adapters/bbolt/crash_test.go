package bbolt

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"laurel/eventstore"
)

// The tests in this file run this test program again as a child process that appends, and does so until something ends
// it. The variables tell it that it is a child, and where its log is.
const (
	childKind = "LAUREL_BBOLT_CHILD"
	childDir  = "LAUREL_BBOLT_CHILD_DIR"
)

func TestMain(m *testing.M) {
	switch os.Getenv(childKind) {
	case "":
		os.Exit(m.Run())
	case "append":
		childAppend(os.Getenv(childDir))
	case "hold":
		childHold(os.Getenv(childDir))
	case "accounts":
		childAccounts(os.Getenv(childDir))
	case "fill-accounts":
		childFillAccounts(os.Getenv(childDir))
	case "fill":
		childFill(os.Getenv(childDir))
	}
}

func child(t *testing.T, kind, dir string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childKind+"="+kind, childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, bufio.NewScanner(out)
}

const childWriters = 8

// noContext is for child processes, which have no test.
var noContext = context.Background()

// childAppend appends from several goroutines, and prints each append once it is acknowledged.
func childAppend(dir string) {
	s, err := Open(dir, Options{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var printing sync.Mutex
	var done sync.WaitGroup
	for w := range childWriters {
		done.Go(func() {
			name := fmt.Sprintf("person-%d", w)
			for i := 0; ; i++ {
				n := w*1_000_000 + i*10
				events := []eventstore.NewEvent{newEvent(n), newEvent(n + 1), newEvent(n + 2)}[:1+i%3]
				result, err := s.Append(noContext, eventstore.StreamAppend{Stream: name, Events: events})
				if err != nil {
					fmt.Println("error", err)
					os.Exit(1)
				}
				printing.Lock()
				fmt.Println(w, i, uint64(result.Revision), result.Position)
				printing.Unlock()
			}
		})
	}
	done.Wait()
}

// TestKilled kills a process with SIGKILL while it appends: what was acknowledged is there, whole and in order.
func TestKilled(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		dir := t.TempDir()
		cmd, lines := child(t, "append", dir)
		var acknowledged []string
		for limit := 1 + random.IntN(300); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "error") {
				t.Fatal(lines.Text())
			}
			acknowledged = append(acknowledged, lines.Text())
			if len(acknowledged) == limit {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		s, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Verify(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		streams := map[string][]eventstore.RecordedEvent{}
		for e, err := range s.ReadAll(t.Context(), eventstore.Position{}, eventstore.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			streams[e.Stream] = append(streams[e.Stream], e)
		}
		for _, line := range acknowledged {
			var w, i, revision int
			var position string
			if n, err := fmt.Sscan(line, &w, &i, &revision, &position); n != 4 {
				continue // the line that the kill cut short
			} else if err != nil {
				t.Fatal(err)
			}
			events := streams["person-"+strconv.Itoa(w)]
			if revision >= len(events) {
				t.Fatalf("acknowledged revision %d of writer %d is lost: the stream has %d events", revision, w, len(events))
			}
			want := newEvent(w*1_000_000 + i*10 + i%3)
			if e := events[revision]; e.ID != want.ID || string(e.Data) != string(want.Data) || e.Position.String() != position {
				t.Fatalf("revision %d of writer %d is %s at %s, want %s at %s", revision, w, e.ID, e.Position, want.ID, position)
			}
		}
		t.Logf("%d appends were acknowledged before the kill", len(acknowledged))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// childHold opens the log and waits for the end of its input.
func childHold(dir string) {
	s, err := Open(dir, Options{})
	fmt.Println("open", err)
	if err == nil {
		select {}
	}
	_ = s
}

func TestLocked(t *testing.T) {
	dir := t.TempDir()
	_, lines := child(t, "hold", dir)
	if !lines.Scan() || lines.Text() != "open <nil>" {
		t.Fatalf("child says %q", lines.Text())
	}
	for _, o := range []Options{{LockTimeout: 1}, {LockTimeout: 1, ReadOnly: true}} {
		_, err := Open(dir, o)
		var locked *eventstore.LockedError
		if !errors.As(err, &locked) || !strings.Contains(err.Error(), dir) {
			t.Fatalf("%+v: got error %v, want %T that names %s", o, err, locked, dir)
		}
	}
}

func TestReadersShare(t *testing.T) {
	want := newSample(t)
	first, err := Open(want.dir, Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if found := want.examine(t, "second reader"); found.openErr != nil || found.verifyErr != nil || found.short != nil {
		t.Fatalf("%+v", found)
	}
	var locked *eventstore.LockedError
	if _, err := Open(want.dir, Options{LockTimeout: 1}); !errors.As(err, &locked) {
		t.Fatalf("a writer beside a reader: got error %v, want %T", err, locked)
	}
	var invalid *eventstore.InvalidError
	if _, err := first.Append(t.Context(), eventstore.StreamAppend{Stream: "person-a",
		Events: []eventstore.NewEvent{newEvent(1)}}); !errors.As(err, &invalid) {
		t.Fatalf("append to a log open for reading: got error %v, want %T", err, invalid)
	}
	if _, err := Open(t.TempDir(), Options{ReadOnly: true}); eventstore.CodeOf(err) != eventstore.CodeUnavailable {
		t.Fatalf("opening a log that is not there for reading: got error %v", err)
	}
}

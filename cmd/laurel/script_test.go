package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"

	"laurel/adapters/gitlog"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"laurel": main})
}

// raceEnv has a program under the race detector exit at once, and not sleep for a second before.
const raceEnv = "GORACE=atexit_sleep_ms=10"

// TestScript runs the scripts of testdata/script, each in a directory of its own. Their extra commands:
//
//	sample FILE               writes the bundled git log
//	sed FILE OLD NEW          replaces the first OLD, which must be there
//	flip FILE OFFSET          turns every bit of the byte at the offset; a negative one counts from the end
//	cutoff FILE BYTES         keeps the first bytes; a negative number cuts off as many from the end
//	utf16 FILE                turns the file from UTF-8 into UTF-16 with a byte order mark
//	unpack FILE DIR           writes the files of a zip file into a new directory
//	oneline FILE              fails unless the file holds exactly one line
//	lines FILE N              fails unless the file holds exactly N lines
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars, raceEnv)
			e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			e.Setenv("NO_COLOR", "1")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"sample": func(ts *testscript.TestScript, _ bool, args []string) {
				r := gitlog.Sample()
				defer r.Close()
				var b bytes.Buffer
				_, err := b.ReadFrom(r)
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
			},
			"sed": func(ts *testscript.TestScript, _ bool, args []string) {
				edit(ts, args[0], func(data []byte) []byte {
					if !bytes.Contains(data, []byte(args[1])) {
						ts.Fatalf("%s does not contain %q", args[0], args[1])
					}
					return bytes.Replace(data, []byte(args[1]), []byte(args[2]), 1)
				})
			},
			"flip": func(ts *testscript.TestScript, _ bool, args []string) {
				edit(ts, args[0], func(data []byte) []byte {
					at := number(ts, args[1])
					if at < 0 {
						at += len(data)
					}
					data[at] ^= 0xff
					return data
				})
			},
			"cutoff": func(ts *testscript.TestScript, _ bool, args []string) {
				edit(ts, args[0], func(data []byte) []byte {
					n := number(ts, args[1])
					if n < 0 {
						n += len(data)
					}
					return data[:n]
				})
			},
			"utf16": func(ts *testscript.TestScript, _ bool, args []string) {
				edit(ts, args[0], func(data []byte) []byte {
					var b bytes.Buffer
					b.Write([]byte{0xff, 0xfe})
					ts.Check(binary.Write(&b, binary.LittleEndian, utf16.Encode([]rune(string(data)))))
					return b.Bytes()
				})
			},
			"unpack": func(ts *testscript.TestScript, _ bool, args []string) {
				z, err := zip.OpenReader(ts.MkAbs(args[0]))
				ts.Check(err)
				defer z.Close()
				ts.Check(os.CopyFS(ts.MkAbs(args[1]), z))
			},
			"oneline": func(ts *testscript.TestScript, _ bool, args []string) {
				if text := ts.ReadFile(args[0]); strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "\n") {
					ts.Fatalf("want exactly one line in %s, got %q", args[0], text)
				}
			},
			"lines": func(ts *testscript.TestScript, _ bool, args []string) {
				if got, want := strings.Count(ts.ReadFile(args[0]), "\n"), number(ts, args[1]); got != want {
					ts.Fatalf("%s: got %d lines, want %d", args[0], got, want)
				}
			},
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "full-disk":
				_, err := os.Stat("/dev/full")
				return err == nil && runtime.GOOS == "linux", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

func edit(ts *testscript.TestScript, name string, change func([]byte) []byte) {
	path := ts.MkAbs(name)
	info, err := os.Stat(path)
	ts.Check(err)
	data, err := os.ReadFile(path)
	ts.Check(err)
	ts.Check(os.WriteFile(path, change(data), info.Mode()))
}

func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	ts.Check(err)
	return n
}

// TestPanicIsOneLine makes sure that a bug does not show a stack to someone who cannot use it.
func TestPanicIsOneLine(t *testing.T) {
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), []string{"version"}, nil, panics{}, &stderr, nil)
	if code != exitFailed || strings.Count(stderr.String(), "\n") != 1 ||
		!strings.Contains(stderr.String(), "internal error") {
		t.Errorf("got status %d, %q, %q", code, stdout.String(), stderr.String())
	}
	stderr.Reset()
	if code := run(context.Background(), []string{"version"}, nil, panics{}, &stderr,
		[]string{"LAUREL_DEBUG=1"}); code != exitFailed ||
		!strings.Contains(stderr.String(), "goroutine") {
		t.Errorf("with LAUREL_DEBUG=1: got status %d, %q", code, stderr.String())
	}
}

// panics is a bug in the shape of a writer.
type panics struct{}

func (panics) Write([]byte) (int, error) { panic("out of\ncheese") }

// TestInterrupt shows that a signal ends a command in one line, and that the same command goes on later.
func TestInterrupt(t *testing.T) {
	store := "file:" + t.TempDir()
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	args := []string{"generate", "--events", "2000", "--mentors", "20", "--store", store}
	var stdout, stderr bytes.Buffer
	code := run(interrupted, args, nil, &stdout, &stderr, nil)
	if code != exitFailed || strings.Count(stderr.String(), "\n") != 1 ||
		!strings.Contains(stderr.String(), "run the command again") {
		t.Errorf("got status %d, %q", code, stderr.String())
	}
	stderr.Reset()
	if code := run(t.Context(), args, nil, &stdout, &stderr, nil); code != exitDone {
		t.Errorf("again: got status %d, %q", code, stderr.String())
	}
}

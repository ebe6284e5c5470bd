package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// command is a program to run without a standard input.
type command struct {
	dir  string
	env  []string // beside the environment of the gate
	args []string
	each func(line string) // told each line of standard output as it arrives; may be nil
}

// output runs the command and returns its standard output. An error names the command line and has everything that the
// command wrote as its details.
func (c command) output(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), append([]string{"GOWORK=off"}, c.env...)...)
	ownGroup(cmd)                    // so that a stop also reaches what the program started
	cmd.WaitDelay = 10 * time.Second // for a child that holds on to the output
	var all lockedBuffer
	out := lineWriter{each: c.each}
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, &all), &all
	err := cmd.Run()
	if err == nil {
		return out.whole.String(), nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%s is not installed", c.args[0])
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return out.whole.String(), &failure{
		summary: fmt.Sprintf("%s: %v", strings.Join(append(slices.Clone(c.env), c.args...), " "), err),
		details: []string{all.String()},
	}
}

// lockedBuffer takes the writes of both outputs of a command.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write implements io.Writer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

// String is what was written so far.
func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// lineWriter keeps everything and tells each whole line.
type lineWriter struct {
	whole   bytes.Buffer
	partial []byte
	each    func(line string) // may be nil
}

// Write implements io.Writer.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.whole.Write(p)
	if w.each == nil {
		return len(p), nil
	}
	w.partial = append(w.partial, p...)
	for {
		i := bytes.IndexByte(w.partial, '\n')
		if i < 0 {
			return len(p), nil
		}
		w.each(string(w.partial[:i]))
		w.partial = w.partial[i+1:]
	}
}

// goCommand runs the go command in the module and returns its output.
func (g gate) goCommand(ctx context.Context, args ...string) (string, error) {
	return command{dir: g.root, args: append([]string{"go"}, args...)}.output(ctx)
}

// files lists the files of the checkout that git tracks or would track, by slash-separated path from the root.
func (g gate) files(ctx context.Context) ([]string, error) {
	list, err := command{dir: g.root,
		args: []string{"git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"},
	}.output(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the files of the checkout: %w", err)
	}
	var files []string
	for name := range strings.SplitSeq(list, "\x00") {
		if name == "" {
			continue
		}
		info, err := os.Lstat(filepath.Join(g.root, filepath.FromSlash(name)))
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted but not yet committed, or a symbolic link
		}
		files = append(files, name)
	}
	if len(files) == 0 {
		return nil, errors.New("git knows no file here: run the gate in a checkout")
	}
	return files, nil
}

// goFiles lists the Go files among files.
func (g gate) goFiles(ctx context.Context) ([]string, error) {
	all, err := g.files(ctx)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, name := range all {
		if strings.HasSuffix(name, ".go") {
			files = append(files, name)
		}
	}
	return files, nil
}

// read reads a file of the checkout.
func (g gate) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(g.root, filepath.FromSlash(name)))
}

package gitlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// logFormat makes git print what a saved log has of a commit, with the whole message, so that there is one rule for
// what a trailer is: Parse's. Raw author names: a mailmap would merge people differently on every machine.
const logFormat = "commit %H%nAuthor: %an <%ae>%nCommitDate: %cI%n%n%w(0,4,4)%B"

// gitStopMax is how long git may take to end after it was told to.
const gitStopMax = 5 * time.Second

// Repo runs `git log` in a repository, oldest commit first, and returns its text for Parse. The context ends git.
// Close waits for git and returns its failure, if any, so its error matters as much as those of Read.
func Repo(ctx context.Context, dir string) (io.ReadCloser, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("open repository: %s is not a directory; give a saved log with --log", dir)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git is not installed or not on the PATH; install it, or import a saved log with --log")
	}
	if _, err := git(ctx, dir, "rev-parse", "--git-dir"); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%s is not a git repository that can be read: %w", dir, err)
	}
	if _, err := git(ctx, dir, "rev-parse", "--quiet", "--verify", "HEAD^{commit}"); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("the git repository %s has no commits on its current branch", dir)
	}
	cmd := command(ctx, dir, "log", "--reverse", "--no-color", "--no-decorate", "--no-notes", "--no-show-signature",
		"--no-patch", "--encoding=UTF-8", "--format="+logFormat, "HEAD", "--")
	r := &repoReader{ctx: ctx, cmd: cmd, dir: dir}
	cmd.Stderr = &r.stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("run git log in %s: %w", dir, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("run git log in %s: %w", dir, err)
	}
	r.stdout = stdout
	return r, nil
}

// repoReader is the output of a running git.
type repoReader struct {
	ctx    context.Context
	cmd    *exec.Cmd
	dir    string
	stdout io.ReadCloser
	stderr tail
	ended  bool // the output was read to its end
}

func (r *repoReader) Read(p []byte) (int, error) {
	n, err := r.stdout.Read(p)
	if err == io.EOF {
		r.ended = true
	}
	return n, err
}

// Close ends git and waits for it.
func (r *repoReader) Close() error {
	// A git that still writes is ended by the closed pipe.
	closeErr := r.stdout.Close()
	err := r.cmd.Wait()
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case !r.ended:
		return nil // the caller had enough
	case err != nil:
		return fmt.Errorf("git log in %s: %w: %s", r.dir, err, r.stderr.line())
	}
	if errors.Is(closeErr, os.ErrClosed) {
		return nil
	}
	return closeErr
}

// git runs a short git command; its error holds what git had to say.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := command(ctx, dir, args...)
	var stderr tail
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if line := stderr.line(); line != "" {
			return "", errors.New(line)
		}
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}

// command prepares git so that neither the user's configuration nor the environment changes what it prints.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	fixed := []string{"-C", dir, "--no-pager", "-c", "log.showSignature=false", "-c", "log.mailmap=false",
		"-c", "core.fsmonitor=false", "-c", "core.quotePath=false"}
	cmd := exec.CommandContext(ctx, "git", append(fixed, args...)...)
	cmd.WaitDelay = gitStopMax
	for _, v := range os.Environ() {
		// GIT_DIR and its like would point git at another repository than DIR.
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "LANG=") && !strings.HasPrefix(v, "LC_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "LANG=C", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0")
	return cmd
}

// tail keeps the beginning of what git writes to standard error.
type tail struct{ text bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const bytesMax = 4096
	if room := bytesMax - t.text.Len(); room > 0 {
		t.text.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// line returns the first line.
func (t *tail) line() string {
	first, _, _ := strings.Cut(strings.TrimSpace(t.text.String()), "\n")
	return first
}
